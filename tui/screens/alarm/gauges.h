/* gauges.h - what is read where: each spot and what is measured there, the limits of the spot, the last reading.
 *
 * thresholds.csv (scheme "reading") says what is read at places of a kind and which fields of a place hold its limits; what was read
 * at a place besides is listed too, without a limit. Registers and fields: places (kind and those fields), readings (place, metric,
 * value, unit, at, limit, change); the form is reading_new.
 */
#ifndef TUI_SCREENS_ALARM_GAUGES_H
#define TUI_SCREENS_ALARM_GAUGES_H

#include "forms/pack/threshold.h"
#include "tui/screens/app.h"

struct filling;

enum { GAUGES_MAX = 500, GAUGE_LIMITS = 3, GAUGE_TEXT = 24, GAUGE_LOOKED_AT = 200 };

struct gauge_limit { const struct pack_threshold *line; char text[GAUGE_TEXT]; double value; };

struct gauge {
	struct row_id place;
	char title[96], metric[GAUGE_TEXT], unit[GAUGE_TEXT];       /* unit: words */
	struct gauge_limit limits[GAUGE_LIMITS];    /* those that the place has, the first step of danger first */
	uint32_t limit_count;
	bool wants_limit;                           /* there is a field for one, and it is empty */
	char last[GAUGE_TEXT];                      /* stored text; "" nothing read yet */
	double last_value;
	int64_t last_at;
};

struct gauges { struct gauge *at; size_t count; };

/* Of one place, or of all (place NULL). `known`: those that were read before, whose units are taken over; may be empty. */
enum err gauges_open(struct app *app, const struct row_id *place, const struct gauges *known, struct gauges *out);
void gauges_close(struct gauges *g);

/* May this person record readings by this pack, and is anything read at places of this kind (NULL: of any)? */
bool gauges_possible(const struct app *app, const char *kind);

/* The gravest limit that `value` is beyond; NULL none. */
const struct gauge_limit *gauge_beyond(const struct gauge *g, double value);

/* "超过 警戒水位（m） 71.2: 现在 71.9"; appended. */
void gauge_beyond_words(const struct app *app, const struct gauge_limit *l, const char *value, struct buf *out);

/* "警戒水位（m） 71.2": a limit with its name; appended. */
void gauge_limit_words(const struct app *app, const struct gauge_limit *l, struct buf *out);

/* "水位" */
const char *gauge_metric(const struct app *app, const struct gauge *g);

/* A reading into the form reading_new. ERR_DENIED: it is no number. */
enum err gauge_put(const struct gauge *g, const char *value, struct filling *f);

#endif
