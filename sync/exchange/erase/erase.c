#include "config.h"
#include "sync/exchange/erase/erase.h"

#include "forms/base/i18n.h"
#include "sync/bundle/open.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/erase/erase_own.h"
#include "sync/exchange/outbox/shelf.h"
#include "sync/exchange/trust/decree.h"
#include "sync/keys/town.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/fold/history.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

/* --- ordering --- */

enum err erase_order(struct profile *p, const struct erase_list *l, const char *reason)
{
	struct decrees d = { 0 };
	enum err e = ERR_OK;

	if (strlen(reason) > KEYS_REASON_MAX)
		return err_set(ERR_LIMIT, _("理由太长, 至多 %d 字节"), KEYS_REASON_MAX);
	for (size_t at = 0; !e && at < l->count; at += KEYS_ERASURES) {
		struct keys_erase x = { .at = l->at + at, .count = l->count - at < KEYS_ERASURES ? l->count - at : KEYS_ERASURES };

		strcpy(x.reason, reason);
		e = keys_erase_encode(&x, &decrees_add(&d, EVENT_ERASE)->payload);
	}
	if (!e && l->count)
		e = decrees_write(p, &d);
	decrees_clear(&d);
	return e || !l->count ? e : erase_settle(p);
}

/* --- orders --- */

struct order { uint8_t ref[EVENT_REF]; int64_t when; struct keys_erase what; };
struct orders { struct profile *profile; struct store_txn *txn; struct order *at; size_t count, cap; };

static void orders_clear(struct orders *o)
{
	for (size_t i = 0; i < o->count; i++)
		keys_erase_clear(&o->at[i].what);
	free(o->at);
}

static enum err take_order(void *user, const struct log_event *e)
{
	struct orders *o = user;
	struct order x = { .when = e->event.wall };

	if (e->event.kind != EVENT_ERASE || e->opaque || keys_roster_standing(o->profile->roster, &e->log, e->place.seq, e->hash) != KEYS_TRUSTED
	    || keys_erase_decode(e->event.public_part.data, e->event.public_part.len, &x.what))
		return ERR_OK;
	if (o->count == o->cap) {
		size_t cap = o->cap ? 2 * o->cap : 8;
		struct order *more = realloc(o->at, cap * sizeof *more);

		if (!more) {
			keys_erase_clear(&x.what);
			return err_set(ERR_NOMEM, "erase");
		}
		o->at = more;
		o->cap = cap;
	}
	memcpy(x.ref, e->hash, EVENT_REF);
	o->at[o->count++] = x;
	return ERR_OK;
}

static enum err look_for_orders(void *user, const struct log_head *h)
{
	struct orders *o = user;

	return keys_roster_is_authority(o->profile->roster, h->id.writer) ? log_each(o->txn, &h->id, 1, UINT64_MAX, take_order, o) : ERR_OK;
}

static enum err read_orders(struct profile *p, struct orders *o)
{
	struct store_txn t;
	enum err e;

	*o = (struct orders){ .profile = p, .txn = &t };
	profile_begin(p, &t);
	e = t.err ? t.err : log_heads(&t, look_for_orders, o);
	store_abort(&t);
	return e;
}

/* --- obeying, beside the ledger --- */

/* The profile as a whole is done with an order when nobody's files hold the old bytes any more; noted under no writer. */
static const uint8_t everybody[EVENT_WRITER];

/* Where an erased event stands, and the blob it names when it is an attachment. */
static void find_target(struct profile *p, struct erase_target *t)
{
	struct log_event event = { 0 };
	struct store_txn txn;
	struct payload pl;

	profile_begin(p, &txn);
	t->placed = !txn.err && !log_event_get(&txn, t->ref, &event);
	if (t->placed) {
		t->log = event.log;
		t->seq = event.place.seq;
	}
	if (t->placed && event.event.kind == EVENT_ATTACH && !event.opaque
	    && !payload_open(EVENT_ATTACH, event.event.public_part.data, event.event.public_part.len, &pl)) {
		t->attachment = true;
		memcpy(t->blob, pl.blob, KEYS_HASH);
	}
	store_abort(&txn);
	log_event_clear(&event);
}

