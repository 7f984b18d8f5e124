/* facts.h - the numbers of a report: counted in one pass over each register, then only read.
 *
 * Every count is defined where it is named; the page prints the same definitions (page.c, "口径"), and tests/town/year/recount.py
 * counts them again from the JSON Lines. Days are those of the pack's utc_offset. `last` is the end of the period or the day the
 * report is made, whichever is first. Rows that were retracted or made void count nowhere; hazards that a drill raised (field
 * drill) are problems of that drill and no hazards of the report.
 */
#ifndef SYNC_TOWN_REPORT_FACTS_H
#define SYNC_TOWN_REPORT_FACTS_H

#include "sync/ledger/rows/row.h"

enum { FACTS_BUCKETS_MAX = 31, FACTS_LISTED_MAX = 1000 };

/* What is counted of hazards, for every heading they are grouped under. */
struct facts_hazards {
	uint32_t found;              /* made in the period */
	uint32_t closed;             /* closed now, by a step of the period */
	uint32_t open;               /* made by its end, and not closed by then */
	uint32_t overdue;            /* of those: due before `last`, and neither reported fixed nor closed by then */
};

/* One heading of a group: a kind, a level, an item, a village, a duty. */
struct facts_line {
	char *id, *label;
	int64_t read;                /* items: when the record whose words these are was made */
	struct facts_hazards hazards;
	uint32_t inspections;
	uint32_t places;             /* villages: places in use */
	uint64_t wanted, done;       /* duties: asked and done in periods that ended in the period */
	uint32_t trainings, expected, present;
	uint32_t drills, people, evaluated, problems, problems_closed;
	uint32_t warnings, called, answered, in_time, reached, reached_in_time;
};
struct facts_group { struct facts_line *at; uint32_t count, cap; };

/* A month of a year, a day of a month. */
struct facts_bucket {
	int32_t first, last;
	uint32_t inspections, found, closed, open /* at its end */;
	uint32_t trainings, present, drills;
};

struct facts_point { int32_t lat, lon; char level[4]; bool hazard; };                     /* 1e-7 degrees */
struct facts_listed { char *number, *village, *place, *words, *level; int32_t due; bool overdue; };

struct facts {
	struct profile *profile;
	const struct pack *pack;
	int32_t first, last, end;                         /* of the period; `end` its own last day */
	bool year;
	char *township;
	uint32_t village_count;                           /* of the register; "镇直" is none */
	struct facts_bucket buckets[FACTS_BUCKETS_MAX]; uint32_t bucket_count;
	struct facts_line all;
	struct facts_group villages, kinds, levels, items, duties, subjects, drill_kinds, warn_levels;
	uint32_t spot;                                    /* hazards found that were put right on the spot */
	uint32_t major, doubtful;                         /* open at the end: judged major; still to be judged */
	uint32_t took[6];                                 /* closed ones by days from found: 0-1, 2-3, 4-7, 8-15, 16-30, more */
	uint32_t closed_in_time, closed_with_due;         /* of the closed ones that have a due date: fixed by then */
	uint32_t low_attendance;                          /* trainings under the county's percentage */
	uint32_t answers[5];                              /* people called, by minutes to the answer: 0-5, 6-10, 11-30, more, none */
	struct facts_point *points; uint32_t point_count, point_cap;
	struct facts_listed listed[FACTS_LISTED_MAX]; uint32_t listed_count, listed_total;       /* open majors and doubtful ones, by due date */
};

/* Count. `month` 0 is the whole year. ERR_FORMAT when the pack lacks a register the report is about. */
enum err facts_gather(struct profile *p, int year, int month, struct facts *out);
void facts_clear(struct facts *f);

/* --- for the counting files --- */

/* The line of a group, made when missing with `label` (NULL: the id). NULL when memory is out. */
struct facts_line *facts_line(struct facts_group *g, const char *id, const char *label);
void facts_group_clear(struct facts_group *g);
/* The line of the village a row belongs to. */
struct facts_line *facts_village(struct facts *f, const struct row *r);
/* The words of a code of field `field` of the row's register: those in force, else those of the pack the row was made with, else the code. */
const char *facts_label(const struct facts *f, const struct row *r, const char *field, const char *code);
/* The words that whoever made the last row of a line read, as facts_line(). */
struct facts_line *facts_line_of_the_day(struct facts_group *g, const struct facts *f, const struct row *r, const char *field, const char *code);
struct facts_bucket *facts_bucket(struct facts *f, int32_t day);          /* NULL outside the period */
int32_t facts_made(const struct facts *f, const struct row *r);           /* the day it was made */

/* Put a position on the map; `level` NULL: a place. What is no position is left out. */
enum err facts_point(struct facts *f, const char *position, const char *level);

/* Fields of one register looked up once. Text is the stored one, shown by the field's merge; "" when empty. */
struct facts_fields { const struct facts *f; const struct pack_register *reg; struct buf text[8]; uint32_t index[8]; };
enum err facts_fields(const struct facts *f, const char *reg, const char *const *names, struct facts_fields *out);
enum err facts_read(struct facts_fields *x, const struct row *r);
void facts_fields_clear(struct facts_fields *x);

enum err facts_places(struct facts *f);              /* places and inspections */
enum err facts_hazards(struct facts *f);
enum err facts_trainings(struct facts *f);           /* trainings, drills, evaluations */
enum err facts_warnings(struct facts *f);
enum err facts_duties(struct facts *f);

#endif
