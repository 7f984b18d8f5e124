/* What a township that was restored from a backup is asked, and given. */
#include "config.h"
#include "sync/exchange/http/online_own.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/outbox/wanted.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/offer.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <string.h>

enum { ASKED_MAX = 128 };

enum err online_fetch_standing(struct online *o, const uint8_t writer[EVENT_WRITER], struct inbox_file *f)
{
	struct buf data = { 0 };
	char hex[2 * EVENT_WRITER + 1], path[96];
	enum err e;

	keys_hex(writer, EVENT_WRITER, hex);
	snprintf(path, sizeof path, "/v1/w/%s", hex);
	if (!(e = http_fetch(o->http, path, 65536, &data)))
		e = online_take(o, _("回执"), &data, f);
	buf_clear(&data);
	return e;
}

/* Writers of whom it lacks something by what is known, each once; revoked ones alone, when it was restored long ago. */
struct asking { struct store_txn *txn; const struct keys_roster *roster; bool revoked; uint8_t writers[ASKED_MAX][EVENT_WRITER]; size_t count; };

static enum err note_writer(void *user, const struct log_head *h)
{
	struct asking *x = user;
	const struct keys_writer *w = keys_roster_find(x->roster, h->id.writer);

	if (x->count == ASKED_MAX || !offer_falls_to_others(x->roster, h->id.writer) || (x->revoked && (h->split_at || !(w && w->revoked))) || offer_until(x->txn, &h->id) <= h->acked)
		return ERR_OK;
	for (size_t i = 0; i < x->count; i++)
		if (!memcmp(x->writers[i], h->id.writer, EVENT_WRITER))
			return ERR_OK;
	memcpy(x->writers[x->count++], h->id.writer, EVENT_WRITER);
	return ERR_OK;
}

/* Whom it does not know it is offered whole; a way that is cut ends the asking. */
static enum err ask_about(struct online *o, const uint8_t writer[EVENT_WRITER])
{
	struct inbox_file f;
	enum err e = online_fetch_standing(o, writer, &f);

	return e == ERR_UNKNOWN || e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err ask_about_others(struct online *o, bool revoked)
{
	struct profile *p = o->profile;
	struct asking x = { .revoked = revoked };
	struct store_txn t;
	enum err e;

	profile_begin(p, &t);
	x.txn = &t;
	x.roster = p->roster;
	e = t.err ? t.err : log_heads(&t, note_writer, &x);
	store_abort(&t);
	for (size_t i = 0; !e && i < x.count; i++)
		e = ask_about(o, x.writers[i]);
	return e;
}

/* T first: of T it knows also where it does not know us, who were enrolled after the backup. */
enum err online_ask_restored(struct online *o)
{
	struct profile *p = o->profile;
	uint8_t authority[KEYS_WRITER];
	enum err e;

	if (!p->roots.count)
		return ERR_OK;
	keys_writer_id(keys_roots_newest(&p->roots)->authority, authority);
	e = ask_about(o, authority);
	if (!e)
		e = ask_about(o, p->writer);
	return e ? e : ask_about_others(o, false);
}

enum err online_ask_revoked(struct online *o)
{
	return o->profile->anchor.tick >> 32 ? ask_about_others(o, true) : ERR_OK;
}

/* --- parts of packs, photos --- */

static enum err give(struct online *o, const uint8_t id[KEYS_HASH])
{
	struct buf path = { 0 }, data = { 0 };
	char hex[2 * KEYS_HASH + 1];
	enum err e;

	keys_hex(id, KEYS_HASH, hex);
	buf_printf(&path, "%s/blobs/%s", o->profile->dir, hex);
	e = path.err ? path.err : fs_read(path.data, LIMIT_BLOB, &data);
	if (!e)
		e = http_send(o->http, hex, data.data, data.len, online_sending, o);
	o->report->stopped |= e == ERR_BUSY;
	buf_clear(&path);
	buf_clear(&data);
	return e == ERR_IO || e == ERR_NOMEM ? e : ERR_OK;      /* not here, or not taken now: it asks again */
}

enum err online_give_wanted(struct online *o)
{
	struct buf ids = { 0 };
	enum err e;

	if (!(o->profile->anchor.tick >> 32))
		return ERR_OK;
	e = http_fetch(o->http, "/v1/wanted", WANTED_MAX * KEYS_HASH, &ids);
	for (size_t at = 0; !e && !o->report->stopped && at + KEYS_HASH <= ids.len; at += KEYS_HASH)
		e = give(o, (const uint8_t *)ids.data + at);
	buf_clear(&ids);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
