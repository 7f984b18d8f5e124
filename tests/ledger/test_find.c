#include "config.h"
#include "tests/ledger/township.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/due/duelist.h"
#include "sync/ledger/log/log_record.h"
#include "sync/ledger/rows/find.h"
#include "sync/ledger/rows/listing.h"

#include <stdio.h>
#include <stdlib.h>

/* Lists, search and what is due, on a device with a few hundred places. */

enum { SHOPS = 300 };

static struct township town;
static struct profile *wang;
static struct row_id first;

static const char *const named[] = { "小商店", "老马饭店", "重庆小面", "ABC超市", "石桥幼儿园", "１２３网吧" };

static int32_t third_of_next_month(int32_t day)
{
	struct clock_date d = clock_date(day);

	return clock_days((struct clock_date){ d.month == 12 ? d.year + 1 : d.year, d.month % 12 + 1, 3 });
}

static int open_all(void **state)
{
	char answers[256];

	(void)state;
	setenv("TMPDIR", "/dev/shm", 0);
	clock_set((int64_t)(third_of_next_month(clock_day_of(clock_wall(), 480)) + 10) * 86400000);   /* what is there on a month's first day is owed in it */
	township_open(&town);
	wang = township_device(&town, "wang", 7, "p-wang", "07", PACK_GRID | PACK_VADM, VILLAGE);
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		snprintf(answers, sizeof answers, "{'name':'%s','kind':'%s'}", named[i], i == 1 ? "CA" : "SH");
		assert_ok(township_submit(wang, "place_new", NULL, answers, i == 1 ? &first : NULL));
	}
	for (int i = 0; i < SHOPS; i++) {
		snprintf(answers, sizeof answers, "{'name':'店铺%03d号','kind':'SH'}", SHOPS - i);
		assert_ok(township_submit(wang, "place_new", NULL, answers, NULL));
	}
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	profile_close(wang);
	township_close(&town);
	return 0;
}

static const char *initials(const char *text)
{
	static struct buf out;

	buf_reset(&out);
	find_initials(text, &out);
	return buf_str(&out);
}

static void initials_are_those_people_type(void **state)
{
	(void)state;
	assert_string_equal(initials("小商店"), "xsd");
	assert_string_equal(initials("石桥村一网格"), "sqcywg");
	assert_string_equal(initials("ABC 超市2号"), "abccs2h");
	assert_string_equal(initials("重庆"), "zq\ncq");
	assert_string_equal(initials("\xff\xfe坏"), "h");
	assert_string_equal(initials(""), "");
}

/* Names of the hits, "a b". */
static const char *found(const char *query)
{
	static struct buf out;
	struct find *f;
	uint32_t count;

	buf_reset(&out);
	assert_ok(find_open(wang, "places", &f));
	assert_ok(find_query(f, query, &count));
	for (uint32_t i = 0; i < count && i < 4; i++) {
		struct row_key key = find_key(f, i);
		struct row r;

		assert_ok(row_read_key(wang, &key, &r));
		if (out.len)
			buf_putc(&out, ' ');
		buf_puts(&out, township_value(wang, &r.id, "name"));
		row_clear(&r);
	}
	find_close(f);
	return buf_str(&out);
}

static void search_takes_words_initials_and_numbers(void **state)
{
	(void)state;
	assert_string_equal(found("老马"), "老马饭店");
	assert_string_equal(found("lmfd"), "老马饭店");
	assert_string_equal(found("cqxm"), "重庆小面");
	assert_string_equal(found("abc超"), "ABC超市");
	assert_string_equal(found("123网"), "１２３网吧");
	assert_string_equal(found("店铺 铺007"), "店铺007号");
	assert_string_equal(found("0003"), "重庆小面");
	assert_string_equal(found("没有这个"), "");
}

/* 小商店（小商场） is what each of them shows but 老马饭店; whose name says it comes first. */
static void what_a_row_shows_of_its_choices_is_found_as_well(void **state)
{
	(void)state;
	assert_string_equal(found("xsd"), "小商店 重庆小面 ABC超市 石桥幼儿园");
	assert_string_equal(found("小商场"), "小商店 重庆小面 ABC超市 石桥幼儿园");
	assert_string_equal(found("xsd 面"), "重庆小面");
	assert_string_equal(found("xcy"), "老马饭店");
	assert_string_equal(found("小餐饮 老马"), "老马饭店");
	assert_string_equal(found("小餐饮 小面"), "");
	assert_string_equal(found("small eatery"), "");
	i18n_open("en");
	assert_string_equal(found("small EATERY"), "老马饭店");
	i18n_open("zh");
}

