/* Which events an order must name. */
#include "config.h"
#include "sync/exchange/erase/erase.h"

#include "forms/base/i18n.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/rows/listing.h"
#include "sync/ledger/rows/reader.h"
#include "sync/ledger/store/scratch.h"

#include <stdlib.h>
#include <string.h>

void erase_list_clear(struct erase_list *l)
{
	free(l->at);
	*l = (struct erase_list){ 0 };
}

static bool listed(const struct erase_list *l, const uint8_t *ref)
{
	for (size_t i = 0; i < l->count; i++)
		if (!memcmp(l->at[i].ref, ref, EVENT_REF))
			return true;
	return false;
}

static enum err add(struct erase_list *l, const uint8_t *ref, unsigned level)
{
	if (listed(l, ref))
		return ERR_OK;
	if (l->count == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 32;
		struct keys_erasure *more = realloc(l->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "erase");
		l->at = more;
		l->cap = cap;
	}
	memcpy(l->at[l->count].ref, ref, EVENT_REF);
	l->at[l->count++].level = (uint8_t)level;
	return ERR_OK;
}

/* --- one record --- */

struct collecting {
	struct context context;
	struct erase_list *out; unsigned level;
	struct buf rows;                          /* struct row_key: those that what is listed touches, each once */
	struct buf refs;                          /* what is to be looked at */
};

static bool names_one(struct collecting *x, const struct fold_view *v, const struct payload_link *l)
{
	struct missing why;
	struct log_place at;
	uint8_t ref[EVENT_REF];

	return !history_link(&x->context, v, l, &at, ref, &why) && listed(x->out, ref);
}

static enum err follow(struct collecting *x, const struct log_event *e)
{
	struct fold_view v = history_view(e);
	struct payload pl;
	bool about = false;

	if (e->opaque || (e->event.kind != EVENT_AMEND && e->event.kind != EVENT_ATTACH && e->event.kind != EVENT_RESOLVE)
	    || payload_open((enum event_kind)e->event.kind, e->event.public_part.data, e->event.public_part.len, &pl))
		return ERR_OK;
	if (pl.kind == EVENT_RESOLVE && !(e->event.flags & EVENT_HAS_PRIVATE))
		return ERR_OK;                            /* what it settled is not personal */
	for (uint32_t i = 0; pl.kind == EVENT_RESOLVE && !about && i < pl.dep_count; i++)
		about = names_one(x, &v, &pl.deps[i]);
	if (pl.kind != EVENT_RESOLVE)
		about = names_one(x, &v, &pl.target);
	return about ? add(x->out, e->hash, x->level) : ERR_OK;
}

static enum err note_ref(void *user, const uint8_t ref[EVENT_REF])
{
	struct collecting *x = user;

	if (!listed(x->out, ref))
		buf_put(&x->refs, ref, EVENT_REF);
	return x->refs.err;
}

static enum err follow_noted(struct collecting *x)
{
	struct log_event event = { 0 };
	enum err e = ERR_OK;

	for (size_t at = 0; !e && at < x->refs.len; at += EVENT_REF) {
		e = log_event_get(x->context.t, (const uint8_t *)x->refs.data + at, &event);
		e = e == ERR_NOTFOUND ? ERR_OK : e ? e : follow(x, &event);
	}
	log_event_clear(&event);
	buf_reset(&x->refs);
	return e;
}

static enum err note_row(struct collecting *x, const struct row_key *key)
{
	for (size_t at = 0; at < x->rows.len; at += sizeof *key)
		if (!memcmp(x->rows.data + at, key, sizeof *key))
			return ERR_OK;
	buf_put(&x->rows, key, sizeof *key);
	return x->rows.err;
}

/* What names this event, and the rows in whose history the settlings of its values stand. */
static enum err look_around(struct collecting *x, const uint8_t ref[EVENT_REF])
{
	struct log_event event = { 0 };
	struct scratch mem = { 0 };
	struct touched *rows;
	struct missing why;
	uint32_t count = 0;
	enum err e = log_event_get(x->context.t, ref, &event);

	if (!e) {
		struct fold_view v = history_view(&event);

		if (event.opaque || history_rows(&x->context, &v, &mem, &rows, &count, &why))
			count = 0;                        /* not folded: nothing could settle it */
	}
	for (uint32_t i = 0; !e && i < count; i++)
		e = note_row(x, &rows[i].key);
	if (!e && !(e = fold_corrections(x->context.t, ref, note_ref, x)))
		e = fold_attachments(x->context.t, ref, note_ref, x);
	scratch_free(&mem);
	log_event_clear(&event);
	return e ? e : follow_noted(x);
}

/* Where the settlings stand, and what cannot be folded yet. */
static enum err look_at_rows_touched(struct collecting *x)
{
	struct row_key key;
	enum err e = fold_kept(x->context.t, note_ref, x);

	for (size_t at = 0; !e && at < x->rows.len; at += sizeof key) {
		memcpy(&key, x->rows.data + at, sizeof key);
		e = history_noted(x->context.t, &key, note_ref, x);
	}
	return e ? e : follow_noted(x);
}

/* By the indexes: it costs what the rows hold, not what the store does. What is found may be named in turn. */
static enum err collect_more(struct collecting *x)
{
	size_t seen = 0;
	enum err e = ERR_OK;

