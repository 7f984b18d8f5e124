/* notice_own.h - private to notice*.c: one paper being printed. */
#ifndef SYNC_TOWN_NOTICE_OWN_H
#define SYNC_TOWN_NOTICE_OWN_H

#include "sync/ledger/log/looked.h"
#include "sync/town/notice.h"
#include "sync/town/notice_photo.h"

enum { LOOKED_MAX = 1024 };

struct notice {
	struct profile *profile;
	const struct pack *pack;
	const struct pack_paper *paper;
	const struct row *row;
	bool full;
	uint32_t half;                                    /* field cells on the line being written: 0 none, 1 one */
	struct buf *out;
	struct photo_page photos;
	struct looked seen[LOOKED_MAX]; uint32_t seen_count;       /* rows whose personal cells stand on the paper */
};

/* Every part of its paper, appended to `out`. */
enum err notice_parts(struct notice *n);

#endif
