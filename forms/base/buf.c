#include "config.h"
#include "forms/base/buf.h"

#include "forms/base/i18n.h"
#include "forms/base/room.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 512 << 10 };

void buf_clear(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ .max = b->max };
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->err = ERR_OK;
	if (b->data)
		b->data[0] = '\0';
}

static int grow(struct buf *b, size_t more)
{
	size_t need, cap;
	char *p;

	if (b->err)
		return 0;
	if (more > SIZE_MAX / 4 || (b->max && b->len + more > b->max)) {
		b->err = err_set(ERR_LIMIT, _("数据超过 %zu 字节的上限"), b->max);
		return 0;
	}
	need = b->len + more + 1;
	if (need <= b->cap)
		return 1;
	cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap *= cap < MANY ? 2 : 4;              /* what is not filled is not taken from the system, and what is large is moved seldom */
	p = room_grow(b->data, b->cap ? b->len + 1 : 0, cap);
	if (!p) {
		b->err = err_set(ERR_NOMEM, _("要不到 %zu 字节的内存"), cap);
		return 0;
	}
	b->data = p;
	b->cap = cap;
	return 1;
}

/* Most writes are a few bytes into memory that is there. */
static inline bool fits(const struct buf *b, size_t len)
{
	return !b->err && !b->max && len < b->cap - b->len;
}

void *buf_more(struct buf *b, size_t len)
{
	char *p;

	if (!fits(b, len) && !grow(b, len))
		return NULL;
	p = b->data + b->len;
	b->len += len;
	b->data[b->len] = '\0';
	return p;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
	void *p = buf_more(b, len);

	if (p && len)
		memcpy(p, data, len);
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, int byte)
{
	char *p = buf_more(b, 1);

	if (p)
		*p = (char)byte;
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || !grow(b, (size_t)n))
		return;
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

static void big_endian(struct buf *b, uint64_t n, int bytes)
{
	unsigned char *p = buf_more(b, (size_t)bytes);

	for (int i = 0; p && i < bytes; i++)
		p[i] = (unsigned char)(n >> (8 * (bytes - 1 - i)));
}

void buf_be16(struct buf *b, uint16_t n) { big_endian(b, n, 2); }
void buf_be32(struct buf *b, uint32_t n) { big_endian(b, n, 4); }
void buf_be64(struct buf *b, uint64_t n) { big_endian(b, n, 8); }

void buf_varint(struct buf *b, uint64_t n)
{
	while (n >= 0x80) {
		buf_putc(b, (int)(n & 0x7f) | 0x80);
		n >>= 7;
	}
	buf_putc(b, (int)n);
}

void buf_cut(struct buf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
	char *p;

	if (!b->data && !b->err)
		buf_puts(b, "");
	p = b->err ? NULL : b->data;
	if (p)
		b->data = NULL;
	buf_clear(b);
	return p;
}
