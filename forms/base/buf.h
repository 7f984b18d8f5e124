/* buf.h - growable bytes, always followed by a NUL that is not counted.
 *
 * The first failure sticks in `err` (ERR_NOMEM, or ERR_LIMIT over `max`): later calls change nothing, so a writer
 * writes straight down and looks once. A zeroed struct is an empty buffer; buf_clear() makes it one again. `max` 0 is no limit.
 * Never for secrets: growing leaves copies behind.
 */
#ifndef FORMS_BASE_BUF_H
#define FORMS_BASE_BUF_H

#include "forms/base/err.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;          /* NULL only while cap is 0; use buf_str() for a string that is never NULL */
	size_t len, cap, max;
	enum err err;
};

void buf_clear(struct buf *b);                      /* frees; the buffer can be used again */
void buf_reset(struct buf *b);                      /* len 0, memory kept, error forgotten */
void buf_put(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, int byte);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_be16(struct buf *b, uint16_t n);
void buf_be32(struct buf *b, uint32_t n);
void buf_be64(struct buf *b, uint64_t n);
void buf_varint(struct buf *b, uint64_t n);         /* shortest LEB128 */

/* Room for `len` more bytes to be written by the caller at the returned place, already counted; NULL on failure. */
void *buf_more(struct buf *b, size_t len);

/* Make `len` the length; it must not be more than it is. */
void buf_cut(struct buf *b, size_t len);

/* The bytes as a string; "" when empty. Borrowed until the next change. */
const char *buf_str(const struct buf *b);

/* The string itself, now the caller's to free(); the buffer is empty afterwards. NULL when the buffer had failed. */
char *buf_take(struct buf *b);

#endif
