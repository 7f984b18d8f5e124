#include "config.h"
#include "forms/xlsform/reader.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/form_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct field setting_fields[] = {
	{ "form_title", FIELD_PLAIN, offsetof(struct form, title) },
	{ "form_title", FIELD_TEXT, offsetof(struct form, titles) },
	{ "form_id", FIELD_PLAIN, offsetof(struct form, id) },
	{ "version", FIELD_PLAIN, offsetof(struct form, version) },
	{ "default_language", FIELD_PLAIN, offsetof(struct form, default_language) },
	{ "instance_name", FIELD_EXPRESSION, offsetof(struct form, instance_name) },
	{ "style", FIELD_PLAIN, offsetof(struct form, style) },
	{ "xc:roles", FIELD_PLAIN, offsetof(struct form, roles) },
};
static const struct field_set settings_set = { setting_fields, sizeof setting_fields / sizeof *setting_fields, false };

static const struct field entity_fields[] = {
	{ "list_name", FIELD_PLAIN, offsetof(struct form_entity, dataset) },
	{ "repeat", FIELD_PLAIN, offsetof(struct form_entity, repeat) },
	{ "entity_id", FIELD_EXPRESSION, offsetof(struct form_entity, entity_id) },
	{ "create_if", FIELD_EXPRESSION, offsetof(struct form_entity, create_if) },
	{ "update_if", FIELD_EXPRESSION, offsetof(struct form_entity, update_if) },
	{ "label", FIELD_EXPRESSION, offsetof(struct form_entity, label) },
	{ "xc:step", FIELD_EXPRESSION, offsetof(struct form_entity, step) },
};
static const struct field_set entities_set = { entity_fields, sizeof entity_fields / sizeof *entity_fields, false };

