#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "forms/base/text.h"
#include "forms/base/wire.h"

#include <stdlib.h>

static void han_takes_two_columns_and_is_never_cut(void **state)
{
	int used;

	(void)state;
	assert_int_equal(text_width("隐患A级"), 7);
	assert_int_equal(text_fit("隐患A级", 3, &used), 3);
	assert_int_equal(used, 2);
}

static void wrap_keeps_closing_marks_with_their_word(void **state)
{
	size_t skip, n = text_wrap("安全出口，畅通", 8, &skip);

	(void)state;
	assert_int_equal(n, 9);
	assert_int_equal(skip, 0);
	n = text_wrap("fire exit", 6, &skip);
	assert_int_equal(n, 4);
	assert_int_equal(skip, 1);
	n = text_wrap("\n二", 6, &skip);
	assert_int_equal(n, 0);
	assert_int_equal(skip, 1);
}

static void escape_sequences_never_reach_the_screen(void **state)
{
	struct buf b = { 0 };

	(void)state;
	text_clean(&b, "a\033[2J\xe2\x80\xae\xff");
	assert_string_equal(buf_str(&b), "a?[2J??");
	buf_clear(&b);
}

static void blanks_of_all_kinds_are_trimmed(void **state)
{
	char s[] = "\xe3\x80\x80 \xc2\xa0村 部\n ", empty[] = "  ";

	(void)state;
	assert_string_equal(text_trim(s), "村 部");
	assert_string_equal(text_trim(empty), "");
}

static void dates_go_round_and_impossible_ones_are_refused(void **state)
{
	char text[32];
	int32_t day;
	int64_t ms;

	(void)state;
	for (int32_t d = -200000; d < 200000; d += 17)
		assert_int_equal(clock_days(clock_date(d)), d);
	assert_true(clock_parse_date("2028-02-29", &day));
	assert_string_equal(clock_format_date(day, text), "2028-02-29");
	assert_false(clock_parse_date("2026-02-29", &day));
	assert_false(clock_parse_date("2026-2-09", &day));
	assert_true(clock_parse_time("2026-07-12T08:31:05.250+08:00", 0, &ms));
	assert_string_equal(clock_format_time(ms, 480, text), "2026-07-12T08:31:05.250+08:00");
	assert_false(clock_parse_time("2026-07-12T25:00", 0, &ms));
	assert_int_equal(clock_weekday(0), 4);
	assert_int_equal(clock_day_of(-1, 0), -1);
}

static void a_clock_that_was_set_runs_on_and_one_that_was_stopped_stands(void **state)
{
	int64_t uptime = clock_uptime();

	(void)state;
	clock_set(1000);
	while (clock_wall() < 1003)
		clock_sleep(1);
	clock_stop(1000);
	while (clock_uptime() < uptime + 6)
		clock_sleep(1);
	assert_int_equal(clock_wall(), 1000);
	clock_set(2000);
	while (clock_wall() < 2003)
		clock_sleep(1);
}

