#include "config.h"
#include "tui/screens/rows/rows_view.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/screens/screens.h"
#include "tui/screens/device/whereabouts.h"
#include "tui/screens/form/tally.h"
#include "tui/screens/rows/alike.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE_US = 40000 };

static bool searching(const struct rows *r)
{
	return *kit_line_text(&r->query.line) != '\0';
}

static size_t row_count(void *user)
{
	const struct rows *r = user;

	return searching(r) ? r->hit_count : r->listing ? listing_count(r->listing) : 0;
}

/* To choose one, a person types what it is called: there is nothing to leave before the list. */
static bool finds_at_once(const struct rows *r)
{
	return r->choosing && !r->several;
}

static enum err key_at(const struct rows *r, size_t i, struct row_key *out)
{
	if (!searching(r))
		return listing_key(r->listing, r->measured && i < r->near_count ? r->near[i].at : (uint32_t)i, out);
	if (i >= r->hit_count)
		return ERR_NOTFOUND;
	*out = find_key(r->find, (uint32_t)i);
	return ERR_OK;
}

static struct kit_id row_id(void *user, size_t i)
{
	struct row_key key;

	if (key_at(user, i, &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

static const char *ticked_at(const struct rows *r, const struct row_id *id)
{
	char text[ROW_ID_TEXT];

	return strstr(buf_str(&r->ticked), row_id_text(id, text));
}

static bool is_ticked(const struct rows *r, const struct row_id *id)
{
	return ticked_at(r, id) != NULL;
}

static void tick(struct rows *r, const struct row_id *id)
{
	const char *at = ticked_at(r, id);
	char text[ROW_ID_TEXT];
	struct buf rest = { 0 };

	if (!at) {
		buf_printf(&r->ticked, "%s%s", r->ticked.len ? " " : "", row_id_text(id, text));
		return;
	}
	buf_put(&rest, r->ticked.data, (size_t)(at - r->ticked.data));
	at += strcspn(at, " ");
	buf_puts(&rest, *at ? at + 1 : "");
	while (rest.len && rest.data[rest.len - 1] == ' ')
		buf_cut(&rest, rest.len - 1);
	buf_clear(&r->ticked);
	r->ticked = rest;
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct rows *r = user;
	struct row row = { .id = { .index = 0 } };
	struct row_key key;
	struct buf b = { 0 };

	if (key_at(r, i, &key) || row_read_key(r->app->profile, &key, &row)) {
		snprintf(cells[0].text, KIT_CELL, "%s", _("(读不出)"));
		return;
	}
	row_title(r->app->profile, &row, &b);
	words_standing(r->app, &row, &b);
	alike_words(r->app, r->alike, &row, &b);
	snprintf(cells[0].text, KIT_CELL, "%s%s%s", r->several ? is_ticked(r, &row.id) ? "[x] " : "[ ] " : "",
	         row.flags & (ROW_CONFLICT | ROW_PROPOSED) ? "!" : "", buf_str(&b));
	buf_reset(&b);
	rows_distance(r, &row, &b);
	if (!b.len)
		row_number(r->app->profile, &row, &b);
	snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&b));
	cells[1].role = KIT_DIM;
	for (size_t f = 0; f < r->field_count; f++)
		rows_cell(r, &row, f, &cells[2 + f]);
	buf_clear(&b);
	row_clear(&row);
}

/* Rows whose workflow has come to its end stay out of the usual view. */
static bool is_usual(const struct rows *r)
{
	return !r->where && !r->all && !r->parent_field && !r->choosing;
}

static enum err read_listing(struct rows *r, struct listing **out)
{
	struct buf where = { 0 };
	struct listing_query q = { .reg = r->reg->id, .parent = r->parent_field ? &r->parent : NULL, .parent_field = r->parent_field, .slice_us = SLICE_US };
	enum err e;

	if (r->where)
		buf_puts(&where, r->where);
	q.open = r->open_only || is_usual(r);
	if (*r->filter)
		buf_printf(&where, "%s%s", where.len ? " and " : "", r->filter);
	q.where = where.len ? buf_str(&where) : NULL;
	q.sort = *r->sort ? r->sort : NULL;
	e = listing_open(r->app->profile, &q, out);
	buf_clear(&where);
	return e;
}

static void show_listing(struct rows *r, struct listing *fresh)
{
	listing_close(r->listing);
	if (r->coming != fresh)
		listing_close(r->coming);
	r->listing = fresh;
	r->coming = NULL;
	r->near_count = 0;
	r->measured = false;
}

enum err rows_reopen(struct rows *r)
{
	struct listing *fresh;
	enum err e = read_listing(r, &fresh);

