/* Reading events and heads. */
#include "config.h"
#include "sync/ledger/log/log_record.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

void log_event_clear(struct log_event *e)
{
	buf_clear(&e->bytes);
	memset(e, 0, sizeof *e);
}

/* Fill `out` from a row; its bytes are copied, so that they outlive the row. The log's name is the caller's to fill in. */
static enum err fill(const struct log_place *at, const struct log_row *row, struct log_event *out)
{
	struct event_base base = row->base;
	size_t used;
	enum err e;

	buf_reset(&out->bytes);
	buf_put(&out->bytes, row->bytes, row->len);
	if (out->bytes.err)
		return out->bytes.err;
	out->place = *at;
	memcpy(out->hash, row->hash, EVENT_HASH);
	e = event_decode(out->bytes.data, out->bytes.len, &base, &out->event, &used);
	out->opaque = e != ERR_OK;
	return used ? ERR_OK : err_set(ERR_CORRUPT, _("库中的一条记录已损坏"));
}

enum err log_event_at(struct store_txn *t, const struct log_place *at, struct log_event *out)
{
	struct log_place now = *at;
	struct buf value = { 0 };
	struct log_row row;
	enum err e = log_row_find(t, &now, &value, &row);

	if (!e)
		e = fill(&now, &row, out);
	buf_clear(&value);
	return e ? e : log_id_of(t, at->log, &out->log);
}

enum err log_event_get(struct store_txn *t, const uint8_t ref[EVENT_REF], struct log_event *out)
{
	struct log_place at;
	enum err e = log_find(t, ref, &at);

	return e ? e : log_event_at(t, &at, out);
}

/* --- distances --- */

/* The strand from whose event `seq` with this hash another continues. */
static const struct log_strand *parent(struct store_txn *t, struct log_record *r, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	for (unsigned i = 0; i < r->count; i++) {
		const struct log_strand *s = &r->strands[i];
		struct log_place at = { .log = r->number, .seq = seq, .strand = s->id };
		uint8_t held[EVENT_HASH];

		if (seq >= s->first && seq <= s->last && !log_row_hash(t, &at, held) && !memcmp(held, hash, EVENT_HASH))
			return s;
	}
	return NULL;
}

/* The strand of a place; joined since it was noted: the one that holds the number now, and none where twins do. */
static const struct log_strand *strand_of(struct log_record *r, const struct log_place *at)
{
	const struct log_strand *s = log_record_strand(r, at->strand);

	if (s)
		return s;
	for (unsigned i = 0; i < r->count; i++)
		if (at->seq >= r->strands[i].first && at->seq <= r->strands[i].last) {
			if (s)
				return NULL;
			s = &r->strands[i];
		}
	return s;
}

static enum err walk_back(struct store_txn *t, struct log_record *r, const struct log_place *at, uint64_t seq, struct log_place *out)
{
	const struct log_strand *s = strand_of(r, at);

	for (unsigned steps = 0; s && seq < s->first && steps < LIMIT_RANGES; steps++)
		s = s->first > 1 ? parent(t, r, s->first - 1, s->previous) : NULL;
	if (!s || seq < s->first || seq > s->last)
		return ERR_NOTFOUND;
	*out = (struct log_place){ .log = r->number, .seq = seq, .strand = s->id };
	return ERR_OK;
}

enum err log_before(struct store_txn *t, const struct log_place *at, uint64_t distance, struct log_place *place, uint8_t ref[EVENT_REF])
{
	struct event_log_id id;
	struct log_record *r;
	uint8_t hash[EVENT_HASH];
	struct log_place to = { .log = at->log, .seq = at->seq - distance, .strand = at->strand };
	struct store_key key = log_row_key(to.log, to.seq, to.strand);
	enum err e = ERR_OK;

	if (!distance || distance >= at->seq)
		return ERR_NOTFOUND;
	if (!store_has(t, STORE_EV, &key)) {
		if ((e = t->err) || (e = log_id_of(t, at->log, &id)))
			return e;
		if (!(r = malloc(sizeof *r)))
			return err_set(ERR_NOMEM, "log");
		e = log_record_get(t, &id, r);
		if (!e)
			e = walk_back(t, r, at, to.seq, &to);
		free(r);
	}
	if (!e && !(e = log_row_hash(t, &to, hash))) {
		*place = to;
		memcpy(ref, hash, EVENT_REF);
	}
	return e;
}

