/* F25, a second fault in the middle of recovering from a first: the program is killed, the disk is full or fails, the power is cut
 * while a store is made again, a journal is replayed or written anew, a backup takes its place, an epoch begins. Whatever was
 * acknowledged before is there when the machine works again, and so is what was acknowledged meanwhile. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/ledger/profile/profile_copy.h"
#include "tests/faults/disk.h"
#include "tests/faults/player.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EARLY = 8, SAVED = 20, MOST = 5000, EACH = 30, STRIDE = 7, CUTS = 250 };

/* What is wrong before, and what mending it means. */
enum first { STORE_DAMAGED, STORE_GONE, STORE_BEHIND, JOURNAL_DAMAGED, JOURNAL_GONE, BOTH_BEHIND, BACKUP, FIRSTS };
static const char *const first_names[FIRSTS] = {
	[STORE_DAMAGED] = "a damaged store is made again", [STORE_GONE] = "a lost store is made again", [STORE_BEHIND] = "a store catches up with its journal",
	[JOURNAL_DAMAGED] = "a damaged journal is written anew", [JOURNAL_GONE] = "a lost journal is written anew",
	[BOTH_BEHIND] = "both are older than the anchor", [BACKUP] = "a backup takes the place",
};

static char early[512], sound[512], spoilt[512];
static struct scene_acks early_acks, sound_acks;

static void path(char out[1024], const char *dir, const char *rest)
{
	snprintf(out, 1024, "%s/%s", dir, rest);
}

static int play(void **state)
{
	(void)state;
	snprintf(early, sizeof early, "%s/early", scene_root());
	snprintf(sound, sizeof sound, "%s/sound", scene_root());
	snprintf(spoilt, sizeof spoilt, "%s/spoilt", scene_root());
	if (scene_play_on(sound, &sound_acks, EARLY, false, NULL, NULL) || scene_copy(sound, early))
		return -1;
	early_acks = sound_acks;
	return scene_play_on(sound, &sound_acks, SAVED - EARLY, false, NULL, NULL) != ERR_OK;
}

static void overwrite(const char *dir, const char *file, off_t at, size_t len)
{
	static const char garbage[4096];
	char name[1024];
	int fd;

	path(name, dir, file);
	fd = open(name, O_WRONLY);
	assert_true(fd >= 0 && len <= sizeof garbage);
	assert_int_equal(pwrite(fd, garbage, len, at), (ssize_t)len);
	assert_int_equal(fsync(fd), 0);
	close(fd);
}

static void replace(const char *part, const char *from)
{
	char at[1024], by[1024];

	path(at, spoilt, part);
	assert_ok(fs_remove_tree(at));
	if (from) {
		path(by, from, part);
		assert_ok(scene_copy(by, at));
	}
}

static void damage(const char *dir, enum first what)
{
	if (what == STORE_DAMAGED)
		for (off_t page = 2; page < 8; page++)
			overwrite(dir, "store/data.mdb", page * 4096, 4096);
	if (what == JOURNAL_DAMAGED)
		overwrite(dir, "journal/1.evj", 1500, 512);
}

/* The profile after the first fault; what must be there. */
static struct scene_acks prepare(enum first what)
{
	assert_ok(fs_remove_tree(spoilt));
	assert_ok(scene_copy(sound, spoilt));
	damage(spoilt, what);
	if (what == STORE_GONE || what == STORE_BEHIND || what == BOTH_BEHIND)
		replace("store", what == STORE_GONE ? NULL : early);
	if (what == JOURNAL_GONE || what == BOTH_BEHIND)
		replace("journal", what == JOURNAL_GONE ? NULL : early);
	if (what == BACKUP)                             /* the restored one is early's */
		assert_ok(fs_remove_tree(spoilt));
	return what == BOTH_BEHIND || what == BACKUP ? early_acks : sound_acks;
}

/* --- in a child: recover, go on working --- */

static enum err recover(enum first what, struct scene_acks acks, void (*said)(void *user, const struct scene_acks *acks), void *user)
{
	enum err e = what == BACKUP ? profile_restore(spoilt, early) : ERR_OK;

	return e ? e : scene_play_on(spoilt, &acks, 2, true, said, user);
}

