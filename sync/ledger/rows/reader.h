/* reader.h - reading registers inside one transaction: what row.c, listing.c, find.c and duelist.c share. */
#ifndef SYNC_LEDGER_ROWS_READER_H
#define SYNC_LEDGER_ROWS_READER_H

#include "sync/ledger/fold/fold_own.h"
#include "sync/ledger/profile/profile.h"

/* A read transaction and all that goes with it; end it with store_abort(). */
void reader_begin(struct profile *p, struct store_txn *t, struct context *c);

enum err reader_row(const struct context *c, const struct row_key *key, struct row *out);        /* ERR_NOTFOUND */
enum err reader_row_id(const struct context *c, const struct row_id *id, struct row *out);

/* After a failure that may pass (a full card) the store is closed: it is tried again here, before what is open is used. */
enum err reader_ready(struct profile *p);
/* The pack in force (profile_pack_current(), remembered for a moment), and one of its registers. ERR_NOTFOUND names it. */
enum err reader_pack(struct profile *p, const struct pack **out);
enum err reader_register(struct profile *p, const char *id, const struct pack **pack, uint32_t *reg);
/* Name of the village of a scope, appended: of the register's row with that code, else the code. The last one is remembered until something is
 * folded: exports ask for every line. */
enum err reader_village(struct profile *p, const struct pack *pack, const struct event_scope *scope, struct buf *out);
/* The pack that a row was made with, whose words its maker read; NULL: the one in force, or it is not here. Borrowed for the life of the profile. */
const struct pack *reader_made_with(struct profile *p, const struct row *r);

#endif
