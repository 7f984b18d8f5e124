#include "config.h"
#include "tui/screens/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/evidence.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log.h"
#include "sync/ledger/profile.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One writer: what its logs together hold, and when it was last heard of. */
struct device { uint8_t writer[EVENT_WRITER]; uint64_t held, highest, missing; uint64_t split_at; uint32_t logs; int64_t heard; bool known; };

struct devices {
	struct kit_view base;
	struct app *app;
	struct device *at;
	size_t count, cap;
	uint64_t version;
	struct kit_list list;
};

static struct device *device_of(struct devices *v, const uint8_t writer[EVENT_WRITER])
{
	for (size_t i = 0; i < v->count; i++)
		if (!memcmp(v->at[i].writer, writer, EVENT_WRITER))
			return &v->at[i];
	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 64;
		struct device *grown = realloc(v->at, cap * sizeof *grown);

		if (!grown)
			return NULL;
		v->at = grown;
		v->cap = cap;
	}
	v->at[v->count] = (struct device){ .known = keys_roster_find(v->app->profile->roster, writer) != NULL };
	memcpy(v->at[v->count].writer, writer, EVENT_WRITER);
	return &v->at[v->count++];
}

static enum err add_log(void *user, const struct log_head *h)
{
	struct devices *v = user;
	struct device *d;
	uint64_t held = 0;

	if (keys_roster_is_authority(v->app->profile->roster, h->id.writer))
		return ERR_OK;
	if (!(d = device_of(v, h->id.writer)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (uint32_t r = 0; r < h->range_count; r++)
		held += h->ranges[r].last - h->ranges[r].first + 1;
	d->logs++;
	d->held += held;
	d->highest += h->highest;
	d->missing += h->highest > held ? h->highest - held : 0;
	if (h->split_at && !d->split_at)
		d->split_at = h->split_at;
	return ERR_OK;
}

/* The last word of a writer: the newest bundle it sealed. */
static enum err hear(void *user, const struct evidence *e)
{
	struct devices *v = user;

	if (e->state != EVIDENCE_MERGED && e->state != EVIDENCE_HELD)
		return ERR_OK;
	for (size_t i = 0; i < v->count; i++)
		if (!memcmp(v->at[i].writer, e->sealer, EVENT_WRITER)) {
			if (e->seen > v->at[i].heard)
				v->at[i].heard = e->seen;
			return ERR_OK;
		}
	return ERR_OK;
}

/* Doubled, then with gaps, then by silence: who has not been heard of the longest. */
static int by_trouble(const void *x, const void *y)
{
	const struct device *a = x, *b = y;

	if (!a->split_at != !b->split_at)
		return a->split_at ? -1 : 1;
	if (a->missing != b->missing)
		return a->missing > b->missing ? -1 : 1;
	if (a->heard != b->heard)
		return a->heard < b->heard ? -1 : 1;
	return memcmp(a->writer, b->writer, EVENT_WRITER);
}

static enum err load(struct kit_view *base)
{
	struct devices *v = (struct devices *)base;
	const struct keys_roster *roster = v->app->profile->roster;
	struct store_txn t;
	enum err e = ERR_OK;

	v->count = 0;
	v->version = profile_version(v->app->profile);
	for (size_t i = 0; i < keys_roster_count(roster); i++)
		if (!device_of(v, keys_roster_at(roster, i)->writer))
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	profile_begin(v->app->profile, &t);
	e = log_heads(&t, add_log, v);
	if (!e)
		e = evidence_each(&t, hear, v);
	store_abort(&t);
	if (v->count)
		qsort(v->at, v->count, sizeof *v->at, by_trouble);
	kit_list_sync(&v->list);
	return e;
}

static bool stale(struct kit_view *base)
{
	struct devices *v = (struct devices *)base;

	return v->version != profile_version(v->app->profile);
}

static size_t row_count(void *user)
{
	return ((struct devices *)user)->count;
}

static struct kit_id row_id(void *user, size_t i)
{
	return kit_id(((struct devices *)user)->at[i].writer, EVENT_WRITER);
}

static void trouble(const struct device *d, const struct keys_writer *w, struct kit_cell *cell)
{
	cell->role = KIT_PLAIN;
	if (d->split_at) {
		snprintf(cell->text, KIT_CELL, _("分叉: 第 %llu 条有两份"), (unsigned long long)d->split_at);
		cell->role = KIT_DANGER;
	} else if (!w) {
		snprintf(cell->text, KIT_CELL, "%s", _("没发证"));
		cell->role = KIT_SOON;
	} else if (w->revoked) {
		snprintf(cell->text, KIT_CELL, "%s", _("已吊销"));
	} else if (d->missing) {
		snprintf(cell->text, KIT_CELL, _("缺 %llu 条"), (unsigned long long)d->missing);
		cell->role = KIT_SOON;
	} else if (!d->logs) {
		snprintf(cell->text, KIT_CELL, "%s", _("还没写过"));
		cell->role = KIT_DIM;
	} else {
		snprintf(cell->text, KIT_CELL, "%s", _("齐"));
	}
}

static void last_word(struct devices *v, const struct device *d, struct buf *out)
{
	if (d->heard)
		app_since(v->app, d->heard, out);
	else
		buf_puts(out, memcmp(d->writer, v->app->profile->writer, EVENT_WRITER) ? _("没来过信") : _("本机"));
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct devices *v = user;
	const struct device *d = &v->at[i];
	const struct keys_writer *w = keys_roster_find(v->app->profile->roster, d->writer);
	struct buf b = { 0 };

	snprintf(cells[0].text, KIT_CELL, "%s", w ? w->label : "");
	snprintf(cells[1].text, KIT_CELL, "%s", w ? w->person : _("(没发证)"));
	if (w && w->scope_count)
		words_scope(v->app, &w->scopes[0], &b);
	snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	cells[2].role = KIT_DIM;
	last_word(v, d, &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	snprintf(cells[4].text, KIT_CELL, _("%llu 条"), (unsigned long long)d->held);
	trouble(d, w, &cells[5]);
	buf_clear(&b);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct devices *v = (struct devices *)base;

	buf_puts(left, _("设备: 最后一次来信, 缺什么"));
	buf_printf(right, "%zu/%zu", v->count ? v->list.at + 1 : 0, v->count);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct devices *)base)->list, base, win, 0, getmaxy(win));
}

