/* screens.h - the screens, by their constructors. Each is one file; NULL when memory is out. */
#ifndef TUI_SCREENS_SCREENS_H
#define TUI_SCREENS_SCREENS_H

#include "tui/screens/app.h"

struct filling;

struct kit_view *screen_unlock_new(struct app *app);
struct kit_view *screen_today_new(struct app *app);                 /* the field's home */
struct kit_view *screen_desk_new(struct app *app);                  /* the township's home */
struct kit_view *screen_calendar_new(struct app *app);              /* trainings and drills of a month */
struct kit_view *screen_cards_new(struct app *app);
struct kit_view *screen_registers_new(struct app *app);
struct kit_view *screen_sync_new(struct app *app);
struct kit_view *screen_settings_new(struct app *app);

/* Rows whose workflow has not come to its end. */
#define ROWS_UNFINISHED "${stage} != 'closed' and ${stage} != 'void'"

/* The usual screen of a register: a list, or what it has of its own (readings, the year's plan, milestones). */
struct kit_view *screen_register_new(struct app *app, const char *reg);
/* A register as a list. `where` NULL: its usual view (with a workflow: what is not finished). */
struct kit_view *screen_rows_new(struct app *app, const char *reg, const char *where);
/* The same, to choose one row among those of `where` ("" all); for `done`: the row, or NULL. */
struct kit_view *screen_rows_choose_new(struct app *app, const char *reg, const char *where, enum kit_next (*done)(struct kit_view *below, struct kit_view *self));
const struct row_id *screen_rows_chosen(const struct kit_view *v);

/* To tick several off a roll: `ticked` and the answer are ids apart by blanks; NULL when the person went back. */
struct kit_view *screen_rows_tick_new(struct app *app, const char *reg, const char *where, const char *ticked,
                                      enum kit_next (*done)(struct kit_view *below, struct kit_view *self));
const char *screen_rows_ticked(const struct kit_view *v);
/* Any of these, before it is shown: only rows whose workflow has not ended, and of them those that `where` (NULL: all) accepts. Returns v. */
struct kit_view *screen_rows_narrow(struct kit_view *v, const char *where);
/* The same: with these fields (ids apart by blanks) as its columns, instead of those that lists show; NULL: those. Returns v. */
struct kit_view *screen_rows_show(struct kit_view *v, const char *fields);
/* Rows that name `parent` in `field` (an id that outlives the view). */
struct kit_view *screen_rows_of_new(struct app *app, const char *reg, const struct row_id *parent, const char *field);

/* One row: fields, steps that may be taken, what happened, what belongs to it. */
struct kit_view *screen_row_new(struct app *app, const struct row_id *id);
/* The same, with the step selected that is waited for, where this person may take it. `step` lives as long as the pack. */
struct kit_view *screen_row_step_new(struct app *app, const struct row_id *id, const char *step);
/* The page a row of this register opens on: a running warning and an incident have screens of their own, with clocks. */
struct kit_view *screen_page_new(struct app *app, const char *reg, const struct row_id *id);

/* A form being filled; a walk when the form is one. Takes `f`. */
struct kit_view *screen_filling_new(struct filling *f);
struct kit_view *screen_form_new(struct filling *f);
struct kit_view *screen_walk_new(struct filling *f);

/* Begin form `form` on `subject` (NULL none), or go on with the draft of it that there is; sets v->open. */
enum kit_next screen_begin(struct kit_view *v, struct app *app, const char *form, const struct row_id *subject);
/* The same with answers given by whoever begins it. A draft is gone on with when its answers of BEGIN_SAME are these; of its other answers
 * those of BEGIN_NOW are given anew, the person's are left. */
enum begin_when { BEGIN_SAME, BEGIN_FIRST, BEGIN_NOW };
struct begin_answer { enum begin_when when; const char *name, *value; };
enum kit_next screen_begin_with(struct kit_view *v, struct app *app, const char *form, const struct row_id *subject,
                                const struct begin_answer *answers, size_t count);
/* Begin what makes a new row of `reg` (asks which form when there are several), `subject` being the row it is about. */
enum kit_next screen_make(struct kit_view *v, struct app *app, const char *reg, const struct row_id *subject);

#endif
