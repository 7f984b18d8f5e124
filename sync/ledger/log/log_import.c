/* Taking in events: which strand they continue, whether they are held, what a gap or a split makes of them. */
#include "config.h"
#include "sync/ledger/log/log_batch.h"

#include "forms/base/i18n.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/profile/profile.h"

#include <string.h>

/* --- what is held --- */

static uint8_t gone(const struct event *e)
{
	return e->flags & (EVENT_PRIVATE_GONE | EVENT_ANSWERS_GONE);
}

static struct log_place place_in(const struct log_record *r, const struct log_strand *s, uint64_t seq)
{
	return (struct log_place){ .log = r->number, .seq = seq, .strand = s->id };
}

static bool covers(const struct log_strand *s, uint64_t seq)
{
	return seq >= s->first && seq <= s->last;
}

/* Its strand, by its name: where many hold the number, that is one look instead of many. */
static enum err named_holder(struct log_batch *b, struct log_record *r, uint64_t seq, const uint8_t hash[EVENT_HASH], struct log_strand **out)
{
	struct log_place at;
	uint8_t held[EVENT_HASH];
	enum err e = log_find(&b->txn, hash, &at);

	*out = NULL;
	if (e == ERR_NOTFOUND || (!e && (at.log != r->number || at.seq != seq)))
		return ERR_OK;
	if (!e && !(e = log_row_hash(&b->txn, &at, held)) && !memcmp(held, hash, EVENT_HASH))
		*out = log_record_strand(r, at.strand);
	return e;
}

/* The strand that holds this very event; NULL when none does. *other: a different event has the number. */
static struct log_strand *holder(struct log_batch *b, struct log_record *r, uint64_t seq, const uint8_t hash[EVENT_HASH], bool *other)
{
	struct log_strand *s = NULL, *found;
	unsigned many = 0;

	for (unsigned i = 0; i < r->count; i++)
		if (covers(&r->strands[i], seq)) {
			s = &r->strands[i];
			many++;
		}
	if (many > 1) {
		if (named_holder(b, r, seq, hash, &found))
			return NULL;
		*other = !found;
		return found;
	}
	if (many) {
		struct log_place at = place_in(r, s, seq);
		uint8_t held[EVENT_HASH];

		if (seq == s->last)
			memcpy(held, s->hash, EVENT_HASH);
		else if (log_row_hash(&b->txn, &at, held))
			return NULL;
		*other = memcmp(held, hash, EVENT_HASH) != 0;
	}
	return many && !*other ? s : NULL;
}

static int erased_level(struct log_batch *b, const uint8_t ref[EVENT_REF])
{
	struct store_key key = log_meta_key(META_ERASED);

	if (!b->erased_any)
		return 0;
	store_key_put(&key, ref, EVENT_REF);
	return (int)log_meta_number(&b->txn, &key, 0);
}

/* Give a held event what the fuller copy has; what both lack stays away. */
static enum err fuller(struct log_batch *b, const struct log_row *row, const struct event *held, const struct log_step *step)
{
	const struct event *fresh = &step->event;
	struct event_base base = row->base;
	struct event e = *held;

	if ((e.flags & EVENT_PRIVATE_GONE) && !(fresh->flags & EVENT_PRIVATE_GONE)) {
		e.flags &= (uint8_t)~EVENT_PRIVATE_GONE;
		e.salt = fresh->salt;
		e.private_part = fresh->private_part;
	}
	if ((e.flags & EVENT_ANSWERS_GONE) && !(fresh->flags & EVENT_ANSWERS_GONE)) {
		e.flags &= (uint8_t)~EVENT_ANSWERS_GONE;
		e.answers = fresh->answers;
	}
	buf_reset(&b->bytes);
	return event_encode(&e, &base, &b->bytes);
}

static enum err retell(struct log_batch *b, const struct log_record *r, const struct log_place *at, const struct log_row *row)
{
	struct event_base base = row->base;
	struct event e;
	size_t used;

	event_decode(row->bytes, row->len, &base, &e, &used);
	return used && b->p->fold ? fold_event(b->p->fold, &b->txn, at, &r->id, row->hash, &e, false) : ERR_OK;
}