/* NULL: no memory. */
static struct erase_target *find_targets(struct profile *p, const struct keys_erase *what)
{
	struct erase_target *at = calloc(what->count ? what->count : 1, sizeof *at);

	for (size_t i = 0; at && i < what->count; i++) {
		memcpy(at[i].ref, what->at[i].ref, EVENT_REF);
		find_target(p, &at[i]);
	}
	return at;
}

static enum err drop_files(struct profile *p, const struct order *o, bool *left)
{
	struct erase_target *at = find_targets(p, &o->what);
	enum err e = at ? ERR_OK : err_set(ERR_NOMEM, "erase");

	for (size_t i = 0; !e && i < o->what.count; i++) {
		if (at[i].attachment)
			e = attach_drop(p, at[i].blob);
		if (!e && at[i].placed)
			e = shelf_forget(p, &at[i].log, at[i].seq);
	}
	if (!e)
		e = erase_refused(p, at, o->what.count);
	if (!e)
		e = erase_waiting(p, at, o->what.count);
	if (!e)
		e = erase_drafts(p, at, o->what.count, left);
	if (!e)
		e = erase_damaged(p, at, o->what.count, left);
	free(at);
	return e;
}

static bool any_ordered(struct profile *p)
{
	struct store_txn t;
	bool any;

	profile_begin(p, &t);
	any = !t.err && history_any_erased(&t);
	store_abort(&t);
	return any;
}

bool erase_forbids(struct profile *p, const void *data, size_t len)
{
	struct orders o = { 0 };
	bool held = false;

	if (!p->store || !bundle_is_for(data, len, p->ring) || !any_ordered(p))
		return false;
	if (!read_orders(p, &o))
		for (size_t i = 0; !held && i < o.count; i++) {
			struct erase_target *at = find_targets(p, &o.at[i].what);

			held = at && erase_holds(p, data, len, at, o.at[i].what.count);
			free(at);
		}
	orders_clear(&o);
	return held;
}

/* --- confirming --- */

struct confirming { const uint8_t *writer, *order; bool say; };

static enum err confirm(struct log_batch *b, void *user)
{
	const struct confirming *x = user;
	struct profile *p = log_profile(b);
	const struct keys_writer *me = keys_roster_find(p->roster, p->writer);
	struct payload_link link = { 0 };
	struct buf payload = { 0 };
	uint8_t ref[EVENT_REF];
	enum err e = log_erasure_note(b, x->writer, x->order);

	if (!e && x->say && me && me->scope_count) {
		struct event event = { .kind = EVENT_ERASED };

		memcpy(link.ref, x->order, EVENT_REF);
		payload_put_erased(&payload, &link);
		event.public_part = (struct event_part){ (const uint8_t *)payload.data, payload.len };
		e = payload.err ? payload.err : log_append(b, &me->scopes[0], &event, ref);
	}
	buf_clear(&payload);
	return e;
}

enum err erase_settle(struct profile *p)
{
	struct orders o;
	enum err e = read_orders(p, &o);

	for (size_t i = 0; !e && i < o.count; i++) {
		const struct keys_writer *me;
		struct store_txn t;
		bool done, said, left = false;

		profile_begin(p, &t);
		e = t.err;
		done = !e && log_erasure_done(&t, everybody, o.at[i].ref);
		said = !e && log_erasure_done(&t, p->writer, o.at[i].ref);
		store_abort(&t);
		if (!e && !done && !(e = drop_files(p, &o.at[i], &left)) && !left)
			e = log_write(p, confirm, &(struct confirming){ everybody, o.at[i].ref, false });
		me = p->identity ? keys_roster_find(p->roster, p->writer) : NULL;       /* not before: reading may have the roster made anew */
		if (!e && !said && !left && me && !me->revoked)
			e = log_write(p, confirm, &(struct confirming){ p->writer, o.at[i].ref, true });
	}
	orders_clear(&o);
	return e;
}

