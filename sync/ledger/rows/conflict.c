#include "config.h"
#include "sync/ledger/rows/conflict.h"

#include "sync/ledger/rows/reader.h"

#include <stdlib.h>
#include <string.h>

/* --- the list --- */

struct ranked { struct conflict c; uint32_t danger; int64_t wall; };
struct ranking { struct ranked *at; uint32_t count, cap; };

static enum err add(struct ranking *k, const struct ranked *r)
{
	if (k->count == k->cap) {
		uint32_t cap = k->cap ? k->cap * 2 : 32;
		struct ranked *more = realloc(k->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		k->at = more;
		k->cap = cap;
	}
	k->at[k->count++] = *r;
	return ERR_OK;
}

static bool disagrees(const struct row_field *f)
{
	for (uint32_t i = 1; i < f->count; i++)
		if (f->open[i].len != f->open[0].len || (f->open[i].len && memcmp(f->open[i].data, f->open[0].data, f->open[0].len)))
			return true;
	return false;
}

/* A stage that stands open on one side is worse than a disputed word. */
static enum err add_row(struct ranking *k, const struct row *r, const struct pack_register *pr)
{
	struct ranked one = { .c = { .key = r->key }, .wall = r->event_count ? r->events[r->event_count - 1].wall : 0 };
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < r->field_count; i++) {
		uint32_t at = pack_find_field_number(pr, r->fields[i].n);
		const struct pack_field *pf = at == PACK_NONE ? NULL : &pr->fields[at];
		const struct row_value *worst;

		if (!pf || (pf->merge != PACK_FIELD && pf->merge != PACK_STATE && pf->merge != PACK_TOWN_FIELD) || !disagrees(&r->fields[i]))
			continue;
		worst = row_worst(&r->fields[i], pf);
		one.c.field = r->fields[i].n;
		one.danger = pf->merge == PACK_STATE ? judge_danger(pf, worst->data, worst->len) : 1000;
		e = add(k, &one);
	}
	if (!e && r->proposal_count) {
		one.c.field = 0;
		one.c.proposal = true;
		one.danger = 500;
		e = add(k, &one);
	}
	return e;
}

static int by_danger(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->danger != y->danger)
		return x->danger < y->danger ? -1 : 1;
	if (x->wall != y->wall)
		return x->wall > y->wall ? -1 : 1;
	return memcmp(x->c.key.bytes, y->c.key.bytes, ROW_KEY_MAX);
}

static enum err rank_all(const struct context *c, const struct pack *pack, struct ranking *k)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	enum err e = ERR_OK;

	store_seek(c->t, STORE_CONF, &prefix, &at);
	while (!e && store_next(&at, &key, NULL)) {
		struct row_key rk = rowcode_from_store(&key);
		struct row r;
		uint32_t reg;

		if ((e = reader_row(c, &rk, &r)))
			break;
		reg = pack_find_register(pack, r.reg);
		if (reg != PACK_NONE)
			e = add_row(k, &r, &pack->registers[reg]);
		row_clear(&r);
	}
	store_seek_end(&at);
	if (k->count)
		qsort(k->at, k->count, sizeof *k->at, by_danger);
	return e ? e : c->t->err;
}

enum err conflict_each(struct profile *p, bool (*each)(void *user, const struct conflict *c), void *user)
{
	const struct pack *pack;
	struct ranking k = { 0 };
	struct store_txn t;
	struct context c;
	enum err e = reader_pack(p, &pack);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	reader_begin(p, &t, &c);
	e = rank_all(&c, pack, &k);
	store_abort(&t);
	for (uint32_t i = 0; !e && i < k.count && each(user, &k.at[i].c); i++)
		;
	free(k.at);
	return e;
}

enum err conflict_count(struct profile *p, uint32_t *conflicts, uint32_t *proposals)
{
	struct store_key prefix = store_key(), key;
	struct buf marks = { 0 };
	struct store_cursor at;
	struct store_txn t;
	struct context c;
	enum err e;

	*conflicts = *proposals = 0;
	reader_begin(p, &t, &c);
	store_seek(&t, STORE_CONF, &prefix, &at);
	while (store_next(&at, &key, &marks)) {
		unsigned m = marks.len ? (unsigned char)marks.data[0] : 0;

		*conflicts += (m & ROW_CONFLICT) != 0;
		*proposals += (m & ROW_PROPOSED) != 0;
	}
	store_seek_end(&at);
	e = t.err;
	store_abort(&t);
	buf_clear(&marks);
	return e;
}

/* --- the sides --- */

struct telling { const struct row *row; const struct row_value *value; uint32_t take; bool (*each)(void *user, uint32_t take, const struct conflict_side *s); void *user; };

static const struct row_event *event_of(const struct row *r, const uint8_t *ref)
{
	for (uint32_t i = 0; i < r->event_count; i++)
		if (!memcmp(r->events[i].ref, ref, EVENT_REF))
			return &r->events[i];
	return NULL;
}

/* One who said it, and which events of the row he had before him. */
static bool tell_side(const struct telling *w, const struct history *h, const struct row_value *v)
{
	const struct row_event *seen[LIMIT_DEPS];
	struct conflict_side side = { .value = v, .event = &w->row->events[v->event], .person = "", .seen = seen };

	for (uint32_t i = 0; i < h->count; i++) {
		const struct judge_entry *e = &h->entries[i];

		if (memcmp(e->ref, side.event->ref, EVENT_REF))
			continue;
		side.person = e->person ? e->person : "";
		for (uint32_t d = 0; d < e->dep_count; d++)
			if ((seen[side.seen_count] = event_of(w->row, e->deps[d])))
				side.seen_count++;
		break;
	}
	return w->each(w->user, w->take, &side);
}

static bool same_value(const struct row_value *a, const struct row_value *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

enum err conflict_sides(struct profile *p, const struct row *r, uint32_t field, bool (*each)(void *user, uint32_t take, const struct conflict_side *s), void *user)
{
	const struct row_field *f = row_field(r, field);
	struct telling w = { .row = r, .each = each, .user = user };
	struct history h = { 0 };
	struct store_txn t;
	struct context c;
	bool more = true;
	enum err e;

	if (!f)
		return ERR_OK;
	reader_begin(p, &t, &c);
	e = history_load(&h, &c, &r->key);
	store_abort(&t);
	for (uint32_t i = 0; !e && more && i < f->count; i++) {
		bool told = false;

		for (uint32_t k = 0; k < i; k++)
			told = told || same_value(&f->open[k], &f->open[i]);
		if (told)
			continue;
		w.take++;
		for (uint32_t k = i; more && k < f->count; k++)
			if (same_value(&f->open[k], &f->open[i]))
				more = tell_side(&w, &h, &f->open[k]);
	}
	history_free(&h);
	return e;
}
