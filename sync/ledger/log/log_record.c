#include "config.h"
#include "sync/ledger/log/log_record.h"

#include "forms/base/i18n.h"
#include "forms/base/wire.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_SIGNED = 1 };

static enum err damaged(void)
{
	return err_set(ERR_CORRUPT, _("库中的记录格式不对"));
}

/* Signed numbers as varints: 0, -1, 1, -2 … become 0, 1, 2, 3 … */
static void put_zigzag(struct buf *b, int64_t n)
{
	buf_varint(b, (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0));
}

static int64_t zigzag(struct wire *w)
{
	uint64_t z = wire_varint(w), n = z >> 1 ^ (z & 1 ? UINT64_MAX : 0);
	int64_t out;

	memcpy(&out, &n, sizeof out);
	return out;
}

void log_base_put(struct buf *b, const struct event_base *base)
{
	buf_varint(b, base->lamport);
	put_zigzag(b, base->wall);
	buf_varint(b, base->boot);
	put_zigzag(b, base->uptime);
}

struct event_base log_base_get(struct wire *w)
{
	struct event_base base;

	base.lamport = wire_varint(w);
	base.wall = zigzag(w);
	base.boot = wire_varint(w);
	base.uptime = zigzag(w);
	return base;
}

static void copy_hash(struct wire *w, uint8_t out[EVENT_HASH])
{
	const uint8_t *p = wire_bytes(w, EVENT_HASH);

	if (p)
		memcpy(out, p, EVENT_HASH);
}

static void key_scope(struct store_key *k, const struct event_scope *s)
{
	store_key_u8(k, s->kind);
	store_key_u8(k, s->length);
	store_key_put(k, s->bytes, s->length);
}

/* --- LOG --- */

struct store_key log_record_key(const struct event_log_id *id)
{
	struct store_key k = store_key();

	store_key_put(&k, id->writer, EVENT_WRITER);
	key_scope(&k, &id->scope);
	store_key_u64(&k, id->epoch);
	return k;
}

static bool id_of_key(const struct store_key *key, struct event_log_id *id)
{
	struct wire w = wire_init(key->bytes, key->len);
	const uint8_t *writer = wire_bytes(&w, EVENT_WRITER);

	if (writer)
		memcpy(id->writer, writer, EVENT_WRITER);
	id->scope = event_scope_get(&w);
	id->epoch = wire_u64(&w);
	return !wire_end(&w);
}

enum err log_record_read(const struct store_key *key, const struct buf *value, struct log_record *out)
{
	struct wire w = wire_init(value->data, value->len);

	if (!id_of_key(key, &out->id))
		return damaged();
	out->number = wire_u32(&w);
	out->next_strand = wire_u16(&w);
	out->acked = wire_varint(&w);
	copy_hash(&w, out->acked_hash);
	out->split_at = wire_varint(&w);
	out->count = wire_u16(&w);
	if (out->count > LIMIT_RANGES)
		return damaged();
	for (unsigned i = 0; i < out->count; i++) {
		struct log_strand *s = &out->strands[i];

		s->id = wire_u16(&w);
		s->first = wire_varint(&w);
		s->last = wire_varint(&w);
		copy_hash(&w, s->previous);
		copy_hash(&w, s->hash);
		s->base = log_base_get(&w);
	}
	return wire_end(&w) ? damaged() : ERR_OK;
}

enum err log_record_get(struct store_txn *t, const struct event_log_id *id, struct log_record *out)
{
	struct store_key key = log_record_key(id);
	struct buf value = { 0 };
	enum err e = store_get(t, STORE_LOG, &key, &value);

	if (!e)
		e = log_record_read(&key, &value, out);
	buf_clear(&value);
	return e;
}

void log_record_put(struct store_txn *t, const struct log_record *r)
{
	struct store_key key = log_record_key(&r->id);
	struct buf b = { 0 };

	buf_be32(&b, r->number);
	buf_be16(&b, r->next_strand);
	buf_varint(&b, r->acked);
	buf_put(&b, r->acked_hash, EVENT_HASH);
	buf_varint(&b, r->split_at);
	buf_be16(&b, r->count);
	for (unsigned i = 0; i < r->count; i++) {
		const struct log_strand *s = &r->strands[i];

		buf_be16(&b, s->id);
		buf_varint(&b, s->first);
		buf_varint(&b, s->last);
		buf_put(&b, s->previous, EVENT_HASH);
		buf_put(&b, s->hash, EVENT_HASH);
		log_base_put(&b, &s->base);
	}
	if (b.err && !t->err)
		t->err = b.err;
	store_put(t, STORE_LOG, &key, b.data, b.len);
	buf_clear(&b);
}

