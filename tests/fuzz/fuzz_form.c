/* What decodes encodes to the same bytes. */
#include "config.h"
#include "forms/xlsform/form_codec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf out = { 0 };
	struct form *f;

	if (form_decode(data, len, &f))
		return 0;
	if (form_encode(f, &out) || out.len != len || memcmp(out.data, data, len))
		abort();
	buf_clear(&out);
	form_free(f);
	return 0;
}
