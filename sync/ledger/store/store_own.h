/* store_own.h - between store.c, store_rows.c and store_walk.c: LMDB's environment by its own type. Nobody else includes this. */
#ifndef SYNC_LEDGER_STORE_STORE_OWN_H
#define SYNC_LEDGER_STORE_STORE_OWN_H

#include "sync/ledger/store/store_file.h"

#include <lmdb.h>
#include <sys/types.h>

struct store {
	MDB_env *env;
	MDB_dbi dbi[STORE_TABLE_COUNT];
	char *dir;
	const struct seal *seal;
	dev_t device;
	ino_t inode;
	bool damaged;
	unsigned open;                                  /* transactions that are */
	struct buf later, later_list;                   /* memory of the last write for the next */
};

/* Open the environment in `dir` with so large a map; NULL and LMDB's code when that fails. */
int store_open_env(const char *dir, uint64_t map, unsigned flags, MDB_env **out);

/* All tables, which must be there already. */
int store_open_tables(MDB_env *env, MDB_dbi *dbi);

/* LMDB's code as ours, with a line of detail; `s` may be NULL. */
enum err store_failed(const struct store *s, int rc);

/* The first code that is not 0 stays with the transaction, as an error of ours. */
void store_stick(struct store_txn *t, int rc);

const char *store_table_name(enum store_table t);

#endif
