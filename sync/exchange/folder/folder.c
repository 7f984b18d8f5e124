#include "config.h"
#include "sync/exchange/folder/folder.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/outbox/downlink.h"
#include "sync/exchange/outbox/restored.h"
#include "sync/exchange/outbox/shelf.h"
#include "sync/keys/town.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/profile/profile_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* --- giving --- */

struct delivery { const char *from, *to, *ending; struct folder_report *report; uint32_t total, done; };

static bool is_of(const struct delivery *d, const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && !strcmp(dot, d->ending);
}

static enum err count_one(void *user, const char *name)
{
	struct delivery *d = user;

	d->total += is_of(d, name);
	return ERR_OK;
}

static enum err deliver_one(void *user, const char *name)
{
	struct delivery *d = user;
	struct folder_report *r = d->report;
	struct buf path = { 0 }, data = { 0 };
	bool there;
	enum err e;

	if (r->stopped || !is_of(d, name))
		return ERR_OK;
	if (r->progress && !r->progress(r->user, _("拷出"), d->done, d->total)) {
		r->stopped = true;
		return ERR_OK;
	}
	e = fs_read(fs_path(&path, d->from, name), LIMIT_BLOB, &data);
	if (e == ERR_NOTFOUND) {                          /* sealed anew by another session meanwhile: in a bundle of another name */
		buf_clear(&path);
		return ERR_OK;
	}
	if (!e)
		e = folder_put(d->to, name, data.data, data.len, &there);
	if (!e) {
		r->copied += !there;
		r->there += there;
		d->done++;
	}
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

enum err folder_deliver(const char *profile_dir, const char *dir, struct folder_report *r)
{
	/* Our own bundles, others' that we take along, and the receipts of those that have arrived, for their authors. */
	static const struct { const char *from, *to, *ending; } shelves[] = {
		{ "out", "up", ".xcb" }, { "carry", "up", ".xcb" }, { "carry", "receipts", ".xcr" },
		/* All records before any photo: a stick may be full, or be pulled. */
		{ "out", "up", ".xca" }, { "carry", "up", ".xca" },
	};
	struct buf from = { 0 }, to = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < sizeof shelves / sizeof *shelves; i++) {
		struct delivery d = { .from = fs_path(&from, profile_dir, shelves[i].from), .ending = shelves[i].ending, .report = r };

		buf_reset(&to);
		buf_printf(&to, "%s/XUNCHA/%s", dir, shelves[i].to);
		d.to = buf_str(&to);
		e = from.err ? from.err : to.err ? to.err : fs_list(d.from, FOLDER_FILES_MAX, count_one, &d);
		if (!e && d.total)
			e = fs_list(d.from, FOLDER_FILES_MAX, deliver_one, &d);
	}
	buf_clear(&from);
	buf_clear(&to);
	return e;
}

/* --- taking --- */

struct taking {
	struct profile *profile;
	struct folder_report *report;
	const char *dir;
	int depth;
	bool town;                        /* does not read back what it put there itself */
	struct inbox_file files[INBOX_GROUP];
	struct buf data[INBOX_GROUP], names[INBOX_GROUP];
	size_t count, bytes;
	bool settled;                     /* all records are in */
	const char *stick;                /* the path itself */
	struct buf blobs;                 /* paths of blobs, NUL-ended: looked at when all records are in */
	uint32_t seen;
};

static enum err take_group(struct taking *x)
{
	struct folder_report *r = x->report;
	enum err e = x->count ? inbox_take(x->profile, x->files, x->count) : ERR_OK;

	for (size_t i = 0; i < x->count; i++) {
		const struct inbox_file *f = &x->files[i];

		if (!e) {
			r->files[f->verdict]++;
			r->added += f->added;
			if (f->tick > r->tick)
				r->tick = f->tick;
			if (r->each)
				r->each(r->user, f);
		}
		buf_clear(&x->data[i]);
		buf_clear(&x->names[i]);
	}
	x->count = x->bytes = 0;
	if (!e && r->progress && !r->progress(r->user, _("收进"), x->seen, x->seen))
		r->stopped = true;
	return e;
}

