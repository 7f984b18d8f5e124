/* F25, inside the second try of what was kept aside: bundles that waited for a certificate and one that an older program had put into
 * quarantine are tried again, and the program is killed, the disk is full or fails, the power is cut in the middle of it. Each bundle is
 * taken in or still lies where it lay, never neither; the next try takes in all, and none is left behind. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/fs.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/exchange/inbox/newer.h"
#include "sync/exchange/inbox/quarantine.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "tests/faults/disk.h"
#include "tests/faults/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELD = 3, ASIDE = HELD + 1, EVENTS = 5, MOST = 5000, CUTS = 300 };

/* A bundle that was kept aside: its file, and its last event. */
static struct { const char *folder; uint8_t id[KEYS_HASH], ref[EVENT_REF]; } aside[ASIDE];
static char pristine[512], at[512];

/* --- what was kept aside --- */

static void work(struct world *w, int n, struct buf *file)
{
	const struct keys_identity *who = n % 2 ? w->neighbour : w->worker;
	struct event_scope village = event_scope_village(world_village);
	struct chain c, *one[] = { &c };

	chain_start(&c, who, &village, 100 + (uint64_t)n);
	chain_work(&c, EVENTS);
	memcpy(aside[n].ref, c.hash, EVENT_REF);
	world_bundle(w, who, NULL, one, 1, file);
	keys_hash(file->data, file->len, aside[n].id);
	chain_clear(&c);
}

static enum inbox_verdict deliver(struct profile *p, const struct buf *file)
{
	struct inbox_file f = { .name = "test", .data = (const uint8_t *)file->data, .len = file->len };

	assert_ok(inbox_take(p, &f, 1));
	return f.verdict;
}

static void place(const char *dir, int n, const char *ending, struct buf *path)
{
	char hex[2 * KEYS_HASH + 1];

	keys_hex(aside[n].id, KEYS_HASH, hex);
	buf_reset(path);
	buf_printf(path, "%s/%s/%s.xcb%s", dir, aside[n].folder, hex, ending);
}

/* As an older program leaves what it cannot read. */
static void quarantine(const char *dir, int n, const struct buf *file)
{
	static const char reason[] = "too new", version[] = "0.0.1";
	struct buf path = { 0 };

	place(dir, n, "", &path);
	assert_ok(fs_write(path.data, file->data, file->len));
	place(dir, n, ".txt", &path);
	assert_ok(fs_write(path.data, reason, strlen(reason)));
	place(dir, n, ".newer", &path);
	assert_ok(fs_write(path.data, version, strlen(version)));
	buf_clear(&path);
}

/* A township that has heard nothing of its people but their bundles, and then the certificates. */
static int prepare(void **state)
{
	struct chain *decrees[1];
	struct buf file = { 0 };
	struct profile *p;
	struct world w;

	(void)state;
	snprintf(pristine, sizeof pristine, "%s/pristine", scene_root());
	snprintf(at, sizeof at, "%s/at", scene_root());
	world_open(&w);
	decrees[0] = &w.decrees;
	assert_ok(profile_create(w.dir, true));
	assert_ok(profile_open(w.dir, &p));
	for (int n = 0; n < ASIDE; n++) {
		aside[n].folder = n < HELD ? "in" : "quarantine";
		buf_reset(&file);
		work(&w, n, &file);
		if (n < HELD)
			assert_int_equal(deliver(p, &file), INBOX_HELD);
		else
			quarantine(w.dir, n, &file);
	}
	buf_reset(&file);
	world_bundle(&w, w.authority, NULL, decrees, 1, &file);
	assert_int_equal(deliver(p, &file), INBOX_MERGED);
	profile_close(p);
	assert_ok(scene_copy(w.dir, pristine));
	world_close(&w);
	buf_clear(&file);
	return 0;
}

static enum err try_again(const char *dir, uint32_t *again)
{
	struct profile *p;
	enum err e = profile_open(dir, &p);

