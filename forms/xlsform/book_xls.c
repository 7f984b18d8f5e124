/* .xls, the binary workbooks of older office programs. The only includer of <freexl.h>. */
#include "config.h"
#include "forms/xlsform/book.h"

#include "forms/base/buf.h"
#include "forms/base/i18n.h"
#include "forms/expr/expr.h"

#include <freexl.h>
#include <string.h>

static enum err failed(int code)
{
	switch (code) {
	case FREEXL_INSUFFICIENT_MEMORY:
		return err_set(ERR_LIMIT, _(".xls 太大, 请另存为 .xlsx"));
	case FREEXL_FILE_NOT_FOUND:
		return err_set(ERR_NOTFOUND, _(".xls 打不开"));
	case FREEXL_BIFF_WORKBOOK_NOT_FOUND:
		return err_set(ERR_FORMAT, _("里面没有工作簿: 不是 .xls, 或者是加了密码的 .xlsx; 请去掉密码再存"));
	default:
		return err_set(ERR_FORMAT, _(".xls 不完整或已损坏 (%d), 请重新拷贝或另存为 .xlsx"), code);
	}
}

/* freexl writes dates as "2026-07-12 08:30:00"; a day alone is a date. */
static enum err put_cell(struct book *b, uint32_t row, uint32_t column, const FreeXL_CellValue *v)
{
	struct buf text = { 0 };
	enum err e;

	switch (v->type) {
	case FREEXL_CELL_INT:
		buf_printf(&text, "%d", v->value.int_value);
		break;
	case FREEXL_CELL_DOUBLE:
		expr_format_number(v->value.double_value, &text);
		break;
	case FREEXL_CELL_TEXT:
	case FREEXL_CELL_SST_TEXT:
	case FREEXL_CELL_DATE:
	case FREEXL_CELL_TIME:
		return v->value.text_value ? book_put(b, row, column, v->value.text_value, strlen(v->value.text_value)) : ERR_OK;
	case FREEXL_CELL_DATETIME:
		buf_puts(&text, v->value.text_value);
		if (text.len > 10 && text.data[10] == ' ')
			text.data[10] = 'T';
		break;
	default:
		return ERR_OK;
	}
	e = text.err ? text.err : book_put(b, row, column, buf_str(&text), text.len);
	buf_clear(&text);
	return e;
}

static enum err read_cells(struct book *b, const void *xls)
{
	unsigned int rows = 0;
	unsigned short columns = 0;
	FreeXL_CellValue v;
	enum err e = ERR_OK;
	int code = freexl_worksheet_dimensions(xls, &rows, &columns);

	if (code != FREEXL_OK)
		return failed(code);
	for (unsigned int r = 0; r < rows && !e; r++)
		for (unsigned short c = 0; c < columns && !e; c++)
			if (freexl_get_cell_value(xls, r, c, &v) == FREEXL_OK)
				e = put_cell(b, r + 1, c, &v);
	return e;
}

/* Opened anew for each sheet: the library keeps the cells of every sheet that was selected until it is closed. */
static enum err read_sheet(struct book *b, const char *path, unsigned short sheet, unsigned int *count)
{
	const void *xls = NULL;
	const char *name = "";
	unsigned int secret = 0;
	enum err e = ERR_OK;
	int code = freexl_open(path, &xls);

	if (code == FREEXL_OK)
		code = freexl_get_info(xls, FREEXL_BIFF_PASSWORD, &secret);
	if (code == FREEXL_OK && secret == FREEXL_BIFF_OBFUSCATED)
		e = err_set(ERR_FORMAT, _(".xls 加了密码, 请去掉密码再存"));
	if (code == FREEXL_OK && !e)
		code = freexl_get_info(xls, FREEXL_BIFF_SHEET_COUNT, count);
	if (code == FREEXL_OK && !e && sheet < *count) {
		code = freexl_get_worksheet_name(xls, sheet, &name);
		if (code == FREEXL_OK)
			e = book_add_sheet(b, name ? name : "", NULL);
		if (code == FREEXL_OK && !e)
			code = freexl_select_active_worksheet(xls, sheet);
		if (code == FREEXL_OK && !e)
			e = read_cells(b, xls);
	}
	if (xls)
		freexl_close(xls);
	return e ? e : code == FREEXL_OK ? ERR_OK : failed(code);
}

enum err book_read_xls(struct book *b, const char *path)
{
	unsigned int count = 1;
	enum err e = ERR_OK;

	for (unsigned short i = 0; i < count && i <= BOOK_SHEETS_MAX && !e; i++)
		e = read_sheet(b, path, i, &count);
	return e;
}
