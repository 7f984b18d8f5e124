/* inbox.h - what came, from anywhere, in any order, any number of times: told apart, proven, taken in or kept aside.
 *
 * Files are known by what they hold, never by their names. A group of bundles is taken in by one durable commit; receipts are
 * made after it. What is not proven changes nothing: a bundle from an unknown sealer is kept whole in in/ and tried again
 * when a certificate comes (at a township only where it is sealed to it: else it is another township's); on a device, one of another device on its way to the township is taken along (carry/), opened or
 * not, until a receipt for it is seen; anything else is put into quarantine/ with its reason in a file beside it. sync.md
 * sections 8.2, 8.3, 9.
 */
#ifndef SYNC_EXCHANGE_INBOX_INBOX_H
#define SYNC_EXCHANGE_INBOX_INBOX_H

#include "sync/exchange/inbox/evidence.h"

struct profile;

enum inbox_verdict {
	INBOX_MERGED,              /* taken in; `added` events were new */
	INBOX_DUPLICATE,           /* had it already */
	INBOX_HELD,                /* kept, waits for something we do not have yet */
	INBOX_CARRIED,             /* for others; kept to pass on */
	INBOX_REFUSED,             /* not proven; in quarantine */
	INBOX_RECEIPT,             /* a receipt of our township */
	INBOX_FOREIGN              /* no file of Xuncha, or of another township: left alone */
};
const char *inbox_verdict_name(enum inbox_verdict v);         /* "merged", for JSON */
const char *inbox_verdict_text(enum inbox_verdict v);         /* for people */

struct inbox_file {
	const char *name;                 /* where it came from, for messages */
	const uint8_t *data; size_t len;  /* borrowed */
	/* the answer */
	enum inbox_verdict verdict;
	char reason[256];                 /* "" when there is nothing to explain */
	char kept[256];                   /* where it lies now when held, carried or refused; "" */
	uint8_t id[KEYS_HASH], sealer[KEYS_WRITER];
	uint32_t segments, added, held;   /* events new; events we had */
	bool newer;                       /* refused, and a newer program may take it: newer.h */
	bool gap, split;                  /* something before it is missing; two copies of a device */
	struct evidence_piece pieces[LIMIT_SEGMENTS]; uint32_t piece_count;
	uint64_t tick;
	int64_t time;               /* of a receipt, or a bundle that the township sealed: its clock then, ms UTC; 0 */
};

enum { INBOX_GROUP = 50, INBOX_GROUP_BYTES = 8 << 20 };

/* Take in up to INBOX_GROUP files. An error is the machine's; what is wrong with a file is its verdict. */
enum err inbox_take(struct profile *p, struct inbox_file *files, size_t count);

/* After new certificates or packs: try the held bundles again (when who is believed has changed since the last time), unpack packs whose blobs are all here. *again counts. */
enum err inbox_settle(struct profile *p, uint32_t *again);

/* Keep a blob as carried (its hash is its name). ERR_LIMIT. */
enum err inbox_blob(struct profile *p, const void *data, size_t len);

/* The receipt of a township for a bundle it has taken in: for its logs, how far each is held without a gap; after a restore for
 * all logs of its authors. A statement is a receipt for no bundle: of all logs of one writer. */
enum err inbox_receipt(struct profile *p, const struct inbox_file *file, struct buf *out);
enum err inbox_statement(struct profile *p, const uint8_t writer[KEYS_WRITER], struct buf *out);

#endif
