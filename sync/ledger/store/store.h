/* store.h - the tables of a profile: LMDB behind a small door. The only includer of <lmdb.h> is store.c. sync.md section 6.
 *
 * - Default LMDB durability and MDB_NOTLS, nothing else: every other flag lost data in power-cut tests.
 * - Values are sealed (seal.h) with table and key as additional data; keys hold refs, numbers and days only.
 * - A value is copied out before the caller sees it: nothing points into the map.
 * - A transaction is sticky: after the first failure puts do nothing, and the commit says what it was.
 * - Never hold a transaction while waiting for a key, a socket or a child.
 * Only profile.c opens a store, only log.c writes one; others get a transaction from log_write() or store_begin_read().
 */
#ifndef SYNC_LEDGER_STORE_STORE_H
#define SYNC_LEDGER_STORE_STORE_H

#include "sync/ledger/store/seal.h"

#include <stdbool.h>

/* X(name, is a cache that rebuild makes again) */
#define STORE_TABLES(X) \
	X(META, 0)    /* small things about this profile */ \
	X(LOG, 0)     /* log id → its strands and heads */ \
	X(EV, 0)      /* strand u32, seq u64 → event and signature */ \
	X(REF, 0)     /* ref 12 → strand u32, seq u64 */ \
	X(BUN, 0)     /* bundle id → evidence, state */ \
	X(BLOB, 0)    /* blob id → state */ \
	X(ROW, 1)     /* register, row id → fields */ \
	X(HIST, 1)    /* row id, order key → event */ \
	X(LAST, 1)    /* row → the rows that name it, by field and day */ \
	X(CONF, 1)    /* open conflicts */ \
	X(FIND, 1)    /* search text in blocks */ \
	X(PEND, 1)    /* events that wait for something, and for what */ \
	X(INDEX, 1)   /* other indexes of the fold; the first byte of the key names which */

enum store_table {
#define X(name, cache) STORE_##name,
	STORE_TABLES(X)
#undef X
	STORE_TABLE_COUNT
};

/* True of what the fold makes. */
bool store_table_is_cache(enum store_table t);

/* A key being packed, big-endian so that order of bytes is order of keys. Over-long keys are our own bug (assert). */
enum { STORE_KEY_MAX = 128 };
struct store_key { uint8_t len; uint8_t bytes[STORE_KEY_MAX]; };

struct store_key store_key(void);
void store_key_u8(struct store_key *k, uint8_t n);
void store_key_u16(struct store_key *k, uint16_t n);
void store_key_u32(struct store_key *k, uint32_t n);
void store_key_u64(struct store_key *k, uint64_t n);
void store_key_put(struct store_key *k, const void *data, size_t len);

struct store;

/* Open the environment in `dir` (made when missing, aside and renamed, so that no half-made one is ever seen), after
 * store_check_file(). `map` is the least size of the map in bytes. `seal` is borrowed and must outlive the store. */
enum err store_open(const char *dir, const struct seal *seal, uint64_t map, struct store **out);
void store_close(struct store *s);

/* Before anything maps it: both meta pages are sound, and the file is made as long as they say, since a map beyond its end
 * is SIGBUS (LMDB leaves unused pages at the end unwritten; those that were cut off are found by the walk). ERR_NOTFOUND no
 * store, ERR_CORRUPT. */
enum err store_check_file(const char *dir);

/* Open in this process, walk every page and the free list, read every value, try a write and drop it; stops with ERR_OK at
 * the deadline (clock_ticks). Made for a child process: a damaged file may kill it. No key is needed. */
enum err store_walk(const char *dir, int64_t deadline);

/* Was data.mdb replaced since it was opened? Did a value turn out damaged since? */
bool store_replaced(const struct store *s);
bool store_damaged(const struct store *s);
/* Is a transaction open? Then it is not to be closed. */
bool store_in_use(const struct store *s);

/* Twice the map (cap by build); no transaction may be open. ERR_FULL at the cap. */
enum err store_grow(struct store *s);

uint64_t store_map_size(const struct store *s);

struct store_txn {
	struct store *store;
	void *handle;
	struct buf sealed, packed;   /* scratch: of the store; of whoever packs a row to put it next */
	enum err err;                /* sticks */
	bool map_full;
	uint64_t bytes;              /* put so far */
	uint8_t nonce[SEAL_NONCE];
	void *put[STORE_TABLE_COUNT];        /* a cursor where each table was put to last: most often the next row goes beside */
	unsigned not_last;                   /* tables to which a key came that is not behind all others */
	struct buf later, later_list; unsigned later_tables;      /* what store_put_later() keeps, and of which tables */
};

/* Start a transaction in the caller's struct; a failure sticks in it. End each with commit or abort (aborting an ended one
 * is nothing). A read one is ended by store_abort(). */
void store_begin_read(struct store *s, struct store_txn *t);
void store_begin_write(struct store *s, struct store_txn *t);
enum err store_commit(struct store_txn *t);
void store_abort(struct store_txn *t);

/* `out` is emptied first. ERR_NOTFOUND does not stick; ERR_CORRUPT does. */
enum err store_get(struct store_txn *t, enum store_table table, const struct store_key *key, struct buf *out);
bool store_has(struct store_txn *t, enum store_table table, const struct store_key *key);
void store_put(struct store_txn *t, enum store_table table, const struct store_key *key, const void *data, size_t len);
void store_delete(struct store_txn *t, enum store_table table, const struct store_key *key);    /* a missing row is fine */
/* The same as store_put(), for rows whose keys ascend: those that come behind all others fill their pages whole. */
void store_append(struct store_txn *t, enum store_table table, const struct store_key *key, const void *data, size_t len);
/* The same as store_put(), for keys that are hashes: put together with others in the order of their keys, since by itself each
 * would touch a page that lies elsewhere. At the latest with the commit, or when this transaction looks at the table. In REF many that
 * come at once are kept together (store_runs.h), found by store_get() and store_has() alone: such a key is put so but once, later by
 * store_put(), and never deleted. */
void store_put_later(struct store_txn *t, enum store_table table, const struct store_key *key, const void *data, size_t len);
void store_settle(struct store_txn *t);             /* now */
void store_clear(struct store_txn *t, enum store_table table);
uint64_t store_count(struct store_txn *t, enum store_table table);

/* Walk the rows whose keys begin with `prefix`, in order or backwards. Writing to the same table while walking is not
 * allowed; collect first. store_next(): false at the end or on failure (then t->err is set). `value` may be NULL. */
struct store_cursor { struct store_txn *txn; enum store_table table; void *handle; struct store_key prefix; bool started, backwards; struct store_key from; };
void store_seek(struct store_txn *t, enum store_table table, const struct store_key *prefix, struct store_cursor *c);
void store_seek_last(struct store_txn *t, enum store_table table, const struct store_key *prefix, struct store_cursor *c);
/* As store_seek(), but starting at the first key >= `from`. */
void store_seek_from(struct store_txn *t, enum store_table table, const struct store_key *prefix, const struct store_key *from, struct store_cursor *c);
bool store_next(struct store_cursor *c, struct store_key *key, struct buf *value);
void store_seek_end(struct store_cursor *c);

#endif