	while (!e && seen < x->out->count) {
		for (; !e && seen < x->out->count; seen++)
			e = look_around(x, x->out->at[seen].ref);
		if (!e)
			e = look_at_rows_touched(x);
	}
	buf_clear(&x->rows);
	buf_clear(&x->refs);
	return e;
}

static enum err collect(struct profile *p, const struct row_event *records, uint32_t count, unsigned level, struct erase_list *out)
{
	struct collecting x = { .out = out, .level = level };
	struct log_place at;
	struct store_txn t;
	enum err e;

	reader_begin(p, &t, &x.context);
	e = t.err;
	for (uint32_t i = 0; !e && i < count; i++)
		if (!(e = log_find(&t, records[i].ref, &at)))
			e = add(out, records[i].ref, level);
	if (e == ERR_NOTFOUND)
		e = err_set(e, _("没有这条记录"));
	if (!e)
		e = collect_more(&x);
	store_abort(&t);
	return e;
}

enum err erase_collect(struct profile *p, const uint8_t ref[EVENT_REF], unsigned level, struct erase_list *out)
{
	struct row_event one = { .wall = 0 };

	memcpy(one.ref, ref, EVENT_REF);
	return collect(p, &one, 1, level, out);
}

enum err erase_collect_row(struct profile *p, const struct row_id *id, unsigned level, struct erase_list *out)
{
	struct row row = { .id = { .index = 0 } };
	enum err e = row_read(p, id, &row);

	if (!e)
		e = collect(p, row.events, row.event_count, level, out);
	row_clear(&row);
	return e;
}

/* --- by rule --- */

struct expiring {
	struct profile *profile;
	const struct pack *pack;
	int64_t now;
	struct erase_list candidates;
};

static const struct pack_register *register_of(const struct expiring *x, const char *id)
{
	uint32_t at = pack_find_register(x->pack, id);

	return at == PACK_NONE ? NULL : &x->pack->registers[at];
}

static bool has_personal(const struct pack_register *reg)
{
	for (uint32_t i = 0; i < reg->field_count; i++)
		if (reg->fields[i].class >= 2)
			return true;
	return false;
}

static bool is_past(const struct expiring *x, const struct pack_register *reg, const struct row *r)
{
	int64_t last = INT64_MIN;

	for (uint32_t i = 0; i < r->event_count; i++)
		last = r->events[i].wall > last ? r->events[i].wall : last;
	return reg->retain_days && r->event_count && last + (int64_t)reg->retain_days * 86400000 < x->now;
}

/* Still something to erase, and no row it speaks of is to be kept? */
static enum err may_go(struct expiring *x, const uint8_t *ref, bool *out)
{
	struct log_event event = { 0 };
	struct touched *rows = NULL;
	struct row_id *ids = NULL;
	struct scratch mem = { 0 };
	struct missing why;
	struct context c;
	struct store_txn t;
	uint32_t count = 0;
	enum err e;

	*out = false;
	reader_begin(x->profile, &t, &c);
	e = t.err ? t.err : log_event_get(&t, ref, &event);
	if (!e && (event.event.flags & EVENT_HAS_PRIVATE) && !(event.event.flags & EVENT_PRIVATE_GONE) && !event.opaque) {
		struct fold_view v = history_view(&event);

		*out = !history_rows(&c, &v, &mem, &rows, &count, &why);
		if (*out && !(ids = calloc(count + 1, sizeof *ids)))
			e = err_set(ERR_NOMEM, "erase");
		for (uint32_t i = 0; *out && !e && i < count; i++)
			ids[i] = rows[i].id;
	}
	store_abort(&t);
	log_event_clear(&event);
	for (uint32_t i = 0; !e && *out && i < count; i++) {
		const struct pack_register *reg;
		struct row r;

		if (row_read(x->profile, &ids[i], &r))
			continue;                         /* never folded: nobody sees it */
		reg = register_of(x, r.reg);
		*out = reg && (!has_personal(reg) || is_past(x, reg, &r));
		row_clear(&r);
	}
	free(ids);
	scratch_free(&mem);
	return e;
}

static enum err look_at_rows(struct expiring *x, const struct pack_register *reg, uint32_t *rows)
{
	struct listing_query q = { .reg = reg->id };
	struct listing *l = NULL;
	enum err e = listing_open(x->profile, &q, &l);

	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct row r;

		if ((e = listing_row(l, i, &r)))
			break;
		if (is_past(x, reg, &r)) {
			++*rows;
			for (uint32_t k = 0; !e && k < r.event_count; k++)
				e = add(&x->candidates, r.events[k].ref, 1);
		}
		row_clear(&r);
	}
	listing_close(l);
	return e;
}

enum err erase_expired(struct profile *p, int64_t now, struct erase_list *out, uint32_t *rows)
{
	struct expiring x = { .profile = p, .now = now };
	bool may;
	enum err e = profile_pack_current(p, &x.pack);

	*rows = 0;
	for (uint32_t i = 0; !e && i < x.pack->register_count; i++)
		if (x.pack->registers[i].retain_days && has_personal(&x.pack->registers[i]))
			e = look_at_rows(&x, &x.pack->registers[i], rows);
	for (size_t i = 0; !e && i < x.candidates.count; i++)
		if (!(e = may_go(&x, x.candidates.at[i].ref, &may)) && may)
			e = add(out, x.candidates.at[i].ref, 1);
	erase_list_clear(&x.candidates);
	return e;
}
