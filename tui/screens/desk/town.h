/* town.h - the screens of the township's desk besides its home (screens.h). */
#ifndef TUI_SCREENS_DESK_TOWN_H
#define TUI_SCREENS_DESK_TOWN_H

#include "tui/screens/app.h"

struct kit_view *screen_gather_new(struct app *app);         /* a stick: take in, give receipts, leave the downlink */
struct kit_view *screen_arrivals_new(struct app *app);       /* every bundle: who, when, how much, kept aside and why */
struct kit_view *screen_devices_new(struct app *app);        /* every writer: last word, what is missing, doubled, revoked */
struct kit_view *screen_conflicts_new(struct app *app);      /* disagreements and proposals; also for the field */
struct kit_view *screen_owed_new(struct app *app);           /* who owes what in a month */
struct kit_view *screen_grant_new(struct app *app);          /* a certificate for a new device */
/* The same for a request that came through the server, named by its twenty digits; the grant is then fetched from there. */
struct kit_view *screen_grant_asked_new(struct app *app, const char *digits);
struct kit_view *screen_asking_new(struct app *app);         /* the requests that came through the server */
struct kit_view *screen_roster_new(struct app *app);         /* who may do what, and in which grid */
struct kit_view *screen_entitle_new(struct app *app, const char *label);    /* a role or a village more for a device that is in */
struct kit_view *screen_revoke_new(struct app *app, const char *label);  /* a device is lost, or a person gone */
struct kit_view *screen_afterloss_new(struct app *app);      /* what revoked devices wrote after: looked at, adopted one by one */
struct kit_view *screen_erasures_new(struct app *app);       /* orders to erase, and who has not obeyed yet */
struct kit_view *screen_erase_new(struct app *app, const struct row_id *id);     /* what people are named in a row: erased everywhere */
struct kit_view *screen_callouts_new(struct app *app);       /* every village that a warning went to, and how far its calls are */
struct kit_view *screen_publish_new(struct app *app);        /* a new version of the pack */
const char *screen_publish_shipped(void);                    /* the folder of the pack that came with the program, "" when none did; until the next call */
#ifdef WITH_TOWN
struct import;
struct kit_view *screen_export_new(struct app *app);         /* ledgers as files */
struct kit_view *screen_import_new(struct app *app);         /* which register, which file */
struct kit_view *screen_import_preview_new(struct import *m);    /* what it would change, then does; takes `m` */
#endif

/* One disagreement side by side; field: index in the row's register. */
struct kit_view *screen_sides_new(struct app *app, const struct row_id *id, uint32_t field);

#endif
