/* position.h - "lat lon alt acc CRS" as forms store a position. */
#ifndef SYNC_TOWN_POSITION_H
#define SYNC_TOWN_POSITION_H

#include <stdbool.h>

struct position { double lat, lon; char crs[16]; };

/* False when `text` is none. The system is WGS84 where none is named. */
bool position_read(const char *text, struct position *out);

#endif
