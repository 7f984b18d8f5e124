/* A register from a table that the office keeps: which register, which file. What it would change is shown before anything is done. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/town/import.h"
#include "tui/kit/list.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <stdlib.h>

struct import_view { struct kit_view base; struct app *app; struct kit_list list; };

static size_t row_count(void *user)
{
	struct import_view *v = user;

	return v->app->pack ? v->app->pack->register_count : 0;
}

static struct kit_id row_id(void *user, size_t i)
{
	(void)user;
	return kit_id_number(i);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct import_view *v = user;

	snprintf(cells[0].text, KIT_CELL, "%s", pack_name(&v->app->pack->registers[i].label, i18n_language()));
}

static enum kit_next path_given(struct kit_view *below, struct kit_view *self)
{
	struct import_view *v = (struct import_view *)below;
	const char *path = kit_prompt_answer(self);
	struct import *m = NULL;
	enum err e;

	if (!path || !*path || v->list.at >= row_count(v))
		return KIT_STAY;
	if ((e = import_open(v->app->profile, v->app->pack->registers[v->list.at].id, path, NULL, &m))) {
		kit_say_error(e);
		return KIT_STAY;
	}
	return kit_open(below, screen_import_preview_new(m));
}

static enum kit_next ask_path(struct import_view *v)
{
	if (v->list.at >= row_count(v))
		return KIT_STAY;
	return kit_open(&v->base, kit_prompt_new(_("哪个文件"), _("xlsx、xls 或 CSV; 列名照登记簿的栏目名或台账的表头。先看会改什么, 再定。"), v->app->settings.sync_dir, path_given));
}

static enum err load(struct kit_view *base)
{
	kit_list_sync(&((struct import_view *)base)->list);
	return ERR_OK;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct import_view *v = (struct import_view *)base;

	buf_puts(left, _("导入: 选一本登记簿"));
	buf_printf(right, "%zu/%zu", row_count(v) ? v->list.at + 1 : 0, row_count(v));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct import_view *)base)->list, base, win, 0, getmaxy(win));
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct import_view *v = (struct import_view *)base;

	return a == ACT_OPEN ? ask_path(v) : kit_list_act(&v->list, a);
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a != ACT_OPEN || row_count(base) > 0;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct import_view *)base)->list, y) ? ask_path((struct import_view *)base) : KIT_STAY;
}

static void close_import(struct kit_view *base)
{
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "import", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_import, .offers = offers, .tap = tap,
};

static const struct kit_column columns[] = { { 0, 1, false } };

struct kit_view *screen_import_new(struct app *app)
{
	struct import_view *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 1,
	                                  .empty = _("还没有清单包: 先发布一份, 登记簿在里面。") };
	return &v->base;
}
