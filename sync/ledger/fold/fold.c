#include "config.h"
#include "sync/ledger/fold/fold_own.h"

#include "sync/keys/authority.h"
#include "sync/keys/roster.h"
#include "sync/ledger/fold/said.h"
#include "sync/ledger/profile/profile.h"

#include "forms/base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

enum err fold_open(struct profile *p, struct fold **out)
{
	if (!(*out = calloc(1, sizeof **out)))
		return no_memory();
	(*out)->p = p;
	return ERR_OK;
}

void fold_close(struct fold *f)
{
	if (!f)
		return;
	words_clear(&f->words);
	plans_clear(&f->plans);
	amended_clear(&f->amended);
	opened_forget(&f->opened);
	history_free(&f->history);
	scratch_free(&f->mem);
	buf_clear(&f->records);
	block_free(&f->blocks);
	eval_clear(&f->expressions);
	tallies_clear(&f->tallies);
	buf_clear(&f->village.name);
	free(f->dirty);
	free(f->fresh);
	free(f->slots);
	free(f->wake);
	free(f->grown);
	free(f);
}

struct context fold_context(struct fold *f, struct store_txn *t)
{
	return (struct context){ .p = f->p, .t = t, .plans = &f->plans, .amended = &f->amended, .words = &f->words, .writing = true, .any_erased = f->any_erased };
}

static void start(struct fold *f, struct store_txn *t)
{
	if (f->started)
		return;
	f->started = true;
	f->pending = pend_any(t);
	f->any_erased = history_any_erased(t);
	f->words_before = f->words.count;
}

/* --- rows to fold --- */

static enum err mark_dirty(struct fold *f, const struct row_key *key)
{
	if (f->dirty_count && !memcmp(&f->dirty[f->dirty_count - 1], key, sizeof *key))
		return ERR_OK;
	if (f->dirty_count == f->dirty_cap) {
		uint32_t cap = f->dirty_cap ? f->dirty_cap * 2 : 64;
		struct row_key *more = realloc(f->dirty, cap * sizeof *more);

		if (!more)
			return no_memory();
		f->dirty = more;
		f->dirty_cap = cap;
	}
	f->dirty[f->dirty_count++] = *key;
	return ERR_OK;
}

static enum err add_fresh(struct fold *f, const struct row_key *key, size_t at)
{
	if (f->fresh_count == f->fresh_cap) {
		uint32_t cap = f->fresh_cap ? f->fresh_cap * 2 : 256;
		struct fold_fresh *more = realloc(f->fresh, cap * sizeof *more);

		if (!more)
			return no_memory();
		f->fresh = more;
		f->fresh_cap = cap;
	}
	f->fresh[f->fresh_count++] = (struct fold_fresh){ .key = *key, .at = at, .len = f->records.len - at };
	return ERR_OK;
}

/* A row that this event makes: folded here and now, since its whole history is in hand. */
static enum err fold_fresh(struct fold *f, const struct context *c, const struct fold_view *v, const struct touched *row)
{
	struct history *h = &f->history;
	size_t at = f->records.len;
	enum err e;

	history_reset(h, &row->key, &row->id);
	if ((e = history_add(h, c, v)) == ERR_FORMAT || e == ERR_HELD)
		return ERR_OK;
	for (uint32_t i = 0; i < h->count; i++)
		h->entries[i].in_scope = true;
	if (e || (e = judge_row(h->entries, h->count)) ||
	    (e = fold_new_slot(f, c->t, rowcode_register(&row->key), &h->head.slot)) ||
	    (e = rowcode_put(c->words, c->t, &h->head, h->entries, h->count, &f->records)))
		return e;
	return add_fresh(f, &row->key, at);
}

static bool row_is_here(struct store_txn *t, const struct row_key *key)
{
	struct store_key k = rowcode_store_key(key);

	return store_has(t, STORE_ROW, &k);
}

/* INDEX: 'l' writer 16, form word 2 → the ref of its last record. Kept for the writers of this device alone. */
static struct store_key last_key(const uint8_t *writer, uint16_t form)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'l');
	store_key_put(&k, writer, EVENT_WRITER);
	store_key_u16(&k, form);
	return k;
}

enum err fold_last_record(const struct context *c, const uint8_t writer[EVENT_WRITER], const char *form, uint8_t ref[EVENT_REF])
{
	struct store_key k = last_key(writer, words_find(c->words, c->t, form));
	struct buf had = { 0 };
	enum err e = store_get(c->t, STORE_INDEX, &k, &had);

