/* A working life in journeys: each a person's errand from the lock screen to what is recorded, with its key strokes counted
 * and bounded, so that none grows unnoticed. They run in order on one township. */
#include "config.h"
#include "tests/screens/field.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned keys;

static void press(struct vt *vt, const char *name)
{
	vt_key(vt, name);
	keys++;
}

static void type(struct vt *vt, const char *text)
{
	vt_keys(vt, text);
	for (const char *p = text; *p; p++)
		keys += (*p & 0xc0) != 0x80;
}

/* Enter: next field, or open; waits until the screen is still, for fields look alike. */
static void enter(struct vt *vt)
{
	press(vt, "Enter");
	field_settle(vt);
}

static void text(struct vt *vt, const char *words)
{
	type(vt, words);
	enter(vt);
}

static void down_to(struct vt *vt, const char *words)
{
	field_settle(vt);
	if (!vt_selected(vt, words))
		press(vt, "Home");
	field_settle(vt);
	for (int i = 0; i < 80 && !vt_selected(vt, words); i++) {
		press(vt, "Down");
		field_settle(vt);
	}
	assert_true(vt_selected(vt, words));
}

/* Is the row with the mark the one of this label? */
static bool is_at(struct vt *vt, const char *label)
{
	bool at = false;

	for (int row = 0; row < 24 && !at; row++) {
		struct buf line = { 0 };

		vt_row(vt, row, &line);
		at = buf_str(&line)[0] == '>' && strstr(buf_str(&line), label);
		buf_clear(&line);
	}
	return at;
}

/* In a form: Down until the row of this label is the one being filled. */
static void field(struct vt *vt, const char *label)
{
	field_settle(vt);
	for (int i = 0; i < 60 && !is_at(vt, label); i++) {
		press(vt, "Down");
		field_settle(vt);
	}
	assert_true(is_at(vt, label));
}

static void within(const char *journey, unsigned most)
{
	print_message("# %s: %u keys (at most %u)\n", journey, keys, most);
	assert_in_range(keys, 1, most);
	keys = 0;
}

static void run(const char *format, const char *rest)
{
	char command[2048];

	snprintf(command, sizeof command, "PATH=%s/sync:$PATH; cd %s; ( %s%s ) >log 2>&1", BUILDDIR, field_dir(), format, rest);
	if (system(command)) {
		print_message("# %s\n", command);
		fail_msg("%s", command);
	}
}

#define XUNCHACTL "xunchactl --now 2026-07-12T08:31 "

static struct vt *home(const char *profile)
{
	struct vt *vt = field_enter(profile, FIELD_PIN, 24, 80, NULL);

	keys = 0;
	return vt;
}

static void set_folder(const char *profile)
{
	char command[512];

	snprintf(command, sizeof command, "mkdir -p stick; printf '{\"sync_dir\": \"%s/stick\", \"idle_minutes\": 1}' > %s/settings", field_dir(), profile);
	run(command, "");
}

static void a_new_device_becomes_a_member_of_the_township(void **state)
{
	char program[] = BUILDDIR "/tui/xuncha", option[] = "--profile", now[] = "--now", at[] = FIELD_NOW, path[512], line[512];
	char *argv[] = { program, option, path, now, at, NULL };
	struct vt *vt;
	FILE *code;

	(void)state;
	snprintf(path, sizeof path, "%s/third", field_dir());
	vt = vt_spawn(24, 80, argv, NULL);
	assert_shows(vt, "第一位工作人员");
	keys = 0;
	enter(vt);
	text(vt, "赵敏");
	text(vt, "864209");
	text(vt, "864208");
	assert_shows(vt, "两遍不一样");
	type(vt, "\x15");
	text(vt, "864209");
	assert_shows(vt, "打 PIN 后按 Enter");
	text(vt, "864209");
	assert_shows(vt, "还没有入网");
	type(vt, "e1");
	assert_shows(vt, "申请文件写到哪里");
	snprintf(line, sizeof line, "%s/third.request", field_dir());
	vt_keys(vt, line);
	enter(vt);
	assert_shows(vt, "打电话念给乡镇");
	run(XUNCHACTL "--profile town --pin-file pin.town enrol grant third.request --role GRID --scope 990101100202 --person 赵敏 --out third.grant", "");
	run("xunchactl --profile town root show >code && cp code code.txt", "");
	type(vt, "2");
	snprintf(line, sizeof line, "%s/third.grant", field_dir());
	assert_shows(vt, "乡镇发回的文件在哪里");
	vt_keys(vt, line);
	enter(vt);
	assert_shows(vt, "32 位数");
	snprintf(line, sizeof line, "%s/code.txt", field_dir());
	code = fopen(line, "r");
	assert_non_null(code);
	assert_non_null(fgets(line, sizeof line, code));
	fclose(code);
	line[strcspn(line, "\n")] = '\0';
	vt_keys(vt, line);
	enter(vt);
	assert_shows(vt, "入网好了");
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
	field_leave(vt);
	within("first start and enrolment, names and numbers typed", 50);
}

