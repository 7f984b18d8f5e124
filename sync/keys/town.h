/* town.h - the secrets of a township: root key, T, B, R, recovery.
 *
 * In the township's profile, N being the version of the newest root:
 *     authority.N   T and the root key, sealed to the box key of each staff writer who may use them: a staff PIN opens it
 *     daemon.N      every B and the newest R, mode 0400, for the receiving daemon; it can sign receipts and relay, nothing else
 *     recovery.N    the key that can sign a root when the root key is lost; to be moved to a safe and taken off the machine
 * They are written before the root that names them, so a pulled plug leaves the old township or the new one.
 */
#ifndef SYNC_KEYS_TOWN_H
#define SYNC_KEYS_TOWN_H

#include "sync/keys/ring.h"

/* Found a township: all keys, root 1 and the files; `roots` gets the chain (also written as the file `roots`). The first
 * who may use T is `staff`. ERR_EXISTS when the profile has roots already. */
enum err keys_town_found(const char *dir, const char *name, const char *division, const struct keys_identity *staff, struct keys_roots *roots);

/* T's signing identity, for a staff writer whose PIN is open. ERR_DENIED when it is not one of those who may. */
enum err keys_town_authority(const char *dir, const struct keys_identity *staff, struct keys_identity **out);

/* Let another staff writer use T; done by one who may. */
enum err keys_town_admit(const char *dir, const struct keys_identity *staff, const struct keys_public *fresh);

/* Who may use T: writer ids, the caller's to free(). ERR_NOTFOUND when this is no township. */
enum err keys_town_admitted(const char *dir, uint8_t (**out)[KEYS_WRITER], size_t *count);

/* What the daemon holds: R, and a ring with every B. ERR_NOTFOUND when this is no township. */
enum err keys_town_daemon(const char *dir, struct keys_identity **receipt, struct keys_ring **boxes);
bool keys_town_here(const char *dir);

/* What of the township's secrets is on this machine alone, to see whether a copy has it all: the version of the newest root, and a hash over
 * who opens what with which PIN (slots and authority.N). ERR_NOTFOUND when this is no township. */
struct keys_town_mark { uint32_t version; uint8_t staff[KEYS_HASH]; };
enum err keys_town_mark(const char *dir, struct keys_town_mark *out);

/* Roots of a later version than the newest here are known: the one of the devices; 0 when there are none. */
uint32_t keys_town_behind(const char *dir);

/* New T, B, R and root key; the next root is appended to the chain and written. `heads` are T's log heads as they stand:
 * what a former T signs beyond them is not believed. Only `staff` may use the new T until others are admitted again. ERR_DENIED where the
 * devices follow a later root already: another one beside it they would never believe. */
enum err keys_town_rotate(const char *dir, const struct keys_identity *staff, const struct keys_head *heads, size_t n, struct keys_roots *roots);

/* The same, when nobody can open the old root key any more: signed by the recovery key at `path`. Makes a new one. What a T whose keys are
 * not here (keys_roots_later) has signed is not believed any more. */
enum err keys_town_recover(const char *dir, const char *path, const struct keys_identity *staff, const struct keys_head *heads, size_t n, struct keys_roots *roots);

#endif
