/* warning_view.h - private to warning.c and answering.c: the call list of one warning, and what a digit writes for the one called. */
#ifndef TUI_SCREENS_ALARM_WARNING_VIEW_H
#define TUI_SCREENS_ALARM_WARNING_VIEW_H

#include "tui/kit/list.h"
#include "tui/screens/alarm/calls.h"
#include "tui/screens/alarm/moves.h"
#include "tui/screens/alarm/warning.h"
#include "tui/screens/app.h"

/* What stood of the one called before a digit, and the record that the digit made. */
enum { ANSWERING_FIELDS = 6, ANSWERING_TEXT = 160 };
struct answering_was {
	struct row_id id, made;
	bool moved;                                 /* by the form callout_move, else callout_answer with these fields: */
	char state[24], fields[ANSWERING_FIELDS][ANSWERING_TEXT];
	struct move_plan at;
};

struct warning_view {
	struct kit_view base;
	struct app *app;
	struct row_id id;
	struct row row;
	struct warning_open open;
	int64_t done, lifted;                       /* ms, 0 not yet: since then no clock runs, and who answers late still counts */
	struct calls calls;
	bool waiting_only, looked, begun;
	bool compared; uint32_t missing;            /* with the registers, once: so many people of theirs are not on the list */
	uint32_t merged_of;                         /* so many stood on the list when it was looked through for twins */
	struct buf moved;                           /* how far the moving has come, in words */
	const struct pack_register *reg;
	struct kit_list list;
	enum kit_action waiting; struct row_id waits;      /* the digit that asked for a shelter first, and whose answer it is */
	struct answering_was was, last; bool has_last;      /* before the digit at hand; before the last one kept: that can be taken back */
	uint64_t version;                           /* of the store that was read */
};

/* warning.c: read all anew; the row at a place of the list (to be cleared). */
enum err warning_read(struct warning_view *v);
enum err warning_row(struct warning_view *v, size_t i, struct row *row);

/* answering.c: what a digit says, NULL when it is none; keep it for the selected one. A household at its shelter whose place the list
 * does not tell asks for it first. */
const char *answering_digit(enum kit_action a);
enum kit_next answering_record(struct warning_view *v, enum kit_action a);
/* A slip of the finger: the state before the last digit, by a record of its own; else that digit's record is corrected. */
enum kit_next answering_take_back(struct warning_view *v);

#endif
