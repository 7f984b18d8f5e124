#include "config.h"
#include "tests/tap.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/frame.h"
#include "tui/kit/help.h"
#include "tui/kit/line.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/kit/prompt.h"
#include "tui/kit/term.h"

#include <stdio.h>
#include <stdlib.h>

static void type(struct kit_line *l, const char *s)
{
	uint32_t cp;

	for (size_t n; *s; s += n) {
		n = text_next(s, strlen(s), &cp);
		assert_true(kit_line_key(l, (int)cp));
	}
}

static void a_line_is_edited_by_character(void **state)
{
	struct kit_line l = { .at = 0 };

	(void)state;
	type(&l, "后门锁死x");
	kit_line_key(&l, KIT_FN | KEY_BACKSPACE);
	kit_line_key(&l, KIT_FN | KEY_LEFT);
	kit_line_key(&l, KIT_FN | KEY_LEFT);
	type(&l, "被");
	assert_string_equal(kit_line_text(&l), "后门被锁死");
	kit_line_key(&l, KIT_FN | KEY_DC);
	assert_string_equal(kit_line_text(&l), "后门被死");
	kit_line_key(&l, KIT_FN | KEY_HOME);
	kit_line_key(&l, KIT_FN | KEY_BACKSPACE);
	kit_line_key(&l, KIT_FN | KEY_DC);
	assert_string_equal(kit_line_text(&l), "门被死");
	kit_line_clear(&l);
}

static void undo_goes_back_step_by_step_to_the_start(void **state)
{
	struct kit_line l = { .at = 0 };

	(void)state;
	kit_line_set(&l, "甲");
	type(&l, "乙丙");
	kit_line_insert(&l, "\n一次\t粘贴\r");
	kit_line_key(&l, 'U' & 0x1f);
	assert_string_equal(kit_line_text(&l), "");
	assert_true(kit_line_undo(&l));
	assert_string_equal(kit_line_text(&l), "甲乙丙 一次 粘贴");
	assert_true(kit_line_undo(&l));
	assert_string_equal(kit_line_text(&l), "甲乙丙");
	assert_true(kit_line_undo(&l));
	assert_string_equal(kit_line_text(&l), "甲");
	assert_false(kit_line_undo(&l));
	kit_line_clear(&l);
}

static void a_line_never_grows_over_its_limit_nor_takes_controls(void **state)
{
	struct kit_line l = { .at = 0 };
	char *much = malloc(KIT_LINE_MAX + 8);

	(void)state;
	memset(much, 'a', KIT_LINE_MAX + 7);
	much[KIT_LINE_MAX + 7] = '\0';
	kit_line_insert(&l, much);
	assert_int_equal(strlen(kit_line_text(&l)), KIT_LINE_MAX);       /* what fits */
	kit_line_insert(&l, "字");
	assert_int_equal(strlen(kit_line_text(&l)), KIT_LINE_MAX);
	kit_line_clear(&l);
	kit_line_insert(&l, "a\033[2Jb\xff");
	assert_string_equal(kit_line_text(&l), "a[2Jb\xef\xbf\xbd");
	for (int i = 0; i < KIT_LINE_UNDO * 3; i++)
		kit_line_insert(&l, "字");
	kit_line_clear(&l);
	free(much);
}

static void every_action_has_a_label_and_a_help(void **state)
{
	(void)state;
	for (int a = ACT_NONE + 1; a < ACT_COUNT; a++) {
		assert_true(kit_actions[a].label[0] && kit_actions[a].help[0] && kit_actions[a].name[0]);
		for (int b = a + 1; b < ACT_COUNT; b++)
			assert_string_not_equal(kit_actions[a].name, kit_actions[b].name);
	}
}

static void an_arrow_is_not_the_letter_of_its_number(void **state)
{
	static const struct kit_key keys[] = { KIT_LIST_KEYS, { 0, ACT_NONE, false } };

	(void)state;
	assert_int_equal(kit_key_action(keys, KIT_FN | KEY_DOWN), ACT_DOWN);
	assert_int_equal(kit_key_action(keys, KEY_DOWN), ACT_NONE);       /* U+0102 */
	assert_int_equal(kit_key_action(keys, '?'), ACT_HELP);
}

/* A row set that can lose and gain rows. */
static unsigned rows[64];
static size_t row_total;

static size_t row_count(void *user)
{
	(void)user;
	return row_total;
}

static struct kit_id row_id(void *user, size_t i)
{
	(void)user;
	return kit_id_number(rows[i]);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	(void)user;
	snprintf(cells[0].text, KIT_CELL, "%u", rows[i]);
}

