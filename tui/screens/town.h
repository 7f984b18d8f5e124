/* town.h - the screens of the township's desk besides its home (screens.h). */
#ifndef TUI_SCREENS_TOWN_H
#define TUI_SCREENS_TOWN_H

#include "tui/screens/app.h"

struct kit_view *screen_arrivals_new(struct app *app);       /* every bundle: who, when, how much, kept aside and why */
struct kit_view *screen_devices_new(struct app *app);        /* every writer: last word, what is missing, doubled, revoked */
struct kit_view *screen_conflicts_new(struct app *app);      /* disagreements and proposals; also for the field */
struct kit_view *screen_owed_new(struct app *app);           /* who owes what in a month */
struct kit_view *screen_grant_new(struct app *app);          /* a certificate for a new device */
struct kit_view *screen_publish_new(struct app *app);        /* a new version of the pack */
#ifdef WITH_TOWN
struct import;
struct kit_view *screen_export_new(struct app *app);         /* ledgers as files */
struct kit_view *screen_import_new(struct app *app);         /* which register, which file */
struct kit_view *screen_import_preview_new(struct import *m);    /* what it would change, then does; takes `m` */
#endif

/* One disagreement side by side; field: index in the row's register. */
struct kit_view *screen_sides_new(struct app *app, const struct row_id *id, uint32_t field);

#endif
