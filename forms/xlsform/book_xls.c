/* .xls: the binary workbooks (BIFF8, Excel 97 to 2003, [MS-XLS]) that older office programs still write. */
#include "config.h"
#include "forms/xlsform/book.h"

#include "forms/base/i18n.h"
#include "forms/expr/expr.h"
#include "forms/xlsform/biff.h"
#include "forms/xlsform/cfbf.h"
#include "forms/xlsform/serial.h"

#include <stdlib.h>
#include <string.h>

enum { FORMATS_MAX = 65536, STYLES_MAX = 65536, BIFF8 = 0x600, WORKSHEET = 0, STRING_RESULT = 0 };

struct sheet { const char *name; uint32_t offset; bool hidden; };

struct xls {
	struct book *book;
	struct buf stream, text;
	struct arena mem;
	struct sheet sheets[BOOK_SHEETS_MAX];
	uint32_t sheet_count;
	const char **strings;
	uint32_t string_count, string_cap;
	bool *date_formats, *date_styles;      /* by format id, by cell style */
	uint32_t style_count, style_cap;
	bool date1904;
	uint32_t row, column;                  /* of the formula whose text comes in the next record */
	bool awaits_text;
};

static enum err read_strings(struct xls *x, struct biff *b)
{
	uint32_t count;

	biff_u32(b);
	count = biff_u32(b);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t units = biff_u16(b);
		const char **p;

		buf_reset(&x->text);
		biff_string(b, units, &x->text);
		if (b->bad || x->text.err)
			break;
		p = arena_grow(&x->mem, x->strings, x->string_count, &x->string_cap, BOOK_CELLS_MAX, sizeof *p, _("文字"));
		if (!p)
			return x->mem.err;
		x->strings = p;
		p[x->string_count++] = arena_string_n(&x->mem, buf_str(&x->text), x->text.len);
	}
	return x->text.err ? x->text.err : x->mem.err;
}

static enum err read_bound_sheet(struct xls *x, struct biff *b)
{
	struct sheet *s = &x->sheets[x->sheet_count];
	uint32_t offset = biff_u32(b), kind;
	bool hidden = biff_u8(b) & 3;

	kind = biff_u8(b);
	if (kind != WORKSHEET)
		return ERR_OK;
	if (x->sheet_count == BOOK_SHEETS_MAX)
		return err_set(ERR_LIMIT, _("工作簿多于 %d 张表"), BOOK_SHEETS_MAX);
	buf_reset(&x->text);
	biff_string(b, biff_u8(b), &x->text);
	s->name = arena_string_n(&x->mem, buf_str(&x->text), x->text.len);
	s->offset = offset;
	s->hidden = hidden;
	x->sheet_count++;
	return x->mem.err;
}

static void read_format(struct xls *x, struct biff *b)
{
	uint32_t id = biff_u16(b), units = biff_u16(b);

	buf_reset(&x->text);
	biff_string(b, units, &x->text);
	if (!b->bad)
		x->date_formats[id] = serial_format_is_date(buf_str(&x->text));
}

static enum err read_style(struct xls *x, struct biff *b)
{
	bool *p = arena_grow(&x->mem, x->date_styles, x->style_count, &x->style_cap, STYLES_MAX, sizeof *p, _("样式"));
	uint32_t id;

	if (!p)
		return x->mem.err;
	biff_u16(b);
	id = biff_u16(b);
	x->date_styles = p;
	p[x->style_count++] = serial_id_is_date(id) || x->date_formats[id];
	return ERR_OK;
}

/* The records in front of the sheets. */
static enum err read_globals(struct xls *x)
{
	struct biff b = biff_init(x->stream.data, x->stream.len, 0);
	enum err e = ERR_OK;

	if (!biff_next(&b) || (b.type & 0xff) != (BIFF_BOF & 0xff))
		return err_set(ERR_FORMAT, _(".xls 不完整或已损坏, 请重新拷贝或另存为 .xlsx"));
	if (b.type != BIFF_BOF || biff_u16(&b) != BIFF8)
		return err_set(ERR_VERSION, _("这是 Excel 95 或更早的 .xls, 请另存为 .xlsx"));
	while (!e && biff_next(&b) && b.type != BIFF_EOF) {
		switch (b.type) {
		case BIFF_FILEPASS:
			e = err_set(ERR_FORMAT, _(".xls 加了密码, 请去掉密码再存"));
			break;
		case BIFF_DATEMODE:
			x->date1904 = biff_u16(&b);
			break;
		case BIFF_FORMAT:
			read_format(x, &b);
			break;
		case BIFF_XF:
			e = read_style(x, &b);
			break;
		case BIFF_BOUNDSHEET:
			e = read_bound_sheet(x, &b);
			break;
		case BIFF_SST:
			e = read_strings(x, &b);
			break;
		}
	}
	return e;
}

static enum err put_number(struct xls *x, uint32_t row, uint32_t column, uint32_t style, double n)
{
	buf_reset(&x->text);
	if (style < x->style_count && x->date_styles[style])
		serial_text(n, x->date1904, &x->text);
	else
		expr_format_number(n, &x->text);
	return book_put(x->book, row + 1, column, buf_str(&x->text), x->text.len);
}