	*again = 0;
	if (!e)
		e = inbox_settle(p, again);
	profile_close(p);
	return e;
}

/* --- what must hold --- */

static bool has(struct profile *p, int n)
{
	struct log_event e = { 0 };
	struct store_txn t;
	bool here;

	profile_begin(p, &t);
	here = !t.err && !log_event_get(&t, aside[n].ref, &e);
	store_abort(&t);
	log_event_clear(&e);
	return here;
}

static bool lies(const char *dir, int n)
{
	struct buf path = { 0 };
	bool there;

	place(dir, n, "", &path);
	there = fs_exists(path.data);
	buf_clear(&path);
	return there;
}

static void complain(void *user, const char *what)
{
	snprintf(user, 256, "%s", what);
}

/* Empty: all is well. */
static const char *judge(const char *dir)
{
	static char why[256];
	char found[256] = "";
	struct profile *p;
	uint32_t again;
	enum err e;

	*why = '\0';
	if ((e = profile_open(dir, &p))) {
		snprintf(why, sizeof why, "open: %s %.200s", err_name(e), err_detail());
		return why;
	}
	for (int n = 0; n < ASIDE && !*why; n++)
		if (!has(p, n) && !lies(dir, n))
			snprintf(why, sizeof why, "bundle %d is neither in nor aside", n);
	if (!*why && (e = inbox_settle(p, &again)))
		snprintf(why, sizeof why, "settle: %s %.200s", err_name(e), err_detail());
	for (int n = 0; n < ASIDE && !*why; n++)
		if (!has(p, n) || lies(dir, n))
			snprintf(why, sizeof why, "bundle %d: %s, %s", n, has(p, n) ? "in" : "not in", lies(dir, n) ? "still aside" : "not aside");
	if (!*why && profile_check(p, complain, found) && (e = profile_check(p, complain, found)))     /* what it finds in one copy it mends from the other */
		snprintf(why, sizeof why, "check: %s %.200s", err_name(e), found);
	profile_close(p);
	return why;
}

/* --- faults --- */

struct fault { const char *name; unsigned calls; bool dies, sticky; int error; };

/* The nth call of the second try meets the fault, in a child. *met: it came so far. */
static bool try_with(const struct fault *f, long nth, bool *met)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		uint32_t again;
		enum err e;

		if (f->dies)
			trap_die(at, f->calls, nth);
		else
			trap_fail(at, f->calls, nth, f->sticky, f->error);
		e = try_again(at, &again);
		_exit(e ? 2 : trap_calls() >= nth);             /* the child that walks the store meets it on its own */
	}
	waitpid(pid, &status, 0);
	*met = WIFEXITED(status) && WEXITSTATUS(status);
	return WIFEXITED(status) && (WEXITSTATUS(status) <= 2 || WEXITSTATUS(status) == TRAP_DEAD);
}

static void fail_each(const struct fault *f)
{
	int points = 0, bad = 0;
	long stride = scene_share(100) >= 100 ? 1 : 7;
	bool met = true;

	for (long n = 1; n < MOST && met; n += stride) {
		const char *why;

		assert_ok(fs_remove_tree(at));
		assert_ok(scene_copy(pristine, at));
		if (!try_with(f, n, &met))
			fail_msg("%s at call %ld: the program died", f->name, n);
		points += met;
		why = judge(at);
		if (*why && bad++ < 5)
			print_message("# %s at call %ld: %s\n", f->name, n, why);
	}
	print_message("# %s at %d calls in turn\n", f->name, points);
	assert_int_equal(bad, 0);
	assert_true(points > 2);
}

static void without_a_fault_all_are_taken_in(void **state)
{
	uint32_t again;

	(void)state;
	assert_ok(scene_copy(pristine, at));
	for (int n = 0; n < ASIDE; n++)
		assert_true(lies(at, n));
	assert_ok(try_again(at, &again));
	assert_int_equal(again, ASIDE);
	assert_string_equal(judge(at), "");
}

