/* enrol.h - becoming a writer of a township, on the screen: a request goes out, twenty digits are read aloud, a grant comes in. */
#ifndef TUI_SCREENS_DEVICE_ENROL_H
#define TUI_SCREENS_DEVICE_ENROL_H

#include "tui/screens/app.h"

/* Has the worker at the keyboard a certificate? */
bool enrol_is_certified(const struct app *app);

struct kit_view *screen_enrol_new(struct app *app);

/* Long work: the request to the township's server, or its grant from there. `digits` (KEYS_DIGITS) gets the twenty digits, `grant`
 * what came; both are the caller's and outlive the view. The address is kept in the settings once it has answered. */
struct kit_view *screen_enrol_online_new(struct app *app, const char *url, char *digits, struct buf *grant);

/* One more worker on this device: name, then a PIN. */
struct kit_view *screen_worker_new(struct app *app);

/* The first worker of a device that has no profile yet: the root of the stack, replaced by the lock screen. */
struct kit_view *screen_first_new(struct app *app, const char *dir);

#endif
