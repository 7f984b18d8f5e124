/* form_view.h - private to form*.c: a form, or one instance of a repeat in it, as a list of things to fill. */
#ifndef TUI_SCREENS_FORM_VIEW_H
#define TUI_SCREENS_FORM_VIEW_H

#include "tui/kit/field.h"
#include "tui/screens/filling.h"

enum entry_type {
	ENTRY_QUESTION, ENTRY_NOTE, ENTRY_GROUP,
	ENTRY_INSTANCE,                  /* heading of a repeat instance: may be removed */
	ENTRY_REPEAT,                    /* "add one more" */
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
	struct { int y, rows; size_t entry; } *spots;        /* where entries were drawn, for taps */
	size_t spot_count;
	bool submitted;
};

/* Gather the entries again; the selection stays on its node. */
enum err form_gather(struct form_view *v);
bool form_selectable(const struct entry *e);
void form_draw(struct form_view *v, WINDOW *win);

/* What a question is to the keyboard. */
bool form_is_typed(const struct form_question *q);                /* edited as text in place */
bool form_is_chosen(const struct form_question *q);               /* digits choose */

/* Choices that a digit can name; more than nine are chosen in a list of their own. */
enum { FORM_DIGITS = 9 };

/* Typed short forms made whole: "712" is 2026-07-12 for a date, "830" is 08:30 for a time, "712 830" both. */
void form_complete(const struct app *app, enum form_type type, const char *typed, struct buf *out);

#endif
