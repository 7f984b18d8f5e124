/* A working life in journeys: each a person's errand from the lock screen to what is recorded, with its key strokes counted and bounded,
 * so that none grows unnoticed. They run in order on one township, at 80x24 in Chinese with colours, and again on another with a
 * mode of its own for each, so that every mode is met; with XUNCHA_ALL_MODES=1 on eight townships, each journey in every mode. */
#include "config.h"
#include "tests/screens/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take_mode(void **state)
{
	const struct errand_mode **mode = *state;

	errand_mode = *mode;
}

static void run(const char *command)
{
	char line[2048];

	snprintf(line, sizeof line, "PATH=%s/sync:$PATH; cd %s; ( %s ) >log 2>&1", BUILDDIR, field_dir(), command);
	if (system(line)) {
		print_message("# %s\n", line);
		fail_msg("%s", line);
	}
}

static void enter_as(const char *profile, const char *pin)
{
	errand_start(FIELD_NOW, profile, NULL);
	assert_shows(errand_vt, "PIN");
	field_unlock(errand_vt, pin);
}

static void home(void)
{
	enter_as("device", FIELD_PIN);
}

static void set_folder(const char *profile)
{
	char command[512];

	snprintf(command, sizeof command, "mkdir -p stick; printf '{\"sync_dir\": \"%s/stick\", \"idle_minutes\": 1}' > %s/settings", field_dir(), profile);
	run(command);
}

static void says(const char *zh, const char *en)
{
	assert_shows(errand_vt, errand_in(zh, en));
}

/* The home of the day, which says at its foot what has not arrived. */
static void at_home(void)
{
	says("没送到", errand_mode->cols < 60 ? " unsent" : "not delivered");
}

static void path_of(const char *name, char path[static 512])
{
	snprintf(path, 512, "%s/%s", field_dir(), name);
}

static void a_new_device_becomes_a_member_of_the_township(void **state)
{
	char path[512];

	take_mode(state);
	errand_start(FIELD_NOW, "third", NULL);
	says("第一位工作人员", "first worker");
	errand_press("Enter");
	errand_fill("赵敏");
	errand_fill("864209");
	errand_fill("864208");
	says("两遍不一样", "do not match");
	errand_fill("864209");
	says("打 PIN 后按 Enter", "Type the PIN");
	errand_fill("864209");
	says("还没有入网", "Not enrolled");
	errand_type("e1");
	says("申请文件写到哪里", "write the request");
	path_of("third.request", path);
	vt_keys(errand_vt, path);
	errand_press("Enter");
	says("念给乡镇", "township by phone");
	run("xunchactl --now 2026-07-12T08:31 --profile town --pin-file pin.town enrol grant third.request --role GRID --scope 990101100202 --person 赵敏 --out third.grant;"
	    "xunchactl --profile town root show >code");
	errand_type("2");
	says("乡镇发回的文件", "file from the");
	path_of("third.grant", path);
	vt_keys(errand_vt, path);
	errand_press("Enter");
	says("32 位数", "32 digits");
	vt_keys(errand_vt, field_first_line("code"));
	errand_press("Enter");
	says("入网好了。", "Enrolled.");
	errand_press("Esc");
	at_home();
	errand_leave("first start and enrolment, names and numbers typed", 50);
}

/* To the township by the folder they share, and what it says of that. */
static void send(void)
{
	errand_type("y");
	says("没送到", "undelivered");
	errand_press("Enter");
	says("新打包 1 个", "1 bundles sealed");
}

static void the_township_takes_in(void)
{
	enter_as("town", TOWN_PIN);
	errand_type("y");
	says("收包", "take in");
	errand_press("Enter");
	says("收下 1 包", "Took in 1");
	errand_press("Enter");
	errand_press("Esc");
	assert_shows(errand_vt, "福源超市");
}

static void a_hazard_is_found_and_travels_to_the_township(void **state)
{
	take_mode(state);
	set_folder("device");
	set_folder("manager");
	set_folder("town");
	home();
	errand_down_to("福源超市地下库房");
	errand_press("Enter");
	assert_shows(errand_vt, "1/");
	errand_type("1");
	errand_type("1");
	errand_fill("2");
	errand_type("1");
	errand_type("2");
	says("情况", "What is wrong");
	errand_fill("堆杂物");
	errand_press("F5");
	assert_shows(errand_vt, " 6/");
	errand_press("End");
	assert_shows(errand_vt, "堆杂物");
	errand_press("Enter");
	errand_press("Enter");
	says("已签名入账", "Signed and kept");
	errand_press("Esc");
	send();
	errand_leave("an inspection cut short with a hazard, sent by folder", 40);
	the_township_takes_in();
	errand_type("d");
	assert_shows(errand_vt, "王秀英");
	field_leave(errand_vt);
}

