/* Cells as offices write them: dates in the ways of the country, digits in full width, numbers with marks for the eye. */
#include "config.h"
#include "sync/town/import_own.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Full-width ASCII (U+FF01 to U+FF5E) and the ideographic blank as what they stand for. */
static void narrow(const char *s, struct buf *out)
{
	uint32_t cp;

	for (size_t n; *s; s += n) {
		n = text_next(s, strlen(s), &cp);
		if (cp >= 0xff01 && cp <= 0xff5e)
			buf_putc(out, (char)(cp - 0xfee0));
		else if (cp == 0x3000)
			buf_putc(out, ' ');
		else
			buf_put(out, s, n);
	}
}

/* --- dates --- */

/* One of the marks between the parts of a date; its length, 0 when there is none. */
static size_t mark(const char *s, const char *const *marks)
{
	for (; *marks; marks++)
		if (!strncmp(s, *marks, strlen(*marks)))
			return strlen(*marks);
	return 0;
}

struct parts { int n[3]; size_t digits[3]; unsigned count; };

/* Up to three numbers with marks between, and one mark after the last; returns where it stops. */
static const char *read_parts(const char *s, const char *const *marks, struct parts *p)
{
	memset(p, 0, sizeof *p);
	while (p->count < 3) {
		size_t n = strspn(s, "0123456789"), gap;

		if (!n || n > 8)
			break;
		p->digits[p->count] = n;
		for (size_t i = 0; i < n; i++)
			p->n[p->count] = p->n[p->count] * 10 + (s[i] - '0');
		p->count++;
		s += n;
		gap = mark(s, marks);
		s += gap;
		if (!gap)
			break;
		s += strspn(s, " ");
	}
	return s;
}

/* 20260305; 2026 first; or, as a program set up for other countries shows it, last. 0: no date, -1: day or month cannot be told. */
static int order_parts(const struct parts *p, int *y, int *m, int *d)
{
	if (p->count == 1 && p->digits[0] == 8) {
		*y = p->n[0] / 10000;
		*m = p->n[0] / 100 % 100;
		*d = p->n[0] % 100;
		return 1;
	}
	if (p->count != 3 || p->digits[1] > 2)
		return 0;
	if (p->digits[0] == 4 && p->digits[2] <= 2) {
		*y = p->n[0];
		*m = p->n[1];
		*d = p->n[2];
		return 1;
	}
	if (p->digits[0] > 2 || p->digits[2] != 4)
		return 0;
	*y = p->n[2];
	*m = p->n[0] > 12 ? p->n[1] : p->n[0];
	*d = p->n[0] > 12 ? p->n[0] : p->n[1];
	return p->n[0] > 12 || p->n[1] > 12 || p->n[0] == p->n[1] ? 1 : -1;
}

/* "T14:30:00" from 14:30, 14时30分, 下午2点30分; false when it is no time of day. */
static bool read_clock(const char *s, struct buf *out)
{
	static const char *const marks[] = { ":", "时", "点", "分", "秒", NULL };
	bool noon = !strncmp(s, "下午", strlen("下午"));
	struct parts p;

	if (noon || !strncmp(s, "上午", strlen("上午")))
		s += strlen("上午");
	s = read_parts(s + strspn(s, " "), marks, &p);
	if (!p.count || *s || p.digits[0] > 2)
		return false;
	buf_printf(out, "T%02d:%02d:%02d", p.n[0] + (noon && p.n[0] < 12 ? 12 : 0), p.n[1], p.n[2]);
	return true;
}

/* What is no date at all stays as it is: the form says so. */
static enum err tidy_date(const char *s, bool with_time, struct buf *out)
{
	static const char *const marks[] = { "-", "/", ".", "年", "月", "日", "号", NULL };
	int y = 0, m = 0, d = 0, found;
	struct parts p;
	struct buf time = { 0 };
	const char *rest = read_parts(s, marks, &p);
	char day[48];
	int32_t days;

	if (!*rest && p.count == 1 && p.digits[0] == 5)
		return err_set(ERR_FORMAT, _("“%s” 是表格软件里的日期序号; 把这一列设成日期再存"), s);
	found = order_parts(&p, &y, &m, &d);
	rest += strspn(rest, " T");
	if (found < 0)
		return err_set(ERR_FORMAT, _("“%s” 分不清哪个是月哪个是日; 写成 2026-03-05 这样"), s);
	snprintf(day, sizeof day, "%04d-%02d-%02d", y, m, d);
	if (!found || !clock_parse_date(day, &days) || (*rest && !read_clock(rest, &time)))
		buf_puts(out, s);
	else
		buf_printf(out, "%s%s", day, with_time ? buf_str(&time) : "");
	buf_clear(&time);
	return out->err;
}

