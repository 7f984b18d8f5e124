#include "config.h"
#include "sync/ledger/submit_own.h"

#include "forms/base/i18n.h"
#include "forms/pack/answers.h"
#include "forms/pack/cond.h"
#include "sync/keys/roster.h"
#include "sync/ledger/conflict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- records that are there --- */

struct opened { struct log_event event; struct record rec; };

static enum err open_record(struct profile *p, const uint8_t *ref, struct opened *out)
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

static void close_record(struct opened *o)
{
	log_event_clear(&o->event);
}

enum err submit_load(struct profile *p, const uint8_t record[EVENT_REF], struct fill *f)
{
	struct opened o;
	const struct event *ev = &o.event.event;
	enum err e = open_record(p, record, &o);

	if (!e)
		e = answers_load(o.rec.pack, o.rec.plan->form, ev->answers.data, ev->answers.len, ev->private_part.data, ev->private_part.len, f);
	close_record(&o);
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
	out->form = rec.pack->forms[rec.plan->form].form->id;
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
static enum err amended_rows(struct making *m, const struct opened *o)
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
	for (uint32_t k = 0; k < m->row_count && !town; k++)
		m->rows[k].step_count = 0;
	return ERR_OK;
}

/* It closes the version it saw, and whatever it knows to be open beside it in the fields it writes. */
enum err submit_amend(struct profile *p, const uint8_t target[EVENT_REF], struct fill *fill, uint8_t ref[EVENT_REF])
{
	struct making m = { 0 };
	struct opened o;
	enum err e = open_record(p, target, &o);

	if (!e && !(e = making_open(&m, p, fill_form(fill)->id, o.rec.version, fill))) {
		m.kind = EVENT_AMEND;
		memcpy(m.head.target.ref, target, EVENT_REF);
		m.scope = o.event.log.scope;
		if (!(e = amended_rows(&m, &o)) && !(e = making_answers(&m)) && !(e = making_deps(&m)) && !(e = making_judge(&m)))
			e = making_write(&m, ref);
	}
	making_close(&m);
	close_record(&o);
	return e;
}

/* --- retract, resolve --- */

struct one { struct event_scope scope; enum event_kind kind; struct payload head; const char *reason; struct buf private_part; uint8_t *ref; };

static enum err write_one(struct log_batch *b, void *user)
{
	struct one *o = user;
	struct store_txn *t = log_txn(b);
	struct payload head = o->head;
	struct buf public_part = { 0 };
	struct event ev = { .kind = (uint16_t)o->kind };
	struct event_log_id id;
	uint64_t seq;
	enum err e = log_next(b, &o->scope, &id, &seq);

	if (e)
		return e;
	if (submit_may_shorten(t, &id)) {
		submit_shorten(t, &id, seq, &head.target);
		submit_shorten(t, &id, seq, &head.row.event);
		for (uint32_t i = 0; i < head.dep_count; i++)
			submit_shorten(t, &id, seq, &head.deps[i]);
	}
	if (o->kind == EVENT_RETRACT)
		payload_put_retract(&public_part, &head.target, o->reason);
	else
		payload_put_resolve(&public_part, &head);
	ev.public_part = (struct event_part){ (const uint8_t *)public_part.data, public_part.len };
	if (o->private_part.len) {
		ev.private_part = (struct event_part){ (const uint8_t *)o->private_part.data, o->private_part.len };
		ev.flags |= EVENT_HAS_PRIVATE;
	}
	e = public_part.err ? public_part.err : log_append(b, &o->scope, &ev, o->ref);
	buf_clear(&public_part);
	return e;
}

enum err submit_retract(struct profile *p, const uint8_t target[EVENT_REF], const char *reason, uint8_t ref[EVENT_REF])
{
	struct one one = { .kind = EVENT_RETRACT, .reason = reason, .ref = ref };
	struct opened o;
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if (strlen(reason) > PAYLOAD_REASON_MAX)
		return err_set(ERR_LIMIT, _("理由太长, 至多 %d 字节"), PAYLOAD_REASON_MAX);
	e = open_record(p, target, &o);
	if (!e && !keys_roster_same_person(p->roster, p->writer, o.rec.writer) && !keys_roster_has_role(p->roster, p->writer, PACK_TOWN))
		e = err_set(ERR_DENIED, "%s", row_reason_text(ROW_NOT_AUTHOR));
	if (!e) {
		one.scope = o.event.log.scope;
		memcpy(one.head.target.ref, target, EVENT_REF);
		e = log_write(p, write_one, &one);
	}
	close_record(&o);
	return e;
}

