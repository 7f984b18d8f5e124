#include "config.h"
#include "sync/ledger/profile/profile_own.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/keys/slot.h"
#include "sync/keys/town.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/log/log_record.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

/* The seat says what lies here; it is never rewritten, so its inode tells a copy from the original. */
static const char seat_device[] = "xuncha profile 1 device\n", seat_office[] = "xuncha profile 1 office\n";

const char *profile_path(const struct profile *p, const char *name, struct buf *out)
{
	return fs_path(out, p->dir, name);
}

static enum err make_folders(const char *dir)
{
	static const char *const folders[] = { "journal", "draft", "packs", "out", "in", "carry", "blobs", "quarantine" };
	struct buf path = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < sizeof folders / sizeof *folders; i++) {
		fs_path(&path, dir, folders[i]);
		e = path.err ? path.err : fs_make_dir(path.data);
	}
	buf_clear(&path);
	return e;
}

enum { SCRATCH_MS = 120000 };                           /* longer than scaling may take */

/* What a photo was made smaller from and to when the program was killed meanwhile (scale.h): it lies there in the clear. Another program
 * may be at it just now. */
static void clear_scratch(const char *dir)
{
	static const char *const files[] = { "toscale.tmp", "scaled.tmp", "toscale.tmp.new" /* of older versions */ };
	struct buf path = { 0 };
	struct stat st;

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		fs_path(&path, dir, files[i]);
		if (!path.err && !sys->lstat(path.data, &st) && clock_wall() - (int64_t)st.st_mtime * 1000 > SCRATCH_MS)
			fs_remove(path.data);
	}
	buf_clear(&path);
}

enum err profile_create(const char *dir, bool office)
{
	const char *seat = office ? seat_office : seat_device;
	struct buf path = { 0 };
	enum err e = fs_make_dir(dir);

	if (!e && !(e = profile_place_fit(dir))) {
		fs_path(&path, dir, "seat");
		if (!(e = path.err) && fs_exists(path.data))
			e = err_set(ERR_EXISTS, _("%s: 这里已有工作目录"), dir);
	}
	if (!e)
		e = make_folders(dir);
	if (!e) {
		fs_path(&path, dir, "seat");
		e = path.err ? path.err : fs_write(path.data, seat, strlen(seat));
	}
	buf_clear(&path);
	return e;
}

static enum err read_seat(struct profile *p)
{
	struct buf path = { 0 }, seat = { 0 };
	enum err e;

	profile_path(p, "seat", &path);
	e = path.err ? path.err : fs_read(path.data, 256, &seat);
	if (e == ERR_NOTFOUND)
		e = err_set(ERR_NOTFOUND, _("%s: 这里没有工作目录: 请先初始化"), p->dir);
	else if (!e && !strcmp(buf_str(&seat), seat_office))
		p->office = true;
	else if (!e && !strncmp(buf_str(&seat), seat_device, strcspn(seat_device, "1")) && strcmp(buf_str(&seat), seat_device))
		e = err_set(ERR_VERSION, _("%s: 由更新的版本写成, 请用新版程序打开"), p->dir);
	else if (!e && strcmp(buf_str(&seat), seat_device))
		e = err_set(ERR_FORMAT, _("%s: 不是工作目录"), path.data);
	buf_clear(&path);
	buf_clear(&seat);
	return e;
}

/* --- the lock --- */

enum err profile_lock_write(struct profile *p)
{
	int r;

	if (p->own->lock_depth++)
		return ERR_OK;
	do
		r = sys->flock(p->own->lock, LOCK_EX);
	while (r && errno == EINTR);
	if (!r)
		return ERR_OK;
	p->own->lock_depth--;
	return err_set(ERR_IO, _("%s: 锁不上: %s"), p->dir, strerror(errno));
}

void profile_unlock_write(struct profile *p)
{
	if (!--p->own->lock_depth)
		sys->flock(p->own->lock, LOCK_UN);
}

/* --- whom we believe, what we can open --- */

static enum err make_ring(struct profile *p);

struct heads { struct profile *p; struct store_txn *t; };

static enum err feed_one(void *user, const struct log_event *e)
{
	struct heads *x = user;
	uint8_t last[EVENT_HASH];
	bool strays = false;
	uint64_t end;
	enum err err = ERR_OK;

	/* Of a former T's log only the branch counts that its successor vouches for. */
	if (keys_roster_end(x->p->roster, &e->log, &end, last))
		err = log_strays(x->t, &e->place, e->hash, end, last, &strays);
	if (!err && !strays && !e->opaque)
		err = keys_roster_event(x->p->roster, &e->log, e->place.seq, e->hash, &e->event, NULL);
	return err == ERR_NOMEM ? err : ERR_OK;         /* what is not believed was said when it arrived */
}

static enum err feed_log(void *user, const struct log_head *h)
{
	struct heads *x = user;

