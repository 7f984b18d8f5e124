#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/exchange/outbox/status.h"
#include "sync/ledger/due/duelist.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/alarm/gauges.h"
#include "tui/screens/alarm/incident.h"
#include "tui/screens/alarm/readings.h"
#include "tui/screens/alarm/warning.h"
#include "tui/screens/device/enrol.h"
#include "tui/screens/device/whereabouts.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/home/begun.h"
#include "tui/screens/home/doubt.h"
#include "tui/screens/home/due_cells.h"
#include "tui/screens/home/progress.h"
#include "tui/screens/rows/alike.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The home of the day: warnings with their clock, what was begun, what is due, most urgent first. */
struct today {
	struct kit_view base;
	struct app *app;
	struct duelist *dues;                /* of the day `dues_day`, and the version of the store they were read from */
	struct alike *alike;                 /* of their subjects those that perhaps tell one thing twice; NULL */
	uint64_t dues_version;
	int dues_day;
	struct begun drafts[BEGUN_MAX];
	size_t draft_count;
	struct warning_open warnings[WARNING_OPEN_MAX];
	size_t warning_count;
	struct incident_open incidents[INCIDENT_OPEN_MAX];
	size_t incident_count;
	uint32_t *due;                       /* indexes of the dues shown: one record pays all its duties, so a visit is listed once */
	size_t due_count;
	uint32_t overdue;
	struct status status;
	bool has_status;
	uint64_t version;                    /* of the store, when it was read */
	struct status_unsent parts;          /* what the unsent is made of, and the version of the store it was read from */
	uint64_t parts_version;
	struct kit_list list;
};

static size_t row_count(void *user)
{
	const struct today *t = user;

	return t->warning_count + t->incident_count + t->draft_count + t->due_count;
}

/* What row i is: each returns the thing, or NULL when the row is another kind. */
static const struct warning_open *warning_at(const struct today *t, size_t i)
{
	return i < t->warning_count ? &t->warnings[i] : NULL;
}

static const struct incident_open *incident_at(const struct today *t, size_t i)
{
	return i >= t->warning_count && i - t->warning_count < t->incident_count ? &t->incidents[i - t->warning_count] : NULL;
}

static const struct begun *draft_at(const struct today *t, size_t i)
{
	size_t before = t->warning_count + t->incident_count;

	return i >= before && i - before < t->draft_count ? &t->drafts[i - before] : NULL;
}

static const struct due *due_at(const struct today *t, size_t i)
{
	size_t before = t->warning_count + t->incident_count + t->draft_count;

	return i >= before && i - before < t->due_count ? duelist_at(t->dues, t->due[i - before]) : NULL;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	const struct today *t = user;
	struct kit_id id;

	if (warning_at(t, i))
		return kit_id(&warning_at(t, i)->id, sizeof warning_at(t, i)->id);
	if (incident_at(t, i))
		return kit_id(&incident_at(t, i)->id, sizeof incident_at(t, i)->id);
	if (draft_at(t, i))
		return kit_id_number(draft_at(t, i)->about.id);
	id = kit_id(due_at(t, i)->subject.bytes, due_at(t, i)->subject.len);
	id.byte[KIT_ID - 1] = (uint8_t)(due_at(t, i)->duty ? due_at(t, i)->duty - t->app->pack->duties : 255);
	return id;
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	const struct today *t = user;

	if (warning_at(t, i))
		warning_cells(t->app, warning_at(t, i), cells);
	else if (incident_at(t, i))
		incident_cells(t->app, incident_at(t, i), cells);
	else if (draft_at(t, i))
		begun_cells(t->app, draft_at(t, i), cells);
	else
		due_cells(t->app, due_at(t, i), t->alike, cells);
}

static bool same_visit(const struct due *a, const struct due *b)
{
	return a->kind == DUE_DUTY && b->kind == DUE_DUTY && a->subject.len == b->subject.len &&
	       !memcmp(a->subject.bytes, b->subject.bytes, a->subject.len) && !strcmp(a->duty->counts_register, b->duty->counts_register);
}

