/* due_cells.h - what is due as a row of 今日: when, what, about what, how it stands, how far. */
#ifndef TUI_SCREENS_HOME_DUE_CELLS_H
#define TUI_SCREENS_HOME_DUE_CELLS_H

#include "sync/ledger/due/duelist.h"
#include "tui/kit/list.h"
#include "tui/screens/rows/alike.h"

void due_cells(struct app *app, const struct due *d, const struct alike *alike, struct kit_cell cells[KIT_CELLS]);

#endif
