#include "config.h"
#include "tui/screens/alarm/warning_view.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/log/looked.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/draw.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/alarm/moves.h"
#include "tui/screens/alarm/moving.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT_ONCE = 128 };

#define UNDONE "${done_at} = '' and ${lifted} = ''"

static int first_minutes(const struct app *app)
{
	return clocks_minutes(app, "callout_first_min", WARNING_FIRST_MINUTES);
}

static int all_minutes(const struct app *app)
{
	return clocks_minutes(app, "callout_all_min", WARNING_ALL_MINUTES);
}

static bool has_registers(const struct app *app)
{
	return app->pack && pack_find_register(app->pack, "warnings") != PACK_NONE && pack_find_register(app->pack, "callouts") != PACK_NONE;
}

void warning_gather(struct app *app, struct warning_open *out, size_t *count)
{
	struct listing_query q = { .reg = "warnings", .where = UNDONE };
	struct listing *l = NULL;

	*count = 0;
	if (!has_registers(app) || listing_open(app->profile, &q, &l))
		return;
	for (uint32_t i = 0; i < listing_count(l) && *count < WARNING_OPEN_MAX; i++) {
		struct row row = { .id = { .index = 0 } };

		if (listing_row(l, i, &row))
			continue;
		out[*count].id = row.id;
		out[*count].received = clocks_time(app, &row, "received");
		out[(*count)++].answered = calls_answered(app, &row.id);
		row_clear(&row);
	}
	listing_close(l);
}

