/* What a table would change in a register, line by line, what is refused first; Enter then does it. One refused line refuses all, so
 * that a table is never half in. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/town/import.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/kit/progress.h"

#include <stdio.h>
#include <stdlib.h>

/* `order`: indexes of the lines, as shown. */
struct preview { struct kit_view base; struct kit_list list; struct import *m; size_t *order, count; bool done; };

/* Refused, new, changed; what stays as it is is only counted. */
static void put_in_order(struct preview *v)
{
	static const enum import_what first[] = { IMPORT_REFUSED, IMPORT_NEW, IMPORT_CHANGED };

	for (size_t k = 0; k < sizeof first / sizeof *first; k++)
		for (size_t i = 0; i < import_count(v->m); i++)
			if (import_at(v->m, i)->what == first[k])
				v->order[v->count++] = i;
}

static const struct import_line *line_at(const struct preview *v, size_t i)
{
	return import_at(v->m, v->order[i]);
}

static size_t row_count(void *user)
{
	return ((struct preview *)user)->count;
}

static struct kit_id row_id(void *user, size_t i)
{
	return kit_id_number(((struct preview *)user)->order[i]);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	const struct import_line *l = line_at(user, i);

	snprintf(cells[0].text, KIT_CELL, "%s", import_text(l->what));
	cells[0].role = l->what == IMPORT_REFUSED ? KIT_DANGER : KIT_PLAIN;
	snprintf(cells[1].text, KIT_CELL, _("%u 行"), l->row);
	snprintf(cells[2].text, KIT_CELL, "%s", l->key);
	snprintf(cells[3].text, KIT_CELL, "%s%s%s", l->column, *l->column ? _("列 ") : "", l->words);
	cells[3].role = KIT_DIM;
}

/* --- doing it --- */

static enum err do_next(void *user, struct kit_progress *p)
{
	struct preview *v = user;
	enum err e = import_step(v->m, &v->done);

	p->total = import_total(v->m, IMPORT_NEW) + import_total(v->m, IMPORT_CHANGED);
	p->done += !e && !v->done;
	p->finished = v->done;
	return e;
}

static void report(void *user, bool stopped, enum err e, struct buf *out)
{
	const struct preview *v = user;

	if (e || stopped)
		buf_puts(out, _("没有做完; 已记下的都在, 同一个文件再导入一次就接着做。"));
	else
		buf_printf(out, _("已记下: 新增 %zu, 改 %zu。导入错了: 把表改对再导入一次, 或者在那一行的页上按 e 改回去 (h 看原来的)。"), import_total(v->m, IMPORT_NEW), import_total(v->m, IMPORT_CHANGED));
}

/* The preview lies below the work and outlives it. */
static void leave(void *user)
{
	(void)user;
}

static enum kit_next did(struct kit_view *below, struct kit_view *self)
{
	(void)below;
	(void)self;
	return KIT_CLOSE;                               /* what was shown is no longer what would change */
}

static enum kit_next start(struct preview *v)
{
	struct kit_view *progress;

	if (import_total(v->m, IMPORT_REFUSED)) {
		kit_say(KIT_DANGER, _("有 %zu 行不收, 什么都没做: 先在表格里改好标出的几行, 再导入"), import_total(v->m, IMPORT_REFUSED));
		return KIT_STAY;
	}
	progress = kit_progress_new(_("导入"), (struct kit_work){ .step = do_next, .report = report, .close = leave, .user = v });
	if (progress)
		progress->done = did;
	return kit_open(&v->base, progress);
}

/* --- the view --- */

static enum err load(struct kit_view *base)
{
	kit_list_sync(&((struct preview *)base)->list);
	return ERR_OK;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct preview *v = (struct preview *)base;

	buf_puts(left, _("导入: 会改什么"));
	buf_printf(right, "%zu/%zu", v->count ? v->list.at + 1 : 0, v->count);
}

