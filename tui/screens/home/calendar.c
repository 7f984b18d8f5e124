#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/due/duelist.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/home/planned.h"
#include "tui/screens/home/progress.h"
#include "tui/screens/rows/alike.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Trainings and drills of a month: what is owed, what the year's plan wants, what was done, over a calendar of its days. */
enum { LINES_MAX = 256, DAYS = 31, DAY_COLS = 5, GRID_ROWS = 7 };
enum line_type { LINE_OWED, LINE_PLANNED, LINE_DONE };
enum { TRAININGS, DRILLS, KINDS };

static const char *const registers[KINDS] = { "trainings", "drills" };

struct line { enum line_type type; int kind; struct row_key key; int32_t day; const struct due *due; bool done; };

struct calendar {
	struct kit_view base;
	struct app *app;
	int year, month;
	struct duelist *dues;
	struct alike *alike;                        /* what was perhaps logged twice; NULL */
	struct line lines[LINES_MAX];
	size_t line_count;
	uint8_t marks[DAYS + 1];                    /* bits of what was done on the day */
	unsigned done[KINDS], planned, owed;
	struct kit_list list;
};

static size_t row_count(void *user)
{
	return ((struct calendar *)user)->line_count;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	const struct line *l = &((struct calendar *)user)->lines[i];
	struct kit_id id = kit_id(l->key.bytes, l->key.len);

	id.byte[KIT_ID - 1] = (uint8_t)(1 + l->type * 8 + (l->due ? (unsigned)(l->due->duty - ((struct calendar *)user)->app->pack->duties) % 200 * 8 % 248 : 0));
	return id;
}

static const char *kind_word(int kind)
{
	return kind == DRILLS ? _("演练") : _("训练");
}

static void owed_cells(const struct calendar *c, const struct line *l, struct kit_cell cells[KIT_CELLS])
{
	struct buf b = { 0 };

	words_days(l->due->days, &b);
	snprintf(cells[0].text, KIT_CELL, l->due->days < 0 ? _("欠 %s") : _("该做 %s"), buf_str(&b));
	cells[0].role = words_days_role(l->due->days);
	snprintf(cells[2].text, KIT_CELL, "%s", pack_name(&l->due->duty->label, i18n_language()));
	if (l->due->wanted > 1)
		snprintf(cells[3].text, KIT_CELL, _("%u/%u次"), l->due->done, l->due->wanted);
	(void)c;
	buf_clear(&b);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct calendar *c = user;
	const struct line *l = &c->lines[i];
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	if (row_read_key(c->app->profile, &l->key, &row))
		return;
	row_title(c->app->profile, &row, &b);
	alike_words(c->app, c->alike, &row, &b);
	snprintf(cells[1].text, KIT_CELL, "%s %.*s", kind_word(l->kind), KIT_CELL - 16, buf_str(&b));
	switch (l->type) {
	case LINE_OWED:
		owed_cells(c, l, cells);
		break;
	case LINE_PLANNED:
		snprintf(cells[0].text, KIT_CELL, "%s", l->done ? _("计划 已做") : _("计划 未做"));
		cells[0].role = l->done ? KIT_GOOD : KIT_SOON;
		break;
	case LINE_DONE:
		buf_reset(&b);
		app_short_date(c->app, l->day, &b);
		snprintf(cells[0].text, KIT_CELL, _("做了 %s"), buf_str(&b));
		cells[0].role = KIT_DIM;
		break;
	}
	buf_clear(&b);
	row_clear(&row);
}

static void add(struct calendar *c, struct line l)
{
	if (c->line_count < LINES_MAX)
		c->lines[c->line_count++] = l;
}

static int kind_of(const char *reg)
{
	for (int k = 0; k < KINDS; k++)
		if (!strcmp(registers[k], reg))
			return k;
	return -1;
}

static bool shows_today(const struct calendar *c)
{
	struct clock_date now = clock_date(app_day(c->app));

	return now.year == c->year && now.month == c->month;
}

static enum err gather_owed(struct calendar *c)
{
	enum err e;

	duelist_close(c->dues);
	c->dues = NULL;
	c->owed = 0;
	if (!shows_today(c))
		return ERR_OK;
	e = duelist_open(c->app->profile, app_day(c->app), &c->dues);
	for (uint32_t i = 0; !e && i < duelist_count(c->dues); i++) {
		const struct due *d = duelist_at(c->dues, i);
		int kind = d->kind == DUE_DUTY ? kind_of(d->duty->counts_register) : -1;

		if (kind < 0)
			continue;
		add(c, (struct line){ .type = LINE_OWED, .kind = kind, .key = d->subject, .due = d });
		c->owed++;
	}
	return e;
}

