/* prompt.h - ask for one line of text; and for a secret (a PIN), which is shown as stars and wiped. */
#ifndef TUI_KIT_PROMPT_H
#define TUI_KIT_PROMPT_H

#include "tui/kit/field.h"

/* `text` explains above the field, `initial` stands in it; both may be NULL. */
struct kit_view *kit_prompt_new(const char *title, const char *text, const char *initial,
                                enum kit_next (*done)(struct kit_view *below, struct kit_view *self));
/* For `done`: the line, NULL when the person went back. Borrowed. */
const char *kit_prompt_answer(const struct kit_view *v);
/* What stands in the field, whether confirmed or left with Esc: for what is kept either way. Borrowed. */
const char *kit_prompt_typed(const struct kit_view *v);
/* For `done`, when what was typed could not be used (say why before): the same question again over `below`, with what stands in it. */
enum kit_next kit_prompt_again(struct kit_view *below, const struct kit_view *v);

/* A secret of at most KIT_SECRET_MAX bytes in memory the caller gives (and guards); always NUL-ended. Part of a view. */
enum { KIT_SECRET_MAX = 64 };
struct kit_secret { char *at; size_t len; };
bool kit_secret_key(struct kit_secret *s, int key);
void kit_secret_wipe(struct kit_secret *s);
void kit_secret_draw(const struct kit_secret *s, struct kit_view *v, WINDOW *win, int y, int x, int cols);

#endif
