/* progress.h - 进度: the year's plan against what was done, month by month, and the milestones, phase by phase, as a board.
 *
 * Registers and fields: plan_year (year, month, kind, topic, team, org, done, why_not), milestones (task, lead, phase, due, target,
 * done, unit, state). What is late stands first in red and says so in words.
 */
#ifndef TUI_SCREENS_HOME_PROGRESS_H
#define TUI_SCREENS_HOME_PROGRESS_H

#include "tui/screens/app.h"

enum progress_side { PROGRESS_PLAN, PROGRESS_MILESTONES, PROGRESS_SIDES };

/* Does the pack have the register of this side? */
bool progress_has(const struct app *app, enum progress_side side);

struct kit_view *screen_progress_new(struct app *app, enum progress_side side);

#endif
