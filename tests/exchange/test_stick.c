/* F20: a stick that is pulled out at any call (XUNCHA_FAULTS=1000: at every one), full, read-only, crowded with others' files, with odd names and links. What was
 * not copied whole is never called copied, nothing is lost on either side, and the next stick brings all of it. */
#include "config.h"
#include "tests/exchange/two.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "tests/faults/scene.h"
#include "tests/faults/trap.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FOREIGN = 10000, EACH = 50, CROWD = 40, SYNC = 1, MERGE, FETCH };

static unsigned circles;
static char from_device[32], from_office[32];

static bool copied(void)  { struct two_waiting w = two_waiting(); return w.count && w.whole == w.count; }
static bool merged(void)  { return two_holds(office, from_device); }
static bool fetched(void) { return two_holds(device, from_office) && !two_waiting().count; }

/* --- a circle in which the nth call of one of its steps fails --- */

struct fault { int step; unsigned calls; bool sticky; int error; long nth, refused, told; };

/* Do it with the fault, when it is this one's turn; then with the stick in its place again. */
static bool go(struct fault *f, int step, enum err (*what)(void), bool (*done)(void))
{
	bool met = true;
	enum err e;

	if (f->step == step) {
		trap_fail(stick, f->calls, f->nth, f->sticky, f->error);
		e = what();
		met = trap_calls() >= f->nth;
		trap_fail(stick, 0, 0, false, 0);
		if (e) {
			f->refused++;
			f->told += *err_detail() != '\0';
			assert_true(met);
		} else if (!done()) {
			fail_msg("call %ld of step %d failed, and it was called done", f->nth, step);
		}
	}
	assert_ok(what());
	assert_true(done());
	return met;
}

static bool circle(struct fault *f)
{
	bool met;

	snprintf(from_device, sizeof from_device, "d%u", ++circles);
	snprintf(from_office, sizeof from_office, "o%u", circles);
	two_fresh_stick();
	assert_ok(world_append(device, &village, from_device, NULL, "无人知", NULL));
	assert_ok(world_append(office, &village, from_office, NULL, NULL, NULL));
	met = go(f, SYNC, two_deliver, copied);
	met &= go(f, MERGE, two_merge, merged);
	met &= go(f, FETCH, two_deliver, fetched);
	return met;
}

static void fail_each(const char *name, unsigned calls, bool sticky, int error, bool must_refuse)
{
	static const char *const steps[] = { "", "copying", "merging", "fetching" };

	long stride = scene_share(100) > 100 ? 1 : 23;

	for (int step = SYNC; step <= FETCH; step++) {
		long met = 0;
		struct fault f = { .step = step, .calls = calls, .sticky = sticky, .error = error, .nth = 1 };

		for (; circle(&f); met++)                 /* the later ones are of one kind, file after file */
			f.nth += f.nth < EACH ? 1 : stride;
		print_message("# %s while %s: %ld of %ld calls failed in turn, %ld times it was refused\n", name, steps[step], met, f.nth - 1, f.refused);
		assert_int_equal(f.told, f.refused);
		if (must_refuse)
			assert_int_equal(f.refused, met);
	}
}

static void f20_a_stick_pulled_out_at_any_call_is_never_called_done(void **state)
{
	(void)state;
	fail_each("pulled out", TRAP_ANY | TRAP_LIST, true, EIO, true);
	fail_each("a loose contact", TRAP_ANY | TRAP_LIST, false, EIO, false);
}

static void f20_a_full_stick_is_told_and_another_takes_all(void **state)
{
	(void)state;
	fail_each("full", TRAP_WRITE, true, ENOSPC, true);
	fail_each("half written", TRAP_WRITE, false, 0, false);
}

static void f20_a_stick_that_cannot_be_written_is_told_and_read_all_the_same(void **state)
{
	struct fault f = { .step = 0 };
	enum err e;

	(void)state;
	snprintf(from_device, sizeof from_device, "d%u", ++circles);
	snprintf(from_office, sizeof from_office, "o%u", circles);
	two_fresh_stick();
	assert_ok(world_append(device, &village, from_device, NULL, NULL, NULL));
	assert_ok(world_append(office, &village, from_office, NULL, NULL, NULL));
	assert_true(go(&f, SYNC, two_deliver, copied));
	trap_fail(stick, TRAP_WRITE | TRAP_NAME, 1, true, EROFS);
	e = two_merge();
	trap_fail(stick, 0, 0, false, 0);
	assert_int_not_equal(e, ERR_OK);
	assert_non_null(strstr(err_detail(), stick));
	assert_true(merged());                            /* what was on it is in, though no receipt could be given */
	assert_int_equal(two_waiting().count, 1);             /* so the device does not believe it */
	assert_true(go(&f, MERGE, two_merge, merged));
	assert_ok(world_append(device, &village, "later", NULL, NULL, NULL));
	trap_fail(stick, TRAP_WRITE | TRAP_NAME, 1, true, EROFS);
	e = two_deliver();
	trap_fail(stick, 0, 0, false, 0);
	assert_int_not_equal(e, ERR_OK);
	assert_true(two_holds(device, from_office));
	assert_ok(two_deliver());
	assert_int_equal(two_waiting().whole, 1);
}

