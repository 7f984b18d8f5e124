/* tally.h - how many rows of a register a village made in a month: the cells of monthly ledgers. One pass over a register
 * answers for all villages; what was counted is kept until something is folded or another month is asked. */
#ifndef SYNC_LEDGER_DUE_TALLY_H
#define SYNC_LEDGER_DUE_TALLY_H

#include "sync/ledger/rows/row.h"

struct tally;
struct tallies { int32_t first, last; struct tally *at; uint32_t count; };

/* Append the number, or with `field` (index, not PACK_NONE) the sum, of rows of register `reg` that `cond` accepts in the
 * village of `row`. */
enum err tally_put(struct profile *p, const struct pack *pack, const struct row *row, uint32_t reg, const char *cond, uint32_t field, struct buf *out);
void tallies_clear(struct tallies *t);

#endif
