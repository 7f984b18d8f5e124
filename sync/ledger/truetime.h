/* truetime.h - when something truly happened, whatever the device's clock said.
 *
 * Every event tells the boot of its device and the uptime. An ANCHOR event of the same writer ([source, time, boot, uptime], sync.md §3.3)
 * binds that boot to a time that can be trusted: then the times of all its events are sure, those of before the ANCHOR as well. The order of
 * events and the fold never ask for it.
 */
#ifndef SYNC_LEDGER_TRUETIME_H
#define SYNC_LEDGER_TRUETIME_H

#include "sync/ledger/log.h"

/* ms UTC of an event. `sure` when the boot of its writer is bound; else its own wall clock. */
int64_t truetime_of(struct store_txn *t, const struct log_event *e, bool *sure);

/* Is the boot that this device runs in bound, for the unlocked writer? */
bool truetime_is_bound(struct profile *p);
/* It was `time` (ms UTC) when the device had run for `uptime` (ms): an ANCHOR of the unlocked writer, durable on return. `source` says by whose
 * word: "receipt", the township's. */
enum err truetime_bind(struct profile *p, const char *source, int64_t time, int64_t uptime);

/* The newest time that somebody to be trusted with it (the township, the unlocked writer) has bound a boot to; 0: none. */
int64_t truetime_newest(struct store_txn *t);

/* An ANCHOR arrives, by whatever way. */
void truetime_note(struct log_batch *b, const struct event_log_id *id, const struct event *e);

#endif
