/* What is measured and what was planned: readings one number a line, beyond a limit said at once with what to do next; the year's plan
 * and the milestones as a board. */
#include "config.h"
#include "tests/screens/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void readings(void)
{
	unsigned levels = errand_count("readings", "${metric} = 'level' and ${limit} = '71.2' and ${over} = ''"), over = errand_count("readings", "${over} = 'yes' and ${metric} = 'crack'");
	unsigned incidents = errand_count("incidents", "${event} = 'geo'");

	errand_open("21:00");
	errand_type("m");
	errand_press("Down");
	errand_type("18.5");                    /* a crack, below its limit */
	errand_press("Enter");
	errand_down_to("石桥河堤");
	errand_type("70.95");                   /* below the warning level */
	errand_press("Enter");
	errand_press("Home");
	errand_press("Down");
	errand_type("21.5");
	errand_press("Enter");                  /* beyond: said in words, and what next */
	assert_shows(errand_vt, errand_in("20: 现在 21.5", "20: now 21.5"));
	errand_type("1");
	if (errand_is_first()) {                /* later there is one that is going on: the choice leads to it */
		errand_press("Enter");
		errand_type("dzzh");
		errand_press("Enter");
		errand_fill("后坡滑坡点");
		errand_fill("裂缝超过警戒值");
		errand_press("F5");
		assert_shows(errand_vt, "口头报告");     /* its clock runs: it is gone on with */
	} else {
		assert_shows(errand_vt, "后坡滑坡点");
	}
	errand_leave("three readings, one beyond its limit, and the incident reported", 55);
	assert_int_equal(errand_count("readings", "${metric} = 'level' and ${limit} = '71.2' and ${over} = ''"), levels + 1);
	assert_int_equal(errand_count("readings", "${over} = 'yes' and ${metric} = 'crack'"), over + 1);
	assert_int_equal(errand_count("incidents", "${event} = 'geo'"), incidents + errand_is_first());
	assert_true(errand_count("readings", "${value} = '21.5' and ${change} = '3' and ${unit} = 'mm'") >= 1);
}

static void a_reading_is_a_number_and_beyond_its_limit_it_is_said_at_once_with_what_next(void **state)
{
	(void)state;
	errand_in_modes(readings, 3);
}

static void the_last_readings_are_drawn_against_their_limit(void **state)
{
	(void)state;
	errand_mode = errand_modes;
	errand_open("22:00");
	errand_type("m");
	errand_press("Down");
	errand_type("h");
	assert_shows(errand_vt, "裂缝宽 (毫米)");
	assert_shows(errand_vt, "超过 裂缝宽度警戒值 20");
	assert_shows(errand_vt, "*");
	assert_shows(errand_vt, "- - - - ");
	field_leave(errand_vt);
}

static void nothing_is_raised_where_no_limit_is_set_or_no_number_was_typed(void **state)
{
	unsigned before;

	(void)state;
	errand_mode = errand_modes;
	before = errand_count("readings", "${place} != ''");
	errand_open("22:10");
	errand_type("m");
	errand_down_to("上沟水库");
	errand_press("Enter");                  /* nothing typed: nothing kept */
	assert_shows(errand_vt, "先打读到的数");
	errand_type("1.2.3");
	errand_press("Enter");
	assert_shows(errand_vt, "不是数");
	errand_press("Esc");
	assert_shows(errand_vt, "再按一次 Esc 不要它");
	errand_press("C-u");
	assert_int_equal(errand_count("readings", "${place} != ''"), before);
	errand_type("99");
	errand_press("Enter");
	assert_shows(errand_vt, "已存: 上沟水库");
	field_leave(errand_vt);
	assert_int_equal(errand_count("readings", "${place} != ''"), before + 1);
	assert_int_equal(errand_count("readings", "${value} = '99' and ${limit} = '' and ${over} = ''"), 1);
}

/* Another program keeps a reading in the same profile, as the courier does with what comes. */
static void elsewhere(void)
{
	field_run("echo '[{\"metric\": \"level\", \"value\": \"98.76\"}]' >reading.json;"
	          "on manager 2026-07-20T08:00 record submit --form reading_new --row places:=name:上沟水库 --answers reading.json");
}

static void taps(bool on)
{
	field_run(on ? "echo '{\"mouse\": true}' >manager/settings" : "echo '{\"mouse\": false}' >manager/settings");
}

