/* conflict.h - rows on which people disagree, or where a proposal waits for the township. sync.md section 10. */
#ifndef SYNC_LEDGER_ROWS_CONFLICT_H
#define SYNC_LEDGER_ROWS_CONFLICT_H

#include "sync/ledger/rows/row.h"

struct conflict { struct row_key key; uint32_t field; /* number; 0 = a proposal only */ bool proposal; };

enum err conflict_count(struct profile *p, uint32_t *conflicts, uint32_t *proposals);

/* Every conflict and proposal, most dangerous register and row first. Stops when `each` returns false. */
enum err conflict_each(struct profile *p, bool (*each)(void *user, const struct conflict *c), void *user);

/* The sides of one conflict: each distinct open value with all who said it and what each had seen. Borrowed in `each`. */
struct conflict_side { const struct row_value *value; const struct row_event *event; const char *person; const struct row_event *const *seen; uint32_t seen_count; };
enum err conflict_sides(struct profile *p, const struct row *r, uint32_t field, bool (*each)(void *user, uint32_t take, const struct conflict_side *s), void *user);

#endif
