/* Every file call of a worker's day fails in turn, once or from then on: with a full disk, a bad sector, half a write. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "tests/faults/player.h"
#include "tests/faults/trap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAVES = 4, MOST = 20000 };

/* The nth of `calls` fails with `error`. */
struct fault { const char *dir; unsigned calls; long nth; bool sticky; int error; long lasts; };

static void play(struct player *p, void *how)
{
	const struct fault *f = how;

	trap_fail(f->dir, f->calls, f->nth, f->sticky, f->error);
	if (f->lasts)
		trap_heal(f->lasts);
	p->told.result = scene_play(f->dir, SAVES, true, player_ack, p);
	snprintf(p->told.detail, sizeof p->told.detail, "%.190s", p->told.result ? err_detail() : "");
	p->told.calls = trap_calls();
}

struct tally { long points; int refused, bad; };

static struct tally fail_each_for(const char *name, unsigned calls, bool sticky, int error, long lasts)
{
	struct tally t = { 0 };
	long step = 100 / scene_share(100);
	char dir[512], why[256];

	snprintf(dir, sizeof dir, "%s/%s", scene_root(), name);
	for (long n = 1; n < MOST; n += step) {
		struct fault f = { dir, calls, n, sticky, error, lasts };
		struct told told = { 0 };
		enum scene_verdict v;

		assert_ok(fs_remove_tree(dir));
		if (player_apart(play, &f, &told)) {
			print_message("# %s: call %ld killed the program\n", name, n);
			t.bad++;
			continue;
		}
		if (told.calls < n)
			break;
		t.points++;
		t.refused += told.result != ERR_OK;
		/* the fault is over: all that was acknowledged is there and saving goes on */
		v = scene_verify_apart(dir, &told.acks, true, why);
		if (v != SCENE_GOOD && v != SCENE_REBUILT && t.bad++ < 5)
			print_message("# %s: call %ld (%s: %s), %u acknowledged: %s\n", name, n, err_name(told.result), told.detail, told.acks.saved, why);
	}
	print_message("# %s: %ld calls failed in turn, %d times something was refused\n", name, t.points, t.refused);
	assert_int_equal(t.bad, 0);
	assert_true(t.points > 0);
	return t;
}

static struct tally fail_each(const char *name, unsigned calls, bool sticky, int error)
{
	return fail_each_for(name, calls, sticky, error, 0);
}

static void a_full_disk_at_any_write_loses_nothing_and_saving_goes_on_afterwards(void **state)
{
	(void)state;
	assert_true(fail_each("full-once", TRAP_WRITE | TRAP_NAME, false, ENOSPC).refused > 0);
	assert_true(fail_each("full-from-then-on", TRAP_WRITE | TRAP_NAME, true, ENOSPC).refused > 0);
}

static void a_bad_sector_at_any_call_never_gives_a_false_saved(void **state)
{
	(void)state;
	fail_each("error-once", TRAP_ANY, false, EIO);
	fail_each("error-from-then-on", TRAP_ANY, true, EIO);
}

/* What was not saved is made once more, and is there once: whatever of the first try is left on the disk. */
static void a_disk_that_fails_for_a_while_keeps_nothing_twice(void **state)
{
	static const long calls[] = { 2, 3, 5, 12 };
	char name[32];

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		snprintf(name, sizeof name, "error-for-%ld", calls[i]);
		assert_true(fail_each_for(name, TRAP_WRITE | TRAP_SYNC | TRAP_NAME, false, EIO, calls[i]).refused > 0);
	}
	fail_each_for("no-call-for-8", TRAP_ANY, false, EIO, 8);
}

static void half_writes_and_interruptions_lose_nothing(void **state)
{
	struct tally t;

	(void)state;
	fail_each("half-once", TRAP_WRITE, false, 0);
	t = fail_each("interrupted-once", TRAP_OPEN | TRAP_READ | TRAP_WRITE | TRAP_SYNC, false, EINTR);
	assert_true(t.refused * 4 < t.points);          /* LMDB gives up at one of its own calls; ours are made again */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_at_any_write_loses_nothing_and_saving_goes_on_afterwards),
		cmocka_unit_test(a_bad_sector_at_any_call_never_gives_a_false_saved),
		cmocka_unit_test(a_disk_that_fails_for_a_while_keeps_nothing_twice),
		cmocka_unit_test(half_writes_and_interruptions_lose_nothing),
	};

	return TAP_RUN(tests);
}