/* What was typed for one place is never kept for another; and no key that leaves the cursor where it is takes it away. */
static void a_number_typed_stays_with_its_place(void **state)
{
	unsigned before, at_bank;
	int row, col;

	(void)state;
	errand_mode = errand_modes;
	before = errand_count("readings", "${place} != ''");
	at_bank = errand_count("readings", "${value} = '70.1'");
	taps(true);
	errand_open("22:20");
	errand_type("m");
	errand_down_to("石桥河堤");
	errand_type("70.");
	errand_type("y");                       /* no key of this screen */
	errand_type("1");
	assert_shows(errand_vt, "70.1_");
	assert_true(vt_find(errand_vt, "上沟水库", &row, &col));
	vt_click(errand_vt, row, col);
	field_settle(errand_vt);
	assert_true(vt_selected(errand_vt, "上沟水库"));     /* by a tap */
	assert_shows(errand_vt, "70.1 没记");
	errand_press("Enter");
	assert_shows(errand_vt, "先打读到的数");
	assert_int_equal(errand_count("readings", "${place} != ''"), before);
	/* Left and taken up again it stands at its place still. */
	errand_press("Esc");
	assert_shows(errand_vt, "没记的 1 个数留作草稿");
	errand_type("m");
	assert_shows(errand_vt, "70.1 没记");
	errand_press("Home");
	errand_down_to("石桥河堤");
	/* Something comes meanwhile, as by the courier: the list is read anew under the hand. */
	elsewhere();
	errand_type("5");
	assert_shows(errand_vt, "70.15_");
	assert_shows(errand_vt, "98.76");
	assert_true(vt_selected(errand_vt, "石桥河堤"));
	errand_press("Enter");
	assert_shows(errand_vt, "已存: 石桥河堤");
	field_leave(errand_vt);
	taps(false);
	assert_int_equal(errand_count("readings", "${value} = '70.15'"), 1);
	assert_int_equal(errand_count("readings", "${value} = '70.1'"), at_bank);
}

static void board(void)
{
	unsigned before = errand_count("trainings", "${plan} != ''");

	errand_open("08:31");
	errand_type("b");
	if (errand_is_first()) {
		errand_down_to("心肺复苏");
		errand_press("Enter");          /* the training form, with plan and team filled in */
		errand_fill("村委会院");
		errand_press("Enter");
		errand_type("12");
		errand_press("Enter");
		errand_press("Enter");
		errand_type("a");
		errand_press("Enter");
		for (int i = 0; i < 5; i++)
			errand_press("Down");
		errand_type("1");
		errand_press("F5");
	}
	assert_shows(errand_vt, errand_in("做了 1/4  逾期 1", "done 1/4  late 1"));
	errand_press("Tab");
	assert_shows(errand_vt, errand_in("做了 2/6  逾期 1", "done 2/6  late 1"));
	errand_down_to("应急处置卡上墙");
	assert_shows(errand_vt, "9/24");
	errand_leave("a planned training done from the board, and the milestones", 35);
	assert_int_equal(errand_count("trainings", "${plan} != ''"), before + errand_is_first());
	assert_int_equal(errand_count("plan_year", "${done} > 0"), 1);
}

/* What was begun from a line of the plan is gone on with from that line, and from no other. */
static void a_planned_training_begun_is_gone_on_with(void **state)
{
	(void)state;
	errand_mode = errand_modes;
	errand_open("08:31");
	errand_type("b");
	errand_down_to("风力灭火机");
	errand_press("Enter");
	errand_fill("林场东坡");
	errand_press("Esc");
	assert_true(vt_selected(errand_vt, "风力灭火机"));
	errand_press("Up");
	errand_press("Up");
	errand_press("Enter");
	assert_hides(errand_vt, "林场东坡");
	errand_press("Esc");
	errand_down_to("风力灭火机");
	errand_press("Enter");
	assert_shows(errand_vt, "林场东坡");
	errand_press("Esc");
	field_leave(errand_vt);
}

static void the_plan_and_the_milestones_stand_against_what_was_done(void **state)
{
	(void)state;
	errand_in_modes(board, 1);
}

static void the_board_at_both_sizes(void **state)
{
	(void)state;
	errand_mode = errand_modes;
	errand_open("08:31");
	errand_type("b");
	field_golden(errand_vt, "progress-80x24");
	errand_press("Tab");
	field_golden(errand_vt, "milestones-80x24");
	vt_resize(errand_vt, 18, 40);
	assert_shows(errand_vt, "d详情 g全部");
	field_golden(errand_vt, "milestones-40x18");
	field_leave(errand_vt);
}

static int setup(void **state)
{
	(void)state;
	return field_setup_with("more.sh");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_board_at_both_sizes),
		cmocka_unit_test(a_reading_is_a_number_and_beyond_its_limit_it_is_said_at_once_with_what_next),
		cmocka_unit_test(the_last_readings_are_drawn_against_their_limit),
		cmocka_unit_test(nothing_is_raised_where_no_limit_is_set_or_no_number_was_typed),
		cmocka_unit_test(a_number_typed_stays_with_its_place),
		cmocka_unit_test(a_planned_training_begun_is_gone_on_with),
		cmocka_unit_test(the_plan_and_the_milestones_stand_against_what_was_done),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, field_teardown) != 0;
}
