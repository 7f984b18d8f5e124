/* filler.h - a patient stranger who fills in any form: goes from place to place, answers what is asked so that type,
 * choices and constraint are met, adds instances to repeats now and then. The same seed gives the same answers. */
#ifndef TESTS_FILL_FILLER_H
#define TESTS_FILL_FILLER_H

#include "forms/fill/fill.h"

struct filler {
	uint64_t seed;
	uint32_t places, answered, instances;
	uint32_t refused;              /* questions for which no answer was found that the form accepts */
	uint32_t missing, wrong;       /* faults left at the end */
	struct buf left;               /* their paths and messages, on one line */
};

/* Fill in all of `f` and finish it. ERR_LIMIT when the walk does not come to an end. */
enum err filler_run(struct filler *r, struct fill *f);

#endif