static void a_hazard_is_found_and_travels_to_the_township(void **state)
{
	struct vt *vt;

	(void)state;
	set_folder("device");
	set_folder("manager");
	set_folder("town");
	vt = home("device");
	down_to(vt, "巡查 地下空间");
	enter(vt);
	assert_shows(vt, "第 1/");
	type(vt, "1");
	assert_shows(vt, "第 2/");
	type(vt, "1");
	assert_shows(vt, "第 3/");
	text(vt, "2");
	type(vt, "1");
	assert_shows(vt, "第 5/");
	type(vt, "2");
	assert_shows(vt, "情况");
	text(vt, "堆杂物");
	press(vt, "F5");
	assert_shows(vt, "第 6/");
	press(vt, "End");
	assert_shows(vt, "堆杂物");
	enter(vt);
	enter(vt);
	assert_shows(vt, "已签名入账");
	press(vt, "Esc");
	type(vt, "y");
	assert_shows(vt, "没送到");
	enter(vt);
	assert_shows(vt, "新打包 1 个");
	field_leave(vt);
	within("an inspection cut short with a hazard, sent by folder", 40);
	vt = field_enter("town", TOWN_PIN, 24, 80, NULL);
	vt_keys(vt, "y");
	assert_shows(vt, "Enter收包");
	vt_key(vt, "Enter");
	assert_shows(vt, "好了");
	vt_key(vt, "Enter");
	vt_key(vt, "Esc");
	assert_shows(vt, "福源超市地下库房 UG");
	vt_keys(vt, "d");
	assert_shows(vt, "王秀英");
	field_leave(vt);
}

/* Answer an item: a digit; a number wants Enter too. */
static void item(struct vt *vt, unsigned at, const char *digit)
{
	char next[32];

	field_settle(vt);
	snprintf(next, sizeof next, "第 %u/", at + 1);
	if (vt_shows(vt, "[1]")) {
		type(vt, digit);
	} else {
		type(vt, "2");
		press(vt, "Enter");
	}
	assert_shows(vt, next);
}

static void a_mornings_patrol_of_five_places_finds_two_hazards(void **state)
{
	static const char *const places[] = { "惠民诊所", "顺风宾馆", "石桥旅社", "丽人美发", "老马饭店" };
	struct vt *vt = home("device");

	(void)state;
	for (unsigned p = 0; p < sizeof places / sizeof *places; p++) {
		bool hazard = p % 2;

		down_to(vt, places[p]);
		enter(vt);
		assert_shows(vt, "第 1/");
		for (unsigned i = 1; i <= 4; i++)
			item(vt, i, "1");
		if (hazard) {
			field_settle(vt);
			type(vt, "2");
			assert_shows(vt, "> 情况");
			press(vt, "Tab");
			assert_shows(vt, "常用语");
			type(vt, "3");                   /* 疏散通道堆放杂物 */
			press(vt, "F5");
			assert_shows(vt, "第 6/");
		}
		press(vt, "End");
		assert_shows(vt, "没答");
		enter(vt);
		enter(vt);
		assert_shows(vt, hazard ? "巡查存下了" : "已签名入账");
		if (hazard)
			press(vt, "Esc");
		assert_shows(vt, "要做的");
	}
	type(vt, "h");
	assert_shows(vt, "顺风宾馆 CO-0");
	assert_shows(vt, "丽人美发 CO-0");
	press(vt, "Esc");
	field_leave(vt);
	within("a morning's patrol: five places, four items each, two hazards", 150);
}

