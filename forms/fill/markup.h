/* markup.h - the light Markdown and HTML of labels as plain text and spans for the screen.
 *
 * Understood: # headings, **bold** __bold__ *italic* _italic_, [words](link), backslash escapes; the tags b strong i em u
 * h1-h6 br p div li ul ol span font a, and entities. Colours, sizes and links are dropped, their words stay. What only
 * looks like markup ("2 * 3", "a < b", snake_case, a tag nobody knows) is left as written. Source: the styling section of
 * https://docs.getodk.org/form-styling/.
 */
#ifndef FORMS_FILL_MARKUP_H
#define FORMS_FILL_MARKUP_H

#include "forms/base/buf.h"

#include <stdint.h>

enum { MARKUP_BOLD = 1, MARKUP_ITALIC = 2, MARKUP_HEADING = 4, MARKUP_UNDERLINE = 8 };

struct markup_span { uint32_t start, len; unsigned style; };         /* bytes of the text; style is never 0 */

/* A zeroed struct is ready. Spans ascend and do not overlap. */
struct markup {
	struct buf text;
	struct markup_span *spans;
	uint32_t count, cap;
};

/* Read a label (UTF-8) in the place of what was there. ERR_NOMEM only: any text is a label. */
enum err markup_read(struct markup *m, const char *label);
void markup_clear(struct markup *m);

#endif
