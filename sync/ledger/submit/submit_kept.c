/* What an author leaves as it was, and what he empties. A form opens with what the row or the record holds: to send that back is no claim,
 * and must not stand against what others wrote meanwhile. */
#include "config.h"
#include "sync/ledger/submit/submit_own.h"

#include <string.h>

struct leaving {
	struct making *m;
	const struct plan_entity *en; struct payload_row *row;
	bool amends, counts;                              /* an AMEND; and the version it corrects counts */
};

static fill_node node_of(const struct making *m, const struct plan_entity *en, const struct plan_save *s, uint32_t instance)
{
	fill_node at = s->repeated ? making_instance(m, en->repeat, instance) : FILL_NO_NODE;

	return s->repeated && at == FILL_NO_NODE ? at : fill_node_at(m->fill, at, s->question);
}

const char *making_opened(const struct making *m, const struct payload_row *row, const struct plan_save *s, fill_node *node)
{
	const struct plan_entity *en = &m->plan->entities[row->entity];
	const struct pack_register *reg = &m->pack->registers[en->reg];
	uint32_t field = pack_find_field_number(reg, s->n);
	const char *shown;

	*node = s->question == FORM_NONE ? FILL_NO_NODE : node_of(m, en, s, row->instance);
	if (*node == FILL_NO_NODE || m->kind != EVENT_SUBMIT || !m->has_subject || row->fresh || field == PACK_NONE)
		return NULL;
	shown = fill_row_field(fill_question(m->fill, *node));
	if (!shown || strcmp(shown, reg->fields[field].id) || memcmp(m->subject.ref, row->row.event.ref, EVENT_REF) || m->subject.index != row->row.index)
		return NULL;
	return fill_opened(m->fill, *node);
}

/* SUBMIT: the question shows the field that it is saved to. A hidden question says nothing. */
static void leave_submitted(struct leaving *x, const struct plan_save *s, bool *answered)
{
	fill_node node;
	const char *opened = making_opened(x->m, x->row, s, &node), *value;

	if (node == FILL_NO_NODE || !fill_is_relevant(x->m->fill, node))
		return;
	value = fill_value(x->m->fill, node);
	*answered = *value;
	if (opened && *value && !strcmp(value, opened))
		payload_fields_add(&x->row->kept, s->n);
	else if (opened && *opened && !*value)
		payload_fields_add(&x->row->emptied, s->n);
}

/* AMEND: what the corrected version said, and still says, is not said again: others may have had the word since, or contradict it. */
static void leave_amended(struct leaving *x, const struct plan_save *s, bool *answered)
{
	fill_node node = node_of(x->m, x->en, s, x->row->instance);
	const char *opened = node == FILL_NO_NODE ? NULL : fill_opened(x->m->fill, node), *value;

	if (!opened)
		return;
	value = fill_is_relevant(x->m->fill, node) ? fill_value(x->m->fill, node) : "";
	*answered = *value;
	if (x->counts && !strcmp(value, opened))
		payload_fields_add(&x->row->kept, s->n);
}

/* Several questions that exclude each other may be saved to one field: the first that is answered counts. */
static void leave_fields(struct leaving *x)
{
	uint32_t done = 0;

	for (uint32_t i = 0; i < x->en->save_count; i++) {
		const struct plan_save *s = &x->en->saves[i];
		bool answered = false;

		if (s->n == done || s->governed || s->question == FORM_NONE || s->merge == PACK_DERIVE)
			continue;
		if (x->amends)
			leave_amended(x, s, &answered);
		else
			leave_submitted(x, s, &answered);
		if (answered)
			done = s->n;
	}
}

struct finding { const uint8_t *ref; bool counts; };

static bool find_version(void *user, const struct row_history *h)
{
	struct finding *f = user;

	if (!memcmp(h->event.ref, f->ref, EVENT_REF))
		f->counts = h->why == ROW_ACCEPTED;
	return !f->counts;
}

/* A version that does not count has yet to say all that it says. */
static enum err find_whether_it_counts(struct leaving *x, const struct row_id *id)
{
	struct finding f = { .ref = x->m->head.target.ref };
	enum err e = row_history(x->m->p, id, find_version, &f);

	x->counts = !e && f.counts;
	return e;
}

enum err making_kept(struct making *m)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < m->row_count; i++) {
		struct payload_row *row = &m->rows[i];
		struct leaving x = { .m = m, .en = &m->plan->entities[row->entity], .row = row, .amends = m->kind == EVENT_AMEND };
		struct row_id id = { .index = row->row.index };

		memcpy(id.ref, row->row.event.ref, EVENT_REF);
		if (row->fresh || (x.amends && (e = find_whether_it_counts(&x, &id))))
			continue;
		leave_fields(&x);
	}
	return e;
}

/* Did others write the field since the form was opened? Then their value is not among what the author saw. */
enum err making_unseen(struct making *m, const struct row *r, const struct payload_row *row, const struct plan_save *s, bool *out)
{
	struct buf now = { 0 }, opens = { 0 };
	const struct pack *pack;
	fill_node node;
	const char *opened = making_opened(m, row, s, &node);
	uint32_t reg, field;
	enum err e;

	*out = false;
	if (!opened || (e = reader_pack(m->p, &pack)))
		return opened ? e : ERR_OK;
	reg = pack_find_register(pack, r->reg);
	field = reg == PACK_NONE ? PACK_NONE : pack_find_field_number(&pack->registers[reg], s->n);
	if (field == PACK_NONE)
		return ERR_OK;
	if (!(e = row_text(m->p, r, field, &now)) && !(e = fill_opens_with(m->fill, node, buf_str(&now), &opens)))
		*out = strcmp(buf_str(&opens), opened) != 0;
	buf_clear(&now);
	buf_clear(&opens);
	return e;
}
