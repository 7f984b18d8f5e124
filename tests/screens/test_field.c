#include "config.h"
#include "tests/screens/field.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number after `before` on the screen: "第 8/59 项" gives 8 for "第 " and 59 for "/". */
static int number_after(struct vt *vt, const char *before)
{
	struct buf text = { 0 };
	const char *at;
	int n = -1;

	vt_text(vt, &text);
	at = strstr(buf_str(&text), before);
	if (at)
		n = atoi(at + strlen(before));
	buf_clear(&text);
	return n;
}

static int items(struct vt *vt)
{
	struct buf text = { 0 };
	int at = 0, all = 0;

	vt_text(vt, &text);
	if (strstr(buf_str(&text), "第 "))
		sscanf(strstr(buf_str(&text), "第 "), "第 %d/%d", &at, &all);
	buf_clear(&text);
	return all;
}

/* 场所 > the place found by pinyin initials > its walk. */
static void walk_of(struct vt *vt, const char *initials, const char *name)
{
	vt_keys(vt, "/");
	assert_shows(vt, "拼音首字母");
	vt_keys(vt, initials);
	assert_shows(vt, name);
	vt_key(vt, "Enter");
	assert_shows(vt, "开始巡查");
	vt_keys(vt, "w");
	assert_shows(vt, "第 ");
}

static void the_wrong_pin_says_so_and_the_right_one_opens(void **state)
{
	struct vt *vt = field_start("device", 24, 80, NULL);

	(void)state;
	field_golden(vt, "unlock-80x24");
	vt_keys(vt, "111111");
	vt_key(vt, "Enter");
	assert_shows(vt, "PIN 不对");
	vt_keys(vt, FIELD_PIN);
	vt_key(vt, "Enter");
	assert_shows(vt, "要做的");
	assert_shows(vt, "王秀英");
	assert_shows(vt, "石桥村一网格");
	vt_keys(vt, "q");
	assert_int_equal(vt_wait_exit(vt, PATIENCE), 0);
	assert_false(vt_altscreen(vt));
	vt_free(vt);
}

static void cards_are_two_keys_away_without_a_pin(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);

	(void)state;
	vt_keys(vt, "q");
	assert_int_equal(vt_wait_exit(vt, PATIENCE), 0);
	vt_free(vt);
	vt = field_start("device", 18, 40, NULL);
	vt_key(vt, "Tab");
	assert_shows(vt, "119");
	vt_keys(vt, "1");
	assert_hides(vt, "报警110");
	field_golden(vt, "card-40x18");
	vt_free(vt);
}

static void from_a_card_the_same_key_leads_back_to_the_others(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);

	(void)state;
	for (int i = 0; i < 3; i++) {
		vt_keys(vt, "c");
		assert_shows(vt, "报警110");
		vt_keys(vt, "1");
		assert_hides(vt, "报警110");
	}
	vt_keys(vt, "c");
	assert_shows(vt, "报警110");
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
	field_leave(vt);
}

static void a_place_is_found_by_the_initials_of_its_name(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);

	(void)state;
	vt_keys(vt, "/");
	vt_keys(vt, "lmfd");
	assert_shows(vt, "老马饭店");
	assert_shows(vt, "1/1");
	vt_key(vt, "Esc");
	assert_hides(vt, "1/1");
	vt_free(vt);
}

/* Answer the item on the screen: a digit, and Enter where a number wants one. Returns the keys pressed. */
static int answer(struct vt *vt, int at, int all)
{
	char next[32];
	bool number;

	field_settle(vt);
	number = vt_shows(vt, "打数字后 Enter");
	snprintf(next, sizeof next, at < all ? "第 %d/" : "小结", at + 1);
	/* "How many have faults" is the one number that must be none. */
	vt_keys(vt, vt_shows(vt, "> GS-18") ? "0" : "1");
	if (number)
		vt_key(vt, "Enter");
	assert_shows(vt, next);
	return 1 + number;
}

