/* log.h - the logs of a profile: append our own event, import a verified segment, read, list, acknowledge.
 *
 * A log (writer, scope, epoch) is held as strands: pieces whose chain is whole. In order it is one strand; a gap or a split
 * (two events with one number: two copies of a device) makes another. Every write goes through log_write(), which is the
 * one place that takes the lock, refreshes the store, journals, commits and recovers. sync.md sections 3 and 6.
 */
#ifndef SYNC_LEDGER_LOG_LOG_H
#define SYNC_LEDGER_LOG_LOG_H

#include "sync/ledger/log/log_read.h"
#include "sync/ledger/log/log_segment.h"

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

/* --- receipts, epochs, erasures --- */

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
