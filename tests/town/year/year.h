/* year.h - an invented township living through a year: who is there, what happens on each day, and the bundles it travels in.
 *
 * Everything follows from the seed. Records are real forms of the shipped pack, filled, encoded and signed by the library, each
 * in its writer's own log; then sealed into bundles as devices seal them. What a township makes of them is the merge's business.
 */
#ifndef TESTS_TOWN_YEAR_YEAR_H
#define TESTS_TOWN_YEAR_YEAR_H

#include "forms/fill/fill.h"
#include "forms/pack/pack.h"
#include "sync/keys/identity.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/profile/profile.h"

enum { YEAR_DEPS = 12, YEAR_STAFF = 0, YEAR_FLAG_SETS = 2 };

struct year_ref { uint8_t bytes[EVENT_REF]; };

struct year_person {
	struct keys_identity *id;
	int village;                                      /* -1: staff */
	bool manager;
	uint32_t number;                                  /* of its last record */
	uint32_t first_place, place_count, next_place;    /* what a grid worker walks */
};

struct year_place { int village; uint32_t kind; char name[48]; double lat, lon; struct year_ref ref; };

/* A hazard and where it stands. `next` is the day something happens to it; 0 never again. */
enum year_state { YEAR_NOTIFIED, YEAR_FIXING, YEAR_FIXED, YEAR_DOUBT, YEAR_MAJOR, YEAR_LISTED, YEAR_ASKED, YEAR_DONE };
struct year_hazard {
	struct year_ref refs[YEAR_DEPS]; uint32_t ref_count;      /* its history, the event that made it first */
	uint8_t index;
	int village, worker;
	enum year_state state;
	bool spot, controlled, major, urgent /* G+ */, listed;
	int32_t due, next;
};

/* One record on its way into a log. */
struct year_event {
	uint32_t author; struct event_scope scope; int64_t wall;
	uint32_t form; uint32_t number;
	struct buf answers, private_part;
	struct payload_row rows[8]; uint32_t row_count;
	struct year_ref *made;                            /* where its ref is wanted; stable until flushed, or NULL */
	int64_t hazards; uint32_t hazard_count;           /* hazards[] it made or touched, from here; -1 none */
};

struct year {
	const char *dir;
	uint32_t villages, writers, places, inspections; int calendar;
	uint64_t random;
	struct profile *town, *logs;
	const struct pack *pack;
	struct keys_identity *authority;
	struct year_person *people; uint32_t person_count;
	struct year_place *place;
	struct year_ref *teams, *orgs;                    /* by village */
	struct year_hazard *hazards; uint32_t hazard_count, hazard_cap;
	struct year_event *events; uint32_t event_count, event_cap;
	int32_t first, today;
};

void year_must(enum err e, const char *what);          /* prints and exits: this is a tool */
uint32_t year_random(struct year *y, uint32_t below);
bool year_chance(struct year *y, double p);

/* year_write.c: fill in `json` on a row of which `field` tells the fields (may be NULL), and put it among today's events. `subject`
 * is the row that updating entities change, `deps` what its author saw of it. */
struct year_subject { const char *(*field)(void *user, const char *name); void *user; const struct year_ref *row; uint8_t index; const struct year_ref *deps; uint32_t dep_count; };
struct year_event *year_record(struct year *y, uint32_t author, int64_t wall, const char *form, const struct year_subject *on, const char *json);
/* An inspection in order; cheap. */
struct year_event *year_visit(struct year *y, uint32_t author, int64_t wall, struct year_place *place);
/* Sign and append all events of today. */
void year_flush(struct year *y);
const char *year_ref_text(const struct year_ref *r, uint8_t index, char out[32]);
struct event_scope year_scope(const struct year *y, int village);
void year_village_code(int village, char out[16]);
struct year_hazard *year_hazard(struct year *y);

/* year_people.c */
void year_found(struct year *y);
void year_settle(struct year *y);                     /* villages, places, teams are entered */

/* year_days.c */
void year_day(struct year *y);

/* year_seal.c: everything that no bundle carries yet, in bundles of each writer. */
void year_seal(struct year *y);

#endif