/* --- others' files --- */

static void put(const char *name, const void *data, size_t len)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", stick, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}

/* Record, seal, and give the bytes of the one bundle that waits; none waits afterwards for the stick. */
static enum err take_bytes(void *user, const char *name)
{
	struct buf path = { 0 };
	enum err e;

	profile_path(device, "out", &path);
	buf_printf(&path, "/%s", name);
	e = fs_read(path.data, LIMIT_BLOB, user);
	if (!e)
		e = fs_remove(path.data);
	buf_clear(&path);
	return e;
}

static void bundle_of(const char *text, struct buf *out)
{
	struct buf dir = { 0 };
	uint32_t bundles;
	uint64_t events;

	profile_path(device, "out", &dir);
	assert_ok(fs_list(dir.data, 1000, take_bytes, out));
	assert_ok(world_append(device, &village, text, NULL, NULL, NULL));
	assert_ok(folder_seal(device, &bundles, &events));
	assert_int_equal(bundles, 1);
	assert_ok(fs_list(dir.data, 1000, take_bytes, out));
	buf_clear(&dir);
}

static void crowd(unsigned n)
{
	static const char *const starts[] = { "JPEG....", "XC", "", "XCB1", "XCR1 not a receipt", "PK\3\4", "XCA", "\0\0\0\0" };
	char name[64];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof name, "DCIM/%u.%s", i, i % 5 ? "jpg" : "xcb");
		put(name, starts[i % 3 ? 0 : i % 8], i % 3 ? 8 : strlen(starts[i % 8]));
	}
}

static void f20_ten_thousand_foreign_files_hide_nothing(void **state)
{
	struct folder_report r = { 0 };
	struct buf file = { 0 };
	char dir[600];
	int64_t start;

	(void)state;
	two_fresh_stick();
	snprintf(dir, sizeof dir, "%s/DCIM", stick);
	assert_ok(fs_make_dir(dir));
	crowd(FOREIGN);
	bundle_of("among-many", &file);
	put("DCIM/0123.tmp", file.data, file.len);
	start = clock_ticks();
	assert_ok(folder_take(office, stick, &r));
	start = (clock_ticks() - start) / 1000000;
	print_message("# %d foreign files: %lld ms\n", FOREIGN, (long long)start);
	assert_true(two_holds(office, "among-many"));
	assert_int_equal(r.files[INBOX_MERGED], 1);
	assert_true(start < 30000);
	assert_ok(two_deliver());                             /* and the device's way through them */
	buf_clear(&file);
}

static void f20_no_name_and_no_kind_of_file_confuses_it(void **state)
{
	static const char *const names[] = {
		"-rf", "a b\tc", "line\nbreak.xcb", "'\"`$(reboot)", "%s%n%d", "back\\slash", ".hidden", "\xff\xfe not utf-8", "数据包 (1).xcb.txt", "~", "*?[]",
		"CON", "1/2/3/4/deep", "wide\xf0\x9f\x93\xa6",
	};
	enum { NAMES = sizeof names / sizeof *names };
	struct folder_report r = { 0 };
	struct buf linked = { 0 }, too_deep = { 0 }, file = { 0 };
	char path[700], outside[600], text[32], longest[256];

	(void)state;
	two_fresh_stick();
	snprintf(path, sizeof path, "%s/1/2/3/4/5", stick);
	assert_ok(fs_make_dir(path));
	for (unsigned i = 0; i <= NAMES; i++) {
		memset(longest, 'n', 255);
		longest[255] = '\0';
		snprintf(text, sizeof text, "named-%u", i);
		buf_reset(&file);
		bundle_of(text, &file);
		put(i < NAMES ? names[i] : longest, file.data, file.len);
	}
	/* links are not followed, directories and pipes are not files, five levels are one too many */
	bundle_of("linked", &linked);
	bundle_of("too-deep", &too_deep);
	put("1/2/3/4/5/file.xcb", too_deep.data, too_deep.len);
	snprintf(outside, sizeof outside, "%s", world_path("outside"));
	assert_ok(fs_make_dir(outside));
	snprintf(path, sizeof path, "%s/x.xcb", outside);
	assert_ok(fs_write(path, linked.data, linked.len));
	snprintf(path, sizeof path, "%s/link.xcb", stick);
	assert_int_equal(symlink(world_path("outside/x.xcb"), path), 0);
	snprintf(path, sizeof path, "%s/link", stick);
	assert_int_equal(symlink(outside, path), 0);
	snprintf(path, sizeof path, "%s/loop", stick);
	assert_int_equal(symlink("loop", path), 0);
	snprintf(path, sizeof path, "%s/directory.xcb", stick);
	assert_ok(fs_make_dir(path));
	snprintf(path, sizeof path, "%s/pipe.xcb", stick);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_ok(folder_take(office, stick, &r));
	for (unsigned i = 0; i <= NAMES; i++) {
		snprintf(text, sizeof text, "named-%u", i);
		if (!two_holds(office, text))
			fail_msg("not found under the name %s", i < NAMES ? names[i] : longest);
	}
	assert_int_equal(r.files[INBOX_MERGED], NAMES + 1);
	assert_false(two_holds(office, "linked"));
	assert_false(two_holds(office, "too-deep"));
	buf_clear(&file);
	buf_clear(&linked);
	buf_clear(&too_deep);
}

