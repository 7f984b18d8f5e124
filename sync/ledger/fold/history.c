#include "config.h"
#include "sync/ledger/fold/history_own.h"

#include "sync/keys/roster.h"
#include "sync/ledger/fold/opened.h"
#include "sync/ledger/fold/said.h"
#include "sync/ledger/profile/profile.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum { NOTED = 4 + 8 + EVENT_REF };               /* behind a row's key in HIST */

void history_reset(struct history *h, const struct row_key *key, const struct row_id *id)
{
	scratch_reset(&h->mem);
	h->count = 0;
	h->key = *key;
	memset(&h->head, 0, sizeof h->head);
	if (id)
		h->id = h->head.id = *id;
}

void history_free(struct history *h)
{
	free(h->entries);
	scratch_free(&h->mem);
	buf_clear(&h->value);
	*h = (struct history){ 0 };
}

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static struct judge_entry *new_entry(struct history *h)
{
	if (h->count == h->cap) {
		uint32_t cap = h->cap ? h->cap * 2 : 16;
		struct judge_entry *more = realloc(h->entries, cap * sizeof *more);

		if (!more)
			return NULL;
		h->entries = more;
		h->cap = cap;
	}
	return memset(&h->entries[h->count++], 0, sizeof *h->entries);
}

enum err history_new(struct history *h, struct judge_entry **out)
{
	return (*out = new_entry(h)) ? ERR_OK : no_memory();
}

/* --- what everybody knows of the author --- */

static void set_author(struct history *h, struct judge_entry *e, const struct context *c, const struct fold_view *v)
{
	const struct keys_writer *w = keys_roster_find(c->p->roster, v->log->writer);

	memcpy(e->ref, v->hash, EVENT_REF);
	e->log = *v->log;
	e->at = *v->at;
	e->seq = v->at->seq;
	e->lamport = v->event->lamport;
	e->wall = v->event->wall;
	e->kind = (enum event_kind)v->event->kind;
	e->trusted = history_trusts(c, v);
	e->roles = w ? w->roles : 0;
	e->person = w ? scratch_text(&h->mem, w->person, strlen(w->person)) : NULL;
}

/* --- entries --- */

static enum err read_deps(const struct context *c, const struct fold_view *v, const struct payload_link *deps, uint32_t count, struct judge_entry *e)
{
	struct missing why;
	struct log_place at;

	for (uint32_t i = 0; i < count; i++) {
		if (!deps[i].distance) {
			memcpy(e->deps[i], deps[i].ref, EVENT_REF);
		} else {
			enum err err = history_link(c, v, &deps[i], &at, e->deps[i], &why);

			if (err)
				return err;
		}
	}
	e->dep_count = count;
	return ERR_OK;
}

/* Is the entry about the row of this history? An event may list hundreds of rows, and is read for each of them: what it names is looked up
 * only where the numbers agree. */
static enum err about_row(const struct history *h, const struct context *c, const struct fold_view *v, const struct payload_row *row, uint32_t place, bool *out)
{
	const struct payload_link *l = &row->row.event;
	struct missing why;
	struct log_place at, made = rowcode_place(&h->key);
	uint8_t ref[EVENT_REF];
	enum err e;

	*out = false;
	if (row->fresh) {
		*out = (uint8_t)place == h->id.index && !memcmp(v->hash, h->id.ref, EVENT_REF);
		return ERR_OK;
	}
	if (l->distance >= v->at->seq)
		return ERR_FORMAT;
	if (row->row.index != h->id.index)
		return ERR_OK;
	if (l->distance && h->key.len && (made.log != v->at->log || made.seq != v->at->seq - l->distance))
		return ERR_OK;
	if (l->distance && (e = history_link(c, v, l, &at, ref, &why)))
		return e;
	*out = !memcmp(l->distance ? ref : l->ref, h->id.ref, EVENT_REF);
	return ERR_OK;
}

static void set_head(struct history *h, const struct context *c, const struct fold_view *v, const struct record *rec, enum err *e)
{
	h->head.scope = v->log->scope;
	h->head.number = rec->number;
	if (!c->writing)
		return;                                   /* a reader already has the row's own record */
	if (!*e)
		*e = words_make(c->words, c->t, rec->version, &h->head.version);
	if (!*e)
		*e = words_make(c->words, c->t, rec->pack->forms[rec->plan->form].id, &h->head.form);
}

