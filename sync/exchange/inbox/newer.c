#include "config.h"
#include "sync/exchange/inbox/newer.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/inbox/quarantine.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION_MAX = 64 };

/* --- bundles in quarantine --- */

enum err newer_note(const char *path, bool newer)
{
	return newer ? fs_write(path, PACKAGE_VERSION, strlen(PACKAGE_VERSION)) : fs_remove(path);
}

struct retry { struct profile *profile; const char *dir; uint32_t again; };

static enum err retry_one(void *user, const struct quarantined *q)
{
	struct retry *r = user;
	struct buf path = { 0 }, data = { 0 };
	struct inbox_file f = { .verdict = INBOX_REFUSED };
	char id[2 * KEYS_HASH + 1];
	enum err e;

	if (!*q->newer || !strcmp(q->newer, PACKAGE_VERSION))
		return ERR_OK;
	keys_hex(q->id, KEYS_HASH, id);
	buf_printf(&path, "%s/%s.xcb", r->dir, id);
	e = path.err ? path.err : fs_read(path.data, LIMIT_BUNDLE_FILE, &data);
	if (!e) {
		f = (struct inbox_file){ .name = id, .data = (const uint8_t *)data.data, .len = data.len };
		e = inbox_take(r->profile, &f, 1);
	}
	if (!e && f.verdict != INBOX_REFUSED && !(e = quarantine_drop(r->profile, q->id)))
		r->again++;
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

enum err newer_retry(struct profile *p, uint32_t *again)
{
	struct buf dir = { 0 };
	struct retry r = { p, profile_path(p, "quarantine", &dir), 0 };
	enum err e = dir.err ? dir.err : quarantine_each(p, retry_one, &r);

	*again += r.again;
	buf_clear(&dir);
	return e;
}

/* --- what waits --- */

/* Of records that wait, so many packs are told by name; of the others how many wait: anybody may name packs that never were. */
enum { PACKS_NAMED = 16 };
struct telling { struct profile *profile; enum err (*each)(void *user, const struct newer *n); void *user; enum err err; uint64_t count, others; unsigned named; };

static enum err tell(struct telling *x, enum newer_what what, const char *name, uint64_t count)
{
	struct newer n = { what, name, count };

	return count ? x->each(x->user, &n) : ERR_OK;
}

static enum err count_bundle(void *user, const struct quarantined *q)
{
	((struct telling *)user)->count += *q->newer != '\0';
	return ERR_OK;
}

static enum err tell_pack(void *user, const char *id, const char *version)
{
	struct buf name = { 0 };
	enum err e;

	buf_printf(&name, "%s %s", id, version);
	e = name.err ? name.err : tell(user, NEWER_PACK, name.data, 1);
	buf_clear(&name);
	return e;
}

static bool tell_records(void *user, const char *version, uint64_t events)
{
	struct telling *x = user;

	if (x->named++ < PACKS_NAMED)
		return !(x->err = tell(x, NEWER_RECORDS, version ? version : "", events));
	x->others += events;
	return true;
}

static bool is_known(uint16_t kind)
{
	return (kind >= EVENT_EPOCH_START && kind <= EVENT_ADOPT) || (kind >= EVENT_CERT && kind <= EVENT_SCOPEKEY);
}

static enum err count_kind(void *user, const struct log_event *e)
{
	((struct telling *)user)->count += !is_known(e->event.kind);
	return ERR_OK;
}

struct logs { struct event_log_id *at; size_t count, cap; };

static enum err note_log(void *user, const struct log_head *h)
{
	struct logs *l = user;

	if (l->count == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct event_log_id *more = realloc(l->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		l->at = more;
		l->cap = cap;
	}
	l->at[l->count++] = h->id;
	return ERR_OK;
}

static enum err count_kinds(struct telling *x)
{
	struct logs l = { 0 };
	struct store_txn t;
	enum err e;

	x->count = 0;
	profile_begin(x->profile, &t);
	e = t.err ? t.err : log_heads(&t, note_log, &l);
	for (size_t i = 0; !e && i < l.count; i++)
		e = log_each(&t, &l.at[i], 1, UINT64_MAX, count_kind, x);
	store_abort(&t);
	free(l.at);
	return e;
}

enum err newer_each(struct profile *p, bool kinds, enum err (*each)(void *user, const struct newer *n), void *user)
{
	struct telling x = { .profile = p, .each = each, .user = user };
	enum err e = quarantine_each(p, count_bundle, &x);

	if (!e)
		e = tell(&x, NEWER_BUNDLES, "", x.count);
	if (!e)
		e = keep_unread_packs(p, tell_pack, &x);
	if (!e && p->fold && !(e = fold_waiting(p->fold, tell_records, &x)))
		e = x.err ? x.err : tell(&x, NEWER_RECORDS, "…", x.others);
	if (!e && kinds && !(e = count_kinds(&x)))
		e = tell(&x, NEWER_KINDS, "", x.count);
	return e;
}

void newer_words(const struct newer *n, struct buf *out)
{
	unsigned long long count = (unsigned long long)n->count;

	switch (n->what) {
	case NEWER_BUNDLES:
		buf_printf(out, _("%llu 个数据包由更新的程序封成, 原样留着: 升级程序后收包时自动再试"), count);
		break;
	case NEWER_PACK:
		buf_printf(out, _("清单包 %s 本程序还打不开: 升级程序后收包时自动再试"), n->name);
		break;
	case NEWER_RECORDS:
		buf_printf(out, _("%llu 条记录等清单包 %s: 它到了自动归入登记簿"), count, n->name);
		break;
	case NEWER_KINDS:
		buf_printf(out, _("%llu 条记录是本程序不认识的种类, 照样保存、转送: 升级程序后自动归入登记簿"), count);
		break;
	}
}