static void f25_a_second_try_killed_at_any_call_loses_nothing(void **state)
{
	(void)state;
	fail_each(&(struct fault){ "killed", TRAP_WRITE | TRAP_SYNC | TRAP_NAME, .dies = true });
}

static void f25_a_second_try_on_a_full_disk_loses_nothing(void **state)
{
	(void)state;
	fail_each(&(struct fault){ "full once", TRAP_WRITE | TRAP_NAME, .error = ENOSPC });
	fail_each(&(struct fault){ "full from then on", TRAP_WRITE | TRAP_NAME, .sticky = true, .error = ENOSPC });
}

static void f25_a_second_try_on_a_failing_disk_loses_nothing(void **state)
{
	(void)state;
	fail_each(&(struct fault){ "failing once", TRAP_ANY, .error = EIO });
	fail_each(&(struct fault){ "failing from then on", TRAP_ANY, .sticky = true, .error = EIO });
}

/* --- power --- */

static enum err sync_one(void *user, const char *name)
{
	struct buf path = { 0 };
	int fd;

	fs_path(&path, user, name);
	if (fs_is_dir(path.data)) {
		assert_ok(fs_list(path.data, 1000, sync_one, path.data));
	} else {
		fd = open(path.data, O_RDWR);
		assert_true(fd >= 0);
		assert_int_equal(fsync(fd), 0);
		close(fd);
	}
	buf_clear(&path);
	return ERR_OK;
}

/* The second try on a recorded disk; the first operation of it. */
static size_t record(const struct trap_op **ops, size_t *count)
{
	char mark[600];
	uint32_t again;
	size_t i = 0;

	trap_record(at);
	assert_ok(scene_copy(pristine, at));
	assert_ok(fs_list(at, 1000, sync_one, at));
	snprintf(mark, sizeof mark, "%s/mark", at);
	assert_int_equal(mkdir(mark, 0700), 0);
	assert_ok(fs_sync_dir(at));
	assert_ok(try_again(at, &again));
	assert_int_equal(again, ASIDE);
	*ops = trap_stop(count);
	while (i < *count && ((*ops)[i].kind != TRAP_OP_MKDIR || strcmp((*ops)[i].path, "/mark")))
		i++;
	assert_true(i < *count);
	return i + 2;
}

static void f25_a_power_cut_in_a_second_try_loses_nothing(void **state)
{
	int states = scene_share(CUTS), made = 0, bad = 0;
	const struct trap_op *ops;
	size_t count, from, points = 0;
	char where[512];

	(void)state;
	assert_ok(fs_remove_tree(at));
	snprintf(where, sizeof where, "%s/cut", scene_root());
	from = record(&ops, &count);
	for (size_t i = 0; i < count; i++) {
		int share = i < from ? 0 : (int)((points + 1) * (size_t)states / (count - from) - points * (size_t)states / (count - from));

		points += i >= from;
		if (disk_step(&ops[i]))
			for (int k = 0; k < share; k++) {
				const char *why;

				disk_build(where, k % 2 ? DISK_TORN : DISK_SUBSET, 0);
				why = judge(where);
				made++;
				if (*why && bad++ < 5)
					print_message("# cut at operation %zu of %zu-%zu: %s\n", i, from, count, why);
			}
		disk_landed(&ops[i]);
	}
	disk_forget();
	print_message("# the power cut in %d states of %zu operations\n", made, count - from);
	assert_int_equal(bad, 0);
	assert_true(made >= states / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_fault_all_are_taken_in),
		cmocka_unit_test(f25_a_second_try_killed_at_any_call_loses_nothing),
		cmocka_unit_test(f25_a_second_try_on_a_full_disk_loses_nothing),
		cmocka_unit_test(f25_a_second_try_on_a_failing_disk_loses_nothing),
		cmocka_unit_test(f25_a_power_cut_in_a_second_try_loses_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, prepare, NULL) != 0;
}
