/* arrivals.h - what the township holds: of whom, how far, what is missing in between, which devices stand twice. */
#ifndef TUI_SCREENS_ARRIVALS_H
#define TUI_SCREENS_ARRIVALS_H

#include "tui/screens/app.h"

struct kit_view *screen_arrivals_new(struct app *app);

#endif
