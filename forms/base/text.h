/* text.h - UTF-8 text: is it sound, and how does it lie on a terminal.
 *
 * Columns, not bytes: a Han character takes two. The layout functions accept any bytes; what is not valid UTF-8, and
 * every control character, counts as one column and is to be drawn as '?' (text_clean), so nothing a record holds can
 * move the cursor or send the terminal a command. Widths come from wcwidth() of the locale i18n_open() set.
 */
#ifndef FORMS_BASE_TEXT_H
#define FORMS_BASE_TEXT_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decode the character at s (len bytes left, > 0); returns its bytes, at least 1. *cp is 0xFFFD for invalid UTF-8
 * (overlong, surrogate, above U+10FFFF, cut). */
size_t text_next(const char *s, size_t len, uint32_t *cp);

/* Append one code point as UTF-8. */
void text_put(struct buf *b, uint32_t cp);

/* Strict UTF-8 (RFC 3629) without NUL? */
bool text_valid(const char *s, size_t len);

/* Characters in `s`. */
size_t text_count(const char *s);

/* Columns that `s` takes. */
int text_width(const char *s);

/* Bytes of the longest prefix of `s` that fits `cols` columns without cutting a character or parting a combining mark
 * from its base; *used gets its width. */
size_t text_fit(const char *s, int cols, int *used);

/* The next line of `s` no wider than `cols`: bytes to draw, and in *skip bytes to pass over after them (blanks, a line
 * feed). Breaks anywhere between Han, at blanks in Latin text, never before closing punctuation (，。、；：？！）》」』】…)
 * nor after opening ones. An empty line gives 0 with *skip 1; both are 0 only at the end of `s`. */
size_t text_wrap(const char *s, int cols, size_t *skip);

/* Append `s` with control characters (C0, DEL, C1, bidirectional overrides) and invalid bytes as '?'. */
void text_clean(struct buf *b, const char *s);

/* Trim blanks (ASCII, U+3000, U+00A0) at both ends, in place; returns s. */
char *text_trim(char *s);

/* Case-blind comparison of ASCII letters. */
bool text_same(const char *a, const char *b);

#endif
