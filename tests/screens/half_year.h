/* half_year.h - one grid worker's days from 21 May 2026 on, saved as the screens save them, on a device that meets nobody: twelve
 * walks a day of thirty answers and some notes, a hazard in every tenth that is reported fixed three days later, a training every
 * tenth day. All but the keys is the same in every run.
 */
#ifndef TESTS_SCREENS_HALF_YEAR_H
#define TESTS_SCREENS_HALF_YEAR_H

#include "tui/screens/app.h"

enum { HALF_YEAR_DAYS = 180, HALF_YEAR_WALKS = 12 };

struct half_year {
	uint32_t walks, hazards, trainings;
	double took[HALF_YEAR_DAYS * HALF_YEAR_WALKS];      /* of each walk, from its form opened to saved: ms of the processor, for the disk is shared */
};

/* The clock stands at so many minutes after eight of a day. */
void half_year_at(int day, int minute);
/* Live them, with the one who is unlocked. */
void half_year_live(struct app *app, struct half_year *out);

#endif
