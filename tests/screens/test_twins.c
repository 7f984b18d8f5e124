/* One warning, two devices out of each other's reach, and each makes the list of whom to call: when they have met, nobody stands on it
 * twice, and what either did counts. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>

static int warned_setup(void **state)
{
	if (field_setup(state))
		return -1;
	field_run("mkdir -p stick; echo '{\"issuer\":\"县气象台\",\"kind\":\"flash_flood\",\"level\":\"2\",\"summary\":\"未来3小时有山洪\"}' >warning.json;"
	          "on manager 2026-07-12T07:50 record submit --form warning_new --answers warning.json;"
	          "on manager 2026-07-12T07:50 sync --dir stick; town merge stick; on device 2026-07-12T07:55 sync --dir stick");
	return 0;
}

/* The warning's call list, made from the registers. */
static struct vt *make_list(const char *profile)
{
	struct vt *vt = field_enter(profile, FIELD_PIN, 24, 80, NULL);

	vt_keys(vt, "w");
	assert_shows(vt, "责任人 5 分钟内应答");
	field_settle(vt);
	vt_keys(vt, "g");
	assert_shows(vt, "已存: 照台账列入");
	assert_shows(vt, "0/15");
	return vt;
}

static void answer(struct vt *vt, const char *keys, const char *shows)
{
	for (; *keys; keys++) {
		vt_keys(vt, (char[2]){ *keys });
		field_settle(vt);
	}
	assert_shows(vt, shows);
}

static void open_list(struct vt *vt)
{
	vt_keys(vt, "w");
	assert_shows(vt, "责任人 5 分钟内应答");
	field_settle(vt);
}

static void who_stands_on_two_lists_is_called_once(void **state)
{
	struct vt *vt = make_list("device");

	(void)state;
	answer(vt, "555", "3/15");               /* those in charge, and then he goes out of reach */
	field_leave(vt);
	vt = make_list("manager");
	answer(vt, "1", "0/15");                 /* the first in charge in vain; two homes at the door */
	for (int i = 0; i < 3; i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	answer(vt, "22", "2/15");
	field_leave(vt);
	field_run("carry device stick; carry manager stick; carry device stick");

	vt = field_enter("manager", FIELD_PIN, 24, 80, NULL);
	open_list(vt);
	assert_shows(vt, "两份名单里都有的 15 人, 已并成一条");
	assert_shows(vt, "5/15");
	vt_key(vt, "Esc");
	field_settle(vt);
	open_list(vt);
	assert_false(vt_shows(vt, "已并成一条"));         /* once */
	assert_shows(vt, "5/15");
	field_leave(vt);
	field_run("carry manager stick; carry device stick; town conflict list >conflicts; none callouts conflicts;"
	          "town register list callouts >calls; test $(grep -c 重名 calls) = 15; test $(grep -vc 重名 calls) = 15;"
	          "town export 预警叫应记录 --csv calls.csv; test $(grep -c 县气象台 calls.csv) = 15");

	vt = field_enter("device", FIELD_PIN, 18, 40, NULL);
	open_list(vt);
	assert_shows(vt, "5/15");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(who_stands_on_two_lists_is_called_once) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, warned_setup, field_teardown) != 0;
}
