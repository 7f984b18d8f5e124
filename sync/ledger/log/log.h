/* log.h - the logs of a profile: append our own event, import a verified segment, read, list, acknowledge.
 *
 * A log (writer, scope, epoch) is held as strands: pieces whose chain is whole. In order it is one strand; a gap or a split
 * (two events with one number: two copies of a device) makes another. Every write goes through log_write(), which is the
 * one place that takes the lock, refreshes the store, journals, commits and recovers. sync.md sections 3 and 6.
 */
#ifndef SYNC_LEDGER_LOG_LOG_H
#define SYNC_LEDGER_LOG_LOG_H

#include "sync/ledger/log/event.h"
#include "sync/ledger/log/log_place.h"
#include "sync/ledger/store/store.h"
#include "sync/limits.h"

struct profile;
struct log_batch;

/* One write. `work` does everything through the batch and keeps no state of its own: it runs again after the map has
 * grown. When it fails, or the commit does, nothing has changed. ERR_FULL: the disk; ERR_IO: the write did not happen, and
 * what of it reached a disk that fails is cut away before the next. After ERR_OK all is durable in the journal, and in the store unless that
 * failed in the last moment: then whoever needs it next brings it in. */
enum err log_write(struct profile *p, enum err (*work)(struct log_batch *b, void *user), void *user);
struct store_txn *log_txn(struct log_batch *b);
struct profile *log_profile(struct log_batch *b);

/* Append an event of the unlocked writer to its log of this scope: fills in lamport, times and salt (when it has a private
 * part without one), starts a new epoch first when one is due (section 3.2), signs. `ref` gets its name. ERR_DENIED when
 * nobody is unlocked, ERR_LIMIT when it is over 64 KiB. */
enum err log_append(struct log_batch *b, const struct event_scope *scope, const struct event *e, uint8_t ref[EVENT_REF]);
/* The same as another identity: T on the township's machine. */
struct keys_identity;
enum err log_append_as(struct log_batch *b, const struct keys_identity *author, const struct event_scope *scope, const struct event *e, uint8_t ref[EVENT_REF]);

/* The log and number that the next event of the unlocked writer in this scope gets, for shortening refs to distances. When
 * a new epoch is due, *seq is 2 (EPOCH_START comes first) and id->epoch is 0, not drawn yet: no ref can be shortened. */
enum err log_next(struct log_batch *b, const struct event_scope *scope, struct event_log_id *id, uint64_t *seq);

/* Put a row of BUN or BLOB (not caches): it is journalled too. data NULL deletes. */
enum err log_keep(struct log_batch *b, enum store_table table, const struct store_key *key, const void *data, size_t len);

/* This draft has become `record`: kept with it, the files go now or at the next start. */
enum err log_draft_done(struct log_batch *b, uint64_t draft, const uint8_t record[EVENT_REF]);
/* Nobody will ask for it again. */
enum err log_draft_forget(struct log_batch *b, uint64_t draft);

/* --- segments --- */

/* A piece of a log as a bundle carries it: borrowed bytes. `base` are the values of event first-1 (zeros when first is 1). */
struct log_segment {
	struct event_log_id id;
	uint64_t first;
	uint32_t count;
	uint8_t previous[EVENT_HASH];
	struct event_base base;
	uint8_t signature[EVENT_SIGNATURE];                 /* of the last event */
	const uint8_t *events; size_t len;
	uint8_t hash[EVENT_HASH];                           /* of the last event; said by log_export(), not carried */
};

/* An event of a segment, decoded and chained. */
struct log_step {
	struct event event;
	bool opaque;
	const uint8_t *bytes; size_t len;                   /* as carried */
	struct event_base base;                             /* what its deltas count from */
	uint8_t hash[EVENT_HASH];
	const uint8_t *signature;                           /* of this event; NULL */
};

/* Decode and chain: `steps` has room for seg->count. ERR_FORMAT when lengths or counts do not fit or parts cannot be told
 * apart; an event that can be delimited but holds malformed content is only marked opaque. */
enum err log_segment_read(const struct log_segment *seg, struct log_step *steps);

struct log_result { uint32_t added, held, filled; bool gap, split; };

/* Take in a segment whose author and signature the caller has verified. Held events are passed over; a fuller copy fills a
 * withheld part; another hash at a held number makes a split. ERR_LIMIT over 256 held pieces or 65,536 epochs: what came before is taken in;
 * ERR_FORMAT when a first event does not continue h_0: nothing is. After any other error the batch must fail as well. */
enum err log_import(struct log_batch *b, const struct log_segment *seg, const struct log_step *steps, struct log_result *result);

struct log_range;

/* The longest segment from `first` that we hold whole, at most `max_events` and about `max_bytes`, ending at a signature: the last
 * within LIMIT_SLICE events, else the first behind them. Bytes go to `out`. ERR_NOTFOUND when there is nothing to give. `branch` is one of the ranges of log_head_get(), for a log that
 * is split; NULL: any. */
enum err log_export(struct store_txn *t, const struct event_log_id *id, uint64_t first, const struct log_range *branch,
                    uint32_t max_events, size_t max_bytes, struct buf *out, struct log_segment *seg);

/* The hash of the event with this number in that branch. ERR_NOTFOUND. */
enum err log_hash_in(struct store_txn *t, const struct event_log_id *id, const struct log_range *branch, uint64_t seq, uint8_t hash[EVENT_HASH]);

/* --- reading --- */

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

/* A receipt for a log: remembers it, and marks a new epoch as due when it contradicts our own log (another hash at a number
 * we hold, or a higher number than ours). A number of 0: it holds nothing. *contradicts may be NULL. */
enum err log_acknowledge(struct log_batch *b, const struct event_log_id *id, uint64_t seq, const uint8_t hash[EVENT_HASH], bool *contradicts);

enum log_reason { LOG_FIRST, LOG_REBUILT, LOG_MOVED, LOG_ANCHOR, LOG_RECEIPT, LOG_ASKED };
/* The next own event of this scope starts a new epoch. */
enum err log_renew(struct log_batch *b, const uint8_t writer[EVENT_WRITER], const struct event_scope *scope, enum log_reason why);

/* Replace parts of an event by their commitments, in the store now and in the journal at the end of this write; also those of
 * an event that comes later. Taking in a believed ERASE does it. */
enum err log_erase(struct log_batch *b, const uint8_t ref[EVENT_REF], bool answers_too);

/* Has this writer (zeros: the profile itself) done all that an ERASE asks beside the ledger, and said so? Kept in the journal too. */
bool log_erasure_done(struct store_txn *t, const uint8_t writer[EVENT_WRITER], const uint8_t order[EVENT_REF]);
enum err log_erasure_note(struct log_batch *b, const uint8_t writer[EVENT_WRITER], const uint8_t order[EVENT_REF]);

#endif
