/* The ladder: from whatever is left on the disk to a store and a journal that agree. sync.md section 6.5.
 *
 * store sound, journal sound       replay what the store has not seen
 * store damaged or gone            kept aside, made again from the journal; new epochs
 * journal damaged or gone          kept aside, written again from the store
 * both                             what either still holds is used; nothing: start empty, keep the files, say so
 */
#include "config.h"
#include "sync/ledger/profile/profile_own.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/log/log_batch.h"
#include "sync/ledger/log/losses.h"
#include "sync/ledger/submit/draft.h"

#include <stdlib.h>
#include <string.h>

enum { SLICE_BYTES = 1 << 20, KEPT_MAX = 10000, SCHEMA = 2 /* runs in REF; a store of 1 has none yet */ };

static const uint64_t map_device = sizeof(size_t) == 4 ? (uint64_t)512 << 20 : (uint64_t)1 << 30;
static const uint64_t map_office = sizeof(size_t) == 4 ? (uint64_t)1 << 30 : (uint64_t)64 << 30;

enum err profile_keep_aside(struct profile *p, const char *name)
{
	struct profile_health *h = &p->health;
	struct buf from = { 0 }, to = { 0 };
	enum err e = ERR_OK;

	for (int i = 1; !*h->kept && i < KEPT_MAX; i++) {
		char dir[sizeof h->kept];

		snprintf(dir, sizeof dir, PROFILE_DAMAGED "%d", i);
		profile_path(p, dir, &to);
		if (!to.err && !fs_exists(to.data) && !(e = fs_make_dir(to.data)))
			memcpy(h->kept, dir, sizeof dir);
		if (e)
			break;
	}
	profile_path(p, name, &from);
	for (int i = 0; !e && i < KEPT_MAX; i++) {
		buf_reset(&to);
		buf_printf(&to, i ? "%s/%s/%s.%d" : "%s/%s/%s", p->dir, h->kept, name, i);
		e = from.err ? from.err : to.err;
		if (!e && !fs_exists(to.data))
			break;
	}
	if (!e && fs_exists(from.data))
		e = fs_rename(from.data, to.data);
	if (!e)
		e = fs_sync_dir(p->dir);
	buf_clear(&from);
	buf_clear(&to);
	return e;
}

/* --- the mark --- */

enum err profile_mark(struct profile *p, struct journal_mark *out)
{
	struct store_key key = log_meta_key(META_MARK);
	struct buf value = { 0 };
	struct store_txn t;
	enum err e;

	*out = (struct journal_mark){ 0 };
	store_begin_read(p->store, &t);
	e = store_get(&t, STORE_META, &key, &value);
	store_abort(&t);
	if (!e) {
		struct wire w = wire_init(value.data, value.len);

		out->part = wire_u64(&w);
		out->records = wire_u32(&w);
		e = wire_end(&w) ? ERR_CORRUPT : ERR_OK;
	}
	buf_clear(&value);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

uint64_t profile_version(struct profile *p)
{
	struct journal_mark mark = { 0 };
	struct store_txn t;

	profile_begin(p, &t);                             /* another program may have put a new store in place */
	store_abort(&t);
	return profile_mark(p, &mark) ? 0 : mark.part << 32 | mark.records;
}

static enum err nothing(struct log_batch *b, void *user)
{
	(void)b;
	(void)user;
	return ERR_OK;
}

/* --- replay --- */

struct replay { struct profile *p; struct buf pending; uint64_t entries, bad; };

static enum err apply(struct log_batch *b, void *user)
{
	struct replay *r = user;
	struct wire w = wire_init(r->pending.data, r->pending.len);
	enum err e = ERR_OK;

	r->bad = 0;
	while (!e && wire_left(&w)) {
		uint32_t n = wire_u32(&w);

		e = log_replay_entry(b, wire_bytes(&w, n), n);
		if (e == ERR_CORRUPT && !b->txn.err) {
			r->bad++;
			e = ERR_OK;
		}
	}
	return e;
}

static enum err apply_pending(struct replay *r, uint64_t *lost)
{
	static const struct journal_mark keep = { .part = LOG_MARK_KEPT };
	enum err e = r->pending.len ? log_write_locked(r->p, true, &keep, apply, r) : ERR_OK;

	*lost += r->bad;
	r->bad = 0;
	buf_reset(&r->pending);
	return e;
}

struct replaying { struct replay *r; uint64_t *lost; };

static enum err collect(void *user, const void *entry, size_t len)
{
	struct replaying *x = user;

