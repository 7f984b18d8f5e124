/* A card that takes nothing more, under every way of keeping something: what the person entered stands on the screen, it says what
 * happened and what to do, and once there is room the same key keeps it, exactly once. And slips of a finger, which are taken back by one. (Walks and forms: test_journeys; pictures:
 * test_photos.) */
#include "config.h"
#include "tests/faults/trap.h"
#include "tests/screens/crawl.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"
#include "tests/screens/hand.h"

#include "forms/base/clock.h"
#include "sync/ledger/rows/listing.h"
#include "tui/screens/alarm/warning.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/form/moments.h"
#include "tui/screens/form/tally.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void full(void)
{
	trap_fail(field_dir(), TRAP_WRITE, 1, true, ENOSPC);
}

static void room(void)
{
	trap_fail(field_dir(), 0, 0, false, 0);
}

static void open_view(struct kit_view *v)
{
	assert_non_null(v);
	crawl_home(&hand_stack);
	kit_stack_push(&hand_stack, v);
	glass_show(&hand_stack);
}

static void at(const char *time)
{
	int64_t ms;

	assert_true(clock_parse_time(time, 480, &ms));
	clock_set(ms);
}

/* How many rows hold `where`; the last of them. */
static unsigned rows(const char *reg, const char *where, struct row_id *last)
{
	struct listing *l = NULL;
	unsigned n;

	assert_ok(listing_open(crawl_app.profile, &(struct listing_query){ .reg = reg, .where = where }, &l));
	n = listing_count(l);
	if (n && last) {
		struct row row = { .id = { .index = 0 } };

		assert_ok(listing_row(l, n - 1, &row));
		*last = row.id;
		row_clear(&row);
	}
	listing_close(l);
	return n;
}

static void submit(const char *form, const struct row_id *subject, const char *const answers[][2])
{
	struct filling *f = NULL;
	struct row_id made;
	enum err e;

	assert_ok(filling_begin(&crawl_app, form, subject, &f));
	e = ERR_OK;
	for (size_t i = 0; !e && answers[i][0]; i++)
		e = filling_put(f, answers[i][0], answers[i][1]);
	assert_ok(filling_keep(f, e, &made));
}

static void down_to(const char *words)
{
	for (int i = 0; i < 40; i++) {
		struct buf all = { 0 };
		const char *line;
		bool there;

		glass_text(&all, false);
		line = strstr(buf_str(&all), "\n>");
		there = line && strstr(line, words) && strstr(line, words) < strchr(line + 1, '\n');
		buf_clear(&all);
		if (there)
			return;
		hand_press(KIT_FN | KEY_DOWN);
	}
	hand_shows("no such row");
}

static void ticks_of_a_roll_are_kept_by_the_same_key(void **state)
{
	struct filling *f = NULL;
	struct row_id team;

	(void)state;
	assert_true(rows("teams", "${name} = '石桥村应急队'", &team) == 1);
	assert_ok(filling_begin(&crawl_app, "training_new", &team, &f));
	open_view(screen_form_new(f));
	down_to("点名");
	hand_press(KIT_ENTER);
	hand_shows("0/30 点过");
	full();
	hand_press('2');
	hand_shows("存储满了");
	hand_shows("1/30 点过  还没存");
	hand_press('2');                             /* a second try, and no turning back */
	hand_shows("1/30 点过  还没存");
	room();
	hand_press('2');
	hand_shows("1/30 点过  已存");
	hand_shows("迟到 1");
	hand_press('3');                             /* the cursor has gone on to the next */
	hand_shows("请假 1");
	full();
	hand_press('a');
	hand_shows("30/30 点过  还没存");
	room();
	hand_press('a');
	hand_shows("30/30 点过  已存");
	hand_press(KIT_ENTER);
	hand_shows("实到 28  迟到 1  请假 1");
	hand_press(KIT_ESC);
	crawl_leave(&hand_stack);
}

