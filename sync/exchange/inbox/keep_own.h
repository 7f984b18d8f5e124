/* keep_own.h - what keep.c and keep_others.c share; nobody else includes it. */
#ifndef SYNC_EXCHANGE_INBOX_KEEP_OWN_H
#define SYNC_EXCHANGE_INBOX_KEEP_OWN_H

#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/inbox/room.h"

/* "dir/<id>.<ending>" below the profile. */
const char *keep_path(struct profile *p, const char *dir, const uint8_t id[KEYS_HASH], const char *ending, struct buf *out);

/* Put a file into its room; f->kept gets the path. ERR_LIMIT: the room is full, and too little in it may give way. */
enum err keep_in(struct profile *p, enum profile_room_name which, uint64_t limit, const struct room_order *order, struct inbox_file *f);

/* Carried bundles that receipts of other bundles cover too may go. */
enum err keep_settle_carried(struct profile *p);

#endif
