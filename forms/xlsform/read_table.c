/* Header rows: which column means what, under all the names it goes by. */
#include "config.h"
#include "forms/xlsform/reader.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/form_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 200 };

/* Other names of columns, after lower-casing, with '_' for blanks and without bind::, control::, body:: and media::. */
static const struct field_alias aliases[] = {
	{ "relevance", "relevant" },
	{ "calculate", "calculation" },
	{ "read_only", "readonly" },
	{ "caption", "label" },
	{ "value", "name" },
	{ "tag", "name" },
	{ "command", "type" },
	{ "list", "list_name" },
	{ "listname", "list_name" },
	{ "constraining_message", "constraint_message" },
	{ "jr:constraintmsg", "constraint_message" },
	{ "constraintmsg", "constraint_message" },
	{ "jr:requiredmsg", "required_message" },
	{ "requiredmsg", "required_message" },
	{ "jr:count", "repeat_count" },
	{ "count", "repeat_count" },
	{ "guidance", "guidance_hint" },
	{ "entities:saveto", "save_to" },
	{ "saveto", "save_to" },
	{ "title", "form_title" },
	{ "set_form_title", "form_title" },
	{ "set_form_id", "form_id" },
	{ "id_string", "form_id" },
	{ "dataset", "list_name" },
	{ "step", "xc:step" },
};

static const char *canonical(const char *name)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (!strcmp(aliases[i].alias, name))
			return aliases[i].name;
	return name;
}

/* The field of this name: with a language only a text, without one the first. */
static const struct field *field_named(const struct field_set *set, const char *name, bool translated)
{
	for (size_t i = 0; i < set->count; i++)
		if (!strcmp(set->fields[i].name, name) && (!translated || set->fields[i].kind == FIELD_TEXT))
			return &set->fields[i];
	return NULL;
}

static const struct field *find_field(const struct field_set *set, const char *name, bool translated, bool *alias)
{
	const struct field *f = field_named(set, name, translated);

	*alias = !f;
	return f ? f : field_named(set, canonical(name), translated);
}

static void plain_name(char *s)
{
	for (; *s; s++)
		*s = *s == ' ' || *s == '\n' || *s == '\t' ? '_' : *s >= 'A' && *s <= 'Z' ? (char)(*s + 32) : *s;
}

/* Cut `s` at the first separator: returns what follows, trimmed, NULL when there is none. */
static char *cut(char *s, const char *separator)
{
	char *p = strstr(s, separator);

	if (!p)
		return NULL;
	*p = '\0';
	text_trim(s);
	return text_trim(p + strlen(separator));
}

static bool is_prefix(const char *s)
{
	return text_same(s, "bind") || text_same(s, "control") || text_same(s, "body") || text_same(s, "media");
}

/* "label::English (en)", "bind::jr:constraintMsg", "label:English", "Constraint Message": the column's field and language,
 * "" for none. The text is cut up. */
static const struct field *read_header(const struct field_set *set, char *s, struct column *c, const char **language)
{
	const char *separator = strstr(s, "::") ? "::" : ":";
	char whole[HEADER_MAX + 1], first[HEADER_MAX + 1], *rest;
	const struct field *f;

	*language = "";
	strcpy(first, s);
	rest = cut(first, separator);
	if (rest && is_prefix(first) && text_same(rest, "type"))
		return NULL;           /* bind::type is how the value is stored elsewhere, no type of question */
	if (rest && is_prefix(first))
		s += strlen(s) - strlen(rest);
	strcpy(whole, s);
	plain_name(whole);
	f = find_field(set, whole, false, &c->alias);
	if (f || !(rest = cut(s, separator)))
		return f;
	plain_name(s);
	*language = rest;
	return find_field(set, s, true, &c->alias);
}

bool table_header_means(const char *header, const char *name)
{
	const struct field field = { name, FIELD_TEXT, 0 };
	const struct field_set set = { &field, 1, false };
	struct column c = { 0 };
	const char *language;
	char text[HEADER_MAX + 1];

	if (strlen(header) > HEADER_MAX)
		return false;
	strcpy(text, header);
	return read_header(&set, text, &c, &language);
}

