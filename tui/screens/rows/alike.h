/* alike.h - rows that perhaps tell one thing twice: two people logged the same drill. Which are alike the pack says: its parameter
 * alike_REGISTER is an expression over a row, and rows of which it says the same are; one that was put aside says nothing. Both are
 * kept, and a person decides.
 */
#ifndef TUI_SCREENS_ROWS_ALIKE_H
#define TUI_SCREENS_ROWS_ALIKE_H

#include "sync/ledger/rows/row.h"
#include "tui/screens/app.h"

struct alike;

/* Look through a register (NULL: every one that the pack has an expression for). *out is NULL, and that is no error, where there is none
 * or nothing is alike; else the caller's to free. */
enum err alike_read(struct app *app, const char *reg, struct alike **out);
void alike_free(struct alike *a);

/* Is there another like this one? And the first other one. `a` may be NULL. */
bool alike_has(const struct alike *a, const struct row_id *id);
const struct row_id *alike_other(const struct alike *a, const struct row_id *id);

/* " [疑似重复]", or of one that was put aside " [重复]"; nothing for the others. Appended. */
void alike_words(struct app *app, const struct alike *a, const struct row *row, struct buf *out);

#endif
