/* wanted.h - blobs that a township restored from a backup lacks: parts of packs that T's log names, photos of records.
 *
 * Its records come back with bundles, which have a shelf and receipts; what they name lies with whoever had fetched it, and is asked for.
 */
#ifndef SYNC_EXCHANGE_OUTBOX_WANTED_H
#define SYNC_EXCHANGE_OUTBOX_WANTED_H

#include "forms/base/buf.h"

struct profile;

enum { WANTED_MAX = 64 };

/* Their ids, one behind the other: packs first, at most WANTED_MAX; nothing at a township that was not restored. */
enum err wanted_list(struct profile *p, struct buf *out);

#endif
