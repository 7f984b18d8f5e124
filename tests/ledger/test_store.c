#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/ledger/store/journal.h"
#include "sync/ledger/store/store.h"
#include "tests/ledger/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const uint8_t secret[32] = "an invented key of 32 bytes ....";
static const struct seal with_key = { secret }, without_key = { NULL };

static struct store_key key(const char *s)
{
	struct store_key k = store_key();

	store_key_put(&k, s, strlen(s));
	return k;
}

static void put(struct store_txn *t, const char *k, const char *v)
{
	struct store_key packed = key(k);

	store_put(t, STORE_ROW, &packed, v, strlen(v));
}

static void a_row_comes_back_as_it_was_put(void **state)
{
	const struct seal *seals[2] = { &with_key, &without_key };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct buf value = { 0 };
		struct store *s;
		struct store_txn t;
		struct store_key a = key("a"), empty = key("empty"), none = key("none");

		assert_ok(store_open(world_path(i ? "plain" : "sealed"), seals[i], 1 << 20, &s));
		store_begin_write(s, &t);
		put(&t, "a", "value");
		put(&t, "empty", "");
		assert_ok(store_get(&t, STORE_ROW, &a, &value));    /* before the commit too */
		assert_ok(store_commit(&t));
		store_begin_read(s, &t);
		assert_ok(store_get(&t, STORE_ROW, &a, &value));
		assert_string_equal(buf_str(&value), "value");
		assert_ok(store_get(&t, STORE_ROW, &empty, &value));
		assert_int_equal(value.len, 0);
		assert_err(store_get(&t, STORE_ROW, &none, &value), ERR_NOTFOUND);
		assert_ok(t.err);
		assert_err(store_get(&t, STORE_HIST, &a, &value), ERR_NOTFOUND);
		assert_int_equal(store_count(&t, STORE_ROW), 2);
		store_abort(&t);
		store_close(s);
		buf_clear(&value);
	}
}

static void an_aborted_write_changes_nothing(void **state)
{
	struct store *s;
	struct store_txn t;

	(void)state;
	assert_ok(store_open(world_path("abort"), &with_key, 1 << 20, &s));
	store_begin_write(s, &t);
	put(&t, "a", "value");
	store_abort(&t);
	store_begin_read(s, &t);
	assert_int_equal(store_count(&t, STORE_ROW), 0);
	store_abort(&t);
	store_close(s);
}

static void put_later(struct store_txn *t, const char *k, const char *v)
{
	struct store_key packed = key(k);

	store_put_later(t, STORE_ROW, &packed, v, strlen(v));
}

static void expect(struct store_txn *t, const char *k, const char *v)
{
	struct store_key packed = key(k);
	struct buf value = { 0 };
	enum err e = store_get(t, STORE_ROW, &packed, &value);

	assert_err(e, v ? ERR_OK : ERR_NOTFOUND);
	if (v)
		assert_string_equal(buf_str(&value), v);
	buf_clear(&value);
}

static void a_put_that_was_put_off_is_there_for_whoever_looks(void **state)
{
	struct store_key gone = key("b"), prefix = key("");
	struct store_cursor c;
	struct store *s;
	struct store_txn t;

	(void)state;
	assert_ok(store_open(world_path("later"), &with_key, 1 << 20, &s));
	store_begin_write(s, &t);
	put_later(&t, "b", "1");
	put_later(&t, "a", "1");
	expect(&t, "b", "1");
	put_later(&t, "c", "1");
	store_seek_last(&t, STORE_ROW, &prefix, &c);
	assert_true(store_next(&c, &gone, NULL));
	assert_memory_equal(gone.bytes, "c", 1);
	store_seek_end(&c);
	gone = key("b");
	put_later(&t, "b", "2");
	store_delete(&t, STORE_ROW, &gone);              /* what was put before it, not what comes after */
	put_later(&t, "a", "2");
	put(&t, "a", "3");
	put_later(&t, "c", "2");
	put_later(&t, "c", "3");
	assert_int_equal(store_count(&t, STORE_ROW), 2);
	put_later(&t, "d", "1");
	assert_ok(store_commit(&t));
	store_begin_write(s, &t);
	put_later(&t, "e", "1");
	store_abort(&t);
	store_begin_read(s, &t);
	expect(&t, "a", "3");
	expect(&t, "b", NULL);
	expect(&t, "c", "3");
	expect(&t, "d", "1");
	expect(&t, "e", NULL);
	store_abort(&t);
	store_close(s);
}

