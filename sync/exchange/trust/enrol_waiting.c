#include "config.h"
#include "sync/exchange/trust/enrol_waiting.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

#include <string.h>
#include <sys/stat.h>

static const char asked[] = ".asked";         /* beside a grant: the request, which says whose it is */

enum { FILES_MAX = 100000, NAME = 2 * KEYS_HASH, DIGITS = 20 };

/* --- the list --- */

struct listing { struct profile *profile; const char *dir; bool enrolled; enum err (*each)(void *user, const struct enrol_waiting *w); void *user; };

static enum err list_one(void *user, const char *name)
{
	struct listing *l = user;
	struct enrol_waiting w = { .when = 0 };
	struct buf path = { 0 }, file = { 0 };
	struct stat st;
	enum err e = ERR_OK;

	if (strlen(name) != NAME)
		return ERR_OK;
	fs_path(&path, l->dir, name);
	if (!path.err && !sys->lstat(path.data, &st) && S_ISREG(st.st_mode) && !fs_read(path.data, KEYS_REQUEST_MAX, &file)
	    && !keys_request_read(buf_str(&file), file.len, &w.request)
	    && (l->enrolled || !keys_roster_find(l->profile->roster, w.request.id.writer))) {
		keys_request_digits(file.data, file.len, w.digits);
		w.when = (int64_t)st.st_mtime * 1000;
		w.file = &file;
		e = l->each(l->user, &w);
	}
	buf_clear(&path);
	buf_clear(&file);
	return e;
}

static enum err list(struct profile *p, bool enrolled, enum err (*each)(void *user, const struct enrol_waiting *w), void *user)
{
	struct buf dir = { 0 };
	struct listing l = { p, profile_path(p, "enrol", &dir), enrolled, each, user };
	enum err e = dir.err ? dir.err : fs_is_dir(l.dir) ? fs_list(l.dir, FILES_MAX, list_one, &l) : ERR_OK;

	buf_clear(&dir);
	return e;
}

enum err enrol_waiting_each(struct profile *p, enum err (*each)(void *user, const struct enrol_waiting *w), void *user)
{
	return list(p, false, each, user);
}

int64_t enrol_waiting_stamp(struct profile *p)
{
	struct buf dir = { 0 };
	struct stat st;
	int64_t stamp = 0;

	profile_path(p, "enrol", &dir);
	if (!dir.err && !lstat(buf_str(&dir), &st))
		stamp = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	buf_clear(&dir);
	return stamp;
}

/* --- one of them --- */

/* Digits without blanks; false when they are not twenty. */
static bool squeeze(const char *text, char out[DIGITS + 1])
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (*text < '0' || *text > '9' || n == DIGITS)
			return false;
		out[n++] = *text;
	}
	out[n] = '\0';
	return n == DIGITS;
}

bool enrol_waiting_is_digits(const char *text)
{
	char digits[DIGITS + 1];

	return squeeze(text, digits);
}

struct finding { char digits[DIGITS + 1]; struct buf *out; bool found; };

static enum err is_this(void *user, const struct enrol_waiting *w)
{
	struct finding *f = user;
	char digits[DIGITS + 1];

	if (f->found || !squeeze(w->digits, digits) || strcmp(digits, f->digits))
		return ERR_OK;
	f->found = true;
	buf_put(f->out, w->file->data, w->file->len);
	return f->out->err;
}

enum err enrol_waiting_find(struct profile *p, const char *digits, struct buf *out)
{
	struct finding f = { .out = out };
	enum err e;

	if (!squeeze(digits, f.digits))
		return err_set(ERR_FORMAT, _("%s: 要本人念的二十位数字"), digits);
	e = list(p, true, is_this, &f);
	return e || f.found ? e : err_set(ERR_NOTFOUND, _("没有二十位数字是 %s 的申请: 念错了, 还没送到, 或路上被换过; 请本人再念一遍"), digits);
}

