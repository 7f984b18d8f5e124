#include "config.h"
#include "sync/exchange/inbox/keep_own.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/bundle/blob.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/erase/erase.h"
#include "sync/exchange/inbox/newer.h"
#include "sync/exchange/inbox/room.h"
#include "sync/ledger/profile/profile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 100000, HELD_MAX = 64 << 20 };

enum err keep_evidence(struct log_batch *b, const struct inbox_file *f, const struct bundle_envelope *envelope, const struct bundle *opened)
{
	struct evidence e = { .counter = envelope->counter, .tick = f->tick, .sealed = envelope->wall, .seen = clock_wall(),
	                      .size = f->len, .events = f->added, .piece_count = f->piece_count };

	memcpy(e.id, f->id, KEYS_HASH);
	memcpy(e.sealer, f->sealer, KEYS_WRITER);
	memcpy(e.pieces, f->pieces, sizeof e.pieces);
	snprintf(e.reason, sizeof e.reason, "%s", f->reason);
	if (opened) {
		memcpy(e.program, opened->program, sizeof e.program);
		memcpy(e.pack, opened->pack, sizeof e.pack);
	}
	e.state = f->verdict == INBOX_MERGED ? EVIDENCE_MERGED : f->verdict == INBOX_HELD ? EVIDENCE_HELD :
	          f->verdict == INBOX_CARRIED ? EVIDENCE_CARRIED : EVIDENCE_REFUSED;
	return evidence_put(b, &e);
}

const char *keep_path(struct profile *p, const char *dir, const uint8_t id[KEYS_HASH], const char *ending, struct buf *out)
{
	char hex[2 * KEYS_HASH + 1];

	keys_hex(id, KEYS_HASH, hex);
	buf_reset(out);
	buf_printf(out, "%s/%s/%s%s", p->dir, dir, hex, ending);
	return buf_str(out);
}

enum err keep_in(struct profile *p, enum profile_room_name which, uint64_t limit, const struct room_order *order, struct inbox_file *f)
{
	static const char *const names[PROFILE_ROOMS] = { [PROFILE_HELD] = "in", [PROFILE_CARRIED] = "carry", [PROFILE_REFUSED] = "quarantine" };
	const char *name = names[which];
	struct buf dir = { 0 }, path = { 0 };
	enum err e;

	profile_path(p, name, &dir);
	keep_path(p, name, f->id, f->len >= 4 && !memcmp(f->data, "XCA1", 4) ? ".xca" : ".xcb", &path);
	e = dir.err ? dir.err : path.err ? path.err : fs_make_dir(dir.data);
	if (!e && !fs_exists(path.data) && !(e = room_make(&p->rooms[which], dir.data, f->len, limit, order)))
		e = fs_write(path.data, f->data, f->len);
	if (!e)
		snprintf(f->kept, sizeof f->kept, "%s", path.data);
	buf_clear(&dir);
	buf_clear(&path);
	return e;
}

/* Behind why it was refused, which is cut when both are too long. */
static void say_not_kept(struct inbox_file *f)
{
	const char *words = _("里面有已令删除的个人信息, 不留");
	size_t n = strlen(f->reason), room = sizeof f->reason - strlen(words) - sizeof "; ";

	for (n = n < room ? n : room; n && (f->reason[n] & 0xc0) == 0x80; n--)
		;
	snprintf(f->reason + n, sizeof f->reason - n, "%s%s", n ? "; " : "", words);
}

enum err keep_file(struct profile *p, struct inbox_file *f)
{
	struct buf path = { 0 };
	enum err e;

	if (!f->newer && erase_forbids(p, f->data, f->len)) {
		say_not_kept(f);
		return ERR_OK;
	}
	/* Whoever sealed it has no receipt and offers it again; a stick full of strangers' bundles must not hold up the others. */
	if (f->verdict == INBOX_HELD)
		return keep_in(p, PROFILE_HELD, HELD_MAX, &room_oldest_first, f);
	if (!(e = keep_in(p, PROFILE_REFUSED, LIMIT_QUARANTINE, &room_oldest_first, f))) {
		keep_path(p, "quarantine", f->id, ".xcb.txt", &path);
		e = path.err ? path.err : fs_write(path.data, f->reason, strlen(f->reason));
		keep_path(p, "quarantine", f->id, ".xcb.newer", &path);
		if (!e)
			e = path.err ? path.err : newer_note(path.data, f->newer);
	}
	buf_clear(&path);
	return e;
}

