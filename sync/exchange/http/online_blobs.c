/* Files that come down by their hash: parts of packs, attachments. in/<id>.part is one of which not all has come. */
#include "config.h"
#include "sync/exchange/http/online_own.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/ledger/profile/profile.h"

#include <string.h>

enum { MISSES_MAX = 8 };

struct fetching { struct online *online; uint64_t bytes; uint32_t misses; };

static const char *part_path(const struct profile *p, const char *hex, struct buf *out)
{
	buf_reset(out);
	buf_printf(out, "%s/in/%s.part", p->dir, hex);
	return buf_str(out);
}

static bool is_that(const struct buf *data, const uint8_t id[KEYS_HASH])
{
	uint8_t hash[KEYS_HASH];

	keys_hash(buf_str(data), data->len, hash);
	return !memcmp(hash, id, KEYS_HASH);
}

/* One file, from where it was cut. *came: it is here now. */
static enum err fetch(struct online *o, const uint8_t id[KEYS_HASH], size_t max, bool *came)
{
	struct buf part = { 0 }, data = { 0 }, path = { 0 };
	char hex[2 * KEYS_HASH + 1];
	size_t had;
	enum err e;

	keys_hex(id, KEYS_HASH, hex);
	buf_printf(&path, "/v1/p/%s", hex);
	part_path(o->profile, hex, &part);
	if (fs_read(buf_str(&part), max, &data))
		buf_reset(&data);
	had = data.len;
	e = path.err ? path.err : part.err ? part.err : had < max ? http_fetch(o->http, path.data, max, &data) : ERR_OK;
	if (e == ERR_IO && data.len > had)
		e = fs_write(part.data, data.data, data.len) ? ERR_IO : err_set(ERR_IO, _("传到一半断了, 下次接着传"));
	*came = !e && is_that(&data, id);
	if (*came)
		e = inbox_blob(o->profile, data.data, data.len);
	if (!e && had)
		e = fs_remove(part.data);
	buf_clear(&part);
	buf_clear(&data);
	buf_clear(&path);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err fetch_pack(void *user, const uint8_t id[KEYS_HASH])
{
	bool came;

	return fetch(user, id, LIMIT_BLOB, &came);
}

enum err online_fetch_packs(struct online *o)
{
	return keep_missing_blobs(o->profile, fetch_pack, o);
}

static enum err fetch_attachment(void *user, const uint8_t id[KEYS_HASH], uint64_t size)
{
	struct fetching *x = user;
	struct folder_report *r = x->online->report;
	bool came;
	enum err e;

	if (r->stopped || x->misses == MISSES_MAX || size > LIMIT_BLOB || x->bytes + size > ONLINE_ATTACHMENT_BYTES)
		return ERR_OK;
	if (r->progress && !r->progress(r->user, _("接收附件"), r->attachments_got, r->attachments_got + 1)) {
		r->stopped = true;
		return ERR_OK;
	}
	e = fetch(x->online, id, (size_t)size, &came);
	r->attachments_got += came;
	x->misses += !came;
	x->bytes += came ? size : 0;
	return e;
}

enum err online_fetch_attachments(struct online *o)
{
	struct fetching x = { .online = o };

	return attach_missing(o->profile, fetch_attachment, &x);
}