	if (!e && had.len == EVENT_REF)
		memcpy(ref, had.data, EVENT_REF);
	buf_clear(&had);
	return e;
}

static void note_last(struct fold *f, const struct context *c, const struct fold_view *v)
{
	struct record rec;
	struct missing why;
	struct store_key k;
	uint16_t form;

	if (v->event->kind != EVENT_SUBMIT || memcmp(v->log->writer, f->p->writer, EVENT_WRITER) || history_record(c, v, &rec, &why) ||
	    words_make(c->words, c->t, rec.pack->forms[rec.plan->form].id, &form))
		return;
	k = last_key(v->log->writer, form);
	store_put(c->t, STORE_INDEX, &k, v->hash, EVENT_REF);
}

/* --- events --- */

static enum err take_touched(struct fold *f, const struct context *c, const struct fold_view *v, const struct touched *rows, uint32_t count)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < count; i++) {
		bool here = rows[i].fresh && (f->again || (!v->first && row_is_here(c->t, &rows[i].key)));

		if (rows[i].fresh && !here) {
			e = fold_fresh(f, c, v, &rows[i]);
			continue;
		}
		if (!rows[i].fresh)
			history_note(c->t, &rows[i].key, v->at, v->hash);
		e = mark_dirty(f, &rows[i].key);
	}
	return e;
}

static enum err take_rows(struct fold *f, const struct context *c, const struct fold_view *v)
{
	struct context all = *c;
	struct touched *rows;
	struct missing why;
	uint32_t count;
	enum err e;

	scratch_reset(&f->mem);
	all.opened = &f->opened;
	e = history_rows(&all, v, &f->mem, &rows, &count, &why);
	if (e == ERR_HELD) {
		e = pend_keep(f, c->t, v, &why);
	} else if (e == ERR_FORMAT || e == ERR_LIMIT || e == ERR_UNSUPPORTED) {
		e = ERR_OK;                               /* kept and passed on; says nothing that can be folded */
	} else if (!e) {
		note_last(f, c, v);
		e = take_touched(f, &all, v, rows, count);
	}
	opened_forget(&f->opened);
	return e;
}

/* RETRACT and ATTACH: all rows of the record, unless its writer has said as much often enough. */
static enum err take_said(struct fold *f, const struct context *c, const struct fold_view *v)
{
	struct payload pl;
	struct missing why;
	struct log_place at;
	uint8_t ref[EVENT_REF];

	if (!payload_open((enum event_kind)v->event->kind, v->event->public_part.data, v->event->public_part.len, &pl) &&
	    !history_link(c, v, &pl.target, &at, ref, &why)) {
		said_note(c->t, ref, v);
		if (!said_stands(c->t, ref, v))
			return ERR_OK;
	}
	return take_rows(f, c, v);
}

/* Something new is known of an event: fold what it touches anew. */
static enum err touch_event(struct fold *f, const struct context *c, const uint8_t *ref)
{
	struct log_event event = { 0 };
	struct touched *rows;
	struct missing why;
	uint32_t count = 0;
	enum err e = log_event_get(c->t, ref, &event);

	if (!e) {
		struct fold_view v = history_view(&event);

		scratch_reset(&f->mem);
		if (history_rows(c, &v, &f->mem, &rows, &count, &why))
			count = 0;
	}
	for (uint32_t i = 0; !e && i < count; i++)
		e = mark_dirty(f, &rows[i].key);
	log_event_clear(&event);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err take_adopt(struct fold *f, const struct context *c, const struct fold_view *v)
{
	struct payload pl;
	struct payload_link link;
	enum err e = payload_open(EVENT_ADOPT, v->event->public_part.data, v->event->public_part.len, &pl);

	if (e)
		return ERR_OK;
	while (!e && payload_next_link(&pl, &link)) {
		struct missing why;
		struct log_place at;
		uint8_t ref[EVENT_REF];

		e = history_link(c, v, &link, &at, ref, &why);
		if (e == ERR_HELD && why.what == MISSING_PLACE)
			return pend_keep(f, c->t, v, &why);
		if (e == ERR_FORMAT)
			return ERR_OK;
		if (e && e != ERR_HELD)
			return e;
		history_adopt(c->t, ref, v);
		/* Of somebody else it counts for nothing, and is taken again once a certificate says that he is of the staff. */
		e = keys_roster_has_role(f->p->roster, v->log->writer, PACK_TOWN) ? touch_event(f, c, ref) : ERR_OK;
	}
	return e;
}

static enum err take_erase(struct fold *f, struct context *c, const struct fold_view *v)
{
	struct keys_erase order = { 0 };
	enum err e = ERR_OK;

