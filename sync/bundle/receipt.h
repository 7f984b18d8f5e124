/* receipt.h - XCR1: what a township has of our logs, signed by its daemon. Not secret. FORMAT.md, "Receipts".
 *
 * Given only after the commit is durable; the only proof that something was sent.
 */
#ifndef SYNC_BUNDLE_RECEIPT_H
#define SYNC_BUNDLE_RECEIPT_H

#include "sync/keys/root.h"
#include "sync/ledger/log/event.h"

enum { RECEIPT_ENTRIES = 256 };

/* A log and how far it is held without a gap. The scope is named by its hash, so a stranger learns no place. */
struct receipt_entry { uint8_t writer[KEYS_WRITER], scope[KEYS_HASH_SHORT]; uint64_t epoch, seq; uint8_t hash[EVENT_HASH]; };

struct receipt {
	uint8_t township[KEYS_TOWNSHIP], key[KEYS_ID], bundle[KEYS_HASH];
	int64_t time; uint64_t tick;
	size_t count; struct receipt_entry at[RECEIPT_ENTRIES];
};

void receipt_scope(const struct event_scope *scope, uint8_t out[KEYS_HASH_SHORT]);

/* Sign and append. `r->key` is filled in from the signer. */
enum err receipt_make(struct receipt *r, const struct keys_identity *signer, struct buf *out);

/* Check against the township's roots (any R of the chain; by a removed one it proves nothing, keys_roots_receipts()). ERR_FORMAT, ERR_LIMIT, ERR_VERSION,
 * ERR_UNKNOWN (another township's), ERR_SIGNATURE. */
enum err receipt_read(const void *data, size_t len, const struct keys_roots *roots, struct receipt *out);

#endif
