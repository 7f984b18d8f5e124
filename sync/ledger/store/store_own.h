/* store_own.h - between store.c and store_walk.c: LMDB's environment by its own type. Nobody else includes this. */
#ifndef SYNC_LEDGER_STORE_STORE_OWN_H
#define SYNC_LEDGER_STORE_STORE_OWN_H

#include "sync/ledger/store/store_file.h"

#include <lmdb.h>

/* Open the environment in `dir` with so large a map; NULL and LMDB's code when that fails. */
int store_open_env(const char *dir, uint64_t map, unsigned flags, MDB_env **out);

/* All tables, which must be there already. */
int store_open_tables(MDB_env *env, MDB_dbi *dbi);

/* LMDB's code as ours, with a line of detail; `s` may be NULL. */
enum err store_failed(const struct store *s, int rc);

#endif