void warning_cells(struct app *app, const struct warning_open *w, struct kit_cell cells[KIT_CELLS])
{
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	cells[0].role = clocks_words(app, w->received, w->answered ? all_minutes(app) : first_minutes(app), cells[0].text, KIT_CELL);
	snprintf(cells[1].text, KIT_CELL, "%s", w->answered ? _("预警 叫应") : _("预警 待应答"));
	cells[1].role = KIT_DANGER;
	if (!row_read(app->profile, &w->id, &row)) {
		row_title(app->profile, &row, &b);
		snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
		row_clear(&row);
	}
	buf_reset(&b);
	app_since(app, w->received, &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	buf_clear(&b);
}

bool warning_counting(const struct app *app, const struct warning_open *w, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (clocks_run(app, w[i].received))
			return true;
	return false;
}

/* --- the call list of one warning --- */

static size_t row_count(void *user)
{
	return ((const struct warning_view *)user)->calls.count;
}

enum err warning_row(struct warning_view *v, size_t i, struct row *row)
{
	return i < v->calls.count ? listing_row(v->calls.listing, v->calls.order[i].at, row) : ERR_NOTFOUND;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	const struct calls *c = &((struct warning_view *)user)->calls;
	struct row_key key;

	if (i >= c->count || listing_key(c->listing, c->order[i].at, &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

static void cell_of(struct warning_view *v, const struct row *row, const char *field, struct kit_cell *cell)
{
	uint32_t f = pack_find_field(v->reg, field);

	if (f != PACK_NONE)
		words_cell(v->app, row, v->reg, f, true, cell);
}

static void words_of(struct warning_view *v, const struct row *row, const char *before, const char *field, const char *after, struct buf *out)
{
	uint32_t f = pack_find_field(v->reg, field);
	struct buf b = { 0 };

	if (f != PACK_NONE)
		words_value(v->app, row, v->reg, f, true, &b);
	if (b.len)
		buf_printf(out, "%s%s%s%s", out->len ? "  " : "", before, buf_str(&b), after);
	buf_clear(&b);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct warning_view *v = user;
	struct row row = { .id = { .index = 0 } };
	struct buf who = { 0 };

	if (warning_row(v, i, &row))
		return;
	words_of(v, &row, "", "name", "", &who);
	words_of(v, &row, "", "people", _("人"), &who);
	if (v->calls.order[i].help)
		buf_puts(&who, _("  要上门"));
	snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&who));
	cells[0].role = v->calls.order[i].reached ? KIT_DIM : KIT_STRONG;
	cell_of(v, &row, "state", &cells[1]);
	if (v->calls.order[i].reached)
		cells[1].role = cells[1].role == KIT_DANGER ? KIT_DANGER : KIT_GOOD;
	cell_of(v, &row, "tier", &cells[2]);
	cell_of(v, &row, "channels", &cells[3]);
	cell_of(v, &row, "role", &cells[4]);
	buf_clear(&who);
	row_clear(&row);
}

/* Whom to call stands here in full, or nobody can be called; that it was seen is recorded, once. */
static void look(struct warning_view *v)
{
	struct looked seen[LOOKED_AT_ONCE];
	uint32_t n = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < v->calls.count && !e; i++) {
		struct row row = { .id = { .index = 0 } };

		if (!warning_row(v, i, &row))
			seen[n++] = (struct looked){ .row = row.id, .scope = row.scope };
		row_clear(&row);
		if (n == LOOKED_AT_ONCE || (n && i + 1 == v->calls.count)) {
			e = looked_record(v->app->profile, seen, n, 2);
			n = 0;
		}
	}
	v->looked = v->calls.count > 0;
	if (e)
		kit_say_error(e);
}

static enum err count_moved(struct warning_view *v)
{
	struct moves moves;
	enum err e;

	buf_reset(&v->moved);
	if (!moves_possible(v->app))
		return ERR_OK;
	e = moves_open(v->app, &v->id, &moves);
	if (!e)
		moves_words(&moves, &v->moved);
	moves_close(&moves);
	return e;
}

/* Answers add nobody: only where the list has grown may somebody stand on it twice. */
static enum err open_list(struct warning_view *v)
{
	uint32_t merged = 0;
	enum err e;

	calls_close(&v->calls);
	e = calls_open(v->app, &v->id, v->waiting_only, &v->calls);
	if (e || v->calls.all_total == v->merged_of)
		return e;
	if ((e = calls_merge(v->app, &v->id, &merged)))
		kit_say_error(e);
	else if (merged)
		kit_say(KIT_PLAIN, _("两份名单里都有的 %u 人, 已并成一条"), merged);
	if (merged) {
		calls_close(&v->calls);
		e = calls_open(v->app, &v->id, v->waiting_only, &v->calls);
	}
	v->merged_of = v->calls.all_total;
	return merged ? e : ERR_OK;
}

enum err warning_read(struct warning_view *v)
{
	enum err e;

	v->version = profile_version(v->app->profile);
	row_clear(&v->row);
	memset(&v->row, 0, sizeof v->row);
	e = row_read(v->app->profile, &v->id, &v->row);
	if (e)
		return e;
	v->open = (struct warning_open){ v->id, clocks_time(v->app, &v->row, "received"), calls_answered(v->app, &v->id) };
	v->done = clocks_time(v->app, &v->row, "done_at");
	v->lifted = clocks_time(v->app, &v->row, "lifted");
	v->reg = &v->app->pack->registers[pack_find_register(v->app->pack, "callouts")];
	e = open_list(v);
	kit_list_sync(&v->list);
	if (!e)
		e = count_moved(v);
	if (!e && !v->begun && v->calls.count)
		kit_list_select(&v->list, v->calls.order[0].reached ? calls_next(&v->calls, 0) : 0);
	v->begun |= v->calls.count > 0;
	if (!e && !v->looked)
		look(v);
	if (!e && !v->compared && v->calls.count && !v->done && !v->lifted) {
		v->missing = calls_missing(v->app, &v->id);
		v->compared = true;
	}
	return e;
}

static enum err load(struct kit_view *base)
{
	return warning_read((struct warning_view *)base);
}

/* Something came meanwhile. */
static bool stale(struct kit_view *base)
{
	const struct warning_view *v = (const struct warning_view *)base;

	return v->version != profile_version(v->app->profile);
}

static bool has_ended(const struct warning_view *v)
{
	return v->done || v->lifted;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct warning_view *v = (struct warning_view *)base;
	int64_t passed = (app_ms(v->app) - v->open.received) / 1000;

	row_title(v->app->profile, &v->row, left);
	buf_puts(left, _(" 叫应"));
	if (!has_ended(v) && clocks_run(v->app, v->open.received))
		buf_printf(right, _("用时 %02d:%02d"), (int)(passed / 60), (int)(passed % 60));
}

/* "已解除 08:10": an answer that comes now comes late. */
static void tell_end(const struct warning_view *v, WINDOW *win)
{
	int64_t minute = ((v->lifted ? v->lifted : v->done) + (int64_t)app_offset(v->app) * 60000) / 60000 % 1440;
	char words[64];

	snprintf(words, sizeof words, v->lifted ? _("%02d:%02d 解除") : _("%02d:%02d 完成"), (int)(minute / 60), (int)(minute % 60));
	kit_text_right(win, 1, getmaxx(win) - 13, 12, KIT_GOOD, words);
}

static bool all_reached(const struct warning_view *v)
{
	return v->calls.all_total && v->calls.all_reached == v->calls.all_total;
}

static int clocks(struct warning_view *v, WINDOW *win)
{
	char words[64];
	enum kit_role role;
	int cols = getmaxx(win), y = 2;
	struct buf b = { 0 };

	role = clocks_words(v->app, v->open.received, first_minutes(v->app), words, sizeof words);
	kit_printf(win, 0, 1, cols - 14, KIT_PLAIN, _("责任人 %d 分钟内应答"), first_minutes(v->app));
	if (has_ended(v) && !v->open.answered)
		kit_text_right(win, 0, cols - 13, 12, KIT_SOON, _("没有都应答"));
	else
		kit_text_right(win, 0, cols - 13, 12, v->open.answered ? KIT_GOOD : role, v->open.answered ? _("已应答") : words);
	role = clocks_words(v->app, v->open.received, all_minutes(v->app), words, sizeof words);
	kit_printf(win, 1, 1, cols - 14, KIT_PLAIN, cols < KIT_NARROW ? _("%d 分钟内叫完 %u/%u") : _("%d 分钟内叫到最后一户  %u/%u"), all_minutes(v->app), v->calls.all_reached, v->calls.all_total);
	if (has_ended(v))
		tell_end(v, win);
	else
		kit_text_right(win, 1, cols - 13, 12, all_reached(v) ? KIT_GOOD : role, all_reached(v) ? _("都叫到了") : words);
	calls_tiers(v->app, v->calls.total, v->calls.reached, &b);
	if (b.len && getmaxy(win) > 9)
		kit_text(win, y++, 1, cols - 2, KIT_DIM, buf_str(&b));
	buf_clear(&b);
	if (v->missing)
		kit_printf(win, y++, 1, cols - 2, KIT_SOON, _("台账上另有 %u 人不在名单里: g 列入"), v->missing);
	if (v->moved.len && getmaxy(win) > 10)
		kit_printf(win, y++, 1, cols - 2, KIT_DIM, cols < KIT_NARROW ? "%s" : _("转移 %s"), buf_str(&v->moved));
	return y;
}

/* The one to ring now, then the other one: after a change to the second person that is the first. */
static void whom(struct warning_view *v, const struct row *row, bool second, bool other, struct buf *out)
{
	if (second != other) {
		words_of(v, row, other ? _("B角 ") : _("现找B角 "), "name_b", "", out);
		words_of(v, row, "", "phone_b", "", out);
		return;
	}
	words_of(v, row, "", "post", "", out);
	words_of(v, row, other ? _("A角 电话 ") : _("电话 "), "phone", "", out);
}

/* Whom to ring, who stands in, where they live; and after calls in vain, what to try next. */
static void detail(struct warning_view *v, WINDOW *win, int y)
{
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };
	int cols = getmaxx(win);
	bool has_second, second;

	if (warning_row(v, v->list.at, &row))
		return;
	has_second = !words_is(v->app, &row, "name_b", "") || !words_is(v->app, &row, "phone_b", "");
	second = has_second && words_is(v->app, &row, "role", "B");
	whom(v, &row, second, false, &b);
	if (cols < KIT_NARROW) {
		kit_text(win, y++, 1, cols - 2, KIT_STRONG, buf_str(&b));
		buf_reset(&b);
	}
	whom(v, &row, second, true, &b);
	kit_text(win, y, 1, cols - 2, KIT_STRONG, buf_str(&b));
	buf_reset(&b);
	words_of(v, &row, "", "where", "", &b);
	words_of(v, &row, _("叫过 "), "tries", _(" 次"), &b);
	if (!v->calls.order[v->list.at].reached)
		buf_printf(&b, "%s%s", b.len ? "  " : "", v->calls.order[v->list.at].help ? _("要有人上门: 2敲门") : has_second && !second ? _("没人接: 8换B角 2敲门") : _("没人接: 2敲门"));
	kit_text(win, y + 1, 1, cols - 2, KIT_DIM, buf_str(&b));
	buf_clear(&b);
	row_clear(&row);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct warning_view *v = (struct warning_view *)base;
	int y = clocks(v, win), below = !v->calls.count || getmaxy(win) <= 8 ? 0 : getmaxx(win) < KIT_NARROW ? 4 : 3;

	if (getmaxy(win) > 6)
		kit_rule(win, y++);
	kit_list_draw(&v->list, base, win, y, getmaxy(win) - y - below);
	if (below) {
		kit_rule(win, getmaxy(win) - below);
		detail(v, win, getmaxy(win) - below + 1);
	}
}

