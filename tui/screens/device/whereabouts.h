/* whereabouts.h - where the person is: measured in the background by the command that the settings name.
 *
 * A receiver takes seconds to half a minute, so it is asked early (a form is begun, a list is opened) and what it found is
 * used when it is there; nobody waits for it. Positions are compared only within one reference system (domain.md 8.4): to
 * one kept as GCJ-02 there is no distance.
 */
#ifndef TUI_SCREENS_DEVICE_WHEREABOUTS_H
#define TUI_SCREENS_DEVICE_WHEREABOUTS_H

#include "tui/screens/app.h"

enum { WHEREABOUTS_MINUTES = 10 };           /* what was measured longer ago is not where one is */

/* Begin to measure, unless a measurement runs, a fresh one is there, or no command is set. */
void whereabouts_ask(struct app *app);

/* "lat lon alt accuracy" measured not long ago; NULL when there is none. Borrowed until the next call. */
const char *whereabouts_now(struct app *app);

/* Does a measurement run? Waits at most `ms` for it to end. */
bool whereabouts_runs(int ms);

/* Metres from here to a stored position; below 0 when either is not known. */
double whereabouts_metres(struct app *app, const char *position);
/* "约 620 米", "约 1.1 公里"; appends nothing when they are not known. */
void whereabouts_words(double metres, struct buf *out);

/* The satellites said that it was `time` (ms UTC; 0: they did not) at `uptime`: the records of this boot may count by it (truetime.h). */
void whereabouts_heard(struct app *app, int64_t time, int64_t uptime);

/* Nobody measures any more: locked, or ending. */
void whereabouts_stop(void);

#endif
