/* The report as people read it: what matters first, then chapter by chapter, then what the words mean. */
#include "config.h"
#include "sync/town/report/page.h"

#include "forms/base/clock.h"
#include "sync/town/html.h"
#include "sync/town/report/chart.h"
#include "sync/town/report/map.h"
#include "sync/town/report/style.h"
#include "sync/town/report/grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *period_words(const struct facts *f, char out[48])
{
	struct clock_date d = clock_date(f->first);

	if (f->year)
		snprintf(out, 48, "%d 年", d.year);
	else
		snprintf(out, 48, "%d 年 %d 月", d.year, d.month);
	return out;
}

static void put_day(struct buf *out, int32_t day)
{
	char text[16];

	buf_puts(out, clock_format_date(day, text));
}

/* --- the head --- */

static void strong(struct buf *out, const char *kind, uint64_t n)
{
	buf_printf(out, "<b%s%s%s>", kind && n ? " class=\"" : "", kind && n ? kind : "", kind && n ? "\"" : "");
	grid_put_number(out, n);
	buf_puts(out, "</b>");
}

static void put_lead(const struct facts *f, struct buf *out)
{
	const struct facts_line *all = &f->all;
	char period[48];

	buf_printf(out, "<p class=\"lead\">%s，", period_words(f, period));
	buf_printf(out, "%u 个村和镇直对 ", f->village_count);
	strong(out, NULL, all->places);
	buf_puts(out, " 处场所巡查 ");
	strong(out, NULL, all->inspections);
	buf_puts(out, " 家次，发现隐患 ");
	strong(out, NULL, all->hazards.found);
	buf_puts(out, " 处，其中当场整改 ");
	strong(out, NULL, f->spot);
	buf_puts(out, " 处；销号 ");
	strong(out, NULL, all->hazards.closed);
	buf_puts(out, " 处。到 ");
	put_day(out, f->last);
	buf_puts(out, " 还有 ");
	strong(out, NULL, all->hazards.open);
	buf_puts(out, " 处没有销号，其中逾期 ");
	strong(out, "late", all->hazards.overdue);
	buf_puts(out, " 处，核实为重大的 ");
	strong(out, "danger", f->major);
	buf_puts(out, " 处，等待核实的 ");
	strong(out, "danger", f->doubtful);
	buf_puts(out, " 处。</p>\n");
}

static void put_key(struct buf *out, const char *key, const char *words, const char *kind, uint64_t n, const char *unit)
{
	buf_printf(out, "<div%s%s%s><dt>%s</dt><dd data-k=\"%s\">", kind && n ? " class=\"" : "", kind && n ? kind : "", kind && n ? "\"" : "", words, key);
	grid_put_number(out, n);
	buf_printf(out, "<small>%s</small></dd></div>\n", unit);
}

static void put_keys(const struct facts *f, struct buf *out)
{
	const struct facts_line *all = &f->all;

	buf_puts(out, "<dl class=\"key\">\n");
	put_key(out, "inspections", "巡查", NULL, all->inspections, "家次");
	put_key(out, "found", "发现隐患", NULL, all->hazards.found, "处");
	put_key(out, "spot", "当场整改", NULL, f->spot, "处");
	put_key(out, "closed", "销号", NULL, all->hazards.closed, "处");
	put_key(out, "open", "期末未销号", NULL, all->hazards.open, "处");
	put_key(out, "overdue", "其中逾期", "late", all->hazards.overdue, "处");
	put_key(out, "major", "重大（已核实）", "danger", f->major, "处");
	put_key(out, "doubtful", "等待核实", "danger", f->doubtful, "处");
	put_key(out, "trainings", "训练", NULL, all->trainings, "场");
	put_key(out, "present", "训练人次", NULL, all->present, "人次");
	put_key(out, "drills", "演练", NULL, all->drills, "场");
	put_key(out, "warnings", "预警", NULL, all->warnings, "次");
	buf_puts(out, "</dl>\n");
}

