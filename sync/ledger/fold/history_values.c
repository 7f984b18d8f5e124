/* What a record gives the fields of one of its rows. */
#include "config.h"
#include "sync/ledger/fold/history_own.h"

#include "forms/pack/answers.h"

#include <string.h>

/* A row value may name its event by distance; everywhere else it is named by ref. */
static enum err put_link(const struct context *c, const struct fold_view *v, struct cbor *in, struct buf *out)
{
	struct payload_link l = { 0 };
	struct missing why;
	struct log_place at;
	uint8_t ref[EVENT_REF];
	uint64_t index;
	enum err e;

	if (cbor_array(in, 2) != 2)
		return ERR_FORMAT;
	if (cbor_peek(in) == CBOR_BYTES) {
		const uint8_t *b = cbor_bytes_n(in, EVENT_REF);

		if (!b)
			return ERR_FORMAT;
		memcpy(ref, b, EVENT_REF);
	} else {
		l.distance = cbor_unsigned(in);
		if (in->err || !l.distance || (e = history_link(c, v, &l, &at, ref, &why)))
			return ERR_FORMAT;
	}
	index = cbor_unsigned(in);
	cbor_put_array(out, 2);
	cbor_put_bytes(out, ref, EVENT_REF);
	cbor_put_unsigned(out, index);
	return in->err ? ERR_FORMAT : ERR_OK;
}

void history_absolute_links(const struct context *c, const struct fold_view *v, struct buf *value)
{
	struct cbor in = cbor_init(value->data, value->len), look = in;
	struct buf out = { 0 };
	enum err e = ERR_OK;
	size_t n;

	if (cbor_peek(&in) != CBOR_ARRAY)
		return;
	n = cbor_array(&look, CBOR_ARRAY_MAX);
	if (cbor_peek(&look) == CBOR_ARRAY) {
		cbor_put_array(&out, n);
		for (size_t i = 0; i < n && !e; i++)
			e = put_link(c, v, &look, &out);
	} else {
		e = put_link(c, v, &in, &out);
	}
	if (!e && !out.err) {
		buf_reset(value);
		buf_put(value, out.data, out.len);
	}
	buf_clear(&out);
}

/* The value that one save gives: false when the question was not answered. */
static bool read_value(struct history *h, const struct context *c, const struct fold_view *v, struct answers_record *answers,
                       const struct plan_save *s, uint32_t instance, unsigned gone, struct judge_write *w)
{
	const struct event *ev = v->event;
	struct buf *value = &h->value;

	buf_reset(value);
	w->n = s->n;
	w->merge = s->merge;
	w->governed = s->governed;
	if (s->question == FORM_NONE) {
		cbor_put_text(value, s->constant ? s->constant : "");
	} else if (gone >= 2 || (s->personal && gone) || (s->personal && (ev->flags & EVENT_PRIVATE_GONE)) || (ev->flags & EVENT_ANSWERS_GONE && !s->personal)) {
		return true;
	} else if (answers_get(answers, s->question, s->repeated ? instance : 0, value)) {
		return false;
	}
	if (s->link && value->len)
		history_absolute_links(c, v, value);
	w->len = value->len;
	w->data = value->len && !value->err ? scratch_copy(&h->mem, value->data, value->len) : NULL;
	return w->data != NULL;
}

/* Not answered: its author emptied it; or the corrected record no longer says it. */
static bool leaves_empty(const struct judge_entry *e, const struct payload_row *row, const struct plan_save *s)
{
	if (payload_fields_has(&row->emptied, s->n))
		return !s->governed;
	return e->kind == EVENT_AMEND && !s->governed && s->merge != PACK_STATE && s->merge != PACK_TOWN_FIELD;
}

enum err history_read_writes(struct history *h, const struct context *c, const struct fold_view *v, const struct record *rec,
                             const struct payload_row *row, struct judge_entry *e)
{
	const struct plan_entity *en = &rec->plan->entities[row->entity];
	const struct event *ev = v->event;
	unsigned gone = history_erased(c, v);
	struct answers_record answers;

	answers_open(&answers, rec->pack, rec->plan->form, ev->answers.data, ev->answers.len, ev->private_part.data, ev->private_part.len);
	if (!(e->writes = scratch_take(&h->mem, (en->save_count + row->step_count + 1) * sizeof *e->writes)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (uint32_t i = 0; i < en->save_count; i++) {
		struct judge_write *w = &e->writes[e->write_count], *same = w - (e->write_count != 0);

		/* Questions that exclude each other may save to one field; the first answered one counts. */
		if (payload_fields_has(&row->kept, en->saves[i].n))
			continue;
		if (e->write_count && same->n == en->saves[i].n) {
			if (!same->clears)
				continue;
			w = same;
			e->write_count--;
		}
		memset(w, 0, sizeof *w);
		if (read_value(h, c, v, &answers, &en->saves[i], row->instance, gone, w)) {
			e->write_count++;
		} else if (leaves_empty(e, row, &en->saves[i])) {
			w->clears = true;
			e->write_count++;
		}
	}
	return h->mem.failed ? err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM)) : ERR_OK;
}
