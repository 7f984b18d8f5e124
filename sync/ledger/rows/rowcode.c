#include "config.h"
#include "sync/ledger/rows/rowcode.h"

#include "forms/base/i18n.h"
#include "forms/base/wire.h"

#include <stdlib.h>
#include <string.h>

/* --- keys: register 2, log 4, seq 6, index 1, first bytes of the ref 4 (a split log has two rows at one place) --- */

enum { KEY_BYTES = 17 };

static void be(uint8_t *out, uint64_t n, int bytes)
{
	while (bytes--) {
		out[bytes] = (uint8_t)n;
		n >>= 8;
	}
}

static uint64_t un_be(const uint8_t *in, int bytes)
{
	uint64_t n = 0;

	while (bytes--)
		n = n << 8 | *in++;
	return n;
}

struct row_key rowcode_key(uint16_t reg, const struct log_place *at, uint8_t index, const uint8_t ref[EVENT_REF])
{
	struct row_key k = { .len = KEY_BYTES };

	be(k.bytes, reg, 2);
	be(k.bytes + 2, at->log, 4);
	be(k.bytes + 6, at->seq, 6);
	k.bytes[12] = index;
	memcpy(k.bytes + 13, ref, 4);
	return k;
}

struct store_key rowcode_store_key(const struct row_key *k)
{
	struct store_key s = store_key();

	store_key_put(&s, k->bytes, k->len);
	return s;
}

struct row_key rowcode_from_store(const struct store_key *k)
{
	struct row_key r = { .len = k->len < ROW_KEY_MAX ? k->len : ROW_KEY_MAX };

	memcpy(r.bytes, k->bytes, r.len);
	return r;
}

uint16_t rowcode_register(const struct row_key *k)
{
	return (uint16_t)un_be(k->bytes, 2);
}

struct log_place rowcode_place(const struct row_key *k)
{
	return (struct log_place){ .log = (uint32_t)un_be(k->bytes + 2, 4), .seq = un_be(k->bytes + 6, 6) };
}

uint8_t rowcode_index(const struct row_key *k)
{
	return k->bytes[12];
}

/* --- writing --- */

struct writer {
	struct words *words;
	struct store_txn *txn;
	const struct judge_entry *entries;
	uint32_t count;
	uint32_t numbers[UINT8_MAX + 1], number_count;    /* fields in ascending order */
	enum err err;
};

static bool is_open(const struct judge_write *w)
{
	return w->why == ROW_ACCEPTED && !w->closed && !w->clears;
}

static void note_number(struct writer *w, uint32_t n)
{
	uint32_t i = w->number_count;

	while (i && w->numbers[i - 1] > n)
		i--;
	if ((i && w->numbers[i - 1] == n) || w->number_count > UINT8_MAX)
		return;
	memmove(&w->numbers[i + 1], &w->numbers[i], (w->number_count - i) * sizeof *w->numbers);
	w->numbers[i] = n;
	w->number_count++;
}

static bool same_value(const struct judge_write *a, const struct judge_write *b)
{
	return a->len == b->len && !a->data == !b->data && (!a->data || !memcmp(a->data, b->data, a->len));
}

/* A field that people disagree on: fields and states with two distinct open values. */
static bool field_conflicts(const struct writer *w, uint32_t n)
{
	const struct judge_write *first = NULL;

	for (uint32_t i = 0; i < w->count; i++)
		for (uint32_t j = 0; j < w->entries[i].write_count; j++) {
			const struct judge_write *x = &w->entries[i].writes[j];

			if (x->n != n || !is_open(x) || (x->merge != PACK_FIELD && x->merge != PACK_STATE && x->merge != PACK_TOWN_FIELD))
				continue;
			if (first && !same_value(first, x))
				return true;
			first = x;
		}
	return false;
}