enum what { FOREIGN, ROOTS, BLOB, OURS };

static bool is_roots(const char *name)
{
	return !strcmp(name, "roots") || !strncmp(name, "roots-", 6);
}

/* Is it one of ours, by its first bytes? Thousands of photos on a stick must cost four bytes each. What may not be read is not
 * ours; but a stick that was pulled out must not pass for one with nothing on it. */
static enum err look_at(const char *path, enum what *what)
{
	bool roots = is_roots(strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	char head[4];
	enum err e;
	int fd;

	*what = FOREIGN;
	if (!(e = fs_open(path, O_RDONLY | O_NONBLOCK, &fd))) {
		e = fs_read_at(fd, head, sizeof head, 0);
		fs_close(fd);
	}
	if (!e)
		*what = roots ? ROOTS : !memcmp(head, "XCA1", 4) ? BLOB : !memcmp(head, "XCB1", 4) || !memcmp(head, "XCR1", 4) ? OURS : FOREIGN;
	return e == ERR_IO ? err_in(e, "%s", path) : ERR_OK;
}

static enum err take_file(struct taking *x, const char *path)
{
	struct buf *data = &x->data[x->count], *name = &x->names[x->count];
	enum what what;
	enum err e;

	x->seen++;
	if ((e = look_at(path, &what)) || what == FOREIGN)
		return e;
	if (what == BLOB && !x->settled) {
		buf_put(&x->blobs, path, strlen(path) + 1);
		return x->blobs.err;
	}
	buf_puts(name, path);
	e = fs_read(path, LIMIT_BLOB, data);
	if (e == ERR_LIMIT || e == ERR_DENIED || e == ERR_FORMAT || e == ERR_NOTFOUND) {
		buf_clear(name);
		return ERR_OK;                    /* too large for one of ours, or not to be read: not our file */
	}
	if (e)
		return e;
	if (what == ROOTS) {
		/* A chain that does not continue ours is not believed; the first is believed only with its code (enrol_accept). */
		e = x->town ? profile_roots_shown(x->profile, data->data, data->len) :
		    x->profile->roots.count ? profile_roots_add(x->profile, data->data, data->len) : ERR_OK;
		buf_clear(name);
		buf_clear(data);
		return e == ERR_IO || e == ERR_NOMEM || e == ERR_FULL ? e : ERR_OK;
	}
	x->files[x->count] = (struct inbox_file){ .name = buf_str(name), .data = (const uint8_t *)data->data, .len = data->len };
	x->bytes += data->len;
	if (++x->count == INBOX_GROUP || x->bytes > INBOX_GROUP_BYTES)
		return take_group(x);
	return ERR_OK;
}

static enum err take_below(struct taking *x, const char *path);

static bool is_ours_to_give(const char *dir, const char *name)
{
	const char *slash = strrchr(dir, '/');

	return !strcmp(slash ? slash + 1 : dir, "XUNCHA") && (!strcmp(name, "down") || !strcmp(name, "receipts"));
}

static enum err take_entry(void *user, const char *name)
{
	struct taking *x = user;
	const char *dir = x->dir;
	struct buf path = { 0 };
	enum err e;

	if (x->report->stopped || (x->town && is_ours_to_give(dir, name)))
		return ERR_OK;
	fs_path(&path, dir, name);
	e = path.err ? path.err : take_below(x, path.data);
	x->dir = dir;
	buf_clear(&path);
	return e;
}

/* Does a name look like one that we give? Chats and people give others; in a crowd these come first. */
static bool is_named_by_us(const char *name)
{
	const char *dot = strrchr(name, '.');

	return !strcmp(name, "XUNCHA") || !strcmp(name, "up") || !strcmp(name, "down") || !strcmp(name, "receipts") || is_roots(name)
	       || (dot && (!strcmp(dot, ".xcb") || !strcmp(dot, ".xcr") || !strcmp(dot, ".xca")));
}

static enum err take_below(struct taking *x, const char *path)
{
	struct stat st;
	enum err e;

