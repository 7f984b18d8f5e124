/* tally.h - counting through a register: one number (or two) a row, Enter, the next.
 *
 * A form opened on a row, whose numbers have appearance "xc-tally", is filled for row after row without being opened: what is
 * typed goes into those questions in order ("38", or "38 36" for two), the rest of the form stands at its defaults. Each Enter
 * is a record of its own, on disk before the next row.
 */
#ifndef TUI_SCREENS_FORM_TALLY_H
#define TUI_SCREENS_FORM_TALLY_H

#include "tui/screens/app.h"

/* The form of the pack that counts rows of this register and that this person may submit; NULL when there is none. */
const struct pack_form *tally_form(const struct app *app, const char *reg);

/* The form of this id, when it is such a form. */
const struct pack_form *tally_of(const struct app *app, const char *form);

/* `about`: the row all these records are about besides (whose stock it is), put into a question for such a row that is empty;
 * NULL. */
struct kit_view *screen_tally_new(struct app *app, const struct pack_form *form, const struct row_id *about);

#endif
