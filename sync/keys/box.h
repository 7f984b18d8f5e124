/* box.h - bytes sealed under a symmetric key: XChaCha20-Poly1305, random nonce in front, associated data authenticated.
 *
 * For the store, the journal and drafts (key: the device's store key; associated data: table and key of the value) and
 * for wrapped keys. A box is its content plus KEYS_BOX bytes.
 */
#ifndef SYNC_KEYS_BOX_H
#define SYNC_KEYS_BOX_H

#include "forms/base/buf.h"
#include "sync/keys/identity.h"

enum { KEYS_BOX_NONCE = 24, KEYS_BOX_TAG = 16, KEYS_BOX = KEYS_BOX_NONCE + KEYS_BOX_TAG };

struct keys_ad { const void *data; size_t len; };

/* Write len + KEYS_BOX bytes to `out`, which may not overlap `plain`. Fails only when there is no randomness. */
enum err keys_box_close(const uint8_t key[KEYS_SYMMETRIC], struct keys_ad ad, const void *plain, size_t len, uint8_t *out);

/* Write len - KEYS_BOX bytes to `plain`, which may be where they lie sealed (box + KEYS_BOX_NONCE); ERR_CORRUPT when the key is another, the bytes were changed or are too few. */
enum err keys_box_open(const uint8_t key[KEYS_SYMMETRIC], struct keys_ad ad, const uint8_t *box, size_t len, void *plain);

/* The same, appended to a buffer. */
enum err keys_box_close_to(const uint8_t key[KEYS_SYMMETRIC], struct keys_ad ad, const void *plain, size_t len, struct buf *out);
enum err keys_box_open_to(const uint8_t key[KEYS_SYMMETRIC], struct keys_ad ad, const uint8_t *box, size_t len, struct buf *plain);

#endif