struct fault { const char *name; unsigned calls; bool dies, sticky; int error; };

/* The nth call of this kind meets the fault. */
struct meeting { enum first what; const struct fault *fault; long nth; };

static void meet(struct player *p, void *how)
{
	const struct meeting *m = how;
	const struct fault *f = m->fault;
	const char *where = m->what == BACKUP ? scene_root() : spoilt;

	if (f->dies)
		trap_die(where, f->calls, m->nth);
	else
		trap_fail(where, f->calls, m->nth, f->sticky, f->error);
	p->told.result = recover(m->what, p->told.acks, player_ack, p);
	p->told.calls = trap_calls();
}

static bool survives(struct meeting m, struct told *last)
{
	int status = player_apart(meet, &m, last);

	return WIFEXITED(status) && (!WEXITSTATUS(status) || (m.fault->dies && WEXITSTATUS(status) == TRAP_DEAD));
}

/* A restore that was cut short is done again, as its person would. */
static void finish(enum first what)
{
	char seat[1024];

	path(seat, spoilt, "seat");
	if (what == BACKUP && !fs_exists(seat))
		assert_ok(profile_restore(spoilt, early));
}

static int fail_each(enum first what, const struct fault *f)
{
	int points = 0, refused = 0, bad = 0;
	long stride = scene_share(100) > 100 ? 1 : STRIDE;
	char why[256];

	for (long n = 1; n < MOST; n += n < EACH && scene_share(100) >= 100 ? 1 : stride) {
		struct told told = { .acks = prepare(what) };
		enum scene_verdict v;

		if (!survives((struct meeting){ what, f, n }, &told)) {
			print_message("# %s, %s: call %ld killed the program\n", first_names[what], f->name, n);
			bad++;
			continue;
		}
		/* It came to its end without meeting the fault; the child that walks the store counts on its own and may meet it. */
		if (told.calls && told.calls < n && !told.result)
			break;
		points++;
		refused += told.result != ERR_OK;
		finish(what);
		v = scene_verify_apart(spoilt, &told.acks, true, why);
		if (v != SCENE_GOOD && v != SCENE_REBUILT && bad++ < 5)
			print_message("# %s, %s at call %ld (%s), %u acknowledged: %s\n", first_names[what], f->name, n, err_name(told.result), told.acks.saved, why);
	}
	print_message("# %s: %s at %d calls in turn, %d times something was refused\n", first_names[what], f->name, points, refused);
	assert_true(points > 2);
	return bad;
}

static void every_recovery(const struct fault *faults, size_t count)
{
	int bad = 0;

	for (int what = 0; what < FIRSTS; what++)
		for (size_t i = 0; i < count; i++)
			bad += fail_each((enum first)what, &faults[i]);
	assert_int_equal(bad, 0);
}

static void f25_the_first_faults_alone_are_recovered_from(void **state)
{
	char why[256];

	(void)state;
	for (int what = 0; what < FIRSTS; what++) {
		struct scene_acks acks = prepare((enum first)what);
		enum scene_verdict v;

		finish((enum first)what);
		v = scene_verify_apart(spoilt, &acks, true, why);
		/* replaying and restoring are daily work; the others are told to the person */
		if (v != (what == STORE_BEHIND || what == BACKUP ? SCENE_GOOD : SCENE_REBUILT))
			fail_msg("%s: %d %s", first_names[what], v, why);
	}
}

static void f25_a_kill_at_any_call_of_a_recovery_loses_nothing(void **state)
{
	static const struct fault faults[] = { { "killed", TRAP_WRITE | TRAP_SYNC | TRAP_NAME, .dies = true } };

	(void)state;
	every_recovery(faults, 1);
}

static void f25_a_disk_that_fills_up_during_a_recovery_loses_nothing(void **state)
{
	static const struct fault faults[] = { { "full once", TRAP_WRITE | TRAP_NAME, .error = ENOSPC }, { "full from then on", TRAP_WRITE | TRAP_NAME, .sticky = true, .error = ENOSPC } };

	(void)state;
	every_recovery(faults, 2);
}

