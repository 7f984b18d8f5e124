/* Orders to erase personal data, each with the devices that have not said they obeyed; and what has been kept beyond the time that
 * its register allows, erased by rule. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/erase/erase.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct order { uint8_t ref[EVENT_REF]; char reason[KEYS_REASON_MAX + 1]; uint32_t records, holders, waiting; int64_t when; struct buf who; };

struct erasures {
	struct kit_view base;
	struct app *app;
	struct order *at;
	size_t count, cap;
	uint64_t version;
	struct erase_list expired;              /* while it is asked whether to */
	struct kit_list list;
};

static void forget(struct erasures *v)
{
	for (size_t i = 0; i < v->count; i++)
		buf_clear(&v->at[i].who);
	v->count = 0;
}

static struct order *order_of(struct erasures *v, const struct erase_state *s)
{
	struct order *grown;

	for (size_t i = 0; i < v->count; i++)
		if (!memcmp(v->at[i].ref, s->order, EVENT_REF))
			return &v->at[i];
	if (v->count == v->cap) {
		if (!(grown = realloc(v->at, (v->cap ? v->cap * 2 : 32) * sizeof *grown)))
			return NULL;
		v->at = grown;
		v->cap = v->cap ? v->cap * 2 : 32;
	}
	v->at[v->count] = (struct order){ .records = s->records, .when = s->when };
	memcpy(v->at[v->count].ref, s->order, EVENT_REF);
	snprintf(v->at[v->count].reason, sizeof v->at[v->count].reason, "%s", s->reason);
	return &v->at[v->count++];
}

static bool note(void *user, const struct erase_state *s)
{
	struct order *o = order_of(user, s);

	if (!o)
		return false;
	o->holders++;
	if (!s->confirmed) {
		o->waiting++;
		buf_printf(&o->who, "%s %s\n", s->writer->label, s->writer->person);
	}
	return true;
}

static int by_waiting(const void *x, const void *y)
{
	const struct order *a = x, *b = y;

	if (!a->waiting != !b->waiting)
		return a->waiting ? -1 : 1;
	return a->when != b->when ? (a->when < b->when) - (a->when > b->when) : memcmp(a->ref, b->ref, EVENT_REF);
}

static enum err load(struct kit_view *base)
{
	struct erasures *v = (struct erasures *)base;
	enum err e;

	forget(v);
	v->version = profile_version(v->app->profile);
	e = erase_each(v->app->profile, note, v);
	if (v->count)
		qsort(v->at, v->count, sizeof *v->at, by_waiting);
	kit_list_sync(&v->list);
	return e;
}

static bool stale(struct kit_view *base)
{
	struct erasures *v = (struct erasures *)base;

	return v->version != profile_version(v->app->profile);
}

static size_t row_count(void *user)
{
	return ((struct erasures *)user)->count;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	return kit_id(((struct erasures *)user)->at[i].ref, EVENT_REF);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct erasures *v = user;
	const struct order *o = &v->at[i];
	struct buf b = { 0 };

	app_since(v->app, o->when, &b);
	snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&b));
	snprintf(cells[1].text, KIT_CELL, "%s", o->reason);
	snprintf(cells[2].text, KIT_CELL, _("%u 条"), o->records);
	if (o->waiting)
		snprintf(cells[3].text, KIT_CELL, _("%u/%u 台没回报"), o->waiting, o->holders);
	else
		snprintf(cells[3].text, KIT_CELL, "%s", _("都照办了"));
	cells[3].role = o->waiting ? KIT_SOON : KIT_GOOD;
	buf_clear(&b);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct erasures *v = (struct erasures *)base;

	buf_puts(left, _("删除令: 哪台设备还没照办"));
	buf_printf(right, "%zu/%zu", v->count ? v->list.at + 1 : 0, v->count);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct erasures *)base)->list, base, win, 0, getmaxy(win));
}

static enum kit_next show(struct erasures *v)
{
	const struct order *o = v->list.at < v->count ? &v->at[v->list.at] : NULL;
	struct buf text = { 0 };
	struct kit_view *pager;

	if (!o)
		return KIT_STAY;
	buf_printf(&text, "# %s\n", o->reason);
	buf_printf(&text, _("%u 条记录里的个人信息, %u 台设备要照办。\n"), o->records, o->holders);
	if (o->waiting)
		buf_printf(&text, _("\n# 还没回报\n%s\n设备下次同步照办并回报。一直不来的, 派人去看; 丢了的, 吊销。"), buf_str(&o->who));
	else
		buf_puts(&text, _("\n都照办了, 都回报过。"));
	pager = kit_pager_new(_("这道删除令"), buf_str(&text));
	buf_clear(&text);
	return kit_open(&v->base, pager);
}

/* --- by rule --- */

static enum kit_next expired_confirmed(struct kit_view *below, struct kit_view *self)
{
	struct erasures *v = (struct erasures *)below;
	enum err e = ERR_OK;

	if (kit_choice_answer(self) == 1) {
		e = erase_order(v->app->profile, &v->expired, _("保存期满"));
		if (e)
			kit_say_error(e);
		else
			kit_say(KIT_GOOD, _("已令删除 %zu 条记录里的个人信息"), v->expired.count);
	}
	erase_list_clear(&v->expired);
	return KIT_STAY;
}

static enum kit_next ask_expired(struct erasures *v)
{
	struct kit_option options[] = { { _("先不删"), NULL, true }, { _("删去"), NULL, false } };
	char text[400];
	uint32_t rows = 0;
	enum err e;

	erase_list_clear(&v->expired);
	if ((e = erase_expired(v->app->profile, app_ms(v->app), &v->expired, &rows))) {
		kit_say_error(e);
		return KIT_STAY;
	}
	if (!v->expired.count) {
		kit_say(KIT_GOOD, _("没有保存期满还留着的个人信息"));
		return KIT_STAY;
	}
	snprintf(text, sizeof text, _("保存期满的有 %u 行, %zu 条记录里的个人信息要删。\n这里当场删去, 各设备下次同步照办; 删了找不回来。安全记录、时间、步骤都留着。"), rows, v->expired.count);
	return kit_open(&v->base, kit_choice_new(_("保存期满"), text, options, 2, false, expired_confirmed));
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct erasures *v = (struct erasures *)base;

	switch (a) {
	case ACT_OPEN:  return show(v);
	case ACT_ERASE: return ask_expired(v);
	default:        return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct erasures *v = (struct erasures *)base;

	return a == ACT_OPEN ? v->count > 0 : a == ACT_ERASE ? v->app->pack != NULL : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_ERASE ? _("删保存期满的") : NULL;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct erasures *)base)->list, y) ? show((struct erasures *)base) : KIT_STAY;
}

static void close_erasures(struct kit_view *base)
{
	struct erasures *v = (struct erasures *)base;

	forget(v);
	erase_list_clear(&v->expired);
	free(v->at);
	free(v);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 'x', ACT_ERASE, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "erasures", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_erasures, .offers = offers,
	.label = label, .tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 12, 2, false }, { 0, 1, false }, { 8, 2, true }, { 20, 1, true } };

struct kit_view *screen_erasures_new(struct app *app)
{
	struct erasures *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 4,
	                                  .empty = _("没有删过个人信息。一条记录要删: 在它的页上按 X; 保存期满的: 按 x 一起删。") };
	return &v->base;
}