static void a_choice_among_several_is_kept_by_the_same_digit(void **state)
{
	struct filling *f = NULL;
	struct row_id team;

	(void)state;
	assert_true(rows("teams", "${name} = '石桥村应急队'", &team) == 1);
	assert_ok(filling_begin(&crawl_app, "training_new", &team, &f));
	open_view(screen_form_new(f));
	down_to("方式");
	full();
	hand_press('1');
	hand_shows("存储满了");
	hand_shows("> 方式         理论");
	hand_press('1');
	hand_shows("> 方式         理论");
	room();
	hand_press('1');
	hand_shows("> 方式         理论");
	hand_shows("草稿已存");
	hand_press('1');
	hand_hides("> 方式         理论");
	hand_press(KIT_ESC);
	crawl_leave(&hand_stack);
}

static void a_moment_is_kept_as_of_when_it_was(void **state)
{
	struct row_id drill, org;
	char id[ROW_ID_TEXT];

	(void)state;
	assert_true(rows("orgs", "${name} = '石桥村委会'", &org) == 1);
	row_id_text(&org, id);
	submit("drill_new", NULL, (const char *const[][2]){ { "name", "夜间防汛" }, { "event", "flood" }, { "where", "北路口" }, { "org", id }, { NULL, NULL } });
	assert_true(rows("drills", "${name} = '夜间防汛'", &drill) == 1);
	at("2026-07-12T20:00:10");
	open_view(screen_moments_new(&crawl_app, moments_form(&crawl_app, "drills"), &drill));
	hand_press('1');
	full();
	at("2026-07-12T20:03:20");
	hand_press('3');
	hand_shows("20:03 没存");
	hand_shows("仍记当时的时间");
	hand_press(KIT_ESC);
	hand_shows("没有离开");
	at("2026-07-12T20:09:00");
	hand_press('3');
	hand_press('4');
	hand_shows("20:09 没存");
	room();
	at("2026-07-12T20:15:00");
	hand_press('3');
	hand_hides("没存");
	hand_shows("20:03  发出警报");
	hand_shows("20:09  队伍到场");
	assert_int_equal(rows("timeline", "${drill} != ''", NULL), 3);
	hand_press(KIT_ESC);
	crawl_leave(&hand_stack);
}

/* The last one goes, then the one before it; opened again, or after the program was killed, it is named first. */
static void the_last_moment_is_taken_back_also_later(void **state)
{
	struct row_id drill;

	(void)state;
	assert_true(rows("drills", "${name} = '夜间防汛'", &drill) == 1);
	at("2026-07-12T20:20:00");
	open_view(screen_moments_new(&crawl_app, moments_form(&crawl_app, "drills"), &drill));
	hand_press('5');
	hand_press('6');
	hand_press('u');
	hand_hides("20:20  点名完成");
	hand_shows("20:20  人员撤完");
	hand_press('u');
	hand_hides("20:20  人员撤完");
	crawl_leave(&hand_stack);
	open_view(screen_moments_new(&crawl_app, moments_form(&crawl_app, "drills"), &drill));
	hand_hides("20:20");
	at("2026-07-12T20:30:00");
	crawl_leave(&hand_stack);
	open_view(screen_moments_new(&crawl_app, moments_form(&crawl_app, "drills"), &drill));
	hand_press('u');
	hand_shows("20:09  队伍到场");
	hand_press('2');                             /* it stays */
	assert_int_equal(rows("timeline", "${drill} != ''", NULL), 3);
	hand_press('u');
	hand_press('1');
	hand_shows("20:03  发出警报");
	hand_hides("20:09  队伍到场");
	assert_int_equal(rows("timeline", "${drill} != ''", NULL), 2);
	crawl_leave(&hand_stack);
	at(FIELD_NOW);
}

