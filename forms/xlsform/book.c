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

static enum err finish(struct book *b, enum err e, struct book **out)
{
	if (!e && !b->sheet_count)
		e = err_set(ERR_FORMAT, _("工作簿是空的, 一张表也没有"));
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

enum err book_put(struct book *b, uint32_t row, uint32_t column, const char *text, size_t len)
{
	struct book_sheet *s = &b->sheets[b->sheet_count - 1];
	struct book_row *last = s->row_count ? &s->rows[s->row_count - 1] : NULL;
	struct book_cell *c;
	char name[8];
	enum err e;

	text = trimmed(text, &len);
	if (!len)
		return ERR_OK;
	if (column >= BOOK_COLUMNS_MAX)
		return err_set(ERR_LIMIT, _("表 %s 第 %u 行: 多于 %d 列"), s->name, row, BOOK_COLUMNS_MAX);
	if (len > BOOK_CELL_MAX)
		return err_set(ERR_LIMIT, _("表 %s 第 %u 行 %s 列: 一格的文字超过 %d KiB"), s->name, row, book_column_name(column, name), BOOK_CELL_MAX >> 10);
	if (!text_valid(text, len))
		return err_set(ERR_FORMAT, _("表 %s 第 %u 行 %s 列: 文字不是有效的 UTF-8"), s->name, row, book_column_name(column, name));
	if (last && row < last->number)
		return err_set(ERR_FORMAT, _("表 %s 第 %u 行: 行号倒着走"), s->name, row);
	if ((!last || row != last->number) && (e = add_row(b, s, row)))
		return e;
	c = arena_grow(&b->mem, s->cells, s->cell_count, &s->cell_cap, BOOK_CELLS_MAX, sizeof *c, _("格"));
	if (!c)
		return err_in(b->mem.err, _("表 %s 第 %u 行"), s->name, row);
	s->cells = c;
	c += s->cell_count++;
	c->column = column;
	c->text = arena_string_n(&b->mem, text, len);
	s->rows[s->row_count - 1].count++;
	return b->mem.err;
}
