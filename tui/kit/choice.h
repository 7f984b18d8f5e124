/* choice.h - choose one of several, or several; also the question "really?".
 *
 * Digits choose at once (one) or tick (several). Where there are more than nine, they stand on the nine where the selection is, 0
 * takes them to the next nine, and what is typed finds: by text, or by the pinyin initials that the caller gives as `find`. Esc answers
 * nothing.
 */
#ifndef TUI_KIT_CHOICE_H
#define TUI_KIT_CHOICE_H

#include "tui/kit/field.h"

struct kit_option {
	const char *label;           /* translated */
	const char *find;            /* more text to find it by (pinyin initials); NULL */
	bool on;                     /* ticked, or the one chosen now */
};

enum { KIT_CHOICE_NONE = -1 };

/* The options are copied. `text` may be NULL: an explanation above the options. */
struct kit_view *kit_choice_new(const char *title, const char *text, const struct kit_option *options, size_t count, bool several,
                                enum kit_next (*done)(struct kit_view *below, struct kit_view *self));

/* The answer, for `done`: index chosen or KIT_CHOICE_NONE; with several, whether it was confirmed, and each tick. */
int  kit_choice_answer(const struct kit_view *v);
const char *kit_choice_label(const struct kit_view *v);         /* of the answer; NULL for none. Borrowed */
bool kit_choice_confirmed(const struct kit_view *v);
bool kit_choice_on(const struct kit_view *v, size_t i);

#endif
