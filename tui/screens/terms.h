/* terms.h - what the township signs, asked in dialogs: of a certificate as what a person works, and where; of what takes something
 * away, why. */
#ifndef TUI_SCREENS_TERMS_H
#define TUI_SCREENS_TERMS_H

#include "sync/keys/authority.h"
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
/* The place chosen, for `done`; false and `out` as it was when the person went back. */
bool terms_scope_chosen(const struct terms_places *places, const struct kit_view *self, struct event_scope *out);

/* The reason typed in a prompt (kit/prompt.h), for its `done`: one that is too long is said to be so, and `reason` stays as it was. */
void terms_reason_given(const struct kit_view *self, char reason[KEYS_REASON_MAX + 1]);

#endif
