/* What the words of an expression say that cannot be: functions, tables, columns and answers that are not there. */
#include "config.h"
#include "forms/xlsform/form_check_parts.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/fill/fill.h"
#include "forms/xlsform/items.h"

#include <stdio.h>
#include <string.h>

enum { ANSWERS_MAX = 200 };            /* warnings after which nothing is suggested any more: it costs time */

/* A name in an expression, outside strings and ${}. */
struct word { char name[128]; bool called; };

static bool starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool goes_on(char c)
{
	return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

static bool next_word(const char **at, struct word *w)
{
	const char *s = *at, *end;

	while (*s && !starts_name(*s)) {
		end = *s == '"' || *s == '\'' ? strchr(s + 1, *s) : !strncmp(s, "${", 2) ? strchr(s, '}') : s;
		s = end ? end + 1 : s + strlen(s);
	}
	for (end = s; goes_on(*end); end++)
		;
	snprintf(w->name, sizeof w->name, "%.*s", (int)(end - s), s);
	*at = end;
	w->called = end[strspn(end, " \t\n")] == '(';
	return end > s;
}

/* The string literal at `s`, after blanks: its length in *len; NULL when there is none. */
static const char *literal(const char *s, size_t *len)
{
	const char *end;

	s += strspn(s, " \t\n");
	end = *s == '"' || *s == '\'' ? strchr(s + 1, *s) : NULL;
	*len = end ? (size_t)(end - s) - 1 : 0;
	return end ? s + 1 : NULL;
}

/* ---- answers that no choice has: ${q} = 'x', selected(${q}, 'x') */

/* The question of a "${name}" at `s`, *end past it; FORM_NONE when there is none or its choices are not all known here. */
static uint32_t select_at(const struct check *c, const char *s, const char **end)
{
	const char *close = strchr(s, '}');
	char name[128];
	uint32_t q;

	*end = close ? close + 1 : s + strlen(s);
	s += 2 + strspn(s + 2, " ");
	if (!close || (size_t)(close - s) >= sizeof name)
		return FORM_NONE;
	snprintf(name, sizeof name, "%.*s", (int)strcspn(s, " }"), s);
	q = form_find(c->form, name, 0);
	return q != FORM_NONE && form_is_select(c->form->questions[q].type) && c->form->questions[q].list != FORM_NONE && !c->form->questions[q].source
	       && !(c->form->questions[q].appearance && strstr(c->form->questions[q].appearance, "search(")) ? q : FORM_NONE;
}

static void check_answer(struct check *c, const struct form_question *at, const char *header, uint32_t select, const char *value, size_t len)
{
	const struct form_question *q = &c->form->questions[select];
	const struct form_list *l = &c->form->lists[q->list];
	char name[64], hint[128];
	const char *near = NULL;

	if (!len || len >= sizeof name || memchr(value, ' ', len) || memchr(value, '$', len))
		return;
	snprintf(name, sizeof name, "%.*s", (int)len, value);
	if (form_find_choice(c->form, q->list, name) != FORM_NONE)
		return;
	for (uint32_t i = 0; i < l->count && !near && c->warnings < ANSWERS_MAX; i++)
		if (nearly_same(name, c->form->choices[l->first + i].name) || text_same(name, c->form->choices[l->first + i].name))
			near = c->form->choices[l->first + i].name;
	snprintf(hint, sizeof hint, _("是不是 %.80s?"), near ? near : "");
	check_warn(c, "survey", at->row, header, near ? hint : NULL, _("%s 的选项表 %s 里没有 %s, 这个比较总不成立"), q->name, l->name, name);
}

/* Before `s`, back to `start`: does "selected(" stand there, blanks aside? */
static bool in_selected(const char *start, const char *s)
{
	static const char word[] = "selected";

	while (s > start && s[-1] == ' ')
		s--;
	if (s == start || *--s != '(')
		return false;
	while (s > start && s[-1] == ' ')
		s--;
	return (size_t)(s - start) >= sizeof word - 1 && !memcmp(s - (sizeof word - 1), word, sizeof word - 1);
}

static void check_answers(struct check *c, const struct form_question *at, const char *header, const char *expression)
{
	const char *value, *end;
	size_t len;

	for (const char *s = expression; (s = strstr(s, "${")); s = end) {
		uint32_t q = select_at(c, s, &end);
		const char *next = end + strspn(end, " \t\n");

		if (q == FORM_NONE)
			continue;
		if (*next == '=' && (value = literal(next + 1, &len)))
			check_answer(c, at, header, q, value, len);
		else if (*next == ',' && in_selected(expression, s) && (value = literal(next + 1, &len)))
			check_answer(c, at, header, q, value, len);
	}
}

/* A table that an expression reads and that is neither a list of the form nor a file beside it. */
static void check_table(struct check *c, const struct form_question *q, const char *header, const char *name, size_t len)
{
	struct buf path = { 0 }, file = { 0 };
	bool there;

	buf_put(&file, name, len);
	there = form_find_list(c->form, buf_str(&file)) != FORM_NONE || !strcmp(buf_str(&file), "row") || !strncmp(buf_str(&file), "__last-saved", 12);
	for (uint32_t i = 0; i < c->form->question_count && !there; i++)
		there = c->form->questions[i].source && !strncmp(c->form->questions[i].source, buf_str(&file), len)
		        && strspn(c->form->questions[i].source + len, ".") == 1;       /* said where it is attached */
	if (!there && *buf_str(&file) == '@') {
		check_warn(c, "survey", q->row, header, NULL, _("这里没有 pulldata(\"%s\", …), 得到空值"), buf_str(&file));
		there = true;
	}
	if (!items_is_file(buf_str(&file)))
		buf_puts(&file, ".csv");
	if (!there && !fs_exists(fs_path(&path, c->directory, buf_str(&file))))
		check_warn(c, "survey", q->row, header, _("把它和表单放在同一个文件夹"), _("找不到附表 %s"), buf_str(&file));
	buf_clear(&file);
	buf_clear(&path);
}

void check_words(struct check *c, const struct form_question *q, const char *header, const char *expression)
{
	const char *name;
	struct word w;
	size_t len;

	if (expression)
		check_answers(c, q, header, expression);
	while (expression && next_word(&expression, &w)) {
		if (w.called && (!strcmp(w.name, "instance") || !strcmp(w.name, "pulldata"))
		    && (name = literal(expression + strspn(expression, " \t\n") + 1, &len)))
			check_table(c, q, header, name, len);
		if (w.called && !expr_is_function(w.name) && !fill_is_function(w.name) && strcmp(w.name, "and") && strcmp(w.name, "or")
		    && strcmp(w.name, "div") && strcmp(w.name, "mod"))
			check_warn(c, "survey", q->row, header, _("检查拼写; 函数表见 docs.getodk.org/form-operators-functions"), _("这里没有函数 %s()"), w.name);
	}
}

/* Bare names in a choice filter are columns of the choices. */
void check_filter(struct check *c, const struct form_question *q)
{
	static const char *const known[] = { "name", "label", "and", "or", "div", "mod" };
	const char *s = q->choice_filter, *near;
	struct word w;
	char hint[160];

	if (q->list == FORM_NONE || strpbrk(s, "[/"))
		return;
	while (next_word(&s, &w)) {
		bool column = form_find_column(c->form, w.name) != FORM_NONE;

		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			column = column || !strcmp(w.name, known[i]);
		if (column || w.called)
			continue;
		near = NULL;
		for (uint32_t i = 0; i < c->form->column_count && !near && c->warnings < FORM_FAULTS_MAX; i++)
			near = nearly_same(w.name, c->form->columns[i]) ? c->form->columns[i] : NULL;
		snprintf(hint, sizeof hint, _("是不是 %.80s? 题目要写成 ${名字}"), near ? near : w.name);
		check_warn(c, "survey", q->row, "choice_filter", hint, _("choices 表没有 %s 这一列, 筛不出选项"), w.name);
	}
}