static const char *path_of(struct profile *p, const char *dir, const struct buf *request, const char *ending, struct buf *out)
{
	uint8_t hash[KEYS_HASH];
	char name[NAME + 1];

	keys_hash(request->data, request->len, hash);
	keys_hex(hash, KEYS_HASH, name);
	buf_reset(out);
	buf_printf(out, "%s/%s/%s%s", p->dir, dir, name, ending);
	return buf_str(out);
}

bool enrol_waiting_has(struct profile *p, const struct buf *request)
{
	struct buf path = { 0 };
	bool there = fs_exists(path_of(p, "enrol", request, "", &path));

	buf_clear(&path);
	return there;
}

enum err enrol_waiting_answer(struct profile *p, const struct buf *request, const struct buf *grant)
{
	struct buf path = { 0 };
	enum err e = ERR_OK;

	if (grant && !(e = fs_make_dir(profile_path(p, "grants", &path)))) {
		path_of(p, "grants", request, asked, &path);
		e = path.err ? path.err : fs_write(path.data, request->data, request->len);
		path_of(p, "grants", request, "", &path);
		if (!e)
			e = path.err ? path.err : fs_write(path.data, grant->data, grant->len);
	}
	if (!e) {
		path_of(p, "enrol", request, "", &path);
		e = path.err ? path.err : fs_remove(path.data);
	}
	buf_clear(&path);
	return e;
}

/* --- what nobody comes for --- */

struct expiring { struct profile *profile; const char *dir; int64_t before; };
struct hearing { const uint8_t *writer; bool heard; };

static enum err is_of(void *user, const struct log_head *h)
{
	struct hearing *x = user;

	x->heard |= !memcmp(h->id.writer, x->writer, EVENT_WRITER);
	return ERR_OK;
}

/* Has the device that asked for this written anything since? Then it has fetched its grant. What no request lies beside is nobody's (a
 * request itself, a grant of an older program); what lies beside a damaged one stays. */
static enum err may_go(struct profile *p, const char *path, bool *go)
{
	struct buf request = { 0 };
	struct keys_request r;
	struct store_txn t;
	enum err e = fs_read(path, KEYS_REQUEST_MAX, &request), stored = ERR_OK;

	*go = e == ERR_NOTFOUND;
	if (!e && !keys_request_read(buf_str(&request), request.len, &r)) {
		struct hearing x = { .writer = r.id.writer };

		profile_begin(p, &t);
		stored = t.err ? t.err : log_heads(&t, is_of, &x);
		store_abort(&t);
		*go = x.heard;
	}
	buf_clear(&request);
	return stored;
}

static enum err expire_one(void *user, const char *name)
{
	struct expiring *x = user;
	struct buf path = { 0 }, beside = { 0 };
	struct stat st;
	bool go = false;
	enum err e = ERR_OK;

	fs_path(&path, x->dir, name);
	buf_printf(&beside, "%s%s", buf_str(&path), asked);
	if (strlen(name) == NAME && !path.err && !beside.err && !sys->lstat(path.data, &st) && S_ISREG(st.st_mode) && (int64_t)st.st_mtime * 1000 < x->before)
		e = may_go(x->profile, beside.data, &go);
	if (!e && go && !(e = fs_remove(beside.data)))         /* first: alone it would lie there for good, and a grant alone goes the next time */
		e = fs_remove(path.data);
	buf_clear(&path);
	buf_clear(&beside);
	return e;
}

enum err enrol_waiting_expire(struct profile *p, int64_t now)
{
	static const char *const folders[] = { "enrol", "grants" };
	struct buf dir = { 0 };
	enum err e = ERR_OK;

	if (profile_clock_doubtful(p))
		return ERR_OK;
	for (size_t i = 0; !e && i < sizeof folders / sizeof *folders; i++) {
		struct expiring x = { p, profile_path(p, folders[i], &dir), now - (int64_t)ENROL_WAITING_DAYS * 86400000 };

		e = dir.err ? dir.err : fs_is_dir(x.dir) ? fs_list(x.dir, FILES_MAX, expire_one, &x) : ERR_OK;
	}
	buf_clear(&dir);
	return e;
}
