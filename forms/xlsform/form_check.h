/* form_check.h - all that can be said of a form before anybody fills it in.
 *
 * On top of what reading finds (form_read.h): functions this program does not know, filter columns and answers that no list
 * has (${q} = 'yess'), missing translations and texts, attached files that are not beside the form, choices that cannot be
 * told apart once stored, and that the engine can open it: cycles of calculations are named there.
 */
#ifndef FORMS_XLSFORM_FORM_CHECK_H
#define FORMS_XLSFORM_FORM_CHECK_H

#include "forms/xlsform/form_read.h"

/* Check the form at `path`. `report` (may be NULL) is called for every fault. ERR_OK: it can be used, though there may be
 * warnings; ERR_FORMAT: it cannot, the detail is the first error. Other errors are those of reading the file. */
enum err form_check_run(const char *path, void (*report)(void *user, const struct form_fault *fault), void *user);

#endif
