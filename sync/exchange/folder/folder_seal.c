#include "config.h"
#include "sync/exchange/folder/folder.h"

#include "forms/base/i18n.h"
#include "sync/bundle/open.h"
#include "sync/exchange/outbox/shelf.h"
#include "sync/exchange/outbox/status.h"
#include "sync/keys/slot.h"
#include "sync/ledger/log/offer.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

enum { OFFERED_MAX = 256 };         /* logs of others in one go; when they have arrived the next ones follow */

/* A log of somebody else that a restored township is offered again (offer.h). */
struct offered { struct event_log_id log; uint64_t until; };

/* Whose logs are sealed: those of this device's writers, one scope at a time, so that nobody opens another village's. */
struct own {
	const struct keys_slots *slots;
	struct event_scope *scopes; size_t count, cap;
	struct event_scope now;
	const struct keys_roster *roster;
	struct store_txn *txn;                          /* while logs are looked through */
	bool restored;                                  /* the township was, once: others' logs may be offered to it */
	struct offered offered[OFFERED_MAX]; size_t offered_count;
};

static bool is_own_writer(const struct own *o, const struct event_log_id *log)
{
	for (size_t i = 0; i < o->slots->count; i++)
		if (!memcmp(o->slots->at[i].id.writer, log->writer, EVENT_WRITER))
			return true;
	return false;
}

static const struct offered *offered_of(const struct own *o, const struct event_log_id *log)
{
	for (size_t i = 0; i < o->offered_count; i++)
		if (o->offered[i].log.epoch == log->epoch && event_log_same(&o->offered[i].log, log))
			return &o->offered[i];
	return NULL;
}

static bool is_of_device(void *user, const struct event_log_id *log)
{
	const struct own *o = user;

	return event_scope_same(&o->now, &log->scope) && (is_own_writer(o, log) || offered_of(o, log));
}

static uint64_t until(void *user, const struct event_log_id *log)
{
	const struct own *o = user;

	return is_own_writer(o, log) ? UINT64_MAX : offered_of(o, log)->until;
}

/* Is there something left of it that the restored township may lack? */
static bool note_offered(struct own *o, const struct log_head *h)
{
	bool ours = o->restored && o->offered_count < OFFERED_MAX && offer_falls_to_others(o->roster, h->id.writer);
	uint64_t last = ours ? offer_until(o->txn, &h->id) : 0;

	if (!last || (h->acked >= last && !h->split_at))
		return false;
	o->offered[o->offered_count++] = (struct offered){ h->id, last };
	return true;
}

static enum err note_scope(void *user, const struct log_head *h)
{
	struct own *o = user;

	if (!is_own_writer(o, &h->id) && !note_offered(o, h))
		return ERR_OK;
	for (size_t i = 0; i < o->count; i++)
		if (event_scope_same(&o->scopes[i], &h->id.scope))
			return ERR_OK;
	if (o->count == o->cap) {
		size_t cap = o->cap ? 2 * o->cap : 16;
		struct event_scope *more = realloc(o->scopes, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, _("封包内存不够"));
		o->scopes = more;
		o->cap = cap;
	}
	o->scopes[o->count++] = h->id.scope;
	return ERR_OK;
}

/* Township first, then the scope itself, so that a neighbour's device opens it too. */
static size_t recipients(struct profile *p, const struct event_scope *scope, uint8_t to[2][KEYS_PK])
{
	const struct keys_root *root = keys_roots_newest(&p->roots);
	uint32_t version;
	size_t n = 0;

	if (!root)
		return 0;
	memcpy(to[n++], root->box, KEYS_PK);
	if (keys_roster_scope_key(p->roster, scope, KEYS_SCOPE_BOX, &version, to[n]))
		n++;
	return n;
}

static enum err seal_scope(struct profile *p, struct own *o, const char *dir, uint32_t *bundles, uint64_t *events)
{
	uint8_t to[2][KEYS_PK];
	uint32_t made = 0;
	uint64_t taken = 0;
	struct shelf s = { .name = "out", .directory = dir, .sealer = p->identity, .to = (const uint8_t (*)[KEYS_PK])to,
	                   .to_count = recipients(p, &o->now, to), .acknowledged = true, .wants = is_of_device, .until = until, .user = o };
	/* Not enrolled yet: there is nobody to seal for, and nothing is lost by waiting. */
	enum err e = s.to_count ? shelf_fill(p, &s, &made, &taken) : ERR_OK;