static void a_full_card_loses_nothing_and_says_so(void **state)
{
	char preload[512], sign[512], path[512];
	const char *env[] = { preload, sign, NULL };
	struct vt *vt;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	print_message("# NOT TRIED: the sanitizer must be the first library itself\n");
	return;
#endif
	snprintf(preload, sizeof preload, "LD_PRELOAD=%s/tests/screens/full_card.so", BUILDDIR);
	snprintf(path, sizeof path, "%s/card.full", field_dir());
	snprintf(sign, sizeof sign, "FULL_CARD=%s", path);
	vt = field_enter("device", FIELD_PIN, 18, 40, env);
	keys = 0;
	type(vt, "/");
	assert_shows(vt, "拼音首字母");
	type(vt, "dfwb");
	assert_shows(vt, "1/1");
	enter(vt);
	type(vt, "w");
	assert_shows(vt, "第 1/");
	type(vt, "1");
	assert_shows(vt, "第 2/");
	assert_shows(vt, "已存");
	run("touch card.full", "");
	type(vt, "1");
	assert_shows(vt, "没存");
	run("rm card.full", "");
	type(vt, "1");
	assert_shows(vt, "第 3/");
	assert_shows(vt, "已存");
	press(vt, "End");
	assert_shows(vt, "小结");
	run("touch card.full", "");
	enter(vt);
	enter(vt);
	assert_shows(vt, "小结");                /* not saved, nothing gone */
	assert_false(vt_shows(vt, "已签名入账"));
	run("rm card.full", "");
	enter(vt);
	assert_shows(vt, "已签名入账");
	field_leave(vt);
	within("an inspection on a full card", 20);
}

static void the_one_who_fixed_it_cannot_pass_it_and_the_township_can(void **state)
{
	struct vt *vt = home("device");

	(void)state;
	type(vt, "h");
	assert_shows(vt, "堆杂物");
	enter(vt);
	assert_shows(vt, "告知并限期");
	down_to(vt, "告知并限期");
	enter(vt);
	field(vt, "整改责任人");
	text(vt, "林福源");
	press(vt, "F5");
	assert_shows(vt, "已存");
	down_to(vt, "报整改完成");
	enter(vt);
	field(vt, "整改情况");
	text(vt, "已清走");
	press(vt, "F5");
	assert_shows(vt, "已存");
	assert_shows(vt, "待复核");
	assert_false(vt_shows(vt, "复核合格销号"));
	press(vt, "Esc");
	press(vt, "Esc");
	type(vt, "y");
	assert_shows(vt, "没送到");
	enter(vt);
	assert_shows(vt, "新打包 1 个");
	field_leave(vt);
	/* An item of this level is for the township to close. */
	vt = field_enter("town", TOWN_PIN, 24, 80, NULL);
	type(vt, "y");
	assert_shows(vt, "Enter收包");
	enter(vt);
	assert_shows(vt, "给了");
	enter(vt);
	press(vt, "Esc");
	assert_shows(vt, "福源超市地下库房 UG");
	enter(vt);
	assert_shows(vt, "复核  ");
	down_to(vt, "复核  ");
	enter(vt);
	type(vt, "1");
	press(vt, "F5");
	assert_shows(vt, "已存");
	assert_shows(vt, "销号");
	field_leave(vt);
	within("notified, fixed, re-checked and closed", 60);
}

static void the_device_is_handed_to_a_colleague(void **state)
{
	struct vt *vt = home("device");

	(void)state;
	type(vt, "o");
	assert_shows(vt, "添一位工作人员");
	down_to(vt, "添一位工作人员");
	enter(vt);
	text(vt, "孙桂兰");
	text(vt, "975318");
	text(vt, "975318");
	assert_shows(vt, "PIN 设好了");
	press(vt, "Esc");
	type(vt, "l");
	assert_shows(vt, "孙桂兰");
	press(vt, "Down");
	text(vt, "975318");
	assert_shows(vt, "e入网");
	field_leave(vt);
	within("a colleague's first unlock of the same device", 50);
}

static void six_months_offline_it_opens_and_says_what_is_late(void **state)
{
	char program[] = BUILDDIR "/tui/xuncha", option[] = "--profile", path[512], now[] = "--now", at[] = "2027-01-20T09:00", as[] = "--as", who[] = "王秀英";
	char *argv[] = { program, option, path, now, at, as, who, NULL };
	struct vt *vt;

	(void)state;
	snprintf(path, sizeof path, "%s/device", field_dir());
	vt = vt_spawn(18, 40, argv, NULL);
	assert_shows(vt, "PIN");
	vt_keys(vt, FIELD_PIN);
	vt_key(vt, "Enter");
	assert_shows(vt, "09:00");
	assert_shows(vt, "巡查 小餐饮");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_device_becomes_a_member_of_the_township),
		cmocka_unit_test(a_hazard_is_found_and_travels_to_the_township),
		cmocka_unit_test(the_one_who_fixed_it_cannot_pass_it_and_the_township_can),
		cmocka_unit_test(a_mornings_patrol_of_five_places_finds_two_hazards),
		cmocka_unit_test(a_full_card_loses_nothing_and_says_so),
		cmocka_unit_test(the_device_is_handed_to_a_colleague),
		cmocka_unit_test(six_months_offline_it_opens_and_says_what_is_late),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
