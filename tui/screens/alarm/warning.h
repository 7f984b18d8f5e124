/* warning.h - warnings that still run: their clocks (so long for those in charge, so long to the last household) and the call list.
 *
 * Minutes: pack.csv callout_first_min and callout_all_min; below what stands when a pack does not say.
 * Registers and fields: warnings (received, done_at, lifted), callouts (warning, name, tier, state, first_call ...). A pack
 * without them has no such screen.
 */
#ifndef TUI_SCREENS_ALARM_WARNING_H
#define TUI_SCREENS_ALARM_WARNING_H

#include "tui/kit/list.h"
#include "tui/screens/app.h"

enum { WARNING_OPEN_MAX = 8, WARNING_FIRST_MINUTES = 5, WARNING_ALL_MINUTES = 30 };

struct warning_open { struct row_id id; int64_t received; bool answered; };

/* Warnings neither reached to the last nor lifted, newest first. */
void warning_gather(struct app *app, struct warning_open *out, size_t *count);

/* As a row of 今日; a running clock makes `warning_counting` true. */
void warning_cells(struct app *app, const struct warning_open *w, struct kit_cell cells[KIT_CELLS]);
bool warning_counting(const struct app *app, const struct warning_open *w, size_t count);

struct kit_view *screen_warning_new(struct app *app, const struct row_id *id);

#endif
