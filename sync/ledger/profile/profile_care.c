/* Looking after a profile: writing the journal anew, checking everything, folding everything again. */
#include "config.h"
#include "sync/ledger/profile/profile_own.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/log/log_batch.h"

#include <stdlib.h>
#include <string.h>

enum { RUN_EVENTS = 256, RUN_BYTES = 1 << 18, PART_BYTES = 1 << 20 };

/* --- the journal from the store --- */

struct writing { struct profile *p; struct journal *j; struct store_txn *t; struct buf entry, bytes, value; size_t written; };

static enum err put_entry(struct writing *w)
{
	enum err e = w->entry.err ? w->entry.err : journal_add(w->j, w->entry.data, w->entry.len);

	w->written += w->entry.len;
	buf_reset(&w->entry);
	if (!e && w->written >= PART_BYTES) {
		w->written = 0;
		e = journal_commit(w->j);
	}
	return e;
}

struct run { struct log_step steps[RUN_EVENTS]; uint8_t signatures[RUN_EVENTS][EVENT_SIGNATURE]; size_t ends[RUN_EVENTS]; };

/* Some events of a strand as one entry; *seq moves behind them. */
static enum err write_run(struct writing *w, const struct log_record *r, const struct log_strand *s, uint64_t *seq, uint8_t previous[EVENT_HASH], struct run *run)
{
	struct log_segment seg = { .id = r->id, .first = *seq };
	struct log_row row;
	uint32_t n = 0;
	enum err e = ERR_OK;

	memcpy(seg.previous, previous, EVENT_HASH);
	buf_reset(&w->bytes);
	for (; *seq <= s->last && n < RUN_EVENTS && w->bytes.len < RUN_BYTES; ++*seq, n++) {
		struct log_place at = { .log = r->number, .seq = *seq, .strand = s->id };

		if ((e = log_row_get(w->t, &at, &w->value, &row)))
			return e;
		if (!n)
			seg.base = row.base;
		run->steps[n] = (struct log_step){ .signature = row.signature ? run->signatures[n] : NULL };
		if (row.signature)
			memcpy(run->signatures[n], row.signature, EVENT_SIGNATURE);
		buf_put(&w->bytes, row.bytes, row.len);
		run->ends[n] = w->bytes.len;
		memcpy(previous, row.hash, EVENT_HASH);
	}
	if (w->bytes.err)
		return w->bytes.err;
	for (uint32_t i = 0; i < n; i++) {
		size_t start = i ? run->ends[i - 1] : 0;

		run->steps[i].bytes = (const uint8_t *)w->bytes.data + start;
		run->steps[i].len = run->ends[i] - start;
	}
	log_entry_put(&w->entry, &seg, run->steps, n);
	return put_entry(w);
}

static enum err write_log(struct writing *w, const struct log_record *r)
{
	static const uint8_t none[EVENT_HASH];
	struct run *run = malloc(sizeof *run);
	enum err e = run ? ERR_OK : err_set(ERR_NOMEM, "journal");

	for (unsigned i = 0; !e && i < r->count; i++) {
		const struct log_strand *s = &r->strands[i];
		uint8_t previous[EVENT_HASH];
		uint64_t seq = s->first;

		memcpy(previous, s->previous, EVENT_HASH);
		while (!e && seq <= s->last)
			e = write_run(w, r, s, &seq, previous, run);
	}
	free(run);
	if (!e && memcmp(r->acked_hash, none, EVENT_HASH)) {
		log_entry_put_ack(&w->entry, &r->id, r->acked, r->acked_hash);
		e = put_entry(w);
	}
	return e;
}

static enum err write_logs(struct writing *w)
{
	struct log_record *r = malloc(sizeof *r);
	struct store_key all = store_key(), key;
	struct buf value = { 0 };
	struct store_cursor c;
	enum err e = r ? ERR_OK : err_set(ERR_NOMEM, "journal");

	store_seek(w->t, STORE_LOG, &all, &c);
	while (!e && store_next(&c, &key, &value))
		if (!(e = log_record_read(&key, &value, r)))
			e = write_log(w, r);
	store_seek_end(&c);
	buf_clear(&value);
	free(r);
	return e ? e : w->t->err;
}

