/* What the township gives out from its desk, on a pty, and what the devices make of it: a certificate, a new pack. In order. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct vt *devices(void)
{
	struct vt *vt = field_enter("town", TOWN_PIN, 24, 80, NULL);

	vt_keys(vt, "d");
	assert_shows(vt, "最后一次来信");
	return vt;
}

static void a_device_is_let_in_at_the_desk_only_after_its_digits_were_compared(void **state)
{
	char digits[64], path[512];
	struct vt *vt;

	(void)state;
	field_run("printf '864209\\n' >pin.third; xunchactl --now 2026-07-12T08:00 --profile third --pin-file pin.third init writer --name 赵敏 --kdf min;"
	    "xunchactl --now 2026-07-12T08:00 --profile third --pin-file pin.third enrol request --out third.request;"
	    "xunchactl --json enrol show third.request | tr -d '\\n' | sed 's/.*\"digits\": *\"\\([0-9 ]*\\)\".*/\\1\\n/' >digits");
	snprintf(digits, sizeof digits, "%s", field_first_line("digits"));
	assert_int_equal(strlen(digits), 23);
	vt = devices();
	vt_keys(vt, "n");
	assert_shows(vt, "让一台新设备入网");
	vt_keys(vt, "7");                                 /* nothing is given yet */
	field_settle(vt);
	assert_shows(vt, "[ ] 7 发证");
	snprintf(path, sizeof path, "%s/pin.third", field_dir());
	field_ask(vt, "1", "申请文件在哪里", path);
	assert_shows(vt, "[ ] 1");                         /* not a request: said, not taken */
	snprintf(path, sizeof path, "%s/third.request", field_dir());
	field_ask(vt, "1", "申请文件在哪里", path);
	assert_shows(vt, digits);
	field_choose(vt, "2", "和这里一样才发证", "2");
	assert_shows(vt, "[ ] 2");
	vt_keys(vt, "4");
	field_settle(vt);
	assert_shows(vt, "[ ] 4 角色");
	field_choose(vt, "2", "和这里一样才发证", "1");
	assert_shows(vt, "[x] 2");
	field_choose(vt, "4", "村应急管理员", "1");
	assert_shows(vt, "网格员");
	field_choose(vt, "5", "全镇", "2");
	assert_shows(vt, "石桥村");
	snprintf(path, sizeof path, "%s/third.grant", field_dir());
	field_ask(vt, "7", "写到哪里", path);
	assert_shows(vt, "已发证: 赵敏");
	assert_shows(vt, "把乡镇的代码念给本人");
	snprintf(path, sizeof path, "%s/third.request", field_dir());
	field_ask(vt, "1", "申请文件在哪里", path);              /* the next one: nothing of the former stays */
	assert_shows(vt, "这台设备已经入网");
	assert_hides(vt, "third.grant");
	vt_key(vt, "Esc");
	assert_shows(vt, "赵敏");
	field_leave(vt);
	field_run("xunchactl --profile third --pin-file pin.third enrol accept third.grant --root \"$(xunchactl --profile town root show)\"");
	vt = field_enter("third", "864209", 24, 80, NULL);
	assert_shows(vt, "要做的");
	assert_hides(vt, "还没有入网");
	field_leave(vt);
}

static void a_new_pack_is_checked_then_published_and_the_device_has_it(void **state)
{
	char path[512];
	struct vt *vt;

	(void)state;
	field_run("cp -r $SRCDIR/forms/catalog pack2; chmod -R u+w pack2; sed -i 's/^version,2026.1/version,2026.2/' pack2/pack.csv; cp -r pack2 pack3;"
	    "sed -i 's/^unit,d,/unit,tt2,吨,tonnes,98,\\n&/' pack2/codes.csv; sed -i 's/^version,2026.2/version,2026.3/' pack3/pack.csv; cp -r pack2 bad; sed -i 's/,month,/,moon,/' bad/duties.csv");
	vt = devices();
	snprintf(path, sizeof path, "%s/bad", field_dir());
	field_ask(vt, "u", "清单包的文件夹", path);
	assert_shows(vt, "没有发布");
	assert_shows(vt, "duties.csv");
	vt_key(vt, "Esc");
	assert_shows(vt, "最后一次来信");
	snprintf(path, sizeof path, "%s/pack2", field_dir());
	field_ask(vt, "u", "清单包的文件夹", path);
	assert_shows(vt, "现在的: ");
	vt_keys(vt, "3");
	assert_hides(vt, "现在的: ");
	field_ask(vt, "u", "清单包的文件夹", path);
	assert_shows(vt, "现在的: ");
	vt_keys(vt, "1");
	assert_shows(vt, "已发布");
	snprintf(path, sizeof path, "%s/pack3", field_dir());          /* a word that records may use is gone */
	field_ask(vt, "u", "清单包的文件夹", path);
	assert_shows(vt, "有 1 处会让旧记录里的内容看不到");
	assert_shows(vt, "照样发布");
	vt_keys(vt, "2");
	assert_shows(vt, "去掉 词 unit/tt2");
	vt_key(vt, "Esc");
	field_leave(vt);
	field_run("mkdir -p stick; xunchactl --profile town --pin-file pin.town sync --dir stick; xunchactl --profile third --pin-file pin.third sync --dir stick");
	vt = field_enter("third", "864209", 24, 80, NULL);
	vt_keys(vt, "o");
	assert_shows(vt, "配色");
	vt_key(vt, "End");
	vt_key(vt, "Enter");
	assert_shows(vt, "2026.2");
	vt_free(vt);
}

