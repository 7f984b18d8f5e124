/* found.h - after a visit is saved: the hazards it found, and the notice to leave with the person in charge. */
#ifndef TUI_SCREENS_WALK_FOUND_H
#define TUI_SCREENS_WALK_FOUND_H

#include "tui/screens/app.h"

/* NULL when the record made no hazard. */
struct kit_view *screen_found_new(struct app *app, const struct row_id *record);

#endif
