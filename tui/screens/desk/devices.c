#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/inbox/evidence.h"
#include "sync/exchange/outbox/restored.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One writer: what its logs together hold, what of it has not come (records that others tell of, pictures that its records name),
 * when it was last heard of, and what it then ran. */
struct device {
	uint8_t writer[EVENT_WRITER]; uint64_t held, highest, missing; uint64_t split_at; uint32_t logs, photos; int64_t heard, told; bool known;
	char program[LIMIT_MAKER + 1], pack[LIMIT_MAKER + 1];
	bool before, answered;          /* of a township that was restored: heard before; and since, by one that knows of it */
};

struct devices {
	struct kit_view base;
	struct app *app;
	struct device *at;
	size_t count, cap;
	uint64_t version;
	int64_t restored;
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
	for (uint64_t first = 1, last; log_gap(h, &first, &last); first = last + 1)
		d->missing += last - first + 1;
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
			v->at[i].before |= restored_word(v->restored, e) == RESTORED_BEFORE;
			v->at[i].answered |= restored_word(v->restored, e) == RESTORED_ANSWER;
			if (e->seen > v->at[i].heard)
				v->at[i].heard = e->seen;
			/* Of what was merged in one heap the sealer's own clock tells which is the later. */
			if (*e->program && e->sealed >= v->at[i].told) {
				v->at[i].told = e->sealed;
				memcpy(v->at[i].program, e->program, sizeof e->program);
				memcpy(v->at[i].pack, e->pack, sizeof e->pack);
			}
			return ERR_OK;
		}
	return ERR_OK;
}

/* --- pictures that have not come --- */

struct wanting { uint8_t (*at)[KEYS_HASH]; size_t count; };

static enum err note_wanted(void *user, const uint8_t id[KEYS_HASH], uint64_t size)
{
	struct wanting *w = user;

	(void)size;
	if (w->count < ATTACH_ASK)
		memcpy(w->at[w->count++], id, KEYS_HASH);
	return ERR_OK;
}

static enum err count_photos(struct devices *v)
{
	struct wanting w = { calloc(ATTACH_ASK, sizeof *w.at), 0 };
	uint8_t author[EVENT_WRITER];
	uint64_t size;
	enum err e = w.at ? attach_missing(v->app->profile, note_wanted, &w) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	for (size_t i = 0; !e && i < w.count; i++)
		if (!attach_expected(v->app->profile, w.at[i], &size, author))
			for (size_t k = 0; k < v->count; k++)
				v->at[k].photos += !memcmp(v->at[k].writer, author, EVENT_WRITER);
	free(w.at);
	return e;
}

/* Since the township was restored. */
static bool is_silent(const struct device *d)
{
	return d->before && !d->answered;
}

/* Doubled, then with gaps, then by silence: who has not been heard of the longest. */
static int by_trouble(const void *x, const void *y)
{
	const struct device *a = x, *b = y;

	if (!a->split_at != !b->split_at)
		return a->split_at ? -1 : 1;
	if (a->missing != b->missing)
		return a->missing > b->missing ? -1 : 1;
	if (is_silent(a) != is_silent(b))
		return is_silent(a) ? -1 : 1;
	if (a->heard != b->heard)
		return a->heard < b->heard ? -1 : 1;
	return memcmp(a->writer, b->writer, EVENT_WRITER);
}

static enum err load(struct kit_view *base)
{
	struct devices *v = (struct devices *)base;
	const struct keys_roster *roster;
	struct store_txn t;
	enum err e = ERR_OK;

