#include "config.h"
#include "tui/screens/desk/desk_view.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/keys/town.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/desk/town.h"
#include "tui/screens/home/doubt.h"
#include "tui/screens/rows/steps.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err load(struct kit_view *base)
{
	struct desk *d = (struct desk *)base;
	enum err e = ERR_OK;

	if (d->app->pack && pack_find_register(d->app->pack, "hazards") != PACK_NONE)
		d->reg = &d->app->pack->registers[pack_find_register(d->app->pack, "hazards")];
	if (board_is_stale(d->app, &d->board))
		e = board_read(d->app, &d->board);
	if (d->app->pack && !e)
		e = begun_gather(d->app, d->drafts, &d->draft_count);
	d->copied = profile_backed_up(d->app->profile);
	desk_fill_lines(d);
	kit_list_sync(&d->list);
	if (!d->app->resume)
		doubt_tell(d->app);
	return e;
}

/* What is owed takes longer than a screen may: it comes a moment after the rest. */
static bool working(struct kit_view *base)
{
	const struct desk *d = (const struct desk *)base;

	return d->app->pack && (d->app->resume || !d->board.owed_known);
}

static enum kit_next work(struct kit_view *base)
{
	struct desk *d = (struct desk *)base;
	const struct begun *left = d->app->resume ? begun_interrupted(d->app, d->drafts, d->draft_count) : NULL;
	enum err e;

	d->app->resume = false;
	if (left)
		return begun_resume(base, d->app, left->about.id);
	doubt_tell(d->app);
	e = board_owe(d->app, &d->board);
	if (e)
		kit_say_error(e);
	desk_fill_lines(d);
	return KIT_STAY;
}

static bool stale(struct kit_view *base)
{
	const struct desk *d = (const struct desk *)base;

	return board_is_stale(d->app, &d->board);
}

