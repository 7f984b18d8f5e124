/* profile_own.h - the parts of a profile that only the log and the profile look into. */
#ifndef SYNC_LEDGER_PROFILE_PROFILE_OWN_H
#define SYNC_LEDGER_PROFILE_PROFILE_OWN_H

#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"

struct profile_private {
	int lock;                    /* the file `write`, flocked around every write */
	uint64_t placement;          /* where this directory lies: inode of `seat`, machine id */
	uint64_t boot;
	uint8_t boot_id[16];
	uint64_t trust;              /* META_TRUST when the roster was fed */
	bool store_bad;              /* the walk, or a value that did not open, found the store damaged */
	bool read_failed;            /* that only because it could not be read: the ladder looks once more */
	int lock_depth;
	struct truetime_binding offer;      /* not written yet */
	struct pack **packs;
	unsigned pack_count;
};

/* The lock around every write; waits for other programs. */
enum err profile_lock_write(struct profile *p);
void profile_unlock_write(struct profile *p);

/* Under the lock: is the store the current file and does it hold all that the journal does? If not, make it so. */
enum err profile_refresh(struct profile *p);

/* Under the lock, after a commit failed: close, walk the ladder, open, replay. */
enum err profile_recover(struct profile *p);

/* Feed the roster with the township's log again when another program or an aborted write changed it. */
enum err profile_feed_roster(struct profile *p, struct store_txn *t);

/* The township's count starts anew (a new receipt key). */
enum err profile_forget_tick(struct profile *p);

/* A new root may have ended the trust in a former T: everything is judged again, and other programs hear of it. */
enum err profile_trust_moved(struct profile *p);

/* Close what stands on the key: fold, store, journal. */
void profile_close_store(struct profile *p);

/* Of the unlocked writer, on a device: keep the sealed key of what the township says beside the store, when the roster has it;
 * put the kept one on the ring. Neither fails: without it a device that lost everything needs its grant again. */
void profile_decrees_keep(const struct profile *p);
void profile_decrees_recall(const struct profile *p);

/* The second half of the ladder, with the key and under the lock. */
enum err profile_ladder(struct profile *p);
/* Cut away what a failed write left in the journal. Under the lock. */
enum err profile_undo(struct profile *p);
/* The same where nothing is written to the log, with the lock, as far as it can be. */
void profile_cut_left(struct profile *p);

/* The first half: a child opens the store and walks it for at most so long. ERR_CORRUPT, ERR_NOTFOUND; ERR_IO, ERR_NOMEM, ERR_FULL,
 * ERR_BUSY, ERR_DENIED when the machine kept it from looking, which is no damage. */
enum err profile_probe(struct profile *p);

/* Where does this directory lie? ERR_UNSUPPORTED where a copy could not be told from the original. */
enum err profile_place_fit(const char *dir);
enum err profile_placement(const char *dir, uint64_t *out);
/* Count boots; identify this one. */
void profile_note_boot(struct profile *p);

/* Apply journal entries from `from` on, in slices, and note in the store how far it came. */
enum err profile_replay(struct profile *p, struct journal_mark from, uint64_t *entries, uint64_t *lost);

/* How far the journal is in the store. */
enum err profile_mark(struct profile *p, struct journal_mark *out);

/* Write the journal anew from the store; the old one is kept aside when `keep`. */
enum err profile_rejournal(struct profile *p, bool keep);

/* Move `name` of the profile into a directory kept for a person to look at; its name goes to health.kept. */
enum err profile_keep_aside(struct profile *p, const char *name);

/* As log_write(), the lock being held. `replaying`: nothing is journalled, and the store notes `mark` as how far it has
 * come, or keeps its own when that is LOG_MARK_KEPT. */
struct log_batch;
#define LOG_MARK_KEPT UINT64_MAX
enum err log_write_locked(struct profile *p, bool replaying, const struct journal_mark *mark, enum err (*work)(struct log_batch *b, void *user), void *user);

#endif
