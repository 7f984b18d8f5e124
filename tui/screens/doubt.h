/* doubt.h - a clock that cannot be right (profile_clock_doubtful): told once, explained where exchanges are, nobody kept out by it. */
#ifndef TUI_SCREENS_DOUBT_H
#define TUI_SCREENS_DOUBT_H

#include "tui/screens/app.h"

/* That, and where it stands what to do: once while the program runs, and when nothing else is being said. */
void doubt_tell(struct app *app);

/* On the pages of exchange: what the device takes the time for, and what to do. Both return the next row. */
int doubt_line(struct app *app, WINDOW *win, int y);
int doubt_advice(WINDOW *win, int y);

#endif
