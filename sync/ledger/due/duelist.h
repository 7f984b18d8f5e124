/* duelist.h - what is due today, and who owed what in a month. Computed when shown; never stored. */
#ifndef SYNC_LEDGER_DUE_DUELIST_H
#define SYNC_LEDGER_DUE_DUELIST_H

#include "forms/pack/due.h"
#include "sync/ledger/rows/row.h"

enum due_kind { DUE_DUTY /* visit, training, drill ... */, DUE_STEP /* a step with a deadline: re-check, fix */ };

struct due {
	enum due_kind kind;
	struct row_key subject;
	const struct pack_duty *duty;                     /* DUE_DUTY */
	const char *step;                                 /* DUE_STEP: the id of the step that is waited for */
	int32_t last, due;                                /* days; last DUE_NEVER = never */
	uint32_t done, wanted;                            /* in this period */
	int32_t days;                                     /* until due; below 0 overdue */
};

struct duelist;
/* On local day `day` for all rows this profile holds (without role TOWN those of scope all are passed over: they are the
 * township's own): overdue first, then by day, deadlines of steps before visits. */
enum err duelist_open(struct profile *p, int32_t day, struct duelist **out);
void duelist_close(struct duelist *d);
uint32_t duelist_count(const struct duelist *d);
const struct due *duelist_at(const struct duelist *d, uint32_t i);

/* 欠账: for every subject of every duty, what was asked in periods that end in month `month` (1-12) of `year` and have begun by
 * now, and how much of it was done. Stops when `each` returns false. */
struct owed { const struct pack_duty *duty; const struct row *subject; uint32_t done, wanted; int32_t from, to; };
enum err duelist_owed(struct profile *p, int year, int month, bool (*each)(void *user, const struct owed *o), void *user);
/* The same for any stretch of days. */
enum err duelist_owed_days(struct profile *p, int32_t first, int32_t last, bool (*each)(void *user, const struct owed *o), void *user);
/* And in parts, so that a screen answers keys between them. The store is not read between two parts: when something was written
 * meanwhile (profile_version()), begin anew. */
struct owing;
struct owing_query { int32_t first, last; const char *without; /* a register whose subjects are passed over; NULL */ };
enum err owing_open(struct profile *p, const struct owing_query *q, struct owing **out);
/* About `ms` of it (below 0: all); *more is false when everything was counted. After an error there is no more. */
enum err owing_step(struct owing *w, int ms, bool (*each)(void *user, const struct owed *o), void *user, bool *more);
void owing_close(struct owing *w);

#endif
