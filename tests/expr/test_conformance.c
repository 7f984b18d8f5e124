/* Replays the expression table: 797 cases on which three independent engines agree. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/jdoc.h"
#include "forms/expr/plain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TABLE SRCDIR "/../shared/conformance/expressions.tsv"

enum { COLUMNS = 8 };
enum { ID, VALUE, EXPRESSION, KIND, EXPECTED, FACTOR, ZONE, TIER };

/* Every miss there is, with its reason. A writer of tab separated values took the quotes of an expression that begins with
 * a double-quoted string for its own: "1a" = "1a" stands in the table as 1a = "1a", which no engine reads. */
static const struct { const char *id, *why; } misses[] = {
	{ "X0194", "\"1a\" = \"1a\" lost its first quotes" }, { "X0195", "\"1a\" != \"1a\" lost its first quotes" },
	{ "X1441", "as X0194" }, { "X1442", "as X0195" },
};

static bool known_miss(const char *id)
{
	for (size_t i = 0; i < sizeof misses / sizeof *misses; i++)
		if (!strcmp(misses[i].id, id))
			return true;
	return false;
}

static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
			*to++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s == 'r' ? '\r' : *s;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* A JSON string's content, or the bare text. */
static void plain_string(const char *json, struct buf *out)
{
	struct jdoc *v = NULL;

	buf_reset(out);
	if (*json == '"' && !jdoc_parse(json, strlen(json), &v) && jdoc_type(v) == JDOC_TEXT)
		buf_puts(out, jdoc_str(v));
	else
		buf_puts(out, json);
	jdoc_free(v);
}

static bool same_number(const char *got, const char *want, double factor)
{
	double a = strtod(got, NULL), b = strtod(want, NULL);

	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	if (isinf(a) || isinf(b))
		return a == b;
	if (factor > 0)
		return fabs(round(a * factor) - round(b * factor)) < 0.5 + 1e-9 * fabs(b * factor);
	return fabs(a - b) <= 1e-12 * fmax(1, fabs(b));
}

static bool same_boolean(const char *got, const char *want)
{
	bool yes = strcmp(got, "false") && strcmp(got, "") && strcmp(got, "0") && strcmp(got, "NaN");

	return yes == !strcmp(want, "true");
}

/* "/^text$/" of the table: the text between. */
static bool same_pattern(const char *got, const char *want)
{
	size_t n = strlen(want);

	return n >= 4 && strlen(got) == n - 4 && !strncmp(got, want + 2, n - 4);
}

static bool row_holds(char **col, struct buf *got)
{
	struct expr_plain *p = expr_plain_new(1795305600000);      /* 2026-11-22 */
	struct buf text = { 0 };
	bool ok = false;
	enum err err;

	setenv("TZ", col[ZONE], 1);
	plain_string(col[VALUE], &text);
	assert_ok(expr_plain_set(p, NULL, buf_str(&text)));
	unescape(col[EXPRESSION]);
	err = expr_plain_eval(p, col[EXPRESSION], got);
	plain_string(col[EXPECTED], &text);
	if (!strcmp(col[KIND], "throws"))
		ok = err != ERR_OK;
	else if (err)
		ok = false;
	else if (!strcmp(col[KIND], "number"))
		ok = same_number(buf_str(got), col[EXPECTED], strtod(col[FACTOR], NULL));
	else if (!strcmp(col[KIND], "boolean"))
		ok = same_boolean(buf_str(got), col[EXPECTED]);
	else if (!strcmp(col[KIND], "string-match"))
		ok = same_pattern(buf_str(got), buf_str(&text));
	else
		ok = !strcmp(buf_str(got), buf_str(&text));
	if (err)
		buf_printf(got, "%s: %s", err_name(err), err_detail());
	buf_clear(&text);
	expr_plain_free(p);
	return ok;
}

static bool split(char *line, char **col)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		col[i] = line;
		line += strcspn(line, "\t");
		if (*line)
			*line++ = '\0';
		else if (i + 1 < COLUMNS)
			return false;
	}
	return true;
}

static void every_agreed_expression_has_its_value(void **state)
{
	struct buf table = { 0 }, got = { 0 };
	char *line, *next, *col[COLUMNS];
	size_t cases = 0, wrong = 0, surprises = 0;

	(void)state;
	assert_ok(fs_read(TABLE, 1 << 22, &table));
	line = strchr(table.data, '\n') + 1;
	for (; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (!split(line, col))
			continue;
		cases++;
		buf_reset(&got);
		if (row_holds(col, &got))
			continue;
		wrong++;
		surprises += !known_miss(col[ID]);
		print_message("# %s: %s gives %s, not %s (%s)\n", col[ID], col[EXPRESSION], buf_str(&got), col[EXPECTED], col[ZONE]);
	}
	print_message("# %zu cases, %zu wrong\n", cases, wrong);
	assert_true(cases >= 797);
	assert_true(wrong * 100 <= cases);
	assert_int_equal(surprises, 0);
	buf_clear(&table);
	buf_clear(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_agreed_expression_has_its_value) };

	if (!fs_exists(TABLE))
		return TAP_SKIP_ALL(TABLE " is not there");
	return TAP_RUN(tests);
}