static enum err gather_planned(struct calendar *c)
{
	struct listing *l = NULL;
	char where[96];
	enum err e;

	c->planned = 0;
	if (pack_find_register(c->app->pack, "plan_year") == PACK_NONE)
		return ERR_OK;
	snprintf(where, sizeof where, "${year} = %d and ${month} = %d", c->year, c->month);
	e = listing_open(c->app->profile, &(struct listing_query){ .reg = "plan_year", .where = where }, &l);
	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct line line = { .type = LINE_PLANNED };
		struct row row = { .id = { .index = 0 } };
		struct buf kind = { 0 }, done = { 0 };

		if (!listing_key(l, i, &line.key) && !listing_row(l, i, &row)) {
			words_stored(c->app, &row, "kind", &kind);
			words_stored(c->app, &row, "done", &done);
			line.kind = strcmp(buf_str(&kind), "drill") ? TRAININGS : DRILLS;
			line.done = atoi(buf_str(&done)) > 0;
			c->planned++;
			add(c, line);
		}
		buf_clear(&kind);
		buf_clear(&done);
		row_clear(&row);
	}
	listing_close(l);
	return e;
}

static enum err gather_done(struct calendar *c, int kind)
{
	struct listing *l = NULL;
	enum err e;

	c->done[kind] = 0;
	if (pack_find_register(c->app->pack, registers[kind]) == PACK_NONE)
		return ERR_OK;
	e = listing_open(c->app->profile, &(struct listing_query){ .reg = registers[kind], .sort = "-started" }, &l);
	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct line line = { .type = LINE_DONE, .kind = kind };
		struct row row = { .id = { .index = 0 } };
		struct clock_date d = { 0 };
		bool aside = false;

		if (!listing_key(l, i, &line.key) && !listing_row(l, i, &row)) {
			line.day = clock_day_of(clocks_time(c->app, &row, "started"), c->app->pack->utc_offset);
			d = clock_date(line.day);
			aside = words_is(c->app, &row, "doubled", "yes");
		}
		row_clear(&row);
		if (d.year < c->year || (d.year == c->year && d.month < c->month))
			break;                  /* newest first: the rest is older */
		if (d.year != c->year || d.month != c->month)
			continue;
		c->marks[d.day] |= (uint8_t)(1 << kind);
		c->done[kind] += !aside;
		add(c, line);
	}
	listing_close(l);
	return e;
}

static enum err load(struct kit_view *base)
{
	struct calendar *c = (struct calendar *)base;
	enum err e;

	c->line_count = 0;
	memset(c->marks, 0, sizeof c->marks);
	alike_free(c->alike);
	if (!(e = alike_read(c->app, NULL, &c->alike)))
		e = gather_owed(c);
	if (!e)
		e = gather_planned(c);
	for (int k = 0; k < KINDS && !e; k++)
		e = gather_done(c, k);
	kit_list_sync(&c->list);
	return e;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct calendar *c = (struct calendar *)base;

	buf_printf(left, _("训练演练  %d年%d月"), c->year, c->month);
	buf_printf(right, _("该做 %u  训 %u  演 %u"), c->owed, c->done[TRAININGS], c->done[DRILLS]);
}

/* Monday first. Each day: its number, and a sign for what was done on it. */
static int draw_grid(struct calendar *c, WINDOW *win)
{
	static const char *const days[] = { N_("一"), N_("二"), N_("三"), N_("四"), N_("五"), N_("六"), N_("日") };
	int32_t first = clock_days((struct clock_date){ c->year, c->month, 1 });
	int at = (clock_weekday(first) + 6) % 7, y = 1;

	for (int i = 0; i < 7; i++)
		kit_text(win, 0, 2 + i * DAY_COLS, DAY_COLS, KIT_DIM, _(days[i]));
	for (int day = 1; day <= clock_month_days(c->year, c->month); day++, at++) {
		bool today = first + day - 1 == app_day(c->app);

		y = 1 + at / 7;
		kit_printf(win, y, 1 + at % 7 * DAY_COLS, DAY_COLS, today ? KIT_SELECTED : c->marks[day] ? KIT_GOOD : KIT_PLAIN, "%2d%s", day,
		           c->marks[day] & 1 << DRILLS ? _("演") : c->marks[day] & 1 << TRAININGS ? _("训") : today ? "<" : "");
	}
	return y + 1;
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct calendar *c = (struct calendar *)base;
	int h = getmaxy(win), y = 0;

	if (h >= GRID_ROWS + 5 && getmaxx(win) > 7 * DAY_COLS) {
		y = draw_grid(c, win);
		kit_rule(win, y++);
	}
	kit_list_draw(&c->list, base, win, y, h - y);
}

