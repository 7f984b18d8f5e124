#include "config.h"
#include "sync/ledger/rows/unseal.h"
#include "sync/ledger/submit/submit_own.h"

#include "forms/base/i18n.h"
#include "forms/pack/answers.h"
#include "sync/keys/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- records that are there --- */

enum err submit_open_record(struct profile *p, const uint8_t *ref, struct submit_opened *out)
{
	struct fold_view v;
	struct missing why;
	struct store_txn t;
	struct context c;
	enum err e;

	memset(out, 0, sizeof *out);
	reader_begin(p, &t, &c);
	if (!(e = log_event_get(&t, ref, &out->event))) {
		v = history_view(&out->event);
		e = history_record(&c, &v, &out->rec, &why);
	}
	store_abort(&t);
	if (e == ERR_HELD)
		return err_set(ERR_HELD, _("这条记录还缺业务包或前面的记录, 收到后才能看"));
	return e;
}

/* Where the record has no answer the form's default is none either; nor does a repeat open with an instance it had not. */
static enum err empty_out(struct fill *f)
{
	enum err e;

	for (fill_node n = fill_first(f); n != FILL_NO_NODE; n = fill_next(f, n))
		if (*fill_value(f, n) && (e = fill_set(f, n, "")) && e != ERR_DENIED)
			return e;
	return ERR_OK;
}

static enum err drop_instances(const struct submit_opened *o, struct fill *f)
{
	const struct form *form = fill_form(f);
	const struct event_part *a = &o->event.event.answers;
	uint32_t count;
	enum err e = ERR_OK;

	for (uint32_t q = 0; !e && q < form->question_count; q++) {
		fill_node n = form->questions[q].type == FORM_REPEAT ? fill_node_at(f, FILL_NO_NODE, q) : FILL_NO_NODE;

		if (n == FILL_NO_NODE || answers_instances(o->rec.pack, o->rec.plan->form, q, a->data, a->len, &count))
			continue;
		for (uint32_t i = fill_instances(f, n); !e && i > count; i--)
			e = fill_remove_instance(f, fill_instance(f, n, i - 1));
	}
	return e == ERR_DENIED ? ERR_OK : e;
}

enum err submit_load(struct profile *p, const uint8_t record[EVENT_REF], struct fill *f)
{
	struct submit_opened o;
	const struct event *ev = &o.event.event;
	struct buf open = { 0 };
	enum err e = submit_open_record(p, record, &o);

	if (!e)
		e = unseal_private(p, o.rec.pack, o.rec.plan->form, &ev->private_part, &open);
	if (!e && !(e = empty_out(f)))
		e = answers_load(o.rec.pack, o.rec.plan->form, ev->answers.data, ev->answers.len, open.data, open.len, f);
	if (!e && !(e = drop_instances(&o, f)))
		e = fill_mark_opened(f);
	buf_clear(&open);
	log_event_clear(&o.event);
	return e;
}

struct naming { const struct pack *pack; uint32_t form; struct event_part answers; struct buf open; };

/* The names that one question has, one for each instance. */
static enum err files_of(const struct naming *n, uint32_t question, enum err (*each)(void *user, uint32_t question, const char *question_name, uint32_t instance, const char *name), void *user)
{
	static const struct pack_field plain = { .type = PACK_FILE };
	const struct pack_body *body = n->pack->forms[n->form].body;
	const struct form_question *q = &body->form->questions[question];
	uint32_t repeat = body->places[question].repeat, count = 1;
	enum err e = ERR_OK;

	if (repeat != FORM_NONE && answers_instances(n->pack, n->form, repeat, n->answers.data, n->answers.len, &count))
		return ERR_OK;                            /* a repeat in a repeat: no row comes of it */
	for (uint32_t i = 0; !e && i < count; i++) {
		struct buf value = { 0 }, name = { 0 };

		if (!answers_value(n->pack, n->form, question, i, n->answers.data, n->answers.len, n->open.data, n->open.len, &value))
			answers_value_text(&plain, value.data, value.len, &name);
		if (name.len)
			e = each(user, question, q->name, i + 1, buf_str(&name));
		buf_clear(&value);
		buf_clear(&name);
	}
	return e;
}

enum err submit_files(struct profile *p, const uint8_t record[EVENT_REF],
                      enum err (*each)(void *user, uint32_t question, const char *question_name, uint32_t instance, const char *name), void *user)
{
	struct naming n = { .form = 0 };
	const struct pack_body *body = NULL;
	struct submit_opened o;
	enum err e = submit_open_record(p, record, &o);