static void put_head(const struct facts *f, const char *title, struct buf *out)
{
	static const char *const chapters[][2] = { { "hazards", "隐患" }, { "map", "分布" }, { "duties", "应做与已做" }, { "training", "训练演练" }, { "warnings", "预警叫应" }, { "villages", "各村一览" }, { "notes", "口径" } };
	char now[32];

	buf_puts(out, "<header><p class=\"org\">");
	html_text(out, f->township);
	buf_puts(out, "</p><h1>");
	html_text(out, title);
	buf_puts(out, "</h1><p class=\"made\">");
	put_day(out, f->first);
	buf_puts(out, " 至 ");
	put_day(out, f->last);
	clock_format_time(clock_wall(), f->pack->utc_offset, now);
	buf_printf(out, "　生成于 %.10s %.5s%s</p>\n", now, now + 11, f->last < f->end ? "　本期尚未结束" : "");
	put_lead(f, out);
	buf_puts(out, "<nav aria-label=\"目录\"><ol>");
	for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++)
		buf_printf(out, "<li><a href=\"#%s\">%s</a></li>", chapters[i][0], chapters[i][1]);
	buf_puts(out, "</ol></nav>\n");
	put_keys(f, out);
	buf_puts(out, "</header>\n<main>\n");
}

/* --- over time --- */

static void set_labels(const struct facts *f, struct chart *c)
{
	c->count = f->bucket_count;
	for (uint32_t i = 0; i < c->count; i++) {
		struct clock_date d = clock_date(f->buckets[i].first);

		snprintf(c->labels[i], sizeof c->labels[i], f->year ? "%d月" : "%d日", f->year ? d.month : d.day);
	}
}

static void put_caption(struct buf *out, const char *title, const char *words)
{
	buf_printf(out, "<figure><figcaption>%s<span>%s</span></figcaption>\n", title, words);
}

static void put_time_table(const struct facts *f, const struct chart *c, struct buf *out)
{
	static const char *const heads[] = { "时间", "巡查", "发现", "销号", "期末未销号", NULL };

	buf_puts(out, "<details><summary>看数字</summary>\n");
	grid_begin(out, "t-time", "巡查、发现与销号", heads);
	for (uint32_t i = 0; i < f->bucket_count; i++) {
		grid_row(out, c->labels[i]);
		grid_number(out, f->buckets[i].inspections);
		grid_number(out, f->buckets[i].found);
		grid_number(out, f->buckets[i].closed);
		grid_number(out, f->buckets[i].open);
		grid_row_end(out);
	}
	grid_end(out);
	buf_puts(out, "</details></figure>\n");
}

static void put_hazards_over_time(const struct facts *f, struct buf *out)
{
	static struct chart c;
	char words[200];

	c = (struct chart){ .id = "g-time", .title = "隐患的发现与销号", .words = words, .unit = "处", .series_count = 3 };
	snprintf(words, sizeof words, "共发现 %u 处，销号 %u 处，期末未销号 %u 处；逐期数字见下面的表。", f->all.hazards.found, f->all.hazards.closed, f->all.hazards.open);
	set_labels(f, &c);
	c.series[0] = (struct chart_series){ .name = "发现", .kind = "found" };
	c.series[1] = (struct chart_series){ .name = "销号", .kind = "closed" };
	c.series[2] = (struct chart_series){ .name = "期末未销号", .kind = "open", .line = true };
	for (uint32_t i = 0; i < f->bucket_count; i++) {
		c.series[0].values[i] = f->buckets[i].found;
		c.series[1].values[i] = f->buckets[i].closed;
		c.series[2].values[i] = f->buckets[i].open;
		c.series[2].until += f->buckets[i].first <= f->last;
	}
	put_caption(out, "发现与销号", f->year ? "每月发现和销号的隐患，虚线是月末还没有销号的" : "每日发现和销号的隐患，虚线是当日还没有销号的");
	chart_put(&c, out);
	put_time_table(f, &c, out);
}

void page_begin(const struct facts *f, struct buf *out)
{
	char title[96], period[48];

	snprintf(title, sizeof title, "%s安全%s", period_words(f, period), f->year ? "工作年报" : "工作月报");
	html_begin(out, title, report_style);
	put_head(f, title, out);
	buf_puts(out, "<section id=\"hazards\"><h2>隐患</h2>\n");
	put_hazards_over_time(f, out);
	page_hazards(f, out);
	buf_puts(out, "</section>\n");
}