	return keys_roster_is_authority(x->p->roster, h->id.writer) ? log_each(x->t, &h->id, 1, UINT64_MAX, feed_one, x) : ERR_OK;
}

static enum err renew_roster(struct profile *p)
{
	struct keys_roster *fresh;
	enum err e = keys_roster_new(&p->roots, &fresh);

	if (!e) {
		keys_roster_free(p->roster);
		p->roster = fresh;
	}
	return e;
}

/* Another program may have taken in a new root since. */
static void reread_roots(struct profile *p)
{
	struct keys_roots now = { 0 };

	if (!keys_roots_read(p->dir, &now) && now.count > p->roots.count) {
		keys_roster_free(p->roster);            /* it borrows the chain */
		p->roster = NULL;
		keys_roots_clear(&p->roots);
		p->roots = now;
	} else {
		keys_roots_clear(&now);
	}
}

enum err profile_feed_roster(struct profile *p, struct store_txn *t)
{
	struct store_key key = log_meta_key(META_TRUST);
	struct store_txn own = { 0 };
	struct heads x = { p, t ? t : &own };
	size_t roots = p->roots.count;
	enum err e;

	reread_roots(p);
	e = renew_roster(p);
	if (!e && p->roots.count != roots)
		e = make_ring(p);

	if (!t)
		store_begin_read(p->store, &own);
	if (!e)
		e = log_heads(x.t, feed_log, &x);
	p->own->trust = log_meta_number(x.t, &key, 0);
	store_abort(&own);
	return e;
}

uint64_t profile_trust(const struct profile *p)
{
	return (uint64_t)(p->roots.count + 1) << 48 | p->own->trust;
}

void profile_ring_refresh(struct profile *p)
{
	if (p->ring && p->identity && p->roster) {
		keys_ring_add_scopes(p->ring, p->roster, p->identity);
		profile_decrees_keep(p);
	}
}

static enum err make_ring(struct profile *p)
{
	struct keys_identity *receipt = NULL;
	struct keys_ring *ring = NULL;
	enum err e = p->office ? keys_town_daemon(p->dir, &receipt, &ring) : ERR_NOTFOUND;

	if (e == ERR_NOTFOUND)                          /* no township's keys lie here; keys that cannot be read are another matter */
		e = keys_ring_new(&ring);
	if (!e && p->identity)
		e = keys_ring_add_identity(ring, p->identity);
	if (e) {
		keys_identity_free(receipt);
		keys_ring_free(ring);
		return e;
	}
	keys_identity_free(p->receipt);
	keys_ring_free(p->ring);
	p->receipt = receipt;
	p->ring = ring;
	if (p->identity)
		profile_decrees_recall(p);
	profile_ring_refresh(p);
	return ERR_OK;
}

enum err profile_roots_add(struct profile *p, const void *data, size_t len)
{
	size_t had = p->roots.count;
	uint8_t receipt[KEYS_PK] = { 0 };
	char why[256];
	enum err e, saved;

	if (had)
		memcpy(receipt, keys_roots_newest(&p->roots)->receipt, KEYS_PK);

	keys_roster_free(p->roster);                    /* it borrows the chain */
	p->roster = NULL;
	e = keys_roots_add_all(&p->roots, data, len);
	snprintf(why, sizeof why, "%s", e ? err_detail() : "");
	saved = p->roots.count > had ? keys_roots_write(p->dir, &p->roots) : ERR_OK;    /* the good ones before a bad one stay */
	if (!saved)
		saved = p->store ? profile_feed_roster(p, NULL) : renew_roster(p);
	if (!saved)
		saved = make_ring(p);
	/* What a removed key has counted is forgotten: it may have run ahead on purpose. A township's own count goes on. */
	if (!saved && had && !p->office && memcmp(receipt, keys_roots_newest(&p->roots)->receipt, KEYS_PK))
		saved = profile_forget_tick(p);
	if (!saved && had && p->roots.count > had && p->store)
		saved = profile_trust_moved(p);
	return e ? err_set(e, "%s", why) : saved;
}

/* --- opening and closing --- */

static enum err open_lock(struct profile *p)
{
	struct buf path = { 0 };
	enum err e;

	profile_path(p, "write", &path);
	e = path.err ? path.err : fs_open(path.data, O_RDWR | O_CREAT, &p->own->lock);
	buf_clear(&path);
	return e;
}

/* Everything that needs no key. The lock is held. */
static enum err first_half(struct profile *p, bool walk)
{
	bool found;
	enum err e;

	anchor_read(p->dir, &p->anchor, &found);
	profile_note_boot(p);
	if ((e = profile_placement(p->dir, &p->own->placement)) || (e = keys_roots_read(p->dir, &p->roots)) || (e = renew_roster(p))
	    || (e = make_ring(p)))
		return e;
	e = walk ? profile_probe(p) : ERR_OK;
	p->own->store_bad = e == ERR_CORRUPT || e == ERR_IO;
	if (e && !p->own->store_bad && e != ERR_NOTFOUND)
		return e;
	return p->office ? profile_ladder(p) : ERR_OK;
}