static bool selected_id(struct desk *d, struct row_id *id)
{
	const struct board_hazard *h = desk_hazard(d, d->list.at);
	struct row row = { .id = { .index = 0 } };

	if (!h || row_read_key(d->app->profile, &h->key, &row))
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

/* While devices have not answered for a store that came from a backup, what stands here may be less than there was. */
static int draw_restored(struct desk *d, WINDOW *win)
{
	struct buf words = { 0 }, when = { 0 };

	if (!d->board.silent)
		return 0;
	app_since(d->app, d->board.restored, &when);
	buf_printf(&words, getmaxx(win) < KIT_NARROW ? _("%s 从备份恢复, %u 台没对上  d 设备") : _("%s 从备份恢复: %u 台设备还没再来信, 之后收过的可能还缺   d 看是谁"),
	           buf_str(&when), d->board.silent);
	kit_text(win, 0, 1, getmaxx(win) - 2, KIT_SOON, buf_str(&words));
	buf_clear(&words);
	buf_clear(&when);
	return 1;
}

/* What only a backup keeps is lost with the machine, and nothing else here reminds of that. */
static int draw_overdue(const struct desk *d, WINDOW *win, int y)
{
	static const char *const narrow[] = { NULL, N_("早该备份了"), N_("还没备份过"), N_("设备不认这里: 备份太旧, 要恢复钥匙"), N_("备份后添过人或改过 PIN"), N_("备份后换过钥匙") };
	enum profile_overdue why = d->copied.overdue;
	struct buf words = { 0 };

	if (why == PROFILE_COPY_FRESH)
		return 0;
	if (getmaxx(win) < KIT_NARROW || why == PROFILE_COPY_BEHIND)
		buf_puts(&words, _(narrow[why]));
	else
		profile_overdue_words(&d->copied, app_offset(d->app), &words);
	if (why != PROFILE_COPY_BEHIND)
		buf_puts(&words, _("   e 备份"));
	else if (getmaxx(win) >= KIT_NARROW)
		buf_puts(&words, _("; 怎么办: xunchactl status"));
	kit_text(win, y, 1, getmaxx(win) - 2, why == PROFILE_COPY_BEFORE_ROOT || why == PROFILE_COPY_BEHIND ? KIT_SOON : KIT_DIM, buf_str(&words));
	buf_clear(&words);
	return 1;
}

/* Rows of the list that the lines leave on a small screen: three hazards, or two when all lines ask for something. */
enum { LIST_LEAST = 4, LIST_FAIR = 6 };

/* How many bytes of "a 1  b 2  c 3" stand whole in `cols`: it is broken between its counts, not within one. */
static size_t whole(const char *words, int cols)
{
	const char *end = words;
	size_t fits, n = 0;
	int used;

	for (fits = text_fit(words, cols, &used); end; ) {
		end = strstr(end, "  ");
		if ((end ? (size_t)(end - words) : strlen(words)) > fits)
			break;
		n = end ? (size_t)(end - words) : strlen(words);
		end += end ? 2 : 0;
	}
	return n;
}

/* The words of a line, on as many rows more as are to spare; returns the rows that took. */
static int draw_words(WINDOW *win, int y, int x, int spare, const struct desk_line *l)
{
	const char *words = l->words;
	int cols = getmaxx(win) - x - 1, rows = 1;
	size_t n;

	for (; spare-- && (n = whole(words, cols)) && words[n]; rows++) {
		kit_printf(win, y++, x, cols, l->role, "%.*s", (int)n, words);
		words += n + 2;
	}
	kit_text(win, y, x, cols, l->role, words);
	return rows;
}

/* All seven where there is room; on a small screen those that ask for something, in full as far as there is room for it. */
static int draw_lines(struct desk *d, WINDOW *win, int top, int rows, bool all)
{
	int y = top, at = 0, spare = rows - (LIST_FAIR - LIST_LEAST);

	for (size_t i = 0; i < DESK_LINES; i++)
		at = text_width(d->lines[i].what) > at ? text_width(d->lines[i].what) : at;
	at += getmaxx(win) < KIT_NARROW ? 4 : 6;
	for (size_t i = 0; i < DESK_LINES; i++)
		spare -= all || d->lines[i].role != KIT_PLAIN || !i;
	for (size_t i = 0; i < DESK_LINES && y < top + rows; i++) {
		const struct desk_line *l = &d->lines[i];
		int used;

		if (!all && l->role == KIT_PLAIN && i)
			continue;
		kit_printf(win, y, 1, 1, KIT_KEY, "%zu", i + 1);
		kit_text(win, y, 3, at - 4, KIT_DIM, l->what);
		used = draw_words(win, y, at, spare > 0 ? spare : 0, l);
		spare -= used - 1;
		y += used;
	}
	return y - top;
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct desk *d = (struct desk *)base;
	int h = getmaxy(win), y = 0;

	if (!d->app->pack) {
		kit_paragraph(win, 0, 1, h, getmaxx(win) - 2, KIT_STRONG, _("还没有清单包 (查什么、登记什么、谁该做什么): 按 d 到设备, 再按 u 发布。"));
		return;
	}
	if (h >= 8) {
		h -= draw_overdue(d, win, h - 1);
		y = draw_restored(d, win);
		y += draw_lines(d, win, y, h >= 14 ? DESK_LINES : h - 1 - LIST_LEAST, h >= 14);
		kit_rule(win, y++);
	}
	kit_list_draw(&d->list, base, win, y, h - y);
}

static enum kit_next open_selected(struct desk *d)
{
	const struct begun *b = desk_draft(d, d->list.at);
	struct row_id id;

	if (b)
		return begun_resume(&d->base, d->app, b->about.id);
	return selected_id(d, &id) ? kit_open(&d->base, screen_row_new(d->app, &id)) : KIT_STAY;
}

static enum kit_next step(struct desk *d, const char *field, const char *form)
{
	struct row_id id;

	return selected_id(d, &id) ? steps_take(&d->base, d->app, &id, field, form) : KIT_STAY;
}

/* With what one asks of them in the columns; NULL: what lists show. */
static enum kit_next hazards_where(struct desk *d, const char *where, const char *fields)
{
	return kit_open(&d->base, screen_rows_show(screen_rows_narrow(screen_rows_new(d->app, "hazards", NULL), where), fields));
}

static enum kit_next open_line(struct desk *d, int line)
{
	switch (line) {
	case 0: return kit_open(&d->base, screen_arrivals_new(d->app));
	case 1: return hazards_where(d, "${verify} = 'needed'", NULL);
	case 2: return hazards_where(d, "${whistle} = 'sent' or ${whistle} = 'accepted' or ${whistle} = 'rejected' or ${whistle} = 'arrived'", "whistle esc_to esc_sent_at");
	case 3: return hazards_where(d, "${supervise} = 'listed' or ${extension} = 'asked'", "supervise listed_due extension");
	case 4: return hazards_where(d, "${stage} = 'fixed' or (${due} != '' and date(${due}) < today())", "stage due level");
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
	case ACT_VERIFY:    return step(d, "verify", desk_hazard(d, d->list.at)->rank == BOARD_VERIFY ? "hazard_verify" : NULL);
	case ACT_DOWNGRADE: return steps_downgrade(base, d->app);
	case ACT_WHISTLE:   return step(d, "whistle", NULL);
	case ACT_SUPERVISE: return step(d, "supervise", NULL);
	case ACT_EXTEND:    return step(d, "extension", NULL);
	case ACT_RECHECK:   return step(d, "stage", "hazard_recheck");
	case ACT_CONFLICTS: return kit_open(base, screen_conflicts_new(d->app));
	case ACT_DEVICES:   return kit_open(base, screen_devices_new(d->app));
	case ACT_WARNINGS:  return kit_open(base, screen_callouts_new(d->app));
	case ACT_OWED:      return kit_open(base, screen_owed_new(d->app));
	case ACT_SYNC:      return kit_open(base, d->town ? screen_gather_new(d->app) : screen_sync_new(d->app));
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
	case ACT_OPEN:
		return desk_row_count(d) > 0;
	case ACT_VERIFY: case ACT_WHISTLE: case ACT_SUPERVISE: case ACT_EXTEND: case ACT_RECHECK:
		return desk_hazard(d, d->list.at) != NULL;
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
	return a == ACT_SYNC && d->town ? _("收包") : a == ACT_DOWNGRADE ? _("降级") : NULL;
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

static const struct kit_column columns[] = { { 9, 2, false }, { 0, 1, false }, { 8, 2, false }, { 10, 2, false }, { 10, 1, true }, { 10, 2, true } };

struct kit_view *screen_desk_new(struct app *app)
{
	struct desk *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->base.ops = &ops;
	d->app = app;
	d->town = keys_town_here(app->profile->dir);
	d->list.rows = (struct kit_rows){ .user = d, .count = desk_row_count, .id = desk_row_id, .row = desk_row_draw, .columns = columns, .column_count = 6,
	                                  .empty = d->town ? _("没有在办的隐患。y 收包: 从各村送来的文件夹收记录。") : _("没有在办的隐患。") };
	return &d->base;
}