/* More than may wait, with values of every length; and rows that are appended, whether behind all others or not. */
static void many_put_off_and_appended_rows_are_all_there(void **state)
{
	struct store *s;
	struct store_txn t;
	char name[16], value[300];

	(void)state;
	memset(value, 'v', sizeof value);
	assert_ok(store_open(world_path("many"), &without_key, 64 << 20, &s));
	store_begin_write(s, &t);
	for (uint32_t i = 0; i < 40000; i++) {
		struct store_key k, a;

		snprintf(name, sizeof name, "%08x", i * 2654435761u);
		k = key(name);
		store_put_later(&t, STORE_REF, &k, value, i % sizeof value);
		snprintf(name, sizeof name, "%d %06u", i < 30000, i);
		a = key(name);
		store_append(&t, STORE_EV, &a, value, i % sizeof value);
	}
	assert_ok(store_commit(&t));
	store_begin_read(s, &t);
	assert_int_equal(store_count(&t, STORE_REF), 40000);
	assert_int_equal(store_count(&t, STORE_EV), 40000);
	for (uint32_t i = 0; i < 40000; i++) {
		struct buf got = { 0 };
		struct store_key k, a;

		snprintf(name, sizeof name, "%08x", i * 2654435761u);
		k = key(name);
		assert_ok(store_get(&t, STORE_REF, &k, &got));
		assert_int_equal(got.len, i % sizeof value);
		snprintf(name, sizeof name, "%d %06u", i < 30000, i);
		a = key(name);
		assert_ok(store_get(&t, STORE_EV, &a, &got));
		assert_int_equal(got.len, i % sizeof value);
		buf_clear(&got);
	}
	store_abort(&t);
	store_close(s);
}

static void a_value_under_another_key_or_table_does_not_open(void **state)
{
	struct buf sealed = { 0 }, plain = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct seal *s = i ? &without_key : &with_key;

		buf_reset(&sealed);
		assert_ok(seal_put(s, "ROW a", 5, "value", 5, &sealed));
		assert_ok(seal_get(s, "ROW a", 5, sealed.data, sealed.len, &plain));
		assert_err(seal_get(s, "ROW b", 5, sealed.data, sealed.len, &plain), ERR_CORRUPT);
		for (size_t at = 0; at < sealed.len; at++) {
			sealed.data[at] ^= 1;
			assert_err(seal_get(s, "ROW a", 5, sealed.data, sealed.len, &plain), ERR_CORRUPT);
			sealed.data[at] ^= 1;
		}
		for (size_t len = 0; len < sealed.len; len++)
			assert_err(seal_get(s, "ROW a", 5, sealed.data, len, &plain), ERR_CORRUPT);
	}
	buf_clear(&sealed);
	buf_clear(&plain);
}

static void walk(struct store_txn *t, const char *prefix, bool backwards, const char *from, const char *want)
{
	struct store_key p = key(prefix), f = key(from ? from : "");
	struct store_cursor c;
	struct store_key at;
	struct buf seen = { 0 }, value = { 0 };

	if (backwards)
		store_seek_last(t, STORE_ROW, &p, &c);
	else if (from)
		store_seek_from(t, STORE_ROW, &p, &f, &c);
	else
		store_seek(t, STORE_ROW, &p, &c);
	while (store_next(&c, &at, &value)) {
		buf_put(&seen, at.bytes, at.len);
		buf_putc(&seen, ' ');
	}
	store_seek_end(&c);
	assert_ok(t->err);
	assert_string_equal(buf_str(&seen), want);
	buf_clear(&seen);
	buf_clear(&value);
}

