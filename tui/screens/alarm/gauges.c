#include "config.h"
#include "tui/screens/alarm/gauges.h"

#include "forms/base/i18n.h"
#include "sync/ledger/rows/listing.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool number(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return *text && !*end;
}

static bool is_reading(const struct pack_threshold *t)
{
	return !strcmp(t->scheme, THRESHOLD_READING);
}

bool gauges_possible(const struct app *app, const char *kind)
{
	if (!words_may_fill(app, "reading_new") || pack_find_register(app->pack, "readings") == PACK_NONE)
		return false;
	for (uint32_t i = 0; i < app->pack->threshold_count; i++)
		if (is_reading(&app->pack->thresholds[i]) && (!kind || !strcmp(app->pack->thresholds[i].kind, kind)))
			return true;
	return false;
}

static struct gauge *find(struct gauges *g, size_t first, const char *metric)
{
	for (size_t i = first; i < g->count; i++)
		if (!strcmp(g->at[i].metric, metric))
			return &g->at[i];
	return NULL;
}

static struct gauge *add(struct gauges *g, const struct row_id *place, const char *title, const char *metric)
{
	struct gauge *at;

	if (g->count == GAUGES_MAX)
		return NULL;
	at = &g->at[g->count++];
	*at = (struct gauge){ .place = *place };
	snprintf(at->title, sizeof at->title, "%s", title);
	snprintf(at->metric, sizeof at->metric, "%s", metric);
	return at;
}

static void add_limit(struct app *app, struct gauge *g, const struct row *place, const struct pack_threshold *t)
{
	struct buf b = { 0 };
	struct gauge_limit *l = &g->limits[g->limit_count];

	words_stored(app, place, threshold_field(t), &b);
	if (!b.len) {
		g->wants_limit = true;
	} else if (g->limit_count < GAUGE_LIMITS && number(buf_str(&b), &l->value)) {
		l->line = t;
		snprintf(l->text, sizeof l->text, "%s", buf_str(&b));
		g->limit_count++;
	}
	buf_clear(&b);
}

/* The last reading of each thing measured here; what no threshold names is added. */
static enum err read_last(struct app *app, struct gauges *g, size_t first, const struct row_id *place, const char *title)
{
	struct listing_query q = { .reg = "readings", .parent = place, .parent_field = "place", .sort = "-at" };
	struct listing *l = NULL;
	enum err e = listing_open(app->profile, &q, &l);

	for (uint32_t i = 0; !e && i < listing_count(l) && i < GAUGE_LOOKED_AT; i++) {
		struct row row = { .id = { .index = 0 } };
		struct buf metric = { 0 }, value = { 0 };
		struct gauge *at;

		if (!(e = listing_row(l, i, &row))) {
			words_stored(app, &row, "metric", &metric);
			at = metric.len ? find(g, first, buf_str(&metric)) : NULL;
			if (!at && metric.len)
				at = add(g, place, title, buf_str(&metric));
			if (at && !*at->last) {
				words_stored(app, &row, "value", &value);
				snprintf(at->last, sizeof at->last, "%s", buf_str(&value));
				number(at->last, &at->last_value);
				at->last_at = clocks_time(app, &row, "at");
			}
		}
		buf_clear(&metric);
		buf_clear(&value);
		row_clear(&row);
	}
	listing_close(l);
	return e;
}

static enum err add_place(struct app *app, struct gauges *g, const struct row *place)
{
	struct buf kind = { 0 }, title = { 0 };
	size_t first = g->count;
	enum err e = row_title(app->profile, place, &title);

	words_stored(app, place, "kind", &kind);
	for (uint32_t i = 0; !e && i < app->pack->threshold_count; i++) {
		const struct pack_threshold *t = &app->pack->thresholds[i];
		struct gauge *at = NULL;

		if (!is_reading(t) || strcmp(t->kind, buf_str(&kind)))
			continue;
		at = find(g, first, t->metric);
		if (!at)
			at = add(g, &place->id, buf_str(&title), t->metric);
		if (at)
			add_limit(app, at, place, t);
	}
	if (!e)
		e = read_last(app, g, first, &place->id, buf_str(&title));
	buf_clear(&kind);
	buf_clear(&title);
	return e;
}

/* "${kind} = 'RS' or ${kind} = 'DK'" */
static void kinds_read(const struct app *app, struct buf *out)
{
	const struct pack_threshold *t = app->pack->thresholds;

	for (uint32_t i = 0; i < app->pack->threshold_count; i++)
		if (is_reading(&t[i]) && (!i || !is_reading(&t[i - 1]) || strcmp(t[i - 1].kind, t[i].kind)))
			buf_printf(out, "%s${kind} = '%s'", out->len ? " or " : "", t[i].kind);
}

