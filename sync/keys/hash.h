/* hash.h - BLAKE2b (RFC 7693) and the names that are made with it.
 *
 * Every hash of the format is BLAKE2b-256 unkeyed; a tag in front ("XC1 event") keeps the uses apart. Nothing here can fail.
 */
#ifndef SYNC_KEYS_HASH_H
#define SYNC_KEYS_HASH_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYS_HASH = 32, KEYS_HASH_SHORT = 16, KEYS_WRITER = 16, KEYS_ID = 8, KEYS_PK = 32, KEYS_SIGNATURE = 64 };

/* A hash of several pieces: start, add, end. `tag` is hashed without its NUL; NULL for none. */
struct keys_hash { crypto_generichash_state state; };

void keys_hash_start(struct keys_hash *h, const char *tag);
void keys_hash_add(struct keys_hash *h, const void *data, size_t len);
void keys_hash_end(struct keys_hash *h, uint8_t out[KEYS_HASH]);

/* Of one piece; the short one is BLAKE2b-128, not a cut BLAKE2b-256. */
void keys_hash(const void *data, size_t len, uint8_t out[KEYS_HASH]);
void keys_hash_short(const void *data, size_t len, uint8_t out[KEYS_HASH_SHORT]);

/* writer_id: first 16 bytes of the hash of "XC1 writer" and the Ed25519 public key. */
void keys_writer_id(const uint8_t sign_pk[KEYS_PK], uint8_t out[KEYS_WRITER]);

/* Key id: first 8 bytes of the hash of an X25519 public key. It only selects a key; it proves nothing. */
void keys_box_id(const uint8_t box_pk[KEYS_PK], uint8_t out[KEYS_ID]);

/* `len` bytes as lower-case hex: 2 * len digits and a NUL. */
void keys_hex(const uint8_t *data, size_t len, char *out);

/* The first 2 * len characters of `hex` as bytes; false unless they are lower-case hex digits. */
bool keys_unhex(const char *hex, size_t len, uint8_t *out);

/* Bytes as base64 (RFC 4648 section 4, padded), and back: false unless it is exactly `len` bytes. `out` of the first holds
 * KEYS_BASE64(len) characters. */
#define KEYS_BASE64(len) (((len) + 2) / 3 * 4 + 1)
void keys_base64(const void *data, size_t len, char *out);
bool keys_unbase64(const char *text, size_t text_len, void *out, size_t len);

#endif
