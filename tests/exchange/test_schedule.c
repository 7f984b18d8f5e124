/* When the program tries to reach the township by itself, on a clock of the test's own. */
#include "config.h"
#include "tests/tap.h"

#include "sync/exchange/http/schedule.h"

static const int64_t start = 1000000;

/* The first ms from `now` at which it is due. */
static int64_t due_at(const struct schedule *s, int64_t now)
{
	while (!schedule_due(s, now))
		now += schedule_wait(s, now) > 0 ? schedule_wait(s, now) : 1;
	return now;
}

static void it_begins_at_once_and_then_looks_about_each_minute(void **unused)
{
	struct schedule s = { 0 };

	(void)unused;
	schedule_ask(&s, start);
	assert_true(schedule_due(&s, start));
	assert_int_equal(schedule_wait(&s, start), 0);
	schedule_through(&s, start);
	assert_false(schedule_due(&s, start + 30000));
	/* Nobody is woken for it: the wake at the minute, a little early or not, will do. */
	assert_int_equal(schedule_wait(&s, start), -1);
	assert_true(schedule_due(&s, start + SCHEDULE_POLL_MS - 1000));
}

static void what_is_kept_goes_soon(void **unused)
{
	struct schedule s = { 0 };

	(void)unused;
	schedule_through(&s, start);
	schedule_kept(&s, start + 100);
	assert_int_equal(schedule_wait(&s, start + 100), SCHEDULE_SOON_MS);
	schedule_kept(&s, start + 1100);                /* a second one does not put it off */
	assert_int_equal(due_at(&s, start + 1100), start + 100 + SCHEDULE_SOON_MS);
}

static void each_failure_waits_longer_up_to_half_an_hour(void **unused)
{
	struct schedule s = { 0 };
	int64_t now = start, least = 5000;

	(void)unused;
	for (int i = 0; i < 20; i++) {
		int64_t due;

		schedule_failed(&s, now);
		due = due_at(&s, now);
		assert_in_range(due - now, least, least + least / 4);
		schedule_kept(&s, now + 1);             /* does not hurry it: there is no way */
		assert_int_equal(due_at(&s, now), due);
		now = due;
		least = least * 2 > 1800000 ? 1800000 : least * 2;
	}
	schedule_ask(&s, now);                          /* a person may know better */
	assert_true(schedule_due(&s, now));
	schedule_failed(&s, now);
	assert_in_range(due_at(&s, now) - now, 5000, 6250);
}

static void one_that_goes_through_forgets_the_failures(void **unused)
{
	struct schedule s = { 0 };

	(void)unused;
	for (int i = 0; i < 5; i++)
		schedule_failed(&s, start);
	schedule_through(&s, start);
	schedule_kept(&s, start);
	assert_int_equal(schedule_wait(&s, start), SCHEDULE_SOON_MS);
	schedule_failed(&s, start);
	assert_in_range(due_at(&s, start) - start, 5000, 6250);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_at_once_and_then_looks_about_each_minute),
		cmocka_unit_test(what_is_kept_goes_soon),
		cmocka_unit_test(each_failure_waits_longer_up_to_half_an_hour),
		cmocka_unit_test(one_that_goes_through_forgets_the_failures),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
