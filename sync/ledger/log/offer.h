/* offer.h - what a township that was restored from a backup is offered again besides a device's own records.
 *
 * What the township itself had said since (certificates, revocations, packs) and what its staff wrote at the desk is with the devices that
 * had received it, and so are the records of a device that was revoked. A device that hears of the restoration notes how far it holds each
 * of these logs; so far, and no further, it seals them with its own. The township takes them as any others: each by its author's signature.
 */
#ifndef SYNC_LEDGER_LOG_OFFER_H
#define SYNC_LEDGER_LOG_OFFER_H

#include "sync/ledger/log/log.h"

/* Offer this log up to number `last`. */
void offer_note(struct log_batch *b, const struct event_log_id *id, uint64_t last);

/* How far; 0: it is not offered. */
uint64_t offer_until(struct store_txn *t, const struct event_log_id *id);

#endif
