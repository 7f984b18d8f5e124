/* notice.h - 告知单: what is left with the person in charge of a hazard, on the screen, as a file, as a QR code. */
#ifndef TUI_SCREENS_NOTICE_H
#define TUI_SCREENS_NOTICE_H

#include "tui/screens/app.h"

enum err notice_text(struct app *app, const struct row_id *id, struct buf *out);
struct kit_view *screen_notice_new(struct app *app, const struct row_id *id);

#endif
