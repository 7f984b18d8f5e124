/* item.h - reading the items that key documents are made of out of CBOR; failures stick to the reader. */
#ifndef SYNC_KEYS_ITEM_H
#define SYNC_KEYS_ITEM_H

#include "forms/base/cbor.h"
#include "sync/ledger/log/event.h"

/* A byte string of exactly `len` bytes, copied. */
void keys_item_bytes(struct cbor *c, uint8_t *out, size_t len);

/* Text of at most `max` bytes, copied and NUL-ended (max + 1 bytes). Text that holds a NUL is ERR_FORMAT. */
void keys_item_text(struct cbor *c, char *out, size_t max);

/* An unsigned of at most `max`. */
uint64_t keys_item_number(struct cbor *c, uint64_t max);

/* An array of exactly `n` items. */
void keys_item_array(struct cbor *c, size_t n);

/* A scope is a byte string: kind, length, bytes. */
void keys_item_put_scope(struct buf *b, const struct event_scope *s);
void keys_item_scope(struct cbor *c, struct event_scope *out);

/* ERR_FORMAT unless `sound`. */
void keys_item_expect(struct cbor *c, bool sound);

#endif
