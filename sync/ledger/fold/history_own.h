/* history_own.h - what history.c and history_values.c share; nobody else includes it. */
#ifndef SYNC_LEDGER_FOLD_HISTORY_OWN_H
#define SYNC_LEDGER_FOLD_HISTORY_OWN_H

#include "sync/ledger/fold/history.h"

/* What a record writes to one of its rows, into `e`, with room for its steps. */
enum err history_read_writes(struct history *h, const struct context *c, const struct fold_view *v, const struct record *rec,
                             const struct payload_row *row, struct judge_entry *e);

/* One row, or an array of rows: by refs, instead of distances. What is neither stays as it is: text. */
void history_absolute_links(const struct context *c, const struct fold_view *v, struct buf *value);

#endif
