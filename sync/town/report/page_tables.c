/* The chapters that are mostly tables. */
#include "config.h"
#include "sync/town/report/page.h"

#include "forms/base/clock.h"
#include "sync/town/html.h"
#include "sync/town/report/chart.h"
#include "sync/town/report/grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS_SHOWN = 15, LISTED_SHOWN = 60 };

/* --- order --- */

static int by_found(const void *a, const void *b)
{
	const struct facts_line *x = a, *y = b;
	uint32_t fx = x->hazards.found, fy = y->hazards.found;

	return fx != fy ? (fx < fy ? 1 : -1) : x->inspections != y->inspections ? (x->inspections < y->inspections ? 1 : -1) : strcmp(x->id, y->id);
}

static int by_owed(const void *a, const void *b)
{
	const struct facts_line *x = a, *y = b;
	uint64_t ox = x->wanted - x->done, oy = y->wanted - y->done;

	return ox != oy ? (ox < oy ? 1 : -1) : strcmp(x->id, y->id);
}

static int by_count(const void *a, const void *b)
{
	const struct facts_line *x = a, *y = b;
	uint32_t nx = x->trainings + x->drills + x->warnings, ny = y->trainings + y->drills + y->warnings;

	return nx != ny ? (nx < ny ? 1 : -1) : strcmp(x->id, y->id);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct facts_line *)a)->id, ((const struct facts_line *)b)->id);
}

/* Levels from the most dangerous, as the code list has them. */
static const struct pack *ordering;
static int by_danger(const void *a, const void *b)
{
	const struct facts_line *const lines[2] = { a, b };
	uint32_t codes = pack_find_codes(ordering, "level");
	long at[2] = { 999, 999 };

	for (int k = 0; k < 2 && codes != PACK_NONE; k++)
		for (uint32_t i = 0; i < ordering->codes[codes].count; i++)
			if (!strcmp(ordering->codes[codes].at[i].name, lines[k]->id))
				at[k] = i;
	return at[0] != at[1] ? (at[0] > at[1]) - (at[0] < at[1]) : strcmp(lines[0]->id, lines[1]->id);
}

/* A copy in that order, the caller's to free(); NULL when the group is empty. */
static struct facts_line *sorted(const struct facts_group *g, int (*order)(const void *, const void *))
{
	struct facts_line *copy = g->count ? malloc(g->count * sizeof *copy) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, g->at, g->count * sizeof *copy);
	qsort(copy, g->count, sizeof *copy, order);
	return copy;
}

/* --- hazards --- */

static void hazard_cells(const struct facts_hazards *h, uint32_t most, struct buf *out)
{
	grid_bar(out, h->found, most, "found");
	grid_number(out, h->closed);
	grid_number(out, h->open);
	grid_alarm(out, h->overdue);
	grid_row_end(out);
}

static void put_levels(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "级别", "发现", "销号", "期末未销号", "逾期", NULL };
	struct facts_line *lines;
	uint32_t most = 0;

	ordering = f->pack;
	lines = sorted(&f->levels, by_danger);
	for (uint32_t i = 0; lines && i < f->levels.count; i++)
		most = lines[i].hazards.found > most ? lines[i].hazards.found : most;
	grid_begin(out, "t-level", "按级别", heads);
	for (uint32_t i = 0; lines && i < f->levels.count; i++) {
		grid_row(out, lines[i].label);
		hazard_cells(&lines[i].hazards, most, out);
	}
	grid_end(out);
	free(lines);
}

static void put_kinds(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "类别", "场所", "巡查", "发现", "销号", "期末未销号", "逾期", NULL };
	struct facts_line *lines = sorted(&f->kinds, by_found);

	grid_begin(out, "t-kind", "按场所类别", heads);
	for (uint32_t i = 0; lines && i < f->kinds.count; i++) {
		grid_row(out, lines[i].label);
		grid_number(out, lines[i].places);
		grid_number(out, lines[i].inspections);
		hazard_cells(&lines[i].hazards, lines[0].hazards.found, out);
	}
	grid_end(out);
	free(lines);
}

