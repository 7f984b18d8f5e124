#include "config.h"
#include "tests/tap.h"
#include "tests/vt.h"

#include <signal.h>
#include <stdlib.h>

enum { PATIENCE = 60000, QUIET = 40 };

#define DEMO BUILDDIR "/tests/kit/kit_demo"

#define assert_shows(vt, text) do { if (!vt_expect(vt, text, PATIENCE)) { vt_print(vt); fail_msg("not on the screen: %s", text); } } while (0)

static struct vt *start(int rows, int cols, const char *const env[])
{
	char program[] = DEMO, *argv[] = { program, NULL };
	struct vt *vt = vt_spawn(rows, cols, argv, env);

	assert_non_null(vt);
	assert_shows(vt, "老马饭店");
	assert_true(vt_settle(vt, QUIET, PATIENCE));
	return vt;
}

static void a_clean_exit_gives_the_terminal_back(void **state)
{
	struct vt *vt = start(24, 80, NULL);

	(void)state;
	assert_true(vt_altscreen(vt));
	vt_keys(vt, "q");
	assert_int_equal(vt_wait_exit(vt, PATIENCE), 0);
	assert_false(vt_altscreen(vt));
	vt_free(vt);
}

static void a_crash_gives_the_terminal_back_and_still_dies_of_it(void **state)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGHUP, SIGTERM };

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct vt *vt = start(24, 80, NULL);
		int status, row, col;
		bool visible;

		kill(vt_pid(vt), signals[i]);
		status = vt_wait_exit(vt, PATIENCE);
		assert_true(status > 0);
		assert_false(vt_altscreen(vt));
		vt_cursor(vt, &row, &col, &visible);
		assert_true(visible);
		vt_free(vt);
	}
}

static void esc_acts_at_once_and_arrows_are_not_split(void **state)
{
	struct vt *vt = start(24, 80, NULL);
	int row, col;
	bool visible;

	(void)state;
	vt_key(vt, "Down");
	vt_key(vt, "Down");
	assert_true(vt_settle(vt, QUIET, PATIENCE));
	vt_cursor(vt, &row, &col, &visible);
	assert_int_equal(row, 2 + 2);
	vt_keys(vt, "?");
	assert_shows(vt, "帮助: / 查找");
	vt_key(vt, "Esc");
	assert_true(vt_expect_gone(vt, "帮助: / 查找", PATIENCE));
	vt_free(vt);
}

static void the_real_cursor_is_on_the_selected_row(void **state)
{
	struct vt *vt = start(24, 80, NULL);
	struct vt_cell cell;
	int row, col;
	bool visible;

	(void)state;
	for (int i = 0; i < 30; i++)
		vt_keys(vt, "j");
	assert_shows(vt, "00030");
	assert_true(vt_settle(vt, QUIET, PATIENCE));
	vt_cursor(vt, &row, &col, &visible);
	assert_true(vt_cell(vt, row, 5, &cell));
	assert_true(cell.reverse);
	vt_resize(vt, 12, 40);
	assert_true(vt_settle(vt, 4 * QUIET, PATIENCE));
	assert_shows(vt, "00030");                       /* the selection stays with its row */
	vt_cursor(vt, &row, &col, &visible);
	assert_true(vt_cell(vt, row, 5, &cell));
	assert_true(cell.reverse);
	vt_free(vt);
}

static void a_paste_is_text_in_a_field_and_nothing_elsewhere(void **state)
{
	struct vt *vt = start(24, 80, NULL);

	(void)state;
	vt_paste(vt, "qqq");
	assert_shows(vt, "粘贴只在输入框里有用");
	vt_keys(vt, "n");
	assert_shows(vt, "写一句话");
	vt_paste(vt, "后门\r锁死");
	assert_shows(vt, "原有后门 锁死");
	vt_key(vt, "F3");                               /* one paste, one step back */
	assert_true(vt_expect_gone(vt, "后门", PATIENCE));
	vt_keys(vt, "电线");
	vt_key(vt, "Backspace");
	vt_key(vt, "Enter");
	assert_shows(vt, "<原有电>");
	vt_free(vt);
}

static void a_digit_chooses_and_esc_chooses_nothing(void **state)
{
	struct vt *vt = start(18, 40, NULL);

	(void)state;
	vt_keys(vt, "f");
	assert_shows(vt, "3 警戒  (现在)");
	vt_keys(vt, "2");
	assert_shows(vt, "[1]");
	vt_keys(vt, "f");
	assert_shows(vt, "1 停用");
	vt_key(vt, "Esc");
	assert_shows(vt, "[-1]");
	vt_free(vt);
}

static void long_work_can_be_stopped(void **state)
{
	struct vt *vt = start(24, 80, NULL);

	(void)state;
	vt_keys(vt, "y");
	assert_shows(vt, "/ 100000");
	vt_key(vt, "Esc");
	assert_shows(vt, "停在半路");
	vt_key(vt, "Enter");
	assert_shows(vt, "样张");
	vt_free(vt);
}

static void any_size_and_any_change_of_size_is_survived(void **state)
{
	static const int sizes[][2] = { { 24, 80 }, { 20, 60 }, { 18, 40 }, { 12, 30 }, { 4, 10 }, { 1, 2 }, { 6, 20 }, { 50, 200 }, { 2, 80 }, { 24, 80 } };
	struct vt *vt = start(24, 80, NULL);

	(void)state;
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			vt_resize(vt, sizes[i][0], sizes[i][1]);
			vt_keys(vt, "j");
			if (round == 1)
				assert_true(vt_settle(vt, QUIET, PATIENCE));
		}
	assert_shows(vt, "样张");
	vt_keys(vt, "q");
	assert_int_equal(vt_wait_exit(vt, PATIENCE), 0);
	vt_free(vt);
}