static void a_changed_name_is_found_and_the_old_one_is_not(void **state)
{
	(void)state;
	assert_ok(township_submit(wang, "place_edit", &first, "{'name':'新月酒楼','kind':'CA'}", NULL));
	assert_string_equal(found("xyjl"), "新月酒楼");
	assert_string_equal(found("lmfd"), "");
}

static struct listing *list(const char *reg, const char *where, const char *sort)
{
	struct listing_query q = { .reg = reg, .where = where, .sort = sort };
	struct listing *l;

	assert_ok(listing_open(wang, &q, &l));
	return l;
}

static const char *name_at(struct listing *l, uint32_t i)
{
	static char out[4][64];
	static int turn;
	struct row r;

	turn = (turn + 1) % 4;
	assert_ok(listing_row(l, i, &r));
	snprintf(out[0] + 64 * turn, 64, "%s", township_value(wang, &r.id, "name"));
	row_clear(&r);
	return out[0] + 64 * turn;
}

static void a_list_is_whole_and_in_the_order_of_its_register(void **state)
{
	struct listing *l = list("places", NULL, NULL);
	struct row_key key;

	(void)state;
	assert_int_equal(listing_count(l), SHOPS + 6);
	assert_string_equal(name_at(l, 0), "１２３网吧");
	assert_string_equal(name_at(l, 1), "ABC超市");
	for (uint32_t i = 2; i < SHOPS + 2; i++) {
		char want[64];

		snprintf(want, sizeof want, "店铺%03u号", (unsigned)(i - 1));
		assert_string_equal(name_at(l, i), want);
	}
	assert_ok(listing_key(l, 77, &key));
	assert_err(listing_key(l, SHOPS + 6, &key), ERR_NOTFOUND);
	listing_close(l);
}

/* Whatever is asked for first: the last, the middle, the first. */
static void a_line_stands_where_it_belongs_whoever_asks_first(void **state)
{
	struct listing *whole = list("places", NULL, NULL), *l = list("places", NULL, NULL);
	uint32_t count = listing_count(whole);
	struct row_key want[SHOPS + 6], key;

	(void)state;
	for (uint32_t i = 0; i < count; i++)
		assert_ok(listing_key(whole, i, &want[i]));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (count - 1 - i) * 125 % count;       /* 125 and 306 share no factor */

		assert_ok(listing_key(l, at, &key));
		assert_memory_equal(key.bytes, want[at].bytes, key.len);
	}
	listing_close(whole);
	listing_close(l);
}

static void a_list_read_in_slices_is_the_same_list(void **state)
{
	struct listing_query q = { .reg = "places", .where = "${kind} = 'SH'", .sort = "-name", .slice_us = 1 };
	struct listing *whole = list("places", "${kind} = 'SH'", "-name"), *l;
	struct row_key a, b;
	uint32_t slices = 0;

	(void)state;
	assert_ok(listing_open(wang, &q, &l));
	for (; listing_reading(l); slices++) {
		assert_true(listing_count(l) < listing_count(whole));
		assert_ok(listing_key(l, 0, &a));              /* what is looked at meanwhile moves */
		assert_ok(listing_more(l, 1));
	}
	assert_true(slices > 0);
	assert_int_equal(listing_count(l), listing_count(whole));
	for (uint32_t i = 0; i < listing_count(l); i++) {
		assert_ok(listing_key(whole, i, &a));
		assert_ok(listing_key(l, i, &b));
		assert_memory_equal(a.bytes, b.bytes, a.len);
	}
	listing_close(whole);
	listing_close(l);
}

/* As many hits as there are rows; of a narrower list only its own. */
static void a_search_has_every_hit_and_narrows_to_a_list(void **state)
{
	struct listing *some = list("places", "${name} < '店铺100号' and starts-with(${name}, '店铺')", NULL);
	struct find *f;
	uint32_t count, kept;

	(void)state;
	assert_ok(find_open(wang, "places", &f));
	assert_ok(find_query(f, "店", &count));
	kept = find_narrow(f, some);
	assert_true(count >= SHOPS && kept < count);
	assert_int_equal(kept, listing_count(some));
	assert_ok(find_query(f, "", &count));
	assert_int_equal(count, SHOPS + 6);
	find_close(f);
	listing_close(some);
}

