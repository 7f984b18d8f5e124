/* moving_view.h - private to moving*.c: the list of those to be moved as it stands on the screen, and its ticks. */
#ifndef TUI_SCREENS_ALARM_MOVING_VIEW_H
#define TUI_SCREENS_ALARM_MOVING_VIEW_H

#include "tui/kit/field.h"
#include "tui/kit/list.h"
#include "tui/screens/alarm/moves.h"
#include "tui/screens/app.h"

struct moving {
	struct kit_view base;
	struct app *app;
	struct row_id warning;
	struct buf title;
	int64_t received;
	const struct pack_register *reg;            /* callouts */
	struct moves moves;
	size_t *shown, shown_count;                 /* places in moves.order */
	bool still_only, finding, begun;
	struct kit_field query;
	bool has_shelter, by_me;
	struct row_id shelter;                      /* of all ticks from now on */
	enum moving_last { LAST_NONE, LAST_TICK, LAST_HOME } last_was;      /* can be taken back */
	struct row_id last; char was[24];           /* whose it was; of a tick the state before */
	struct move_plan was_at;                    /* and where they were, when they had arrived */
	struct row_id came_home;                    /* the record of it, when it was that */
	char allowed_by[128];                       /* whose word let the last one go home: offered for the next; "" */
	enum kit_action waiting; struct row_id waits;      /* the digit that asked for a shelter first, and whose tick it is */
	uint64_t version;                           /* of the store that was read */
	struct kit_list list;
};

/* moving.c: read all anew; the row at a place of the list (to be cleared); a field of it in words, appended; the cursor to the next one
 * who is still there, from place `at` on; to this household. */
enum err moving_read(struct moving *m);
enum err moving_row(struct moving *m, size_t i, struct row *row);
void moving_words(struct moving *m, const struct row *row, const char *field, struct buf *out);
void moving_go_on(struct moving *m, size_t at);
void moving_select(struct moving *m, const struct row_id *id);

/* moving_tick.c: what a digit says of a household, NULL when it is none; its tick for the selected one, which asks for a shelter first
 * where the list says none; the last tick taken back; a shelter for all ticks from now on. */
const char *moving_digit(enum kit_action a);
enum kit_next moving_tick(struct moving *m, enum kit_action a);
enum kit_next moving_take_back(struct moving *m);
enum kit_next moving_ask_shelter(struct moving *m);

/* moving_home.c: whether the selected household is away and may be told home; that it went, after asking by whose word; that
 * the last one did not, by a correction of that record. */
bool moving_home_offered(const struct moving *m);
enum kit_next moving_home(struct moving *m);
enum kit_next moving_home_take_back(struct moving *m);

#endif
