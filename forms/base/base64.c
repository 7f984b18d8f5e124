#include "config.h"
#include "forms/base/base64.h"

#include <string.h>

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const uint8_t *data, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)data[i] << 16 | (i + 1 < len ? (uint32_t)data[i + 1] << 8 : 0) | (i + 2 < len ? data[i + 2] : 0u);

		for (unsigned k = 0; k < 4; k++)
			buf_putc(out, i + k > len ? '=' : base64[v >> (18 - 6 * k) & 63]);
	}
}

bool base64_decode(const char *s, size_t len, struct buf *out)
{
	uint32_t v = 0;
	unsigned bits = 0;

	while (len && s[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++) {
		const char *at = s[i] ? strchr(base64, s[i]) : NULL;

		if (!at)
			return false;
		v = v << 6 | (uint32_t)(at - base64);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_putc(out, (int)(v >> bits & 255));
		}
	}
	return true;
}
