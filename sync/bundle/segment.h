/* segment.h - a signed piece of one log: cut from a store, carried, verified. FORMAT.md, "Segments".
 *
 * A segment proves itself: hash chain from the event before it, signature of the author over its last event. Whoever holds
 * events can pass them on, from anywhere, up to an event whose signature is held.
 */
#ifndef SYNC_BUNDLE_SEGMENT_H
#define SYNC_BUNDLE_SEGMENT_H

#include "forms/base/wire.h"
#include "sync/ledger/event.h"
#include "sync/limits.h"

struct segment {
	struct event_log_id log;
	uint64_t first, count;
	uint8_t before[EVENT_HASH];                       /* h of event first - 1 */
	struct event_base base;                           /* its lamport, wall, boot, uptime */
	const uint8_t *signature;                         /* of the last event; borrowed, as are the events */
	const uint8_t *events; size_t len;
};

/* An event of a verified segment. `opaque`: bounded but malformed; kept and passed on by its bytes, never folded. */
struct segment_event {
	struct event event;
	uint8_t hash[EVENT_HASH];
	const uint8_t *raw; size_t len;
	bool opaque;
};
struct segment_events { struct segment_event *at; size_t count, cap; };      /* zeroed is empty; reused between segments */
void segment_events_clear(struct segment_events *v);

/* Where events are cut from. `get` gives event `seq` >= 1 of the log; bytes are borrowed until the next call. `signature`
 * is NULL when none is held for it. */
struct segment_source {
	enum err (*get)(void *user, uint64_t seq, struct event *e, uint8_t hash[EVENT_HASH], const uint8_t **signature);
	void *user;
};

/* Append the segment first..last of `log`, as far as fits into `room` bytes and a signature is held. `sealer` is the one
 * who will seal. *upto gets the last seq taken, first - 1 when nothing fitted (then nothing is appended). */
enum err segment_cut(const struct event_log_id *log, uint64_t first, uint64_t last, const struct segment_source *from,
                     const uint8_t sealer[EVENT_WRITER], size_t room, struct buf *out, uint64_t *upto);

/* Read the next segment of a bundle's plain text; shape and limits only. */
enum err segment_read(struct wire *w, const uint8_t sealer[EVENT_WRITER], struct segment *out);

/* Decode the events, follow the chain, check the author's signature. ERR_FORMAT, ERR_LIMIT, ERR_SIGNATURE. */
enum err segment_verify(const struct segment *s, const uint8_t sign_pk[32], struct segment_events *out);

#endif