static void an_inspection_of_thirty_items_costs_at_most_forty_keys(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
	int keys = 0, all;

	(void)state;
	/* 今日: the regulator box is one of the places due. */
	while (!vt_selected(vt, "中心街调压箱") && keys < 60) {
		vt_key(vt, "Down");
		field_settle(vt);
		keys++;
	}
	print_message("# %d keys to the row\n", keys);
	keys = 1;
	vt_key(vt, "Enter");
	assert_shows(vt, "第 1/");
	field_golden(vt, "walk-80x24");
	all = items(vt);
	for (int i = 1; i <= all; i++)
		keys += answer(vt, i, all);
	vt_key(vt, "Enter");
	keys++;
	assert_shows(vt, "已签名入账");
	print_message("# %d items, %d keys\n", all, keys);
	assert_true(keys * 30 <= 40 * all);
	vt_free(vt);
}

static void killed_in_the_middle_the_same_item_comes_up(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);

	(void)state;
	walk_of(vt, "lmfd", "老马饭店");
	for (int i = 0; i < 3; i++)
		vt_keys(vt, "1");
	for (int round = 4; round < 8; round++) {
		char place[32];

		snprintf(place, sizeof place, "第 %d/", round);
		assert_shows(vt, place);
		assert_shows(vt, "已存");
		kill(vt_pid(vt), SIGKILL);
		assert_int_equal(vt_wait_exit(vt, PATIENCE), 128 + SIGKILL);
		vt_free(vt);
		vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
		assert_shows(vt, place);
		vt_keys(vt, "1");
	}
	assert_shows(vt, "第 8/");
	assert_shows(vt, "已存");
	assert_int_equal(number_after(vt, "公共核心 "), 7);
	vt_free(vt);
}

static void a_failing_item_opens_its_hazard_filled_in_and_the_ledger_has_it(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);

	(void)state;
	assert_shows(vt, "第 8/");                /* the walk of the test before is taken up */
	vt_keys(vt, "k");
	assert_shows(vt, "CO-08  营业时");
	vt_keys(vt, "2");
	assert_shows(vt, "疑似重大");
	assert_shows(vt, "2026-07-12");           /* due the same day */
	vt_keys(vt, "后门锁死");
	vt_key(vt, "Enter");
	field_golden(vt, "hazard-80x24");
	vt_key(vt, "F5");
	assert_shows(vt, "第 8/");
	vt_key(vt, "End");
	assert_shows(vt, "小结");
	assert_shows(vt, "后门锁死");
	vt_key(vt, "Enter");
	assert_shows(vt, "再按一次");
	vt_key(vt, "Enter");
	assert_shows(vt, "巡查存下了");
	vt_keys(vt, "t");                        /* the paper for the person in charge, at once */
	assert_shows(vt, "二维码");
	vt_keys(vt, "1");
	assert_shows(vt, "这是告知, 不是处罚");
	vt_key(vt, "Esc");
	assert_shows(vt, "巡查存下了");
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
	assert_shows(vt, "(1 巡查记录 1 隐患)");
	vt_keys(vt, "h");
	assert_shows(vt, "后门锁死");
	vt_key(vt, "Enter");
	assert_shows(vt, "告知并限期");
	field_golden(vt, "hazard-row-80x24");
	vt_free(vt);
}

static void esc_leaves_a_draft_that_today_offers(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 18, 40, NULL);

	(void)state;
	walk_of(vt, "hmzs", "惠民诊所");
	vt_keys(vt, "1");
	assert_shows(vt, "第 2/");
	field_golden(vt, "walk-40x18");
	vt_key(vt, "Esc");
	vt_key(vt, "Esc");
	vt_key(vt, "Esc");
	vt_key(vt, "Esc");
	assert_shows(vt, "接着做");
	assert_shows(vt, "做到第 2/");            /* where it stands, and not the bare visit once more */
	vt_free(vt);
	vt = field_enter("device", FIELD_PIN, 18, 40, NULL);
	assert_shows(vt, "接着做");             /* left of own will: not forced upon anybody */
	vt_free(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wrong_pin_says_so_and_the_right_one_opens),
		cmocka_unit_test(cards_are_two_keys_away_without_a_pin),
		cmocka_unit_test(from_a_card_the_same_key_leads_back_to_the_others),
		cmocka_unit_test(a_place_is_found_by_the_initials_of_its_name),
		cmocka_unit_test(killed_in_the_middle_the_same_item_comes_up),
		cmocka_unit_test(a_failing_item_opens_its_hazard_filled_in_and_the_ledger_has_it),
		cmocka_unit_test(an_inspection_of_thirty_items_costs_at_most_forty_keys),
		cmocka_unit_test(esc_leaves_a_draft_that_today_offers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
