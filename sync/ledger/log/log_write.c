/* One write, from the lock to the disk: sync.md sections 6.1 and 6.3. */
#include "config.h"
#include "sync/ledger/log/log_batch.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/wire.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/profile/profile_own.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { RESERVE = 4 << 20, GROW_TRIES = 8 };

static void begin(struct log_batch *b, struct profile *p, bool replaying)
{
	struct store_key lamport = log_meta_key(META_LAMPORT), written = log_meta_key(META_WRITTEN), erased = log_meta_key(META_ERASED);
	struct store_cursor c;

	b->p = p;
	b->replaying = replaying;
	b->erased_any = b->roster_changed = false;
	b->added = b->ends.count = 0;
	b->erasing_count = 0;
	store_begin_write(p->store, &b->txn);
	b->lamport = b->lamport_start = log_meta_number(&b->txn, &lamport, 0);
	b->written = b->written_start = log_meta_number(&b->txn, &written, 0);
	store_seek(&b->txn, STORE_META, &erased, &c);
	b->erased_any = store_next(&c, NULL, NULL);
	store_seek_end(&c);
}

static void put_mark(struct log_batch *b, const struct journal_mark *mark)
{
	struct store_key key = log_meta_key(META_MARK), value = store_key();

	store_key_u64(&value, mark->part);
	store_key_u32(&value, mark->records);
	store_put(&b->txn, STORE_META, &key, value.bytes, value.len);
}

/* What a batch leaves in META. A stranger's lamport cannot carry ours further than a limit allows. */
static void put_meta(struct log_batch *b, const struct journal_mark *mark)
{
	struct store_key lamport = log_meta_key(META_LAMPORT), written = log_meta_key(META_WRITTEN);

	if (!b->replaying && b->lamport - b->lamport_start > LIMIT_LAMPORT_ADVANCE)
		b->lamport = b->lamport_start + LIMIT_LAMPORT_ADVANCE;
	if (b->lamport != b->lamport_start)
		log_meta_put_number(&b->txn, &lamport, b->lamport);
	if (b->written != b->written_start)
		log_meta_put_number(&b->txn, &written, b->written);
	if (mark->part != LOG_MARK_KEPT)
		put_mark(b, mark);
}

/* LMDB needs free pages even to delete, and says EIO for a full disk: better to stop before. */
static enum err room(struct log_batch *b)
{
	uint64_t left, need = RESERVE + 2 * b->txn.bytes;
	enum err e = fs_free(b->p->dir, &left);

	if (!e && left < need)
		e = err_set(ERR_FULL, _("存储空间只剩 %llu KiB, 没有保存: 请删去一些不用的文件再试"), (unsigned long long)(left >> 10));
	return e;
}

/* The anchor may lag: it is not waited for. */
static void note_written(struct log_batch *b)
{
	if (b->written <= b->p->anchor.written)
		return;
	b->p->anchor.written = b->written;
	for (uint32_t i = b->ends.count; i-- > 0; )
		anchor_note_end(&b->p->anchor.ends, &b->ends.at[i].log, b->ends.at[i].seq);
	anchor_write(b->p->dir, &b->p->anchor, false);
}

static void give_up(struct log_batch *b)
{
	bool fed = b->roster_changed;

	store_abort(&b->txn);
	journal_abort(b->p->journal);
	if (b->p->fold)
		fold_drop(b->p->fold);
	if (fed) {
		b->p->own->trust = 0;
		profile_feed_roster(b->p, NULL);
	}
}

static enum err try_once(struct log_batch *b, const struct journal_mark *mark, enum err (*work)(struct log_batch *b, void *user), void *user, bool *committing)
{
	struct journal_mark planned;
	enum err e;

	*committing = false;
	e = b->txn.err ? b->txn.err : work(b, user);
	if (!e && b->p->fold)
		e = fold_flush(b->p->fold, &b->txn);
	if (!e) {
		planned = mark ? *mark : journal_planned(b->p->journal);
		put_meta(b, &planned);
		store_settle(&b->txn);
		e = b->txn.err;
	}
	if (!e)
		e = room(b);
	if (!e && !b->replaying)
		e = journal_commit(b->p->journal);
	if (!e) {
		*committing = true;
		e = store_commit(&b->txn);
	}
	return e;
}

static void after(struct log_batch *b)
{
	struct store_txn t;

	note_written(b);
	if (b->roster_changed) {
		struct store_key key = log_meta_key(META_TRUST);

		profile_begin(b->p, &t);
		b->p->own->trust = log_meta_number(&t, &key, 0);
		store_abort(&t);
		profile_ring_refresh(b->p);
	}
}

/* The journal has it, so it is kept, and who is told otherwise makes it once more. Where only the machine keeps the store from being opened
 * now, the next that needs it brings the record in, or says why it cannot; what is opened and lacks it has lost it. */
