/* A card that takes nothing more, under every way of keeping something: what the person entered stands on the screen, it says what
 * happened and what to do, and once there is room the same key keeps it, exactly once. And slips of a finger, which are taken back by one. (Walks and forms: test_journeys; pictures:
 * test_photos.) */
#include "config.h"
#include "tests/faults/trap.h"
#include "tests/screens/crawl.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/keys/identity.h"
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

static struct kit_stack stack;

static void full(void)
{
	trap_fail(field_dir(), TRAP_WRITE, 1, true, ENOSPC);
}

static void room(void)
{
	trap_fail(field_dir(), 0, 0, false, 0);
}

static void press(int key)
{
	glass_press(&stack, key);
	crawl_work(&stack);
	if (stack.top)
		glass_show(&stack);
}

static void type(const char *s)
{
	uint32_t c;

	for (size_t n; *s && (n = text_next(s, strlen(s), &c)); s += n)
		press((int)c);
}

static bool stands(const char *words)
{
	int y, x;

	return glass_find(words, &y, &x);
}

static void shows(const char *words)
{
	struct buf all = { 0 };

	if (stands(words))
		return;
	glass_text(&all, false);
	fputs(buf_str(&all), stderr);
	buf_clear(&all);
	fail_msg("not on the screen: %s", words);
}

static void hides(const char *words)
{
	if (stands(words))
		fail_msg("on the screen: %s", words);
}

static void open_view(struct kit_view *v)
{
	assert_non_null(v);
	crawl_home(&stack);
	kit_stack_push(&stack, v);
	glass_show(&stack);
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
		press(KIT_FN | KEY_DOWN);
	}
	shows("no such row");
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
	press(KIT_ENTER);
	shows("0/30 点过");
	full();
	press('2');
	shows("存储满了");
	shows("1/30 点过  还没存");
	press('2');                             /* a second try, and no turning back */
	shows("1/30 点过  还没存");
	room();
	press('2');
	shows("1/30 点过  已存");
	shows("迟到 1");
	press('3');                             /* the cursor has gone on to the next */
	shows("请假 1");
	full();
	press('a');
	shows("30/30 点过  还没存");
	room();
	press('a');
	shows("30/30 点过  已存");
	press(KIT_ENTER);
	shows("实到 28  迟到 1  请假 1");
	press(KIT_ESC);
	crawl_leave(&stack);
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
	press('1');
	shows("存储满了");
	shows("> 方式         理论");
	press('1');
	shows("> 方式         理论");
	room();
	press('1');
	shows("> 方式         理论");
	shows("草稿已存");
	press('1');
	hides("> 方式         理论");
	press(KIT_ESC);
	crawl_leave(&stack);
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
	press('1');
	full();
	at("2026-07-12T20:03:20");
	press('3');
	shows("20:03 没存");
	shows("仍记当时的时间");
	press(KIT_ESC);
	shows("没有离开");
	at("2026-07-12T20:09:00");
	press('3');
	press('4');
	shows("20:09 没存");
	room();
	at("2026-07-12T20:15:00");
	press('3');
	hides("没存");
	shows("20:03  发出警报");
	shows("20:09  队伍到场");
	assert_int_equal(rows("timeline", "${drill} != ''", NULL), 3);
	press(KIT_ESC);
	crawl_leave(&stack);
}

