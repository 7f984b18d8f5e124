/* online.h - exchange with the township over HTTP: what waits goes up, receipts and downlink come back.
 *
 * In this order: roots, bundles (each resumed from wherever it stood), their receipts, what we carry for others, downlink until
 * there is nothing new, parts of packs; then attachments, ours and carried ones up, those that records here name down. A bundle that the township refuses stays and does not hold up the others: the report
 * counts it, and when it is one of this device its error is the result, after all the rest was done. Anything may be cut at any
 * byte; the next call goes on from there. Only a receipt that verifies counts as delivered. The report is that of folder.h: `copied` counts bundles whose bytes are all across.
 */
#ifndef SYNC_EXCHANGE_HTTP_ONLINE_H
#define SYNC_EXCHANGE_HTTP_ONLINE_H

#include "sync/exchange/folder/folder.h"

enum { ONLINE_BUNDLES_MAX = 1024, ONLINE_RECEIPT_TRIES = 40, ONLINE_RECEIPT_WAIT_MS = 250, ONLINE_DOWNLINK_MAX = 64,
	ONLINE_ATTACHMENT_BYTES = 16 << 20 /* fetched at once */ };

/* `url` as for http_open(). A writer is unlocked (its scopes say what comes down). ERR_IO with the reason in plain words
 * when there is no way through; what was done stays done and is in the report. */
enum err online_sync(struct profile *p, const char *url, struct folder_report *r);

#endif
