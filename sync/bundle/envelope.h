/* envelope.h - the numbers of XCB1, shared by the one who seals and the one who opens. FORMAT.md, "The envelope". */
#ifndef SYNC_BUNDLE_ENVELOPE_H
#define SYNC_BUNDLE_ENVELOPE_H

#include "forms/base/buf.h"
#include "sync/keys/box.h"
#include "sync/limits.h"

enum {
	ENVELOPE_FIXED = 59,                              /* magic to the number of stanzas */
	ENVELOPE_STANZA = KEYS_ID + KEYS_SYMMETRIC + KEYS_SEALED,
	ENVELOPE_HEADER_MOST = ENVELOPE_FIXED + LIMIT_STANZAS * ENVELOPE_STANZA + LIMIT_EXTENSIONS,
	ENVELOPE_CHUNK = 16 << 10, ENVELOPE_CHUNK_MORE = 17, ENVELOPE_STREAM = 24,
	ENVELOPE_MAJOR = 1, ENVELOPE_ALGORITHMS = 1,
	ENVELOPE_TICK = 1, ENVELOPE_MAKER = 2,            /* types of extensions */
	ENVELOPE_MAKER_PLAIN = 2 * (1 + LIMIT_MAKER), ENVELOPE_MAKER_BOX = ENVELOPE_MAKER_PLAIN + KEYS_BOX,
	ENVELOPE_CRITICAL = 0x8000, ENVELOPE_FLAGS_CRITICAL = 0xff00
};

/* Bytes of a secretstream of `len` bytes: header, then chunks, the last one also when it is empty. */
static inline size_t envelope_stream_len(size_t len)
{
	size_t chunks = len ? (len + ENVELOPE_CHUNK - 1) / ENVELOPE_CHUNK : 1;

	return ENVELOPE_STREAM + len + chunks * ENVELOPE_CHUNK_MORE;
}

/* ERR_LIMIT when the plain text is more than LIMIT_PLAIN_RATIO times the cipher text (a bomb). */
enum err envelope_ratio(size_t plain_len, size_t cipher_len);

/* Append the secretstream of `plain` under `key`; `ad`, which may not lie in `out`, goes with the first chunk. And back: ERR_FORMAT unless every chunk
 * is whole, authentic and the last one is marked. blob.h uses the same. */
enum err envelope_encrypt(const uint8_t key[KEYS_SYMMETRIC], const void *ad, size_t ad_len, const void *plain, size_t len, struct buf *out);
enum err envelope_decrypt(const uint8_t key[KEYS_SYMMETRIC], const void *ad, size_t ad_len, const void *cipher, size_t len, struct buf *out);

/* With the versions that a sealer runs: "XC1 maker". */
extern const struct keys_ad envelope_maker_ad;

/* "XC1 bundle", the header and the hash of what lies between header and signature. */
void envelope_message(const uint8_t *file, size_t header_len, size_t cipher_len, struct buf *out);

#endif
