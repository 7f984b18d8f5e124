/* What a form's author relies on, beyond the table of agreed cases: limits, choices where engines differ, node sets. */
#include "config.h"
#include "tests/tap.h"

#include "forms/expr/plain.h"

#include <stdlib.h>

static void assert_value(const char *expression, const char *want)
{
	struct expr_plain *p = expr_plain_new(1795305600000);      /* 2026-11-22T00:00Z */
	struct buf out = { 0 };

	setenv("TZ", "Asia/Shanghai", 1);
	assert_ok(expr_plain_set(p, NULL, "now"));
	assert_ok(expr_plain_set(p, "a", "2"));
	assert_ok(expr_plain_set(p, "b", "x y"));
	assert_ok(expr_plain_set(p, "楼层", "5"));
	assert_ok(expr_plain_eval(p, expression, &out));
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
	expr_plain_free(p);
}

static void assert_refused(const char *expression, enum err want)
{
	struct expr_plain *p = expr_plain_new(0);
	struct buf out = { 0 };

	assert_err(expr_plain_eval(p, expression, &out), want);
	buf_clear(&out);
	expr_plain_free(p);
}

static void names_and_paths_mean_values(void **state)
{
	(void)state;
	assert_value("${a} + 1", "3");
	assert_value("${ a }*${a}", "4");
	assert_value("${楼层} > 3", "true");
	assert_value("/data/a + 1", "3");
	assert_value("../b", "x y");
	assert_value(".", "now");
	assert_value("concat(${b}, '|', ${absent})", "x y|");
	assert_value("count(../*)", "3");
	assert_value("(${a} | ${b})[2]", "x y");
	assert_value("//a + 1", "3");
	assert_value("/data//a", "2");
	assert_value("../*[. > 1 and position() < 3]", "2");
}

static void javarosa_decides_where_engines_differ(void **state)
{
	(void)state;
	assert_value("regex('abc', 'b')", "false");
	assert_value("regex('村居', '\\p{L}{2}')", "true");
	assert_value("regex('村居', '\\p{IsHan}+')", "true");
	assert_value("round(-2.5)", "-2");
	assert_value("round(1.005, 2)", "1.01");
	assert_value("round(9.999, 2)", "10");
	assert_value("round(-33.33, -1)", "-30");
	assert_value("max(1, '', 3)", "3");
	assert_value("'2020-02-01' > '2020-01-01'", "false");
	assert_value("boolean-from-string('TRUE')", "true");
	assert_value("string(12345678901234)", "12345678901234");
	assert_value("string(0.1 + 0.2)", "0.30000000000000004");
	assert_value("10 div 4", "2.5");
	assert_value("1 div 0", "Infinity");
	assert_value("1 div 3000000", "0.00000033333333333333335");
	assert_value("floor(-1.5)", "-2");
	assert_value("substring('hello', 2, 3)", "ell");
}

/* Words of SurveyCTO's and of health programmes' forms. */
static void lists_with_a_separator_of_their_own(void **state)
{
	(void)state;
	assert_value("item-at(', ', 'a, b, c', 2)", "c");
	assert_value("item-at(',', 'a,b', 2)", "");
	assert_value("item-index('|', 'a|b', 'b')", "1");
	assert_value("item-index('|', '', '')", "-1");
	assert_value("item-present(',', 'a,bc', 'b')", "0");
	assert_value("count-items(',', 'a,,b')", "3");
	assert_value("count-items(',', '')", "0");
	assert_value("de-duplicate(' ', 'b a b c a')", "b a c");
	assert_value("string-length(concat('a', linebreak(), 'b'))", "3");
	assert_value("empty('') and not(empty('0'))", "true");
	assert_value("cht:strip-whitespace(' 1 2 ')", "12");
	assert_value("cht:difference-in-weeks('2026-01-01', '2026-01-22')", "3");
	assert_value("cht:difference-in-days('2026-03-01', '2026-02-28')", "-1");
	assert_value("cht:difference-in-years('2000-02-29', '2026-02-28')", "25");
}

static void days_are_local_days(void **state)
{
	(void)state;
	assert_value("today()", "2026-11-22");
	assert_value("now()", "2026-11-22T08:00:00.000+08:00");
	assert_value("today() + 30", "20809");
	assert_value("date(today() + 30)", "2026-12-22");
	assert_value("format-date(today() - 1, '%Y/%n/%e %a')", "2026/11/21 Sat");
	assert_value("date('2024-02-29') - date('2024-01-31')", "29");
	assert_value("add-date('2024-01-31', 0, 1)", "2024-03-02");
	assert_value("difference-in-months('2024-01-31', '2025-03-30')", "13");
	assert_value("decimal-time('06:00')", "0.25");
	assert_value("date('2020-03-08T12:00:00-05:00') = date('2020-03-09')", "true");
	assert_refused("date('2012-02-31')", ERR_FORMAT);
	assert_refused("date('soon')", ERR_FORMAT);
}

