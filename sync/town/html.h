/* html.h - HTML as text: escaping, and the frame of a page that stands by itself (no script, nothing fetched). */
#ifndef SYNC_TOWN_HTML_H
#define SYNC_TOWN_HTML_H

#include "forms/base/buf.h"

/* Append `s` as text of an element or a quoted attribute. Control characters and invalid bytes become '?'; with `breaks`
 * line feeds become <br>. */
void html_text(struct buf *out, const char *s);
void html_lines(struct buf *out, const char *s);

/* "<!doctype html> ... <body>" and its end. `style` is put in as it stands. */
void html_begin(struct buf *out, const char *title, const char *style);
void html_end(struct buf *out);

#endif
