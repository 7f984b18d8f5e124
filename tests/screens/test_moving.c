/* People are moved to safety: the households of a warning ticked off one key each, those who need someone first at the top, each tick
 * on disk at once, for twelve households and for three hundred; and home again. */
#include "config.h"
#include "tests/screens/errand.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MANY = 300, BEFORE_KILL = 40, TICK_MS = 400 };

static void write_file(const char *name, const char *words)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", field_dir(), name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(words, f);
	fclose(f);
}

static void submit(const char *form, const char *answers, const char *at)
{
	char line[1024];

	snprintf(line, sizeof line, "on manager %s record submit --form %s --answers %s", at, form, answers);
	field_run(line);
}

/* A warning heard at this time of the mode's day, its call list made from the registers, the list of those to be moved on the screen. */
static void open_list(const char *clock)
{
	char at[32];

	snprintf(at, sizeof at, "2026-07-%02dT%s", errand_day(), clock);
	write_file("warning.json", "{\"issuer\": \"县气象台\", \"kind\": \"flash_flood\", \"level\": \"2\", \"summary\": \"未来3小时有山洪\"}");
	submit("warning_new", "warning.json", at);
	errand_open(clock);
	errand_type("w");
	errand_type("g");
	errand_type("t");
}

static void lift(void)
{
	errand_type("e");
	errand_press("F5");
	errand_type("1");
	errand_press("F5");
}

static void evening(void)
{
	unsigned arrived = errand_count("callouts", "${state} = 'arrived'"), at_school = errand_count("callouts", "${state} = 'arrived' and ${settle} = 'shelter' and ${shelter} != '' and ${moved_at} != '' and ${moved_by} != ''");

	open_list("23:40");
	for (int i = 0; i < 3; i++)             /* those who need someone first stand first */
		assert_true(vt_selected(errand_vt, i == 0 ? "白玉珍" : i == 1 ? "葛玉兰" : "段小芳")), errand_type("1");
	errand_type("3");                       /* one is on the way */
	errand_type("4");                       /* one refuses */
	errand_type("1111");
	errand_type("u");                       /* the last was a slip: back to it */
	assert_true(vt_selected(errand_vt, "任秋菊"));
	errand_type("2");                       /* they went to relatives */
	errand_type("b");                       /* the rest I bring myself */
	errand_type("111");
	errand_type("1");                       /* the next that is still there is the one on the way */
	assert_shows(errand_vt, errand_in("到位 11/12", "arrived 11/12"));
	errand_press("Esc");
	assert_shows(errand_vt, errand_in("到位 11/12", "arrived 11/12"));      /* on the page of the warning too */
	lift();
	errand_leave("twelve households moved, one by one", 40);
	assert_int_equal(errand_count("callouts", "${state} = 'arrived'"), arrived + 11);
	assert_int_equal(errand_count("callouts", "${state} = 'arrived' and ${settle} = 'shelter' and ${shelter} != '' and ${moved_at} != '' and ${moved_by} != ''"), at_school + 5);
	assert_true(errand_count("callouts", "${moved_by} = '李军'") >= 3);
	assert_true(errand_count("callouts", "${state} = 'refused' and ${moved_at} = ''") >= 1);
	assert_true(errand_count("warnings", "${homes_moved} = 11 and ${people_moved} = 36") >= 1);
}

static void twelve_households_are_ticked_off_by_one_key_each_and_who_need_it_go_first(void **state)
{
	(void)state;
	errand_in_modes(evening, 7);
}

/* One that did not go home: one key takes it back, once; the record stays, corrected, with the reason. The next one is another record. */
static void taken_back(void)
{
	errand_type("u");
	assert_shows(errand_vt, "撤回了: 刚才那一户没有回家");
	assert_shows(errand_vt, "回家 1");
	assert_true(vt_selected(errand_vt, "葛玉兰"));
	assert_false(vt_shows(errand_vt, "u撤回"));
	assert_int_equal(errand_count("households", "${return_by} = '镇长 赵明' and ${returned_at} != ''"), 1);
	assert_int_equal(errand_count("households", "${head} = '葛玉兰' and ${return_by} = '' and ${returned_at} = ''"), 1);
	errand_type("5");
	errand_press("Enter");
	assert_shows(errand_vt, "回家 2");
}

