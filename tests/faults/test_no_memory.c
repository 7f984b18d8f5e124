/* Every allocation of a worker's day fails in turn, once and from then on: no crash, no leak, nothing acknowledged lost. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "tests/faults/player.h"
#include "tests/faults/trap.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { SAVES = 4, MOST = 100000 };

/* The nth allocation fails. */
struct lack { const char *dir; long nth; bool sticky; };

static void play(struct player *p, void *how)
{
	const struct lack *l = how;
	long live = trap_live();

	trap_memory(l->nth, l->sticky);
	p->told.result = scene_play(l->dir, SAVES, true, player_ack, p);
	p->told.calls = trap_allocations();
	trap_memory(0, false);
	p->told.leaked = trap_live() - live;
}

static bool survives(struct lack l, struct told *told)
{
	int status;

	*told = (struct told){ 0 };
	status = player_apart(play, &l, told);
	if (!WIFEXITED(status))
		print_message("# allocation %ld: died of signal %d\n", l.nth, WTERMSIG(status));
	return !status;
}

/* A profile that is there already: the second day. What the C library keeps for itself at first use is not a leak. */
static long leaked_anyway(const char *dir)
{
	struct told told;

	assert_ok(fs_remove_tree(dir));
	assert_true(survives((struct lack){ dir, 0, false }, &told));
	assert_ok(told.result);
	return told.leaked;
}

static void fail_each(const char *name, bool sticky)
{
	long step = 100 / scene_share(100), points = 0, kept;
	int refused = 0, bad = 0;
	char dir[512], why[256];
	struct told told;

	snprintf(dir, sizeof dir, "%s/%s", scene_root(), name);
	kept = leaked_anyway(dir);
	for (long n = 1; n < MOST; n += step) {
		enum scene_verdict v;

		assert_ok(fs_remove_tree(dir));
		if (!survives((struct lack){ dir, n, sticky }, &told)) {
			bad++;
			continue;
		}
		if (told.calls < n)
			break;
		points++;
		refused += told.result != ERR_OK;
		if (told.leaked > kept && bad++ < 5)
			print_message("# %s: allocation %ld: %ld blocks leaked\n", name, n, told.leaked - kept);
		/* every state on the disk was seen by the tests of power cuts: a sample is enough here */
		if (n % 8)
			continue;
		v = scene_verify_apart(dir, &told.acks, true, why);
		if (v != SCENE_GOOD && v != SCENE_REBUILT && bad++ < 5)
			print_message("# %s: allocation %ld, %u acknowledged: %s\n", name, n, told.acks.saved, why);
	}
	print_message("# %s: %ld allocations failed in turn, %d times something was refused\n", name, points, refused);
	assert_int_equal(bad, 0);
	assert_true(points > 0 && refused > 0);
}

static void an_allocation_that_fails_once_does_no_harm(void **state)
{
	(void)state;
	fail_each("once", false);
}

static void no_memory_from_some_point_on_does_no_harm(void **state)
{
	(void)state;
	fail_each("from-then-on", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_allocation_that_fails_once_does_no_harm),
		cmocka_unit_test(no_memory_from_some_point_on_does_no_harm),
	};

	if (!trap_sees_memory())
		return TAP_SKIP_ALL("the sanitizer has an allocator of its own");
	return TAP_RUN(tests);
}
