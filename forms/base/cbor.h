/* cbor.h - the strict subset of CBOR that records are made of.
 *
 * Deterministic CBOR (RFC 8949 section 4.2.1): unsigned, negative, byte string, UTF-8 text, array, map with ascending
 * unsigned keys, false, true, null; shortest heads, no floats, tags or indefinite lengths. Anything else is malformed.
 * The writer appends to a struct buf; the reader borrows its bytes and never allocates. As with wire.h the first
 * failure sticks and is looked at once, with cbor_end().
 */
#ifndef FORMS_BASE_CBOR_H
#define FORMS_BASE_CBOR_H

#include "forms/base/buf.h"

#include <stdbool.h>

enum { CBOR_DEPTH_MAX = 12, CBOR_ARRAY_MAX = 16384, CBOR_MAP_MAX = 512, CBOR_TEXT_MAX = 8192 };

enum cbor_type { CBOR_UNSIGNED, CBOR_NEGATIVE, CBOR_BYTES, CBOR_TEXT, CBOR_ARRAY, CBOR_MAP, CBOR_FALSE, CBOR_TRUE, CBOR_NULL, CBOR_BAD };

void cbor_put_unsigned(struct buf *b, uint64_t n);
void cbor_put_integer(struct buf *b, int64_t n);
void cbor_put_bytes(struct buf *b, const void *data, size_t len);
void cbor_put_text(struct buf *b, const char *s);
void cbor_put_text_n(struct buf *b, const char *s, size_t len);
void cbor_put_array(struct buf *b, size_t n);        /* then n items */
void cbor_put_map(struct buf *b, size_t n);          /* then n pairs, keys unsigned, ascending */
void cbor_put_bool(struct buf *b, bool v);
void cbor_put_null(struct buf *b);

struct cbor {
	const uint8_t *at, *end;
	enum err err;
};

struct cbor cbor_init(const void *data, size_t len);

/* Type of the next item, not consumed; CBOR_BAD at the end or after a failure. */
enum cbor_type cbor_peek(const struct cbor *c);

uint64_t cbor_unsigned(struct cbor *c);
int64_t  cbor_integer(struct cbor *c);               /* unsigned or negative that fits int64_t */
const uint8_t *cbor_bytes(struct cbor *c, size_t *len);              /* borrowed */
const uint8_t *cbor_bytes_n(struct cbor *c, size_t len);             /* of exactly this length */
const char *cbor_text(struct cbor *c, size_t max, size_t *len);      /* borrowed, valid UTF-8, not NUL-ended; max <= 0 is CBOR_TEXT_MAX */
size_t   cbor_array(struct cbor *c, size_t max);     /* number of items that follow; ERR_LIMIT over max */
size_t   cbor_map(struct cbor *c, size_t max);
bool     cbor_bool(struct cbor *c);
bool     cbor_null(struct cbor *c);                  /* true and consumed when the next item is null; no failure otherwise */

/* Pass over one item of any type, checking it wholly; returns its bytes (borrowed) and length. */
const uint8_t *cbor_skip(struct cbor *c, size_t *len);

/* The same for an item that was checked before: only its end is looked for (texts and the order of keys are not looked at). */
const uint8_t *cbor_pass(struct cbor *c, size_t *len);

/* Is this exactly one well-formed item within the limits? ERR_FORMAT or ERR_LIMIT otherwise. */
enum err cbor_check(const void *data, size_t len);

/* ERR_OK when nothing failed and every byte was read. */
enum err cbor_end(const struct cbor *c);

#endif
