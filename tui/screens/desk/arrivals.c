#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/inbox/evidence.h"
#include "sync/exchange/inbox/newer.h"
#include "sync/exchange/inbox/quarantine.h"
#include "sync/keys/hash.h"
#include "sync/keys/roster.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every bundle that came, newest first; those kept aside stand before all others, since somebody must look at them. */
struct came { uint8_t id[KEYS_HASH]; enum evidence_state state; int64_t seen; uint64_t size; char *reason; /* of a refused file */ bool newer; };

struct arrivals {
	struct kit_view base;
	struct app *app;
	struct came *at;
	size_t count, cap;
	uint64_t version;
	struct buf newer;                       /* what waits for a newer program or pack, a line each */
	struct kit_list list;
};

static struct came *more(struct arrivals *v)
{
	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 64;
		struct came *grown = realloc(v->at, cap * sizeof *grown);

		if (!grown)
			return NULL;
		v->at = grown;
		v->cap = cap;
	}
	return &v->at[v->count++];
}

static enum err add(void *user, const struct evidence *e)
{
	struct came *c;

	if (e->state == EVIDENCE_WAITING || e->state == EVIDENCE_DONE || e->state == EVIDENCE_REFUSED)
		return ERR_OK;
	if (!(c = more(user)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	*c = (struct came){ .state = e->state, .seen = e->seen };
	memcpy(c->id, e->id, KEYS_HASH);
	return ERR_OK;
}

/* Refused files are taken from where they lie: most have no evidence, since nobody could be told from them. */
static enum err add_refused(void *user, const struct quarantined *q)
{
	struct came *c = more(user);

	if (!c)
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	*c = (struct came){ .state = EVIDENCE_REFUSED, .seen = q->when, .size = q->size, .reason = strdup(q->reason), .newer = *q->newer };
	memcpy(c->id, q->id, KEYS_HASH);
	return ERR_OK;
}

static void forget(struct arrivals *v)
{
	for (size_t i = 0; i < v->count; i++)
		free(v->at[i].reason);
	v->count = 0;
}

static enum err add_newer(void *user, const struct newer *n)
{
	struct arrivals *v = user;

	newer_words(n, &v->newer);
	buf_putc(&v->newer, '\n');
	return v->newer.err;
}

static int urgency(enum evidence_state s)
{
	return s == EVIDENCE_REFUSED ? 0 : s == EVIDENCE_HELD ? 1 : 2;
}

static int by_urgency(const void *x, const void *y)
{
	const struct came *a = x, *b = y;

	if (urgency(a->state) != urgency(b->state))
		return urgency(a->state) - urgency(b->state);
	if (a->seen != b->seen)
		return a->seen > b->seen ? -1 : 1;
	return memcmp(a->id, b->id, KEYS_HASH);
}

static enum err load(struct kit_view *base)
{
	struct arrivals *v = (struct arrivals *)base;
	struct store_txn t;
	enum err e;

	forget(v);
	v->version = profile_version(v->app->profile);
	profile_begin(v->app->profile, &t);
	e = evidence_each(&t, add, v);
	store_abort(&t);
	if (!e)
		e = quarantine_each(v->app->profile, add_refused, v);
	buf_reset(&v->newer);
	if (!e)
		e = newer_each(v->app->profile, false, add_newer, v);
	if (v->count)
		qsort(v->at, v->count, sizeof *v->at, by_urgency);
	kit_list_sync(&v->list);
	return e;
}

static bool stale(struct kit_view *base)
{
	struct arrivals *v = (struct arrivals *)base;

	return v->version != profile_version(v->app->profile);
}

static size_t row_count(void *user)
{
	return ((struct arrivals *)user)->count;
}

static struct kit_id row_id(void *user, size_t i)
{
	return kit_id(((struct arrivals *)user)->at[i].id, KIT_ID);
}

static bool read_one(struct arrivals *v, size_t i, struct evidence *e)
{
	struct store_txn t;
	bool there;

	if (i >= v->count)
		return false;
	profile_begin(v->app->profile, &t);
	there = !evidence_get(&t, v->at[i].id, e);
	store_abort(&t);
	if (!there)
		*e = (struct evidence){ .size = v->at[i].size };
	if (!there || v->at[i].state == EVIDENCE_REFUSED) {
		memcpy(e->id, v->at[i].id, KEYS_HASH);
		e->state = v->at[i].state;
		e->seen = v->at[i].seen;
		snprintf(e->reason, sizeof e->reason, "%s", v->at[i].reason ? v->at[i].reason : "");
	}
	return there || v->at[i].state == EVIDENCE_REFUSED;
}

static void sealer_words(struct arrivals *v, const struct evidence *e, struct buf *out)
{
	const struct keys_writer *w = keys_roster_find(v->app->profile->roster, e->sealer);

	if (w)
		buf_printf(out, "%s %s", w->label, w->person);
	else
		buf_puts(out, keys_roster_is_authority(v->app->profile->roster, e->sealer) ? _("乡镇") : _("不认识的设备"));
}

static const char *state_words(enum evidence_state s)
{
	switch (s) {
	case EVIDENCE_MERGED:  return _("已收");
	case EVIDENCE_HELD:    return _("等证书");
	case EVIDENCE_CARRIED: return _("代带");
	case EVIDENCE_REFUSED: return _("隔离");
	default:               return "";
	}
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct arrivals *v = user;
	struct evidence e;
	struct buf b = { 0 };

	if (!read_one(v, i, &e))
		return;
	snprintf(cells[0].text, KIT_CELL, "%s", v->at[i].newer ? _("等新版") : state_words(e.state));
	cells[0].role = v->at[i].newer ? KIT_SOON : e.state == EVIDENCE_REFUSED ? KIT_DANGER : e.state == EVIDENCE_HELD ? KIT_SOON : KIT_PLAIN;
	sealer_words(v, &e, &b);
	snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	app_since(v->app, e.seen, &b);
	snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
	buf_clear(&b);
	if (e.state == EVIDENCE_MERGED)
		snprintf(cells[3].text, KIT_CELL, _("新 %llu 条"), (unsigned long long)e.events);
	else
		snprintf(cells[3].text, KIT_CELL, "%s", e.reason);
	cells[3].role = KIT_DIM;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct arrivals *v = (struct arrivals *)base;

	buf_puts(left, _("到了: 谁的包, 何时, 收了没有"));
	buf_printf(right, "%zu/%zu", v->count ? v->list.at + 1 : 0, v->count);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct arrivals *v = (struct arrivals *)base;
	int said = v->newer.len ? kit_paragraph(win, 0, 1, getmaxy(win) / 3, getmaxx(win) - 2, KIT_SOON, v->newer.data) : 0;

	kit_list_draw(&v->list, base, win, said, getmaxy(win) - said);
}

/* All that is known of one: the file's name in quarantine is the id. */
static enum kit_next show(struct arrivals *v)
{
	struct evidence e;
	struct buf text = { 0 };
	char id[2 * KEYS_HASH + 1];
	struct kit_view *pager;
	bool newer;

	if (!read_one(v, v->list.at, &e))
		return KIT_STAY;
	newer = v->at[v->list.at].newer;
	keys_hex(e.id, KEYS_HASH, id);
	buf_printf(&text, "# %s\n", newer ? _("等新版") : state_words(e.state));
	if (*e.reason)
		buf_printf(&text, _("原因: %s\n"), e.reason);
	buf_puts(&text, _("谁封的: "));
	sealer_words(v, &e, &text);
	buf_puts(&text, _("\n何时到: "));
	app_since(v->app, e.seen, &text);
	if (e.sealed) {
		buf_puts(&text, _("\n何时封的 (对方的钟): "));
		app_since(v->app, e.sealed, &text);
	}
	buf_printf(&text, _("\n大小: %llu 字节   新记录 %llu 条\n"), (unsigned long long)e.size, (unsigned long long)e.events);
	for (uint32_t i = 0; i < e.piece_count; i++) {
		const struct keys_writer *w = keys_roster_find(v->app->profile->roster, e.pieces[i].log.writer);

		buf_printf(&text, _("  %s 写的第 %llu 到 %llu 条, "), w ? w->person : _("(没发证)"), (unsigned long long)e.pieces[i].first,
		           (unsigned long long)e.pieces[i].last);
		words_scope(v->app, &e.pieces[i].log.scope, &text);
		buf_putc(&text, '\n');
	}
	if (newer)
		buf_puts(&text, _("\n封它的程序比这里的新。文件原样留在 quarantine 目录; 升级程序后下次收包时自动再试。\n"));
	else if (e.state == EVIDENCE_REFUSED)
		buf_puts(&text, _("\n文件原样留在 quarantine 目录, 旁边写着原因; 什么都没并进来。弄清是谁给的再决定。\n"));
	if (e.state == EVIDENCE_HELD)
		buf_puts(&text, _("\n给这台设备发了证书 (入网) 就会自动收进来。\n"));
	buf_printf(&text, _("\n包号 %s\n"), id);
	pager = kit_pager_new(_("这一包"), buf_str(&text));
	buf_clear(&text);
	return kit_open(&v->base, pager);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct arrivals *v = (struct arrivals *)base;

	switch (a) {
	case ACT_OPEN:      return show(v);
	case ACT_DEVICES:   return kit_open(base, screen_devices_new(v->app));
	case ACT_ASKING:    return kit_open(base, screen_asking_new(v->app));
	case ACT_CONFLICTS: return kit_open(base, screen_conflicts_new(v->app));
	default:            return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct arrivals *v = (struct arrivals *)base;

	return a == ACT_OPEN ? v->count > 0 : a == ACT_CONFLICTS ? v->app->pack != NULL : true;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct arrivals *)base)->list, y) ? show((struct arrivals *)base) : KIT_STAY;
}

static void close_arrivals(struct kit_view *base)
{
	forget((struct arrivals *)base);
	free(((struct arrivals *)base)->at);
	buf_clear(&((struct arrivals *)base)->newer);
	free(base);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'd', ACT_DEVICES, true }, { 'w', ACT_ASKING, true }, { 'z', ACT_CONFLICTS, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "arrivals", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_arrivals, .offers = offers,
	.tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 6, 1, false }, { 22, 1, false }, { 12, 1, true }, { 0, 2, false } };

struct kit_view *screen_arrivals_new(struct app *app)
{
	struct arrivals *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 4,
	                                  .empty = _("还没有收到任何人的包。回到上一屏按 y 收包, 或开着收件服务。") };
	return &v->base;
}