	buf_be32(&x->r->pending, (uint32_t)len);
	buf_put(&x->r->pending, entry, len);
	x->r->entries++;
	if (x->r->pending.err)
		return x->r->pending.err;
	return x->r->pending.len >= SLICE_BYTES ? apply_pending(x->r, x->lost) : ERR_OK;
}

enum err profile_replay(struct profile *p, struct journal_mark from, uint64_t *entries, uint64_t *lost)
{
	struct journal_mark end = journal_end(p->journal);
	struct replay r = { .p = p };
	struct replaying x = { &r, lost };
	enum err e = journal_each(p->journal, from, collect, &x, lost);

	if (!e)
		e = apply_pending(&r, lost);
	if (!e)
		e = log_write_locked(p, true, &end, nothing, NULL);
	*entries += r.entries;
	buf_clear(&r.pending);
	return e;
}

/* --- new epochs --- */

/* Every log of this device's writers goes on in a new epoch. */
static enum err renew_all(struct log_batch *b, void *user)
{
	const enum log_reason *why = user;
	struct store_key prefix = log_meta_key(META_OWN), key;
	struct buf value = { 0 }, rows = { 0 };
	struct store_cursor c;
	struct wire w;
	enum err e;

	store_seek(log_txn(b), STORE_META, &prefix, &c);
	while (store_next(&c, &key, &value)) {
		buf_putc(&rows, key.len);
		buf_put(&rows, key.bytes, key.len);
	}
	store_seek_end(&c);
	e = rows.err ? rows.err : log_txn(b)->err;
	w = wire_init(rows.data, rows.len);
	while (!e && wire_left(&w)) {
		size_t len = wire_u8(&w);
		struct log_own own;

		key = store_key();
		store_key_put(&key, wire_bytes(&w, len), len);
		if (!(e = log_own_get(log_txn(b), &key, &own))) {
			own.due = (uint8_t)*why;
			log_own_put(log_txn(b), &key, &own);
		}
	}
	buf_clear(&value);
	buf_clear(&rows);
	return e;
}

static enum err renew(struct profile *p, enum log_reason why)
{
	static const struct journal_mark keep = { .part = LOG_MARK_KEPT };

	return log_write_locked(p, true, &keep, renew_all, &why);
}

/* Have both copies gone back in time? */
static enum err compare_anchor(struct profile *p)
{
	struct store_key key = log_meta_key(META_WRITTEN);
	struct store_txn t;
	uint64_t written;
	enum err e;

	store_begin_read(p->store, &t);
	written = log_meta_number(&t, &key, 0);
	e = t.err;
	store_abort(&t);
	if (e || written >= p->anchor.written) {
		p->anchor.written = e ? p->anchor.written : written;
		return e;
	}
	p->health.went_back = true;
	p->health.missing = p->anchor.written - written;
	p->anchor.written = written;
	if ((e = losses_note(p, true)))
		return e;
	if (!(e = renew(p, LOG_ANCHOR)))
		e = anchor_count_lost(p->dir, &p->anchor);
	return e;
}

/* --- the rungs --- */

static enum err open_store(struct profile *p)
{
	struct buf dir = { 0 };
	enum err e;

	profile_path(p, "store", &dir);
	e = dir.err ? dir.err : store_open(dir.data, &p->seal, p->office ? map_office : map_device, &p->store);
	buf_clear(&dir);
	return e;
}

static enum err open_journal(struct profile *p)
{
	struct buf dir = { 0 };
	enum err e;

	profile_path(p, "journal", &dir);
	e = dir.err ? dir.err : journal_open(dir.data, &p->seal, &p->journal);
	buf_clear(&dir);
	return e;
}

static enum err check_schema(struct profile *p, struct log_batch *b)
{
	struct store_key key = log_meta_key(META_SCHEMA), fold = log_meta_key(META_FOLD);
	uint64_t schema = log_meta_number(log_txn(b), &key, 0);

	if (schema > SCHEMA)
		return err_set(ERR_VERSION, _("%s: 库由更新的版本写成, 请用新版程序打开"), p->dir);
	if (!schema)                                    /* a fresh store: its registers are made as it fills */
		log_meta_put_number(log_txn(b), &fold, FOLD_MADE);
	log_meta_put_number(log_txn(b), &key, SCHEMA);
	return ERR_OK;
}

static enum err put_schema(struct log_batch *b, void *user)
{
	return check_schema(user, b);
}

/* A value that does not open tells that the store is another key's or damaged: it is of no use. */
static enum err look(struct profile *p, bool *fresh)
{
	static const struct journal_mark keep = { .part = LOG_MARK_KEPT };
	struct store_key key = log_meta_key(META_SCHEMA);
	struct store_txn t;
	uint64_t schema;
	enum err e;

