/* The sheet survey: rows become questions, begin and end make the tree. */
#include "config.h"
#include "forms/xlsform/reader.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/form_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct form_question, member)
#define XC(n) (offsetof(struct form_question, xc) + (n) * sizeof(const char *))

static const struct field fields[] = {
	{ "type", FIELD_TYPE, 0 },
	{ "name", FIELD_PLAIN, AT(name) },
	{ "label", FIELD_TEXT, AT(label) },
	{ "hint", FIELD_TEXT, AT(hint) },
	{ "guidance_hint", FIELD_TEXT, AT(guidance) },
	{ "constraint_message", FIELD_TEXT, AT(constraint_message) },
	{ "required_message", FIELD_TEXT, AT(required_message) },
	{ "image", FIELD_TEXT, AT(image) },
	{ "audio", FIELD_TEXT, AT(audio) },
	{ "video", FIELD_TEXT, AT(video) },
	{ "relevant", FIELD_EXPRESSION, AT(relevant) },
	{ "constraint", FIELD_EXPRESSION, AT(constraint) },
	{ "required", FIELD_CONDITION, AT(required) },
	{ "readonly", FIELD_CONDITION, AT(readonly) },
	{ "calculation", FIELD_EXPRESSION, AT(calculation) },
	{ "default", FIELD_DEFAULT, AT(initial) },
	{ "choice_filter", FIELD_EXPRESSION, AT(choice_filter) },
	{ "repeat_count", FIELD_EXPRESSION, AT(repeat_count) },
	{ "trigger", FIELD_TRIGGER, AT(trigger) },
	{ "appearance", FIELD_PLAIN, AT(appearance) },
	{ "parameters", FIELD_TRIGGER, AT(parameters) },
	{ "save_to", FIELD_PLAIN, AT(save_to) },
	{ "disabled", FIELD_DISABLED, 0 },
	{ "kobo--score-choices", FIELD_LIST, 0 },
	{ "kobo--rank-items", FIELD_LIST, 0 },
	{ "kobo--matrix_list", FIELD_LIST, 0 },
	{ "xc:unit", FIELD_PLAIN, XC(FORM_XC_UNIT) },
	{ "xc:warn", FIELD_EXPRESSION, XC(FORM_XC_WARN) },
	{ "xc:fail", FIELD_EXPRESSION, XC(FORM_XC_FAIL) },
	{ "xc:level", FIELD_PLAIN, XC(FORM_XC_LEVEL) },
	{ "xc:due", FIELD_PLAIN, XC(FORM_XC_DUE) },
	{ "xc:act", FIELD_PLAIN, XC(FORM_XC_ACT) },
	{ "xc:basis", FIELD_PLAIN, XC(FORM_XC_BASIS) },
	{ "xc:std", FIELD_PLAIN, XC(FORM_XC_STD) },
	{ "xc:flag", FIELD_PLAIN, XC(FORM_XC_FLAG) },
	{ "xc:class", FIELD_PLAIN, XC(FORM_XC_CLASS) },
};
const struct field_set survey_fields = { fields, sizeof fields / sizeof *fields, false };

struct nesting {
	uint32_t open[FORM_DEPTH_MAX];         /* questions */
	const char *list[FORM_DEPTH_MAX];      /* that their rows choose from; "" */
	uint32_t depth;
	const struct each *each;               /* the choice that rows are read for; NULL */
};

static bool is_first_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

/* XML's names, as far as a form may use them: they become element names in every other tool. */
static bool is_name(const char *s)
{
	if (!is_first_letter((unsigned char)*s))
		return false;
	while (*++s)
		if (!is_first_letter((unsigned char)*s) && !strchr("0123456789-.:", *s))
			return false;
	return true;
}

/* Which lists must offer "other"? Known before the choices are laid out. */
static enum err find_others(struct reader *r)
{
	struct row_type type;
	const char **p;

	for (uint32_t i = 0; i < table_rows(&r->survey); i++) {
		read_type(table_get(&r->survey, table_row(&r->survey, i), "type"), &type);
		if (!type.or_other || !type.argument)
			continue;
		p = arena_grow(&r->limits, r->others, r->other_count, &r->other_cap, FORM_QUESTIONS_MAX, sizeof *p, _("题目"));
		if (!p)
			return r->limits.err;
		r->others = p;
		p[r->other_count++] = form_string_n(r->form, type.argument, type.argument_len);
	}
	return form_error(r->form);
}

