/* seal.h - how a value rests on the device. sync.md section 6.4.
 *
 * With a key: a box (keys/box.h), the table and key of the row being its associated data, so that a value moved
 * elsewhere does not open. Without a key (office stores): the value and an 8-byte checksum (SipHash-2-4, no secret) over
 * the same, so that damage is noticed there too.
 */
#ifndef SYNC_LEDGER_STORE_SEAL_H
#define SYNC_LEDGER_STORE_SEAL_H

#include "forms/base/buf.h"

enum { SEAL_CHECK = 8, SEAL_NONCE = 24 };

struct seal { const uint8_t *key; };                 /* 32 bytes of the unlocked identity, borrowed; NULL: checksum only */

/* SipHash-2-4 of `data` under what `about` hashes to: notices damage, proves nothing. */
void seal_check(const void *about, size_t about_len, const void *data, size_t len, uint8_t out[SEAL_CHECK]);

/* Append the sealed form of `data` to `out`. seal_put_next() is for many values in one go: the nonce is random once
 * (fs_random) and counted up in its last 8 bytes, so that none comes twice. It must not outlive the transaction it was made
 * for, lest a fork use it on both sides. */
enum err seal_put_next(const struct seal *s, uint8_t nonce[SEAL_NONCE], const void *about, size_t about_len, const void *data, size_t len, struct buf *out);
enum err seal_put(const struct seal *s, const void *about, size_t about_len, const void *data, size_t len, struct buf *out);

/* Append the plain form to `out`; ERR_CORRUPT when it is not what was sealed for `about`. */
enum err seal_get(const struct seal *s, const void *about, size_t about_len, const void *data, size_t len, struct buf *out);

/* A small whole file, sealed for `about`, durable. Reading: at most `max` plain bytes into `out`, emptied first. */
enum err seal_write_file(const struct seal *s, const char *path, const char *about, const void *data, size_t len);
enum err seal_read_file(const struct seal *s, const char *path, const char *about, size_t max, struct buf *out);

#endif
