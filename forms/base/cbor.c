#include "config.h"
#include "forms/base/cbor.h"

#include "forms/base/text.h"

#include <string.h>

static void head(struct buf *b, unsigned major, uint64_t n)
{
	unsigned info = n <= 0xff ? 0 : n <= 0xffff ? 1 : n <= 0xffffffff ? 2 : 3;
	size_t bytes = (size_t)1 << info;
	unsigned char h[9];

	if (n < 24) {
		buf_putc(b, (int)(major << 5 | (unsigned)n));
		return;
	}
	h[0] = (unsigned char)(major << 5 | (24 + info));
	for (size_t i = 0; i < bytes; i++)
		h[1 + i] = (unsigned char)(n >> (8 * (bytes - 1 - i)));
	buf_put(b, h, 1 + bytes);
}

void cbor_put_unsigned(struct buf *b, uint64_t n) { head(b, 0, n); }
void cbor_put_array(struct buf *b, size_t n)      { head(b, 4, n); }
void cbor_put_map(struct buf *b, size_t n)        { head(b, 5, n); }
void cbor_put_bool(struct buf *b, bool v)         { buf_putc(b, v ? 0xf5 : 0xf4); }
void cbor_put_null(struct buf *b)                 { buf_putc(b, 0xf6); }

void cbor_put_integer(struct buf *b, int64_t n)
{
	if (n >= 0)
		head(b, 0, (uint64_t)n);
	else
		head(b, 1, (uint64_t)(-(n + 1)));
}

void cbor_put_bytes(struct buf *b, const void *data, size_t len)
{
	head(b, 2, len);
	buf_put(b, data, len);
}

void cbor_put_text_n(struct buf *b, const char *s, size_t len)
{
	head(b, 3, len);
	buf_put(b, s, len);
}

void cbor_put_text(struct buf *b, const char *s)
{
	cbor_put_text_n(b, s, strlen(s));
}

struct cbor cbor_init(const void *data, size_t len)
{
	const uint8_t *p = data;

	return (struct cbor){ .at = p, .end = p ? p + len : p };
}

enum cbor_type cbor_peek(const struct cbor *c)
{
	if (c->err || c->at == c->end)
		return CBOR_BAD;
	if (*c->at >> 5 < 6)
		return (enum cbor_type)(*c->at >> 5);
	switch (*c->at) {
	case 0xf4: return CBOR_FALSE;
	case 0xf5: return CBOR_TRUE;
	case 0xf6: return CBOR_NULL;
	default:   return CBOR_BAD;
	}
}

static uint64_t fail(struct cbor *c, enum err e)
{
	if (!c->err)
		c->err = e;
	return 0;
}

/* Consume a head of this major type and return its number, which must be in the shortest form. */
static uint64_t number(struct cbor *c, unsigned major)
{
	unsigned info;
	size_t bytes;
	uint64_t n = 0;

	if (c->err || c->at == c->end || *c->at >> 5 != major)
		return fail(c, ERR_FORMAT);
	info = *c->at & 31;
	if (info < 24) {
		c->at++;
		return info;
	}
	bytes = (size_t)1 << (info - 24);
	if (info > 27 || (size_t)(c->end - c->at) < 1 + bytes)
		return fail(c, ERR_FORMAT);
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | c->at[1 + i];
	if (n < 24 || (bytes > 1 && !(n >> (bytes * 4))))
		return fail(c, ERR_FORMAT);
	c->at += 1 + bytes;
	return n;
}

uint64_t cbor_unsigned(struct cbor *c)
{
	return number(c, 0);
}

int64_t cbor_integer(struct cbor *c)
{
	bool negative = cbor_peek(c) == CBOR_NEGATIVE;
	uint64_t n = number(c, negative);

	if (n > INT64_MAX)
		return (int64_t)fail(c, ERR_FORMAT);
	return negative && !c->err ? -1 - (int64_t)n : (int64_t)n;
}

static const uint8_t *string(struct cbor *c, unsigned major, size_t max, size_t *len)
{
	uint64_t n = number(c, major);
	const uint8_t *p = c->at;

	*len = 0;
	if (!c->err && n > max)
		fail(c, ERR_LIMIT);
	if (!c->err && n > (size_t)(c->end - c->at))
		fail(c, ERR_FORMAT);
	if (c->err)
		return NULL;
	c->at += n;
	*len = (size_t)n;
	return p;
}

const uint8_t *cbor_bytes(struct cbor *c, size_t *len)
{
	return string(c, 2, SIZE_MAX, len);
}

