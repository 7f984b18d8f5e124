/* What was being typed is kept, however the screen is left: with Esc, or because all is closed at once - locked after idle, the terminal
 * gone. It stands there again when the same person comes back. */
#include "config.h"
#include "tests/screens/crawl.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"
#include "tests/screens/hand.h"

#include "sync/ledger/submit/draft.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/form/tally.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 今日, and the first place of it walked: what was begun stands first. */
static void walk(void)
{
	crawl_home(&hand_stack);
	hand_press(KIT_ENTER);
	hand_shows("老马饭店");
	hand_shows("CO-");
}

static void close_all(void)
{
	kit_stack_event(&hand_stack, &(struct kit_event){ .type = KIT_EVENT_END });
	assert_null(hand_stack.top);
}

static void a_note_being_typed_is_kept(void **state)
{
	(void)state;
	walk();
	hand_press('1');
	hand_press('n');
	hand_type("门口有旧沙发");
	hand_press(KIT_ESC);
	hand_shows("门口有旧沙发");
	hand_press('n');
	hand_type("两只");
	close_all();
	walk();
	hand_shows("门口有旧沙发两只");
	/* One that was emptied goes only when that is said. */
	hand_press('n');
	hand_press('U' & 0x1f);
	hand_press(KIT_ESC);
	hand_shows("门口有旧沙发两只");
	crawl_leave(&hand_stack);
}

static void the_words_of_a_hazard_being_typed_are_kept(void **state)
{
	(void)state;
	walk();
	hand_press('2');
	hand_type("灭火器压在货堆下");
	close_all();
	walk();
	hand_press(KIT_ENTER);
	hand_shows("灭火器压在货堆下");
	/* Undone from outside it is told what went. */
	hand_press(KIT_ESC);
	hand_press('2');
	hand_type("又锁上了");
	hand_press(KIT_ENTER);
	hand_press(KIT_ESC);
	hand_press('u');
	hand_shows("撤销了这一项隐患里填的: 情况");
	crawl_leave(&hand_stack);
}

static void a_field_of_a_form_being_typed_is_kept(void **state)
{
	(void)state;
	crawl_home(&hand_stack);
	hand_press('n');
	hand_shows("上报隐患");
	hand_press(KIT_FN | KEY_DOWN);
	for (int i = 0; i < 20 && hand_stack.top && !hand_stack.top->cursor_shown; i++)
		hand_press(KIT_FN | KEY_DOWN);
	hand_type("沟口新挖的坑没有围挡");
	hand_shows("沟口新挖的坑没有围挡");
	close_all();
	crawl_home(&hand_stack);
	glass_show(&hand_stack);
	hand_shows("沟口新挖的坑没有围挡");          /* which of several drafts of one form it is */
	hand_press('n');
	hand_shows("沟口新挖的坑没有围挡");
	crawl_leave(&hand_stack);
}

/* Where there are more than nine to choose from, a digit shows them; it did nothing. */
static void a_digit_on_a_long_list_opens_it(void **state)
{
	struct filling *f = NULL;

	(void)state;
	assert_ok(filling_begin(&crawl_app, "hazard_new", NULL, &f));
	crawl_home(&hand_stack);
	kit_stack_push(&hand_stack, screen_form_new(f));
	hand_press('3');
	hand_shows("Enter就这个");
	hand_press(KIT_ESC);
	hand_hides("Enter就这个");
	hand_shows("上报隐患");
	crawl_leave(&hand_stack);
}

