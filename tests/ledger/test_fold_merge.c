#include "config.h"
#include "tests/ledger/orders.h"

#include "sync/ledger/fold/fold.h"
#include "sync/ledger/rows/conflict.h"

#include <stdio.h>

/* Two thousand events of five people, merged again and again in other orders. */

enum { WANTED = 2000, ORDERS = 200 };

static int make_events(void **state)
{
	(void)state;
	summer_make(WANTED);
	return 0;
}

static void p3_two_thousand_events_in_two_hundred_orders_give_one_digest(void **state)
{
	struct buf roots = { 0 }, order = { 0 };
	uint32_t count = summer_count(summer_town.office);
	char want[80], name[32];

	(void)state;
	assert_true(count >= WANTED);
	snprintf(want, sizeof want, "%s", township_digest(summer_town.office));
	keys_roots_put(&summer_town.roots, 0, &roots);
	for (int i = 0; i < ORDERS; i++) {
		struct profile *p;

		buf_reset(&order);
		orders_cut((uint64_t)i, &order);
		snprintf(name, sizeof name, "order%d", i);
		p = orders_merge(name, true, &roots, &order, i % 3 == 0);
		assert_int_equal(summer_count(p), count);
		assert_string_equal(township_digest(p), want);
		profile_close(p);
		world_remove(name);
	}
	buf_clear(&roots);
	buf_clear(&order);
}

static void the_events_were_not_all_of_one_mind(void **state)
{
	uint32_t conflicts, proposals;

	(void)state;
	assert_ok(conflict_count(summer_town.office, &conflicts, &proposals));
	print_message("# %u conflicts, %u proposals\n", conflicts, proposals);
	assert_true(conflicts > 3);
	assert_true(proposals > 20);
}

static void a_rebuild_makes_the_same_registers(void **state)
{
	char want[80];

	(void)state;
	snprintf(want, sizeof want, "%s", township_digest(summer_town.office));
	assert_ok(fold_rebuild(summer_town.office->fold, 37));
	assert_string_equal(township_digest(summer_town.office), want);
}

static int close_all(void **state)
{
	(void)state;
	summer_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_events_were_not_all_of_one_mind),
		cmocka_unit_test(a_rebuild_makes_the_same_registers),
		cmocka_unit_test(p3_two_thousand_events_in_two_hundred_orders_give_one_digest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_events, close_all) != 0;
}