static void the_log_says_why(void)
{
	errand_open("04:40");
	errand_type("g");
	errand_type("7");                       /* 住户与转移 */
	errand_type("/");
	errand_type("gyl");
	errand_press("Enter");
	errand_type("h");
	errand_press("End");
	assert_shows(errand_vt, "理由: 按错了, 这户没有回家");
	field_leave(errand_vt);
}

/* They go home when somebody has said so: who, is asked once; of those who are not away nothing is recorded. What the warning's people
 * were moved stays counted. */
static void the_moved_go_home_when_it_is_allowed_and_not_before(void **state)
{
	(void)state;
	errand_mode = errand_modes;
	open_list("04:00");
	errand_type("111");
	errand_type("5");                       /* nobody was moved from there yet */
	assert_false(vt_shows(errand_vt, "谁批准返回的"));
	errand_press("Home");
	errand_type("5");
	assert_shows(errand_vt, "预警还没解除");
	errand_press("Esc");
	assert_shows(errand_vt, "没存: 没说是谁批准的");
	assert_false(vt_shows(errand_vt, "回家 1"));
	errand_press("Esc");
	lift();
	write_file("lifted.json", "{}");
	submit("warning_lift --row warnings:=summary:未来3小时有山洪", "lifted.json", "2026-07-12T04:30");
	errand_press("Esc");
	errand_type("w");                       /* it runs no more: from the register */
	errand_press("Enter");
	errand_type("t");
	errand_press("Home");
	errand_type("5");
	assert_shows(errand_vt, "谁批准返回的");
	assert_false(vt_shows(errand_vt, "预警还没解除"));
	errand_fill("镇长 赵明");
	assert_shows(errand_vt, "回家 1");
	assert_true(vt_selected(errand_vt, "葛玉兰"));       /* the next that is away */
	errand_type("5");
	assert_shows(errand_vt, "谁批准返回的");           /* a slip is left by Esc; the same person's word stands there */
	assert_shows(errand_vt, "镇长 赵明");
	errand_press("Esc");
	assert_shows(errand_vt, "回家 1");
	errand_type("5");
	assert_shows(errand_vt, "镇长 赵明");
	errand_press("Enter");
	assert_shows(errand_vt, "回家 2");
	taken_back();
	errand_press("Home");
	errand_type("5");                       /* is home already */
	errand_type("1");                       /* and had to leave once more */
	assert_shows(errand_vt, "回家 1");
	assert_shows(errand_vt, "到位 3/12");
	field_leave(errand_vt);
	assert_int_equal(errand_count("households", "${return_by} = '镇长 赵明' and ${returned_at} != ''"), 2);
	the_log_says_why();
}

/* The blue warning becomes a red one, with a list of its own: nobody goes to fetch a family that left an hour ago. */
static void who_left_for_the_first_warning_is_seen_to_have_gone_in_the_second(void **state)
{
	(void)state;
	errand_mode = errand_modes;
	open_list("05:00");
	assert_true(vt_selected(errand_vt, "白玉珍"));
	errand_type("1");
	assert_shows(errand_vt, "到位 1/12");
	field_leave(errand_vt);
	write_file("red.json", "{\"issuer\": \"县气象台\", \"kind\": \"flash_flood\", \"level\": \"1\", \"summary\": \"升级\"}");
	submit("warning_new", "red.json", "2026-07-12T05:10");
	errand_open("05:10");
	errand_press("Enter");                  /* the graver one stands first */
	assert_shows(errand_vt, "一级");
	errand_type("g");
	errand_type("t");
	assert_shows(errand_vt, "到位 0/12");
	assert_shows(errand_vt, "[~]  白玉珍");
	assert_shows(errand_vt, "已走 05:0");
	assert_true(vt_selected(errand_vt, "白玉珍"));
	errand_type("1");                       /* whoever has this list has seen them there: it counts here too */
	assert_shows(errand_vt, "到位 1/12");
	errand_press("Esc");
	lift();
	errand_press("Esc");
	errand_press("Enter");
	assert_shows(errand_vt, "二级");
	lift();
	errand_press("Esc");
	field_leave(errand_vt);
}

