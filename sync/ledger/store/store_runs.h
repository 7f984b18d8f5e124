/* store_runs.h - rows of REF, whose keys are hashes, many of them together.
 *
 * Put one by one, the refs of a merge would touch a page each, and a store of a million events be written anew with every ten thousand.
 * So many that come at once are kept as a run: blocks of rows in the order of their keys, each under the last key in it, behind all
 * other rows of the table. Runs that together outweigh one before them become one with it, so there are few, and the largest are looked at first.
 * A row that comes alone lies by itself, as in other tables, and is looked at before any run: it may be newer.
 */
#ifndef SYNC_LEDGER_STORE_STORE_RUNS_H
#define SYNC_LEDGER_STORE_STORE_RUNS_H

#include "sync/ledger/store/store.h"

enum { RUN_KEY = 12, RUN_DATA_MAX = 64, RUN_LEAST = 1024, RUN_MOST = 1 << 17 };

/* One row of a run: the key, a byte that says how long the data is, the data. */
typedef const uint8_t *run_row;

/* Whether a row may lie in a run. */
bool store_runs_hold(enum store_table table, const struct store_key *key);

/* Put rows in the order of their keys, each key once and in no run yet. What fails sticks in the transaction. */
void store_runs_put(struct store_txn *t, const run_row *rows, size_t count);

/* ERR_NOTFOUND: in no run. Rows that still wait (store_put_later) are not looked at. */
enum err store_runs_get(struct store_txn *t, const struct store_key *key, struct buf *out);

/* The value that waits under a key; false when none does. */
bool store_later_get(struct store_txn *t, enum store_table table, const struct store_key *key, struct buf *out);

#endif
