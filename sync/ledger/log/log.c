/* What is written in a batch: our own events, small rows beside them, erasures. */
#include "config.h"
#include "sync/ledger/log/log_batch.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile_copy.h"
#include "sync/ledger/profile/profile_own.h"

#include <stdlib.h>
#include <string.h>

struct store_txn *log_txn(struct log_batch *b)
{
	return &b->txn;
}

struct profile *log_profile(struct log_batch *b)
{
	return b->p;
}

enum err log_batch_journal(struct log_batch *b, const struct buf *entry)
{
	if (entry->err || b->replaying)
		return entry->err;
	return journal_add(b->p->journal, entry->data, entry->len);
}

enum err log_record_make(struct log_batch *b, const struct event_log_id *id, struct log_record *out)
{
	struct store_key next = log_meta_key(META_NUMBER), name = next, epochs = log_meta_key(META_EPOCHS), value;
	enum err e = log_record_get(&b->txn, id, out);
	uint64_t n, count;

	if (e != ERR_NOTFOUND)
		return e;
	store_key_put(&epochs, id->writer, EVENT_WRITER);
	count = log_meta_number(&b->txn, &epochs, 0);
	if (count >= LIMIT_EPOCHS)
		return err_set(ERR_LIMIT, _("这位记录人的日志太多 (上限 %d 份)"), LIMIT_EPOCHS);
	log_meta_put_number(&b->txn, &epochs, count + 1);
	n = log_meta_number(&b->txn, &next, 1);
	log_meta_put_number(&b->txn, &next, n + 1);
	store_key_u32(&name, (uint32_t)n);
	value = log_record_key(id);
	store_put(&b->txn, STORE_META, &name, value.bytes, value.len);
	memset(out, 0, offsetof(struct log_record, strands));
	out->id = *id;
	out->number = (uint32_t)n;
	return b->txn.err;
}

/* --- an event arrives --- */

/* The township's word on which version of a pack is in force: the latest in the order of events. */
static void note_pack(struct log_batch *b, const struct event *e, uint64_t seq)
{
	struct store_key key = log_meta_key(META_PACK);
	struct buf value = { 0 };
	struct keys_pack pack;
	struct wire w;

	if (keys_pack_decode(e->public_part.data, e->public_part.len, &pack))
		return;
	store_key_put(&key, pack.id, strlen(pack.id));
	if (!store_get(&b->txn, STORE_META, &key, &value)) {
		uint64_t lamport, number;

		w = wire_init(value.data, value.len);
		lamport = wire_u64(&w);
		number = wire_u64(&w);
		if (lamport > e->lamport || (lamport == e->lamport && number > seq)) {
			buf_clear(&value);
			return;
		}
	}
	buf_reset(&value);
	buf_be64(&value, e->lamport);
	buf_be64(&value, seq);
	buf_puts(&value, pack.version);
	store_put(&b->txn, STORE_META, &key, value.data, value.len);
	buf_clear(&value);
}

/* Whom an event of the township's log is about: a certificate's or revocation's writer. */
static bool about_writer(const struct event *e, uint8_t writer[EVENT_WRITER])
{
	struct keys_cert cert;
	struct keys_revoke revoke = { 0 };
	bool known = false;

	if (e->kind == EVENT_CERT && !keys_cert_decode(e->public_part.data, e->public_part.len, &cert)) {
		keys_writer_id(cert.sign, writer);
		known = true;
	} else if (e->kind == EVENT_REVOKE && !keys_revoke_decode(e->public_part.data, e->public_part.len, &revoke)) {
		memcpy(writer, revoke.writer, EVENT_WRITER);
		known = true;
	}
	keys_revoke_clear(&revoke);
	return known;
}

static enum err tell_roster(struct log_batch *b, const struct log_record *r, const struct log_place *at, const uint8_t *hash, const struct event *e)
{
	struct store_key key = log_meta_key(META_TRUST);
	uint8_t writer[EVENT_WRITER];
	bool changed = false;
	enum err err = keys_roster_event(b->p->roster, &r->id, at->seq, hash, e, &changed);

	if (err && err != ERR_DENIED && err != ERR_FORMAT && err != ERR_LIMIT)
		return err;
	b->roster_changed = true;
	log_meta_put_number(&b->txn, &key, log_meta_number(&b->txn, &key, 0) + 1);
	if (!err && e->kind == EVENT_PACK)
		note_pack(b, e, at->seq);
	if (!err && e->kind == EVENT_ERASE)
		err = log_obey(b, e);
	if (err && err != ERR_DENIED && err != ERR_FORMAT && err != ERR_LIMIT)
		return err;
	if (changed && b->p->fold && about_writer(e, writer))
		return fold_roster_changed(b->p->fold, &b->txn, writer);
	return ERR_OK;
}