static void calls_and_moves_are_kept_by_the_same_digit(void **state)
{
	struct row_id warning;

	(void)state;
	submit("warning_new", NULL, (const char *const[][2]){ { "issuer", "县气象台" }, { "kind", "flash_flood" }, { "level", "2" }, { "summary", "山洪" }, { NULL, NULL } });
	assert_true(rows("warnings", NULL, &warning) == 1);
	open_view(screen_warning_new(&crawl_app, &warning));
	full();
	hand_press('g');
	hand_shows("存储满了");
	hand_shows("还没有人");
	room();
	hand_press('g');
	hand_shows("0/15");
	assert_int_equal(rows("callouts", NULL, NULL), 15);
	full();
	hand_press('5');
	hand_shows("没存: 已应答");
	hand_press('5');
	hand_shows("没存: 已应答");
	hand_shows("存储满了");
	hand_hides("/manager/");
	room();
	hand_press('5');
	hand_shows("镇→村 1/1");
	assert_int_equal(rows("callouts", "${state} = 'answered'", NULL), 1);
	hand_press('t');
	hand_shows("到位 0/12 户");
	full();
	hand_press('2');
	hand_shows("没存: 投亲到了");
	room();
	hand_press('2');
	hand_shows("到位 1/12 户");
	full();
	hand_press('u');
	hand_shows("存储满了");
	hand_shows("到位 1/12 户");
	room();
	hand_press('u');
	hand_shows("到位 0/12 户");
	crawl_leave(&hand_stack);
}

/* A slip on the call list, in gloves at night: what stood before it stands again. */
static void an_answer_that_was_a_slip_is_taken_back(void **state)
{
	static const char untouched[] = "${state} = 'waiting' and ${answered_at} = '' and ${first_call} = '' and ${channels} = '' and ${tries} = ''";
	struct row_id warning;
	unsigned waiting;

	(void)state;
	assert_true(rows("warnings", NULL, &warning) == 1);
	waiting = rows("callouts", untouched, NULL);
	open_view(screen_warning_new(&crawl_app, &warning));
	hand_press('5');
	assert_int_equal(rows("callouts", untouched, NULL), waiting - 1);
	hand_shows("u 撤回");
	full();
	hand_press('u');
	hand_shows("存储满了");
	room();
	hand_press('u');
	hand_shows("撤回了刚才那一次");
	assert_int_equal(rows("callouts", untouched, NULL), waiting);
	hand_press('u');                             /* but one step, and no other */
	assert_int_equal(rows("callouts", untouched, NULL), waiting);
	hand_press('1');
	hand_press('8');
	hand_press('u');
	assert_int_equal(rows("callouts", "${state} = 'calling' and ${tries} = 1 and ${role} != 'B' and ${escalated} = ''", NULL), 1);
	down_to("葛玉兰");
	hand_press('7');
	assert_int_equal(rows("callouts", "${state} = 'arrived'", NULL), 1);
	hand_shows("到位 1/12 户");
	hand_press('u');
	assert_int_equal(rows("callouts", "${state} = 'arrived'", NULL), 0);
	hand_shows("到位 0/12 户");
	hand_hides("已走");
	crawl_leave(&hand_stack);
}

static void a_number_counted_stands_until_it_is_kept(void **state)
{
	(void)state;
	open_view(screen_tally_new(&crawl_app, tally_form(&crawl_app, "stock"), NULL));
	hand_type("37");
	full();
	hand_press(KIT_ENTER);
	hand_shows("存储满了");
	hand_shows("37_");
	hand_press(KIT_ESC);
	hand_shows("没有离开");
	hand_shows("37_");
	room();
	hand_press(KIT_ENTER);
	hand_shows("已存: 37");
	assert_int_equal(rows("stock_counts", NULL, NULL), 1);
	hand_press(KIT_ESC);
	crawl_leave(&hand_stack);
}

