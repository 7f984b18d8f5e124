/* What a grid worker has in hand besides the keyboard: a receiver, a camera, words from before, an old terminal.
 * Receiver and camera are stand-in commands such as Termux has (termux-location, termux-camera-photo). */
#include "config.h"
#include "tests/screens/field.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What termux-location prints, 80 m from 老马饭店; beside it, what a child of ours was given. */
#define LOCATION "#!/bin/sh\nd=%s\n" \
	"{ [ -t 0 ] || [ -t 1 ] || echo no terminal; grep SigIgn /proc/self/status; ls -l /proc/self/fd | grep -c device; } >$d/child.$$; mv $d/child.$$ $d/child\n" \
	"printf '{\\n  \"latitude\": 38.909, \"longitude\": 83.201,\\n  \"altitude\": 900.5, \"accuracy\": 8.2, \"provider\": \"gps\"\\n}\\n'\n"
#define CAMERA "#!/bin/sh\n[ \"$1\" = -c ] && shift 2\nprintf 'a picture' >\"$1\"\n"
#define SILENT "#!/bin/sh\necho $$ >%s/silent.pid\nexec sleep 600\n"

static void script(const char *name, const char *format)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", field_dir(), name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, format, field_dir());
	fclose(f);
	assert_int_equal(chmod(path, 0700), 0);
}

static void settings(const char *position)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/device/settings", field_dir());
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "{\"position\": \"%s/%s\", \"photo\": \"%s/camera -c 0 \\\"$1\\\"\"}", field_dir(), position, field_dir());
	fclose(f);
}

static void contents(const char *name, char *out, size_t size)
{
	char path[512];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", field_dir(), name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	fclose(f);
}

static struct vt *enter(int rows, int cols, const char *const env[])
{
	return field_enter("device", FIELD_PIN, rows, cols, env);
}

static void walk(struct vt *vt, const char *initials)
{
	vt_keys(vt, "/");
	assert_shows(vt, "拼音首字母");
	vt_keys(vt, initials);
	assert_shows(vt, "1/1");
	vt_key(vt, "Enter");
	assert_shows(vt, "开始巡查");
	vt_keys(vt, "w");
	assert_shows(vt, "第 ");
}

static void with_a_position_the_nearest_place_stands_first(void **state)
{
	char child[256];
	struct vt *vt;

	(void)state;
	script("location", LOCATION);
	script("camera", CAMERA);
	settings("location");
	vt = enter(24, 80, NULL);
	vt_keys(vt, "p");
	assert_shows(vt, "s排序");
	vt_keys(vt, "s");
	assert_shows(vt, "近的在前");
	vt_keys(vt, "2");
	assert_shows(vt, "(近的在前)");
	assert_shows(vt, "约 80 米");
	field_settle(vt);
	assert_true(vt_selected(vt, "老马饭店"));
	field_leave(vt);
	/* The command got no terminal, default signals, and no file of ours. */
	contents("child", child, sizeof child);
	assert_non_null(strstr(child, "no terminal"));
	assert_non_null(strstr(child, "SigIgn:\t0000000000000000"));
	assert_string_equal(child + strlen(child) - 3, "\n0\n");
}

static void lists_are_filtered_by_what_people_ask_and_sorted(void **state)
{
	struct vt *vt = enter(24, 80, NULL);

	(void)state;
	vt_keys(vt, "pf");
	assert_shows(vt, "还没查过的");
	vt_keys(vt, "hmcg");                     /* found by its initials */
	assert_hides(vt, "我记的");
	vt_key(vt, "Enter");
	assert_shows(vt, "> 还没查过的");
	vt_keys(vt, "s");
	assert_shows(vt, "按风险等级");
	vt_key(vt, "Esc");
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
	field_leave(vt);
}