enum err log_take(struct log_batch *b, struct log_record *r, struct log_strand *s, const struct log_step *step)
{
	struct log_place at = { .log = r->number, .seq = s->last + 1, .strand = s->id };
	struct log_row row = { .signature = step->signature, .base = step->base, .bytes = step->bytes, .len = step->len };
	const struct event *e = &step->event;
	enum err err = ERR_OK;

	memcpy(row.hash, step->hash, EVENT_HASH);
	log_row_put(&b->txn, &at, &row);
	log_ref_put(&b->txn, step->hash, &at);
	s->last++;
	memcpy(s->hash, step->hash, EVENT_HASH);
	s->base = (struct event_base){ e->lamport, e->wall, e->boot, e->uptime };
	b->added++;
	if (e->lamport > b->lamport)
		b->lamport = e->lamport;
	b->written += b->own;
	if (b->own)
		anchor_note_end(&b->ends, &r->id, s->last);
	if (step->opaque)
		return b->txn.err;
	if (e->kind == EVENT_ANCHOR)
		truetime_note(b, &r->id, e);
	if (b->p->roster && keys_roster_is_authority(b->p->roster, r->id.writer))
		err = tell_roster(b, r, &at, step->hash, e);
	if (!err && b->p->fold)
		err = fold_event(b->p->fold, &b->txn, &at, &r->id, step->hash, e, r->count == 1);
	return err ? err : b->txn.err;
}

/* --- our own --- */

/* The strand of our own log that grows: the longest. */
static struct log_strand *growing(struct log_record *r)
{
	struct log_strand *s = NULL;

	for (unsigned i = 0; i < r->count; i++)
		if (!s || r->strands[i].last > s->last)
			s = &r->strands[i];
	return s;
}

/* The newest log that this writer has for this scope, whatever its epoch. ERR_NOTFOUND when it never wrote. */
static enum err newest_log(struct log_batch *b, const uint8_t writer[EVENT_WRITER], const struct event_scope *scope, struct log_record *out)
{
	struct event_log_id id = { .scope = *scope }, best = id;
	struct store_key prefix, key;
	struct store_cursor c;
	struct buf value = { 0 };
	bool found = false;
	uint64_t lamport = 0;

	memcpy(id.writer, writer, EVENT_WRITER);
	prefix = log_record_key(&id);
	prefix.len = (uint8_t)(prefix.len - 8);         /* any epoch */
	store_seek(&b->txn, STORE_LOG, &prefix, &c);
	while (store_next(&c, &key, &value) && !log_record_read(&key, &value, out)) {
		struct log_strand *s = growing(out);

		if (s && (!found || s->base.lamport > lamport)) {
			found = true;
			lamport = s->base.lamport;
			best = out->id;
		}
	}
	store_seek_end(&c);
	buf_clear(&value);
	if (b->txn.err)
		return b->txn.err;
	return found ? log_record_get(&b->txn, &best, out) : ERR_NOTFOUND;
}

/* Is a new epoch due, and why? Fills `own` with the row there is. */
static enum err due(struct log_batch *b, const uint8_t writer[EVENT_WRITER], const struct event_scope *scope, struct log_own *own)
{
	struct store_key key = log_own_key(writer, scope);
	enum err e = log_own_get(&b->txn, &key, own);

	if (e == ERR_NOTFOUND) {
		e = newest_log(b, writer, scope, &b->record);
		*own = (struct log_own){ .due = e == ERR_NOTFOUND ? LOG_FIRST : LOG_REBUILT };
		return e == ERR_NOTFOUND ? ERR_OK : e;
	}
	if (!e && own->due == LOG_NOT_DUE && own->placement != b->p->own->placement)
		own->due = LOG_MOVED;
	return e;
}

static enum err put_own(struct log_batch *b, const uint8_t writer[EVENT_WRITER], const struct event_scope *scope, const struct log_own *own)
{
	struct store_key key = log_own_key(writer, scope), value;

	log_own_pack(own, &value);
	return log_keep(b, STORE_META, &key, value.bytes, value.len);
}

struct own_log { const struct keys_identity *author; struct event_log_id id; };

static enum err append_to(struct log_batch *b, const struct own_log *own, const struct event *given, uint8_t ref[EVENT_REF])
{
	struct log_record *r = &b->record;
	struct profile_now now = profile_now(b->p);
	struct log_segment seg = { .id = own->id, .count = 1 };
	struct log_step step = { .event = *given };
	struct event *e = &step.event;
	struct log_strand *s;
	struct buf bytes = { 0 }, message = { 0 };
	uint8_t salt[EVENT_SALT], zero[EVENT_HASH], signature[EVENT_SIGNATURE];
	enum err err = log_record_make(b, &own->id, r);

