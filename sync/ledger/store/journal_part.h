/* journal_part.h - one part file of the journal as bytes: its head, its records, and finding them again behind damage. */
#ifndef SYNC_LEDGER_STORE_JOURNAL_PART_H
#define SYNC_LEDGER_STORE_JOURNAL_PART_H

#include "sync/ledger/store/journal.h"

enum { PART_HEAD = 16, PART_RECORD_HEAD = 16 };

struct part_record { uint32_t ordinal; size_t at, len; const uint8_t *body; size_t body_len; };

/* Append the head of part `number`. */
void part_put_head(struct buf *out, uint64_t number, bool sealed);
/* Is this the head of that part? */
bool part_head_sound(const uint8_t *data, size_t len, uint64_t number, bool sealed);

/* Append a record holding `entries`. */
enum err part_put_record(struct buf *out, const struct seal *s, uint64_t number, uint32_t ordinal, const void *entries, size_t len);

/* The next record at or behind `at`; *skipped tells that bytes before it had to be passed over. False: none follows. */
bool part_next(const uint8_t *data, size_t len, uint64_t number, size_t at, struct part_record *out, bool *skipped);

/* Unseal a record into `plain` (emptied first) and call `each` for its entries. ERR_CORRUPT when it does not open. */
enum err part_entries(const struct seal *s, uint64_t number, const struct part_record *r, struct buf *plain,
                      enum err (*each)(void *user, const void *entry, size_t len), void *user);

#endif
