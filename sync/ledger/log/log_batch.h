/* log_batch.h - one write in the making. Private to the log. */
#ifndef SYNC_LEDGER_LOG_LOG_BATCH_H
#define SYNC_LEDGER_LOG_LOG_BATCH_H

#include "sync/ledger/log/log_record.h"
#include "sync/ledger/store/anchor.h"

struct log_batch {
	struct profile *p;
	struct store_txn txn;
	bool replaying;              /* what is put comes from the journal and does not go there again */
	bool erased_any;             /* some event is to be stripped when it arrives */
	bool roster_changed;
	bool own;                    /* the log being written is one of this device's */
	uint64_t lamport, lamport_start;
	uint64_t written, written_start;     /* events of this device's logs */
	struct anchor_ends ends;             /* how far it wrote them */
	uint64_t added;
	uint8_t (*erasing)[EVENT_REF + 1];   /* refs whose bytes in the journal go after the commit; level last */
	size_t erasing_count;
	struct buf entry, value, bytes;      /* scratch */
	struct log_record record;
};

/* In a log whose trust has an end, events came that show where its branches part: judge it again. */
enum err log_trust_moved(struct log_batch *b, const struct log_record *r);

/* Put an entry into the journal's next record, unless it came from there. */
enum err log_batch_journal(struct log_batch *b, const struct buf *entry);

/* Store a new event at the end of a strand, and tell roster and fold. */
enum err log_take(struct log_batch *b, struct log_record *r, struct log_strand *s, const struct log_step *step);

/* The record of a log; a log that is not known gets a number. ERR_LIMIT over LIMIT_EPOCHS. */
enum err log_record_make(struct log_batch *b, const struct event_log_id *id, struct log_record *out);

/* The wire form of `e` without its private part, and without its answers too from level 2, appended to `out`. */
enum err log_strip(const struct event *e, const struct event_base *base, int level, struct buf *out);

/* Apply an entry of the journal. */
enum err log_replay_entry(struct log_batch *b, const void *entry, size_t len);

/* Do what an ERASE says; it is T's, and believed. */
enum err log_obey(struct log_batch *b, const struct event *order);

/* Remove the erased parts of events from the journal; called after the commit. What a pulled plug left undone: _rest(). */
enum err log_erase_rest(struct profile *p);
enum err log_erase_journal(struct profile *p, uint8_t (*refs)[EVENT_REF + 1], size_t count);

#endif
