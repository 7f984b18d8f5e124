#define _GNU_SOURCE
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/keys/slot.h"
#include "sync/ledger/log/losses.h"
#include "sync/ledger/profile/profile_copy.h"
#include "tests/ledger/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *in(const char *dir, const char *name)
{
	static char path[1024];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void append_ok(struct profile *p, const char *text)
{
	assert_ok(world_append(p, NULL, text, NULL, NULL, NULL));
}

static void what_was_saved_is_there_after_opening_again(void **state)
{
	struct profile *p;

	(void)state;
	assert_ok(world_open("plain", false, 1, &p));
	append_ok(p, "a");
	append_ok(p, "b");
	assert_string_equal(world_texts(p), "*0 a b");
	profile_close(p);
	assert_ok(world_open("plain", false, 1, &p));
	assert_string_equal(world_texts(p), "*0 a b");
	assert_false(p->health.store_rebuilt || p->health.journal_rebuilt || p->health.went_back || p->health.replayed);
	append_ok(p, "c");
	assert_string_equal(world_texts(p), "*0 a b c");
	assert_ok(profile_check(p, NULL, NULL));
	profile_close(p);
}

static void nothing_is_read_or_written_while_locked(void **state)
{
	struct profile *p;
	struct store_txn t;

	(void)state;
	assert_ok(world_open("locked", false, 1, &p));
	append_ok(p, "a");
	profile_lock(p);
	assert_err(world_append(p, NULL, "b", NULL, NULL, NULL), ERR_DENIED);
	profile_begin(p, &t);
	assert_err(t.err, ERR_DENIED);
	store_abort(&t);
	assert_ok(profile_adopt(p, world_identity(1, 0)));
	assert_string_equal(world_texts(p), "*0 a");
	profile_close(p);
}

static void a_pin_opens_and_a_wrong_one_does_not(void **state)
{
	struct keys_identity *id = world_identity(3, 0);
	struct profile *p;

	(void)state;
	assert_ok(profile_create(world_path("pin"), false));
	assert_ok(keys_slots_add(world_path("pin"), "07", id, "135790", keys_kdf_least(), NULL));
	keys_identity_free(id);
	assert_ok(profile_open(world_path("pin"), &p));
	assert_err(profile_unlock(p, "07", "135791", NULL), ERR_PIN);
	assert_err(profile_unlock(p, "08", "135790", NULL), ERR_NOTFOUND);
	assert_null(p->identity);
	assert_ok(profile_unlock(p, NULL, "135790", NULL));
	append_ok(p, "a");
	profile_close(p);
}

static void another_key_does_not_take_the_store_apart(void **state)
{
	struct profile *p;

	(void)state;
	assert_ok(world_open("keys", false, 1, &p));
	append_ok(p, "a");
	profile_close(p);
	assert_ok(profile_open(world_path("keys"), &p));
	assert_err(profile_adopt(p, world_identity(2, 5)), ERR_DENIED);
	profile_close(p);
	assert_ok(world_open("keys", false, 1, &p));
	assert_string_equal(world_texts(p), "*0 a");
	assert_false(p->health.store_rebuilt);
	profile_close(p);
}

static void two_workers_of_a_device_share_its_store_and_sign_apart(void **state)
{
	struct profile *p;

	(void)state;
	assert_ok(world_open("two", false, 1, &p));
	append_ok(p, "a");
	assert_ok(profile_adopt(p, world_identity(2, 0)));
	append_ok(p, "b");
	assert_string_equal(world_texts(p), "*0 a *0 b");
	assert_ok(profile_check(p, NULL, NULL));
	profile_close(p);
}

static void every_file_of_a_device_is_sealed(void **state)
{
	static const char *const files[] = { "store/data.mdb", "journal/1.evj" };
	struct profile *p;
	struct buf data = { 0 };

	(void)state;
	assert_ok(world_open("sealed", false, 1, &p));
	append_ok(p, "verySecretWord");
	profile_close(p);
	for (int i = 0; i < 2; i++) {
		assert_ok(fs_read(in(world_path("sealed"), files[i]), 1 << 24, &data));
		assert_null(memmem(data.data, data.len, "verySecretWord", 14));
	}
	buf_clear(&data);
}

static void a_lost_store_comes_back_from_the_journal_in_a_new_epoch(void **state)
{
	struct profile *p;
	struct buf said = { 0 };

	(void)state;
	assert_ok(world_open("nostore", false, 1, &p));
	for (int i = 0; i < 300; i++)
		assert_ok(world_append(p, NULL, "x", "answer", i % 3 ? "secret" : NULL, NULL));
	profile_close(p);
	assert_ok(fs_remove_tree(in(world_path("nostore"), "store")));
	assert_ok(world_open("nostore", false, 1, &p));
	assert_true(p->health.store_rebuilt);
	assert_int_equal(p->health.lost_records, 0);
	assert_false(p->health.went_back);
	assert_ok(profile_report(p, &said));
	assert_true(said.len > 0);
	assert_ok(profile_check(p, NULL, NULL));
	append_ok(p, "after");
	assert_non_null(strstr(world_texts(p), "x *1 after"));
	append_ok(p, "more");
	assert_non_null(strstr(world_texts(p), "x *1 after more"));
	profile_close(p);
	buf_clear(&said);
}

static void a_lost_journal_is_written_again_from_the_store(void **state)
{
	struct profile *p;

	(void)state;
	assert_ok(world_open("nojournal", false, 1, &p));
	for (int i = 0; i < 300; i++)
		assert_ok(world_append(p, NULL, "x", "answer", NULL, NULL));
	profile_close(p);
	assert_ok(fs_remove_tree(in(world_path("nojournal"), "journal")));
	assert_ok(world_open("nojournal", false, 1, &p));
	assert_true(p->health.journal_rebuilt);
	assert_ok(profile_check(p, NULL, NULL));
	append_ok(p, "after");
	profile_close(p);
	/* and what it says now is enough to lose the store */
	assert_ok(fs_remove_tree(in(world_path("nojournal"), "store")));
	assert_ok(world_open("nojournal", false, 1, &p));
	assert_true(p->health.store_rebuilt);
	assert_non_null(strstr(world_texts(p), "x after"));
	assert_ok(profile_check(p, NULL, NULL));
	profile_close(p);
}

static void when_both_are_gone_it_starts_empty_and_says_what_is_missing(void **state)
{
	struct profile *p;
	struct buf said = { 0 };

	(void)state;
	assert_ok(world_open("nothing", false, 1, &p));
	append_ok(p, "a");
	append_ok(p, "b");
	profile_close(p);
	assert_ok(fs_remove_tree(in(world_path("nothing"), "store")));
	assert_ok(fs_remove_tree(in(world_path("nothing"), "journal")));
	assert_ok(world_open("nothing", false, 1, &p));
	assert_true(p->health.went_back);
	assert_int_equal(p->health.missing, 3);
	assert_int_equal(p->health.lost_count, 1);
	assert_memory_equal(p->health.lost[0].log.writer, p->writer, EVENT_WRITER);
	assert_int_equal(p->health.lost[0].first, 1);
	assert_int_equal(p->health.lost[0].last, 3);
	assert_ok(profile_report(p, &said));
	assert_non_null(strstr(buf_str(&said), "第 1-3 条"));
	assert_string_equal(world_texts(p), "");
	append_ok(p, "c");
	profile_close(p);
	assert_ok(world_open("nothing", false, 1, &p));           /* told once */
	assert_int_equal(p->health.lost_count, 0);
	profile_close(p);
	buf_clear(&said);
}

static enum err count_gap(void *user, const struct profile_loss *l)
{
	assert_int_equal(l->first, 3);
	assert_int_equal(l->last, 3);
	++*(int *)user;
	return ERR_OK;
}

static void p2_what_a_damaged_journal_lost_is_told_by_log_and_number(void **state)
{
	struct buf journal = { 0 }, said = { 0 };
	struct store_txn t;
	struct profile *p;
	char *at;
	int gaps = 0;

	(void)state;
	assert_ok(world_open("hole", true, 1, &p));
	append_ok(p, "before");
	append_ok(p, "in-the-damaged-sector");
	append_ok(p, "behind");
	append_ok(p, "at-the-end");
	profile_close(p);
	assert_ok(fs_remove_tree(in(world_path("hole"), "store")));
	assert_ok(fs_read(in(world_path("hole"), "journal/1.evj"), 1 << 20, &journal));
	assert_non_null(at = memmem(journal.data, journal.len, "damaged", 7));
	*at ^= 1;
	assert_ok(fs_write(in(world_path("hole"), "journal/1.evj"), journal.data, journal.len));
	assert_ok(world_open("hole", true, 1, &p));
	assert_string_equal(world_texts(p), "*0 before behind at-the-end");
	assert_int_equal(p->health.lost_count, 1);
	assert_memory_equal(p->health.lost[0].log.writer, p->writer, EVENT_WRITER);
	assert_int_equal(p->health.lost[0].first, 3);
	assert_int_equal(p->health.lost[0].last, 3);
	assert_ok(profile_report(p, &said));
	assert_non_null(strstr(buf_str(&said), "第 3 条"));
	profile_begin(p, &t);
	assert_ok(losses_gaps(&t, count_gap, &gaps));             /* what `check` lists, also at the next start */
	store_abort(&t);
	assert_int_equal(gaps, 1);
	profile_close(p);
	buf_clear(&journal);
	buf_clear(&said);
}

static void a_copied_profile_goes_on_in_a_new_epoch(void **state)
{
	struct profile *p;

	(void)state;
	assert_ok(world_open("original", false, 1, &p));
	append_ok(p, "a");
	assert_ok(profile_backup(p, world_path("copy")));
	assert_err(profile_backup(p, world_path("copy")), ERR_EXISTS);
	append_ok(p, "b");
	profile_close(p);
	assert_ok(world_open("copy", false, 1, &p));
	assert_string_equal(world_texts(p), "*0 a");            /* never on mere opening */
	append_ok(p, "c");
	assert_string_equal(world_texts(p), "*0 a *2 c");
	append_ok(p, "d");
	assert_string_equal(world_texts(p), "*0 a *2 c d");
	profile_close(p);
}

static void a_restored_backup_takes_the_place_and_keeps_what_was_there(void **state)
{
	struct profile *p;

	(void)state;
	assert_ok(world_open("home", false, 1, &p));
	append_ok(p, "a");
	assert_ok(profile_backup(p, world_path("safe")));
	append_ok(p, "b");
	profile_close(p);
	assert_err(profile_restore(world_path("home"), world_path("no such backup")), ERR_NOTFOUND);
	assert_ok(profile_restore(world_path("home"), world_path("safe")));
	assert_ok(world_open("home", false, 1, &p));
	append_ok(p, "c");
	assert_string_equal(world_texts(p), "*0 a *2 c");
	profile_close(p);
	assert_ok(world_open("home.before-1", false, 1, &p));
	assert_string_equal(world_texts(p), "*0 a b");
	profile_close(p);
}

/* Another program put a new file in the place of the old while rows are read, and one looks at a row beside: the old one is read to its
 * end, the next look finds the new one. */
static void what_is_being_read_stays_open_though_the_file_is_replaced(void **state)
{
	struct profile *p;
	struct store_txn outer, inner;
	struct store *was;
	struct buf data = { 0 };

	(void)state;
	assert_ok(world_open("swapped", false, 1, &p));
	append_ok(p, "a");
	profile_begin(p, &outer);
	assert_ok(outer.err);
	was = p->store;
	assert_ok(fs_read(in(world_path("swapped"), "store/data.mdb"), 64 << 20, &data));
	assert_ok(fs_write(in(world_path("swapped"), "store/data.mdb"), data.data, data.len));
	assert_true(store_replaced(p->store));
	profile_begin(p, &inner);
	assert_ok(inner.err);
	assert_ptr_equal(p->store, was);
	assert_true(store_replaced(p->store));
	store_abort(&inner);
	store_abort(&outer);
	profile_begin(p, &inner);
	assert_ok(inner.err);
	assert_false(store_replaced(p->store));
	store_abort(&inner);
	assert_string_equal(world_texts(p), "*0 a");
	profile_close(p);
	buf_clear(&data);
}

static void two_programs_share_a_store(void **state)
{
	struct profile *a, *b;

	(void)state;
	assert_ok(world_open("shared", true, 1, &a));
	assert_ok(world_open("shared", true, 2, &b));
	append_ok(a, "1");
	append_ok(b, "2");
	append_ok(a, "3");
	assert_string_equal(world_texts(a), "*0 1 3 *0 2");
	assert_string_equal(world_texts(b), "*0 1 3 *0 2");
	assert_ok(profile_check(b, NULL, NULL));
	profile_close(a);
	profile_close(b);
}

/* One program seals bundles with the anchor as it read it; what the other one kept meanwhile is not taken back by that. */
static void what_one_program_has_written_another_does_not_take_back(void **state)
{
	struct profile *screen, *errand;
	struct anchor now;
	uint64_t counter, before;
	bool found;

	(void)state;
	assert_ok(world_open("anchored", false, 1, &screen));
	append_ok(screen, "a");
	assert_ok(world_open("anchored", false, 1, &errand));
	append_ok(screen, "b");
	append_ok(screen, "c");
	assert_ok(anchor_read(screen->dir, &now, &found));
	before = now.written;
	assert_ok(profile_next_counter(errand, &counter));
	assert_ok(anchor_read(screen->dir, &now, &found));
	assert_int_equal(now.written, before);
	assert_int_equal(now.ends.at[0].seq, screen->anchor.ends.at[0].seq);
	now.written = before - 1;
	assert_ok(anchor_count_lost(screen->dir, &now));          /* what is known to be lost is the one way back */
	assert_ok(anchor_read(screen->dir, &now, &found));
	assert_int_equal(now.written, before - 1);
	profile_close(errand);
	profile_close(screen);
}

static void a_store_replaced_under_an_open_program_is_opened_again(void **state)
{
	struct profile *a, *b;

	(void)state;
	assert_ok(world_open("replaced", true, 1, &a));
	append_ok(a, "1");
	assert_ok(fs_rename(in(world_path("replaced"), "store"), world_path("stolen")));
	assert_ok(world_open("replaced", true, 2, &b));
	assert_true(b->health.store_rebuilt);
	append_ok(b, "2");
	assert_string_equal(world_texts(a), "*0 1 *0 2");
	append_ok(a, "3");
	assert_string_equal(world_texts(b), "*0 1 *0 2 *1 3");
	profile_close(a);
	profile_close(b);
}

static void bundle_counters_never_repeat(void **state)
{
	struct profile *a, *b;
	uint64_t n, before = 0;

	(void)state;
	assert_ok(world_open("counter", true, 1, &a));
	assert_ok(world_open("counter", true, 1, &b));
	for (int i = 0; i < 10; i++) {
		assert_ok(profile_next_counter(i % 3 ? a : b, &n));
		assert_true(n > before);
		before = n;
		append_ok(i % 2 ? a : b, "x");
	}
	profile_close(a);
	profile_close(b);
}

static void a_newer_profile_and_a_foreign_directory_are_refused(void **state)
{
	struct profile *p;

	(void)state;
	assert_err(profile_open(world_path("not there"), &p), ERR_NOTFOUND);
	assert_ok(fs_make_dir(world_path("newer")));
	assert_ok(fs_write(in(world_path("newer"), "seat"), "xuncha profile 2 device\n", 24));
	assert_err(profile_open(world_path("newer"), &p), ERR_VERSION);
	assert_ok(fs_write(in(world_path("newer"), "seat"), "something", 9));
	assert_err(profile_open(world_path("newer"), &p), ERR_FORMAT);
	assert_err(profile_create(world_path("newer"), false), ERR_EXISTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_there_after_opening_again),
		cmocka_unit_test(nothing_is_read_or_written_while_locked),
		cmocka_unit_test(a_pin_opens_and_a_wrong_one_does_not),
		cmocka_unit_test(another_key_does_not_take_the_store_apart),
		cmocka_unit_test(two_workers_of_a_device_share_its_store_and_sign_apart),
		cmocka_unit_test(every_file_of_a_device_is_sealed),
		cmocka_unit_test(a_lost_store_comes_back_from_the_journal_in_a_new_epoch),
		cmocka_unit_test(a_lost_journal_is_written_again_from_the_store),
		cmocka_unit_test(when_both_are_gone_it_starts_empty_and_says_what_is_missing),
		cmocka_unit_test(p2_what_a_damaged_journal_lost_is_told_by_log_and_number),
		cmocka_unit_test(a_copied_profile_goes_on_in_a_new_epoch),
		cmocka_unit_test(a_restored_backup_takes_the_place_and_keeps_what_was_there),
		cmocka_unit_test(what_is_being_read_stays_open_though_the_file_is_replaced),
		cmocka_unit_test(two_programs_share_a_store),
		cmocka_unit_test(what_one_program_has_written_another_does_not_take_back),
		cmocka_unit_test(a_store_replaced_under_an_open_program_is_opened_again),
		cmocka_unit_test(bundle_counters_never_repeat),
		cmocka_unit_test(a_newer_profile_and_a_foreign_directory_are_refused),
	};

	return TAP_RUN(tests);
}
