/* rowcode.h - a row as it rests in table ROW, made from its judged history. Local: another program never sees it. */
#ifndef SYNC_LEDGER_ROWS_ROWCODE_H
#define SYNC_LEDGER_ROWS_ROWCODE_H

#include "sync/ledger/fold/judge.h"
#include "sync/ledger/store/store.h"

/* What a row's record says besides what the history gives. */
struct rowcode {
	struct row_id id;
	struct event_scope scope;
	uint16_t version, form;                           /* words */
	uint32_t number, slot;
	unsigned flags;                                   /* out of rowcode_put() */
};

/* Append the record of a judged history (in the order of the fold) and set head->flags. `t` writes new words. */
enum err rowcode_put(struct words *w, struct store_txn *t, struct rowcode *head, const struct judge_entry *entries, uint32_t count, struct buf *out);

/* Read a record; `out` becomes the caller's. ERR_CORRUPT. */
enum err rowcode_get(struct words *w, struct store_txn *t, const struct row_key *key, const void *data, size_t len, struct row *out);

struct row_key rowcode_key(uint16_t reg, const struct log_place *at, uint8_t index, const uint8_t ref[EVENT_REF]);
struct store_key rowcode_store_key(const struct row_key *k);
struct row_key rowcode_from_store(const struct store_key *k);
uint16_t rowcode_register(const struct row_key *k);
/* Where its first event lies. */
struct log_place rowcode_place(const struct row_key *k);
uint8_t rowcode_index(const struct row_key *k);

#endif
