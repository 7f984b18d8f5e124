/* kit_demo - the smallest program on the kit, for the pty tests: a list, a field, a choice, work to stop, ways to crash. */
#include "config.h"

#include "forms/base/i18n.h"
#include "tui/kit/choice.h"
#include "tui/kit/list.h"
#include "tui/kit/progress.h"
#include "tui/kit/prompt.h"
#include "tui/kit/term.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct demo { struct kit_view base; struct kit_list list; char said[128]; };

static size_t row_count(void *user)
{
	(void)user;
	return 100000;
}

static struct kit_id row_id(void *user, size_t i)
{
	(void)user;
	return kit_id_number(i);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	(void)user;
	snprintf(cells[0].text, KIT_CELL, "%05zu", i);
	snprintf(cells[1].text, KIT_CELL, "老马饭店%zu号后厨安全出口", i);
	snprintf(cells[2].text, KIT_CELL, "%s", i % 3 ? "符合" : "不符合");
	cells[2].role = i % 3 ? KIT_PLAIN : KIT_DANGER;
}

static void title(struct kit_view *v, struct buf *left, struct buf *right)
{
	struct demo *d = (struct demo *)v;

	buf_puts(left, "样张");
	buf_puts(right, d->said);
}

static void draw(struct kit_view *v, WINDOW *win)
{
	kit_list_draw(&((struct demo *)v)->list, v, win, 0, getmaxy(win));
}

static enum kit_next named(struct kit_view *below, struct kit_view *self)
{
	struct demo *d = (struct demo *)below;

	if (kit_prompt_answer(self))
		snprintf(d->said, sizeof d->said, "<%s>", kit_prompt_answer(self));
	return KIT_STAY;
}

static enum kit_next chosen(struct kit_view *below, struct kit_view *self)
{
	snprintf(((struct demo *)below)->said, sizeof ((struct demo *)below)->said, "[%d]", kit_choice_answer(self));
	return KIT_STAY;
}

static enum err step(void *user, struct kit_progress *p)
{
	struct timespec a_moment = { .tv_nsec = 2000000 };

	(void)user;
	nanosleep(&a_moment, NULL);
	p->total = 100000;
	p->done++;
	snprintf(p->now, sizeof p->now, "第 %llu 包", (unsigned long long)p->done);
	return ERR_OK;
}

static void report(void *user, bool stopped, enum err e, struct buf *out)
{
	(void)user;
	buf_puts(out, e ? "失败" : stopped ? "停在半路" : "做完");
}

static void no_close(void *user)
{
	(void)user;
}

static enum kit_next act(struct kit_view *v, enum kit_action a)
{
	static const struct kit_option options[] = { { "停用", NULL, false }, { "撤人", NULL, false }, { "警戒", NULL, true } };

	switch (a) {
	case ACT_NOTE:   return kit_open(v, kit_prompt_new("备注", "写一句话", "原有", named));
	case ACT_FILTER: return kit_open(v, kit_choice_new("措施", NULL, options, 3, false, chosen));
	case ACT_SYNC:   return kit_open(v, kit_progress_new("同步", (struct kit_work){ .step = step, .report = report, .close = no_close }));
	case ACT_REMOVE: raise(SIGSEGV); return KIT_STAY;
	case ACT_QUIT:   return KIT_QUIT;
	default:         return kit_list_act(&((struct demo *)v)->list, a);
	}
}

static enum kit_next tap(struct kit_view *v, int y, int x)
{
	(void)x;
	if (kit_list_tap(&((struct demo *)v)->list, y))
		snprintf(((struct demo *)v)->said, sizeof ((struct demo *)v)->said, "opened");
	return KIT_STAY;
}

static void close_demo(struct kit_view *v)
{
	free(v);
}

static const struct kit_key keys[] = {
	{ 'q', ACT_QUIT, true }, { 'n', ACT_NOTE, true }, { 'f', ACT_FILTER, true }, { 'y', ACT_SYNC, true }, { 'x', ACT_REMOVE, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};
static const struct kit_view_ops ops = {
	.name = "demo", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_demo, .tap = tap,
};
static const struct kit_column columns[] = { { 6, 2, false }, { 0, 1, false }, { 8, 1, true } };

int main(void)
{
	struct demo *d = calloc(1, sizeof *d);
	struct kit_app app = { .mouse = getenv("DEMO_MOUSE") != NULL };
	enum err e;

	if (!d || !i18n_open(NULL))
		return 1;
	d->base.ops = &ops;
	d->list.rows = (struct kit_rows){ .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 3 };
	e = kit_term_open(app.mouse);
	if (e) {
		fprintf(stderr, "%s\n", err_detail());
		free(d);
		return err_status(e);
	}
	kit_run(&d->base, &app);
	kit_term_close();
	kit_ime_close();
	return 0;
}
