/* ahead.h - segments read before their turn: while one is merged, a thread of its own decodes and chains those behind it.
 *
 * A third of a merge is hashing, which needs the bytes of a segment and nothing else: no store, no roster, no key. So this is all that
 * the thread is given, and what it reads is the same as log_segment_read() says. It lives from begin to end, keeps every signal away from
 * itself, and is AHEAD_SEGMENTS in front at most, for memory's sake. Where no thread is to be had, each segment is read when it is asked
 * for. (Besides it only the daemon has threads, for its connections.)
 */
#ifndef SYNC_EXCHANGE_INBOX_AHEAD_H
#define SYNC_EXCHANGE_INBOX_AHEAD_H

#include "sync/ledger/log/log_segment.h"

enum { AHEAD_SEGMENTS = 3 };

struct ahead;

/* Begin to read `count` segments, in the order in which they will be asked for. The list is copied; the segments and their bytes are
 * borrowed until ahead_end(), and are not written to meanwhile. */
enum err ahead_begin(const struct log_segment *const *segments, size_t count, struct ahead **out);

/* The steps of a segment, good until the next call: as log_segment_read(). One that is not in the list, or that has had its turn, is
 * read here and now. ERR_NOMEM besides. */
enum err ahead_read(struct ahead *a, const struct log_segment *seg, const struct log_step **steps);

/* Stops where it is. NULL is nothing. */
void ahead_end(struct ahead *a);

#endif
