/* quarantine.h - the files that were refused: each lies in quarantine/ whole, with its reason beside it. What could not even
 * be told apart has no evidence in the store; the directory is the list. */
#ifndef SYNC_EXCHANGE_INBOX_QUARANTINE_H
#define SYNC_EXCHANGE_INBOX_QUARANTINE_H

#include "sync/keys/hash.h"

struct profile;

/* `reason` is one line, "" when it cannot be read; `newer` the version of the program that was too old for it, "" where that is
 * not the reason (newer.h); `when` ms, as the file system says. Borrowed in `each`. */
struct quarantined { uint8_t id[KEYS_HASH]; const char *reason, *newer; uint64_t size; int64_t when; };

/* All of them, by id; until `each` returns not OK. */
enum err quarantine_each(const struct profile *p, enum err (*each)(void *user, const struct quarantined *q), void *user);

/* One goes, with what lies beside it. */
enum err quarantine_drop(const struct profile *p, const uint8_t id[KEYS_HASH]);

#endif
