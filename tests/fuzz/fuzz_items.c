/* Attached tables: the first byte says whether what follows is XML, GeoJSON or CSV. Every cell of what opens is text. */
#include "config.h"
#include "forms/xlsform/items.h"

#include "forms/base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct items *t;

	if (!len || items_read(*data == 'x' ? "a.xml" : *data == 'g' ? "a.geojson" : "a.csv", data + 1, len - 1, &t))
		return 0;
	for (size_t i = 0; i < (size_t)t->row_count * t->column_count; i++)
		if (!text_valid(t->cells[i], strlen(t->cells[i])))
			abort();
	items_close(t);
	return 0;
}