/* --- what a person has to do --- */

struct telling { struct profile *profile; struct buf *out; };

static enum err say_folder(void *user, const char *name, bool needless)
{
	struct telling *x = user;

	if (!needless)
		buf_printf(x->out, _("%s删除令没办完: 坏了的旧数据还在 %s/%s, 里面可能有要删的。乡镇说不用它救数据了, 就删去这个文件夹, 再同步一次。"), x->out->len ? " " : "",
		           x->profile->dir, name);
	return x->out->err;
}

/* Is the order not carried out here, though what it names lay here? */
static bool waits(struct profile *p, const struct order *o)
{
	struct store_txn t;
	struct erase_target *at;
	bool done, here = false;

	profile_begin(p, &t);
	done = t.err || log_erasure_done(&t, everybody, o->ref);
	store_abort(&t);
	if (done || !(at = find_targets(p, &o->what)))
		return false;
	for (size_t i = 0; i < o->what.count; i++)
		here |= at[i].placed;
	free(at);
	return here;
}

enum err erase_left_words(struct profile *p, struct buf *out)
{
	struct orders o = { 0 };
	bool waiting = false;
	enum err e = p->store && any_ordered(p) ? read_orders(p, &o) : ERR_OK;

	for (size_t i = 0; !e && !waiting && i < o.count; i++)
		waiting = waits(p, &o.at[i]);
	if (!e && waiting)
		e = profile_damaged_each(p, say_folder, &(struct telling){ p, out });
	orders_clear(&o);
	return e;
}

/* --- who has --- */

/* The scopes in whose logs the erased events stand: a writer who receives one of them holds what was erased. An event that is not here
 * may stand in any. Many events, few villages: looked up once an order, not for each writer. */
struct reach { struct event_scope at[KEYS_ERASURES]; size_t count; bool all; };

static void add_scope(struct reach *r, const struct event_scope *scope)
{
	for (size_t i = 0; i < r->count; i++)
		if (event_scope_same(&r->at[i], scope))
			return;
	r->all = r->all || !scope->kind;
	r->at[r->count++] = *scope;
}

static void reach_of(struct store_txn *t, const struct order *o, struct reach *r)
{
	r->count = 0;
	r->all = false;
	for (size_t i = 0; !r->all && i < o->what.count; i++) {
		struct log_place at;
		struct event_log_id log;

		if (log_find(t, o->what.at[i].ref, &at) || log_id_of(t, at.log, &log))
			r->all = true;
		else
			add_scope(r, &log.scope);
	}
}

static bool reaches(const struct reach *r, const struct keys_writer *w)
{
	bool any = r->all;

	for (size_t k = 0; !any && k < w->scope_count; k++) {
		any = w->scopes[k].kind == 0;
		for (size_t i = 0; !any && i < r->count; i++)
			any = event_scope_same(&r->at[i], &w->scopes[k]);
	}
	return any;
}

enum err erase_each(struct profile *p, bool (*each)(void *user, const struct erase_state *s), void *user)
{
	struct store_txn t;
	struct orders o;
	bool more = true;
	enum err e = read_orders(p, &o);

	profile_begin(p, &t);
	e = e ? e : t.err;
	for (size_t i = 0; !e && more && i < o.count; i++) {
		struct reach r;

		reach_of(&t, &o.at[i], &r);
		for (size_t k = 0; more && k < keys_roster_count(p->roster); k++) {
			const struct keys_writer *w = keys_roster_at(p->roster, k);
			struct erase_state s = { .order = o.at[i].ref, .reason = o.at[i].what.reason, .records = (uint32_t)o.at[i].what.count, .when = o.at[i].when, .writer = w };

			if (!w || w->revoked || !reaches(&r, w))
				continue;
			s.confirmed = fold_obeyed(&t, o.at[i].ref, w->writer);
			more = each(user, &s);
		}
		e = t.err;
	}
	store_abort(&t);
	orders_clear(&o);
	return e;
}
