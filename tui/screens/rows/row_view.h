/* row_view.h - private to row*.c: one row of a register, what can be done with it and what it says. */
#ifndef TUI_SCREENS_ROWS_ROW_VIEW_H
#define TUI_SCREENS_ROWS_ROW_VIEW_H

#include "sync/ledger/submit/submit.h"
#include "tui/kit/list.h"
#include "tui/screens/app.h"

enum { LINES_MAX = 320, STEPS_MAX = 64, DIGITS = 9, FILES_MAX = 64 };

enum line_type { LINE_WALK, LINE_STEP, LINE_FIELD, LINE_FILE, LINE_CHILD, LINE_AUTHOR };

struct line { enum line_type type; uint32_t index; const char *field; uint32_t count, open; };       /* of children: so many, so many not finished */

struct row_view {
	struct kit_view base;
	struct app *app;
	struct row_id id;
	struct row row;
	const struct pack_register *reg;
	const struct pack_kind *kind;                   /* of a place that can be walked */
	bool amendable;                                 /* a record of it may be corrected by this person */
	bool printable;                                 /* the pack has a paper about it for this person */
	char twin[KIT_CELL];                            /* another row that perhaps tells the same; "" */
	const char *wanted;                             /* the step to select when first shown; NULL */
	bool narrow;                                    /* as drawn last */
	bool revealed;                                  /* personal values in full: recorded when it was done */
	struct submit_choice steps[STEPS_MAX];
	uint32_t step_count; bool either[STEPS_MAX];    /* the form of a step decides which of several it is */
	struct line lines[LINES_MAX];
	size_t line_count;
	char *files[FILES_MAX];                         /* named by its record, by no field of this row */
	uint32_t file_count;
	struct kit_list list;
};

/* row_gather.c: the lines: what can be done with the row, what belongs to it, what it says. */
void row_gather(struct row_view *v);

/* row_file.c: the files that the row and its record name. A line for each that no field names; what became of one, in a cell; to
 * take it out, or to attach it after all. */
void row_files_gather(struct row_view *v);
void row_files_clear(struct row_view *v);
void row_file_cell(struct row_view *v, const struct line *l, struct kit_cell *out);
enum kit_next row_file_open(struct row_view *v, const struct line *l);

#endif
