/* status.h - what a person wants to know of the way to the township: what has not arrived, since when no word. */
#ifndef SYNC_EXCHANGE_OUTBOX_STATUS_H
#define SYNC_EXCHANGE_OUTBOX_STATUS_H

#include "sync/exchange/inbox/evidence.h"

struct profile;

struct status {
	uint64_t own;                     /* events this device's writers wrote */
	uint64_t unsealed;                /* not in any bundle yet */
	uint64_t waiting;                 /* sealed, no receipt yet */
	uint64_t acknowledged;            /* proven to be at the township */
	uint32_t bundles;                 /* bundles waiting in out/ */
	uint32_t photos;                  /* attachments waiting there, behind all bundles */
	uint32_t held, carried, refused;  /* files kept aside: for us or our township, which wait for something; for others; not proven */
	uint32_t strangers;               /* kept aside too: by nobody known here, for nobody here (another township's, as a rule) */
	uint32_t gaps, splits;            /* logs with something missing; logs of which two copies exist */
	int64_t heard;                    /* ms, our clock: newest bundle of the township taken in; 0 = never */
	uint64_t tick;                    /* newest tick seen */
};

/* ERR_DENIED while the store is locked. status_read() leaves `held` and `strangers` 0: for them each of perhaps thousands of files is looked
 * into, which is for who tells of them and not for what is shown at every turn. */
enum err status_read(struct profile *p, struct status *out);
enum err status_read_whole(struct profile *p, struct status *out);

/* What is not known to be at the township: new rows of own records by register, the register first met first. */
enum { STATUS_KINDS = 8, STATUS_LOOKED_MAX = 2000 /* events; more are too many to tell apart */ };
struct status_unsent { struct { char reg[64]; uint32_t rows; } at[STATUS_KINDS]; uint32_t count; };
enum err status_unsent(struct profile *p, struct status_unsent *out);

#endif
