/* Files written whole or not at all, one by one and many together. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/sys.h"

#include <errno.h>
#include <stdlib.h>

enum { FILES = 30 };

static char dir[] = "/tmp/xuncha-fs-XXXXXX";
static char names[FILES][8], texts[FILES][16];
static struct fs_file files[FILES];

static int open_dir(void **state)
{
	(void)state;
	for (int i = 0; i < FILES; i++) {
		snprintf(names[i], sizeof names[i], "f%d", i);
		snprintf(texts[i], sizeof texts[i], "text %d", i * i);
		files[i] = (struct fs_file){ names[i], texts[i], strlen(texts[i]) };
	}
	return !mkdtemp(dir);
}

static int close_dir(void **state)
{
	(void)state;
	sys = &sys_real;
	return (int)fs_remove_tree(dir);
}

/* What the directory holds: every file whole, none aside. Returns how many. */
static enum err look(void *user, const char *name)
{
	int *found = user, n = atoi(name + 1);
	struct buf path = { 0 }, data = { 0 };

	assert_null(strchr(name, '.'));
	assert_ok(fs_read(fs_path(&path, dir, name), 100, &data));
	assert_string_equal(buf_str(&data), texts[n]);
	++*found;
	buf_clear(&path);
	buf_clear(&data);
	return ERR_OK;
}

static int held(void)
{
	int found = 0;

	assert_ok(fs_list(dir, 1000, look, &found));
	return found;
}

static void empty(void)
{
	sys = &sys_real;
	assert_ok(fs_remove_tree(dir));
	assert_ok(fs_make_dir(dir));
}

/* --- a machine that counts its syncs, and one that fails at the nth call --- */

static struct sys ours;
static int syncs, left;

static int count_fdatasync(int fd) { syncs++; return sys_real.fdatasync(fd); }
static int count_fsync(int fd)     { syncs++; return sys_real.fsync(fd); }
static int count_syncfs(int fd)    { syncs++; return sys_real.syncfs(fd); }

static bool fails(void)
{
	errno = EIO;
	return !--left;
}

static int failing_open(const char *path, int flags, mode_t mode) { return fails() ? -1 : sys_real.open(path, flags, mode); }
static ssize_t failing_pwrite(int fd, const void *data, size_t len, off_t at) { return fails() ? -1 : sys_real.pwrite(fd, data, len, at); }
static int failing_syncfs(int fd) { return fails() ? -1 : sys_real.syncfs(fd); }
static int failing_fsync(int fd) { return fails() ? -1 : sys_real.fsync(fd); }
static int failing_rename(const char *from, const char *to) { return fails() ? -1 : sys_real.rename(from, to); }

static void many_files_cost_as_many_syncs_as_one(void **state)
{
	int one;

	(void)state;
	ours = sys_real;
	ours.fdatasync = count_fdatasync;
	ours.fsync = count_fsync;
	ours.syncfs = count_syncfs;
	sys = &ours;
	syncs = 0;
	assert_ok(fs_write_all(dir, files, 1));
	one = syncs;
	assert_ok(fs_write_all(dir, files, FILES));
	assert_int_equal(syncs, 2 * one);
	assert_in_range(one, 2, 3);
	assert_int_equal(held(), FILES);
	assert_ok(fs_write_all(dir, files, 0));
	assert_int_equal(syncs, 2 * one);
	empty();
}

static void whatever_call_fails_it_is_told_and_none_is_torn_or_left_aside(void **state)
{
	int calls = 0, none = 0, some = 0;
	enum err e;

	(void)state;
	do {
		empty();
		ours = sys_real;
		ours.open = failing_open;
		ours.pwrite = failing_pwrite;
		ours.syncfs = failing_syncfs;
		ours.fsync = failing_fsync;
		ours.rename = failing_rename;
		left = ++calls;
		sys = &ours;
		e = fs_write_all(dir, files, FILES);
		sys = &sys_real;
		if (left > 0)
			break;
		assert_int_equal(e, ERR_IO);
		assert_true(*err_detail());
		none += !held();
		some += held() > 0;
	} while (true);
	assert_ok(e);
	assert_int_equal(held(), FILES);
	/* Open, write; the disk's open and sync; then names: the first fails, some fail, and the directory behind them. */
	assert_int_equal(none, 2 * FILES + 2 + 1);
	assert_int_equal(some, FILES - 1 + 2);
	empty();
}

static void a_file_that_was_there_stays_until_the_new_one_is_whole(void **state)
{
	struct fs_file old = { "f3", texts[3], strlen(texts[3]) }, fresh = { "f3", "other", 5 };
	struct buf path = { 0 }, data = { 0 };

	(void)state;
	assert_ok(fs_write_all(dir, &old, 1));
	ours = sys_real;
	ours.syncfs = failing_syncfs;
	left = 1;
	sys = &ours;
	assert_int_equal(fs_write_all(dir, &fresh, 1), ERR_IO);
	assert_int_equal(held(), 1);
	sys = &sys_real;
	assert_ok(fs_write_all(dir, &fresh, 1));
	assert_ok(fs_read(fs_path(&path, dir, "f3"), 100, &data));
	assert_string_equal(buf_str(&data), "other");
	buf_clear(&path);
	buf_clear(&data);
	empty();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_files_cost_as_many_syncs_as_one),
		cmocka_unit_test(whatever_call_fails_it_is_told_and_none_is_torn_or_left_aside),
		cmocka_unit_test(a_file_that_was_there_stays_until_the_new_one_is_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_dir, close_dir) != 0;
}
