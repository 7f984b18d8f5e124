/* erase_own.h - inside erase*.c: what an order names, looked for in bundles, drafts and damaged files that lie beside the ledger. Not for
 * others. */
#ifndef SYNC_EXCHANGE_ERASE_ERASE_OWN_H
#define SYNC_EXCHANGE_ERASE_ERASE_OWN_H

#include "sync/ledger/log/event.h"

#include <stdbool.h>

struct profile;

/* An erased event; where it stands, when it is here, and the blob it names when it is an attachment. */
struct erase_target { uint8_t ref[EVENT_REF]; struct event_log_id log; uint64_t seq; bool placed, attachment; uint8_t blob[EVENT_HASH]; };

/* Does this file hold one of them? False for what is no bundle or does not open with our keys. */
bool erase_holds(struct profile *p, const void *data, size_t len, const struct erase_target *at, size_t count);

/* What holds one of them goes: refused bundles from quarantine/, with what lies beside them; bundles that wait in in/, or are carried for others
 * and open with our keys; at a township uploads that are whole, and every half of a bundle, into which nobody can look. Whoever sealed such a
 * bundle has no receipt for it: he offers it again. */
enum err erase_refused(struct profile *p, const struct erase_target *at, size_t count);
enum err erase_waiting(struct profile *p, const struct erase_target *at, size_t count);

/* Drafts that correct one of them go, with their photos, whoever's they are; folders that a rebuild kept aside too, when the rebuild lost
 * nothing. *left: what could not go yet, a draft that is being filled in or a folder that may be the only copy of something: the order is
 * not confirmed until it has. */
enum err erase_drafts(struct profile *p, const struct erase_target *at, size_t count, bool *left);
enum err erase_damaged(struct profile *p, const struct erase_target *at, size_t count, bool *left);

#endif
