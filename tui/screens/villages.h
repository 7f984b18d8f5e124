/* villages.h - whose record is it? Who works for the whole township and makes a row of a village's register writes it into that
 * village's log, or the village could not go on with it. A form that names a village or a grid tells; a warning is asked for, and may
 * go to several villages at once.
 */
#ifndef TUI_SCREENS_VILLAGES_H
#define TUI_SCREENS_VILLAGES_H

#include "tui/screens/form/filling.h"

/* The village that the answers name, into f->village; nothing where it is none's, or clear without. */
void villages_answered(struct filling *f);

/* Must it be asked which villages? */
bool villages_asked(const struct filling *f);
/* All are ticked to begin with; `done` asks screen_rows_ticked(). */
enum kit_next villages_ask(struct kit_view *v, struct filling *f, enum kit_next (*done)(struct kit_view *below, struct kit_view *self));
/* One record for each of these villages (ids apart by blanks), none while one of them cannot have it: ERR_FORMAT names it. f->draft is
 * gone with the first record. `words` gets what was done; after an error in the middle a page of who has not got it and what to do, else nothing. */
enum err villages_submit(struct filling *f, const char *ids, struct buf *words);

#endif
