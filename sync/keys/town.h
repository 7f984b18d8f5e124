/* town.h - the secrets of a township: root key, T, B, R, recovery.
 *
 * In the township's profile:
 *     authority     T and the root key, sealed to the box key of each staff writer who may use them: a staff PIN opens it
 *     daemon.key    B (all versions) and R, mode 0400, for the receiving daemon; it can sign receipts and relay, nothing else
 *     recovery.key  the key that can sign a root when all root keys are lost; to be moved to a safe and taken off the machine
 */
#ifndef SYNC_KEYS_TOWN_H
#define SYNC_KEYS_TOWN_H

#include "sync/keys/ring.h"

/* Found a township: makes all keys, root 1 and the three files; `roots` gets the chain (and the file of that name). The
 * first staff writer is `staff`. ERR_EXISTS when the directory has an authority already. */
enum err keys_town_found(const char *dir, const char *name, const char *division, const struct keys_identity *staff, struct keys_roots *roots);

/* T's signing identity, for a staff writer whose PIN is open. ERR_DENIED when it is not one of those who may. */
enum err keys_town_authority(const char *dir, const struct keys_identity *staff, struct keys_identity **out);

/* Let another staff writer open T; done by one who can. */
enum err keys_town_admit(const char *dir, const struct keys_identity *staff, const struct keys_public *fresh);

/* What the daemon holds: R, and a ring with every B. ERR_NOTFOUND when this is no township. */
enum err keys_town_daemon(const char *dir, struct keys_identity **receipt, struct keys_ring **boxes);
bool keys_town_here(const char *dir);

/* Rotate: new T, B, R and root keys; version N+1 appended to the chain. `heads` are T's log heads as they stand; staff
 * who could open T must be admitted again, but for the one who does this. A staff that left keeps nothing of use. */
enum err keys_town_rotate(const char *dir, const struct keys_identity *staff, const struct keys_head *heads, size_t n, struct keys_roots *roots);

#endif
