#include "config.h"
#include "sync/ledger/rows/unseal.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "forms/pack/answers.h"
#include "sync/keys/ring.h"

#include <stdlib.h>
#include <string.h>

/* [key id, sealed box] */
static bool is_sealed(const uint8_t *data, size_t len, const uint8_t **id, const uint8_t **box, size_t *box_len)
{
	struct cbor c = cbor_init(data, len);

	return data && cbor_array(&c, 2) == 2 && (*id = cbor_bytes_n(&c, KEYS_ID)) && (*box = cbor_bytes(&c, box_len)) && !cbor_end(&c)
	       && *box_len > KEYS_SEALED;
}

static bool is_ours(const struct profile *p, const uint8_t *data, size_t len, const uint8_t **id, const uint8_t **box, size_t *box_len)
{
	return is_sealed(data, len, id, box, box_len) && p->ring && keys_ring_has(p->ring, *id);
}

static enum err open_value(void *user, const void *value, size_t len, struct buf *out)
{
	const struct profile *p = user;
	const uint8_t *id, *box;
	size_t box_len;
	uint8_t *plain;
	enum err e = ERR_NOTFOUND;

	if (!is_ours(p, value, len, &id, &box, &box_len))
		return ERR_NOTFOUND;
	if (!(plain = malloc(box_len)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	if (keys_ring_open(p->ring, id, box, box_len, plain)) {
		buf_put(out, plain, box_len - KEYS_SEALED);
		e = out->err;
		sodium_memzero(plain, box_len);
	}
	free(plain);
	return e;
}

enum err unseal_private(const struct profile *p, const struct pack *pack, uint32_t form, const struct event_part *part, struct buf *out)
{
	return answers_map_sensitive(pack, form, part->data, part->len, open_value, (void *)(uintptr_t)p, out);
}

struct lacking { const struct profile *p; bool lacks; };

static enum err look(void *user, const void *value, size_t len, struct buf *out)
{
	struct lacking *l = user;
	const uint8_t *id, *box;
	size_t box_len;

	(void)out;
	l->lacks |= is_sealed(value, len, &id, &box, &box_len) && !is_ours(l->p, value, len, &id, &box, &box_len);
	return ERR_NOTFOUND;
}

enum err unseal_lacks(const struct profile *p, const struct pack *pack, uint32_t form, const struct event_part *part, bool *lacks)
{
	struct lacking l = { .p = p };
	struct buf unused = { 0 };
	enum err e = answers_map_sensitive(pack, form, part->data, part->len, look, &l, &unused);

	buf_clear(&unused);
	*lacks = l.lacks;
	return e;
}

/* --- rows --- */

/* A sealed value that one event saved to a field of the row, opened into `out`; untouched when it is not this event's. */
static void open_saved(const struct context *c, const struct log_event *e, uint32_t n, const struct row_value *value, struct buf *out)
{
	struct fold_view v = history_view(e);
	struct buf open = { 0 }, raw = { 0 };
	struct payload pl;
	struct payload_row row;
	struct record rec;
	struct missing why;

	if (history_record(c, &v, &rec, &why) || payload_open((enum event_kind)e->event.kind, e->event.public_part.data, e->event.public_part.len, &pl)
	    || unseal_private(c->p, rec.pack, rec.plan->form, &e->event.private_part, &open))
		goto out;
	while (payload_next(&pl, &row)) {
		const struct plan_entity *en = row.entity < rec.plan->entity_count ? &rec.plan->entities[row.entity] : NULL;

		for (uint32_t i = 0; en && i < en->save_count; i++) {
			const struct plan_save *s = &en->saves[i];
			uint32_t instance = s->repeated ? row.instance : 0;

			if (s->n != n || !s->personal || s->question == FORM_NONE)
				continue;
			buf_reset(&raw);
			if (answers_value(rec.pack, rec.plan->form, s->question, instance, e->event.answers.data, e->event.answers.len,
			                  e->event.private_part.data, e->event.private_part.len, &raw)
			    || raw.len != value->len || memcmp(raw.data, value->data, raw.len))
				continue;
			answers_value(rec.pack, rec.plan->form, s->question, instance, e->event.answers.data, e->event.answers.len, open.data, open.len, out);
			goto out;
		}
	}
out:
	buf_clear(&open);
	buf_clear(&raw);
}

/* A settling repeats the bytes of what it settled, so any event of the row may be where they came from. */
static enum err open_one(const struct context *c, struct row *r, uint32_t n, struct row_value *value)
{
	struct log_event e = { 0 };
	struct buf out = { 0 };
	enum err err = ERR_OK;

	for (uint32_t i = 0; !err && !out.len && i < r->event_count; i++) {
		if (log_event_get(c->t, r->events[i].ref, &e) || e.opaque || (e.event.kind != EVENT_SUBMIT && e.event.kind != EVENT_AMEND))
			continue;
		open_saved(c, &e, n, value, &out);
		err = out.err;
	}
	if (!err && out.len) {
		value->sealed = value->data;
		value->sealed_len = value->len;
		value->data = scratch_copy(r->opened, out.data, value->len = out.len);
		err = value->data ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	}
	log_event_clear(&e);
	buf_clear(&out);
	return err;
}

enum err unseal_row(const struct context *c, struct row *r)
{
	const uint8_t *id, *box;
	size_t box_len;
	enum err e = ERR_OK;

	for (uint32_t f = 0; !e && f < r->field_count; f++) {
		struct row_value *copy = NULL;

		for (uint32_t i = 0; !e && i < r->fields[f].count; i++) {
			if (!is_ours(c->p, r->fields[f].open[i].data, r->fields[f].open[i].len, &id, &box, &box_len))
				continue;
			if (!r->opened && !(r->opened = calloc(1, sizeof *r->opened)))
				return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
			if (!copy && !(copy = scratch_copy(r->opened, r->fields[f].open, r->fields[f].count * sizeof *copy)))
				return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
			r->fields[f].open = copy;
			e = open_one(c, r, r->fields[f].n, &copy[i]);
		}
	}
	return e;
}
