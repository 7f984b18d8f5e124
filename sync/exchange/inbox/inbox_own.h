/* inbox_own.h - a group of bundles on its way into the log. Private to the inbox.
 *
 * A group is taken in by as few commits as its events allow without holding up a save elsewhere: a commit ends at the first
 * segment's end after INBOX_SLICE_MS. (Segments are short: LIMIT_SLICE.) Each segment carries its author's signature, so what a
 * cut leaves behind is whole as far as it goes, and the bundle, of which no evidence is kept before its last segment is in, comes again.
 */
#ifndef SYNC_EXCHANGE_INBOX_INBOX_OWN_H
#define SYNC_EXCHANGE_INBOX_INBOX_OWN_H

#include "sync/bundle/open.h"
#include "sync/exchange/inbox/ahead.h"
#include "sync/exchange/inbox/inbox.h"

enum { INBOX_SLICE_MS = 50, INBOX_SLICE_OFFICE_MS = 200 };      /* sync.md section 6.1 */

/* One bundle on its way in. */
struct inbox_arrival {
	struct inbox_file *file;
	struct bundle *bundle;                        /* NULL when the verdict is final */
	struct bundle_envelope envelope;              /* borrows from the file */
	bool proven;                                  /* the sealer is certified and signed the envelope */
	bool own;                                     /* sealed on this device */
	bool stranger;                                /* its sealer is not known, before T's segments in it are taken */
	bool waits;                                   /* a segment's author is not certified yet */
	uint64_t taken;                               /* which segments are in the log, a bit each */
	struct inbox_progress { uint64_t taken; uint32_t added, held, pieces; bool gap, split, newer, waits; enum inbox_verdict verdict; } durable;
};

struct inbox_group {
	struct profile *profile;
	struct inbox_arrival *at;
	size_t count;
	bool authority_only;                          /* this pass takes T's segments alone */
	struct ahead *ahead;                          /* reads the segments of this pass */
	struct inbox_mark { size_t bundle, segment; } done, reached;    /* durable; by the commit being made */
};

/* Say what becomes of a file, and why. */
void inbox_decide(struct inbox_file *f, enum inbox_verdict v, const char *reason);

/* Take the group's bundles into the log, T's segments first; the verdicts are on its files. The machine's errors. */
enum err inbox_group_take(struct inbox_group *g);

#endif