/* Answer an item: a digit; a number wants Enter too. */
static void item(unsigned at, const char *digit)
{
	char next[32];

	snprintf(next, sizeof next, " %u/", at + 1);
	if (vt_shows(errand_vt, errand_mode->cols < 60 ? "1 " : "[1]")) {
		errand_type(digit);
	} else {
		errand_fill("2");
	}
	assert_shows(errand_vt, next);
}

static void patrol(const char *place, bool hazard)
{
	errand_press("Home");
	errand_down_to(place);
	errand_press("Enter");
	for (unsigned i = 1; i <= 4; i++)
		item(i, "1");
	if (hazard) {
		errand_type("2");
		says("情况", "What is wrong");
		errand_press("Tab");
		says("常用语", "phrases");
		errand_type("3");                /* 疏散通道堆放杂物 */
		errand_press("F5");
		assert_shows(errand_vt, " 6/");
	}
	errand_press("End");
	says("没答", "unanswered");
	errand_press("Enter");
	errand_press("Enter");
	if (hazard) {
		says("巡查存下了", "Visit saved");
		errand_press("Esc");
	} else {
		says("已签名入账", "saved and signed");
	}
	at_home();
}

static void a_mornings_patrol_of_five_places_finds_two_hazards(void **state)
{
	static const char *const places[] = { "惠民诊所", "顺风宾馆", "石桥旅社", "丽人美发", "老马饭店" };

	take_mode(state);
	home();
	for (unsigned p = 0; p < sizeof places / sizeof *places; p++)
		patrol(places[p], p % 2);
	errand_type("h");
	assert_shows(errand_vt, "顺风宾馆 CO-0");
	assert_shows(errand_vt, "丽人美发 CO-0");
	errand_press("Esc");
	errand_leave("a morning's patrol: five places, four items each, two hazards", 150);
}

/* A form whose answers the card does not take is not left: when there is room again, the same key leaves it and all is kept. */
static void nothing_unsaved_is_left_behind(const char *const more[])
{
	errand_start(FIELD_NOW, "device", more);
	assert_shows(errand_vt, "PIN");
	field_unlock(errand_vt, FIELD_PIN);
	errand_type("n");
	says("上报隐患", "Report a hazard");
	errand_field("隐患描述", "What is wrong");
	run("touch card.full");
	errand_type("road");
	errand_press("Esc");
	errand_press("Esc");
	says("没有离开", "not left");
	run("rm card.full");
	errand_press("Esc");
	says("草稿已存", "draft saved");
	errand_type("n");
	assert_shows(errand_vt, "road");
	errand_press("Esc");
	errand_leave("a form on a full card", 20);
}

static void a_full_card_loses_nothing_and_says_so(void **state)
{
	char sign[512];
	const char *more[] = { "LD_PRELOAD=" BUILDDIR "/tests/screens/full_card.so", sign, NULL };

	take_mode(state);
#ifdef __SANITIZE_ADDRESS__
	print_message("# NOT TRIED: the sanitizer must be the first library itself\n");
	return;
#endif
	snprintf(sign, sizeof sign, "FULL_CARD=%s/card.full", field_dir());
	errand_start(FIELD_NOW, "device", more);
	assert_shows(errand_vt, "PIN");
	field_unlock(errand_vt, FIELD_PIN);
	errand_type("/");
	says("拼音首字母", "pinyin");
	errand_type("dfwb");
	assert_shows(errand_vt, "1/1");
	errand_press("Enter");
	errand_type("w");
	assert_shows(errand_vt, "1/");
	errand_type("1");
	assert_shows(errand_vt, " 2/");
	says("已存", "saved");
	run("touch card.full");
	errand_type("1");
	says("没存", "not saved");
	run("rm card.full");
	errand_type("1");
	assert_shows(errand_vt, " 3/");
	says("已存", "saved");
	errand_press("End");
	says("小结", "summary");
	run("touch card.full");
	errand_press("Enter");
	errand_press("Enter");
	says("小结", "summary");                 /* not saved, nothing gone */
	assert_false(vt_shows(errand_vt, errand_in("已签名入账", "saved and signed")));
	run("rm card.full");
	errand_press("Enter");
	says("已签名入账", "saved and signed");
	errand_leave("an inspection on a full card", 20);
	nothing_unsaved_is_left_behind(more);
}

