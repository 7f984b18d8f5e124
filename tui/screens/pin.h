/* pin.h - change the PIN of the worker at the keyboard: the old one, the new one twice. */
#ifndef TUI_SCREENS_PIN_H
#define TUI_SCREENS_PIN_H

#include "tui/screens/app.h"

struct kit_view *screen_pin_new(struct app *app);

#endif
