/* A whole file, or (what a fuzzer gets further with) the XML of its parts with "|||" between them. */
#include "config.h"
#include "forms/xlsform/book.h"
#include "tests/xlsform/make_zip.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const parts[] = {
	"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
};
enum { PARTS = sizeof parts / sizeof *parts };
static const char workbook[] = "<workbook><sheets><sheet name='survey' r:id='r1' xmlns:r='r'/></sheets></workbook>";
static const char rels[] = "<Relationships><Relationship Id='r1' Type='/worksheet' Target='worksheets/sheet1.xml'/>"
	"<Relationship Id='r2' Type='/sharedStrings' Target='sharedStrings.xml'/><Relationship Id='r3' Type='/styles' Target='styles.xml'/></Relationships>";

static void add_parts(struct zip_maker *z, const uint8_t *data, size_t len)
{
	size_t at = 0, i = 0;

	while (i < PARTS && at < len) {
		const uint8_t *end = memmem(data + at, len - at, "|||", 3);
		size_t n = end ? (size_t)(end - data) - at : len - at;

		zip_add(z, parts[i++], data + at, n);
		at += n + 3;
	}
	if (i < 4)
		zip_add(z, parts[3], workbook, strlen(workbook));
	if (i < 5)
		zip_add(z, parts[4], rels, strlen(rels));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct zip_maker z = { 0 };
	struct book *b;

	if (book_new(&b))
		return 0;
	if (len >= 2 && !memcmp(data, "PK", 2)) {
		book_read_xlsx(b, data, len);
	} else {
		add_parts(&z, data, len);
		zip_end(&z);
		book_read_xlsx(b, z.out.data, z.out.len);
	}
	zip_clear(&z);
	book_free(b);
	return 0;
}