static void no_colour_and_old_terminals_keep_every_state(void **state)
{
	static const char *const plain[] = { "NO_COLOR=1", NULL }, *const old[] = { "TERM=vt220", NULL };
	const char *const *envs[] = { plain, old };

	(void)state;
	for (size_t e = 0; e < 2; e++) {
		struct vt *vt = start(24, 80, envs[e]);

		for (int row = 0; row < 24; row++)
			for (int col = 0; col < 80; col++) {
				struct vt_cell cell;

				assert_true(vt_cell(vt, row, col, &cell));
				assert_false(cell.coloured);
			}
		assert_shows(vt, "不符合");
		if (e)
			assert_shows(vt, "没有颜色");
		vt_free(vt);
	}
}

static void without_a_locale_han_is_still_drawn(void **state)
{
	static const char *const env[] = { "LC_ALL=C", NULL };

	(void)state;
	vt_free(start(24, 80, env));
}

static void a_console_without_han_says_what_to_install(void **state)
{
	static const char *const env[] = { "TERM=linux", NULL };
	char program[] = DEMO, *argv[] = { program, NULL };
	struct vt *vt = vt_spawn(24, 80, argv, env);

	(void)state;
	assert_shows(vt, "kmscon");
	assert_int_equal(vt_wait_exit(vt, PATIENCE), 2);
	vt_free(vt);
}

static void a_tap_selects_then_opens_and_a_tap_on_a_hint_is_its_key(void **state)
{
	static const char *const env[] = { "DEMO_MOUSE=1", NULL };
	struct vt *vt = start(24, 80, env);
	int row, col;

	(void)state;
	vt_click(vt, 5, 10);
	assert_true(vt_settle(vt, QUIET, PATIENCE));
	assert_false(vt_shows(vt, "opened"));
	vt_click(vt, 5, 10);
	assert_shows(vt, "opened");
	assert_true(vt_find(vt, "f筛选", &row, &col));
	vt_click(vt, row, col + 1);
	assert_shows(vt, "撤人");
	vt_free(vt);
}

static void stopped_and_continued_it_is_drawn_again(void **state)
{
	/* A shell without job control of its own keeps the pty's session alive while the program is stopped. */
	char sh[] = "/bin/bash", c[] = "-c", script[] = "set -m; " DEMO "; echo STOPPED; read x; fg >/dev/null; echo OVER";
	char *argv[] = { sh, c, script, NULL };
	struct vt *vt = vt_spawn(24, 80, argv, NULL);

	(void)state;
	assert_shows(vt, "老马饭店");
	assert_true(vt_settle(vt, QUIET, PATIENCE));    /* ncurses drops a ^Z that comes while it draws */
	vt_key(vt, "C-z");
	assert_shows(vt, "STOPPED");
	assert_false(vt_altscreen(vt));
	vt_key(vt, "Enter");
	assert_shows(vt, "老马饭店");
	vt_keys(vt, "q");
	assert_shows(vt, "OVER");
	vt_free(vt);
}

static void a_key_stroke_costs_few_bytes(void **state)
{
	struct vt *vt = start(24, 80, NULL);
	uint64_t before = vt_bytes(vt);

	(void)state;
	for (int i = 0; i < 10; i++) {
		vt_keys(vt, "j");
		assert_true(vt_settle(vt, QUIET, PATIENCE));
	}
	/* 9,600 baud is 960 bytes a second: a move of the selection stays under half a second. */
	assert_in_range(vt_bytes(vt) - before, 1, 10 * 480);
	print_message("# %llu bytes a key\n", (unsigned long long)(vt_bytes(vt) - before) / 10);
	vt_free(vt);
}

#ifdef HAVE_GOOGLEPINYIN
static void pinyin_gives_han(void **state)
{
	struct vt *vt = start(24, 80, NULL);

	(void)state;
	vt_keys(vt, "n");
	assert_shows(vt, "写一句话");
	vt_key(vt, "F2");
	assert_shows(vt, "拼音: 打字母");
	vt_keys(vt, "yinhuan");
	assert_shows(vt, "1隐患");
	vt_keys(vt, "1");
	assert_shows(vt, "原有隐患");
	vt_key(vt, "Esc");
	vt_key(vt, "Enter");
	assert_shows(vt, "<原有隐患>");
	vt_free(vt);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_exit_gives_the_terminal_back),
		cmocka_unit_test(a_crash_gives_the_terminal_back_and_still_dies_of_it),
		cmocka_unit_test(esc_acts_at_once_and_arrows_are_not_split),
		cmocka_unit_test(the_real_cursor_is_on_the_selected_row),
		cmocka_unit_test(a_paste_is_text_in_a_field_and_nothing_elsewhere),
		cmocka_unit_test(a_digit_chooses_and_esc_chooses_nothing),
		cmocka_unit_test(long_work_can_be_stopped),
		cmocka_unit_test(any_size_and_any_change_of_size_is_survived),
		cmocka_unit_test(no_colour_and_old_terminals_keep_every_state),
		cmocka_unit_test(without_a_locale_han_is_still_drawn),
		cmocka_unit_test(a_console_without_han_says_what_to_install),
		cmocka_unit_test(a_tap_selects_then_opens_and_a_tap_on_a_hint_is_its_key),
		cmocka_unit_test(stopped_and_continued_it_is_drawn_again),
		cmocka_unit_test(a_key_stroke_costs_few_bytes),
#ifdef HAVE_GOOGLEPINYIN
		cmocka_unit_test(pinyin_gives_han),
#endif
	};

	return TAP_RUN(tests);
}
