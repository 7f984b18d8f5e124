#include "config.h"
#include "forms/pack/table.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/book.h"
#include "forms/xlsform/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pack_table {
	char file[80];
	struct csv *csv;
	struct book *book;
	const struct book_sheet *sheet;
	uint32_t next;                                    /* of the sheet's rows; 0 is the header */
};

static enum err open_sheet(struct pack_table *t, const char *path)
{
	enum err e = book_open(path, &t->book);

	if (e)
		return e;
	t->sheet = t->book->sheet_count ? &t->book->sheets[0] : NULL;
	if (!t->sheet || !t->sheet->row_count)
		return err_set(ERR_FORMAT, _("表是空的; 第一行要写列名"));
	t->next = 1;
	return ERR_OK;
}

enum err pack_table_open(const char *dir, const char *name, struct pack_table **out)
{
	struct buf csv = { 0 }, xlsx = { 0 };
	struct pack_table *t = calloc(1, sizeof *t);
	bool has_csv, has_xlsx;
	enum err e = ERR_OK;

	*out = NULL;
	if (!t)
		return ERR_NOMEM;
	buf_printf(&csv, "%s/%s.csv", dir, name);
	buf_printf(&xlsx, "%s/%s.xlsx", dir, name);
	has_csv = !csv.err && fs_exists(csv.data);
	has_xlsx = !xlsx.err && fs_exists(xlsx.data);
	snprintf(t->file, sizeof t->file, "%s.%s", name, has_xlsx && !has_csv ? "xlsx" : "csv");
	if (csv.err || xlsx.err)
		e = ERR_NOMEM;
	else if (!has_csv && !has_xlsx)
		e = err_set(ERR_NOTFOUND, _("没有这个文件"));
	else if (has_csv && has_xlsx)
		e = err_set(ERR_EXISTS, _("%s.csv 和 %s.xlsx 两个都在; 留下一个"), name, name);
	else if (has_csv)
		e = (e = csv_open(csv.data, &t->csv)) ? e : csv_header(t->csv);
	else
		e = open_sheet(t, xlsx.data);
	buf_clear(&csv);
	buf_clear(&xlsx);
	if (e) {
		pack_table_close(t);
		return e;
	}
	*out = t;
	return ERR_OK;
}

void pack_table_close(struct pack_table *t)
{
	if (!t)
		return;
	csv_close(t->csv);
	book_free(t->book);
	free(t);
}

enum err pack_table_end(const struct pack_table *t)
{
	return t->csv ? csv_end(t->csv) : ERR_OK;
}

const char *pack_table_file(const struct pack_table *t)
{
	return t->file;
}

bool pack_table_next(struct pack_table *t)
{
	if (t->csv)
		return csv_next(t->csv);
	if (t->next >= t->sheet->row_count)
		return false;
	t->next++;
	return true;
}

uint32_t pack_table_row(const struct pack_table *t)
{
	return t->csv ? csv_row(t->csv) : t->sheet->rows[t->next - 1].number;
}

/* The column a header stands over in a sheet; UINT32_MAX when there is none. */
static uint32_t sheet_column(const struct book_sheet *s, const char *name)
{
	const struct book_row *head = &s->rows[0];

	for (uint32_t i = 0; i < head->count; i++)
		if (text_same(s->cells[head->first + i].text, name))
			return s->cells[head->first + i].column;
	return UINT32_MAX;
}

bool pack_table_has(const struct pack_table *t, const char *column)
{
	return t->csv ? csv_column(t->csv, column) != CSV_NONE : sheet_column(t->sheet, column) != UINT32_MAX;
}

const char *pack_table_get(const struct pack_table *t, const char *column)
{
	uint32_t at;

	if (t->csv)
		return csv_get(t->csv, column);
	at = sheet_column(t->sheet, column);
	return at == UINT32_MAX ? "" : book_text(t->sheet, &t->sheet->rows[t->next - 1], at);
}

bool pack_table_is_mangled(const char *cell)
{
	const char *s = cell + strspn(cell, "-");
	size_t whole = strspn(s, "0123456789"), part;

	s += whole;
	if (whole != 1)
		return false;
	if (*s == '.') {
		part = strspn(s + 1, "0123456789");
		s += 1 + part;
	}
	return (*s == 'E' || *s == 'e') && s[1] == '+' && s[2] && !s[2 + strspn(s + 2, "0123456789")];
}

const char *pack_table_mangled(const struct pack_table *t)
{
	if (t->csv) {
		for (uint32_t i = 0; i < csv_columns(t->csv); i++)
			if (pack_table_is_mangled(csv_field(t->csv, i)))
				return csv_column_name(t->csv, i);
		return NULL;
	}
	const struct book_row *row = &t->sheet->rows[t->next - 1], *head = &t->sheet->rows[0];

	for (uint32_t i = 0; i < row->count; i++)
		for (uint32_t j = 0; j < head->count && pack_table_is_mangled(t->sheet->cells[row->first + i].text); j++)
			if (t->sheet->cells[head->first + j].column == t->sheet->cells[row->first + i].column)
				return t->sheet->cells[head->first + j].text;
	return NULL;
}
