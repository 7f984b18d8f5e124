/* Rows that are asked once for each choice of a list: matrices of KoboToolbox, loops of pyxform. */
#include "config.h"
#include "forms/xlsform/reader.h"

#include "forms/xlsform/form_build.h"

#include <stdlib.h>
#include <string.h>

uint32_t each_end(const struct reader *r, uint32_t begin)
{
	uint32_t depth = 0, rows = table_rows(&r->survey);

	for (uint32_t i = begin; i < rows; i++) {
		const struct book_row *row = table_row(&r->survey, i);
		struct row_type type;

		if (is_yes(table_get(&r->survey, row, "disabled")))
			continue;
		read_type(table_get(&r->survey, row, "type"), &type);
		depth += type.kind == ROW_BEGIN;
		if (type.kind == ROW_END && !--depth)
			return i;
	}
	return rows;
}

void each_group(struct reader *r, const struct each *each, struct form_question *q)
{
	q->type = FORM_GROUP;
	q->type_name = form_string(r->form, "begin_group");
	q->name = each->base ? each->base : each->choice.name;
	q->label = each->choice.label;
	q->row = table_row(&r->survey, each->first - 1)->number;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err each_names(struct reader *r, struct each *each)
{
	each->names = form_alloc(r->form, (each->end - each->first + 1) * sizeof *each->names);
	for (uint32_t i = each->first; i < each->end && each->names; i++)
		each->names[each->name_count++] = table_get(&r->survey, table_row(&r->survey, i), "name");
	if (each->names)
		qsort(each->names, each->name_count, sizeof *each->names, by_text);
	return form_error(r->form);
}

enum err each_note(struct reader *r, const struct each *each)
{
	struct each *copy;

	if (r->each_last && r->each_last->first >= each->first)
		return ERR_OK;
	if (!(copy = form_alloc(r->form, sizeof *copy)))
		return form_error(r->form);
	*copy = *each;
	copy->next = NULL;
	*(r->each_last ? &r->each_last->next : &r->each_first) = copy;
	r->each_last = copy;
	return ERR_OK;
}

static bool is_column(const struct each *each, const char *name, size_t len)
{
	char text[256];
	const char *key = text;

	if (!len || len >= sizeof text)
		return false;
	memcpy(text, name, len);
	text[len] = '\0';
	return bsearch(&key, each->names, each->name_count, sizeof *each->names, by_text);
}

/* ${NAME} of a column beside becomes ${M_C_NAME}. */
static void put_references(const struct each *each, const char *s, struct buf *out)
{
	const char *open, *close;

	while ((open = strstr(s, "${")) && (close = strchr(open, '}'))) {
		buf_put(out, s, (size_t)(open + 2 - s));
		if (is_column(each, open + 2, (size_t)(close - open - 2)))
			buf_printf(out, "%s_", each->base);
		s = open + 2;
		buf_put(out, s, (size_t)(close - s));
		s = close;
	}
	buf_puts(out, s);
}

/* %(name)s and %(label)s become the choice's own. */
static void put_template(const struct reader *r, const struct each *each, uint32_t language, const char *s, struct buf *out)
{
	static const char name[] = "%(name)s", label[] = "%(label)s";
	const char *at;

	while ((at = strstr(s, "%("))) {
		buf_put(out, s, (size_t)(at - s));
		if (!strncmp(at, name, sizeof name - 1)) {
			buf_puts(out, each->choice.name);
			s = at + sizeof name - 1;
		} else if (!strncmp(at, label, sizeof label - 1)) {
			buf_puts(out, form_text(r->form, &each->choice.label, language));
			s = at + sizeof label - 1;
		} else {
			buf_put(out, at, 2);
			s = at + 2;
		}
	}
	buf_puts(out, s);
}

const char *each_text(struct reader *r, const struct each *each, uint32_t language, const char *s)
{
	if (!s || !strstr(s, each->base ? "${" : "%("))
		return s;
	buf_reset(&r->text);
	if (each->base)
		put_references(each, s, &r->text);
	else
		put_template(r, each, language, s, &r->text);
	return form_string(r->form, buf_str(&r->text));
}

void each_adapt(struct reader *r, const struct each *each, struct form_question *q)
{
	for (size_t i = 0; i < survey_fields.count; i++) {
		const struct field *f = &survey_fields.fields[i];
		char *at = (char *)q + f->offset;

		if (f->kind == FIELD_TEXT) {
			struct form_text *t = (struct form_text *)at;

			for (uint32_t l = 0; l < t->count; l++)
				t->in[l] = each_text(r, each, l, t->in[l]);
		} else if (f->kind != FIELD_TYPE && f->kind != FIELD_LIST && f->kind != FIELD_DISABLED) {
			const char **s = (const char **)at;

			*s = each_text(r, each, r->form->language, *s);
		}
	}
	if (each->base && q->name) {
		buf_reset(&r->text);
		buf_printf(&r->text, "%s_%s", each->base, q->name);
		q->name = form_string(r->form, buf_str(&r->text));
	}
}
