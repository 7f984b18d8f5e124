/* rowindex.h - what is looked up by something else than a row's key: conflicts, children, blocks. Follows every row.
 *
 * CONF: row key → flags. LAST: parent id 13, child register 2, field 2, day 4 → children of a row by day (the day of the
 * child's first date field, else the local day it was made). FIND: block.h.
 */
#ifndef SYNC_LEDGER_ROWS_ROWINDEX_H
#define SYNC_LEDGER_ROWS_ROWINDEX_H

#include "sync/ledger/rows/block.h"

/* Row `r` is now as it is; `old` as it was, NULL for a new one. */
enum err rowindex_put(struct block_changes *blocks, struct store_txn *t, const struct row *old, const struct row *r, uint16_t reg,
                      const struct pack *pack, const struct pack_register *pr);

/* The local day a row counts for. */
int32_t rowindex_day(const struct row *r, const struct pack *pack, const struct pack_register *pr);

/* Children of `parent` in register `child` by field number `field` (0: any), days first..last, newest first. */
struct rowindex_child { int32_t day; uint32_t field; struct row_key key; };
enum err rowindex_children(struct store_txn *t, const struct row_id *parent, uint16_t child, uint32_t field, int32_t first, int32_t last,
                           bool (*each)(void *user, const struct rowindex_child *c), void *user);

/* Rows that `value` (of type row or rows) names: at most `max`. */
uint32_t rowindex_links(const uint8_t *value, size_t len, struct row_id *out, uint32_t max);

#endif
