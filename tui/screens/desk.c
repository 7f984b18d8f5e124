#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/status.h"
#include "sync/ledger/conflict.h"
#include "sync/ledger/listing.h"
#include "sync/ledger/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/arrivals.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The township's home: what came, what must be judged, what is late; below it the hazards, most dangerous first. */
struct desk {
	struct kit_view base;
	struct app *app;
	struct status status;
	bool known;
	uint32_t verify, whistled, listed, overdue, waiting_recheck, conflicts, proposals;
	struct listing *hazards;
	const struct pack_register *reg;
	struct kit_list list;
};

static uint32_t count(struct desk *d, const char *where)
{
	struct listing_query q = { .reg = "hazards", .where = where };
	struct listing *l = NULL;
	uint32_t n = listing_open(d->app->profile, &q, &l) ? 0 : listing_count(l);

	listing_close(l);
	return n;
}

static enum err load(struct kit_view *base)
{
	struct desk *d = (struct desk *)base;
	struct listing_query q = { .reg = "hazards", .where = "${stage} != 'closed' and ${stage} != 'void'", .sort = "verify" };
	char where[160], day[16];
	enum err e = ERR_OK;

	d->known = !status_read(d->app->profile, &d->status);
	if (!d->app->pack || pack_find_register(d->app->pack, "hazards") == PACK_NONE)
		return ERR_OK;
	d->reg = &d->app->pack->registers[pack_find_register(d->app->pack, "hazards")];
	d->verify = count(d, "${verify} = 'needed' and ${stage} != 'closed' and ${stage} != 'void'");
	d->whistled = count(d, "${whistle} = 'sent' or ${whistle} = 'accepted' or ${whistle} = 'rejected'");
	d->listed = count(d, "${supervise} = 'listed'");
	d->waiting_recheck = count(d, "${stage} = 'fixed'");
	clock_format_date(app_day(d->app), day);
	snprintf(where, sizeof where, "${stage} != 'closed' and ${stage} != 'void' and ${due} != '' and ${due} < '%s'", day);
	d->overdue = count(d, where);
	conflict_count(d->app->profile, &d->conflicts, &d->proposals);
	if (d->hazards)
		e = listing_refresh(d->hazards);
	else
		e = listing_open(d->app->profile, &q, &d->hazards);
	kit_list_sync(&d->list);
	return e;
}

static size_t row_count(void *user)
{
	const struct desk *d = user;

	return d->hazards ? listing_count(d->hazards) : 0;
}

static struct kit_id row_id(void *user, size_t i)
{
	struct row_key key;