	if (sys->lstat(path, &st))
		return errno == EIO ? err_set(ERR_IO, "%s: %s", path, strerror(errno)) : ERR_OK;
	if (S_ISREG(st.st_mode))
		return take_file(x, path);
	if (!S_ISDIR(st.st_mode) || x->depth > FOLDER_DEPTH)
		return ERR_OK;
	x->depth++;
	x->dir = path;
	e = fs_list_some(path, FOLDER_FILES_MAX, is_named_by_us, take_entry, x, &x->report->left_out);
	x->depth--;
	return e;
}

/* Devices leave parts of packs where a township puts its own, which it does not read back: one that was restored may lack them. */
static enum err take_missing(void *user, const uint8_t id[KEYS_HASH])
{
	struct taking *x = user;
	char hex[2 * KEYS_HASH + 1];
	struct buf path = { 0 };
	enum err e;

	keys_hex(id, KEYS_HASH, hex);
	buf_printf(&path, "%s/XUNCHA/down/%s", x->stick, hex);
	e = path.err ? path.err : x->report->stopped || !fs_exists(path.data) ? ERR_OK : take_file(x, path.data);
	buf_clear(&path);
	return e;
}

/* Attachments and parts of packs: what names them is here now. */
static enum err take_blobs(struct taking *x)
{
	bool lacks = x->town && restored_at(x->profile);
	enum err e = x->blobs.len || lacks ? inbox_settle(x->profile, NULL) : ERR_OK;

	x->settled = true;
	if (!e && lacks)
		e = keep_missing_blobs(x->profile, take_missing, x);
	for (size_t at = 0; !e && !x->report->stopped && at < x->blobs.len; at += strlen(x->blobs.data + at) + 1)
		e = take_file(x, x->blobs.data + at);
	return e ? e : take_group(x);
}

/* The one folder of a stick into which Termux may write. The stick is read with it, and it with the stick. */
static const char termux[] = "/Android/data/com.termux/files";

/* The other one of the two; false when it is not there. */
static bool other_half(const char *path, struct buf *out)
{
	size_t n = strlen(path), t = strlen(termux);
	bool phone = n > t && !strcmp(path + n - t, termux);

	buf_put(out, path, phone ? n - t : n);
	if (!phone)
		buf_puts(out, termux);
	return !out->err && fs_is_dir(out->data);
}

static enum err take_halves(struct taking *x, const char *path)
{
	struct buf other = { 0 };
	enum err e = take_below(x, path);

	if (!e && !x->report->stopped && fs_is_dir(path) && other_half(path, &other))
		e = take_below(x, other.data);
	buf_clear(&other);
	return e;
}

enum err folder_take(struct profile *p, const char *given, struct folder_report *r)
{
	char *path = realpath(given, NULL);       /* what a person names may be a link, as all of Termux's storage is */
	struct taking *x = calloc(1, sizeof *x);
	enum err e;

	if (!x || !path) {
		free(x);
		e = path || errno == ENOMEM ? ERR_NOMEM : err_from_errno(errno) == ERR_IO ? ERR_IO : ERR_NOTFOUND;
		free(path);
		return e == ERR_NOTFOUND ? err_set(e, _("%s: 没有这个文件或文件夹"), given) : err_set(e, "%s: %s", given, err_text(e));
	}
	x->profile = p;
	x->report = r;
	x->stick = path;
	x->town = keys_town_here(p->dir);
	e = take_halves(x, path);
	if (!e)
		e = take_group(x);
	if (!e)
		e = take_blobs(x);
	free(path);
	buf_clear(&x->blobs);
	for (size_t i = 0; i < INBOX_GROUP; i++) {
		buf_clear(&x->data[i]);
		buf_clear(&x->names[i]);
	}
	free(x);
	return e ? e : inbox_settle(p, NULL);
}

/* Our bundles in the folder that nobody needs there any more. */
struct sweep { struct profile *profile; const char *dir; bool replaced; };

static enum err sweep_one(void *user, const char *name)
{
	struct sweep *s = user;
	struct evidence known;
	struct store_txn t;
	struct buf path = { 0 };
	uint8_t id[KEYS_HASH];
	enum err e;

