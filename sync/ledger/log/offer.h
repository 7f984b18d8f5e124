/* offer.h - what a township that was restored from a backup is offered again besides a device's own records.
 *
 * What the township itself had said since (certificates, revocations, packs) and what its staff wrote at the desk is with the devices that
 * had received it, and so are the records of a device that was revoked, then or later. A device that hears of the restoration notes how far it
 * holds each log; so far, and no further, it seals with its own those whose device does not offer them. The township takes them as any
 * others: each by its author's signature.
 */
#ifndef SYNC_LEDGER_LOG_OFFER_H
#define SYNC_LEDGER_LOG_OFFER_H

#include "sync/ledger/log/log.h"

struct keys_roster;

/* This log is held up to number `last`. */
void offer_note(struct log_batch *b, const struct event_log_id *id, uint64_t last);

/* How far it was held; 0: it was not. */
uint64_t offer_until(struct store_txn *t, const struct event_log_id *id);

/* Is it for others to offer what this writer wrote? T's and the staff's words lay on the machine that was lost, a revoked one's device is gone. */
bool offer_falls_to_others(const struct keys_roster *r, const uint8_t writer[EVENT_WRITER]);

#endif
