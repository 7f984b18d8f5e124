/* What a device takes along for others (sync.md section 9, carriers). */
#include "config.h"
#include "sync/exchange/inbox/keep_own.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/erase/erase.h"
#include "sync/exchange/inbox/inbox_own.h"
#include "sync/ledger/profile/profile.h"

#include <fcntl.h>
#include <string.h>

enum { FILES_MAX = 100000, CARRY_DAYS = 180 };

/* In a full room the least of these goes first. */
enum carry_worth {
	CARRY_DOWN,                /* on its way down: the township gives it again */
	CARRY_RECEIPT,             /* what it is for has arrived */
	CARRY_BLOB,                /* a photo: whoever took it keeps it until a receipt */
	CARRY_BEYOND,              /* records of one device beyond its part of the room */
	CARRY_OLD,                 /* records that no receipt named in half a year: their author has them still */
	CARRY_STAYS                /* records on their way up */
};

static bool is_the_township_s(const void *user, const uint8_t key[KEYS_ID])
{
	const struct keys_roots *roots = user;

	for (size_t i = 0; i < roots->count; i++) {
		uint8_t id[KEYS_ID];

		keys_box_id(roots->at[i].root.box, id);
		if (!memcmp(key, id, KEYS_ID))
			return true;
	}
	return false;
}

bool keep_is_for_township(const struct profile *p, const void *start, size_t len)
{
	return bundle_is_to(start, len, is_the_township_s, &p->roots);
}

bool keep_carries(struct profile *p, const uint8_t id[KEYS_HASH])
{
	struct buf path = { 0 };
	bool there = fs_exists(keep_path(p, "carry", id, ".xcb", &path));

	buf_clear(&path);
	return there;
}

/* Does a receipt cover all of it? Only what we could open has pieces that we know. */
static bool is_covered(struct store_txn *t, const struct evidence_piece *pieces, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct log_head h;

		if (log_head_get(t, &pieces[i].log, &h) || h.acked < pieces[i].last)
			return false;
	}
	return count > 0;
}

/* --- what gives way --- */

static bool ends_in(const char *name, const char *ending)
{
	return strlen(name) == 2 * KEYS_HASH + 4 && !strcmp(name + 2 * KEYS_HASH, ending);
}

static bool sealer_of(struct profile *p, const char *name, uint8_t sealer[KEYS_WRITER])
{
	uint8_t start[BUNDLE_START], id[KEYS_HASH];
	struct buf path = { 0 };
	bool known = false;
	size_t whole;
	int fd;

	if (keys_unhex(name, KEYS_HASH, id) && !fs_open(keep_path(p, "carry", id, ".xcb", &path), O_RDONLY, &fd)) {
		known = !fs_read_at(fd, start, sizeof start, 0) && !bundle_start_read(start, sizeof start, &whole, sealer);
		fs_close(fd);
	}
	buf_clear(&path);
	return known;
}

/* Ids are hashes: their first bytes tell two apart. */
static uint64_t owner_of(const uint8_t sealer[KEYS_WRITER])
{
	uint64_t n;

	memcpy(&n, sealer, sizeof n);
	return n;
}

static unsigned worth(void *user, const char *name, int64_t when, uint64_t *owner)
{
	struct profile *p = user;
	uint8_t sealer[KEYS_WRITER];

	if (ends_in(name, ".xcr"))
		return CARRY_RECEIPT;
	if (ends_in(name, ".xca"))
		return CARRY_BLOB;
	if (!ends_in(name, ".xcb"))
		return CARRY_DOWN;
	if (sealer_of(p, name, sealer)) {
		if (keys_roots_speaks(&p->roots, sealer))
			return CARRY_DOWN;                /* sealed by the township */
		*owner = owner_of(sealer);
	}
	return when < clock_wall() - CARRY_DAYS * INT64_C(86400000) ? CARRY_OLD : CARRY_STAYS;
}

