/* profile_copy.h - a copy of a whole profile: made, put in the place of a lost one, and whether it is time for another.
 *
 * What devices once heard or wrote comes back from them; the keys of a township do not. So a copy is overdue when it is old, and at once
 * when keys were made since: a township restored from it would be one that no device believes.
 */
#ifndef SYNC_LEDGER_PROFILE_PROFILE_COPY_H
#define SYNC_LEDGER_PROFILE_PROFILE_COPY_H

#include "sync/ledger/profile/profile.h"

/* A copy that opens elsewhere (there it starts new epochs): made aside, synced, then named. `to` must not exist, nor lie within. */
enum err profile_backup(struct profile *p, const char *to);

enum { PROFILE_COPY_DAYS = 30 };
enum profile_overdue {
	PROFILE_COPY_FRESH,          /* a device's always is: its records are at the township */
	PROFILE_COPY_OLD,            /* PROFILE_COPY_DAYS or more; or from a day that is yet to come */
	PROFILE_COPY_NONE,           /* never, as far as is known */
	PROFILE_COPY_BEHIND,         /* this was restored from one that was older than the township's last keys */
	PROFILE_COPY_BEFORE_STAFF,   /* since then a member of staff was given a key or a PIN, or let use the township's */
	PROFILE_COPY_BEFORE_ROOT     /* since then the township has new keys */
};

/* When the last one was made from here, or this was restored from it, ms; 0: never, as far as is known. */
struct profile_copied { int64_t at; enum profile_overdue overdue; };
struct profile_copied profile_backed_up(const struct profile *p);
/* What is the matter with it, in the reader's words, its day `offset` minutes from UTC; appended to `out`, nothing when it is fresh. */
void profile_overdue_words(const struct profile_copied *c, int offset, struct buf *out);

/* Put a backup in place of the profile `dir`, which is kept aside. A township's then says in the file PROFILE_RESTORED since when (ms). */
#define PROFILE_RESTORED "restored"
enum err profile_restore(const char *dir, const char *from);
/* What the file of that name says, ms; 0: nothing. */
int64_t profile_noted(const struct profile *p, const char *name);
/* A township that was restored is shown roots that it has not (keys_roots_later_note); any other is not: whoever stole a root key could keep it
 * from changing its keys. */
enum err profile_roots_shown(const struct profile *p, const void *data, size_t len);
/* Was it put back under a clock that is behind the backup's? Then it is told from a former restoration by luck alone. */
bool profile_restored_early(const char *dir);
/* How long after the backup was made, in seconds; 0: not known, or not restored. */
uint64_t profile_restored_after(const struct profile *p);

#endif
