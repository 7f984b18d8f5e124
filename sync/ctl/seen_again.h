/* seen_again.h - hazards that a walk from a file raises, and that stand already. */
#ifndef SYNC_CTL_SEEN_AGAIN_H
#define SYNC_CTL_SEEN_AGAIN_H

#include "forms/base/jdoc.h"
#include "forms/fill/fill.h"
#include "sync/ledger/rows/row.h"

/* In a walk of this place, read but not finished: each such hazard becomes a note that it was seen again, with what was said of it; one line of
 * each on standard error, and {item, hazard} added to `told`. Forms that are no walks stay as they are. */
enum err seen_again(struct profile *p, const struct row_id *place, struct fill *f, struct jdoc *told);

#endif
