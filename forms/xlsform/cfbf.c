#include "config.h"
#include "forms/xlsform/cfbf.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 512, HEADER_FAT = 109, ENTRY = 128, NAME_MAX_UNITS = 32 };
#define CHAIN_END 0xfffffffeu

struct cfbf {
	const uint8_t *data;
	size_t len;
	uint32_t shift, sectors;               /* log2 of a sector's bytes; whole or cut sectors behind the header */
	uint32_t *fat, fat_count;              /* next sector, by sector */
	struct buf directory, mini_fat, mini_stream;
	uint32_t mini_shift, cutoff;
};

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t get16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static enum err damaged(void)
{
	return err_set(ERR_FORMAT, _(".xls 不完整或已损坏, 请重新拷贝或另存为 .xlsx"));
}

/* Bytes of a sector that are in the file: the last one may be cut. NULL when it lies outside. */
static const uint8_t *sector(const struct cfbf *c, uint32_t n, size_t *len)
{
	size_t size = (size_t)1 << c->shift, at = ((size_t)n + 1) << c->shift;

	if (n >= c->sectors)
		return NULL;
	*len = c->len - at < size ? c->len - at : size;
	return c->data + at;
}

/* Append the chain from `n`, at most `max` bytes of it. */
static enum err read_chain(const struct cfbf *c, uint32_t n, size_t max, struct buf *out)
{
	for (uint32_t steps = 0; n != CHAIN_END && out->len < max; steps++) {
		size_t len, want = max - out->len;
		const uint8_t *p = sector(c, n, &len);

		if (!p || n >= c->fat_count || steps > c->sectors)
			return damaged();
		buf_put(out, p, len < want ? len : want);
		if (out->err)
			return out->err;
		n = c->fat[n];
	}
	return ERR_OK;
}

static enum err add_fat_sector(struct cfbf *c, uint32_t n)
{
	size_t len;
	const uint8_t *p = sector(c, n, &len);

	if (!p)
		return damaged();
	for (size_t i = 0; i + 4 <= len && c->fat_count < c->sectors; i += 4)
		c->fat[c->fat_count++] = get32(p + i);
	return ERR_OK;
}

/* The table of chains: its sectors are listed in the header and, for large files, in a chain of their own. */
static enum err read_fat(struct cfbf *c)
{
	uint32_t next = get32(c->data + 68), per_sector = (1u << c->shift) / 4 - 1;
	enum err e = ERR_OK;

	c->fat = malloc(((size_t)c->sectors + 1) * sizeof *c->fat);
	if (!c->fat)
		return err_set(ERR_NOMEM, _("内存不够, 打不开 .xls"));
	for (uint32_t i = 0; i < HEADER_FAT && !e; i++) {
		uint32_t n = get32(c->data + 76 + 4 * i);

		if (n < c->sectors)
			e = add_fat_sector(c, n);
	}
	for (uint32_t steps = 0; next < c->sectors && !e; steps++) {
		size_t len;
		const uint8_t *p = sector(c, next, &len);

		if (!p || len < ((size_t)per_sector + 1) * 4 || steps > c->sectors)
			return damaged();
		for (uint32_t i = 0; i < per_sector && !e; i++)
			if (get32(p + 4 * i) < c->sectors)
				e = add_fat_sector(c, get32(p + 4 * i));
		next = get32(p + 4 * per_sector);
	}
	return e;
}

/* Small streams lie in pieces of 64 bytes inside the root's stream. */
static enum err read_mini(const struct cfbf *c, uint32_t n, size_t size, struct buf *out)
{
	size_t piece = (size_t)1 << c->mini_shift, left = size;

	for (size_t steps = 0; left; steps++) {
		size_t at = (size_t)n << c->mini_shift, take = left < piece ? left : piece;

		if (n >= c->mini_fat.len / 4 || at >= c->mini_stream.len || c->mini_stream.len - at < take || steps > c->mini_fat.len / 4)
			return damaged();
		buf_put(out, c->mini_stream.data + at, take);
		left -= take;
		n = get32((const uint8_t *)c->mini_fat.data + 4 * (size_t)n);
	}
	return out->err;
}

static bool has_name(const uint8_t *entry, const char *name)
{
	size_t n = strlen(name), bytes = get16(entry + 64);

	if (bytes != 2 * n + 2 || n >= NAME_MAX_UNITS)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((get16(entry + 2 * i) | 32) != ((unsigned char)name[i] | 32u))
			return false;
	return true;
}

static enum err open_file(struct cfbf *c, const void *data, size_t len)
{
	enum err e;

	*c = (struct cfbf){ .data = data, .len = len };
	if (len < HEADER || memcmp(data, CFBF_MAGIC, 8))
		return damaged();
	c->shift = get16(c->data + 30);
	c->mini_shift = get16(c->data + 32);
	c->cutoff = get32(c->data + 56);
	if ((c->shift != 9 && c->shift != 12) || c->mini_shift != 6)
		return damaged();
	len = (len + ((size_t)1 << c->shift) - 1) >> c->shift;
	c->sectors = len ? (uint32_t)(len - 1) : 0;
	e = read_fat(c);
	e = e ? e : read_chain(c, get32(c->data + 48), len << c->shift, &c->directory);
	return e;
}

static enum err read_stream(struct cfbf *c, const uint8_t *entry, struct buf *out)
{
	const uint8_t *root = (const uint8_t *)c->directory.data;
	uint32_t start = get32(entry + 116), size = get32(entry + 120);
	enum err e;

	if (size > c->len)
		return damaged();
	if (size >= c->cutoff)
		e = read_chain(c, start, size, out);
	else if (!(e = read_chain(c, get32(c->data + 60), c->len, &c->mini_fat))
	         && !(e = read_chain(c, get32(root + 116), get32(root + 120) < c->len ? get32(root + 120) : c->len, &c->mini_stream)))
		e = read_mini(c, start, size, out);
	return e ? e : out->len < size ? damaged() : ERR_OK;
}

static enum err find_stream(struct cfbf *c, const char *const *names, struct buf *out)
{
	for (; *names; names++)
		for (size_t at = 0; at + ENTRY <= c->directory.len; at += ENTRY) {
			const uint8_t *entry = (const uint8_t *)c->directory.data + at;

			if (entry[66] == 2 && has_name(entry, *names))
				return read_stream(c, entry, out);
		}
	return err_set(ERR_NOTFOUND, _("里面没有工作簿"));
}

enum err cfbf_read(const void *data, size_t len, const char *const *names, struct buf *out)
{
	struct cfbf c;
	enum err e = open_file(&c, data, len);

	e = e ? e : find_stream(&c, names, out);
	buf_clear(&c.directory);
	buf_clear(&c.mini_fat);
	buf_clear(&c.mini_stream);
	free(c.fat);
	return e;
}
