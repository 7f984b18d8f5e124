/* listing.h - a register as a list: filtered, sorted, paged. Never all rows in memory. */
#ifndef SYNC_LEDGER_ROWS_LISTING_H
#define SYNC_LEDGER_ROWS_LISTING_H

#include "sync/ledger/rows/row.h"

struct listing;

struct listing_query {
	const char *reg;                                  /* register id */
	const char *where;                                /* expression over the row; NULL = all */
	const char *sort;                                 /* field id or -field; NULL = the register's own order; "" = oldest first */
	const struct row_id *parent; const char *parent_field;     /* only rows whose row field names this row; NULL */
	bool open;                                        /* only rows whose workflow has not come to its end: the others are not even read */
	uint32_t slice_us;                                /* read no longer than this at once, and go on with listing_more(); 0: all at once */
	bool retracted;                                   /* show retracted rows of registers without a workflow as well */
};

/* The list is fixed when read (listing_refresh() looks again); some 40 bytes a row are kept. ERR_FORMAT: bad expression. */
enum err listing_open(struct profile *p, const struct listing_query *q, struct listing **out);
enum err listing_refresh(struct listing *l);

/* Of a list that is read in slices: is there more to read? Read on for so long; rows that come take their places among those that
 * are there. */
bool listing_reading(const struct listing *l);
enum err listing_more(struct listing *l, uint32_t us);
void listing_close(struct listing *l);

uint32_t listing_count(const struct listing *l);
enum err listing_key(struct listing *l, uint32_t at, struct row_key *out);
enum err listing_row(struct listing *l, uint32_t at, struct row *out);     /* the caller's to row_clear(); ERR_NOTFOUND past the end */
bool listing_holds(const struct listing *l, uint32_t slot);                 /* the row in this slot of the register */

#endif
