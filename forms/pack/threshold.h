/* threshold.h - is a place still a small one? thresholds.csv, by the scheme of its kind or of the county.
 *
 * The scheme THRESHOLD_READING is another matter: what is read at places of a kind, and the reading that alarms.
 */
#ifndef FORMS_PACK_THRESHOLD_H
#define FORMS_PACK_THRESHOLD_H

#include "forms/pack/pack.h"

#define THRESHOLD_READING "reading"

enum pack_size { PACK_SIZE_UNKNOWN, PACK_SIZE_SMALL, PACK_SIZE_ABOVE };

/* A place of kind `kind` is small while every threshold of its scheme holds whose metric the place has; above when one
 * does not; unknown when there is none to go by. `metric` appends the text of a field, nothing when it is empty. */
enum err threshold_size(const struct pack *p, const char *kind, enum err (*metric)(void *user, const char *field, struct buf *out), void *user,
                        enum pack_size *out);

/* A line of THRESHOLD_READING: the field of places that holds its number at each of them, and whether a value is beyond it. */
const char *threshold_field(const struct pack_threshold *t);
bool threshold_alarms(const struct pack_threshold *t, double value, double limit);

#endif