/* Put due i into the table of those listed (indexes + 1, open addressing) unless the same visit stands there. */
static bool first_of_its_kind(const struct today *t, uint32_t *table, size_t mask, uint32_t i)
{
	const struct due *d = duelist_at(t->dues, i);
	size_t at = 5381;

	for (uint8_t k = 0; k < d->subject.len; k++)
		at = at * 33 + d->subject.bytes[k];
	for (at &= mask; table[at]; at = (at + 1) & mask)
		if (same_visit(duelist_at(t->dues, table[at] - 1), d))
			return false;
	table[at] = i + 1;
	return true;
}

/* The visit that was begun stands in the list already, with where it stands. */
static bool is_begun(const struct today *t, const struct due *d)
{
	if (d->kind != DUE_DUTY || strcmp(d->duty->counts_register, "inspections"))
		return false;
	for (size_t i = 0; i < t->draft_count; i++)
		if (begun_is_walk_of(t->app, &t->drafts[i], &d->subject))
			return true;
	return false;
}

/* Back from another screen that wrote nothing they are what they were: all places are looked at to know them. */
static enum err read_dues(struct today *t)
{
	enum err e;

	if (t->dues && t->version && t->version == t->dues_version && app_day(t->app) == t->dues_day)
		return ERR_OK;
	duelist_close(t->dues);
	t->dues = NULL;
	t->dues_version = t->version;
	t->dues_day = app_day(t->app);
	alike_free(t->alike);
	if (!(e = alike_read(t->app, NULL, &t->alike)) && (e = duelist_open(t->app->profile, t->dues_day, &t->dues)))
		t->dues = NULL;
	return e;
}

static enum err gather_dues(struct today *t)
{
	size_t size = 64;
	uint32_t n, *table;
	bool *own;
	enum err e;

	t->due_count = t->overdue = 0;
	if ((e = read_dues(t)))
		return e;
	n = duelist_count(t->dues);
	while (size < 2 * (size_t)n)
		size *= 2;
	table = calloc(size, sizeof *table);
	free(t->due);
	t->due = calloc(n + 1, sizeof *t->due);
	own = words_own_duties(t->app);
	e = table && t->due && own ? ERR_OK : err_set(ERR_NOMEM, "%s", _("今日"));
	for (uint32_t i = 0; !e && i < n; i++) {
		const struct due *d = duelist_at(t->dues, i);

		if ((d->kind == DUE_DUTY && !own[d->duty - t->app->pack->duties]) || !first_of_its_kind(t, table, size - 1, i))
			continue;
		if (!is_begun(t, d))
			t->due[t->due_count++] = i;
		t->overdue += d->days < 0;
	}
	free(table);
	free(own);
	return e;
}

static void read_parts(struct today *t)
{
	uint64_t version = profile_version(t->app->profile);

	if (version && version == t->parts_version)
		return;
	if (status_unsent(t->app->profile, &t->parts))
		t->parts = (struct status_unsent){ .count = 0 };
	t->parts_version = version;
}

static enum err load(struct kit_view *base)
{
	struct today *t = (struct today *)base;
	enum err e;

	t->version = profile_version(t->app->profile);
	app_learn(t->app);
	if (!t->app->pack)
		return ERR_OK;
	whereabouts_ask(t->app);
	e = begun_gather(t->app, t->drafts, &t->draft_count);
	warning_gather(t->app, t->warnings, &t->warning_count);
	incident_gather(t->app, t->incidents, &t->incident_count);
	if (!e)
		e = gather_dues(t);
	t->has_status = !status_read(t->app->profile, &t->status);
	read_parts(t);
	kit_list_sync(&t->list);
	if (!t->app->resume)
		doubt_tell(t->app);
	return e;
}

/* Something came meanwhile. */
static bool stale(struct kit_view *base)
{
	const struct today *t = (const struct today *)base;

	return t->version != profile_version(t->app->profile);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("巡查  今日"));
}

