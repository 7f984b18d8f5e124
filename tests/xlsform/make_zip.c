#include "config.h"
#include "tests/xlsform/make_zip.h"

#include <string.h>

enum { STORED = 0, DEFLATED = 8 };

static void le16(struct buf *b, unsigned n)
{
	buf_putc(b, (int)(n & 0xff));
	buf_putc(b, (int)(n >> 8 & 0xff));
}

static void le32(struct buf *b, uint32_t n)
{
	le16(b, n & 0xffff);
	le16(b, n >> 16);
}

static uint32_t crc_byte(uint32_t crc, unsigned char byte)
{
	static uint32_t table[256];

	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;

			for (int k = 0; k < 8; k++)
				c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
			table[i] = c;
		}
	return table[(crc ^ byte) & 0xff] ^ crc >> 8;
}

static uint32_t crc_of(uint32_t crc, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		crc = crc_byte(crc, ((const unsigned char *)data)[i]);
	return crc;
}

static void head(struct buf *b, unsigned method, uint32_t crc, size_t packed, size_t len, size_t name)
{
	le16(b, 20);
	le16(b, 0);
	le16(b, method);
	le32(b, 0x21 << 16);
	le32(b, crc);
	le32(b, (uint32_t)packed);
	le32(b, (uint32_t)len);
	le16(b, (unsigned)name);
	le16(b, 0);
}

static void add(struct zip_maker *z, const char *name, unsigned method, uint32_t crc, size_t len, const struct buf *packed)
{
	size_t at = z->out.len, n = strlen(name);

	buf_put(&z->out, "PK\3\4", 4);
	head(&z->out, method, crc, packed->len, len, n);
	buf_put(&z->out, name, n);
	buf_put(&z->out, packed->data, packed->len);
	buf_put(&z->directory, "PK\1\2", 4);
	le16(&z->directory, 20);
	head(&z->directory, method, crc, packed->len, len, n);
	le16(&z->directory, 0);
	le32(&z->directory, 0);
	le32(&z->directory, 0);
	le32(&z->directory, (uint32_t)at);
	buf_put(&z->directory, name, n);
	z->parts++;
}

void zip_add(struct zip_maker *z, const char *name, const void *data, size_t len)
{
	struct buf packed = { 0 };

	buf_put(&packed, data, len);
	add(z, name, STORED, ~crc_of(~0u, data, len), len, &packed);
	buf_clear(&packed);
}

struct bits { struct buf *out; uint32_t held; unsigned count; };

static void put_bits(struct bits *b, uint32_t n, unsigned count)
{
	b->held |= n << b->count;
	for (b->count += count; b->count >= 8; b->count -= 8, b->held >>= 8)
		buf_putc(b->out, (int)(b->held & 0xff));
}

/* A code of the fixed Huffman table: most significant bit first (RFC 1951 section 3.1.1). */
static void put_code(struct bits *b, uint32_t code, unsigned count)
{
	while (count--)
		put_bits(b, code >> count & 1, 1);
}

static void put_literal(struct bits *b, unsigned char c)
{
	if (c < 144)
		put_code(b, 0x30u + c, 8);
	else
		put_code(b, 0x190u + c - 144, 9);
}

void zip_add_bomb(struct zip_maker *z, const char *name, const char *before, char fill, size_t count, const char *after)
{
	struct buf packed = { 0 };
	struct bits b = { .out = &packed };
	uint32_t crc = crc_of(~0u, before, strlen(before));
	size_t runs = count / 258, len = 1 + runs * 258;

	put_bits(&b, 3, 3);                                  /* last block, fixed codes */
	for (const char *s = before; *s; s++)
		put_literal(&b, (unsigned char)*s);
	put_literal(&b, (unsigned char)fill);
	for (size_t i = 0; i < runs; i++) {
		put_code(&b, 0xc5, 8);                       /* length 258 */
		put_code(&b, 0, 5);                          /* distance 1 */
	}
	for (const char *s = after; *s; s++)
		put_literal(&b, (unsigned char)*s);
	put_code(&b, 0, 7);                                  /* end of block */
	put_bits(&b, 0, 7);
	for (size_t i = 0; i < len; i++)
		crc = crc_byte(crc, (unsigned char)fill);
	crc = crc_of(crc, after, strlen(after));
	add(z, name, DEFLATED, ~crc, strlen(before) + len + strlen(after), &packed);
	buf_clear(&packed);
}

void zip_end(struct zip_maker *z)
{
	size_t at = z->out.len;

	buf_put(&z->out, z->directory.data, z->directory.len);
	buf_put(&z->out, "PK\5\6", 4);
	le32(&z->out, 0);
	le16(&z->out, z->parts);
	le16(&z->out, z->parts);
	le32(&z->out, (uint32_t)z->directory.len);
	le32(&z->out, (uint32_t)at);
	le16(&z->out, 0);
}

void zip_clear(struct zip_maker *z)
{
	buf_clear(&z->out);
	buf_clear(&z->directory);
	z->parts = 0;
}
