#include "config.h"
#include "sync/exchange/keep.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/bundle/blob.h"
#include "sync/ledger/profile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 100000, HELD_MAX = 64 << 20 };

enum err keep_evidence(struct log_batch *b, struct profile *p, const struct inbox_file *f, const struct bundle_envelope *envelope)
{
	struct evidence e = { .counter = envelope->counter, .tick = f->tick, .sealed = envelope->wall, .seen = clock_wall(),
	                      .size = f->len, .events = f->added, .piece_count = f->piece_count };

	(void)p;
	memcpy(e.id, f->id, KEYS_HASH);
	memcpy(e.sealer, f->sealer, KEYS_WRITER);
	memcpy(e.pieces, f->pieces, sizeof e.pieces);
	snprintf(e.reason, sizeof e.reason, "%s", f->reason);
	e.state = f->verdict == INBOX_MERGED ? EVIDENCE_MERGED : f->verdict == INBOX_HELD ? EVIDENCE_HELD : EVIDENCE_REFUSED;
	return evidence_put(b, &e);
}

/* The size of a directory and its oldest file. */
struct room { const char *dir; uint64_t bytes; char oldest[128]; int64_t when; };

static enum err measure(void *user, const char *name)
{
	struct room *r = user;
	struct buf path = { 0 };
	struct stat st;

	if (!sys->lstat(fs_path(&path, r->dir, name), &st)) {
		int64_t when = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;

		r->bytes += (uint64_t)st.st_size;
		if ((!*r->oldest || when < r->when) && strlen(name) < sizeof r->oldest) {
			snprintf(r->oldest, sizeof r->oldest, "%s", name);
			r->when = when;
		}
	}
	buf_clear(&path);
	return ERR_OK;
}

/* Make room for `more` bytes: the oldest files go, where that loses nothing. */
static enum err make_room(const char *dir, uint64_t more, uint64_t limit, bool may_drop)
{
	for (;;) {
		struct room r = { .dir = dir };
		struct buf path = { 0 };
		enum err e = fs_list(dir, FILES_MAX, measure, &r);

		if (e || r.bytes + more <= limit)
			return e;
		if (!may_drop || !*r.oldest)
			return err_set(ERR_LIMIT, _("%s 已满 (%llu 字节), 请乡镇先处理"), dir, (unsigned long long)limit);
		e = fs_remove(fs_path(&path, dir, r.oldest));
		buf_clear(&path);
		if (e)
			return e;
	}
}

enum err keep_file(struct profile *p, struct inbox_file *f)
{
	const char *name = f->verdict == INBOX_HELD ? "in" : f->verdict == INBOX_CARRIED ? "carry" : "quarantine";
	uint64_t limit = f->verdict == INBOX_HELD ? HELD_MAX : f->verdict == INBOX_CARRIED ? LIMIT_CARRY : LIMIT_QUARANTINE;
	struct buf dir = { 0 }, path = { 0 };
	char hex[2 * KEYS_HASH + 1];
	enum err e;

	keys_hex(f->id, KEYS_HASH, hex);
	buf_printf(&dir, "%s/%s", p->dir, name);
	buf_printf(&path, "%s/%s.xcb", buf_str(&dir), hex);
	e = dir.err ? dir.err : path.err ? path.err : fs_make_dir(dir.data);
	if (!e)
		e = make_room(dir.data, f->len, limit, f->verdict != INBOX_HELD);
	if (!e)
		e = fs_write(path.data, f->data, f->len);
	if (!e) {
		snprintf(f->kept, sizeof f->kept, "%s", path.data);
		if (f->verdict == INBOX_REFUSED) {
			buf_puts(&path, ".txt");
			e = path.err ? path.err : fs_write(path.data, f->reason, strlen(f->reason));
		}
	}
	buf_clear(&dir);
	buf_clear(&path);
	return e;
}

static const char *blob_path(struct profile *p, const uint8_t id[KEYS_HASH], struct buf *out)
{
	char hex[2 * KEYS_HASH + 1];

	keys_hex(id, KEYS_HASH, hex);
	buf_reset(out);
	buf_printf(out, "%s/blobs/%s", p->dir, hex);
	return buf_str(out);
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

enum err keep_missing_blobs(struct profile *p, enum err (*each)(void *user, const uint8_t id[KEYS_HASH]), void *user)
{
	struct packs x = { .profile = p };
	struct buf path = { 0 };
	enum err e = published(&x);

	for (size_t i = 0; !e && i < x.count; i++)
		for (size_t k = 0; !e && k < x.at[i].blob_count; k++)
			if (!fs_exists(blob_path(p, x.at[i].blobs[k].id, &path)))
				e = each(user, x.at[i].blobs[k].id);
	free(x.at);
	free(x.logs);
	buf_clear(&path);
	return e;
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
		}
		buf_clear(&data);
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
			r->again++;
			e = fs_remove(path.data);
		}
	}
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

/* By its first bytes: there may be 64 MiB of others' bundles. */
static bool is_for_us(const char *path, const struct keys_ring *ring)
{
	uint8_t start[BUNDLE_STANZAS];
	uint64_t size = 0;
	bool ours;
	int fd;

	if (fs_open(path, O_RDONLY, &fd))
		return false;
	ours = !fs_size(fd, &size) && !fs_read_at(fd, start, size < sizeof start ? (size_t)size : sizeof start, 0)
	       && bundle_is_for(start, size < sizeof start ? (size_t)size : sizeof start, ring);
	fs_close(fd);
	return ours;
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

/* Carried for others, but a key that came since may open it. It is carried on all the same: it is others' too. */
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
	}
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

enum err inbox_settle(struct profile *p, uint32_t *again)
{
	struct retry r = { .profile = p };
	enum err e = settle_packs(p);

	if (!e)
		e = each_kept(p, "in", retry_one, &r);
	if (!e && !p->office)
		e = each_kept(p, "carry", reopen_one, &r);
	if (again)
		*again = r.again;
	return e;
}
