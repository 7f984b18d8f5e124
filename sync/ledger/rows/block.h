/* block.h - a register in short: 256 rows a block, each with what lists and searches need of it. sync.md section 6.2.
 *
 * A row has a slot (its running number in its register in this store). Its item: flags, key, sort key, the choices that lists show,
 * text to find (folded, then pinyin initials). Lists of 100,000 rows read 400 blocks and no row. Local and a cache.
 */
#ifndef SYNC_LEDGER_ROWS_BLOCK_H
#define SYNC_LEDGER_ROWS_BLOCK_H

#include "sync/ledger/rows/row.h"
#include "sync/ledger/store/store.h"

enum { BLOCK_ROWS = 256, BLOCK_SORT_MAX = 24, BLOCK_TEXT_MAX = 400, BLOCK_CHOICES_MAX = 200, BLOCK_KEY_TAIL = 15, BLOCK_NUMBER_END = 2 };
enum { BLOCK_DONE = 128 };                            /* with the flags of the row: its stage is an end of the workflow */

/* As read: borrowed from the block. */
struct block_item {
	uint32_t slot;
	unsigned flags;                                   /* of the row; BLOCK_DONE */
	const uint8_t *key_tail;                          /* row key without its register */
	const uint8_t *sort; uint8_t sort_len;
	const uint8_t *choices; uint32_t choices_len;     /* block_choice() */
	const char *text; uint32_t text_len;              /* found by text */
	const char *initials; uint32_t initials_len;      /* found by initials */
};

/* Changed items of one write, put by blocks at the end. Zeroed is empty. */
struct block_change { uint16_t reg; uint32_t slot; size_t at, len; };
struct block_changes { struct buf bytes; struct block_change *at; uint32_t count, cap; struct buf sort, choices, text, initials; /* scratch */ };

/* Note what row `r` now looks like (ROW_EMPTY hides it). `now` NULL-able pack gives fields and sort. */
enum err block_note(struct block_changes *c, const struct row *r, uint16_t reg, const struct pack *pack, const struct pack_register *pr);
enum err block_flush(struct block_changes *c, struct store_txn *t);
void block_drop(struct block_changes *c);              /* forget, keep memory */
void block_free(struct block_changes *c);

/* How many slots a register has given; the next one (a write transaction). */
uint32_t block_slots(struct store_txn *t, uint16_t reg);
void block_set_slots(struct store_txn *t, uint16_t reg, uint32_t slots);

/* All items of a register in order of slots. `each` returns false to stop. */
enum err block_each(struct store_txn *t, uint16_t reg, bool (*each)(void *user, const struct block_item *item), void *user);
/* Items of a block that was read already (find.c keeps them). */
enum err block_items(const void *data, size_t len, uint32_t block, bool (*each)(void *user, const struct block_item *item), void *user);
struct store_key block_key(uint16_t reg, uint32_t block);

struct row_key block_row_key(uint16_t reg, const struct block_item *item);

/* A choice of a field that lists show unmasked, by its name: what it is called, and in which language, is asked when it is looked for.
 * The next one of an item, borrowed from it; false after the last. */
struct wire;
struct block_choice { uint32_t field; const char *name; size_t len; };
bool block_choice(struct wire *w, struct block_choice *out);

/* How a row's number stands in its text: by itself, in bytes that no text holds. */
void block_number(uint32_t number, struct buf *out);

/* A value as bytes whose order is the order of the values: words by their place in the code list, numbers, days, text. */
void block_sort_value(const struct pack *pack, const struct pack_field *f, const uint8_t *data, size_t len, struct buf *out);
/* The sort key of a row by `sort` (field or built-in, '-' looked through). */
void block_sort_row(const struct row *r, const struct pack *pack, const struct pack_register *pr, const char *sort, struct buf *out);

#endif
