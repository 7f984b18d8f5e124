/* What a child looks at before its parent trusts a file: every page, the free list, and a write that is never made. */
#include "config.h"
#include "sync/ledger/store/store_own.h"

#include "forms/base/clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

enum { LOOK_EVERY = 256 };

struct walk { int64_t deadline; unsigned steps; volatile uint8_t sum; };

/* Touch every page of a value, so that a hole in the file is met here and not later. */
static void touch(struct walk *w, const MDB_val *v)
{
	const uint8_t *p = v->mv_data;

	for (size_t i = 0; i < v->mv_size; i += 512)
		w->sum = (uint8_t)(w->sum + p[i]);
	if (v->mv_size)
		w->sum = (uint8_t)(w->sum + p[v->mv_size - 1]);
}

static bool late(struct walk *w)
{
	return ++w->steps % LOOK_EVERY == 0 && clock_ticks() > w->deadline;
}

static int walk_free(struct walk *w, MDB_txn *txn, size_t last_page)
{
	MDB_cursor *c;
	MDB_val k, v;
	int rc = mdb_cursor_open(txn, 0, &c);

	for (size_t id, last = 0; !rc && !(rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) && !late(w); last = id) {
		size_t n, page, before = SIZE_MAX;

		if (k.mv_size != sizeof id || v.mv_size < sizeof n)
			return MDB_CORRUPTED;
		memcpy(&id, k.mv_data, sizeof id);
		memcpy(&n, v.mv_data, sizeof n);
		if (id <= last || id > mdb_txn_id(txn) || n > v.mv_size / sizeof n - 1)
			return MDB_CORRUPTED;
		for (size_t i = 1; i <= n; i++, before = page) {
			memcpy(&page, (const uint8_t *)v.mv_data + i * sizeof n, sizeof page);
			if (page >= before || page > last_page || page < 2)
				return MDB_CORRUPTED;
		}
	}
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int walk_table(struct walk *w, MDB_txn *txn, MDB_dbi dbi)
{
	uint8_t before[STORE_KEY_MAX];
	size_t before_len = 0, n = 0;
	MDB_cursor *c;
	MDB_stat st;
	MDB_val k, v;
	int rc = mdb_cursor_open(txn, dbi, &c);

	while (!rc && !(rc = mdb_cursor_get(c, &k, &v, MDB_NEXT))) {
		size_t shorter = k.mv_size < before_len ? k.mv_size : before_len;
		int order;

		if (k.mv_size > sizeof before)
			return MDB_CORRUPTED;
		order = memcmp(before, k.mv_data, shorter);
		if (order > 0 || (!order && n && before_len >= k.mv_size))
			return MDB_CORRUPTED;
		memcpy(before, k.mv_data, before_len = k.mv_size);
		touch(w, &v);
		n++;
		if (late(w))
			return 0;
	}
	if (rc == MDB_NOTFOUND)
		rc = mdb_stat(txn, dbi, &st);
	return rc ? rc : n == st.ms_entries ? 0 : MDB_CORRUPTED;
}

/* Writing goes through the free list and page splits that reading never sees; a commit goes through them to the first byte that
 * it would write, which is refused here. */
static int try_write(MDB_env *env, const MDB_dbi *dbi)
{
	struct rlimit whole, none;
	uint8_t key[STORE_KEY_MAX], data[700] = { 0 };
	MDB_txn *txn;
	int rc = mdb_txn_begin(env, NULL, 0, &txn);

	if (rc)
		return rc;
	for (int i = 0; !rc && i < STORE_TABLE_COUNT; i++)
		for (int j = 0; !rc && j < 8; j++) {
			MDB_val k = { sizeof key, key }, v = { sizeof data, data };

			memset(key, j * 36, sizeof key);
			rc = mdb_put(txn, dbi[i], &k, &v, 0);
		}
	if (rc || getrlimit(RLIMIT_FSIZE, &whole)) {
		mdb_txn_abort(txn);
		return rc;
	}
	none = (struct rlimit){ 0, whole.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	rc = mdb_txn_commit(txn);
	setrlimit(RLIMIT_FSIZE, &whole);
	return rc == EFBIG ? 0 : rc;
}

enum err store_walk(const char *dir, int64_t deadline)
{
	struct walk w = { .deadline = deadline };
	MDB_dbi dbi[STORE_TABLE_COUNT];
	MDB_env *env = NULL;
	MDB_envinfo info;
	MDB_txn *txn;
	enum err e = store_check_file(dir);
	int rc;

	if (e)
		return e;
	if (!(rc = store_open_env(dir, 16 << 20, 0, &env)) && !(rc = store_open_tables(env, dbi)) && !(rc = mdb_env_info(env, &info))
	    && !(rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn))) {
		rc = walk_free(&w, txn, info.me_last_pgno);
		for (int i = 0; !rc && i < STORE_TABLE_COUNT; i++)
			rc = walk_table(&w, txn, dbi[i]);
		mdb_txn_abort(txn);
	}
	if (!rc)
		rc = try_write(env, dbi);
	if (env)
		mdb_env_close(env);
	return rc == MDB_MAP_FULL ? ERR_OK : rc ? store_failed(NULL, rc) : ERR_OK;
}