static void authors_shorthand_is_understood(void **state)
{
	(void)state;
	assert_value("= 'now'", "true");
	assert_value("!= 'now' or = 'now'", "true");
	assert_value("> 1 and < 3", "false");
	assert_value("2026-07-12", "2026-07-12");
	assert_value("today() > 2026-07-12", "true");
	assert_value("2026-07-12 + 1 = date('2026-07-13')", "true");
	assert_value("2026-7-12", "2007");
	assert_refused("1 = = 2", ERR_FORMAT);
	assert_refused("1 + = 2", ERR_FORMAT);
	assert_refused("2026-13-01", ERR_FORMAT);
}

static void bad_expressions_say_where(void **state)
{
	static const char *const bad[] = { "", "1 +", "(1", "1)", "if(1,2", "'open", "${}", "${a", "a[1", "1 2", "#", "a//", "a::b", "$a", "1e3", "and" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad - 1; i++)
		assert_refused(bad[i], ERR_FORMAT);
	assert_refused("'楼' + )", ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "7"));
	assert_refused("no-such-function(1)", ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "no-such-function"));
}

static char *repeated(const char *a, size_t n, const char *middle, const char *b)
{
	struct buf s = { 0 };

	for (size_t i = 0; i < n; i++)
		buf_puts(&s, a);
	buf_puts(&s, middle);
	for (size_t i = 0; i < n; i++)
		buf_puts(&s, b);
	return buf_take(&s);
}

static void depth_and_length_have_a_limit(void **state)
{
	static const struct { const char *a, *middle, *b; size_t n; enum err want; } cases[] = {
		{ "(", "1", ")", 199, ERR_OK }, { "(", "1", ")", 10000, ERR_LIMIT }, { "not(", "1", ")", 10000, ERR_LIMIT },
		{ "a[", "1", "]", 10000, ERR_LIMIT }, { "-", "1", "", 30000, ERR_OK }, { "1+", "1", "", 30000, ERR_OK },
		{ "1+", "1", "", 40000, ERR_LIMIT }, { "a/", "a", "", 20000, ERR_OK }, { "1=(", "1", ")", 9000, ERR_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = repeated(cases[i].a, cases[i].n, cases[i].middle, cases[i].b);
		struct expr *x;

		assert_err(expr_parse(text, &x), cases[i].want);
		expr_free(x);
		free(text);
	}
}

static void costly_patterns_are_stopped(void **state)
{
	(void)state;
	assert_refused("regex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a|aa)+c?')", ERR_LIMIT);
	assert_refused("regex('a', '(')", ERR_FORMAT);
}

static void names_are_listed_once_in_order(void **state)
{
	struct expr *x;

	(void)state;
	assert_ok(expr_parse("${b} + sum(${a}) + ${b} + ${last-saved#c}", &x));
	assert_string_equal(expr_name(x, 0), "b");
	assert_string_equal(expr_name(x, 1), "a");
	assert_string_equal(expr_name(x, 2), "last-saved#c");
	assert_null(expr_name(x, 3));
	expr_free(x);
}

static void a_seed_gives_the_order_other_engines_give(void **state)
{
	static const struct { const char *seed, *order; } cases[] = { { "42", "AFCBDE" }, { "-42", "EDAFBC" }, { "1", "BFEACD" }, { "11111111", "ACDBFE" } };
	struct buf text = { 0 }, out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct expr_plain *p = expr_plain_new(0);

		for (const char *name = "ABCDEF"; *name; name++)
			assert_ok(expr_plain_set(p, (char[]){ *name, '\0' }, (char[]){ *name, '\0' }));
		buf_reset(&text);
		buf_reset(&out);
		buf_printf(&text, "join('', randomize(../*, %s))", cases[i].seed);
		assert_ok(expr_plain_eval(p, buf_str(&text), &out));
		assert_string_equal(buf_str(&out), cases[i].order);
		expr_plain_free(p);
	}
	buf_clear(&text);
	buf_clear(&out);
}

static void digests_are_those_of_the_standards(void **state)
{
	(void)state;
	assert_value("digest('', 'MD5', 'hex')", "d41d8cd98f00b204e9800998ecf8427e");
	assert_value("digest('abc', 'SHA-1', 'hex')", "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_value("digest('abc', 'SHA-384', 'hex')",
	             "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
	assert_value("digest('abc', 'SHA-512', 'hex')",
	             "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
	/* 112 bytes: the length spills into a second block */
	assert_value("digest('abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu', 'SHA-256', 'hex')",
	             "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
	assert_value("base64-decode('5p2R')", "村");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_paths_mean_values), cmocka_unit_test(javarosa_decides_where_engines_differ),
		cmocka_unit_test(lists_with_a_separator_of_their_own), cmocka_unit_test(days_are_local_days), cmocka_unit_test(authors_shorthand_is_understood), cmocka_unit_test(bad_expressions_say_where), cmocka_unit_test(depth_and_length_have_a_limit),
		cmocka_unit_test(costly_patterns_are_stopped), cmocka_unit_test(names_are_listed_once_in_order), cmocka_unit_test(a_seed_gives_the_order_other_engines_give),
		cmocka_unit_test(digests_are_those_of_the_standards),
	};

	return TAP_RUN(tests);
}
