/* erase.h - erasing personal data: the township orders, every holder obeys and says so. sync.md section 11.
 *
 * The ledger strips an erased event the moment the order is here, and a late copy on entry. What lies beside the ledger goes
 * here: attachments, sealed bundles that still hold the old bytes (they are sealed anew), others' that were refused, wait or are carried,
 * drafts that correct the record, what a rebuild set aside.
 */
#ifndef SYNC_EXCHANGE_ERASE_ERASE_H
#define SYNC_EXCHANGE_ERASE_ERASE_H

#include "sync/keys/authority.h"
#include "sync/keys/roster.h"

struct profile;

struct erase_list { struct keys_erasure *at; size_t count, cap; };
void erase_list_clear(struct erase_list *l);

/* A record and all that repeats what it says of people: its corrections, attachments, and settlings of its values. `level` 1: what
 * is personal, 2: all answers. ERR_NOTFOUND. */
enum err erase_collect(struct profile *p, const uint8_t ref[EVENT_REF], unsigned level, struct erase_list *out);

/* The same of every record that touched a row. */
struct row_id;
enum err erase_collect_row(struct profile *p, const struct row_id *row, unsigned level, struct erase_list *out);

/* What has been kept longer than the pack's retain_days: the personal parts of every record whose rows are all past it, counted
 * from the last record that touched them. *rows counts them. */
enum err erase_expired(struct profile *p, int64_t now, struct erase_list *out, uint32_t *rows);

/* The order, by T; done here on return. ERR_DENIED, ERR_LIMIT (reason). An empty list is ERR_OK. */
enum err erase_order(struct profile *p, const struct erase_list *l, const char *reason);

/* After any exchange: files of erased attachments and bundles with erased content go, and the unlocked writer confirms each order
 * once (ERASED). Cheap when there is nothing to do. */
enum err erase_settle(struct profile *p);

/* What keeps an order from being carried out here until a person does something, in words, appended; nothing when there is no such thing. */
enum err erase_left_words(struct profile *p, struct buf *out);

/* Does a bundle that would be kept whole beside the ledger hold what was erased? As far as it opens with our keys. */
bool erase_forbids(struct profile *p, const void *data, size_t len);

/* Every order, and of each writer that holds its scope whether he has confirmed; until `each` returns false. */
struct erase_state { const uint8_t *order; const char *reason; uint32_t records; int64_t when; const struct keys_writer *writer; bool confirmed; };
enum err erase_each(struct profile *p, bool (*each)(void *user, const struct erase_state *s), void *user);

#endif
