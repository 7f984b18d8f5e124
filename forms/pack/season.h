/* season.h - stretches of the year that a province declares: flood season, fire season. May wrap over New Year. */
#ifndef FORMS_PACK_SEASON_H
#define FORMS_PACK_SEASON_H

#include "forms/pack/pack.h"

/* The run of the season, or of the days outside it, that holds a day: both ends included. */
struct season_span { bool inside; int32_t first, last; };

/* Season `id` in the pack's province; lines of no province hold where the province has none. An unknown season is never. */
void season_at(const struct pack *p, const char *id, int32_t day, struct season_span *out);
bool season_known(const struct pack *p, const char *id);

/* "11-01" or "11月1日" at the front of `s`; false when it is no day of any year. */
bool season_read_day(const char *s, int *month, int *day);

/* That day of a year; 29 February is the last day of February. */
int32_t season_day(int year, int month, int day);

#endif
