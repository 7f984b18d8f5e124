/* journal.h - the second copy of every event: append-only parts of about 1 MiB. sync.md section 6.
 *
 * part   := "XCJ1" ‖ sealed u8 ‖ 3 zero ‖ number u64 ‖ profile 16
 * record := length u32 ‖ check 8 ‖ sealed entries        check = keyed hash over part, offset, length and the bytes
 * A record is one group of entries that were written together. What is behind the first record that does not check was
 * never confirmed and is cut, unless the store says it had been (journal_open). One writer at a time: the caller holds the
 * lock. Never in flight together with the store: journal_commit() returns after fdatasync, before LMDB writes.
 */
#ifndef SYNC_LEDGER_JOURNAL_H
#define SYNC_LEDGER_JOURNAL_H

#include "sync/ledger/seal.h"

#include <stdbool.h>

enum { JOURNAL_PART = 1 << 20, JOURNAL_RECORD_MAX = 20 << 20 };

struct journal;
struct journal_mark { uint64_t part, offset; };         /* a place between two records */

/* Open `dir` (made when missing). The last part is checked to its end: a torn tail is noted, cut at the next append. */
enum err journal_open(const char *dir, struct seal *seal, struct journal **out);
void journal_close(struct journal *j);

/* Where the next record goes. */
struct journal_mark journal_end(const struct journal *j);

/* Look again after another program may have appended. */
enum err journal_refresh(struct journal *j);

/* Add an entry to the record being made; nothing is written yet. journal_planned() = where it will end. */
enum err journal_add(struct journal *j, const void *entry, size_t len);
struct journal_mark journal_planned(struct journal *j);
/* Write and fdatasync what was added. On failure nothing of it counts (it is cut again, or by the next one who opens). */
enum err journal_commit(struct journal *j);
void journal_abort(struct journal *j);

/* Every entry from `from` to the end. `lost` (may be NULL) counts records that no longer check before the end: the walk
 * goes on with the next part. */
enum err journal_each(struct journal *j, struct journal_mark from, enum err (*each)(void *user, const void *entry, size_t len), void *user, uint64_t *lost);

/* Are the records of the part that holds `mark`, up to it, sound? */
bool journal_holds(struct journal *j, struct journal_mark mark);

/* Write every part that `change` alters anew, aside, synced and renamed. change() may rewrite one entry in `out` (true). */
enum err journal_rewrite(struct journal *j, bool (*change)(void *user, const void *entry, size_t len, struct buf *out), void *user);

#endif
