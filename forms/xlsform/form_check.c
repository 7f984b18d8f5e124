#include "config.h"
#include "forms/xlsform/form_check.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/fill/fill.h"
#include "forms/xlsform/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
	const struct form *form;
	const char *directory;                 /* of the form's file */
	void (*report)(void *user, const struct form_fault *fault);
	void *user;
	uint32_t warnings;
};

static void warn(struct check *c, const char *sheet, uint32_t row, const char *header, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

static void warn(struct check *c, const char *sheet, uint32_t row, const char *header, const char *hint, const char *fmt, ...)
{
	char message[512];
	struct form_fault f = { .sheet = sheet, .row = row, .header = header, .warning = true, .message = message, .hint = hint };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	if (c->report && c->warnings++ < FORM_FAULTS_MAX)
		c->report(c->user, &f);
}

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

static void check_functions(struct check *c, const struct form_question *q, const char *header, const char *expression)
{
	struct word w;

	while (expression && next_word(&expression, &w))
		if (w.called && !expr_is_function(w.name) && !fill_is_function(w.name) && strcmp(w.name, "and") && strcmp(w.name, "or")
		    && strcmp(w.name, "div") && strcmp(w.name, "mod"))
			warn(c, "survey", q->row, header, _("检查拼写; 函数表见 docs.getodk.org/form-operators-functions"), _("这里没有函数 %s()"), w.name);
}

/* Bare names in a choice filter are columns of the choices. */
static void check_filter(struct check *c, const struct form_question *q)
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
		warn(c, "survey", q->row, "choice_filter", hint, _("choices 表没有 %s 这一列, 筛不出选项"), w.name);
	}
}

static void check_expressions(struct check *c, const struct form_question *q)
{
	const struct { const char *header, *expression; } all[] = {
		{ "relevant", q->relevant }, { "constraint", q->constraint }, { "required", q->required }, { "readonly", q->readonly },
		{ "calculation", q->calculation }, { "choice_filter", q->choice_filter }, { "repeat_count", q->repeat_count },
		{ "default", q->initial && form_is_dynamic(q->initial) ? q->initial : NULL },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		check_functions(c, q, all[i].header, all[i].expression);
	if (q->choice_filter)
		check_filter(c, q);
	if (q->type == FORM_CALCULATE && !q->calculation && !q->initial)
		warn(c, "survey", q->row, "calculation", NULL, _("%s 没有 calculation, 总是空的"), q->name);
}

static void check_question(struct check *c, const struct form_question *q)
{
	struct buf path = { 0 };

	if (form_is_asked(q->type) && !q->label.count && !q->hint.count && !q->image.count && !q->audio.count && !q->video.count && !q->calculation)
		warn(c, "survey", q->row, "label", NULL, _("%s 没有文字, 屏幕上只有它的 name"), q->name);
	if (q->source && (q->type == FORM_ATTACHED || (form_is_select(q->type) && strncmp(q->source, "${", 2)))
	    && !fs_exists(fs_path(&path, c->directory, q->source)))
		warn(c, "survey", q->row, "type", _("把它和表单放在同一个文件夹"), _("找不到附表 %s"), q->source);
	buf_clear(&path);
	check_expressions(c, q);
}

/* Stored names of a select_multiple are parted by blanks: a blank in one makes two. Named once a list. */
static enum err check_multiple(struct check *c)
{
	const struct form *f = c->form;
	const struct form_question **user = calloc(f->list_count + 1, sizeof *user);

	if (!user)
		return err_set(ERR_NOMEM, _("内存不够, 查不了表单"));
	for (uint32_t i = 0; i < f->question_count; i++)
		if (f->questions[i].type == FORM_SELECT_MULTIPLE && f->questions[i].list != FORM_NONE && !user[f->questions[i].list])
			user[f->questions[i].list] = &f->questions[i];
	for (uint32_t l = 0; l < f->list_count; l++)
		for (uint32_t k = 0; user[l] && k < f->lists[l].count; k++) {
			const struct form_choice *choice = &f->choices[f->lists[l].first + k];

			if (!strpbrk(choice->name, " \t\n"))
				continue;
			warn(c, "choices", choice->row, "name", _("把空格换成下划线"), _("多选题 %s 的选项 name 里有空格, 存下来分不开: %s"), user[l]->name, choice->name);
			break;
		}
	free(user);
	return ERR_OK;
}

/* Languages that some labels have and others lack. */
static void check_translations(struct check *c)
{
	const struct form *f = c->form;

	for (uint32_t l = 0; l < f->language_count; l++) {
		uint32_t have = 0, lack = 0, row = 0;

		for (uint32_t i = 0; i < f->question_count; i++) {
			const struct form_text *t = &f->questions[i].label;
			bool there = l < t->count && t->in[l];

			if (i && f->questions[i - 1].or_other && f->questions[i].row == f->questions[i - 1].row)
				continue;              /* that one has no row of its own */
			have += there;
			if (t->count && !there && !lack++)
				row = f->questions[i].row;
		}
		if (have && lack)
			warn(c, "survey", row, "label", NULL, _("%s: %u 题没有这种语言的文字, 将显示默认语言"), *f->languages[l] ? f->languages[l] : "default", lack);
	}
}

/* Can the engine open it? The detail names the question, or the members of a cycle. */
static enum err check_engine(struct check *c)
{
	struct fill_host host = { .now = clock_wall(), .directory = c->directory };
	struct form_fault f = { .sheet = "survey" };
	struct fill *fill = NULL;
	char message[512];
	enum err e = fill_open(c->form, &host, &fill);

	if (!e)
		e = fill_finish(fill);
	fill_close(fill);
	if (e != ERR_FORMAT && e != ERR_LIMIT)
		return e;
	snprintf(message, sizeof message, "%s", err_detail());
	f.message = message;
	if (c->report)
		c->report(c->user, &f);
	return err_set(ERR_FORMAT, "%s", message);
}

enum err form_check_run(const char *path, void (*report)(void *user, const struct form_fault *fault), void *user)
{
	const char *slash = strrchr(path, '/');
	struct buf directory = { 0 };
	struct check c = { .report = report, .user = user };
	struct form *f;
	enum err e = form_read(path, report, user, &f);

	if (e)
		return e;
	buf_put(&directory, slash ? path : ".", slash ? (size_t)(slash - path) + (slash == path) : 1);
	c.form = f;
	c.directory = buf_str(&directory);
	for (uint32_t i = 0; i < f->question_count; i++)
		check_question(&c, &f->questions[i]);
	check_translations(&c);
	e = directory.err ? directory.err : check_multiple(&c);
	e = e ? e : check_engine(&c);
	buf_clear(&directory);
	form_free(f);
	return e;
}