static void the_one_who_fixed_it_cannot_pass_it_and_the_township_can(void **state)
{
	take_mode(state);
	home();
	errand_type("h");
	assert_shows(errand_vt, "福源超市");
	errand_press("Enter");
	errand_down_to(errand_in("告知并限期", "Notify with a due date"));
	errand_press("Enter");
	errand_field("整改责任人", "Person who must fix it");
	errand_fill("林福源");
	errand_press("F5");
	says("已存", "saved");
	errand_down_to(errand_in("报整改完成", "Report as fixed"));
	errand_press("Enter");
	errand_field("整改情况", "What was done");
	errand_fill("已清走");
	errand_press("F5");
	says("待复核", "to be re-checked");
	assert_false(vt_shows(errand_vt, errand_in("复核合格销号", "Passed and closed")));
	errand_press("Esc");
	errand_press("Esc");
	send();
	errand_leave("notified and reported as fixed", 40);
	/* An item of this level is for the township to close. */
	the_township_takes_in();
	errand_press("Enter");
	errand_down_to(errand_in("复核  ", "Re-check"));
	errand_press("Enter");
	errand_type("1");
	errand_press("F5");
	says("已存", "saved");
	says("销号", "Closed");
	errand_leave("taken in, re-checked and closed by the township", 20);
}

static void the_device_is_handed_to_a_colleague(void **state)
{
	take_mode(state);
	home();
	errand_type("o");
	errand_down_to(errand_in("添一位工作人员", "add a worker"));
	errand_press("Enter");
	errand_fill("孙桂兰");
	errand_fill("975318");
	errand_fill("975318");
	says("PIN 设好了", "PIN set");
	errand_press("Esc");
	errand_type("l");
	assert_shows(errand_vt, "孙桂兰");
	errand_press("Down");
	errand_fill("975318");
	says("e入网", "e enrol");
	says("还没有入网", "Not enrolled yet");          /* the records of the one before are here: nothing is lost */
	errand_leave("a colleague's first unlock of the same device", 50);
}

static void six_months_offline_it_opens_and_says_what_is_late(void **state)
{
	take_mode(state);
	errand_start("2027-01-20T09:00", "device", NULL);
	assert_shows(errand_vt, "PIN");
	field_select(errand_vt, "王秀英");
	field_unlock(errand_vt, FIELD_PIN);
	assert_shows(errand_vt, "09:00");
	says("逾期 162天", "162 d late");
	errand_down_to("老马饭店");
	field_leave(errand_vt);
}

static const struct journey { const char *name; CMUnitTestFunction run; } journeys[] = {
#define JOURNEY(function) { #function, function }
	JOURNEY(a_new_device_becomes_a_member_of_the_township),
	JOURNEY(a_hazard_is_found_and_travels_to_the_township),
	JOURNEY(the_one_who_fixed_it_cannot_pass_it_and_the_township_can),
	JOURNEY(a_mornings_patrol_of_five_places_finds_two_hazards),
	JOURNEY(a_full_card_loses_nothing_and_says_so),
	JOURNEY(the_device_is_handed_to_a_colleague),
	JOURNEY(six_months_offline_it_opens_and_says_what_is_late),
#undef JOURNEY
};
enum { JOURNEYS = sizeof journeys / sizeof *journeys };
_Static_assert(JOURNEYS == ERRAND_MODES - 1, "the second township meets every other mode once");

/* The first township sees all of them in the first mode; every further one moves each journey on among the others. */
static const struct errand_mode *mode_of(size_t township, size_t journey)
{
	return &errand_modes[township ? 1 + (journey + township - 1) % JOURNEYS : 0];
}

static int another_township(void **state)
{
	return (*field_dir() && field_teardown(state)) || field_setup(state);
}

int main(void)
{
	static struct CMUnitTest tests[ERRAND_MODES * JOURNEYS];
	static char names[ERRAND_MODES * JOURNEYS][128];
	static const struct errand_mode *modes[ERRAND_MODES * JOURNEYS];
	const size_t townships = getenv("XUNCHA_ALL_MODES") ? ERRAND_MODES : 2;
	size_t n = 0;

	for (size_t t = 0; t < townships; t++) {
		for (size_t j = 0; j < JOURNEYS; j++, n++) {
			const struct errand_mode *mode = modes[n] = mode_of(t, j);

			snprintf(names[n], sizeof names[n], "%s %dx%d %s%s", journeys[j].name, mode->cols, mode->rows, mode->lang, mode->mono ? " mono" : "");
			tests[n] = (struct CMUnitTest){ names[n], journeys[j].run, j ? NULL : another_township, NULL, &modes[n] };
		}
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("journeys", tests, n, NULL, field_teardown) != 0;
}
