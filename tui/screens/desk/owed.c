#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/due/duelist.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 欠账 of a month, three ways to look at it: by duty, by village, by who owes. Opening a line of the first two shows who. */
enum owed_way { BY_DUTY, BY_VILLAGE, BY_SUBJECT, WAYS };
enum { NAME = 96, OWED_STEP_MS = 40 };

struct debt { const struct pack_duty *duty; struct row_key key; char subject[NAME], village[NAME]; uint32_t done, wanted; };
struct group { const char *name; const struct pack_duty *duty; uint32_t subjects, owing, done, wanted; };

struct owed_view {
	struct kit_view base;
	struct app *app;
	int year, month;
	enum owed_way way;
	struct debt *debts; size_t debt_count, debt_cap;      /* also those who owe nothing: they are the "of how many" */
	struct group *groups; size_t group_count;
	char only[NAME];                                      /* name of the group that is looked into; "" */
	const struct pack_duty *only_duty;
	size_t *shown; size_t shown_count;                    /* debts listed in BY_SUBJECT */
	uint64_t version;
	struct owing *owing;                                  /* counting; NULL before and after */
	bool counted;
	struct kit_list list;
};

static bool take(void *user, const struct owed *o)
{
	struct owed_view *v = user;
	struct buf b = { 0 };
	struct debt *d;

	if (v->debt_count == v->debt_cap) {
		size_t cap = v->debt_cap ? v->debt_cap * 2 : 256;
		struct debt *grown = realloc(v->debts, cap * sizeof *grown);

		if (!grown)
			return false;
		v->debts = grown;
		v->debt_cap = cap;
	}
	d = &v->debts[v->debt_count++];
	*d = (struct debt){ .duty = o->duty, .key = o->subject->key, .done = o->done, .wanted = o->wanted };
	row_title(v->app->profile, o->subject, &b);
	snprintf(d->subject, NAME, "%s", buf_str(&b));
	buf_reset(&b);
	row_evaluate(v->app->profile, o->subject, "village()", &b);
	snprintf(d->village, NAME, "%s", buf_str(&b));
	buf_clear(&b);
	return true;
}

/* --- grouping --- */

static const char *group_name(const struct owed_view *v, const struct debt *d)
{
	return v->way == BY_DUTY ? pack_name(&d->duty->label, i18n_language()) : *d->village ? d->village : _("全镇");
}

static bool owes(const struct debt *d)
{
	return d->done < d->wanted;
}

