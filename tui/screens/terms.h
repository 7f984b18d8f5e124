/* terms.h - what a certificate says beside the name, asked in dialogs: as what a person works, and where. */
#ifndef TUI_SCREENS_TERMS_H
#define TUI_SCREENS_TERMS_H

#include "tui/screens/app.h"

enum { TERMS_ROLES = 7, TERMS_PLACES = 256 };

/* The roles that a township gives, and what each is for, in words. */
extern const uint32_t terms_roles[TERMS_ROLES];
const char *terms_role(uint32_t role);
/* All of `roles`, with commas between; appended. */
void terms_roles_words(uint32_t roles, struct buf *out);

/* The whole township, then every village that has a code; as the dialog showed them. */
struct terms_places { struct event_scope at[TERMS_PLACES]; size_t count; };

/* Ask (kit/choice.h) over `v`; `now` is marked. Of roles one or `several`. */
enum kit_next terms_ask_role(struct kit_view *v, uint32_t now, bool several, enum kit_next (*done)(struct kit_view *below, struct kit_view *self));
enum kit_next terms_ask_scope(struct kit_view *v, struct app *app, struct terms_places *places, const struct event_scope *now,
                              enum kit_next (*done)(struct kit_view *below, struct kit_view *self));

#endif
