/* A device was copied and both go on: whatever pieces of the two branches come first, the registers come out the same. */
#include "config.h"
#include "tests/tap.h"

#include "tests/ledger/township.h"

#include <stdio.h>
#include <stdlib.h>

enum { HAZARDS = 5, PIECE = 3, ORDERS = 12, WANG = 2 };

static struct township town;
static struct profile *wang, *twin;
static struct event_log_id theirs;
static struct log_head whole;
static struct row_id place, own;                        /* of both; the copy's own */

static enum err village_log(void *user, const struct log_head *h)
{
	struct event_scope village = event_scope_village(VILLAGE);

	if (!memcmp(h->id.writer, wang->writer, EVENT_WRITER) && event_scope_same(&h->id.scope, &village))
		*(struct log_head *)user = *h;
	return ERR_OK;
}

static struct log_head head_of(struct profile *p)
{
	struct log_head h = { 0 };
	struct store_txn t;

	profile_begin(p, &t);
	assert_ok(log_heads(&t, village_log, &h));
	store_abort(&t);
	return h;
}

/* A place, which is returned, and hazards: each is three records, the later two name the first by how far back it lies. */
static struct row_id record(struct profile *p, const char *words)
{
	char answers[200];
	struct row_id id, other;

	snprintf(answers, sizeof answers, "{'name':'%s的饭店','kind':'CA','address':'东街2号'}", words);
	assert_ok(township_submit(p, "place_new", NULL, answers, &other));

	snprintf(answers, sizeof answers, "{'desc':'%s','level':'G','src':'patrol','kind':'CA'}", words);
	for (int i = 0; i < HAZARDS; i++) {
		assert_ok(township_submit(p, "hazard_new", &place, answers, &id));
		assert_ok(township_submit(p, "hazard_notify", &id, "{'owner':'马建国','phone':'10012345678','due':'2026-08-01'}", NULL));
		assert_ok(township_submit(p, "hazard_report_fixed", &id, "{'fix_desc':'好了'}", NULL));
	}
	return other;
}

static int set_up(void **state)
{
	(void)state;
	township_open(&town);
	wang = township_device(&town, "wang", WANG, "p-wang", "07", PACK_GRID, VILLAGE);
	assert_ok(township_submit(wang, "place_new", NULL, "{'name':'老马饭店','kind':'CA','address':'东街1号'}", &place));
	assert_ok(world_twin("wang", "first", WANG, &wang, &twin));
	record(wang, "锁着");
	own = record(twin, "堵着");
	whole = head_of(wang);
	theirs = whole.id;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	profile_close(wang);
	profile_close(twin);
	township_close(&town);
	return 0;
}

static void send(struct profile *from, struct profile *to, uint64_t first, uint32_t count)
{
	assert_ok(world_send(from, to, &theirs, first, count, NULL));
}

static struct profile *new_reader(unsigned n)
{
	char name[16], person[16];

	snprintf(name, sizeof name, "reader%u", n);
	snprintf(person, sizeof person, "p-%u", n);
	return township_device(&town, name, 10 + (int)n, person, "08", PACK_GRID, VILLAGE);
}

static void close_reader(struct profile *p, char digest[80])
{
	assert_int_equal(head_of(p).range_count, 2);
	snprintf(digest, 80, "%s", township_digest(p));
	assert_ok(profile_check(p, NULL, NULL));
	profile_close(p);
}

static void branches_in_any_order_come_out_the_same(void **state)
{
	uint32_t at[64], pieces = 0;
	char want[80], have[80];
	struct profile *p;

	(void)state;
	p = new_reader(0);
	send(wang, p, 1, 1000);
	send(twin, p, 1, 1000);
	close_reader(p, want);
	for (uint64_t first = 1; first <= whole.highest; first += PIECE)
		at[pieces++] = (uint32_t)first;
	srandom(5);
	for (unsigned n = 1; n <= ORDERS; n++) {
		p = new_reader(n);
		if (n % 2)
			send(wang, p, 1, 1000);
		for (uint32_t i = pieces; i-- > 1; ) {
			uint32_t k = (uint32_t)random() % (i + 1), other = at[i];

			at[i] = at[k];
			at[k] = other;
		}
		for (uint32_t i = 0; i < pieces; i++)
			send(twin, p, at[i], PIECE);
		if (n % 2 == 0)
			send(wang, p, 1, 1000);
		close_reader(p, have);
		assert_string_equal(have, want);
	}
}

/* The copy hears of what the other wrote later, and not yet of how their logs came apart: its next record comes behind the other's, and
 * how far back its own row lies would say another row. */
static void a_copy_that_heard_of_the_other_still_means_its_own_rows(void **state)
{
	uint64_t behind = head_of(twin).highest + 1;
	struct profile *p;

	(void)state;
	record(wang, "又锁着");
	send(wang, twin, behind, 1000);
	assert_int_equal(head_of(twin).range_count, 2);
	assert_int_equal(head_of(twin).split_at, 0);
	assert_ok(township_submit(twin, "place_edit", &own, "{'address':'西街9号'}", NULL));
	p = new_reader(ORDERS + 1);
	township_send(twin, p);
	assert_string_equal(township_value(twin, &own, "address"), "西街9号");
	assert_string_equal(township_value(p, &own, "address"), "西街9号");
	profile_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(branches_in_any_order_come_out_the_same),
		cmocka_unit_test(a_copy_that_heard_of_the_other_still_means_its_own_rows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down) != 0;
}
