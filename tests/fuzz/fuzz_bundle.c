/* What anyone can hand to a receiver: the clear part of a bundle, and a frame as if it were the decrypted rest. */
#include "config.h"
#include "sync/bundle/open.h"
#include "sync/bundle/zstd.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t none[BUNDLE_DICTIONARY];
	uint8_t sealer[KEYS_WRITER];
	struct bundle_envelope e;
	struct buf plain = { 0 };
	size_t whole;

	if (!bundle_envelope_read(data, len, &e) && (e.file_len != len || e.header_len + e.cipher_len + KEYS_SIGNATURE != len || e.plain_len > LIMIT_PLAIN))
		abort();
	if (!bundle_start_read(data, len, &whole, sealer) && whole > LIMIT_BUNDLE_FILE)
		abort();
	/* A frame may announce any of these sizes; what comes out has exactly the one that was asked for. */
	for (size_t size = 1; size <= LIMIT_PLAIN && len < 4096; size *= 16) {
		buf_reset(&plain);
		if (!bundle_zstd_expand(data, len, size, none, &plain) ? plain.len != size : plain.len != 0)
			abort();
	}
	buf_clear(&plain);
	return 0;
}
