/* due.h - the arithmetic of duties: what is due on a day, what was owed in a stretch of days. No clock, no store.
 *
 * A duty asks n records in every period. Periods are those of the calendar: week = Monday to Sunday, term = from one
 * first day in pack.csv `terms` to the eve of the next. With a season, the period is its part inside one run of the season.
 * Rules, each with a hand-worked case in tests/pack/test_due.c:
 *   - A period is owed in full when the subject existed on its first day, else not at all.
 *   - With a season, a part is owed when it begins with its period, or is a whole run of the season (a campaign inside a
 *     year); a part that begins in the middle is not.
 *   - every:N: due N days after the last record (after enrolment, or after the eve of the season, if that is later).
 *   - event:X+N: due N days after the newest event since enrolment; records from the day of the event on count.
 *   - One record pays every duty it matches. A debt of a past period is not carried into the next.
 * Days are those of clock.h.
 */
#ifndef FORMS_PACK_DUE_H
#define FORMS_PACK_DUE_H

#include "forms/pack/pack.h"

#define DUE_NEVER INT32_MIN

enum due_period { DUE_DAY, DUE_WEEK, DUE_MONTH, DUE_QUARTER, DUE_HALF, DUE_YEAR, DUE_TERM, DUE_EVERY, DUE_EVENT };

/* A duty as it holds in this county: `param` applied, words understood. Borrows the pack. */
struct due_rule {
	const struct pack *pack;
	const struct pack_duty *duty;
	bool off;                                         /* switched off by its parameter */
	uint32_t n;
	enum due_period period;
	uint32_t days;                                    /* N of every:N and event:X+N */
	int32_t in_force;                                 /* first day of the duty; DUE_NEVER = always was */
	uint32_t since_field;                             /* subject's field with the day since when it exists; PACK_NONE: when it was entered */
	/* DUE_EVENT: a date field of the subject (event_reg PACK_NONE; event_field PACK_NONE = when it was entered), or rows of
	 * register event_reg, where event_value is not NULL only those whose event_field has it. */
	uint32_t event_reg, event_field; const char *event_value; size_t event_value_len;
	const char *season; bool outside;                 /* "!season" */
};

/* Understand a duty. ERR_FORMAT says what is wrong with which column. */
enum err due_rule(const struct pack *p, const struct pack_duty *d, struct due_rule *out);

/* What is known of one subject. Days of counted records and of events, in any store. */
struct due_facts {
	void *user;
	int32_t since;                                    /* first day of the subject */
	int32_t until;                                    /* last day; INT32_MAX while it exists */
	uint32_t (*count)(void *user, int32_t first, int32_t last);     /* counted records on these days */
	int32_t (*latest)(void *user, int32_t day);       /* day of the newest counted record on or before `day`; DUE_NEVER */
	int32_t (*event)(void *user, int32_t day);        /* day of the newest event on or before `day`; DUE_NEVER. May be NULL */
};

struct due_state {
	bool owed;                                        /* anything asked of this subject now? the rest is 0 when not */
	int32_t first, last;                              /* the period */
	int32_t due;                                      /* last day to do it; before `day`: overdue */
	int32_t latest;                                   /* newest record, DUE_NEVER */
	uint32_t done, wanted;                            /* in the period; done may be more */
};

/* What is asked on `day`. */
void due_on(const struct due_rule *r, const struct due_facts *f, int32_t day, struct due_state *out);

/* What was asked in periods, intervals or events that end within [first, last], and how much of it was done: a record
 * more than asked in one period pays nothing in another. One that has not begun `today` is not asked yet; the running one is.
 * False when nothing was asked. */
bool due_owed(const struct due_rule *r, const struct due_facts *f, int32_t first, int32_t last, int32_t today, uint32_t *done, uint32_t *wanted);

/* Is the duty for subjects of this value of field `risk`? */
bool due_risk(const struct due_rule *r, const char *risk);

/* Does `day` lie in the season (for the pack's province; "!flood" = outside)? NULL is always. An unknown season never. */
bool due_in_season(const struct pack *p, const char *season, int32_t day);

/* The calendar period (not DUE_EVERY, DUE_EVENT) that holds `day`. */
void due_calendar(const struct pack *p, enum due_period period, int32_t day, int32_t *first, int32_t *last);

#endif