static void a_hazard_has_words_pictures_and_place_without_typing(void **state)
{
	struct vt *vt = enter(24, 80, NULL);

	(void)state;
	walk(vt, "hmzs");
	vt_keys(vt, "f");
	assert_shows(vt, "照片 1 张");
	vt_keys(vt, "f");
	assert_shows(vt, "照片 2 张");
	vt_keys(vt, "2");
	assert_shows(vt, "> 情况");
	assert_shows(vt, "北纬 38.9090000 东经 83.2010000 WGS84 约8米");
	vt_key(vt, "Tab");
	assert_shows(vt, "灭火器压力在红区");
	vt_keys(vt, "mhq");                      /* 灭火器 */
	assert_hides(vt, "疏散通道堆放杂物");
	vt_key(vt, "Enter");
	assert_shows(vt, "> 级别");
	vt_key(vt, "Down");
	assert_shows(vt, "> 当场整改");
	vt_keys(vt, "1");
	assert_shows(vt, "整改后照片");
	vt_key(vt, "F6");
	assert_shows(vt, "> 整改后照片");
	vt_key(vt, "F6");
	assert_shows(vt, "> 位置");
	vt_key(vt, "F5");
	assert_shows(vt, "第 2/");
	vt_key(vt, "End");
	assert_shows(vt, "责任人签收");
	for (int i = 0; i < 8 && !vt_selected(vt, "责任人签收"); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	vt_key(vt, "Enter");
	assert_shows(vt, "签收");
	vt_keys(vt, "邓小梅");
	vt_key(vt, "Enter");
	assert_shows(vt, "邓小梅");
	vt_key(vt, "Home");                     /* the button */
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "再按一次");
	vt_key(vt, "Enter");
	assert_shows(vt, "巡查存下了");
	field_leave(vt);
}

static void what_was_said_here_before_is_one_key_away(void **state)
{
	struct vt *vt = enter(18, 40, NULL);

	(void)state;
	walk(vt, "hmzs");
	assert_shows(vt, "上次  07-12: 不符合");
	vt_keys(vt, "h");
	assert_shows(vt, "07-12  不符合  王秀英");
	assert_shows(vt, "灭火器压力在红区");
	field_golden(vt, "before-40x18");
	vt_key(vt, "Esc");
	field_leave(vt);
}

static bool runs(const char *pid)
{
	char path[64], line[512] = "";
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", atoi(pid));
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(line, sizeof line, f))
		*line = '\0';
	fclose(f);
	return *line && !strstr(line, ") Z ");
}

/* Under the hands of somebody who walks it. */
static void a_place_that_was_struck_off_says_so_wherever_it_stands(void **state)
{
	struct vt *vt = enter(24, 80, NULL);

	(void)state;
	walk(vt, "qqyc");
	vt_keys(vt, "1");
	assert_shows(vt, "已存");
	field_settle(vt);
	field_leave(vt);
	field_run("echo '{\"status\":\"gone\"}' >gone.json; xunchactl --profile device --pin-file pin.device --now 2026-07-12T08:40 record submit --form place_edit --row places:=name:清泉浴池 --answers gone.json");
	vt = enter(24, 80, NULL);
	assert_shows(vt, "接着做");
	assert_shows(vt, "清泉浴池 [核销]");
	vt_keys(vt, "p/qqyc");
	assert_shows(vt, "1/1");
	assert_shows(vt, "清泉浴池 [核销]");
	vt_key(vt, "Enter");
	assert_shows(vt, "场所与点位 > 清泉浴池 [核销]");
	vt_keys(vt, "w");
	assert_shows(vt, "巡查 > 清泉浴池 [核销]");
	assert_shows(vt, "第 2/");                            /* and what was begun may be finished */
	field_leave(vt);
}

