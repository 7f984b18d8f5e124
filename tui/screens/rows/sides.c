#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/looked.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/conflict.h"
#include "sync/ledger/submit/submit.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"
#include "tui/screens/rows/story.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One disagreement side by side: what is said, by whom, on which device, when and how surely, what each had seen. The
 * default is to leave it open: nothing here settles itself. */
enum { SIDES_MAX = 9, SIDE_WIDTH = 18 };

struct side { struct buf value, words; uint32_t claims; };

struct sides {
	struct kit_view base;
	struct app *app;
	struct row_id id;
	struct row row;
	const struct pack_register *reg;
	uint32_t field;
	struct side at[SIDES_MAX];
	size_t count, selected, first;                    /* first: of those drawn */
	int shown, width;                                 /* as drawn last, for taps */
	bool revealed;                                    /* personal values in full: recorded when it was done */
	char title[128];
};

/* When, and how far that can be relied on: an anchor in the same boot, and by whose word. */
static void put_time(struct sides *v, const struct row_event *e, struct buf *out)
{
	enum truetime_word word;
	int64_t ms = row_event_time(v->app->profile, e, &word);

	if (!word)
		buf_puts(out, _("约 "));
	app_since(v->app, ms, out);
	if (!word)
		buf_puts(out, _(" (时钟未校准)"));
	else if (word == TRUETIME_STICK)
		buf_puts(out, _(" 或以后 (时钟慢了)"));
	else if (word < TRUETIME_NTP)
		buf_printf(out, " (%s)", truetime_word_text(word));
}

static void put_seen(struct sides *v, const struct conflict_side *s, struct buf *out)
{
	if (!s->seen_count) {
		buf_puts(out, _("写时没看到别的说法"));
		return;
	}
	buf_puts(out, _("写时看过:"));
	for (uint32_t i = 0; i < s->seen_count; i++) {
		struct buf person = { 0 }, label = { 0 };

		row_author(v->app->profile, s->seen[i], &person, &label);
		buf_printf(out, "%s %s ", i ? _("、") : "", buf_str(&person));
		app_since(v->app, s->seen[i]->wall, out);
		buf_clear(&person);
		buf_clear(&label);
	}
}

static bool gather(void *user, uint32_t take, const struct conflict_side *s)
{
	struct sides *v = user;
	struct buf person = { 0 }, label = { 0 };
	struct side *one;

	if (take < 1 || take > SIDES_MAX)
		return false;
	one = &v->at[take - 1];
	if (take > v->count)
		v->count = take;
	if (!one->claims) {
		if (story_value(v->app, &v->reg->fields[v->field], s->value, &one->value))
			buf_puts(&one->value, _("(不能显示)"));
		else if (v->reg->fields[v->field].class >= 2 && !v->revealed)
			row_mask(&one->value, row_is_choice(&v->reg->fields[v->field]));
	}
	row_author(v->app->profile, s->event, &person, &label);
	buf_printf(&one->words, one->claims ? "\n\n%s" : "%s", s->person && *s->person ? s->person : buf_str(&person));
	if (label.len)
		buf_printf(&one->words, _(" (设备 %s)"), buf_str(&label));
	buf_putc(&one->words, '\n');
	put_time(v, s->event, &one->words);
	buf_putc(&one->words, '\n');
	put_seen(v, s, &one->words);
	one->claims++;
	buf_clear(&person);
	buf_clear(&label);
	return true;
}

static void forget(struct sides *v)
{
	for (size_t i = 0; i < SIDES_MAX; i++) {
		buf_clear(&v->at[i].value);
		buf_clear(&v->at[i].words);
		v->at[i].claims = 0;
	}
	v->count = 0;
	row_clear(&v->row);
}

static enum err load(struct kit_view *base)
{
	struct sides *v = (struct sides *)base;
	struct buf b = { 0 };
	uint32_t reg;
	enum err e;

	forget(v);
	e = row_read(v->app->profile, &v->id, &v->row);
	if (e)
		return e;
	reg = pack_find_register(v->app->pack, v->row.reg);
	if (reg == PACK_NONE || v->field >= v->app->pack->registers[reg].field_count)
		return err_set(ERR_NOTFOUND, _("清单包里没有台账 %s"), v->row.reg);
	v->reg = &v->app->pack->registers[reg];
	row_title(v->app->profile, &v->row, &b);
	snprintf(v->title, sizeof v->title, "%s", buf_str(&b));
	buf_clear(&b);
	e = conflict_sides(v->app->profile, &v->row, v->reg->fields[v->field].n, gather, v);
	if (v->selected >= v->count)
		v->selected = 0;
	return e;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct sides *v = (struct sides *)base;