static enum err add_all(struct app *app, struct gauges *g)
{
	struct buf where = { 0 };
	struct listing *l = NULL;
	enum err e = ERR_OK;

	kinds_read(app, &where);
	if (where.len)
		e = listing_open(app->profile, &(struct listing_query){ .reg = "places", .where = buf_str(&where) }, &l);
	for (uint32_t i = 0; !e && l && i < listing_count(l) && g->count < GAUGES_MAX; i++) {
		struct row row = { .id = { .index = 0 } };

		if (!(e = listing_row(l, i, &row)))
			e = add_place(app, g, &row);
		row_clear(&row);
	}
	listing_close(l);
	buf_clear(&where);
	return e;
}

static void take_unit(struct gauge *to, const struct gauge *from, size_t count)
{
	for (size_t i = 0; i < count && !*to->unit; i++)
		if (!strcmp(from[i].metric, to->metric))
			memcpy(to->unit, from[i].unit, GAUGE_TEXT);
}

/* In which unit the form keeps what is measured: asked of the form once for each, which takes a number of a draft. */
static enum err find_units(struct app *app, const struct gauges *known, struct gauges *g)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < g->count && !e; i++) {
		struct filling *f = NULL;
		struct buf words = { 0 };
		fill_node n;

		take_unit(&g->at[i], known->at, known->count);
		take_unit(&g->at[i], g->at, i);
		if (*g->at[i].unit || (e = filling_begin(app, "reading_new", &g->at[i].place, &f)))
			continue;
		e = filling_put(f, "metric", g->at[i].metric);
		n = fill_find(f->fill, "unit");
		if (!e && n != FILL_NO_NODE)
			filling_value(f, n, &words);
		snprintf(g->at[i].unit, GAUGE_TEXT, "%s", words.len ? buf_str(&words) : " ");
		buf_clear(&words);
		filling_discard(f);
	}
	return e;
}

enum err gauges_open(struct app *app, const struct row_id *place, const struct gauges *known, struct gauges *out)
{
	struct row row = { .id = { .index = 0 } };
	enum err e;

	*out = (struct gauges){ .at = calloc(GAUGES_MAX, sizeof *out->at) };
	if (!out->at)
		return err_set(ERR_NOMEM, "%s", _("监测读数"));
	if (!place) {
		e = add_all(app, out);
	} else {
		if (!(e = row_read(app->profile, place, &row)))
			e = add_place(app, out, &row);
		row_clear(&row);
	}
	return e ? e : find_units(app, known, out);
}

void gauges_close(struct gauges *g)
{
	free(g->at);
	*g = (struct gauges){ .count = 0 };
}

const struct gauge_limit *gauge_beyond(const struct gauge *g, double value)
{
	const struct gauge_limit *beyond = NULL;

	for (uint32_t i = 0; i < g->limit_count; i++)
		if (threshold_alarms(g->limits[i].line, value, g->limits[i].value))
			beyond = &g->limits[i];
	return beyond;
}

void gauge_limit_words(const struct app *app, const struct gauge_limit *l, struct buf *out)
{
	uint32_t places = pack_find_register(app->pack, "places");
	uint32_t f = places == PACK_NONE ? PACK_NONE : pack_find_field(&app->pack->registers[places], threshold_field(l->line));

	const char *name = f == PACK_NONE ? "" : pack_name(&app->pack->registers[places].fields[f].label, i18n_language());
	const char *unit = strstr(name, "（");         /* the number beside it has one already */

	unit = unit ? unit : strstr(name, " (");
	buf_put(out, name, unit ? (size_t)(unit - name) : strlen(name));
	buf_printf(out, " %s", l->text);
}

void gauge_beyond_words(const struct app *app, const struct gauge_limit *l, const char *value, struct buf *out)
{
	buf_puts(out, *l->line->op == '<' ? _("低于 ") : _("超过 "));
	gauge_limit_words(app, l, out);
	buf_printf(out, _(": 现在 %s"), value);
}

const char *gauge_metric(const struct app *app, const struct gauge *g)
{
	return app_code(app, pack_find_codes(app->pack, "metric"), g->metric);
}

enum err gauge_put(const struct gauge *g, const char *value, struct filling *f)
{
	double now;
	char change[32];
	enum err e = number(value, &now) ? filling_put(f, "metric", g->metric) : err_set(ERR_DENIED, _("\"%s\" 不是数"), value);

	if (!e)
		e = filling_put(f, "value", value);
	if (!e && *g->last) {
		snprintf(change, sizeof change, "%.6g", now - g->last_value);
		e = filling_put(f, "change", change);
	}
	return e;
}