/* A name that the author left out where one is not needed: a note's or group's. */
static const char *made_up_name(struct reader *r, const char *what, uint32_t row)
{
	buf_reset(&r->text);
	buf_printf(&r->text, "%s_%u", what, row);
	return form_string(r->form, buf_str(&r->text));
}

static void check_name(struct reader *r, struct form_question *q)
{
	const struct table *t = &r->survey;

	if (!q->name && (q->type == FORM_NOTE || q->type == FORM_GROUP || q->type == FORM_REPEAT)) {
		q->name = made_up_name(r, q->type == FORM_NOTE ? "note" : q->type == FORM_GROUP ? "group" : "repeat", q->row);
		reader_warn(r, t, q->row, WHOLE_ROW, NULL, _("没有 name, 就叫它 %s"), q->name);
	} else if (!q->name) {
		q->name = made_up_name(r, "unnamed", q->row);
		reader_error(r, t, q->row, WHOLE_ROW, _("在 name 列给这一题起个名字"), _("类型 %s 的这一行没有 name"), q->type_name);
	} else if (!is_name(q->name)) {
		reader_error(r, t, q->row, WHOLE_ROW, _("名字以字母或下划线开头, 后面可有数字、横线和点, 不能有空格"), _("name 不能用: %.80s"), q->name);
	}
}

static uint32_t find_list(const struct reader *r, const char *name, bool external)
{
	const struct form *f = r->form;

	for (uint32_t i = external ? r->external_list : 0; i < f->list_count; i++)
		if (!strcmp(f->lists[i].name, name))
			return i;
	return FORM_NONE;
}

static const char *nearest_list(const struct reader *r, const char *name)
{
	for (uint32_t i = 0; i < r->form->list_count && may_suggest(r); i++)
		if (nearly_same(name, r->form->lists[i].name))
			return r->form->lists[i].name;
	return NULL;
}

static void attach_list(struct reader *r, struct form_question *q, const struct row_type *type, uint32_t column)
{
	const char *name = q->source, *near;
	char hint[256];

	q->source = NULL;
	q->list = find_list(r, name, type->external);
	if (q->list == FORM_NONE && type->external)
		q->list = find_list(r, name, false);
	if (q->list != FORM_NONE)
		return;
	if (type->external) {
		/* others look for it in a file itemsets.csv beside the form */
		reader_warn(r, &r->survey, q->row, column, _("在 external_choices 表的 list_name 列里加上它"), _("找不到选项表 %.80s, 填写时按文字输入"), name);
		return;
	}
	near = nearest_list(r, name);
	snprintf(hint, sizeof hint, _("是不是 %s?"), near ? near : "");
	reader_error(r, &r->survey, q->row, column, near ? hint : _("在 choices 表的 list_name 列里加上它"), _("找不到选项表 %.80s"), name);
}

static bool is_row(enum form_type t)
{
	return t == FORM_ROW || t == FORM_ROWS;
}

/* What follows the type word: the list, file, register or repeat. */
static void take_argument(struct reader *r, struct form_question *q, const struct row_type *type, uint32_t column)
{
	q->source = form_string_n(r->form, type->argument, type->argument_len);
	q->or_other = type->or_other;
	if (form_error(r->form))
		return;
	if (form_is_select(q->type) && !q->source)
		reader_error(r, &r->survey, q->row, column, _("写成 select_one 选项表"), _("没有说是哪个选项表"));
	else if (is_row(q->type) && !q->source)
		reader_error(r, &r->survey, q->row, column, _("写成 row 登记册"), _("没有说是哪个登记册"));
	else if (form_is_select(q->type) && !type->from_file && strncmp(q->source, "${", 2))
		attach_list(r, q, type, column);
	else if (q->type == FORM_ATTACHED && q->name) {
		buf_reset(&r->text);
		buf_printf(&r->text, "%s.%s", q->name, text_same(q->type_name, "xml-external") ? "xml" : "csv");
		q->source = form_string(r->form, buf_str(&r->text));
	} else if (!form_is_select(q->type) && !is_row(q->type)) {
		q->source = NULL;
	}
}

static bool appears(const struct form_question *q, const char *word)
{
	return q->appearance && strstr(q->appearance, word);
}

