/* help.h - what the keys of a view do, made from the same tables that the keys are looked up in. */
#ifndef TUI_KIT_HELP_H
#define TUI_KIT_HELP_H

#include "tui/kit/view.h"

struct kit_view *kit_help_new(struct kit_view *of, const struct kit_app *app);

/* The text of it, appended. */
void kit_help_text(struct kit_view *of, const struct kit_app *app, struct buf *out);

#endif