/* open value count of field n; written when out is not NULL */
static uint32_t put_open(const struct writer *w, uint32_t n, struct buf *out)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < w->count; i++)
		for (uint32_t j = 0; j < w->entries[i].write_count; j++) {
			const struct judge_write *x = &w->entries[i].writes[j];

			if (x->n != n || !is_open(x))
				continue;
			found++;
			if (!out)
				continue;
			cbor_put_unsigned(out, i);
			cbor_put_bytes(out, x->data, x->data ? x->len : 0);
		}
	return found;
}

static void put_fields(struct writer *w, struct rowcode *head, struct buf *out)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < w->count; i++)
		for (uint32_t j = 0; j < w->entries[i].write_count; j++)
			if (is_open(&w->entries[i].writes[j])) {
				note_number(w, w->entries[i].writes[j].n);
				total++;
			}
	if (!total)
		head->flags |= ROW_EMPTY;
	cbor_put_unsigned(out, total);
	cbor_put_array(out, w->number_count);
	for (uint32_t f = 0; f < w->number_count; f++) {
		uint32_t open = total == w->number_count ? 1 : put_open(w, w->numbers[f], NULL);

		if (open > 1 && field_conflicts(w, w->numbers[f]))
			head->flags |= ROW_CONFLICT;
		cbor_put_array(out, 1 + 2 * (size_t)open);
		cbor_put_unsigned(out, w->numbers[f]);
		put_open(w, w->numbers[f], out);
	}
}

static uint16_t word(struct writer *w, const char *text)
{
	uint16_t n = 0;
	enum err e = text ? words_make(w->words, w->txn, text, &n) : ERR_OK;

	if (e && !w->err)
		w->err = e;
	return n;
}

static void put_proposal(struct writer *w, struct buf *out, uint32_t event, enum row_reason why, const char *step, const struct judge_write *x)
{
	cbor_put_array(out, 5);
	cbor_put_unsigned(out, event);
	cbor_put_unsigned(out, why);
	cbor_put_unsigned(out, word(w, step));
	cbor_put_unsigned(out, x ? x->n : 0);
	cbor_put_bytes(out, x && x->data ? x->data : (const uint8_t *)"", x && x->data ? x->len : 0);
}

/* What an entry proposes; `out` NULL only counts. */
static uint32_t put_entry_proposals(struct writer *w, uint32_t i, struct buf *out)
{
	const struct judge_entry *e = &w->entries[i];
	uint32_t found = 0;

	if (e->why == ROW_NOT_TRUSTED || e->kind == EVENT_RETRACT || e->kind == EVENT_ATTACH || e->answered)
		return 0;
	if (e->why != ROW_ACCEPTED) {
		if (out)
			put_proposal(w, out, i, e->why, e->step_count ? e->steps[0]->id : NULL, e->write_count == 1 ? &e->writes[0] : NULL);
		return 1;
	}
	for (uint32_t s = 0; s < e->step_count; s++)
		if (e->step_why[s] != ROW_ACCEPTED) {
			found++;
			if (out)
				put_proposal(w, out, i, e->step_why[s], e->steps[s]->id, NULL);
		}
	for (uint32_t j = 0; j < e->write_count; j++) {
		const struct judge_write *x = &e->writes[j];

		if (x->why == ROW_ACCEPTED || x->merge == PACK_DERIVE || x->clears || (e->kind == EVENT_AMEND && x->governed))
			continue;
		found++;
		if (out)
			put_proposal(w, out, i, x->why, NULL, x);
	}
	return found;
}

static void put_proposals(struct writer *w, struct rowcode *head, struct buf *out)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < w->count; i++)
		total += put_entry_proposals(w, i, NULL);
	if (total)
		head->flags |= ROW_PROPOSED;
	cbor_put_array(out, total);
	for (uint32_t i = 0; i < w->count; i++)
		put_entry_proposals(w, i, out);
}