	*bundles += made;
	*events += taken;
	return e;
}

/* What waits: how much, and whether any of it opens for a former key of the township alone. */
struct waiting { const char *dir; bool rotated; uint8_t box[KEYS_ID]; uint64_t bundles, bytes; bool former; };

static bool is_box(const void *user, const uint8_t key[KEYS_ID])
{
	return !memcmp(user, key, KEYS_ID);
}

static bool opens_for(const struct evidence *e, const char *dir, const uint8_t box[KEYS_ID])
{
	char name[2 * KEYS_HASH + sizeof ".xcb"];
	struct buf path = { 0 }, file = { 0 };
	bool opens;

	keys_hex(e->id, KEYS_HASH, name);
	strcpy(name + 2 * KEYS_HASH, ".xcb");
	opens = fs_read(fs_path(&path, dir, name), LIMIT_BUNDLE_FILE, &file) || bundle_is_to(file.data, file.len, is_box, box);
	buf_clear(&path);
	buf_clear(&file);
	return opens;
}

static enum err count_waiting(void *user, const struct evidence *e)
{
	struct waiting *w = user;

	if (e->state != EVIDENCE_WAITING || strcmp(e->shelf, "out"))
		return ERR_OK;
	w->bundles++;
	w->bytes += e->size;
	w->former = w->former || (w->rotated && !opens_for(e, w->dir, w->box));
	return ERR_OK;
}

/* A device that is locked ten times a day and meets nobody for weeks: what waits in many small bundles is sealed anew in few. So is what
 * was sealed for a former key of the township, which may be lost with the machine that held it. */
static enum err seal_anew(struct profile *p, const char *dir)
{
	const struct keys_root *root = keys_roots_newest(&p->roots);
	struct waiting w = { .dir = dir, .rotated = root && root->version > 1 };
	struct store_txn t;
	enum err e;

	if (root)
		keys_box_id(root->box, w.box);
	profile_begin(p, &t);
	e = t.err ? t.err : evidence_each(&t, count_waiting, &w);
	store_abort(&t);
	if (e || (!w.former && (w.bundles <= FOLDER_SMALL || w.bytes / w.bundles > LIMIT_BUNDLE_TARGET / 4)))
		return e;
	return shelf_empty(p, "out", dir);
}

/* Once in the life of a boot in which something was recorded, by what was learnt of the time (truetime.h); where a stick has shown the clock to be
 * behind, for what was sealed before it came. Records never wait for it. */
static void bind_clock(struct profile *p)
{
	enum truetime_word word;
	struct status now;

	truetime_now(p, &word);
	if (!status_read(p, &now) && (now.unsealed || word == TRUETIME_STICK))
		truetime_settle(p);
}

static enum err seal_all(struct profile *p, struct own *o, uint32_t *bundles, uint64_t *events)
{
	struct buf dir = { 0 };
	struct store_txn t;
	enum err e;

	profile_begin(p, &t);
	o->txn = &t;
	o->roster = p->roster;
	e = t.err ? t.err : log_heads(&t, note_scope, o);
	store_abort(&t);
	profile_path(p, "out", &dir);
	if (!e)
		e = dir.err ? dir.err : seal_anew(p, dir.data);
	for (size_t i = 0; !e && i < o->count; i++) {
		o->now = o->scopes[i];
		e = seal_scope(p, o, dir.data, bundles, events);
	}
	buf_clear(&dir);
	return e;
}

enum err folder_seal(struct profile *p, uint32_t *bundles, uint64_t *events)
{
	struct keys_slots *slots;
	struct own *o;
	enum err e;

	*bundles = 0;
	*events = 0;
	if (!p->identity)
		return err_set(ERR_DENIED, _("先用 PIN 打开, 才能封包"));
	bind_clock(p);
	slots = calloc(1, sizeof *slots);
	o = calloc(1, sizeof *o);
	e = slots && o ? keys_slots_read(p->dir, slots) : err_set(ERR_NOMEM, _("封包内存不够"));
	if (!e) {
		o->slots = slots;
		o->restored = p->anchor.tick >> 32;
		e = seal_all(p, o, bundles, events);
		free(o->scopes);
	}
	free(o);
	free(slots);
	return e;
}
