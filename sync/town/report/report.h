/* report.h - a month or a year of a township as one HTML file that stands by itself: nothing fetched, no script, readable on a
 * phone, on paper and by a screen reader; every picture has its table.
 *
 * facts.c counts, page.c lays out, grid.c, chart.c and map.c draw. No personal field is read but positions of places; the file
 * may be handed to the county.
 */
#ifndef SYNC_TOWN_REPORT_REPORT_H
#define SYNC_TOWN_REPORT_REPORT_H

#include "forms/base/err.h"

struct profile;

/* `month` 1-12, or 0 for the whole year. `outlines` (may be NULL): GeoJSON polygons of the villages, property name, in the same
 * coordinates as the places. ERR_FORMAT, ERR_LIMIT for that file. */
enum err report_html(struct profile *p, int year, int month, const char *outlines, const char *path);

#endif