	v->count = 0;
	v->version = profile_version(v->app->profile);
	v->restored = restored_at(v->app->profile);
	roster = v->app->profile->roster;       /* not before: whoever reads the store may have it made anew */
	for (size_t i = 0; i < keys_roster_count(roster); i++) {
		const struct keys_writer *w = keys_roster_at(roster, i);

		if (w && !device_of(v, w->writer))
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	}
	profile_begin(v->app->profile, &t);
	e = log_heads(&t, add_log, v);
	if (!e)
		e = evidence_each(&t, hear, v);
	store_abort(&t);
	for (size_t i = 0; i < v->count; i++) {                      /* nobody waits for who is revoked */
		const struct keys_writer *w = keys_roster_find(v->app->profile->roster, v->at[i].writer);

		v->at[i].before &= !(w && w->revoked);
	}
	if (!e)
		e = count_photos(v);
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

/* A copy: whoever reads the store, for the name of a village too, may have the roster made anew. False: not certified. */
static bool certified(const struct devices *v, const struct device *d, struct keys_writer *out)
{
	const struct keys_writer *w = keys_roster_find(v->app->profile->roster, d->writer);

	if (w)
		*out = *w;
	return w != NULL;
}

/* `w` NULL: not certified. */
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
		snprintf(cell->text, KIT_CELL, "%s", _("中间有缺"));
		cell->role = KIT_SOON;
	} else if (is_silent(d)) {
		snprintf(cell->text, KIT_CELL, "%s", _("恢复后没来信"));
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

/* What is known not to have come; what it wrote since its last word nobody here can know. */
static void unsent(const struct device *d, struct kit_cell *cell)
{
	if (d->missing && d->photos)
		snprintf(cell->text, KIT_CELL, _("欠%llu条%u照"), (unsigned long long)d->missing, d->photos);
	else if (d->missing)
		snprintf(cell->text, KIT_CELL, _("欠 %llu 条"), (unsigned long long)d->missing);
	else if (d->photos)
		snprintf(cell->text, KIT_CELL, _("欠 %u 照"), d->photos);
	cell->role = KIT_SOON;
}

/* Program and pack, and whether the pack is another than the one in force. */
static void versions(struct devices *v, const struct device *d, struct kit_cell *cell)
{
	bool behind = *d->program && v->app->pack && strcmp(d->pack, v->app->pack->version);

	if (*d->program)
		snprintf(cell->text, KIT_CELL, "%s %s%s", d->program, *d->pack ? d->pack : _("没有清单包"), behind && *d->pack ? _(" 旧") : "");
	cell->role = behind ? KIT_SOON : KIT_DIM;
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct devices *v = user;
	const struct device *d = &v->at[i];
	struct keys_writer found;
	const struct keys_writer *w = certified(v, d, &found) ? &found : NULL;
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
	unsent(d, &cells[4]);
	versions(v, d, &cells[5]);
	trouble(d, w, &cells[6]);
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
	struct keys_writer found;
	const struct keys_writer *w = d && certified(v, d, &found) ? &found : NULL;
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
	if (*d->program)
		buf_printf(&text, _("\n那时用: 程序 %s, 清单包 %s%s"), d->program, *d->pack ? d->pack : _("没有"),
		           v->app->pack && strcmp(d->pack, v->app->pack->version) ? _(" (和现在发布的不一样, 同步后更新)") : "");
	else if (d->heard)
		buf_puts(&text, _("\n程序和清单包的版本它还没说过"));
	buf_printf(&text, _("\n已送到 %llu 条"), (unsigned long long)d->held);
	if (d->missing)
		buf_printf(&text, _(", 还欠 %llu 条 (后面的来了, 前面的还没来)"), (unsigned long long)d->missing);
	if (d->photos)
		buf_printf(&text, _(", 记录里写着的照片还欠 %u 张"), d->photos);
	if (is_silent(d)) {
		buf_puts(&text, _("\n乡镇的数据从备份恢复于 "));
		app_since(v->app, v->restored, &text);
		buf_puts(&text, _(": 那以后它还没来过信。备份以后收过它的什么, 它下次同步会再送来。"));
	}
	if (w && w->has_succeeds && keys_roster_find(v->app->profile->roster, w->succeeds))
		buf_printf(&text, _("\n接替标签 %s 的旧设备"), keys_roster_find(v->app->profile->roster, w->succeeds)->label);
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

static const struct keys_writer *selected(const struct devices *v)
{
	return v->list.at < v->count ? keys_roster_find(v->app->profile->roster, v->at[v->list.at].writer) : NULL;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct devices *v = (struct devices *)base;

	switch (a) {
	case ACT_OPEN:      return show(v);
	case ACT_GRANT:     return kit_open(base, screen_grant_new(v->app));
	case ACT_PUBLISH:   return kit_open(base, screen_publish_new(v->app));
	case ACT_ASKING:    return kit_open(base, screen_asking_new(v->app));
	case ACT_ROSTER:    return kit_open(base, screen_roster_new(v->app));
	case ACT_REVOKE:    return kit_open(base, screen_revoke_new(v->app, selected(v)->label));
	case ACT_AFTERLOSS: return kit_open(base, screen_afterloss_new(v->app));
	case ACT_ERASURES:  return kit_open(base, screen_erasures_new(v->app));
	default:            return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct devices *v = (struct devices *)base;
	const struct keys_writer *w = selected(v);

	if (a == ACT_REVOKE)
		return w && !w->revoked && memcmp(w->writer, v->app->profile->writer, KEYS_WRITER);
	return a != ACT_OPEN || v->count > 0;
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

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'n', ACT_GRANT, true }, { 'w', ACT_ASKING, true }, { 'r', ACT_ROSTER, true }, { 'x', ACT_REVOKE, true },
	{ 'a', ACT_AFTERLOSS, true }, { 'e', ACT_ERASURES, true }, { 'u', ACT_PUBLISH, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "devices", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_devices, .offers = offers,
	.tap = tap, .stale = stale,
};

static const struct kit_column columns[] = {
	{ 4, 1, false }, { 0, 1, false }, { 10, 2, false }, { 10, 2, false }, { 9, 2, false }, { 14, 2, true }, { 16, 1, true },
};

struct kit_view *screen_devices_new(struct app *app)
{
	struct devices *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 7,
	                                  .empty = _("还没有给谁发过证书。设备写了入网申请, 按 n 发证。") };
	return &v->base;
}
