/* Ledgers as files for the county and the leaders: one, or all into a folder; the reports and the response cards as web pages; a copy of all
 * that the township has. Personal words in ledgers are masked; who needs them in full uses xunchactl, where looking is asked for by name. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile_copy.h"
#include "sync/town/export.h"
#include "sync/town/notice.h"
#include "sync/town/report/report.h"
#include "tui/kit/list.h"
#include "tui/kit/progress.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first rows are no single ledger. */
enum { ROW_ALL, ROW_MONTH, ROW_YEAR, ROW_CARDS, ROW_BACKUP, ROW_LEDGERS };

struct export_view { struct kit_view base; struct app *app; struct kit_list list; struct profile_copied copied; };

static size_t row_count(void *user)
{
	struct export_view *v = user;

	return v->app->pack ? v->app->pack->ledger_count + ROW_LEDGERS : 0;
}

static struct kit_id row_id(void *user, size_t i)
{
	(void)user;
	return kit_id_number(i);
}

/* The month that is over, and its year; *month 0 for the year. */
static void period_of(const struct pack *pack, size_t row, int *year, int *month)
{
	struct clock_date today = clock_date(clock_day_of(clock_wall(), pack->utc_offset));

	*year = today.month > 1 ? today.year : today.year - 1;
	*month = row == ROW_YEAR ? 0 : today.month > 1 ? today.month - 1 : 12;
}

/* What the row is called, also as a file. */
static void row_name(const struct pack *pack, size_t row, char *out, size_t size)
{
	struct clock_date day;
	int year, month;

	period_of(pack, row, &year, &month);
	switch (row) {
	case ROW_ALL:   snprintf(out, size, "%s", _("台账")); return;
	case ROW_MONTH: snprintf(out, size, _("月报 %d-%02d"), year, month); return;
	case ROW_YEAR:  snprintf(out, size, _("年报 %d"), year); return;
	case ROW_CARDS: snprintf(out, size, "%s", _("应急处置卡")); return;
	case ROW_BACKUP:
		day = clock_date(clock_day_of(clock_wall(), pack->utc_offset));
		snprintf(out, size, _("备份-%d-%02d-%02d"), day.year, day.month, day.day);
		return;
	default:        snprintf(out, size, "%s", pack->ledgers[row - ROW_LEDGERS].title);
	}
}

static void put_backup(const struct app *app, const struct profile_copied *c, struct kit_cell cells[KIT_CELLS])
{
	struct buf since = { 0 };
	int64_t when = c->at;

	snprintf(cells[0].text, KIT_CELL, "%s", _("备份乡镇的全部数据"));
	if (when)
		app_since(app, when, &since);
	snprintf(cells[1].text, KIT_CELL, when ? _("上次 %s") : _("还没备份过"), buf_str(&since));
	cells[1].role = c->overdue ? KIT_SOON : KIT_DIM;
	buf_clear(&since);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	const struct export_view *v = user;
	const struct pack *pack = v->app->pack;
	const struct pack_ledger *l = i >= ROW_LEDGERS ? &pack->ledgers[i - ROW_LEDGERS] : NULL;

	if (i == ROW_BACKUP) {
		put_backup(v->app, &v->copied, cells);
		return;
	}
	if (i == ROW_ALL)
		snprintf(cells[0].text, KIT_CELL, "%s", _("全部台账, 每本一个文件"));
	else
		row_name(pack, i, cells[0].text, KIT_CELL);
	if (!l && i != ROW_ALL)
		snprintf(cells[1].text, KIT_CELL, "%s", _("网页, 可打印"));
	if (l)
		snprintf(cells[1].text, KIT_CELL, "%s", pack_name(&pack->registers[l->reg].label, i18n_language()));
	cells[1].role = KIT_DIM;
}

/* --- writing --- */

struct writing { struct app *app; char *path; size_t row; uint32_t at, end; uint32_t files, rows; bool folder; };

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

static enum err write_page(void *user, struct kit_progress *p)
{
	struct writing *w = user;
	uint32_t cards = 0;
	int year, month;
	enum err e;

