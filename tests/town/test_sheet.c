#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/town/sheet.h"

#include <stdlib.h>

static const struct sheet_column columns[] = {
	{ "序号", 0, SHEET_NUMBER }, { "排查日期", 12, SHEET_DATE }, { "隐患描述", 40, SHEET_TEXT },
};
static const char *const row[] = { "1", "2026-07-12", "后门锁死, \"二楼\" 同" };
static const char *const formula[] = { "2", "", "=HYPERLINK(\"http://x\")" };

static void write_both(const char *path, int xlsx)
{
	struct sheet *s;

	assert_ok(sheet_open(path, xlsx, "隐患排查治理台账", "样例镇 2026-07-12", columns, 3, &s));
	sheet_row(s, row);
	sheet_row(s, formula);
	assert_ok(sheet_close(s));
}

static void csv_has_a_mark_title_headings_and_quoted_rows(void **state)
{
	char dir[] = "/tmp/xuncha-sheet-XXXXXX";
	struct buf path = { 0 }, data = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	write_both(fs_path(&path, dir, "a.csv"), 0);
	assert_ok(fs_read(path.data, 4096, &data));
	assert_string_equal(buf_str(&data),
		"\xef\xbb\xbf隐患排查治理台账\r\n样例镇 2026-07-12\r\n序号,排查日期,隐患描述\r\n"
		"1,2026-07-12,\"后门锁死, \"\"二楼\"\" 同\"\r\n2,,\"'=HYPERLINK(\"\"http://x\"\")\"\r\n");
	assert_ok(fs_remove_tree(dir));
	buf_clear(&path);
	buf_clear(&data);
}

static void a_spreadsheet_is_whole_or_not_there(void **state)
{
	char dir[] = "/tmp/xuncha-sheet-XXXXXX";
	struct buf path = { 0 }, data = { 0 };
	struct sheet *s;

	(void)state;
	assert_non_null(mkdtemp(dir));
	write_both(fs_path(&path, dir, "a.xlsx"), 1);
	assert_ok(fs_read(path.data, 1 << 20, &data));
	assert_memory_equal(data.data, "PK\3\4", 4);
	assert_ok(sheet_open(fs_path(&path, dir, "b.xlsx"), 1, "t", "s", columns, 3, &s));
	sheet_abort(s);
	assert_false(fs_exists(path.data));
	assert_false(fs_exists(fs_path(&data, dir, "b.xlsx.new")));
	assert_int_not_equal(sheet_open(fs_path(&path, dir, "no/such/c.csv"), 0, "t", "s", columns, 3, &s), ERR_OK);
	assert_ok(fs_remove_tree(dir));
	buf_clear(&path);
	buf_clear(&data);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_has_a_mark_title_headings_and_quoted_rows),
		cmocka_unit_test(a_spreadsheet_is_whole_or_not_there),
	};

	i18n_open(NULL);
	return TAP_RUN(tests);
}
