/* What was being typed is kept, however the screen is left: with Esc, or because all is closed at once - locked after idle, the terminal
 * gone. It stands there again when the same person comes back. */
#include "config.h"
#include "tests/screens/crawl.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/keys/identity.h"
#include "sync/ledger/submit/draft.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/form/tally.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct kit_stack stack;

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

static void shows(const char *words)
{
	int y, x;

	if (glass_find(words, &y, &x))
		return;
	struct buf all = { 0 };

	glass_text(&all, false);
	fputs(buf_str(&all), stderr);
	buf_clear(&all);
	fail_msg("not on the screen: %s", words);
}

/* 今日, and the first place of it walked: what was begun stands first. */
static void walk(void)
{
	crawl_home(&stack);
	press(KIT_ENTER);
	shows("老马饭店");
	shows("CO-");
}

static void close_all(void)
{
	kit_stack_event(&stack, &(struct kit_event){ .type = KIT_EVENT_END });
	assert_null(stack.top);
}

static void a_note_being_typed_is_kept(void **state)
{
	(void)state;
	walk();
	press('1');
	press('n');
	type("门口有旧沙发");
	press(KIT_ESC);
	shows("门口有旧沙发");
	press('n');
	type("两只");
	close_all();
	walk();
	shows("门口有旧沙发两只");
	/* One that was emptied goes only when that is said. */
	press('n');
	press('U' & 0x1f);
	press(KIT_ESC);
	shows("门口有旧沙发两只");
	crawl_leave(&stack);
}

static void the_words_of_a_hazard_being_typed_are_kept(void **state)
{
	(void)state;
	walk();
	press('2');
	type("灭火器压在货堆下");
	close_all();
	walk();
	press(KIT_ENTER);
	shows("灭火器压在货堆下");
	/* Undone from outside it is told what went. */
	press(KIT_ESC);
	press('2');
	type("又锁上了");
	press(KIT_ENTER);
	press(KIT_ESC);
	press('u');
	shows("撤销了这一项隐患里填的: 情况");
	crawl_leave(&stack);
}

static void a_field_of_a_form_being_typed_is_kept(void **state)
{
	(void)state;
	crawl_home(&stack);
	press('n');
	shows("上报隐患");
	press(KIT_FN | KEY_DOWN);
	for (int i = 0; i < 20 && stack.top && !stack.top->cursor_shown; i++)
		press(KIT_FN | KEY_DOWN);
	type("沟口新挖的坑没有围挡");
	shows("沟口新挖的坑没有围挡");
	close_all();
	crawl_home(&stack);
	glass_show(&stack);
	shows("沟口新挖的坑没有围挡");          /* which of several drafts of one form it is */
	press('n');
	shows("沟口新挖的坑没有围挡");
	crawl_leave(&stack);
}

/* Where there are more than nine to choose from, a digit shows them; it did nothing. */
static void a_digit_on_a_long_list_opens_it(void **state)
{
	struct filling *f = NULL;

	(void)state;
	assert_ok(filling_begin(&crawl_app, "hazard_new", NULL, &f));
	crawl_home(&stack);
	kit_stack_push(&stack, screen_form_new(f));
	press('3');
	shows("Enter就这个");
	press(KIT_ESC);                         /* what is typed there; then the list */
	press(KIT_ESC);
	shows("上报隐患");
	crawl_leave(&stack);
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
	crawl_home(&stack);
	kit_stack_push(&stack, screen_tally_new(&crawl_app, tally_form(&crawl_app, "stock"), NULL));
	glass_show(&stack);
}

static void numbers_of_a_count_stay_with_their_rows_and_are_kept(void **state)
{
	(void)state;
	crawl_close();
	crawl_open("manager", FIELD_PIN);
	count();
	type("37");
	press(KIT_FN | KEY_DOWN);
	shows("37 没记");
	type("5");
	press(KIT_ESC);
	shows("没记的 2 个数留作草稿");
	shows("物资盘点");
	assert_int_equal(drafts(), 2);
	/* Locked instead of left; what is typed on is one draft still. */
	count();
	shows("37_");
	shows("5 没记");
	type("4");
	close_all();
	assert_int_equal(drafts(), 2);
	count();
	shows("374_");
	press(KIT_ENTER);
	shows("已存: 374");
	press(KIT_ENTER);
	shows("已存: 5");
	assert_int_equal(drafts(), 0);
	press(KIT_ESC);
	assert_false(glass_find("没记的", &(int){ 0 }, &(int){ 0 }));
	/* Taken back key by key, or the line at once, nothing is left of it. */
	count();
	type("12");
	press(KIT_ESC);
	assert_int_equal(drafts(), 1);
	count();
	press('U' & 0x1f);
	press(KIT_ESC);
	assert_int_equal(drafts(), 0);
	crawl_leave(&stack);
}

static void what_cannot_be_an_answer_is_said_before_it_goes(void **state)
{
	(void)state;
	count();
	type("1.2.3");
	press(KIT_ESC);
	shows("再按一次 Esc 不要它");
	shows("1.2.3_");
	press(KIT_ESC);
	shows("要做的");
	assert_int_equal(drafts(), 0);
	crawl_leave(&stack);
}

static int setup(void **state)
{
	int64_t now;

	setenv("XUNCHA_LOCALEDIR", BUILDDIR "/tui/po", 1);
	if (field_setup(state) || !i18n_open("zh") || keys_start() || !clock_parse_time(FIELD_NOW, 480, &now))
		return -1;
	clock_set(now);
	if (!glass_open("xterm-256color", 24, 80))
		return -1;
	crawl_open("device", FIELD_PIN);
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
		cmocka_unit_test(a_note_being_typed_is_kept),
		cmocka_unit_test(the_words_of_a_hazard_being_typed_are_kept),
		cmocka_unit_test(a_field_of_a_form_being_typed_is_kept),
		cmocka_unit_test(a_digit_on_a_long_list_opens_it),
		cmocka_unit_test(numbers_of_a_count_stay_with_their_rows_and_are_kept),
		cmocka_unit_test(what_cannot_be_an_answer_is_said_before_it_goes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown) != 0;
}
