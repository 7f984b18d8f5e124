#include "config.h"
#include "sync/ledger/submit/submit_own.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/pack/answers.h"
#include "sync/keys/identity.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/log_record.h"
#include "sync/ledger/rows/unseal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- answers --- */

struct sealing { const uint8_t *pk; uint8_t id[KEYS_ID]; };

/* [key id, sealed box]: only the village manager and the township hold the confidential key. */
static enum err seal_value(void *user, const void *value, size_t len, struct buf *out)
{
	const struct sealing *s = user;
	uint8_t *box = malloc(len + KEYS_SEALED);
	enum err e = ERR_OK;

	if (!box)
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	if (!keys_send(s->pk, value, len, box)) {
		e = err_set(ERR_FORMAT, _("村的保密钥匙不能用"));
	} else {
		cbor_put_array(out, 2);
		cbor_put_bytes(out, s->id, KEYS_ID);
		cbor_put_bytes(out, box, len + KEYS_SEALED);
	}
	free(box);
	return e;
}

enum err making_answers(struct making *m)
{
	uint8_t pk[KEYS_PK];
	uint32_t version;
	struct sealing s = { .pk = pk };
	struct buf sealed = { 0 };
	enum err e = answers_encode(m->pack, m->form, m->fill, &m->answers, &m->private_part);

	if (e || !m->private_part.len || !keys_roster_scope_key(m->p->roster, &m->scope, KEYS_SCOPE_CONFIDENTIAL, &version, pk))
		return e;
	keys_box_id(pk, s.id);
	if (!(e = answers_map_sensitive(m->pack, m->form, m->private_part.data, m->private_part.len, seal_value, &s, &sealed))) {
		buf_clear(&m->private_part);
		m->private_part = sealed;
		return sealed.err;
	}
	buf_clear(&sealed);
	return e;
}

/* --- judged before it is signed --- */

static void put_public(const struct making *m, const struct payload_row *rows, const struct payload_link *target, struct buf *out)
{
	if (m->kind == EVENT_AMEND)
		payload_put_amend(out, target, m->head.reason, rows, m->row_count);
	else
		payload_put_submit(out, &m->head, rows, m->row_count);
}

static struct event make_event(const struct making *m, const struct buf *public_part)
{
	struct event e = { .kind = (uint16_t)m->kind };

	e.public_part = (struct event_part){ (const uint8_t *)public_part->data, public_part->len };
	if (m->answers.len) {
		e.answers = (struct event_part){ (const uint8_t *)m->answers.data, m->answers.len };
		e.flags |= EVENT_HAS_ANSWERS;
	}
	if (m->private_part.len) {
		e.private_part = (struct event_part){ (const uint8_t *)m->private_part.data, m->private_part.len };
		e.flags |= EVENT_HAS_PRIVATE;
	}
	return e;
}

/* Which of the row's values stands in the way. */
static enum err refuse_step(const struct context *c, const struct judge_entry *e, uint32_t step, const struct payload_row *row)
{
	const char *name = pack_name(&e->steps[step]->label, i18n_language()), *why = row_reason_text(e->step_why[step]);
	struct row_id id = { .index = row->row.index };
	struct row r = { .id = { .index = 0 } };
	struct buf what = { 0 };
	enum err refused;

	memcpy(id.ref, row->row.event.ref, EVENT_REF);
	if (e->step_why[step] == ROW_WHEN && !row->fresh && !reader_row_id(c, &id, &r)) {
		submit_hindrance(&r, e->pack, e->steps[step], e->roles, &what);
		row_clear(&r);
	}
	refused = what.len ? err_set(ERR_DENIED, _("%s: 条件还不满足: 现在 %s"), name, buf_str(&what)) : err_set(ERR_DENIED, _("%s: %s"), name, why);
	buf_clear(&what);
	return refused;
}

static enum err refuse(const struct making *m, const struct context *c, const struct judge_entry *e, const struct payload_row *row)
{
	for (uint32_t i = 0; i < e->step_count; i++)
		if (e->step_why[i] != ROW_ACCEPTED)
			return refuse_step(c, e, i, row);
	if (e->why != ROW_ACCEPTED)
		return err_set(ERR_DENIED, _("%s: %s"), pack_name(&m->pack->forms[m->form].title, i18n_language()), row_reason_text(e->why));
	return ERR_OK;
}

/* What a step needs of the form is asked on the device alone: the line that let the step pass says it. */
static enum err check_needs(const struct making *m, const struct judge_entry *e, const struct payload_row *row)
{
	const struct pack_entity *en = &m->pack->forms[m->form].entities[row->entity];
	fill_node at = making_instance(m, en->repeat, row->instance);
	enum err err;

	for (uint32_t i = 0; i < e->write_count; i++) {
		const struct pack_step *s = e->writes[i].step;
		bool given = true;

		if (!s || !s->needs)
			continue;
		if ((err = fill_test(m->fill, at, s->needs, &given)))
			return err;
		if (!given)
			return err_set(ERR_DENIED, _("%s: 还缺必填的内容 (%s)"), pack_name(&s->label, i18n_language()), s->needs);
	}
	return ERR_OK;
}

