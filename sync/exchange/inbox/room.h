/* room.h - directories of a profile that may not grow for ever: in/ (held), carry/ (for others), quarantine/ (refused).
 *
 * Each has a limit in bytes, and holds at most ROOM_FILES files. Where that loses nothing, files give way: those of the lowest rank
 * first, of one rank the oldest first; some more than must, so that in a full room not every file that comes costs a look at every file
 * there. What lies in a room is measured once in an exchange; what another program puts there meanwhile is seen by the next.
 */
#ifndef SYNC_EXCHANGE_INBOX_ROOM_H
#define SYNC_EXCHANGE_INBOX_ROOM_H

#include "sync/ledger/profile/profile.h"

enum { ROOM_FILES = 16384, ROOM_SPARE = 16 /* a full room is cleared by one part in so many */ };

/* What a file is worth, last touched at `when` (ms); one of a higher rank than `most` stays. NULL for all: nothing gives way.
 * Rank `fair` (0: none) is shared by owners, whom `rank` tells of such files (0: nobody): when space is needed each has an equal part of the
 * room, and what he put there later, beyond it, has rank `beyond`. The file to come is of `whose`; beyond his part itself, it takes no place
 * of what is worth as much. */
struct room_order {
	unsigned (*rank)(void *user, const char *name, int64_t when, uint64_t *owner); void *user;
	unsigned most, fair, beyond;
	uint64_t whose;
};
extern const struct room_order room_oldest_first;

/* Before a file of `more` bytes is put into `dir`, whose measure is `r`: make room for it within `limit` bytes. ERR_LIMIT when too little
 * may give way, with what to do; then nothing did. */
enum err room_make(struct profile_room *r, const char *dir, uint64_t more, uint64_t limit, const struct room_order *order);

/* The exchange is over: the next one measures again. */
void room_forget(struct profile *p);

#endif
