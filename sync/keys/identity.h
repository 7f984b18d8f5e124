/* identity.h - the secrets of one writer: a key that signs, a key that opens, the key of the device's store.
 *
 * The secrets live in guarded, locked memory (sodium_malloc) from birth to keys_identity_free(), which wipes them; they
 * leave it only wrapped (slot.h). T, B and R of a township are identities too; what they have no use for stays unused.
 * Signatures are Ed25519 (RFC 8032), boxes X25519 sealed boxes of libsodium.
 */
#ifndef SYNC_KEYS_IDENTITY_H
#define SYNC_KEYS_IDENTITY_H

#include "forms/base/err.h"
#include "sync/keys/hash.h"

#include <stdbool.h>

enum { KEYS_SYMMETRIC = 32, KEYS_SEALED = 48 /* a sealed box is this much longer than its content */ };

struct keys_public { uint8_t writer[KEYS_WRITER], sign[KEYS_PK], box[KEYS_PK]; };

struct keys_identity;

/* Call once in main(), before anything else of this room. Random bytes of libsodium then come through the seam `sys`.
 * Core dumps are turned off: secrets must not reach the disk. */
enum err keys_start(void);

/* A new identity. `dbk` is the store key of the device, shared by all its writers: NULL makes a new one. */
enum err keys_identity_new(const uint8_t dbk[KEYS_SYMMETRIC], struct keys_identity **out);

/* From the 96 secret bytes (sign seed, box secret, store key); used by slot.h and town.h. */
enum { KEYS_SECRET = 96 };
enum err keys_identity_from(const uint8_t secret[KEYS_SECRET], struct keys_identity **out);
const uint8_t *keys_identity_secret(const struct keys_identity *id);         /* the same bytes; borrowed, guarded */

void keys_identity_free(struct keys_identity *id);                           /* NULL is fine */

/* Guarded memory for a PIN being typed; wiped when freed. NULL when there is none. */
char *keys_secret_new(size_t len);
void keys_secret_free(char *secret);

/* Borrowed until keys_identity_free(). */
const struct keys_public *keys_identity_public(const struct keys_identity *id);
const uint8_t *keys_identity_dbk(const struct keys_identity *id);            /* KEYS_SYMMETRIC bytes */

void keys_sign(const struct keys_identity *id, const void *message, size_t len, uint8_t signature[KEYS_SIGNATURE]);
bool keys_verify(const uint8_t sign_pk[KEYS_PK], const void *message, size_t len, const uint8_t signature[KEYS_SIGNATURE]);

/* Seal `len` bytes to a public key: out gets len + KEYS_SEALED bytes. False for a key no one can hold (small order). */
bool keys_send(const uint8_t box_pk[KEYS_PK], const void *plain, size_t len, uint8_t *out);

/* Open what was sealed to this identity: out gets len - KEYS_SEALED bytes; false when it was not, or was changed. */
bool keys_receive(const struct keys_identity *id, const uint8_t *sealed, size_t len, uint8_t *out);

#endif
