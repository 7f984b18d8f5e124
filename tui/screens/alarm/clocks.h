/* clocks.h - running clocks: minutes allowed since a moment that a row records. */
#ifndef TUI_SCREENS_ALARM_CLOCKS_H
#define TUI_SCREENS_ALARM_CLOCKS_H

#include "tui/screens/app.h"

enum { CLOCKS_HOURS = 12 /* beyond the limit by more than this, nobody counts seconds any more */ };

/* ms of a time field, 0 when it is empty. */
int64_t clocks_time(struct app *app, const struct row *row, const char *field);

/* Minutes that a parameter of the pack allows; `otherwise` where it says nothing sensible. */
int clocks_minutes(const struct app *app, const char *param, int otherwise);

/* "剩 03:21" or "超 00:40"; the role says how urgent. */
enum kit_role clocks_words(const struct app *app, int64_t since, int within, char *out, size_t size);

/* Does a clock from this moment still run? */
bool clocks_run(const struct app *app, int64_t since);

#endif
