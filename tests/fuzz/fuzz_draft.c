/* Any bytes as a draft: what loads saves, and loads again as the same draft. */
#include "config.h"
#include "tests/fuzz/sample.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fill *f = sample_open();
	struct buf once = { 0 }, twice = { 0 };
	fill_node at;

	if (!fill_load(f, data, len, &at, NULL, NULL)) {
		if (fill_save(f, at, &once) || fill_load(f, once.data, once.len, &at, NULL, NULL) || fill_save(f, at, &twice))
			abort();
		if (once.len != twice.len || memcmp(once.data, twice.data, once.len))
			abort();
	}
	buf_clear(&once);
	buf_clear(&twice);
	fill_close(f);
	return 0;
}
