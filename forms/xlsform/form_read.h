/* form_read.h - a workbook read as a form.
 *
 * All that XLSForm and its converters' aliases allow is understood; unknown columns, sheets, settings and appearances are
 * passed over. Each mistake is reported with the place where its author will find it, and a hint. A form with an error is
 * not opened: it would ask the wrong things. Sources: https://xlsform.org/en/ and https://docs.getodk.org/xlsform/.
 */
#ifndef FORMS_XLSFORM_FORM_READ_H
#define FORMS_XLSFORM_FORM_READ_H

#include "forms/xlsform/book.h"
#include "forms/xlsform/form.h"

enum { FORM_FAULTS_MAX = 1000 };         /* reported of one form; the detail of the error counts them all */

struct form_fault {
	const char *sheet;             /* as in the workbook; NULL when it concerns no sheet */
	uint32_t row;                  /* from 1; 0 for the whole sheet */
	const char *column;            /* "F"; NULL for the whole row */
	const char *header;            /* what heads the column; NULL */
	bool warning;
	const char *message;           /* what is wrong */
	const char *hint;              /* what to do; NULL */
};

/* Read the form at `path` (any container of book.h). `report` (may be NULL) is called for each mistake and warning, in the
 * order of the sheets; what it gets lasts for the call. ERR_FORMAT when any is an error: the detail is the first one. A form
 * without form_id is named after its file. *out is the caller's to form_free(). */
enum err form_read(const char *path, void (*report)(void *user, const struct form_fault *fault), void *user, struct form **out);

/* The same from a workbook; `name` stands in for a missing form_id. */
enum err form_read_book(const struct book *b, const char *name, void (*report)(void *user, const struct form_fault *fault), void *user,
                        struct form **out);

/* What a form without form_id is called: its file's name without folder and ending. Appended. */
void form_file_name(const char *path, struct buf *out);

/* A fault as one line: "survey 第 5 行 F 列 (relevant): ...; ...". Appended. */
void form_fault_text(const struct form_fault *fault, struct buf *out);

#endif