static void the_selection_is_a_row_not_a_number(void **state)
{
	static const struct kit_column columns[] = { { 0, 1, false } };
	struct kit_list l = { .rows = { .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 1 } };

	(void)state;
	for (row_total = 0; row_total < 10; row_total++)
		rows[row_total] = (unsigned)row_total;
	kit_list_sync(&l);
	kit_list_select(&l, 5);
	memmove(rows, rows + 2, 8 * sizeof *rows);               /* two rows above it go */
	row_total = 8;
	kit_list_sync(&l);
	assert_int_equal(l.at, 3);
	rows[3] = 99;                                            /* the row itself goes: the place stays */
	kit_list_sync(&l);
	assert_int_equal(l.at, 3);
	row_total = 0;
	kit_list_sync(&l);
	assert_int_equal(kit_list_act(&l, ACT_DOWN), KIT_STAY);
	row_total = 1;
	kit_list_sync(&l);
	assert_int_equal(l.at, 0);
}

static void the_way_out_is_in_every_hint_line(void **state)
{
	struct kit_view *v = kit_pager_new("甲", "乙");
	struct buf hints = { 0 };

	(void)state;
	for (int cols = 20; cols <= 80; cols++) {
		buf_reset(&hints);
		kit_frame_hints(v, NULL, 1, cols, &hints);
		assert_true(text_width(buf_str(&hints)) <= cols);
		assert_non_null(strstr(buf_str(&hints), "?帮助"));
		assert_non_null(strstr(buf_str(&hints), "Esc回"));
	}
	buf_clear(&hints);
	v->ops->close(v);
}

static void help_names_every_key_that_does_something_and_no_other(void **state)
{
	struct kit_option two[] = { { "甲", NULL, false }, { "乙", NULL, false } };
	struct kit_view *v = kit_choice_new("选", NULL, two, 2, false, NULL);
	struct buf help = { 0 };

	(void)state;
	kit_help_text(v, NULL, &help);
	assert_non_null(strstr(buf_str(&help), "1             "));
	assert_non_null(strstr(buf_str(&help), "2             "));
	assert_null(strstr(buf_str(&help), "3             "));       /* there is no third */
	assert_null(strstr(buf_str(&help), "勾选"));
	assert_non_null(strstr(buf_str(&help), "Enter"));
	buf_clear(&help);
	v->ops->close(v);
}

static enum kit_next answered(struct kit_view *below, struct kit_view *self)
{
	(void)below;
	assert_int_equal(kit_choice_answer(self), 11);
	return KIT_STAY;
}

/* A screen that nobody sees. */
struct dark { FILE *out, *in; SCREEN *screen; };

static void dark_open(struct dark *d, int rows_now, int cols)
{
	d->out = fopen("/dev/null", "w");
	d->in = fopen("/dev/null", "r");
	d->screen = newterm("xterm-256color", d->out, d->in);
	assert_non_null(d->screen);
	start_color();
	use_default_colors();
	kit_theme_use(KIT_THEME_DARK);
	resizeterm(rows_now, cols);
}

static void dark_close(struct dark *d)
{
	endwin();
	delscreen(d->screen);
	fclose(d->out);
	fclose(d->in);
}

static void assert_line(int y, const char *want)
{
	char line[512];

	mvinnstr(y, 0, line, sizeof line - 1);
	line[strcspn(line, "\n")] = '\0';
	for (size_t n = strlen(line); n && line[n - 1] == ' '; )
		line[--n] = '\0';
	assert_string_equal(line, want);
}

static void hazards_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	(void)user;
	snprintf(cells[0].text, KIT_CELL, "%s", i ? "石桥旅社  后门锁死" : "西坡6号出租自建房  承重墙拆改");
	snprintf(cells[1].text, KIT_CELL, "疑似重大隐患");
	snprintf(cells[2].text, KIT_CELL, i == 2 ? "这一行下面也没有地方了" : "已登记");
	snprintf(cells[3].text, KIT_CELL, i == 2 ? "很长很长的说明" : "02-0002");
}

/* Three rows of two lines each on a phone's screen, one of them selected. */
static void dark_phone(struct dark *d, struct kit_list *l, struct kit_view *v, size_t selected)
{
	dark_open(d, 18, 40);
	row_total = 3;
	for (unsigned i = 0; i < 3; i++)
		rows[i] = i;
	kit_list_select(l, selected);
	kit_list_draw(l, v, stdscr, 0, 18);
}