	if (!e)
		show_listing(r, fresh);
	return e;
}

static bool reading(const struct rows *r)
{
	return r->coming || (r->listing && listing_reading(r->listing));
}

static const char *empty_words(struct rows *r)
{
	if (searching(r))
		return _("没有找到; Esc 清掉");
	if (*r->filter || r->where)
		return _("没有这样的记录。");
	snprintf(r->empty, sizeof r->empty, words_can_make(r->app, r->reg->id) && !r->choosing ? _("这里还没有%s。按 n 新建一个。")
	         : _("这里还没有%s。由别人登记, 同步后就在这里。"), pack_name(&r->reg->label, i18n_language()));
	return r->empty;
}

static bool is_narrowed(const struct rows *r)
{
	return r->where || *r->filter || r->parent_field || r->open_only;
}

/* A list that was narrowed finds only what stands in it. */
static enum err search(struct rows *r)
{
	enum err e = ERR_OK;

	r->hit_count = 0;
	if (searching(r)) {
		if (!r->find)
			e = find_open(r->app->profile, r->reg->id, &r->find);
		if (!e)
			e = find_query(r->find, kit_line_text(&r->query.line), &r->hit_count);
		if (!e && r->listing && is_narrowed(r))
			r->hit_count = find_narrow(r->find, r->listing);
	}
	r->list.rows.empty = empty_words(r);
	kit_list_sync(&r->list);
	return e;
}

/* Something came meanwhile; what is being read is read to its end first, or a list would never be whole while bundle comes after bundle.
 * An office has too many rows to read them anew under the hand with each. */
static bool stale(struct kit_view *v)
{
	const struct rows *r = (const struct rows *)v;

	return !r->app->profile->office && !r->coming && r->version != profile_version(r->app->profile);
}

/* Rows that are shown stay until all that there are now have been read. */
static enum err load(struct kit_view *v)
{
	struct rows *r = (struct rows *)v;
	struct listing *fresh;
	enum err e = read_listing(r, &fresh);

	if (!e && r->listing && listing_reading(fresh)) {
		listing_close(r->coming);
		r->coming = fresh;
	} else if (!e) {
		show_listing(r, fresh);
	}
	if (r->position != PACK_NONE)
		whereabouts_ask(r->app);
	if (r->version != profile_version(r->app->profile)) {
		find_close(r->find);
		r->find = NULL;
		alike_free(r->alike);
		if (!e)
			e = alike_read(r->app, r->reg->id, &r->alike);
	}
	r->version = profile_version(r->app->profile);
	if (!e)
		e = search(r);
	kit_list_sync(&r->list);
	return e;
}

static enum kit_next read_on(struct rows *r)
{
	bool first = !r->list.at;
	enum err e = listing_more(r->coming ? r->coming : r->listing, SLICE_US);

	if (e) {
		listing_close(r->coming ? r->coming : r->listing);
		r->listing = r->coming ? r->listing : NULL;
		r->coming = NULL;
		r->nearest = r->nearest && r->listing;         /* there is nothing to measure */
	} else if (r->coming && !listing_reading(r->coming)) {
		show_listing(r, r->coming);
	}
	if (!e && !reading(r))
		e = search(r);
	if (first)
		kit_list_select(&r->list, 0);
	else
		kit_list_sync(&r->list);
	if (e)
		kit_say_error(e);
	return KIT_STAY;
}

static size_t ticked_count(const struct rows *r)
{
	size_t n = 0;

	for (const char *at = buf_str(&r->ticked); *at; at += strcspn(at, " "), at += *at == ' ')
		n++;
	return n;
}

static void title(struct kit_view *v, struct buf *left, struct buf *right)
{
	struct rows *r = (struct rows *)v;

	buf_puts(left, pack_name(&r->reg->label, i18n_language()));
	if (*r->filter_label)
		buf_printf(left, " > %s", r->filter_label);
	if (*r->sort_label)
		buf_printf(left, " (%s)", r->sort_label);
	if (searching(r))
		buf_printf(right, "%u/%u", r->hit_count ? (unsigned)r->list.at + 1 : 0, r->hit_count);
	else if (r->several)
		buf_printf(right, _("已勾 %zu 共 %zu"), ticked_count(r), row_count(r));
	else
		buf_printf(right, _("%zu/%zu%s"), row_count(r) ? r->list.at + 1 : 0, row_count(r), r->all ? _(" 全部") : "");
	if (reading(r))
		buf_printf(right, " %s", _("正在算"));
}

static void draw(struct kit_view *v, WINDOW *win)
{
	struct rows *r = (struct rows *)v;
	int y = r->finding ? 1 + r->query.compose.on : 0;

	r->narrow = getmaxx(win) < KIT_NARROW;
	r->columns[1].cols = r->position != PACK_NONE && whereabouts_now(r->app) ? ROWS_DISTANCE_COLUMNS : ROWS_NUMBER_COLUMNS;
	kit_list_draw(&r->list, v, win, y, getmaxy(win) - y);
	if (r->finding)
		kit_field_draw(&r->query, v, win, 0, 1, getmaxx(win) - 2,
		               finds_at_once(r) ? _("文字或拼音首字母; Enter 选") : _("文字或拼音首字母; Enter 选, Esc 清掉"));
}

static enum kit_next open_selected(struct rows *r)
{
	struct row row = { .id = { .index = 0 } };
	struct row_key key;
	enum kit_next next = KIT_STAY;

