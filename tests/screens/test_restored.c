/* A township's store that came from a backup, at its desk on a pty: it is said, and how many devices have not answered since; the list says
 * which; when all have, nothing is said any more. The devices are real, on sticks. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>

static int lost_setup(void **state)
{
	if (field_setup(state))
		return -1;
	/* Each device delivers once before the backup and once after it; then the machine is lost. */
	field_run("mkdir -p stick stick2; echo '{\"desc\":\"软管无卡箍\",\"level\":\"G\",\"src\":\"patrol\",\"informed\":\"yes\",\"owner\":\"马建国\",\"due\":\"2026-07-20\"}' >hose.json; sed s/软管无卡箍/私拉电线/ hose.json >wire.json;"
	          "at() { t=$1; shift; xunchactl --now $t --profile town --pin-file pin.town \"$@\"; };"
	          "deliver() { on $1 $4 record submit --form hazard_new --row places:=name:石桥旅社 --answers $3.json; on $1 $4 sync --dir $2; at $4 merge $2; at $4 sync --dir $2; on $1 $4 sync --dir $2; };"
	          "deliver device stick hose 2026-07-10T09:00; deliver manager stick2 hose 2026-07-10T09:30; at 2026-07-10T18:00 backup safe;"
	          "deliver device stick wire 2026-07-11T09:00; deliver manager stick2 wire 2026-07-11T09:30;"
	          "mv town burnt; xunchactl --now 2026-07-12T08:00 --profile town restore safe; rm -rf stick stick2; mkdir stick stick2; town sync --dir stick; town sync --dir stick2");
	return 0;
}

static void what_came_from_a_backup_says_so_until_every_device_has_answered(void **state)
{
	struct vt *vt = field_enter("town", TOWN_PIN, 24, 80, NULL);

	(void)state;
	assert_shows(vt, "今天 08:00 从备份恢复: 2 台设备还没再来信");
	assert_hides(vt, "私拉电线");                       /* came after the backup */
	vt_keys(vt, "d");
	assert_shows(vt, "恢复后没来信");
	field_select(vt, "王秀英");
	vt_key(vt, "Enter");
	assert_shows(vt, "从备份恢复于 今天 08:00");
	assert_shows(vt, "它下次同步会再送来");
	vt_key(vt, "Esc");
	field_settle(vt);
	vt_key(vt, "Esc");
	assert_shows(vt, "从备份恢复: 2 台");
	field_run("carry device stick");
	vt_key(vt, "Down");                               /* any key: what came meanwhile shows */
	assert_shows(vt, "从备份恢复: 1 台设备还没再来信");
	assert_shows(vt, "私拉电线");
	vt_keys(vt, "d");
	field_select(vt, "王秀英");
	assert_hides(vt, "中间有缺");
	assert_true(vt_selected(vt, "齐"));
	field_select(vt, "李军");
	assert_true(vt_selected(vt, "恢复后没来信"));
	field_run("carry manager stick2");
	vt_key(vt, "Down");
	assert_hides(vt, "恢复后没来信");
	vt_key(vt, "Esc");
	assert_shows(vt, "乡镇  今日");
	assert_hides(vt, "从备份恢复");
	field_leave(vt);
	field_run("town register list hazards | wc -l >count; test $(cat count) = 4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_came_from_a_backup_says_so_until_every_device_has_answered),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, lost_setup, field_teardown) != 0;
}
