/* Which record an event is a version of, which version is the last, and what its form was opened on. */
#include "config.h"
#include "sync/ledger/submit/submit_own.h"
#include "sync/ledger/store/scratch.h"
#include "sync/ledger/rows/unseal.h"

#include "forms/base/jdoc.h"
#include "forms/pack/answers.h"
#include "sync/keys/roster.h"

#include <stdlib.h>
#include <string.h>

/* A form that changes its subject has it among its rows; one that makes a row about it, among its answers. */
static enum err find_subject(struct profile *p, const struct submit_opened *o, struct submit_version *out)
{
	const struct pack_form *form = &o->rec.pack->forms[out->form];
	const struct form *asked = form->body->form;       /* its plan has read it */
	const struct event *ev = &o->event.event;
	struct jdoc *answers = NULL;
	struct buf open = { 0 };
	enum err e;

	if (!form->subject)
		return ERR_OK;
	e = unseal_private(p, o->rec.pack, out->form, &ev->private_part, &open);
	if (!e && ev->answers.data)
		e = answers_json(o->rec.pack, out->form, ev->answers.data, ev->answers.len, open.data, open.len, &answers);
	for (uint32_t q = 0; !e && !out->has_subject && q < asked->question_count; q++) {
		const struct form_question *question = &asked->questions[q];

		if (question->type == FORM_ROW && !strcmp(question->source, form->subject))
			out->has_subject = row_id_parse(jdoc_str(jdoc_get(answers, question->name)), &out->subject);
	}
	jdoc_free(answers);
	buf_clear(&open);
	return e;
}

static enum err find_changed(struct profile *p, const struct submit_opened *o, struct submit_version *out)
{
	const struct pack *pack = o->rec.pack;
	const struct pack_form *form = &pack->forms[out->form];
	struct fold_view v = history_view(&o->event);
	struct payload pl;
	struct payload_row row;
	struct missing why;
	struct log_place at;
	struct store_txn t;
	struct context c;
	enum err e = payload_open((enum event_kind)o->event.event.kind, o->event.event.public_part.data, o->event.event.public_part.len, &pl);

	if (e)
		return e;
	reader_begin(p, &t, &c);
	if ((out->amends = pl.kind == EVENT_AMEND))
		e = history_link(&c, &v, &pl.target, &at, out->before, &why);
	while (!e && form->subject && !out->has_subject && payload_next(&pl, &row)) {
		if (row.fresh || row.instance != PAYLOAD_NO_INSTANCE || row.entity >= form->entity_count ||
		    strcmp(pack->registers[form->entities[row.entity].reg].id, form->subject))
			continue;
		out->subject.index = row.row.index;
		if (!(e = history_link(&c, &v, &row.row.event, &at, out->subject.ref, &why)))
			out->has_subject = true;
		out->kept = row.kept;
		out->emptied = row.emptied;
	}
	store_abort(&t);
	if (!e && pl.reason && !(out->reason = strndup(pl.reason, pl.reason_len)))
		e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	return e;
}

enum err submit_version(struct profile *p, const uint8_t ref[EVENT_REF], struct submit_version *out)
{
	struct submit_opened o;
	enum err e = submit_open_record(p, ref, &o);

	*out = (struct submit_version){ .amends = false };
	if (!e) {
		memcpy(out->record, o.rec.ref, EVENT_REF);
		memcpy(out->before, ref, EVENT_REF);
		out->pack = o.rec.pack;
		out->form = o.rec.plan->form;
		if (!keys_roster_same_person(p->roster, p->writer, o.rec.writer) && !keys_roster_has_role(p->roster, p->writer, PACK_TOWN))
			out->why = ROW_NOT_AUTHOR;
		if (!(e = find_changed(p, &o, out)) && !out->has_subject)
			e = find_subject(p, &o, out);
		if (!e)
			e = unseal_lacks(p, out->pack, out->form, &o.event.event.private_part, &out->unread);
	}
	log_event_clear(&o.event);
	if (e)
		submit_version_clear(out);
	return e;
}

void submit_version_clear(struct submit_version *v)
{
	free(v->reason);
	*v = (struct submit_version){ .amends = false };
}

/* --- the last of them --- */

enum { VERSIONS_MAX = 256 };

struct versions { uint8_t refs[VERSIONS_MAX][EVENT_REF]; uint32_t count; };

/* Of more corrections of one row than that, the last ones matter. */
static bool note(void *user, const struct row_history *h)
{
	struct versions *x = user;

	if (h->kind != EVENT_AMEND || h->why != ROW_ACCEPTED)
		return true;
	if (x->count == VERSIONS_MAX)
		memmove(x->refs[0], x->refs[1], --x->count * sizeof x->refs[0]);
	memcpy(x->refs[x->count++], h->event.ref, EVENT_REF);
	return true;
}

static enum err first_row(struct profile *p, const uint8_t ref[EVENT_REF], uint8_t record[EVENT_REF], struct row_id *id, bool *has)
{
	struct submit_opened o;
	struct touched *rows = NULL;
	struct scratch mem = { 0 };
	struct missing why;
	struct store_txn t;
	struct context c;
	uint32_t count = 0;
	enum err e = submit_open_record(p, ref, &o);

	if (!e) {
		struct fold_view v = history_view(&o.event);

		memcpy(record, o.rec.ref, EVENT_REF);
		reader_begin(p, &t, &c);
		e = history_rows(&c, &v, &mem, &rows, &count, &why);
		store_abort(&t);
	}
	if ((*has = !e && count))
		*id = rows[0].id;
	scratch_free(&mem);
	log_event_clear(&o.event);
	return e;
}

enum err submit_newest(struct profile *p, const uint8_t ref[EVENT_REF], uint8_t newest[EVENT_REF])
{
	struct versions x = { .count = 0 };
	struct submit_version v;
	uint8_t record[EVENT_REF];
	struct row_id id;
	bool has;
	enum err e = first_row(p, ref, record, &id, &has);

	memcpy(newest, ref, EVENT_REF);
	if (!e && has)
		e = row_history(p, &id, note, &x);
	for (uint32_t i = x.count; !e && i--; ) {
		bool same;

		if ((e = submit_version(p, x.refs[i], &v)))
			break;
		same = !memcmp(v.record, record, EVENT_REF);
		submit_version_clear(&v);
		if (same) {
			memcpy(newest, x.refs[i], EVENT_REF);
			break;
		}
	}
	return e;
}
