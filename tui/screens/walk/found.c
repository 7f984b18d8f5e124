#include "config.h"
#include "tui/screens/walk/found.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/screens.h"
#include "tui/screens/walk/notice.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct found {
	struct kit_view base;
	struct app *app;
	struct row_id hazards[NOTICE_HAZARDS];
	size_t count;
	struct kit_list list;
};

static size_t row_count(void *user)
{
	return ((struct found *)user)->count;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	(void)user;
	return kit_id_number(i);
}

static void cell_of(struct found *v, const struct row *row, const char *field, struct kit_cell *cell)
{
	const struct pack_register *reg = &v->app->pack->registers[pack_find_register(v->app->pack, row->reg)];
	uint32_t f = pack_find_field(reg, field);

	if (f != PACK_NONE)
		words_cell(v->app, row, reg, f, false, cell);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct found *v = user;
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	if (row_read(v->app->profile, &v->hazards[i], &row))
		return;
	row_number(v->app->profile, &row, &b);
	snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&b));
	cell_of(v, &row, "level", &cells[1]);
	cell_of(v, &row, "desc", &cells[2]);
	if (!*cells[2].text)
		cell_of(v, &row, "item", &cells[2]);
	cell_of(v, &row, "due", &cells[3]);
	buf_clear(&b);
	row_clear(&row);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("巡查存下了"));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct found *v = (struct found *)base;
	int y = kit_paragraph(win, 0, 1, 3, getmaxx(win) - 2, KIT_PLAIN,
	                      _("已签名入账, 等同步送出。请把告知单给责任人看或留下: 按 t。"));

	kit_list_draw(&v->list, base, win, y + (getmaxy(win) > 8), getmaxy(win) - y - (getmaxy(win) > 8));
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct found *v = (struct found *)base;

	switch (a) {
	case ACT_OPEN:   return kit_open(base, screen_row_new(v->app, &v->hazards[v->list.at]));
	case ACT_NOTICE: return kit_open(base, screen_notice_new(v->app, v->hazards, v->count));
	default:         return kit_list_act(&v->list, a);
	}
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct found *)base)->list, y) ? act(base, ACT_OPEN) : KIT_STAY;
}

static void close_found(struct kit_view *base)
{
	free(base);
}

static const struct kit_key keys[] = { { 't', ACT_NOTICE, true }, { KIT_ENTER, ACT_OPEN, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "found", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_found, .tap = tap,
};

static const struct kit_column columns[] = { { 10, 1, false }, { 16, 1, true }, { 0, 2, false }, { 10, 2, true } };

struct kit_view *screen_found_new(struct app *app, const struct row_id *record)
{
	struct found *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	/* Rows of one record are numbered through, whatever their register. */
	for (unsigned i = 0; i < 255 && v->count < NOTICE_HAZARDS; i++) {
		struct row_id id = *record;
		struct row row = { .id = { .index = 0 } };

		id.index = (uint8_t)i;
		if (row_read(app->profile, &id, &row))
			break;
		if (!strcmp(row.reg, "hazards"))
			v->hazards[v->count++] = id;
		row_clear(&row);
	}
	if (!v->count) {
		free(v);
		return NULL;
	}
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 4 };
	kit_list_select(&v->list, 0);
	return &v->base;
}