	if (strlen(name) != 2 * KEYS_HASH + 4 || !keys_unhex(name, KEYS_HASH, id))
		return ERR_OK;
	if (!strcmp(name + 2 * KEYS_HASH, ".xca") && attach_acknowledged(s->profile, id)) {
		e = fs_remove(fs_path(&path, s->dir, name));
		buf_clear(&path);
		return e;
	}
	if (strcmp(name + 2 * KEYS_HASH, ".xcb"))
		return ERR_OK;
	profile_begin(s->profile, &t);
	e = t.err ? t.err : evidence_get(&t, id, &known);
	store_abort(&t);
	if (!e && (known.state == EVIDENCE_DONE || (s->replaced && known.state == EVIDENCE_REPLACED)))
		e = fs_remove(fs_path(&path, s->dir, name));
	buf_clear(&path);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err folder_sweep(struct profile *p, const char *dir, const char *below, bool replaced)
{
	struct buf path = { 0 };
	struct sweep s = { p, NULL, replaced };
	size_t rest = 0;
	enum err e;

	buf_printf(&path, "%s/XUNCHA/%s", dir, below);
	s.dir = buf_str(&path);
	e = path.err ? path.err : fs_list_some(s.dir, FOLDER_FILES_MAX, is_named_by_us, sweep_one, &s, &rest);
	buf_clear(&path);
	return e;
}

static enum err seal_more(struct profile *p, struct folder_report *r)
{
	uint32_t bundles;
	uint64_t events;
	enum err e = folder_seal(p, &bundles, &events);

	r->sealed += bundles;
	r->sealed_events += events;
	return e;
}

const char *folder_behind_words(void)
{
	return _("那里乡镇的钥匙比本机认的旧, 像是用太旧的备份恢复的: 它的回执不算, 记录都留在本机。请告诉应急办, 怎么办他们那里有提示");
}

enum err folder_sync(struct profile *p, const char *dir, struct folder_report *r)
{
	struct buf out = { 0 };
	uint64_t age = p->anchor.tick >> 32, again_events = 0;
	uint32_t again = 0;
	enum err e = ERR_OK;

	if (!fs_exists(dir))
		return err_set(ERR_NOTFOUND, _("%s: 没有这个文件夹, U 盘插好了吗"), dir);
	if (p->identity)
		e = folder_seal(p, &r->sealed, &r->sealed_events);
	if (!e)
		e = folder_take(p, dir, r);
	/* The township was restored from a backup: what it lost goes along at once. */
	if (!e && p->identity && p->anchor.tick >> 32 > age)
		e = folder_seal(p, &again, &again_events);
	r->sealed += again;
	r->sealed_events += again_events;
	if (!e)
		e = shelf_settle(p, "out", profile_path(p, "out", &out), &r->settled);
	/* What was taken in may have made us write (a confirmation) or forget what was sealed (an erasure). */
	if (!e && p->identity && !r->stopped)
		e = seal_more(p, r);
	if (!e && !r->stopped)
		e = folder_deliver(p->dir, dir, r);
	if (!e && !r->stopped && p->identity && !keys_town_here(p->dir))
		e = downlink_relay(p, dir, r);
	r->older = r->tick && r->tick < p->anchor.tick;
	if (!e && r->tick > p->anchor.tick)
		e = profile_set_tick(p, r->tick);
	if (!e)
		e = folder_sweep(p, dir, "up", !r->stopped);
	buf_clear(&out);
	return e;
}