/* Which hash the chain to (end, last) has at `seq`, as far as it is held; false: not known. */
static bool chain_hash(struct store_txn *t, struct log_record *r, uint64_t end, const uint8_t last[EVENT_HASH], uint64_t seq, uint8_t out[EVENT_HASH])
{
	const struct log_strand *s = parent(t, r, end, last);

	for (unsigned steps = 0; s && seq < s->first && steps < LIMIT_RANGES; steps++) {
		if (seq == s->first - 1) {
			memcpy(out, s->previous, EVENT_HASH);
			return true;
		}
		s = parent(t, r, s->first - 1, s->previous);
	}
	if (!s || seq < s->first || seq > s->last)
		return false;
	return !log_row_hash(t, &(struct log_place){ .log = r->number, .seq = seq, .strand = s->id }, out);
}

enum err log_strays(struct store_txn *t, const struct log_place *at, const uint8_t hash[EVENT_HASH], uint64_t end, const uint8_t last[EVENT_HASH], bool *out)
{
	struct log_record *r = malloc(sizeof *r);
	uint8_t real[EVENT_HASH];
	struct event_log_id id;
	enum err e = r ? log_id_of(t, at->log, &id) : err_set(ERR_NOMEM, "log");

	*out = false;
	if (!e && !(e = log_record_get(t, &id, r)) && r->count > 1 && at->seq < end)
		*out = chain_hash(t, r, end, last, at->seq, real) && memcmp(real, hash, EVENT_HASH);
	free(r);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- walking --- */

struct each { enum err (*each)(void *user, const struct log_event *e); void *user; };

static enum err walk_rows(struct store_txn *t, const struct store_key *prefix, const struct store_key *from, uint64_t last, struct each *each)
{
	struct log_event event = { 0 };
	struct buf value = { 0 };
	struct store_cursor c;
	struct store_key key;
	uint32_t number = 0;
	enum err e = ERR_OK;

	store_seek_from(t, STORE_EV, prefix, from, &c);
	while (!e && store_next(&c, &key, &value)) {
		struct wire w = wire_init(key.bytes, key.len);
		struct log_place at;
		struct log_row row;

		at.log = wire_u32(&w);
		at.seq = wire_u64(&w);
		at.strand = wire_u16(&w);
		if (wire_end(&w))
			e = err_set(ERR_CORRUPT, _("库中的一条记录已损坏"));
		if (e || at.seq > last)
			break;
		if (at.log != number && !(e = log_id_of(t, at.log, &event.log)))
			number = at.log;
		if (!e && !(e = log_row_read(&value, &row)) && !(e = fill(&at, &row, &event)))
			e = each->each(each->user, &event);
	}
	store_seek_end(&c);
	buf_clear(&value);
	log_event_clear(&event);
	return e ? e : t->err;
}

enum err log_each(struct store_txn *t, const struct event_log_id *id, uint64_t first, uint64_t last,
                  enum err (*each)(void *user, const struct log_event *e), void *user)
{
	struct each call = { each, user };
	struct store_key prefix = store_key(), from;
	uint32_t number;
	enum err e = log_number_of(t, id, &number);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	store_key_u32(&prefix, number);
	from = prefix;
	store_key_u64(&from, first);
	return walk_rows(t, &prefix, &from, last, &call);
}

enum err log_each_all(struct store_txn *t, enum err (*each)(void *user, const struct log_event *e), void *user)
{
	struct each call = { each, user };
	struct store_key all = store_key();

	return walk_rows(t, &all, &all, UINT64_MAX, &call);
}

/* --- heads --- */

static void head_of(const struct log_record *r, struct log_head *h)
{
	const struct log_strand *s = NULL;

	*h = (struct log_head){ .id = r->id, .acked = r->acked, .split_at = r->split_at, .range_count = r->count };
	memcpy(h->acked_hash, r->acked_hash, EVENT_HASH);
	for (unsigned i = 0; i < r->count; i++) {
		const struct log_strand *x = &r->strands[i];

		h->ranges[i] = (struct log_range){ .first = x->first, .last = x->last, .strand = x->id };
		memcpy(h->ranges[i].previous, x->previous, EVENT_HASH);
		if (x->last > h->highest)
			h->highest = x->last;
		if (x->first == 1 && (!s || x->id < s->id))
			s = x;
	}
	if (s) {
		h->seq = s->last;
		memcpy(h->hash, s->hash, EVENT_HASH);
	}
}

enum err log_head_get(struct store_txn *t, const struct event_log_id *id, struct log_head *out)
{
	struct log_record *r = malloc(sizeof *r);
	enum err e = r ? log_record_get(t, id, r) : err_set(ERR_NOMEM, "log");