static enum err open_profile(const char *dir, bool walk, struct profile **out)
{
	struct profile *p = calloc(1, sizeof *p);
	enum err e = ERR_OK;

	*out = NULL;
	signal(SIGXFSZ, SIG_IGN);                       /* a file size limit is then an error like a full disk */
	if (!p || !(p->dir = strdup(dir)) || !(p->own = calloc(1, sizeof *p->own))) {
		e = err_set(ERR_NOMEM, "%s", dir);
	} else {
		p->own->lock = -1;
		if (!(e = read_seat(p)) && !(e = open_lock(p)) && !(e = profile_lock_write(p))) {
			make_folders(dir);              /* somebody may have cleared one away; what cannot be made its user will say */
			if (walk)                       /* beside another that is open, that one may be at it */
				clear_scratch(dir);
			e = first_half(p, walk);
			profile_unlock_write(p);
		}
	}
	if (e)
		profile_close(p);
	else
		*out = p;
	return e;
}

enum err profile_open(const char *dir, struct profile **out)
{
	return open_profile(dir, true, out);
}

enum err profile_open_beside(const char *dir, struct profile **out)
{
	return open_profile(dir, false, out);
}

void profile_close_store(struct profile *p)
{
	fold_close(p->fold);
	store_close(p->store);
	journal_close(p->journal);
	p->fold = NULL;
	p->store = NULL;
	p->journal = NULL;
}

static void forget_packs(struct profile *p)
{
	for (unsigned i = 0; i < p->own->pack_count; i++)
		pack_free(p->own->packs[i]);
	free(p->own->packs);
	p->own->packs = NULL;
	p->own->pack_count = 0;
}

void profile_cut_left(struct profile *p)
{
	if (p->journal && journal_left(p->journal) && !profile_lock_write(p)) {
		profile_undo(p);
		profile_unlock_write(p);
	}
}

/* What a failed write left goes before another program, or this one the next time, takes it for a record. */
static void leave_store(struct profile *p)
{
	profile_cut_left(p);
	profile_close_store(p);
}

void profile_lock(struct profile *p)
{
	if (!p->identity)
		return;
	if (!p->office) {
		leave_store(p);
		forget_packs(p);
		p->seal.key = NULL;
		p->own->store_bad = false;
		renew_roster(p);
	}
	keys_identity_free(p->identity);
	p->identity = NULL;
	memset(p->writer, 0, sizeof p->writer);
	make_ring(p);
}

void profile_close(struct profile *p)
{
	if (!p)
		return;
	if (p->own) {
		leave_store(p);
		forget_packs(p);
		fs_close(p->own->lock);
	}
	keys_ring_free(p->ring);
	keys_identity_free(p->receipt);
	keys_roster_free(p->roster);
	keys_roots_clear(&p->roots);
	keys_identity_free(p->identity);
	free(p->own);
	free(p->dir);
	free(p);
}

enum err profile_adopt(struct profile *p, struct keys_identity *identity)
{
	enum err e = ERR_OK;

	profile_lock(p);
	p->identity = identity;
	memcpy(p->writer, keys_identity_public(identity)->writer, EVENT_WRITER);
	if (!p->office && !(e = profile_lock_write(p))) {
		p->seal.key = keys_identity_dbk(identity);
		e = profile_ladder(p);
		profile_unlock_write(p);
	}
	if (!e)
		e = make_ring(p);
	if (e)
		profile_lock(p);
	return e;
}

enum err profile_unlock(struct profile *p, const char *label, const char *pin, const char *pepper)
{
	struct keys_identity *identity;
	enum err e = keys_slots_unlock(p->dir, label, pin, pepper, &identity);

	return e ? e : profile_adopt(p, identity);
}

struct event_scope profile_own_scope(const struct profile *p)
{
	const struct keys_writer *w = keys_roster_find(p->roster, p->writer);
	const struct event_scope *village = NULL;
	uint32_t villages = 0;

	for (size_t i = 0; w && i < w->scope_count; i++)
		if (w->scopes[i].kind == 1) {
			village = &w->scopes[i];
			villages++;
		}
	return villages == 1 ? *village : event_scope_all();
}

void profile_begin(struct profile *p, struct store_txn *t)
{
	struct store_key key = log_meta_key(META_TRUST);
	enum err e = ERR_OK;

	/* Rows are looked at while others are read: what is being read stays open, and is mended by the next look. */
	if (p->journal && (!p->store || (!store_in_use(p->store) && (store_damaged(p->store) || store_replaced(p->store)))) && !(e = profile_lock_write(p))) {
		e = profile_refresh(p);
		profile_unlock_write(p);
	}
	if (e && !p->store) {
		*t = (struct store_txn){ .err = e };
		return;
	}
	store_begin_read(p->store, t);
	if (!t->err && log_meta_number(t, &key, 0) != p->own->trust)
		profile_feed_roster(p, t);
}
