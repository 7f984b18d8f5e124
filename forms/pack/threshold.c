#include "config.h"
#include "forms/pack/threshold.h"

#include <stdlib.h>
#include <string.h>

/* The scheme that decides for a kind: its own, else the county's. */
static const char *scheme_of(const struct pack *p, const char *kind)
{
	uint32_t at = pack_find_kind(p, kind);

	return at != PACK_NONE && p->kinds[at].scheme ? p->kinds[at].scheme : pack_param(p, "scheme");
}

static bool holds(double value, const char *op, double limit)
{
	if (!strcmp(op, "<"))
		return value < limit;
	if (!strcmp(op, "<="))
		return value <= limit;
	if (!strcmp(op, ">"))
		return value > limit;
	return value >= limit;
}

enum err threshold_size(const struct pack *p, const char *kind, enum err (*metric)(void *user, const char *field, struct buf *out), void *user,
                        enum pack_size *out)
{
	const char *scheme = scheme_of(p, kind);
	struct buf text = { 0 };
	enum err e = ERR_OK;

	*out = PACK_SIZE_UNKNOWN;
	for (uint32_t i = 0; i < p->threshold_count && scheme && !e && *out != PACK_SIZE_ABOVE; i++) {
		const struct pack_threshold *t = &p->thresholds[i];
		char *end;

		if (strcmp(t->scheme, scheme) || strcmp(t->kind, kind))
			continue;
		buf_reset(&text);
		e = metric(user, t->metric, &text);
		double value = strtod(buf_str(&text), &end);

		if (!e && text.len && !*end)
			*out = holds(value, t->op, strtod(t->value, NULL)) ? PACK_SIZE_SMALL : PACK_SIZE_ABOVE;
	}
	buf_clear(&text);
	return e;
}

const char *threshold_field(const struct pack_threshold *t)
{
	return t->value + 1;            /* "@crack_limit" */
}

bool threshold_alarms(const struct pack_threshold *t, double value, double limit)
{
	return holds(value, t->op, limit);
}