static enum err write_rows(struct writing *w, enum store_table table)
{
	struct store_key all = store_key(), key;
	struct buf value = { 0 };
	struct store_cursor c;
	enum err e = ERR_OK;

	store_seek(w->t, table, &all, &c);
	while (!e && store_next(&c, &key, &value))
		if (table != STORE_META || log_meta_kept(&key)) {
			log_entry_put_row(&w->entry, table, &key, buf_str(&value), value.len);
			e = put_entry(w);
		}
	store_seek_end(&c);
	buf_clear(&value);
	return e ? e : w->t->err;
}

static enum err write_all(struct profile *p, struct journal *j)
{
	struct store_txn t;
	struct writing w = { .p = p, .j = j, .t = &t };
	enum err e;

	store_begin_read(p->store, &t);
	/* What was erased and whose epochs are whose comes before the events it is about. */
	(void)((e = t.err) || (e = write_rows(&w, STORE_META)) || (e = write_logs(&w)) || (e = write_rows(&w, STORE_BUN))
		|| (e = write_rows(&w, STORE_BLOB)) || (e = journal_commit(j)));
	store_abort(&t);
	buf_clear(&w.entry);
	buf_clear(&w.bytes);
	buf_clear(&w.value);
	return e;
}

static enum err nothing(struct log_batch *b, void *user)
{
	(void)b;
	(void)user;
	return ERR_OK;
}

/* The fresh journal takes the place of the old one. */
static enum err swap(struct profile *p, const char *fresh, const char *old, bool keep)
{
	enum err e = keep ? profile_keep_aside(p, "journal") : fs_remove_tree(old);

	if (!e)
		e = fs_rename(fresh, old);
	return e ? e : fs_sync_dir(p->dir);
}

enum err profile_rejournal(struct profile *p, bool keep)
{
	struct journal_mark mark, old = journal_end(p->journal);
	struct buf fresh = { 0 }, path = { 0 };
	struct journal *j = NULL;
	enum err e = profile_mark(p, &mark);

	profile_path(p, "journal.new", &fresh);
	profile_path(p, "journal", &path);
	if (!e)
		e = fresh.err ? fresh.err : path.err;
	if (!e && !(e = fs_remove_tree(fresh.data)) && !(e = journal_open(fresh.data, &p->seal, &j))) {
		/* Behind every part there was, so that a mark of the old one never fits the new one. */
		journal_start_after(j, mark.part > old.part ? mark.part : old.part);
		e = write_all(p, j);
		mark = journal_end(j);
		journal_close(j);
	}
	if (!e)
		e = swap(p, fresh.data, path.data, keep);
	if (!e) {
		journal_close(p->journal);
		p->journal = NULL;
		e = journal_open(path.data, &p->seal, &p->journal);
	}
	if (!e)
		e = log_write_locked(p, true, &mark, nothing, NULL);
	buf_clear(&fresh);
	buf_clear(&path);
	return e;
}

/* --- check --- */

struct check {
	struct profile *p;
	struct store_txn *t;
	void (*report)(void *user, const char *what);
	void *user;
	struct buf refs, line, message;                 /* refs: of every event in the journal */
	bool in_store, in_journal;                      /* where faults were found */
};

static void fault(struct check *c, bool *where, const char *text)
{
	*where = true;
	if (c->report)
		c->report(c->user, text);
}

static void fault_in_log(struct check *c, bool *where, const struct event_log_id *id, uint64_t seq, const char *what)
{
	char writer[2 * EVENT_WRITER + 1], scope[68];

	keys_hex(id->writer, EVENT_WRITER, writer);
	event_scope_text(&id->scope, scope);
	buf_reset(&c->line);
	buf_printf(&c->line, _("日志 %s:%s:%016llx 第 %llu 条: %s"), writer, scope, (unsigned long long)id->epoch, (unsigned long long)seq, what);
	fault(c, where, buf_str(&c->line));
}

