/* The plain text of a bundle whose sealer is certified: segments, then their events, chain and signature. What is read
 * and written again must be the same bytes. */
#include "config.h"
#include "sync/bundle/segment.h"
#include "sync/keys/identity.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct log_segment *s, const uint8_t *from, size_t len, const uint8_t sealer[KEYS_WRITER])
{
	static const uint8_t pk[KEYS_PK] = { 0x58, 0x66 };
	struct log_step *steps = calloc(s->count, sizeof *steps);
	struct buf again = { 0 };

	if (!steps)
		return;
	if (!segment_verify(s, pk, steps))
		abort();                                  /* nobody holds that key */
	segment_put(s, sealer, &again);
	/* An author written out although he is the sealer is read, but never written so. */
	if (from[0] == 0 && (again.len != len || memcmp(again.data, from, len)))
		abort();
	buf_clear(&again);
	free(steps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t sealer[KEYS_WRITER] = { 1 };
	struct wire w = wire_init(data, len);
	struct log_segment s;

	for (int i = 0; i < LIMIT_SEGMENTS && wire_left(&w); i++) {
		const uint8_t *from = w.at;

		if (segment_read(&w, sealer, &s))
			break;
		if (s.count > LIMIT_EVENTS || s.count > s.len)
			abort();
		check(&s, from, (size_t)(w.at - from), sealer);
	}
	return 0;
}