static void walks_keep_to_their_prefix_in_both_directions(void **state)
{
	struct store *s;
	struct store_txn t;

	(void)state;
	assert_ok(store_open(world_path("walk"), &with_key, 1 << 20, &s));
	store_begin_write(s, &t);
	for (const char *k = "b2 a1 a2 c1 a3 b1 \xff\x01 \xff\xff "; *k; k += 3)
		put(&t, (char[3]){ k[0], k[1], 0 }, "x");
	assert_ok(store_commit(&t));
	store_begin_read(s, &t);
	walk(&t, "a", false, NULL, "a1 a2 a3 ");
	walk(&t, "a", true, NULL, "a3 a2 a1 ");
	walk(&t, "b", false, "b2", "b2 ");
	walk(&t, "b", false, "b11", "b2 ");
	walk(&t, "d", false, NULL, "");
	walk(&t, "d", true, NULL, "");
	walk(&t, "\xff", true, NULL, "\xff\xff \xff\x01 ");
	walk(&t, "", false, NULL, "a1 a2 a3 b1 b2 c1 \xff\x01 \xff\xff ");
	store_abort(&t);
	store_close(s);
}

static void a_full_map_is_grown_once_nothing_is_open(void **state)
{
	char *big = calloc(1, 100000);
	struct store *s;
	struct store_txn t;
	uint64_t before;

	(void)state;
	memset(big, 'x', 99999);
	assert_ok(store_open(world_path("grow"), &without_key, 1 << 20, &s));
	before = store_map_size(s);
	store_begin_write(s, &t);
	for (int i = 0; i < 20; i++) {
		char name[8];

		snprintf(name, sizeof name, "%d", i);
		put(&t, name, big);
	}
	assert_err(store_commit(&t), ERR_FULL);
	assert_true(t.map_full);
	assert_ok(store_grow(s));
	assert_ok(store_grow(s));
	assert_true(store_map_size(s) >= 4 * before);
	store_begin_write(s, &t);
	for (int i = 0; i < 20; i++) {
		char name[8];

		snprintf(name, sizeof name, "%d", i);
		put(&t, name, big);
	}
	assert_ok(store_commit(&t));
	store_close(s);
	free(big);
}

static enum err too_much(struct log_batch *b, void *user)
{
	struct store_key k = store_key();
	char *big = calloc(1, 4 << 20);
	int *runs = user;

	++*runs;
	for (uint8_t i = 0; i < 40; i++) {
		k = store_key();
		store_key_u8(&k, i);
		store_put(log_txn(b), STORE_LAST, &k, big, 4 << 20);
	}
	free(big);
	return log_txn(b)->err;
}

static void a_write_that_does_not_fit_the_map_runs_again_in_a_larger_one(void **state)
{
	struct profile *p;
	struct store *small;
	int runs = 0;

	(void)state;
	assert_ok(world_open("fits", true, 1, &p));
	assert_ok(world_append(p, NULL, "a", NULL, NULL, NULL));
	/* as if the store had been opened with a small map */
	store_close(p->store);
	assert_ok(store_open(world_path("fits/store"), &p->seal, 16 << 20, &small));
	p->store = small;
	assert_ok(log_write(p, too_much, &runs));
	assert_true(runs > 1);
	assert_ok(world_append(p, NULL, "b", NULL, NULL, NULL));
	assert_string_equal(world_texts(p), "*0 a b");
	profile_close(p);
}

static void a_store_cut_short_is_told_before_it_is_mapped(void **state)
{
	char path[512];
	struct buf whole = { 0 };
	struct store *s;
	struct store_txn t;

	(void)state;
	assert_err(store_check_file(world_path("nothing here")), ERR_NOTFOUND);
	assert_ok(store_open(world_path("short"), &without_key, 1 << 20, &s));
	store_begin_write(s, &t);
	put(&t, "a", "value");
	assert_ok(store_commit(&t));
	store_close(s);
	assert_ok(store_check_file(world_path("short")));
	snprintf(path, sizeof path, "%s/data.mdb", world_path("short"));
	assert_ok(fs_read(path, 1 << 24, &whole));
	for (size_t len = 0; len < 4096 + 160; len += 16) {
		assert_ok(fs_write(path, whole.data, len));
		assert_err(store_check_file(world_path("short")), ERR_CORRUPT);
	}
	whole.data[16] ^= 1;                            /* the magic number of the first meta page */
	assert_ok(fs_write(path, whole.data, whole.len));
	assert_err(store_check_file(world_path("short")), ERR_CORRUPT);
	buf_clear(&whole);
}