struct taking { uint32_t wanted; struct buf value; bool found; };

static bool take_side(void *user, uint32_t take, const struct conflict_side *s)
{
	struct taking *t = user;

	if (take != t->wanted)
		return true;
	t->found = true;
	buf_put(&t->value, s->value->data, s->value->data ? s->value->len : 0);
	return false;
}

static enum err choose_value(struct profile *p, const struct row *r, uint32_t field, uint32_t take, const char *value, struct buf *out)
{
	struct taking t = { .wanted = take };
	enum err e;

	if (!take) {
		if (!value || !*value)
			return err_set(ERR_USAGE, _("要么取其中一种说法, 要么写新的值"));
		cbor_put_text(out, value);
		return out->err;
	}
	e = conflict_sides(p, r, field, take_side, &t);
	if (!e && !t.found)
		e = err_set(ERR_NOTFOUND, _("没有第 %u 种说法"), take);
	if (!e)
		buf_put(out, t.value.data, t.value.len);
	buf_clear(&t.value);
	return e ? e : out->err;
}

/* Judged here as the fold will: the township settles states, and only to a side; others their own words. */
static enum err judge_settling(struct profile *p, const struct row *r, const struct one *one)
{
	struct history h = { 0 };
	struct buf public_part = { 0 };
	struct event ev = { .kind = EVENT_RESOLVE, .lamport = UINT64_MAX, .flags = one->private_part.len ? EVENT_HAS_PRIVATE : 0 };
	struct event_log_id log = { .scope = one->scope };
	struct log_place at = { .seq = UINT32_MAX };
	uint8_t hash[EVENT_HASH];
	struct fold_view v = { .at = &at, .log = &log, .hash = hash, .event = &ev };
	enum row_reason why = ROW_ACCEPTED;
	struct store_txn t;
	struct context c;
	enum err e;

	memset(hash, 0xff, sizeof hash);
	memcpy(log.writer, p->writer, EVENT_WRITER);
	payload_put_resolve(&public_part, &one->head);
	ev.public_part = (struct event_part){ (const uint8_t *)public_part.data, public_part.len };
	ev.private_part = (struct event_part){ (const uint8_t *)one->private_part.data, one->private_part.len };
	reader_begin(p, &t, &c);
	if (!(e = history_load(&h, &c, &r->key)) && !(e = history_add(&h, &c, &v))) {
		h.entries[h.count - 1].in_scope = true;
		e = judge_row(h.entries, h.count);
	}
	store_abort(&t);
	for (uint32_t i = 0; !e && i < h.count; i++)
		if (!memcmp(h.entries[i].ref, hash, EVENT_REF))
			why = h.entries[i].why;
	history_free(&h);
	buf_clear(&public_part);
	return e ? e : why ? err_set(ERR_DENIED, "%s", row_reason_text(why)) : ERR_OK;
}

enum err submit_resolve(struct profile *p, const struct row_id *row, uint32_t field, uint32_t take, const char *value, uint8_t ref[EVENT_REF])
{
	struct one one = { .kind = EVENT_RESOLVE, .ref = ref, .head = { .kind = EVENT_RESOLVE, .field = field } };
	const struct pack *pack;
	struct buf chosen = { 0 };
	struct row r = { 0 };
	uint32_t reg, at;
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = row_read(p, row, &r)) || (e = reader_register(p, r.reg, &pack, &reg)) || (e = choose_value(p, &r, field, take, value, &chosen)) ||
	    (e = submit_row_deps(&r, &field, 1, false, one.head.deps, &one.head.dep_count)))
		goto out;
	one.scope = r.scope;
	memcpy(one.head.row.event.ref, row->ref, EVENT_REF);
	one.head.row.index = row->index;
	at = pack_find_field_number(&pack->registers[reg], field);
	if (at != PACK_NONE && pack->registers[reg].fields[at].class >= 2) {
		buf_put(&one.private_part, chosen.data, chosen.len);
	} else {
		one.head.value = (const uint8_t *)chosen.data;
		one.head.value_len = chosen.len;
	}
	if (!(e = judge_settling(p, &r, &one)))
		e = log_write(p, write_one, &one);
