/* A question of every type, answered in forty columns with the keyboard alone, on the real program; then the record. */
#include "config.h"
#include "tests/screens/field.h"

#include "forms/base/fs.h"
#include "forms/base/jdoc.h"

#include <stdio.h>
#include <stdlib.h>

static int setup(void **state)
{
	(void)state;
	return field_setup_with("types.sh");
}

/* Type, press Enter, and see that the question of this label is the one now asked. */
static void say(struct vt *vt, const char *text, const char *next)
{
	char there[128];

	vt_keys(vt, text);
	vt_key(vt, "Enter");
	snprintf(there, sizeof there, "> %s", next);
	assert_shows(vt, there);
	field_settle(vt);
}

static void press(struct vt *vt, const char *keys)
{
	vt_keys(vt, keys);
	field_settle(vt);
}

static void looks(struct vt *vt, const char *word, bool bold, bool underlined)
{
	struct vt_cell cell;
	int row, col;

	assert_true(vt_find(vt, word, &row, &col));
	assert_true(vt_cell(vt, row, col, &cell));
	assert_int_equal(cell.bold, bold);
	assert_int_equal(cell.underline, underlined);
}

/* 台账 > 试填 > new. */
static struct vt *open_form(int rows, int cols)
{
	struct vt *vt = field_enter("town", TOWN_PIN, rows, cols, NULL);

	press(vt, "g");
	assert_shows(vt, "台账");
	press(vt, "试填");
	assert_shows(vt, "1/40");
	vt_key(vt, "Enter");
	assert_shows(vt, "新建");
	press(vt, "n");
	assert_shows(vt, "> 名称");
	return vt;
}

static void texts_and_numbers(struct vt *vt)
{
	field_golden(vt, "type-text-40x18");
	looks(vt, "全名", true, false);
	looks(vt, "东山", false, true);
	looks(vt, "畅通", true, false);
	say(vt, "东山水库", "数量");
	vt_keys(vt, "900");
	vt_key(vt, "Enter");
	assert_shows(vt, "不合要求");
	vt_key(vt, "C-u");
	say(vt, "12", "水深");
	say(vt, "1.5", "打分");
	vt_keys(vt, "5");
	vt_key(vt, "Enter");
	assert_shows(vt, "5 不在 0 到 10 之间");
	field_golden(vt, "type-range-40x18");
	vt_key(vt, "Backspace");
	say(vt, "4", "通道畅通吗");
}

static void choices(struct vt *vt)
{
	field_golden(vt, "type-select-40x18");
	press(vt, "2");
	assert_shows(vt, "> 为什么不通");
	say(vt, "堆了东西", "所在的镇");
	vt_key(vt, "Enter");
	assert_shows(vt, "11/11");
	press(vt, "np");
	field_golden(vt, "type-list-40x18");
	vt_key(vt, "Enter");
	assert_shows(vt, "> 带了什么");
	press(vt, "13");
	say(vt, "", "先用哪样");
	press(vt, "312");
	field_golden(vt, "type-rank-40x18");
	vt_key(vt, "Enter");
	assert_shows(vt, "> 哪一天");
}

static void times_and_places(struct vt *vt)
{
	field_golden(vt, "type-date-40x18");
	vt_keys(vt, "713");
	vt_key(vt, "Enter");
	assert_shows(vt, "不合要求");              /* tomorrow */
	vt_key(vt, "C-u");
	say(vt, "710", "几点");
	say(vt, "830", "什么时候");
	say(vt, "711 915", "位置");
	field_golden(vt, "type-point-40x18");
	say(vt, "30.25 120.5", "走的路");
	say(vt, "30 120; 31 121", "地块");
	say(vt, "30 120;30 121;31 121;30 120", "条码");
	say(vt, "690123", "已当面告知");
	press(vt, "1");
	assert_shows(vt, "已确认");
	say(vt, "", "照片");
}

static void files(struct vt *vt)
{
	char path[512];

	snprintf(path, sizeof path, "%s/photo.jpg", field_dir());
	assert_ok(fs_write(path, "jpeg", 4));
	say(vt, path, "录音");
	vt_keys(vt, "/nowhere/sound.wav");
	vt_key(vt, "Enter");
	assert_shows(vt, "没有那个文件");
	vt_key(vt, "C-u");
	field_golden(vt, "type-file-40x18");
	say(vt, "", "录像");
	say(vt, "", "文件");
	say(vt, "", "签名");
	say(vt, "", "楼");
	say(vt, "way 77", "村");
}

static void rows(struct vt *vt)
{
	vt_key(vt, "Enter");
	assert_shows(vt, "石桥村");
	vt_key(vt, "Enter");
	assert_shows(vt, "> 哪些村");
	vt_key(vt, "Enter");
	assert_shows(vt, "已勾 0");
	press(vt, " ");
	vt_key(vt, "Down");
	press(vt, " ");
	assert_shows(vt, "已勾 2");
	vt_key(vt, "Enter");
	assert_shows(vt, "> 不能改");
	field_golden(vt, "type-rows-40x18");
	press(vt, "x");                                /* a readonly text takes no letter, and no letter throws a draft away unasked */
	assert_shows(vt, "还没有存入台账");
	vt_key(vt, "Esc");
	assert_shows(vt, "> 不能改");
}

