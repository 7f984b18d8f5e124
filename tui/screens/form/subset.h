/* subset.h - which rows of a register a question of type row or rows may take, and what a chosen row fills in beside it.
 *
 * choice_filter of such a question is said over the row, as XLSForm says it of choices: a bare name is a field of the row,
 * ${name} a question of the form, __id the row, __village the code of the village this person works for ('' for all).
 * parameters: "question=field question=field" copies fields of the chosen row into questions beside it; "each=row", in a
 * repeat, opens the form with one instance for each row (forms/pack/README.md).
 */
#ifndef TUI_SCREENS_FORM_SUBSET_H
#define TUI_SCREENS_FORM_SUBSET_H

#include "tui/screens/form/filling.h"

/* One record makes at most LIMIT_ROWS rows, and personal data of many households is long: the rest is left to the next record. */
enum { SUBSET_EACH_MAX = 100 };

/* The filter of question n as an expression over rows, appended; nothing when all rows may be taken. */
void subset_where(const struct filling *f, fill_node n, struct buf *out);

/* The first question that the filter of n names and that has no answer: of such a list people are told what to fill in. FILL_NO_NODE. */
fill_node subset_waits_for(const struct filling *f, fill_node n);

/* Question n was answered anew: rows that were taken elsewhere in the form and that its filters, which name n, do not let in any more
 * go, to come back when n is taken back. *gone gets how many. Within repeats none go. */
enum err subset_settle(struct filling *f, fill_node n, uint32_t *gone);

/* What the row chosen in question n fills in: answered along with it, so that taking n back takes it back too. */
enum err subset_copy(struct filling *f, fill_node n);

/* Make the instances of every repeat that wants one for each row, without rows that the subject has in that register already; at
 * most SUBSET_EACH_MAX of them.
 * `made` gets how many; not saved. */
enum err subset_each(struct filling *f, uint32_t *made);

#endif
