#include "config.h"
#include "forms/xlsform/biff.h"

#include "forms/base/text.h"

#include <string.h>

struct biff biff_init(const void *data, size_t len, size_t offset)
{
	return (struct biff){ .data = data, .len = len, .next = offset < len ? offset : len };
}

/* Head of the record at `at`: its type and where its bytes end. */
static bool head(const struct biff *b, size_t at, uint16_t *type, size_t *end)
{
	size_t n;

	if (b->len - at < 4)
		return false;
	*type = (uint16_t)(b->data[at] | b->data[at + 1] << 8);
	n = (size_t)(b->data[at + 2] | b->data[at + 3] << 8);
	*end = at + 4 + n;
	return b->len - at - 4 >= n;
}

bool biff_next(struct biff *b)
{
	size_t at = b->next, end;
	uint16_t type;

	if (!head(b, at, &b->type, &b->end))
		return false;
	b->at = at + 4;
	b->next = b->end;
	b->bad = false;
	while (head(b, b->next, &type, &end) && type == BIFF_CONTINUE)
		b->next = end;
	return true;
}

size_t biff_left(const struct biff *b)
{
	return b->bad ? 0 : b->end - b->at;
}

/* Go on in the CONTINUE record behind this piece; false when there is none. */
static bool more(struct biff *b)
{
	uint16_t type;
	size_t end;

	if (b->bad || b->end >= b->next || !head(b, b->end, &type, &end)) {
		b->bad = true;
		return false;
	}
	b->at = b->end + 4;
	b->end = end;
	return true;
}

uint8_t biff_u8(struct biff *b)
{
	while (b->at == b->end || b->bad)
		if (!more(b))
			return 0;
	return b->data[b->at++];
}

uint16_t biff_u16(struct biff *b)
{
	uint16_t low = biff_u8(b);

	return (uint16_t)(low | biff_u8(b) << 8);
}

uint32_t biff_u32(struct biff *b)
{
	uint32_t low = biff_u16(b);

	return low | (uint32_t)biff_u16(b) << 16;
}

double biff_double(struct biff *b)
{
	uint64_t bits = biff_u32(b);
	double d;

	bits |= (uint64_t)biff_u32(b) << 32;
	memcpy(&d, &bits, sizeof d);
	return d;
}

double biff_rk(struct biff *b)
{
	uint32_t n = biff_u32(b);
	uint64_t bits = (uint64_t)(n & ~3u) << 32;
	double d;

	if (n & 2)
		d = (double)((int32_t)(n & ~3u) / 4);
	else
		memcpy(&d, &bits, sizeof d);
	return n & 1 ? d / 100 : d;
}

static void skip(struct biff *b, uint32_t n)
{
	while (n && !b->bad) {
		size_t left = biff_left(b), step = left < n ? left : n;

		b->at += step;
		n -= (uint32_t)step;
		if (n && !more(b))
			return;
	}
}

void biff_string(struct biff *b, uint32_t count, struct buf *out)
{
	uint8_t flags = biff_u8(b);
	uint32_t runs = flags & 8 ? biff_u16(b) : 0, aids = flags & 4 ? biff_u32(b) : 0, high = 0;

	while (count && !b->bad && !out->err) {
		uint32_t unit;

		/* Where a string is cut by a record's border it goes on with a flag byte of its own. */
		if (b->at == b->end) {
			if (!more(b))
				return;
			flags = biff_u8(b);
		}
		unit = flags & 1 ? biff_u16(b) : biff_u8(b);
		count--;
		if (high && unit >= 0xdc00 && unit < 0xe000)
			text_put(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
		else if (high || (unit >= 0xdc00 && unit < 0xe000))
			text_put(out, 0xfffd);
		high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
		if (unit && (unit < 0xd800 || unit >= 0xe000))
			text_put(out, unit);
	}
	skip(b, runs * 4);
	skip(b, aids);
}