	if (!keys_roster_is_authority(f->p->roster, v->log->writer) || !history_stands(c, v) ||
	    keys_erase_decode(v->event->public_part.data, v->event->public_part.len, &order))
		return ERR_OK;
	f->any_erased = c->any_erased = true;
	for (size_t i = 0; !e && i < order.count; i++) {
		history_erase(c->t, order.at[i].ref, order.at[i].level);
		e = touch_event(f, c, order.at[i].ref);
	}
	keys_erase_clear(&order);
	return e;
}

static enum err take_event(struct fold *f, struct store_txn *t, const struct fold_view *v)
{
	struct context c = fold_context(f, t);
	enum err e;

	switch (v->event->kind) {
	case EVENT_ATTACH:
		e = attached_note(&c, v);
		return e ? e : take_said(f, &c, v);
	case EVENT_RETRACT:
		return take_said(f, &c, v);
	case EVENT_AMEND:
		e = corrected_note(&c, v);
		return e ? e : take_rows(f, &c, v);
	case EVENT_SUBMIT:
	case EVENT_RESOLVE:
		return take_rows(f, &c, v);
	case EVENT_ADOPT:
		return take_adopt(f, &c, v);
	case EVENT_ERASE:
		return take_erase(f, &c, v);
	case EVENT_ERASED:
		return obeyed_note(&c, v);
	default:
		return ERR_OK;
	}
}

/* Events that waited and need not any more; each may in turn be what another waited for. */
static enum err take_woken(struct fold *f, struct store_txn *t)
{
	struct log_event event = { 0 };
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < f->wake_count; i++) {
		struct fold_view v;

		if ((e = log_event_at(t, &f->wake[i], &event)) == ERR_NOTFOUND) {
			e = ERR_OK;
			continue;
		}
		v = history_view(&event);
		if (!e && !(e = take_event(f, t, &v)))
			e = pend_event_came(f, t, &v);
	}
	f->wake_count = 0;
	log_event_clear(&event);
	return e;
}

static enum err note_grown(struct fold *f, uint32_t log)
{
	for (uint32_t i = f->grown_count; i--; )
		if (f->grown[i] == log)
			return ERR_OK;
	if (f->grown_count == f->grown_cap) {
		uint32_t cap = f->grown_cap ? f->grown_cap * 2 : 64;
		uint32_t *more = realloc(f->grown, cap * sizeof *more);

		if (!more)
			return no_memory();
		f->grown = more;
		f->grown_cap = cap;
	}
	f->grown[f->grown_count++] = log;
	return ERR_OK;
}

/* Events that waited for a gap of a log that has grown: those it still keeps from folding wait again. */
static enum err take_grown(struct fold *f, struct store_txn *t)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && f->pending && i < f->grown_count; i++)
		if (!(e = pend_log_grew(f, t, f->grown[i])))
			e = take_woken(f, t);
	return e;
}

enum err fold_event(struct fold *f, struct store_txn *t, const struct log_place *at, const struct event_log_id *log,
                    const uint8_t hash[EVENT_HASH], const struct event *ev, bool first)
{
	struct fold_view v = { .at = at, .log = log, .hash = hash, .event = ev, .first = first };
	enum err e;

	start(f, t);
	if ((e = note_grown(f, at->log)) || (e = take_event(f, t, &v)) || (e = pend_event_came(f, t, &v)))
		return e;
	return f->wake_count ? take_woken(f, t) : t->err;
}

/* --- the end of a write --- */

static void forget_batch(struct fold *f)
{
	f->dirty_count = f->fresh_count = f->wake_count = f->grown_count = 0;
	buf_reset(&f->records);
	block_drop(&f->blocks);
	if (f->slots)
		memset(f->slots, 0, f->slot_count * sizeof *f->slots);
	f->started = false;
}

enum err fold_flush(struct fold *f, struct store_txn *t)
{
	enum err e;

	if (!f->started)
		return t->err;
	if ((e = take_grown(f, t)) || (e = fold_put_rows(f, t)))
		return e;
	for (uint32_t reg = 0; reg < f->slot_count; reg++)
		if (f->slots[reg])
			block_set_slots(t, (uint16_t)reg, f->slots[reg] - 1);
	e = block_flush(&f->blocks, t);
	f->village.known = false;
	tallies_clear(&f->tallies);
	forget_batch(f);
	return e ? e : t->err;
}

void fold_drop(struct fold *f)
{
	forget_batch(f);
	words_forget(&f->words, f->words_before);
	amended_clear(&f->amended);                     /* the way it saw may have gone with the write */
}
