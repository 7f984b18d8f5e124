#include "config.h"
#include "sync/town/sheet.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { HEAD_ROWS = 3, FLUSH_AT = 65536, CELL_MAX = 32767 };

struct sheet {
	char *path, *aside;
	struct sheet_column *columns;
	uint32_t count;
	uint32_t rows;
	enum err err;
	/* .xlsx */
	lxw_workbook *book;
	lxw_worksheet *page;
	lxw_format *text, *number, *date, *time;
	/* CSV */
	struct buf csv;
	uint64_t written;
	int fd;
};

static void csv_flush(struct sheet *s, size_t above)
{
	if (s->err || s->csv.len <= above)
		return;
	s->err = s->csv.err ? s->csv.err : fs_write_at(s->fd, s->csv.data, s->csv.len, s->written);
	s->written += s->csv.len;
	buf_reset(&s->csv);
}

/* Would a spreadsheet run this text? Numbers with a sign are safe. */
static bool is_formula(const char *s)
{
	char *end;

	if (!*s || !strchr("=+-@\t\r", *s))
		return false;
	strtod(s, &end);
	return *end != '\0';
}

static void csv_cell(struct buf *b, const char *s, bool first)
{
	if (!first)
		buf_putc(b, ',');
	if (!is_formula(s) && !strpbrk(s, ",\"\r\n")) {
		buf_puts(b, s);
		return;
	}
	buf_puts(b, is_formula(s) ? "\"'" : "\"");
	for (; *s; s++) {
		if (*s == '"')
			buf_putc(b, '"');
		buf_putc(b, *s);
	}
	buf_putc(b, '"');
}

static enum err csv_start(struct sheet *s, const char *title, const char *subtitle)
{
	enum err e = fs_open(s->aside, O_WRONLY | O_CREAT | O_TRUNC, &s->fd);

	if (e)
		return e;
	buf_puts(&s->csv, "\xef\xbb\xbf");
	csv_cell(&s->csv, title, true);
	buf_puts(&s->csv, "\r\n");
	csv_cell(&s->csv, subtitle, true);
	buf_puts(&s->csv, "\r\n");
	for (uint32_t i = 0; i < s->count; i++)
		csv_cell(&s->csv, s->columns[i].heading, !i);
	buf_puts(&s->csv, "\r\n");
	return s->csv.err;
}

static lxw_format *format_new(lxw_workbook *book, const char *number_format)
{
	lxw_format *f = workbook_add_format(book);

	if (!f)
		return NULL;
	format_set_border(f, LXW_BORDER_THIN);
	format_set_text_wrap(f);
	format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
	if (number_format)
		format_set_num_format(f, number_format);
	return f;
}

static enum err xlsx_start(struct sheet *s, const char *title, const char *subtitle)
{
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };
	lxw_format *head, *big;

	s->book = workbook_new_opt(s->aside, &options);
	s->page = s->book ? workbook_add_worksheet(s->book, NULL) : NULL;
	if (!s->page)
		return err_set(ERR_NOMEM, _("开不了电子表格 %s"), s->path);
	s->text = format_new(s->book, NULL);
	s->number = format_new(s->book, "General");
	s->date = format_new(s->book, "yyyy-mm-dd");
	s->time = format_new(s->book, "yyyy-mm-dd hh:mm");
	head = format_new(s->book, NULL);
	big = workbook_add_format(s->book);
	if (!s->text || !s->number || !s->date || !s->time || !head || !big)
		return err_set(ERR_NOMEM, _("开不了电子表格 %s"), s->path);
	format_set_bold(head);
	format_set_bg_color(head, 0xDDDDDD);
	format_set_bold(big);
	format_set_font_size(big, 16);
	worksheet_write_string(s->page, 0, 0, title, big);
	worksheet_write_string(s->page, 1, 0, subtitle, NULL);
	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t width = s->columns[i].width ? s->columns[i].width : (uint32_t)text_width(s->columns[i].heading) + 2;

		worksheet_set_column(s->page, (lxw_col_t)i, (lxw_col_t)i, width, NULL);
		worksheet_write_string(s->page, HEAD_ROWS - 1, (lxw_col_t)i, s->columns[i].heading, head);
	}
	worksheet_freeze_panes(s->page, HEAD_ROWS, 0);
	worksheet_repeat_rows(s->page, 0, HEAD_ROWS - 1);
	worksheet_set_landscape(s->page);
	worksheet_set_paper(s->page, 9);                 /* A4 */
	worksheet_fit_to_pages(s->page, 1, 0);
	worksheet_set_footer(s->page, "&C&P / &N");
	return ERR_OK;
}

