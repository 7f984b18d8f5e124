/* scratch.h - memory for the length of one piece of work: taken bit by bit, given back all at once.
 *
 * A zeroed struct is empty. What was taken stays where it is until scratch_reset(), which keeps the memory for the next
 * piece; a NULL is memory that ran out and sticks in `failed`.
 */
#ifndef SYNC_LEDGER_STORE_SCRATCH_H
#define SYNC_LEDGER_STORE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch_block;
struct scratch { struct scratch_block *first, *now; bool failed; };

void *scratch_take(struct scratch *s, size_t len);                          /* zeroed, aligned for anything */
void *scratch_copy(struct scratch *s, const void *data, size_t len);
const char *scratch_text(struct scratch *s, const char *text, size_t len);  /* NUL-ended */
void scratch_reset(struct scratch *s);
void scratch_free(struct scratch *s);

#endif