/* --- journal --- */

static enum err join_text(void *user, const void *entry, size_t len)
{
	buf_put(user, entry, len);
	return ERR_OK;
}

static const char *content(struct journal *j, struct journal_mark from, uint64_t *lost)
{
	static struct buf all;

	buf_reset(&all);
	*lost = 0;
	assert_ok(journal_each(j, from, join_text, &all, lost));
	return buf_str(&all);
}

static void write_down(struct journal *j, const char *text)
{
	for (; *text; text++)
		assert_ok(journal_add(j, text, 1));
	assert_ok(journal_commit(j));
}

static void a_journal_tells_what_was_committed_in_order(void **state)
{
	struct journal_mark mark, planned;
	struct journal *j;
	uint64_t lost;

	(void)state;
	assert_ok(journal_open(world_path("j1"), &with_key, &j));
	assert_int_equal(journal_end(j).part, 0);
	write_down(j, "ab");
	mark = journal_end(j);
	assert_ok(journal_add(j, "c", 1));
	planned = journal_planned(j);
	assert_ok(journal_commit(j));
	assert_true(planned.part == journal_end(j).part && planned.records == journal_end(j).records);
	assert_ok(journal_add(j, "never", 5));
	journal_abort(j);
	write_down(j, "d");
	assert_string_equal(content(j, (struct journal_mark){ 0 }, &lost), "abcd");
	assert_string_equal(content(j, mark, &lost), "cd");
	journal_close(j);
	assert_ok(journal_open(world_path("j1"), &with_key, &j));
	assert_string_equal(content(j, mark, &lost), "cd");
	assert_int_equal(lost, 0);
	journal_close(j);
}

static void a_torn_tail_is_cut_at_every_length(void **state)
{
	struct journal_mark mark;
	struct buf whole = { 0 };
	struct journal *j;
	char path[512];
	uint64_t lost;
	size_t kept;

	(void)state;
	assert_ok(journal_open(world_path("j2"), &with_key, &j));
	write_down(j, "ab");
	mark = journal_end(j);
	snprintf(path, sizeof path, "%s/1.evj", world_path("j2"));
	assert_ok(fs_read(path, 1 << 20, &whole));
	kept = whole.len;
	write_down(j, "cdefgh");
	journal_close(j);
	assert_ok(fs_read(path, 1 << 20, &whole));
	for (size_t len = kept; len < whole.len; len++) {
		assert_ok(fs_write(path, whole.data, len));
		assert_ok(journal_open(world_path("j2"), &with_key, &j));
		assert_true(journal_settle(j, mark));
		assert_string_equal(content(j, (struct journal_mark){ 0 }, &lost), "ab");
		write_down(j, "x");
		journal_close(j);
		assert_ok(journal_open(world_path("j2"), &with_key, &j));
		assert_string_equal(content(j, (struct journal_mark){ 0 }, &lost), "abx");
		assert_int_equal(lost, 0);
		journal_close(j);
	}
	/* confirmed records that are gone are no torn tail */
	assert_ok(fs_write(path, whole.data, kept - 1));
	assert_ok(journal_open(world_path("j2"), &with_key, &j));
	assert_false(journal_settle(j, mark));
	journal_close(j);
	buf_clear(&whole);
}

