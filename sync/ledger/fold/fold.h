/* fold.h - from events to registers. sync.md section 5.
 *
 * The log layer hands over every event it stores, inside its transaction. The fold notes which rows an event touches and,
 * before the commit, folds each of those rows anew from its whole history (row_judge is a pure function of that history,
 * the packs and the roster, so the order of arrival cannot matter). What cannot be folded yet (a gap, a pack not here) is
 * noted and taken up when the missing part arrives. Everything it writes is a cache: fold_rebuild() makes it again.
 */
#ifndef SYNC_LEDGER_FOLD_FOLD_H
#define SYNC_LEDGER_FOLD_FOLD_H

#include "sync/ledger/log/event.h"
#include "sync/ledger/log/log_place.h"

#include <stdbool.h>

struct fold;
struct store_txn;
struct profile;

enum {
	FOLD_VERSION = 1,
	FOLD_MADE = FOLD_VERSION << 8 | 8                 /* what the registers of a store were made by: the fold, and the layout of its caches */
};

/* One for an open profile. Reads what it needs of the store lazily. */
enum err fold_open(struct profile *p, struct fold **out);
void fold_close(struct fold *f);

/* An event was stored (or a withheld part of it filled in, or a part erased). `first`: nothing was ever stored at its number of
 * this log before, so none of its rows can be here yet. Never fails for what an event says, only for the machine. */
enum err fold_event(struct fold *f, struct store_txn *t, const struct log_place *at, const struct event_log_id *log,
                    const uint8_t hash[EVENT_HASH], const struct event *e, bool first);

/* Fold the touched rows and write them: once before each commit. After an abort call fold_drop() instead. */
enum err fold_flush(struct fold *f, struct store_txn *t);
void fold_drop(struct fold *f);

/* What an event's judgement rests on has changed: certificates, revocations or adoptions of a writer; a pack is here. */
enum err fold_roster_changed(struct fold *f, struct store_txn *t, const uint8_t writer[EVENT_WRITER]);
enum err fold_pack_arrived(struct fold *f, struct store_txn *t, const char *id, const char *version);

/* Events that name a blob; attachments of a record in the order of their lamports; what corrects a record or a correction; events that
 * wait for something, unfolded. Until `each` returns not OK. */
enum err fold_blob_events(struct store_txn *t, const uint8_t blob[EVENT_HASH], enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user);
enum err fold_attachments(struct store_txn *t, const uint8_t record[EVENT_REF], enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user);
enum err fold_corrections(struct store_txn *t, const uint8_t record[EVENT_REF], enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user);
enum err fold_kept(struct store_txn *t, enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user);

/* Every blob that any event names, once each: from `from` on, before `to` (NULL: to the last). */
enum err fold_blobs(struct store_txn *t, const uint8_t from[EVENT_HASH], const uint8_t *to, enum err (*each)(void *user, const uint8_t blob[EVENT_HASH]), void *user);

/* Has this writer said that it obeyed this order to erase? */
bool fold_obeyed(struct store_txn *t, const uint8_t order[EVENT_REF], const uint8_t writer[EVENT_WRITER]);

/* Empty all registers and fold every event again, in slices of `slice` events a transaction. A rebuild that was cut off
 * leaves fold_unfinished() true: rebuild again before anything is shown. */
enum err fold_rebuild(struct fold *f, uint32_t slice);
bool fold_unfinished(struct store_txn *t);

/* Pack versions that kept events wait for, and how many wait. Stops when `each` returns false. */
enum err fold_waiting(struct fold *f, bool (*each)(void *user, const char *version, uint64_t events), void *user);

#endif
