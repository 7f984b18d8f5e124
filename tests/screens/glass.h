/* glass.h - screens drawn in this process on a terminal of any type and size, and seen through libvterm: what a person would see,
 * with no program to wait for, and every byte of it counted. */
#ifndef TESTS_SCREENS_GLASS_H
#define TESTS_SCREENS_GLASS_H

#include "forms/base/buf.h"
#include "tui/kit/term.h"
#include "tui/kit/view.h"

/* One at a time. `term` as in TERM; the theme is set by kit_theme_use() afterwards. */
bool glass_open(const char *term, int rows, int cols);
void glass_close(void);
void glass_resize(int rows, int cols);

/* Draw the top view and carry it to the glass; the bytes that took. */
size_t glass_show(struct kit_stack *s);
/* A key, then the frame: its bytes. Work that the view then has to do is done. */
size_t glass_press(struct kit_stack *s, int key);

/* What stands on the glass, one line a row, with its attributes as escape sequences if wished. */
void glass_text(struct buf *out, bool attributes);
/* The same as if all of it had been drawn anew on an empty glass: what differs was left over. */
void glass_afresh(struct buf *out, bool attributes);
/* Where a text starts; false when it is not there. */
bool glass_find(const char *utf8, int *row, int *col);

#endif
