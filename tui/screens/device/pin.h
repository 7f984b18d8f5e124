/* pin.h - PINs being set: change one's own, or the first of a new worker. */
#ifndef TUI_SCREENS_DEVICE_PIN_H
#define TUI_SCREENS_DEVICE_PIN_H

#include "tui/screens/app.h"

struct kit_view *screen_pin_new(struct app *app);

/* A new PIN for `name`, asked twice; `use` is given it once it is sound and the same, and its error shown. Closes after ERR_OK. */
struct kit_view *screen_pin_first_new(struct app *app, const char *name, enum err (*use)(struct app *app, const char *name, const char *pin));

#endif
