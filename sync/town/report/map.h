/* map.h - where the places and the open hazards are, as inline SVG; village outlines under them when a file gives them.
 *
 * Positions are drawn as recorded, on a plane that is true at the middle of the township. A few that lie far off (a wrong digit)
 * do not shrink the rest: the picture holds 99% of the points, and says how many are outside.
 */
#ifndef SYNC_TOWN_REPORT_MAP_H
#define SYNC_TOWN_REPORT_MAP_H

#include "sync/town/report/facts.h"

/* What the drawing says beside itself, for the caption. */
struct map_said { uint32_t places, hazards, outside, outlines; };

/* `outlines` may be NULL. ERR_FORMAT, ERR_LIMIT for that file; nothing is put when no position is known. */
enum err map_put(const struct facts *f, const char *outlines, struct buf *out, struct map_said *said);

#endif
