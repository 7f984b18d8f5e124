/* journal.h - the second copy of every event: append-only parts of about 1 MiB. sync.md section 6.
 *
 *     part   := "XCJ1" ‖ sealed u8 ‖ 3 zero bytes ‖ number u64 ‖ record…
 *     record := length u32 ‖ ordinal u32 ‖ check 8 ‖ body        body = sealed (length u32 ‖ entry)…
 *
 * The check is over part, ordinal and body, so that a record is known without a key, wherever it lies. A record is a group
 * of entries written together. What was not confirmed and does not check is cut by the next append. Never in flight
 * together with the store: journal_commit() returns after fdatasync, before LMDB writes. One writer at a time: the caller
 * holds the profile's lock.
 */
#ifndef SYNC_LEDGER_STORE_JOURNAL_H
#define SYNC_LEDGER_STORE_JOURNAL_H

#include "sync/ledger/store/seal.h"

#include <stdbool.h>

enum { JOURNAL_PART = 1 << 20, JOURNAL_RECORD = 1 << 18, JOURNAL_FILE_MAX = 256 << 20 };

struct journal;

/* A place between two records: so many records of this part. */
struct journal_mark { uint64_t part; uint32_t records; };

/* Open `dir` (made when missing); the last part is read to its end. `seal` is borrowed. */
enum err journal_open(const char *dir, const struct seal *seal, struct journal **out);
void journal_close(struct journal *j);

/* An empty journal goes on behind this part of the one it replaces. */
void journal_start_after(struct journal *j, uint64_t part);

/* Look again: another program may have appended. */
enum err journal_refresh(struct journal *j);

/* Where the next record goes: behind the last sound one. */
struct journal_mark journal_end(const struct journal *j);

/* `confirmed` is how far the store had come. True when the last part is whole up to there; what follows the first damage
 * behind it was never confirmed and no longer counts. False: confirmed records are damaged or gone. */
bool journal_settle(struct journal *j, struct journal_mark confirmed);

/* Add an entry to what is being written; nothing reaches the disk yet. */
enum err journal_add(struct journal *j, const void *entry, size_t len);

/* Where the journal will end once what was added is written. */
struct journal_mark journal_planned(const struct journal *j);

/* Write and fdatasync what was added. On failure nothing of it counts; what of it lies on a disk that would not even let it be cut away is
 * left, to be undone. */
enum err journal_commit(struct journal *j);

/* Was something left? Cut it away, under the lock, before anybody reads or writes on: whoever made it was told that it is not kept, and may
 * have made it once more. `taken` is how far the store has come, NULL when that cannot be told: what another program has met meanwhile and
 * taken in stays. ERR_IO: not yet. */
bool journal_left(const struct journal *j);
enum err journal_undo(struct journal *j, const struct journal_mark *taken);
void journal_abort(struct journal *j);

/* Every entry from `from` to the end, in order. Damaged stretches are counted in *lost and passed over. */
enum err journal_each(struct journal *j, struct journal_mark from, enum err (*each)(void *user, const void *entry, size_t len),
                      void *user, uint64_t *lost);

/* Write every part anew in which `change` alters an entry: it appends the new one to `out` and returns true. Places stay. */
enum err journal_rewrite(struct journal *j, bool (*change)(void *user, const void *entry, size_t len, struct buf *out), void *user);

#endif