	store_begin_read(p->store, &t);
	schema = log_meta_number(&t, &key, 0);
	e = t.err;
	store_abort(&t);
	*fresh = !schema;
	return e || schema == SCHEMA ? e : log_write_locked(p, true, &keep, put_schema, p);
}

/* Registers of another version of the fold, or of a rebuild that was cut off, are made again. */
static enum err settle_fold(struct profile *p)
{
	struct store_key key = log_meta_key(META_FOLD);
	struct store_txn t;
	bool done;
	enum err e;

	store_begin_read(p->store, &t);
	done = !fold_unfinished(&t) && log_meta_number(&t, &key, 0) == FOLD_MADE;
	e = t.err;
	store_abort(&t);
	return e || done ? e : profile_rebuild(p);
}

static enum err open_fold(struct profile *p)
{
	enum err e = fold_open(p, &p->fold);

	return e ? e : profile_feed_roster(p, NULL);
}

static enum err met(void *user, const void *entry, size_t len)
{
	(void)entry;
	(void)len;
	*(bool *)user = true;
	return ERR_EXISTS;                              /* one is enough */
}

/* Sound records that do not open are no damage: they were sealed with another key. */
static enum err check_key(struct profile *p)
{
	bool opened = false;
	uint64_t lost = 0;
	enum err e = journal_each(p->journal, (struct journal_mark){ 0 }, met, &opened, &lost);

	if (e && e != ERR_EXISTS)
		return e;
	if (!opened && journal_end(p->journal).records)
		return err_set(ERR_DENIED, _("%s: 库是用另一把钥匙封的, 这个记录人打不开"), p->dir);
	return ERR_OK;
}

static enum err rebuild_store(struct profile *p)
{
	uint64_t entries = 0;
	bool fresh;
	enum err e = check_key(p);

	if (e)
		return e;
	store_close(p->store);
	p->store = NULL;
	fold_close(p->fold);
	p->fold = NULL;
	if ((e = profile_keep_aside(p, "store")) || (e = open_store(p)) || (e = look(p, &fresh)) || (e = open_fold(p)))
		return e;
	p->health.store_rebuilt = true;
	if ((e = profile_replay(p, (struct journal_mark){ 0 }, &entries, &p->health.lost_records)))
		return e;
	if (!entries) {
		p->health.store_rebuilt = false;
		p->health.started_empty = true;
	}
	if ((e = renew(p, LOG_REBUILT)) || (p->health.lost_records && (e = losses_note(p, false))))
		return e;
	return p->health.lost_records ? profile_rejournal(p, true) : ERR_OK;
}

/* Both are open: make them agree. */
static enum err agree(struct profile *p, bool fresh)
{
	struct journal_mark mark;
	enum err e = profile_mark(p, &mark);

	if (e)
		return e;
	if (fresh && !mark.part && journal_end(p->journal).part)
		return rebuild_store(p);                /* the store was gone */
	if (!journal_settle(p->journal, mark)) {
		p->health.journal_rebuilt = true;
		return profile_rejournal(p, true);
	}
	if (journal_end(p->journal).part == mark.part && journal_end(p->journal).records == mark.records)
		return ERR_OK;
	return profile_replay(p, mark, &p->health.replayed, &p->health.lost_records);
}

static bool useless(enum err e)
{
	return e == ERR_CORRUPT || e == ERR_FORMAT;
}

/* What an open pair still needs; any of it may be the first to read a damaged row. */
static enum err finish(struct profile *p)
{
	enum err e = compare_anchor(p);

	if (!e)
		e = log_erase_rest(p);
	return e ? e : settle_fold(p);
}

static enum err pass(void *user, const void *entry, size_t len)
{
	(void)user;
	(void)entry;
	(void)len;
	return ERR_OK;
}

/* Is every record of the journal read, and are there any? */
static bool journal_is_whole(struct profile *p)
{
	uint64_t lost = 0;

	return journal_end(p->journal).records && !journal_each(p->journal, (struct journal_mark){ 0 }, pass, NULL, &lost) && !lost;
}

/* A store that the walk could not read is looked at once more before it is set aside: what was the machine's passing failure is no
 * damage, and what cannot be read for good is given up only for a whole journal. */
static enum err last_look(struct profile *p, bool *bad)
{
	enum err e;