/* What is typed is cleared first; where nothing is, Esc leaves. What a letter does elsewhere is reached beside the letters. */
static void a_list_to_choose_from_is_left_by_one_key(void **state)
{
	struct filling *f = NULL;

	(void)state;
	assert_ok(filling_begin(&crawl_app, "hazard_new", NULL, &f));
	crawl_home(&hand_stack);
	kit_stack_push(&hand_stack, screen_form_new(f));
	hand_press('3');
	hand_type("qqq");
	hand_shows("没有找到");
	hand_press(KIT_ESC);
	hand_shows("F4筛选");
	hand_press(KIT_FN | KEY_F(4));
	hand_shows("不筛选");
	hand_press(KIT_ESC);
	hand_type("qqq");                             /* still found as it is typed */
	hand_shows("没有找到");
	hand_press(KIT_ESC);
	hand_press(KIT_ESC);
	hand_hides("Enter就这个");
	hand_shows("上报隐患");
	crawl_leave(&hand_stack);
	/* So is one that was opened to find something in it; what is not found may be new. */
	crawl_home(&hand_stack);
	hand_press('/');
	hand_press(KIT_ESC);
	hand_shows("要做的");
	hand_press('/');
	hand_type("qqq");
	hand_press(KIT_ESC);
	hand_shows("n新建");
	hand_press(KIT_ESC);
	hand_shows("要做的");
	crawl_leave(&hand_stack);
}

static enum err one_more(void *user, const struct draft_about *about)
{
	(void)about;
	++*(unsigned *)user;
	return ERR_OK;
}

static unsigned drafts(void)
{
	unsigned n = 0;

	assert_ok(draft_list(crawl_app.profile, one_more, &n));
	return n;
}

/* The stores, one number a line. */
static void count(void)
{
	crawl_home(&hand_stack);
	kit_stack_push(&hand_stack, screen_tally_new(&crawl_app, tally_form(&crawl_app, "stock"), NULL));
	glass_show(&hand_stack);
}

static void numbers_of_a_count_stay_with_their_rows_and_are_kept(void **state)
{
	(void)state;
	crawl_close();
	crawl_open("manager", FIELD_PIN);
	count();
	hand_type("37");
	hand_press(KIT_FN | KEY_DOWN);
	hand_shows("37 没记");
	hand_type("5");
	hand_press(KIT_ESC);
	hand_shows("没记的 2 个数留作草稿");
	hand_shows("物资盘点");
	assert_int_equal(drafts(), 2);
	/* Locked instead of left; what is typed on is one draft still. */
	count();
	hand_shows("37_");
	hand_shows("5 没记");
	hand_type("4");
	close_all();
	assert_int_equal(drafts(), 2);
	count();
	hand_shows("374_");
	hand_press(KIT_ENTER);
	hand_shows("已存: 374");
	hand_press(KIT_ENTER);
	hand_shows("已存: 5");
	assert_int_equal(drafts(), 0);
	hand_press(KIT_ESC);
	assert_false(glass_find("没记的", &(int){ 0 }, &(int){ 0 }));
	/* Taken back key by key, or the line at once, nothing is left of it. */
	count();
	hand_type("12");
	hand_press(KIT_ESC);
	assert_int_equal(drafts(), 1);
	count();
	hand_press('U' & 0x1f);
	hand_press(KIT_ESC);
	assert_int_equal(drafts(), 0);
	crawl_leave(&hand_stack);
}

static void what_cannot_be_an_answer_is_said_before_it_goes(void **state)
{
	(void)state;
	count();
	hand_type("1.2.3");
	hand_press(KIT_ESC);
	hand_shows("再按一次 Esc 不要它");
	hand_shows("1.2.3_");
	hand_press(KIT_ESC);
	hand_shows("要做的");
	assert_int_equal(drafts(), 0);
	crawl_leave(&hand_stack);
}

static void times(int n, int key)
{
	while (n--)
		hand_press(key);
}

static void choose_team(const char *initials)
{
	hand_press(KIT_ENTER);
	hand_type(initials);
	hand_press(KIT_ENTER);
}

enum { FROM_TEAM_TO_ROLL = 4 };