static bool is_author(const struct context *c, const struct fold_view *v, const struct record *rec)
{
	return !memcmp(v->log->writer, rec->writer, EVENT_WRITER) || keys_roster_same_person(c->p->roster, v->log->writer, rec->writer);
}

static enum err add_record_row(struct history *h, const struct context *c, const struct fold_view *v, const struct record *rec, const struct payload *pl,
                               const struct payload_row *row, uint32_t place)
{
	struct judge_entry *e = new_entry(h);
	struct log_place at;
	struct missing why;
	enum err err = ERR_OK;

	if (!e)
		return no_memory();
	set_author(h, e, c, v);
	e->place = place;
	e->fresh = row->fresh;
	e->pack = rec->pack;
	e->form = rec->pack->forms[rec->plan->form].id;
	e->version = rec->pack->version;
	e->reg = rec->plan->entities[row->entity].reg;
	e->may_submit = !rec->pack->forms[rec->plan->form].roles || (e->roles & rec->pack->forms[rec->plan->form].roles);
	for (uint32_t i = 0; i < row->step_count; i++)
		if (row->steps[i] < rec->pack->step_count && rec->pack->steps[row->steps[i]].reg == e->reg)
			e->steps[e->step_count++] = &rec->pack->steps[row->steps[i]];
	if (row->fresh)
		set_head(h, c, v, rec, &err);
	if (!err && v->event->kind == EVENT_AMEND) {
		e->author = is_author(c, v, rec);
		e->has_target = true;
		err = history_link(c, v, &pl->target, &at, e->target, &why);
	}
	if (!err)
		err = read_deps(c, v, row->deps, row->dep_count, e);
	return err ? err : history_read_writes(h, c, v, rec, row, e);
}

/* A row belongs to the register of the entity that made it; whoever names it with an entity of another one says nothing of it. A row that is
 * just being submitted has no key yet. */
static bool same_register(const struct history *h, const struct context *c, const struct record *rec, uint32_t entity)
{
	return !h->key.len || !strcmp(words_text(c->words, c->t, rowcode_register(&h->key)), rec->pack->registers[rec->plan->entities[entity].reg].id);
}

/* As add_record() of an event that was opened for other rows too. */
static enum err add_opened(struct history *h, const struct context *c, const struct fold_view *v, const struct opened_event *o)
{
	struct payload_row row;
	bool about;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < o->row_count; i++) {
		if (!opened_may_be(o, i, &h->id, &h->key))
			continue;
		opened_read(o, i, &row);
		if (!(e = about_row(h, c, v, &row, i, &about)) && about && same_register(h, c, &o->record, row.entity))
			e = add_record_row(h, c, v, &o->record, &o->payload, &row, i);
	}
	return e ? e : o->rest;
}

static enum err add_record(struct history *h, const struct context *c, const struct fold_view *v, struct payload *pl)
{
	const struct opened_event *o = opened_keep(c, v, pl);
	struct payload_row row;
	struct record rec;
	struct missing why;
	bool about;
	enum err e;

	if (o)
		return add_opened(h, c, v, o);
	e = history_record_of(c, v, pl, &rec, &why);
	for (uint32_t i = 0; !e && payload_next(pl, &row); i++) {
		if (row.entity >= rec.plan->entity_count)
			return ERR_FORMAT;
		if (!(e = about_row(h, c, v, &row, i, &about)) && about && same_register(h, c, &rec, row.entity))
			e = add_record_row(h, c, v, &rec, pl, &row, i);
	}
	return e;
}

/* RESOLVE knows no pack: the field is as the pack of the newest entry before it says; it never changes. */
static const struct pack_field *find_field(const struct history *h, uint32_t n, bool *governed)
{
	for (uint32_t i = 0; i < h->count; i++) {
		const struct judge_entry *e = &h->entries[i];
		uint32_t f = e->pack ? pack_find_field_number(&e->pack->registers[e->reg], n) : PACK_NONE;

		if (f != PACK_NONE) {
			*governed = judge_governed(e->pack, e->reg, f);
			return &e->pack->registers[e->reg].fields[f];
		}
	}
	return NULL;
}