	if (listing_key(((struct desk *)user)->hazards, (uint32_t)i, &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

static void cell_of(struct desk *d, const struct row *row, const char *field, struct kit_cell *cell)
{
	uint32_t f = pack_find_field(d->reg, field);

	if (f != PACK_NONE)
		words_cell(d->app, row, d->reg, f, false, cell);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct desk *d = user;
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	if (listing_row(d->hazards, (uint32_t)i, &row))
		return;
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
	cell_of(d, &row, "stage", &cells[4]);
	cell_of(d, &row, "level", &cells[5]);
	buf_clear(&b);
	row_clear(&row);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("乡镇  今日"));
}

static int line(WINDOW *win, int y, bool urgent, const char *what, const char *words)
{
	kit_text(win, y, 1, 10, KIT_DIM, what);
	kit_text(win, y, 12, getmaxx(win) - 13, urgent ? KIT_DANGER : KIT_PLAIN, words);
	return y + 1;
}

static int numbers(struct desk *d, WINDOW *win)
{
	char words[200];
	int y = 0;

	if (d->known) {
		struct buf heard = { 0 };

		if (d->status.heard)
			app_since(d->app, d->status.heard, &heard);
		snprintf(words, sizeof words, _("等缺的 %u 包  缺段 %u 台  有两份 %u 台  隔离 %u 包"), d->status.held, d->status.gaps, d->status.splits, d->status.refused);
		y = line(win, y, d->status.gaps || d->status.splits || d->status.refused, _("收件"), words);
		buf_clear(&heard);
	}
	snprintf(words, sizeof words, _("冲突 %u  提请 %u"), d->conflicts, d->proposals);
	y = line(win, y, d->conflicts > 0, _("说法不一"), words);
	snprintf(words, sizeof words, _("疑似重大 %u 处等定级"), d->verify);
	y = line(win, y, d->verify > 0, _("要核实"), words);
	snprintf(words, sizeof words, _("吹哨在办 %u  挂牌 %u  待复核 %u"), d->whistled, d->listed, d->waiting_recheck);
	y = line(win, y, false, _("在办"), words);
	snprintf(words, sizeof words, _("整改逾期 %u"), d->overdue);
	return line(win, y, d->overdue > 0, _("逾期"), words);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct desk *d = (struct desk *)base;
	int h = getmaxy(win), y = 0;

	if (!d->app->pack) {
		kit_paragraph(win, 0, 1, h, getmaxx(win) - 2, KIT_STRONG, _("还没有发布清单包: xunchactl pack publish 目录"));
		return;
	}
	if (h >= 10) {
		y = numbers(d, win);
		kit_rule(win, y++);
	}
	kit_list_draw(&d->list, base, win, y, h - y);
}

static enum kit_next open_selected(struct desk *d)
{
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;

	if (row_count(d) && !listing_row(d->hazards, (uint32_t)d->list.at, &row))
		next = kit_open(&d->base, screen_row_new(d->app, &row.id));
	row_clear(&row);
	return next;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct desk *d = (struct desk *)base;

	switch (a) {
	case ACT_OPEN:      return open_selected(d);
	case ACT_DESK:      return kit_open(base, screen_arrivals_new(d->app));
	case ACT_SYNC:      return kit_open(base, screen_sync_new(d->app));
	case ACT_PLACES:    return kit_open(base, screen_rows_new(d->app, "places", NULL));
	case ACT_HAZARDS:   return kit_open(base, screen_rows_new(d->app, "hazards", NULL));
	case ACT_STEP:      return kit_open(base, screen_rows_new(d->app, "hazards", "${verify} = 'needed' and ${stage} != 'closed' and ${stage} != 'void'"));
	case ACT_REGISTERS: return kit_open(base, screen_registers_new(d->app));
	case ACT_WARNINGS:  return kit_open(base, screen_rows_new(d->app, "warnings", NULL));
	case ACT_SETTINGS:  return kit_open(base, screen_settings_new(d->app));
	case ACT_QUIT:      return KIT_QUIT;
	default:            return kit_list_act(&d->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct desk *d = (struct desk *)base;

	switch (a) {
	case ACT_OPEN: return row_count(d) > 0;
	case ACT_BACK: return false;
	case ACT_PLACES: case ACT_HAZARDS: case ACT_STEP: case ACT_REGISTERS: case ACT_WARNINGS: return d->reg != NULL;
	default:       return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_STEP ? _("要核实的") : a == ACT_SYNC ? _("收包") : NULL;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct desk *)base)->list, y) ? open_selected((struct desk *)base) : KIT_STAY;
}

static void close_desk(struct kit_view *base)
{
	listing_close(((struct desk *)base)->hazards);
	free(base);
}

static const struct kit_key keys[] = {
	{ 'q', ACT_QUIT, true }, { KIT_ENTER, ACT_OPEN, true }, { 'v', ACT_STEP, true }, { 'd', ACT_DESK, true }, { 'y', ACT_SYNC, true },
	{ 'p', ACT_PLACES, true }, { 'h', ACT_HAZARDS, true }, { 'g', ACT_REGISTERS, true }, { 'w', ACT_WARNINGS, true },
	{ 'o', ACT_SETTINGS, true }, { 'l', ACT_LOCK, true },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "desk", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_desk, .offers = offers,
	.label = label, .tap = tap,
};

static const struct kit_column columns[] = { { 9, 2, true }, { 0, 1, false }, { 10, 2, false }, { 12, 2, false }, { 10, 1, true }, { 10, 2, false } };

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
