/* The warnings that are out, village by village: who in charge has answered, how many households are reached, what the clock says.
 * The village that lags most stands first. Calls are counted a village at a time between keys, so the list is there at once. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/list.h"
#include "tui/screens/alarm/calls.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/alarm/warning.h"
#include "tui/screens/desk/board.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VILLAGES_MAX = 2000 };

/* One village's copy of a warning. */
struct called {
	struct row_id id;
	char village[64], title[KIT_CELL];
	int64_t received, done;                 /* ms; 0 not yet */
	bool counted;
	uint32_t total[CALLS_TIERS_MAX], reached[CALLS_TIERS_MAX], all_total, all_reached;
};

struct callouts {
	struct kit_view base;
	struct app *app;
	struct called *at;
	size_t count, done, next;               /* next to be counted */
	uint64_t version;
	struct kit_list list;
};

static const struct called *before(const struct called *at, size_t count, const struct row_id *id)
{
	for (size_t i = 0; i < count; i++)
		if (!memcmp(at[i].id.ref, id->ref, EVENT_REF) && at[i].id.index == id->index)
			return &at[i];
	return NULL;
}

static void read_one(struct callouts *v, const struct row *row, const struct called *old, size_t old_count)
{
	struct called *c = &v->at[v->count++];
	const struct called *was = before(old, old_count, &row->id);
	struct buf b = { 0 };

	if (was)
		*c = *was;                            /* its counts stand until they are made anew */
	else
		*c = (struct called){ .id = row->id };
	c->received = clocks_time(v->app, row, "received");
	c->done = clocks_time(v->app, row, "done_at");
	v->done += c->done != 0;
	row_evaluate(v->app->profile, row, "village()", &b);
	snprintf(c->village, sizeof c->village, "%s", buf_str(&b));
	buf_reset(&b);
	row_title(v->app->profile, row, &b);
	snprintf(c->title, sizeof c->title, "%s", buf_str(&b));
	buf_clear(&b);
}

/* Not done before done; then who has nobody on the list, then the smallest share reached, then the longest since. */
static int by_lag(const void *x, const void *y)
{
	const struct called *a = x, *b = y;
	uint64_t share_a, share_b;

	if (!a->done != !b->done)
		return a->done ? 1 : -1;
	share_a = (uint64_t)a->all_reached * (b->all_total ? b->all_total : 1);
	share_b = (uint64_t)b->all_reached * (a->all_total ? a->all_total : 1);
	if (!a->all_total != !b->all_total)
		return a->all_total ? 1 : -1;
	if (share_a != share_b)
		return share_a < share_b ? -1 : 1;
	if (a->received != b->received)
		return a->received < b->received ? -1 : 1;
	return memcmp(a->id.ref, b->id.ref, EVENT_REF);
}

static void order(struct callouts *v)
{
	if (v->count)
		qsort(v->at, v->count, sizeof *v->at, by_lag);
	kit_list_sync(&v->list);
}

static enum err load(struct kit_view *base)
{
	struct callouts *v = (struct callouts *)base;
	struct listing_query q = { .reg = "warnings", .sort = "-received", .where = BOARD_WARNINGS_OUT };
	struct called *old = v->at;
	size_t old_count = v->count;
	struct listing *l = NULL;
	enum err e;

	v->version = profile_version(v->app->profile);
	if (!v->app->pack || pack_find_register(v->app->pack, "warnings") == PACK_NONE)
		return ERR_OK;
	if ((e = listing_open(v->app->profile, &q, &l)))
		return e;
	v->at = calloc(listing_count(l) + 1u, sizeof *v->at);
	v->count = v->done = v->next = 0;
	if (!v->at)
		e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (uint32_t i = 0; !e && i < listing_count(l) && v->count < VILLAGES_MAX; i++) {
		struct row row;

		if (!(e = listing_row(l, i, &row))) {
			read_one(v, &row, old, old_count);
			row_clear(&row);
		}
	}
	listing_close(l);
	free(old);
	order(v);
	return e;
}

static bool stale(struct kit_view *base)
{
	struct callouts *v = (struct callouts *)base;

	return v->version != profile_version(v->app->profile);
}

static bool working(struct kit_view *base)
{
	const struct callouts *v = (const struct callouts *)base;

	return v->next < v->count;
}

static enum kit_next work(struct kit_view *base)
{
	struct callouts *v = (struct callouts *)base;
	struct called *c = &v->at[v->next++];
	struct calls calls;
	enum err e = calls_open(v->app, &c->id, false, &calls);