static enum err add_resolve(struct history *h, const struct context *c, const struct fold_view *v, const struct payload *pl)
{
	struct judge_entry *e = new_entry(h);
	struct judge_write *w;
	const struct pack_field *f;
	struct buf value = { 0 };

	if (!e)
		return no_memory();
	set_author(h, e, c, v);
	if (!(e->writes = w = scratch_take(&h->mem, sizeof *w)))
		return no_memory();
	e->write_count = 1;
	w->n = pl->field;
	f = find_field(h, pl->field, &w->governed);
	w->merge = f ? f->merge : PACK_DERIVE;
	if (pl->value) {
		buf_put(&value, pl->value, pl->value_len);
		if (f && (f->type == PACK_ROW || f->type == PACK_ROWS))
			history_absolute_links(c, v, &value);
		w->data = scratch_copy(&h->mem, value.data, w->len = value.len);
		buf_clear(&value);
	} else if (!(v->event->flags & (EVENT_PRIVATE_GONE | EVENT_ANSWERS_GONE)) && !history_erased(c, v)) {
		w->data = scratch_copy(&h->mem, v->event->private_part.data, w->len = v->event->private_part.len);
	}
	return read_deps(c, v, pl->deps, pl->dep_count, e);
}

/* Did the person of `v` make the record that this event is a version of? */
static enum err made_by(const struct context *c, const struct fold_view *v, const struct log_place *target, const uint8_t *ref, bool *out)
{
	const struct opened_event *o = opened_find(c->opened, target, ref);
	struct log_event event = { 0 };
	struct fold_view of;
	struct record rec;
	struct missing why;
	enum err e = ERR_OK;

	if (!o && !(e = log_event_at(c->t, target, &event))) {
		of = history_view(&event);
		e = history_record(c, &of, &rec, &why);
	}
	if (!e)
		*out = is_author(c, v, o ? &o->record : &rec);
	log_event_clear(&event);
	return e;
}

static enum err add_target(struct history *h, const struct context *c, const struct fold_view *v, const struct payload *pl)
{
	struct judge_entry *e = new_entry(h);
	struct missing why;
	struct log_place at;
	enum err err;

	if (!e)
		return no_memory();
	set_author(h, e, c, v);
	e->has_target = true;
	err = history_link(c, v, &pl->target, &at, e->target, &why);
	if (!err && !said_stands(c->t, e->target, v)) {
		h->count--;
		return ERR_OK;
	}
	return err ? err : made_by(c, v, &at, e->target, &e->author);
}

enum err history_add(struct history *h, const struct context *c, const struct fold_view *v)
{
	const struct opened_event *o = opened_find(c->opened, v->at, v->hash);
	struct payload pl;
	enum err e;

	if (o)
		return add_opened(h, c, v, o);
	if ((e = payload_open((enum event_kind)v->event->kind, v->event->public_part.data, v->event->public_part.len, &pl)))
		return e;
	switch (pl.kind) {
	case EVENT_SUBMIT:
	case EVENT_AMEND:
		return add_record(h, c, v, &pl);
	case EVENT_RESOLVE:
		return add_resolve(h, c, v, &pl);
	case EVENT_RETRACT:
	case EVENT_ATTACH:
		return add_target(h, c, v, &pl);
	default:
		return ERR_OK;
	}
}

/* --- from the store --- */

void history_note(struct store_txn *t, const struct row_key *row, const struct log_place *at, const uint8_t ref[EVENT_REF])
{
	struct store_key k = rowcode_store_key(row);
	uint8_t strand[2] = { (uint8_t)(at->strand >> 8), (uint8_t)at->strand };

	store_key_u32(&k, at->log);
	store_key_u64(&k, at->seq);
	store_key_put(&k, ref, EVENT_REF);
	store_put(t, STORE_HIST, &k, strand, sizeof strand);
}

enum err history_noted(struct store_txn *t, const struct row_key *row, enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user)
{
	struct store_key prefix = rowcode_store_key(row), key;
	struct store_cursor at;
	enum err e = ERR_OK;

