/* desk_view.h - private to desk*.c: the township's home.
 *
 * What came, what must be judged, what is late, each in a line with a digit that opens what the line counts; below them what was begun
 * and left, then the hazards, most pressing first. Where the township's keys are, the last line says when a backup is overdue.
 */
#ifndef TUI_SCREENS_DESK_DESK_VIEW_H
#define TUI_SCREENS_DESK_DESK_VIEW_H

#include "sync/ledger/profile/profile_copy.h"
#include "tui/kit/list.h"
#include "tui/screens/desk/board.h"
#include "tui/screens/home/begun.h"

enum { DESK_LINES = 7, DESK_WORDS = 240 };

struct desk_line { const char *what; char words[DESK_WORDS]; enum kit_role role; };

struct desk {
	struct kit_view base;
	struct app *app;
	struct board board;
	const struct pack_register *reg;            /* hazards; NULL when the pack has none */
	struct begun drafts[BEGUN_MAX];
	size_t draft_count;
	struct desk_line lines[DESK_LINES];
	struct kit_list list;
	struct profile_copied copied;               /* looked at when the page is opened or something was written */
	bool town;                                  /* the township's keys are here: sticks are merged, not synced with */
};

/* desk_lines.c: the lines anew from the board. */
void desk_fill_lines(struct desk *d);

/* desk_rows.c: the list's rows (its `user` is the desk), and which draft or hazard row i is; NULL when it is the other. */
size_t desk_row_count(void *user);
struct kit_id desk_row_id(void *user, size_t i);
void desk_row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS]);
const struct begun *desk_draft(const struct desk *d, size_t i);
const struct board_hazard *desk_hazard(const struct desk *d, size_t i);

#endif
