/* What is read before its turn is what would be read in its turn, whatever is asked for, and nobody else notices that it was. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/clock.h"
#include "sync/exchange/inbox/ahead.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { SEGMENTS = 24, EVENTS = 40, CUT = 5, LIE = 14 };       /* one that ends too early, one whose count is not so */

static struct world town;
static struct chain logs[SEGMENTS];
static struct log_segment segments[SEGMENTS];
static const struct log_segment *list[SEGMENTS];

static int open_world(void **state)
{
	struct event_scope village = event_scope_village(world_village);

	(void)state;
	world_open(&town);
	for (unsigned i = 0; i < SEGMENTS; i++) {
		chain_start(&logs[i], town.worker, &village, 100 + i);
		chain_work(&logs[i], 1 + i * EVENTS % 97);
		list[i] = &segments[i];
		segments[i] = chain_segment(&logs[i], (uint32_t)logs[i].seq);
	}
	segments[CUT].len--;
	segments[LIE].count--;
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SEGMENTS; i++)
		chain_clear(&logs[i]);
	world_close(&town);
	return 0;
}

static struct ahead *begin(size_t count)
{
	struct ahead *a;

	assert_ok(ahead_begin(list, count, &a));
	return a;
}

/* Ask for one, look at it some time later, and read it anew: they agree in every event, or in what is wrong. */
static void assert_same_after(struct ahead *a, unsigned i, uint32_t ms)
{
	struct log_step *steps = calloc(segments[i].count, sizeof *steps);
	const struct log_step *got;
	char detail[512];
	enum err e;

	assert_non_null(steps);
	e = log_segment_read(&segments[i], steps);
	snprintf(detail, sizeof detail, "%s", e ? err_detail() : "");
	err_set(ERR_OK, "%s", "");
	assert_err(ahead_read(a, &segments[i], &got), e);
	assert_string_equal(err_detail(), detail);
	clock_sleep(ms);
	for (uint32_t k = 0; !e && k < segments[i].count; k++) {
		assert_memory_equal(got[k].hash, steps[k].hash, EVENT_HASH);
		assert_ptr_equal(got[k].bytes, steps[k].bytes);
		assert_int_equal(got[k].len, steps[k].len);
		assert_int_equal(got[k].event.lamport, steps[k].event.lamport);
	}
	free(steps);
}

static void assert_same(struct ahead *a, unsigned i)
{
	assert_same_after(a, i, 0);
}

static void each_is_read_as_in_its_turn_and_a_damaged_one_says_so_then(void **state)
{
	(void)state;
	for (unsigned again = 0; again < 50; again++) {
		struct ahead *a = begin(SEGMENTS);

		for (unsigned i = 0; i < SEGMENTS; i++)
			assert_same(a, i);
		ahead_end(a);
	}
}

static void what_was_read_stays_until_the_next_is_asked_for(void **state)
{
	struct ahead *a = begin(SEGMENTS);

	(void)state;
	for (unsigned i = 0; i < SEGMENTS; i++)
		assert_same_after(a, i, 3);
	ahead_end(a);
}

/* Whose author is not known yet is never asked for. */
static void those_passed_over_hold_nobody_up(void **state)
{
	(void)state;
	for (unsigned step = 2; step < SEGMENTS; step++) {
		struct ahead *a = begin(SEGMENTS);

		for (unsigned i = step - 1; i < SEGMENTS; i += step)
			assert_same(a, i);
		ahead_end(a);
	}
}

/* A commit that did not come through is made again from where it began. */
static void what_had_its_turn_can_be_asked_for_again(void **state)
{
	struct ahead *a = begin(SEGMENTS);

	(void)state;
	for (unsigned i = 0; i < SEGMENTS; i++) {
		assert_same(a, i);
		assert_same(a, i);
		assert_same(a, i / 2);
		assert_same(a, i);
	}
	ahead_end(a);
}

static void it_ends_wherever_it_is(void **state)
{
	(void)state;
	ahead_end(NULL);
	for (unsigned count = 0; count <= SEGMENTS; count++)
		for (unsigned asked = 0; asked <= count && asked < 8; asked++) {
			struct ahead *a = begin(count);

			for (unsigned i = 0; i < asked; i++)
				assert_same(a, i);
			ahead_end(a);
		}
}

static volatile sig_atomic_t caught;

static void catch(int signal)
{
	(void)signal;
	caught++;
}

/* With ours blocked only another thread could take it. */
static void a_signal_waits_for_who_waits_for_keys(void **state)
{
	struct sigaction act = { .sa_handler = catch };
	sigset_t one;
	struct ahead *a;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &act, NULL), 0);
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	a = begin(SEGMENTS);
	assert_same(a, 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, &one, NULL), 0);
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	for (unsigned i = 1; i < SEGMENTS / 2; i++)
		assert_same(a, i);
	assert_int_equal(caught, 0);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &one, NULL), 0);
	assert_int_equal(caught, 1);
	ahead_end(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_read_as_in_its_turn_and_a_damaged_one_says_so_then),
		cmocka_unit_test(what_was_read_stays_until_the_next_is_asked_for),
		cmocka_unit_test(those_passed_over_hold_nobody_up),
		cmocka_unit_test(what_had_its_turn_can_be_asked_for_again),
		cmocka_unit_test(it_ends_wherever_it_is),
		cmocka_unit_test(a_signal_waits_for_who_waits_for_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return keys_start() || cmocka_run_group_tests(tests, open_world, close_world);
}
