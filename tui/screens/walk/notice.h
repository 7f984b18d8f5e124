/* notice.h - 告知单: what is left with the person in charge, on the screen, as a file, as a QR code. One paper for all hazards
 * of a visit. */
#ifndef TUI_SCREENS_WALK_NOTICE_H
#define TUI_SCREENS_WALK_NOTICE_H

#include "tui/screens/app.h"

enum { NOTICE_HAZARDS = 32 };

enum err notice_text(struct app *app, const struct row_id *ids, size_t count, struct buf *out);
/* Asks in which way; at most NOTICE_HAZARDS. */
struct kit_view *screen_notice_new(struct app *app, const struct row_id *ids, size_t count);

#endif
