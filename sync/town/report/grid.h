/* grid.h - numbers as a table: every picture has one, and for lists the bars stand inside it. */
#ifndef SYNC_TOWN_REPORT_GRID_H
#define SYNC_TOWN_REPORT_GRID_H

#include "forms/base/buf.h"

#include <stdint.h>

/* `headings` NULL-ended; the first is that of the row headings. `id` names the table for links and for programs. */
void grid_begin(struct buf *out, const char *id, const char *caption, const char *const *headings);
void grid_end(struct buf *out);

void grid_row(struct buf *out, const char *heading);
void grid_row_end(struct buf *out);
void grid_text(struct buf *out, const char *s);
void grid_number(struct buf *out, uint64_t n);
/* `mark` draws attention: bold and coloured when n is not 0. */
void grid_alarm(struct buf *out, uint64_t n);
void grid_share(struct buf *out, uint64_t part, uint64_t whole);          /* "94.4%"; "–" of nothing */
/* A number with a bar of n / most behind it. `kind` is the class of its colour. */
void grid_bar(struct buf *out, uint64_t n, uint64_t most, const char *kind);

/* "598,212" appended; a share as above, appended. */
void grid_put_number(struct buf *out, uint64_t n);
void grid_put_share(struct buf *out, uint64_t part, uint64_t whole);

#endif
