/* table.h - one table of a pack: name.csv or name.xlsx (its first sheet), a header row and rows under it.
 *
 *     if (!(e = pack_table_open(dir, "kinds", &t)))
 *             while (pack_table_next(t))
 *                     ...pack_table_get(t, "id")...
 *     e = e ? e : pack_table_end(t);
 *     pack_table_close(t);
 *
 * Text lasts until pack_table_close(). Blank rows are passed over. Inside forms/pack.
 */
#ifndef FORMS_PACK_TABLE_H
#define FORMS_PACK_TABLE_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct pack_table;

/* ERR_NOTFOUND when there is neither file, ERR_EXISTS when there are both, else what reading them gives. */
enum err pack_table_open(const char *dir, const char *name, struct pack_table **out);
void pack_table_close(struct pack_table *t);                   /* NULL is fine */
enum err pack_table_end(const struct pack_table *t);           /* ERR_OK when all rows were read soundly */

const char *pack_table_file(const struct pack_table *t);       /* "kinds.csv" */
bool pack_table_has(const struct pack_table *t, const char *column);
bool pack_table_next(struct pack_table *t);
uint32_t pack_table_row(const struct pack_table *t);           /* as a spreadsheet counts, from 1 */
const char *pack_table_get(const struct pack_table *t, const char *column);     /* trimmed; "" when empty or no such column */

/* The first cell of this row that a spreadsheet has made a number of ("9.90E+11", once 990101100201): its column; NULL. */
const char *pack_table_mangled(const struct pack_table *t);

/* Is this what a spreadsheet makes of a long number? */
bool pack_table_is_mangled(const char *cell);

#endif