static enum kit_next make_list(struct warning_view *v)
{
	uint32_t made;
	enum err e = calls_make(v->app, &v->id, &made);

	if (e)
		kit_say_error(e);
	else
		kit_say(made ? KIT_GOOD : KIT_PLAIN, made ? _("已存: 照台账列入 %u 人") : _("台账上的人都在名单里了"), made);
	v->looked = v->compared = false;
	v->missing = 0;
	if (load(&v->base))
		kit_say_error(ERR_IO);
	kit_list_select(&v->list, 0);
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct warning_view *v = (struct warning_view *)base;
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;

	if (answering_digit(a))
		return answering_record(v, a);
	switch (a) {
	case ACT_OPEN:
		if (!warning_row(v, v->list.at, &row))
			next = kit_open(base, screen_row_new(v->app, &row.id));
		row_clear(&row);
		return next;
	case ACT_UNDO:    return answering_take_back(v);
	case ACT_NEW:     return screen_begin(base, v->app, "callout_new", &v->id);
	case ACT_ADD:     return make_list(v);
	case ACT_STEP:    return screen_begin(base, v->app, "warning_done", &v->id);
	case ACT_DETAILS: return kit_open(base, screen_row_new(v->app, &v->id));
	case ACT_MOVING:  return kit_open(base, screen_moving_new(v->app, &v->id));
	case ACT_FILTER:
		v->waiting_only = !v->waiting_only;
		load(base);
		return KIT_STAY;
	default:          return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	if (a == ACT_STEP)
		return words_may_fill(((struct warning_view *)base)->app, "warning_done");
	if (a == ACT_MOVING)
		return moves_possible(((struct warning_view *)base)->app);
	if (a == ACT_UNDO)
		return ((struct warning_view *)base)->has_last;
	return (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9) || a == ACT_OPEN ? row_count(base) > 0 : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	if (answering_digit(a))
		return answering_digit(a);
	if (a == ACT_FILTER)
		return ((struct warning_view *)base)->waiting_only ? _("看全部") : _("只看没应的");
	switch (a) {
	case ACT_UNDO:    return _("撤回");
	case ACT_ADD:     return _("照台账列名单");
	case ACT_NEW:     return _("添人");
	case ACT_DETAILS: return _("预警详情");
	case ACT_STEP:    return _("叫应完成");
	default:          return NULL;
	}
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct warning_view *)base)->list, y) ? act(base, ACT_OPEN) : KIT_STAY;
}