/* Somebody's file stands where a directory of ours should be, a directory where a bundle should be. */
static void f20_a_file_in_the_way_is_named(void **state)
{
	struct buf path = { 0 };

	(void)state;
	two_fresh_stick();
	assert_ok(world_append(device, &village, "in-the-way", NULL, NULL, NULL));
	buf_printf(&path, "%s/XUNCHA", stick);
	assert_ok(fs_write(path.data, "?", 1));
	assert_int_not_equal(two_deliver(), ERR_OK);
	assert_non_null(strstr(err_detail(), "XUNCHA"));
	assert_ok(fs_remove(path.data));
	assert_ok(two_deliver());
	assert_true(copied());
	buf_clear(&path);
}

/* --- what a device lost --- */

static void complain(void *user, const char *what)
{
	(void)user;
	print_message("# %s\n", what);
}

static void p2_what_both_copies_lost_is_counted_said_and_comes_back_as_it_was(void **state)
{
	struct buf path = { 0 }, said = { 0 };
	struct fault none = { .step = 0 };

	(void)state;
	circle(&none);                                    /* the township has it */
	assert_ok(world_append(device, &village, "nowhere-else", NULL, NULL, NULL));
	profile_close(device);
	assert_ok(fs_remove_tree(fs_path(&path, world_path("device"), "store")));
	assert_ok(fs_remove_tree(fs_path(&path, world_path("device"), "journal")));
	assert_ok(profile_open(world_path("device"), &device));
	assert_ok(profile_unlock(device, NULL, "246810", NULL));
	assert_true(device->health.went_back);
	assert_true(device->health.missing > 1);
	assert_ok(profile_report(device, &said));
	print_message("# %s", buf_str(&said));
	assert_true(said.len > 0);
	assert_false(two_holds(device, from_device));
	two_fresh_stick();
	assert_ok(two_merge());
	assert_ok(two_deliver());
	assert_true(two_holds(device, from_device));
	assert_false(two_holds(device, "nowhere-else"));
	assert_ok(world_append(device, &village, "afterwards", NULL, NULL, NULL));     /* in a log of its own: nothing is written over */
	assert_ok(two_deliver());
	assert_ok(two_merge());
	assert_true(two_holds(office, "afterwards") && two_holds(office, from_device));
	assert_ok(profile_check(device, complain, NULL));
	assert_ok(profile_check(office, complain, NULL));
	buf_clear(&path);
	buf_clear(&said);
}

/* Somebody keeps giving a device what the township said long ago. */
static void f21_an_old_stick_is_told_and_takes_nothing_back(void **state)
{
	struct folder_report r = { 0 };
	struct fault none = { .step = 0 };
	char kept[600];
	uint64_t tick;

	(void)state;
	assert_ok(profile_set_tick(office, office->anchor.tick + 1));
	circle(&none);
	snprintf(kept, sizeof kept, "%s", world_path("old-stick"));
	assert_ok(fs_rename(stick, kept));
	assert_ok(profile_set_tick(office, office->anchor.tick + 1));
	circle(&none);
	tick = device->anchor.tick;
	assert_ok(folder_sync(device, kept, &r));
	assert_int_equal(device->anchor.tick, tick);
	assert_true(r.tick > 0 && r.tick < tick);
	assert_true(r.older);
	assert_true(two_holds(device, from_office));
	assert_int_equal(two_waiting().count, 0);             /* what was proven to have arrived stays so */
	assert_int_equal(r.added, 0);
	print_message("# tick %llu, on the stick %llu\n", (unsigned long long)tick, (unsigned long long)r.tick);
}

