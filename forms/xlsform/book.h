/* book.h - a workbook: sheets of rows of text cells, whatever file they came in.
 *
 * Containers, told apart by their bytes and never by their name: .xlsx, .xls, CSV, a folder with one CSV a sheet. A single
 * table may hold a whole workbook: column 1 names the sheet where it begins, or on each row. Any other CSV is a survey sheet.
 * Cells are text as a person would type it: numbers without ".0", dates as YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, booleans as
 * true and false, formulas by their last value. Blank cells and rows are not kept; a cell knows its source row and column.
 * Every limit is checked before memory is taken.
 */
#ifndef FORMS_XLSFORM_BOOK_H
#define FORMS_XLSFORM_BOOK_H

#include "forms/xlsform/arena.h"

enum {
	BOOK_FILE_MAX = 64 << 20,                        /* bytes of the file */
	BOOK_XML_MAX = 128 << 20,                        /* bytes of all its parts that are read, inflated */
	BOOK_TEXT_MAX = 128 << 20,                       /* memory of a workbook */
	BOOK_SHEETS_MAX = 64, BOOK_ROWS_MAX = 600000, BOOK_COLUMNS_MAX = 16384, BOOK_CELLS_MAX = 4 << 20,
	BOOK_CELL_MAX = 128 << 10,                       /* bytes: a spreadsheet's own limit is 32,767 characters */
	BOOK_SPANS_MAX = 65536
};

struct book_cell { uint32_t column; const char *text; };             /* column from 0; text trimmed, never empty */
struct book_row { uint32_t number, first, count; };                  /* number from 1; its cells in the sheet's array */
struct book_span { uint32_t column, first, last; };                  /* cells of one column merged over several rows (numbers) */

struct book_sheet {
	const char *name;
	const char *file;              /* CSV file it came from in a folder; NULL otherwise */
	struct book_row *rows;         /* ascending */
	struct book_cell *cells;
	uint32_t row_count, cell_count;
	uint32_t row_cap, cell_cap;
	struct book_span *spans;       /* ascending by column and row, after book_open() */
	uint32_t span_count, span_cap;
	bool hidden;                   /* a person who opens the file does not see it */
};

struct book {
	struct book_sheet sheets[BOOK_SHEETS_MAX];
	uint32_t sheet_count;
	struct arena mem;
};

/* Read a workbook; *out is the caller's to book_free(). Details name file, sheet, row and column. */
enum err book_open(const char *path, struct book **out);

/* The same from bytes; any container but a folder. */
enum err book_open_bytes(const void *data, size_t len, struct book **out);
void book_free(struct book *b);                      /* NULL is fine */

/* The sheets a form may have, ended by NULL. */
extern const char *const book_sheet_names[];

/* First sheet of this name, trimmed and case-blind; NULL. */
const struct book_sheet *book_find(const struct book *b, const char *name);

/* Text at a place, "" when there is none. */
const char *book_text(const struct book_sheet *s, const struct book_row *row, uint32_t column);
/* The same; of cells merged over several rows each row has the text. */
const char *book_text_seen(const struct book_sheet *s, const struct book_row *row, uint32_t column);

/* "A" ... "XFD". */
const char *book_column_name(uint32_t column, char out[8]);

/* Building one (the containers, tests). Rows come in ascending order, cells in any; a cell of blanks is not kept. */
enum err book_new(struct book **out);
enum err book_add_sheet(struct book *b, const char *name, const char *file);
enum err book_put(struct book *b, uint32_t row, uint32_t column, const char *text, size_t len);     /* into the last sheet */

/* Rows first to last of this column are one cell of the last sheet. One row alone is none. */
enum err book_add_span(struct book *b, uint32_t column, uint32_t first, uint32_t last);

/* The containers. They add to a new book; a table that holds a workbook is parted by book_open() alone. */
enum err book_read_csv(struct book *b, const void *data, size_t len);
enum err book_read_folder(struct book *b, const char *path);
enum err book_read_xlsx(struct book *b, const void *data, size_t len);
enum err book_read_xls(struct book *b, const void *data, size_t len);

#endif