static void put_items(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "检查项", "发现", "销号", "期末未销号", "逾期", NULL };
	struct facts_line *lines = sorted(&f->items, by_found);
	struct facts_hazards rest = { 0 };
	char name[64];

	grid_begin(out, "t-item", "发现最多的检查项", heads);
	for (uint32_t i = 0; lines && i < f->items.count; i++) {
		if (i >= ITEMS_SHOWN) {
			rest.found += lines[i].hazards.found;
			rest.closed += lines[i].hazards.closed;
			rest.open += lines[i].hazards.open;
			rest.overdue += lines[i].hazards.overdue;
			continue;
		}
		grid_row(out, lines[i].label);
		hazard_cells(&lines[i].hazards, lines[0].hazards.found, out);
	}
	if (f->items.count > ITEMS_SHOWN) {
		snprintf(name, sizeof name, "其余 %u 项", f->items.count - ITEMS_SHOWN);
		grid_row(out, name);
		hazard_cells(&rest, 0, out);          /* no bar: many items are not one */
	}
	grid_end(out);
	free(lines);
}

static void put_took(const struct facts *f, struct buf *out)
{
	static const char *const names[6] = { "1 天以内", "2–3 天", "4–7 天", "8–15 天", "16–30 天", "30 天以上" }, *const heads[] = { "从发现到销号", "处", "占销号", NULL };
	uint32_t most = 0;

	for (int i = 0; i < 6; i++)
		most = f->took[i] > most ? f->took[i] : most;
	grid_begin(out, "t-took", "多久销号", heads);
	for (int i = 0; i < 6; i++) {
		grid_row(out, names[i]);
		grid_bar(out, f->took[i], most, i < 5 ? "found" : "late");
		grid_share(out, f->took[i], f->all.hazards.closed);
		grid_row_end(out);
	}
	grid_end(out);
	buf_puts(out, "<p class=\"say\">写了期限的 <span data-k=\"closed-with-due\">");
	grid_put_number(out, f->closed_with_due);
	buf_puts(out, "</span> 处里，按期整改的 <span data-k=\"closed-in-time\">");
	grid_put_number(out, f->closed_in_time);
	buf_puts(out, "</span> 处，占 ");
	grid_put_share(out, f->closed_in_time, f->closed_with_due);
	buf_puts(out, "。</p>\n");
}

void page_hazards(const struct facts *f, struct buf *out)
{
	buf_puts(out, "<div class=\"pair\"><div>");
	put_levels(f, out);
	buf_puts(out, "</div><div>");
	put_took(f, out);
	buf_puts(out, "</div></div>\n");
	put_kinds(f, out);
	put_items(f, out);
}

void page_listed(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "编号", "村", "场所或位置", "描述", "级别", "期限", "逾期", NULL };
	uint32_t shown = f->listed_count < LISTED_SHOWN ? f->listed_count : LISTED_SHOWN;
	char day[16];

	buf_puts(out, "<h3>重大和等待核实的隐患</h3>\n");
	if (!f->listed_count) {
		buf_puts(out, "<p class=\"say\">没有。</p>\n");
		return;
	}
	buf_puts(out, "<div class=\"words\">");
	grid_begin(out, "t-listed", "期末还没有销号的，期限早的在前", heads);
	for (uint32_t i = 0; i < shown; i++) {
		const struct facts_listed *l = &f->listed[i];

		grid_row(out, l->number);
		grid_text(out, l->village);
		grid_text(out, l->place);
		grid_text(out, l->words);
		grid_text(out, l->level);
		grid_text(out, l->due == INT32_MIN ? "" : clock_format_date(l->due, day));
		grid_text(out, l->overdue ? "是" : "");
		grid_row_end(out);
	}
	grid_end(out);
	buf_puts(out, "</div>");
	if (f->listed_total > shown)
		buf_printf(out, "<p class=\"say\">共 %u 处，这里列出期限最早的 %u 处；全部见重大隐患清单台账。</p>\n", f->listed_total, shown);
}

/* --- duties --- */

