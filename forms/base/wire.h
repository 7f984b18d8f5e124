/* wire.h - bounds-checked reading of untrusted bytes.
 *
 * A reader borrows the bytes; it never allocates. The first failure sticks: every later call returns zero and changes
 * nothing, so a parser reads a whole record straight down and looks at the result once, with wire_end(). Integers are
 * big-endian. The small ones are here in the header: a list of a hundred thousand rows calls them a million times.
 */
#ifndef FORMS_BASE_WIRE_H
#define FORMS_BASE_WIRE_H

#include "forms/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct wire {
	const uint8_t *at, *end;
	enum err err;
};

/* Start reading `len` bytes at `data`, which must outlive the reader. */
static inline struct wire wire_init(const void *data, size_t len)
{
	const uint8_t *p = data;

	return (struct wire){ .at = p, .end = p ? p + len : p, .err = ERR_OK };
}

uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);
uint64_t wire_u64(struct wire *w);
uint64_t wire_varint(struct wire *w);               /* shortest LEB128; a longer form is ERR_FORMAT */

/* The next `len` bytes, borrowed from the input; NULL when they are not all there. */
static inline const uint8_t *wire_bytes(struct wire *w, size_t len)
{
	const uint8_t *p = w->at;

	if (w->err)
		return NULL;
	if (len > (size_t)(w->end - w->at)) {
		w->err = ERR_FORMAT;
		return NULL;
	}
	w->at += len;
	return p;
}

static inline uint8_t wire_u8(struct wire *w)
{
	const uint8_t *p = wire_bytes(w, 1);

	return p ? *p : 0;
}

/* Bytes not read yet. */
static inline size_t wire_left(const struct wire *w)
{
	return w->err ? 0 : (size_t)(w->end - w->at);
}

/* ERR_OK when nothing failed and every byte was read; ERR_FORMAT for left-over bytes. */
static inline enum err wire_end(const struct wire *w)
{
	return w->err ? w->err : w->at == w->end ? ERR_OK : ERR_FORMAT;
}

#endif