static const char *blob_path(struct profile *p, const uint8_t id[KEYS_HASH], struct buf *out)
{
	return keep_path(p, "blobs", id, "", out);
}

enum err inbox_blob(struct profile *p, const void *data, size_t len)
{
	uint8_t id[KEYS_HASH];
	struct buf path = { 0 };
	enum err e = ERR_OK;

	if (len > LIMIT_BLOB)
		return err_set(ERR_LIMIT, _("附件有 %zu 字节, 上限 %d"), len, LIMIT_BLOB);
	keys_hash(data, len, id);
	blob_path(p, id, &path);
	if (path.err)
		e = path.err;
	else if (!fs_exists(path.data))
		e = fs_write(path.data, data, len);
	buf_clear(&path);
	return e;
}

static enum err get_blob(void *user, const struct keys_blob *b, struct buf *carried)
{
	struct buf path = { 0 };
	enum err e = fs_read(blob_path(user, b->id, &path), LIMIT_BLOB, carried);

	buf_clear(&path);
	return e;
}

/* Packs that T's log names and that are not unpacked yet. */
struct packs { struct profile *profile; struct keys_pack *at; size_t count, cap; struct event_log_id *logs; size_t log_count; };

static enum err note_pack(void *user, const struct log_event *e)
{
	struct packs *x = user;
	struct keys_pack *more;

	if (e->event.kind != EVENT_PACK || e->opaque)
		return ERR_OK;
	if (x->count == x->cap) {
		if (!(more = realloc(x->at, (x->cap = x->cap ? x->cap * 2 : 8) * sizeof *more)))
			return err_set(ERR_NOMEM, _("清单包内存不够"));
		x->at = more;
	}
	if (!keys_pack_decode(e->event.public_part.data, e->event.public_part.len, &x->at[x->count]))
		x->count++;
	return ERR_OK;
}

static enum err note_authority(void *user, const struct log_head *h)
{
	struct packs *x = user;
	struct event_log_id *more;

	if (!keys_roster_is_authority(x->profile->roster, h->id.writer))
		return ERR_OK;
	if (!(more = realloc(x->logs, (x->log_count + 1) * sizeof *more)))
		return err_set(ERR_NOMEM, _("清单包内存不够"));
	x->logs = more;
	x->logs[x->log_count++] = h->id;
	return ERR_OK;
}

/* All packs that T has published, oldest first. */
static enum err published(struct packs *x)
{
	struct store_txn t;
	enum err e;

	profile_begin(x->profile, &t);
	e = t.err ? t.err : log_heads(&t, note_authority, x);
	for (size_t i = 0; !e && i < x->log_count; i++)
		e = log_each(&t, &x->logs[i], 1, UINT64_MAX, note_pack, x);
	store_abort(&t);
	return e;
}

enum err keep_pack_blobs(struct profile *p, enum err (*each)(void *user, const uint8_t id[KEYS_HASH]), void *user)
{
	struct packs x = { .profile = p };
	enum err e = published(&x);

	for (size_t i = 0; !e && i < x.count; i++)
		for (size_t k = 0; !e && k < x.at[i].blob_count; k++)
			e = each(user, x.at[i].blobs[k].id);
	free(x.at);
	free(x.logs);
	return e;
}

bool keep_has_blob(struct profile *p, const uint8_t id[KEYS_HASH])
{
	struct buf path = { 0 };
	bool here = fs_exists(blob_path(p, id, &path));

	buf_clear(&path);
	return here;
}

struct missing_blobs { struct profile *profile; enum err (*each)(void *user, const uint8_t id[KEYS_HASH]); void *user; };

static enum err if_missing(void *user, const uint8_t id[KEYS_HASH])
{
	struct missing_blobs *x = user;

	return keep_has_blob(x->profile, id) ? ERR_OK : x->each(x->user, id);
}

enum err keep_missing_blobs(struct profile *p, enum err (*each)(void *user, const uint8_t id[KEYS_HASH]), void *user)
{
	struct missing_blobs x = { p, each, user };

	return keep_pack_blobs(p, if_missing, &x);
}

static enum err is_this(void *user, const uint8_t id[KEYS_HASH])
{
	return memcmp(user, id, KEYS_HASH) ? ERR_OK : ERR_EXISTS;
}