/* What of the table will not go where its writer may think. */
static int draw_warnings(struct preview *v, WINDOW *win, int y)
{
	struct buf b = { 0 };

	if (*import_ignored(v->m))
		buf_printf(&b, _("没用到的列: %s"), import_ignored(v->m));
	if (b.len)
		kit_text(win, y++, 1, getmaxx(win) - 2, KIT_SOON, buf_str(&b));
	buf_reset(&b);
	if (import_unasked(v->m))
		buf_printf(&b, _("没用到的格: %u 个, 那一类不问这一项"), import_unasked(v->m));
	if (b.len)
		kit_text(win, y++, 1, getmaxx(win) - 2, KIT_SOON, buf_str(&b));
	buf_reset(&b);
	if (import_homeless(v->m))
		buf_printf(&b, _("有 %zu 行没写是哪个村的, 会记在镇里; 加一列「村」"), import_homeless(v->m));
	if (b.len)
		kit_text(win, y++, 1, getmaxx(win) - 2, KIT_SOON, buf_str(&b));
	buf_clear(&b);
	return y;
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct preview *v = (struct preview *)base;
	struct buf b = { 0 };
	int y = 0;

	buf_printf(&b, _("新增 %zu  改 %zu  没变 %zu  不收 %zu"), import_total(v->m, IMPORT_NEW), import_total(v->m, IMPORT_CHANGED),
	           import_total(v->m, IMPORT_SAME), import_total(v->m, IMPORT_REFUSED));
	kit_text(win, y++, 1, getmaxx(win) - 2, import_total(v->m, IMPORT_REFUSED) ? KIT_DANGER : KIT_PLAIN, buf_str(&b));
	buf_reset(&b);
	buf_printf(&b, _("表 %s"), import_sheet(v->m));
	if (import_absent(v->m))
		buf_printf(&b, _("; 登记簿里另有 %zu 个表里没有的, 不动"), import_absent(v->m));
	kit_text(win, y++, 1, getmaxx(win) - 2, KIT_DIM, buf_str(&b));
	y = draw_warnings(v, win, y);
	buf_clear(&b);
	kit_list_draw(&v->list, base, win, y, getmaxy(win) - y);
}

/* The whole of one line: reasons may be longer than a row. */
static enum kit_next show(struct preview *v)
{
	const struct import_line *l;
	struct import_change change = { 0 };
	struct buf b = { 0 };
	struct kit_view *pager;

	if (v->list.at >= v->count)
		return KIT_STAY;
	l = line_at(v, v->list.at);
	buf_printf(&b, _("# %s: %s\n%s 第 %u 行 %s\n%s\n"), import_text(l->what), l->key, import_sheet(v->m), l->row, l->column, l->words);
	for (uint32_t k = 0; import_change(v->m, v->order[v->list.at], k, &change); k++)
		if (l->what == IMPORT_NEW)
			buf_printf(&b, "- %s: %s\n", change.field, buf_str(&change.to));
		else
			buf_printf(&b, _("- %s: %s 改为 %s\n"), change.field, *change.from ? change.from : _("(空)"), buf_str(&change.to));
	buf_clear(&change.to);
	pager = kit_pager_new(_("这一行"), buf_str(&b));
	buf_clear(&b);
	return kit_open(&v->base, pager);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct preview *v = (struct preview *)base;

	switch (a) {
	case ACT_OPEN:   return show(v);
	case ACT_IMPORT: return start(v);
	default:         return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct preview *v = (struct preview *)base;

	return (a != ACT_OPEN && a != ACT_IMPORT) || v->count > 0;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct preview *)base)->list, y) ? show((struct preview *)base) : KIT_STAY;
}

static void close_preview(struct kit_view *base)
{
	struct preview *v = (struct preview *)base;

	import_close(v->m);
	free(v->order);
	free(v);
}

static const struct kit_key keys[] = { { 'i', ACT_IMPORT, true }, { KIT_ENTER, ACT_OPEN, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "import-preview", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_preview, .offers = offers, .tap = tap,
};

static const struct kit_column columns[] = { { 6, 1, false }, { 8, 1, false }, { 24, 1, false }, { 0, 2, false } };

struct kit_view *screen_import_preview_new(struct import *m)
{
	struct preview *v = calloc(1, sizeof *v);

	if (!v || !(v->order = calloc(import_count(m) + 1, sizeof *v->order))) {
		import_close(m);
		free(v);
		return NULL;
	}
	v->base.ops = &ops;
	v->m = m;
	put_in_order(v);
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 4,
	                                  .empty = _("表格和登记簿一样, 没有要改的。") };
	return &v->base;
}
