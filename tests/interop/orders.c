/* orders: the summer of tests/ledger/summer.h in many orders of arrival, as files, for readers in other languages and on
 * other machines.
 *
 *     orders make DIR N         write it: roots, pack, digest, N files of tests/ledger/orders.h
 *     orders fold DIR FIRST N   merge N of them, from FIRST on, each into a fresh store; the last once more from its journal
 */
#include "config.h"
#include "tests/ledger/orders.h"

#include "forms/base/fs.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>

enum { WANTED = 2000 };

static const char *in(const char *dir, const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void put_file(const char *dir, const char *name, const struct buf *b)
{
	assert_ok(fs_write(in(dir, name), b->data, b->len));
}

static void get_file(const char *dir, const char *name, struct buf *b)
{
	buf_reset(b);
	assert_ok(fs_read(in(dir, name), 64 << 20, b));
}

static void make(const char *dir, uint32_t orders)
{
	struct buf b = { 0 };
	char name[32];

	summer_make(WANTED);
	assert_true(summer_count(summer_town.office) >= WANTED);
	assert_ok(fs_make_dir(dir));
	keys_roots_put(&summer_town.roots, 0, &b);
	put_file(dir, "roots", &b);
	buf_reset(&b);
	buf_puts(&b, township_digest(summer_town.office));
	put_file(dir, "digest", &b);
	put_file(dir, "pack", township_pack_bytes());
	for (uint32_t i = 0; i < orders; i++) {
		buf_reset(&b);
		orders_cut(i, &b);
		snprintf(name, sizeof name, "%03u.order", i);
		put_file(dir, name, &b);
	}
	buf_clear(&b);
	summer_end();
}

static bool same(const char *what, struct profile *p, const struct buf *want)
{
	const char *digest = township_digest(p);
	bool ok = strlen(digest) == want->len && !memcmp(digest, want->data, want->len);

	if (!ok)
		printf("%s: %s, not %.*s\n", what, digest, (int)want->len, want->data);
	return ok;
}

/* The store made again from nothing but the journal. */
static bool again(const char *name, const struct buf *want)
{
	struct profile *p;
	char store[64];
	bool ok;

	snprintf(store, sizeof store, "%s/store", name);
	world_remove(store);
	assert_ok(world_open(name, false, 50, &p));
	ok = p->health.store_rebuilt && same("from the journal", p, want);
	profile_close(p);
	return ok;
}

static bool fold(const char *dir, uint32_t first, uint32_t count)
{
	struct buf roots = { 0 }, order = { 0 }, want = { 0 };
	bool ok = true;

	get_file(dir, "roots", &roots);
	get_file(dir, "digest", &want);
	for (uint32_t i = first; ok && i < first + count; i++) {
		char name[32];
		struct profile *p;

		snprintf(name, sizeof name, "%03u.order", i);
		get_file(dir, name, &order);
		p = orders_merge(name, false, &roots, &order, i % 3 == 0);
		ok = same(name, p, &want);
		profile_close(p);
		if (i + 1 == first + count)
			ok = ok && again(name, &want);
		world_remove(name);
	}
	buf_clear(&roots);
	buf_clear(&order);
	buf_clear(&want);
	return ok;
}

int main(int argc, char **argv)
{
	setenv("TMPDIR", "/dev/shm", 0);
	if (argc == 4 && !strcmp(argv[1], "make")) {
		make(argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "fold"))
		return !fold(argv[2], (uint32_t)strtoul(argv[3], NULL, 10), (uint32_t)strtoul(argv[4], NULL, 10));
	fprintf(stderr, "orders make DIR N | orders fold DIR FIRST N\n");
	return 2;
}