static void warn_type(struct reader *r, const struct form_question *q, const struct row_type *type, uint32_t column)
{
	if (type->as_text)
		reader_warn(r, &r->survey, q->row, column, NULL, _("类型 %s 在这里按文字填写"), q->type_name);
	if (type->skipped)
		reader_warn(r, &r->survey, q->row, column, NULL, _("类型 %s 在这里没有作用, 不会问也不会记"), q->type_name);
}

/* The text question that "or_other" brings along. */
static void add_other_question(struct reader *r, uint32_t select, uint32_t parent)
{
	struct form_question *q = form_add_question(r->form);
	const char *name = r->form->questions[select].name;

	if (!q)
		return;
	q->type = FORM_TEXT;
	q->type_name = form_string(r->form, "text");
	q->parent = parent;
	q->row = r->form->questions[select].row;
	buf_reset(&r->text);
	buf_printf(&r->text, "%s_other", name);
	q->name = form_string(r->form, buf_str(&r->text));
	buf_reset(&r->text);
	buf_printf(&r->text, "selected(../%s, 'other')", name);
	q->relevant = form_string(r->form, buf_str(&r->text));
	put_other_label(r->form, &q->label, true);
}

static bool open_block(struct reader *r, struct nesting *n, const struct book_row *row, uint32_t question)
{
	const char *list = table_get(&r->survey, row, "kobo--score-choices");

	if (n->depth == FORM_DEPTH_MAX) {
		reader_error(r, &r->survey, row->number, WHOLE_ROW, NULL, _("组套组超过 %d 层"), FORM_DEPTH_MAX);
		return false;
	}
	n->list[n->depth] = *list ? list : table_get(&r->survey, row, "kobo--rank-items");
	n->open[n->depth++] = question;
	return true;
}

static void close_block(struct reader *r, struct nesting *n, const struct book_row *row, enum form_type type)
{
	const struct table *t = &r->survey;
	uint32_t column = table_column(t, row, "type");
	const char *end = type == FORM_GROUP ? "end_group" : "end_repeat";
	struct form_question *q;

	if (!n->depth) {
		reader_error(r, t, row->number, column, _("删掉这一行, 或在前面补上 begin"), _("%s 没有对应的 begin"), end);
		return;
	}
	q = &r->form->questions[n->open[--n->depth]];
	q->end = r->form->question_count;
	if (q->type != type) {
		buf_reset(&r->text);
		buf_printf(&r->text, _("第 %u 行的 %s 要用 %s 结束"), q->row, q->name, q->type == FORM_GROUP ? "end_group" : "end_repeat");
		reader_error(r, t, row->number, column, buf_str(&r->text), _("%s 对不上: 现在开着的是第 %u 行的%s %s"), end, q->row,
		             q->type == FORM_GROUP ? _("组") : _("重复组"), q->name);
	}
}

static void read_question(struct reader *r, struct nesting *n, const struct book_row *row, const char *cell, struct row_type *type)
{
	struct form_question *q = form_add_question(r->form);
	uint32_t index = r->form->question_count - 1, column = table_column(&r->survey, row, "type");
	uint32_t parent = n->depth ? n->open[n->depth - 1] : FORM_NONE;

	if (!q)
		return;
	q->type = type->type;
	q->row = row->number;
	q->parent = parent;
	q->type_name = form_string(r->form, cell);
	table_store(r, &r->survey, row, q);
	if (form_error(r->form))
		return;
	if (!form_is_select(q->type) && q->type != FORM_ROW && q->type != FORM_ROWS)
		q->choice_filter = NULL;
	if (q->type != FORM_REPEAT)
		q->repeat_count = NULL;
	if (n->each)
		each_adapt(r, n->each, q);
	check_name(r, q);
	if (type->of_group && n->depth) {
		type->argument = n->list[n->depth - 1];
		type->argument_len = strlen(type->argument);
	}
	take_argument(r, q, type, column);
	if (!q->constraint)
		q->constraint = form_string(r->form, type->constraint);
	if (q->type == FORM_IMAGE && (appears(q, "signature") || appears(q, "draw")))
		q->type = FORM_SIGNATURE;
	warn_type(r, q, type, column);
	if (type->kind == ROW_BEGIN)
		open_block(r, n, row, index);
	else if (type->or_other)
		add_other_question(r, index, parent);
}

