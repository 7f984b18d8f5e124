/* items.h - a file of things to choose from or look up, read as one table: CSV, an XML instance, GeoJSON.
 *
 * CSV: csv.h. XML: what stands in the root element are items, their elements are cells (ODK XForms, secondary instances).
 * GeoJSON: a feature is an item; its properties are cells, with `id` and `geometry` ("lat lon 0 0; ..."). Which it is, the
 * file's ending says. At most ITEMS_CELLS_MAX cells.
 */
#ifndef FORMS_XLSFORM_ITEMS_H
#define FORMS_XLSFORM_ITEMS_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ITEMS_COLUMNS_MAX = 1024, ITEMS_CELLS_MAX = 8 << 20 };

struct items {
	const char **columns;          /* names */
	uint32_t column_count, row_count;
	const char **cells;            /* row by row; "" where there is none */
	struct items_memory *memory;   /* owns the text */
};

bool items_is_file(const char *name);                /* by its ending: .csv, .xml, .geojson */
bool items_is_geojson(const char *name);
/* ERR_NOTFOUND, ERR_FORMAT and ERR_LIMIT name the file. */
enum err items_open(const char *path, struct items **out);
enum err items_read(const char *name, const void *data, size_t len, struct items **out);      /* the same from memory */
void items_close(struct items *t);                   /* NULL is fine */

#endif