static enum err put_string(struct xls *x, uint32_t row, uint32_t column, const char *s)
{
	return s ? book_put(x->book, row + 1, column, s, strlen(s)) : ERR_OK;
}

/* A formula's last value: a number, or in its last two bytes 0xffff and a kind in its first. */
static enum err read_formula(struct xls *x, struct biff *b, uint32_t row, uint32_t column, uint32_t style)
{
	struct biff result = *b;
	uint8_t kind = biff_u8(b), value;

	biff_u8(b);
	value = biff_u8(b);
	biff_u8(b);
	biff_u16(b);
	if (biff_u16(b) != 0xffff)
		return put_number(x, row, column, style, biff_double(&result));
	x->awaits_text = kind == STRING_RESULT;
	x->row = row;
	x->column = column;
	return kind == 1 ? put_string(x, row, column, value ? "true" : "false") : ERR_OK;
}

static enum err read_text(struct xls *x, struct biff *b, uint32_t row, uint32_t column)
{
	uint32_t units = biff_u16(b);

	buf_reset(&x->text);
	biff_string(b, units, &x->text);
	return b->bad ? ERR_OK : put_string(x, row, column, buf_str(&x->text));
}

static enum err read_merged(struct xls *x, struct biff *b)
{
	enum err e = ERR_OK;

	for (uint32_t n = biff_u16(b); n && !e && !b->bad; n--) {
		uint32_t first = biff_u16(b), last = biff_u16(b), column = biff_u16(b);

		biff_u16(b);
		if (!b->bad)
			e = book_add_span(x->book, column, first + 1, last + 1);
	}
	return e;
}

static enum err read_cell(struct xls *x, struct biff *b)
{
	uint32_t row, column, style, i, value;
	enum err e = ERR_OK;

	/* between a formula and its text there may be a record that it shares with others */
	if (b->type == BIFF_STRING) {
		bool wanted = x->awaits_text;

		x->awaits_text = false;
		return wanted ? read_text(x, b, x->row, x->column) : ERR_OK;
	}
	if (b->type == BIFF_MERGED)
		return read_merged(x, b);
	row = biff_u16(b);
	column = biff_u16(b);
	style = biff_u16(b);
	switch (b->type) {
	case BIFF_NUMBER:
		return put_number(x, row, column, style, biff_double(b));
	case BIFF_RK:
		return put_number(x, row, column, style, biff_rk(b));
	case BIFF_MULRK:
		/* behind the last cell stands its column */
		for (; biff_left(b) >= 6 && !e; style = biff_u16(b))
			e = put_number(x, row, column++, style, biff_rk(b));
		return e;
	case BIFF_LABELSST:
		i = biff_u32(b);
		return i < x->string_count ? put_string(x, row, column, x->strings[i]) : ERR_OK;
	case BIFF_LABEL:
	case BIFF_RSTRING:
		return read_text(x, b, row, column);
	case BIFF_BOOLERR:
		value = biff_u8(b);
		return biff_u8(b) ? ERR_OK : put_string(x, row, column, value ? "true" : "false");
	case BIFF_FORMULA:
		return read_formula(x, b, row, column, style);
	}
	return ERR_OK;
}

/* Records of one sheet; charts and the like inside it are streams of their own between BOF and EOF. */
static enum err read_sheet(struct xls *x, const struct sheet *s)
{
	struct biff b = biff_init(x->stream.data, x->stream.len, s->offset);
	enum err e = book_add_sheet(x->book, s->name ? s->name : "", NULL);
	int depth = 0;

	if (!e)
		x->book->sheets[x->book->sheet_count - 1].hidden = s->hidden;
	while (!e && biff_next(&b)) {
		if (b.type == BIFF_BOF)
			depth++;
		else if (b.type == BIFF_EOF && !--depth)
			break;
		else if (depth != 1)
			continue;
		else
			e = read_cell(x, &b);
	}
	return e;
}

enum err book_read_xls(struct book *b, const void *data, size_t len)
{
	static const char *const names[] = { "Workbook", "Book", NULL };
	struct xls x = { .book = b, .mem.max = BOOK_TEXT_MAX, .stream.max = BOOK_FILE_MAX, .text.max = BOOK_CELL_MAX };
	enum err e = cfbf_read(data, len, names, &x.stream);

	if (e == ERR_NOTFOUND)
		e = err_set(ERR_FORMAT, _("里面没有工作簿: 不是 .xls, 或者是加了密码的 .xlsx; 请去掉密码再存"));
	x.date_formats = arena_alloc(&x.mem, FORMATS_MAX * sizeof *x.date_formats);
	e = e ? e : x.mem.err;
	e = e ? e : read_globals(&x);
	for (uint32_t i = 0; i < x.sheet_count && !e; i++)
		e = read_sheet(&x, &x.sheets[i]);
	arena_clear(&x.mem);
	buf_clear(&x.stream);
	buf_clear(&x.text);
	free(x.strings);
	free(x.date_styles);
	return e;
}