static void f25_a_disk_that_fails_during_a_recovery_loses_nothing(void **state)
{
	static const struct fault faults[] = { { "failing once", TRAP_ANY, .error = EIO }, { "failing from then on", TRAP_ANY, .sticky = true, .error = EIO } };

	(void)state;
	every_recovery(faults, 2);
}

/* --- power --- */

static void said(void *user, const struct scene_acks *acks)
{
	(void)user;
	trap_ack(acks, sizeof *acks);
}

/* A day, the first fault, the recovery and some work after it, all on one recorded disk. The first operation after the fault. */
static size_t record(enum first what, const char *dir, const struct trap_op **ops, size_t *count)
{
	struct scene_acks acks = { 0 };
	char mark[1024], from[1024], to[1024];
	size_t at = 0;

	trap_record(dir);
	assert_ok(scene_play_on(dir, &acks, EARLY, false, said, NULL));
	damage(dir, what);
	if (what == STORE_GONE || what == JOURNAL_GONE) {
		path(from, dir, what == STORE_GONE ? "store" : "journal");
		path(to, dir, "lost");
		assert_int_equal(rename(from, to), 0);
	}
	path(mark, dir, "mark");
	assert_int_equal(mkdir(mark, 0700), 0);
	assert_ok(fs_sync_dir(dir));
	assert_ok(scene_play_on(dir, &acks, 3, false, said, NULL));
	*ops = trap_stop(count);
	while (at < *count && ((*ops)[at].kind != TRAP_OP_MKDIR || strcmp((*ops)[at].path, "/mark")))
		at++;
	assert_true(at < *count);
	return at + 2;                                  /* and its directory is synced */
}

/* The power is cut at every operation from the fault on. In a process of its own: a recording is made once. */
static int cut_each(enum first what)
{
	int states = scene_share(CUTS), made = 0, rebuilt = 0, bad = 0;
	const struct trap_op *ops;
	size_t count, from, points = 0;
	char dir[512], where[512], why[256];

	snprintf(dir, sizeof dir, "%s/recorded%d", scene_root(), what);
	snprintf(where, sizeof where, "%s/cut%d", scene_root(), what);
	from = record(what, dir, &ops, &count);
	for (size_t i = 0; i < count; i++) {
		int share = i < from ? 0 : (int)((points + 1) * (size_t)states / (count - from) - points * (size_t)states / (count - from));

		points += i >= from;
		if (disk_step(&ops[i]))
			for (int k = 0; k < share; k++) {
				const struct scene_acks *acks = (const void *)disk_said()->data;
				enum scene_verdict v;

				disk_build(where, k % 2 ? DISK_TORN : DISK_SUBSET, 0);
				v = scene_verify_apart(where, acks, true, why);
				made++;
				rebuilt += v == SCENE_REBUILT;
				if (v != SCENE_GOOD && v != SCENE_REBUILT && bad++ < 5)
					print_message("# %s, cut at operation %zu of %zu-%zu, %u acknowledged: %s\n", first_names[what], i, from, count, acks->saved, why);
			}
		disk_landed(&ops[i]);
	}
	print_message("# %s: the power cut in %d states of %zu operations, %d needed rebuilding\n", first_names[what], made, count - from, rebuilt);
	fflush(stdout);
	return bad || made < states / 2;
}

static void f25_a_power_cut_at_any_call_of_a_recovery_loses_nothing(void **state)
{
	static const enum first firsts[] = { STORE_DAMAGED, STORE_GONE, JOURNAL_DAMAGED, JOURNAL_GONE };
	int bad = 0;

	(void)state;
	fflush(stdout);
	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid)
			_exit(cut_each(firsts[i]));
		waitpid(pid, &status, 0);
		bad += !WIFEXITED(status) || WEXITSTATUS(status);
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f25_the_first_faults_alone_are_recovered_from),
		cmocka_unit_test(f25_a_kill_at_any_call_of_a_recovery_loses_nothing),
		cmocka_unit_test(f25_a_disk_that_fills_up_during_a_recovery_loses_nothing),
		cmocka_unit_test(f25_a_disk_that_fails_during_a_recovery_loses_nothing),
		cmocka_unit_test(f25_a_power_cut_at_any_call_of_a_recovery_loses_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, play, NULL) != 0;
}