static void cbor_takes_only_the_shortest_form(void **state)
{
	static const struct { const char *bytes; size_t len; enum err want; } cases[] = {
		{ "\x17", 1, ERR_OK }, { "\x18\x17", 2, ERR_FORMAT }, { "\x18\x18", 2, ERR_OK },
		{ "\x19\x00\xff", 3, ERR_FORMAT }, { "\x19\x01\x00", 3, ERR_OK }, { "\x1a\x00\x00\xff\xff", 5, ERR_FORMAT },
		{ "\x1b\x00\x00\x00\x00\xff\xff\xff\xff", 9, ERR_FORMAT }, { "\xf9\x00\x00", 3, ERR_FORMAT },
		{ "\xc0\x00", 2, ERR_FORMAT }, { "\x5f\xff", 2, ERR_FORMAT }, { "\x61\xff", 2, ERR_FORMAT },
		{ "\xa2\x01\x00\x01\x00", 5, ERR_FORMAT }, { "\xa2\x01\x00\x02\x00", 5, ERR_OK }, { "\x82\x01", 2, ERR_FORMAT },
		{ "\xf7", 1, ERR_FORMAT }, { "\x01\x01", 2, ERR_FORMAT }, { "", 0, ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_err(cbor_check(cases[i].bytes, cases[i].len), cases[i].want);
}

static void cbor_depth_is_limited(void **state)
{
	char deep[CBOR_DEPTH_MAX + 1];

	(void)state;
	memset(deep, 0x81, sizeof deep);
	deep[CBOR_DEPTH_MAX - 1] = 0;
	assert_err(cbor_check(deep, CBOR_DEPTH_MAX), ERR_OK);
	deep[CBOR_DEPTH_MAX - 1] = (char)0x81;
	deep[CBOR_DEPTH_MAX] = 0;
	assert_err(cbor_check(deep, CBOR_DEPTH_MAX + 1), ERR_LIMIT);
}

/* What was checked ends where passing over it says; of bytes cut anywhere neither finds an end, and neither reads behind them. */
static void cbor_passes_over_what_it_would_check(void **state)
{
	static const uint8_t item[] = { 0x86, 0x18, 0x2a, 0x39, 0x01, 0x00, 0x43, 1, 2, 3, 0x63, 0xe9, 0x97, 0xa8, 0xa2, 0x01, 0x80, 0x02, 0x82, 0xf4, 0xf6, 0xf5 };
	static const uint8_t bad[][2] = { { 0xf7 }, { 0xf8, 0x20 }, { 0x9f, 0xff }, { 0xc0, 0x00 }, { 0x18, 0x01 }, { 0x83, 0x00 }, { 0x5a, 0xff } };
	size_t len, checked;

	(void)state;
	for (size_t n = 0; n <= sizeof item; n++) {
		uint8_t *copy = memcpy(malloc(n ? n : 1), item, n);
		struct cbor c = cbor_init(copy, n), d = c;

		assert_int_equal(cbor_pass(&c, &len) != NULL, n == sizeof item);
		assert_int_equal(cbor_skip(&d, &checked) != NULL, n == sizeof item);
		assert_int_equal(len, checked);
		assert_int_equal(cbor_end(&c), cbor_end(&d));
		free(copy);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct cbor c = cbor_init(bad[i], 2);

		assert_null(cbor_pass(&c, &len));
		assert_err(c.err, ERR_FORMAT);
	}
}

static void cbor_reads_what_it_wrote(void **state)
{
	static const int64_t numbers[] = { 0, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296, INT64_MAX, -1, -24, -25, -256, -257, INT64_MIN };
	struct buf b = { 0 };
	struct cbor c;
	size_t len;

	(void)state;
	cbor_put_array(&b, sizeof numbers / sizeof *numbers + 2);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		cbor_put_integer(&b, numbers[i]);
	cbor_put_text(&b, "后门锁死");
	cbor_put_null(&b);
	c = cbor_init(b.data, b.len);
	assert_int_equal(cbor_array(&c, 100), sizeof numbers / sizeof *numbers + 2);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		assert_true(cbor_integer(&c) == numbers[i]);
	assert_memory_equal(cbor_text(&c, 0, &len), "后门锁死", 12);
	assert_true(cbor_null(&c));
	assert_ok(cbor_end(&c));
	buf_clear(&b);
}

static void varints_are_shortest_only(void **state)
{
	struct buf b = { 0 };
	struct wire w;

	(void)state;
	buf_varint(&b, UINT64_MAX);
	buf_varint(&b, 300);
	w = wire_init(b.data, b.len);
	assert_true(wire_varint(&w) == UINT64_MAX);
	assert_true(wire_varint(&w) == 300);
	assert_ok(wire_end(&w));
	w = wire_init("\x80\x00", 2);
	wire_varint(&w);
	assert_err(wire_end(&w), ERR_FORMAT);
	buf_clear(&b);
}

/* Over the sizes from which memory is laid out in another way, there and in a new place. */
static void bytes_that_have_grown_large_are_all_there(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 3 << 19; i++)
		buf_be32(&b, i);
	assert_ok(b.err);
	assert_int_equal(b.len, 6 << 20);
	for (uint32_t i = 0; i < 3 << 19; i++) {
		struct wire w = wire_init(b.data + (size_t)i * 4, 4);

		if (wire_u32(&w) != i)
			fail_msg("the word at %u", (unsigned)i);
	}
	buf_clear(&b);
}

static void a_written_file_is_read_back_and_limits_hold(void **state)
{
	char dir[] = "/tmp/xuncha-base-XXXXXX";
	struct buf path = { 0 }, data = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	fs_path(&path, dir, "a");
	assert_ok(fs_write(path.data, "12345", 5));
	assert_ok(fs_read(path.data, 5, &data));
	assert_string_equal(buf_str(&data), "12345");
	assert_err(fs_read(path.data, 4, &data), ERR_LIMIT);
	assert_err(fs_read(dir, 4, &data), ERR_FORMAT);
	assert_ok(fs_remove_tree(dir));
	assert_err(fs_read(path.data, 4, &data), ERR_NOTFOUND);
	buf_clear(&path);
	buf_clear(&data);
}

static void json_errors_name_their_place(void **state)
{
	struct jdoc *v;

	(void)state;
	assert_err(jdoc_parse("{\n \"a\": }", 9, &v), ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "2"));
	assert_null(v);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(han_takes_two_columns_and_is_never_cut),
		cmocka_unit_test(wrap_keeps_closing_marks_with_their_word),
		cmocka_unit_test(escape_sequences_never_reach_the_screen),
		cmocka_unit_test(blanks_of_all_kinds_are_trimmed),
		cmocka_unit_test(dates_go_round_and_impossible_ones_are_refused),
		cmocka_unit_test(a_clock_that_was_set_runs_on_and_one_that_was_stopped_stands),
		cmocka_unit_test(cbor_takes_only_the_shortest_form),
		cmocka_unit_test(cbor_depth_is_limited),
		cmocka_unit_test(cbor_passes_over_what_it_would_check),
		cmocka_unit_test(cbor_reads_what_it_wrote),
		cmocka_unit_test(varints_are_shortest_only),
		cmocka_unit_test(bytes_that_have_grown_large_are_all_there),
		cmocka_unit_test(a_written_file_is_read_back_and_limits_hold),
		cmocka_unit_test(json_errors_name_their_place),
	};

	i18n_open(NULL);
	return TAP_RUN(tests);
}
