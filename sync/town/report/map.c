#include "config.h"
#include "sync/town/report/map.h"

#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "sync/town/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 720, HEIGHT_MAX = 720, MARGIN = 14, RINGS_MAX = 4096, RING_POINTS_MAX = 100000 };

/* From degrees to the drawing. */
struct view { double west, south, east, north, per_lon, per_lat; double height, mark /* size of a hazard, in units of the drawing */; };

static int by_number(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

/* The stretch that holds the middle 99%. */
static bool middle(const struct facts *f, bool lat, double *from, double *to)
{
	int32_t *all = malloc((f->point_count + 1) * sizeof *all);
	uint32_t cut = f->point_count / 200;

	if (!all)
		return false;
	for (uint32_t i = 0; i < f->point_count; i++)
		all[i] = lat ? f->points[i].lat : f->points[i].lon;
	qsort(all, f->point_count, sizeof *all, by_number);
	*from = all[cut] / 1e7;
	*to = all[f->point_count - 1 - cut] / 1e7;
	free(all);
	return true;
}

static void fit(struct view *v)
{
	double lat = (v->south + v->north) / 2, narrow = cos(lat * M_PI / 180), wide, tall, pad;

	pad = fmax(fmax(v->north - v->south, (v->east - v->west) * narrow) * 0.04, 0.002);
	v->south -= pad;
	v->north += pad;
	v->west -= pad / narrow;
	v->east += pad / narrow;
	wide = (v->east - v->west) * narrow;
	tall = v->north - v->south;
	v->per_lat = (WIDTH - 2 * MARGIN) / wide;
	if (v->per_lat * tall > HEIGHT_MAX - 2 * MARGIN)
		v->per_lat = (HEIGHT_MAX - 2 * MARGIN) / tall;
	v->per_lon = v->per_lat * narrow;
	v->height = v->per_lat * tall + 2 * MARGIN;
}

static double x_of(const struct view *v, double lon)
{
	return WIDTH / 2.0 + (lon - (v->west + v->east) / 2) * v->per_lon;
}

static double y_of(const struct view *v, double lat)
{
	return MARGIN + (v->north - lat) * v->per_lat;
}

static bool inside(const struct view *v, double lon, double lat)
{
	return lon >= v->west && lon <= v->east && lat >= v->south && lat <= v->north;
}

/* --- outlines --- */

struct outlines { struct jdoc *doc; uint32_t rings; };

static double coordinate(const struct jdoc *at, size_t i)
{
	struct buf text = { 0 };
	double n = 0;

	if (jdoc_scalar_text(jdoc_item(at, i), &text))
		n = strtod(buf_str(&text), NULL);
	buf_clear(&text);
	return n;
}

/* Call `each` for every ring of every polygon; `name` only with the first of a feature. */
typedef void (*each_ring)(void *user, const struct jdoc *ring, const char *name);

static enum err walk_polygon(struct outlines *o, const struct jdoc *rings, const char *name, each_ring each, void *user)
{
	for (size_t i = 0; i < jdoc_count(rings); i++) {
		const struct jdoc *ring = jdoc_item(rings, i);

		if (++o->rings > RINGS_MAX || jdoc_count(ring) > RING_POINTS_MAX)
			return err_set(ERR_LIMIT, _("村界文件太细: 最多 %d 圈, 每圈 %d 点"), RINGS_MAX, RING_POINTS_MAX);
		each(user, ring, i ? NULL : name);
	}
	return ERR_OK;
}

static enum err walk_outlines(struct outlines *o, each_ring each, void *user)
{
	const struct jdoc *features = jdoc_get(o->doc, "features");
	enum err e = ERR_OK;

	if (jdoc_type(features) != JDOC_ARRAY)
		return err_set(ERR_FORMAT, _("村界文件要是 GeoJSON 的 FeatureCollection"));
	o->rings = 0;
	for (size_t i = 0; !e && i < jdoc_count(features); i++) {
		const struct jdoc *feature = jdoc_item(features, i), *shape = jdoc_get(feature, "geometry"), *at = jdoc_get(shape, "coordinates");
		const char *type = jdoc_str(jdoc_get(shape, "type")), *name = jdoc_str(jdoc_get(jdoc_get(feature, "properties"), "name"));

		if (!strcmp(type, "Polygon"))
			e = walk_polygon(o, at, name, each, user);
		for (size_t k = 0; !e && !strcmp(type, "MultiPolygon") && k < jdoc_count(at); k++)
			e = walk_polygon(o, jdoc_item(at, k), k ? NULL : name, each, user);
	}
	return e;
}

static void widen(void *user, const struct jdoc *ring, const char *name)
{
	struct view *v = user;

	(void)name;
	for (size_t i = 0; i < jdoc_count(ring); i++) {
		double lon = coordinate(jdoc_item(ring, i), 0), lat = coordinate(jdoc_item(ring, i), 1);

		v->west = fmin(v->west, lon);
		v->east = fmax(v->east, lon);
		v->south = fmin(v->south, lat);
		v->north = fmax(v->north, lat);
	}
}

struct drawing { const struct view *view; struct buf *out; struct buf names; };

static void draw_ring(void *user, const struct jdoc *ring, const char *name)
{
	struct drawing *d = user;
	double sum_x = 0, sum_y = 0;
	size_t n = jdoc_count(ring);

	for (size_t i = 0; i < n; i++) {
		double x = x_of(d->view, coordinate(jdoc_item(ring, i), 0)), y = y_of(d->view, coordinate(jdoc_item(ring, i), 1));

		buf_printf(d->out, "%s%.1f,%.1f", i ? "L" : "M", x, y);
		if (i) {                                  /* the first point comes again as the last */
			sum_x += x;
			sum_y += y;
		}
	}
	buf_puts(d->out, "Z");
	if (!name || !*name || n < 2)
		return;
	buf_printf(&d->names, "<text class=\"village\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", sum_x / (double)(n - 1), sum_y / (double)(n - 1));
	html_text(&d->names, name);
	buf_puts(&d->names, "</text>");
}

/* --- points --- */

/* Levels have shapes of their own, so that a copier and a colour-blind reader tell them apart. */
static void draw_mark(const struct view *v, const struct facts_point *p, struct buf *out)
{
	double x = x_of(v, p->lon / 1e7), y = y_of(v, p->lat / 1e7), k = v->mark;

	if (!p->hazard)
		buf_printf(out, "M%.1f %.1fh0", x, y);
	else if (!strcmp(p->level, "M"))
		buf_printf(out, "M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fz", x, y - k, k * 0.85, k, -k * 0.85, k, -k * 0.85, -k);
	else if (!strcmp(p->level, "M?"))
		buf_printf(out, "M%.1f %.1fl%.1f %.1fh%.1fz", x, y - k, k * 0.95, k * 1.6, -k * 1.9);
	else if (!strcmp(p->level, "G+"))
		buf_printf(out, "M%.1f %.1fh%.1fv%.1fh%.1fz", x - k / 2, y - k / 2, k, k, -k);
	else
		buf_printf(out, "M%.1f %.1fh0", x, y);
}

/* Many marks are small marks, or they hide each other. */
static double mark_size(const struct facts *f)
{
	uint32_t hazards = 0;

	for (uint32_t i = 0; i < f->point_count; i++)
		hazards += f->points[i].hazard;
	return hazards < 150 ? 6 : hazards < 600 ? 4.8 : 3.6;
}

static void draw_points(const struct facts *f, const struct view *v, bool hazards, const char *level, const char *kind, struct buf *out, struct map_said *said)
{
	bool others = !level;

	buf_printf(out, "<path class=\"%s\"", kind);
	if (hazards && others)
		buf_printf(out, " style=\"stroke-width:%.1f\"", v->mark);
	buf_puts(out, " d=\"");
	for (uint32_t i = 0; i < f->point_count; i++) {
		const struct facts_point *p = &f->points[i];
		bool known = !strcmp(p->level, "M") || !strcmp(p->level, "M?") || !strcmp(p->level, "G+");

		if (p->hazard != hazards || (hazards && (others ? known : strcmp(p->level, level) != 0)))
			continue;
		if (!inside(v, p->lon / 1e7, p->lat / 1e7)) {
			said->outside++;
			continue;
		}
		if (hazards)
			said->hazards++;
		else
			said->places++;
		draw_mark(v, p, out);
	}
	buf_puts(out, "\"/>\n");
}

/* A bar of a round length near a fifth of the width; a degree of latitude is 111.2 km. */
static void draw_scale(const struct view *v, struct buf *out)
{
	double per_km = v->per_lat / 111.2, want = WIDTH / 5.0 / per_km, km = pow(10, floor(log10(want)));

	if (km * 5 <= want)
		km *= 5;
	else if (km * 2 <= want)
		km *= 2;
	buf_printf(out, "<g class=\"scale\"><path d=\"M%d %.1fv5h%.1fv-5\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", MARGIN + 4, v->height - 24, km * per_km, MARGIN + 4 + km * per_km / 2, v->height - 6);
	if (km < 1)
		buf_printf(out, "%.0f m", km * 1000);
	else
		buf_printf(out, "%.0f km", km);
	buf_printf(out, "</text><path d=\"M%d %dl-5 14 5-3 5 3z\"/><text x=\"%d\" y=\"%d\" text-anchor=\"middle\">北</text></g>\n", WIDTH - 26, 14, WIDTH - 26, 42);
}

static void draw(const struct facts *f, const struct view *v, struct outlines *o, struct buf *out, struct map_said *said)
{
	struct drawing d = { .view = v, .out = out };

	buf_puts(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"map-t\">");
	buf_printf(out, "<svg class=\"map\" viewBox=\"0 0 %d %.0f\" role=\"img\" aria-labelledby=\"map-t map-d\"><title id=\"map-t\">场所与未销号隐患分布图</title>"
	           "<desc id=\"map-d\">每个小点是一处场所；方块、三角、菱形和圆点是期末还没有销号的隐患。逐村的数见“各村一览”表。</desc>\n", WIDTH, v->height);
	if (o->doc) {
		buf_puts(out, "<path class=\"outline\" d=\"");
		walk_outlines(o, draw_ring, &d);
		buf_puts(out, "\"/>\n");
	}
	draw_points(f, v, false, NULL, "place", out, said);
	buf_puts(out, buf_str(&d.names));                 /* a name hides no hazard */
	draw_points(f, v, true, NULL, "general", out, said);
	draw_points(f, v, true, "G+", "first", out, said);
	draw_points(f, v, true, "M?", "doubtful", out, said);
	draw_points(f, v, true, "M", "major", out, said);
	draw_scale(v, out);
	buf_puts(out, "</svg></div>\n");
	said->outlines = o->rings;
	buf_clear(&d.names);
}

enum err map_put(const struct facts *f, const char *outlines, struct buf *out, struct map_said *said)
{
	struct outlines o = { 0 };
	struct view v;
	enum err e = outlines ? jdoc_read(outlines, &o.doc) : ERR_OK;

	memset(said, 0, sizeof *said);
	if (e || !f->point_count)
		goto end;
	if (!middle(f, true, &v.south, &v.north) || !middle(f, false, &v.west, &v.east)) {
		e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		goto end;
	}
	if (o.doc && (e = walk_outlines(&o, widen, &v)))
		goto end;
	fit(&v);
	v.mark = mark_size(f);
	draw(f, &v, &o, out, said);
end:
	jdoc_free(o.doc);
	return e ? err_in(e, "%s", outlines ? outlines : "") : ERR_OK;
}
