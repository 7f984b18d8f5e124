/* words.h - values of rows as people read them, and small questions about the pack that several screens ask. */
#ifndef TUI_SCREENS_WORDS_H
#define TUI_SCREENS_WORDS_H

#include "tui/kit/list.h"
#include "tui/screens/app.h"

/* The shown value of a field (index in its register) as a cell: words, "2种说法" when people disagree, a role by danger. */
void words_cell(struct app *app, const struct row *row, const struct pack_register *reg, uint32_t field, bool unmask, struct kit_cell *out);

/* The words alone, appended; masked unless `unmask`. Returns how many distinct values are open. */
uint32_t words_value(struct app *app, const struct row *row, const struct pack_register *reg, uint32_t field, bool unmask, struct buf *out);

/* Stored text of field `id`, "" when empty; appended. */
void words_stored(struct app *app, const struct row *row, const char *id, struct buf *out);

/* Title of the row with this id; where it cannot be read, that it has not come. Appended. */
void words_title(struct app *app, const struct row_id *id, struct buf *out);

/* " [核销]", appended: the row has a state without steps that is not the one to begin with (out of use, struck off). Nothing for the others. */
void words_standing(struct app *app, const struct row *row, struct buf *out);

/* Is the stored text of field `id` this one? */
bool words_is(struct app *app, const struct row *row, const char *id, const char *value);

/* Columns a field wants in a list, and whether the title says it already. */
int words_width(const struct pack_field *field);
bool words_in_title(const struct pack_register *reg, const struct pack_field *field);

/* A scope as people call it: the village's name where its register tells it, "全镇", "本人"; appended. */
void words_scope(struct app *app, const struct event_scope *scope, struct buf *out);

/* Name of the one grid this person works in (grids: worker_a, worker_b), appended; false when there is none or are several. */
bool words_grid(struct app *app, const char *person, struct buf *out);

/* May this person make rows of this register by a form that needs no subject? */
bool words_can_make(const struct app *app, const char *reg);

/* Which duties of the pack this person may pay, one each: what others owe (a village its stock count) is no work of his. To be freed; NULL: no
 * memory. */
bool *words_own_duties(const struct app *app);

/* Is the form for a role of this person? And has the pack a form of this name that is? */
bool words_is_mine(const struct app *app, const struct pack_form *form);
bool words_may_fill(const struct app *app, const char *form);

/* Does the form change the row it is opened on, so that it cannot be opened without one? */
bool words_needs_subject(const struct pack_form *form);

/* A stored position as people read it: "北纬 38.9090000 东经 83.2010000 约8米"; what is none as it stands. */
void words_position(const char *stored, struct buf *out);

/* What the days until a deadline are called: "逾期 2天", "今天", "3天内". */
void words_days(int32_t days, struct buf *out);
enum kit_role words_days_role(int32_t days);

#endif
