/* keep.h - files that came and are not taken in yet, or never: in/ (held), carry/ (for others), quarantine/ (refused, with the
 * reason beside it); blobs and packs. Each directory has a limit (limits.h); the oldest carried and refused files give way.
 */
#ifndef SYNC_EXCHANGE_KEEP_H
#define SYNC_EXCHANGE_KEEP_H

#include "sync/bundle/open.h"
#include "sync/exchange/inbox.h"

/* Write down what became of a bundle, inside its own commit. */
enum err keep_evidence(struct log_batch *b, struct profile *p, const struct inbox_file *f, const struct bundle_envelope *envelope);

/* Put a held, carried or refused file into its directory; f->kept gets the path. */
enum err keep_file(struct profile *p, struct inbox_file *f);

/* Every blob that a published pack names and that is not here; until `each` returns not OK. */
enum err keep_missing_blobs(struct profile *p, enum err (*each)(void *user, const uint8_t id[KEYS_HASH]), void *user);

#endif