const uint8_t *cbor_bytes_n(struct cbor *c, size_t len)
{
	size_t n;
	const uint8_t *p = cbor_bytes(c, &n);

	if (!c->err && n != len)
		fail(c, ERR_FORMAT);
	return c->err ? NULL : p;
}

const char *cbor_text(struct cbor *c, size_t max, size_t *len)
{
	const char *s = (const char *)string(c, 3, max ? max : CBOR_TEXT_MAX, len);

	if (s && !text_valid(s, *len)) {
		fail(c, ERR_FORMAT);
		*len = 0;
	}
	return c->err ? NULL : s;
}

static size_t counted(struct cbor *c, unsigned major, size_t max)
{
	uint64_t n = number(c, major);

	if (!c->err && n > max)
		fail(c, ERR_LIMIT);
	/* Each item takes a byte at least, so a count larger than what is left is a lie. */
	if (!c->err && n > (size_t)(c->end - c->at))
		fail(c, ERR_FORMAT);
	return c->err ? 0 : (size_t)n;
}

size_t cbor_array(struct cbor *c, size_t max) { return counted(c, 4, max); }
size_t cbor_map(struct cbor *c, size_t max)   { return counted(c, 5, max); }

bool cbor_bool(struct cbor *c)
{
	enum cbor_type t = cbor_peek(c);

	if (t != CBOR_TRUE && t != CBOR_FALSE)
		return fail(c, ERR_FORMAT);
	c->at++;
	return t == CBOR_TRUE;
}

bool cbor_null(struct cbor *c)
{
	if (cbor_peek(c) != CBOR_NULL)
		return false;
	c->at++;
	return true;
}

static void skip(struct cbor *c, int depth)
{
	uint64_t before = 0, n;
	size_t len;

	if (depth > CBOR_DEPTH_MAX) {
		fail(c, ERR_LIMIT);
		return;
	}
	switch (cbor_peek(c)) {
	case CBOR_UNSIGNED: number(c, 0); return;
	case CBOR_NEGATIVE: number(c, 1); return;
	case CBOR_BYTES:    cbor_bytes(c, &len); return;
	case CBOR_TEXT:     cbor_text(c, 0, &len); return;
	case CBOR_ARRAY:
		for (n = cbor_array(c, CBOR_ARRAY_MAX); n && !c->err; n--)
			skip(c, depth + 1);
		return;
	case CBOR_MAP:
		n = cbor_map(c, CBOR_MAP_MAX);
		for (uint64_t i = 0; i < n && !c->err; i++) {
			uint64_t key = cbor_unsigned(c);

			if (i && key <= before)
				fail(c, ERR_FORMAT);
			before = key;
			skip(c, depth + 1);
		}
		return;
	case CBOR_FALSE:
	case CBOR_TRUE:
	case CBOR_NULL:
		c->at++;
		return;
	case CBOR_BAD:
		fail(c, ERR_FORMAT);
	}
}

const uint8_t *cbor_skip(struct cbor *c, size_t *len)
{
	const uint8_t *p = c->at;

	skip(c, 1);
	*len = c->err ? 0 : (size_t)(c->at - p);
	return c->err ? NULL : p;
}

const uint8_t *cbor_pass(struct cbor *c, size_t *len)
{
	const uint8_t *p = c->at;
	size_t n;

	for (uint64_t left = 1; left && !c->err; left--)
		switch (cbor_peek(c)) {
		case CBOR_UNSIGNED: number(c, 0); break;
		case CBOR_NEGATIVE: number(c, 1); break;
		case CBOR_BYTES:    string(c, 2, SIZE_MAX, &n); break;
		case CBOR_TEXT:     string(c, 3, SIZE_MAX, &n); break;
		case CBOR_ARRAY:    left += cbor_array(c, CBOR_ARRAY_MAX); break;
		case CBOR_MAP:      left += 2 * cbor_map(c, CBOR_MAP_MAX); break;
		case CBOR_FALSE: case CBOR_TRUE: case CBOR_NULL: c->at++; break;
		case CBOR_BAD:      fail(c, ERR_FORMAT);
		}
	*len = c->err ? 0 : (size_t)(c->at - p);
	return c->err ? NULL : p;
}

enum err cbor_check(const void *data, size_t len)
{
	struct cbor c = cbor_init(data, len);
	size_t n;

	cbor_skip(&c, &n);
	return cbor_end(&c);
}

enum err cbor_end(const struct cbor *c)
{
	return c->err ? c->err : c->at == c->end ? ERR_OK : ERR_FORMAT;
}
