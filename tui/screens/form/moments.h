/* moments.h - a time line kept while things happen: one key a moment.
 *
 * A form opened on a row, with one select_one of appearance "xc-quick": digit n answers it with its n-th choice and submits;
 * all else stands at its defaults (the time is now()). What was kept stands above in order, with the minutes since the first.
 */
#ifndef TUI_SCREENS_FORM_MOMENTS_H
#define TUI_SCREENS_FORM_MOMENTS_H

#include "tui/screens/app.h"

/* The form that keeps moments of rows of this register and that this person may submit; NULL when there is none. */
const struct pack_form *moments_form(const struct app *app, const char *reg);

struct kit_view *screen_moments_new(struct app *app, const struct pack_form *form, const struct row_id *row);

#endif
