#include "config.h"
#include "tui/kit/frame.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"

#include <stdlib.h>
#include <string.h>

enum { HINTS_MAX = 48 };

/* Where each hint was drawn: a tap there is its key. */
static struct { int y, x, cols, key; } spots[HINTS_MAX];
static size_t spot_count;

struct kit_frame kit_frame(int rows, int cols)
{
	struct kit_frame f = { .rows = rows, .cols = cols };
	bool roomy = rows >= 10;

	f.too_small = rows < KIT_LEAST_ROWS || cols < KIT_LEAST_COLS;
	f.hint_rows = cols < KIT_NARROW && rows >= 16 ? 2 : 1;
	f.hint_y = rows - f.hint_rows;
	f.message_y = roomy ? f.hint_y - 1 : f.hint_y;
	f.body_y = roomy ? 2 : 1;
	f.body_rows = f.message_y - f.body_y;
	if (f.body_rows < 1)
		f.body_rows = 1;
	return f;
}

bool kit_view_offers(struct kit_view *v, const struct kit_app *app, enum kit_action a)
{
	switch (a) {
	case ACT_NONE:
		return false;
	case ACT_HELP: case ACT_REDRAW:
		return true;
	case ACT_CARDS:
		return app && app->act && (!app->offers || app->offers(app->user, v, a));
	default:
		return !v->ops->offers || v->ops->offers(v, a);
	}
}

const char *kit_view_label(struct kit_view *v, enum kit_action a)
{
	const char *own = v->ops->label ? v->ops->label(v, a) : NULL;

	return own ? own : _(kit_actions[a].label);
}

/* One hint; false when it does not fit the line any more. */
struct line { int y, x, rows, cols; struct buf *out; };

static bool add_hint(struct line *l, struct kit_view *v, const struct kit_key *k)
{
	struct buf one = { 0 };
	int width;
	bool fits = true;

	/* Two runs of Han touch without a blank and still read well; Latin words do not. */
	buf_printf(&one, i18n_language() ? "%s %s" : "%s%s", kit_key_name(k->key), kit_view_label(v, k->action));
	width = text_width(buf_str(&one));
	if (l->x && l->x + 1 + width > l->cols && l->y + 1 < l->rows) {
		l->y++;
		l->x = 0;
		buf_putc(l->out, '\n');
	}
	if (l->x + (l->x > 0) + width > l->cols) {
		fits = false;
	} else {
		if (l->x)
			buf_putc(l->out, ' ');
		l->x += l->x > 0;
		if (spot_count < HINTS_MAX) {
			spots[spot_count].y = l->y;
			spots[spot_count].x = l->x;
			spots[spot_count].cols = width;
			spots[spot_count++].key = k->key;
		}
		buf_puts(l->out, buf_str(&one));
		l->x += width;
	}
	buf_clear(&one);
	return fits;
}

static bool is_way_out(enum kit_action a)
{
	return a == ACT_HELP || a == ACT_BACK || a == ACT_QUIT;
}

void kit_frame_hints(struct kit_view *v, const struct kit_app *app, int rows, int cols, struct buf *out)
{
	const struct kit_key *maps[] = { v->ops->keys, kit_keys_common };
	bool seen[ACT_COUNT] = { false };
	struct line l = { .rows = rows, .cols = cols, .out = out };

	spot_count = 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t m = 0; m < 2; m++)
			for (const struct kit_key *k = maps[pass ? m : 1 - m]; k && k->action; k++) {
				struct kit_key shown = *k;

				if (!k->hint || is_way_out(k->action) == (pass == 1) || seen[k->action] || !kit_view_offers(v, app, k->action))
					continue;
				if (kit_view_takes(v, k->key)) {
					if (k->action != ACT_HELP)
						continue;
					shown.key = KIT_FN | KEY_F(1);
				}
				seen[k->action] = true;
				if (!add_hint(&l, v, &shown))
					return;
			}
}

void kit_frame_message(const struct kit_frame *f, enum kit_role role, const char *words)
{
	int rows = f->rows - f->message_y, need = kit_paragraph_rows(words, f->cols);

	if (need < rows)
		rows = need > 0 ? need : 1;
	for (int i = 0; i < rows; i++) {
		move(f->message_y + i, 0);
		clrtoeol();
	}
	kit_paragraph(stdscr, f->message_y, 0, rows, f->cols, role, words);
	for (size_t i = 0; i < spot_count; i++)
		if (spots[i].y < f->message_y + rows)
			spots[i].cols = 0;
}

int kit_frame_hint_at(int y, int x)
{
	for (size_t i = 0; i < spot_count; i++)
		if (spots[i].y == y && x >= spots[i].x && x < spots[i].x + spots[i].cols)
			return spots[i].key;
	return 0;
}