static enum err check_row(struct check *c, const struct log_record *r, uint64_t seq, const struct log_row *row, const uint8_t *key, uint8_t previous[EVENT_HASH])
{
	struct event_base base = row->base;
	uint8_t hash[EVENT_HASH];
	struct log_place at;
	struct event e;
	size_t used;
	enum err err;

	event_decode(row->bytes, row->len, &base, &e, &used);
	if (!used) {
		fault_in_log(c, &c->in_store, &r->id, seq, _("内容已损坏"));
	} else {
		event_hash(&e, previous, hash);
		if (memcmp(hash, row->hash, EVENT_HASH))
			fault_in_log(c, &c->in_store, &r->id, seq, _("与哈希链不符"));
	}
	memcpy(previous, row->hash, EVENT_HASH);
	if (row->signature && key && !(err = event_head_message(&r->id, seq, row->hash, &c->message))
	    && !keys_verify(key, c->message.data, c->message.len, row->signature))
		fault_in_log(c, &c->in_store, &r->id, seq, _("签名不符"));
	err = log_find(c->t, row->hash, &at);
	if (err == ERR_NOTFOUND)
		fault_in_log(c, &c->in_store, &r->id, seq, _("索引里没有"));
	return err == ERR_NOTFOUND ? ERR_OK : err;
}

static enum err check_log(struct check *c, const struct log_record *r)
{
	const uint8_t *key = keys_roster_author(c->p->roster, r->id.writer);
	struct buf value = { 0 };
	enum err e = ERR_OK;

	if (!key && c->p->identity && !memcmp(r->id.writer, c->p->writer, EVENT_WRITER))
		key = keys_identity_public(c->p->identity)->sign;
	for (unsigned i = 0; !e && i < r->count; i++) {
		const struct log_strand *s = &r->strands[i];
		uint8_t previous[EVENT_HASH];

		memcpy(previous, s->previous, EVENT_HASH);
		for (uint64_t seq = s->first; !e && seq <= s->last; seq++) {
			struct log_place at = { .log = r->number, .seq = seq, .strand = s->id };
			struct log_row row;

			e = log_row_get(c->t, &at, &value, &row);
			if (!e)
				e = check_row(c, r, seq, &row, key, previous);
			if (e == ERR_NOTFOUND) {
				fault_in_log(c, &c->in_store, &r->id, seq, _("不在库里"));
				e = ERR_OK;
			}
		}
		if (memcmp(previous, s->hash, EVENT_HASH))
			fault_in_log(c, &c->in_store, &r->id, s->last, _("日志头与最后一条不符"));
	}
	buf_clear(&value);
	return e;
}

static enum err check_logs(struct check *c)
{
	struct log_record *r = malloc(sizeof *r);
	struct store_key all = store_key(), key;
	struct buf value = { 0 };
	struct store_cursor cursor;
	enum err e = r ? ERR_OK : err_set(ERR_NOMEM, "check");

	store_seek(c->t, STORE_LOG, &all, &cursor);
	while (!e && store_next(&cursor, &key, &value))
		if (!(e = log_record_read(&key, &value, r)))
			e = check_log(c, r);
	store_seek_end(&cursor);
	buf_clear(&value);
	free(r);
	return e ? e : c->t->err;
}

static enum err note_entry(void *user, const void *entry, size_t len)
{
	struct check *c = user;
	struct log_segment seg;
	struct log_step *steps;
	struct log_place at;
	enum err e;

	if (!len || *(const uint8_t *)entry != ENTRY_EVENTS)
		return ERR_OK;
	e = log_entry_read(entry, len, &seg, &steps);
	for (uint32_t i = 0; !e && i < seg.count; i++) {
		buf_put(&c->refs, steps[i].hash, EVENT_REF);
		if (log_find(c->t, steps[i].hash, &at) == ERR_NOTFOUND)
			fault_in_log(c, &c->in_store, &seg.id, seg.first + i, _("在日志文件里, 不在库里"));
	}
	free(steps);
	if (e && e != ERR_NOMEM) {
		fault(c, &c->in_journal, _("日志文件里有一段格式不对"));
		e = ERR_OK;
	}
	return e ? e : c->refs.err ? c->refs.err : c->t->err;
}