	if (err)
		return err;
	event_hash_log(&own->id, zero);
	if (!(s = growing(r)) && !(s = log_record_add(r, 1, zero)))
		return err_set(ERR_LIMIT, "log");
	e->lamport = b->lamport + 1;
	e->wall = now.wall;
	e->uptime = now.uptime;
	e->boot = now.boot > s->base.boot ? now.boot : s->base.boot;
	if ((e->flags & EVENT_HAS_PRIVATE) && !e->salt) {
		if ((err = fs_random(salt, sizeof salt)))
			return err;
		e->salt = salt;
	}
	seg.first = s->last + 1;
	seg.base = step.base = s->base;
	memcpy(seg.previous, s->hash, EVENT_HASH);
	err = event_encode(e, &(struct event_base){ s->base.lamport, s->base.wall, s->base.boot, s->base.uptime }, &bytes);
	if (!err) {
		step.bytes = (const uint8_t *)bytes.data;
		step.len = bytes.len;
		event_hash(e, s->hash, step.hash);
		err = event_head_message(&own->id, seg.first, step.hash, &message);
	}
	if (!err) {
		keys_sign(own->author, message.data, message.len, signature);
		step.signature = signature;
		b->own = true;
		err = log_take(b, r, s, &step);
	}
	if (!err) {
		log_record_put(&b->txn, r);
		buf_reset(&b->entry);
		log_entry_put(&b->entry, &seg, &step, 1);
		err = log_batch_journal(b, &b->entry);
		memcpy(ref, step.hash, EVENT_REF);
	}
	buf_clear(&bytes);
	buf_clear(&message);
	return err ? err : b->txn.err;
}

/* T's words in a restored township count as later than those it lost, which come back; also where it was restored from the same backup before:
 * then by the time that went by, for a month and a half. */
static uint64_t beyond_lost(const struct profile *p)
{
	const uint64_t half = LIMIT_LAMPORT_ADVANCE / 2;
	uint64_t later = profile_restored_after(p) / 8;

	return half + (later < half ? later : half - 1);
}

/* EPOCH_START: [reason, old epoch, old seq, old hash]; null, 0, null when there was no log before. */
static enum err start_epoch(struct log_batch *b, struct own_log *own, const struct log_own *was)
{
	struct log_own fresh = { .placement = b->p->own->placement, .due = LOG_NOT_DUE };
	struct event e = { .kind = EVENT_EPOCH_START };
	enum err err = newest_log(b, own->id.writer, &own->id.scope, &b->record);
	struct log_strand *s = err ? NULL : growing(&b->record);
	struct buf payload = { 0 };
	uint8_t ref[EVENT_REF];

	if (err && err != ERR_NOTFOUND)
		return err;
	cbor_put_array(&payload, 4);
	cbor_put_unsigned(&payload, was->due);
	if (s) {
		cbor_put_unsigned(&payload, b->record.id.epoch);
		cbor_put_unsigned(&payload, s->last);
		cbor_put_bytes(&payload, s->hash, EVENT_HASH);
	} else {
		cbor_put_null(&payload);
		cbor_put_unsigned(&payload, 0);
		cbor_put_null(&payload);
	}
	if (was->due == LOG_MOVED && b->p->roster && keys_roster_is_authority(b->p->roster, own->id.writer))
		b->lamport += beyond_lost(b->p);
	err = payload.err;
	while (!err && !fresh.epoch)
		err = fs_random(&fresh.epoch, sizeof fresh.epoch);
	if (!err) {
		own->id.epoch = fresh.epoch;
		e.public_part = (struct event_part){ (const uint8_t *)payload.data, payload.len };
		err = put_own(b, own->id.writer, &own->id.scope, &fresh);
	}
	if (!err)
		err = append_to(b, own, &e, ref);
	buf_clear(&payload);
	return err;
}

enum err log_append_as(struct log_batch *b, const struct keys_identity *author, const struct event_scope *scope, const struct event *e, uint8_t ref[EVENT_REF])
{
	struct own_log own = { .author = author, .id.scope = *scope };
	struct log_own row;
	enum err err;

	if (!author)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if (!event_scope_sound(scope))
		return err_set(ERR_FORMAT, _("记录的范围不对"));
	memcpy(own.id.writer, keys_identity_public(author)->writer, EVENT_WRITER);
	if ((err = due(b, own.id.writer, scope, &row)))
		return err;
	own.id.epoch = row.epoch;
	if (row.due != LOG_NOT_DUE && (err = start_epoch(b, &own, &row)))
		return err;
	return append_to(b, &own, e, ref);
}