bool keep_names_blob(struct profile *p, const uint8_t id[KEYS_HASH])
{
	return keep_pack_blobs(p, is_this, (void *)(uintptr_t)id) == ERR_EXISTS;
}

enum err keep_expected_blob(struct profile *p, const uint8_t id[KEYS_HASH], uint64_t *size)
{
	struct packs x = { .profile = p };
	bool found = false;
	enum err e = keep_has_blob(p, id) ? ERR_OK : published(&x);

	for (size_t i = 0; !e && !found && i < x.count; i++)
		for (size_t k = 0; !found && k < x.at[i].blob_count; k++)
			if ((found = !memcmp(x.at[i].blobs[k].id, id, KEYS_HASH)))
				*size = x.at[i].blobs[k].size;
	free(x.at);
	free(x.logs);
	return e ? e : found ? ERR_OK : ERR_NOTFOUND;
}

static enum err settle_packs(struct profile *p)
{
	struct packs x = { .profile = p };
	enum err e = published(&x);

	for (size_t i = 0; !e && i < x.count; i++) {
		const struct pack *have;
		struct buf data = { 0 };

		if (profile_pack(p, x.at[i].id, x.at[i].version, &have)) {
			/* Blobs that are not here yet are simply waited for. */
			if (!blob_pack_open(&x.at[i], get_blob, p, &data))
				e = profile_pack_keep(p, x.at[i].id, x.at[i].version, data.data, data.len);
			/* One that this program is too old for holds up nothing; a newer one opens it (newer.h). */
			if (!err_is_machine(e))
				e = ERR_OK;
		}
		buf_clear(&data);
	}
	free(x.at);
	free(x.logs);
	return e;
}

enum err keep_unread_packs(struct profile *p, enum err (*each)(void *user, const char *id, const char *version), void *user)
{
	struct packs x = { .profile = p };
	enum err e = published(&x);

	for (size_t i = 0; !e && i < x.count; i++) {
		const struct pack *have;
		bool whole = true;

		for (size_t k = 0; whole && k < x.at[i].blob_count; k++)
			whole = keep_has_blob(p, x.at[i].blobs[k].id);
		if (whole && profile_pack(p, x.at[i].id, x.at[i].version, &have))
			e = each(user, x.at[i].id, x.at[i].version);
	}
	free(x.at);
	free(x.logs);
	return e;
}

struct retry { struct profile *profile; const char *dir; uint32_t again; };

static enum err retry_one(void *user, const char *name)
{
	struct retry *r = user;
	struct buf path = { 0 }, data = { 0 };
	struct inbox_file f = { .name = name };
	enum err e;

	if (strlen(name) < 4 || strcmp(name + strlen(name) - 4, ".xcb"))
		return ERR_OK;
	e = fs_read(fs_path(&path, r->dir, name), LIMIT_BUNDLE_FILE, &data);
	if (!e) {
		f.data = (const uint8_t *)data.data;
		f.len = data.len;
		e = inbox_take(r->profile, &f, 1);
		if (!e && f.verdict != INBOX_HELD) {
			r->again += f.verdict != INBOX_FOREIGN;
			e = fs_remove(path.data);
		}
	}
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

/* The first bytes of a bundle, 0 when they cannot be read: there may be 64 MiB of others' bundles. */
static size_t read_start(const char *path, uint8_t start[BUNDLE_STANZAS])
{
	uint64_t size = 0;
	int fd;

	if (fs_open(path, O_RDONLY, &fd))
		return 0;
	if (fs_size(fd, &size) || fs_read_at(fd, start, size < BUNDLE_STANZAS ? (size_t)size : BUNDLE_STANZAS, 0))
		size = 0;
	fs_close(fd);
	return size < BUNDLE_STANZAS ? (size_t)size : BUNDLE_STANZAS;
}

static bool is_for_us(const char *path, const struct keys_ring *ring)
{
	uint8_t start[BUNDLE_STANZAS];

	return bundle_is_for(start, read_start(path, start), ring);
}

static bool is_merged(struct profile *p, const char *name)
{
	struct evidence known = { 0 };
	uint8_t id[KEYS_HASH];
	struct store_txn t;
	bool merged;

	if (strlen(name) < 2 * KEYS_HASH || !keys_unhex(name, KEYS_HASH, id))
		return false;
	profile_begin(p, &t);
	merged = !t.err && !evidence_get(&t, id, &known) && known.state == EVIDENCE_MERGED;
	store_abort(&t);
	return merged;
}

/* Carried for others, but a key that came since may open it. A device carries it on all the same: it is others' too. */
static enum err reopen_one(void *user, const char *name)
{
	struct retry *r = user;
	struct buf path = { 0 }, data = { 0 };
	struct inbox_file f = { .name = name };
	bool ours;
	enum err e;