	if (!row_count(r))
		return KIT_STAY;
	if (key_at(r, r->list.at, &key) || row_read_key(r->app->profile, &key, &row)) {
		kit_say_error(ERR_NOTFOUND);
		return KIT_STAY;
	}
	if (r->several) {
		tick(r, &row.id);
		kit_list_act(&r->list, ACT_DOWN);
	} else if (r->choosing) {
		r->choice = row.id;
		r->has_choice = true;
		next = KIT_CLOSE;
	} else {
		next = kit_open(&r->base, screen_page_new(r->app, r->reg->id, &row.id));
	}
	row_clear(&row);
	return next;
}

static enum kit_next act(struct kit_view *v, enum kit_action a)
{
	struct rows *r = (struct rows *)v;

	switch (a) {
	case ACT_OPEN:
		if (!r->several)
			return open_selected(r);
		r->has_choice = true;
		return KIT_CLOSE;
	case ACT_FIND:
		r->came_to_find = !r->listing;
		r->finding = true;
		return KIT_STAY;
	case ACT_FILTER:
		return rows_choose_filter(r);
	case ACT_SORT:
		return rows_choose_order(r);
	case ACT_TOGGLE:
		if (r->several)
			return open_selected(r);
		r->all = !r->all;
		if (rows_reopen(r))
			kit_say_error(ERR_FORMAT);
		kit_list_sync(&r->list);
		return KIT_STAY;
	case ACT_ADD:
		return kit_open(v, screen_tally_new(r->app, tally_form(r->app, r->reg->id), NULL));
	case ACT_NEW:
		return screen_make(v, r->app, r->reg->id, r->parent_field ? &r->parent : NULL);
	case ACT_BACK:
		if (!r->finding || (!searching(r) && (finds_at_once(r) || r->came_to_find)))
			return KIT_CLOSE;
		r->finding = finds_at_once(r);
		kit_line_set(&r->query.line, "");
		search(r);
		return KIT_STAY;
	default:
		return kit_list_act(&r->list, a);
	}
}

static bool offers(struct kit_view *v, enum kit_action a)
{
	struct rows *r = (struct rows *)v;

	switch (a) {
	case ACT_TOGGLE:
		if (r->several)
			return true;
		return !r->where && !r->parent_field && !r->choosing && pack_find_field(r->reg, "stage") != PACK_NONE;
	case ACT_ADD:    return !r->choosing && tally_form(r->app, r->reg->id);
	case ACT_NEW:    return !r->choosing && words_can_make(r->app, r->reg->id);
	case ACT_OPEN:   return row_count(r) > 0;
	case ACT_COMPOSE: case ACT_UNDO: case ACT_LEFT: case ACT_RIGHT: case ACT_CLEAR_UP: return r->finding;
	default:         return true;
	}
}

static const char *label(struct kit_view *v, enum kit_action a)
{
	struct rows *r = (struct rows *)v;

	if (r->several)
		return a == ACT_TOGGLE ? _("勾选") : a == ACT_OPEN ? _("勾好了") : NULL;
	if (a == ACT_ADD)
		return _("逐样点数");
	return a == ACT_TOGGLE ? (r->all ? _("没办完的") : _("看全部")) : a == ACT_OPEN && r->choosing ? _("就这个") : NULL;
}

static enum kit_typing typing(struct kit_view *v)
{
	return ((struct rows *)v)->finding;
}

static enum kit_next key(struct kit_view *v, int k)
{
	struct rows *r = (struct rows *)v;
	enum err e;

