/* field.h - the real program on a pty, on the invented township that fixture.sh makes once a test run. */
#ifndef TESTS_SCREENS_FIELD_H
#define TESTS_SCREENS_FIELD_H

#include "tests/tap.h"
#include "tests/vt.h"

enum { PATIENCE = 60000, QUIET = 60 };

#define FIELD_NOW "2026-07-12T08:31"
#define FIELD_PIN "246810"
#define TOWN_PIN  "135790"

/* Wait for the text to come or go, and then for the rest of the frame that it stands in. */
#define assert_shows(vt, text) do { if (!field_expect(vt, text, true)) { vt_print(vt); fail_msg("not on the screen: %s", text); } } while (0)
#define assert_hides(vt, text) do { if (!field_expect(vt, text, false)) { vt_print(vt); fail_msg("still on the screen: %s", text); } } while (0)
bool field_expect(struct vt *vt, const char *text, bool there);

/* Group setup and teardown: the township in a temporary directory. */
int field_setup(void **state);
int field_teardown(void **state);
int field_setup_with(const char *script);        /* another township, made by tests/screens/SCRIPT DIR */
int field_setup_also(const char *script);        /* and what that script adds to it */
const char *field_dir(void);

/* Shell commands in the township's folder, the first that fails ends the test. They have `town ARGUMENTS` (xunchactl at FIELD_NOW), `on DEVICE
 * TIME ARGUMENTS`, `carry DEVICE FOLDER` (there and back, and on the device what came), `none ARGUMENTS` (a grep that must find nothing). */
void field_run(const char *commands);

/* xuncha on PROFILE of the township at the lock screen, at FIELD_NOW or another time, where its clock stands; env as for vt_spawn(). */
struct vt *field_start(const char *profile, int rows, int cols, const char *const env[]);
struct vt *field_start_at(const char *when, const char *profile, int rows, int cols, const char *const env[]);
/* From there; both at once. */
void field_unlock(struct vt *vt, const char *pin);
struct vt *field_enter(const char *profile, const char *pin, int rows, int cols, const char *const env[]);
void field_settle(struct vt *vt);
/* A key that opens a prompt, and what is typed there in place of what it held; a key that opens a choice, and its digit. */
void field_ask(struct vt *vt, const char *key, const char *prompt, const char *text);
void field_choose(struct vt *vt, const char *key, const char *shows, const char *digit);
/* One field of a form: what is typed, and on to the next. */
void field_fill(struct vt *vt, const char *text);
/* From the first row down until the one with this text is selected. */
void field_select(struct vt *vt, const char *text);
/* The first line of what a command left in a file of the township's folder; until the next call. */
const char *field_first_line(const char *name);
/* Back with Esc to a screen that can be left, out with q; frees vt. The program must end with 0. */
void field_leave(struct vt *vt);

/* Compare the screen with tests/screens/expected/NAME.exp; with XUNCHA_UPDATE=1 write it instead. */
void field_golden(struct vt *vt, const char *name);

#endif
