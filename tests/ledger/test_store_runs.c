#include "config.h"
#include "tests/tap.h"

#include "sync/keys/hash.h"
#include "sync/ledger/store/store_runs.h"
#include "tests/ledger/world.h"

#include <string.h>

static const uint8_t secret[32] = "an invented key of 32 bytes ....";
static const struct seal with_key = { secret };

/* Keys of hashes: the n-th, and what belongs under it after `times` changes. */
static struct store_key hash_key(uint32_t n)
{
	uint8_t hash[KEYS_HASH];
	struct store_key k = store_key();

	keys_hash(&n, sizeof n, hash);
	store_key_put(&k, hash, RUN_KEY);
	return k;
}

static void expect_number(struct store_txn *t, uint32_t n, uint32_t want)
{
	struct store_key k = hash_key(n);
	struct buf got = { 0 };
	uint32_t have = 0;

	assert_ok(store_get(t, STORE_REF, &k, &got));
	assert_int_equal(got.len, sizeof have + n % 40);
	memcpy(&have, got.data, sizeof have);
	assert_int_equal(have, want);
	assert_true(store_has(t, STORE_REF, &k));
	buf_clear(&got);
}

static void put_number(struct store_txn *t, uint32_t n, uint32_t number, bool later)
{
	struct store_key k = hash_key(n);
	uint8_t data[RUN_DATA_MAX] = { 0 };

	memcpy(data, &number, sizeof number);
	(later ? store_put_later : store_put)(t, STORE_REF, &k, data, sizeof number + n % 40);
}

/* Few and many at once, in a store that is closed in between: what is asked for before they are put, after, and after all that
 * came later was put beside them. What is put again by itself counts. */
static void hashes_are_found_however_many_came_at_once(void **state)
{
	static const uint32_t batches[] = { 5000, 3, 1024, 1023, 9000, 2000, 1, 20000, 70000, 80000, 1500 };
	uint32_t count = 0;
	struct store *s;
	struct store_txn t;

	(void)state;
	for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
		assert_ok(store_open(world_path("hashes"), &with_key, 256 << 20, &s));
		store_begin_write(s, &t);
		for (uint32_t i = 0; i < batches[b]; i++)
			put_number(&t, count + i, count + i, true);
		expect_number(&t, count, count);
		expect_number(&t, count + batches[b] - 1, count + batches[b] - 1);
		if (count) {
			struct store_key none = hash_key(UINT32_MAX);

			expect_number(&t, count - 1, count - 1);
			assert_false(store_has(&t, STORE_REF, &none));
		}
		count += batches[b];
		if (count > 5001)
			put_number(&t, 5001, 7, false);
		assert_ok(store_commit(&t));
		store_close(s);
	}
	assert_ok(store_open(world_path("hashes"), &with_key, 256 << 20, &s));
	store_begin_read(s, &t);
	for (uint32_t i = 0; i < count; i++)
		expect_number(&t, i, i == 5001 ? 7 : i);
	assert_true(store_count(&t, STORE_REF) < count / 20);
	store_abort(&t);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_found_however_many_came_at_once),
	};

	world_path("");
	return TAP_RUN(tests);
}
