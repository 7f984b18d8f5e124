#include "config.h"
#include "sync/ledger/store/store_own.h"
#include "sync/ledger/store/store_runs.h"

#include "forms/base/i18n.h"

#include <lmdb.h>
#include <string.h>

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
		t->err = err_set(e, _("库中 %s 表的一行已损坏"), store_table_name(table));
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
	store_stick(t, rc);
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
	store_stick(t, rc == MDB_NOTFOUND ? 0 : rc);
	return !rc;
}

static MDB_cursor *put_cursor(struct store_txn *t, enum store_table table)
{
	MDB_cursor *c = t->put[table];

	if (!c && !t->err) {
		store_stick(t, mdb_cursor_open(t->handle, t->store->dbi[table], &c));
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
	store_stick(t, rc);
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
	store_stick(t, rc == MDB_NOTFOUND ? 0 : rc);
}

void store_clear(struct store_txn *t, enum store_table table)
{
	settle(t, table);
	if (!t->err)
		store_stick(t, mdb_drop(t->handle, t->store->dbi[table], 0));
}

uint64_t store_count(struct store_txn *t, enum store_table table)
{
	MDB_stat st = { 0 };

	settle(t, table);
	if (!t->err)
		store_stick(t, mdb_stat(t->handle, t->store->dbi[table], &st));
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
		store_stick(t, mdb_cursor_open(t->handle, t->store->dbi[table], &cursor));
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
	store_stick(c->txn, rc == MDB_NOTFOUND ? 0 : rc);
	if (rc || k.mv_size < c->prefix.len || memcmp(k.mv_data, c->prefix.bytes, c->prefix.len))
		return false;
	if (k.mv_size > STORE_KEY_MAX) {
		store_stick(c->txn, MDB_CORRUPTED);
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
