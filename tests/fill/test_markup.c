/* Labels as their authors style them, and what the screen gets. */
#include "config.h"
#include "tests/tap.h"

#include "forms/fill/markup.h"

#include <stdio.h>
#include <stdlib.h>

/* The text with its spans marked: {b words}. */
static void assert_shown(const char *label, const char *want)
{
	static const char *const names[] = { "b", "i", "h", "u" };
	struct markup m = { 0 };
	struct buf out = { 0 };
	uint32_t at = 0;

	assert_ok(markup_read(&m, label));
	for (uint32_t i = 0; i < m.count; i++) {
		assert_true(m.spans[i].start >= at && m.spans[i].style);
		buf_put(&out, m.text.data + at, m.spans[i].start - at);
		buf_putc(&out, '{');
		for (unsigned k = 0; k < 4; k++)
			if (m.spans[i].style & 1u << k)
				buf_puts(&out, names[k]);
		buf_putc(&out, ' ');
		buf_put(&out, m.text.data + m.spans[i].start, m.spans[i].len);
		buf_putc(&out, '}');
		at = m.spans[i].start + m.spans[i].len;
	}
	buf_puts(&out, buf_str(&m.text) + at);
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
	markup_clear(&m);
}

static void marks_become_spans(void **state)
{
	(void)state;
	assert_shown("普通", "普通");
	assert_shown("**重要**: 灭火器", "{b 重要}: 灭火器");
	assert_shown("一 *斜* 和 __粗__ 和 _斜_", "一 {i 斜} 和 {b 粗} 和 {i 斜}");
	assert_shown("# 标题\n正文", "{h 标题}\n正文");
	assert_shown("**粗 *又斜* 粗**", "{b 粗 }{bi 又斜}{b  粗}");
	assert_shown("<b>a</b> <i>b<br/>c</i>", "{b a} {i b}\n{i c}");
	assert_shown("<h2 style=\"color:red\">头</h2>文", "{h 头}\n文");
	assert_shown("<span style='color:#f00'>红</span>&nbsp;&lt;5&#26449;", "红 <5村");
	assert_shown("[规定](https://example.org/x) 见", "规定 见");
	assert_shown("<ul><li>一</li><li>二</li></ul>完", "· 一\n· 二\n完");
	assert_shown("a\r\nb", "a\nb");
}

static void what_only_looks_like_markup_stays(void **state)
{
	(void)state;
	assert_shown("2 * 3 * 4", "2 * 3 * 4");
	assert_shown("a < b > c", "a < b > c");
	assert_shown("snake_case_name", "snake_case_name");
	assert_shown("必填*", "必填*");
	assert_shown("**没完", "**没完");
	assert_shown("<unknown>x</unknown>", "<unknown>x</unknown>");
	assert_shown("A&B & C; &nothing;", "A&B & C; &nothing;");
	assert_shown("#1 号楼", "#1 号楼");
	assert_shown("\\*星\\*", "*星*");
	assert_shown("[x] 已查 (是)", "[x] 已查 (是)");
	assert_shown("</b>", "");
	assert_shown("", "");
	assert_shown("&#1;&#55296;&#x110000;", "&#1;&#55296;&#x110000;");
}

static void long_nonsense_takes_no_time(void **state)
{
	struct markup m = { 0 };
	size_t n = 1 << 17;      /* a cell of a table may be as long */
	char *label = malloc(n + 1);

	(void)state;
	for (size_t i = 0; i < n; i++)
		label[i] = "*<b>[_&"[i % 7];
	label[n] = '\0';
	assert_ok(markup_read(&m, label));
	assert_true(m.text.len > 0);
	markup_clear(&m);
	free(label);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_become_spans), cmocka_unit_test(what_only_looks_like_markup_stays), cmocka_unit_test(long_nonsense_takes_no_time),
	};

	return TAP_RUN(tests);
}
