/* room.h - directories of a profile that may not grow for ever: in/ (held), carry/ (for others), quarantine/ (refused).
 *
 * Each has a limit in bytes, and holds at most ROOM_FILES files. Where that loses nothing, the oldest files give way: some more than
 * must, so that in a full room not every file that comes costs a look at every file there. What lies in a room is measured once in
 * an exchange; what another program puts there meanwhile is seen by the next.
 */
#ifndef SYNC_EXCHANGE_ROOM_H
#define SYNC_EXCHANGE_ROOM_H

#include "sync/ledger/profile.h"

enum { ROOM_FILES = 16384, ROOM_SPARE = 16 /* a full room is cleared by one part in so many */ };

/* Before a file of `more` bytes is put into `dir`, whose measure is `r`: make room for it within `limit` bytes. ERR_LIMIT when nothing
 * may be dropped, with what to do. */
enum err room_make(struct profile_room *r, const char *dir, uint64_t more, uint64_t limit, bool may_drop);

/* The exchange is over: the next one measures again. */
void room_forget(struct profile *p);

#endif
