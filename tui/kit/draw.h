/* draw.h - putting text on a window: always cleaned, always cut at a character, never beyond the edge. */
#ifndef TUI_KIT_DRAW_H
#define TUI_KIT_DRAW_H

#include "tui/kit/theme.h"

#include <stdint.h>

/* Draw `s` at y, x in at most `cols` columns ("…" where it is cut); returns the columns used. Outside the window nothing is drawn. */
int kit_text(WINDOW *win, int y, int x, int cols, enum kit_role role, const char *s);
int kit_printf(WINDOW *win, int y, int x, int cols, enum kit_role role, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* The same, ending at column x + cols. */
int kit_text_right(WINDOW *win, int y, int x, int cols, enum kit_role role, const char *s);

/* Wrapped into at most `rows` lines of `cols` columns; the last one ends in "…" when more follows. Returns the lines used. */
int kit_paragraph(WINDOW *win, int y, int x, int rows, int cols, enum kit_role role, const char *s);
int kit_paragraph_rows(const char *s, int cols);

/* "label   value" on a row of its own, as pages of few facts have it; the values of a page stand in one column, this far right of the
 * labels' start. A count: nothing is drawn when there is none, unless its role is KIT_PLAIN. Both return the next row. */
int kit_label_columns(WINDOW *win);
int kit_labelled(WINDOW *win, int y, enum kit_role role, const char *label, const char *value);
int kit_labelled_count(WINDOW *win, int y, enum kit_role role, const char *label, uint64_t n);

/* A step of several: "[x] words" when done, else "[ ] words", and below it what was given, when there is something. Returns the next row. */
int kit_step(WINDOW *win, int y, bool done, const char *words, const char *value);

/* A thin line across, and a bar of `cols` columns, "====----". */
void kit_rule(WINDOW *win, int y);
void kit_bar(WINDOW *win, int y, int x, int cols, uint64_t done, uint64_t total);

/* Give `cols` cells that were drawn with `role` further attributes (a word that its author marked). */
void kit_more(WINDOW *win, int y, int x, int cols, enum kit_role role, attr_t more);

/* Give a whole row of the window the look of a role (the selected row). */
void kit_row_role(WINDOW *win, int y, enum kit_role role);

#endif