/* An event that is held: its signature or missing parts may be new. */
static enum err meet(struct log_batch *b, struct log_record *r, struct log_strand *s, uint64_t seq, const uint8_t *previous,
                     const struct log_step *step, struct log_result *result)
{
	struct log_place at = place_in(r, s, seq);
	bool sign, fill;
	struct log_row row;
	struct event held;
	struct event_base base;
	size_t used;
	enum err e;

	if ((e = log_row_get(&b->txn, &at, &b->value, &row)))
		return e;
	base = row.base;
	event_decode(row.bytes, row.len, &base, &held, &used);
	sign = step->signature && !row.signature;
	fill = used && (gone(&held) & ~gone(&step->event)) && !erased_level(b, step->hash);
	if (!sign && !fill)
		return ERR_OK;
	if (fill) {
		if ((e = fuller(b, &row, &held, step)))
			return e;
		row.bytes = (const uint8_t *)b->bytes.data;
		row.len = b->bytes.len;
		result->filled++;
	}
	if (sign)
		row.signature = step->signature;
	log_row_put(&b->txn, &at, &row);
	if (fill && (e = retell(b, r, &at, &row)))
		return e;
	/* In the journal the event comes once more, as it now is. */
	struct log_segment one = { .id = r->id, .first = seq, .count = 1, .base = row.base };
	struct log_step now = { .bytes = row.bytes, .len = row.len, .signature = row.signature };

	memcpy(one.previous, previous, EVENT_HASH);
	buf_reset(&b->entry);
	log_entry_put(&b->entry, &one, &now, 1);
	return log_batch_journal(b, &b->entry);
}

/* --- what is new --- */

struct import { struct log_batch *b; struct log_record *r; const struct log_segment *seg; const struct log_step *steps; struct log_result *result; };

static const uint8_t *previous_of(const struct import *in, uint32_t i)
{
	return i ? in->steps[i - 1].hash : in->seg->previous;
}

/* Does what is new from event i on lead to a piece that is here? Then the two become one. */
static bool closes_gap(const struct import *in, uint32_t i)
{
	for (; i < in->seg->count; i++)
		for (unsigned k = 0; k < in->r->count; k++)
			if (in->r->strands[k].first == in->seg->first + i + 1 && !memcmp(in->r->strands[k].previous, in->steps[i].hash, EVENT_HASH))
				return true;
	return false;
}

static enum err too_many(void)
{
	return err_set(ERR_LIMIT, _("这份日志缺口太多 (上限 %d 段): 请先补上缺的部分"), LIMIT_RANGES);
}

/* The strand that event `seq` after `previous` continues: the one that ends there, or a new one. */
static enum err strand_for(const struct import *in, uint32_t i, uint16_t *id)
{
	uint64_t seq = in->seg->first + i;
	const uint8_t *previous = previous_of(in, i);
	struct log_record *r = in->r;
	bool other = false;
	struct log_strand *s;

	for (unsigned k = 0; k < r->count; k++)
		if (r->strands[k].last == seq - 1 && !memcmp(r->strands[k].hash, previous, EVENT_HASH)) {
			*id = r->strands[k].id;
			return ERR_OK;
		}
	if (seq > 1 && !holder(in->b, r, seq - 1, previous, &other))
		in->result->gap = true;
	if ((r->count >= LIMIT_RANGES && !closes_gap(in, i)) || !(s = log_record_add(r, seq, previous)))
		return too_many();
	*id = s->id;
	log_record_put(&in->b->txn, r);             /* whom an event's distance means is looked up while the strand grows */
	return ERR_OK;
}

/* When the gap between two strands has closed, the shorter one moves into the longer. */
static enum err join(struct log_batch *b, struct log_record *r, uint16_t id)
{
	struct log_strand *a = log_record_strand(r, id), *z = NULL, *from, *to;
	struct log_row row;

	for (unsigned i = 0; i < r->count; i++)
		if (r->strands[i].first == a->last + 1 && !memcmp(r->strands[i].previous, a->hash, EVENT_HASH))
			z = &r->strands[i];
	if (!z)
		return ERR_OK;
	from = a->last - a->first < z->last - z->first ? a : z;
	to = from == a ? z : a;
	for (uint64_t seq = from->first; seq <= from->last; seq++) {
		struct log_place old = place_in(r, from, seq), now = place_in(r, to, seq);
		struct store_key key = log_row_key(old.log, old.seq, old.strand);
		enum err e = log_row_get(&b->txn, &old, &b->value, &row);

		if (e)
			return e;
		store_delete(&b->txn, STORE_EV, &key);
		log_row_put(&b->txn, &now, &row);
		log_ref_move(&b->txn, row.hash, &now);
	}
	if (to == a) {
		a->last = z->last;
		a->base = z->base;
		memcpy(a->hash, z->hash, EVENT_HASH);
	} else {
		z->first = a->first;
		memcpy(z->previous, a->previous, EVENT_HASH);
	}
	log_record_remove(r, from->id);
	log_record_put(&b->txn, r);
	return b->txn.err;
}

