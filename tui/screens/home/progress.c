#include "config.h"
#include "tui/screens/home/progress.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/home/planned.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MONTHS = 12, PHASES_MAX = 8 };

static const char *const registers[PROGRESS_SIDES] = { "plan_year", "milestones" };

struct tallied { uint32_t all, done, late; };

struct line { uint32_t at /* in the listing */; int32_t due /* last day */; bool done; };

struct progress {
	struct kit_view base;
	struct app *app;
	enum progress_side side;
	int year;
	struct listing *listing;
	struct line *lines;
	size_t count;
	struct tallied months[MONTHS], phases[PHASES_MAX], all[PROGRESS_SIDES];
	struct kit_list list;
	uint64_t version;                           /* of the store that was read */
};

bool progress_has(const struct app *app, enum progress_side side)
{
	return app->pack && pack_find_register(app->pack, registers[side]) != PACK_NONE;
}

static const struct pack_register *reg_of(const struct progress *p)
{
	return &p->app->pack->registers[pack_find_register(p->app->pack, registers[p->side])];
}

static size_t row_count(void *user)
{
	return ((const struct progress *)user)->count;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	struct progress *p = user;
	struct row_key key;

	if (i >= p->count || listing_key(p->listing, p->lines[i].at, &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

static void words_of(struct progress *p, const struct row *row, const char *field, struct buf *out)
{
	uint32_t f = pack_find_field(reg_of(p), field);

	if (f != PACK_NONE)
		words_value(p->app, row, reg_of(p), f, false, out);
}

static int number(struct progress *p, const struct row *row, const char *field)
{
	struct buf b = { 0 };
	int n;

	words_stored(p->app, row, field, &b);
	n = atoi(buf_str(&b));
	buf_clear(&b);
	return n;
}

/* --- reading --- */

static void note(struct tallied *t, const struct progress *p, const struct line *l)
{
	t->all++;
	t->done += l->done;
	t->late += !l->done && l->due < app_day(p->app);
}

/* Which phase, by its place in the pack's list of them. */
static uint32_t phase_of(struct progress *p, const struct row *row)
{
	uint32_t codes = pack_find_codes(p->app->pack, "milestone_phase");

	for (uint32_t i = 0; codes != PACK_NONE && i < p->app->pack->codes[codes].count && i < PHASES_MAX; i++)
		if (words_is(p->app, row, "phase", p->app->pack->codes[codes].at[i].name))
			return i;
	return PHASES_MAX - 1;
}

static void add_planned(struct progress *p, const struct row *row, struct line *l)
{
	int month = number(p, row, "month");

	if (month < 1 || month > MONTHS)
		month = MONTHS;
	l->due = clock_days((struct clock_date){ p->year, month, clock_month_days(p->year, month) });
	l->done = number(p, row, "done") > 0;
	note(&p->months[month - 1], p, l);
}

static bool add_milestone(struct progress *p, const struct row *row, struct line *l)
{
	struct buf due = { 0 };
	bool dated;

	words_stored(p->app, row, "due", &due);
	dated = clock_parse_date(buf_str(&due), &l->due);
	buf_clear(&due);
	if (!dated || clock_date(l->due).year != p->year)
		return false;
	l->done = words_is(p->app, row, "state", "done");
	note(&p->phases[phase_of(p, row)], p, l);
	return true;
}

/* What is not done first, the longest late before the rest. */
static int by_due(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->done != y->done)
		return x->done ? 1 : -1;
	if (x->due != y->due)
		return x->due < y->due ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static enum err read_lines(struct progress *p)
{
	char where[64];
	enum err e;

	snprintf(where, sizeof where, "${year} = %d", p->year);
	listing_close(p->listing);
	p->listing = NULL;
	e = listing_open(p->app->profile, &(struct listing_query){ .reg = registers[p->side], .where = p->side == PROGRESS_PLAN ? where : NULL }, &p->listing);
	free(p->lines);
	p->lines = e ? NULL : calloc(listing_count(p->listing) + 1u, sizeof *p->lines);
	p->count = 0;
	if (!e && !p->lines)
		e = err_set(ERR_NOMEM, "%s", _("进度"));
	for (uint32_t i = 0; !e && i < listing_count(p->listing); i++) {
		struct line l = { .at = i };
		struct row row = { .id = { .index = 0 } };
		bool counts = true;

		if (!(e = listing_row(p->listing, i, &row))) {
			if (p->side == PROGRESS_PLAN)
				add_planned(p, &row, &l);
			else
				counts = add_milestone(p, &row, &l);
			if (counts) {
				note(&p->all[p->side], p, &l);
				p->lines[p->count++] = l;
			}
		}
		row_clear(&row);
	}
	if (!e)
		qsort(p->lines, p->count, sizeof *p->lines, by_due);
	return e;
}

static enum err load(struct kit_view *base)
{
	struct progress *p = (struct progress *)base;
	enum err e;

	p->version = profile_version(p->app->profile);
	memset(p->months, 0, sizeof p->months);
	memset(p->phases, 0, sizeof p->phases);
	memset(p->all, 0, sizeof p->all);
	e = read_lines(p);
	kit_list_sync(&p->list);
	return e;
}

/* Something came meanwhile. */
static bool stale(struct kit_view *base)
{
	const struct progress *p = (const struct progress *)base;

	return p->version != profile_version(p->app->profile);
}

/* --- drawing --- */

/* "完成", "逾期 12天", "今天", "3天内", "还没到" */
static void state_cell(const struct progress *p, const struct line *l, struct kit_cell *cell)
{
	int32_t days = l->due - app_day(p->app);
	struct buf b = { 0 };

	if (l->done) {
		snprintf(cell->text, KIT_CELL, "%s", _("做了"));
		cell->role = KIT_GOOD;
		return;
	}
	words_days(days, &b);
	snprintf(cell->text, KIT_CELL, "%s", buf_str(&b));
	cell->role = days < 0 ? KIT_DANGER : words_days_role(days);
	buf_clear(&b);
}

static void draw_planned(struct progress *p, const struct row *row, struct kit_cell cells[KIT_CELLS])
{
	struct buf b = { 0 };

	snprintf(cells[0].text, KIT_CELL, _("%d月"), number(p, row, "month"));
	words_of(p, row, "topic", &b);
	snprintf(cells[1].text, KIT_CELL, "%s%s", buf_str(&b), words_is(p->app, row, "key_project", "yes") ? _(" 重点") : "");
	buf_reset(&b);
	words_of(p, row, "kind", &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	words_of(p, row, "why_not", &b);
	if (!b.len)
		words_of(p, row, "team", &b);
	if (!b.len)
		words_of(p, row, "org", &b);
	snprintf(cells[4].text, KIT_CELL, "%s", buf_str(&b));
	buf_clear(&b);
}

static void draw_milestone(struct progress *p, const struct row *row, const struct line *l, struct kit_cell cells[KIT_CELLS])
{
	struct buf b = { 0 }, target = { 0 };

	app_short_date(p->app, l->due, &b);
	snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	words_of(p, row, "task", &b);
	snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	words_of(p, row, "target", &target);
	words_of(p, row, "done", &b);
	if (target.len) {
		if (!b.len)
			buf_puts(&b, "0");
		buf_printf(&b, "/%s ", buf_str(&target));
	}
	if (b.len)
		words_of(p, row, "unit", &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	words_of(p, row, "lead", &b);
	snprintf(cells[4].text, KIT_CELL, "%s", buf_str(&b));
	buf_clear(&b);
	buf_clear(&target);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct progress *p = user;
	struct row row = { .id = { .index = 0 } };

	if (i >= p->count || listing_row(p->listing, p->lines[i].at, &row))
		return;
	if (p->side == PROGRESS_PLAN)
		draw_planned(p, &row, cells);
	else
		draw_milestone(p, &row, &p->lines[i], cells);
	cells[1].role = p->lines[i].done ? KIT_DIM : KIT_STRONG;
	cells[3].role = cells[4].role = KIT_DIM;
	state_cell(p, &p->lines[i], &cells[2]);
	row_clear(&row);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct progress *p = (struct progress *)base;
	const struct tallied *t = &p->all[p->side];

	buf_printf(left, p->side == PROGRESS_PLAN ? _("年度计划 %d年") : _("节点任务 %d年"), p->year);
	buf_printf(right, t->late ? _("做了 %u/%u  逾期 %u") : _("做了 %u/%u"), t->done, t->all, t->late);
}

static enum kit_role role_of(const struct tallied *t)
{
	return t->late ? KIT_DANGER : t->all && t->done == t->all ? KIT_GOOD : KIT_PLAIN;
}

/* Months side by side, on a phone in two halves: "7月" over "1/2"; a late one has a sign too. */
static int draw_months(struct progress *p, WINDOW *win)
{
	int across = getmaxx(win) < KIT_NARROW ? MONTHS / 2 : MONTHS, wide = (getmaxx(win) - 2) / across;
	struct clock_date now = clock_date(app_day(p->app));

	for (int m = 0; m < MONTHS; m++) {
		const struct tallied *t = &p->months[m];
		bool here = p->year == now.year && m + 1 == now.month;
		int y = m / across * 2, x = 1 + m % across * wide;

		kit_printf(win, y, x, wide, here ? KIT_SELECTED : KIT_DIM, _("%2d月"), m + 1);
		if (t->all)
			kit_printf(win, y + 1, x, wide, role_of(t), "%u/%u%s", t->done, t->all, t->late ? "!" : "");
	}
	return MONTHS / across * 2;
}

/* A bar for each phase that has tasks. */
static int draw_phases(struct progress *p, WINDOW *win)
{
	uint32_t codes = pack_find_codes(p->app->pack, "milestone_phase");
	int cols = getmaxx(win), y = 0, bar = cols < KIT_NARROW ? 8 : 30;

	for (uint32_t i = 0; i < PHASES_MAX; i++) {
		const struct tallied *t = &p->phases[i];
		bool named = codes != PACK_NONE && i < p->app->pack->codes[codes].count;

		if (!t->all)
			continue;
		kit_text(win, y, 1, 13, KIT_DIM, named ? pack_name(&p->app->pack->codes[codes].at[i].label, i18n_language()) : _("未分阶段"));
		kit_bar(win, y, 14, bar, t->done, t->all);
		kit_printf(win, y++, 15 + bar, cols - 16 - bar, role_of(t), t->late ? _("%u/%u  逾期 %u") : _("%u/%u"), t->done, t->all, t->late);
	}
	return y;
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct progress *p = (struct progress *)base;
	int h = getmaxy(win), y = 0;

	if (h >= 12 && getmaxx(win) >= 3 * MONTHS) {
		y = p->side == PROGRESS_PLAN ? draw_months(p, win) : draw_phases(p, win);
		if (y)
			kit_rule(win, y++);
	}
	kit_list_draw(&p->list, base, win, y, h - y);
}

/* --- doing --- */

static enum kit_next turn_to(struct progress *p, enum progress_side side, int year)
{
	p->side = side;
	p->year = year;
	p->list.rows.empty = side == PROGRESS_PLAN ? _("这一年还没有计划。按 n 添一项。") : _("这一年还没有节点任务。乡镇下达后同步就有。");
	if (load(&p->base))
		kit_say_error(ERR_IO);
	kit_list_select(&p->list, 0);
	return KIT_STAY;
}

static const char *edit_form(const struct progress *p)
{
	return p->side == PROGRESS_PLAN ? "plan_year_edit" : "milestone_edit";
}

static enum kit_next open_line(struct progress *p, enum kit_action a)
{
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;

	if (p->list.at >= p->count || listing_row(p->listing, p->lines[p->list.at].at, &row))
		return KIT_STAY;
	if (a == ACT_EDIT)
		next = screen_begin(&p->base, p->app, edit_form(p), &row.id);
	else if (a == ACT_OPEN && p->side == PROGRESS_PLAN && !p->lines[p->list.at].done)
		next = planned_begin(&p->base, p->app, &row);
	else
		next = kit_open(&p->base, screen_row_new(p->app, &row.id));
	row_clear(&row);
	return next;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct progress *p = (struct progress *)base;

	switch (a) {
	case ACT_OPEN: case ACT_EDIT: case ACT_DETAILS: return open_line(p, a);
	case ACT_LEFT:      return turn_to(p, p->side, p->year - 1);
	case ACT_RIGHT:     return turn_to(p, p->side, p->year + 1);
	case ACT_NEXT:      return turn_to(p, p->side == PROGRESS_PLAN ? PROGRESS_MILESTONES : PROGRESS_PLAN, p->year);
	case ACT_NEW:       return screen_make(base, p->app, registers[p->side], NULL);
	case ACT_REGISTERS: return kit_open(base, screen_rows_new(p->app, registers[p->side], NULL));
	default:            return kit_list_act(&p->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct progress *p = (struct progress *)base;

	switch (a) {
	case ACT_OPEN: case ACT_DETAILS: return p->count > 0;
	case ACT_EDIT: return p->count > 0 && words_may_fill(p->app, edit_form(p));
	case ACT_NEXT: return progress_has(p->app, p->side == PROGRESS_PLAN ? PROGRESS_MILESTONES : PROGRESS_PLAN);
	case ACT_NEW:  return words_can_make(p->app, registers[p->side]);
	default:       return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct progress *p = (struct progress *)base;

	switch (a) {
	case ACT_OPEN:      return p->side == PROGRESS_PLAN && p->list.at < p->count && !p->lines[p->list.at].done ? _("开始做") : NULL;
	case ACT_EDIT:      return p->side == PROGRESS_PLAN ? _("改计划") : _("记进展");
	case ACT_LEFT:      return _("上年");
	case ACT_RIGHT:     return _("下年");
	case ACT_NEXT:      return p->side == PROGRESS_PLAN ? _("看节点") : _("看计划");
	case ACT_REGISTERS: return _("全部");
	default:            return NULL;
	}
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct progress *)base)->list, y) ? open_line((struct progress *)base, ACT_OPEN) : KIT_STAY;
}

static void close_progress(struct kit_view *base)
{
	struct progress *p = (struct progress *)base;

	listing_close(p->listing);
	free(p->lines);
	free(p);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { KIT_TAB, ACT_NEXT, true }, { 'e', ACT_EDIT, true }, { 'd', ACT_DETAILS, true }, { 'n', ACT_NEW, true },
	{ 'g', ACT_REGISTERS, true }, { KIT_FN | KEY_LEFT, ACT_LEFT, true }, { KIT_FN | KEY_RIGHT, ACT_RIGHT, true }, { '[', ACT_LEFT, false }, { ']', ACT_RIGHT, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "progress", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_progress, .offers = offers,
	.label = label, .tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 7, 1, false }, { 0, 1, false }, { 11, 1, true }, { 14, 2, false }, { 18, 2, true } };

struct kit_view *screen_progress_new(struct app *app, enum progress_side side)
{
	struct progress *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->base.ops = &ops;
	p->app = app;
	p->side = progress_has(app, side) ? side : side == PROGRESS_PLAN ? PROGRESS_MILESTONES : PROGRESS_PLAN;
	p->year = clock_date(app_day(app)).year;
	p->list.rows = (struct kit_rows){ .user = p, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 5 };
	p->list.rows.empty = p->side == PROGRESS_PLAN ? _("这一年还没有计划。按 n 添一项。") : _("这一年还没有节点任务。乡镇下达后同步就有。");
	return &p->base;
}
