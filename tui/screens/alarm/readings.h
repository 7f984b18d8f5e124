/* readings.h - 监测读数: one number a line, beside the limit and the last value; beyond the limit it says so at once and what next.
 *
 * Each Enter is a record of its own. The curve of one spot shows its last readings against its limits, drawn and as a list.
 */
#ifndef TUI_SCREENS_ALARM_READINGS_H
#define TUI_SCREENS_ALARM_READINGS_H

#include "tui/screens/app.h"

struct gauge;

/* All spots, or one (NULL: all). */
struct kit_view *screen_readings_new(struct app *app, const struct row_id *place);

struct kit_view *screen_curve_new(struct app *app, const struct gauge *g);

#endif