static enum err judge_entries(struct making *m, const struct context *c, const struct fold_view *v, uint32_t i, struct history *h)
{
	struct row_id id = { .index = (uint8_t)i };
	struct row_key key = { .len = 0 };
	enum err e = ERR_OK;

	memcpy(id.ref, v->hash, EVENT_REF);
	if (m->rows[i].fresh) {
		history_reset(h, &key, &id);
	} else {
		memcpy(id.ref, m->rows[i].row.event.ref, EVENT_REF);
		id.index = m->rows[i].row.index;
		if (!(e = history_row_key(c, &id, &key)))
			e = history_load(h, c, &key);
	}
	if (!e)
		e = history_add(h, c, v);
	if (m->rows[i].fresh)
		h->head.scope = m->scope;
	for (uint32_t k = 0; k < h->count; k++)
		h->entries[k].in_scope = event_scope_same(&h->entries[k].log.scope, &h->head.scope);
	return e ? e : judge_row(h->entries, h->count);
}

static enum err judge_rows(struct making *m, const struct context *c, const struct fold_view *v)
{
	struct history h = { 0 };
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < m->row_count; i++) {
		e = judge_entries(m, c, v, i, &h);
		for (uint32_t k = 0; !e && k < h.count; k++) {
			if (memcmp(h.entries[k].ref, v->hash, EVENT_REF) || h.entries[k].place != i)
				continue;
			if (!(e = refuse(m, c, &h.entries[k], &m->rows[i])))
				e = check_needs(m, &h.entries[k], &m->rows[i]);
		}
	}
	history_free(&h);
	return e;
}

/* The event as it will be, under a hash that no event has: later than all, by this writer. */
enum err making_judge(struct making *m)
{
	struct buf public_part = { 0 };
	struct event_log_id log = { .scope = m->scope };
	struct log_place at = { .seq = UINT32_MAX };
	uint8_t hash[EVENT_HASH];
	struct event event;
	struct fold_view v = { .at = &at, .log = &log, .hash = hash, .event = &event };
	struct store_txn t;
	struct context c;
	enum err e;

	memset(hash, 0xff, sizeof hash);
	memcpy(log.writer, m->p->writer, EVENT_WRITER);
	put_public(m, m->rows, &m->head.target, &public_part);
	event = make_event(m, &public_part);
	event.lamport = UINT64_MAX;
	reader_begin(m->p, &t, &c);
	e = public_part.err ? public_part.err : judge_rows(m, &c, &v);
	store_abort(&t);
	buf_clear(&public_part);
	return e;
}

/* --- written --- */

static enum err take_number(struct log_batch *b, uint32_t *out)
{
	struct store_key key = log_meta_key(META_DRAFT_NUMBER), value = store_key();
	uint64_t n;

	store_key_put(&key, log_profile(b)->writer, EVENT_WRITER);
	n = log_meta_number(log_txn(b), &key, 0) + 1;
	if (n > UINT32_MAX)
		return err_set(ERR_LIMIT, _("编号用完了"));
	store_key_u64(&value, n);
	*out = (uint32_t)n;
	return log_keep(b, STORE_META, &key, value.bytes, value.len);
}

void submit_shorten(struct store_txn *t, const struct event_log_id *id, uint64_t seq, struct payload_link *l)
{
	struct event_log_id of;
	struct log_place at;

	if (l->distance || log_find(t, l->ref, &at) || log_id_of(t, at.log, &of))
		return;
	if (!memcmp(of.writer, id->writer, EVENT_WRITER) && event_scope_same(&of.scope, &id->scope) && of.epoch == id->epoch && at.seq < seq)
		l->distance = seq - at.seq;
}

/* A log that forked has two events at one number, and behind a gap may lie another branch (the device was copied, and its twin's
 * records came back to it): there refs stay whole. */
bool submit_may_shorten(struct store_txn *t, const struct event_log_id *id)
{
	struct log_head *h = calloc(1, sizeof *h);
	bool may = h && !log_head_get(t, id, h) && !h->split_at && h->range_count == 1;

	free(h);
	return may;
}

struct writing { struct making *m; struct payload_row *rows; uint8_t *ref; };

static bool same_part(const struct event_part *part, const struct buf *b)
{
	return part->len == b->len && (!b->len || !memcmp(part->data, b->data, b->len));
}

/* A value sealed twice is sealed in two ways: what our keys do not open is told apart by its length alone. */
static bool same_private(const struct making *m, const struct event *e)
{
	const struct event_part ours = { (const uint8_t *)m->private_part.data, m->private_part.len };
	struct buf was = { 0 }, is = { 0 };
	bool lacks = false, same = !unseal_private(m->p, m->pack, m->form, &e->private_part, &was) && !unseal_private(m->p, m->pack, m->form, &ours, &is) &&
	                           !unseal_lacks(m->p, m->pack, m->form, &e->private_part, &lacks) && was.len == is.len &&
	                           (lacks || !was.len || !memcmp(was.data, is.data, was.len));

	buf_clear(&was);
	buf_clear(&is);
	return same;
}