/* Scripts that run from the right or pile marks on a letter move nothing but themselves. */
static void scripts(struct vt *vt)
{
	struct buf line = { 0 };
	int row, col;

	say(vt, "", "مرحبا");
	vt_keys(vt, " عليكم");
	say(vt, "", "สวัสดีครับ");
	vt_keys(vt, "é่");
	field_settle(vt);
	field_golden(vt, "type-scripts-40x18");
	for (row = 0; row < 18; row++) {
		buf_reset(&line);
		vt_row(vt, row, &line);
		assert_null(strstr(buf_str(&line), "\xef\xbf\xbd"));
	}
	assert_true(vt_find(vt, "F1", &row, &col));
	assert_int_equal(row, 16);
	buf_clear(&line);
}

static void repeats(struct vt *vt)
{
	vt_key(vt, "Enter");
	assert_shows(vt, ">人 1");
	say(vt, "", "  姓名");
	say(vt, "甲", "  听谁的");
	say(vt, "", "[添一个] 人 (已有 1)");
	say(vt, "", "  姓名");
	say(vt, "乙", "  听谁的");
	assert_shows(vt, "2 乙");
	press(vt, "1");
	assert_shows(vt, "> [添一个] 人 (已有 2)");
	say(vt, "", "  姓名");
	vt_key(vt, "Up");
	assert_shows(vt, ">人 3");
	press(vt, "d");
	assert_shows(vt, "(已有 2)");
	field_golden(vt, "type-repeat-40x18");
}

static const char *answer(const struct jdoc *answers, const char *name)
{
	return jdoc_str(jdoc_get(answers, name));
}

/* What the command line says of the one record there is. */
static void recorded(void)
{
	static const char *const want[][2] = {
		{ "name", "东山水库" }, { "count", "12" }, { "depth", "1.5" }, { "score", "4" }, { "open", "n" }, { "why", "堆了东西" }, { "town", "t03" },
		{ "tools", "rope lamp" }, { "order", "lamp rope pump" }, { "day", "2026-07-10" }, { "moment", "2026-07-11T09:15:00.000+08:00" },
		{ "way", "30 120; 31 121" }, { "field", "30 120;30 121;31 121;30 120" }, { "code", "690123" }, { "agreed", "OK" }, { "photo", "photo.jpg" },
		{ "building", "way 77" }, { "double", "24" }, { "fixed", "共 24" }, { "arabic", "سلام عليكم" },
	};
	char command[2048];
	struct jdoc *doc;
	const struct jdoc *answers, *people;

	snprintf(command, sizeof command, "cd %s && c='%s/sync/xunchactl --profile town --pin-file pin.town --now 2026-07-12T09:00 --json' && "
	         "id=$($c register list tryouts | sed -n 's/.*\"id\": \"\\([0-9a-f]*\\):.*/\\1/p') && $c record show $id >record.json", field_dir(), BUILDDIR);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s/record.json", field_dir());
	assert_ok(jdoc_read(command, &doc));
	answers = jdoc_get(doc, "answers");
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		assert_string_equal(answer(answers, want[i][0]), want[i][1]);
	assert_memory_equal(answer(answers, "hour"), "08:30", 5);
	assert_memory_equal(answer(answers, "spot"), "30.25 120.5", 11);
	people = jdoc_get(answers, "person");
	assert_int_equal(jdoc_count(people), 2);
	assert_string_equal(answer(jdoc_item(people, 1), "leader"), "甲");
	jdoc_free(doc);
}

static void every_type_is_answered_in_forty_columns_with_the_keyboard(void **state)
{
	struct vt *vt = open_form(18, 40);

	(void)state;
	texts_and_numbers(vt);
	choices(vt);
	times_and_places(vt);
	files(vt);
	rows(vt);
	scripts(vt);
	repeats(vt);
	vt_key(vt, "F5");
	assert_shows(vt, "已存: 试填");
	vt_free(vt);
	recorded();
}

/* Told once, dropped by the next Esc; what was typed otherwise meanwhile is told again. */
static void what_can_never_be_an_answer_holds_nobody_in_a_form(void **state)
{
	struct vt *vt = open_form(18, 40);

	(void)state;
	say(vt, "二号", "数量");
	vt_keys(vt, "900");
	vt_key(vt, "Esc");
	assert_shows(vt, "再按一次 Esc");
	press(vt, "1");
	vt_key(vt, "Esc");
	assert_shows(vt, "再按一次 Esc");
	assert_shows(vt, "9001");
	vt_key(vt, "Esc");
	assert_shows(vt, "草稿已存");
	assert_hides(vt, "> 数量");
	field_leave(vt);
}

/* 0 takes the digits to what they do not reach; of several, also in the list that Enter opens. */
static void digits_reach_every_choice_of_a_checklist(void **state)
{
	struct vt *vt = field_enter("town", TOWN_PIN, 18, 40, NULL);

	(void)state;
	press(vt, "p");
	vt_key(vt, "Enter");
	assert_shows(vt, "开始巡查");
	press(vt, "w");
	assert_shows(vt, "ZZ-01");
	press(vt, "0");
	field_golden(vt, "walk-many-40x18");
	press(vt, "4");                              /* there is no fourth */
	assert_shows(vt, "第 1/3 项");
	press(vt, "0");
	assert_shows(vt, "1 木柴");
	press(vt, "03");
	assert_shows(vt, "前 ZZ-01 没有堆东西");
	press(vt, "302");
	assert_shows(vt, "*2 家具");
	vt_key(vt, "Enter");
	press(vt, "02");
	field_golden(vt, "walk-many-list-40x18");
	press(vt, "1");
	vt_key(vt, "Enter");
	assert_shows(vt, "前 ZZ-02 纸箱 废铁");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_answered_in_forty_columns_with_the_keyboard),
		cmocka_unit_test(what_can_never_be_an_answer_holds_nobody_in_a_form),
		cmocka_unit_test(digits_reach_every_choice_of_a_checklist),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, field_teardown) != 0;
}
