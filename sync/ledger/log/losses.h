/* losses.h - which records are not here: by writer, log and number, for reports and for `check`.
 *
 * A gap in a log of somebody else may still be on its way; one in a log of this device is a loss.
 */
#ifndef SYNC_LEDGER_LOG_LOSSES_H
#define SYNC_LEDGER_LOG_LOSSES_H

#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

/* Every gap in what is held of the logs, one after the other, until `each` fails. Of a log that is split: what is held in none of
 * its branches. */
enum err losses_gaps(struct store_txn *t, enum err (*each)(void *user, const struct profile_loss *l), void *user);

/* After something was made again: the gaps there are now go to health.lost; with `ends` also what the anchor knows to have been
 * written behind them, and the anchor's ends are brought back to what is held. */
enum err losses_note(struct profile *p, bool ends);

/* "07 (990101100201, 3f…): 第 3-9 条", appended. */
void losses_words(const struct profile *p, const struct profile_loss *l, struct buf *out);

#endif
