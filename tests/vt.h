/* vt.h - drive a full-screen program in a pseudo-terminal and read its screen back.
 *
 * The child runs on a real pty; libvterm interprets what it writes, so a test sees what a person would see: cells,
 * attributes, cursor. Nothing sleeps for a fixed time: a test waits for a text (vt_expect), for silence (vt_settle) or for
 * the end of the child (vt_wait_exit).
 */
#ifndef TESTS_VT_H
#define TESTS_VT_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <sys/types.h>

struct vt;

/* Start argv on a pty of rows x cols. `env` holds NAME=VALUE added to a clean TERM=xterm-256color, LC_ALL=C.UTF-8, no
 * NO_COLOR; "NAME" alone removes one. NULL when there is no pty. */
struct vt *vt_spawn(int rows, int cols, char *const argv[], const char *const env[]);
void vt_free(struct vt *vt);                                       /* kills what still runs */
pid_t vt_pid(const struct vt *vt);

void vt_keys(struct vt *vt, const char *utf8);                     /* type text, raw bytes */
void vt_key(struct vt *vt, const char *name);                      /* "Up" "F1" "Enter" "Esc" "C-l" */
void vt_paste(struct vt *vt, const char *utf8);                    /* bracketed */
void vt_click(struct vt *vt, int row, int col);
void vt_resize(struct vt *vt, int rows, int cols);                 /* raises SIGWINCH */

bool vt_shows(struct vt *vt, const char *utf8);                    /* anywhere, now */
bool vt_expect(struct vt *vt, const char *utf8, int timeout_ms);
bool vt_expect_gone(struct vt *vt, const char *utf8, int timeout_ms);
bool vt_settle(struct vt *vt, int quiet_ms, int timeout_ms);       /* no output for quiet_ms, and the child sleeps with nothing left to read */
int  vt_wait_exit(struct vt *vt, int timeout_ms);                  /* exit status, 128 + signal, -1 on time-out */
uint64_t vt_bytes(const struct vt *vt);                            /* that the child has written so far */

void vt_row(struct vt *vt, int row, struct buf *out);              /* appended, without trailing blanks */
void vt_text(struct vt *vt, struct buf *out);                      /* the whole screen, a line feed after each row */
void vt_print(struct vt *vt);                                      /* as TAP diagnostics, for a failure */

struct vt_cell { bool bold, reverse, underline, coloured; int hue, width; };      /* hue: indexed colour or -1 */
bool vt_cell(struct vt *vt, int row, int col, struct vt_cell *out);
bool vt_find(struct vt *vt, const char *utf8, int *row, int *col); /* where a text starts; column as drawn */
bool vt_selected(struct vt *vt, const char *utf8);                 /* the text stands in a row in reverse video */
void vt_cursor(struct vt *vt, int *row, int *col, bool *visible);
bool vt_altscreen(struct vt *vt);

#endif
