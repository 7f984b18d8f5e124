/* rowexpr.h - expressions over one row of a register: titles, filters, columns of exports, derived fields, duties.
 *
 * The language is that of forms; ${field} is a field of the row. A few built-in functions know what a row is besides its
 * fields: label(), linked(), title(), row_number(), serial(), created_at(), created_by(), village(), step_at(), step_by(),
 * row_id(), size_class(), param(), tally() (README.md, "Row expressions"). Where rows are kept is the caller's business: it
 * shows them through a struct rowexpr_host. Names are checked when the expression is read, so that a wrong one is found by
 * the checker and not by a person who opens a list.
 */
#ifndef FORMS_PACK_ROWEXPR_H
#define FORMS_PACK_ROWEXPR_H

#include "forms/expr/expr.h"
#include "forms/pack/pack.h"

enum { ROWEXPR_LINKS_MAX = 4 /* titles and linked() that lead on to other rows */ };

enum rowexpr_builtin {
	ROWEXPR_ROW_NUMBER,                               /* 1, 2, 3 ... in the list or export being made */
	ROWEXPR_SERIAL,                                   /* the number people read */
	ROWEXPR_CREATED_AT,                               /* dateTime as XLSForm stores it */
	ROWEXPR_CREATED_BY, ROWEXPR_VILLAGE,              /* names, or labels */
	ROWEXPR_STEP_AT, ROWEXPR_STEP_BY,                 /* of the step named; nothing when it was never taken */
	ROWEXPR_ID                                        /* "REF:N" */
};

struct rowexpr_host {
	void *user;
	/* Append the stored text of field `field` (index in its register) of `row`, counted and summed ones too; nothing when it
	 * is empty or withheld. Fields derived by an expression are not asked for: they are evaluated here. */
	enum err (*value)(void *user, const void *row, uint32_t field, struct buf *out);
	/* Append a built-in value; `step` only for STEP_AT and STEP_BY. NULL: all are empty. */
	enum err (*builtin)(void *user, const void *row, enum rowexpr_builtin what, const char *step, struct buf *out);
	/* The row "REF:N" of register `reg`, good until the evaluation ends; NULL when it is not here. May be NULL. */
	const void *(*link)(void *user, uint32_t reg, const char *id);
	/* Append how many rows of register `reg` that `cond` (cond.h) accepts were made in the village of `row`, in the month that
	 * is being exported; with `field` not PACK_NONE the sum of that field of theirs. NULL: tally() is 0. */
	enum err (*tally)(void *user, const void *row, uint32_t reg, const char *cond, uint32_t field, struct buf *out);
	/* The pack that `row` was made with, whose words for its codes come first; NULL: none but the one it is read by. May be NULL. */
	const struct pack *(*made_with)(void *user, const void *row);
	int64_t now;                                      /* ms UTC */
	int language;                                     /* i18n_language() */
};

struct rowexpr;

/* Read an expression over rows of register `reg`. ERR_FORMAT: syntax, or a field, step or key that there is not. */
enum err rowexpr_parse(const struct pack *p, uint32_t reg, const char *text, struct rowexpr **out);

/* The same for the checker, and evaluated once over an empty row: finds functions that there are not. */
enum err rowexpr_check(const struct pack *p, uint32_t reg, const char *text);
void rowexpr_free(struct rowexpr *x);                /* NULL is fine */

/* Evaluate over `row`: the text appended to `out`, or whether it holds. What was read once (titles of other registers) is
 * kept with `x`, so one expression serves one thread at a time. */
enum err rowexpr_text(const struct rowexpr *x, const struct rowexpr_host *host, const void *row, struct buf *out);
enum err rowexpr_test(const struct rowexpr *x, const struct rowexpr_host *host, const void *row, bool *out);

#endif
