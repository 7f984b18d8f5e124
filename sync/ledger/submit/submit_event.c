#include "config.h"
#include "sync/ledger/submit/submit_own.h"

#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/rows/conflict.h"

#include <stdlib.h>
#include <string.h>

/* --- retract, resolve --- */

struct one { struct event_scope scope; enum event_kind kind; struct payload head; const char *reason; const struct payload_link *links; uint32_t link_count; struct buf private_part; uint8_t *ref; };

static void put_payload(const struct one *o, const struct payload *head, struct buf *out)
{
	switch (o->kind) {
	case EVENT_RETRACT:
		payload_put_retract(out, &head->target, o->reason);
		break;
	case EVENT_RESOLVE:
		payload_put_resolve(out, head);
		break;
	default:
		payload_put_adopt(out, o->links, o->link_count);
	}
}

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
	put_payload(o, &head, &public_part);
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
	struct submit_opened o;
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if (strlen(reason) > PAYLOAD_REASON_MAX)
		return err_set(ERR_LIMIT, _("理由太长, 至多 %d 字节"), PAYLOAD_REASON_MAX);
	e = submit_open_record(p, target, &o);
	if (!e && !keys_roster_same_person(p->roster, p->writer, o.rec.writer) && !keys_roster_has_role(p->roster, p->writer, PACK_TOWN))
		e = err_set(ERR_DENIED, "%s", row_reason_text(ROW_NOT_AUTHOR));
	if (!e) {
		one.scope = o.event.log.scope;
		memcpy(one.head.target.ref, target, EVENT_REF);
		e = log_write(p, write_one, &one);
	}
	log_event_clear(&o.event);
	return e;
}

struct taking { uint32_t wanted; struct buf value; bool found; };

static bool take_side(void *user, uint32_t take, const struct conflict_side *s)
{
	struct taking *t = user;

	if (take != t->wanted)
		return true;
	t->found = true;
	/* What is confidential is settled as it is sealed. */
	if (s->value->sealed)
		buf_put(&t->value, s->value->sealed, s->value->sealed_len);
	else
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

/* --- adopted --- */

enum err submit_adopt(struct profile *p, const uint8_t (*refs)[EVENT_REF], uint32_t count, uint8_t ref[EVENT_REF])
{
	struct one one = { .kind = EVENT_ADOPT, .scope = event_scope_all(), .link_count = count, .ref = ref };
	struct payload_link *links;
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if (!keys_roster_has_role(p->roster, p->writer, PACK_TOWN))
		return err_set(ERR_DENIED, "%s", row_reason_text(ROW_TOWN_ONLY));
	if (!count || count > PAYLOAD_ADOPT_MAX)
		return err_set(ERR_LIMIT, _("一次采纳 1 到 %d 条"), PAYLOAD_ADOPT_MAX);
	if (!(links = calloc(count, sizeof *links)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (uint32_t i = 0; i < count; i++)
		memcpy(links[i].ref, refs[i], EVENT_REF);
	one.links = links;
	e = log_write(p, write_one, &one);
	free(links);
	return e;
}