/* "(9 巡查记录 3 隐患)". */
static void say_parts(const struct today *t, struct buf *b)
{
	const struct pack *pack = t->app->pack;
	const char *before = " (";

	for (uint32_t i = 0; i < t->parts.count; i++) {
		uint32_t reg = pack_find_register(pack, t->parts.at[i].reg);

		buf_printf(b, "%s%u %s", before, t->parts.at[i].rows, reg == PACK_NONE ? t->parts.at[i].reg : pack_name(&pack->registers[reg].label, i18n_language()));
		before = " ";
	}
	if (t->parts.count)
		buf_putc(b, ')');
}

/* What has not arrived, what it is made of where all of that has room, and the pictures. */
static void say_unsent(const struct today *t, bool narrow, int room, struct buf *b)
{
	unsigned long long unsent = t->status.unsealed + t->status.waiting;
	struct buf photos = { 0 };
	size_t count;

	buf_printf(b, narrow ? _("没送到 %llu") : _("没送到 %llu 条"), unsent);
	if (t->status.photos)
		buf_printf(&photos, narrow ? _(" 照片 %u") : _("  照片 %u 张"), t->status.photos);
	count = b->len;
	say_parts(t, b);
	if (text_width(buf_str(b)) + text_width(buf_str(&photos)) > room)
		buf_cut(b, count);
	buf_puts(b, buf_str(&photos));
	buf_clear(&photos);
}

static void draw_way(struct today *t, WINDOW *win, int y)
{
	bool narrow = getmaxx(win) < KIT_NARROW;
	struct buf b = { 0 }, heard = { 0 };
	int64_t when = courier_heard(t->app, t->status.heard);
	int room;

	if (!t->has_status)
		return;
	if (when) {
		buf_puts(&heard, narrow ? _("乡镇 ") : _("上次联系乡镇 "));
		app_since(t->app, when, &heard);
	} else {
		buf_puts(&heard, narrow ? _("没联系过乡镇") : _("还没有联系过乡镇"));
	}
	room = getmaxx(win) - 2 - text_width(buf_str(&heard)) - 2;
	say_unsent(t, narrow, room, &b);
	kit_text(win, y, 1, room, t->status.unsealed + t->status.waiting ? KIT_SOON : KIT_DIM, buf_str(&b));
	kit_text_right(win, y, 1 + room + 2, getmaxx(win) - 4 - room, KIT_DIM, buf_str(&heard));
	buf_clear(&b);
	buf_clear(&heard);
}

/* One quiet line while there is no way to the township; how many lines it took. */
static int draw_trouble(struct today *t, WINDOW *win, int y)
{
	struct buf b = { 0 };
	int lines;

	courier_trouble(t->app, &b);
	lines = b.len > 0;
	if (lines)
		kit_text(win, y, 1, getmaxx(win) - 2, t->app->revoked ? KIT_DANGER : KIT_DIM, buf_str(&b));
	buf_clear(&b);
	return lines;
}

/* When, what, about what, last time; and how far, when it is known where one is. */
static void choose_columns(struct today *t)
{
	static const struct kit_column plain[] = { { 10, 1, false }, { 28, 1, false }, { 0, 2, false }, { 14, 2, true } };
	static const struct kit_column far[] = { { 10, 1, false }, { 25, 1, false }, { 0, 2, false }, { 11, 2, true }, { 12, 1, true } };
	bool known = whereabouts_now(t->app) != NULL;

	t->list.rows.columns = known ? far : plain;
	t->list.rows.column_count = known ? sizeof far / sizeof *far : sizeof plain / sizeof *plain;
}

