/* seal.h - making a bundle: segments in, one XCB1 file out. FORMAT.md, "The envelope".
 *
 * Every bundle has a file key of its own, sealed to each recipient; nothing is counted that a restored device could
 * count twice. The envelope is signed by whoever seals, the segments by their authors.
 */
#ifndef SYNC_BUNDLE_SEAL_H
#define SYNC_BUNDLE_SEAL_H

#include "sync/bundle/segment.h"
#include "sync/keys/identity.h"

struct bundle_sealing {
	const struct keys_identity *sealer;
	const uint8_t (*to)[KEYS_PK]; size_t to_count;    /* box keys, 1 to LIMIT_STANZAS */
	uint64_t counter;                                 /* the sealer's, for people to see what came when */
	int64_t wall;
	uint64_t tick;                                    /* 0 = none: only downlinks of a township carry one */
	const char *program, *pack;                       /* versions that the sealer runs, cut to LIMIT_MAKER bytes; program NULL: not told */
};

/* Plain bytes to aim at, so that the file stays near LIMIT_BUNDLE_TARGET. */
enum { BUNDLE_PLAIN_TARGET = 96 << 10 };

/* Seal `plain` (segments, 1 to LIMIT_PLAIN bytes). `id` (may be NULL) gets the bundle's id, the hash of the file. */
enum err bundle_seal(const struct bundle_sealing *how, const void *plain, size_t len, struct buf *out, uint8_t id[KEYS_HASH]);

#endif
