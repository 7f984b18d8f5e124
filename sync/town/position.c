#include "config.h"
#include "sync/town/position.h"

#include <stdlib.h>
#include <string.h>

bool position_read(const char *text, struct position *out)
{
	char *end;

	strcpy(out->crs, "WGS84");
	out->lat = strtod(text, &end);
	if (end == text)
		return false;
	text = end;
	out->lon = strtod(text, &end);
	if (end == text || !(out->lon >= -180 && out->lon <= 180 && out->lat >= -90 && out->lat <= 90))
		return false;
	for (int skip = 0; skip < 2 && *end == ' '; skip++)
		strtod(end, &end);
	while (*end == ' ')
		end++;
	if (*end && strlen(end) < sizeof out->crs && !strpbrk(end, "\"\\"))
		strcpy(out->crs, end);
	return true;
}
