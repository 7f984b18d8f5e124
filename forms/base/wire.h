/* wire.h - bounds-checked reading of untrusted bytes.
 *
 * A reader borrows the bytes; it never allocates. The first failure sticks: every later call returns zero and changes
 * nothing, so a parser reads a whole record straight down and looks at the result once, with wire_end(). Integers are
 * big-endian.
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
struct wire wire_init(const void *data, size_t len);

uint8_t  wire_u8(struct wire *w);
uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);
uint64_t wire_u64(struct wire *w);
uint64_t wire_varint(struct wire *w);               /* shortest LEB128; a longer form is ERR_FORMAT */

/* The next `len` bytes, borrowed from the input; NULL when they are not all there. */
const uint8_t *wire_bytes(struct wire *w, size_t len);

/* Bytes not read yet. */
size_t wire_left(const struct wire *w);

/* ERR_OK when nothing failed and every byte was read; ERR_FORMAT for left-over bytes. */
enum err wire_end(const struct wire *w);

#endif
