#include "config.h"
#include "tui/screens/arrivals.h"

#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log.h"
#include "sync/ledger/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One log: a writer in one scope and epoch. */
struct arrival { struct event_log_id id; uint64_t contiguous, highest, held; bool split; };

struct arrivals {
	struct kit_view base;
	struct app *app;
	struct arrival *at;
	size_t count, cap;
	struct kit_list list;
};

static enum err add(void *user, const struct log_head *h)
{
	struct arrivals *v = user;

	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 64;
		struct arrival *grown = realloc(v->at, cap * sizeof *grown);

		if (!grown)
			return err_set(ERR_NOMEM, "%s", _("收件"));
		v->at = grown;
		v->cap = cap;
	}
	v->at[v->count] = (struct arrival){ h->id, h->seq, h->highest, 0, h->split_at != 0 };
	for (uint32_t r = 0; r < h->range_count; r++)
		v->at[v->count].held += h->ranges[r].last - h->ranges[r].first + 1;
	v->count++;
	return ERR_OK;
}

static uint64_t missing(const struct arrival *a)
{
	return a->highest > a->held ? a->highest - a->held : 0;
}

/* What is missing or doubled first, then by how much there is. */
static int by_trouble(const void *x, const void *y)
{
	const struct arrival *a = x, *b = y;

	if (a->split != b->split)
		return a->split ? -1 : 1;
	if (missing(a) != missing(b))
		return missing(a) > missing(b) ? -1 : 1;
	return a->highest > b->highest ? -1 : a->highest < b->highest;
}

static enum err load(struct kit_view *base)
{
	struct arrivals *v = (struct arrivals *)base;
	struct store_txn t;
	enum err e;

	v->count = 0;
	profile_begin(v->app->profile, &t);
	e = log_heads(&t, add, v);
	store_abort(&t);
	if (v->count)
		qsort(v->at, v->count, sizeof *v->at, by_trouble);
	kit_list_sync(&v->list);
	return e;
}

static size_t row_count(void *user)
{
	return ((struct arrivals *)user)->count;
}

static struct kit_id row_id(void *user, size_t i)
{
	const struct arrival *a = &((struct arrivals *)user)->at[i];
	struct kit_id id = kit_id(a->id.writer, EVENT_WRITER);

	id.byte[KIT_ID - 1] = (uint8_t)a->id.epoch;
	for (size_t k = 0; k < a->id.scope.length; k++)
		id.byte[EVENT_WRITER + k % (KIT_ID - EVENT_WRITER - 1)] ^= a->id.scope.bytes[k];
	return id;
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct arrivals *v = user;
	const struct arrival *a = &v->at[i];
	const struct keys_writer *w = keys_roster_find(v->app->profile->roster, a->id.writer);
	char scope[68];

	event_scope_text(&a->id.scope, scope);
	snprintf(cells[0].text, KIT_CELL, "%s", w ? w->label : keys_roster_is_authority(v->app->profile->roster, a->id.writer) ? _("乡镇") : _("(没发证)"));
	snprintf(cells[1].text, KIT_CELL, "%s", w ? w->person : "");
	snprintf(cells[2].text, KIT_CELL, "%s", a->id.scope.kind == 2 ? _("本人") : a->id.scope.kind == 0 ? _("全镇") : scope);
	snprintf(cells[3].text, KIT_CELL, _("到第 %llu 条"), (unsigned long long)a->highest);
	if (a->split)
		snprintf(cells[4].text, KIT_CELL, "%s", _("有两份"));
	else if (missing(a))
		snprintf(cells[4].text, KIT_CELL, _("缺 %llu 条"), (unsigned long long)missing(a));
	else if (w && w->revoked)
		snprintf(cells[4].text, KIT_CELL, "%s", _("已吊销"));
	else
		snprintf(cells[4].text, KIT_CELL, "%s", _("齐"));
	cells[4].role = a->split || missing(a) ? KIT_DANGER : KIT_PLAIN;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("收件: 谁的, 到哪里, 缺什么"));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct arrivals *)base)->list, base, win, 0, getmaxy(win));
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	return kit_list_act(&((struct arrivals *)base)->list, a);
}

static void close_arrivals(struct kit_view *base)
{
	free(((struct arrivals *)base)->at);
	free(base);
}

static const struct kit_key keys[] = { KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "arrivals", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_arrivals,
};

static const struct kit_column columns[] = { { 10, 1, false }, { 0, 1, false }, { 14, 2, false }, { 14, 2, true }, { 10, 1, true } };

struct kit_view *screen_arrivals_new(struct app *app)
{
	struct arrivals *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 5,
	                                  .empty = _("还没有收到任何人的记录。") };
	return &v->base;
}