/* What was recorded is sealed when the program is left: anybody takes it to the desk, without the PIN. After one key there and the way
 * back the worker's device knows that all has arrived. */
static void a_stick_is_merged_at_the_desk_and_takes_receipts_home(void **state)
{
	char path[512];
	struct vt *vt;

	(void)state;
	field_run("mkdir usb; xunchactl --profile device --pin-file pin.device record submit --form walk_CA --row places:=name:老马饭店 --answers $SRCDIR/packaging/demo/inspection.json;"
	    "! ls device/out/*.xcb");
	vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
	field_leave(vt);
	field_run("xunchactl --profile device bundle export --sealed --to usb </dev/null; ls usb/XUNCHA/up/*.xcb");
	vt = field_enter("town", TOWN_PIN, 18, 40, NULL);
	vt_keys(vt, "y");
	assert_shows(vt, "放上回执");
	assert_hides(vt, "没送到");                        /* a township sends nothing to a township */
	snprintf(path, sizeof path, "%s/usb", field_dir());
	field_ask(vt, "f", "文件夹", path);
	assert_shows(vt, "已存");
	vt_key(vt, "Enter");
	assert_shows(vt, "收下 1 包");
	assert_shows(vt, "给了 1 份回执");
	vt_key(vt, "Enter");
	assert_hides(vt, "收下 1 包");
	vt_keys(vt, "d");
	assert_shows(vt, "到了");
	field_leave(vt);
	field_run("xunchactl --profile device --pin-file pin.device sync --dir usb; xunchactl --profile device --pin-file pin.device --json status | grep -q '\"waiting\": *0'");
}

/* Due days, who is late: the desk reckons with its clock too. */
static void a_clock_that_cannot_be_right_is_told_at_the_desk(void **state)
{
	struct vt *vt = field_start_at("2001-01-01T08:00", "town", 24, 80, NULL);

	(void)state;
	field_unlock(vt, TOWN_PIN);
	assert_shows(vt, "乡镇  今日");
	assert_shows(vt, "设备时间 2001-01-01 不对? 按 y 看怎么办");
	vt_keys(vt, "y");
	assert_shows(vt, "设备时间看来不对");
	vt_key(vt, "Esc");
	assert_hides(vt, "设备时间看来不对");
	assert_false(vt_shows(vt, "不对?"));               /* it was told */
	field_leave(vt);
}

/* Its holder learns it before he walks a place, not when he would save. */
static void a_device_that_is_revoked_says_so_before_work_is_begun_on_it(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("mkdir -p off; town enrol revoke $(town enrol list | awk '/赵敏/ { print $1 }') --reason 换设备; town sync --dir off;"
	    "xunchactl --profile third --pin-file pin.third sync --dir off");
	vt = field_start("third", 18, 40, NULL);
	field_unlock(vt, "864209");
	assert_shows(vt, "乡镇已停用这台设备: 找乡镇重新入网");
	vt_keys(vt, "n");
	assert_shows(vt, "记不下新的");
	vt_keys(vt, "y");
	assert_shows(vt, "乡镇已停用这台设备");
	field_leave(vt);
}

/* What came with the program is offered to a township that has none yet. */
static void the_first_pack_is_found_where_it_was_installed(void **state)
{
	static const char *const env[] = { "XUNCHA_DATADIR=" SRCDIR "/forms", NULL };
	struct vt *vt;

	(void)state;
	field_run("echo 135790 >pin.new; xunchactl --now 2026-07-12T08:00 --profile new --pin-file pin.new init township --name 新建镇 --division 990102100 --staff 周敏 --kdf min");
	vt = field_enter("new", TOWN_PIN, 18, 40, env);
	assert_shows(vt, "按 d 到设备, 再按 u 发布");
	vt_keys(vt, "d");
	assert_shows(vt, "最后一次来信");
	vt_keys(vt, "u");
	assert_shows(vt, "清单包的文件夹");
	vt_key(vt, "Enter");
	assert_shows(vt, "现在的: -");
	vt_keys(vt, "1");
	assert_shows(vt, "已发布");
	vt_key(vt, "Esc");
	assert_shows(vt, "没有在办的隐患");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_let_in_at_the_desk_only_after_its_digits_were_compared),
		cmocka_unit_test(a_new_pack_is_checked_then_published_and_the_device_has_it),
		cmocka_unit_test(the_first_pack_is_found_where_it_was_installed),
		cmocka_unit_test(a_stick_is_merged_at_the_desk_and_takes_receipts_home),
		cmocka_unit_test(a_clock_that_cannot_be_right_is_told_at_the_desk),
		cmocka_unit_test(a_device_that_is_revoked_says_so_before_work_is_begun_on_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