/* What stands in the way of any work here; NULL when nothing does. A colleague who is new to the device has its records, not yet a name. */
static const char *obstacle(const struct today *t)
{
	const struct profile *p = t->app->profile;

	if (!enrol_is_certified(t->app))
		return p->roots.count && !(p->roster && keys_roster_count(p->roster))
		       ? _("本机的记录丢了 (库和日志都坏了), 钥匙还在。按 y 同步: 乡镇或同村人的 U 盘、文件夹、网址都能取回。取不回就按 e: 请乡镇再给一份入网文件。")
		       : _("还没有入网。按 e: 写一份申请送到乡镇, 收到乡镇发回的文件就能用。");
	return t->app->pack ? NULL : _("还没有清单包。按 y 同步: 从乡镇的文件夹或网址收来, 这里就会有要做的事。");
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct today *t = (struct today *)base;
	const char *stops = obstacle(t);
	int h, w, y = 0, trouble;

	getmaxyx(win, h, w);
	choose_columns(t);
	if (stops) {
		kit_paragraph(win, 0, 1, h, w - 2, KIT_STRONG, stops);
		return;
	}
	if (h >= 8 && w >= KIT_NARROW) {
		kit_text(win, y, 1, w - 30, KIT_STRONG, _("要做的"));
		kit_printf(win, y, w - 24, 23, t->overdue ? KIT_DANGER : KIT_PLAIN, _("共 %zu  逾期 %u"), row_count(t), t->overdue);
		y++;
	}
	trouble = h >= 10 ? draw_trouble(t, win, h - 2) : 0;
	kit_list_draw(&t->list, base, win, y, h - y - trouble - (h >= 6 ? 1 + (h >= 10) : 0));
	if (h >= 10)
		kit_rule(win, h - 2 - trouble);
	if (h >= 6)
		draw_way(t, win, h - 1);
}

/* What pays a duty: the walk of a place, or the form that makes the counted record. */
static enum kit_next do_due(struct today *t, const struct due *d)
{
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;
	struct buf kind = { 0 };
	uint32_t k;

	if (row_read_key(t->app->profile, &d->subject, &row)) {
		kit_say_error(ERR_NOTFOUND);
		return KIT_STAY;
	}
	if (d->kind == DUE_STEP) {
		next = kit_open(&t->base, screen_row_step_new(t->app, &row.id, d->step));
	} else if (!strcmp(d->duty->counts_register, "inspections")) {
		words_stored(t->app, &row, "kind", &kind);
		k = pack_find_kind(t->app->pack, buf_str(&kind));
		next = k != PACK_NONE && t->app->pack->kinds[k].walk ? screen_begin(&t->base, t->app, t->app->pack->kinds[k].walk, &row.id)
		                                                     : kit_open(&t->base, screen_row_new(t->app, &row.id));
	} else {
		next = screen_make(&t->base, t->app, d->duty->counts_register, &row.id);
	}
	buf_clear(&kind);
	row_clear(&row);
	return next;
}

static enum kit_next open_selected(struct today *t)
{
	size_t i = t->list.at;

	if (i >= row_count(t))
		return KIT_STAY;
	if (warning_at(t, i))
		return kit_open(&t->base, screen_warning_new(t->app, &warning_at(t, i)->id));
	if (incident_at(t, i))
		return kit_open(&t->base, screen_incident_new(t->app, &incident_at(t, i)->id));
	if (draft_at(t, i))
		return begun_resume(&t->base, t->app, draft_at(t, i)->about.id);
	return do_due(t, due_at(t, i));
}