/* The last one goes, then the one before it; opened again, or after the program was killed, it is named first. */
static void the_last_moment_is_taken_back_also_later(void **state)
{
	struct row_id drill;

	(void)state;
	assert_true(rows("drills", "${name} = '夜间防汛'", &drill) == 1);
	at("2026-07-12T20:20:00");
	open_view(screen_moments_new(&crawl_app, moments_form(&crawl_app, "drills"), &drill));
	press('5');
	press('6');
	press('u');
	hides("20:20  点名完成");
	shows("20:20  人员撤完");
	press('u');
	hides("20:20  人员撤完");
	crawl_leave(&stack);
	open_view(screen_moments_new(&crawl_app, moments_form(&crawl_app, "drills"), &drill));
	hides("20:20");
	at("2026-07-12T20:30:00");
	crawl_leave(&stack);
	open_view(screen_moments_new(&crawl_app, moments_form(&crawl_app, "drills"), &drill));
	press('u');
	shows("20:09  队伍到场");
	press('2');                             /* it stays */
	assert_int_equal(rows("timeline", "${drill} != ''", NULL), 3);
	press('u');
	press('1');
	shows("20:03  发出警报");
	hides("20:09  队伍到场");
	assert_int_equal(rows("timeline", "${drill} != ''", NULL), 2);
	crawl_leave(&stack);
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
	press('g');
	shows("存储满了");
	shows("还没有人");
	room();
	press('g');
	shows("0/15");
	assert_int_equal(rows("callouts", NULL, NULL), 15);
	full();
	press('5');
	shows("没存: 已应答");
	press('5');
	shows("没存: 已应答");
	shows("存储满了");
	hides("/manager/");
	room();
	press('5');
	shows("镇→村 1/1");
	assert_int_equal(rows("callouts", "${state} = 'answered'", NULL), 1);
	press('t');
	shows("到位 0/12 户");
	full();
	press('2');
	shows("没存: 投亲到了");
	room();
	press('2');
	shows("到位 1/12 户");
	full();
	press('u');
	shows("存储满了");
	shows("到位 1/12 户");
	room();
	press('u');
	shows("到位 0/12 户");
	crawl_leave(&stack);
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
	press('5');
	assert_int_equal(rows("callouts", untouched, NULL), waiting - 1);
	shows("u 撤回");
	full();
	press('u');
	shows("存储满了");
	room();
	press('u');
	shows("撤回了刚才那一次");
	assert_int_equal(rows("callouts", untouched, NULL), waiting);
	press('u');                             /* but one step, and no other */
	assert_int_equal(rows("callouts", untouched, NULL), waiting);
	press('1');
	press('8');
	press('u');
	assert_int_equal(rows("callouts", "${state} = 'calling' and ${tries} = 1 and ${role} != 'B' and ${escalated} = ''", NULL), 1);
	down_to("葛玉兰");
	press('7');
	assert_int_equal(rows("callouts", "${state} = 'arrived'", NULL), 1);
	shows("到位 1/12 户");
	press('u');
	assert_int_equal(rows("callouts", "${state} = 'arrived'", NULL), 0);
	shows("到位 0/12 户");
	hides("已走");
	crawl_leave(&stack);
}

static void a_number_counted_stands_until_it_is_kept(void **state)
{
	(void)state;
	open_view(screen_tally_new(&crawl_app, tally_form(&crawl_app, "stock"), NULL));
	type("37");
	full();
	press(KIT_ENTER);
	shows("存储满了");
	shows("37_");
	press(KIT_ESC);
	shows("没有离开");
	shows("37_");
	room();
	press(KIT_ENTER);
	shows("已存: 37");
	assert_int_equal(rows("stock_counts", NULL, NULL), 1);
	press(KIT_ESC);
	crawl_leave(&stack);
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
	press(KIT_ENTER);
	shows("存储满了");
	shows("时刻、事件、人 2");
	room();
	press(KIT_FN | KEY_DOWN);
	type("雨变大");
	press(KIT_ENTER);
	shows("草稿已存");
	hides("时刻、事件、人 3");
	press(KIT_ESC);
	crawl_leave(&stack);
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
	type("张强");
	press(KIT_FN | KEY_F(5));
	shows("存储满了");
	shows("张强");
	press(KIT_ESC);
	shows("没有离开");
	room();
	press(KIT_FN | KEY_F(5));
	shows("已存");
	assert_int_equal(rows("duty_log", "${takes} = '张强'", NULL), 1);
	crawl_leave(&stack);
}

static void the_pin_of_one_more_worker_is_typed_once(void **state)
{
	(void)state;
	open_view(screen_settings_new(&crawl_app));
	down_to("添一位工作人员");
	press(KIT_ENTER);
	type("孙桂兰");
	press(KIT_ENTER);
	type("975318");
	press(KIT_ENTER);
	type("975318");
	full();
	press(KIT_ENTER);
	shows("PIN 没设成");
	shows("******");
	room();
	press(KIT_ENTER);
	shows("PIN 设好了");
	crawl_leave(&stack);
}

static int with_room(void **state)
{
	(void)state;
	room();
	return 0;
}

static int setup(void **state)
{
	setenv("XUNCHA_LOCALEDIR", BUILDDIR "/tui/po", 1);
	if (field_setup(state) || !i18n_open("zh") || keys_start())
		return -1;
	at(FIELD_NOW);
	room();                                 /* files opened from here on can fail */
	if (!glass_open("xterm-256color", 24, 80))
		return -1;
	crawl_open("manager", FIELD_PIN);
	crawl_in("zh", KIT_THEME_MONO);
	return 0;
}

static int teardown(void **state)
{
	crawl_close();
	glass_close();
	return field_teardown(state);
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
