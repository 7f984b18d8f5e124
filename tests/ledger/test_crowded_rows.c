/* One row that thousands of events write to, records of thousands of packs that nobody has: an insider may sign as many as fit into a bundle,
 * and the office must be done with it in its second for each MiB, and go on. */
#include "config.h"
#include "tests/ledger/hostile.h"

#include "sync/exchange/newer.h"
#include "sync/ledger/payload.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 60, CROWD = 8000, PACKS = 66000, AT_ONCE = 11000 };

static int begin(void **state)
{
	(void)state;
	hostile_begin(EVENTS);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hostile_end();
	return 0;
}

static struct payload head_of(const char *form)
{
	const struct pack *pack = township_pack();
	struct payload p = { .form = pack_find_form(pack, form), .number = 7000 };

	assert_true(p.form != PACK_NONE);
	snprintf(p.version, sizeof p.version, "%s/%s", pack->id, pack->version);
	return p;
}

static uint32_t step_of(const char *id)
{
	return pack_find_step(township_pack(), pack_find_register(township_pack(), "hazards"), id);
}

/* Answers that do not compress: a bundle must not look like a bomb. */
static const struct buf *noise(void)
{
	static struct buf b;

	buf_reset(&b);
	cbor_put_array(&b, 4);
	for (int i = 0; i < 4; i++)
		cbor_put_unsigned(&b, (uint64_t)hostile_dice(UINT32_MAX) << 32 | hostile_dice(UINT32_MAX));
	return &b;
}

static void put(struct chain *c, const struct payload *head, const struct payload_row *rows, uint32_t count)
{
	struct buf b = { 0 };

	payload_put_submit(&b, head, rows, count);
	chain_add(c, EVENT_SUBMIT, &b, noise());
	buf_clear(&b);
}

static void deliver(struct chain *c, uint32_t count)
{
	struct inbox_file told;

	if (hostile_deliver(c, &told) != INBOX_MERGED)
		fail_msg("%s", told.reason);
	assert_int_equal(told.added, count);
	chain_clear(c);
}

/* The hazard that event 1 raises, written to by all later ones; each names the `deps` before it. */
static void crowd(const char *form, const char *step, uint32_t deps)
{
	struct payload raise = head_of("hazard_new"), head = head_of(form);
	struct chain c = hostile_log();

	for (uint32_t i = 0; i < CROWD; i++) {
		struct payload_row row = { .instance = PAYLOAD_NO_INSTANCE, .fresh = i == 0, .row.event.distance = i };

		for (; row.dep_count < deps && row.dep_count < i; row.dep_count++)
			row.deps[row.dep_count].distance = row.dep_count + 1;
		if (step)
			row.steps[row.step_count++] = step_of(i ? step : "register");
		put(&c, i ? &head : &raise, &row, 1);
	}
	deliver(&c, CROWD);
}

static void a_row_that_thousands_write_to_is_judged_in_time(void **state)
{
	(void)state;
	crowd("hazard_notify", NULL, LIMIT_DEPS);
}

static void a_row_that_thousands_write_to_unseen_is_judged_in_time(void **state)
{
	(void)state;
	crowd("hazard_notify", NULL, 0);
}

static void a_row_that_takes_thousands_of_steps_is_judged_in_time(void **state)
{
	(void)state;
	crowd("hazard_notify", "notify", LIMIT_DEPS);
}

static uint32_t lines, waiting;

static enum err count_line(void *user, const struct newer *n)
{
	(void)user;
	assert_int_equal(n->what, NEWER_RECORDS);
	lines++;
	waiting += n->count;
	return ERR_OK;
}

static void records_of_packs_that_nobody_has_use_up_nothing(void **state)
{
	struct payload head = head_of("hazard_new");
	struct payload_row row = { .instance = PAYLOAD_NO_INSTANCE, .fresh = true };

	(void)state;
	for (uint32_t n = 0; n < PACKS; n += AT_ONCE) {
		struct chain c = hostile_log();

		for (uint32_t i = 0; i < AT_ONCE; i++) {
			snprintf(head.version, sizeof head.version, "x/%u", n + i);
			put(&c, &head, &row, 1);
		}
		deliver(&c, AT_ONCE);
	}
	assert_ok(newer_each(summer_town.office, false, count_line, NULL));
	assert_int_equal(waiting, PACKS);
	assert_true(lines < 20);                          /* nobody reads sixty-six thousand */
}

static void it_all_folds_anew_to_the_same(void **state)
{
	(void)state;
	hostile_judge();
}

static void and_work_goes_on(void **state)
{
	struct row_id made;

	(void)state;
	assert_ok(township_submit(summer_town.office, "hazard_new", NULL, "{'desc':'还能记','level':'G','src':'patrol','address':'村口'}", &made));
	assert_string_equal(township_value(summer_town.office, &made, "desc"), "还能记");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_that_thousands_write_to_is_judged_in_time),
		cmocka_unit_test(a_row_that_thousands_write_to_unseen_is_judged_in_time),
		cmocka_unit_test(a_row_that_takes_thousands_of_steps_is_judged_in_time),
		cmocka_unit_test(records_of_packs_that_nobody_has_use_up_nothing),
		cmocka_unit_test(it_all_folds_anew_to_the_same),
		cmocka_unit_test(and_work_goes_on),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
