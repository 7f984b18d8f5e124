/* A hazard that an earlier visit found and nobody has put right is seen again by the next visit, not found once more. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>

static int visited_setup(void **state)
{
	if (field_setup(state))
		return -1;
	field_run("on device 2026-07-01T09:00 record submit --form walk_CA --row places:=name:老马饭店 --answers $SRCDIR/packaging/demo/inspection.json;"
	          "xunchactl --now 2026-07-01T10:00 --profile device --pin-file pin.device register list hazards | grep -c CO-08 >before");
	return 0;
}

/* A walk of 老马饭店, begun or gone on with. */
static struct vt *walk(int rows, int cols)
{
	struct vt *vt = field_enter("device", FIELD_PIN, rows, cols, NULL);

	vt_keys(vt, "p");
	assert_shows(vt, "s排序");
	field_ask(vt, "/", "拼音首字母", "lmfd");
	assert_shows(vt, "开始巡查");
	field_settle(vt);
	vt_keys(vt, "w");
	assert_shows(vt, "CO-");
	field_settle(vt);
	return vt;
}

/* At CO-08 of it, all before it answered. */
static struct vt *at_the_exit(int rows, int cols)
{
	struct vt *vt = walk(rows, cols);

	for (int i = 0; i < 12 && !vt_shows(vt, "CO-08 "); i++) {
		vt_keys(vt, "1");
		field_settle(vt);
	}
	assert_shows(vt, "CO-08 ");
	return vt;
}

static void press(struct vt *vt, const char *key, const char *shows)
{
	vt_keys(vt, key);
	assert_shows(vt, shows);
	field_settle(vt);
}

static void it_is_shown_and_asked_about_and_noted_once(void **state)
{
	struct vt *vt = at_the_exit(18, 40);

	(void)state;
	assert_shows(vt, "没销号 02-0001");
	assert_shows(vt, "逾期");
	press(vt, "2", "这一项有没销号的隐患");
	vt_key(vt, "Esc");                                /* nothing is raised by looking */
	assert_hides(vt, "这一项有没销号的隐患");
	press(vt, "2", "这一项有没销号的隐患");
	press(vt, "1", "还是 02-0001");
	assert_shows(vt, "CO-09");
	vt_key(vt, "Up");
	assert_shows(vt, "仍是隐患 02-0001");
	/* It was the other door: put right, then. */
	press(vt, "1", "还没销号: 整改好了去报");
	vt_key(vt, "Up");
	assert_shows(vt, "CO-08 ");
	field_settle(vt);
	assert_false(vt_shows(vt, "仍是隐患"));
	press(vt, "2", "这一项有没销号的隐患");
	press(vt, "1", "还是 02-0001");
	vt_key(vt, "Esc");
	field_leave(vt);
}

static void another_one_can_be_raised_all_the_same(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("xunchactl --now " FIELD_NOW " --profile device --pin-file pin.device draft list >drafts; test $(grep -c walk_CA drafts) = 1");
	vt = walk(24, 80);
	for (int i = 0; i < 12 && !vt_shows(vt, "没销号 02-0001"); i++) {
		vt_key(vt, "Up");
		field_settle(vt);
	}
	press(vt, "2", "这一项有没销号的隐患");
	press(vt, "2", "情况");
	vt_key(vt, "F5");
	assert_shows(vt, "CO-09");
	field_settle(vt);
	vt_key(vt, "Up");
	field_settle(vt);
	press(vt, "2", "情况");                           /* its own is opened now, and nothing is asked */
	vt_key(vt, "Esc");
	field_settle(vt);
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_shown_and_asked_about_and_noted_once),
		cmocka_unit_test(another_one_can_be_raised_all_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, visited_setup, field_teardown) != 0;
}
