#include "config.h"
#include "forms/xlsform/book.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/cfbf.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum err book_new(struct book **out)
{
	struct book *b = calloc(1, sizeof *b);

	*out = b;
	if (!b)
		return err_set(ERR_NOMEM, _("内存不够, 打不开工作簿"));
	b->mem.max = BOOK_TEXT_MAX;
	return ERR_OK;
}

void book_free(struct book *b)
{
	if (!b)
		return;
	for (uint32_t i = 0; i < b->sheet_count; i++) {
		free(b->sheets[i].rows);
		free(b->sheets[i].cells);
		free(b->sheets[i].spans);
	}
	arena_clear(&b->mem);
	free(b);
}

static bool is_folder(const char *path)
{
	int fd;

	if (fs_open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, &fd))
		return false;
	fs_close(fd);
	return true;
}

static enum err read_bytes(struct book *b, const void *data, size_t len)
{
	if (len >= 4 && !memcmp(data, "PK\3\4", 4))
		return book_read_xlsx(b, data, len);
	if (len >= 8 && !memcmp(data, CFBF_MAGIC, 8))
		return book_read_xls(b, data, len);
	return book_read_csv(b, data, len);
}

static enum err read_file(struct book *b, const char *path)
{
	struct buf file = { 0 };
	enum err e;

	if (is_folder(path))
		return (e = book_read_folder(b, path)) ? err_in(e, "%s", path) : ERR_OK;
	if ((e = fs_read(path, BOOK_FILE_MAX, &file))) {
		buf_clear(&file);
		return e;
	}
	e = read_bytes(b, buf_str(&file), file.len);
	buf_clear(&file);
	return e ? err_in(e, "%s", path) : ERR_OK;
}

const char *const book_sheet_names[] = { "external_choices", "survey", "choices", "settings", "entities", NULL };

/* Is this sheet a workbook in one table: a sheet's name in column 1 of the first row, or a word there alone and column 1 of
 * the second row empty? */
static bool is_workbook(const struct book_sheet *s)
{
	const struct book_cell *first = s->cells;

	if (s->row_count < 2 || first->column)
		return false;
	for (const char *const *known = book_sheet_names; *known; known++)
		if (text_same(first->text, *known))
			return true;
	return s->rows[0].count == 1 && s->cells[s->rows[1].first].column;
}

static enum err keep_cell(struct book *b, uint32_t row, uint32_t column, const char *text);

/* Part such a table into its sheets. A CSV has no other way to hold several, and becomes one sheet when an office program
 * saves it as its own. */
static enum err split(struct book *b)
{
	struct book_sheet whole = b->sheets[0];
	enum err e = ERR_OK;

	if (b->sheet_count != 1 || !is_workbook(&whole))
		return ERR_OK;
	b->sheets[0] = (struct book_sheet){ .name = NULL };
	b->sheet_count = 0;
	for (uint32_t i = 0; i < whole.row_count && !e; i++) {
		const struct book_row *row = &whole.rows[i];
		const struct book_cell *cell = whole.cells + row->first;
		const char *name = cell->column ? NULL : cell->text;

		if (name && (!b->sheet_count || !text_same(b->sheets[b->sheet_count - 1].name, name)))
			e = book_add_sheet(b, name, NULL);
		for (uint32_t k = 0; k < row->count && !e; k++)
			if (cell[k].column)
				e = keep_cell(b, row->number, cell[k].column, cell[k].text);
	}
	free(whole.rows);
	free(whole.cells);
	free(whole.spans);
	return e;
}

static int by_place(const void *a, const void *b)
{
	const struct book_span *x = a, *y = b;

	return x->column != y->column ? (x->column > y->column ? 1 : -1) : (x->first > y->first) - (x->first < y->first);
}

static enum err finish(struct book *b, enum err e, struct book **out)
{
	uint32_t rows = 0;

	e = e ? e : split(b);
	for (uint32_t i = 0; i < b->sheet_count; i++) {
		rows += b->sheets[i].row_count;
		if (b->sheets[i].span_count)
			qsort(b->sheets[i].spans, b->sheets[i].span_count, sizeof *b->sheets[i].spans, by_place);
	}
	if (!e && !rows)
		e = err_set(ERR_FORMAT, _("工作簿是空的, 一格文字也没有"));
	if (e)
		book_free(b);
	else
		*out = b;
	return e;
}

enum err book_open(const char *path, struct book **out)
{
	struct book *b;
	enum err e;

	*out = NULL;
	return (e = book_new(&b)) ? e : finish(b, read_file(b, path), out);
}

enum err book_open_bytes(const void *data, size_t len, struct book **out)
{
	struct book *b;
	enum err e;

	*out = NULL;
	return (e = book_new(&b)) ? e : finish(b, read_bytes(b, data, len), out);
}

const struct book_sheet *book_find(const struct book *b, const char *name)
{
	for (uint32_t i = 0; i < b->sheet_count; i++)
		if (text_same(b->sheets[i].name, name))
			return &b->sheets[i];
	return NULL;
}

const char *book_text(const struct book_sheet *s, const struct book_row *row, uint32_t column)
{
	const struct book_cell *c = s->cells + row->first;

	for (uint32_t i = 0; i < row->count; i++)
		if (c[i].column == column)
			return c[i].text;
	return "";
}

static int by_reach(const void *key, const void *element)
{
	const struct book_span *k = key, *s = element;

	return k->column != s->column ? (k->column > s->column ? 1 : -1) : k->first < s->first ? -1 : k->first > s->last;
}