enum err page_map(const struct facts *f, const char *outlines, struct buf *out)
{
	static const char *const legend[][2] = { { "place", "M11 6h0" }, { "general", "M11 6h0" }, { "first", "M8 3h6v6h-6z" }, { "doubtful", "M11 1l5.5 9.5h-11z" }, { "major", "M11 0l5 6-5 6-5-6z" } };
	static const char *const words[] = { "场所", "一般隐患", "一般隐患·优先", "疑似重大", "重大" };
	struct map_said said;
	enum err e;

	buf_puts(out, "<section id=\"map\"><h2>分布</h2>\n");
	put_caption(out, "场所与未销号的隐患", "上方为北；隐患按级别用不同形状");
	buf_puts(out, "<ul class=\"legend\" aria-hidden=\"true\">");
	for (size_t i = 0; i < 5; i++)
		buf_printf(out, "<li><svg width=\"22\" height=\"12\" viewBox=\"0 0 22 12\"><path class=\"%s\" d=\"%s\"/></svg>%s</li>", legend[i][0], legend[i][1], words[i]);
	buf_puts(out, "</ul>\n");
	e = map_put(f, outlines, out, &said);
	buf_printf(out, "<p class=\"say\">图上 %u 处场所、%u 处隐患；%u 处离得太远没有画出。坐标照记录的原样画，没有换算；%s。逐村的数见<a href=\"#villages\">各村一览</a>。</p></figure>\n",
	           said.places, said.hazards, said.outside, said.outlines ? "村界来自另给的文件" : "没有给村界文件，所以没有村界");
	page_listed(f, out);
	buf_puts(out, "</section>\n");
	return e;
}

/* --- what the words mean --- */

void page_end(const struct facts *f, struct buf *out)
{
	static const char *const notes[][2] = {
		{ "本期", "按包里的时区把时刻换成日子；本期没有结束的，算到生成报告的那一天。" },
		{ "巡查", "本期提交的巡查记录，一次一家次；撤回的不算。" },
		{ "发现隐患", "本期登记的隐患。作废的不算（本人撤回的，乡镇作废以前还算）；演练提出的问题算在演练里，不算隐患。" },
		{ "当场整改", "本期发现的隐患里，登记时已写明当场整改的。" },
		{ "销号", "现在是“销号”、而且销号那一步在本期的隐患，不论哪一期发现。" },
		{ "期末未销号", "期末以前登记、到期末还没有销号的隐患，包括以前各期留下的。" },
		{ "逾期", "期末未销号的隐患里，整改期限在期末那天之前、到期末还没有报整改完成的。" },
		{ "按期", "本期销号、写了期限的隐患里，报整改完成的日子不晚于期限的。" },
		{ "应做与已做", "按清单包的职责：周期在本期内结束的，应做几次、做了几次，多做的不抵别的周期。" },
		{ "到训率", "实到除以应到。低于清单包规定百分比的训练另计。" },
		{ "首次应答", "被叫应的人从第一次呼叫到应答的时间；全部叫到的用时取村里所填。" },
		{ "个人信息", "报告不含姓名、电话。场所坐标按记录原样，公开发布前请问县里是否要降低精度。" },
		{ "比率", "按四舍五入保留一位小数；没有分母的写“–”。" }
	};

	buf_puts(out, "<section id=\"notes\"><h2>口径</h2>\n<dl class=\"notes\">\n");
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		buf_printf(out, "<dt>%s</dt><dd>%s</dd>\n", notes[i][0], notes[i][1]);
	buf_puts(out, "</dl>\n<p class=\"say\">清单包 ");
	html_text(out, f->pack->id);
	buf_putc(out, ' ');
	html_text(out, f->pack->version);
	buf_puts(out, "。同样的数可以从 xunchactl export jsonl 的文件重新算出。</p></section>\n</main>\n");
	html_end(out);
}
