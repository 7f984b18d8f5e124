/* The township's desk on a pty: what waits is counted, the dangerous stands first, every step is taken from there, a
 * disagreement is settled side by side, and another session's work shows by itself. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The week that desk.sh made. */
static int desk_setup(void **state)
{
	return field_setup(state) ? -1 : field_setup_also("desk.sh");
}

static struct vt *desk(int rows, int cols)
{
	return field_enter("town", TOWN_PIN, rows, cols, NULL);
}

/* What xunchactl prints for the township, its first line. */
static void ctl(const char *arguments, char *out, size_t size)
{
	char command[1024];
	FILE *f;

	snprintf(command, sizeof command, "%s/sync/xunchactl --now " FIELD_NOW " --profile %s/town --pin-file %s/pin.town %s", BUILDDIR, field_dir(), field_dir(), arguments);
	f = popen(command, "r");
	assert_non_null(f);
	out[0] = '\0';
	if (fgets(out, (int)size, f))
		out[strcspn(out, "\n")] = '\0';
	while (fgetc(f) != EOF)
		;
	assert_int_equal(pclose(f), 0);
}

static unsigned rows_where(const char *where)
{
	char command[512], out[64];

	snprintf(command, sizeof command, "register list hazards --where '%s' | wc -l", where);
	ctl(command, out, sizeof out);
	return (unsigned)strtoul(out, NULL, 10);
}

static void the_home_counts_what_waits_and_puts_what_may_be_major_first(void **state)
{
	struct vt *vt = desk(24, 80);

	(void)state;
	assert_shows(vt, "今天 2 包");
	assert_shows(vt, "隔离 1 包");
	assert_shows(vt, "冲突 1");
	assert_shows(vt, "疑似重大 3");
	assert_shows(vt, "最久 2天18时");
	assert_shows(vt, "整改 1");
	assert_shows(vt, "0/1 村已完成叫应");
	assert_shows(vt, "同天同项");
	assert_shows(vt, "7月 欠");
	assert_true(vt_selected(vt, "西坡6号出租自建房"));
	assert_shows(vt, "v核实 b降级 x吹哨 m挂牌 r复查");
	vt_free(vt);
}

static void each_count_opens_by_its_digit(void **state)
{
	static const char *const shows[] = { "隔离", "03-0001", "没有这样的记录", "没有这样的记录", "软管无卡箍", "物资盘点", "山洪" };
	struct vt *vt = desk(24, 80);

	(void)state;
	for (size_t i = 0; i < sizeof shows / sizeof *shows; i++) {
		char digit[2] = { (char)('1' + i), '\0' };

		vt_keys(vt, digit);
		assert_hides(vt, "乡镇  今日");
		assert_shows(vt, shows[i]);
		vt_key(vt, "Esc");
		assert_shows(vt, "乡镇  今日");
	}
	vt_free(vt);
}

static void a_refused_bundle_says_why_and_that_nothing_was_taken_in(void **state)
{
	struct vt *vt = desk(24, 80);

	(void)state;
	vt_keys(vt, "1");
	assert_shows(vt, "数据包应有");
	assert_true(vt_selected(vt, "隔离"));
	vt_key(vt, "Enter");
	assert_shows(vt, "没有拷完或被改动");
	assert_shows(vt, "什么都没并进来");
	vt_key(vt, "Esc");
	vt_keys(vt, "d");
	assert_shows(vt, "最后一次来信");
	assert_shows(vt, "今天 08:25");
	assert_shows(vt, "石桥村");
	vt_free(vt);
}

static void a_bundle_of_a_newer_program_waits_for_it_and_says_so(void **state)
{
	struct vt *vt;
	char command[512];

	(void)state;
	snprintf(command, sizeof command, "for f in %s/town/quarantine/*.xcb; do printf 9.9 >$f.newer || exit 1; done", field_dir());
	assert_int_equal(system(command), 0);
	vt = desk(24, 80);
	vt_keys(vt, "1");
	assert_shows(vt, "1 个数据包由更新的程序封成");
	assert_shows(vt, "等新版");
	field_settle(vt);
	assert_true(vt_selected(vt, "等新版"));
	vt_key(vt, "Enter");
	assert_shows(vt, "封它的程序比这里的新");
	vt_free(vt);
	snprintf(command, sizeof command, "rm %s/town/quarantine/*.newer", field_dir());
	assert_int_equal(system(command), 0);
}