	if (!*bad || !p->own->read_failed)
		return ERR_OK;
	e = profile_probe(p);
	p->own->read_failed = false;
	if (e == ERR_IO && journal_is_whole(p))
		e = ERR_CORRUPT;
	*bad = e == ERR_CORRUPT;
	return *bad || e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err profile_undo(struct profile *p)
{
	struct journal_mark mark;
	bool told;

	if (!p->journal || !journal_left(p->journal))
		return ERR_OK;
	told = p->store && !store_damaged(p->store) && !profile_mark(p, &mark);
	return journal_undo(p->journal, told ? &mark : NULL);
}

/* Written last: what a cut leaves counts as of use yet. */
static enum err note_whole(struct profile *p)
{
	const struct profile_health *h = &p->health;
	struct buf path = { 0 };
	enum err e = ERR_OK;

	if (*h->kept && !h->started_empty && !h->lost_records && !h->went_back && !h->lost_count) {
		buf_printf(&path, "%s/%s/" PROFILE_WHOLE, p->dir, h->kept);
		e = path.err ? path.err : fs_write(path.data, "", 0);
	}
	buf_clear(&path);
	return e;
}

enum err profile_ladder(struct profile *p)
{
	bool fresh = false, bad = p->own->store_bad;
	enum err e = profile_undo(p);

	if (e)
		return e;
	profile_close_store(p);
	p->own->store_bad = false;
	if ((e = open_journal(p)) || (e = last_look(p, &bad)))
		return e;
	if (!bad) {
		e = open_store(p);
		if (!e)
			e = look(p, &fresh);
		if (!e)
			e = open_fold(p);
		if (!e)
			e = agree(p, fresh);
		bad = useless(e) || (p->store && store_damaged(p->store));
	}
	if (bad)
		e = rebuild_store(p);
	if (!e)
		e = finish(p);
	if (useless(e) && !bad && !(e = rebuild_store(p)))
		e = finish(p);
	if (!e)
		e = note_whole(p);
	if (!e)
		e = draft_sweep(p);
	if (e) {
		store_close(p->store);
		p->store = NULL;
	}
	return e;
}

enum err profile_refresh(struct profile *p)
{
	struct journal_mark mark, end;
	struct store_key key = log_meta_key(META_TRUST);
	struct store_txn t;
	bool stale;
	enum err e;

	if (!p->store || store_damaged(p->store) || store_replaced(p->store)) {
		p->own->store_bad = p->store && store_damaged(p->store);
		p->own->read_failed = false;
		return profile_ladder(p);
	}
	if ((e = profile_undo(p)) || (e = journal_refresh(p->journal)) || (e = profile_mark(p, &mark)))
		return e == ERR_CORRUPT ? profile_ladder(p) : e;
	end = journal_end(p->journal);
	if (end.part != mark.part || end.records != mark.records)
		return agree(p, false);
	store_begin_read(p->store, &t);
	stale = !t.err && log_meta_number(&t, &key, 0) != p->own->trust;
	store_abort(&t);
	return stale ? profile_feed_roster(p, NULL) : ERR_OK;
}

enum err profile_recover(struct profile *p)
{
	enum err e;

	profile_close_store(p);
	open_journal(p);                                /* with it alone, the next read or write tries the store again: profile_begin() */
	e = profile_probe(p);
	p->own->store_bad = e == ERR_CORRUPT || e == ERR_IO;
	if (e && !p->own->store_bad && e != ERR_NOTFOUND)
		return e;
	return profile_ladder(p);
}

enum err profile_report(const struct profile *p, struct buf *out)
{
	const struct profile_health *h = &p->health;

	if (h->started_empty)
		buf_puts(out, _("库和日志都已损坏, 只能从空白开始; 损坏的文件都留着。请同步取回记录: 乡镇或同村人的都行。\n"));
	if (h->store_rebuilt)
		buf_puts(out, _("库已损坏, 已从日志重建。\n"));
	if (h->journal_rebuilt)
		buf_puts(out, _("日志已损坏, 已从库重写。\n"));
	if (h->lost_records)
		buf_printf(out, _("日志有 %llu 段读不出。\n"), (unsigned long long)h->lost_records);
	if (h->went_back)
		buf_printf(out, _("少了本机写过的 %llu 条记录, 请同步取回: 乡镇或同村人的都行。\n"), (unsigned long long)h->missing);
	for (uint32_t i = 0; i < h->lost_count && i < PROFILE_LOSSES; i++) {
		buf_puts(out, _("少了 "));
		losses_words(p, &h->lost[i], out);
		buf_putc(out, '\n');
	}
	if (h->lost_count > PROFILE_LOSSES)
		buf_printf(out, _("另外还少 %u 处, 见 xunchactl check。\n"), h->lost_count - PROFILE_LOSSES);
	if (*h->kept)
		buf_printf(out, _("损坏的文件留在 %s/%s。\n"), p->dir, h->kept);
	return out->err;
}