static enum kit_next turn(struct calendar *c, int by)
{
	c->month += by;
	if (c->month < 1 || c->month > 12) {
		c->year += by;
		c->month = by < 0 ? 12 : 1;
	}
	if (load(&c->base))
		kit_say_error(ERR_IO);
	kit_list_select(&c->list, 0);
	return KIT_STAY;
}

static enum kit_next open_line(struct calendar *c, size_t i)
{
	const struct line *l = &c->lines[i];
	struct row row = { .id = { .index = 0 } };
	enum kit_next next;

	if (i >= c->line_count)
		return KIT_STAY;
	if (row_read_key(c->app->profile, &l->key, &row)) {
		kit_say_error(ERR_NOTFOUND);
		return KIT_STAY;
	}
	if (l->type == LINE_OWED)
		next = screen_make(&c->base, c->app, registers[l->kind], &row.id);
	else if (l->type == LINE_PLANNED && !l->done)
		next = planned_begin(&c->base, c->app, &row);
	else
		next = kit_open(&c->base, screen_row_new(c->app, &row.id));
	row_clear(&row);
	return next;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct calendar *c = (struct calendar *)base;

	switch (a) {
	case ACT_OPEN:      return open_line(c, c->list.at);
	case ACT_LEFT: case ACT_RIGHT: return turn(c, a == ACT_LEFT ? -1 : 1);
	case ACT_NEW:       return screen_make(base, c->app, registers[TRAININGS], NULL);
	case ACT_ADD:       return screen_make(base, c->app, registers[DRILLS], NULL);
	case ACT_TRAININGS: return kit_open(base, screen_rows_new(c->app, registers[TRAININGS], NULL));
	case ACT_HISTORY:   return kit_open(base, screen_rows_new(c->app, registers[DRILLS], NULL));
	case ACT_REGISTERS: return kit_open(base, screen_progress_new(c->app, PROGRESS_PLAN));
	default:            return kit_list_act(&c->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct calendar *c = (struct calendar *)base;

	switch (a) {
	case ACT_OPEN:      return c->line_count > 0;
	case ACT_NEW:       return words_can_make(c->app, registers[TRAININGS]);
	case ACT_ADD:       return words_can_make(c->app, registers[DRILLS]);
	case ACT_HISTORY:   return pack_find_register(c->app->pack, registers[DRILLS]) != PACK_NONE;
	case ACT_REGISTERS: return progress_has(c->app, PROGRESS_PLAN);
	default:            return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct calendar *c = (struct calendar *)base;
	const struct line *l = c->line_count ? &c->lines[c->list.at] : NULL;

	switch (a) {
	case ACT_OPEN:      return l && (l->type == LINE_OWED || (l->type == LINE_PLANNED && !l->done)) ? _("开始做") : NULL;
	case ACT_LEFT:      return _("上月");
	case ACT_RIGHT:     return _("下月");
	case ACT_NEW:       return _("记训练");
	case ACT_ADD:       return _("记演练");
	case ACT_TRAININGS: return _("全部训练");
	case ACT_HISTORY:   return _("全部演练");
	case ACT_REGISTERS: return _("年度计划");
	default:            return NULL;
	}
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct calendar *c = (struct calendar *)base;

	(void)x;
	return kit_list_tap(&c->list, y) ? open_line(c, c->list.at) : KIT_STAY;
}

static void close_calendar(struct kit_view *base)
{
	duelist_close(((struct calendar *)base)->dues);
	alike_free(((struct calendar *)base)->alike);
	free(base);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'n', ACT_NEW, true }, { 'm', ACT_ADD, true }, { 't', ACT_TRAININGS, true }, { 'e', ACT_HISTORY, true },
	{ 'g', ACT_REGISTERS, true }, { KIT_FN | KEY_LEFT, ACT_LEFT, true }, { KIT_FN | KEY_RIGHT, ACT_RIGHT, true },
	{ '[', ACT_LEFT, false }, { ']', ACT_RIGHT, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "calendar", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_calendar, .offers = offers,
	.label = label, .tap = tap,
};

static const struct kit_column columns[] = { { 12, 1, false }, { 0, 2, false }, { 30, 1, true }, { 8, 2, true } };

struct kit_view *screen_calendar_new(struct app *app)
{
	struct clock_date now = clock_date(app_day(app));
	struct calendar *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->base.ops = &ops;
	c->app = app;
	c->year = now.year;
	c->month = now.month;
	c->list.rows = (struct kit_rows){ .user = c, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 4,
	                                  .empty = _("这个月没有欠的, 也没有做过。n 记训练, m 记演练, g 看年度计划。") };
	return &c->base;
}
