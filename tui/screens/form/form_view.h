/* form_view.h - private to form*.c: a form, or one instance of a repeat in it, as a list of things to fill. */
#ifndef TUI_SCREENS_FORM_FORM_VIEW_H
#define TUI_SCREENS_FORM_FORM_VIEW_H

#include "tui/kit/field.h"
#include "tui/screens/form/filling.h"

enum entry_type {
	ENTRY_QUESTION, ENTRY_NOTE, ENTRY_GROUP,
	ENTRY_INSTANCE,                  /* heading of a repeat instance: may be removed */
	ENTRY_REPEAT,                    /* "add one more" */
	ENTRY_ROLL,                      /* a roll-call (roll.h), its questions in one */
	ENTRY_DONE                       /* the button at the end */
};

struct entry { enum entry_type type; fill_node node; int depth; };

struct form_view {
	struct kit_view base;
	struct filling *f;
	fill_node scope;                 /* FILL_NO_NODE: the whole form, owned; else one instance, borrowed */
	struct entry *entries;
	size_t count, cap, at;
	int first_line;                  /* of the laid out text, at the top of the window */
	struct kit_field field;          /* text of the selected question while it is a text */
	fill_node editing;               /* whose text that is */
	enum err why;                    /* it was refused last */
	struct buf refused;              /* what Esc was told of that can never be an answer */
	struct { int y, rows; size_t entry; } *spots;        /* where entries were drawn, for taps */
	size_t spot_count;
	bool submitted;
	char about[160];                 /* the row that it is opened on, by its title; "" none */
};

/* Gather the entries again; the selection stays on its node. */
enum err form_gather(struct form_view *v);
bool form_selectable(const struct entry *e);
void form_draw(struct form_view *v, WINDOW *win);

/* form.c. What is typed goes into the form; false: it was refused, and the person stays. Move by so many entries; to a node. */
bool form_commit(struct form_view *v);
void form_go(struct form_view *v, int by);
void form_go_to(struct form_view *v, fill_node n);

/* form_submit.c: the person is done; what is missing is said, else it is signed and kept. */
enum kit_next form_finish(struct form_view *v);

/* form_outside.c: what need not be typed. A position or a picture by the commands of the settings, for the selected question
 * or, in one instance of a repeat, the next one that wants a picture (FILL_NO_NODE: none does); words from before. */
fill_node form_outside_node(const struct form_view *v);
enum kit_next form_from_outside(struct form_view *v);
bool form_has_phrases(enum form_type type);
enum kit_next form_phrase(struct form_view *v);

/* What a question is to the keyboard. */
bool form_is_typed(struct fill *f, fill_node n);                  /* edited as text in place */
bool form_is_chosen(struct fill *f, fill_node n);                 /* digits choose */

/* Choices that a digit can name; more than nine are chosen in a list of their own. */
enum { FORM_DIGITS = 9 };

/* Typed short forms made whole: "712" is 2026-07-12 for a date, "830" is 08:30 for a time, "712 830" both. */
void form_complete(const struct app *app, enum form_type type, const char *typed, struct buf *out);

#endif
