#include "config.h"
#include "tui/kit/prompt.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"

#include <stdlib.h>
#include <string.h>

struct prompt {
	struct kit_view base;
	char *title, *text;
	struct kit_field field;
	bool confirmed;
};

static void title(struct kit_view *v, struct buf *left, struct buf *right)
{
	(void)right;
	buf_puts(left, ((struct prompt *)v)->title);
}

static void draw(struct kit_view *v, WINDOW *win)
{
	struct prompt *p = (struct prompt *)v;
	int h, w, y = 0;

	getmaxyx(win, h, w);
	if (p->text)
		y = kit_paragraph(win, 0, 1, h > 4 ? h - 3 : 1, w - 2, KIT_PLAIN, p->text) + (h > 8);
	kit_field_draw(&p->field, v, win, y < h ? y : h - 1, 1, w - 2, NULL);
}

static enum kit_next act(struct kit_view *v, enum kit_action a)
{
	if (a != ACT_OPEN)
		return KIT_PASS;
	((struct prompt *)v)->confirmed = true;
	return KIT_CLOSE;
}

static enum kit_typing typing(struct kit_view *v)
{
	(void)v;
	return true;
}

static enum kit_next key(struct kit_view *v, int k)
{
	return kit_field_key(&((struct prompt *)v)->field, k) ? KIT_STAY : KIT_PASS;
}

static enum kit_next paste(struct kit_view *v, const char *text)
{
	kit_line_insert(&((struct prompt *)v)->field.line, text);
	return KIT_STAY;
}

static const char *label(struct kit_view *v, enum kit_action a)
{
	(void)v;
	return a == ACT_OPEN ? _("好了") : NULL;
}

static void close_prompt(struct kit_view *v)
{
	struct prompt *p = (struct prompt *)v;

	free(p->title);
	free(p->text);
	kit_field_clear(&p->field);
	free(p);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, KIT_FIELD_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "prompt", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_prompt,
	.label = label, .typing = typing, .key = key, .paste = paste,
};

struct kit_view *kit_prompt_new(const char *heading, const char *text, const char *initial,
                                enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	struct prompt *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->base.ops = &ops;
	p->base.done = done;
	p->title = strdup(heading);
	p->text = text ? strdup(text) : NULL;
	kit_line_set(&p->field.line, initial ? initial : "");
	if (p->title)
		return &p->base;
	close_prompt(&p->base);
	return NULL;
}

const char *kit_prompt_typed(const struct kit_view *v)
{
	return kit_line_text(&((const struct prompt *)v)->field.line);
}

const char *kit_prompt_answer(const struct kit_view *v)
{
	const struct prompt *p = (const struct prompt *)v;

	return p->confirmed ? kit_line_text(&p->field.line) : NULL;
}

enum kit_next kit_prompt_again(struct kit_view *below, const struct kit_view *v)
{
	const struct prompt *p = (const struct prompt *)v;

	return kit_open(below, kit_prompt_new(p->title, p->text, kit_line_text(&p->field.line), v->done));
}

bool kit_secret_key(struct kit_secret *s, int key)
{
	if (key == (KIT_FN | KEY_BACKSPACE)) {
		while (s->len && (s->at[--s->len] & 0xc0) == 0x80)
			;
		s->at[s->len] = '\0';
		return true;
	}
	if (key == ('U' & 0x1f)) {
		kit_secret_wipe(s);
		return true;
	}
	/* ASCII only: what an input method would send differs from machine to machine. */
	if (key < 32 || key > 126)
		return false;
	if (s->len + 1 < KIT_SECRET_MAX) {
		s->at[s->len++] = (char)key;
		s->at[s->len] = '\0';
	}
	return true;
}

void kit_secret_wipe(struct kit_secret *s)
{
	explicit_bzero(s->at, KIT_SECRET_MAX);
	s->len = 0;
}

void kit_secret_draw(const struct kit_secret *s, struct kit_view *v, WINDOW *win, int y, int x, int cols)
{
	int shown = (int)s->len < cols - 1 ? (int)s->len : cols - 1;

	wattrset(win, (int)kit_attr(KIT_FIELD));
	mvwhline(win, y, x, ' ', cols);
	for (int i = 0; i < shown; i++)
		mvwaddch(win, y, x + i, '*');
	wattrset(win, A_NORMAL);
	v->cursor_y = y;
	v->cursor_x = x + (shown > 0 ? shown : 0);
	v->cursor_shown = true;
}
