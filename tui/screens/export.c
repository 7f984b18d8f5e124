/* Ledgers as files for the county and the leaders: one, or all into a folder. Personal words are masked; who needs them in full
 * uses xunchactl, where looking is asked for by name. */
#include "config.h"
#include "tui/screens/town.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/town/export.h"
#include "tui/kit/list.h"
#include "tui/kit/progress.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first row is all of them. */
struct export_view { struct kit_view base; struct app *app; struct kit_list list; };

static size_t row_count(void *user)
{
	struct export_view *v = user;

	return v->app->pack ? v->app->pack->ledger_count + 1 : 0;
}

static struct kit_id row_id(void *user, size_t i)
{
	(void)user;
	return kit_id_number(i);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	const struct pack *pack = ((struct export_view *)user)->app->pack;
	const struct pack_ledger *l = i ? &pack->ledgers[i - 1] : NULL;

	snprintf(cells[0].text, KIT_CELL, "%s", l ? l->title : _("全部台账, 每本一个文件"));
	if (l)
		snprintf(cells[1].text, KIT_CELL, "%s", pack_name(&pack->registers[l->reg].label, i18n_language()));
	cells[1].role = KIT_DIM;
}

/* --- writing --- */

struct writing { struct app *app; char *path; uint32_t at, end; uint32_t files, rows; bool folder; };

static void writing_free(void *user)
{
	struct writing *w = user;

	free(w->path);
	free(w);
}

static bool is_csv(const char *path)
{
	size_t n = strlen(path);

	return n >= 4 && !strcmp(path + n - 4, ".csv");
}

static enum err write_next(void *user, struct kit_progress *p)
{
	struct writing *w = user;
	const struct pack *pack = w->app->pack;
	struct buf path = { 0 };
	uint32_t rows = 0;
	enum err e = w->folder && !w->files ? fs_make_dir(w->path) : ERR_OK;

	if (w->folder)
		export_path(w->path, pack->ledgers[w->at].title, "xlsx", &path);
	else
		buf_puts(&path, w->path);
	snprintf(p->now, sizeof p->now, "%s", pack->ledgers[w->at].title);
	kit_breathe();
	if (!e && !(e = path.err))
		e = export_ledger(w->app->profile, pack->ledgers[w->at].id, !is_csv(buf_str(&path)), false, buf_str(&path), &rows);
	buf_clear(&path);
	if (e)
		return e;
	w->files++;
	w->rows += rows;
	p->finished = ++w->at == w->end;
	p->done++;
	p->total = w->folder ? pack->ledger_count : 1;
	return ERR_OK;
}

static void report(void *user, bool stopped, enum err e, struct buf *out)
{
	const struct writing *w = user;

	if (e || stopped)
		buf_puts(out, _("没有写完。"));
	buf_printf(out, _("已写 %u 个文件, %u 行: %s。姓名和号码已遮住。"), w->files, w->rows, w->path);
}

/* --- asking where --- */

static enum kit_next path_given(struct kit_view *below, struct kit_view *self)
{
	struct export_view *v = (struct export_view *)below;
	const char *path = kit_prompt_answer(self);
	size_t row = v->list.at;
	struct writing *w;

	if (!path || !*path || row >= row_count(v))
		return KIT_STAY;
	if (!(w = calloc(1, sizeof *w)) || !(w->path = strdup(path))) {
		free(w);
		return kit_open(below, NULL);
	}
	w->app = v->app;
	w->folder = row == 0;
	w->at = row ? (uint32_t)row - 1 : 0;
	w->end = row ? (uint32_t)row : v->app->pack->ledger_count;
	return kit_open(below, kit_progress_new(_("导出"), (struct kit_work){ .step = write_next, .report = report, .close = writing_free, .user = w }));
}

static enum kit_next ask_path(struct export_view *v)
{
	const struct pack *pack = v->app->pack;
	const char *home = *v->app->settings.sync_dir ? v->app->settings.sync_dir : getenv("HOME");
	size_t row = v->list.at;
	struct buf path = { 0 };
	struct kit_view *prompt;

	if (row >= row_count(v))
		return KIT_STAY;
	if (row)
		export_path(home ? home : ".", pack->ledgers[row - 1].title, "xlsx", &path);
	else
		buf_printf(&path, "%s/%s", home ? home : ".", _("台账"));
	prompt = kit_prompt_new(_("写到哪里"), row ? _("一个文件: 结尾 .xlsx 或 .csv") : _("一个文件夹: 每本台账一个 .xlsx"), buf_str(&path), path_given);
	buf_clear(&path);
	return kit_open(&v->base, prompt);
}

/* --- the view --- */

static enum err load(struct kit_view *base)
{
	kit_list_sync(&((struct export_view *)base)->list);
	return ERR_OK;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct export_view *v = (struct export_view *)base;

	buf_puts(left, _("导出: 选一本台账"));
	buf_printf(right, "%zu/%zu", row_count(v) ? v->list.at + 1 : 0, row_count(v));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct export_view *)base)->list, base, win, 0, getmaxy(win));
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct export_view *v = (struct export_view *)base;

	return a == ACT_OPEN ? ask_path(v) : kit_list_act(&v->list, a);
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a != ACT_OPEN || row_count(base) > 0;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct export_view *)base)->list, y) ? ask_path((struct export_view *)base) : KIT_STAY;
}

static void close_export(struct kit_view *base)
{
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "export", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_export, .offers = offers, .tap = tap,
};

static const struct kit_column columns[] = { { 0, 1, false }, { 16, 2, false } };

struct kit_view *screen_export_new(struct app *app)
{
	struct export_view *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 2,
	                                  .empty = _("还没有清单包: 先发布一份, 台账的样式在里面。") };
	return &v->base;
}
