/* chart.h - columns and lines over time as inline SVG. Colours are classes of the page's style, so dark and print follow. */
#ifndef SYNC_TOWN_REPORT_CHART_H
#define SYNC_TOWN_REPORT_CHART_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHART_SERIES = 3, CHART_PLACES = 31 };

struct chart_series { const char *name; const char *kind /* class: found, closed, open ... */; bool line; uint32_t values[CHART_PLACES]; uint32_t until /* of a line: how many places have come yet */; };

struct chart {
	const char *id, *title;
	const char *words;                                /* what the picture says, for who does not see it */
	uint32_t count;                                   /* places on the axis, at most CHART_PLACES */
	char labels[CHART_PLACES][16];
	struct chart_series series[CHART_SERIES]; uint32_t series_count;
	const char *unit;
};

/* The picture with its legend, inside a figure the caller opened. */
void chart_put(const struct chart *c, struct buf *out);

#endif
