/* i18n.h - the two languages of the program.
 *
 * Source strings are Chinese, the users' own language: with no catalogue, no locale and no installation the program
 * still speaks it. tui/po/en.po holds the English. _() translates, N_() only marks a string for the catalogue.
 */
#ifndef FORMS_BASE_I18N_H
#define FORMS_BASE_I18N_H

#include <libintl.h>

#define _(s)  gettext(s)
#define N_(s) s

/* Set locale (falling back to C.UTF-8 so that Han has its width), catalogue and language. `language` is "zh", "en" or
 * NULL for what the environment says. Call first in main(). False when no UTF-8 locale can be had. */
int i18n_open(const char *language);

/* Index into bilingual data (pack labels, form languages): 0 Chinese, 1 English. */
int i18n_language(void);

#endif