enum err log_append(struct log_batch *b, const struct event_scope *scope, const struct event *e, uint8_t ref[EVENT_REF])
{
	return log_append_as(b, b->p->identity, scope, e, ref);
}

enum err log_next(struct log_batch *b, const struct event_scope *scope, struct event_log_id *id, uint64_t *seq)
{
	struct log_own row;
	struct log_strand *s;
	enum err e;

	if (!b->p->identity)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = due(b, b->p->writer, scope, &row)))
		return e;
	*id = (struct event_log_id){ .scope = *scope };
	memcpy(id->writer, b->p->writer, EVENT_WRITER);
	*seq = 2;
	if (row.due != LOG_NOT_DUE)
		return ERR_OK;
	id->epoch = row.epoch;
	e = log_record_get(&b->txn, id, &b->record);
	if (!e && (s = growing(&b->record)))
		*seq = s->last + 1;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err log_renew(struct log_batch *b, const uint8_t writer[EVENT_WRITER], const struct event_scope *scope, enum log_reason why)
{
	struct store_key key = log_own_key(writer, scope);
	struct log_own own;
	enum err e = log_own_get(&b->txn, &key, &own);

	if (e == ERR_NOTFOUND)
		return ERR_OK;                          /* the first event starts one anyway */
	own.due = (uint8_t)why;
	return e ? e : put_own(b, writer, scope, &own);
}

/* --- beside the events --- */

enum err log_keep(struct log_batch *b, enum store_table table, const struct store_key *key, const void *data, size_t len)
{
	buf_reset(&b->entry);
	log_entry_put_row(&b->entry, table, key, data, len);
	if (data)
		store_put(&b->txn, table, key, data, len);
	else
		store_delete(&b->txn, table, key);
	return b->txn.err ? b->txn.err : log_batch_journal(b, &b->entry);
}

enum err log_draft_done(struct log_batch *b, uint64_t draft, const uint8_t record[EVENT_REF])
{
	struct store_key key = log_meta_key(META_DRAFT);

	store_key_u64(&key, draft);
	return log_keep(b, STORE_META, &key, record, EVENT_REF);
}

enum err log_draft_forget(struct log_batch *b, uint64_t draft)
{
	struct store_key key = log_meta_key(META_DRAFT);

	store_key_u64(&key, draft);
	return store_has(&b->txn, STORE_META, &key) ? log_keep(b, STORE_META, &key, NULL, 0) : b->txn.err;
}

/* Does a receipt contradict what we hold? */
static enum err contradicted(struct log_batch *b, const struct log_record *r, uint64_t seq, const uint8_t hash[EVENT_HASH], bool *out)
{
	*out = true;
	for (unsigned i = 0; i < r->count; i++) {
		const struct log_strand *s = &r->strands[i];
		struct log_place at = { .log = r->number, .seq = seq, .strand = s->id };
		uint8_t held[EVENT_HASH];
		enum err e;

		if (seq < s->first || seq > s->last)
			continue;
		if ((e = log_row_hash(&b->txn, &at, held)))
			return e;
		if (!memcmp(held, hash, EVENT_HASH))
			*out = false;
	}
	return ERR_OK;
}

enum err log_acknowledge(struct log_batch *b, const struct event_log_id *id, uint64_t seq, const uint8_t hash[EVENT_HASH], bool *contradicts)
{
	struct store_key key = log_own_key(id->writer, &id->scope);
	struct log_record *r = &b->record;
	struct log_own own;
	/* A former epoch was contradicted before; the old receipt may be read at every visit. */
	bool wrong = false, ours = !log_own_get(&b->txn, &key, &own) && own.epoch == id->epoch, unused;
	enum err e = log_record_get(&b->txn, id, r);

	contradicts = contradicts ? contradicts : &unused;
	*contradicts = false;
	if (e == ERR_NOTFOUND) {
		*contradicts = seq && ours;
		return *contradicts ? log_renew(b, id->writer, &id->scope, LOG_RECEIPT) : ERR_OK;
	}
	if (e || (seq && (e = contradicted(b, r, seq, hash, &wrong))))
		return e;
	if (!wrong) {
		r->acked = seq;
		memcpy(r->acked_hash, hash, EVENT_HASH);
		log_record_put(&b->txn, r);
		buf_reset(&b->entry);
		log_entry_put_ack(&b->entry, id, seq, hash);
		e = log_batch_journal(b, &b->entry);
	} else if (ours) {
		*contradicts = true;
		e = log_renew(b, id->writer, &id->scope, LOG_RECEIPT);
	}
	return e ? e : b->txn.err;
}