/* Would the event after this strand's end be held already by the strand that follows? */
static bool reaches(const struct log_record *r, const struct log_strand *s)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->strands[i].first == s->last + 1 && !memcmp(r->strands[i].previous, s->hash, EVENT_HASH))
			return true;
	return false;
}

static enum err journal_run(struct import *in, uint32_t from, const struct log_step *steps, uint32_t count)
{
	struct log_segment run = { .id = in->seg->id, .first = in->seg->first + from, .count = count, .base = steps[0].base };

	memcpy(run.previous, previous_of(in, from), EVENT_HASH);
	buf_reset(&in->b->entry);
	log_entry_put(&in->b->entry, &run, steps, count);
	return log_batch_journal(in->b, &in->b->entry);
}

/* An event whose erasure came before it. */
static enum err take_stripped(struct import *in, uint32_t i, struct log_strand *s, int level)
{
	struct log_step step = in->steps[i];
	struct event_base base = step.base;
	struct buf bytes = { 0 };
	size_t used;
	enum err e = log_strip(&step.event, &step.base, level, &bytes);

	if (!e) {
		step.bytes = (const uint8_t *)bytes.data;
		step.len = bytes.len;
		event_decode(step.bytes, step.len, &base, &step.event, &used);
		if (!(e = log_take(in->b, in->r, s, &step)))
			e = journal_run(in, i, &step, 1);
	}
	buf_clear(&bytes);
	return e;
}

/* Take new events from *i on, as far as they are new; *i moves behind them. */
static enum err take_run(struct import *in, uint32_t *i)
{
	uint32_t from = *i;
	uint16_t id = 0;
	struct log_strand *s;
	enum err e = strand_for(in, *i, &id);

	while (!e && *i < in->seg->count) {
		const struct log_step *step = &in->steps[*i];
		bool other = false;
		int level;

		s = log_record_strand(in->r, id);
		if (*i > from && (reaches(in->r, s) || holder(in->b, in->r, in->seg->first + *i, step->hash, &other)))
			break;
		holder(in->b, in->r, in->seg->first + *i, step->hash, &other);
		if (other) {
			in->result->split = true;
			if (!in->r->split_at || in->seg->first + *i < in->r->split_at)
				in->r->split_at = in->seg->first + *i;
		}
		if ((level = erased_level(in->b, step->hash))) {
			if (*i > from && (e = journal_run(in, from, in->steps + from, *i - from)))
				break;
			e = take_stripped(in, *i, s, level);
			from = *i + 1;
		} else {
			e = log_take(in->b, in->r, s, step);
		}
		++*i;
		in->result->added++;
	}
	if (!e && *i > from)
		e = journal_run(in, from, in->steps + from, *i - from);
	if (!e)
		e = join(in->b, in->r, id);
	return e;
}

enum err log_import(struct log_batch *b, const struct log_segment *seg, const struct log_step *steps, struct log_result *result)
{
	struct log_record *r = &b->record;
	struct import in = { b, r, seg, steps, result };
	struct store_key own = log_own_key(seg->id.writer, &seg->id.scope);
	uint8_t zero[EVENT_HASH];
	enum err e;

	*result = (struct log_result){ 0 };
	event_hash_log(&seg->id, zero);
	if (seg->first == 1 && memcmp(zero, seg->previous, EVENT_HASH))
		return err_set(ERR_FORMAT, _("日志的开头与它的名字不符"));
	b->own = store_has(&b->txn, STORE_META, &own);
	e = log_record_make(b, &seg->id, r);
	for (uint32_t i = 0; !e && i < seg->count; ) {
		bool other = false;
		struct log_strand *s = holder(b, r, seg->first + i, steps[i].hash, &other);

		if (b->txn.err) {
			e = b->txn.err;
		} else if (s) {
			e = meet(b, r, s, seg->first + i, previous_of(&in, i), &steps[i], result);
			result->held++;
			i++;
		} else {
			e = take_run(&in, &i);
		}
	}
	/* Of a segment with a piece too many what came before it is here. */
	if ((!e || e == ERR_LIMIT) && (result->added || result->filled)) {
		enum err moved = ERR_OK;

		log_record_put(&b->txn, r);
		if (result->added && r->count > 1)
			moved = log_trust_moved(b, r);
		e = moved ? moved : e;
	}
	return e ? e : b->txn.err;
}
