#include "config.h"
#include "forms/xlsform/csv.h"

#include "forms/base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct csv *c;
	uint32_t row = 0;

	if (csv_open_text(data, len, &c))
		return 0;
	if (!csv_header(c))
		while (csv_next(c)) {
			if (csv_row(c) <= row)
				abort();
			row = csv_row(c);
			for (uint32_t i = 0; i < csv_count(c); i++)
				if (!text_valid(csv_field(c, i), strlen(csv_field(c, i))))
					abort();
			csv_get(c, "name");
		}
	csv_close(c);
	return 0;
}