void page_duties(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "职责", "应做", "已做", "欠", "完成率", NULL };
	struct facts_line *lines = sorted(&f->duties, by_owed);
	uint64_t most = lines ? lines[0].wanted - lines[0].done : 0;

	buf_puts(out, "<section id=\"duties\"><h2>应做与已做</h2>\n<p>本期结束的周期里，应做 <b data-k=\"wanted\">");
	grid_put_number(out, f->all.wanted);
	buf_puts(out, "</b> 次，已做 <b data-k=\"done\">");
	grid_put_number(out, f->all.done);
	buf_puts(out, "</b> 次，完成 ");
	grid_put_share(out, f->all.done, f->all.wanted);
	buf_puts(out, "。</p>\n");
	grid_begin(out, "t-duty", "按职责，欠得多的在前", heads);
	for (uint32_t i = 0; lines && i < f->duties.count; i++) {
		grid_row(out, lines[i].label);
		grid_number(out, lines[i].wanted);
		grid_number(out, lines[i].done);
		grid_bar(out, lines[i].wanted - lines[i].done, most, "late");
		grid_share(out, lines[i].done, lines[i].wanted);
		grid_row_end(out);
	}
	grid_end(out);
	buf_puts(out, "</section>\n");
	free(lines);
}

/* --- trainings and drills --- */

static void put_training_chart(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "时间", "训练场次", "训练人次", "演练场次", NULL };
	static struct chart c;

	c = (struct chart){ .id = "g-training", .title = "训练人次", .words = "每期参加训练的人次，数字见下面的表。", .unit = "人次", .count = f->bucket_count, .series_count = 1 };
	c.series[0] = (struct chart_series){ .name = "训练人次", .kind = "main" };
	for (uint32_t i = 0; i < f->bucket_count; i++) {
		struct clock_date d = clock_date(f->buckets[i].first);

		snprintf(c.labels[i], sizeof c.labels[i], f->year ? "%d月" : "%d日", f->year ? d.month : d.day);
		c.series[0].values[i] = f->buckets[i].present;
	}
	buf_puts(out, "<figure><figcaption>训练人次<span>实到人数的合计</span></figcaption>\n");
	chart_put(&c, out);
	buf_puts(out, "<details><summary>看数字</summary>\n");
	grid_begin(out, "t-training", "训练与演练", heads);
	for (uint32_t i = 0; i < f->bucket_count; i++) {
		grid_row(out, c.labels[i]);
		grid_number(out, f->buckets[i].trainings);
		grid_number(out, f->buckets[i].present);
		grid_number(out, f->buckets[i].drills);
		grid_row_end(out);
	}
	grid_end(out);
	buf_puts(out, "</details></figure>\n");
}

static void put_subjects(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "科目", "场次", NULL };
	struct facts_line *lines = sorted(&f->subjects, by_count);

	grid_begin(out, "t-subject", "练了什么", heads);
	for (uint32_t i = 0; lines && i < f->subjects.count; i++) {
		grid_row(out, lines[i].label);
		grid_bar(out, lines[i].trainings, lines[0].trainings, "found");
		grid_row_end(out);
	}
	grid_end(out);
	free(lines);
}

static void put_drills(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "类别", "场次", "人次", "已评估", "问题", "已整改", NULL };
	struct facts_line *lines = sorted(&f->drill_kinds, by_count);

	grid_begin(out, "t-drill", "演练", heads);
	for (uint32_t i = 0; lines && i < f->drill_kinds.count; i++) {
		const struct facts_line *l = &lines[i];

		grid_row(out, l->label);
		grid_number(out, l->drills);
		grid_number(out, l->people);
		grid_number(out, l->evaluated);
		grid_number(out, l->problems);
		grid_number(out, l->problems_closed);
		grid_row_end(out);
	}
	grid_end(out);
	free(lines);
}

