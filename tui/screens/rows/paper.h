/* paper.h - the papers of the pack about one row, printed from its page: which, with names masked or in full, into which file. */
#ifndef TUI_SCREENS_ROWS_PAPER_H
#define TUI_SCREENS_ROWS_PAPER_H

#include "sync/ledger/rows/row.h"
#include "tui/screens/app.h"

/* Has the pack a paper about this row that the person at the keys may print? */
bool paper_offered(struct app *app, const struct row *row);

/* Asks what must be known, writes the file, says where it is. */
enum kit_next paper_print(struct kit_view *below, struct app *app, const struct row_id *id);

#endif