static void put_steps(struct writer *w, struct buf *out)
{
	uint32_t total = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < w->count; i++) {
			const struct judge_entry *e = &w->entries[i];

			for (uint32_t s = 0; e->why == ROW_ACCEPTED && s < e->step_count; s++) {
				if (e->step_why[s] != ROW_ACCEPTED)
					continue;
				if (!pass) {
					total++;
					continue;
				}
				cbor_put_unsigned(out, word(w, e->steps[s]->id));
				cbor_put_unsigned(out, i);
			}
		}
		if (!pass)
			cbor_put_array(out, 2 * (size_t)total);
	}
}

static void put_events(const struct writer *w, struct buf *out)
{
	cbor_put_array(out, 5 * (size_t)w->count);
	for (uint32_t i = 0; i < w->count; i++) {
		const struct judge_entry *e = &w->entries[i];

		cbor_put_unsigned(out, e->at.log);
		cbor_put_unsigned(out, e->at.seq);
		cbor_put_unsigned(out, e->at.strand);
		cbor_put_bytes(out, e->ref, EVENT_REF);
		cbor_put_integer(out, e->wall);
	}
}

static bool retracted(const struct writer *w, const struct row_id *id)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (w->entries[i].kind == EVENT_RETRACT && w->entries[i].why == ROW_ACCEPTED &&
		    !memcmp(w->entries[i].target, id->ref, EVENT_REF))
			return true;
	return false;
}

enum err rowcode_put(struct words *words, struct store_txn *t, struct rowcode *head, const struct judge_entry *entries, uint32_t count, struct buf *out)
{
	struct writer w = { .words = words, .txn = t, .entries = entries, .count = count };

	head->flags = retracted(&w, &head->id) ? ROW_RETRACTED : 0;
	cbor_put_array(out, 12);
	cbor_put_unsigned(out, head->slot);
	cbor_put_bytes(out, head->id.ref, EVENT_REF);
	cbor_put_unsigned(out, head->scope.kind);
	cbor_put_bytes(out, head->scope.bytes, head->scope.length);
	cbor_put_unsigned(out, (uint64_t)head->version << 16 | head->form);
	cbor_put_unsigned(out, head->number);
	put_events(&w, out);
	put_fields(&w, head, out);
	put_proposals(&w, head, out);
	put_steps(&w, out);
	cbor_put_unsigned(out, head->flags);
	return w.err ? w.err : out->err;
}

/* --- reading --- */

struct reader {
	struct cbor c;
	struct words *words;
	struct store_txn *txn;
	uint8_t *at, *end;                                /* free memory of the row */
};

static void *take(struct reader *r, size_t n, size_t size)
{
	void *at = r->at;

	if (n > (size_t)(r->end - r->at) / size) {
		r->c.err = r->c.err ? r->c.err : ERR_FORMAT;
		return at;
	}
	r->at += (n * size + 15) & ~(size_t)15;
	return memset(at, 0, n * size);
}

static void get_events(struct reader *r, struct row *out)
{
	out->event_count = (uint32_t)(cbor_array(&r->c, SIZE_MAX) / 5);
	out->events = take(r, out->event_count, sizeof *out->events);
	for (uint32_t i = 0; i < out->event_count && !r->c.err; i++) {
		struct row_event *e = &out->events[i];
		const uint8_t *ref;

		e->at.log = (uint32_t)cbor_unsigned(&r->c);
		e->at.seq = cbor_unsigned(&r->c);
		e->at.strand = (uint16_t)cbor_unsigned(&r->c);
		if ((ref = cbor_bytes_n(&r->c, EVENT_REF)))
			memcpy(e->ref, ref, EVENT_REF);
		e->wall = cbor_integer(&r->c);
	}
}

static void get_fields(struct reader *r, struct row *out)
{
	uint64_t total = cbor_unsigned(&r->c);
	struct row_value *v = take(r, total, sizeof *v);

	out->field_count = (uint32_t)cbor_array(&r->c, SIZE_MAX);
	out->fields = take(r, out->field_count, sizeof *out->fields);
	for (uint32_t i = 0; i < out->field_count && !r->c.err; i++) {
		struct row_field *f = &out->fields[i];

		f->count = (uint32_t)(cbor_array(&r->c, SIZE_MAX) / 2);
		f->n = (uint32_t)cbor_unsigned(&r->c);
		f->open = v;
		for (uint32_t k = 0; k < f->count && !r->c.err; k++, v++) {
			v->event = (uint32_t)cbor_unsigned(&r->c);
			v->data = cbor_bytes(&r->c, &v->len);
			if (!v->len)
				v->data = NULL;
		}
	}
}