	if (r->several && k == ' ')
		return open_selected(r);
	if (k == (KIT_FN | KEY_HOME) || k == (KIT_FN | KEY_END) || !kit_field_key(&r->query, k))
		return KIT_PASS;
	kit_list_select(&r->list, 0);
	e = search(r);
	if (e)
		kit_say_error(e);
	if (kit_key_is_text(k))
		kit_list_select(&r->list, 0);
	return KIT_STAY;
}

static enum kit_next paste(struct kit_view *v, const char *text)
{
	kit_line_insert(&((struct rows *)v)->query.line, text);
	search((struct rows *)v);
	return KIT_STAY;
}

static enum kit_next tap(struct kit_view *v, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct rows *)v)->list, y) ? open_selected((struct rows *)v) : KIT_STAY;
}

static void close_rows(struct kit_view *v)
{
	struct rows *r = (struct rows *)v;

	listing_close(r->listing);
	listing_close(r->coming);
	find_close(r->find);
	alike_free(r->alike);
	kit_field_clear(&r->query);
	buf_clear(&r->ticked);
	free(r->near);
	free(r->where);
	free(r);
}

static bool working(struct kit_view *v)
{
	struct rows *r = (struct rows *)v;

	return reading(r) || (r->nearest && !r->measured);
}

static enum kit_next work(struct kit_view *v)
{
	struct rows *r = (struct rows *)v;

	if (reading(r))
		return read_on(r);
	if (!rows_measure(r))
		kit_list_select(&r->list, 0);
	return KIT_STAY;
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { '/', ACT_FIND, true }, { 'n', ACT_NEW, true }, { 'm', ACT_ADD, true }, { 'f', ACT_FILTER, true }, { 's', ACT_SORT, true }, { 'a', ACT_TOGGLE, true }, { ' ', ACT_TOGGLE, false },
	{ KIT_FN | KEY_F(4), ACT_FILTER, true }, { KIT_FN | KEY_F(6), ACT_SORT, true },        /* while letters are text */
	KIT_LIST_KEYS, KIT_FIELD_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "rows", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_rows, .offers = offers,
	.label = label, .typing = typing, .key = key, .paste = paste, .tap = tap, .work = work, .working = working, .stale = stale,
};

static struct kit_view *make(struct app *app, const char *id, const char *where, bool choosing)
{
	uint32_t reg = app->pack ? pack_find_register(app->pack, id) : PACK_NONE;
	struct rows *r;

	if (reg == PACK_NONE) {
		err_set(ERR_NOTFOUND, _("清单包里没有台账 %s"), id);
		return NULL;
	}
	r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->base.ops = &ops;
	r->app = app;
	r->reg = &app->pack->registers[reg];
	r->where = where ? strdup(where) : NULL;
	r->choosing = choosing;
	r->finding = choosing;
	r->position = pack_find_field(r->reg, "pos");
	rows_choose_columns(r);
	r->list.rows = (struct kit_rows){ .user = r, .count = row_count, .id = row_id, .row = row_draw, .columns = r->columns,
	                                  .column_count = 2 + r->field_count, .heads = r->heads, .empty = empty_words(r) };
	return &r->base;
}

struct kit_view *screen_rows_new(struct app *app, const char *reg, const char *where)
{
	return make(app, reg, where, false);
}

struct kit_view *screen_rows_choose_new(struct app *app, const char *reg, const char *where, enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	struct kit_view *v = make(app, reg, where && *where ? where : NULL, true);

	if (v)
		v->done = done;
	return v;
}

struct kit_view *screen_rows_tick_new(struct app *app, const char *reg, const char *where, const char *ticked,
                                      enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	struct kit_view *v = screen_rows_choose_new(app, reg, where, done);
	struct rows *r = (struct rows *)v;

	if (v) {
		r->several = true;
		r->finding = false;
		buf_puts(&r->ticked, ticked);
	}
	return v;
}

struct kit_view *screen_rows_narrow(struct kit_view *v, const char *where)
{
	struct rows *r = (struct rows *)v;

	if (v) {
		free(r->where);
		r->where = where ? strdup(where) : NULL;
		r->open_only = true;
	}
	return v;
}

const char *screen_rows_ticked(const struct kit_view *v)
{
	const struct rows *r = (const struct rows *)v;

	return r->has_choice ? buf_str(&r->ticked) : NULL;
}

struct kit_view *screen_rows_of_new(struct app *app, const char *reg, const struct row_id *parent, const char *field)
{
	struct kit_view *v = make(app, reg, NULL, false);
	struct rows *r = (struct rows *)v;

	if (v) {
		r->parent = *parent;
		r->parent_field = field;
	}
	return v;
}

const struct row_id *screen_rows_chosen(const struct kit_view *v)
{
	const struct rows *r = (const struct rows *)v;

	return r->has_choice ? &r->choice : NULL;
}
