/* shelf.h - sealed bundles that wait in a directory until they are known to have arrived.
 *
 * A shelf covers the logs its filter picks: what is neither acknowledged nor in a waiting bundle of the shelf is cut into new
 * ones, so nothing is sealed twice and sending needs no PIN. A device has one, "out", of its own writers' logs; a township
 * has one a scope for what goes down. Files are named by the bundle's id and appear whole.
 */
#ifndef SYNC_EXCHANGE_OUTBOX_SHELF_H
#define SYNC_EXCHANGE_OUTBOX_SHELF_H

#include "sync/exchange/inbox/evidence.h"
#include "sync/keys/identity.h"

struct profile;

struct shelf {
	const char *name;                             /* "out" or the text of a scope; also its directory below out/ and down/ */
	const char *directory;                        /* path */
	const struct keys_identity *sealer;
	const uint8_t (*to)[KEYS_PK]; size_t to_count;
	uint64_t tick;                                /* 0 = none */
	bool acknowledged;                            /* leave out what receipts cover (a device's own logs) */
	bool (*wants)(void *user, const struct event_log_id *log);
	uint64_t (*until)(void *user, const struct event_log_id *log);     /* of a log that it wants: the last event to take; NULL: all */
	void *user;
};

/* Seal what is not covered yet; *bundles and *events (may be NULL) count what was added. */
enum err shelf_fill(struct profile *p, const struct shelf *s, uint32_t *bundles, uint64_t *events);

/* Waiting bundles of this shelf whose pieces are all acknowledged: evidence becomes DONE, files go. */
enum err shelf_settle(struct profile *p, const char *name, const char *directory, uint32_t *settled);

/* Count every waiting bundle of the shelf as replaced, its file goes: everything not acknowledged is sealed again at the next fill (a
 * township restored from backup asks for it; a downlink shelf is made anew when it has too many small files). That it was replaced is
 * remembered, so that its copies on sticks go; on a downlink shelf for SHELF_REPLACED_DAYS. */
enum { SHELF_REPLACED_DAYS = 200 };
enum err shelf_empty(struct profile *p, const char *name, const char *directory);

/* The same for every waiting bundle, on whatever shelf, that may hold event `seq` of this log, and what was sealed after it: its content
 * has changed (an erasure), so it is sealed anew at the next fill. */
enum err shelf_forget(struct profile *p, const struct event_log_id *log, uint64_t seq);

/* A bundle of one piece, `count` events from `first`, not kept: for `bundle export --log`. *given: so many went in, for one bundle holds
 * no more or no more are there. ERR_NOTFOUND when there are none. */
enum err shelf_cut_one(struct profile *p, const struct shelf *s, const struct event_log_id *log, uint64_t first, uint64_t count, struct buf *out, uint8_t id[KEYS_HASH], uint64_t *given);

#endif