static enum err compare_recorded(const struct making *m, struct store_txn *t, const uint8_t ref[EVENT_REF])
{
	struct log_event was = { 0 };
	enum err e = log_event_get(t, ref, &was);

	if (!e && !(was.event.flags & (EVENT_ANSWERS_GONE | EVENT_PRIVATE_GONE)) && (!same_part(&was.event.answers, &m->answers) || !same_private(m, &was.event)))
		e = err_set(ERR_EXISTS, _("上一次其实已经存下了; 这之后改的没有存, 请打开那条记录更正"));
	log_event_clear(&was);
	return e;
}

enum err making_recorded(struct making *m, struct store_txn *t, uint8_t ref[EVENT_REF])
{
	struct store_key key = log_meta_key(META_DRAFT);
	struct buf record = { 0 };
	bool here;

	store_key_u64(&key, m->draft);
	here = m->draft && !store_get(t, STORE_META, &key, &record) && record.len == EVENT_REF;
	if (here)
		memcpy(ref, record.data, EVENT_REF);
	buf_clear(&record);
	return here ? compare_recorded(m, t, ref) : t->err ? t->err : ERR_NOTFOUND;
}

static enum err write_work(struct log_batch *b, void *user)
{
	struct writing *w = user;
	struct making *m = w->m;
	struct store_txn *t = log_txn(b);
	struct payload_link target = m->head.target;
	struct buf public_part = { 0 };
	struct event_log_id id;
	struct event event;
	uint64_t seq;
	enum err e;

	if ((e = making_recorded(m, t, w->ref)) != ERR_NOTFOUND)
		return e;
	e = log_next(b, &m->scope, &id, &seq);
	if (!e && m->kind == EVENT_SUBMIT && !m->head.number)
		e = take_number(b, &m->head.number);
	if (e)
		return e;
	memcpy(w->rows, m->rows, m->row_count * sizeof *w->rows);
	if (submit_may_shorten(t, &id)) {
		submit_shorten(t, &id, seq, &target);
		for (uint32_t i = 0; i < m->row_count; i++) {
			if (!w->rows[i].fresh)
				submit_shorten(t, &id, seq, &w->rows[i].row.event);
			for (uint32_t k = 0; k < w->rows[i].dep_count; k++)
				submit_shorten(t, &id, seq, &w->rows[i].deps[k]);
		}
	}
	put_public(m, w->rows, &target, &public_part);
	event = make_event(m, &public_part);
	e = public_part.err ? public_part.err : log_append(b, &m->scope, &event, w->ref);
	if (!e && m->draft)
		e = log_draft_done(b, m->draft, w->ref);
	buf_clear(&public_part);
	return e;
}

static enum err write_out(struct making *m, uint8_t ref[EVENT_REF])
{
	struct writing w = { .m = m, .ref = ref, .rows = calloc(m->row_count + 1, sizeof *w.rows) };
	enum err e = w.rows ? log_write(m->p, write_work, &w) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	free(w.rows);
	return e;
}

enum err making_write(struct making *m, uint8_t ref[EVENT_REF])
{
	struct store_txn t;
	enum err e;

	/* Here already, its rows have moved on, and it would be judged by what it did itself. */
	profile_begin(m->p, &t);
	e = t.err ? t.err : making_recorded(m, &t, ref);
	store_abort(&t);
	if (e != ERR_NOTFOUND)
		return e;
	return (e = making_judge(m)) ? e : write_out(m, ref);
}

/* --- the door --- */

static enum err may_fill_in(const struct making *m)
{
	const struct keys_writer *w = keys_roster_find(m->p->roster, m->p->writer);
	const struct pack_form *pf = &m->pack->forms[m->form];

	if (!w)
		return err_set(ERR_DENIED, _("这台设备还没有乡镇发的证书: 先入网"));
	if (w->revoked)
		return err_set(ERR_DENIED, _("乡镇已停用这台设备, 记不下新的; 没送的照样同步交去, 由乡镇核实。还要用就重新入网"));
	if (pf->roles && !(w->roles & pf->roles))
		return err_set(ERR_DENIED, _("%s: %s"), pack_name(&pf->title, i18n_language()), row_reason_text(ROW_NO_ROLE));
	return ERR_OK;
}

enum err submit_record(struct profile *p, const struct submit *what, uint8_t ref[EVENT_REF])
{
	int64_t now = clock_wall();
	struct making m;
	enum err e = making_open(&m, p, what->form, what->version, what->fill);

	if (!e && what->subject) {
		m.subject = *what->subject;
		m.has_subject = true;
	}
	if (!e && !(e = may_fill_in(&m)) && !(e = making_rows(&m)) && !(e = making_scope(&m, what->village)) && !(e = making_answers(&m)) &&
	    !(e = making_kept(&m)) && !(e = making_deps(&m))) {
		m.head = (struct payload){ .kind = EVENT_SUBMIT, .form = m.form, .number = what->number, .seconds = what->seconds };
		memcpy(m.head.version, m.version, sizeof m.head.version);
		m.head.started = what->started ? (now - what->started) / 1000 : 0;
		m.draft = what->draft;
		e = making_write(&m, ref);
	}
	making_close(&m);
	return e;
}
