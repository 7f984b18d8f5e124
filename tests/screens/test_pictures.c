/* The main screens of field and desk as they stand, to the cell: a change that nobody meant shows as a picture that differs. Few, of
 * one invented week, whose clock stands; XUNCHA_UPDATE=1 writes them anew. */
#include "config.h"
#include "tests/screens/errand.h"

#include <string.h>

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

/* A row of the screen on which `text` stands, without what it does not cut. */
static void assert_whole(struct vt *vt, const char *text)
{
	struct buf screen = { 0 };
	char *at, *end;

	vt_text(vt, &screen);
	at = strstr(buf_str(&screen), text);
	if (!at)
		vt_print(vt);
	assert_non_null(at);
	end = strchr(at, '\n');
	if (end)
		*end = '\0';
	print_message("# %s\n", at);
	assert_null(strstr(at, "…"));
	buf_clear(&screen);
}

/* A month without a way to the township. */
static void however_much_waits_the_foot_counts_it_whole(void **state)
{
	(void)state;
	field_run("awk 'BEGIN { for (i = 0; i < 1000; i++) print (i ? \",\" : \"[\") \"{\\\"desc\\\":\\\"软管无卡箍\\\",\\\"level\\\":\\\"G\\\",\\\"src\\\":\\\"patrol\\\"}\"; print \"]\" }' >many.json;"
	          "on manager 2026-07-12T08:25 --json record submit --form hazard_new --row places:=name:石桥旅社 --answers many.json >refs.json;"
	          "grep -o '[0-9a-f]\\{24\\}' refs.json | head -12 | while read ref; do cp $SRCDIR/tests/screens/small.jpg p.jpg; echo $ref >>p.jpg; on manager 2026-07-12T08:26 attach $ref p.jpg; done");
	for (size_t i = 0; i < ERRAND_MODES; i++) {
		errand_mode = &errand_modes[i];
		if (errand_mode->mono)
			continue;
		errand_start(FIELD_NOW, "manager", NULL);
		assert_shows(errand_vt, "PIN");
		field_unlock(errand_vt, FIELD_PIN);
		assert_whole(errand_vt, errand_mode->cols < 60 ? errand_in("没送到 1015 照片 12", "1015 unsent 12 pics") : errand_in("没送到 1015 条", "1015 "));
		field_leave(errand_vt);
	}
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
		cmocka_unit_test(however_much_waits_the_foot_counts_it_whole),
	};

#ifndef WITH_TOWN
	return TAP_SKIP_ALL("built --without-town");
#endif
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, field_teardown) != 0;
}