static const char *register_for(enum kit_action a)
{
	switch (a) {
	case ACT_PLACES:    return "places";
	case ACT_HAZARDS: case ACT_NEW_HAZARD: return "hazards";
	case ACT_TRAININGS: return "trainings";
	case ACT_WARNINGS:  return "warnings";
	case ACT_REPORTS:   return "incidents";
	default:            return NULL;
	}
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct today *t = (struct today *)base;

	switch (a) {
	case ACT_OPEN:       return open_selected(t);
	case ACT_TRAININGS:
		return kit_open(base, screen_calendar_new(t->app));
	case ACT_PLACES: case ACT_HAZARDS: case ACT_REPORTS:
		return kit_open(base, screen_rows_new(t->app, register_for(a), NULL));
	case ACT_READINGS:   return kit_open(base, screen_readings_new(t->app, NULL));
	case ACT_PROGRESS:   return kit_open(base, screen_progress_new(t->app, PROGRESS_PLAN));
	case ACT_WARNINGS:
		return t->warning_count == 1 ? kit_open(base, screen_warning_new(t->app, &t->warnings[0].id))
		                             : kit_open(base, screen_rows_new(t->app, "warnings", NULL));
	case ACT_FIND: {
		struct kit_view *v = screen_rows_new(t->app, "places", NULL);

		if (v)
			v->ops->act(v, ACT_FIND);
		return kit_open(base, v);
	}
	case ACT_NEW_HAZARD: return screen_make(base, t->app, "hazards", NULL);
	case ACT_REGISTERS:  return kit_open(base, screen_registers_new(t->app));
	case ACT_SYNC:       return kit_open(base, screen_sync_new(t->app));
	case ACT_SETTINGS:   return kit_open(base, screen_settings_new(t->app));
	case ACT_ENROL:      return kit_open(base, screen_enrol_new(t->app));
	case ACT_QUIT:       return KIT_QUIT;
	default:             return kit_list_act(&t->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct today *t = (struct today *)base;

	if (register_for(a))
		return t->app->pack && pack_find_register(t->app->pack, register_for(a)) != PACK_NONE;
	switch (a) {
	case ACT_FIND: case ACT_REGISTERS: return t->app->pack != NULL;
	case ACT_OPEN: return row_count(t) > 0;
	case ACT_READINGS: return gauges_possible(t->app, NULL);
	case ACT_PROGRESS: return progress_has(t->app, PROGRESS_PLAN);
	case ACT_ENROL: return !enrol_is_certified(t->app);
	case ACT_BACK: return false;              /* there is nothing behind; q leaves, l locks */
	default:       return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_OPEN ? _("开始") : NULL;
}

/* A draft that was on the screen when the battery went is on the screen again. */
static bool working(struct kit_view *base)
{
	return ((struct today *)base)->app->resume;
}

static enum kit_next work(struct kit_view *base)
{
	struct today *t = (struct today *)base;
	const struct begun *left = begun_interrupted(t->app, t->drafts, t->draft_count);

	t->app->resume = false;
	if (left)
		return begun_resume(base, t->app, left->about.id);
	doubt_tell(t->app);
	return KIT_STAY;
}

static bool counting(struct kit_view *base)
{
	struct today *t = (struct today *)base;

	return warning_counting(t->app, t->warnings, t->warning_count) || incident_counting(t->app, t->incidents, t->incident_count);
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct today *t = (struct today *)base;

	(void)x;
	return kit_list_tap(&t->list, y) ? open_selected(t) : KIT_STAY;
}

static void close_today(struct kit_view *base)
{
	struct today *t = (struct today *)base;

	duelist_close(t->dues);
	alike_free(t->alike);
	free(t->due);
	free(t);
}

static const struct kit_key keys[] = {
	{ 'q', ACT_QUIT, true }, { 'e', ACT_ENROL, true }, { KIT_ENTER, ACT_OPEN, true }, { '/', ACT_FIND, true }, { 'n', ACT_NEW_HAZARD, true }, { 'p', ACT_PLACES, true },
	{ 'h', ACT_HAZARDS, true }, { 'y', ACT_SYNC, true }, { 'g', ACT_REGISTERS, true }, { 't', ACT_TRAININGS, true }, { 'w', ACT_WARNINGS, true },
	{ 'r', ACT_REPORTS, true }, { 'm', ACT_READINGS, true }, { 'b', ACT_PROGRESS, true }, { 'o', ACT_SETTINGS, true }, { 'l', ACT_LOCK, true },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "today", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_today, .offers = offers,
	.label = label, .tap = tap, .counting = counting, .stale = stale, .work = work, .working = working,
};


struct kit_view *screen_today_new(struct app *app)
{
	struct today *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->base.ops = &ops;
	t->app = app;
	t->list.rows = (struct kit_rows){ .user = t, .count = row_count, .id = row_id_of, .row = row_draw,
	                                  .empty = _("今天没有要做的了。p 场所可以随时巡查, n 记一处新隐患, y 同步。") };
	choose_columns(t);
	return &t->base;
}
