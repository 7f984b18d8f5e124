#include "config.h"
#include "tui/screens/alarm/readings.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/alarm/gauges.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CURVE_POINTS = 120, CURVE_ROWS = 8, LABEL_COLS = 8 };

struct curve {
	struct kit_view base;
	struct app *app;
	struct gauge gauge;
	struct listing *listing;
	double values[CURVE_POINTS];                /* newest first, as the listing */
	bool has[CURVE_POINTS];
	size_t points;
	struct kit_list list;
};

static size_t row_count(void *user)
{
	const struct curve *c = user;

	return c->listing ? listing_count(c->listing) : 0;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	struct row_key key;

	if (listing_key(((struct curve *)user)->listing, (uint32_t)i, &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct curve *c = user;
	struct row row = { .id = { .index = 0 } };
	const struct gauge_limit *beyond;
	struct buf b = { 0 };
	char at[32] = "";
	int64_t ms;

	if (listing_row(c->listing, (uint32_t)i, &row))
		return;
	if ((ms = clocks_time(c->app, &row, "at")))
		clock_format_time(ms, c->app->pack->utc_offset, at);
	snprintf(cells[0].text, KIT_CELL, "%.5s %.5s", *at ? at + 5 : "", *at ? at + 11 : "");
	words_stored(c->app, &row, "value", &b);
	beyond = b.len ? gauge_beyond(&c->gauge, strtod(buf_str(&b), NULL)) : NULL;
	snprintf(cells[1].text, KIT_CELL, "%s%s %s", beyond ? "! " : "", buf_str(&b), c->gauge.unit);
	cells[1].role = beyond ? KIT_DANGER : KIT_STRONG;
	buf_reset(&b);
	words_stored(c->app, &row, "change", &b);
	if (b.len)
		snprintf(cells[2].text, KIT_CELL, "%s%s", *buf_str(&b) == '-' || !strcmp(buf_str(&b), "0") ? "" : "+", buf_str(&b));
	buf_reset(&b);
	if (beyond) {
		buf_puts(&b, *beyond->line->op == '<' ? _("低于 ") : _("超过 "));
		gauge_limit_words(c->app, beyond, &b);
	}
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	cells[3].role = KIT_DANGER;
	buf_clear(&b);
	row_clear(&row);
}

static void read_points(struct curve *c)
{
	c->points = row_count(c) < CURVE_POINTS ? row_count(c) : CURVE_POINTS;
	for (size_t i = 0; i < c->points; i++) {
		struct row row = { .id = { .index = 0 } };
		struct buf b = { 0 };
		char *end = NULL;

		if (!listing_row(c->listing, (uint32_t)i, &row))
			words_stored(c->app, &row, "value", &b);
		c->values[i] = strtod(buf_str(&b), &end);
		c->has[i] = b.len && !*end;
		buf_clear(&b);
		row_clear(&row);
	}
}

static enum err load(struct kit_view *base)
{
	struct curve *c = (struct curve *)base;
	char where[64];
	struct listing_query q = { .reg = "readings", .parent = &c->gauge.place, .parent_field = "place", .sort = "-at", .where = where };
	enum err e;

	snprintf(where, sizeof where, "${metric} = '%s'", c->gauge.metric);
	listing_close(c->listing);
	c->listing = NULL;
	e = listing_open(c->app->profile, &q, &c->listing);
	if (!e)
		read_points(c);
	kit_list_sync(&c->list);
	return e;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct curve *c = (struct curve *)base;

	buf_printf(left, "%s %s (%s)", c->gauge.title, gauge_metric(c->app, &c->gauge), c->gauge.unit);
	buf_printf(right, _("%u 次"), (unsigned)row_count(c));
}

/* Lowest and highest of what is drawn, the limits included. */
static void range(const struct curve *c, size_t points, double *low, double *high)
{
	bool any = false;

	for (size_t i = 0; i < points + c->gauge.limit_count; i++) {
		double v = i < points ? c->values[i] : c->gauge.limits[i - points].value;

		if (i < points && !c->has[i])
			continue;
		*low = !any || v < *low ? v : *low;
		*high = !any || v > *high ? v : *high;
		any = true;
	}
	if (!any || *high <= *low)
		*high = (any ? *low : (*low = 0)) + 1;
}

static int row_of(double v, double low, double high, int rows)
{
	return (int)((high - v) / (high - low) * (rows - 1) + 0.5);
}

/* The oldest at the left, a star each; a dashed line is a limit. */
static void draw_curve(struct curve *c, WINDOW *win, int rows)
{
	int cols = getmaxx(win) - LABEL_COLS - 2, step = cols > 60 ? 2 : 1;
	size_t points = c->points < (size_t)(cols / step) ? c->points : (size_t)(cols / step);
	double low = 0, high = 0;

	range(c, points, &low, &high);
	kit_printf(win, 0, 1, LABEL_COLS - 1, KIT_DIM, "%.6g", high);
	kit_printf(win, rows - 1, 1, LABEL_COLS - 1, KIT_DIM, "%.6g", low);
	for (uint32_t l = 0; l < c->gauge.limit_count; l++) {
		int y = row_of(c->gauge.limits[l].value, low, high, rows);

		for (int x = 0; x < cols; x += 2)
			kit_text(win, y, LABEL_COLS + x, 1, KIT_SOON, "-");
		kit_printf(win, y, 1, LABEL_COLS - 1, KIT_SOON, "%s", c->gauge.limits[l].text);
	}
	for (size_t i = 0; i < points; i++)
		if (c->has[i])
			kit_text(win, row_of(c->values[i], low, high, rows), LABEL_COLS + (int)(points - 1 - i) * step, 1,
			         gauge_beyond(&c->gauge, c->values[i]) ? KIT_DANGER : KIT_STRONG, "*");
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct curve *c = (struct curve *)base;
	int h = getmaxy(win), y = 0;

	if (h >= CURVE_ROWS && c->points > 1 && getmaxx(win) > 2 * LABEL_COLS) {
		int rows = h >= 2 * CURVE_ROWS ? CURVE_ROWS : h / 2;

		draw_curve(c, win, rows);
		kit_rule(win, rows);
		y = rows + 1;
	}
	kit_list_draw(&c->list, base, win, y, h - y);
}

static enum kit_next open_row(struct curve *c)
{
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;

	if (row_count(c) && !listing_row(c->listing, (uint32_t)c->list.at, &row))
		next = kit_open(&c->base, screen_row_new(c->app, &row.id));
	row_clear(&row);
	return next;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	return a == ACT_OPEN ? open_row((struct curve *)base) : kit_list_act(&((struct curve *)base)->list, a);
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a == ACT_OPEN ? row_count(base) > 0 : true;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct curve *)base)->list, y) ? open_row((struct curve *)base) : KIT_STAY;
}

static void close_curve(struct kit_view *base)
{
	listing_close(((struct curve *)base)->listing);
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "curve", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_curve, .offers = offers, .tap = tap,
};

static const struct kit_column columns[] = { { 12, 1, false }, { 14, 1, false }, { 10, 1, true }, { 0, 2, false } };

struct kit_view *screen_curve_new(struct app *app, const struct gauge *g)
{
	struct curve *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->base.ops = &ops;
	c->app = app;
	c->gauge = *g;
	c->list.rows = (struct kit_rows){ .user = c, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 4,
	                                  .empty = _("这里还没读过数。Esc 回去, 打数, Enter 存下。") };
	return &c->base;
}
