#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/keys/town.h"
#include "sync/ledger/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/board.h"
#include "tui/screens/steps.h"
#include "tui/screens/town.h"
#include "tui/screens/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The township's home: what came, what must be judged, what is late; below it the hazards, most pressing first. The lines
 * above carry digits: the digit opens what the line counts. */
enum { DESK_LINES = 7, LINE_WORDS = 240 };

struct desk_line { const char *what; char words[LINE_WORDS]; enum kit_role role; };

struct desk {
	struct kit_view base;
	struct app *app;
	struct board board;
	const struct pack_register *reg;
	struct desk_line lines[DESK_LINES];
	struct kit_list list;
};

/* --- the lines --- */

__attribute__((format(printf, 2, 3)))
static void say(struct desk_line *l, const char *fmt, ...)
{
	size_t n = strlen(l->words);
	va_list ap;

	if (n)
		n += (size_t)snprintf(l->words + n, LINE_WORDS - n, "   ");
	va_start(ap, fmt);
	if (n < LINE_WORDS)
		vsnprintf(l->words + n, LINE_WORDS - n, fmt, ap);
	va_end(ap);
}

static void line_came(const struct board *b, struct desk_line *l)
{
	l->what = _("到了");
	say(l, _("今天 %u 包 %u 条"), b->came, b->came_events);
	if (b->status.gaps)
		say(l, _("缺段 %u 台"), b->status.gaps);
	if (b->status.splits)
		say(l, _("分叉 %u 台"), b->status.splits);
	if (b->status.refused)
		say(l, _("隔离 %u 包"), b->status.refused);
	if (b->status.held)
		say(l, _("等证书 %u 包"), b->status.held);
	if (b->asked)
		say(l, _("申请 %u"), b->asked);
	if (b->conflicts)
		say(l, _("冲突 %u"), b->conflicts);
	if (b->proposals)
		say(l, _("提请 %u"), b->proposals);
	l->role = b->status.splits || b->status.refused ? KIT_DANGER : b->status.gaps || b->conflicts || b->asked ? KIT_SOON : KIT_PLAIN;
}

/* "2天4时", "5时", "40分". */
static void age(int64_t ms, char *out, size_t size)
{
	int64_t minutes = ms > 0 ? ms / 60000 : 0;

	if (minutes >= 1440)
		snprintf(out, size, _("%d天%d时"), (int)(minutes / 1440), (int)(minutes % 1440 / 60));
	else if (minutes >= 60)
		snprintf(out, size, _("%d时"), (int)(minutes / 60));
	else
		snprintf(out, size, _("%d分"), (int)minutes);
}

static void line_verify(const struct desk *d, struct desk_line *l)
{
	const struct board *b = &d->board;
	char old[32];

	l->what = _("要核实");
	say(l, _("疑似重大 %u"), b->verify);
	if (b->verify) {
		age(app_ms(d->app) - b->verify_since, old, sizeof old);
		say(l, _("最久 %s"), old);
	}
	l->role = b->verify ? KIT_DANGER : KIT_PLAIN;
}

static void line_whistle(const struct board *b, struct desk_line *l)
{
	l->what = _("吹哨");
	say(l, _("等部门 %u"), b->whistled);
	if (b->whistle_late && *b->whistle_who)
		say(l, _("超时 %u (%s %d天)"), b->whistle_late, b->whistle_who, (int)b->whistle_days);
	else if (b->whistle_late)
		say(l, _("超时 %u"), b->whistle_late);
	l->role = b->whistle_late ? KIT_SOON : KIT_PLAIN;
}

static void line_listed(const struct board *b, struct desk_line *l)
{
	l->what = _("挂牌");
	say(l, _("在办 %u"), b->listed);
	if (b->listed_soon)
		say(l, _("7日内到期 %u"), b->listed_soon);
	if (b->asked_longer)
		say(l, _("要延期 %u"), b->asked_longer);
	l->role = b->listed_soon || b->asked_longer ? KIT_SOON : KIT_PLAIN;
}

static void line_late(const struct board *b, struct desk_line *l)
{
	l->what = _("逾期");
	say(l, _("整改 %u"), b->fix_late);
	say(l, _("复查 %u"), b->recheck_late);
	if (b->recheck)
		say(l, _("等复查 %u"), b->recheck);
	l->role = b->fix_late || b->recheck_late ? KIT_DANGER : KIT_PLAIN;
}

static int by_owing(const void *x, const void *y)
{
	const struct board_owed *a = x, *b = y;

	return (a->owing < b->owing) - (a->owing > b->owing);
}

