/* line.h - one line of text being edited: by character, with true columns, with undo.
 *
 * UTF-8, at most KIT_LINE_MAX bytes; the text is always valid. One paste is one undo step, so is a run of typing or of
 * deleting. Line feeds become blanks, other control characters are left out. What no longer fits is left out and said. A zeroed struct is an empty line.
 */
#ifndef TUI_KIT_LINE_H
#define TUI_KIT_LINE_H

#include "tui/kit/view.h"

enum { KIT_LINE_MAX = 8192, KIT_LINE_UNDO = 32 };

struct kit_line_state { char *text; size_t at; };

struct kit_line {
	struct buf text;
	size_t at;                                      /* byte offset of the edit point, on a character border */
	int first_col;                                  /* leftmost column shown */
	struct kit_line_state undo[KIT_LINE_UNDO];
	size_t undo_count;
	int run;                                        /* what the last key did, so that a run is one step */
};

void kit_line_clear(struct kit_line *l);                        /* frees */
void kit_line_set(struct kit_line *l, const char *text);        /* new text, edit point at its end, no undo */
const char *kit_line_text(const struct kit_line *l);            /* never NULL */
void kit_line_insert(struct kit_line *l, const char *text);     /* one undo step */
bool kit_line_undo(struct kit_line *l);

/* Typing, Left, Right, Home, End (Ctrl-A, Ctrl-E), Backspace, Del, Ctrl-W a word, Ctrl-U all, F3 undo. False: not taken. */
bool kit_line_key(struct kit_line *l, int key);

/* Draw in `cols` columns and put the real cursor of `v` at the edit point; `placeholder` stands dim in an empty line. */
void kit_line_draw(struct kit_line *l, struct kit_view *v, WINDOW *win, int y, int x, int cols, const char *placeholder);

#endif
