#include "config.h"
#include "sync/exchange/outbox/wanted.h"

#include "sync/exchange/attach/attach.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/outbox/restored.h"
#include "sync/ledger/profile/profile.h"

static enum err note(void *user, const uint8_t id[KEYS_HASH])
{
	struct buf *out = user;

	if (out->len < WANTED_MAX * KEYS_HASH)
		buf_put(out, id, KEYS_HASH);
	return out->err;
}

static enum err note_photo(void *user, const uint8_t id[KEYS_HASH], uint64_t size)
{
	(void)size;
	return note(user, id);
}

enum err wanted_list(struct profile *p, struct buf *out)
{
	enum err e;

	if (!restored_at(p))
		return ERR_OK;
	e = keep_missing_blobs(p, note, out);
	return e ? e : attach_missing(p, note_photo, out);
}