static enum err recover(struct profile *p, uint64_t written)
{
	struct store_key key = log_meta_key(META_WRITTEN);
	struct store_txn t;
	bool lost;

	if (profile_recover(p) || !p->store)
		return ERR_OK;
	store_begin_read(p->store, &t);
	lost = log_meta_number(&t, &key, 0) < written && !t.err;
	store_abort(&t);
	return lost ? err_set(ERR_IO, _("存储坏了, 刚才的没有保存: 请再存一次")) : ERR_OK;
}

enum err log_write_locked(struct profile *p, bool replaying, const struct journal_mark *mark, enum err (*work)(struct log_batch *b, void *user), void *user)
{
	struct log_batch *b = calloc(1, sizeof *b);
	bool committing = false, full = true;
	enum err e = b ? ERR_OK : err_set(ERR_NOMEM, "log");

	for (int i = 0; !e && full && i < GROW_TRIES; i++) {
		begin(b, p, replaying);
		e = try_once(b, mark, work, user, &committing);
		full = e && b->txn.map_full;
		if (e)
			give_up(b);
		if (full)
			e = store_grow(p->store);
	}
	if (!e)
		after(b);
	else if (committing && !replaying)
		e = recover(p, b->written);
	if (!e && p->store && b->erasing_count)
		e = log_erase_journal(p, b->erasing, b->erasing_count);
	if (b) {
		buf_clear(&b->entry);
		buf_clear(&b->value);
		buf_clear(&b->bytes);
		free(b->erasing);
		free(b);
	}
	return e;
}

/* A write is not cut in two by a signal that can wait: where locks are not robust (Android), a program that died in it would lock
 * out the others, and one that ^Z stopped would hold them up. */
static void put_off_signals(sigset_t *before)
{
	static const int waiting[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++)
		sigaddset(&set, waiting[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

enum err log_write(struct profile *p, enum err (*work)(struct log_batch *b, void *user), void *user)
{
	sigset_t before;
	int mended = 0;
	enum err e;

	if (!p->store && !p->journal)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = profile_lock_write(p)))
		return e;
	put_off_signals(&before);
	e = profile_refresh(p);
	for (bool again = true; !e && again; ) {
		e = log_write_locked(p, false, NULL, work, user);
		/* Damage met on the way is mended, and the write made once more. */
		again = e == ERR_CORRUPT && p->store && store_damaged(p->store) && !profile_refresh(p) && !mended++;
		e = again ? ERR_OK : e;
	}
	profile_unlock_write(p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e;
}

/* --- replay --- */

static enum err replay_events(struct log_batch *b, const void *entry, size_t len)
{
	struct log_result result;
	struct log_segment seg;
	struct log_step *steps = NULL;
	enum err e = log_entry_read(entry, len, &seg, &steps);

	if (!e)
		e = log_import(b, &seg, steps, &result);
	free(steps);
	/* An entry that makes no sense is as lost as one that cannot be read; the others still count. */
	return e == ERR_FORMAT || e == ERR_LIMIT ? ERR_CORRUPT : e;
}

static enum err replay_keep(struct log_batch *b, struct wire *w)
{
	enum store_table table = wire_u8(w);
	uint8_t present = wire_u8(w);
	size_t len = (size_t)wire_varint(w);
	const uint8_t *bytes = wire_bytes(w, len);
	struct store_key key = store_key();

	if (w->err || table >= STORE_TABLE_COUNT || len > STORE_KEY_MAX)
		return ERR_CORRUPT;
	store_key_put(&key, bytes, len);
	len = wire_left(w);
	b->erased_any |= table == STORE_META && key.len && key.bytes[0] == META_ERASED;
	if (present)
		store_put(&b->txn, table, &key, wire_bytes(w, len), len);
	else
		store_delete(&b->txn, table, &key);
	return b->txn.err;
}

static enum err replay_ack(struct log_batch *b, struct wire *w)
{
	struct event_log_id id = { 0 };
	const uint8_t *writer = wire_bytes(w, EVENT_WRITER), *hash;
	uint64_t seq;

	if (writer)
		memcpy(id.writer, writer, EVENT_WRITER);
	id.scope = event_scope_get(w);
	id.epoch = wire_u64(w);
	seq = wire_u64(w);
	hash = wire_bytes(w, EVENT_HASH);
	return wire_end(w) ? ERR_CORRUPT : log_acknowledge(b, &id, seq, hash, NULL);
}

enum err log_replay_entry(struct log_batch *b, const void *entry, size_t len)
{
	struct wire w = wire_init(entry, len);

	switch (wire_u8(&w)) {
	case ENTRY_EVENTS: return replay_events(b, entry, len);
	case ENTRY_KEEP:   return replay_keep(b, &w);
	case ENTRY_ACK:    return replay_ack(b, &w);
	default:           return ERR_CORRUPT;
	}
}
