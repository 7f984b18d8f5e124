/* opened.h - events that list many rows, opened once for all the rows of one write.
 *
 * An event may list hundreds of rows, and is asked for each of them what it says of it. So its payload, the record it belongs to, where each
 * row stands and which events its distances mean are kept, up to OPENED_BYTES in all; beyond that, and for events of few rows, it is opened
 * each time anew. What is kept is a copy, and true as long as nothing is stored: forget it before that.
 */
#ifndef SYNC_LEDGER_FOLD_OPENED_H
#define SYNC_LEDGER_FOLD_OPENED_H

#include "sync/ledger/fold/history.h"

enum { OPENED_ROWS = 8, OPENED_BYTES = 8 << 20 };

/* One listed row: `near` rows are named by the distance to their event, the others by the beginning of its ref. */
struct opened_row { uint64_t event; uint32_t at; uint8_t index; bool fresh, near; };

/* What a distance means, once it was asked. */
struct opened_link { uint64_t distance; uint16_t strand; bool known; uint8_t ref[EVENT_REF]; };

struct opened_event {
	struct log_event copy;                            /* its bytes are not used: the parts lie in the memory of struct opened */
	struct fold_view view;
	struct payload payload;
	struct record record;
	struct opened_row *rows; uint32_t row_count;      /* as far as they can be read */
	enum err rest;                                    /* why not all of them */
	struct opened_link *links; uint32_t link_count;   /* by distance */
};

/* Zeroed is empty. */
struct opened { struct opened_event **at; uint32_t count, cap; size_t bytes; struct scratch mem; bool full; /* one found no room */ };

/* NULL: not kept; `o` may be NULL. Valid until opened_forget(). */
const struct opened_event *opened_find(const struct opened *o, const struct log_place *at, const uint8_t ref[EVENT_REF]);

/* What a distance of the event means: false when it was not asked yet. */
bool opened_link(const struct opened_event *e, uint64_t distance, struct log_place *at, uint8_t ref[EVENT_REF]);
void opened_note(const struct opened_event *e, uint64_t distance, const struct log_place *at, const uint8_t ref[EVENT_REF]);

/* Keep a SUBMIT or AMEND whose payload was opened already, and is still at its start. NULL: it has few rows, cannot be resolved, or there is
 * no room; `c->opened` may be NULL. */
const struct opened_event *opened_keep(const struct context *c, const struct fold_view *v, const struct payload *pl);

/* May row `place` of the event be the one that this history is of? false: certainly not. */
bool opened_may_be(const struct opened_event *e, uint32_t place, const struct row_id *id, const struct row_key *key);
void opened_read(const struct opened_event *e, uint32_t place, struct payload_row *out);

/* Keeps no memory. */
void opened_forget(struct opened *o);

#endif