static void on_a_phone_neither_a_name_nor_its_state_is_cut_while_the_line_below_has_room(void **state)
{
	static const struct kit_column columns[] = { { 0, 1, false }, { 12, 1, true }, { 0, 2, false }, { 9, 2, true } };
	struct kit_list l = { .rows = { .count = row_count, .id = row_id, .row = hazards_draw, .columns = columns, .column_count = 4 } };
	struct kit_view v = { .ops = NULL };
	struct dark d;

	(void)state;
	dark_phone(&d, &l, &v, 1);
	assert_line(0, " 西坡6号出租自建房  承重墙拆改");
	assert_line(1, "   已登记           02-0002 疑似重大隐患");
	assert_line(2, ">石桥旅社  后门锁死         疑似重大隐患");
	assert_line(3, "   已登记                        02-0002");
	dark_close(&d);
}

static void long_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	(void)user;
	snprintf(cells[0].text, KIT_CELL, "%s", i == 1 ? "石桥村中心街东段北侧二十七号老马家常菜馆及附属仓库" : "老马饭店");
	snprintf(cells[1].text, KIT_CELL, "小餐饮");
	snprintf(cells[2].text, KIT_CELL, "%s", i == 1 ? "从卫生室门口往北走第三家, 门前有两棵大槐树" : "村南");
	snprintf(cells[3].text, KIT_CELL, "02-000%zu", i);
}

static void on_a_phone_the_selected_row_says_all_that_stands_in_it(void **state)
{
	static const struct kit_column columns[] = { { 0, 1, false }, { 12, 1, true }, { 0, 2, false }, { 9, 2, true } };
	struct kit_list l = { .rows = { .count = row_count, .id = row_id, .row = long_draw, .columns = columns, .column_count = 4 } };
	struct kit_view v = { .ops = NULL };
	struct dark d;

	(void)state;
	dark_phone(&d, &l, &v, 0);
	assert_line(2, " 石桥村中心街东段北侧二十七号老…  小餐饮");
	assert_line(4, " 老马饭店                         小餐饮");
	assert_true(kit_list_tap(&l, 1));
	assert_false(kit_list_tap(&l, 2));                /* selects it */
	erase();
	kit_list_draw(&l, &v, stdscr, 0, 18);
	assert_line(0, " 老马饭店                         小餐饮");
	assert_line(2, ">石桥村中心街东段北侧二十七号老马家常菜");
	assert_line(3, "   馆及附属仓库 小餐饮");
	assert_line(4, "   从卫生室门口往北走第三家, 门前有两棵");
	assert_line(5, "   大槐树 02-0001");
	assert_line(6, " 老马饭店                         小餐饮");
	assert_true(kit_list_tap(&l, 5));
	assert_false(kit_list_tap(&l, 7));
	assert_int_equal(l.at, 2);
	/* In a list too low for it, what there is no room for is cut once more. */
	kit_list_select(&l, 1);
	erase();
	kit_list_draw(&l, &v, stdscr, 0, 3);
	assert_line(0, ">石桥村中心街东段北侧二十七号老马家常菜");
	assert_line(2, "   从卫生室门口往北走第三家, 门前有两棵…");
	dark_close(&d);
}

static void on_a_phone_what_is_chosen_is_read_whole_and_a_title_ends_with_what_it_is_about(void **state)
{
	const struct kit_option two[] = { { "只删个人信息: 姓名、电话、证件号和照片都删掉", NULL, false }, { "不删", NULL, false } };
	struct kit_stack s = { NULL, NULL, false };
	struct dark d;

	(void)state;
	dark_open(&d, 18, 40);
	kit_stack_push(&s, kit_choice_new("告知并限期整改的通知书 > 石桥旅社  后门锁死", NULL, two, 2, false, NULL));
	kit_stack_draw(&s);
	assert_line(0, "告知并限期整改的通知书 >          选一个");
	assert_line(1, "石桥旅社  后门锁死");
	assert_line(2, ">1 只删个人信息: 姓名、电话、证件号和照");
	assert_line(3, "   片都删掉");
	assert_line(4, " 2 不删");
	kit_stack_close(&s);
	/* Broken at a blank where one is near. */
	kit_stack_push(&s, kit_prompt_new("巡查 > 石桥村老马饭店及其仓库 (小餐饮、瓶装液化石油气)", NULL, "", NULL));
	kit_stack_draw(&s);
	assert_line(0, "巡查 > 石桥村老马饭店及其仓库");
	assert_line(1, "(小餐饮、瓶装液化石油气)");
	kit_stack_close(&s);
	/* Too long for two: what it is about has the second. */
	kit_stack_push(&s, kit_prompt_new("某县某镇某村九小场所消防安全隐患告知并限期整改的通知书 (存根联) > 石桥旅社  后门锁死, 楼梯间堆杂物", NULL, "", NULL));
	kit_stack_draw(&s);
	assert_line(0, "某县某镇某村九小场所消防安全隐患告知并…");
	assert_line(1, "石桥旅社  后门锁死, 楼梯间堆杂物");
	kit_stack_close(&s);
	dark_close(&d);
}

