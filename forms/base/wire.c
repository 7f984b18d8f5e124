#include "config.h"
#include "forms/base/wire.h"

static uint64_t number(struct wire *w, size_t bytes)
{
	const uint8_t *p = wire_bytes(w, bytes);
	uint64_t n = 0;

	for (size_t i = 0; p && i < bytes; i++)
		n = n << 8 | p[i];
	return n;
}

uint16_t wire_u16(struct wire *w) { return (uint16_t)number(w, 2); }
uint32_t wire_u32(struct wire *w) { return (uint32_t)number(w, 4); }
uint64_t wire_u64(struct wire *w) { return number(w, 8); }

uint64_t wire_varint(struct wire *w)
{
	uint64_t n = 0;

	for (int shift = 0; shift < 64; shift += 7) {
		uint8_t b = wire_u8(w);

		if (w->err)
			return 0;
		if ((shift == 63 && b > 1) || (shift && !b))
			break;
		n |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return n;
	}
	w->err = ERR_FORMAT;
	return 0;
}
