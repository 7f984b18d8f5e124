/* account.h - what became of each record in an exchange: how far ours are on their way, and what came.
 *
 * account_open() notes before it which numbers of each log are here and what is acknowledged (a few numbers a log, never a record);
 * account_each() compares afterwards and tells the records one by one from the store. What stands in a file that was held or
 * refused is not told: nobody could open it; the file's own verdict says why (inbox.h). In a split log a second event of a number
 * that was here already is not told either.
 */
#ifndef SYNC_EXCHANGE_OUTBOX_ACCOUNT_H
#define SYNC_EXCHANGE_OUTBOX_ACCOUNT_H

#include "sync/ledger/log/event.h"

struct profile;
struct account;

enum account_state {
	ACCOUNT_ACKNOWLEDGED,      /* ours: its receipt came in this exchange */
	ACCOUNT_SENT,              /* ours: in a sealed bundle, no receipt yet */
	ACCOUNT_UNSENT,            /* ours: in no bundle yet */
	ACCOUNT_MERGED,            /* came, and counts */
	ACCOUNT_WAITS,             /* came and is kept, but cannot be read here yet: `why` */
	ACCOUNT_STATES
};
const char *account_state_name(enum account_state s);          /* "acknowledged", for JSON */
const char *account_state_text(enum account_state s);          /* for people */

struct account_record {
	enum account_state state;
	uint8_t ref[EVENT_REF];
	const char *writer;        /* the person; "" not known */
	const char *kind;          /* "submit" …; borrowed */
	char form[65];             /* id of its form; "" for what is not filled in */
	char number[48];           /* 07-0043, or "" */
	char why[160];             /* "" when there is nothing to explain */
};

struct account_sums { uint64_t of[ACCOUNT_STATES], left_out; };         /* left_out: counted by state, but not told */

/* ERR_DENIED while the store is locked. */
enum err account_open(struct profile *p, struct account **out);
void account_close(struct account *a);

/* At most `max` records go to `each`, which keeps nothing borrowed and starts no write. */
enum err account_each(struct account *a, uint32_t max, void (*each)(void *user, const struct account_record *r), void *user, struct account_sums *sums);

#endif