static void what_is_said_is_read_whole_over_the_hints(void **state)
{
	struct kit_stack s = { NULL, NULL, false };
	struct dark d;

	(void)state;
	dark_open(&d, 18, 40);
	kit_stack_push(&s, kit_prompt_new("备注", NULL, "", NULL));
	kit_say(KIT_DANGER, "草稿没有保存: 存储满了, 腾出空间再试。填的都还在这里, 没有离开");
	kit_stack_draw(&s);
	assert_line(15, "草稿没有保存: 存储满了, 腾出空间再试。填");
	assert_line(16, "的都还在这里, 没有离开");
	kit_say(KIT_PLAIN, "%s: 不是数据包", "a\n已存\t.xcb");   /* a file may be named so */
	kit_stack_draw(&s);
	assert_line(15, "a?已存?.xcb: 不是数据包");
	kit_say(KIT_PLAIN, "%s", "");
	kit_stack_close(&s);
	dark_close(&d);
}

static void a_step_that_is_still_to_be_done_is_read_whole(void **state)
{
	struct dark d;

	(void)state;
	dark_open(&d, 18, 40);
	assert_int_equal(kit_step(stdscr, 0, false, "为什么 (都看得到, 不要写个人信息, 也不要写证件号)", ""), 2);
	assert_line(0, " [ ] 为什么 (都看得到, 不要写个人信息,");
	assert_line(1, "     也不要写证件号)");
	assert_int_equal(kit_step(stdscr, 2, true, "为什么 (都看得到, 不要写个人信息, 也不要写证件号)", "手机丢了"), 4);
	assert_line(3, "       手机丢了");
	dark_close(&d);
}

/* In the process, on no terminal: sanitizers see every draw at every size. */
static void every_dialog_draws_at_every_size(void **state)
{
	struct kit_option many[12] = { { NULL, NULL, false } };
	char names[12][32];
	struct kit_stack s = { NULL, NULL, false };
	struct dark d;

	(void)state;
	dark_open(&d, 24, 80);
	for (int i = 0; i < 12; i++) {
		snprintf(names[i], sizeof names[i], "第%d种很长很长的可选项", i);
		many[i].label = names[i];
	}
	many[11].find = "dsyz";
	kit_stack_push(&s, kit_pager_new("底", "# 标题\n正文正文正文正文正文正文正文正文正文\n\n末行"));
	for (int rows_now = 1; rows_now < 30; rows_now++)
		for (int cols = 1; cols < 90; cols += 3) {
			resizeterm(rows_now, cols);
			kit_stack_draw(&s);
		}
	resizeterm(24, 80);
	kit_stack_push(&s, kit_choice_new("选一种", "为什么要选", many, 12, false, answered));
	for (int rows_now = 1; rows_now < 30; rows_now++)
		for (int cols = 1; cols < 90; cols += 3) {
			resizeterm(rows_now, cols);
			kit_stack_draw(&s);
		}
	resizeterm(24, 80);
	for (const char *p = "00dsyz"; *p; p++)     /* to the last three, back to the first nine; then what is typed finds */
		kit_stack_event(&s, &(struct kit_event){ .type = KIT_EVENT_KEY, .key = *p });
	kit_stack_event(&s, &(struct kit_event){ .type = KIT_EVENT_KEY, .key = KIT_ENTER });
	assert_string_equal(s.top->ops->name, "pager");
	kit_stack_close(&s);
	dark_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_edited_by_character),
		cmocka_unit_test(undo_goes_back_step_by_step_to_the_start),
		cmocka_unit_test(a_line_never_grows_over_its_limit_nor_takes_controls),
		cmocka_unit_test(every_action_has_a_label_and_a_help),
		cmocka_unit_test(an_arrow_is_not_the_letter_of_its_number),
		cmocka_unit_test(the_selection_is_a_row_not_a_number),
		cmocka_unit_test(the_way_out_is_in_every_hint_line),
		cmocka_unit_test(help_names_every_key_that_does_something_and_no_other),
		cmocka_unit_test(on_a_phone_neither_a_name_nor_its_state_is_cut_while_the_line_below_has_room),
		cmocka_unit_test(on_a_phone_the_selected_row_says_all_that_stands_in_it),
		cmocka_unit_test(on_a_phone_what_is_chosen_is_read_whole_and_a_title_ends_with_what_it_is_about),
		cmocka_unit_test(what_is_said_is_read_whole_over_the_hints),
		cmocka_unit_test(a_step_that_is_still_to_be_done_is_read_whole),
		cmocka_unit_test(every_dialog_draws_at_every_size),
	};

	i18n_open("zh");
	return TAP_RUN(tests);
}
