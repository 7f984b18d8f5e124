/* threshold.h - is a place still a small one? thresholds.csv, by the scheme of its kind or of the county. */
#ifndef FORMS_PACK_THRESHOLD_H
#define FORMS_PACK_THRESHOLD_H

#include "forms/pack/pack.h"

enum pack_size { PACK_SIZE_UNKNOWN, PACK_SIZE_SMALL, PACK_SIZE_ABOVE };

/* A place of kind `kind` is small while every threshold of its scheme holds whose metric the place has; above when one
 * does not; unknown when there is none to go by. `metric` appends the text of a field, nothing when it is empty. */
enum err threshold_size(const struct pack *p, const char *kind, enum err (*metric)(void *user, const char *field, struct buf *out), void *user,
                        enum pack_size *out);

#endif