void page_trainings(const struct facts *f, struct buf *out)
{
	buf_puts(out, "<section id=\"training\"><h2>训练演练</h2>\n<p>到训率 ");
	grid_put_share(out, f->all.present, f->all.expected);
	buf_puts(out, "（应到 <span data-k=\"expected\">");
	grid_put_number(out, f->all.expected);
	buf_puts(out, "</span> 人次）；人数不够的训练 <span data-k=\"low-attendance\">");
	grid_put_number(out, f->low_attendance);
	buf_puts(out, "</span> 场。</p>\n");
	put_training_chart(f, out);
	buf_puts(out, "<div class=\"pair\"><div>");
	put_subjects(f, out);
	buf_puts(out, "</div><div>");
	put_drills(f, out);
	buf_puts(out, "</div></div></section>\n");
}

/* --- warnings --- */

static void put_answers(const struct facts *f, struct buf *out)
{
	static const char *const names[5] = { "5 分钟以内", "6–10 分钟", "11–30 分钟", "30 分钟以上", "没有应答" }, *const heads[] = { "首次应答", "人次", "占被叫应", NULL };
	uint32_t most = 0;

	for (int i = 0; i < 5; i++)
		most = f->answers[i] > most ? f->answers[i] : most;
	grid_begin(out, "t-answer", "多久应答", heads);
	for (int i = 0; i < 5; i++) {
		grid_row(out, names[i]);
		grid_bar(out, f->answers[i], most, i < 3 ? "found" : "late");
		grid_share(out, f->answers[i], f->all.called);
		grid_row_end(out);
	}
	grid_end(out);
}

void page_warnings(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "级别", "预警", "被叫应", "应答", "限时应答", "应答率", "全部叫到", "限时叫到", NULL };
	const char *first = pack_param(f->pack, "callout_first_min"), *all = pack_param(f->pack, "callout_all_min");
	struct facts_line *lines = sorted(&f->warn_levels, by_id);

	buf_printf(out, "<section id=\"warnings\"><h2>预警叫应</h2>\n<p>首次应答限 %s 分钟，全部叫到限 %s 分钟。</p>\n", first ? first : "5", all ? all : "30");
	grid_begin(out, "t-warning", "按级别", heads);
	for (uint32_t i = 0; lines && i < f->warn_levels.count; i++) {
		const struct facts_line *l = &lines[i];

		grid_row(out, l->label);
		grid_number(out, l->warnings);
		grid_number(out, l->called);
		grid_number(out, l->answered);
		grid_number(out, l->in_time);
		grid_share(out, l->answered, l->called);
		grid_number(out, l->reached);
		grid_number(out, l->reached_in_time);
		grid_row_end(out);
	}
	grid_end(out);
	put_answers(f, out);
	buf_puts(out, "</section>\n");
	free(lines);
}

/* --- villages --- */

static void village_cells(const struct facts_line *l, uint32_t most, struct buf *out)
{
	grid_number(out, l->places);
	grid_number(out, l->inspections);
	grid_bar(out, l->hazards.found, most, "found");
	grid_number(out, l->hazards.closed);
	grid_number(out, l->hazards.open);
	grid_alarm(out, l->hazards.overdue);
	grid_number(out, l->wanted);
	grid_number(out, l->done);
	grid_share(out, l->done, l->wanted);
	grid_number(out, l->trainings);
	grid_number(out, l->drills);
	grid_share(out, l->answered, l->called);
	grid_row_end(out);
}

void page_villages(const struct facts *f, struct buf *out)
{
	static const char *const heads[] = { "村", "场所", "巡查", "发现", "销号", "期末未销号", "逾期", "应做", "已做", "完成率", "训练", "演练", "叫应率", NULL };
	uint32_t most = 0;

	for (uint32_t i = 0; i < f->villages.count; i++)
		most = f->villages.at[i].hazards.found > most ? f->villages.at[i].hazards.found : most;
	buf_puts(out, "<section id=\"villages\"><h2>各村一览</h2>\n");
	grid_begin(out, "t-village", "按村", heads);
	for (uint32_t i = 0; i < f->villages.count; i++) {
		grid_row(out, f->villages.at[i].label);
		village_cells(&f->villages.at[i], most, out);
	}
	buf_puts(out, "<tr class=\"sum\"><th scope=\"row\">合计</th>");
	village_cells(&f->all, 0, out);
	grid_end(out);
	buf_puts(out, "</section>\n");
}
