#include "config.h"
#include "tui/kit/pager.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"
#include "tui/kit/field.h"

#include <stdlib.h>
#include <string.h>

struct pager {
	struct kit_view base;
	char *title, *text;
	int top, rows, height;
	bool finding;
	struct kit_field find;
};

static bool is_heading(const char *line)
{
	return line[0] == '#' && line[1] == ' ';
}

/* Does the line hold what is looked for? Everything does when nothing is. */
static bool wanted(const struct pager *p, const char *line, size_t len)
{
	const char *want = kit_line_text(&p->find.line);
	char *copy;
	bool found;

	if (!*want)
		return true;
	copy = strndup(line, len);
	found = copy && strcasestr(copy, want);
	free(copy);
	return found;
}

/* Lay the text out from line `top` of it; draws when `win` is given, returns all its rows. */
static int lay_out(struct pager *p, WINDOW *win, int y, int height, int cols)
{
	int row = 0;

	for (const char *line = p->text, *end; *line; line = *end ? end + 1 : end) {
		const char *s;
		char *one;
		size_t n, skip;

		end = line + strcspn(line, "\n");
		if (!wanted(p, line, (size_t)(end - line)))
			continue;
		one = strndup(line, (size_t)(end - line));
		if (!one)
			break;
		s = is_heading(one) ? one + 2 : one;
		do {
			n = text_wrap(s, cols - 2, &skip);
			if (win && row >= p->top && row - p->top < height) {
				char piece[1024];

				snprintf(piece, sizeof piece, "%.*s", (int)n, s);
				kit_text(win, y + row - p->top, 1, cols - 1, is_heading(one) ? KIT_STRONG : KIT_PLAIN, piece);
			}
			row++;
			s += n + skip;
		} while (*s && n + skip);
		free(one);
	}
	return row;
}

static void title(struct kit_view *v, struct buf *left, struct buf *right)
{
	struct pager *p = (struct pager *)v;

	buf_puts(left, p->title);
	if (p->rows > p->height && p->height > 0)
		buf_printf(right, "%d/%d", (p->top + p->height) < p->rows ? p->top + p->height : p->rows, p->rows);
	else
		buf_putc(right, ' ');
}

static void draw(struct kit_view *v, WINDOW *win)
{
	struct pager *p = (struct pager *)v;
	int h, w, y = p->finding ? 1 + p->find.compose.on : 0;

	getmaxyx(win, h, w);
	p->height = h - y > 0 ? h - y : 1;
	p->rows = lay_out(p, NULL, 0, 0, w);
	if (p->top > p->rows - p->height)
		p->top = p->rows > p->height ? p->rows - p->height : 0;
	lay_out(p, win, y, p->height, w);
	v->cursor_y = y;
	v->cursor_x = 0;
	v->cursor_shown = false;
	if (p->finding)
		kit_field_draw(&p->find, v, win, 0, 1, w - 2, _("查找"));
}

static enum kit_next act(struct kit_view *v, enum kit_action a)
{
	struct pager *p = (struct pager *)v;

	switch (a) {
	case ACT_UP:        p->top -= p->top > 0; return KIT_STAY;
	case ACT_DOWN:      p->top++; return KIT_STAY;
	case ACT_PAGE_UP:   p->top = p->top > p->height - 1 ? p->top - p->height + 1 : 0; return KIT_STAY;
	case ACT_PAGE_DOWN: p->top += p->height - 1; return KIT_STAY;
	case ACT_FIRST:     p->top = 0; return KIT_STAY;
	case ACT_LAST:      p->top = p->rows; return KIT_STAY;
	case ACT_FIND:      p->finding = true; return KIT_STAY;
	case ACT_OPEN:      return KIT_CLOSE;
	case ACT_BACK:
		if (!p->finding)
			return KIT_CLOSE;
		p->finding = false;
		kit_line_set(&p->find.line, "");
		return KIT_STAY;
	default:            return KIT_PASS;
	}
}

static enum kit_typing typing(struct kit_view *v)
{
	return ((struct pager *)v)->finding;
}

static enum kit_next key(struct kit_view *v, int k)
{
	struct pager *p = (struct pager *)v;

	p->top = kit_key_is_text(k) ? 0 : p->top;
	return kit_field_key(&p->find, k) ? KIT_STAY : KIT_PASS;
}

static enum kit_next paste(struct kit_view *v, const char *text)
{
	kit_line_insert(&((struct pager *)v)->find.line, text);
	return KIT_STAY;
}

static void close_pager(struct kit_view *v)
{
	struct pager *p = (struct pager *)v;

	free(p->title);
	free(p->text);
	kit_field_clear(&p->find);
	free(p);
}

static const struct kit_key keys[] = {
	{ '/', ACT_FIND, true }, { KIT_ENTER, ACT_OPEN, false },
	{ KIT_FN | KEY_DOWN, ACT_DOWN, false }, { 'j', ACT_DOWN, false }, { KIT_FN | KEY_UP, ACT_UP, false }, { 'k', ACT_UP, false },
	{ ' ', ACT_PAGE_DOWN, true }, { KIT_FN | KEY_NPAGE, ACT_PAGE_DOWN, false }, { KIT_FN | KEY_PPAGE, ACT_PAGE_UP, false },
	{ KIT_FN | KEY_HOME, ACT_FIRST, false }, { KIT_FN | KEY_END, ACT_LAST, false },
	{ 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "pager", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_pager,
	.typing = typing, .key = key, .paste = paste,
};

struct kit_view *kit_pager_new(const char *heading, const char *text)
{
	struct pager *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->base.ops = &ops;
	p->title = strdup(heading);
	p->text = strdup(text);
	if (p->title && p->text)
		return &p->base;
	close_pager(&p->base);
	return NULL;
}
