/* moves.h - who is to be moved in one warning: the households of its call list, and one tick for each, on disk before the next.
 *
 * Those who need someone first (old, weak, sick, disabled, pregnant, small children) stand before the others, then as the list was
 * made; the order does not change while people are ticked off. Fields of callouts: warning, name, household, help, people, state
 * (moving, arrived, refused), settle, shelter, moved_at, moved_by, moved_n; the form is callout_move. Who arrived and went home later
 * counts as arrived still, and who was moved for another warning that runs too has gone already, though nobody ticked it here: the
 * register of households says when and by whose word (returned_at, return_by; form household_returned).
 */
#ifndef TUI_SCREENS_ALARM_MOVES_H
#define TUI_SCREENS_ALARM_MOVES_H

#include "sync/ledger/rows/listing.h"
#include "tui/screens/app.h"

enum move_state { MOVE_STILL, MOVE_ON_WAY, MOVE_ARRIVED, MOVE_REFUSED, MOVE_STATES };

struct move {
	uint32_t at, people;                 /* at: in the listing */
	bool first;
	int64_t home;                        /* again, since: ms; 0 no */
	int64_t away;                        /* moved for another warning and not home since: when; 0 no */
	enum move_state state;
};

struct moves {
	struct listing *listing;
	struct move *order;
	size_t count;                                       /* all of them */
	uint32_t homes[MOVE_STATES], people[MOVE_STATES];   /* people: of whom arrived, as counted at their arrival */
	uint32_t first, first_arrived;                      /* households that go first */
	uint32_t all_people, home;                          /* home: households that are back */
	uint32_t away;                                      /* not ticked here, but moved for another warning */
};

enum err moves_open(struct app *app, const struct row_id *warning, struct moves *out);
void moves_close(struct moves *m);

/* "到位 4/12 户 11/40 人  已走 3  路上 1  不愿 1  回家 2"; nothing when no household is on the list. */
void moves_words(const struct moves *m, struct buf *out);

/* May this person move people by this pack? */
bool moves_possible(const struct app *app);

/* Where a household is to go: what the call list says, and once a tick has said where they went (moved_at), what their own row in the
 * register says; where they went when `went`. "" and no shelter: nobody has said. */
struct move_plan { char settle[24]; struct row_id shelter; bool has_shelter; };
void moves_plan(struct app *app, const struct row *callout, bool went, struct move_plan *out);
bool moves_knows_where(const struct move_plan *plan);

/* Is there any shelter to choose? */
bool moves_has_shelters(const struct app *app);

/* What a tick says: a word of the states ("moving", "arrived", "refused"; to take a tick back, the one before it). What is NULL
 * stays as the list has it. */
struct move_tick { const char *state, *settle, *by; const struct row_id *shelter; };

/* The place of a plan into a tick, which borrows it. */
void moves_tick_as_planned(struct move_tick *tick, const struct move_plan *plan);

/* One household's tick is a record of its own: durable when this returns ERR_OK. */
enum err moves_tick(struct app *app, const struct row_id *callout, const struct move_tick *tick, struct row_id *record);

/* Coming home again, when somebody has said that they may. Only a household of the register has a return to be told: `why` says so. */
bool moves_home_possible(const struct app *app);
enum err moves_home_may(struct app *app, const struct row *callout);
enum err moves_home(struct app *app, const struct row *callout, const char *allowed_by, struct row_id *record);
/* That record was a slip: corrected to say so, both kept. ERR_DENIED: the lists it was made with ask nothing of the kind. */
enum err moves_not_home(struct app *app, const struct row_id *record, const char *reason);

#endif
