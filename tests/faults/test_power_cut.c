/* A power cut at every moment: what was written and not yet synced is there, not there, or torn on 512-byte sectors, in any
 * combination; names likewise, in order. Or, as on a cheap card, the whole flash page around a write is garbage. */
#include "config.h"
#include "tests/tap.h"

#include "tests/faults/disk.h"
#include "tests/faults/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct tally { int states, rebuilt; int bad; };

static void judge(const char *dir, struct tally *t, size_t at, const struct trap_op *o, const char *what)
{
	static const struct scene_acks none;
	const struct scene_acks *acks = disk_said() ? (const void *)disk_said()->data : &none;
	char why[256];
	enum scene_verdict v = scene_verify_apart(dir, acks, true, why);

	t->states++;
	t->rebuilt += v == SCENE_REBUILT;
	if (v == SCENE_GOOD || v == SCENE_REBUILT)
		return;
	if (t->bad++ < 5)
		print_message("# state %d, operation %zu (%d on file %d), %s, %u acknowledged: %s\n", t->states, at, o->kind, o->file, what, acks->saved, why);
	if (getenv("KEEP_STATE")) {
		print_message("# kept in %s\n", dir);
		_exit(1);
	}
}

static const struct trap_op *ops;
static size_t op_count;

static void ack(void *user, const struct scene_acks *acks)
{
	(void)user;
	trap_ack(acks, sizeof *acks);
}

static int record(void **state)
{
	char dir[512];

	(void)state;
	snprintf(dir, sizeof dir, "%s/recorded", scene_root());
	trap_record(dir);
	if (scene_play(dir, 24, false, ack, NULL))
		return -1;
	ops = trap_stop(&op_count);
	return 0;
}

/* Cut the power at every operation of [from, to), so often that `total` states come together. */
static struct tally cut(size_t to, int total, enum disk_how how, size_t page)
{
	const char *dir = "/state";
	struct tally t = { 0 };
	size_t points = 0, done = 0;
	char where[512];

	snprintf(where, sizeof where, "%s%s", scene_root(), dir);
	for (size_t i = 0; i < to; i++)
		points += ops[i].kind != TRAP_OP_ACK && (how != DISK_GARBAGE || ops[i].kind == TRAP_OP_WRITE);
	for (size_t i = 0; i < to; i++) {
		if (disk_step(&ops[i]) && (how != DISK_GARBAGE || ops[i].kind == TRAP_OP_WRITE)) {
			int share = (int)((done + 1) * (size_t)total / points - done * (size_t)total / points);

			for (int k = 0; k < share; k++) {
				enum disk_how h = how == DISK_GARBAGE ? DISK_GARBAGE : k % 2 ? DISK_TORN : DISK_SUBSET;
				size_t size = page ? page : (size_t)4096 << 2 * disk_dice(3);

				disk_build(where, h, size);
				judge(where, &t, i, &ops[i], h == DISK_GARBAGE ? "garbage page" : h == DISK_TORN ? "torn" : "subset");
			}
			done++;
		}
		disk_landed(&ops[i]);
	}
	disk_forget();
	return t;
}

static void p1_a_power_cut_at_any_moment_loses_nothing_acknowledged(void **state)
{
	struct tally t;

	(void)state;
	t = cut(op_count, scene_share(5000), DISK_SUBSET, 0);
	print_message("# %d states of %zu operations, %d needed rebuilding\n", t.states, op_count, t.rebuilt);
	assert_true(t.states >= scene_share(5000));
	assert_int_equal(t.bad, 0);
}

static void a_garbage_flash_page_around_any_write_loses_nothing_acknowledged(void **state)
{
	struct tally t;

	(void)state;
	t = cut(op_count, scene_share(2000), DISK_GARBAGE, 0);
	print_message("# %d states, %d needed rebuilding\n", t.states, t.rebuilt);
	assert_true(t.states >= scene_share(2000));
	assert_true(t.rebuilt * 20 > t.states);                   /* the model does bite */
	assert_int_equal(t.bad, 0);
}

static void a_profile_torn_at_its_creation_starts_the_next_time(void **state)
{
	struct tally t;
	size_t to = 0;
	int acks = 0;

	(void)state;
	while (to < op_count && acks < 2)
		acks += ops[to++].kind == TRAP_OP_ACK;
	t = cut(to, (int)to * 4, DISK_SUBSET, 0);
	print_message("# %d states of the first %zu operations\n", t.states, to);
	assert_int_equal(t.bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p1_a_power_cut_at_any_moment_loses_nothing_acknowledged),
		cmocka_unit_test(a_garbage_flash_page_around_any_write_loses_nothing_acknowledged),
		cmocka_unit_test(a_profile_torn_at_its_creation_starts_the_next_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, record, NULL) != 0;
}