	if (!e)
		head_of(r, out);
	free(r);
	return e;
}

enum err log_heads(struct store_txn *t, enum err (*each)(void *user, const struct log_head *h), void *user)
{
	struct both { struct log_record record; struct log_head head; } *m = malloc(sizeof *m);
	struct store_key all = store_key(), key;
	struct buf value = { 0 };
	struct store_cursor c;
	enum err e = m ? ERR_OK : err_set(ERR_NOMEM, "log");

	store_seek(t, STORE_LOG, &all, &c);
	while (!e && store_next(&c, &key, &value)) {
		e = log_record_read(&key, &value, &m->record);
		if (!e) {
			head_of(&m->record, &m->head);
			e = each(user, &m->head);
		}
	}
	store_seek_end(&c);
	buf_clear(&value);
	free(m);
	return e ? e : t->err;
}

bool log_gap(const struct log_head *h, uint64_t *first, uint64_t *last)
{
	for (uint32_t i = 0; i < h->range_count; i++) {
		if (h->ranges[i].first > *first) {
			*last = h->ranges[i].first - 1;
			return true;
		}
		if (h->ranges[i].last >= *first)
			*first = h->ranges[i].last + 1;
	}
	return false;
}

/* --- segments for others --- */

static const struct log_strand *strand_from(const struct log_record *r, uint64_t first, const struct log_range *branch)
{
	for (unsigned i = 0; i < r->count; i++) {
		const struct log_strand *s = &r->strands[i];

		if (first >= s->first && first <= s->last && (!branch || branch->strand == s->id))
			return s;
	}
	return NULL;
}

enum err log_hash_in(struct store_txn *t, const struct event_log_id *id, const struct log_range *branch, uint64_t seq, uint8_t hash[EVENT_HASH])
{
	struct log_place at = { .seq = seq, .strand = branch->strand };
	enum err e = log_number_of(t, id, &at.log);

	return e ? e : log_row_hash(t, &at, hash);
}

static enum err export_previous(struct store_txn *t, const struct log_record *r, const struct log_strand *s, uint64_t first, uint8_t out[EVENT_HASH])
{
	struct log_place before = { .log = r->number, .seq = first - 1, .strand = s->id };

	if (first == s->first) {
		memcpy(out, s->previous, EVENT_HASH);
		return ERR_OK;
	}
	return log_row_hash(t, &before, out);
}

/* Copy events of the strand to `out` until a limit; what counts ends at the last signature met. Past a slice one is enough. */
static enum err export_rows(struct store_txn *t, const struct log_record *r, const struct log_strand *s, uint32_t max_events, size_t max_bytes,
                            struct buf *out, struct log_segment *seg)
{
	size_t start = out->len, signed_len = start;
	struct buf value = { 0 };
	struct log_row row;
	enum err e = ERR_OK;
	uint32_t n = 0;

	for (uint64_t seq = seg->first; !e && seq <= s->last && n < max_events && (n < LIMIT_SLICE || !seg->count); seq++) {
		struct log_place at = { .log = r->number, .seq = seq, .strand = s->id };

		if ((e = log_row_get(t, &at, &value, &row)) || (n && out->len - start + row.len > max_bytes))
			break;
		if (!n)
			seg->base = row.base;
		buf_put(out, row.bytes, row.len);
		n++;
		if (row.signature) {
			memcpy(seg->signature, row.signature, EVENT_SIGNATURE);
			memcpy(seg->hash, row.hash, EVENT_HASH);
			seg->count = n;
			signed_len = out->len;
		}
	}
	buf_clear(&value);
	if (!e && !(e = out->err)) {
		buf_cut(out, signed_len);
		seg->events = (const uint8_t *)out->data + start;
		seg->len = signed_len - start;
		e = seg->count ? ERR_OK : ERR_NOTFOUND;
	}
	return e;
}

enum err log_export(struct store_txn *t, const struct event_log_id *id, uint64_t first, const struct log_range *branch,
                    uint32_t max_events, size_t max_bytes, struct buf *out, struct log_segment *seg)
{
	struct log_record *r = malloc(sizeof *r);
	const struct log_strand *s;
	enum err e = r ? log_record_get(t, id, r) : err_set(ERR_NOMEM, "log");

	*seg = (struct log_segment){ .id = *id, .first = first };
	if (!e && !(s = strand_from(r, first, branch)))
		e = ERR_NOTFOUND;
	else if (!e && !(e = export_previous(t, r, s, first, seg->previous)))
		e = export_rows(t, r, s, max_events, max_bytes, out, seg);
	free(r);
	return e;
}
