/* The sheets choices and external_choices. */
#include "config.h"
#include "forms/xlsform/reader.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/form_build.h"

#include <stdlib.h>
#include <string.h>

static const struct field fields[] = {
	{ "list_name", FIELD_LIST, 0 },
	{ "name", FIELD_PLAIN, offsetof(struct form_choice, name) },
	{ "label", FIELD_TEXT, offsetof(struct form_choice, label) },
	{ "image", FIELD_TEXT, offsetof(struct form_choice, image) },
	{ "disabled", FIELD_DISABLED, 0 },
};
static const struct field_set choice_fields = { fields, sizeof fields / sizeof *fields, true };

/* Rows by list: counted first, then laid out so that the choices of a list lie together in the order of the sheet. */
struct layout {
	uint32_t *list_of;             /* by row; FORM_NONE for none */
	const char **names;
	uint32_t *counts;
	uint32_t list_count, names_cap, counts_cap;
};

static uint32_t list_index(struct reader *r, struct layout *l, const char *name, uint32_t likely)
{
	const char **names;
	uint32_t *counts;

	if (likely < l->list_count && !strcmp(l->names[likely], name))
		return likely;
	for (uint32_t i = 0; i < l->list_count; i++)
		if (!strcmp(l->names[i], name))
			return i;
	names = arena_grow(&r->limits, l->names, l->list_count, &l->names_cap, FORM_LISTS_MAX, sizeof *names, _("选项表"));
	if (names)
		l->names = names;
	counts = names ? arena_grow(&r->limits, l->counts, l->list_count, &l->counts_cap, FORM_LISTS_MAX, sizeof *counts, _("选项表")) : NULL;
	if (!counts)
		return FORM_NONE;
	l->counts = counts;
	names[l->list_count] = name;
	return l->list_count++;
}

static enum err count_rows(struct reader *r, const struct table *t, struct layout *l)
{
	uint32_t likely = 0;

	l->list_of = calloc(table_rows(t) + 1, sizeof *l->list_of);
	if (!l->list_of)
		return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
	for (uint32_t i = 0; i < table_rows(t); i++) {
		const struct book_row *row = table_row(t, i);
		const char *list = table_get(t, row, "list_name"), *name = table_get(t, row, "name");

		l->list_of[i] = FORM_NONE;
		if (is_yes(table_get(t, row, "disabled")) || (!*list && !*name))
			continue;
		if (!*list) {
			reader_warn(r, t, row->number, WHOLE_ROW, _("在 list_name 列写上它属于哪个选项表"), _("选项 %s 没有 list_name, 这一行略过"), name);
			continue;
		}
		if (!*name) {
			reader_error(r, t, row->number, WHOLE_ROW, _("在 name 列写上存储的值"), _("选项表 %s 里有一个选项没有 name"), list);
			continue;
		}
		likely = list_index(r, l, list, likely);
		if (likely == FORM_NONE)
			return r->limits.err;
		l->list_of[i] = likely;
		l->counts[likely]++;
	}
	return ERR_OK;
}

static void store_choice(struct reader *r, const struct table *t, const struct book_row *row)
{
	struct form_choice *c = form_add_choice(r->form);
	const struct book_cell *cell = t->sheet->cells + row->first;

	if (!c)
		return;
	c->row = row->number;
	table_store(r, t, row, c);
	for (uint32_t i = 0; i < row->count; i++, cell++) {
		const struct column *column = cell->column < t->column_count ? &t->columns[cell->column] : NULL;

		if (column && column->field && column->field->kind == FIELD_EXTRA && !(c->columns && c->columns[column->language]))
			form_set_column(r->form, c, column->language, cell->text);
	}
	if (!c->label.count && !c->image.count && table_has(t, "label"))
		reader_warn(r, t, row->number, WHOLE_ROW, NULL, _("选项 %s 没有文字 (label), 将显示它的 name"), c->name);
}

/* Words for what "or_other" adds, in the language a column is named for. */
static void put_other(struct form *f, struct form_text *t, const char *zh, const char *en)
{
	for (uint32_t i = 0; i < f->language_count; i++) {
		bool chinese = strstr(f->languages[i], "zh") || strstr(f->languages[i], "中文") || strstr(f->languages[i], "Chinese");

		form_set_text(f, t, i, chinese ? zh : en);
	}
	if (!f->language_count)
		form_set_text(f, t, 0, en);
}

void put_other_label(struct form *f, struct form_text *t, bool question)
{
	if (question)
		put_other(f, t, "请说明其他", "Specify other.");
	else
		put_other(f, t, "其他", "Other");
}

