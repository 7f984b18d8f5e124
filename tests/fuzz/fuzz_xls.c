#include "config.h"
#include "forms/xlsform/book.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct book *b;

	if (book_new(&b))
		return 0;
	book_read_xls(b, data, len);
	book_free(b);
	return 0;
}
