#include "config.h"
#include "forms/xlsform/xlsx.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/expr/expr.h"
#include "forms/xlsform/serial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_LAST = 1048576 };

enum cell_kind { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_BOOLEAN, CELL_DATE };

/* Reads shared strings and sheets alike: text is gathered where `gather` says so. */
struct reader {
	struct xlsx *x;
	struct buf text;                       /* of the cell or string under way */
	bool gather;
	int phonetic;                          /* depth inside rPh: reading aids, no text of the cell */
	const char *sheet;
	uint32_t row, column;
	enum cell_kind kind;
	bool date;
};

/* Undo the _xHHHH_ by which characters are written that XML cannot hold; carriage returns go. */
static void unescape(struct buf *b)
{
	char *from = b->data, *to = b->data, *end = from + b->len;
	unsigned code;
	int n;

	while (from < end) {
		n = 0;
		if (end - from >= 7 && !memcmp(from, "_x", 2) && sscanf(from, "_x%4x_%n", &code, &n) == 1 && n == 7 && code < 0x80) {
			if (code != '\r' && code)
				*to++ = (char)code;
			from += 7;
		} else {
			*to++ = *from++;
		}
	}
	buf_cut(b, (size_t)(to - b->data));
}

static enum err on_text(void *user, const char *s, size_t len)
{
	struct reader *r = user;

	if (r->gather && !r->phonetic)
		buf_put(&r->text, s, len);
	if (r->text.err && r->sheet)
		return err_in(r->text.err, _("表 %s 第 %u 行"), r->sheet, r->row);
	return r->text.err;
}

static enum err on_string_start(void *user, const char *name, const char *const *attributes)
{
	struct reader *r = user;

	(void)attributes;
	if (!strcmp(name, "si"))
		buf_reset(&r->text);
	r->phonetic += !strcmp(name, "rPh");
	r->gather = !strcmp(name, "t");
	return ERR_OK;
}

static enum err on_string_end(void *user, const char *name)
{
	struct reader *r = user;
	struct xlsx *x = r->x;
	const char **p;

	r->gather = false;
	r->phonetic -= !strcmp(name, "rPh");
	if (strcmp(name, "si"))
		return ERR_OK;
	p = arena_grow(&x->strings_mem, x->strings, x->string_count, &x->string_cap, BOOK_CELLS_MAX, sizeof *p, _("文字"));
	if (!p)
		return x->strings_mem.err;
	x->strings = p;
	if (r->text.len)
		unescape(&r->text);
	p[x->string_count++] = arena_string_n(&x->strings_mem, buf_str(&r->text), r->text.len);
	return x->strings_mem.err;
}

enum err xlsx_read_strings(struct xlsx *x, const char *part)
{
	struct reader r = { .x = x, .text.max = BOOK_CELL_MAX };
	struct xml_handler handler = { on_string_start, on_string_end, on_text, &r };
	enum err e = xlsx_read_part(x->zip, part, &handler);

	buf_clear(&r.text);
	return e;
}

/* "AB12" -> column 27; false when it is no reference. */
static bool read_reference(const char *s, uint32_t *column)
{
	uint32_t n = 0;

	for (; *s >= 'A' && *s <= 'Z' && n <= BOOK_COLUMNS_MAX; s++)
		n = n * 26 + (uint32_t)(*s - 'A') + 1;
	if (!n || n > BOOK_COLUMNS_MAX)
		return false;
	*column = n - 1;
	return true;
}

static enum err bad(const struct reader *r, const char *what, const char *value)
{
	return err_set(ERR_FORMAT, _("表 %s 第 %u 行: %s 不对: %.40s"), r->sheet, r->row, what, value);
}

static enum err start_row(struct reader *r, const char *number)
{
	unsigned long n = number ? strtoul(number, NULL, 10) : r->row + 1ul;

	if (!n || n > ROW_LAST)
		return bad(r, _("行号"), number ? number : "");
	r->row = (uint32_t)n;
	r->column = UINT32_MAX;
	return ERR_OK;
}

static enum err start_cell(struct reader *r, const char *const *attributes)
{
	const char *reference = xml_attribute(attributes, "r"), *type = xml_attribute(attributes, "t"), *style = xml_attribute(attributes, "s");
	unsigned long s = style ? strtoul(style, NULL, 10) : 0;