static void read_row(struct reader *r, struct nesting *n, const struct book_row *row)
{
	const struct table *t = &r->survey;
	const char *cell = table_get(t, row, "type"), *name = table_get(t, row, "name"), *near;
	struct row_type type;
	char hint[128];

	if (is_yes(table_get(t, row, "disabled")))
		return;
	if (!*cell) {
		if (*name)
			reader_error(r, t, row->number, WHOLE_ROW, _("在 type 列写上类型, 例如 text"), _("%.80s 没有类型"), name);
		else if (*table_get(t, row, "label"))
			reader_warn(r, t, row->number, WHOLE_ROW, NULL, _("只有文字, 没有 type 和 name, 这一行略过"));
		return;
	}
	read_type(cell, &type);
	if (type.kind == ROW_END) {
		close_block(r, n, row, type.type);
	} else if (type.kind == ROW_UNKNOWN) {
		near = may_suggest(r) ? nearest_type(cell) : NULL;
		snprintf(hint, sizeof hint, _("是不是 %s?"), near ? near : "");
		reader_error(r, t, row->number, table_column(t, row, "type"), near ? hint : _("类型见 xlsform.org 的 Question types"),
		             _("不认识的类型: %.80s"), cell);
	} else {
		read_question(r, n, row, cell, &type);
	}
}

static enum err read_rows(struct reader *r, struct nesting *n, uint32_t from, uint32_t end);

/* The list of a block that is asked once for each choice; FORM_NONE where there is none, which is said. */
static uint32_t list_of(struct reader *r, const struct book_row *row, const struct row_type *type)
{
	const char *field = type->matrix ? "kobo--matrix_list" : "type";
	const char *name = type->matrix ? table_get(&r->survey, row, field) : form_string_n(r->form, type->argument, type->argument_len);
	uint32_t list = name && *name ? find_list(r, name, false) : FORM_NONE, column = table_column(&r->survey, row, field);

	if (list != FORM_NONE || form_error(r->form))
		return list;
	if (name && *name)
		reader_error(r, &r->survey, row->number, column, _("在 choices 表的 list_name 列里加上它"), _("找不到选项表 %.80s"), name);
	else
		reader_error(r, &r->survey, row->number, column, type->matrix ? _("在 kobo--matrix_list 列写上选项表") : _("写成 begin loop over 选项表"), _("没有说是哪个选项表"));
	return FORM_NONE;
}

/* One choice of a block: its group, and in it the rows anew. */
static enum err read_one(struct reader *r, struct nesting *n, const struct each *each)
{
	struct form_question *q = form_add_question(r->form);
	const struct each *outer = n->each;
	uint32_t index = r->form->question_count - 1;
	enum err e;

	if (!q)
		return form_error(r->form);
	q->parent = n->open[n->depth - 1];
	each_group(r, each, q);
	if (form_error(r->form) || !open_block(r, n, table_row(&r->survey, each->first - 1), index))
		return form_error(r->form);
	n->each = each;
	e = read_rows(r, n, each->first, each->end);
	n->each = outer;
	n->depth--;
	r->form->questions[index].end = r->form->question_count;
	return e;
}

/* The rows of a block that is asked once for each choice, from `begin` to the row that ends it. */
static enum err read_each(struct reader *r, struct nesting *n, uint32_t begin, uint32_t end, const struct row_type *type)
{
	const struct book_row *row = table_row(&r->survey, begin);
	uint32_t list = list_of(r, row, type), depth = n->depth;
	struct each each = { .first = begin + 1, .end = end };
	struct form_list l;
	enum err e = form_error(r->form);

	if (!e)
		read_row(r, n, row);
	if (e || list == FORM_NONE || n->depth == depth)
		return e ? e : form_error(r->form);
	l = r->form->lists[list];
	e = each_names(r, &each);
	for (uint32_t i = 0; i < l.count && !e; i++) {
		if ((r->each_rows += end - begin) > EACH_ROWS_MAX)
			return err_set(ERR_LIMIT, _("survey 第 %u 行: 逐项问的题展开后超过 %d 行"), row->number, EACH_ROWS_MAX);
		each.choice = r->form->choices[l.first + i];
		if (type->matrix) {
			buf_reset(&r->text);
			buf_printf(&r->text, "%s_%s", r->form->questions[n->open[depth]].name, each.choice.name);
			each.base = form_string(r->form, buf_str(&r->text));
		}
		e = form_error(r->form);
		e = e ? e : each_note(r, &each);
		e = e ? e : read_one(r, n, &each);
	}
	return e;
}

