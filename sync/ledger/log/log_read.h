/* log_read.h - looking into the logs of a store: one event, the events of a log, which logs there are and how far each is held.
 *
 * Everything is read within the caller's transaction; what is given is a copy.
 */
#ifndef SYNC_LEDGER_LOG_LOG_READ_H
#define SYNC_LEDGER_LOG_LOG_READ_H

#include "sync/ledger/log/event.h"
#include "sync/ledger/log/log_place.h"
#include "sync/ledger/store/store.h"
#include "sync/limits.h"

struct log_event {
	struct event_log_id log;
	struct log_place place;
	uint8_t hash[EVENT_HASH];                           /* its first 12 bytes are the ref */
	bool opaque;
	struct event event;                                 /* borrows from bytes */
	struct buf bytes;
};
void log_event_clear(struct log_event *e);

/* `out` is a zeroed or used log_event. ERR_NOTFOUND. */
enum err log_event_get(struct store_txn *t, const uint8_t ref[EVENT_REF], struct log_event *out);
enum err log_event_at(struct store_txn *t, const struct log_place *at, struct log_event *out);
/* What a distance ref means: the event `distance` before `at` in its own branch. ERR_NOTFOUND in a gap. Only its ref and
 * place are looked up. */
enum err log_before(struct store_txn *t, const struct log_place *at, uint64_t distance, struct log_place *place, uint8_t ref[EVENT_REF]);
/* Is the event at a place, of this hash, off the chain that leads to event `end` with hash `last`? False too while a gap
 * keeps that from being known. */
enum err log_strays(struct store_txn *t, const struct log_place *at, const uint8_t hash[EVENT_HASH], uint64_t end, const uint8_t last[EVENT_HASH], bool *out);
enum err log_find(struct store_txn *t, const uint8_t ref[EVENT_REF], struct log_place *out);
/* Which log a local number stands for, and back. ERR_NOTFOUND. */
enum err log_id_of(struct store_txn *t, uint32_t number, struct event_log_id *out);
enum err log_number_of(struct store_txn *t, const struct event_log_id *id, uint32_t *out);

/* Events of a log from `first` to `last`, in order, every strand; until `each` returns not OK. */
enum err log_each(struct store_txn *t, const struct event_log_id *id, uint64_t first, uint64_t last,
                  enum err (*each)(void *user, const struct log_event *e), void *user);
/* Every event of the store, log by log. */
enum err log_each_all(struct store_txn *t, enum err (*each)(void *user, const struct log_event *e), void *user);

/* A piece whose chain is whole. In a split two pieces overlap, or one continues from inside another; both may follow the
 * same event, so only `strand` tells them apart. It is local, and another after pieces were joined. */
struct log_range { uint64_t first, last; uint8_t previous[EVENT_HASH]; uint16_t strand; };
struct log_head {
	struct event_log_id id;
	uint64_t seq; uint8_t hash[EVENT_HASH];             /* held without a gap from 1 to here */
	uint64_t highest;                                   /* highest number held */
	uint64_t acked; uint8_t acked_hash[EVENT_HASH];     /* by the township's receipts */
	uint64_t split_at;                                  /* first number with two hashes; 0 none */
	uint32_t range_count;
	struct log_range ranges[LIMIT_RANGES];              /* what is held, by first; log_export(first, previous) gives each */
};
enum err log_head_get(struct store_txn *t, const struct event_log_id *id, struct log_head *out);
enum err log_heads(struct store_txn *t, enum err (*each)(void *user, const struct log_head *h), void *user);
/* The next numbers from *first on, below the highest, of which no event is held: *first to *last; false when there are none. Of a log that is
 * split: in no branch. Start with 1, go on behind *last. */
bool log_gap(const struct log_head *h, uint64_t *first, uint64_t *last);

#endif