static void draw_hints(const struct kit_frame *f, struct kit_view *v, const struct kit_app *app)
{
	struct buf hints = { 0 };
	char *line;
	int y = f->hint_y;

	kit_frame_hints(v, app, f->hint_rows, f->cols, &hints);
	line = buf_take(&hints);
	for (char *at = line, *end; at; at = end, y++) {
		end = strchr(at, '\n');
		if (end)
			*end++ = '\0';
		kit_text(stdscr, y, 0, f->cols, KIT_PLAIN, at);
	}
	free(line);
	for (size_t i = 0; i < spot_count; i++) {
		spots[i].y += f->hint_y;
		mvchgat(spots[i].y, spots[i].x, text_width(kit_key_name(spots[i].key)), kit_attr(KIT_KEY) & ~A_COLOR,
		        (short)PAIR_NUMBER(kit_attr(KIT_KEY)), NULL);
	}
}

/* Where "where > what" says what. */
static const char *what_of(const char *words)
{
	static const char sep[] = " > ";
	const char *what = NULL;

	for (const char *next = words; (next = strstr(next, sep)); next++)
		what = next + strlen(sep);
	return what;
}

/* On two lines, the first one shorter. What it is about has the second to itself, if that keeps it whole and nothing else does. */
static void wrap_title(int first, int cols, const char *words)
{
	const char *what = what_of(words), *rest;
	struct buf line = { 0 };
	size_t skip, n = text_wrap(words, first, &skip);

	rest = words + n + skip;
	/* At a blank, where that leaves more than half of the line and the second takes the rest. */
	for (size_t i = n; *rest && i-- > 0; ) {
		struct buf head = { 0 };
		bool fits = words[i] == ' ' && text_width(words + i + 1) <= cols;

		buf_put(&head, words, i);
		if (fits && text_width(buf_str(&head)) * 2 > first) {
			n = i;
			rest = words + i + 1;
			i = 0;
		}
		buf_clear(&head);
	}
	if (text_width(rest) > cols && what && text_width(what) <= cols) {
		n = (size_t)(what - words);
		rest = what;
	}
	buf_put(&line, words, n);
	kit_text(stdscr, 0, 0, first, KIT_TITLE, buf_str(&line));
	kit_text(stdscr, 1, 0, cols, KIT_TITLE, rest);
	buf_clear(&line);
}

/* On one: a long form's name leaves room for what it is about. */
static void squeeze_title(int cols, const char *words)
{
	static const char sep[] = " > ";
	const char *what = what_of(words);
	struct buf where = { 0 };
	int head, rest, x;

	if (!what) {
		kit_text(stdscr, 0, 0, cols, KIT_TITLE, words);
		return;
	}
	what -= strlen(sep);
	buf_put(&where, words, (size_t)(what - words));
	head = text_width(buf_str(&where));
	rest = cols - text_width(what);
	if (head > cols / 3)
		head = rest > cols / 3 ? rest : cols / 3;
	x = kit_text(stdscr, 0, 0, head, KIT_TITLE, buf_str(&where));
	kit_text(stdscr, 0, x, cols - x, KIT_TITLE, what);
	buf_clear(&where);
}

/* Who and when, or how far it has come, at its right end. A title too long goes on where the rule is, when there is one. */
static void draw_first_line(const struct kit_frame *f, struct kit_view *v, const struct kit_app *app)
{
	struct buf left = { 0 }, right = { 0 };
	int taken, most, room;

	v->ops->title(v, &left, &right);
	if (!right.len && app && app->status)
		app->status(app->user, f->cols, &right);
	taken = text_width(buf_str(&right));
	most = f->cols - text_width(buf_str(&left)) - 1;
	if (most < f->cols * 2 / 3)
		most = f->cols * 2 / 3;
	if (taken > most)
		taken = most;
	room = f->cols - taken - (taken > 0);
	if (f->body_y == 2)
		kit_rule(stdscr, 1);
	if (text_width(buf_str(&left)) <= room) {
		kit_text(stdscr, 0, 0, room, KIT_TITLE, buf_str(&left));
	} else if (f->body_y == 2) {
		move(1, 0);
		clrtoeol();
		wrap_title(room, f->cols, buf_str(&left));
	} else {
		squeeze_title(room, buf_str(&left));
	}
	kit_text_right(stdscr, 0, f->cols - taken, taken, KIT_PLAIN, buf_str(&right));
	buf_clear(&left);
	buf_clear(&right);
}

void kit_frame_draw(const struct kit_frame *f, struct kit_view *v, const struct kit_app *app)
{
	draw_first_line(f, v, app);
	if (f->body_y == 2)
		kit_rule(stdscr, f->message_y);
	draw_hints(f, v, app);
}
