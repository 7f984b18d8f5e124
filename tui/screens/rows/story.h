/* story.h - what happened to a row, in words, newest last; and single values of its sides. */
#ifndef TUI_SCREENS_ROWS_STORY_H
#define TUI_SCREENS_ROWS_STORY_H

#include "tui/screens/app.h"

/* One paragraph an event: when, who, which form and steps, and why it did not count where it did not. */
enum err story_of_row(struct app *app, const struct row_id *id, const struct pack_register *reg, struct buf *out);

/* What one record answers, a line a question, what is personal masked; also of a record that does not count. */
enum err story_of_record(struct app *app, const uint8_t ref[EVENT_REF], struct buf *out);

/* One value of a field as people read it; ERR_FORMAT when it cannot be shown. */
enum err story_value(struct app *app, const struct pack_field *field, const struct row_value *value, struct buf *out);

#endif
