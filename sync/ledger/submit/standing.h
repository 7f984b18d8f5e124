/* standing.h - what an earlier visit found on an item of a place's list and nobody has finished: it is seen again, not found again. */
#ifndef SYNC_LEDGER_SUBMIT_STANDING_H
#define SYNC_LEDGER_SUBMIT_STANDING_H

#include "sync/ledger/rows/row.h"

enum { STANDING_MAX = 64 };              /* of one place; what is beyond is raised anew */

struct standing { char item[40], number[32], stage[48], level[8]; int32_t due; bool has_due; };
struct standing_list { struct standing *at; size_t count; };

/* Hazards of this place that name an item, are neither closed nor void nor taken back. free() l->at. */
enum err standing_read(struct profile *p, const struct row_id *place, struct standing_list *l);
const struct standing *standing_find(const struct standing_list *l, const char *item);     /* NULL: nothing stands there */

/* What a visit notes that sees it again: "仍是隐患 02-0001, 还没整改"; appended. */
void standing_words(const struct standing *s, struct buf *out);

#endif
