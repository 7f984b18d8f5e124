/* restored.h - at a township that was restored from a backup: which devices have not answered for it yet.
 *
 * What was merged after the backup is only with the devices. A device that hears of the restoration offers again what is not here of
 * its own, and what it holds of the township's staff (offer.h), and with it tells anew what it runs: that is its answer. Until then
 * nobody can say what of its records is missing. Waited for is who had sent something before and is not revoked; who never had is told
 * of as such by the list of devices.
 */
#ifndef SYNC_EXCHANGE_OUTBOX_RESTORED_H
#define SYNC_EXCHANGE_OUTBOX_RESTORED_H

#include "sync/exchange/inbox/evidence.h"

struct profile;

/* When this township was put in the place of a lost one (profile_restore), ms; 0: it was not. */
int64_t restored_at(const struct profile *p);

/* What one received bundle says of its sealer. */
enum restored_word { RESTORED_NOTHING, RESTORED_BEFORE /* it had sent something by then */, RESTORED_ANSWER };
enum restored_word restored_word(int64_t at, const struct evidence *e);

/* How many are waited for since `at`; 0 when it was not restored. */
enum err restored_count(struct profile *p, int64_t at, uint32_t *silent);

#endif
