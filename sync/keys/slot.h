/* slot.h - who can unlock this device: one slot for each of its workers, opened by a PIN.
 *
 * The file `slots` of a profile holds for each worker the label in clear, the public keys, the parameters of the key
 * derivation and the wrapped secrets:
 *
 *     KEK     = BLAKE2b-256(key = pepper, Argon2id(PIN, salt, ops, mem))
 *     wrapped = XChaCha20-Poly1305(KEK, sign seed ‖ box secret ‖ store key), the slot before it authenticated
 *
 * The pepper is 32 random bytes in a file of its own, which may lie on another medium. Wrong tries are counted in `tries`
 * before a PIN is tested, one program after the other (tries.h); from the fifth on one must wait, longer each time, up to an hour. Nothing is
 * ever wiped.
 */
#ifndef SYNC_KEYS_SLOT_H
#define SYNC_KEYS_SLOT_H

#include "sync/keys/identity.h"

enum { KEYS_SLOTS_MAX = 64, KEYS_LABEL_MAX = 32, KEYS_PIN_MAX = 128, KEYS_SALT = 16, KEYS_FREE_TRIES = 5 };

/* Parameters of Argon2id (RFC 9106). Least 3 passes over 32 MiB; read back only within 3..64 passes, 32..128 MiB. */
struct keys_kdf { uint32_t ops, mem_kib; };

/* The least (`--kdf min`), and what takes about 0.8 s on this machine (measures once, about 0.1 s). */
struct keys_kdf keys_kdf_least(void);
struct keys_kdf keys_kdf_calibrated(void);

struct keys_slot {
	char label[KEYS_LABEL_MAX + 1];
	struct keys_public id;
	struct keys_kdf kdf;
	uint8_t salt[KEYS_SALT];
	uint8_t wrapped[24 + KEYS_SECRET + 16];
};

/* The slots of a profile directory, in the order they were made; none when there is no file. ERR_CORRUPT, ERR_VERSION. */
struct keys_slots { size_t count; struct keys_slot at[KEYS_SLOTS_MAX]; };
enum err keys_slots_read(const char *dir, struct keys_slots *out);

/* The slot with this label, or the first when label is NULL; NULL when there is none. */
const struct keys_slot *keys_slots_find(const struct keys_slots *s, const char *label);

/* ERR_PIN unless it is six digits or more, or a passphrase of eight characters or more. */
enum err keys_pin_check(const char *pin);

/* In what follows `pepper` is the path of the pepper file, NULL for the profile's own.
 *
 * Add a slot for `id` under a label that is new (ERR_EXISTS). Makes the pepper with the first slot; ERR_NOTFOUND when
 * there are slots but their pepper is not to be had. */
enum err keys_slots_add(const char *dir, const char *label, const struct keys_identity *id, const char *pin,
                        struct keys_kdf kdf, const char *pepper);

/* Try a PIN. ERR_PIN (the detail says how many tries are left before one must wait), ERR_BUSY (how long to wait, or who is in the way),
 * ERR_NOTFOUND (no such worker, or the pepper's medium is not there). Takes about 0.8 s. */
enum err keys_slots_unlock(const char *dir, const char *label, const char *pin, const char *pepper, struct keys_identity **out);

/* The same secrets under another PIN; a new salt. The old PIN is tried as by keys_slots_unlock(). */
enum err keys_slots_change(const char *dir, const char *label, const char *pin, const char *fresh, struct keys_kdf kdf, const char *pepper);

/* Seconds until this worker may try again; 0 = now. */
uint32_t keys_slots_wait(const char *dir, const char *label);

#endif
