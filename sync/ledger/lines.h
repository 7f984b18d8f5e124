/* lines.h - the lines of a list, put in order only where somebody looks.
 *
 * Of 600,000 rows a screen shows a few dozen, so a line is brought to its place when it is asked for: one pass over all of them
 * for the first, next to nothing for its neighbours. The order is total (the row's place in the store breaks ties): it does not
 * depend on who asks for what first.
 */
#ifndef SYNC_LEDGER_LINES_H
#define SYNC_LEDGER_LINES_H

#include "forms/base/buf.h"
#include "sync/ledger/block.h"

/* Where the row is, and the first bytes it is sorted by; further bytes at `sort` in the bytes of the list. */
struct line { uint64_t prefix; uint8_t tail[BLOCK_KEY_TAIL]; uint8_t sort_len; uint32_t sort; };

/* Zeroed is empty. */
struct lines {
	struct line *at; uint32_t count, cap;
	struct buf sorts;
	uint8_t *settled;                                 /* a bit for each place that holds its line for good; NULL: none does */
	uint64_t chance;
	bool descending;
};

enum err lines_add(struct lines *l, const uint8_t tail[BLOCK_KEY_TAIL], const uint8_t *sort, size_t sort_len);

/* Bring the line that belongs at place `at` (below the count) there. */
enum err lines_settle(struct lines *l, uint32_t at);

void lines_reset(struct lines *l);                    /* no lines; keeps memory */
void lines_clear(struct lines *l);

#endif
