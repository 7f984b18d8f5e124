#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Points "lat lon [altitude [accuracy]]", several joined by ";". */
struct point { double lat, lon; };
struct points { struct point *at; size_t count, cap; };

static const double earth_radius = 6378100;           /* metres, as JavaRosa */
static const double degree = 0.017453292519943295;

static enum err not_points(const char *s)
{
	return err_set(ERR_FORMAT, _("“%s” 不是坐标 (应如 30.25 120.17)"), s);
}

static enum err add_point(struct points *p, const char *s, size_t len)
{
	const char *gap = memchr(s, ' ', len);
	struct point one;
	size_t rest;

	if (!gap)
		return not_points(s);
	rest = len - (size_t)(gap + 1 - s);
	one.lat = number_from_text(s, (size_t)(gap - s));
	one.lon = number_from_text(gap + 1, memchr(gap + 1, ' ', rest) ? (size_t)((const char *)memchr(gap + 1, ' ', rest) - gap - 1) : rest);
	if (isnan(one.lat) || isnan(one.lon))
		return not_points(s);
	if (p->count == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 16;
		struct point *more = realloc(p->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, _("内存不够, 算不了坐标"));
		p->at = more;
		p->cap = cap;
	}
	p->at[p->count++] = one;
	return ERR_OK;
}

static enum err add_points(struct points *p, const char *s)
{
	enum err err = ERR_OK;

	while (!err && *s) {
		size_t len;

		s += strspn(s, "; ");
		len = strcspn(s, ";");
		while (len && s[len - 1] == ' ')
			len--;
		if (len)
			err = add_point(p, s, len);
		s += len;
		s += strspn(s, " ");
	}
	return err;
}

static enum err points_of(struct run *r, const struct expr_value *v, struct points *p)
{
	struct expr_value one = { 0 };
	enum err err = ERR_OK;
	size_t n = v->kind == EXPR_NODES ? v->nodes.count : 1;

	for (size_t i = 0; !err && i < n; i++) {
		if (v->kind == EXPR_NODES)
			err = value_of_node(r->host, v->nodes.at[i], &one);
		else
			err = expr_text(r->host, v, &one.text);
		if (!err && one.kind != EXPR_BOOLEAN)
			err = add_points(p, buf_str(&one.text));
	}
	expr_value_clear(&one);
	return err;
}

static double distance(struct point a, struct point b)
{
	double cosine = sin(a.lat * degree) * sin(b.lat * degree) + cos(a.lat * degree) * cos(b.lat * degree) * cos((a.lon - b.lon) * degree);

	return acos(fmin(1, fmax(-1, cosine))) * earth_radius;
}

double expr_distance(double lat, double lon, double to_lat, double to_lon)
{
	return distance((struct point){ lat, lon }, (struct point){ to_lat, to_lon });
}

static enum err run_distance(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct points p = { 0 };
	double sum = 0;
	enum err err = ERR_OK;

	(void)c;
	for (size_t i = 0; !err && i < n; i++)
		err = points_of(r, &args[i], &p);
	for (size_t i = 1; !err && i < p.count; i++)
		sum += distance(p.at[i - 1], p.at[i]);
	expr_set_number(out, sum);
	free(p.at);
	return err;
}

/* Of the plane through the first point, good for fields and villages. */
static enum err run_area(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct points p = { 0 };
	double sum = 0, scale = earth_radius * degree, x0 = 0, y0 = 0;
	enum err err = ERR_OK;

	(void)c;
	for (size_t i = 0; !err && i < n; i++)
		err = points_of(r, &args[i], &p);
	for (size_t i = 1; !err && i < p.count; i++) {
		double y = (p.at[i].lat - p.at[0].lat) * scale, x = (p.at[i].lon - p.at[0].lon) * scale * cos(p.at[i].lat * degree);

		if (i > 1)
			sum += (y0 * x - x0 * y) / 2;
		x0 = x;
		y0 = y;
	}
	expr_set_number(out, p.count < 3 ? 0 : fabs(sum));
	free(p.at);
	return err;
}

/* Is the point inside the closed shape? Counts the edges that a ray to the east crosses. */
static enum err run_geofence(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct points point = { 0 }, shape = { 0 };
	enum err err = points_of(r, &args[0], &point);
	bool inside = false;

	(void)c, (void)n;
	if (!err)
		err = points_of(r, &args[1], &shape);
	for (size_t i = 1; !err && point.count && i < shape.count; i++) {
		struct point a = shape.at[i - 1], b = shape.at[i], p = point.at[0];

		if ((a.lat > p.lat) != (b.lat > p.lat) && p.lon < (a.lon - b.lon) * (p.lat - b.lat) / (a.lat - b.lat) + b.lon)
			inside = !inside;
	}
	expr_set_boolean(out, inside);
	free(point.at);
	free(shape.at);
	return err;
}

static double side(struct point a, struct point b, struct point p)
{
	return (b.lon - a.lon) * (p.lat - a.lat) - (b.lat - a.lat) * (p.lon - a.lon);
}

static bool cross(struct point a, struct point b, struct point p, struct point q)
{
	return side(a, b, p) * side(a, b, q) < 0 && side(p, q, a) * side(p, q, b) < 0;
}

static enum err run_intersects(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct points p = { 0 };
	enum err err = points_of(r, &args[0], &p);
	bool found = false;

	(void)c, (void)n;
	for (size_t i = 1; !err && !found && i < p.count; i++) {
		err = run_work(r, i);
		for (size_t k = 1; !found && k + 1 < i; k++)
			found = cross(p.at[i - 1], p.at[i], p.at[k - 1], p.at[k]);
	}
	expr_set_boolean(out, found);
	free(p.at);
	return err;
}

const struct function geo_functions[] = {
	{ .name = "distance", .min = 1, .max = ARGS_ANY, .eager = run_distance },
	{ .name = "area", .min = 1, .max = 1, .eager = run_area },
	{ .name = "enclosed-area", .min = 1, .max = 1, .eager = run_area },
	{ .name = "geofence", .min = 2, .max = 2, .eager = run_geofence },
	{ .name = "intersects", .min = 1, .max = 1, .eager = run_intersects },
	{ .name = NULL }
};