	if (strlen(name) < 4 || strcmp(name + strlen(name) - 4, ".xcb"))
		return ERR_OK;
	ours = is_for_us(fs_path(&path, r->dir, name), r->profile->ring) && !is_merged(r->profile, name);
	e = path.err ? path.err : ours ? fs_read(path.data, LIMIT_BUNDLE_FILE, &data) : ERR_OK;
	if (ours && !e) {
		f.data = (const uint8_t *)data.data;
		f.len = data.len;
		e = inbox_take(r->profile, &f, 1);
		r->again += !e && f.verdict == INBOX_MERGED;
		if (!e && f.verdict == INBOX_MERGED && r->profile->office)
			e = fs_remove(path.data);
	}
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

/* A blob that was carried before its record came. */
static enum err recognize_one(void *user, const char *name)
{
	struct retry *r = user;
	struct buf path = { 0 }, data = { 0 };
	uint8_t id[KEYS_HASH];
	enum err e = ERR_OK;

	if (strlen(name) != 2 * KEYS_HASH + 4 || strcmp(name + 2 * KEYS_HASH, ".xca") || !keys_unhex(name, KEYS_HASH, id)
	    || !(attach_wanted(r->profile, id) || (!keep_has_blob(r->profile, id) && keep_names_blob(r->profile, id))))
		return ERR_OK;
	if (!(e = fs_read(fs_path(&path, r->dir, name), LIMIT_BLOB, &data)) && !(e = inbox_blob(r->profile, data.data, data.len)))
		e = r->profile->office ? fs_remove(path.data) : ERR_OK;     /* a device carries it on: the township wants it too */
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

static enum err each_kept(struct profile *p, const char *name, enum err (*each)(void *user, const char *name), struct retry *r)
{
	struct buf dir = { 0 };
	enum err e;

	r->dir = profile_path(p, name, &dir);
	e = dir.err ? dir.err : fs_list(r->dir, FILES_MAX, each, r);
	buf_clear(&dir);
	return e;
}

struct counting { struct profile *profile; const char *dir; uint32_t *ours, *strangers; };

static enum err count_held(void *user, const char *name)
{
	struct counting *c = user;
	uint8_t start[BUNDLE_STANZAS];
	struct buf path = { 0 };
	size_t len;

	if (strlen(name) < 4 || strcmp(name + strlen(name) - 4, ".xcb"))
		return ERR_OK;
	len = read_start(fs_path(&path, c->dir, name), start);
	++*(bundle_is_for(start, len, c->profile->ring) || keep_is_for_township(c->profile, start, len) ? c->ours : c->strangers);
	buf_clear(&path);
	return ERR_OK;
}

enum err keep_count_held(struct profile *p, uint32_t *ours, uint32_t *strangers)
{
	struct buf dir = { 0 };
	struct counting c = { p, profile_path(p, "in", &dir), ours, strangers };
	enum err e;

	*ours = *strangers = 0;
	e = dir.err ? dir.err : fs_list(c.dir, FILES_MAX, count_held, &c);
	buf_clear(&dir);
	return e;
}

enum err inbox_settle(struct profile *p, uint32_t *again)
{
	struct retry r = { .profile = p };
	uint64_t trust = profile_trust(p);
	enum err e = each_kept(p, "carry", recognize_one, &r);

	if (!e)
		e = settle_packs(p);
	/* What was not believed or opened before is not now, unless the township has said something since. */
	if (!e && p->tried != trust)
		e = each_kept(p, "in", retry_one, &r);
	if (!e && p->tried != trust)
		e = newer_retry(p, &r.again);
	if (!e && p->tried != trust)
		e = each_kept(p, "carry", reopen_one, &r);
	if (!e)
		e = keep_settle_carried(p);
	if (!e)
		e = erase_settle(p);
	if (!e)
		p->tried = trust;
	room_forget(p);
	if (again)
		*again = r.again;
	return e;
}