static void what_another_session_decides_shows_without_leaving_the_screen(void **state)
{
	struct vt *vt = desk(24, 80);
	char out[256], row[64], command[512];
	FILE *f;

	(void)state;
	assert_shows(vt, "疑似重大 3");
	snprintf(command, sizeof command, "%s/verify.json", field_dir());
	f = fopen(command, "w");
	assert_non_null(f);
	fputs("{\"verify\":\"major\",\"level\":\"M\",\"level_basis\":\"承重墙已拆\"}", f);
	fclose(f);
	ctl("register list hazards --where '${desc} = \"承重墙拆改\"'", out, sizeof out);
	snprintf(row, sizeof row, "%.*s", (int)strcspn(out, " "), out);
	snprintf(command, sizeof command, "record submit --form hazard_verify --row hazards:%s --answers %s/verify.json", row, field_dir());
	ctl(command, out, sizeof out);
	vt_key(vt, "Down");
	assert_shows(vt, "疑似重大 2");
	vt_free(vt);
}

static void several_are_lowered_with_one_reason_each_with_its_own_record(void **state)
{
	struct vt *vt = desk(24, 80);

	(void)state;
	assert_int_equal(rows_where("${verify} = \"needed\""), 2);
	vt_keys(vt, "b");
	assert_shows(vt, "已勾 0 共 2");
	vt_keys(vt, "  ");
	assert_shows(vt, "已勾 2 共 2");
	vt_key(vt, "Enter");
	assert_shows(vt, "降级的理由");
	vt_key(vt, "Enter");
	assert_shows(vt, "疑似重大 2");                   /* no reason, nothing done */
	vt_keys(vt, "b");
	assert_shows(vt, "已勾 0 共 2");
	vt_keys(vt, "  ");
	vt_key(vt, "Enter");
	assert_shows(vt, "降级的理由");
	vt_keys(vt, "现场复看, 后门已开");
	vt_key(vt, "Enter");
	assert_shows(vt, "已定为一般隐患 2 处");
	vt_key(vt, "Enter");
	assert_shows(vt, "疑似重大 0");
	assert_int_equal(rows_where("${verify} = \"general\" and ${level_basis} = \"现场复看, 后门已开\""), 2);
	vt_free(vt);
}

static void a_hazard_is_whistled_for_from_the_home_and_a_wrong_step_says_why_not(void **state)
{
	struct vt *vt = desk(24, 80);

	(void)state;
	vt_keys(vt, "r");
	assert_shows(vt, "复核");                         /* not fixed yet: said, nothing opened */
	assert_shows(vt, "乡镇  今日");
	vt_keys(vt, "x");
	assert_shows(vt, "吹哨部门");
	vt_key(vt, "Esc");
	assert_shows(vt, "乡镇  今日");
	vt_free(vt);
}

