/* log_segment.h - a piece of a log on its way between stores: read, taken in, cut out.
 *
 * A segment proves itself by its author's signature over its last event (sync/bundle/segment.h); here it is only chained. Its bytes
 * are always borrowed.
 */
#ifndef SYNC_LEDGER_LOG_LOG_SEGMENT_H
#define SYNC_LEDGER_LOG_LOG_SEGMENT_H

#include "sync/ledger/log/event.h"
#include "sync/ledger/store/store.h"
#include "sync/limits.h"

struct log_batch;

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

#endif