	if (e) {
		kit_say_error(e);
	} else {
		memcpy(c->total, calls.total, sizeof c->total);
		memcpy(c->reached, calls.reached, sizeof c->reached);
		c->all_total = calls.all_total;
		c->all_reached = calls.all_reached;
		c->counted = true;
	}
	calls_close(&calls);
	if (v->next == v->count)
		order(v);
	return KIT_STAY;
}

static size_t row_count(void *user)
{
	return ((const struct callouts *)user)->count;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	const struct row_id *id = &((struct callouts *)user)->at[i].id;
	uint8_t bytes[EVENT_REF + 1];

	memcpy(bytes, id->ref, EVENT_REF);
	bytes[EVENT_REF] = id->index;
	return kit_id(bytes, sizeof bytes);
}

static void clock_cell(struct callouts *v, const struct called *c, struct kit_cell *cell)
{
	int within = clocks_minutes(v->app, "callout_all_min", WARNING_ALL_MINUTES);
	int64_t minutes = (c->done - c->received) / 60000;

	if (!c->done) {
		cell->role = clocks_words(v->app, c->received, within, cell->text, KIT_CELL);
		return;
	}
	snprintf(cell->text, KIT_CELL, _("完成 %lld分"), (long long)minutes);
	cell->role = minutes > within ? KIT_SOON : KIT_GOOD;
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct callouts *v = user;
	const struct called *c = &v->at[i];
	struct buf b = { 0 };

	snprintf(cells[0].text, KIT_CELL, "%s", c->village);
	cells[0].role = c->done ? KIT_PLAIN : KIT_STRONG;
	snprintf(cells[1].text, KIT_CELL, "%s", c->title);
	if (!c->counted)
		buf_puts(&b, _("正在数"));
	else if (!c->all_total)
		buf_puts(&b, _("还没列名单"));
	else
		calls_tiers(v->app, c->total, c->reached, &b);
	snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
	cells[2].role = !c->counted ? KIT_DIM : c->all_reached == c->all_total && c->all_total ? KIT_GOOD : c->all_total ? KIT_PLAIN : KIT_SOON;
	clock_cell(v, c, &cells[3]);
	buf_clear(&b);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct callouts *v = (struct callouts *)base;

	buf_puts(left, _("预警叫应: 各村进度"));
	if (v->count)
		buf_printf(right, _("%zu/%zu 份预警已完成叫应"), v->done, v->count);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct callouts *)base)->list, base, win, 0, getmaxy(win));
}

static enum kit_next open_selected(struct callouts *v)
{
	return v->list.at < v->count ? kit_open(&v->base, screen_page_new(v->app, "warnings", &v->at[v->list.at].id)) : KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct callouts *v = (struct callouts *)base;

	switch (a) {
	case ACT_OPEN:      return open_selected(v);
	case ACT_NEW:       return screen_make(base, v->app, "warnings", NULL);
	case ACT_REGISTERS: return kit_open(base, screen_rows_new(v->app, "warnings", NULL));
	default:            return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct callouts *v = (struct callouts *)base;

	switch (a) {
	case ACT_OPEN:      return v->count > 0;
	case ACT_NEW:
	case ACT_REGISTERS: return v->app->pack && pack_find_register(v->app->pack, "warnings") != PACK_NONE;
	default:            return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_OPEN ? _("逐户") : a == ACT_NEW ? _("发预警") : a == ACT_REGISTERS ? _("历次预警") : NULL;
}

static bool counting(struct kit_view *base)
{
	const struct callouts *v = (const struct callouts *)base;

	for (size_t i = 0; i < v->count; i++)
		if (!v->at[i].done && clocks_run(v->app, v->at[i].received))
			return true;
	return false;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct callouts *)base)->list, y) ? open_selected((struct callouts *)base) : KIT_STAY;
}

static void close_callouts(struct kit_view *base)
{
	free(((struct callouts *)base)->at);
	free(base);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'n', ACT_NEW, true }, { 'g', ACT_REGISTERS, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "callouts", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_callouts, .offers = offers,
	.label = label, .tap = tap, .stale = stale, .working = working, .work = work, .counting = counting,
};

static const struct kit_column columns[] = { { 10, 1, false }, { 0, 1, false }, { 36, 2, false }, { 12, 1, true } };

struct kit_view *screen_callouts_new(struct app *app)
{
	struct callouts *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 4,
	                                  .empty = _("没有在叫应的预警。按 n 发预警: 填一次, 勾选发给哪些村。") };
	return &v->base;
}