static void a_receiver_that_says_nothing_holds_nobody_up(void **state)
{
	char pid[32] = "";
	struct vt *vt;

	(void)state;
	script("silent", SILENT);
	settings("silent");
	vt = enter(24, 80, NULL);
	walk(vt, "lmfd");
	vt_keys(vt, "1");
	assert_shows(vt, "第 2/");
	vt_keys(vt, "2");
	assert_shows(vt, "> 情况");
	for (int i = 0; i < 16 && !vt_shows(vt, "> 位置"); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	vt_key(vt, "F6");
	assert_shows(vt, "Esc 停");
	vt_key(vt, "Esc");
	assert_shows(vt, "停下了");
	assert_shows(vt, "> 位置");
	field_leave(vt);
	contents("silent.pid", pid, sizeof pid);
	for (int i = 0; i < 100 && runs(pid); i++)
		poll(NULL, 0, 20);
	assert_false(runs(pid));                 /* none is left behind */
}

static void an_old_terminal_without_colour_or_locale_is_enough_for_a_walk(void **state)
{
	static const char *const worlds[][3] = {
		{ "TERM=vt220", "LC_ALL=C", NULL }, { "TERM=vt100", "NO_COLOR=1", NULL }, { "NO_COLOR=1", "LC_ALL=POSIX", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
		struct vt *vt = enter(24, 80, worlds[i]);
		int row, col, at_row, at_col;
		bool visible;

		walk(vt, "dfwb");
		vt_keys(vt, "1");
		field_settle(vt);
		assert_shows(vt, "已存");
		assert_shows(vt, "不符合即 ");           /* the level is a word */
		vt_key(vt, "Esc");
		vt_key(vt, "Esc");
		field_settle(vt);
		assert_true(vt_find(vt, "东风网吧", &row, &col));
		vt_cursor(vt, &at_row, &at_col, &visible);
		assert_true(at_row >= 2);
		field_leave(vt);
	}
}

static struct vt *enter_at(const char *when)
{
	struct vt *vt = field_start_at(when, "device", 18, 40, NULL);

	field_unlock(vt, FIELD_PIN);
	return vt;
}

/* A battery that was out for long, a hand that set the year wrong. */
static void a_clock_that_cannot_be_right_is_told_once_and_keeps_nobody_out(void **state)
{
	static const char *const wrong[] = { "2001-01-01T08:00", "2035-06-01T08:00" };
	struct vt *vt;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char day[16];

		vt = enter_at(wrong[i]);
		snprintf(day, sizeof day, "%.10s", wrong[i]);
		assert_shows(vt, "不对? 按 y 看怎么办");
		assert_shows(vt, day);
		vt_keys(vt, "y");
		assert_shows(vt, "设备时间看来不对");
		assert_shows(vt, day);
		vt_key(vt, "Esc");
		assert_hides(vt, "设备时间看来不对");
		assert_hides(vt, "不对?");
		vt_keys(vt, "l");
		assert_shows(vt, "PIN");
		field_unlock(vt, FIELD_PIN);
		assert_false(vt_shows(vt, "不对?"));           /* it was told */
		walk(vt, "lmfd");
		vt_keys(vt, "1");
		assert_shows(vt, "已存");
		if (i) {
			field_leave(vt);
			continue;
		}
		/* The battery goes, and with it the clock: first what was being filled, then the word about the clock. */
		kill(vt_pid(vt), SIGKILL);
		vt_wait_exit(vt, PATIENCE);
		vt_free(vt);
		vt = enter_at(wrong[i]);
		assert_shows(vt, "已存");
		assert_false(vt_shows(vt, "不对?"));
		vt_key(vt, "Esc");
		assert_shows(vt, "草稿已存");
		vt_keys(vt, "h");
		assert_shows(vt, "隐患");
		vt_key(vt, "Esc");
		assert_shows(vt, "不对? 按 y 看怎么办");
		field_leave(vt);
	}
	vt = enter_at("2026-12-01T08:00");
	assert_false(vt_shows(vt, "不对?"));
	vt_keys(vt, "y");
	assert_shows(vt, "本机记录");
	assert_false(vt_shows(vt, "设备时间"));
	field_leave(vt);
}

/* Where the receiver tells the time as gpsd does, it makes the times of what is recorded sure, though the clock stands hours off. */
static void the_satellites_say_when_a_record_was(void **state)
{
	struct vt *vt;

	(void)state;
	script("satellites", "#!/bin/sh\n# %s\necho '{\"class\":\"TPV\",\"mode\":3,\"time\":\"2026-12-02T00:30:00.000Z\",\"lat\":38.909,\"lon\":83.201,\"eph\":8.0}'\n");
	settings("satellites");
	field_run("xunchactl --profile device --pin-file pin.device --now 2026-12-02T02:00 record submit --form walk_CA --row places:=name:老马饭店 --answers \"$SRCDIR\"/packaging/demo/inspection.json");
	vt = enter_at("2026-12-02T02:00");
	vt_keys(vt, "ps2");
	assert_shows(vt, "(近的在前)");                       /* it was heard */
	field_leave(vt);
	field_run("xunchactl --profile device --pin-file pin.device --now 2026-12-02T02:05 --json clock | grep -q '\"by\": *\"gps\"'");
	field_run("xunchactl --profile device --pin-file pin.device --now 2026-12-02T02:05 --json clock | grep -q '\"now\": *\"2026-12-02T08:3'");
	settings("nothing");
}

/* No network, no satellites: there is a watch. */
static void a_person_says_what_time_it_is_and_is_asked_no_more(void **state)
{
	struct vt *vt = enter_at("2035-06-01T08:00");

	(void)state;
	vt_keys(vt, "y");
	assert_shows(vt, "设备时间看来不对");
	vt_keys(vt, "t");
	assert_shows(vt, "2035-06-01 08:0");
	vt_key(vt, "Esc");
	assert_shows(vt, "设备时间看来不对");                /* going back says nothing */
	field_ask(vt, "t", "现在几点", "2001-01-01 08:00");
	assert_shows(vt, "比本程序还早");
	field_ask(vt, "t", "现在几点", "yesterday");
	assert_shows(vt, "不是时间");
	field_ask(vt, "t", "现在几点", "2026-12-01 08:00");
	assert_shows(vt, "设备时间还没改对");
	assert_shows(vt, "2026-12-01 08:0");                 /* what it is */
	field_leave(vt);
	vt = enter_at("2026-12-01T08:02");                    /* set right meanwhile */
	assert_false(vt_shows(vt, "不对?"));
	vt_keys(vt, "y");
	assert_shows(vt, "本机记录");
	assert_false(vt_shows(vt, "设备时间"));
	field_leave(vt);
	/* The clock was right all along, and only far from what was known. */
	vt = enter_at("2029-06-01T08:00");
	assert_shows(vt, "不对? 按 y 看怎么办");
	vt_keys(vt, "yt");
	vt_key(vt, "Enter");
	assert_shows(vt, "时间是您核对过的");
	assert_hides(vt, "设备时间看来不对");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_a_position_the_nearest_place_stands_first),
		cmocka_unit_test(lists_are_filtered_by_what_people_ask_and_sorted),
		cmocka_unit_test(a_hazard_has_words_pictures_and_place_without_typing),
		cmocka_unit_test(what_was_said_here_before_is_one_key_away),
		cmocka_unit_test(a_place_that_was_struck_off_says_so_wherever_it_stands),
		cmocka_unit_test(a_receiver_that_says_nothing_holds_nobody_up),
		cmocka_unit_test(an_old_terminal_without_colour_or_locale_is_enough_for_a_walk),
		cmocka_unit_test(a_clock_that_cannot_be_right_is_told_once_and_keeps_nobody_out),
		cmocka_unit_test(a_person_says_what_time_it_is_and_is_asked_no_more),
		cmocka_unit_test(the_satellites_say_when_a_record_was),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