enum err sheet_open(const char *path, int xlsx, const char *title, const char *subtitle,
                    const struct sheet_column *columns, uint32_t count, struct sheet **out)
{
	struct sheet *s = calloc(1, sizeof *s);
	struct buf aside = { 0 };
	enum err e;

	*out = NULL;
	if (!s)
		return err_set(ERR_NOMEM, "%s", path);
	s->fd = -1;
	buf_printf(&aside, "%s.new", path);
	s->path = strdup(path);
	s->aside = buf_take(&aside);
	s->columns = calloc(count ? count : 1, sizeof *s->columns);
	for (uint32_t i = 0; s->columns && i < count; i++, s->count++) {
		s->columns[i] = columns[i];
		if (!(s->columns[i].heading = strdup(columns[i].heading)))
			break;
	}
	if (!s->path || !s->aside || s->count < count)
		e = err_set(ERR_NOMEM, "%s", path);
	else
		e = xlsx ? xlsx_start(s, title, subtitle) : csv_start(s, title, subtitle);
	if (e) {
		sheet_abort(s);
		return e;
	}
	*out = s;
	return ERR_OK;
}

/* Serial day of a spreadsheet: 1899-12-30 is 0. */
static void xlsx_cell(struct sheet *s, uint32_t row, uint32_t column, const char *text)
{
	lxw_col_t at = (lxw_col_t)column;
	char *end;
	double number;
	int32_t day;
	int64_t ms;

	switch (s->columns[column].type) {
	case SHEET_NUMBER:
		number = strtod(text, &end);
		if (*text && !*end) {
			worksheet_write_number(s->page, row, at, number, s->number);
			return;
		}
		break;
	case SHEET_DATE:
		if (clock_parse_date(text, &day)) {
			worksheet_write_number(s->page, row, at, day + 25569.0, s->date);
			return;
		}
		break;
	case SHEET_TIME:
		if (clock_parse_time(text, 0, &ms)) {
			worksheet_write_number(s->page, row, at, (double)ms / 86400000.0 + 25569.0, s->time);
			return;
		}
		break;
	case SHEET_TEXT:
		break;
	}
	if (!*text)
		worksheet_write_blank(s->page, row, at, s->text);
	else if (worksheet_write_string(s->page, row, at, text, s->text) && !s->err)
		s->err = err_set(ERR_LIMIT, _("第 %u 行第 %u 列: 文字超过 %d 字"), row + 1, column + 1, CELL_MAX);
}

void sheet_row(struct sheet *s, const char *const *cells)
{
	if (s->err)
		return;
	for (uint32_t i = 0; i < s->count; i++) {
		const char *text = cells[i] ? cells[i] : "";

		if (s->book)
			xlsx_cell(s, HEAD_ROWS + s->rows, i, text);
		else
			csv_cell(&s->csv, text, !i);
	}
	s->rows++;
	if (!s->book) {
		buf_puts(&s->csv, "\r\n");
		csv_flush(s, FLUSH_AT);
	}
}

static void sheet_free(struct sheet *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		free((char *)(uintptr_t)s->columns[i].heading);
	free(s->columns);
	free(s->path);
	free(s->aside);
	buf_clear(&s->csv);
	fs_close(s->fd);
	free(s);
}

static enum err xlsx_finish(struct sheet *s)
{
	lxw_error x;

	if (s->count)
		worksheet_autofilter(s->page, HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + s->rows, (lxw_col_t)(s->count - 1));
	x = workbook_close(s->book);
	s->book = NULL;
	return x ? err_set(ERR_IO, "%s: %s", s->path, lxw_strerror(x)) : ERR_OK;
}

enum err sheet_close(struct sheet *s)
{
	enum err e = s->err;

	if (!e && s->book) {
		e = xlsx_finish(s);
	} else if (!e) {
		csv_flush(s, 0);
		e = s->err ? s->err : fs_sync(s->fd);
	}
	if (!e)
		e = fs_rename(s->aside, s->path);
	if (e) {
		s->err = e;
		sheet_abort(s);
		return err_in(e, "%s", _("导出没有完成"));
	}
	sheet_free(s);
	return ERR_OK;
}

void sheet_abort(struct sheet *s)
{
	if (!s)
		return;
	if (s->book)
		workbook_close(s->book);
	fs_remove(s->aside);
	sheet_free(s);
}