/* They stayed ticked, and were recorded as there with a team that is not theirs. */
static void who_was_ticked_for_one_team_goes_with_it(void **state)
{
	struct filling *f = NULL;

	(void)state;
	assert_ok(filling_begin(&crawl_app, "training_new", NULL, &f));
	crawl_home(&hand_stack);
	kit_stack_push(&hand_stack, screen_form_new(f));
	times(FROM_TEAM_TO_ROLL, KIT_FN | KEY_DOWN);
	hand_press(KIT_ENTER);
	hand_shows("名单照「队伍」来");
	hand_press(KIT_ESC);
	times(FROM_TEAM_TO_ROLL, KIT_FN | KEY_UP);
	choose_team("sqcyjd");
	times(FROM_TEAM_TO_ROLL - 1, KIT_FN | KEY_DOWN);
	hand_press(KIT_ENTER);
	hand_press('1');
	hand_press('2');
	hand_press(KIT_ENTER);
	hand_shows("实到 1  迟到 1");
	times(FROM_TEAM_TO_ROLL, KIT_FN | KEY_UP);
	choose_team("sdmqc");
	hand_shows("队伍改了: 原先勾的 2 个不在新的名单上");
	hand_hides("迟到 1");
	hand_press(KIT_FN | KEY_UP);
	hand_press('u');
	hand_shows("石桥村应急队");
	hand_shows("实到 1  迟到 1");
	crawl_leave(&hand_stack);
}

/* Whose place it is was typed by hand, and stayed that of the first when another was named. */
static void what_a_chosen_place_fills_in_goes_with_it(void **state)
{
	struct filling *f = NULL;

	(void)state;
	assert_ok(filling_begin(&crawl_app, "hazard_new", NULL, &f));
	crawl_home(&hand_stack);
	kit_stack_push(&hand_stack, screen_form_new(f));
	hand_press(KIT_ENTER);
	hand_type("lmfd");
	hand_press(KIT_ENTER);
	hand_shows("小餐饮");
	assert_string_equal(fill_value(f->fill, fill_find(f->fill, "owner")), "马建国");
	hand_press(KIT_FN | KEY_UP);
	hand_press(KIT_ENTER);
	hand_type("sqyey");
	hand_press(KIT_ENTER);
	hand_shows("小学校、幼儿园");
	assert_string_equal(fill_value(f->fill, fill_find(f->fill, "owner")), "宋佳");
	hand_press(KIT_FN | KEY_UP);
	hand_press('u');
	hand_shows("老马饭店");
	hand_shows("小餐饮");
	assert_string_equal(fill_value(f->fill, fill_find(f->fill, "owner")), "马建国");
	hand_press('u');
	hand_hides("小餐饮");
	assert_string_equal(fill_value(f->fill, fill_find(f->fill, "owner")), "");
	crawl_leave(&hand_stack);
}

/* Short Chinese words that stand for two things: the English of the other one stood there. */
static void english_headings_say_what_is_below_them(void **state)
{
	(void)state;
	crawl_in("en", KIT_THEME_MONO);
	crawl_home(&hand_stack);
	hand_press('?');
	hand_shows("in and out");
	hand_press(KIT_ESC);
	hand_press('p');
	hand_press('f');
	hand_shows("Show only");
	crawl_leave(&hand_stack);
	crawl_in("zh", KIT_THEME_MONO);
}

static int setup(void **state)
{
	if (field_setup(state) || !crawl_screen(24, 80))
		return -1;
	crawl_open("device", FIELD_PIN);
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
		cmocka_unit_test(a_note_being_typed_is_kept),
		cmocka_unit_test(the_words_of_a_hazard_being_typed_are_kept),
		cmocka_unit_test(a_field_of_a_form_being_typed_is_kept),
		cmocka_unit_test(a_digit_on_a_long_list_opens_it),
		cmocka_unit_test(a_list_to_choose_from_is_left_by_one_key),
		cmocka_unit_test(numbers_of_a_count_stay_with_their_rows_and_are_kept),
		cmocka_unit_test(what_cannot_be_an_answer_is_said_before_it_goes),
		cmocka_unit_test(who_was_ticked_for_one_team_goes_with_it),
		cmocka_unit_test(what_a_chosen_place_fills_in_goes_with_it),
		cmocka_unit_test(english_headings_say_what_is_below_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown) != 0;
}