static enum err read_rows(struct reader *r, struct nesting *n, uint32_t from, uint32_t end)
{
	enum err e = ERR_OK;

	for (uint32_t i = from; i < end && !e; i++) {
		const struct book_row *row = table_row(&r->survey, i);
		uint32_t last;
		struct row_type type;

		read_type(table_get(&r->survey, row, "type"), &type);
		last = type.kind == ROW_BEGIN && (type.matrix || type.loop) && !is_yes(table_get(&r->survey, row, "disabled")) ? each_end(r, i) : end;
		if (last < end) {
			e = read_each(r, n, i, last, &type);
			i = last;
			row = table_row(&r->survey, i);
		}
		if (!e)
			read_row(r, n, row);
		e = e ? e : form_error(r->form);
	}
	return e;
}

static int by_place_and_name(const void *a, const void *b)
{
	const struct form_question *x = *(const struct form_question *const *)a, *y = *(const struct form_question *const *)b;
	int order = x->parent < y->parent ? -1 : x->parent > y->parent ? 1 : strcmp(x->name, y->name);

	return order ? order : x->row < y->row ? -1 : x->row > y->row;
}

static enum err check_duplicates(struct reader *r)
{
	const struct form *f = r->form;
	const struct form_question **sorted = malloc((f->question_count + 1) * sizeof *sorted);
	char hint[128];

	if (!sorted)
		return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
	for (uint32_t i = 0; i < f->question_count; i++)
		sorted[i] = &f->questions[i];
	qsort(sorted, f->question_count, sizeof *sorted, by_place_and_name);
	for (uint32_t i = 1; i < f->question_count; i++)
		if (sorted[i]->parent == sorted[i - 1]->parent && !strcmp(sorted[i]->name, sorted[i - 1]->name)) {
			snprintf(hint, sizeof hint, _("第 %u 行已经用了它, 换一个"), sorted[i - 1]->row);
			reader_error(r, &r->survey, sorted[i]->row, WHOLE_ROW, hint, _("同一组里有两个 name 都是 %.80s"), sorted[i]->name);
		}
	free(sorted);
	return ERR_OK;
}

static const char *likely_sheet(const struct book *b)
{
	for (uint32_t i = 0; i < b->sheet_count; i++)
		if (nearly_same(b->sheets[i].name, "survey"))
			return b->sheets[i].name;
	return b->sheet_count ? b->sheets[0].name : "";
}

enum err read_survey(struct reader *r)
{
	const struct book_sheet *sheet = book_find(r->book, "survey");
	struct nesting n = { .depth = 0 };
	char hint[256];
	enum err e;

	if (!sheet) {
		snprintf(hint, sizeof hint, _("题目要写在名叫 survey 的表里; 这里有 %.80s"), likely_sheet(r->book));
		reader_error(r, NULL, 0, WHOLE_ROW, hint, _("没有 survey 表"));
		return ERR_OK;
	}
	e = table_open(r, sheet, &survey_fields, &r->survey);
	if (!e && (!table_has(&r->survey, "type") || !table_has(&r->survey, "name"))) {
		reader_error(r, &r->survey, sheet->row_count ? sheet->rows[0].number : 0, WHOLE_ROW, _("survey 表的第一行是列名, 至少要有 type, name 和 label"),
		             _("缺少 %s 列"), table_has(&r->survey, "type") ? "name" : "type");
		return ERR_OK;
	}
	e = e ? e : find_others(r);
	e = e ? e : read_choices(r);
	e = e ? e : read_rows(r, &n, 0, table_rows(&r->survey));
	while (n.depth && !e) {
		const struct form_question *q = &r->form->questions[n.open[--n.depth]];

		reader_error(r, &r->survey, q->row, WHOLE_ROW, q->type == FORM_GROUP ? _("在它最后一题之后加一行 end_group") : _("在它最后一题之后加一行 end_repeat"),
		             _("%s %s 没有结束"), q->type == FORM_GROUP ? _("组") : _("重复组"), q->name);
	}
	return e ? e : check_duplicates(r);
}
