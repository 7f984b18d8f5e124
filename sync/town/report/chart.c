#include "config.h"
#include "sync/town/report/chart.h"

#include "sync/town/html.h"
#include "sync/town/report/grid.h"

#include <stdio.h>

/* The drawing is 720 by 260; what is plotted lies inside these. */
enum { WIDTH = 720, HEIGHT = 260, LEFT = 56, RIGHT = 712, TOP = 26, BOTTOM = 226 };

static uint32_t most_of(const struct chart *c)
{
	uint32_t most = 0;

	for (uint32_t s = 0; s < c->series_count; s++)
		for (uint32_t i = 0; i < c->count; i++)
			if (c->series[s].values[i] > most)
				most = c->series[s].values[i];
	return most;
}

/* A round step that gives three to six lines. */
static uint64_t step_for(uint32_t most)
{
	for (uint64_t ten = 1; ; ten *= 10) {
		static const uint64_t rounds[] = { 1, 2, 5 };

		for (int i = 0; i < 3; i++)
			if (ten * rounds[i] * 5 >= most)
				return ten * rounds[i];
	}
}

static double y_of(uint64_t value, uint64_t top)
{
	return BOTTOM - (double)(BOTTOM - TOP) * (double)value / (double)top;
}

static void put_axes(const struct chart *c, uint64_t step, uint64_t top, struct buf *out)
{
	double slot = (double)(RIGHT - LEFT) / c->count;
	uint32_t every = c->count > 16 ? 2 : 1;

	for (uint64_t v = 0; v <= top; v += step) {
		buf_printf(out, "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
		           v ? "grid" : "base", LEFT, RIGHT, y_of(v, top), y_of(v, top), LEFT - 8, y_of(v, top) + 4);
		grid_put_number(out, v);
		buf_puts(out, "</text>");
	}
	buf_printf(out, "<text class=\"tick\" x=\"%d\" y=\"14\">", 4);
	html_text(out, c->unit);
	buf_puts(out, "</text>\n");
	for (uint32_t i = 0; i < c->count; i += every) {
		buf_printf(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", LEFT + slot * (i + 0.5), BOTTOM + 20);
		html_text(out, c->labels[i]);
		buf_puts(out, "</text>");
	}
	buf_putc(out, '\n');
}

static void put_columns(const struct chart *c, uint64_t top, struct buf *out)
{
	double slot = (double)(RIGHT - LEFT) / c->count, width;
	uint32_t columns = 0, at = 0;

	for (uint32_t s = 0; s < c->series_count; s++)
		columns += !c->series[s].line;
	if (!columns)
		return;
	width = slot * 0.7 / columns;
	width = width > 30 ? 30 : width;
	for (uint32_t s = 0; s < c->series_count; s++) {
		if (c->series[s].line)
			continue;
		buf_printf(out, "<g class=\"column %s\">", c->series[s].kind);
		for (uint32_t i = 0; i < c->count; i++) {
			double x = LEFT + slot * (i + 0.5) + width * (at - columns / 2.0), y = y_of(c->series[s].values[i], top);

			if (c->series[s].values[i])
				buf_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"1.5\"/>", x, y, width - 1, BOTTOM - y);
		}
		buf_puts(out, "</g>\n");
		at++;
	}
}

static void put_lines(const struct chart *c, uint64_t top, struct buf *out)
{
	double slot = (double)(RIGHT - LEFT) / c->count;

	for (uint32_t s = 0; s < c->series_count; s++) {
		if (!c->series[s].line)
			continue;
		buf_printf(out, "<g class=\"line %s\"><polyline points=\"", c->series[s].kind);
		for (uint32_t i = 0; i < c->series[s].until; i++)
			buf_printf(out, "%s%.1f,%.1f", i ? " " : "", LEFT + slot * (i + 0.5), y_of(c->series[s].values[i], top));
		buf_puts(out, "\"/>");
		for (uint32_t i = 0; i < c->series[s].until; i++)
			buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", LEFT + slot * (i + 0.5), y_of(c->series[s].values[i], top));
		buf_puts(out, "</g>\n");
	}
}

static void put_legend(const struct chart *c, struct buf *out)
{
	if (c->series_count < 2)
		return;
	buf_puts(out, "<ul class=\"legend\" aria-hidden=\"true\">");
	for (uint32_t s = 0; s < c->series_count; s++) {
		const struct chart_series *x = &c->series[s];

		buf_puts(out, "<li><svg width=\"22\" height=\"12\" viewBox=\"0 0 22 12\">");
		if (x->line)
			buf_printf(out, "<g class=\"line %s\"><polyline points=\"0,6 22,6\"/><circle cx=\"11\" cy=\"6\" r=\"3\"/></g>", x->kind);
		else
			buf_printf(out, "<g class=\"column %s\"><rect x=\"5\" y=\"1\" width=\"12\" height=\"10\" rx=\"1.5\"/></g>", x->kind);
		buf_puts(out, "</svg>");
		html_text(out, x->name);
		buf_puts(out, "</li>");
	}
	buf_puts(out, "</ul>\n");
}

void chart_put(const struct chart *c, struct buf *out)
{
	uint32_t most = most_of(c);
	uint64_t step = step_for(most ? most : 1), top = step;

	while (top < most)
		top += step;
	put_legend(c, out);
	buf_printf(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s-t\"><svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">",
	           c->id, WIDTH, HEIGHT, c->id, c->id, c->id);
	html_text(out, c->title);
	buf_printf(out, "</title><desc id=\"%s-d\">", c->id);
	html_text(out, c->words);
	buf_puts(out, "</desc>\n");
	if (c->count) {
		put_axes(c, step, top, out);
		put_columns(c, top, out);
		put_lines(c, top, out);
	}
	buf_puts(out, "</svg></div>\n");
}
