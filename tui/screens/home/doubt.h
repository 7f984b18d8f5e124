/* doubt.h - a clock that cannot be right (profile_clock_doubtful): told once, explained where exchanges are, nobody kept out by it. There the
 * person may say what time it is: from then on the records of this boot count by his word, until a weightier one comes (truetime.h).
 */
#ifndef TUI_SCREENS_HOME_DOUBT_H
#define TUI_SCREENS_HOME_DOUBT_H

#include "tui/screens/app.h"

/* That, and where it stands what to do: once while the program runs, and when nothing else is being said. */
void doubt_tell(struct app *app);

/* On the pages of exchange: what the device takes the time for, what it is by a better word, and what to do. Both return the next row. */
int doubt_line(struct app *app, WINDOW *win, int y);
int doubt_advice(WINDOW *win, int y);

/* What time is it? `done` hands the answer to doubt_answered(), which records it, or says why not. */
enum kit_next doubt_ask(struct app *app, struct kit_view *base, enum kit_next (*done)(struct kit_view *below, struct kit_view *self));
void doubt_answered(struct app *app, const char *answer);

#endif