	buf_printf(left, "%s > %s", v->title, v->reg ? pack_name(&v->reg->fields[v->field].label, i18n_language()) : "");
	buf_printf(right, _("%zu种说法"), v->count);
}

static void draw_side(struct sides *v, WINDOW *win, size_t i, int y, int x, int rows, int cols)
{
	const struct side *s = &v->at[i];
	bool on = i == v->selected;

	kit_printf(win, y, x, cols, on ? KIT_SELECTED : KIT_STRONG, "[%zu] %s", i + 1, buf_str(&s->value));
	if (on) {
		v->base.cursor_y = y;
		v->base.cursor_x = x;
	}
	if (rows > 1)
		kit_paragraph(win, y + 1, x, rows - 1, cols, KIT_PLAIN, buf_str(&s->words));
}

/* Side by side where there is room for two, one under the other on a phone. */
static void draw(struct kit_view *base, WINDOW *win)
{
	struct sides *v = (struct sides *)base;
	int h = getmaxy(win), w = getmaxx(win), top = 0, fit;

	if (h >= 8)
		top = kit_paragraph(win, 0, 1, w < KIT_NARROW ? 4 : 2, w - 2, KIT_DIM, v->count > 1 ? _("不定也行: 一直显示最要紧的一种, 谁的都不丢。定了也是一条记录, 写明是谁定的。") : _("这一栏现在只有一种说法。"));
	if (w >= KIT_NARROW) {
		fit = (w - 1) / SIDE_WIDTH > 4 ? 4 : (w - 1) / SIDE_WIDTH;
		if ((size_t)fit > v->count)
			fit = v->count ? (int)v->count : 1;
	} else {
		fit = (h - top) / 5 < 1 ? 1 : (h - top) / 5;
	}
	if (v->selected < v->first || v->selected >= v->first + (size_t)fit)
		v->first = v->selected < (size_t)fit ? 0 : v->selected - (size_t)fit + 1;
	v->shown = fit;
	v->width = w >= KIT_NARROW ? (w - 1) / fit : 0;
	for (int i = 0; i < fit && v->first + (size_t)i < v->count; i++) {
		if (v->width)
			draw_side(v, win, v->first + (size_t)i, top + (top > 0), 1 + i * v->width, h - top - (top > 0), v->width - 2);
		else
			draw_side(v, win, v->first + (size_t)i, top + i * 5, 1, i + 1 == fit ? h - top - i * 5 : 5, w - 2);
	}
}

/* --- settling --- */

static enum kit_next settle(struct sides *v, uint32_t take, const char *value)
{
	uint8_t ref[EVENT_REF];
	enum err e = submit_resolve(v->app->profile, &v->id, v->reg->fields[v->field].n, take, value, ref);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	kit_say(KIT_GOOD, value ? _("已存: 照新写的定了") : _("已存: 照这一种定了"));
	return KIT_CLOSE;
}

static enum kit_next confirmed(struct kit_view *below, struct kit_view *self)
{
	struct sides *v = (struct sides *)below;

	return kit_choice_answer(self) == 0 ? settle(v, (uint32_t)v->selected + 1, NULL) : KIT_STAY;
}

static enum kit_next take(struct sides *v, size_t i)
{
	const struct kit_option options[] = { { _("照这一种定"), NULL, false }, { _("先不定"), NULL, false } };

	if (i >= v->count)
		return KIT_STAY;
	v->selected = i;
	return kit_open(&v->base, kit_choice_new(buf_str(&v->at[i].value), buf_str(&v->at[i].words), options, 2, false, confirmed));
}

static enum kit_next written(struct kit_view *below, struct kit_view *self)
{
	const char *text = kit_prompt_answer(self);

	enum kit_next next = text && *text ? settle((struct sides *)below, 0, text) : KIT_STAY;

	return text && *text && next == KIT_STAY ? kit_prompt_again(below, self) : next;
}

static const struct pack_codes *codes_of(const struct sides *v)
{
	uint32_t codes = v->reg->fields[v->field].codes;

	return codes == PACK_NONE ? NULL : &v->app->pack->codes[codes];
}

static enum kit_next code_chosen(struct kit_view *below, struct kit_view *self)
{
	struct sides *v = (struct sides *)below;
	int i = kit_choice_answer(self);

	return i < 0 || !codes_of(v) || (uint32_t)i >= codes_of(v)->count ? KIT_STAY : settle(v, 0, codes_of(v)->at[i].name);
}

