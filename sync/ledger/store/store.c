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

struct store {
	MDB_env *env;
	MDB_dbi dbi[STORE_TABLE_COUNT];
	char *dir;
	const struct seal *seal;
	dev_t device;
	ino_t inode;
	bool damaged;
	struct buf later, later_list;                   /* memory of the last write for the next */
};

static const struct { const char *name; bool cache; } tables[] = {
#define X(name, cache) { #name, cache },
	STORE_TABLES(X)
#undef X
};

static const uint64_t map_cap = sizeof(size_t) == 4 ? (uint64_t)1 << 30 : (uint64_t)1 << 40;

bool store_table_is_cache(enum store_table t)
{
	return tables[t].cache;
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

int store_open_env(const char *dir, uint64_t map, unsigned flags, MDB_env **out)
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

uint64_t store_map_size(const struct store *s)
{
	MDB_envinfo info;

	mdb_env_info(s->env, &info);
	return info.me_mapsize;
}

uint64_t store_used(const struct store *s)
{
	MDB_envinfo info;
	MDB_stat st;

	mdb_env_info(s->env, &info);
	mdb_env_stat(s->env, &st);
	return ((uint64_t)info.me_last_pgno + 1) * st.ms_psize;
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

static void stick(struct store_txn *t, int rc)
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
	if (rc == MDB_MAP_RESIZED && !(rc = mdb_env_set_mapsize(s->env, 0)))    /* another program made it larger */
		rc = mdb_txn_begin(s->env, NULL, flags, &txn);
	if (rc == MDB_READERS_FULL) {
		int dead;

		mdb_reader_check(s->env, &dead);
		rc = mdb_txn_begin(s->env, NULL, flags, &txn);
	}
	stick(t, rc);
	t->handle = t->err ? NULL : txn;
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
	stick(t, mdb_txn_commit(t->handle));
	end(t);
	return t->err;
}

void store_abort(struct store_txn *t)
{
	if (t->handle)
		mdb_txn_abort(t->handle);
	end(t);
}

/* --- rows --- */

struct about { size_t len; uint8_t bytes[1 + STORE_KEY_MAX]; };

/* Additional data of a value: its table and key. */
static struct about about(enum store_table table, const void *key, size_t len)
{
	struct about a = { .len = 1 + len };

	a.bytes[0] = (uint8_t)table;
	memcpy(a.bytes + 1, key, len);
	return a;
}

static enum err unseal(struct store_txn *t, enum store_table table, const MDB_val *key, const MDB_val *value, struct buf *out)
{
	enum err e = ERR_CORRUPT;

	buf_reset(out);
	if (key->mv_size <= STORE_KEY_MAX) {
		struct about a = about(table, key->mv_data, key->mv_size);

		e = seal_get(t->store->seal, a.bytes, a.len, value->mv_data, value->mv_size, out);
	}
	if (e == ERR_CORRUPT)
		t->store->damaged = true;
	if (e && !t->err)
		t->err = err_set(e, _("库中 %s 表的一行已损坏"), tables[table].name);
	return e;
}

/* LMDB's keys and values are not const, but it does not write to them. */
static MDB_val key_value(const struct store_key *key)
{
	union { const uint8_t *in; void *out; } u = { .in = key->bytes };

	return (MDB_val){ key->len, u.out };
}

/* Whoever looks at a table finds there what was put off. */
static void settle(struct store_txn *t, enum store_table table)
{
	if (t->later_tables >> table & 1)
		store_settle(t);
}

enum err store_get(struct store_txn *t, enum store_table table, const struct store_key *key, struct buf *out)
{
	MDB_val k = key_value(key), v;
	int rc;

	buf_reset(out);
	if (!store_runs_hold(table, key))
		settle(t, table);
	else if (store_later_get(t, table, key, out))
		return out->err;
	if (t->err)
		return t->err;
	rc = mdb_get(t->handle, t->store->dbi[table], &k, &v);
	if (rc == MDB_NOTFOUND)
		return store_runs_hold(table, key) ? store_runs_get(t, key, out) : ERR_NOTFOUND;
	stick(t, rc);
	return t->err ? t->err : unseal(t, table, &k, &v, out);
}

bool store_has(struct store_txn *t, enum store_table table, const struct store_key *key)
{
	MDB_val k = key_value(key), v;
	int rc;

	if (store_runs_hold(table, key)) {
		struct buf unused = { 0 };
		bool found = !store_get(t, table, key, &unused);

		buf_clear(&unused);
		return found;
	}
	settle(t, table);
	if (t->err)
		return false;
	rc = mdb_get(t->handle, t->store->dbi[table], &k, &v);
	stick(t, rc == MDB_NOTFOUND ? 0 : rc);
	return !rc;
}

static MDB_cursor *put_cursor(struct store_txn *t, enum store_table table)
{
	MDB_cursor *c = t->put[table];

	if (!c && !t->err) {
		stick(t, mdb_cursor_open(t->handle, t->store->dbi[table], &c));
		t->put[table] = t->err ? NULL : c;
	}
	return t->put[table];
}

static void put(struct store_txn *t, enum store_table table, const struct store_key *key, const void *data, size_t len, bool append)
{
	struct about a = about(table, key->bytes, key->len);
	MDB_val k = key_value(key), v;
	MDB_cursor *c;
	int rc = MDB_KEYEXIST;

	settle(t, table);
	c = put_cursor(t, table);
	buf_reset(&t->sealed);
	if (!t->err)
		t->err = seal_put_next(t->store->seal, t->nonce, a.bytes, a.len, data, len, &t->sealed);
	if (t->err)
		return;
	v = (MDB_val){ t->sealed.len, t->sealed.data };
	t->bytes += k.mv_size + v.mv_size;
	if (append && !(t->not_last >> table & 1) && (rc = mdb_cursor_put(c, &k, &v, MDB_APPEND)) == MDB_KEYEXIST)
		t->not_last |= 1u << table;
	if (rc == MDB_KEYEXIST)
		rc = mdb_cursor_put(c, &k, &v, 0);
	stick(t, rc);
}

void store_put(struct store_txn *t, enum store_table table, const struct store_key *key, const void *data, size_t len)
{
	put(t, table, key, data, len, false);
}

void store_append(struct store_txn *t, enum store_table table, const struct store_key *key, const void *data, size_t len)
{
	put(t, table, key, data, len, true);
}

void store_delete(struct store_txn *t, enum store_table table, const struct store_key *key)
{
	MDB_val k = key_value(key);
	int rc;

	settle(t, table);
	if (t->err)
		return;
	rc = mdb_del(t->handle, t->store->dbi[table], &k, NULL);
	stick(t, rc == MDB_NOTFOUND ? 0 : rc);
}

void store_clear(struct store_txn *t, enum store_table table)
{
	settle(t, table);
	if (!t->err)
		stick(t, mdb_drop(t->handle, t->store->dbi[table], 0));
}

uint64_t store_count(struct store_txn *t, enum store_table table)
{
	MDB_stat st = { 0 };

	settle(t, table);
	if (!t->err)
		stick(t, mdb_stat(t->handle, t->store->dbi[table], &st));
	return st.ms_entries;
}

/* --- cursors --- */

static void seek(struct store_txn *t, enum store_table table, const struct store_key *prefix, const struct store_key *from,
                 bool backwards, struct store_cursor *c)
{
	MDB_cursor *cursor = NULL;

	*c = (struct store_cursor){ .txn = t, .table = table, .prefix = *prefix, .from = *from, .backwards = backwards };
	settle(t, table);
	if (!t->err)
		stick(t, mdb_cursor_open(t->handle, t->store->dbi[table], &cursor));
	c->handle = t->err ? NULL : cursor;
}

void store_seek(struct store_txn *t, enum store_table table, const struct store_key *prefix, struct store_cursor *c)
{
	seek(t, table, prefix, prefix, false, c);
}

void store_seek_from(struct store_txn *t, enum store_table table, const struct store_key *prefix, const struct store_key *from, struct store_cursor *c)
{
	seek(t, table, prefix, from, false, c);
}

void store_seek_last(struct store_txn *t, enum store_table table, const struct store_key *prefix, struct store_cursor *c)
{
	seek(t, table, prefix, prefix, true, c);
}

static int start(struct store_cursor *c, MDB_val *k, MDB_val *v)
{
	struct store_key bound = c->prefix;
	int rc;

	c->started = true;
	if (!c->backwards) {
		*k = key_value(&c->from);
		return c->from.len ? mdb_cursor_get(c->handle, k, v, MDB_SET_RANGE) : mdb_cursor_get(c->handle, k, v, MDB_FIRST);
	}
	if (!store_key_after(&bound))
		return mdb_cursor_get(c->handle, k, v, MDB_LAST);
	*k = key_value(&bound);
	rc = mdb_cursor_get(c->handle, k, v, MDB_SET_RANGE);
	return mdb_cursor_get(c->handle, k, v, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
}

bool store_next(struct store_cursor *c, struct store_key *key, struct buf *value)
{
	MDB_val k, v;
	int rc;

	if (!c->handle || c->txn->err)
		return false;
	rc = c->started ? mdb_cursor_get(c->handle, &k, &v, c->backwards ? MDB_PREV : MDB_NEXT) : start(c, &k, &v);
	stick(c->txn, rc == MDB_NOTFOUND ? 0 : rc);
	if (rc || k.mv_size < c->prefix.len || memcmp(k.mv_data, c->prefix.bytes, c->prefix.len))
		return false;
	if (k.mv_size > STORE_KEY_MAX) {
		stick(c->txn, MDB_CORRUPTED);
		return false;
	}
	if (key) {
		*key = store_key();
		store_key_put(key, k.mv_data, k.mv_size);
	}
	return !value || !unseal(c->txn, c->table, &k, &v, value);
}

void store_seek_end(struct store_cursor *c)
{
	if (c->handle)
		mdb_cursor_close(c->handle);
	c->handle = NULL;
}
