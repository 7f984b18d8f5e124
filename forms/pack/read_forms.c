#include "config.h"
#include "forms/pack/read.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/form_build.h"
#include "forms/xlsform/form_read.h"

#include <stdio.h>
#include <string.h>

/* A mistake that the form reader found: its place goes into the column, so that the person finds the cell. */
static void report_form(void *user, const struct form_fault *f)
{
	struct read *r = user;
	char column[120] = "";

	if (f->sheet)
		snprintf(column, sizeof column, "%s%s%s%s%s", f->sheet, f->column ? " " : "", f->column ? f->column : "", f->header ? " " : "", f->header ? f->header : "");
	r->row = f->row;
	if (f->warning)
		read_warn(r, *column ? column : NULL, "%s%s%s", f->message, f->hint ? "; " : "", f->hint ? f->hint : "");
	else
		read_fault(r, *column ? column : NULL, "%s%s%s", f->message, f->hint ? "; " : "", f->hint ? f->hint : "");
	r->row = 0;
}

static void find_mangled(struct read *r, const struct book *b)
{
	for (uint32_t s = 0; s < b->sheet_count; s++)
		for (uint32_t i = 0; i < b->sheets[s].row_count; i++) {
			const struct book_row *row = &b->sheets[s].rows[i];

			for (uint32_t c = 0; c < row->count; c++) {
				const struct book_cell *cell = &b->sheets[s].cells[row->first + c];
				char name[8];

				if (!pack_table_is_mangled(cell->text))
					continue;
				r->row = row->number;
				read_fault(r, book_column_name(cell->column, name), _("\"%s\" 是表格软件改坏的长编号; 把这一列设成文本再重新填"), cell->text);
			}
		}
	r->row = 0;
}

/* Read one file of lists/ or forms/ as a form; NULL, with everything reported, when it is none. */
static struct form *read_workbook(struct read *r, const char *folder, const char *name, struct pack_name *title)
{
	struct buf path = { 0 }, file = { 0 };
	struct book *book = NULL;
	struct form *form = NULL;
	char id[128];
	enum err e;

	buf_printf(&file, "%s/%s", folder, name);
	r->file = read_string(r, buf_str(&file));
	r->row = 0;
	snprintf(id, sizeof id, "%.*s", (int)strcspn(name, "."), name);
	if ((e = book_open(fs_path(&path, r->dir, buf_str(&file)), &book)))
		read_fault_of(r, NULL, e);
	if (book) {
		uint32_t before = r->errors;

		find_mangled(r, book);
		e = form_read_book(book, id, report_form, r, &form);
		if (e && r->errors == before)
			read_fault_of(r, NULL, e);
	}
	if (form) {
		uint32_t zh = form_language(form, "zh"), en = form_language(form, "en");

		title->zh = read_string(r, form_text(form, &form->titles, zh));
		title->zh = title->zh ? title->zh : read_string(r, form->title ? form->title : form->id);
		title->en = en != zh && en < form->titles.count ? read_string(r, form->titles.in[en]) : NULL;
		title->en = title->en ? title->en : title->zh;
	}
	book_free(book);
	buf_clear(&path);
	buf_clear(&file);
	return form;
}

static bool is_workbook(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && name[0] != '.' && name[0] != '~' && (text_same(dot, ".csv") || text_same(dot, ".xlsx") || text_same(dot, ".xls"));
}

static bool seen_before(struct read *r, const struct read_form *have, uint32_t count, const struct form *form)
{
	for (uint32_t i = 0; i < count; i++)
		if (have[i].form && !strcmp(have[i].form->id, form->id)) {
			read_fault(r, "form_id", _("编号 \"%s\" 已被 %s 用了"), form->id, have[i].file);
			return true;
		}
	return false;
}

/* ---- lists/ ---- */

/* An item that can raise a hazard and does not say when: a choice "fail" does, and so does any text. */
static void complete_items(struct form *f)
{
	for (uint32_t i = 0; i < f->question_count; i++) {
		struct form_question *q = &f->questions[i];
		const char *level = q->xc[FORM_XC_LEVEL];

		if (!level || !strcmp(level, "-") || q->xc[FORM_XC_FAIL])
			continue;
		if (q->type == FORM_TEXT)
			q->xc[FORM_XC_FAIL] = form_string(f, ". != ''");
		else if (q->type == FORM_SELECT_ONE && q->list != FORM_NONE && form_find_choice(f, q->list, "fail") != FORM_NONE)
			q->xc[FORM_XC_FAIL] = form_string(f, ". = 'fail'");
	}
}

static enum err list_file(void *user, const char *name)
{
	struct read *r = user;
	struct pack_name title;
	struct read_form *list;
	struct form *form = is_workbook(name) ? read_workbook(r, "lists", name, &title) : NULL;

	if (!form)
		return r->failed;
	if (seen_before(r, r->lists, r->list_count, form) || !(list = read_add(r, READ_ROWS, &r->lists, &r->list_count, sizeof *list))) {
		form_free(form);
		return r->failed;
	}
	complete_items(form);
	*list = (struct read_form){ form, r->file };
	return ERR_OK;
}

/* ---- forms/ ---- */

static enum err form_file(void *user, const char *name)
{
	struct read *r = user;
	struct pack_name title;
	struct read_form *line;
	struct pack_form *f;
	struct form *form = is_workbook(name) ? read_workbook(r, "forms", name, &title) : NULL;

	if (!form)
		return r->failed;
	if (!strncmp(form->id, "walk_", 5))
		read_fault(r, "form_id", _("\"%s\": walk_ 开头的名字留给巡查"), form->id);
	if (seen_before(r, r->forms, r->form_count, form) || !(line = read_add(r, READ_ROWS, &r->forms, &r->form_count, sizeof *line))) {
		form_free(form);
		return r->failed;
	}
	if (!(f = read_add_form(r, form)))
		return r->failed;
	*line = (struct read_form){ form, r->file };
	f->title = title;
	f->roles = read_role_words(r, "settings xc:roles", form->roles ? form->roles : "");
	compile_form(r, r->pack->form_count - 1);
	return r->failed;
}

static void read_folder_of(struct read *r, const char *folder, enum err (*each)(void *user, const char *name))
{
	struct buf dir = { 0 };
	enum err e = fs_list(fs_path(&dir, r->dir, folder), READ_FILES_MAX, each, r);

	if (e && !r->failed) {
		r->file = folder;
		r->row = 0;
		read_fault_of(r, NULL, e);
	}
	r->file = "";
	buf_clear(&dir);
}

void read_lists(struct read *r)
{
	read_folder_of(r, "lists", list_file);
}

void read_forms(struct read *r)
{
	read_folder_of(r, "forms", form_file);
}
