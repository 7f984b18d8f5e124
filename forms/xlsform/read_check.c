/* What can be checked once all names are known: ${name} in texts and expressions, and that expressions parse. */
#include "config.h"
#include "forms/xlsform/reader.h"

#include "forms/base/i18n.h"
#include "forms/expr/expr.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 48, SUGGESTIONS_MAX = 20 };

bool may_suggest(const struct reader *r)
{
	return r->errors < SUGGESTIONS_MAX;
}

static bool same_letter(char a, char b)
{
	return (a | 32) == (b | 32);
}

/* The distance of Damerau: letters added, lost, changed, or two that swapped places. */
bool nearly_same(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), far = n > 5 ? 2 : 1;
	unsigned char d[WORD_MAX + 1][WORD_MAX + 1];

	if (n > WORD_MAX || m > WORD_MAX || n < 3 || m + far < n || n + far < m)
		return false;
	for (size_t i = 0; i <= n; i++)
		for (size_t k = 0; k <= m; k++) {
			size_t best = i ? d[i - 1][k] + 1u : k;

			if (i && k) {
				size_t changed = d[i - 1][k - 1] + !same_letter(a[i - 1], b[k - 1]);

				best = changed < best ? changed : best;
				best = d[i][k - 1] + 1u < best ? d[i][k - 1] + 1u : best;
			}
			if (i > 1 && k > 1 && same_letter(a[i - 1], b[k - 2]) && same_letter(a[i - 2], b[k - 1]) && d[i - 2][k - 2] + 1u < best)
				best = d[i - 2][k - 2] + 1u;
			d[i][k] = (unsigned char)best;
		}
	return d[n][m] <= far;
}

/* Where a text or expression stands. */
struct place { const struct table *table; uint32_t row, column; };

static void unknown_name(struct reader *r, const struct place *at, const char *name)
{
	const struct form *f = r->form;
	const char *near = NULL;
	char hint[160];

	for (uint32_t i = 0; i < f->question_count && !near && may_suggest(r); i++)
		if (nearly_same(name, f->questions[i].name))
			near = f->questions[i].name;
	snprintf(hint, sizeof hint, _("是不是 ${%.80s}?"), near ? near : "");
	reader_error(r, at->table, at->row, at->column, near ? hint : _("检查拼写; 名字要和 survey 表 name 列完全一样"), _("${%.80s} 没有这一题"), name);
}

static void check_name(struct reader *r, const struct place *at, const char *name)
{
	uint32_t first, second;
	char hint[160];

	if (!strncmp(name, "last-saved#", 11))
		name += 11;
	first = form_find(r->form, name, 0);
	second = first == FORM_NONE ? FORM_NONE : form_find(r->form, name, first + 1);
	if (first == FORM_NONE) {
		unknown_name(r, at, name);
	} else if (second != FORM_NONE) {
		snprintf(hint, sizeof hint, _("第 %u 行和第 %u 行都叫这个名字, 改掉一个"), r->form->questions[first].row, r->form->questions[second].row);
		reader_error(r, at->table, at->row, at->column, hint, _("${%.80s} 指哪一题不清楚"), name);
	}
}

/* Every ${name} of a text. */
static void check_text(struct reader *r, const struct place *at, const char *s)
{
	char name[256];

	while ((s = strstr(s, "${"))) {
		const char *end = strchr(s, '}');
		size_t n = end ? (size_t)(end - s) - 2 : 0;

		s += 2;
		if (!n || n >= sizeof name || memchr(s, '$', n) || memchr(s, '\n', n))
			continue;
		memcpy(name, s, n);
		name[n] = '\0';
		n = strspn(name, " ");
		memmove(name, name + n, strlen(name) + 1 - n);
		name[strcspn(name, " ")] = '\0';
		check_name(r, at, name);
	}
}