/* One household more a line; every seventh needs someone. */
static void three_hundred(void)
{
	struct buf b = { 0 };

	for (int i = 14; i < MANY; i++)
		buf_printf(&b, "%s{\"code\": \"后河%03d\", \"head\": \"无名%03d\", \"address\": \"石桥村后河%d号\", \"people\": 2, \"danger\": \"river\", \"settle\": \"relatives\"%s}",
		           i == 14 ? "[" : ", ", i, i, i, i % 7 ? "" : ", \"vulnerable\": \"old\"");
	buf_puts(&b, "]");
	write_file("many.json", buf_str(&b));
	buf_clear(&b);
	submit("household_new", "many.json", "2026-07-15T20:00");
}

/* How many were moved goes into the report without being counted or typed again. */
static void the_number_of_people_moved_goes_into_the_report(void **state)
{
	(void)state;
	errand_mode = errand_modes;
	open_list("05:00");
	errand_type("111");
	assert_shows(errand_vt, "到位 3/12");
	errand_type("r");
	errand_press("Enter");
	errand_type("山洪");
	errand_press("Enter");
	errand_fill("河街");
	errand_fill("河水上岸");
	errand_press("F5");
	assert_shows(errand_vt, "到位 3/12");
	errand_press("Esc");
	lift();
	field_leave(errand_vt);
	assert_int_equal(errand_count("incidents", "${moved} = 4 and ${where} = '河街'"), 1);
}

/* Two households of whom nobody has said where they go, and a second incident that goes on. */
static void nowhere(void)
{
	write_file("nowhere.json", "[{\"code\": \"河边9号\", \"head\": \"无处去\", \"address\": \"石桥村河边9号\", \"people\": 3, \"danger\": \"river\"}, "
	           "{\"code\": \"河边10号\", \"head\": \"没去处\", \"address\": \"石桥村河边10号\", \"people\": 6, \"danger\": \"river\"}]");
	submit("household_new", "nowhere.json", "2026-07-12T05:20");
	write_file("incident.json", "{\"event\": \"flood\", \"where\": \"河堤口\", \"brief\": \"堤脚渗水\", \"reported\": \"2026-07-12T05:21\", \"occurred\": \"2026-07-12T05:10\"}");
	submit("incident_new", "incident.json", "2026-07-12T05:22");
}

static void tick(const char *name, const char *digits)
{
	errand_press("Home");
	errand_down_to(name);
	errand_type(digits);
}

/* A wrong tick that was taken back leaves no place behind: the next one is as the list had it, and who had arrived before is back where
 * they were. Where nobody has said a place, one is asked for; without an answer nothing is kept, and it is said. */
static void wrong_ticks(void)
{
	unsigned arrived = errand_count("callouts", "${state} = 'arrived'");

	tick("任秋菊", "");
	write_file("moving.json", "{\"state\": \"moving\"}");
	submit("callout_move --row callouts:=name:没去处", "moving.json", "2026-07-12T05:31");      /* by another hand, meanwhile */
	errand_type("y");                       /* no key of this screen: only looks */
	assert_shows(errand_vt, "路上 1");
	assert_true(vt_selected(errand_vt, "任秋菊"));
	errand_type("2u");
	assert_true(vt_selected(errand_vt, "任秋菊"));
	errand_type("1");
	tick("任秋菊", "2u");
	tick("无处去", "1");
	assert_shows(errand_vt, "拼音首字母");
	errand_press("Esc");
	assert_shows(errand_vt, "没存: 没选安置点。1 再选, 2 投亲");
	assert_true(vt_selected(errand_vt, "无处去"));
	assert_int_equal(errand_count("callouts", "${state} = 'arrived'"), arrived + 1);
	errand_type("2u1");
	assert_shows(errand_vt, "拼音首字母");
	errand_press("Enter");
	assert_shows(errand_vt, "到位 2/14");
}

/* A call that finds them at the shelter asks which, as a tick does. */
static void arrived_by_a_call(void)
{
	errand_press("Esc");
	tick("没去处", "7");
	assert_shows(errand_vt, "拼音首字母");
	errand_press("Esc");
	assert_shows(errand_vt, "没存: 没选安置点。7 再选");
	assert_true(vt_selected(errand_vt, "没去处"));
	errand_type("7");
	errand_press("Enter");
	assert_shows(errand_vt, "已存: 已到安置点");
}

