/* A new device becomes a member through the township's server, on the real program: no network, not granted yet, a wrong code, and
 * then the right one. The staff grants what was read aloud from the screen. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run(const char *command)
{
	char line[2048];

	snprintf(line, sizeof line, "PATH=%s/sync:%s/sync/town:$PATH; cd %s; ( %s ) >log 2>&1", BUILDDIR, BUILDDIR, field_dir(), command);
	if (system(line))
		fail_msg("%s", command);
}

static void text(struct vt *vt, const char *words)
{
	vt_keys(vt, words);
	vt_key(vt, "Enter");
	field_settle(vt);
}

/* "3", and an address instead of the one that stands there. */
static void by_network(struct vt *vt, const char *url)
{
	vt_keys(vt, "3");
	assert_shows(vt, "乡镇网址");
	vt_keys(vt, "\x15");
	text(vt, url);
}

static struct vt *new_device(void)
{
	char program[] = BUILDDIR "/tui/xuncha", option[] = "--profile", path[512];
	char *argv[] = { program, option, path, NULL };
	struct vt *vt;

	snprintf(path, sizeof path, "%s/fourth", field_dir());
	vt = vt_spawn(24, 80, argv, NULL);
	assert_shows(vt, "第一位工作人员");
	vt_key(vt, "Enter");
	field_settle(vt);
	text(vt, "赵敏");
	text(vt, "864209");
	text(vt, "864209");
	assert_shows(vt, "打 PIN 后按 Enter");
	text(vt, "864209");
	assert_shows(vt, "还没有入网");
	vt_keys(vt, "e");
	assert_shows(vt, "写申请");
	return vt;
}

static void a_new_device_is_enrolled_through_the_server(void **state)
{
	struct vt *vt = new_device();
	char url[300];

	(void)state;
	by_network(vt, "http://127.0.0.1:9");
	assert_shows(vt, "没有办成");
	assert_shows(vt, "连不上乡镇的电脑");
	vt_key(vt, "Enter");
	run("xunchad --profile town --listen 127.0.0.1:0 2>daemon.log & echo $! >daemon.pid;"
	    "for i in $(seq 300); do sed -n 's/.* port \\([0-9]*\\)$/\\1/p' daemon.log >port; [ -s port ] && exit 0; sleep 0.1; done; exit 1");
	snprintf(url, sizeof url, "http://127.0.0.1:%s", field_first_line("port"));
	by_network(vt, url);
	assert_shows(vt, "还没有批准");
	vt_key(vt, "Enter");
	assert_shows(vt, "打电话念给乡镇核对");
	run("xunchactl --profile town enrol waiting --json | sed -n 's/.*\"digits\": *\"\\([0-9 ]*\\)\".*/\\1/p' >digits; test -s digits");
	assert_shows(vt, field_first_line("digits"));
	run("xunchactl --profile town --pin-file pin.town enrol grant \"$(cat digits)\" --role GRID --scope 990101100202 --person 赵敏;"
	    "xunchactl --profile town root show >code");
	by_network(vt, url);
	assert_shows(vt, "取回来了");
	vt_key(vt, "Enter");
	assert_shows(vt, "32 位数 (空格");
	text(vt, "00000 00000 00000 00000 00000 00000 00");
	assert_shows(vt, "00000 00000 00000");                        /* what was read to one wrongly is put right, not typed again */
	assert_false(vt_shows(vt, "入网好了"));
	vt_key(vt, "Esc");
	assert_hides(vt, "32 位数 (空格");
	by_network(vt, url);
	assert_shows(vt, "取回来了");
	vt_key(vt, "Enter");
	assert_shows(vt, "32 位数 (空格");
	text(vt, field_first_line("code"));
	assert_shows(vt, "入网好了");
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
	field_leave(vt);
	run("grep -q '127.0.0.1' fourth/settings; kill $(cat daemon.pid)");
}

static void a_device_that_lost_its_records_says_so_and_gets_them_from_any_stick(void **state)
{
	char dir[512];
	struct vt *vt;

	(void)state;
	run("mkdir stick; xunchactl --profile town --pin-file pin.town merge stick; rm -r device/store device/journal");
	snprintf(dir, sizeof dir, "%s/stick", field_dir());
	vt = field_start("device", 24, 80, NULL);
	text(vt, FIELD_PIN);
	vt_key(vt, "Enter");
	assert_shows(vt, "本机的记录丢了");
	vt_keys(vt, "y");
	assert_shows(vt, "未设: 按 f 设");
	vt_keys(vt, "f");
	assert_shows(vt, "U盘、存储卡");
	vt_keys(vt, "\x15");
	text(vt, dir);
	vt_key(vt, "Enter");
	assert_shows(vt, "收进");
	vt_key(vt, "Enter");
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
	assert_hides(vt, "本机的记录丢了");
	assert_shows(vt, "王秀英");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_device_is_enrolled_through_the_server),
		cmocka_unit_test(a_device_that_lost_its_records_says_so_and_gets_them_from_any_stick),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