void form_fault_text(const struct form_fault *f, struct buf *out)
{
	if (f->sheet)
		buf_printf(out, "%s ", f->sheet);
	if (f->row)
		buf_printf(out, _("第 %u 行 "), f->row);
	if (f->column)
		buf_printf(out, _("%s 列 "), f->column);
	if (f->header)
		buf_printf(out, "(%s) ", f->header);
	if (out->len && out->data[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
	buf_printf(out, "%s%s", f->sheet ? ": " : "", f->message);
	if (f->hint)
		buf_printf(out, "; %s", f->hint);
}

static void fault(struct reader *r, const struct table *t, uint32_t row, uint32_t column, bool warning, const char *hint, const char *fmt, va_list ap)
{
	char message[512], letters[8];
	const struct book_sheet *sheet = t ? t->sheet : NULL;
	struct form_fault f = { .sheet = sheet ? sheet->name : NULL, .row = row, .warning = warning, .message = message, .hint = hint };

	vsnprintf(message, sizeof message, fmt, ap);
	if (column != WHOLE_ROW) {
		f.column = book_column_name(column, letters);
		f.header = t && column < t->column_count ? t->columns[column].header : NULL;
	}
	if (!warning && !r->errors++)
		form_fault_text(&f, &r->first);
	if (r->report && r->reported++ < FORM_FAULTS_MAX)
		r->report(r->user, &f);
}

void reader_error(struct reader *r, const struct table *t, uint32_t row, uint32_t column, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fault(r, t, row, column, false, hint, fmt, ap);
	va_end(ap);
}

void reader_warn(struct reader *r, const struct table *t, uint32_t row, uint32_t column, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fault(r, t, row, column, true, hint, fmt, ap);
	va_end(ap);
}

static enum err read_settings(struct reader *r, const char *name)
{
	struct form *f = r->form;
	enum err e = table_open(r, book_find(r->book, "settings"), &settings_set, &r->settings);

	if (!e && table_rows(&r->settings))
		table_store(r, &r->settings, table_row(&r->settings, 0), f);
	if (!f->id)
		f->id = form_string(f, name);
	return e ? e : form_error(f);
}

/* The first language that labels are written in, columns without a language before all others. */
static uint32_t main_language(const struct form *f)
{
	uint32_t best = 0;
	bool found = false;

	for (uint32_t i = 0; i < f->question_count; i++) {
		const struct form_text *t = &f->questions[i].label;

		for (uint32_t k = 0; k < t->count; k++) {
			if (t->in[k] && !*f->languages[k])
				return k;
			if (t->in[k] && (!found || k < best))
				best = k;
			found = found || t->in[k];
		}
	}
	return best;
}

/* The language a form starts in: as the settings say, else the main one. */
static void choose_language(struct reader *r)
{
	struct form *f = r->form;
	const char *wanted = f->default_language;
	const struct book_row *row;

	if (!f->language_count)
		form_add_language(f, "");
	f->language = main_language(f);
	for (uint32_t i = 0; i < f->language_count && wanted; i++)
		/* "English" will do for "English (en)" */
		if (*f->languages[i] && !strncasecmp(f->languages[i], wanted, strlen(wanted))) {
			f->language = i;
			return;
		}
	if (!wanted || text_same(wanted, "default") || f->language_count < 2)
		return;
	f->language = form_language(f, wanted);
	row = table_row(&r->settings, 0);
	reader_warn(r, &r->settings, row->number, table_column(&r->settings, row, "default_language"), _("写成和 label:: 后面完全一样的名字"),
	            _("没有名叫 %.80s 的语言列"), wanted);
}

static void choose_title(struct form *f)
{
	if (!f->title && f->titles.count)
		f->title = form_text(f, &f->titles, f->language);
	if (!f->title)
		f->title = f->id;
	if (f->language >= f->titles.count || !f->titles.in[f->language])
		form_set_text(f, &f->titles, f->language, f->title);
}

/* "${household}" -> "household". */
static const char *bare_name(struct form *f, const char *s)
{
	size_t n = s ? strlen(s) : 0;

	return n > 3 && !strncmp(s, "${", 2) && s[n - 1] == '}' ? form_string_n(f, s + 2, n - 3) : s;
}

static void read_entity(struct reader *r, const struct book_row *row)
{
	struct form_entity *e = form_add_entity(r->form);
	const struct table *t = &r->entities;
	uint32_t repeat;

	if (!e)
		return;
	e->row = row->number;
	table_store(r, t, row, e);
	e->repeat = bare_name(r->form, e->repeat);
	if (form_error(r->form))
		return;
	if (!e->dataset)
		reader_error(r, t, row->number, WHOLE_ROW, _("在 list_name 列写上登记册的名字"), _("没有说是哪个登记册"));
	repeat = e->repeat ? form_find(r->form, e->repeat, 0) : FORM_NONE;
	if (e->repeat && (repeat == FORM_NONE || r->form->questions[repeat].type != FORM_REPEAT))
		reader_error(r, t, row->number, table_column(t, row, "repeat"), _("写上 survey 表里一个重复组的名字"), _("%.80s 不是重复组"), e->repeat);
}

static enum err read_entities(struct reader *r)
{
	enum err e = table_open(r, book_find(r->book, "entities"), &entities_set, &r->entities);

	for (uint32_t i = 0; i < table_rows(&r->entities) && !e; i++) {
		read_entity(r, table_row(&r->entities, i));
		e = form_error(r->form);
	}
	for (uint32_t i = 0; i < r->form->question_count && !e && !r->form->entity_count; i++)
		if (r->form->questions[i].save_to) {
			reader_warn(r, &r->survey, r->form->questions[i].row, WHOLE_ROW, _("加一张 entities 表, 写上登记册"),
			            _("有 save_to, 但没有 entities 表, 不会存进登记册"));
			break;
		}
	return e;
}

/* A sheet that is not there while one of nearly its name is. */
static void warn_sheets(struct reader *r)
{
	static const char *const known[] = { "choices", "settings", "entities" };
	char hint[128];

	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		for (uint32_t i = 0; i < r->book->sheet_count && !book_find(r->book, known[k]); i++) {
			const struct table t = { .sheet = &r->book->sheets[i] };

			if (!nearly_same(t.sheet->name, known[k]))
				continue;
			snprintf(hint, sizeof hint, _("是不是 %s?"), known[k]);
			reader_warn(r, &t, 0, WHOLE_ROW, hint, _("不认识的表, 略过"));
		}
}

enum err form_read_book(const struct book *b, const char *name, void (*report)(void *user, const struct form_fault *fault), void *user,
                        struct form **out)
{
	struct reader r = { .book = b, .report = report, .user = user, .limits.max = FORM_BYTES_MAX };
	enum err e = form_new(&r.form);

	*out = NULL;
	if (e)
		return e;
	warn_sheets(&r);
	e = read_survey(&r);
	e = e ? e : read_settings(&r, name);
	if (!e) {
		choose_language(&r);
		choose_title(r.form);
		form_index(r.form);
		e = form_error(r.form);
	}
	e = e ? e : read_entities(&r);
	e = e ? e : check_references(&r);
	if (!e && !r.errors && !r.form->question_count)
		reader_error(&r, &r.survey, 0, WHOLE_ROW, _("在 survey 表里加上题目"), _("表单里一个题目也没有"));
	if (!e && r.errors)
		e = r.errors == 1 ? err_set(ERR_FORMAT, "%s", buf_str(&r.first))
		    : err_set(ERR_FORMAT, _("%s (共 %u 处错误)"), buf_str(&r.first), r.errors);
	table_close(&r.survey);
	table_close(&r.choices);
	table_close(&r.external);
	table_close(&r.settings);
	table_close(&r.entities);
	arena_clear(&r.limits);
	buf_clear(&r.first);
	buf_clear(&r.text);
	free(r.others);
	if (e)
		form_free(r.form);
	else
		*out = r.form;
	return e;
}

void form_file_name(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/'), *start = slash && slash[1] ? slash + 1 : path, *dot = strrchr(start, '.');

	buf_put(out, start, dot && dot > start ? (size_t)(dot - start) : strlen(start));
}

enum err form_read(const char *path, void (*report)(void *user, const struct form_fault *fault), void *user, struct form **out)
{
	struct buf name = { 0 };
	struct book *b;
	enum err e = book_open(path, &b);

	*out = NULL;
	if (e)
		return e;
	form_file_name(path, &name);
	e = form_read_book(b, buf_str(&name), report, user, out);
	buf_clear(&name);
	book_free(b);
	return e;
}