static void line_owed(struct desk *d, struct desk_line *l)
{
	struct board *b = &d->board;
	uint32_t all = 0;

	l->what = _("欠账");
	if (!b->owed_known) {
		say(l, "%s", _("正在算"));
		return;
	}
	qsort(b->owed, b->owed_count, sizeof *b->owed, by_owing);
	for (uint32_t i = 0; i < b->owed_count; i++)
		all += b->owed[i].owing;
	say(l, _("%d月 欠 %u"), clock_date(b->day).month, all);
	for (uint32_t i = 0; i < b->owed_count && i < 3 && b->owed[i].owing; i++)
		say(l, _("%s %u/%u"), pack_name(&b->owed[i].duty->label, i18n_language()), b->owed[i].owing, b->owed[i].subjects);
}

static void line_warnings(const struct board *b, struct desk_line *l)
{
	l->what = _("预警");
	if (!b->warning_count)
		say(l, "%s", _("没有在叫应的"));
	for (uint32_t i = 0; i < b->warning_count; i++) {
		const struct board_warning *w = &b->warnings[i];

		say(l, _("%s  %u/%u 村已完成叫应"), w->words, w->done, w->villages);
		if (w->minutes >= 0 && *w->slowest)
			say(l, _("最慢 %s %lld 分"), w->slowest, (long long)w->minutes);
		if (w->done < w->villages)
			l->role = KIT_DANGER;
	}
}

static void fill_lines(struct desk *d)
{
	memset(d->lines, 0, sizeof d->lines);
	line_came(&d->board, &d->lines[0]);
	line_verify(d, &d->lines[1]);
	line_whistle(&d->board, &d->lines[2]);
	line_listed(&d->board, &d->lines[3]);
	line_late(&d->board, &d->lines[4]);
	line_owed(d, &d->lines[5]);
	line_warnings(&d->board, &d->lines[6]);
}

static enum err load(struct kit_view *base)
{
	struct desk *d = (struct desk *)base;
	enum err e = ERR_OK;

	if (d->app->pack && pack_find_register(d->app->pack, "hazards") != PACK_NONE)
		d->reg = &d->app->pack->registers[pack_find_register(d->app->pack, "hazards")];
	if (board_is_stale(d->app, &d->board))
		e = board_read(d->app, &d->board);
	fill_lines(d);
	kit_list_sync(&d->list);
	return e;
}

/* What is owed takes longer than a screen may: it comes a moment after the rest. */
static bool working(struct kit_view *base)
{
	const struct desk *d = (const struct desk *)base;

	return d->app->pack && !d->board.owed_known;
}

static enum kit_next work(struct kit_view *base)
{
	struct desk *d = (struct desk *)base;
	enum err e = board_owe(d->app, &d->board);

	if (e)
		kit_say_error(e);
	fill_lines(d);
	return KIT_STAY;
}

static bool stale(struct kit_view *base)
{
	const struct desk *d = (const struct desk *)base;

	return board_is_stale(d->app, &d->board);
}

/* --- the hazards --- */

static size_t row_count(void *user)
{
	return ((const struct desk *)user)->board.hazard_count;
}

static struct kit_id row_id(void *user, size_t i)
{
	const struct row_key *key = &((const struct desk *)user)->board.hazards[i].key;

	return kit_id(key->bytes, key->len);
}

static bool cell_of(struct desk *d, const struct row *row, const char *field, const char *when, struct kit_cell *cell)
{
	uint32_t f = pack_find_field(d->reg, field);
	struct buf stored = { 0 };
	bool yes = false;

	if (f == PACK_NONE)
		return false;
	words_stored(d->app, row, field, &stored);
	if (stored.len && (!when || strstr(when, buf_str(&stored)))) {
		words_cell(d->app, row, d->reg, f, false, cell);
		yes = true;
	}
	buf_clear(&stored);
	return yes;
}

