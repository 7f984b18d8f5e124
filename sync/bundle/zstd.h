/* zstd.h - compression, the only place that knows zstd: frames of an announced size, with or without a built-in dictionary.
 *
 * Expanding writes into memory of exactly the announced size, refuses a frame that announces another, or a window over
 * 2^LIMIT_WINDOW_LOG. Dictionaries are files of sync/bundle/dict compiled in, named by the first 8 bytes of their hash.
 */
#ifndef SYNC_BUNDLE_ZSTD_H
#define SYNC_BUNDLE_ZSTD_H

#include "forms/base/buf.h"

#include <stdbool.h>

enum { BUNDLE_DICTIONARY = 8 };

/* The dictionary used for new bundles; eight zero bytes mean none. */
const uint8_t *bundle_zstd_dictionary(void);
bool bundle_zstd_knows(const uint8_t dictionary[BUNDLE_DICTIONARY]);

/* Append `plain` as one frame: level 19 up to 128 KiB, else 9; no checksum, no dictionary id. */
enum err bundle_zstd_shrink(const void *plain, size_t len, const uint8_t dictionary[BUNDLE_DICTIONARY], struct buf *out);

/* Append exactly `plain_len` bytes out of one frame. ERR_FORMAT, ERR_VERSION for a dictionary we do not have. */
enum err bundle_zstd_expand(const void *frame, size_t len, size_t plain_len, const uint8_t dictionary[BUNDLE_DICTIONARY], struct buf *out);

#endif
