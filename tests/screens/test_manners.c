/* What a person expects of a program that owns the terminal, held by xuncha itself: it gives the terminal back however it ends and
 * loses nothing, stops and goes on, takes a paste as text, lives at every size, and says plainly what a terminal lacks. */
#include "config.h"
#include "tests/screens/field.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { PASTED = 10240 };

#define XUNCHA "%s/tui/xuncha --profile %s/device --now " FIELD_NOW " --lang zh"

/* xuncha below a shell that lives on when it ends or stops, and then runs `after`. */
static struct vt *below_shell(const char *after)
{
	char bash[] = "/bin/bash", c[] = "-c", script[1024], *argv[] = { bash, c, script, NULL };
	struct vt *vt;

	snprintf(script, sizeof script, "ulimit -c 0; " XUNCHA "; %s", BUILDDIR, field_dir(), after);
	vt = vt_spawn(24, 80, argv, NULL);
	assert_non_null(vt);
	assert_shows(vt, "PIN");
	field_unlock(vt, FIELD_PIN);
	return vt;
}

/* The one process that the shell waits for. */
static pid_t child_of(pid_t shell)
{
	char path[64];
	int child = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)shell, (int)shell);
	f = fopen(path, "r");
	if (f && fscanf(f, "%d", &child) != 1)
		child = 0;
	if (f)
		fclose(f);
	return child;
}

static void walk_of(struct vt *vt, const char *initials, const char *name)
{
	vt_keys(vt, "/");
	assert_shows(vt, "拼音首字母");
	vt_keys(vt, initials);
	assert_shows(vt, name);
	vt_key(vt, "Enter");
	assert_shows(vt, "开始巡查");
	field_settle(vt);
	vt_keys(vt, "w");
	assert_shows(vt, "第 ");
	field_settle(vt);
}

static void a_crash_gives_the_terminal_back_and_the_next_start_the_draft(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGHUP };
	char place[32], ended[32];

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct vt *vt = below_shell("s=$?; stty -a | grep -qw -e -icanon -e -echo && echo RAW $s || echo COOKED $s");
		int row, col;
		bool visible;
		pid_t pid;

		if (!i)
			walk_of(vt, "lmfd", "老马饭店");
		snprintf(place, sizeof place, "第 %zu/", i + 1);
		assert_shows(vt, place);                     /* each time where the one before died */
		vt_keys(vt, "1");
		snprintf(place, sizeof place, "第 %zu/", i + 2);
		assert_shows(vt, place);
		assert_shows(vt, "已存");
		pid = child_of(vt_pid(vt));
		assert_true(pid > 0);
		kill(pid, signals[i]);
		snprintf(ended, sizeof ended, "COOKED %d", 128 + signals[i]);
		assert_shows(vt, ended);
		assert_false(vt_altscreen(vt));
		vt_cursor(vt, &row, &col, &visible);
		assert_true(visible);
		assert_int_equal(vt_wait_exit(vt, PATIENCE), 0);
		vt_free(vt);
	}
}

static void stopped_and_continued_each_screen_is_drawn_again(void **state)
{
	char script[1024], bash[] = "/bin/bash", c[] = "-c", *argv[] = { bash, c, script, NULL };
	struct vt *vt;

	(void)state;
	snprintf(script, sizeof script, "set -m; " XUNCHA "; echo FIRST; read x; fg >/dev/null; echo SECOND; read x; fg >/dev/null; echo OVER", BUILDDIR, field_dir());
	vt = vt_spawn(24, 80, argv, NULL);
	assert_non_null(vt);
	assert_shows(vt, "PIN");
	vt_keys(vt, FIELD_PIN);
	vt_key(vt, "Enter");
	assert_shows(vt, "第 4/");                     /* the walk of the test before */
	field_settle(vt);
	vt_key(vt, "C-z");
	assert_shows(vt, "FIRST");
	assert_false(vt_altscreen(vt));
	vt_key(vt, "Enter");
	assert_shows(vt, "第 4/");
	assert_true(vt_altscreen(vt));
	vt_keys(vt, "1");
	assert_shows(vt, "第 5/");
	field_settle(vt);
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
	field_settle(vt);
	vt_key(vt, "C-z");
	assert_shows(vt, "SECOND");
	vt_key(vt, "Enter");
	assert_shows(vt, "要做的");
	assert_shows(vt, "做到第 5/");
	field_settle(vt);
	vt_keys(vt, "q");
	assert_shows(vt, "OVER");
	vt_free(vt);
}

/* Letters that are keys everywhere, digits that answer, line ends. */
static void paste_much(struct vt *vt)
{
	static const char words[] = "q1x2n3\rdyuw";
	char *text = malloc(PASTED + 1);

	assert_non_null(text);
	for (int i = 0; i < PASTED; i++)
		text[i] = words[(size_t)i % (sizeof words - 1)];
	text[PASTED] = '\0';
	vt_paste(vt, text);
	free(text);
	field_settle(vt);
}

static void a_paste_of_ten_kilobytes_is_text_in_a_field_and_runs_no_key_anywhere(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);

	(void)state;
	assert_shows(vt, "要做的");
	paste_much(vt);
	assert_shows(vt, "粘贴只在输入框里有用");
	assert_shows(vt, "要做的");
	walk_of(vt, "hmzs", "惠民诊所");
	assert_shows(vt, "第 1/");
	paste_much(vt);
	assert_shows(vt, "第 1/");
	vt_keys(vt, "n");
	assert_shows(vt, "备注");
	field_settle(vt);
	paste_much(vt);
	assert_shows(vt, "后面的没放进去");
	assert_shows(vt, "q1x2n3 dyuw");
	vt_key(vt, "Enter");
	assert_shows(vt, "备注  q1x2n3 dyuwq1x2n3 dyuw");
	assert_shows(vt, "第 1/");
	field_leave(vt);
}