/* Where it stands, in one word: what presses most, else its stage. */
static void state_cell(struct desk *d, const struct row *row, enum board_rank rank, struct kit_cell *cell)
{
	if (rank == BOARD_VERIFY) {
		snprintf(cell->text, KIT_CELL, "%s", _("待核实"));
		cell->role = KIT_DANGER;
		return;
	}
	if (rank == BOARD_WHISTLE && cell_of(d, row, "whistle", "sent|accepted|rejected", cell))
		return;
	if (rank == BOARD_LISTED && cell_of(d, row, "supervise", "listed", cell))
		return;
	cell_of(d, row, "stage", NULL, cell);
	if (rank == BOARD_LATE) {
		snprintf(cell->text, KIT_CELL, "%s", _("整改逾期"));
		cell->role = KIT_DANGER;
	}
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct desk *d = user;
	const struct board_hazard *h = &d->board.hazards[i];
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	if (row_read_key(d->app->profile, &h->key, &row)) {
		snprintf(cells[1].text, KIT_CELL, "%s", _("(读不出)"));
		return;
	}
	row_number(d->app->profile, &row, &b);
	snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	row_title(d->app->profile, &row, &b);
	snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	row_evaluate(d->app->profile, &row, "village()", &b);
	snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	if (row.event_count)
		app_since(d->app, row.events[0].wall, &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	state_cell(d, &row, h->rank, &cells[4]);
	snprintf(cells[5].text, KIT_CELL, "%s", row.flags & ROW_CONFLICT ? _("有几种说法") : h->doubled ? _("同天同项") : row.flags & ROW_PROPOSED ? _("有提请") : "");
	cells[5].role = KIT_SOON;
	buf_clear(&b);
	row_clear(&row);
}

static const struct row_key *selected(const struct desk *d)
{
	return d->list.at < d->board.hazard_count ? &d->board.hazards[d->list.at].key : NULL;
}

static bool selected_id(struct desk *d, struct row_id *id)
{
	struct row row = { .id = { .index = 0 } };

	if (!selected(d) || row_read_key(d->app->profile, selected(d), &row))
		return false;
	*id = row.id;
	row_clear(&row);
	return true;
}

/* --- the view --- */

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("乡镇  今日"));
}

/* All seven where there is room; on a small screen those that ask for something, then the others. */
static int draw_lines(struct desk *d, WINDOW *win, int rows)
{
	int y = 0, narrow = getmaxx(win) < KIT_NARROW, at = narrow ? 9 : 12;
	bool all = rows >= DESK_LINES;

	for (size_t i = 0; i < DESK_LINES && y < rows; i++) {
		const struct desk_line *l = &d->lines[i];

		if (!all && l->role == KIT_PLAIN && i != 0)
			continue;
		kit_printf(win, y, 1, 1, KIT_KEY, "%zu", i + 1);
		kit_text(win, y, 3, at - 4, KIT_DIM, l->what);
		kit_text(win, y, at, getmaxx(win) - at - 1, l->role, l->words);
		y++;
	}
	return y;
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct desk *d = (struct desk *)base;
	int h = getmaxy(win), y = 0;

	if (!d->app->pack) {
		kit_paragraph(win, 0, 1, h, getmaxx(win) - 2, KIT_STRONG, _("还没有发布清单包: xunchactl pack publish 目录"));
		return;
	}
	if (h >= 8) {
		y = draw_lines(d, win, h >= 15 ? DESK_LINES : h / 2 - 1);
		kit_rule(win, y++);
	}
	kit_list_draw(&d->list, base, win, y, h - y);
}

static enum kit_next open_selected(struct desk *d)
{
	struct row_id id;

	return selected_id(d, &id) ? kit_open(&d->base, screen_row_new(d->app, &id)) : KIT_STAY;
}

static enum kit_next step(struct desk *d, const char *field, const char *form)
{
	struct row_id id;

	return selected_id(d, &id) ? steps_take(&d->base, d->app, &id, field, form) : KIT_STAY;
}

static enum kit_next hazards_where(struct desk *d, const char *where)
{
	return kit_open(&d->base, screen_rows_narrow(screen_rows_new(d->app, "hazards", NULL), where));
}

static enum kit_next open_line(struct desk *d, int line)
{
	switch (line) {
	case 0: return kit_open(&d->base, screen_arrivals_new(d->app));
	case 1: return hazards_where(d, "${verify} = 'needed'");
	case 2: return hazards_where(d, "${whistle} = 'sent' or ${whistle} = 'accepted' or ${whistle} = 'rejected' or ${whistle} = 'arrived'");
	case 3: return hazards_where(d, "${supervise} = 'listed' or ${extension} = 'asked'");
	case 4: return hazards_where(d, "${stage} = 'fixed' or (${due} != '' and date(${due}) < today())");
	case 5: return kit_open(&d->base, screen_owed_new(d->app));
	case 6: return kit_open(&d->base, screen_callouts_new(d->app));
	default: return KIT_STAY;
	}
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct desk *d = (struct desk *)base;