static bool counting(struct kit_view *base)
{
	struct warning_view *v = (struct warning_view *)base;

	return !has_ended(v) && warning_counting(v->app, &v->open, 1);
}

static void close_warning(struct kit_view *base)
{
	struct warning_view *v = (struct warning_view *)base;

	calls_close(&v->calls);
	row_clear(&v->row);
	buf_clear(&v->moved);
	free(v);
}

static const struct kit_key keys[] = {
	{ '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { '4', ACT_ANSWER_4, true },
	{ '5', ACT_ANSWER_5, true }, { '6', ACT_ANSWER_6, true }, { '7', ACT_ANSWER_7, true }, { '8', ACT_ANSWER_8, true },
	{ '9', ACT_ANSWER_9, false },
	{ 't', ACT_MOVING, true }, { 'u', ACT_UNDO, true }, { 'g', ACT_ADD, true }, { 'p', ACT_FILTER, true }, { 'e', ACT_STEP, true }, { 'n', ACT_NEW, true }, { 'd', ACT_DETAILS, true }, { KIT_ENTER, ACT_OPEN, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "warning", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_warning, .offers = offers,
	.label = label, .counting = counting, .tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 0, 1, false }, { 12, 1, true }, { 12, 0, false }, { 18, 0, false }, { 6, 0, true } };

struct kit_view *screen_warning_new(struct app *app, const struct row_id *id)
{
	struct warning_view *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->id = *id;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 5,
	                                  .empty = _("叫应名单还没有人。按 g 照台账列出责任人和各户; 按 n 一个一个添。") };
	return &v->base;
}