/* All below the header, whose clock goes on. */
static void body(struct vt *vt, int rows, struct buf *out)
{
	buf_reset(out);
	for (int row = 1; row < rows; row++) {
		vt_row(vt, row, out);
		buf_putc(out, '\n');
	}
}

static void is_same(struct vt *vt, struct buf *before, struct buf *after, const char *screen)
{
	if (!strcmp(buf_str(before), buf_str(after)))
		return;
	print_message("# %s before:\n%s", screen, buf_str(before));
	vt_print(vt);
	fail_msg("%s is another now", screen);
}

static void lives_at_every_size(struct vt *vt, const char *screen)
{
	static const int sizes[][2] = { { 18, 40 }, { 12, 30 }, { 5, 19 }, { 2, 1 }, { 50, 200 }, { 18, 40 } };
	struct buf before = { 0 }, after = { 0 };

	vt_key(vt, "C-l");                              /* a message goes with the next key */
	field_settle(vt);
	body(vt, 24, &before);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		vt_resize(vt, sizes[i][0], sizes[i][1]);
		field_settle(vt);
	}
	vt_resize(vt, 24, 80);
	field_settle(vt);
	body(vt, 24, &after);
	is_same(vt, &before, &after, screen);
	/* Drawn whole again it is the same: no cell was left over. */
	vt_resize(vt, 18, 40);
	field_settle(vt);
	body(vt, 18, &before);
	vt_key(vt, "C-l");
	field_settle(vt);
	body(vt, 18, &after);
	is_same(vt, &before, &after, screen);
	vt_resize(vt, 24, 80);
	field_settle(vt);
	buf_clear(&before);
	buf_clear(&after);
}

static void every_kind_of_screen_comes_back_from_every_size(void **state)
{
	static const struct { const char *keys, *shows; } screens[] = {
		{ "", "要做的" }, { "p", "老马饭店" }, { "h", "隐患" }, { "t", "训练" }, { "g", "台账" }, { "y", "本机记录" }, { "o", "设置" },
		{ "c", "报警110" }, { "n", "隐患" }, { "?", "帮助" },
	};
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
		vt_keys(vt, screens[i].keys);
		assert_shows(vt, screens[i].shows);
		field_settle(vt);
		lives_at_every_size(vt, screens[i].shows);
		for (int k = 0; k < 6 && !vt_shows(vt, "q退出"); k++) {
			vt_key(vt, "Esc");
			field_settle(vt);
		}
	}
	walk_of(vt, "lmfd", "老马饭店");
	lives_at_every_size(vt, "walk");
	vt_keys(vt, "n");
	field_settle(vt);
	lives_at_every_size(vt, "note");
	vt_key(vt, "Esc");
	field_settle(vt);
	field_leave(vt);
}

/* What it says on a terminal of this type, and how it ends. */
static void refuses(const char *type, const char *says)
{
	char program[] = BUILDDIR "/tui/xuncha", option[] = "--profile", path[512], *argv[] = { program, option, path, NULL };
	char term[64];
	const char *const env[] = { term, NULL };
	struct vt *vt;

	snprintf(path, sizeof path, "%s/device", field_dir());
	snprintf(term, sizeof term, "TERM=%s", type);
	vt = vt_spawn(24, 80, argv, env);
	assert_non_null(vt);
	assert_shows(vt, says);
	assert_int_equal(vt_wait_exit(vt, PATIENCE), 2);
	assert_false(vt_altscreen(vt));
	vt_free(vt);
}

static void a_terminal_that_cannot_is_told_what_it_lacks(void **state)
{
	(void)state;
	refuses("linux", "kmscon");
	refuses("dumb", "不能移动光标");
	refuses("no-such-terminal", "不认识");
}

static void an_old_terminal_does_all_but_colour(void **state)
{
	static const char *const vt100[] = { "TERM=vt100", NULL }, *const console[] = { "TERM=linux", "XUNCHA_ANY_TERMINAL=1", NULL };
	struct vt *vt = field_start("device", 24, 80, vt100);
	struct vt_cell cell;

	(void)state;
	assert_shows(vt, "没有颜色");
	vt_keys(vt, FIELD_PIN);
	vt_key(vt, "Enter");
	assert_shows(vt, "要做的");
	field_settle(vt);
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col++) {
			assert_true(vt_cell(vt, row, col, &cell));
			assert_false(cell.coloured);
		}
	walk_of(vt, "zxjtyx", "中心街调压箱");
	vt_keys(vt, "1");
	assert_shows(vt, "第 2/");
	field_leave(vt);
	vt = field_enter("device", FIELD_PIN, 24, 80, console);
	assert_shows(vt, "要做的");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_gives_the_terminal_back_and_the_next_start_the_draft),
		cmocka_unit_test(stopped_and_continued_each_screen_is_drawn_again),
		cmocka_unit_test(a_paste_of_ten_kilobytes_is_text_in_a_field_and_runs_no_key_anywhere),
		cmocka_unit_test(every_kind_of_screen_comes_back_from_every_size),
		cmocka_unit_test(a_terminal_that_cannot_is_told_what_it_lacks),
		cmocka_unit_test(an_old_terminal_does_all_but_colour),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