/* --- one device --- */

struct telling { struct devices *v; const uint8_t *writer; struct buf *out; };

static enum err tell_log(void *user, const struct log_head *h)
{
	struct telling *t = user;

	if (memcmp(h->id.writer, t->writer, EVENT_WRITER))
		return ERR_OK;
	buf_puts(t->out, "\n# ");
	words_scope(t->v->app, &h->id.scope, t->out);
	buf_printf(t->out, _("\n到第 %llu 条"), (unsigned long long)h->highest);
	for (uint32_t i = 0; i < h->range_count; i++) {
		uint64_t before = i ? h->ranges[i - 1].last : 0;

		if (h->ranges[i].first > before + 1)
			buf_printf(t->out, _("\n缺第 %llu 到 %llu 条: 还在它的设备上, 或在没送到的包里"), (unsigned long long)before + 1, (unsigned long long)h->ranges[i].first - 1);
	}
	if (h->split_at)
		buf_printf(t->out, _("\n第 %llu 条起有两份: 这台设备被复制过? 两份都留着。查清后吊销其中一台。"), (unsigned long long)h->split_at);
	buf_putc(t->out, '\n');
	return ERR_OK;
}

static enum kit_next show(struct devices *v)
{
	const struct device *d = v->list.at < v->count ? &v->at[v->list.at] : NULL;
	const struct keys_writer *w = d ? keys_roster_find(v->app->profile->roster, d->writer) : NULL;
	struct buf text = { 0 };
	struct telling t = { v, d ? d->writer : NULL, &text };
	struct kit_view *pager;
	struct store_txn txn;

	if (!d)
		return KIT_STAY;
	buf_printf(&text, "# %s %s\n", w ? w->label : "", w ? w->person : _("(没发证)"));
	for (unsigned bit = 0; w && bit < 32; bit++)
		if (w->roles & 1u << bit)
			buf_printf(&text, "%s ", pack_role_name(1u << bit));
	buf_puts(&text, _("\n最后来信: "));
	last_word(v, d, &text);
	if (w && w->revoked)
		buf_puts(&text, _("\n已吊销: 之后写的先不算数, 乡镇看过一条条认。"));
	buf_putc(&text, '\n');
	profile_begin(v->app->profile, &txn);
	log_heads(&txn, tell_log, &t);
	store_abort(&txn);
	pager = kit_pager_new(_("这台设备"), buf_str(&text));
	buf_clear(&text);
	return kit_open(&v->base, pager);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct devices *v = (struct devices *)base;

	switch (a) {
	case ACT_OPEN:    return show(v);
	case ACT_GRANT:   return kit_open(base, screen_grant_new(v->app));
	case ACT_PUBLISH: return kit_open(base, screen_publish_new(v->app));
	default:          return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a != ACT_OPEN || ((struct devices *)base)->count > 0;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct devices *)base)->list, y) ? show((struct devices *)base) : KIT_STAY;
}

static void close_devices(struct kit_view *base)
{
	free(((struct devices *)base)->at);
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 'n', ACT_GRANT, true }, { 'u', ACT_PUBLISH, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "devices", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_devices, .offers = offers,
	.tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 5, 1, false }, { 0, 1, false }, { 14, 2, false }, { 12, 2, false }, { 9, 2, true }, { 22, 1, true } };

struct kit_view *screen_devices_new(struct app *app)
{
	struct devices *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 6,
	                                  .empty = _("还没有给谁发过证书。设备写了入网申请, 按 n 发证。") };
	return &v->base;
}
