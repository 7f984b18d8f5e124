/* app.h - what all screens share: the profile, the pack in force, who is at the keyboard, the settings.
 *
 * The lowest view of the stack is the lock screen; all others live only while a writer is unlocked. Views hold no
 * transaction and no lock between two keys; what they show they read anew in load().
 */
#ifndef TUI_SCREENS_APP_H
#define TUI_SCREENS_APP_H

#include "forms/pack/pack.h"
#include "sync/ledger/rows/row.h"
#include "tui/kit/view.h"
#include "tui/screens/device/courier.h"
#include "tui/screens/device/settings.h"

struct profile;

struct app {
	struct kit_app kit;                     /* kit.user is this struct */
	struct profile *profile;
	const struct pack *pack;                /* NULL while locked, or before the first pack came */
	struct settings settings;
	char label[33], person[65], place[128]; /* of the unlocked writer: label, name, village */
	char village[33];                       /* code of the one village this person works for; "" */
	uint32_t roles;                         /* bits of enum pack_role */
	char wanted_label[33];                  /* --as; "" */
	struct courier courier;                 /* exchanges with the township while a writer is unlocked */
	bool resume;                            /* just unlocked: open what was being filled */
	bool revoked;                           /* the township takes nothing more from this writer */
	bool doubted;                           /* doubt_tell() has spoken */
};

/* Open profile and settings; the terminal is not touched. `app_close` frees all. */
enum err app_open(struct app *app, const char *dir, const char *label);
void app_close(struct app *app);
/* No profile yet: only the screen of the first worker can be shown, which then calls app_open(). */
enum err app_fresh(struct app *app);

/* The writer is unlocked now: find person, roles and pack. */
enum err app_enter(struct app *app);
enum err app_learn(struct app *app);                               /* who one is, and the pack: an exchange may have brought either */
void app_find_place(struct app *app);                               /* again: the registers may tell more since */
void app_leave(struct app *app);                                    /* lock */

/* Write the settings, and say 已存 or why not. app_set() first gives one of them its text; NULL: a prompt that was left, nothing is done. */
enum err app_keep_settings(struct app *app);
void app_set(struct app *app, char setting[SETTING_TEXT], const char *text);

bool app_is_staff(const struct app *app);                           /* the township's */
int app_day(const struct app *app);                                 /* today, in the pack's time zone */
int64_t app_ms(const struct app *app);
int app_offset(const struct app *app);                              /* of the pack's zone, minutes */

/* "07-12" or "2025-07-12" of another year; "今天 08:31", "昨天", "3天前". */
void app_short_date(const struct app *app, int32_t day, struct buf *out);
void app_since(const struct app *app, int64_t ms, struct buf *out);

/* Words of the pack for `code` in list `codes`; the code itself when there are none. */
const char *app_code(const struct app *app, uint32_t codes, const char *code);

#endif