static int by_owing(const void *x, const void *y)
{
	const struct group *a = x, *b = y;

	if (a->owing != b->owing)
		return a->owing > b->owing ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void make_groups(struct owed_view *v)
{
	free(v->groups);
	v->groups = calloc(v->debt_count + 1, sizeof *v->groups);
	v->group_count = 0;
	for (size_t i = 0; v->groups && i < v->debt_count; i++) {
		const struct debt *d = &v->debts[i];
		struct group *g = NULL;

		for (size_t k = 0; !g && k < v->group_count; k++)
			if (v->way == BY_DUTY ? v->groups[k].duty == d->duty : !strcmp(v->groups[k].name, group_name(v, d)))
				g = &v->groups[k];
		if (!g)
			*(g = &v->groups[v->group_count++]) = (struct group){ .name = group_name(v, d), .duty = d->duty };
		g->subjects++;
		g->owing += owes(d);
		g->done += d->done < d->wanted ? d->done : d->wanted;
		g->wanted += d->wanted;
	}
	if (v->group_count)
		qsort(v->groups, v->group_count, sizeof *v->groups, by_owing);
}

static int by_subject(const void *x, const void *y)
{
	const struct debt *a = x, *b = y;
	int c = strcmp(a->village, b->village);

	c = c ? c : strcmp(a->subject, b->subject);
	return c ? c : (a->duty > b->duty) - (a->duty < b->duty);
}

static void arrange(struct owed_view *v)
{
	make_groups(v);
	free(v->shown);
	v->shown = calloc(v->debt_count + 1, sizeof *v->shown);
	v->shown_count = 0;
	for (size_t i = 0; v->shown && i < v->debt_count; i++)
		if (owes(&v->debts[i]) && (!*v->only || v->only_duty == v->debts[i].duty || (!v->only_duty && !strcmp(v->only, *v->debts[i].village ? v->debts[i].village : _("全镇")))))
			v->shown[v->shown_count++] = i;
	kit_list_sync(&v->list);
}

static void recount(struct owed_view *v)
{
	owing_close(v->owing);
	v->owing = NULL;
	v->counted = false;
}

static bool listing(const struct owed_view *v)
{
	return *v->only || v->way == BY_SUBJECT;
}

/* One part of the counting. What was written meanwhile makes it begin anew. */
static enum err count(struct owed_view *v)
{
	int32_t first = clock_days((struct clock_date){ v->year, v->month, 1 });
	struct owing_query q = { .first = first, .last = first + clock_month_days(v->year, v->month) - 1 };
	bool more = true;
	enum err e = ERR_OK;

	if (!v->owing || v->version != profile_version(v->app->profile)) {
		recount(v);
		v->version = profile_version(v->app->profile);
		v->debt_count = 0;
		e = owing_open(v->app->profile, &q, &v->owing);
	}
	if (!e)
		e = owing_step(v->owing, OWED_STEP_MS, take, v, &more);
	if (!e && more)
		return ERR_OK;
	owing_close(v->owing);
	v->owing = NULL;
	v->counted = true;
	if (v->debt_count)
		qsort(v->debts, v->debt_count, sizeof *v->debts, by_subject);
	arrange(v);
	return e;
}

static bool stale(struct kit_view *base)
{
	struct owed_view *v = (struct owed_view *)base;

	return v->counted && v->version != profile_version(v->app->profile);
}

/* Counting a year of visits takes a while: the screen stands first, the numbers follow. */
static enum err load(struct kit_view *base)
{
	struct owed_view *v = (struct owed_view *)base;

	if (v->version != profile_version(v->app->profile))
		recount(v);
	kit_list_sync(&v->list);
	return ERR_OK;
}

static bool working(struct kit_view *base)
{
	return !((struct owed_view *)base)->counted;
}

static enum kit_next work(struct kit_view *base)
{
	enum err e = count((struct owed_view *)base);

	if (e)
		kit_say_error(e);
	return KIT_STAY;
}

/* --- the list --- */

static size_t row_count(void *user)
{
	struct owed_view *v = user;

	return !v->counted ? 0 : listing(v) ? v->shown_count : v->group_count;
}

static struct kit_id row_id(void *user, size_t i)
{
	struct owed_view *v = user;

	return kit_id_number(listing(v) ? v->shown[i] : i + ((uint64_t)v->way << 32));
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct owed_view *v = user;

	if (listing(v)) {
		const struct debt *d = &v->debts[v->shown[i]];

		snprintf(cells[0].text, KIT_CELL, "%s", d->subject);
		snprintf(cells[1].text, KIT_CELL, "%s", v->only_duty ? d->village : pack_name(&d->duty->label, i18n_language()));
		snprintf(cells[2].text, KIT_CELL, _("欠 %u"), d->wanted - d->done);
		snprintf(cells[3].text, KIT_CELL, _("做了 %u/%u 次"), d->done, d->wanted);
	} else {
		const struct group *g = &v->groups[i];

		snprintf(cells[0].text, KIT_CELL, "%s", g->name);
		if (g->owing)
			snprintf(cells[2].text, KIT_CELL, _("欠 %u/%u"), g->owing, g->subjects);
		else
			snprintf(cells[2].text, KIT_CELL, "%s", _("不欠"));
		cells[2].role = g->owing ? KIT_SOON : KIT_GOOD;
		snprintf(cells[3].text, KIT_CELL, _("做了 %u/%u 次"), g->done, g->wanted);
	}
	cells[1].role = cells[3].role = KIT_DIM;
}

static const char *way_name(enum owed_way way)
{
	return way == BY_DUTY ? _("按项目") : way == BY_VILLAGE ? _("按村") : _("按单位");
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct owed_view *v = (struct owed_view *)base;

	buf_printf(left, _("欠账 %d年%d月 %s"), v->year, v->month, way_name(v->way));
	if (*v->only)
		buf_printf(left, " > %s", v->only);
	buf_printf(right, "%zu/%zu", row_count(v) ? v->list.at + 1 : 0, row_count(v));
}

static const struct kit_column group_columns[] = { { 0, 1, false }, { 1, 0, false }, { 11, 1, true }, { 16, 2, true } };
static const struct kit_column who_columns[] = { { 0, 1, false }, { 26, 2, false }, { 8, 1, true }, { 15, 2, true } };

static void draw(struct kit_view *base, WINDOW *win)
{
	struct owed_view *v = (struct owed_view *)base;

	v->list.rows.columns = listing(v) ? who_columns : group_columns;
	v->list.rows.empty = !v->counted ? _("正在算…") : listing(v) ? _("没有谁欠。") : _("这个月没有到期的义务。");
	kit_list_draw(&v->list, base, win, 0, getmaxy(win));
}

static enum kit_next open_selected(struct owed_view *v)
{
	struct row row;
	enum kit_next next;

	if (!row_count(v))
		return KIT_STAY;
	if (!listing(v)) {
		snprintf(v->only, NAME, "%s", v->groups[v->list.at].name);
		v->only_duty = v->way == BY_DUTY ? v->groups[v->list.at].duty : NULL;
		arrange(v);
		kit_list_select(&v->list, 0);
		return KIT_STAY;
	}
	if (row_read_key(v->app->profile, &v->debts[v->shown[v->list.at]].key, &row))
		return KIT_STAY;
	next = kit_open(&v->base, screen_row_new(v->app, &row.id));
	row_clear(&row);
	return next;
}

static enum kit_next other_month(struct owed_view *v, int by)
{
	int months = v->year * 12 + v->month - 1 + by;

	if (months < 2000 * 12 || months > 2099 * 12 + 11)
		return KIT_STAY;
	v->year = months / 12;
	v->month = months % 12 + 1;
	v->only[0] = '\0';
	v->only_duty = NULL;
	recount(v);
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct owed_view *v = (struct owed_view *)base;

	switch (a) {
	case ACT_OPEN:  return open_selected(v);
	case ACT_LEFT:  return other_month(v, -1);
	case ACT_RIGHT: return other_month(v, 1);
	case ACT_SORT:
		v->way = (v->way + 1) % WAYS;
		v->only[0] = '\0';
		v->only_duty = NULL;
		arrange(v);
		kit_list_select(&v->list, 0);
		return KIT_STAY;
	case ACT_BACK:
		if (!*v->only)
			return KIT_CLOSE;
		v->only[0] = '\0';
		v->only_duty = NULL;
		arrange(v);
		kit_list_select(&v->list, 0);
		return KIT_STAY;
	default:
		return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a != ACT_OPEN || row_count(base) > 0;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct owed_view *v = (struct owed_view *)base;

	switch (a) {
	case ACT_LEFT:  return _("上月");
	case ACT_RIGHT: return _("下月");
	case ACT_SORT:  return way_name((v->way + 1) % WAYS);
	default:        return NULL;
	}
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct owed_view *)base)->list, y) ? open_selected((struct owed_view *)base) : KIT_STAY;
}

static void close_owed(struct kit_view *base)
{
	struct owed_view *v = (struct owed_view *)base;

	owing_close(v->owing);
	free(v->debts);
	free(v->groups);
	free(v->shown);
	free(v);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 's', ACT_SORT, true }, { KIT_FN | KEY_LEFT, ACT_LEFT, true }, { KIT_FN | KEY_RIGHT, ACT_RIGHT, true },
	{ ',', ACT_LEFT, false }, { '.', ACT_RIGHT, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "owed", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_owed, .offers = offers,
	.label = label, .tap = tap, .working = working, .work = work, .stale = stale,
};

struct kit_view *screen_owed_new(struct app *app)
{
	struct owed_view *v = calloc(1, sizeof *v);
	struct clock_date d = clock_date(app_day(app));

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->year = d.year;
	v->month = d.month;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = group_columns, .column_count = 4 };
	return &v->base;
}
