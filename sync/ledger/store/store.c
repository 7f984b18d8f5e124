#include "config.h"
#include "sync/ledger/store/store_own.h"
#include "sync/ledger/store/store_runs.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; bool cache; } tables[] = {
#define X(name, cache) { #name, cache },
	STORE_TABLES(X)
#undef X
};

static const uint64_t map_least = (uint64_t)64 << 20;
static const uint64_t map_cap = sizeof(size_t) == 4 ? (uint64_t)1 << 30 : (uint64_t)1 << 40;

bool store_table_is_cache(enum store_table t)
{
	return tables[t].cache;
}

const char *store_table_name(enum store_table t)
{
	return tables[t].name;
}

enum err store_failed(const struct store *s, int rc)
{
	uint64_t left;

	switch (rc) {
	case MDB_NOTFOUND:
		return ERR_NOTFOUND;
	case MDB_MAP_FULL:
		return err_set(ERR_FULL, _("库已满"));
	case ENOMEM:
		return err_set(ERR_NOMEM, "%s", mdb_strerror(rc));
	case MDB_READERS_FULL:
		return err_set(ERR_BUSY, _("同时打开这个库的程序太多: 请关掉一些"));
	case MDB_VERSION_MISMATCH:
	case MDB_INVALID:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_CURSOR_FULL:
	case MDB_BAD_TXN:
	case MDB_BAD_DBI:
	case MDB_BAD_VALSIZE:
		return err_set(ERR_CORRUPT, _("库文件损坏 (%s)"), mdb_strerror(rc));
	case EIO:                                       /* LMDB's name for a short write: most often a full disk */
		if (s && s->dir && !fs_free(s->dir, &left) && left < (1u << 20))
			return err_set(ERR_FULL, _("存储空间不够: 请删去一些不用的文件"));
		return err_set(ERR_IO, _("库文件读写失败"));
	default:
		return err_set(rc > 0 ? err_from_errno(rc) : ERR_IO, _("库文件读写失败 (%s)"), mdb_strerror(rc));
	}
}

/* --- opening --- */

static uint64_t round_map(uint64_t map)
{
	map = map > map_cap ? map_cap : map;
	return (map + 65535) & ~(uint64_t)65535;
}

static int open_env(const char *dir, uint64_t map, unsigned flags, MDB_env **out)
{
	int rc = mdb_env_create(out);

	if (rc)
		return *out = NULL, rc;
	if ((rc = mdb_env_set_maxdbs(*out, STORE_TABLE_COUNT)) || (rc = mdb_env_set_mapsize(*out, (size_t)round_map(map)))
	    || (rc = mdb_env_open(*out, dir, MDB_NOTLS | flags, 0600))) {
		mdb_env_close(*out);
		*out = NULL;
	}
	return rc;
}

/* Addresses cost nothing and are asked for in plenty; where the system has fewer (a limit, an emulator) fewer do, for a store can grow. */
int store_open_env(const char *dir, uint64_t map, unsigned flags, MDB_env **out)
{
	int rc = open_env(dir, map, flags, out);

	while (rc == ENOMEM && map > map_least)
		rc = open_env(dir, map /= 2, flags, out);
	return rc;
}

int store_open_tables(MDB_env *env, MDB_dbi *dbi)
{
	MDB_txn *txn = NULL;                            /* not set when it cannot begin */
	int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);

	for (int i = 0; !rc && i < STORE_TABLE_COUNT; i++)
		rc = mdb_dbi_open(txn, tables[i].name, 0, &dbi[i]);
	if (!rc)
		return mdb_txn_commit(txn);
	if (txn)
		mdb_txn_abort(txn);
	return rc == MDB_NOTFOUND ? MDB_INVALID : rc;
}

static int make_tables(const char *dir, uint64_t map)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	int rc = store_open_env(dir, map, 0, &env);

	if (rc)
		return rc;
	if (!(rc = mdb_txn_begin(env, NULL, 0, &txn))) {
		for (int i = 0; !rc && i < STORE_TABLE_COUNT; i++)
			rc = mdb_dbi_open(txn, tables[i].name, MDB_CREATE, &dbi);
		if (rc)
			mdb_txn_abort(txn);
		else
			rc = mdb_txn_commit(txn);
	}
	mdb_env_close(env);
	return rc;
}

struct making { uint64_t map; };

static enum err make(const char *dir, void *user)
{
	struct making *m = user;
	int rc = make_tables(dir, m->map);

	return rc ? store_failed(NULL, rc) : ERR_OK;
}

static bool identify(struct store *s)
{
	struct buf path = { 0 };
	struct stat st;
	bool ok;

	fs_path(&path, s->dir, "data.mdb");
	ok = !path.err && !sys->lstat(path.data, &st);
	if (ok) {
		s->device = st.st_dev;
		s->inode = st.st_ino;
	}
	buf_clear(&path);
	return ok;
}