/* It is shown though it is not on disk yet, or the same key would make one more. */
static void one_more_of_several_is_added_once(void **state)
{
	struct filling *f = NULL;
	struct row_id drill;

	(void)state;
	assert_true(rows("drills", "${name} = '夜间防汛'", &drill) == 1);
	assert_ok(filling_begin(&crawl_app, "drill_timeline", &drill, &f));
	open_view(screen_form_new(f));
	down_to("添一个");
	full();
	hand_press(KIT_ENTER);
	hand_shows("存储满了");
	hand_shows("时刻、事件、人 2");
	room();
	hand_press(KIT_FN | KEY_DOWN);
	hand_type("雨变大");
	hand_press(KIT_ENTER);
	hand_shows("草稿已存");
	hand_hides("时刻、事件、人 3");
	hand_press(KIT_ESC);
	crawl_leave(&hand_stack);
}

static void a_duty_handed_over_is_signed_once(void **state)
{
	struct filling *f = NULL;
	struct row_id org;
	char id[ROW_ID_TEXT];

	(void)state;
	assert_true(rows("orgs", "${name} = '石桥村委会'", &org) == 1);
	assert_ok(filling_begin(&crawl_app, "duty_entry", NULL, &f));
	assert_ok(filling_put(f, "shift", "day"));
	assert_ok(filling_put(f, "org", row_id_text(&org, id)));
	assert_ok(filling_put(f, "leader", "陈树林"));
	assert_ok(filling_put(f, "officer", "李军"));
	open_view(screen_form_new(f));
	down_to("接班");
	full();
	hand_type("张强");
	hand_press(KIT_FN | KEY_F(5));
	hand_shows("存储满了");
	hand_shows("张强");
	hand_press(KIT_ESC);
	hand_shows("没有离开");
	room();
	hand_press(KIT_FN | KEY_F(5));
	hand_shows("已存");
	assert_int_equal(rows("duty_log", "${takes} = '张强'", NULL), 1);
	crawl_leave(&hand_stack);
}

static void the_pin_of_one_more_worker_is_typed_once(void **state)
{
	(void)state;
	open_view(screen_settings_new(&crawl_app));
	down_to("添一位工作人员");
	hand_press(KIT_ENTER);
	hand_type("孙桂兰");
	hand_press(KIT_ENTER);
	hand_type("975318");
	hand_press(KIT_ENTER);
	hand_type("975318");
	full();
	hand_press(KIT_ENTER);
	hand_shows("PIN 没设成");
	hand_shows("******");
	room();
	hand_press(KIT_ENTER);
	hand_shows("PIN 设好了");
	crawl_leave(&hand_stack);
}

static int with_room(void **state)
{
	(void)state;
	room();
	return 0;
}

static int setup(void **state)
{
	if (field_setup(state))
		return -1;
	room();                                 /* files opened from here on can fail */
	if (!crawl_screen(24, 80))
		return -1;
	crawl_open("manager", FIELD_PIN);
	crawl_in("zh", KIT_THEME_MONO);
	return 0;
}

static int teardown(void **state)
{
	crawl_close();
	return crawl_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ticks_of_a_roll_are_kept_by_the_same_key, with_room),
		cmocka_unit_test_setup(a_choice_among_several_is_kept_by_the_same_digit, with_room),
		cmocka_unit_test_setup(a_moment_is_kept_as_of_when_it_was, with_room),
		cmocka_unit_test_setup(the_last_moment_is_taken_back_also_later, with_room),
		cmocka_unit_test_setup(calls_and_moves_are_kept_by_the_same_digit, with_room),
		cmocka_unit_test_setup(an_answer_that_was_a_slip_is_taken_back, with_room),
		cmocka_unit_test_setup(a_number_counted_stands_until_it_is_kept, with_room),
		cmocka_unit_test_setup(one_more_of_several_is_added_once, with_room),
		cmocka_unit_test_setup(a_duty_handed_over_is_signed_once, with_room),
		cmocka_unit_test_setup(the_pin_of_one_more_worker_is_typed_once, with_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown) != 0;
}
