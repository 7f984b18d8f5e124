/* sheet.h - one ledger written as a real .xlsx or as CSV: the only includer of <xlsxwriter.h>.
 *
 * Layout, the same in both: the title; who made it and when; the headings; numbered rows. No merged cells in the data. In .xlsx
 * dates and numbers are typed, the heading is frozen and filtered, columns have widths, printing is landscape A4 with the heading on
 * every page. CSV is UTF-8 with BOM and CRLF (RFC 4180), and a text that a spreadsheet would take for a formula gets an
 * apostrophe in front. Rows are streamed: memory does not grow with their number. The file appears under its name only when it
 * is whole.
 */
#ifndef SYNC_TOWN_SHEET_H
#define SYNC_TOWN_SHEET_H

#include "forms/base/buf.h"

#include <stdint.h>

enum sheet_type { SHEET_TEXT, SHEET_NUMBER, SHEET_DATE, SHEET_TIME };

struct sheet_column {
	const char *heading;
	uint32_t width;                  /* columns of text; 0 = from the heading */
	enum sheet_type type;
};

struct sheet;

/* Start a file; the format follows from `xlsx`. Columns, title and subtitle are copied. ERR_IO, ERR_DENIED for the path. */
enum err sheet_open(const char *path, int xlsx, const char *title, const char *subtitle,
                    const struct sheet_column *columns, uint32_t count, struct sheet **out);

/* One row of `count` texts as XLSForm stores values; NULL or "" is an empty cell. Failures stick until sheet_close(). */
void sheet_row(struct sheet *s, const char *const *cells);

/* Finish: the file is complete under its name, or an error says why and no file is left. Frees. */
enum err sheet_close(struct sheet *s);

/* Give up; nothing is left behind. */
void sheet_abort(struct sheet *s);

#endif
