/* A long downlink is taken in by many commits: between two of them others save, and a program that ends between two has what came so
 * far and takes the rest the next time. */
#define _GNU_SOURCE
#include "config.h"
#include "tests/exchange/two.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "forms/base/sys.h"
#include "sync/exchange/outbox/shelf.h"
#include "sync/ledger/profile/profile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVENTS = 2000, SLICES = EVENTS / LIMIT_SLICE, KILLED = 77 };

/* --- a machine on which a segment takes longer than a slice, and that tells when the log is let go of --- */

static struct sys slow;
static unsigned let_go;
static void (*between)(void);                         /* called while nobody holds the lock */

static int pass_time(clockid_t id, struct timespec *ts)
{
	static int64_t ns;

	if (id != CLOCK_MONOTONIC)
		return sys_real.clock_gettime(id, ts);
	ns += 60 * INT64_C(1000000);
	*ts = (struct timespec){ ns / 1000000000, ns % 1000000000 };
	return 0;
}

static int tell_lock(int fd, int operation)
{
	int r = sys_real.flock(fd, operation);

	if (operation == LOCK_UN) {
		let_go++;
		if (between)
			between();
	}
	return r;
}

static void slow_down(void (*work)(void))
{
	slow = sys_real;
	slow.clock_gettime = pass_time;
	slow.flock = tell_lock;
	let_go = 0;
	between = work;
	sys = &slow;
}

/* --- many records of the township --- */

static enum err append_all(struct log_batch *b, void *user)
{
	const char *const *name = user;
	enum err e = ERR_OK;

	for (int i = 0; !e && i < EVENTS; i++) {
		struct buf part = { 0 };
		struct event event = { .kind = 900 };
		uint8_t ref[EVENT_REF];
		char text[32];

		snprintf(text, sizeof text, "%s-%04d", *name, i);
		cbor_put_array(&part, 1);
		cbor_put_text(&part, text);
		event.public_part = (struct event_part){ (const uint8_t *)part.data, part.len };
		e = log_append(b, &village, &event, ref);
		buf_clear(&part);
	}
	return e;
}

static unsigned held(struct profile *p, const char *name)
{
	const char *at = world_texts(p);
	unsigned n = 0;

	for (size_t len = strlen(name); (at = strstr(at, name)); at += len)
		n++;
	return n;
}

static void publish(const char *name)
{
	char last[32];

	two_fresh_stick();
	assert_ok(log_write(office, append_all, &name));
	assert_ok(two_deliver());
	assert_ok(two_merge());
	snprintf(last, sizeof last, "%s-%04d", name, EVENTS - 1);
	assert_true(two_holds(office, last));
	assert_int_equal(held(device, name), 0);
}

static enum err deliver_slowly(void (*work)(void))
{
	enum err e;

	slow_down(work);
	e = two_deliver();
	sys = &sys_real;
	return e;
}

/* --- the tests --- */

static void a_long_bundle_is_taken_in_by_many_commits(void **state)
{
	(void)state;
	publish("north");
	assert_ok(deliver_slowly(NULL));
	print_message("# let go of %u times\n", let_go);
	assert_true(let_go > SLICES);
	assert_int_equal(held(device, "north"), EVENTS);
	assert_ok(deliver_slowly(NULL));
	assert_true(let_go < SLICES);                     /* it knows the bundle: nothing is taken in again */
}

static enum err office_log(void *user, const struct log_head *h)
{
	if (h->highest >= EVENTS && event_scope_same(&h->id.scope, &village))
		*(struct log_head *)user = *h;
	return ERR_OK;
}

/* A piece asked for by number is given whole, though a segment ends sooner. */
static void a_piece_of_a_log_holds_as_many_as_were_asked_for(void **state)
{
	uint8_t to[1][KEYS_PK], id[KEYS_HASH];
	struct shelf s = { .name = "", .sealer = office->identity, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1 };
	struct log_head h = { 0 };
	struct store_txn t;
	struct buf file = { 0 };
	uint64_t given = 0;

	(void)state;
	memcpy(to[0], keys_roots_newest(&office->roots)->box, KEYS_PK);
	profile_begin(office, &t);
	assert_ok(log_heads(&t, office_log, &h));
	store_abort(&t);
	assert_ok(shelf_cut_one(office, &s, &h.id, 3, 1000, &file, id, &given));
	assert_int_equal(given, 1000);
	assert_ok(shelf_cut_one(office, &s, &h.id, h.highest - 9, UINT64_MAX, &file, id, &given));
	assert_int_equal(given, 10);
	assert_err(shelf_cut_one(office, &s, &h.id, h.highest + 1, 5, &file, id, &given), ERR_NOTFOUND);
	buf_clear(&file);
}

static unsigned most, seen, saved;

/* A worker's save. In this process the log is open already, so it is the same program that saves; that the lock is free for any
 * other is tried on a file of its own. */
static void save_between(void)
{
	struct buf path = { 0 };
	unsigned n;
	int fd;

	between = NULL;
	n = held(device, "south");
	if (n > seen && n < EVENTS) {
		fd = sys->open(profile_path(device, "write", &path), O_RDWR, 0);
		assert_true(fd >= 0);
		assert_int_equal(sys_real.flock(fd, LOCK_EX | LOCK_NB), 0);
		sys_real.flock(fd, LOCK_UN);
		sys->close(fd);
		assert_ok(world_append(device, &village, "saved-meanwhile", NULL, NULL, NULL));
		saved++;
		most = n - seen > most ? n - seen : most;
		seen = n;
	}
	buf_clear(&path);
	between = save_between;
}

static void a_save_waits_for_one_slice_and_no_longer(void **state)
{
	(void)state;
	publish("south");
	most = seen = saved = 0;
	assert_ok(deliver_slowly(save_between));
	between = NULL;
	print_message("# %u saves, at most %u records between two\n", saved, most);
	assert_true(saved >= SLICES - 1);
	assert_true(most <= LIMIT_SLICE);
	assert_int_equal(held(device, "south"), EVENTS);
	assert_int_equal(held(device, "saved-meanwhile"), saved);
}

static void end_between(void)
{
	between = NULL;
	if (held(device, "west") >= 3 * LIMIT_SLICE)
		_exit(KILLED);
	between = end_between;
}

static void a_program_that_ends_between_two_slices_goes_on_from_there(void **state)
{
	unsigned there;
	int status;
	pid_t pid;

	(void)state;
	publish("west");
	profile_close(device);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (profile_open(world_path("device"), &device) || profile_unlock(device, NULL, "246810", NULL))
			_exit(1);
		deliver_slowly(end_between);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), KILLED);
	assert_ok(profile_open(world_path("device"), &device));
	assert_ok(profile_unlock(device, NULL, "246810", NULL));
	there = held(device, "west");
	print_message("# %u of %d were there\n", there, EVENTS);
	assert_true(there >= 3 * LIMIT_SLICE && there < EVENTS);
	assert_ok(two_deliver());
	assert_int_equal(held(device, "west"), EVENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_bundle_is_taken_in_by_many_commits),
		cmocka_unit_test(a_piece_of_a_log_holds_as_many_as_were_asked_for),
		cmocka_unit_test(a_save_waits_for_one_slice_and_no_longer),
		cmocka_unit_test(a_program_that_ends_between_two_slices_goes_on_from_there),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, two_setup, two_teardown) != 0;
}
