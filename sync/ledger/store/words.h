/* words.h - ids that rows repeat (registers, forms, versions, steps), kept once and named by a small number.
 *
 * Numbers are local to a store and begin at 1. Texts live as long as the struct; a number that another program gave
 * meanwhile is looked up when it is met.
 */
#ifndef SYNC_LEDGER_STORE_WORDS_H
#define SYNC_LEDGER_STORE_WORDS_H

#include "forms/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct store_txn;

enum { WORDS_MAX = 65535 };

struct words { char **at; uint32_t count, cap; char **retired; uint32_t retired_count; };     /* at[n - 1] */

void words_clear(struct words *w);
/* Forget numbers over `count`: the write that made them was aborted. Their texts stay readable. */
void words_forget(struct words *w, uint32_t count);

/* Before a table is emptied that holds them, and after: every number keeps its meaning, for other programs have them in memory. */
void words_read(struct words *w, struct store_txn *t);
void words_write(const struct words *w, struct store_txn *t);

/* The number of `text`, made when there is none yet (a write transaction). ERR_LIMIT over WORDS_MAX. */
enum err words_make(struct words *w, struct store_txn *t, const char *text, uint16_t *n);
/* Without making one: 0 when it is unknown. */
uint16_t words_find(struct words *w, struct store_txn *t, const char *text);
/* "" for a number never given. */
const char *words_text(struct words *w, struct store_txn *t, uint16_t n);

#endif