static enum kit_next write_new(struct sides *v)
{
	const char *name = pack_name(&v->reg->fields[v->field].label, i18n_language());
	const struct pack_codes *codes = codes_of(v);
	struct kit_option *options;
	struct kit_view *dialog;

	if (!codes)
		return kit_open(&v->base, kit_prompt_new(name, _("各种说法都不对时, 写一个对的; 原来的都留着。"), NULL, written));
	options = calloc(codes->count + 1u, sizeof *options);
	for (uint32_t i = 0; options && i < codes->count; i++)
		options[i].label = pack_name(&codes->at[i].label, i18n_language());
	dialog = options ? kit_choice_new(name, NULL, options, codes->count, false, code_chosen) : NULL;
	free(options);
	return kit_open(&v->base, dialog);
}

static enum kit_next reveal(struct sides *v)
{
	struct looked seen = { .row = v->id, .scope = v->row.scope };
	enum err e = v->revealed ? ERR_OK : looked_record(v->app->profile, &seen, 1, 2);

	if (!e) {
		v->revealed = !v->revealed;
		e = load(&v->base);
	}
	if (e)
		kit_say_error(e);
	else if (v->revealed)
		kit_say(KIT_PLAIN, _("已记下您看过"));
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct sides *v = (struct sides *)base;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return take(v, (size_t)(a - ACT_ANSWER_1));
	switch (a) {
	case ACT_OPEN:    return take(v, v->selected);
	case ACT_NEW:     return write_new(v);
	case ACT_REVEAL:  return reveal(v);
	case ACT_DETAILS: return kit_open(base, screen_row_new(v->app, &v->id));
	case ACT_UP: case ACT_LEFT:
		v->selected -= v->selected > 0;
		return KIT_STAY;
	case ACT_DOWN: case ACT_RIGHT:
		v->selected += v->selected + 1 < v->count;
		return KIT_STAY;
	default:
		return KIT_PASS;
	}
}

/* A state may only become one of those that stand open; a word may be a new one. */
static bool offers(struct kit_view *base, enum kit_action a)
{
	struct sides *v = (struct sides *)base;
	const struct pack_field *f = v->reg ? &v->reg->fields[v->field] : NULL;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return (size_t)(a - ACT_ANSWER_1) < v->count && v->count > 1;
	if (a == ACT_NEW)
		return f && v->count > 1 && f->merge != PACK_STATE && f->type != PACK_ROW && f->type != PACK_ROWS && f->type != PACK_CODES;
	if (a == ACT_REVEAL)
		return f && f->class >= 2;
	return a != ACT_OPEN || v->count > 1;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return _("照这种定");
	return a == ACT_OPEN ? _("照选中的定") : a == ACT_NEW ? _("另写") : a == ACT_DETAILS ? _("看整条") : a == ACT_BACK ? _("先不定") : NULL;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct sides *v = (struct sides *)base;
	size_t i = v->first + (size_t)(v->width ? (x > 0 ? x - 1 : 0) / v->width : y / 5);

	if (i >= v->count)
		return KIT_STAY;
	if (i == v->selected && v->count > 1)
		return take(v, i);
	v->selected = i;
	return KIT_STAY;
}

static void close_sides(struct kit_view *base)
{
	forget((struct sides *)base);
	free(base);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'n', ACT_NEW, true }, { 'g', ACT_DETAILS, true }, { 'v', ACT_REVEAL, true },
	{ '1', ACT_ANSWER_1, false }, { '2', ACT_ANSWER_2, false }, { '3', ACT_ANSWER_3, false }, { '4', ACT_ANSWER_4, false }, { '5', ACT_ANSWER_5, false },
	{ '6', ACT_ANSWER_6, false }, { '7', ACT_ANSWER_7, false }, { '8', ACT_ANSWER_8, false }, { '9', ACT_ANSWER_9, false },
	{ KIT_FN | KEY_LEFT, ACT_LEFT, false }, { KIT_FN | KEY_RIGHT, ACT_RIGHT, false }, { KIT_FN | KEY_UP, ACT_UP, false }, { KIT_FN | KEY_DOWN, ACT_DOWN, false },
	{ 'k', ACT_UP, false }, { 'j', ACT_DOWN, false }, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "sides", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_sides, .offers = offers,
	.label = label, .tap = tap,
};

struct kit_view *screen_sides_new(struct app *app, const struct row_id *id, uint32_t field)
{
	struct sides *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->id = *id;
	v->field = field;
	return &v->base;
}
