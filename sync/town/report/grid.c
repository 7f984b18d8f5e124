#include "config.h"
#include "sync/town/report/grid.h"

#include "sync/town/html.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void grid_put_number(struct buf *out, uint64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n);

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf_putc(out, ',');
		buf_putc(out, digits[i]);
	}
}

/* Whole numbers only, rounded half up, so that anybody can reckon it again. */
void grid_put_share(struct buf *out, uint64_t part, uint64_t whole)
{
	uint64_t tenths = whole ? (part * 2000 + whole) / (2 * whole) : 0;

	if (!whole)
		buf_puts(out, "–");
	else
		buf_printf(out, "%" PRIu64 ".%" PRIu64 "%%", tenths / 10, tenths % 10);
}

void grid_begin(struct buf *out, const char *id, const char *caption, const char *const *headings)
{
	buf_printf(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s-c\"><table id=\"%s\"><caption id=\"%s-c\">", id, id, id);
	html_text(out, caption);
	buf_puts(out, "</caption><thead><tr>");
	for (; *headings; headings++) {
		buf_puts(out, "<th scope=\"col\">");
		html_text(out, *headings);
		buf_puts(out, "</th>");
	}
	buf_puts(out, "</tr></thead><tbody>\n");
}

void grid_end(struct buf *out)
{
	buf_puts(out, "</tbody></table></div>\n");
}

void grid_row(struct buf *out, const char *heading)
{
	buf_puts(out, "<tr><th scope=\"row\">");
	html_text(out, heading);
	buf_puts(out, "</th>");
}

void grid_row_end(struct buf *out)
{
	buf_puts(out, "</tr>\n");
}

void grid_text(struct buf *out, const char *s)
{
	buf_puts(out, "<td>");
	html_text(out, s);
	buf_puts(out, "</td>");
}

void grid_number(struct buf *out, uint64_t n)
{
	buf_puts(out, n ? "<td class=\"n\">" : "<td class=\"n zero\">");
	grid_put_number(out, n);
	buf_puts(out, "</td>");
}

void grid_alarm(struct buf *out, uint64_t n)
{
	buf_puts(out, n ? "<td class=\"n alarm\">" : "<td class=\"n zero\">");
	grid_put_number(out, n);
	buf_puts(out, "</td>");
}

void grid_share(struct buf *out, uint64_t part, uint64_t whole)
{
	buf_puts(out, "<td class=\"n\">");
	grid_put_share(out, part, whole);
	buf_puts(out, "</td>");
}

void grid_bar(struct buf *out, uint64_t n, uint64_t most, const char *kind)
{
	uint64_t thousandths = most ? n * 1000 / most : 0;

	buf_printf(out, "<td class=\"n bar %s\"><i style=\"--w:%" PRIu64 ".%03" PRIu64 "\"></i><span>", kind, thousandths / 1000, thousandths % 1000);
	grid_put_number(out, n);
	buf_puts(out, "</span></td>");
}
