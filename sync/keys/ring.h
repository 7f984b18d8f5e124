/* ring.h - the box secrets one can open with: a writer's own, those of its scopes, a township's B of now and before.
 *
 * Found by key id (first 8 bytes of the hash of the public key). Secrets live in guarded memory.
 */
#ifndef SYNC_KEYS_RING_H
#define SYNC_KEYS_RING_H

#include "sync/keys/roster.h"

struct keys_ring;

enum err keys_ring_new(struct keys_ring **out);
void keys_ring_free(struct keys_ring *r);

enum err keys_ring_add(struct keys_ring *r, const uint8_t box_secret[KEYS_SYMMETRIC]);
enum err keys_ring_add_identity(struct keys_ring *r, const struct keys_identity *id);

/* Every scope key that T sealed to this writer; those that do not open are passed over. */
enum err keys_ring_add_scopes(struct keys_ring *r, const struct keys_roster *roster, const struct keys_identity *id);

/* One scope secret as T sealed it to this writer. ERR_DENIED when it does not open. */
enum err keys_ring_add_sealed(struct keys_ring *r, const struct keys_identity *id, const uint8_t sealed[KEYS_SEALED_SECRET]);

/* One scope key, out of its members' sealed secrets. ERR_DENIED when `id` is not among them. */
enum err keys_ring_add_key(struct keys_ring *r, const struct keys_scope_key *key, const struct keys_identity *id);

/* Write every key to a file of mode 0400, for another program that is to read our bundles: lines "KEYID SECRET" in hex. Who
 * has that file reads all that is sealed to these keys. ERR_EXISTS when there is such a file. */
enum err keys_ring_export(const struct keys_ring *r, const char *path);

bool keys_ring_has(const struct keys_ring *r, const uint8_t id[KEYS_ID]);

/* Seal the secret of key `id` to someone else's key: out gets KEYS_SYMMETRIC + KEYS_SEALED bytes. False: no such key. */
bool keys_ring_share(const struct keys_ring *r, const uint8_t id[KEYS_ID], const uint8_t box_pk[KEYS_PK], uint8_t *out);

/* Open a sealed box addressed to key `id`: out gets len - KEYS_SEALED bytes. False: no such key, or not for it. */
bool keys_ring_open(const struct keys_ring *r, const uint8_t id[KEYS_ID], const uint8_t *sealed, size_t len, uint8_t *out);

#endif
