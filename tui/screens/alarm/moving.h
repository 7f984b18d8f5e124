/* moving.h - 转移: the households of a warning ticked off one key each, who moved where, by whom, when.
 *
 * Digits tick the selected household and the cursor goes to the next that is still there; every tick is a record of its own. Where
 * they go is what the list says of each, or one shelter chosen for all ticks from now on; so is who brings them. Names and telephones
 * stand here in full: it is opened from the warning's page alone, which records that they were seen.
 */
#ifndef TUI_SCREENS_ALARM_MOVING_H
#define TUI_SCREENS_ALARM_MOVING_H

#include "tui/screens/app.h"

struct kit_view *screen_moving_new(struct app *app, const struct row_id *warning);

#endif
