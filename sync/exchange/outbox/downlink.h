/* downlink.h - what a township gives back: for every scope a shelf of bundles with all logs of that scope, relayed, never
 * restated; the roots in clear; the blobs of packs; receipts. sync.md section 8.5.
 *
 * Bundles of a scope are sealed to the scope's newest key; T's own log, on the shelf "decrees", to the first key of all, which
 * everybody holds: new keys are announced there. They are sealed by R, which relays and never authors, so the daemon can do
 * it alone.
 */
#ifndef SYNC_EXCHANGE_OUTBOX_DOWNLINK_H
#define SYNC_EXCHANGE_OUTBOX_DOWNLINK_H

#include "sync/exchange/folder/folder.h"
#include "sync/keys/identity.h"

enum { DOWNLINK_SMALL_FILES = 64 };       /* a shelf with more is made anew */

/* Bring the shelves of all scopes up to date; *bundles (may be NULL) counts new ones. */
enum err downlink_fill(struct profile *p, uint32_t *bundles);

/* Put shelves, roots and blobs into dir/XUNCHA/down. */
enum err downlink_put(struct profile *p, const char *dir, struct folder_report *r);

/* On a device: the same for the scopes of the unlocked writer, sealed by it, so that a stick or a phone brings everyone of the
 * village up to date before any of them meets the township. */
enum err downlink_relay(struct profile *p, const char *dir, struct folder_report *r);

/* Everything a writer who holds `heads` lacks, as sealed bundles for it alone, one after the other; used for a grant (no heads)
 * and over HTTP. *more: there is more than `max` bytes. */
/* A question about many logs comes in pieces: `after` and `to` (NULL: no bound) are the last places of the piece before and of
 * this one; what lies outside is asked elsewhere. `ends`: last events held of the branches of split logs, of which seqs say
 * nothing; a branch that ends so is not sent again. */
enum { DOWNLINK_PLACE = EVENT_WRITER + KEYS_HASH_SHORT + 8, DOWNLINK_END = 8 };
struct downlink_heads {
	const struct event_log_id *logs; const uint64_t *seqs; size_t count;
	const uint8_t *after, *to;
	const uint8_t (*ends)[DOWNLINK_END]; size_t end_count;
};
/* Where a log lies among all: writer ‖ H16(scope) ‖ epoch8. */
void downlink_place(const struct event_log_id *log, uint8_t out[DOWNLINK_PLACE]);
enum err downlink_for(struct profile *p, const struct keys_identity *sealer, const uint8_t box[KEYS_PK], const struct event_scope *scopes, size_t scope_count,
                      const struct downlink_heads *heads, size_t max, struct buf *out, bool *more);

#endif