	row_name(w->app->pack, w->row, p->now, sizeof p->now);
	kit_breathe();
	period_of(w->app->pack, w->row, &year, &month);
	e = w->row == ROW_CARDS ? notice_cards(w->app->profile, w->path, &cards) : report_html(w->app->profile, year, month, NULL, w->path);
	w->files += !e;
	p->done = p->total = 1;
	p->finished = true;
	return e;
}

static enum err write_backup(void *user, struct kit_progress *p)
{
	struct writing *w = user;
	enum err e;

	row_name(w->app->pack, w->row, p->now, sizeof p->now);
	kit_breathe();
	e = profile_backup(w->app->profile, w->path);
	w->files += !e;
	p->done = p->total = 1;
	p->finished = true;
	return e;
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
	if (w->row == ROW_BACKUP) {
		if (w->files)
			buf_printf(out, _("已备份到 %s。拔下来放到别处; 换电脑时用它恢复 (xunchactl restore)。恢复钥匙和 PIN 不在里面。"), w->path);
		return;
	}
	if (w->row != ROW_ALL && w->row < ROW_LEDGERS) {
		if (w->files)
			buf_printf(out, _("已写成 %s: 用浏览器打开, 可打印。"), w->path);
		return;
	}
	buf_printf(out, _("已写 %u 个文件, %u 行: %s。姓名和号码已遮住。"), w->files, w->rows, w->path);
}

/* --- asking where --- */

typedef enum err (*write_step)(void *user, struct kit_progress *p);

static write_step step_of(size_t row)
{
	if (row == ROW_BACKUP)
		return write_backup;
	return row == ROW_ALL || row >= ROW_LEDGERS ? write_next : write_page;
}

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
	w->row = row;
	w->folder = row == ROW_ALL;
	w->at = row >= ROW_LEDGERS ? (uint32_t)(row - ROW_LEDGERS) : 0;
	w->end = row >= ROW_LEDGERS ? w->at + 1 : v->app->pack->ledger_count;
	return kit_open(below, kit_progress_new(_("导出"), (struct kit_work){ .step = step_of(row), .report = report, .close = writing_free, .user = w }));
}

static const char *what_is_written(size_t row)
{
	switch (row) {
	case ROW_ALL:    return _("一个文件夹: 每本台账一个 .xlsx");
	case ROW_BACKUP: return _("一个新文件夹, 最好在另一块盘上");
	default:         return row < ROW_LEDGERS ? _("一个网页文件, 不要网络就能看") : _("一个文件: 结尾 .xlsx 或 .csv");
	}
}

/* What is offered: below the stick or share that is set, else at home. A copy never takes the place of another. */
static void offered_path(const struct app *app, size_t row, struct buf *out)
{
	const char *home = *app->settings.sync_dir ? app->settings.sync_dir : getenv("HOME");
	char name[256];

	home = home ? home : ".";
	row_name(app->pack, row, name, sizeof name);
	if (row != ROW_ALL && row != ROW_BACKUP) {
		export_path(home, name, row < ROW_LEDGERS ? "html" : "xlsx", out);
		return;
	}
	buf_printf(out, "%s/%s", home, name);
	for (int again = 2; row == ROW_BACKUP && again < 100 && fs_exists(buf_str(out)); again++) {
		buf_reset(out);
		buf_printf(out, "%s/%s-%d", home, name, again);
	}
}

static enum kit_next ask_path(struct export_view *v)
{
	size_t row = v->list.at;
	struct buf path = { 0 };
	struct kit_view *prompt;

	if (row >= row_count(v))
		return KIT_STAY;
	offered_path(v->app, row, &path);
	prompt = kit_prompt_new(_("写到哪里"), what_is_written(row), buf_str(&path), path_given);
	buf_clear(&path);
	return kit_open(&v->base, prompt);
}

/* --- the view --- */

static enum err load(struct kit_view *base)
{
	struct export_view *v = (struct export_view *)base;

	v->copied = profile_backed_up(v->app->profile);
	kit_list_sync(&v->list);
	return ERR_OK;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct export_view *v = (struct export_view *)base;

	buf_puts(left, _("导出: 台账, 报告, 备份"));
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