	store_seek(t, STORE_HIST, &prefix, &at);
	while (!e && store_next(&at, &key, NULL))
		if (key.len == prefix.len + NOTED)
			e = each(user, key.bytes + key.len - EVENT_REF);
	store_seek_end(&at);
	return e ? e : t->err;
}

static struct log_place noted_place(const struct store_key *k, size_t prefix, const struct buf *strand)
{
	const uint8_t *b = k->bytes + prefix;
	struct log_place at = { 0 };

	for (int i = 0; i < 4; i++)
		at.log = at.log << 8 | b[i];
	for (int i = 4; i < 12; i++)
		at.seq = at.seq << 8 | b[i];
	if (strand->len == 2)
		at.strand = (uint16_t)((uint8_t)strand->data[0] << 8 | (uint8_t)strand->data[1]);
	return at;
}

struct twin { const uint8_t *ref; size_t len; struct log_place at; };

static enum err is_twin(void *user, const struct log_event *e)
{
	struct twin *x = user;

	if (memcmp(e->hash, x->ref, x->len))
		return ERR_OK;
	x->at = e->place;
	return ERR_EXISTS;
}

/* The event at a place whose ref begins as the key says; in a split log the place alone may mean its twin, or nobody. */
static enum err read_event(const struct context *c, const struct log_place *at, const uint8_t *ref, size_t len, struct log_event *out)
{
	struct twin x = { .ref = ref, .len = len };
	struct event_log_id id;
	enum err e = log_event_at(c->t, at, out);

	if ((e && e != ERR_NOTFOUND) || (!e && !memcmp(out->hash, ref, len)))
		return e;
	if (len == EVENT_REF)
		return log_event_get(c->t, ref, out);
	if ((e = log_id_of(c->t, at->log, &id)) || (e = log_each(c->t, &id, at->seq, at->seq, is_twin, &x)) != ERR_EXISTS)
		return e ? e : ERR_NOTFOUND;
	return log_event_at(c->t, &x.at, out);
}

/* An event that does not say what its kind says, or nothing at all, says nothing here. Anybody may name any event as the one that made a
 * row, so it must not stop the fold. */
static enum err unless_silent(enum err e)
{
	return e == ERR_HELD || e == ERR_FORMAT || e == ERR_LIMIT || e == ERR_UNSUPPORTED ? ERR_OK : e;
}

static enum err load_noted(struct history *h, const struct context *c, struct log_event *event)
{
	struct store_key prefix = rowcode_store_key(&h->key), key;
	struct store_cursor at;
	struct buf strand = { 0 };
	enum err e = ERR_OK;

	store_seek(c->t, STORE_HIST, &prefix, &at);
	while (!e && store_next(&at, &key, &strand)) {
		const uint8_t *ref = key.bytes + key.len - EVENT_REF;
		const struct opened_event *o;
		struct log_place place;
		struct fold_view v;

		if (key.len != prefix.len + NOTED)
			continue;
		place = noted_place(&key, prefix.len, &strand);
		if (!(o = opened_find(c->opened, &place, ref)) && (e = read_event(c, &place, ref, EVENT_REF, event)))
			break;
		v = o ? o->view : history_view(event);
		e = unless_silent(history_add(h, c, &v));
	}
	store_seek_end(&at);
	buf_clear(&strand);
	return e ? e : c->t->err;
}

enum err history_load(struct history *h, const struct context *c, const struct row_key *key)
{
	struct log_place made = rowcode_place(key);
	struct log_event event = { 0 };
	struct fold_view v;
	enum err e;

	history_reset(h, key, NULL);
	if (!(e = read_event(c, &made, key->bytes + 13, 4, &event))) {
		memcpy(h->id.ref, event.hash, EVENT_REF);
		h->id.index = rowcode_index(key);
		h->head.id = h->id;
		v = history_view(&event);
		if (!(e = unless_silent(history_add(h, c, &v))))
			e = load_noted(h, c, &event);
	}
	log_event_clear(&event);
	for (uint32_t i = 0; !e && i < h->count; i++)
		h->entries[i].in_scope = event_scope_same(&h->entries[i].log.scope, &h->head.scope);
	return e;
}
