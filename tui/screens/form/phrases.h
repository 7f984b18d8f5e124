/* phrases.h - 常用语: what may stand in a text field without being typed.
 *
 * First what stood in the same field of other rows (of the same item before others, the newest first), then the phrases of
 * the pack: its code list "phrases", whose parent is REGISTER.FIELD. Personal fields offer nothing of other people.
 */
#ifndef TUI_SCREENS_FORM_PHRASES_H
#define TUI_SCREENS_FORM_PHRASES_H

#include "tui/screens/form/filling.h"

/* A choice of them, to be found by pinyin initials; kit_choice_label() is the answer. ERR_NOTFOUND: there are none. */
enum err phrases_new(struct filling *f, fill_node n, enum kit_next (*done)(struct kit_view *below, struct kit_view *self), struct kit_view **out);

#endif
