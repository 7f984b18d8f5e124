/* lines.h - the lines of a list, put in order only where somebody looks.
 *
 * Of 600,000 rows a screen shows a few dozen, so a line is brought to its place when it is asked for: one pass over all of them
 * for the first, next to nothing for its neighbours. The order is total (the row's place in the store breaks ties): it does not
 * depend on who asks for what first.
 */
#ifndef SYNC_LEDGER_ROWS_LINES_H
#define SYNC_LEDGER_ROWS_LINES_H

#include "sync/ledger/rows/block.h"

/* Where the row is, and what it is sorted by: the first eight bytes as a number, most comparisons end there. */
enum { LINE_PREFIX = 8 };
struct line { uint64_t prefix; uint8_t tail[BLOCK_KEY_TAIL], sort_len, rest[BLOCK_SORT_MAX - LINE_PREFIX]; };

/* Zeroed is empty. */
struct lines {
	struct line *at; uint32_t count, cap;
	uint8_t *settled;                                 /* a bit for each place that holds its line for good; NULL: none does */
	uint64_t chance;
	bool descending;
};

/* About `count` lines are to come: room for them is had at once, and none is copied. */
enum err lines_expect(struct lines *l, uint32_t count);
/* A row and what it is sorted by, at most BLOCK_SORT_MAX bytes. */
enum err lines_add(struct lines *l, const uint8_t tail[BLOCK_KEY_TAIL], const uint8_t *sort, size_t sort_len);

/* Bring the line that belongs at place `at` (below the count) there. */
enum err lines_settle(struct lines *l, uint32_t at);

void lines_reset(struct lines *l);                    /* no lines; keeps memory */
void lines_clear(struct lines *l);

#endif
