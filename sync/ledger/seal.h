/* seal.h - how a value rests on the device. sync.md section 6.4.
 *
 * With a key: XChaCha20-Poly1305 with a nonce that never repeats (16 random bytes each time a store is opened, then a counter); the table and
 * the key of the row are its additional data, so that a value moved elsewhere does not open. Without a key (office
 * stores): the value and an 8-byte checksum over the same, so that damage is noticed there too.
 */
#ifndef SYNC_LEDGER_SEAL_H
#define SYNC_LEDGER_SEAL_H

#include "forms/base/buf.h"

enum { SEAL_KEY = 32, SEAL_OVERHEAD = 40 };          /* overhead with a key; 8 without */

struct seal {
	const uint8_t *key;          /* SEAL_KEY bytes in guarded memory, the session's; NULL: checksum only */
	uint8_t nonce[24];
	uint64_t used;
};

/* Start sealing under `key` (borrowed) or NULL. ERR_IO when the system has no randomness. */
enum err seal_init(struct seal *s, const uint8_t *key);

/* Append the sealed form of `data` to `out`. */
enum err seal_put(struct seal *s, const void *about, size_t about_len, const void *data, size_t len, struct buf *out);

/* Append the plain form to `out`; ERR_CORRUPT when it is not what was sealed for `about`. */
enum err seal_get(const struct seal *s, const void *about, size_t about_len, const void *data, size_t len, struct buf *out);

/* A small whole file (draft, pack) sealed for its name. Reading: at most `max` plain bytes. */
enum err seal_write_file(struct seal *s, const char *path, const char *about, const void *data, size_t len);
enum err seal_read_file(const struct seal *s, const char *path, const char *about, size_t max, struct buf *out);

#endif
