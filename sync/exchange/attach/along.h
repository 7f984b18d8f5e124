/* along.h - photos and files taken along while a record is filled: sealed beside its draft, attached once the record is kept.
 *
 *     photos/DRAFT/NAME     sealed like the draft; NAME is what the answer says
 *
 * Between the two nothing is lost: what a cut battery or a full card left is attached at the next start, since the store knows
 * which record a draft became (draft_record). A file that cannot be had is an error at once, while the person can take another.
 */
#ifndef SYNC_EXCHANGE_ATTACH_ALONG_H
#define SYNC_EXCHANGE_ATTACH_ALONG_H

#include "sync/ledger/log/event.h"

#include <stdbool.h>

struct profile;

enum { ALONG_NAME_MAX = 96 };

/* Take a file along, scaled by `scale` (attach.h; NULL none); the path stays as it is. `name` gets what the answer is to say: the
 * file's own, made fit for an answer and for this draft. ERR_NOTFOUND, ERR_LIMIT with what to do. */
enum err along_take(struct profile *p, uint64_t draft, const char *path, const char *scale, struct buf *name);
bool along_has(struct profile *p, uint64_t draft, const char *name);

/* The draft became a record: every file it names becomes an attachment of it and leaves photos/. `attached` counts them; of those
 * that are not there `missing` (one a line) gets the names. An error stops; what is left is tried again by along_sweep(). */
enum err along_attach(struct profile *p, uint64_t draft, unsigned *attached, struct buf *missing);

/* The draft was thrown away. */
enum err along_drop(struct profile *p, uint64_t draft);

/* At start: attach what is left of the unlocked writer's records, remove what belongs to no draft. */
enum err along_sweep(struct profile *p, unsigned *attached);

#endif