	if (a >= ACT_ANSWER_1 && a < ACT_ANSWER_1 + DESK_LINES)
		return open_line(d, (int)(a - ACT_ANSWER_1));
	switch (a) {
	case ACT_OPEN:      return open_selected(d);
	case ACT_VERIFY:    return step(d, "verify", d->board.hazards[d->list.at].rank == BOARD_VERIFY ? "hazard_verify" : NULL);
	case ACT_DOWNGRADE: return steps_downgrade(base, d->app);
	case ACT_WHISTLE:   return step(d, "whistle", NULL);
	case ACT_SUPERVISE: return step(d, "supervise", NULL);
	case ACT_EXTEND:    return step(d, "extension", NULL);
	case ACT_RECHECK:   return step(d, "stage", "hazard_recheck");
	case ACT_CONFLICTS: return kit_open(base, screen_conflicts_new(d->app));
	case ACT_DEVICES:   return kit_open(base, screen_devices_new(d->app));
	case ACT_WARNINGS:  return kit_open(base, screen_callouts_new(d->app));
	case ACT_OWED:      return kit_open(base, screen_owed_new(d->app));
	case ACT_SYNC:      return kit_open(base, keys_town_here(d->app->profile->dir) ? screen_gather_new(d->app) : screen_sync_new(d->app));
	case ACT_PLACES:    return kit_open(base, screen_rows_new(d->app, "places", NULL));
	case ACT_HAZARDS:   return kit_open(base, screen_rows_new(d->app, "hazards", NULL));
	case ACT_REGISTERS: return kit_open(base, screen_registers_new(d->app));
	case ACT_SETTINGS:  return kit_open(base, screen_settings_new(d->app));
#ifdef WITH_TOWN
	case ACT_EXPORT:    return kit_open(base, screen_export_new(d->app));
	case ACT_IMPORT:    return kit_open(base, screen_import_new(d->app));
#endif
	case ACT_QUIT:      return KIT_QUIT;
	default:            return kit_list_act(&d->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct desk *d = (struct desk *)base;

	switch (a) {
	case ACT_BACK: return false;
	case ACT_OPEN: case ACT_VERIFY: case ACT_WHISTLE: case ACT_SUPERVISE: case ACT_EXTEND: case ACT_RECHECK:
		return row_count(d) > 0;
	case ACT_DOWNGRADE:
		return d->board.verify > 0;
#ifndef WITH_TOWN
	case ACT_EXPORT: case ACT_IMPORT:
		return false;
#endif
	case ACT_PLACES: case ACT_HAZARDS: case ACT_REGISTERS: case ACT_CONFLICTS: case ACT_OWED: case ACT_WARNINGS:
		return d->app->pack != NULL;
	default:
		return !(a >= ACT_ANSWER_1 && a <= ACT_ANSWER_7) || d->reg;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct desk *d = (struct desk *)base;

	if (a >= ACT_ANSWER_1 && a < ACT_ANSWER_1 + DESK_LINES)
		return d->lines[a - ACT_ANSWER_1].what;
	return a == ACT_SYNC ? _("收包") : a == ACT_DOWNGRADE ? _("降级") : NULL;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct desk *)base)->list, y) ? open_selected((struct desk *)base) : KIT_STAY;
}

static void close_desk(struct kit_view *base)
{
	board_clear(&((struct desk *)base)->board);
	free(base);
}

static const struct kit_key keys[] = {
	{ 'q', ACT_QUIT, true }, { KIT_ENTER, ACT_OPEN, true }, { 'v', ACT_VERIFY, true }, { 'b', ACT_DOWNGRADE, true }, { 'x', ACT_WHISTLE, true },
	{ 'm', ACT_SUPERVISE, true }, { 'r', ACT_RECHECK, true }, { 'z', ACT_CONFLICTS, true }, { 'd', ACT_DEVICES, true }, { 'w', ACT_WARNINGS, false },
	{ 'y', ACT_SYNC, true }, { 'e', ACT_EXPORT, true }, { 'i', ACT_IMPORT, false }, { 't', ACT_EXTEND, false }, { 'a', ACT_OWED, false }, { 'p', ACT_PLACES, false },
	{ 'h', ACT_HAZARDS, false }, { 'g', ACT_REGISTERS, true }, { 'o', ACT_SETTINGS, false }, { 'l', ACT_LOCK, false },
	{ '1', ACT_ANSWER_1, false }, { '2', ACT_ANSWER_2, false }, { '3', ACT_ANSWER_3, false }, { '4', ACT_ANSWER_4, false },
	{ '5', ACT_ANSWER_5, false }, { '6', ACT_ANSWER_6, false }, { '7', ACT_ANSWER_7, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "desk", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_desk, .offers = offers,
	.label = label, .tap = tap, .working = working, .work = work, .stale = stale,
};

static const struct kit_column columns[] = { { 9, 2, false }, { 0, 1, false }, { 8, 2, false }, { 10, 2, false }, { 8, 1, true }, { 10, 2, true } };

struct kit_view *screen_desk_new(struct app *app)
{
	struct desk *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->base.ops = &ops;
	d->app = app;
	d->list.rows = (struct kit_rows){ .user = d, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 6,
	                                  .empty = _("没有在办的隐患。y 收包: 从各村送来的文件夹收记录。") };
	return &d->base;
}
