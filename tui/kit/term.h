/* term.h - the terminal: opened once, given back on every way out, read one event at a time.
 *
 * Ways out are kit_term_close(), SIGTERM and SIGINT (ncurses), and SEGV BUS ILL FPE ABRT HUP (here: the terminal is given
 * back with calls that a signal handler may make, then the signal does what it does). ^Z and fg are left to ncurses, which
 * is why nothing may hold a lock or a transaction while it waits for an event.
 */
#ifndef TUI_KIT_TERM_H
#define TUI_KIT_TERM_H

#include "forms/base/buf.h"

#include <stdbool.h>

enum { KIT_PASTE_MAX = 65536 };

enum kit_event_type { KIT_EVENT_KEY, KIT_EVENT_PASTE, KIT_EVENT_TAP, KIT_EVENT_WHEEL, KIT_EVENT_RESIZE, KIT_EVENT_TICK, KIT_EVENT_END };

struct kit_event {
	enum kit_event_type type;
	int key;                 /* KEY: see action.h */
	int y, x;                /* TAP; WHEEL: y is -1 up, 1 down */
	const char *text;        /* PASTE: line feeds are '\n'; borrowed until the next event */
};

/* Take the terminal over. ERR_UNSUPPORTED, with what to install or to set, for a terminal that cannot show Han (the bare
 * Linux console) or that terminfo does not know. Call i18n_open() before. `mouse` takes taps and the wheel (on by itself in Termux). */
enum err kit_term_open(bool mouse);
void kit_term_close(void);

/* What this terminal lacks, in words, "" for nothing; shown once at the start. */
const char *kit_term_lacks(void);

/* Wait at most timeout_ms (-1 for ever) for the next event; TICK when none came, END when the terminal is gone. */
struct kit_event kit_term_wait(int timeout_ms);

#endif