static int by_ref(const void *a, const void *b)
{
	return memcmp(a, b, EVENT_REF);
}

static enum err find_in_journal(void *user, const struct log_event *e)
{
	struct check *c = user;

	if (!c->refs.len || !bsearch(e->hash, c->refs.data, c->refs.len / EVENT_REF, EVENT_REF, by_ref))
		fault_in_log(c, &c->in_journal, &e->log, e->place.seq, _("在库里, 不在日志文件里"));
	return ERR_OK;
}

/* Both copies hold the same events. */
static enum err check_journal(struct check *c)
{
	uint64_t lost = 0;
	enum err e = journal_each(c->p->journal, (struct journal_mark){ 0 }, note_entry, c, &lost);

	if (lost) {
		buf_reset(&c->line);
		buf_printf(&c->line, _("日志文件有 %llu 段读不出"), (unsigned long long)lost);
		fault(c, &c->in_journal, buf_str(&c->line));
	}
	if (e)
		return e;
	if (c->refs.len)
		qsort(c->refs.data, c->refs.len / EVENT_REF, EVENT_REF, by_ref);
	return log_each_all(c->t, find_in_journal, c);
}

/* What only one copy has lost, the other gives back. */
static enum err mend(struct check *c)
{
	struct profile *p = c->p;

	if (c->in_store == c->in_journal)
		return ERR_OK;
	if (c->in_journal) {
		p->health.journal_rebuilt = true;
		return profile_rejournal(p, true);
	}
	p->own->store_bad = true;
	p->own->read_failed = false;
	return profile_ladder(p);
}

enum err profile_check(struct profile *p, void (*report)(void *user, const char *what), void *user)
{
	struct store_txn t;
	struct check c = { .p = p, .t = &t, .report = report, .user = user };
	enum err e, mended;

	if (!p->journal)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = profile_lock_write(p)))
		return e;
	if (!(e = profile_refresh(p))) {
		store_begin_read(p->store, &t);
		if (!(e = t.err) && !(e = check_logs(&c)))
			e = check_journal(&c);
		store_abort(&t);
		if (e == ERR_CORRUPT)
			fault(&c, &c.in_store, err_detail());
		if ((!e || e == ERR_CORRUPT) && (mended = mend(&c)))
			e = mended;
	}
	profile_unlock_write(p);
	buf_clear(&c.refs);
	buf_clear(&c.line);
	buf_clear(&c.message);
	return e ? e : c.in_store || c.in_journal ? err_set(ERR_CORRUPT, _("检查发现问题")) : ERR_OK;
}

static enum err note_fold(struct log_batch *b, void *user)
{
	struct store_key key = log_meta_key(META_FOLD);

	(void)user;
	log_meta_put_number(log_txn(b), &key, FOLD_MADE);
	return log_txn(b)->err;
}

enum err profile_rebuild(struct profile *p)
{
	enum { SLICE = 4096 };
	enum err e;

	if (!p->journal)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = profile_lock_write(p)))
		return e;
	if (!(e = profile_refresh(p)) && !(e = fold_rebuild(p->fold, SLICE)))
		e = log_write(p, note_fold, NULL);
	profile_unlock_write(p);
	return e;
}

/* --- what was kept aside --- */

struct aside { struct profile *p; enum err (*each)(void *user, const char *name, bool needless); void *user; };

static enum err tell_aside(void *user, const char *name)
{
	struct aside *x = user;
	struct buf path = { 0 };
	bool needless;

	if (strncmp(name, PROFILE_DAMAGED, strlen(PROFILE_DAMAGED)))
		return ERR_OK;
	buf_printf(&path, "%s/%s/" PROFILE_WHOLE, x->p->dir, name);
	needless = !path.err && fs_exists(path.data);
	buf_clear(&path);
	return x->each(x->user, name, needless);
}

enum err profile_damaged_each(struct profile *p, enum err (*each)(void *user, const char *name, bool needless), void *user)
{
	enum err e = profile_lock_write(p);

	if (!e) {
		e = fs_list(p->dir, 1u << 16, tell_aside, &(struct aside){ p, each, user });
		profile_unlock_write(p);
	}
	return e;
}
