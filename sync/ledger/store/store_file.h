/* store_file.h - what store.c needs that is not LMDB's: a directory made whole or not at all, bounds of keys. */
#ifndef SYNC_LEDGER_STORE_STORE_FILE_H
#define SYNC_LEDGER_STORE_STORE_FILE_H

#include "sync/ledger/store/store.h"

/* Make `dir` by filling another beside it: synced, renamed, its parent synced. */
enum err store_make_dir(const char *dir, enum err (*fill)(const char *aside, void *user), void *user);

/* Turn a prefix into the first key after all that begin with it; false when there can be none. */
bool store_key_after(struct store_key *k);

#endif