static void a_tick_taken_back_leaves_no_place_and_where_none_is_known_it_is_asked(void **state)
{
	static const char *const at_a_shelter = "${name} = '%s' and ${state} = 'arrived' and ${settle} = 'shelter' and ${shelter} != ''";
	static const char *const names[] = { "任秋菊", "无处去", "没去处" };
	char where[3][256];
	unsigned before[3];

	(void)state;
	errand_mode = errand_modes;
	for (int i = 0; i < 3; i++) {
		snprintf(where[i], sizeof where[i], at_a_shelter, names[i]);
		before[i] = errand_count("callouts", where[i]);
	}
	nowhere();
	open_list("05:30");
	wrong_ticks();
	errand_type("r");
	assert_shows(errand_vt, "报到哪一件");         /* two go on */
	errand_down_to("河堤口");
	errand_press("Enter");
	errand_press("F5");
	assert_shows(errand_vt, "到位 2/14");
	arrived_by_a_call();
	lift();
	field_leave(errand_vt);
	for (int i = 0; i < 3; i++)
		assert_int_equal(errand_count("callouts", where[i]), before[i] + 1);
	assert_int_equal(errand_count("incidents", "${moved} = 5 and ${where} = '河堤口'"), 1);
	assert_int_equal(errand_count("incidents", "${moved} = 4 and ${where} = '河街'"), 1);
}

static int64_t ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void three_hundred_households_survive_a_kill_in_the_middle(void **state)
{
	unsigned before, kept;
	int64_t began;
	char words[32];

	(void)state;
	errand_mode = &errand_modes[0];
	three_hundred();
	open_list("21:00");
	assert_shows(errand_vt, "到位 0/300");
	before = errand_count("callouts", "${state} = 'arrived'");
	began = ms();
	for (int i = 1; i <= BEFORE_KILL; i++) {
		vt_keys(errand_vt, "1");
		snprintf(words, sizeof words, "到位 %d/300", i);
		assert_shows(errand_vt, words);
	}
	began = (ms() - began) / BEFORE_KILL;
	print_message("# a tick among %d households, from the key to the whole frame: %d ms\n", MANY, (int)began);
	assert_in_range(began, 0, TICK_MS);
	vt_keys(errand_vt, "1111111111");       /* and the battery goes while more are being ticked */
	kill(vt_pid(errand_vt), SIGKILL);
	vt_wait_exit(errand_vt, PATIENCE);
	vt_free(errand_vt);
	kept = errand_count("callouts", "${state} = 'arrived'") - before;
	assert_in_range(kept, BEFORE_KILL, BEFORE_KILL + 10);
	errand_open("21:10");
	errand_type("w");
	errand_type("t");
	snprintf(words, sizeof words, "到位 %u/300", kept);
	assert_shows(errand_vt, words);
	errand_type("1");
	snprintf(words, sizeof words, "到位 %u/300", kept + 1);
	assert_shows(errand_vt, words);
	errand_type("/");                       /* one of many, by name */
	errand_type("wm299");
	assert_true(vt_selected(errand_vt, "无名299"));
	errand_press("Enter");
	assert_true(vt_selected(errand_vt, "无名299"));
	errand_type("3");
	assert_shows(errand_vt, "路上 1");
	field_leave(errand_vt);
	assert_int_equal(errand_count("callouts", "${state} = 'moving' and ${name} = '无名299'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_moved_go_home_when_it_is_allowed_and_not_before),
		cmocka_unit_test(twelve_households_are_ticked_off_by_one_key_each_and_who_need_it_go_first),
		cmocka_unit_test(the_number_of_people_moved_goes_into_the_report),
		cmocka_unit_test(who_left_for_the_first_warning_is_seen_to_have_gone_in_the_second),
		cmocka_unit_test(a_tick_taken_back_leaves_no_place_and_where_none_is_known_it_is_asked),
		cmocka_unit_test(three_hundred_households_survive_a_kill_in_the_middle),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