static void add_other(struct reader *r, const char *list)
{
	uint32_t at = r->form->list_count - 1;
	struct form_choice *c;

	for (uint32_t i = 0; i < r->other_count; i++) {
		if (strcmp(r->others[i], list))
			continue;
		if (form_find_choice(r->form, at, "other") == FORM_NONE && (c = form_add_choice(r->form))) {
			c->name = form_string(r->form, "other");
			put_other_label(r->form, &c->label, false);
		}
		return;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct form_choice *x = *(const struct form_choice *const *)a, *y = *(const struct form_choice *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->row < y->row ? -1 : x->row > y->row;
}

/* The same name twice in a list: legal where a filter keeps them apart, a slip elsewhere. */
static enum err warn_duplicates(struct reader *r, const struct table *t, const struct form_list *l)
{
	const struct form_choice **sorted = malloc((l->count + 1) * sizeof *sorted);
	uint32_t twice = 0, row = 0;
	const char *name = "";

	if (!sorted)
		return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
	for (uint32_t i = 0; i < l->count; i++)
		sorted[i] = &r->form->choices[l->first + i];
	qsort(sorted, l->count, sizeof *sorted, by_name);
	for (uint32_t i = 1; i < l->count; i++)
		if (!strcmp(sorted[i]->name, sorted[i - 1]->name)) {
			if (!twice++ || sorted[i]->row < row) {
				row = sorted[i]->row;
				name = sorted[i]->name;
			}
		}
	if (twice)
		reader_warn(r, t, row, WHOLE_ROW, _("除非用 choice_filter 分开, 否则请改成不同的 name"),
		            _("选项表 %s 里 %s 这个 name 用了不止一次 (这个表里共 %u 处重复)"), l->name, name, twice);
	free(sorted);
	return ERR_OK;
}

static enum err lay_out(struct reader *r, const struct table *t, struct layout *l)
{
	uint32_t *start = calloc(l->list_count + 1, sizeof *start), *order = calloc(table_rows(t) + 1, sizeof *order);
	uint32_t sum = 0;
	enum err e = start && order ? ERR_OK : err_set(ERR_NOMEM, _("内存不够, 打不开表单"));

	for (uint32_t i = 0; i < l->list_count && !e; i++) {
		start[i] = sum;
		sum += l->counts[i];
	}
	for (uint32_t i = 0; i < table_rows(t) && !e; i++)
		if (l->list_of[i] != FORM_NONE)
			order[start[l->list_of[i]]++] = i;
	sum = 0;
	for (uint32_t i = 0; i < l->list_count && !e; i++) {
		if (!form_add_list(r->form, l->names[i]))
			break;
		for (uint32_t k = 0; k < l->counts[i]; k++)
			store_choice(r, t, table_row(t, order[sum++]));
		if (form_error(r->form))
			break;
		add_other(r, l->names[i]);
		e = form_error(r->form) ? ERR_OK : warn_duplicates(r, t, &r->form->lists[r->form->list_count - 1]);
	}
	free(start);
	free(order);
	return e ? e : form_error(r->form);
}

static enum err read_lists(struct reader *r, struct table *t)
{
	struct layout l = { 0 };
	enum err e = ERR_OK;

	if (!t->sheet || !t->sheet->row_count)
		return ERR_OK;
	if (!table_has(t, "list_name") || !table_has(t, "name")) {
		reader_error(r, t, t->sheet->rows[0].number, WHOLE_ROW, _("choices 表的第一行要有 list_name, name 和 label 这几列"),
		             _("缺少 %s 列"), table_has(t, "list_name") ? "name" : "list_name");
		return ERR_OK;
	}
	e = count_rows(r, t, &l);
	e = e ? e : lay_out(r, t, &l);
	free(l.list_of);
	free(l.names);
	free(l.counts);
	return e;
}

enum err read_choices(struct reader *r)
{
	const struct book_sheet *choices = book_find(r->book, "choices"), *external = book_find(r->book, "external_choices");
	enum err e;

	if (!choices)
		choices = book_find(r->book, "choices and columns");
	if (!external)
		external = book_find(r->book, "external choices");
	/* both headers before any choice: its further columns have room for all */
	e = table_open(r, choices, &choice_fields, &r->choices);
	e = e ? e : table_open(r, external, &choice_fields, &r->external);
	e = e ? e : read_lists(r, &r->choices);
	r->external_list = r->form->list_count;
	return e ? e : read_lists(r, &r->external);
}