/* A file takes no room from what is worth more than itself. */
static enum err carry(struct profile *p, enum carry_worth most, struct inbox_file *f)
{
	struct room_order order = { .rank = worth, .user = p, .most = most, .fair = CARRY_STAYS, .beyond = CARRY_BEYOND,
	                            .whose = most > CARRY_BLOB ? owner_of(f->sealer) : 0 };
	enum err e = keep_in(p, PROFILE_CARRIED, LIMIT_CARRY, &order, f);

	if (e != ERR_LIMIT)
		return e;
	if (f->verdict == INBOX_CARRIED)
		inbox_decide(f, INBOX_CARRIED, _("替别人带的已经放满, 这一个没有带上"));
	return ERR_OK;
}

enum err keep_for_others(struct profile *p, struct inbox_file *f)
{
	struct buf receipt = { 0 };
	struct store_txn t;
	bool delivered;
	enum err e;

	if (p->office)
		return f->verdict == INBOX_CARRIED ? carry(p, CARRY_OLD, f) : ERR_OK;
	/* What goes down to a village whose key we do not have (yet): the township gives it again and again. */
	if (!keep_is_for_township(p, f->data, f->len))
		return f->verdict == INBOX_CARRIED && keys_roots_speaks(&p->roots, f->sealer) ? carry(p, CARRY_DOWN, f) : ERR_OK;
	delivered = fs_exists(keep_path(p, "carry", f->id, ".xcr", &receipt));
	buf_clear(&receipt);
	profile_begin(p, &t);
	delivered |= is_covered(&t, f->pieces, f->piece_count);
	e = t.err;
	store_abort(&t);
	if (e || delivered || (!keep_carries(p, f->id) && erase_forbids(p, f->data, f->len)))
		return e;
	return carry(p, CARRY_OLD, f);
}

enum err keep_delivered(struct profile *p, const uint8_t bundle[KEYS_HASH], const void *receipt, size_t len)
{
	struct buf carried = { 0 }, path = { 0 };
	enum err e = ERR_OK;

	if (fs_exists(keep_path(p, "carry", bundle, ".xcb", &carried)) || fs_exists(keep_path(p, "carry", bundle, ".xca", &carried))) {
		keep_path(p, "carry", bundle, ".xcr", &path);
		if (!(e = path.err ? path.err : fs_write(path.data, receipt, len)))
			e = fs_remove(carried.data);
	}
	buf_clear(&carried);
	buf_clear(&path);
	return e;
}

enum err keep_blob_for_others(struct profile *p, struct inbox_file *f)
{
	struct buf receipt = { 0 };
	bool delivered = fs_exists(keep_path(p, "carry", f->id, ".xcr", &receipt));

	buf_clear(&receipt);
	return delivered ? ERR_OK : carry(p, CARRY_BLOB, f);
}

struct carried { struct profile *profile; const char *dir; struct store_txn *txn; };

static enum err settle_one(void *user, const char *name)
{
	struct carried *c = user;
	uint8_t id[KEYS_HASH];
	struct evidence known;
	struct buf path = { 0 };
	enum err e = ERR_OK;

	if (ends_in(name, ".xcb") && keys_unhex(name, KEYS_HASH, id) &&
	    !evidence_get(c->txn, id, &known) && is_covered(c->txn, known.pieces, known.piece_count))
		e = fs_remove(fs_path(&path, c->dir, name));
	buf_clear(&path);
	return e;
}

enum err keep_settle_carried(struct profile *p)
{
	struct buf dir = { 0 };
	struct store_txn t;
	struct carried c = { p, profile_path(p, "carry", &dir), &t };
	enum err e;

	profile_begin(p, &t);
	e = dir.err ? dir.err : t.err ? t.err : fs_list(c.dir, FILES_MAX, settle_one, &c);
	store_abort(&t);
	buf_clear(&dir);
	return e;
}
