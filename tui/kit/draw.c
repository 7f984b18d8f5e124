#include "config.h"
#include "tui/kit/draw.h"

#include "forms/base/buf.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int room(WINDOW *win, int y, int x, int cols)
{
	int h, w;

	getmaxyx(win, h, w);
	if (y < 0 || y >= h || x < 0 || x >= w || cols <= 0)
		return 0;
	return cols < w - x ? cols : w - x;
}

int kit_text(WINDOW *win, int y, int x, int cols, enum kit_role role, const char *s)
{
	struct buf clean = { 0 };
	int used = 0;
	size_t n;

	cols = room(win, y, x, cols);
	if (!cols)
		return 0;
	text_clean(&clean, s);
	n = text_fit(buf_str(&clean), cols, &used);
	if (n < clean.len) {
		n = text_fit(buf_str(&clean), cols - 1, &used);
		buf_cut(&clean, n);
		buf_puts(&clean, "…");
		used++;
	}
	wattrset(win, (int)kit_attr(role));
	mvwaddnstr(win, y, x, buf_str(&clean), (int)clean.len);
	wattrset(win, A_NORMAL);
	buf_clear(&clean);
	return used;
}

int kit_printf(WINDOW *win, int y, int x, int cols, enum kit_role role, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	return kit_text(win, y, x, cols, role, line);
}

int kit_text_right(WINDOW *win, int y, int x, int cols, enum kit_role role, const char *s)
{
	int width = text_width(s);

	return kit_text(win, y, width < cols ? x + cols - width : x, width < cols ? width : cols, role, s);
}

int kit_paragraph(WINDOW *win, int y, int x, int rows, int cols, enum kit_role role, const char *s)
{
	int used = 0;
	size_t n, skip;

	for (; *s && used < rows && cols > 0; used++) {
		char line[1024];

		n = text_wrap(s, cols, &skip);
		if (!n && !skip)
			break;
		if (used == rows - 1 && s[n + skip]) {
			kit_text(win, y + used, x, cols, role, s);
			return rows;
		}
		snprintf(line, sizeof line, "%.*s", (int)n, s);
		kit_text(win, y + used, x, cols, role, line);
		s += n + skip;
	}
	return used;
}

int kit_paragraph_rows(const char *s, int cols)
{
	int rows = 0;
	size_t n, skip;

	for (; *s && cols > 0; rows++) {
		n = text_wrap(s, cols, &skip);
		if (!n && !skip)
			break;
		s += n + skip;
	}
	return rows;
}

int kit_label_columns(WINDOW *win)
{
	return getmaxx(win) < KIT_NARROW ? i18n_language() ? 20 : 14 : 26;
}

int kit_labelled(WINDOW *win, int y, enum kit_role role, const char *label, const char *value)
{
	int cols = getmaxx(win), wide = kit_label_columns(win);

	kit_text(win, y, 1, wide, KIT_DIM, label);
	kit_text(win, y, wide + 2, cols - wide - 3, role, value);
	return y + 1;
}

int kit_labelled_count(WINDOW *win, int y, enum kit_role role, const char *label, uint64_t n)
{
	char text[32];

	snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	return n || role == KIT_PLAIN ? kit_labelled(win, y, n ? role : KIT_PLAIN, label, text) : y;
}

/* What is still to be done is read whole on a phone; what is done, not again. */
enum { STEP_ROWS = 3 };

int kit_step(WINDOW *win, int y, bool done, const char *words, const char *value)
{
	kit_text(win, y, 1, 4, done ? KIT_GOOD : KIT_KEY, done ? "[x]" : "[ ]");
	y += kit_paragraph(win, y, 5, done ? 1 : STEP_ROWS, getmaxx(win) - 6, done ? KIT_DIM : KIT_PLAIN, words);
	if (*value)
		kit_text(win, y++, 7, getmaxx(win) - 8, KIT_STRONG, value);
	return y;
}

void kit_rule(WINDOW *win, int y)
{
	int h, w;

	getmaxyx(win, h, w);
	if (y < 0 || y >= h)
		return;
	wattrset(win, (int)kit_attr(KIT_DIM));
	mvwhline_set(win, y, 0, WACS_HLINE, w);
	wattrset(win, A_NORMAL);
}

void kit_bar(WINDOW *win, int y, int x, int cols, uint64_t done, uint64_t total)
{
	int full;

	cols = room(win, y, x, cols);
	full = total ? (int)((done < total ? done : total) * (uint64_t)cols / total) : 0;
	for (int i = 0; i < cols; i++) {
		wattrset(win, (int)kit_attr(i < full ? KIT_BAR : KIT_DIM));
		mvwaddch(win, y, x + i, i < full ? '=' : '-');
	}
	wattrset(win, A_NORMAL);
}

void kit_row_role(WINDOW *win, int y, enum kit_role role)
{
	int h, w;

	getmaxyx(win, h, w);
	(void)w;
	if (y >= 0 && y < h)
		mvwchgat(win, y, 0, -1, kit_attr(role) & ~A_COLOR, 0, NULL);
}

void kit_more(WINDOW *win, int y, int x, int cols, enum kit_role role, attr_t more)
{
	attr_t a = kit_attr(role);

	cols = room(win, y, x, cols);
	if (cols)
		mvwchgat(win, y, x, cols, (a | more) & ~A_COLOR, (short)PAIR_NUMBER((int)a), NULL);
}
