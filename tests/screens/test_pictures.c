/* The main screens of field and desk as they stand, to the cell: a change that nobody meant shows as a picture that differs. Few, of
 * one invented week, whose clock stands; XUNCHA_UPDATE=1 writes them anew. */
#include "config.h"
#include "tests/screens/field.h"

/* At both sizes, on the same program. */
static void taken(struct vt *vt, const char *wide, const char *narrow)
{
	vt_key(vt, "Home");                               /* what was said at the start has been read */
	field_golden(vt, wide);
	vt_resize(vt, 18, 40);
	field_settle(vt);
	field_golden(vt, narrow);
	field_leave(vt);
}

static struct vt *worker(void)
{
	return field_enter("device", FIELD_PIN, 24, 80, NULL);
}

static struct vt *desk(void)
{
	struct vt *vt = field_enter("town", TOWN_PIN, 24, 80, NULL);

	assert_hides(vt, "正在算");
	return vt;
}

/* A hundredth of a second before the minute is over, and more than that goes by. */
static void the_minute_of_a_picture_does_not_pass(void **state)
{
	struct vt *vt = field_start_at("2026-07-12T08:31:59.990", "device", 18, 40, NULL);

	(void)state;
	field_unlock(vt, FIELD_PIN);
	assert_shows(vt, "08:31");
	field_leave(vt);
}

static void the_home_of_the_day(void **state)
{
	(void)state;
	taken(worker(), "today-80x24", "today-40x18");
}

static void the_list_of_places(void **state)
{
	struct vt *vt = worker();

	(void)state;
	vt_keys(vt, "p");
	assert_shows(vt, "记录号");
	taken(vt, "places-80x24", "places-40x18");
}

static void the_page_of_a_hazard(void **state)
{
	struct vt *vt = worker();

	(void)state;
	vt_keys(vt, "h");
	assert_shows(vt, "记录号");
	field_select(vt, "后门锁死");
	vt_key(vt, "Enter");
	assert_shows(vt, "隐患 > ");
	taken(vt, "hazard-page-80x24", "hazard-page-40x18");
}

static void the_home_of_the_desk(void **state)
{
	(void)state;
	taken(desk(), "desk-80x24", "desk-40x18");
}

static void what_is_owed(void **state)
{
	struct vt *vt = desk();

	(void)state;
	vt_keys(vt, "6");
	assert_shows(vt, "欠账 2026年7月");
	assert_hides(vt, "正在算");
	taken(vt, "owed-80x24", "owed-40x18");
}

static void two_versions_side_by_side(void **state)
{
	struct vt *vt = desk();

	(void)state;
	vt_keys(vt, "z");
	assert_shows(vt, "说法");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "写时看过");
	taken(vt, "sides-80x24", "sides-40x18");
}

static int setup(void **state)
{
	return field_setup(state) || field_setup_also("desk.sh") ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_minute_of_a_picture_does_not_pass),
		cmocka_unit_test(the_home_of_the_day),
		cmocka_unit_test(the_list_of_places),
		cmocka_unit_test(the_page_of_a_hazard),
		cmocka_unit_test(the_home_of_the_desk),
		cmocka_unit_test(what_is_owed),
		cmocka_unit_test(two_versions_side_by_side),
	};

#ifndef WITH_TOWN
	return TAP_SKIP_ALL("built --without-town");
#endif
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, field_teardown) != 0;
}
