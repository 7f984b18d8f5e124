/* roll.h - a roll-call: everybody on the list once, each ticked with one key.
 *
 * A group of a form with appearance "xc-roll" holds questions of type rows of one register (there, late, on leave, absent ...):
 * together they are one entry of the form and one screen, on which digit n puts the selected row into the n-th of them and out
 * of the others. Every key is on disk before the next.
 */
#ifndef TUI_SCREENS_FORM_ROLL_H
#define TUI_SCREENS_FORM_ROLL_H

#include "tui/screens/form/filling.h"

enum { ROLL_ANSWERS_MAX = 8 };

bool roll_is(const struct form_question *q);                       /* such a group? */

/* "实到 26  迟到 1", appended; nothing while nobody is ticked. */
void roll_words(struct filling *f, fill_node group, struct buf *out);

/* `f` stays the form's. */
struct kit_view *screen_roll_new(struct filling *f, fill_node group);

#endif