enum err store_open(const char *dir, const struct seal *seal, uint64_t map, struct store **out)
{
	struct store *s;
	enum err e = store_check_file(dir);
	int rc;

	*out = NULL;
	if (e == ERR_NOTFOUND && !(e = store_make_dir(dir, make, &(struct making){ map })))
		e = store_check_file(dir);
	if (e)
		return e;
	s = calloc(1, sizeof *s);
	if (!s || !(s->dir = strdup(dir))) {
		free(s);
		return err_set(ERR_NOMEM, "%s", dir);
	}
	s->seal = seal;
	if ((rc = store_open_env(dir, map, 0, &s->env)) || (rc = store_open_tables(s->env, s->dbi)))
		e = store_failed(s, rc);
	else if (!identify(s))
		e = err_set(ERR_IO, "%s", dir);
	if (e) {
		store_close(s);
		return err_in(e, "%s", dir);
	}
	mdb_reader_check(s->env, &rc);                  /* slots of programs that were killed would keep old pages */
	*out = s;
	return ERR_OK;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->env)
		mdb_env_close(s->env);
	buf_clear(&s->later);
	buf_clear(&s->later_list);
	free(s->dir);
	free(s);
}

bool store_replaced(const struct store *s)
{
	struct store now = { .dir = s->dir };

	return !identify(&now) || now.inode != s->inode || now.device != s->device;
}

bool store_damaged(const struct store *s)
{
	return s->damaged;
}

bool store_in_use(const struct store *s)
{
	return s->open;
}

uint64_t store_map_size(const struct store *s)
{
	MDB_envinfo info;

	mdb_env_info(s->env, &info);
	return info.me_mapsize;
}

enum err store_grow(struct store *s)
{
	uint64_t size = store_map_size(s);
	int rc;

	if (size >= map_cap)
		return err_set(ERR_FULL, _("库已到上限 %llu MiB"), (unsigned long long)(size >> 20));
	rc = mdb_env_set_mapsize(s->env, (size_t)round_map(size * 2));
	return rc ? store_failed(s, rc) : ERR_OK;
}

/* --- transactions --- */

void store_stick(struct store_txn *t, int rc)
{
	if (rc && !t->err) {
		t->err = store_failed(t->store, rc);
		t->map_full = rc == MDB_MAP_FULL;
		if (t->err == ERR_CORRUPT)
			t->store->damaged = true;
	}
}

static void begin(struct store *s, struct store_txn *t, unsigned flags)
{
	MDB_txn *txn = NULL;
	int rc;

	*t = (struct store_txn){ .store = s };
	if (!s) {
		t->err = err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
		return;
	}
	rc = mdb_txn_begin(s->env, NULL, flags, &txn);
	/* Another program made it larger; what another transaction of ours reads would go with the old map. */
	if (rc == MDB_MAP_RESIZED && !s->open && !(rc = mdb_env_set_mapsize(s->env, 0)))
		rc = mdb_txn_begin(s->env, NULL, flags, &txn);
	if (rc == MDB_READERS_FULL) {
		int dead;

		mdb_reader_check(s->env, &dead);
		rc = mdb_txn_begin(s->env, NULL, flags, &txn);
	}
	store_stick(t, rc);
	t->handle = t->err ? NULL : txn;
	s->open += t->handle != NULL;
}

void store_begin_read(struct store *s, struct store_txn *t)
{
	begin(s, t, MDB_RDONLY);
}

void store_begin_write(struct store *s, struct store_txn *t)
{
	begin(s, t, 0);
	if (!t->err)
		t->err = fs_random(t->nonce, sizeof t->nonce);
	if (t->handle) {
		t->later = s->later;
		t->later_list = s->later_list;
		s->later = s->later_list = (struct buf){ 0 };
	}
}

static void keep(struct buf *mine, struct buf *now)
{
	if (!now->cap)
		return;
	buf_clear(mine);
	*mine = *now;
	*now = (struct buf){ 0 };
	buf_reset(mine);
}

/* LMDB has closed the cursors of a transaction that wrote. */
static void end(struct store_txn *t)
{
	if (t->handle)
		t->store->open--;
	t->handle = NULL;
	memset(t->put, 0, sizeof t->put);
	t->later_tables = 0;
	if (t->store) {
		keep(&t->store->later, &t->later);
		keep(&t->store->later_list, &t->later_list);
	}
	buf_clear(&t->sealed);
	buf_clear(&t->packed);
}

enum err store_commit(struct store_txn *t)
{
	store_settle(t);
	if (t->err) {
		store_abort(t);
		return t->err;
	}
	store_stick(t, mdb_txn_commit(t->handle));
	end(t);
	return t->err;
}

void store_abort(struct store_txn *t)
{
	if (t->handle)
		mdb_txn_abort(t->handle);
	end(t);
}