static int by_number(const void *a, const void *b)
{
	const struct book_row *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

const char *book_text_seen(const struct book_sheet *s, const struct book_row *row, uint32_t column)
{
	const char *text = book_text(s, row, column);
	const struct book_span key = { .column = column, .first = row->number }, *span;

	if (*text || !s->span_count || !(span = bsearch(&key, s->spans, s->span_count, sizeof *s->spans, by_reach)))
		return text;
	row = bsearch(&(struct book_row){ .number = span->first }, s->rows, s->row_count, sizeof *s->rows, by_number);
	return row ? book_text(s, row, column) : "";
}

const char *book_column_name(uint32_t column, char out[8])
{
	char *p = out + 7;

	*p = '\0';
	for (uint64_t n = (uint64_t)column + 1; n; n = (n - 1) / 26)
		*--p = (char)('A' + (n - 1) % 26);
	memmove(out, p, strlen(p) + 1);
	return out;
}

/* The part of the text between blanks around it (ASCII, no-break and ideographic ones). */
static const char *trimmed(const char *s, size_t *len)
{
	static const char *const blanks[] = { " ", "\t", "\r", "\n", "\xc2\xa0", "\xe3\x80\x80", "\xef\xbb\xbf" };
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
			size_t n = strlen(blanks[i]);

			if (*len >= n && !memcmp(s, blanks[i], n)) {
				s += n;
				*len -= n;
				again = true;
			}
			if (*len >= n && !memcmp(s + *len - n, blanks[i], n)) {
				*len -= n;
				again = true;
			}
		}
	}
	return s;
}

enum err book_add_sheet(struct book *b, const char *name, const char *file)
{
	struct book_sheet *s = &b->sheets[b->sheet_count];
	size_t len = strlen(name);

	if (b->sheet_count == BOOK_SHEETS_MAX)
		return err_set(ERR_LIMIT, _("工作簿多于 %d 张表"), BOOK_SHEETS_MAX);
	name = trimmed(name, &len);
	s->name = arena_string_n(&b->mem, name, len);
	s->file = file ? arena_string_n(&b->mem, file, strlen(file)) : NULL;
	if (!s->name)
		s->name = "";
	b->sheet_count += !b->mem.err;
	return b->mem.err;
}

static enum err add_row(struct book *b, struct book_sheet *s, uint32_t number)
{
	struct book_row *r = arena_grow(&b->mem, s->rows, s->row_count, &s->row_cap, BOOK_ROWS_MAX, sizeof *r, _("行"));

	if (!r)
		return b->mem.err;
	s->rows = r;
	r += s->row_count++;
	*r = (struct book_row){ .number = number, .first = s->cell_count };
	return ERR_OK;
}

/* Append a cell whose text is the book's already. */
static enum err keep_cell(struct book *b, uint32_t row, uint32_t column, const char *text)
{
	struct book_sheet *s = &b->sheets[b->sheet_count - 1];
	struct book_row *last = s->row_count ? &s->rows[s->row_count - 1] : NULL;
	struct book_cell *c;
	enum err e;

	if (last && row < last->number)
		return err_set(ERR_FORMAT, _("表 %s 第 %u 行: 行号倒着走"), s->name, row);
	if ((!last || row != last->number) && (e = add_row(b, s, row)))
		return e;
	c = arena_grow(&b->mem, s->cells, s->cell_count, &s->cell_cap, BOOK_CELLS_MAX, sizeof *c, _("格"));
	if (!c)
		return err_in(b->mem.err, _("表 %s 第 %u 行"), s->name, row);
	s->cells = c;
	c[s->cell_count++] = (struct book_cell){ column, text };
	s->rows[s->row_count - 1].count++;
	return ERR_OK;
}

enum err book_add_span(struct book *b, uint32_t column, uint32_t first, uint32_t last)
{
	struct book_sheet *s = &b->sheets[b->sheet_count - 1];
	struct book_span *more;

	if (last <= first)
		return ERR_OK;
	more = arena_grow(&b->mem, s->spans, s->span_count, &s->span_cap, BOOK_SPANS_MAX, sizeof *more, _("合并的格"));
	if (!more)
		return err_in(b->mem.err, "%s", s->name);
	s->spans = more;
	more[s->span_count++] = (struct book_span){ column, first, last };
	return ERR_OK;
}

enum err book_put(struct book *b, uint32_t row, uint32_t column, const char *text, size_t len)
{
	const char *sheet = b->sheets[b->sheet_count - 1].name, *kept;
	char name[8];

	text = trimmed(text, &len);
	if (!len)
		return ERR_OK;
	if (column >= BOOK_COLUMNS_MAX)
		return err_set(ERR_LIMIT, _("表 %s 第 %u 行: 多于 %d 列"), sheet, row, BOOK_COLUMNS_MAX);
	if (len > BOOK_CELL_MAX)
		return err_set(ERR_LIMIT, _("表 %s 第 %u 行 %s 列: 一格的文字超过 %d KiB"), sheet, row, book_column_name(column, name), BOOK_CELL_MAX >> 10);
	if (!text_valid(text, len))
		return err_set(ERR_FORMAT, _("表 %s 第 %u 行 %s 列: 文字不是有效的 UTF-8"), sheet, row, book_column_name(column, name));
	kept = arena_string_n(&b->mem, text, len);
	return kept ? keep_cell(b, row, column, kept) : err_in(b->mem.err, _("表 %s 第 %u 行"), sheet, row);
}
