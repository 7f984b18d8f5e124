/* enrol.h - becoming a writer of a township, on the screen: a request goes out, twenty digits are read aloud, a grant comes in. */
#ifndef TUI_SCREENS_ENROL_H
#define TUI_SCREENS_ENROL_H

#include "tui/screens/app.h"

/* Has the worker at the keyboard a certificate? */
bool enrol_is_certified(const struct app *app);

struct kit_view *screen_enrol_new(struct app *app);

/* One more worker on this device: name, then a PIN. */
struct kit_view *screen_worker_new(struct app *app);

/* The first worker of a device that has no profile yet: the root of the stack, replaced by the lock screen. */
struct kit_view *screen_first_new(struct app *app, const char *dir);

#endif
