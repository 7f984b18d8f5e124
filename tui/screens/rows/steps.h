/* steps.h - take a step of a row's workflow from any screen: the form that takes it, or why this person may not. */
#ifndef TUI_SCREENS_ROWS_STEPS_H
#define TUI_SCREENS_ROWS_STEPS_H

#include "tui/screens/app.h"

/* Begin the step that moves `field` of the row (with `form`, only one that this form takes); several are asked about. Says
 * the reason, and stays, when there is none. */
enum kit_next steps_take(struct kit_view *v, struct app *app, const struct row_id *id, const char *field, const char *form);

/* Those marked needed and given as "REF:N REF:N": judged general with one reason, after asking for it; each is a record of its own. */
enum kit_next steps_downgrade(struct kit_view *v, struct app *app);

#endif
