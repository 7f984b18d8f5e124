/* listing.h - a register as a list: filtered, sorted, paged. Never all rows in memory. */
#ifndef SYNC_LEDGER_LISTING_H
#define SYNC_LEDGER_LISTING_H

#include "sync/ledger/row.h"

struct listing;

struct listing_query {
	const char *reg;                                  /* register id */
	const char *where;                                /* expression over the row; NULL = all */
	const char *sort;                                 /* field id or -field; NULL = the register's own order; "" = oldest first */
	const struct row_id *parent; const char *parent_field;     /* only rows whose row field names this row; NULL */
	bool open;                                        /* only rows whose workflow has not come to its end: the others are not even read */
	bool retracted;                                   /* show retracted rows of registers without a workflow as well */
};

/* The list is fixed when opened (listing_refresh() looks again); some 40 bytes a row are kept. ERR_FORMAT: bad expression. */
enum err listing_open(struct profile *p, const struct listing_query *q, struct listing **out);
enum err listing_refresh(struct listing *l);
void listing_close(struct listing *l);

uint32_t listing_count(const struct listing *l);
enum err listing_key(const struct listing *l, uint32_t at, struct row_key *out);
enum err listing_row(struct listing *l, uint32_t at, struct row *out);     /* the caller's to row_clear(); ERR_NOTFOUND past the end */
uint32_t listing_place(const struct listing *l, const struct row_key *key);     /* where a row stands; UINT32_MAX when it does not */

#endif
