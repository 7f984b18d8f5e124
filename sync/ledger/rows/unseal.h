/* unseal.h - reading what is confidential (P3): values sealed to a scope's confidential key, for who holds that key.
 *
 * Registers and digests hold the sealed bytes; they are opened only on the way to a reader, and only in memory.
 */
#ifndef SYNC_LEDGER_ROWS_UNSEAL_H
#define SYNC_LEDGER_ROWS_UNSEAL_H

#include "sync/ledger/rows/reader.h"

/* The private part of a record with all that our keys open in the clear; what they do not stays sealed. Appended to `out`. */
enum err unseal_private(const struct profile *p, const struct pack *pack, uint32_t form, const struct event_part *part, struct buf *out);

/* Does the private part hold a value that none of our keys opens? */
enum err unseal_lacks(const struct profile *p, const struct pack *pack, uint32_t form, const struct event_part *part, bool *lacks);

/* Open the sealed values of a row; each keeps its bytes as they are recorded in `sealed`. */
enum err unseal_row(const struct context *c, struct row *r);

#endif
