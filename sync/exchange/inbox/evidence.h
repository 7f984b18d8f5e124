/* evidence.h - what is known of every bundle this profile made, took in, carries or refused: the table BUN.
 *
 * One row a bundle, under its id. A bundle of ours names the pieces of logs it covers, so that nothing is sealed twice and a
 * receipt shows what may go; a received one stays as proof of what came, from whom, when.
 */
#ifndef SYNC_EXCHANGE_INBOX_EVIDENCE_H
#define SYNC_EXCHANGE_INBOX_EVIDENCE_H

#include "sync/keys/hash.h"
#include "sync/ledger/log/log.h"
#include "sync/limits.h"

enum evidence_state {
	EVIDENCE_WAITING = 1,      /* ours, on a shelf, no receipt yet */
	EVIDENCE_DONE,             /* ours, receipted; the file is gone */
	EVIDENCE_MERGED,           /* received and taken in whole */
	EVIDENCE_HELD,             /* received, waits for a certificate; the file is in in/ */
	EVIDENCE_CARRIED,          /* sealed to others; the file is in carry/ */
	EVIDENCE_REFUSED,          /* the file is in quarantine/ with its reason */
	EVIDENCE_PROVEN,           /* ours, its receipt came; the file goes at the next shelf_settle() */
	EVIDENCE_REPLACED          /* ours, its content is sealed anew in others: copies on a stick may go once those are there */
};

/* `end`: the beginning of the hash of the last event; tells the branches of a split apart. */
struct evidence_piece { struct event_log_id log; uint64_t first, last; uint8_t end[8]; };

struct evidence {
	uint8_t id[KEYS_HASH];
	enum evidence_state state;
	uint8_t sealer[KEYS_WRITER];
	uint64_t counter, tick;
	int64_t sealed, seen;                     /* ms: the sealer's clock; ours when it came, was made or replaced */
	uint64_t size, events;                    /* bytes of the file; events that were new to us */
	char shelf[72];                           /* "out", or the scope of a township's downlink; "" when received */
	char reason[160];
	char program[LIMIT_MAKER + 1], pack[LIMIT_MAKER + 1];    /* versions that its sealer told in it; "" did not */
	struct evidence_piece pieces[LIMIT_SEGMENTS]; uint32_t piece_count;
};

enum err evidence_put(struct log_batch *b, const struct evidence *e);
enum err evidence_drop(struct log_batch *b, const uint8_t id[KEYS_HASH]);       /* as if it had never been */
/* ERR_NOTFOUND. */
enum err evidence_get(struct store_txn *t, const uint8_t id[KEYS_HASH], struct evidence *out);
/* All of them, by id; until `each` returns not OK. */
enum err evidence_each(struct store_txn *t, enum err (*each)(void *user, const struct evidence *e), void *user);

#endif
