/* outside.h - the programs of others that a setting names: where am I, take a picture. Both may be absent.
 *
 * The command is run by the shell with its input closed, default signals and at most OUTSIDE_SECONDS; while it runs the
 * screen waits. It never gets the terminal.
 */
#ifndef TUI_SCREENS_OUTSIDE_H
#define TUI_SCREENS_OUTSIDE_H

#include "forms/base/buf.h"

enum { OUTSIDE_SECONDS = 30, OUTSIDE_BYTES_MAX = 65536 };

/* Run `command`; `argument` (NULL none) is its $1. What it prints is appended. ERR_IO with its last line when it fails, ERR_BUSY when
 * it takes too long. */
enum err outside_run(const char *command, const char *argument, struct buf *out);

/* A position from what a command printed: termux-location's JSON, a TPV line of gpspipe -w, or "LAT LON [ALT [ACCURACY]]".
 * Written as forms store it: "lat lon alt accuracy". ERR_FORMAT. */
enum err outside_position(const char *printed, struct buf *out);

#endif
