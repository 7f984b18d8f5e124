#include "config.h"
#include "tests/ledger/township.h"

#include <stdio.h>

/* What the shipped pack computes of the rows below a row: the numbers on a page and in a ledger. */

static struct township town;

static int open_all(void **state)
{
	(void)state;
	township_open(&town);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	township_close(&town);
	return 0;
}

static void move(const struct row_id *item, const char *kind, int quantity)
{
	char answers[256];

	snprintf(answers, sizeof answers, "{'kind':'%s','quantity':'%d','taker':'马甲','approver':'周敏'}", kind, quantity);
	assert_ok(township_submit(town.office, "stock_move", item, answers, NULL));
}

/* What the books say is the balance of all that came and went; what is lent is still ours. */
static void the_books_of_a_stock_know_every_way_in_and_out(void **state)
{
	struct row_id item;

	(void)state;
	assert_ok(township_submit(town.office, "stock_new", NULL, "{'name':'编织袋','unit':'条'}", &item));
	move(&item, "in", 1000);
	move(&item, "out", 1);
	move(&item, "transfer_in", 200);
	move(&item, "transfer_out", 20);
	move(&item, "gain", 5000);
	move(&item, "loss", 300);
	move(&item, "scrap", 4);
	move(&item, "lend", 50);
	assert_string_equal(township_value(town.office, &item, "balance"), "5875");
	assert_string_equal(township_value(town.office, &item, "lent"), "50");
	move(&item, "return", 50);
	assert_string_equal(township_value(town.office, &item, "balance"), "5875");
}

static void what_was_void_is_not_a_hazard_of_its_place(void **state)
{
	struct row_id place, hazard[3];

	(void)state;
	assert_ok(township_submit(town.office, "place_new", NULL, "{'name':'老马饭店','kind':'CA'}", &place));
	for (int i = 0; i < 3; i++)
		assert_ok(township_submit(town.office, "hazard_new", &place, "{'desc':'后门锁死','level':'G','src':'patrol','kind':'CA'}", &hazard[i]));
	assert_string_equal(township_value(town.office, &place, "hazards_open"), "3");
	assert_ok(township_submit(town.office, "hazard_void", &hazard[1], "{'void_reason':'重复'}", NULL));
	assert_string_equal(township_value(town.office, &place, "hazards_open"), "2");
	assert_string_equal(township_value(town.office, &place, "hazards_fixed"), "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_books_of_a_stock_know_every_way_in_and_out),
		cmocka_unit_test(what_was_void_is_not_a_hazard_of_its_place),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_all, close_all) != 0;
}