static void get_proposals(struct reader *r, struct row *out)
{
	out->proposal_count = (uint32_t)cbor_array(&r->c, SIZE_MAX);
	out->proposals = take(r, out->proposal_count, sizeof *out->proposals);
	for (uint32_t i = 0; i < out->proposal_count && !r->c.err; i++) {
		struct row_proposal *p = &out->proposals[i];
		uint16_t step;

		cbor_array(&r->c, 5);
		p->event = (uint32_t)cbor_unsigned(&r->c);
		p->why = (enum row_reason)cbor_unsigned(&r->c);
		step = (uint16_t)cbor_unsigned(&r->c);
		p->step = step ? words_text(r->words, r->txn, step) : NULL;
		p->field = (uint32_t)cbor_unsigned(&r->c);
		p->value = cbor_bytes(&r->c, &p->len);
	}
}

static void get_steps(struct reader *r, struct row *out)
{
	out->step_count = (uint32_t)(cbor_array(&r->c, SIZE_MAX) / 2);
	out->steps = take(r, out->step_count, sizeof *out->steps);
	for (uint32_t i = 0; i < out->step_count && !r->c.err; i++) {
		out->steps[i].step = words_text(r->words, r->txn, (uint16_t)cbor_unsigned(&r->c));
		out->steps[i].event = (uint32_t)cbor_unsigned(&r->c);
	}
}

static void get_head(struct reader *r, struct row *out)
{
	const uint8_t *bytes;
	size_t len = 0;
	uint64_t made;

	out->slot = (uint32_t)cbor_unsigned(&r->c);
	if ((bytes = cbor_bytes_n(&r->c, EVENT_REF)))
		memcpy(out->id.ref, bytes, EVENT_REF);
	out->scope.kind = (uint8_t)cbor_unsigned(&r->c);
	if ((bytes = cbor_bytes(&r->c, &len)) && len <= sizeof out->scope.bytes)
		memcpy(out->scope.bytes, bytes, len);
	out->scope.length = (uint8_t)len;
	made = cbor_unsigned(&r->c);
	out->version = words_text(r->words, r->txn, (uint16_t)(made >> 16));
	out->form = words_text(r->words, r->txn, (uint16_t)made);
	out->number = (uint32_t)cbor_unsigned(&r->c);
}

enum err rowcode_get(struct words *words, struct store_txn *t, const struct row_key *key, const void *data, size_t len, struct row *out)
{
	/* The dearest bytes of a record are those of an open value: two for a struct row_value. */
	size_t room = len + len / 2 * sizeof(struct row_value) + 8 * 16;
	struct reader r = { .words = words, .txn = t };
	enum err e;

	memset(out, 0, sizeof *out);
	if (!(out->memory = malloc(room)))               /* most of it is never used: what is taken is cleared */
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	memcpy(out->memory, data, len);
	r.c = cbor_init(out->memory, len);
	r.at = (uint8_t *)out->memory + ((len + 15) & ~(size_t)15);
	r.end = (uint8_t *)out->memory + room;
	out->key = *key;
	out->id.index = rowcode_index(key);
	out->reg = words_text(words, t, rowcode_register(key));
	cbor_array(&r.c, 12);
	get_head(&r, out);
	get_events(&r, out);
	get_fields(&r, out);
	get_proposals(&r, out);
	get_steps(&r, out);
	out->flags = (unsigned)cbor_unsigned(&r.c);
	if ((e = cbor_end(&r.c))) {
		row_clear(out);
		return err_set(ERR_CORRUPT, _("台账中的一行读不出来 (%s), 请重建台账"), err_name(e));
	}
	return ERR_OK;
}
