/* form_check_parts.h - what the parts of the checker share. Private to forms/xlsform. */
#ifndef FORMS_XLSFORM_FORM_CHECK_PARTS_H
#define FORMS_XLSFORM_FORM_CHECK_PARTS_H

#include "forms/xlsform/form_check.h"
#include "forms/xlsform/reader.h"

struct check {
	const struct book *book;
	const struct form *form;
	const char *directory;                 /* of the form's file */
	void (*report)(void *user, const struct form_fault *fault);
	void *user;
	uint32_t warnings;
};

/* Warn of the row of a sheet; `header` is a column's usual name, and the fault has the one it goes by in this workbook. */
void check_warn(struct check *c, const char *sheet, uint32_t row, const char *header, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* form_check_words.c: an expression of question `q`; and its choice filter, whose bare names are columns. */
void check_words(struct check *c, const struct form_question *q, const char *header, const char *expression);
void check_filter(struct check *c, const struct form_question *q);

#endif