static void a_disagreement_stands_side_by_side_and_is_settled_by_one(void **state)
{
	struct vt *vt = desk(24, 80);
	char out[64];

	(void)state;
	vt_keys(vt, "z");
	assert_shows(vt, "联系电话");
	assert_shows(vt, "2种说法");
	vt_key(vt, "Enter");
	assert_shows(vt, "[1] 100****003");
	assert_shows(vt, "[2] 100****003");
	assert_shows(vt, "王秀英 (设备 02)");
	assert_shows(vt, "时钟未校准");
	assert_shows(vt, "写时看过: 周敏");
	vt_key(vt, "Esc");                                /* left open: nothing dismisses itself */
	assert_shows(vt, "2种说法");
	vt_key(vt, "Enter");
	assert_shows(vt, "[1] 100****003");
	vt_keys(vt, "1");
	assert_shows(vt, "照这一种定");
	vt_keys(vt, "1");
	assert_shows(vt, "已存: 照这一种定了");
	assert_shows(vt, "没有说法不一的记录");
	ctl("conflict list | wc -l", out, sizeof out);
	assert_string_equal(out, "0");
	vt_free(vt);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* What stands in the field of a prompt gives way to `text`. */
static void answer(struct vt *vt, const char *text)
{
	field_settle(vt);
	vt_key(vt, "C-u");
	vt_keys(vt, text);
	vt_key(vt, "Enter");
}

static void import(struct vt *vt, const char *path)
{
	assert_shows(vt, "乡镇  今日");
	vt_keys(vt, "i");
	assert_shows(vt, "选一本登记簿");
	field_settle(vt);
	for (int i = 0; i < 60 && !vt_selected(vt, "场所"); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	assert_true(vt_selected(vt, "场所"));
	vt_key(vt, "Enter");
	assert_shows(vt, "哪个文件");
	answer(vt, path);
	assert_shows(vt, "会改什么");
}

static void an_offices_table_shows_what_it_would_change_before_it_does(void **state)
{
	struct vt *vt = desk(24, 80);
	char path[512], count[64];

	(void)state;
	snprintf(path, sizeof path, "%s/places.csv", field_dir());
	put(path, "编号,名称,类别,村,地址\n201-901,新桥面馆,小餐饮,石桥村,南街1号\n201-902,旧桥面馆,没有这类,石桥村,南街2号\n");
	import(vt, path);
	assert_shows(vt, "新增 1  改 0  没变 0  不收 1");
	assert_shows(vt, "C列 「没有这类」不在可选的里面");
	vt_keys(vt, "i");
	assert_shows(vt, "什么都没做");
	vt_key(vt, "Enter");
	assert_shows(vt, "没有这类");
	for (int i = 0; i < 3; i++)
		vt_key(vt, "Esc");
	ctl("register list places --where '${code} = \"201-901\"' | wc -l", count, sizeof count);
	assert_string_equal(count, "0");
	put(path, "编号,名称,类别,村,地址\n201-901,新桥面馆,小餐饮,石桥村,南街1号\n");
	import(vt, path);
	vt_keys(vt, "i");
	assert_shows(vt, "已记下: 新增 1");
	vt_free(vt);
	ctl("register list places --where '${code} = \"201-901\"' | wc -l", count, sizeof count);
	assert_string_equal(count, "1");
}

static void a_ledger_is_written_as_the_office_wants_it(void **state)
{
	struct vt *vt = desk(24, 80);
	char path[512], line[512] = "";
	FILE *f;

	(void)state;
	assert_shows(vt, "乡镇  今日");
	vt_keys(vt, "e");
	assert_shows(vt, "导出: 台账");
	field_settle(vt);
	for (int i = 0; i < 60 && !vt_selected(vt, "隐患排查治理台账"); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	vt_key(vt, "Enter");
	assert_shows(vt, "写到哪里");
	snprintf(path, sizeof path, "%s/hazards.csv", field_dir());
	answer(vt, path);
	assert_shows(vt, "已写 1 个文件");
	vt_free(vt);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	assert_non_null(strstr(line, "隐患"));
	fclose(f);
}

static void assert_file_says(const char *path, const char *words)
{
	static char page[1 << 20];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(page, 1, sizeof page - 1, f);
	page[n] = '\0';
	fclose(f);
	assert_non_null(strstr(page, words));
}

static void the_reports_are_written_from_the_desk(void **state)
{
	struct vt *vt = desk(24, 80);
	char path[512];

	(void)state;
	assert_shows(vt, "乡镇  今日");
	vt_keys(vt, "e");
	assert_shows(vt, "导出: 台账");
	vt_key(vt, "Down");
	vt_key(vt, "Down");
	field_settle(vt);
	assert_true(vt_selected(vt, "年报 "));
	vt_key(vt, "Enter");
	assert_shows(vt, "写到哪里");
	snprintf(path, sizeof path, "%s/year.html", field_dir());
	answer(vt, path);
	assert_shows(vt, "可打印");
	vt_free(vt);
	assert_file_says(path, "安全工作年报");
}

/* Whoever sits at the desk need not know commands to have a second copy; what was copied opens elsewhere and says the same. */
static void the_townships_data_is_backed_up_from_the_desk(void **state)
{
	struct vt *vt = desk(18, 40);
	char path[512];

	(void)state;
	assert_shows(vt, "还没备份过   e 备份");
	vt_keys(vt, "e");
	assert_shows(vt, "导出");
	assert_shows(vt, "还没备份过");
	for (int i = 0; i < 4; i++)
		vt_key(vt, "Down");
	field_settle(vt);
	assert_true(vt_selected(vt, "备份"));
	snprintf(path, sizeof path, "%s/town/inside", field_dir());
	vt_key(vt, "Enter");
	assert_shows(vt, "另一块盘");
	answer(vt, path);
	assert_shows(vt, "请写到别处");
	vt_key(vt, "Esc");
	snprintf(path, sizeof path, "%s/copy", field_dir());
	vt_key(vt, "Enter");
	assert_shows(vt, "另一块盘");
	answer(vt, path);
	assert_shows(vt, "已备份到");
	vt_key(vt, "Enter");
	assert_shows(vt, "上次");
	vt_key(vt, "Esc");
	assert_shows(vt, "疑似重大");
	assert_hides(vt, "备份过");
	field_leave(vt);
	field_run("xunchactl --profile again restore copy; [ $(xunchactl --profile again digest) = $(xunchactl --profile town digest) ]");
}

/* A backup of before the township's keys changed restores a township that no device believes. */
static void the_home_says_what_the_last_backup_lacks(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("xunchactl --now 2026-06-12T08:00 --profile town backup old");
	vt = desk(24, 80);
	assert_shows(vt, "上次备份是 2026-06-12   e 备份");
	field_leave(vt);
	field_run("town root rotate");
	vt = desk(24, 80);
	assert_shows(vt, "备份以后换过钥匙: 备份里没有新的, 用它恢复, 设备不认   e 备份");
	field_leave(vt);
}

static void a_paper_is_printed_from_a_hazards_page(void **state)
{
	struct vt *vt = desk(24, 80);
	char path[512];

	(void)state;
	assert_shows(vt, "乡镇  今日");
	vt_key(vt, "Enter");
	assert_hides(vt, "乡镇  今日");
	field_settle(vt);
	vt_keys(vt, "p");
	assert_shows(vt, "打印哪一种");
	field_settle(vt);
	vt_keys(vt, "2");
	assert_shows(vt, "姓名电话遮住");
	field_settle(vt);
	vt_keys(vt, "1");
	assert_shows(vt, "写到哪里");
	snprintf(path, sizeof path, "%s/reminder.html", field_dir());
	answer(vt, path);
	assert_shows(vt, "已写成");                       /* the prompt itself speaks of a browser */
	vt_free(vt);
	assert_file_says(path, "<h1>隐患整改提示单</h1>");
	assert_file_says(path, "个人信息已遮盖");
}

/* Every desk screen in both languages, large and small, and without colour: drawn, and left again. */
static void every_desk_screen_stands_in_both_languages_at_both_sizes(void **state)
{
	static const int sizes[][2] = { { 24, 80 }, { 18, 40 } };
	static const char *const mono[] = { "NO_COLOR=1", "LANGUAGE=en", NULL };

	(void)state;
	for (size_t s = 0; s < 2; s++)
		for (size_t lang = 0; lang < 2; lang++) {
			struct vt *vt = field_enter("town", TOWN_PIN, sizes[s][0], sizes[s][1], lang ? mono : NULL);

			for (const char *key = "1234567zdaghpei"; *key; key++) {
				char one[2] = { *key, '\0' };

				vt_keys(vt, one);
				assert_hides(vt, "乡镇  今日");
				field_settle(vt);
				vt_key(vt, "Esc");
				assert_shows(vt, "乡镇  今日");
			}
			vt_free(vt);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_home_counts_what_waits_and_puts_what_may_be_major_first),
		cmocka_unit_test(each_count_opens_by_its_digit),
		cmocka_unit_test(a_refused_bundle_says_why_and_that_nothing_was_taken_in),
		cmocka_unit_test(every_desk_screen_stands_in_both_languages_at_both_sizes),
		cmocka_unit_test(an_offices_table_shows_what_it_would_change_before_it_does),
		cmocka_unit_test(the_reports_are_written_from_the_desk),
		cmocka_unit_test(the_townships_data_is_backed_up_from_the_desk),
		cmocka_unit_test(a_paper_is_printed_from_a_hazards_page),
		cmocka_unit_test(a_ledger_is_written_as_the_office_wants_it),
		cmocka_unit_test(a_disagreement_stands_side_by_side_and_is_settled_by_one),
		cmocka_unit_test(a_bundle_of_a_newer_program_waits_for_it_and_says_so),
		cmocka_unit_test(what_another_session_decides_shows_without_leaving_the_screen),
		cmocka_unit_test(several_are_lowered_with_one_reason_each_with_its_own_record),
		cmocka_unit_test(a_hazard_is_whistled_for_from_the_home_and_a_wrong_step_says_why_not),
		cmocka_unit_test(the_home_says_what_the_last_backup_lacks),
	};

#ifndef WITH_TOWN
	return TAP_SKIP_ALL("built --without-town");
#endif
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, desk_setup, field_teardown) != 0;
}
