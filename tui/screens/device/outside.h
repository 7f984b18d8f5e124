/* outside.h - the programs of others that a setting names: where am I, take a picture. Both may be absent.
 *
 * The command is run by the shell with its input closed, default signals and at most OUTSIDE_SECONDS. It never gets the
 * terminal, nothing is held open while it runs, and of its own children none is left behind.
 */
#ifndef TUI_SCREENS_DEVICE_OUTSIDE_H
#define TUI_SCREENS_DEVICE_OUTSIDE_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <sys/types.h>

enum { OUTSIDE_SECONDS = 30, OUTSIDE_BYTES_MAX = 65536 };

/* A command that runs beside the program; zeroed: none does. */
struct outside {
	char command[256];
	pid_t pid;
	int fd;
	int64_t end;                 /* uptime when it is given up */
	struct buf out;              /* what it printed so far */
};

/* Start `command`; `argument` (NULL none) is its $1. */
enum err outside_start(struct outside *o, const char *command, const char *argument);
/* Wait at most `ms`. True when it is over: then *e says how, o->out what it printed, and the caller ends with outside_stop(). */
bool outside_over(struct outside *o, int ms, enum err *e);
/* End it, however it stands, and forget it. */
void outside_stop(struct outside *o);

/* Run `command` to its end and append what it prints; the screen says so meanwhile, and Esc stops it. ERR_IO when it fails,
 * ERR_BUSY when it takes too long, ERR_DENIED when the person stopped it. */
enum err outside_run(const char *command, const char *argument, struct buf *out);

/* A position from what a command printed: termux-location's JSON, a TPV line of gpspipe -w, or "LAT LON [ALT [ACCURACY [TIME]]]".
 * Written as forms store it: "lat lon alt accuracy"; *heard is the time of the satellites where it was told (ms UTC), else 0. ERR_FORMAT. */
enum err outside_position(const char *printed, struct buf *out, int64_t *heard);

#endif
