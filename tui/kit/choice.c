#include "config.h"
#include "tui/kit/choice.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BY_DIGIT = 9, TITLE_BESIDE = 12 };

struct option { char *label, *find; bool on; };

struct choice {
	struct kit_view base;
	char *title, *text;
	struct option *options;
	size_t count;
	size_t *shown, shown_count;          /* indexes that pass the filter */
	bool several, confirmed, folded;     /* folded: an option is longer than a line of `cols` */
	int cols;
	int answer;
	struct kit_list list;
	struct kit_field filter;
};

static bool finds(const struct choice *c)
{
	return c->count > BY_DIGIT;
}

/* The row that 1 chooses. */
static size_t first_by_digit(const struct choice *c)
{
	return c->list.at / BY_DIGIT * BY_DIGIT;
}

static void refilter(struct choice *c)
{
	const char *want = kit_line_text(&c->filter.line);

	c->shown_count = 0;
	for (size_t i = 0; i < c->count; i++)
		if (!*want || strcasestr(c->options[i].label, want) || (c->options[i].find && strcasestr(c->options[i].find, want)))
			c->shown[c->shown_count++] = i;
	kit_list_sync(&c->list);
}

static size_t row_count(void *user)
{
	return ((struct choice *)user)->shown_count;
}

static struct kit_id row_id(void *user, size_t i)
{
	return kit_id_number(((struct choice *)user)->shown[i]);
}

static void words(const struct choice *c, size_t i, char out[KIT_CELL])
{
	const struct option *o = &c->options[c->shown[i]];
	char digit[4] = "  ";

	if (i >= first_by_digit(c) && i < first_by_digit(c) + BY_DIGIT)
		snprintf(digit, sizeof digit, "%zu ", i % BY_DIGIT + 1);
	if (c->several)
		snprintf(out, KIT_CELL, "%s[%c] %s", digit, o->on ? 'x' : ' ', o->label);
	else
		snprintf(out, KIT_CELL, "%s%s%s", digit, o->label, o->on ? _("  (现在)") : "");
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct choice *c = user;
	size_t n, skip;

	words(c, i, cells[0].text);
	cells[0].role = cells[1].role = c->options[c->shown[i]].on ? KIT_STRONG : KIT_PLAIN;
	if (!c->folded)
		return;
	n = text_wrap(cells[0].text, c->cols, &skip);
	snprintf(cells[1].text, KIT_CELL, "%s", cells[0].text + n + skip);
	cells[0].text[n] = '\0';
}

/* What is chosen is read whole before it is: where an option is too long for a line of a phone, each takes two. */
static void fold(struct choice *c, int cols)
{
	char text[KIT_CELL];

	c->folded = false;
	c->cols = cols - 2;
	for (size_t i = 0; i < c->shown_count && cols < KIT_NARROW && !c->folded && c->count <= BY_DIGIT; i++) {
		words(c, i, text);
		c->folded = text_width(text) > c->cols;
	}
	c->list.rows.column_count = c->folded ? 2 : 1;
}

static void title(struct kit_view *v, struct buf *left, struct buf *right)
{
	struct choice *c = (struct choice *)v;

	buf_puts(left, c->title);
	if (finds(c))
		buf_printf(right, "%zu/%zu", c->shown_count, c->count);
	else
		buf_puts(right, c->several ? _("多选") : _("选一个"));
}

/* All that a digit chooses is in sight, where there is room. */
static void show_nine(struct choice *c, int rows)
{
	size_t first = first_by_digit(c), end = first + BY_DIGIT < c->shown_count ? first + BY_DIGIT : c->shown_count;

	if (c->list.top > first || rows < BY_DIGIT)
		c->list.top = first;
	else if (c->list.top + (size_t)rows < end)
		c->list.top = end - (size_t)rows;
}

static void draw(struct kit_view *v, WINDOW *win)
{
	struct choice *c = (struct choice *)v;
	int h, w, y = 0;

	getmaxyx(win, h, w);
	if (w < KIT_NARROW && text_width(c->title) + TITLE_BESIDE > 2 * w && h > 8)     /* what is asked, where two lines of a title cut it */
		y = kit_paragraph(win, 0, 1, h / 2, w - 2, KIT_TITLE, c->title);
	if (c->text)
		y += kit_paragraph(win, y, 1, h - y > 4 ? h - y - 3 : 1, w - 2, KIT_PLAIN, c->text) + (h > 8);
	if (finds(c))
		y += 1 + c->filter.compose.on;
	fold(c, w);
	if (finds(c))
		show_nine(c, h - y - 1);             /* the selected one may take a line more */
	kit_list_draw(&c->list, v, win, y, h - y);
	if (finds(c))
		kit_field_draw(&c->filter, v, win, y - 1 - c->filter.compose.on, 1, w - 2, c->several ? _("边打边找, 空格勾上") : _("边打边找"));
}

static enum kit_next take(struct choice *c, size_t row)
{
	if (row >= c->shown_count)
		return KIT_STAY;
	kit_list_select(&c->list, row);
	if (c->several) {
		c->options[c->shown[row]].on = !c->options[c->shown[row]].on;
		return KIT_STAY;
	}
	c->answer = (int)c->shown[row];
	c->confirmed = true;
	return KIT_CLOSE;
}

