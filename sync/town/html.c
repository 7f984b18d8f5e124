#include "config.h"
#include "sync/town/html.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void escape(struct buf *out, const char *s, bool breaks)
{
	struct buf clean = { 0 };

	for (; *s; s++) {
		size_t n = strcspn(s, "&<>\"'\n\t");

		buf_reset(&clean);
		if (n) {
			char *piece = strndup(s, n);

			text_clean(&clean, piece ? piece : "");
			buf_puts(out, buf_str(&clean));
			free(piece);
			s += n;
		}
		switch (*s) {
		case '&':  buf_puts(out, "&amp;"); break;
		case '<':  buf_puts(out, "&lt;"); break;
		case '>':  buf_puts(out, "&gt;"); break;
		case '"':  buf_puts(out, "&quot;"); break;
		case '\'': buf_puts(out, "&#39;"); break;
		case '\n': buf_puts(out, breaks ? "<br>" : " "); break;
		case '\t': buf_putc(out, ' '); break;
		default:   buf_clear(&clean); return;
		}
	}
	buf_clear(&clean);
}

void html_text(struct buf *out, const char *s)
{
	escape(out, s, false);
}

void html_lines(struct buf *out, const char *s)
{
	escape(out, s, true);
}

void html_begin(struct buf *out, const char *title, const char *style)
{
	buf_puts(out, "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
	              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
	              "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"" PACKAGE_STRING "\">\n<title>");
	html_text(out, title);
	buf_puts(out, "</title>\n<style>\n");
	buf_puts(out, style);
	buf_puts(out, "</style>\n</head>\n<body>\n");
}

void html_end(struct buf *out)
{
	buf_puts(out, "</body>\n</html>\n");
}