/* A header that nobody knows and that is one slip away from one that everybody knows. */
static void warn_misspelt(struct reader *r, const struct field_set *set, const struct table *t, uint32_t row, uint32_t column)
{
	char name[HEADER_MAX + 1], hint[128];

	strcpy(name, t->columns[column].header);
	cut(name, ":");
	plain_name(name);
	for (size_t i = 0; i < set->count && may_suggest(r); i++)
		if (!strchr(set->fields[i].name, ':') && nearly_same(name, set->fields[i].name)) {
			snprintf(hint, sizeof hint, _("是不是 %s?"), set->fields[i].name);
			reader_warn(r, t, row, column, hint, _("不认识的列, 略过"));
			return;
		}
}

static const struct field extra_field = { "", FIELD_EXTRA, 0 };

static void be_extra(struct reader *r, struct column *c)
{
	c->language = form_find_column(r->form, c->header);
	if (c->language == FORM_NONE)
		c->language = form_add_column(r->form, c->header);
	c->field = &extra_field;
}

static void open_column(struct reader *r, const struct field_set *set, struct table *t, const struct book_row *header, const struct book_cell *cell)
{
	struct column *c = &t->columns[cell->column];
	const char *language;
	char name[HEADER_MAX + 1];

	c->header = cell->text;
	if (strlen(cell->text) > HEADER_MAX) {
		reader_warn(r, t, header->number, cell->column, NULL, _("列名太长, 这一列略过"));
		return;
	}
	strcpy(name, cell->text);
	c->field = read_header(set, name, c, &language);
	if (!c->field && set->keep_extra)
		be_extra(r, c);
	else if (!c->field)
		warn_misspelt(r, set, t, header->number, cell->column);
	else if (c->field && c->field->kind == FIELD_TEXT)
		c->language = form_add_language(r->form, language);
}

/* Two columns of one meaning: the first one counts, a column of the field's own name before any alias. Among choices what
 * only resembles a field ("value" beside "name") is a further column. */
static void settle_twins(struct reader *r, const struct field_set *set, struct table *t, uint32_t row)
{
	for (uint32_t i = 0; i < t->column_count; i++) {
		struct column *c = &t->columns[i];

		for (uint32_t k = 0; k < t->column_count && c->field && c->field != &extra_field; k++) {
			const struct column *other = &t->columns[k];

			if (k == i || other->field != c->field || other->language != c->language || (c->alias == other->alias ? k > i : other->alias))
				continue;
			if (c->alias && set->keep_extra) {
				be_extra(r, c);
			} else {
				reader_warn(r, t, row, i, _("删掉其中一列"), _("这一列和 %s 列意思相同, 只看后者"), other->header);
				c->field = NULL;
			}
		}
	}
}

enum err table_open(struct reader *r, const struct book_sheet *sheet, const struct field_set *set, struct table *out)
{
	const struct book_row *header;

	*out = (struct table){ .sheet = sheet };
	if (!sheet || !sheet->row_count)
		return ERR_OK;
	header = sheet->rows;
	for (uint32_t i = 0; i < header->count; i++)
		if (sheet->cells[header->first + i].column >= out->column_count)
			out->column_count = sheet->cells[header->first + i].column + 1;
	out->columns = calloc(out->column_count, sizeof *out->columns);
	if (!out->columns) {
		out->column_count = 0;
		return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
	}
	for (uint32_t i = 0; i < header->count; i++)
		open_column(r, set, out, header, &sheet->cells[header->first + i]);
	settle_twins(r, set, out, header->number);
	return form_error(r->form);
}

void table_close(struct table *t)
{
	free(t->columns);
	*t = (struct table){ 0 };
}

uint32_t table_rows(const struct table *t)
{
	return t->sheet && t->sheet->row_count ? t->sheet->row_count - 1 : 0;
}

const struct book_row *table_row(const struct table *t, uint32_t i)
{
	return &t->sheet->rows[i + 1];
}

bool table_has(const struct table *t, const char *field)
{
	for (uint32_t i = 0; i < t->column_count; i++)
		if (t->columns[i].field && !strcmp(t->columns[i].field->name, field))
			return true;
	return false;
}

