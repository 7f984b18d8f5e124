/* newer.h - what this program, or the packs here, are too old for: kept whole, counted, said, and tried again once they are newer.
 *
 * A bundle of a later format lies in quarantine/ with the version of the program that could not read it beside it, and is tried
 * again by a program of any other version. A pack of a later format stays in its blobs and is opened at every settling. Records made
 * with a pack that is not here wait in the store and are folded when it comes. Records of kinds that are not known are part of
 * their logs, passed on, and folded when a newer program makes the registers again.
 */
#ifndef SYNC_EXCHANGE_INBOX_NEWER_H
#define SYNC_EXCHANGE_INBOX_NEWER_H

#include "forms/base/buf.h"

#include <stdbool.h>

struct profile;

enum newer_what { NEWER_BUNDLES, NEWER_PACK, NEWER_RECORDS, NEWER_KINDS };

/* `name`: of the pack, "ID VERSION" or "ID/VERSION"; "" for the others. Borrowed in `each`. */
struct newer { enum newer_what what; const char *name; uint64_t count; };

/* All of it; until `each` returns not OK. NEWER_KINDS reads every log and is left out unless `kinds` is asked for. */
enum err newer_each(struct profile *p, bool kinds, enum err (*each)(void *user, const struct newer *n), void *user);

/* One line for people: what waits, and for what. */
void newer_words(const struct newer *n, struct buf *out);

/* Note at `path`, beside a quarantined file, that this program is too old for it; or that this is not the reason. */
enum err newer_note(const char *path, bool newer);

/* Try the quarantined again that a program of another version noted; *again counts those that are quarantined no more. */
enum err newer_retry(struct profile *p, uint32_t *again);

#endif
