/* orders.h - the events of a summer in one order of arrival: cut into pieces anywhere, shuffled, some twice, in batches.
 *
 * An order is bytes: {length u32 ‖ segments (sync/bundle/FORMAT.md), each naming its author}…, one batch a write. So the
 * same order can be merged here, by the reader in Python, and on another architecture.
 */
#ifndef TESTS_LEDGER_ORDERS_H
#define TESTS_LEDGER_ORDERS_H

#include "tests/ledger/summer.h"

/* The summer in the order of this seed, appended. */
void orders_cut(uint64_t seed, struct buf *out);

/* Merge an order into a fresh store (an office's map is too large for an emulated machine), which knows the chain of roots; the pack comes before everything or, late, only
 * in the middle. The profile is left open. */
struct profile *orders_merge(const char *name, bool office, const struct buf *roots, const struct buf *order, bool pack_late);

#endif