static void a_list_can_be_filtered_and_turned_round(void **state)
{
	struct listing *l = list("places", "${kind} = 'CA'", NULL), *back = list("places", "${kind} = 'SH'", "-name"), *bad;
	struct listing_query q = { .reg = "places", .where = "${nosuch} = 1" };

	(void)state;
	assert_int_equal(listing_count(l), 1);
	assert_string_equal(name_at(l, 0), "新月酒楼");
	assert_int_equal(listing_count(back), SHOPS + 5);
	assert_string_equal(name_at(back, SHOPS + 4), "１２３网吧");
	listing_close(l);
	listing_close(back);
	assert_err(listing_open(wang, &q, &bad), ERR_FORMAT);
}

static void the_rows_of_a_row_are_found(void **state)
{
	struct listing_query q = { .reg = "hazards", .parent = &first, .parent_field = "place" };
	struct listing *l;

	(void)state;
	assert_ok(township_submit(wang, "hazard_new", &first, "{'desc':'后门锁死','level':'G','src':'patrol'}", NULL));
	assert_ok(township_submit(wang, "hazard_new", &first, "{'desc':'灭火器过期','level':'G','src':'patrol'}", NULL));
	assert_ok(listing_open(wang, &q, &l));
	assert_int_equal(listing_count(l), 2);
	listing_close(l);
}

static uint32_t owed_visits(int32_t day, bool *overdue)
{
	struct duelist *d;
	uint32_t n = 0;

	assert_ok(duelist_open(wang, day, &d));
	*overdue = false;
	for (uint32_t i = 0; i < duelist_count(d); i++) {
		const struct due *one = duelist_at(d, i);

		assert_true(i == 0 || duelist_at(d, i - 1)->due <= one->due);
		n += one->kind == DUE_DUTY && !strcmp(one->duty->id, "visit_small");
		*overdue = *overdue || one->days < 0;
	}
	duelist_close(d);
	return n;
}

static void every_small_place_is_due_next_month_and_a_visit_pays(void **state)
{
	int32_t today = clock_day_of(clock_wall(), 480);
	int32_t next = third_of_next_month(today);
	bool overdue;

	(void)state;
	assert_int_equal(owed_visits(today, &overdue), 0);
	assert_int_equal(owed_visits(next, &overdue), SHOPS + 6);
	clock_set(clock_wall() + (int64_t)(next - today) * 86400000);
	assert_ok(township_submit(wang, "walk_CA", &first, "{}", NULL));
	assert_int_equal(owed_visits(next, &overdue), SHOPS + 5);
}

/* A store has room for 126 readers; a list on a screen is none of them. */
static void lists_of_what_is_due_hold_nothing_of_the_store(void **state)
{
	struct duelist *d[160];
	int32_t today = clock_day_of(clock_wall(), 480);

	(void)state;
	for (size_t i = 0; i < sizeof d / sizeof *d; i++)
		assert_ok(duelist_open(wang, today, &d[i]));
	for (size_t i = 0; i < sizeof d / sizeof *d; i++)
		duelist_close(d[i]);
}

enum { MADE_WITHOUT_CHOICES = 1 << 8 | 6 };

static enum err make_older(struct log_batch *b, void *user)
{
	struct store_key key = log_meta_key(META_FOLD);

	(void)user;
	log_meta_put_number(log_txn(b), &key, MADE_WITHOUT_CHOICES);
	store_clear(log_txn(b), STORE_FIND);
	return log_txn(b)->err;
}

static void what_an_older_program_keeps_to_search_in_is_made_anew_when_opened(void **state)
{
	(void)state;
	assert_ok(log_write(wang, make_older, NULL));
	assert_string_equal(found("xsd 面"), "");
	profile_close(wang);
	assert_ok(world_open("wang", false, 7, &wang));
	assert_string_equal(found("xsd 面"), "重庆小面");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(initials_are_those_people_type),
		cmocka_unit_test(search_takes_words_initials_and_numbers),
		cmocka_unit_test(what_a_row_shows_of_its_choices_is_found_as_well),
		cmocka_unit_test(a_changed_name_is_found_and_the_old_one_is_not),
		cmocka_unit_test(a_list_is_whole_and_in_the_order_of_its_register),
		cmocka_unit_test(a_line_stands_where_it_belongs_whoever_asks_first),
		cmocka_unit_test(a_list_read_in_slices_is_the_same_list),
		cmocka_unit_test(a_search_has_every_hit_and_narrows_to_a_list),
		cmocka_unit_test(a_list_can_be_filtered_and_turned_round),
		cmocka_unit_test(the_rows_of_a_row_are_found),
		cmocka_unit_test(every_small_place_is_due_next_month_and_a_visit_pays),
		cmocka_unit_test(lists_of_what_is_due_hold_nothing_of_the_store),
		cmocka_unit_test(what_an_older_program_keeps_to_search_in_is_made_anew_when_opened),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_all, close_all) != 0;
}
