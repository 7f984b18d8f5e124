/* csv.h - tables as office programs write them: comma-separated values (RFC 4180), read row by row.
 *
 *     if (!(e = csv_open(path, &c)) && !(e = csv_header(c)))
 *             while (csv_next(c))
 *                     use(csv_row(c), csv_get(c, "id"));
 *     e = e ? e : csv_end(c);
 *     csv_close(c);
 *
 * UTF-8 with or without byte order mark, UTF-16 with one, else GB18030. The separator is a comma; semicolon or tab where
 * the first rows have no comma. Rows are counted as a spreadsheet shows them: from 1, blank ones too, a quoted field with
 * line feeds is one row. Blanks around a field that is not quoted are dropped. All text handed out is UTF-8 without NUL and
 * lasts until csv_close(). A row of blanks alone is passed over.
 */
#ifndef FORMS_XLSFORM_CSV_H
#define FORMS_XLSFORM_CSV_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CSV_FILE_MAX = 64 << 20, CSV_FIELD_MAX = 128 << 10, CSV_FIELDS_MAX = 4096, CSV_ROWS_MAX = 600000 };
#define CSV_NONE UINT32_MAX

struct csv;

/* ERR_NOTFOUND, ERR_LIMIT over CSV_FILE_MAX, ERR_FORMAT when it is no text in any of the encodings. The detail names the
 * file. csv_open_text() copies the bytes. */
enum err csv_open(const char *path, struct csv **out);
enum err csv_open_text(const void *data, size_t len, struct csv **out);
void csv_close(struct csv *c);                       /* NULL is fine */

/* The next row; false at the end and after a failure (see csv_end). */
bool csv_next(struct csv *c);

uint32_t csv_row(const struct csv *c);               /* of the row csv_next() gave */
uint32_t csv_count(const struct csv *c);             /* its fields */
const char *csv_field(const struct csv *c, uint32_t i);      /* "" past its end */

/* Take the next row as names of the columns. ERR_FORMAT when there is none or a name comes twice. */
enum err csv_header(struct csv *c);
uint32_t csv_columns(const struct csv *c);
const char *csv_column_name(const struct csv *c, uint32_t i);
uint32_t csv_column(const struct csv *c, const char *name);  /* trimmed, case-blind; CSV_NONE */
const char *csv_get(const struct csv *c, const char *name);  /* field under that name; "" when there is no such column */

/* ERR_OK when all rows were read soundly. ERR_FORMAT (a quote never closed) and ERR_LIMIT name the row. */
enum err csv_end(const struct csv *c);

#endif
