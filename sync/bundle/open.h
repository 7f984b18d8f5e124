/* open.h - reading a bundle that came from anywhere: cheap checks before dear ones, and no change of state at all.
 *
 * The order is that of FORMAT.md: lengths and limits, sealer known, envelope signature, stanza for us, decryption to the
 * end, decompression into exactly what was announced, the shape of the segments. What to do with a bundle follows from
 * the result; err_detail() has the reason for people:
 *     ERR_OK       open; verify each segment and import it
 *     ERR_UNKNOWN  the sealer is not certified: keep it whole and try again when a certificate comes
 *     ERR_DENIED   sealed to others: carry it along
 *     else         refuse it and keep it aside (ERR_FORMAT, ERR_LIMIT, ERR_VERSION, ERR_SIGNATURE)
 */
#ifndef SYNC_BUNDLE_OPEN_H
#define SYNC_BUNDLE_OPEN_H

#include "sync/bundle/segment.h"
#include "sync/keys/ring.h"

/* The clear part, and where the rest lies; borrows from the file. */
struct bundle_envelope {
	uint8_t id[KEYS_HASH];                            /* hash of the whole file */
	uint8_t sealer[KEYS_WRITER];
	uint64_t counter, tick; int64_t wall;             /* tick 0 = none */
	uint32_t plain_len, cipher_len;
	uint8_t dictionary[8];
	const uint8_t *stanzas; size_t to_count;          /* each: key id 8, sealed file key 80 */
	const uint8_t *maker;                             /* ENVELOPE_MAKER_BOX bytes; NULL not told */
	const uint8_t *file; size_t header_len, file_len;
};

struct bundle {
	struct bundle_envelope envelope;
	struct buf plain;
	char program[LIMIT_MAKER + 1], pack[LIMIT_MAKER + 1];                     /* versions that the sealer runs; "" not told */
	struct log_segment segments[LIMIT_SEGMENTS]; size_t segment_count;       /* borrow from plain */
};

/* The five steps, for who needs them one by one.
 * Lengths, limits, versions; no key is used. */
enum err bundle_envelope_read(const void *file, size_t len, struct bundle_envelope *out);

/* Is the sealer known and its signature good? ERR_UNKNOWN, ERR_SIGNATURE. */
enum err bundle_envelope_verify(const struct bundle_envelope *e, const struct keys_roster *roster);

/* Decrypt with a stanza that the ring holds, expand, read the segments' heads into out->plain and out->segments; `out` is zeroed before. */
enum err bundle_envelope_open(const struct bundle_envelope *e, const struct keys_ring *ring, struct bundle *out);

/* All of it; out->envelope is filled in as far as it could be read. *out is to be cleared in every case; it borrows the file. */
enum err bundle_open(const void *file, size_t len, const struct keys_roster *roster, const struct keys_ring *ring, struct bundle *out);
void bundle_clear(struct bundle *b);

/* How long the whole file is, and who sealed it, from its first BUNDLE_START bytes (an upload that has just begun, a
 * bundle with something behind it). ERR_HELD when more bytes are needed; else as bundle_envelope_read(). */
enum { BUNDLE_START = 59, BUNDLE_STANZAS = BUNDLE_START + LIMIT_STANZAS * (KEYS_ID + KEYS_SYMMETRIC + KEYS_SEALED) };
enum err bundle_start_read(const void *start, size_t len, size_t *whole, uint8_t sealer[KEYS_WRITER]);
enum err bundle_length(const void *start, size_t len, size_t *whole);
/* Is one of its stanzas for a key of this ring? Told from its first BUNDLE_STANZAS bytes; false for what is no bundle. */
bool bundle_is_for(const void *start, size_t len, const struct keys_ring *ring);
/* Or for a key that is `ours`? */
bool bundle_is_to(const void *start, size_t len, bool (*ours)(const void *user, const uint8_t key[KEYS_ID]), const void *user);

#endif