struct log_strand *log_record_strand(struct log_record *r, uint16_t id)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->strands[i].id == id)
			return &r->strands[i];
	return NULL;
}

struct log_strand *log_record_add(struct log_record *r, uint64_t first, const uint8_t previous[EVENT_HASH])
{
	unsigned at = 0;

	if (r->count > LIMIT_RANGES || r->next_strand == UINT16_MAX)
		return NULL;
	while (at < r->count && r->strands[at].first <= first)
		at++;
	memmove(&r->strands[at + 1], &r->strands[at], (r->count - at) * sizeof *r->strands);
	r->count++;
	r->strands[at] = (struct log_strand){ .id = r->next_strand++, .first = first, .last = first - 1 };
	memcpy(r->strands[at].previous, previous, EVENT_HASH);
	memcpy(r->strands[at].hash, previous, EVENT_HASH);
	return &r->strands[at];
}

void log_record_remove(struct log_record *r, uint16_t id)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->strands[i].id == id) {
			r->count--;
			memmove(&r->strands[i], &r->strands[i + 1], (r->count - i) * sizeof *r->strands);
			return;
		}
}

/* --- EV and REF --- */

struct store_key log_row_key(uint32_t number, uint64_t seq, uint16_t strand)
{
	struct store_key k = store_key();

	store_key_u32(&k, number);
	store_key_u64(&k, seq);
	store_key_u16(&k, strand);
	return k;
}

void log_row_put(struct store_txn *t, const struct log_place *at, const struct log_row *row)
{
	struct store_key key = log_row_key(at->log, at->seq, at->strand);
	struct buf *b = &t->packed;

	buf_reset(b);
	buf_putc(b, row->signature ? ROW_SIGNED : 0);
	buf_put(b, row->hash, EVENT_HASH);
	if (row->signature)
		buf_put(b, row->signature, EVENT_SIGNATURE);
	log_base_put(b, &row->base);
	buf_put(b, row->bytes, row->len);
	if (b->err && !t->err)
		t->err = b->err;
	store_append(t, STORE_EV, &key, b->data, b->len);
}

enum err log_row_read(const struct buf *value, struct log_row *row)
{
	struct wire w = wire_init(value->data, value->len);
	uint8_t state = wire_u8(&w);

	copy_hash(&w, row->hash);
	row->signature = state & ROW_SIGNED ? wire_bytes(&w, EVENT_SIGNATURE) : NULL;
	row->base = log_base_get(&w);
	row->len = wire_left(&w);
	row->bytes = wire_bytes(&w, row->len);
	return w.err ? damaged() : ERR_OK;
}

/* A place noted before two strands were joined names one that is gone: any other strand with that number will do. */
static enum err other_strand(struct store_txn *t, struct log_place *at, struct buf *value)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor c;
	bool found;

	store_key_u32(&prefix, at->log);
	store_key_u64(&prefix, at->seq);
	store_seek(t, STORE_EV, &prefix, &c);
	found = store_next(&c, &key, value);
	store_seek_end(&c);
	if (found)
		at->strand = (uint16_t)(key.bytes[key.len - 2] << 8 | key.bytes[key.len - 1]);
	return found ? ERR_OK : t->err ? t->err : ERR_NOTFOUND;
}

enum err log_row_find(struct store_txn *t, struct log_place *at, struct buf *value, struct log_row *row)
{
	struct store_key key = log_row_key(at->log, at->seq, at->strand);
	enum err e = store_get(t, STORE_EV, &key, value);

	if (e == ERR_NOTFOUND)
		e = other_strand(t, at, value);
	return e ? e : log_row_read(value, row);
}

enum err log_row_get(struct store_txn *t, const struct log_place *at, struct buf *value, struct log_row *row)
{
	struct log_place now = *at;

	return log_row_find(t, &now, value, row);
}

enum err log_row_hash(struct store_txn *t, const struct log_place *at, uint8_t hash[EVENT_HASH])
{
	struct buf value = { 0 };
	struct log_row row;
	enum err e = log_row_get(t, at, &value, &row);

