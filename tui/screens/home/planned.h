/* planned.h - doing what the year's plan has: the form that records it, with the plan and what the plan knows filled in. */
#ifndef TUI_SCREENS_HOME_PLANNED_H
#define TUI_SCREENS_HOME_PLANNED_H

#include "tui/screens/app.h"

/* `plan` a row of plan_year: a drill or a training. Sets v->open. */
enum kit_next planned_begin(struct kit_view *v, struct app *app, const struct row *plan);

#endif
