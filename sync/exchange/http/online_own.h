/* online_own.h - inside online*.c: one exchange over HTTP while it runs. Not for others. */
#ifndef SYNC_EXCHANGE_HTTP_ONLINE_OWN_H
#define SYNC_EXCHANGE_HTTP_ONLINE_OWN_H

#include "sync/exchange/http/http.h"
#include "sync/exchange/http/online.h"

struct sending;

struct online {
	struct profile *profile; struct http *http; struct folder_report *report;
	const struct sending *now;                    /* the directory that is being sent */
	char (*sent)[2 * KEYS_HASH + 1]; size_t sent_count;       /* their bytes are across, their receipts to be fetched */
	enum err refused;                             /* what the township said of our own bundles, which concerns their owner */
};

/* Parts of packs that are published and not here; what is not there yet is no error. */
enum err online_fetch_packs(struct online *o);

/* Attachments that records here name and that are not here, as long as ONLINE_ATTACHMENT_BYTES last; one that is cut goes on
 * from there the next time. What the township lacks as well is passed over. */
enum err online_fetch_attachments(struct online *o);

#endif