out:
	buf_clear(&chosen);
	buf_clear(&one.private_part);
	row_clear(&r);
	return e;
}

/* --- what may be done now --- */

/* One step tried on the row as it stands, by this person. */
static enum err try_step(const struct context *c, struct history *h, const struct row *r, const struct pack *pack, uint32_t step, enum row_reason *why)
{
	const struct pack_step *s = &pack->steps[step];
	const struct keys_writer *w = keys_roster_find(c->p->roster, c->p->writer);
	const struct pack_field *f = &pack->registers[s->reg].fields[s->field];
	uint32_t fields[64], count = 0;
	struct payload_link deps[LIMIT_DEPS];
	struct judge_entry *e;
	struct cond_term term;
	enum err err;

	if ((err = history_load(h, c, &r->key)) || (err = history_new(h, &e)))
		return err;
	fields[count++] = f->n;
	for (uint32_t i = 0; i < pack->step_count; i++)
		for (const char *at = pack->steps[i].reg == s->reg && !strcmp(pack->steps[i].id, s->id) ? pack->steps[i].when : NULL; cond_next(&at, &term); )
			for (uint32_t k = 0; k < pack->registers[s->reg].field_count && count < 64; k++)
				if (cond_field_is(&term, pack->registers[s->reg].fields[k].id))
					fields[count++] = pack->registers[s->reg].fields[k].n;
	if ((err = submit_row_deps(r, fields, count, false, deps, &e->dep_count)))
		return err;
	for (uint32_t i = 0; i < e->dep_count; i++)
		memcpy(e->deps[i], deps[i].ref, EVENT_REF);
	memset(e->ref, 0xff, sizeof e->ref);
	memcpy(e->log.writer, c->p->writer, EVENT_WRITER);
	e->lamport = UINT64_MAX;
	e->kind = EVENT_SUBMIT;
	e->trusted = e->may_submit = w && !w->revoked;
	e->in_scope = keys_roster_writes(c->p->roster, c->p->writer, &r->scope);
	e->roles = w ? w->roles : 0;
	e->person = w ? w->person : NULL;
	e->pack = pack;
	e->reg = s->reg;
	e->steps[e->step_count++] = s;
	if (!(e->writes = scratch_take(&h->mem, 2 * sizeof *e->writes)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	if (!strcmp(s->to, "=")) {
		/* What the form will say is not known yet; nothing is taken away by asking. */
		e->writes[0] = (struct judge_write){ .n = f->n, .merge = f->merge == PACK_SET ? PACK_FIELD : f->merge, .governed = true };
		e->write_count = 1;
	}
	if ((err = judge_row(h->entries, h->count)))
		return err;
	*why = h->entries[h->count - 1].why;
	return ERR_OK;
}

enum err submit_steps(struct profile *p, const struct row *r, struct submit_choice *out, uint32_t max, uint32_t *count)
{
	struct history h = { 0 };
	const struct pack *pack;
	struct store_txn t;
	struct context c;
	uint32_t reg;
	enum err e = reader_register(p, r->reg, &pack, &reg);

	*count = 0;
	if (e)
		return e;
	reader_begin(p, &t, &c);
	for (uint32_t i = 0; !e && i < pack->step_count && *count < max; i++) {
		const struct pack_step *s = &pack->steps[i];

		if (s->reg != reg || !s->form || (*count && !strcmp(out[*count - 1].step->id, s->id)))
			continue;
		out[*count].step = s;
		e = try_step(&c, &h, r, pack, i, &out[*count].why);
		++*count;
	}
	store_abort(&t);
	history_free(&h);
	return e;
}
