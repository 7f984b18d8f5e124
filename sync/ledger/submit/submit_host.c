#include "config.h"
#include "sync/ledger/submit/submit_own.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "forms/pack/answers.h"
#include "sync/keys/hash.h"
#include "sync/keys/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct submit_host {
	struct fill_host fill;
	struct profile *p;
	const struct pack *pack; uint32_t reg;
	struct row row; bool has_row;
	struct buf value, name, device;
	struct jdoc *last;                                /* the last record of this form by this writer, or of his village */
};

/* --- the subject row --- */

static const char *row_field_text(void *user, const char *field)
{
	struct submit_host *h = user;
	char id[ROW_ID_TEXT];
	uint32_t at;

	if (!h->has_row)
		return NULL;
	buf_reset(&h->value);
	if (!strcmp(field, "__id")) {
		buf_puts(&h->value, row_id_text(&h->row.id, id));
	} else if (!strcmp(field, "__number")) {
		row_number(h->p, &h->row, &h->value);
	} else if (!strcmp(field, "__title")) {
		row_title(h->p, &h->row, &h->value);
	} else {
		if ((at = pack_find_field(&h->pack->registers[h->reg], field)) == PACK_NONE || row_text(h->p, &h->row, at, &h->value))
			return NULL;
	}
	return buf_str(&h->value);
}

/* --- last saved --- */

/* What goes from hand to hand: the newest record of the village, whoever of it made it. Newest as the events say, not the clocks: one that
 * was years ahead would be handed on for ever. */
struct newest { struct store_txn *txn; struct event_scope scope; const char *form; uint64_t lamport; bool found; uint8_t *ref; struct log_event event; };

static enum err look_newer(void *user, const struct row *r)
{
	struct newest *n = user;
	enum err e;

	if (!r->event_count || strcmp(r->form, n->form) || !event_scope_same(&r->scope, &n->scope))
		return ERR_OK;
	if ((e = log_event_at(n->txn, &r->events[0].at, &n->event)))
		return e == ERR_NOTFOUND ? ERR_OK : e;
	if (n->found && n->event.event.lamport < n->lamport)
		return ERR_OK;
	n->found = true;
	n->lamport = n->event.event.lamport;
	memcpy(n->ref, r->events[0].ref, EVENT_REF);
	return ERR_OK;
}

/* ERR_NOTFOUND: the pack does not say so of this form, this person is of no one village, or there is none yet. */
static enum err newest_of_village(struct submit_host *h, const char *form, uint8_t ref[EVENT_REF])
{
	struct newest n = { .scope = profile_own_scope(h->p), .form = form, .ref = ref };
	uint32_t f = pack_find_form(h->pack, form);
	struct event_scope all = event_scope_all();
	struct store_txn t;
	const char *whose;
	char key[96];
	enum err e;

	snprintf(key, sizeof key, "last_saved_%s", form);
	whose = pack_param(h->pack, key);
	if (!whose || strcmp(whose, "village") || f == PACK_NONE || !h->pack->forms[f].entity_count || event_scope_same(&n.scope, &all))
		return ERR_NOTFOUND;
	profile_begin(h->p, &t);
	n.txn = &t;
	e = t.err ? t.err : row_each(h->p, h->pack->registers[h->pack->forms[f].entities[0].reg].id, look_newer, &n);
	store_abort(&t);
	log_event_clear(&n.event);
	return e ? e : n.found ? ERR_OK : ERR_NOTFOUND;
}

static enum err load_last(struct submit_host *h, const char *form)
{
	struct log_event event = { 0 };
	struct fold_view v;
	struct record rec;
	struct missing why;
	struct store_txn t;
	struct context c;
	uint8_t ref[EVENT_REF];
	enum err e = newest_of_village(h, form, ref);
	bool found = !e;

	if (e && e != ERR_NOTFOUND)
		return e;
	reader_begin(h->p, &t, &c);
	if ((found || !(e = fold_last_record(&c, h->p->writer, form, ref))) && !(e = log_event_get(&t, ref, &event))) {
		v = history_view(&event);
		if (!(e = history_record(&c, &v, &rec, &why)))
			e = answers_json(rec.pack, rec.plan->form, event.event.answers.data, event.event.answers.len,
			                 event.event.private_part.data, event.event.private_part.len, &h->last);
	}
	store_abort(&t);
	log_event_clear(&event);
	return e == ERR_NOTFOUND || e == ERR_HELD || e == ERR_FORMAT ? ERR_OK : e;
}

static const char *last_saved(void *user, const char *name)
{
	struct submit_host *h = user;

	buf_reset(&h->value);
	jdoc_scalar_text(h->last ? jdoc_get(h->last, name) : NULL, &h->value);
	return buf_str(&h->value);
}

/* --- opening --- */

static enum err host_random(void *user, void *data, size_t len)
{
	(void)user;
	return fs_random(data, len);
}

static enum err load_row(struct submit_host *h, const struct row_id *subject)
{
	enum err e = row_read(h->p, subject, &h->row);

	if (e)
		return e;
	h->has_row = true;
	if ((h->reg = pack_find_register(h->pack, h->row.reg)) == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("业务包 %s 没有登记簿 %s"), h->pack->version, h->row.reg);
	return ERR_OK;
}

static void name_person(struct submit_host *h)
{
	const struct keys_writer *w = keys_roster_find(h->p->roster, h->p->writer);
	char hex[2 * EVENT_WRITER + 1];

	buf_puts(&h->name, w ? w->label : "");
	keys_hex(h->p->writer, EVENT_WRITER, hex);
	buf_puts(&h->device, hex);
}

enum err submit_host_open(struct profile *p, const char *form, const struct row_id *subject, struct submit_host **out)
{
	struct submit_host *h = calloc(1, sizeof *h);
	enum err e = h ? reader_pack(p, &h->pack) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	*out = NULL;
	if (!e) {
		h->p = p;
		name_person(h);
		h->fill = (struct fill_host){
			.now = clock_wall(), .utc_offset = h->pack->utc_offset, .username = buf_str(&h->name), .deviceid = buf_str(&h->device),
			.language = i18n_language() ? "en" : "zh", .user = h, .row_field = row_field_text, .last_saved = last_saved, .random = host_random };
		if (subject)
			e = load_row(h, subject);
	}
	if (!e)
		e = load_last(h, form);
	if (e)
		submit_host_close(h);
	else
		*out = h;
	return e;
}

const struct fill_host *submit_host_fill(const struct submit_host *h)
{
	return &h->fill;
}

void submit_host_close(struct submit_host *h)
{
	if (!h)
		return;
	row_clear(&h->row);
	jdoc_free(h->last);
	buf_clear(&h->value);
	buf_clear(&h->name);
	buf_clear(&h->device);
	free(h);
}
