/* looked.h - that somebody saw personal data unmasked is itself a record: LOOKED, one event a row. */
#ifndef SYNC_LEDGER_LOG_LOOKED_H
#define SYNC_LEDGER_LOG_LOOKED_H

#include "sync/ledger/rows/row.h"

/* The unlocked writer has seen fields of `class` (2 or 3) of these rows: durable on return. Each goes to the scope of its
 * row, where the writer may write there, else to its own first scope. ERR_DENIED when nobody is unlocked. */
struct looked { struct row_id row; struct event_scope scope; };
enum err looked_record(struct profile *p, const struct looked *rows, uint32_t count, uint32_t class);

#endif