	if (!e)
		memcpy(hash, row.hash, EVENT_HASH);
	buf_clear(&value);
	return e;
}

static struct store_key ref_key(const uint8_t ref[EVENT_REF])
{
	struct store_key k = store_key();

	store_key_put(&k, ref, EVENT_REF);
	return k;
}

void log_ref_put(struct store_txn *t, const uint8_t ref[EVENT_REF], const struct log_place *at)
{
	struct store_key key = ref_key(ref), value = log_row_key(at->log, at->seq, at->strand);

	store_put_later(t, STORE_REF, &key, value.bytes, value.len);
}

void log_ref_move(struct store_txn *t, const uint8_t ref[EVENT_REF], const struct log_place *at)
{
	struct store_key key = ref_key(ref), value = log_row_key(at->log, at->seq, at->strand);

	store_put(t, STORE_REF, &key, value.bytes, value.len);
}

enum err log_find(struct store_txn *t, const uint8_t ref[EVENT_REF], struct log_place *out)
{
	struct store_key key = ref_key(ref);
	struct buf value = { 0 };
	enum err e = store_get(t, STORE_REF, &key, &value);

	if (!e) {
		struct wire w = wire_init(value.data, value.len);

		out->log = wire_u32(&w);
		out->seq = wire_u64(&w);
		out->strand = wire_u16(&w);
		e = wire_end(&w) ? damaged() : ERR_OK;
	}
	buf_clear(&value);
	return e;
}

/* --- META --- */

struct store_key log_meta_key(enum log_meta which)
{
	struct store_key k = store_key();

	store_key_u8(&k, (uint8_t)which);
	return k;
}

uint64_t log_meta_number(struct store_txn *t, const struct store_key *key, uint64_t otherwise)
{
	struct buf value = { 0 };

	if (!store_get(t, STORE_META, key, &value)) {
		struct wire w = wire_init(value.data, value.len);
		uint64_t n = wire_u64(&w);

		if (!wire_end(&w))
			otherwise = n;
	}
	buf_clear(&value);
	return otherwise;
}

void log_meta_put_number(struct store_txn *t, const struct store_key *key, uint64_t n)
{
	struct store_key value = store_key();

	store_key_u64(&value, n);
	store_put(t, STORE_META, key, value.bytes, value.len);
}

struct store_key log_own_key(const uint8_t writer[EVENT_WRITER], const struct event_scope *scope)
{
	struct store_key k = log_meta_key(META_OWN);

	store_key_put(&k, writer, EVENT_WRITER);
	key_scope(&k, scope);
	return k;
}

enum err log_own_get(struct store_txn *t, const struct store_key *key, struct log_own *out)
{
	struct buf value = { 0 };
	enum err e = store_get(t, STORE_META, key, &value);

	if (!e) {
		struct wire w = wire_init(value.data, value.len);

		out->epoch = wire_u64(&w);
		out->placement = wire_u64(&w);
		out->due = wire_u8(&w);
		e = wire_end(&w) ? damaged() : ERR_OK;
	}
	buf_clear(&value);
	return e;
}

void log_own_pack(const struct log_own *own, struct store_key *value)
{
	*value = store_key();
	store_key_u64(value, own->epoch);
	store_key_u64(value, own->placement);
	store_key_u8(value, own->due);
}

void log_own_put(struct store_txn *t, const struct store_key *key, const struct log_own *own)
{
	struct store_key value;

	log_own_pack(own, &value);
	store_put(t, STORE_META, key, value.bytes, value.len);
}

enum err log_id_of(struct store_txn *t, uint32_t number, struct event_log_id *out)
{
	struct store_key key = log_meta_key(META_NUMBER), id = store_key();
	struct buf value = { 0 };
	enum err e;

	store_key_u32(&key, number);
	e = store_get(t, STORE_META, &key, &value);
	if (!e && value.len > STORE_KEY_MAX)
		e = damaged();
	if (!e) {
		store_key_put(&id, value.data, value.len);
		e = id_of_key(&id, out) ? ERR_OK : damaged();
	}
	buf_clear(&value);
	return e;
}

enum err log_number_of(struct store_txn *t, const struct event_log_id *id, uint32_t *out)
{
	struct log_record *r = malloc(sizeof *r);
	enum err e = r ? log_record_get(t, id, r) : err_set(ERR_NOMEM, "log");

	if (!e)
		*out = r->number;
	free(r);
	return e;
}
