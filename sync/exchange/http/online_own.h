/* online_own.h - inside online*.c: one exchange over HTTP while it runs. Not for others. */
#ifndef SYNC_EXCHANGE_HTTP_ONLINE_OWN_H
#define SYNC_EXCHANGE_HTTP_ONLINE_OWN_H

#include "sync/exchange/http/http.h"
#include "sync/exchange/http/online.h"
#include "sync/exchange/inbox/inbox.h"

struct sending;
struct buf;

struct online {
	struct profile *profile; struct http *http; struct folder_report *report;
	const struct sending *now;                    /* the directory that is being sent */
	char (*sent)[2 * KEYS_HASH + 1]; size_t sent_count;       /* their bytes are across, their receipts to be fetched */
	enum err refused;                             /* what the township said of our own bundles, which concerns their owner */
};

/* What came is taken in, told and counted; `f` says what became of it. */
enum err online_take(struct online *o, const char *name, const struct buf *data, struct inbox_file *f);

/* http_progress for what goes up. */
bool online_sending(void *user, uint64_t done, uint64_t total);

/* A receipt of this moment: what the township holds of a writer, or of T. */
enum err online_fetch_standing(struct online *o, const uint8_t writer[EVENT_WRITER], struct inbox_file *f);

/* Of a township that was restored from a backup: ask what it holds of T, of us and of whoever else is offered to it (offer.h). That it was
 * restored is believed by what it signed; what it lacks the next folder_seal() seals. */
enum err online_ask_restored(struct online *o);
/* The same of those who were revoked since, before what is held of them is sealed for it. */
enum err online_ask_revoked(struct online *o);

/* Such a township names parts of packs and photos that it lacks: it is given those that are here. */
enum err online_give_wanted(struct online *o);

/* Parts of packs that are published and not here; what is not there yet is no error. */
enum err online_fetch_packs(struct online *o);

/* Attachments that records here name and that are not here, as long as ONLINE_ATTACHMENT_BYTES last; one that is cut goes on
 * from there the next time. What the township lacks as well is passed over. */
enum err online_fetch_attachments(struct online *o);

#endif