static enum kit_next act(struct kit_view *v, enum kit_action a)
{
	struct choice *c = (struct choice *)v;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return take(c, first_by_digit(c) + (size_t)(a - ACT_ANSWER_1));
	switch (a) {
	case ACT_MORE:
		kit_list_select(&c->list, first_by_digit(c) + BY_DIGIT < c->shown_count ? first_by_digit(c) + BY_DIGIT : 0);
		return KIT_STAY;
	case ACT_TOGGLE:
		return take(c, c->list.at);
	case ACT_OPEN:
		if (!c->several)
			return take(c, c->list.at);
		c->confirmed = true;
		return KIT_CLOSE;
	default:
		return kit_list_act(&c->list, a);
	}
}

static enum kit_typing typing(struct kit_view *v)
{
	struct choice *c = (struct choice *)v;

	return !finds(c) ? KIT_TYPING_NOT : c->filter.compose.on ? KIT_TYPING_TEXT : KIT_TYPING_FIND;
}

static enum kit_next key(struct kit_view *v, int k)
{
	struct choice *c = (struct choice *)v;

	if (kit_key_is_text(k) && !kit_view_takes(v, k))
		return KIT_PASS;
	if (k == KIT_ESC && *kit_line_text(&c->filter.line) && !c->filter.compose.on)
		kit_line_set(&c->filter.line, "");
	else if (k == (KIT_FN | KEY_HOME) || k == (KIT_FN | KEY_END) || !kit_field_key(&c->filter, k))
		return KIT_PASS;
	refilter(c);
	return KIT_STAY;
}

static enum kit_next paste(struct kit_view *v, const char *text)
{
	struct choice *c = (struct choice *)v;

	kit_line_insert(&c->filter.line, text);
	refilter(c);
	return KIT_STAY;
}

static enum kit_next tap(struct kit_view *v, int y, int x)
{
	struct choice *c = (struct choice *)v;

	(void)x;
	if (!kit_list_tap(&c->list, y) && !c->several)
		return KIT_STAY;
	return take(c, c->list.at);
}

static bool offers(struct kit_view *v, enum kit_action a)
{
	struct choice *c = (struct choice *)v;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return first_by_digit(c) + (size_t)(a - ACT_ANSWER_1) < c->shown_count;
	if (a == ACT_MORE)
		return c->shown_count > BY_DIGIT;
	if (a == ACT_TOGGLE)
		return c->several;
	return a != ACT_COMPOSE || finds(c);
}

static const char *label(struct kit_view *v, enum kit_action a)
{
	return a == ACT_OPEN ? (((struct choice *)v)->several ? _("选好了") : _("就这个")) : NULL;
}

static void close_choice(struct kit_view *v)
{
	struct choice *c = (struct choice *)v;

	for (size_t i = 0; i < c->count; i++) {
		free(c->options[i].label);
		free(c->options[i].find);
	}
	free(c->options);
	free(c->shown);
	free(c->title);
	free(c->text);
	kit_field_clear(&c->filter);
	free(c);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { ' ', ACT_TOGGLE, true }, { '0', ACT_MORE, true },
	{ '1', ACT_ANSWER_1, false }, { '2', ACT_ANSWER_2, false }, { '3', ACT_ANSWER_3, false }, { '4', ACT_ANSWER_4, false },
	{ '5', ACT_ANSWER_5, false }, { '6', ACT_ANSWER_6, false }, { '7', ACT_ANSWER_7, false }, { '8', ACT_ANSWER_8, false },
	{ '9', ACT_ANSWER_9, false },
	KIT_LIST_KEYS,
	{ KIT_FN | KEY_F(2), ACT_COMPOSE, true },
	{ 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "choice", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_choice, .offers = offers,
	.label = label, .typing = typing, .key = key, .paste = paste, .tap = tap,
};

static const struct kit_column columns[] = { { 0, 1, false }, { 0, 2, false } };

struct kit_view *kit_choice_new(const char *heading, const char *text, const struct kit_option *options, size_t count, bool several,
                                enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	struct choice *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->base.ops = &ops;
	c->base.done = done;
	c->several = several;
	c->answer = KIT_CHOICE_NONE;
	c->title = strdup(heading);
	c->text = text ? strdup(text) : NULL;
	c->options = calloc(count + 1, sizeof *c->options);
	c->shown = calloc(count + 1, sizeof *c->shown);
	if (!c->title || !c->options || !c->shown) {
		close_choice(&c->base);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		c->options[i].label = strdup(options[i].label);
		c->options[i].find = options[i].find ? strdup(options[i].find) : NULL;
		c->options[i].on = options[i].on;
		if (!c->options[i].label)
			break;
		c->count++;
	}
	c->list.rows = (struct kit_rows){ .user = c, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 1,
	                                  .empty = _("没有符合的; Esc 清掉重找") };
	refilter(c);
	for (size_t i = 0; i < c->count && !several; i++)
		if (c->options[i].on)
			kit_list_select(&c->list, i);
	return &c->base;
}

int kit_choice_answer(const struct kit_view *v)
{
	return ((const struct choice *)v)->answer;
}

const char *kit_choice_label(const struct kit_view *v)
{
	const struct choice *c = (const struct choice *)v;

	return c->answer < 0 ? NULL : c->options[c->answer].label;
}

bool kit_choice_confirmed(const struct kit_view *v)
{
	return ((const struct choice *)v)->confirmed;
}

bool kit_choice_on(const struct kit_view *v, size_t i)
{
	const struct choice *c = (const struct choice *)v;

	return i < c->count && c->options[i].on;
}