static const struct book_cell *find_cell(const struct table *t, const struct book_row *row, const char *field)
{
	const struct book_cell *cell = t->sheet->cells + row->first;

	for (uint32_t i = 0; i < row->count; i++, cell++)
		if (cell->column < t->column_count && t->columns[cell->column].field && !strcmp(t->columns[cell->column].field->name, field))
			return cell;
	return NULL;
}

const char *table_get(const struct table *t, const struct book_row *row, const char *field)
{
	const struct book_cell *cell = find_cell(t, row, field);

	return cell ? cell->text : "";
}

uint32_t table_column(const struct table *t, const struct book_row *row, const char *field)
{
	const struct book_cell *cell = find_cell(t, row, field);

	return cell ? cell->column : WHOLE_ROW;
}

bool is_yes(const char *s)
{
	static const char *const words[] = { "yes", "true", "true()", "1", "y", "是" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_same(s, words[i]))
			return true;
	return false;
}

bool table_is_expression(enum field_kind kind, const char *text)
{
	return kind == FIELD_EXPRESSION || kind == FIELD_CONDITION || (kind == FIELD_DEFAULT && form_is_dynamic(text));
}

/* The plain quote that a curly one at `s` stands for, 0 when there is none; its length in *n. */
static char smart_quote(const char *s, size_t *n)
{
	*n = 3;
	if (!memcmp(s, "\xe2\x80\x9c", 3) || !memcmp(s, "\xe2\x80\x9d", 3))
		return '"';
	if (!memcmp(s, "\xe2\x80\x98", 3) || !memcmp(s, "\xe2\x80\x99", 3))
		return '\'';
	return 0;
}

/* May a string end here? An operator, a bracket or the end of the expression follows. */
static bool may_end(const char *s)
{
	static const char *const words[] = { "and ", "or ", "div ", "mod " };
	bool blank = *s == ' ' || *s == '\n' || *s == '\t';

	s += strspn(s, " \t\r\n");
	for (size_t i = 0; i < sizeof words / sizeof *words && blank; i++)
		if (!strncmp(s, words[i], strlen(words[i])))
			return true;
	return !*s || strchr("),]/=!<>+-*|", *s);
}

/* A curly quote inside a string is its text ('it’s late'), unless the string may end there ('late’). */
void expression_clean(const char *s, struct buf *out)
{
	char open = 0;
	size_t n = 0;

	buf_reset(out);
	while (*s) {
		char curly = strlen(s) >= 3 ? smart_quote(s, &n) : 0, quote = curly;

		if (!curly) {
			n = 1;
			quote = *s == '"' || *s == '\'' ? *s : 0;
		}
		if (quote && (!open || (quote == open && (!curly || may_end(s + n))))) {
			open = open ? 0 : quote;
			buf_putc(out, quote);
		} else if (!strncmp(s, "\xc2\xa0", 2)) {
			buf_putc(out, ' ');
			n = 2;
		} else {
			buf_put(out, s, n);
		}
		s += n;
	}
}

static void store(struct reader *r, const struct column *c, const char *text, char *into)
{
	const char **plain = (const char **)(void *)(into + c->field->offset);
	struct form_text *shown = (struct form_text *)(void *)(into + c->field->offset);

	switch (c->field->kind) {
	case FIELD_TEXT:
		if (c->language >= shown->count || !shown->in[c->language])
			form_set_text(r->form, shown, c->language, text);
		break;
	case FIELD_EXPRESSION:
	case FIELD_CONDITION:
	case FIELD_DEFAULT:
	case FIELD_TRIGGER:
		if (table_is_expression(c->field->kind, text) || c->field->kind == FIELD_TRIGGER) {
			expression_clean(text, &r->text);
			text = buf_str(&r->text);
		}
		__attribute__((fallthrough));
	case FIELD_PLAIN:
		if (!*plain)
			*plain = form_string(r->form, text);
		break;
	case FIELD_TYPE:
	case FIELD_LIST:
	case FIELD_DISABLED:
	case FIELD_EXTRA:
		break;
	}
}

void table_store(struct reader *r, const struct table *t, const struct book_row *row, void *into)
{
	const struct book_cell *cell = t->sheet->cells + row->first;

	for (uint32_t i = 0; i < row->count; i++, cell++)
		if (cell->column < t->column_count && t->columns[cell->column].field)
			store(r, &t->columns[cell->column], cell->text, into);
}
