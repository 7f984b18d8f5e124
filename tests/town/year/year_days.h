/* year_days.h - shared by the files that make days. */
#ifndef TESTS_TOWN_YEAR_YEAR_DAYS_H
#define TESTS_TOWN_YEAR_YEAR_DAYS_H

#include "tests/town/year/year.h"

int64_t year_at(const struct year *y, int hour, int minute);              /* of today, local, ms UTC */
const char *year_date(int32_t day, char out[16]);

/* year_village.c: trainings, drills, warnings, the duty log of a village. */
void year_village_day(struct year *y, int village);

#endif
