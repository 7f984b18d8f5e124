/* Any workbook that reads as a form is opened and filled in to its end. */
#include "config.h"
#include "forms/xlsform/form_read.h"
#include "tests/fill/filler.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static enum err dice(void *user, void *data, size_t len)
{
	(void)user;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)data)[i] = (uint8_t)i;
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct fill_host host = { .now = 1795305600000, .language = "zh", .random = dice };
	struct filler filler = { .seed = 3 };
	struct book *book;
	struct form *form;
	struct fill *f;

	if (book_open_bytes(data, len, &book))
		return 0;
	if (!form_read_book(book, "fuzz", NULL, NULL, &form)) {
		if (!fill_open(form, &host, &f))
			filler_run(&filler, f);
		fill_close(f);
		form_free(form);
	}
	buf_clear(&filler.left);
	book_free(book);
	return 0;
}
