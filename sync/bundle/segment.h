/* segment.h - a signed piece of one log as a bundle carries it. FORMAT.md, "Segments".
 *
 * A segment proves itself: hash chain from the event before it, signature of the author over its last event. So whoever
 * holds events can pass them on, and everyone verifies the author. Cutting one out of a store is log_export(), taking one
 * in log_import() (sync/ledger/log/log.h); here are the bytes in between.
 */
#ifndef SYNC_BUNDLE_SEGMENT_H
#define SYNC_BUNDLE_SEGMENT_H

#include "forms/base/wire.h"
#include "sync/keys/hash.h"
#include "sync/ledger/log/log_segment.h"

/* Append. `sealer` is the one who will seal the bundle: an own segment does not repeat its writer id. */
void segment_put(const struct log_segment *s, const uint8_t sealer[KEYS_WRITER], struct buf *out);

/* Read the next one of a bundle's plain text; shape and limits only. Borrows from the reader's bytes. */
enum err segment_read(struct wire *w, const uint8_t sealer[KEYS_WRITER], struct log_segment *out);

/* Decode the events into `steps` (room for s->count), follow the chain, check the author's signature over the end.
 * ERR_FORMAT, ERR_LIMIT, ERR_SIGNATURE. Whether the author may write this scope is the roster's to say. */
enum err segment_verify(const struct log_segment *s, const uint8_t sign_pk[KEYS_PK], struct log_step *steps);

/* The same of steps that log_segment_read() has filled in. */
enum err segment_signed(const struct log_segment *s, const uint8_t sign_pk[KEYS_PK], const struct log_step *steps);

#endif
