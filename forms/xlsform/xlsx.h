/* xlsx.h - what the two halves of the .xlsx reader share: the package (book_xlsx.c) and its cells (xlsx_sheet.c). */
#ifndef FORMS_XLSFORM_XLSX_H
#define FORMS_XLSFORM_XLSX_H

#include "forms/base/buf.h"
#include "forms/xlsform/archive.h"
#include "forms/xlsform/book.h"
#include "forms/xlsform/xml.h"

struct xlsx {
	struct book *book;
	struct archive *zip;
	struct arena strings_mem;
	const char **strings;                  /* shared strings; NULL entries are empty */
	uint32_t string_count, string_cap;
	bool *date_styles;                     /* cell style -> shows a date or time */
	uint32_t style_count;
	bool date1904;
};

enum err xlsx_read_part(struct archive *zip, const char *name, const struct xml_handler *handler);
enum err xlsx_read_strings(struct xlsx *x, const char *part);
enum err xlsx_read_sheet(struct xlsx *x, const char *name, const char *part);

#endif