	if (!e) {
		body = o.rec.pack->forms[o.rec.plan->form].body;
		n = (struct naming){ .pack = o.rec.pack, .form = o.rec.plan->form, .answers = o.event.event.answers };
		e = unseal_private(p, n.pack, n.form, &o.event.event.private_part, &n.open);
	}
	for (uint32_t q = 0; !e && q < body->form->question_count; q++) {
		enum form_type type = body->form->questions[q].type;

		if (type >= FORM_IMAGE && type <= FORM_SIGNATURE && body->places[q].at != PACK_NONE)
			e = files_of(&n, q, each, user);
	}
	buf_clear(&n.open);
	log_event_clear(&o.event);
	return e;
}

enum err submit_show(struct profile *p, const struct log_event *event, struct submit_shown *out)
{
	const struct event *ev = &event->event;
	const struct keys_writer *w;
	struct fold_view v = history_view(event);
	struct record rec;
	struct missing why;
	struct store_txn t;
	struct context c;
	enum err e;

	*out = (struct submit_shown){ .form = "", .version = "" };
	reader_begin(p, &t, &c);
	e = history_record(&c, &v, &rec, &why);
	store_abort(&t);
	if (e)
		return e;
	w = keys_roster_find(p->roster, rec.writer);
	out->form = rec.pack->forms[rec.plan->form].id;
	out->version = rec.pack->version;
	snprintf(out->number, sizeof out->number, "%.28s-%04u", w ? w->label : "", (unsigned)rec.number);
	return answers_json(rec.pack, rec.plan->form, ev->answers.data, ev->answers.len, NULL, 0, &out->answers);
}

void submit_shown_clear(struct submit_shown *s)
{
	jdoc_free(s->answers);
	*s = (struct submit_shown){ .form = "", .version = "" };
}

/* --- amend --- */

/* The rows of the version that is corrected, each named by its id now; instances that came since are new. */
static enum err amended_rows(struct making *m, const struct submit_opened *o)
{
	const struct event *ev = &o->event.event;
	bool town = keys_roster_has_role(m->p->roster, m->p->writer, PACK_TOWN);
	struct payload old;
	struct payload_row row;
	enum err e = making_rows(m);

	if (e || (e = payload_open((enum event_kind)ev->kind, ev->public_part.data, ev->public_part.len, &old)))
		return e;
	for (uint32_t i = 0; payload_next(&old, &row); i++)
		for (uint32_t k = 0; k < m->row_count; k++) {
			struct payload_row *now = &m->rows[k];
			struct fold_view v = history_view(&o->event);
			struct missing why;
			struct log_place at;
			struct store_txn t;
			struct context c;

			if (now->entity != row.entity || now->instance != row.instance)
				continue;
			now->fresh = false;
			now->row.index = row.fresh ? (uint8_t)i : row.row.index;
			memcpy(now->row.event.ref, o->event.hash, EVENT_REF);
			if (row.fresh)
				continue;
			reader_begin(m->p, &t, &c);
			e = history_link(&c, &v, &row.row.event, &at, now->row.event.ref, &why);
			store_abort(&t);
			if (e)
				return e;
		}
	/* What the record did to the state of its rows stands; only a row that is new, by the township, begins its way here. */
	for (uint32_t k = 0; k < m->row_count; k++)
		if (!town || !m->rows[k].fresh)
			m->rows[k].step_count = 0;
	return ERR_OK;
}

/* What its corrector cannot read, a correction would leave empty. */
static enum err refuse_unread(struct profile *p, const struct submit_opened *o)
{
	bool lacks;
	enum err e = unseal_lacks(p, o->rec.pack, o->rec.plan->form, &o->event.event.private_part, &lacks);

	if (e || !lacks)
		return e;
	return err_set(ERR_DENIED, _("这条记录里有您打不开的保密内容, 在这里更正会把它抹掉: 请村应急管理员或乡镇更正"));
}

/* It closes the version it saw, and whatever it knows to be open beside it in the fields it writes. */
enum err submit_amend(struct profile *p, const struct submit_amend *what, uint8_t ref[EVENT_REF])
{
	struct making m = { 0 };
	struct submit_opened o;
	enum err e;

	if (what->reason && strlen(what->reason) > PAYLOAD_REASON_MAX)
		return err_set(ERR_LIMIT, _("理由太长, 至多 %d 字节"), PAYLOAD_REASON_MAX);
	e = submit_open_record(p, what->target, &o);
	if (!e && !(e = refuse_unread(p, &o)) && !(e = making_open(&m, p, fill_form(what->fill)->id, o.rec.version, what->fill))) {
		m.kind = EVENT_AMEND;
		memcpy(m.head.target.ref, what->target, EVENT_REF);
		m.head.reason = what->reason;
		m.draft = what->draft;
		m.scope = o.event.log.scope;
		if (!(e = amended_rows(&m, &o)) && !(e = making_answers(&m)) && !(e = making_kept(&m)) && !(e = making_deps(&m)))
			e = making_write(&m, ref);
	}
	making_close(&m);
	log_event_clear(&o.event);
	return e;
}