	r->column++;
	if (reference && !read_reference(reference, &r->column))
		return bad(r, _("单元格位置"), reference);
	type = type ? type : "n";
	r->kind = !strcmp(type, "s") ? CELL_SHARED : !strcmp(type, "b") ? CELL_BOOLEAN : !strcmp(type, "n") ? CELL_NUMBER
	          : !strcmp(type, "d") ? CELL_DATE : CELL_TEXT;
	r->date = s < r->x->style_count && r->x->date_styles[s];
	buf_reset(&r->text);
	return ERR_OK;
}

/* "B4:B9"; what is no such thing merges nothing. */
static enum err merge(struct reader *r, const char *reference)
{
	const char *colon = reference ? strchr(reference, ':') : NULL;
	uint32_t column;
	unsigned long first, last;

	if (!colon || !read_reference(reference, &column))
		return ERR_OK;
	first = strtoul(reference + strspn(reference, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), NULL, 10);
	last = strtoul(colon + 1 + strspn(colon + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), NULL, 10);
	return first && last <= ROW_LAST ? book_add_span(r->x->book, column, (uint32_t)first, (uint32_t)last) : ERR_OK;
}

static enum err on_sheet_start(void *user, const char *name, const char *const *attributes)
{
	struct reader *r = user;

	r->gather = false;
	if (!strcmp(name, "row"))
		return start_row(r, xml_attribute(attributes, "r"));
	if (!strcmp(name, "c"))
		return start_cell(r, attributes);
	if (!strcmp(name, "mergeCell"))
		return merge(r, xml_attribute(attributes, "ref"));
	r->phonetic += !strcmp(name, "rPh");
	/* <f> is a formula; its last value stands in <v> */
	r->gather = !strcmp(name, "v") || !strcmp(name, "t");
	return ERR_OK;
}

/* The text a person would see and type for a number; digits alone are left as they are. */
static void plain_number(struct buf *b, bool date, bool date1904)
{
	const char *s = buf_str(b);
	char *end;
	double n;

	if (!date && strspn(s, "0123456789") == b->len && b->len < 16 && (*s != '0' || b->len == 1))
		return;
	n = strtod(s, &end);
	if (end == s || *end)
		return;
	buf_reset(b);
	if (date)
		serial_text(n, date1904, b);
	else
		expr_format_number(n, b);
}

static enum err end_cell(struct reader *r)
{
	struct buf *b = &r->text;
	const char *s = buf_str(b);
	unsigned long i;
	char *end;

	if (!b->len)
		return ERR_OK;
	if (r->kind == CELL_SHARED) {
		i = strtoul(s, &end, 10);
		if (*end || i >= r->x->string_count)
			return bad(r, _("共享文字编号"), s);
		s = r->x->strings[i];
		return s ? book_put(r->x->book, r->row, r->column, s, strlen(s)) : ERR_OK;
	}
	if (r->kind == CELL_BOOLEAN)
		s = strcmp(s, "0") && strcmp(s, "false") ? "true" : "false";
	else if (r->kind == CELL_NUMBER)
		plain_number(b, r->date, r->x->date1904);
	else if (r->kind == CELL_TEXT)
		unescape(b);
	if (r->kind != CELL_BOOLEAN)
		s = buf_str(b);
	return book_put(r->x->book, r->row, r->column, s, strlen(s));
}

static enum err on_sheet_end(void *user, const char *name)
{
	struct reader *r = user;

	r->gather = false;
	r->phonetic -= !strcmp(name, "rPh");
	return !strcmp(name, "c") && r->row ? end_cell(r) : ERR_OK;
}

enum err xlsx_read_sheet(struct xlsx *x, const char *name, const char *part)
{
	struct reader r = { .x = x, .text.max = BOOK_CELL_MAX, .sheet = name };
	struct xml_handler handler = { on_sheet_start, on_sheet_end, on_text, &r };
	enum err e = book_add_sheet(x->book, name, NULL);

	e = e ? e : xlsx_read_part(x->zip, part, &handler);
	buf_clear(&r.text);
	return e;
}