/* --- numbers and words --- */

/* 1,200 and 12.0 as 1200 and 12. */
static void tidy_number(const char *s, bool whole, struct buf *out)
{
	size_t sign = strspn(s, "+-"), first = strspn(s + sign, "0123456789"), at = sign + first;
	bool grouped = first && first <= 3 && s[at] == ',';

	while (grouped && s[at] == ',') {
		grouped = strspn(s + at + 1, "0123456789") == 3;
		at += 4;
	}
	for (size_t i = 0; s[i]; i++) {
		if (whole && s[i] == '.' && s[i + 1] == '0' && !s[i + 1 + strspn(s + i + 1, "0")])
			break;
		if (!grouped || s[i] != ',')
			buf_putc(out, s[i]);
	}
}

/* A telephone number that became a number on its way, and what our own CSV guards with an apostrophe. */
static void tidy_words(const char *s, struct buf *out)
{
	struct buf plain = { 0 };
	const char *t;
	size_t digits;

	narrow(s, &plain);
	t = buf_str(&plain);
	if (*t && t[strspn(t, "0123456789-+()/.xX# ")])
		t = s;                                      /* full width among words is how somebody writes */
	if (t[0] == '\'' && t[1] && strchr("=+-@", t[1]))
		t++;
	digits = strspn(t, "0123456789");
	if (digits >= 7 && t[digits] == '.' && t[digits + 1] && !t[digits + 1 + strspn(t + digits + 1, "0")])
		buf_put(out, t, digits);
	else
		buf_puts(out, t);
	buf_clear(&plain);
}

enum err import_tidy(enum form_type type, const char *cell, struct buf *out)
{
	struct buf plain = { 0 };
	enum err e = ERR_OK;

	narrow(cell, &plain);
	switch (type) {
	case FORM_INTEGER: case FORM_DECIMAL: case FORM_RANGE:
		tidy_number(buf_str(&plain), type == FORM_INTEGER, out);
		break;
	case FORM_DATE: case FORM_TODAY:
		e = tidy_date(buf_str(&plain), false, out);
		break;
	case FORM_DATETIME: case FORM_START: case FORM_END:
		e = tidy_date(buf_str(&plain), true, out);
		break;
	case FORM_TIME: case FORM_GEOPOINT:
		buf_puts(out, buf_str(&plain));
		break;
	default:
		tidy_words(cell, out);
	}
	buf_clear(&plain);
	return e ? e : out->err;
}

/* --- do two texts say the same? --- */

static bool same_words(const char *a, const char *b)
{
	size_t len;

	if (strlen(a) != strlen(b))
		return false;
	for (; *a; a += len, a += strspn(a, " ")) {
		bool found = false;

		len = strcspn(a, " ");
		for (const char *at = b; !found && *at; at += strcspn(at, " "), at += strspn(at, " "))
			found = strcspn(at, " ") == len && !memcmp(a, at, len);
		if (!found)
			return false;
	}
	return true;
}

static bool same_numbers(const char *a, const char *b, int count)
{
	char *end_a, *end_b;

	for (; count > 0; count--, a = end_a, b = end_b) {
		double x = strtod(a, &end_a), y = strtod(b, &end_b);

		if (end_a == a || end_b == b || fabs(x - y) > 5e-8 * fmax(1, fabs(x) / 1000))
			return false;
	}
	return true;
}

bool import_same(enum form_type type, int utc_offset, const char *a, const char *b)
{
	int64_t x, y;

	if (!strcmp(a, b))
		return true;
	if (!*a || !*b)
		return false;
	switch (type) {
	case FORM_INTEGER: case FORM_DECIMAL: case FORM_RANGE:
		return same_numbers(a, b, 1);
	case FORM_GEOPOINT:
		return same_numbers(a, b, 2);
	case FORM_SELECT_MULTIPLE: case FORM_ROWS:
		return same_words(a, b);
	case FORM_DATETIME: case FORM_START: case FORM_END:
		return clock_parse_time(a, utc_offset, &x) && clock_parse_time(b, utc_offset, &y) && x == y;
	default:
		return false;
	}
}