/* --- the township is killed while it merges --- */

static enum err count_one(void *user, const char *name)
{
	(void)name;
	++*(uint32_t *)user;
	return ERR_OK;
}

/* A child merges and ends at the nth call on the township's files. Whether it came so far. */
static bool merge_and_die(long nth)
{
	int status;
	pid_t pid;

	profile_close(office);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		trap_fail(world_path("town"), 0, 0, false, 0);            /* from here on its files are known */
		if (profile_open(world_path("town"), &office))
			_exit(1);
		trap_die(world_path("town"), TRAP_ANY, nth);
		_exit(two_merge() ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == TRAP_DEAD || !WEXITSTATUS(status)));
	assert_ok(profile_open(world_path("town"), &office));
	return WEXITSTATUS(status) == TRAP_DEAD;
}

static void f2_a_merge_killed_at_any_call_has_given_receipts_only_for_what_is_kept(void **state)
{
	long kills = 0, with_receipt = 0, stride = scene_share(100) > 100 ? 1 : 5;
	bool died = true;

	(void)state;
	for (long n = 1; died; n += n < EACH ? 1 : stride) {
		uint32_t before = 0, receipts = 0;        /* a device brings others' along */
		struct buf dir = { 0 };

		snprintf(from_device, sizeof from_device, "d%u", ++circles);
		two_fresh_stick();
		assert_ok(world_append(device, &village, from_device, NULL, "无人知", NULL));
		assert_ok(two_deliver());
		assert_true(copied());
		assert_ok(fs_list(fs_path(&dir, stick, "XUNCHA/receipts"), 1000, count_one, &before));
		died = merge_and_die(n);
		assert_ok(fs_list(dir.data, 1000, count_one, &receipts));
		receipts -= before;
		if (receipts && !merged())
			fail_msg("killed at call %ld: a receipt for what is not there", n);
		with_receipt += receipts > 0;
		assert_ok(two_merge());                       /* the same stick again */
		assert_true(merged());
		assert_ok(two_deliver());
		assert_int_equal(two_waiting().count, 0);
		kills += died;
		buf_clear(&dir);
	}
	assert_ok(profile_check(office, complain, NULL));
	assert_ok(profile_unlock(office, NULL, "246810", NULL));
	assert_true(with_receipt > 1);
	print_message("# %ld kills, %ld with a receipt given\n", kills, with_receipt);
}

/* A cheap stick takes a twentieth of a second for each sync. */
static void receipts_for_a_stick_full_of_bundles_cost_a_few_syncs(void **state)
{
	struct folder_report r = { 0 };
	long syncs;

	(void)state;
	two_fresh_stick();
	for (unsigned i = 0; i < CROWD; i++) {
		snprintf(from_device, sizeof from_device, "d%u", ++circles);
		assert_ok(world_append(device, &village, from_device, NULL, NULL, NULL));
		assert_ok(two_deliver());
	}
	trap_fail(stick, TRAP_SYNC, LONG_MAX, false, EIO);
	assert_ok(folder_merge(office, stick, &r));
	syncs = trap_calls();
	trap_fail(stick, 0, 0, false, 0);
	assert_true(r.receipts >= CROWD);
	assert_true(merged());
	print_message("# %u receipts, %ld syncs\n", r.receipts, syncs);
	assert_in_range(syncs, 2, CROWD / 2);
	assert_ok(two_deliver());
	assert_int_equal(two_waiting().count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f20_a_stick_pulled_out_at_any_call_is_never_called_done),
		cmocka_unit_test(f20_a_full_stick_is_told_and_another_takes_all),
		cmocka_unit_test(f20_a_stick_that_cannot_be_written_is_told_and_read_all_the_same),
		cmocka_unit_test(f2_a_merge_killed_at_any_call_has_given_receipts_only_for_what_is_kept),
		cmocka_unit_test(receipts_for_a_stick_full_of_bundles_cost_a_few_syncs),
		cmocka_unit_test(f21_an_old_stick_is_told_and_takes_nothing_back),
		cmocka_unit_test(p2_what_both_copies_lost_is_counted_said_and_comes_back_as_it_was),
		/* these leave bundles behind that never arrive */
		cmocka_unit_test(f20_a_file_in_the_way_is_named),
		cmocka_unit_test(f20_ten_thousand_foreign_files_hide_nothing),
		cmocka_unit_test(f20_no_name_and_no_kind_of_file_confuses_it),
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 0);          /* thousands of syncs */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return keys_start() || cmocka_run_group_tests(tests, two_setup, two_teardown);
}
