/* pick.h - the choices of a select: is one taken, take or drop it, and all of them as a list to choose from. */
#ifndef TUI_SCREENS_FORM_PICK_H
#define TUI_SCREENS_FORM_PICK_H

#include "tui/kit/choice.h"
#include "tui/screens/form/filling.h"

/* Is `name` one of the blank separated words of `list`? */
bool pick_has(const char *list, const char *name);

/* `list` with `name` added at its end, or taken out: a ranking keeps the order of the taps. Appended. */
void pick_toggle(const char *list, const char *name, struct buf *out);

/* A dialog with the choices of node n, findable by pinyin initials; NULL without memory. */
struct kit_view *pick_new(struct filling *f, fill_node n, bool several, enum kit_next (*done)(struct kit_view *below, struct kit_view *self));

/* What the dialog chose, as a value; false when nothing was. */
bool pick_value(const struct kit_view *dialog, struct filling *f, fill_node n, bool several, struct buf *out);

#endif
