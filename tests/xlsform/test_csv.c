#include "config.h"
#include "tests/tap.h"

#include "forms/base/buf.h"
#include "forms/base/fs.h"
#include "forms/xlsform/csv.h"

#include <stdlib.h>

/* The bytes on the heap, exactly as long as they are. */
static struct csv *open_bytes(const char *s, size_t len)
{
	char *copy = malloc(len ? len : 1);
	struct csv *c;

	memcpy(copy, s, len);
	assert_ok(csv_open_text(copy, len, &c));
	free(copy);
	return c;
}

static struct csv *open_string(const char *s)
{
	return open_bytes(s, strlen(s));
}

static void quotes_line_feeds_and_commas_are_one_field(void **state)
{
	struct csv *c = open_string("id,text\r\n\"a,1\",\"she said \"\"no\"\"\nand left\"\r\nb, plain text ,\n");

	(void)state;
	assert_ok(csv_header(c));
	assert_true(csv_next(c));
	assert_string_equal(csv_get(c, "ID"), "a,1");
	assert_string_equal(csv_get(c, "text"), "she said \"no\"\nand left");
	assert_int_equal(csv_row(c), 2);
	assert_true(csv_next(c));
	assert_int_equal(csv_row(c), 3);
	assert_string_equal(csv_get(c, "text"), "plain text");
	assert_string_equal(csv_field(c, 9), "");
	assert_string_equal(csv_get(c, "none"), "");
	assert_false(csv_next(c));
	assert_ok(csv_end(c));
	csv_close(c);
}

static void blank_rows_are_passed_over_but_counted(void **state)
{
	struct csv *c = open_string("a\n\n , \n\"\"\nb");

	(void)state;
	assert_true(csv_next(c));
	assert_true(csv_next(c));
	assert_string_equal(csv_field(c, 0), "b");
	assert_int_equal(csv_row(c), 5);
	assert_false(csv_next(c));
	csv_close(c);
}

static void what_office_programs_write_is_read(void **state)
{
	static const char gb[] = "\xb1\xe0\xba\xc5,\xc3\xfb\xb3\xc6\r\n1,\xca\xaf\xc7\xc5\xb4\xe5\r\n";
	static const char utf16[] = "\xff\xfe" "a\0\t\0\x51\x67\n\0";
	struct csv *c = open_string(gb);

	(void)state;
	assert_ok(csv_header(c));
	assert_true(csv_next(c));
	assert_string_equal(csv_get(c, "名称"), "石桥村");
	csv_close(c);
	c = open_bytes(utf16, sizeof utf16 - 1);
	assert_true(csv_next(c));
	assert_string_equal(csv_field(c, 1), "村");
	csv_close(c);
	c = open_string("\xef\xbb\xbf\"id\";\"zh\"\n1;村");
	assert_ok(csv_header(c));
	assert_int_equal(csv_columns(c), 2);
	assert_string_equal(csv_column_name(c, 0), "id");
	assert_true(csv_next(c));
	assert_string_equal(csv_get(c, "zh"), "村");
	csv_close(c);
}

static void a_bad_table_is_refused_by_row(void **state)
{
	struct csv *c = open_string("a\nb\n\"c\nd");
	struct buf big = { 0 };

	(void)state;
	assert_true(csv_next(c));
	assert_true(csv_next(c));
	assert_false(csv_next(c));
	assert_err(csv_end(c), ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "3"));
	csv_close(c);
	c = open_string("a,b,A\n1,2,3\n");
	assert_err(csv_header(c), ERR_FORMAT);
	csv_close(c);
	c = open_string("");
	assert_err(csv_header(c), ERR_FORMAT);
	csv_close(c);
	assert_err(csv_open_text("a\0b", 3, &c), ERR_FORMAT);
	assert_err(csv_open_text("a\n\xff\xff\xff", 5, &c), ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "2"));

	memset(buf_more(&big, CSV_FIELD_MAX + 1), 'x', CSV_FIELD_MAX + 1);
	c = open_bytes(big.data, big.len);
	assert_false(csv_next(c));
	assert_err(csv_end(c), ERR_LIMIT);
	csv_close(c);
	memset(big.data, ',', CSV_FIELDS_MAX + 1);
	c = open_bytes(big.data, CSV_FIELDS_MAX + 1);
	assert_false(csv_next(c));
	assert_err(csv_end(c), ERR_LIMIT);
	csv_close(c);
	buf_reset(&big);
	memset(buf_more(&big, 1000000), '\n', 1000000);
	c = open_bytes(big.data, big.len);
	assert_false(csv_next(c));
	assert_err(csv_end(c), ERR_LIMIT);
	csv_close(c);
	buf_clear(&big);
}

static void a_table_cut_anywhere_is_read_or_refused(void **state)
{
	static const char table[] = "\xef\xbb\xbf" "a;\"b\"\"\n\";c\r\n\"x\"y;\"\";\n\n1;2;3";

	(void)state;
	for (size_t n = 0; n < sizeof table; n++) {
		char *copy = malloc(n ? n : 1);
		struct csv *c;

		memcpy(copy, table, n);
		if (!csv_open_text(copy, n, &c)) {
			while (csv_next(c))
				assert_true(csv_count(c) < 5);
			csv_close(c);
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_line_feeds_and_commas_are_one_field),
		cmocka_unit_test(blank_rows_are_passed_over_but_counted),
		cmocka_unit_test(what_office_programs_write_is_read),
		cmocka_unit_test(a_bad_table_is_refused_by_row),
		cmocka_unit_test(a_table_cut_anywhere_is_read_or_refused),
	};

	return TAP_RUN(tests);
}
