/* amend.h - correcting a record: which of those that touched a row may be corrected here, its form filled in with what it says,
 * and what a correction changed, in words.
 *
 * A correction is a form like any other: on disk after every answer, taken up again from 今日. Its draft stands under "amend:REF:0".
 */
#ifndef TUI_SCREENS_FORM_AMEND_H
#define TUI_SCREENS_FORM_AMEND_H

#include "tui/screens/form/filling.h"

/* May the person at the keyboard correct a record of this row? */
bool amend_possible(struct app *app, const struct row_id *row);
/* Open the form of the record; of several, ask which. */
enum kit_next amend_begin(struct kit_view *v, struct app *app, const struct row_id *row);

/* Does a correction being filled in say anything else than the record does? An empty one is not signed. */
enum err amend_changes(struct filling *f, bool *out);

/* What the AMEND `ref` changed and why, one line an answer, before and after; personal answers masked. Appended. */
enum err amend_tell(struct app *app, const uint8_t ref[EVENT_REF], struct buf *out);

#endif