/* A mark that input methods put where the language wants the ASCII one. */
static const char *wide_mark(const char *s)
{
	static const char *const marks[] = { "（", "）", "，", "＝", "＞", "＜", "：", "＋", "－", "　", "｛", "｝" };

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (strstr(s, marks[i]))
			return marks[i];
	return NULL;
}

/* A default that only looks like an expression ("see page (3)") is a text all the same. */
static void check_expression(struct reader *r, const struct place *at, const char *s, bool or_text)
{
	const char *name, *wide = wide_mark(s);
	struct expr *x;
	char why[256], hint[128];
	enum err e = expr_parse(s, &x);

	if (e == ERR_NOMEM) {
		r->failed = e;
		return;
	}
	if (e && or_text) {
		reader_warn(r, at->table, at->row, at->column, NULL, _("默认值读不成表达式, 就当作文字: %s"), s);
		return;
	}
	if (e) {
		snprintf(why, sizeof why, "%s", err_detail());
		snprintf(hint, sizeof hint, _("全角的 %s 要改成半角"), wide ? wide : "");
		reader_error(r, at->table, at->row, at->column, wide ? hint : NULL, _("表达式读不懂: %s"), why);
		return;
	}
	for (size_t i = 0; (name = expr_name(x, i)); i++)
		check_name(r, at, name);
	expr_free(x);
}

/* What a row has but its kind has no use for was dropped on reading, and is not looked at either. */
static bool is_dropped(const struct form_question *q, const struct field *f)
{
	return q && f->kind == FIELD_EXPRESSION && ((f->offset == offsetof(struct form_question, choice_filter) && !q->choice_filter)
	                                            || (f->offset == offsetof(struct form_question, repeat_count) && !q->repeat_count));
}

/* `q`: the question the row became, NULL on other sheets; `each`: the block it lies in, NULL. */
static void check_row(struct reader *r, const struct table *t, const struct book_row *row, const struct form_question *q, const struct each *each)
{
	const struct book_cell *cell = t->sheet->cells + row->first;

	for (uint32_t i = 0; i < row->count; i++, cell++) {
		const struct column *c = cell->column < t->column_count ? &t->columns[cell->column] : NULL;
		struct place at = { t, row->number, cell->column };
		const char *s = cell->text;

		if (!c || !c->field || c->field->kind == FIELD_EXTRA || is_dropped(q, c->field))
			continue;
		if (each && !(s = each_text(r, each, c->language, s)))
			return;
		if (table_is_expression(c->field->kind, s)) {
			expression_clean(s, &r->text);
			check_expression(r, &at, buf_str(&r->text), c->field->kind == FIELD_DEFAULT);
		} else if (c->field->kind == FIELD_TEXT || c->field->kind == FIELD_TRIGGER) {
			check_text(r, &at, s);
		}
	}
}

/* Rows of the survey sheet that became questions; the others (disabled, end) say nothing. */
static void check_survey(struct reader *r)
{
	const struct each *open[FORM_DEPTH_MAX], *next = r->each_first;
	uint32_t question = 0, depth = 0;

	for (uint32_t i = 0; i < table_rows(&r->survey); i++) {
		const struct book_row *row = table_row(&r->survey, i);

		while (depth && open[depth - 1]->end <= i)
			depth--;
		for (; next && next->first == i && depth < FORM_DEPTH_MAX; next = next->next)
			open[depth++] = next;
		while (question < r->form->question_count && r->form->questions[question].row < row->number)
			question++;
		if (question < r->form->question_count && r->form->questions[question].row == row->number)
			check_row(r, &r->survey, row, &r->form->questions[question], depth ? open[depth - 1] : NULL);
	}
}

enum err check_references(struct reader *r)
{
	const struct table *others[] = { &r->choices, &r->external, &r->settings, &r->entities };

	check_survey(r);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		for (uint32_t k = 0; k < table_rows(others[i]); k++)
			check_row(r, others[i], table_row(others[i], k), NULL, NULL);
	return r->failed ? r->failed : r->text.err;
}