static void records_behind_damage_are_found_again(void **state)
{
	struct buf whole = { 0 };
	struct journal *j;
	char path[512];
	uint64_t lost;

	(void)state;
	assert_ok(journal_open(world_path("j3"), &with_key, &j));
	write_down(j, "a");
	write_down(j, "b");
	write_down(j, "c");
	journal_close(j);
	snprintf(path, sizeof path, "%s/1.evj", world_path("j3"));
	assert_ok(fs_read(path, 1 << 20, &whole));
	whole.data[whole.len / 2] ^= 4;
	assert_ok(fs_write(path, whole.data, whole.len));
	assert_ok(journal_open(world_path("j3"), &with_key, &j));
	assert_string_equal(content(j, (struct journal_mark){ 0 }, &lost), "ac");
	assert_int_equal(lost, 1);
	assert_false(journal_settle(j, (struct journal_mark){ 1, 3 }));
	assert_true(journal_settle(j, (struct journal_mark){ 1, 1 }));
	journal_close(j);
	buf_clear(&whole);
}

static void parts_follow_each_other_and_a_lost_one_is_counted(void **state)
{
	char *much = calloc(1, 300001), path[512];
	struct journal *j;
	struct journal_mark mark;
	uint64_t lost;

	(void)state;
	memset(much, 'x', 300000);
	assert_ok(journal_open(world_path("j4"), &with_key, &j));
	for (int i = 0; i < 12; i++) {
		assert_ok(journal_add(j, much, 300000));
		assert_ok(journal_commit(j));
	}
	mark = journal_end(j);
	assert_int_equal(mark.part, 3);
	assert_int_equal(strlen(content(j, (struct journal_mark){ 0 }, &lost)), 12 * 300000);
	journal_close(j);
	snprintf(path, sizeof path, "%s/2.evj", world_path("j4"));
	assert_ok(fs_remove(path));
	assert_ok(journal_open(world_path("j4"), &with_key, &j));
	assert_int_equal(strlen(content(j, (struct journal_mark){ 0 }, &lost)), 8 * 300000);
	assert_int_equal(lost, 1);
	journal_close(j);
	free(much);
}

static bool shout(void *user, const void *entry, size_t len, struct buf *out)
{
	(void)user;
	if (len != 1 || *(const char *)entry != 'b')
		return false;
	buf_puts(out, "BBB");
	return true;
}

static void a_rewritten_entry_keeps_every_other_place(void **state)
{
	struct journal_mark mark;
	struct journal *j;
	uint64_t lost;

	(void)state;
	assert_ok(journal_open(world_path("j5"), &with_key, &j));
	write_down(j, "ab");
	write_down(j, "c");
	mark = journal_end(j);
	write_down(j, "bd");
	assert_ok(journal_rewrite(j, shout, NULL));
	assert_string_equal(content(j, (struct journal_mark){ 0 }, &lost), "aBBBcBBBd");
	assert_string_equal(content(j, mark, &lost), "BBBd");
	write_down(j, "e");
	journal_close(j);
	assert_ok(journal_open(world_path("j5"), &with_key, &j));
	assert_string_equal(content(j, (struct journal_mark){ 0 }, &lost), "aBBBcBBBde");
	assert_int_equal(lost, 0);
	journal_close(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_comes_back_as_it_was_put),
		cmocka_unit_test(an_aborted_write_changes_nothing),
		cmocka_unit_test(a_put_that_was_put_off_is_there_for_whoever_looks),
		cmocka_unit_test(many_put_off_and_appended_rows_are_all_there),
		cmocka_unit_test(a_value_under_another_key_or_table_does_not_open),
		cmocka_unit_test(walks_keep_to_their_prefix_in_both_directions),
		cmocka_unit_test(a_full_map_is_grown_once_nothing_is_open),
		cmocka_unit_test(a_write_that_does_not_fit_the_map_runs_again_in_a_larger_one),
		cmocka_unit_test(a_store_cut_short_is_told_before_it_is_mapped),
		cmocka_unit_test(a_journal_tells_what_was_committed_in_order),
		cmocka_unit_test(a_torn_tail_is_cut_at_every_length),
		cmocka_unit_test(records_behind_damage_are_found_again),
		cmocka_unit_test(parts_follow_each_other_and_a_lost_one_is_counted),
		cmocka_unit_test(a_rewritten_entry_keeps_every_other_place),
	};

	world_path("");
	return TAP_RUN(tests);
}
