/* list.h - a list of any length: only the rows on the screen are asked for.
 *
 * Rows come by index from a callback; the selection is an id, so it stays with its row when rows come, go or move. Under
 * KIT_NARROW columns a row takes two lines; the selected one as many as what stands in it needs, so that whatever is cut can be read by
 * going there. A list is a part of a view, not a view.
 */
#ifndef TUI_KIT_LIST_H
#define TUI_KIT_LIST_H

#include "tui/kit/view.h"

enum { KIT_ID = 24, KIT_CELLS = 8, KIT_CELL = 192 };

struct kit_id { uint8_t byte[KIT_ID]; };                /* all zero: none */

struct kit_id kit_id(const void *data, size_t len);     /* of at most KIT_ID bytes */
struct kit_id kit_id_number(uint64_t n);                /* n + 1, so that 0 is an id too */
bool kit_id_same(struct kit_id a, struct kit_id b);

struct kit_cell { char text[KIT_CELL]; enum kit_role role; };

/* How cells lie. Wide: side by side, each column as wide as what stands in it; where there is no room, cut to `cols` (0: to what is
 * left), and what still does not fit is left out from the right. A column in which nothing stands takes no room. Narrow: in line `line` (1 or 2)
 * one after the other, `right` at its right end; line 0 is left out. What line 1 has no room for at its right goes to line 2, where that has. */
struct kit_column { int cols, line; bool right; };

struct kit_rows {
	void *user;
	size_t (*count)(void *user);
	struct kit_id (*id)(void *user, size_t i);
	void (*row)(void *user, size_t i, struct kit_cell cells[KIT_CELLS]);    /* cells come empty and plain */
	const struct kit_column *columns;                                       /* column_count of them */
	size_t column_count;
	const char *const *heads;                                               /* headings where there is room, translated, one a column; NULL: none */
	const char *empty;                                                      /* translated: what would stand here, and the key that makes the first */
};

struct kit_list {
	struct kit_rows rows;
	struct kit_id selected;
	size_t at, top;              /* index of the selected row, of the first one shown */
	int shown, first_y, row_height, more;   /* as drawn last, for taps and pages; more: lines that the selected row takes beyond its own */
	int widest[KIT_CELLS], widest_in;   /* of each column so far, in a window of so many columns: nothing jumps to and fro */
};

/* Find the selection again after the rows changed: same id, else the same place. */
void kit_list_sync(struct kit_list *l);
void kit_list_select(struct kit_list *l, size_t i);

/* UP DOWN PAGE_UP PAGE_DOWN FIRST LAST; KIT_PASS for anything else. */
enum kit_next kit_list_act(struct kit_list *l, enum kit_action a);

/* Draw into rows [y, y + height) of the window; tells `v` where the cursor is. */
void kit_list_draw(struct kit_list *l, struct kit_view *v, WINDOW *win, int y, int height);

/* A tap selects; true when the row was selected already (the view then opens it). */
bool kit_list_tap(struct kit_list *l, int y);

/* The movement keys, to stand in a view's key table. */
#define KIT_LIST_KEYS \
	{ KIT_FN | KEY_DOWN, ACT_DOWN, false }, { 'j', ACT_DOWN, false }, { KIT_FN | KEY_UP, ACT_UP, false }, { 'k', ACT_UP, false }, \
	{ KIT_FN | KEY_NPAGE, ACT_PAGE_DOWN, false }, { KIT_FN | KEY_PPAGE, ACT_PAGE_UP, false }, \
	{ KIT_FN | KEY_HOME, ACT_FIRST, false }, { KIT_FN | KEY_END, ACT_LAST, false }

#endif
