#include "config.h"
#include "sync/exchange/trust/trust.h"

#include "forms/base/i18n.h"
#include "sync/exchange/outbox/restored.h"
#include "sync/exchange/trust/decree.h"
#include "sync/keys/town.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- how far a writer is believed --- */

struct bounding {
	struct profile *profile;
	struct store_txn *txn;
	const struct trust_limits *limits;
	const uint8_t *writer;
	struct keys_revoke *order;
	struct keys_bound *now;
	bool over;
};

static enum err add_bound(struct bounding *x, const struct keys_bound *bound)
{
	struct keys_revoke *r = x->order;
	struct keys_bound *more;

	if (r->bound_count == KEYS_BOUNDS)
		return err_set(ERR_LIMIT, _("这台设备有多于 %d 份日志, 一次吊销列不下"), KEYS_BOUNDS);
	if (!(more = realloc(r->bounds, (r->bound_count + 1) * sizeof *more)))
		return err_set(ERR_NOMEM, "revoke");
	r->bounds = more;
	r->bounds[r->bound_count++] = *bound;
	return ERR_OK;
}

/* The bound moves forward while the chain goes on and the time of loss is not reached. */
static enum err before_loss(void *user, const struct log_event *e)
{
	struct bounding *x = user;
	bool sure;

	if (x->over || e->place.seq != x->now->seq + 1)
		return ERR_OK;
	if (truetime_of(x->txn, e, &sure) >= x->limits->lost) {
		x->over = true;
		return ERR_OK;
	}
	x->now->seq = e->place.seq;
	memcpy(x->now->hash, e->hash, EVENT_HASH);
	return ERR_OK;
}

/* A record named as the last trusted one ends its log there. */
static enum err named_last(struct bounding *x, const struct log_head *h)
{
	struct log_event event = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < x->limits->last_count; i++) {
		e = log_event_get(x->txn, x->limits->last[i], &event);
		if (!e && event_log_same(&event.log, &h->id) && event.place.seq < x->now->seq) {
			x->now->seq = event.place.seq;
			memcpy(x->now->hash, event.hash, EVENT_HASH);
		}
	}
	log_event_clear(&event);
	return e;
}

static enum err bound_log(void *user, const struct log_head *h)
{
	struct bounding *x = user;
	struct keys_bound bound = { .scope = h->id.scope, .epoch = h->id.epoch, .seq = h->seq };
	enum err e = ERR_OK;

	if (memcmp(h->id.writer, x->writer, KEYS_WRITER) || !h->seq)
		return ERR_OK;
	memcpy(bound.hash, h->hash, EVENT_HASH);
	x->now = &bound;
	x->over = false;
	if (x->limits->lost != INT64_MAX) {
		bound.seq = 0;
		e = log_each(x->txn, &h->id, 1, h->seq, before_loss, x);
	}
	if (!e)
		e = named_last(x, h);
	/* A log that is not listed is not believed at all. */
	return e || !bound.seq ? e : add_bound(x, &bound);
}

/* --- revoking --- */

void trust_revoked_clear(struct trust_revoked *r)
{
	keys_revoke_clear(&r->order);
}

enum err trust_find(const struct profile *p, const char *label, const struct keys_writer **out)
{
	const struct keys_writer *some[4];
	size_t n = keys_roster_given(p->roster, label, some, 4);
	struct buf names = { 0 };
	enum err e;

	if ((*out = keys_roster_find_label(p->roster, label)))
		return ERR_OK;
	for (size_t i = 0; i < n && i < 4; i++)
		buf_printf(&names, "%s%s %s", i ? ", " : "", some[i]->label, some[i]->person);
	e = n ? err_set(ERR_CONFLICT, _("标签 %s 给过 %zu 台设备, 要写明是哪台: %s"), label, n, buf_str(&names)) : err_set(ERR_NOTFOUND, _("没有标签是 %s 的设备"), label);
	buf_clear(&names);
	return e;
}

static enum err find_label(struct profile *p, const char *label, struct keys_writer *out)
{
	const struct keys_writer *w;
	enum err e = trust_find(p, label, &w);

	if (!e)
		*out = *w;
	return e;
}

static enum err find_bounds(struct profile *p, const uint8_t *writer, const struct trust_limits *limits, struct keys_revoke *order)
{
	struct bounding x = { .profile = p, .limits = limits, .writer = writer, .order = order };
	struct log_event event = { 0 };
	struct store_txn t;
	enum err e;

	profile_begin(p, &t);
	x.txn = &t;
	e = t.err;
	for (size_t i = 0; !e && i < limits->last_count; i++) {
		e = log_event_get(&t, limits->last[i], &event);
		if (e == ERR_NOTFOUND || (!e && memcmp(event.log.writer, writer, KEYS_WRITER)))
			e = err_set(ERR_NOTFOUND, _("第 %zu 个记录号不是这台设备的记录"), i + 1);
	}
	log_event_clear(&event);
	if (!e)
		e = log_heads(&t, bound_log, &x);
	store_abort(&t);
	return e;
}

enum err trust_revoke(struct profile *p, const char *label, const struct trust_limits *limits, struct trust_revoked *out)
{
	struct keys_revoke *order = &out->order;
	struct decrees d = { 0 };
	struct keys_writer w;
	enum err e;

	memset(out, 0, sizeof *out);
	if (!p->identity)
		return err_set(ERR_DENIED, _("先用应急办的 PIN 打开"));
	if ((e = find_label(p, label, &w)))
		return e;
	if (!memcmp(w.writer, p->writer, KEYS_WRITER))
		return err_set(ERR_DENIED, _("不能吊销自己: 请另一位工作人员来办"));
	if (strlen(limits->reason) > KEYS_REASON_MAX)
		return err_set(ERR_LIMIT, _("理由太长, 至多 %d 字节"), KEYS_REASON_MAX);
	memcpy(order->writer, w.writer, KEYS_WRITER);
	snprintf(order->reason, sizeof order->reason, "%s", limits->reason);
	if ((e = find_bounds(p, w.writer, limits, order)))
		return e;
	e = keys_revoke_encode(order, &decrees_add(&d, EVENT_REVOKE)->payload);
	if (!e)
		e = decrees_shut_out(p, &d, &w);
	out->fresh_keys = (uint32_t)d.count - 1;
	out->had_authority = trust_has_authority(p, w.writer);
	if (!e)
		e = decrees_write(p, &d);
	decrees_clear(&d);
	return e;
}

/* --- who may use T --- */

bool trust_has_authority(const struct profile *p, const uint8_t writer[KEYS_WRITER])
{
	uint8_t (*who)[KEYS_WRITER] = NULL;
	bool found = false;
	size_t n;

	if (!keys_town_admitted(p->dir, &who, &n))
		for (size_t i = 0; i < n; i++)
			found |= !memcmp(who[i], writer, KEYS_WRITER);
	free(who);
	return found;
}

static enum err admit(struct profile *p, const struct keys_writer *w)
{
	struct keys_public fresh;

	memcpy(fresh.writer, w->writer, KEYS_WRITER);
	memcpy(fresh.sign, w->sign, KEYS_PK);
	memcpy(fresh.box, w->box, KEYS_PK);
	return keys_town_admit(p->dir, p->identity, &fresh);
}

static bool may_have_authority(const struct keys_writer *w)
{
	return w && !w->revoked && w->roles & PACK_TOWN;
}

enum err trust_admit(struct profile *p, const char *label)
{
	struct keys_writer w;
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("先用应急办的 PIN 打开"));
	if ((e = find_label(p, label, &w)))
		return e;
	if (!may_have_authority(&w))
		return err_set(ERR_DENIED, _("%s 不是在册的乡镇工作人员 (TOWN), 不能用授权钥匙"), label);
	return admit(p, &w);
}

/* --- rotation --- */

struct ending { const uint8_t *authority; struct keys_head heads[KEYS_ROOT_HEADS]; size_t count; };

static enum err note_head(void *user, const struct log_head *h)
{
	struct ending *x = user;
	struct keys_head *head;

	if (memcmp(h->id.writer, x->authority, KEYS_WRITER) || h->id.scope.kind || !h->seq)
		return ERR_OK;
	if (x->count == KEYS_ROOT_HEADS)
		return err_set(ERR_LIMIT, _("授权日志有多于 %d 段, 不能换钥匙"), KEYS_ROOT_HEADS);
	head = &x->heads[x->count++];
	head->epoch = h->id.epoch;
	head->seq = h->seq;
	memcpy(head->hash, h->hash, EVENT_HASH);
	return ERR_OK;
}

/* The root in T's own log, and what belongs together under it: the packs stay as they were. */
static enum err proclaim(struct profile *p)
{
	const struct keys_root_doc *doc = &p->roots.at[p->roots.count - 1];
	struct keys_listed had[16], now[16] = { { .name = "root" } };
	struct decrees d = { 0 };
	size_t n, count = 1;
	enum err e = trust_manifest(p, had, 16, &n);

	snprintf(now[0].version, sizeof now[0].version, "%u", doc->root.version);
	keys_hash(doc->bytes, doc->len, now[0].hash);
	for (size_t i = 0; i < n && count < 16; i++)
		if (strcmp(had[i].name, "root"))
			now[count++] = had[i];
	if (!e)
		e = keys_root_payload(doc->bytes, doc->len, &decrees_add(&d, EVENT_ROOT)->payload);
	if (!e)
		e = keys_manifest_encode(now, count, &decrees_add(&d, EVENT_MANIFEST)->payload);
	if (!e)
		e = decrees_write(p, &d);
	decrees_clear(&d);
	return e;
}

/* Those who could use the former T. */
static enum err admit_again(struct profile *p, uint8_t (*who)[KEYS_WRITER], size_t n)
{
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < n; i++) {
		const struct keys_writer *w = keys_roster_find(p->roster, who[i]);

		if (may_have_authority(w) && memcmp(w->writer, p->writer, KEYS_WRITER))
			e = admit(p, w);
	}
	return e;
}

enum err trust_rotate_early(struct profile *p, struct buf *out)
{
	uint32_t silent;
	enum err e = restored_count(p, restored_at(p), &silent);

	if (!e && silent)
		buf_printf(out, _("从备份恢复以后还有 %u 台设备没来过: 备份以后发的证、办的停用在设备手里, 现在换钥匙, 没回来的就作废, 停用了的又可信"), silent);
	return e ? e : out->err;
}

enum err trust_rotate(struct profile *p, const char *recovery)
{
	struct ending x = { 0 };
	struct keys_roots roots = { 0 };
	uint8_t writer[KEYS_WRITER], (*who)[KEYS_WRITER] = NULL;
	struct buf fresh = { 0 };
	struct store_txn t;
	size_t n = 0;
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("先用应急办的 PIN 打开"));
	if (!keys_town_here(p->dir))
		return err_set(ERR_DENIED, _("只有乡镇能换根和授权钥匙"));
	keys_writer_id(keys_roots_newest(&p->roots)->authority, writer);
	x.authority = writer;
	profile_begin(p, &t);
	e = t.err ? t.err : log_heads(&t, note_head, &x);
	store_abort(&t);
	if (!e)
		e = keys_town_admitted(p->dir, &who, &n);
	if (!e)
		e = recovery ? keys_town_recover(p->dir, recovery, p->identity, x.heads, x.count, &roots)
		             : keys_town_rotate(p->dir, p->identity, x.heads, x.count, &roots);
	if (!e) {
		keys_roots_put(&roots, p->roots.count, &fresh);
		e = fresh.err ? fresh.err : profile_roots_add(p, fresh.data, fresh.len);
	}
	if (!e)
		e = admit_again(p, who, n);
	if (!e)
		e = proclaim(p);
	free(who);
	keys_roots_clear(&roots);
	buf_clear(&fresh);
	return e;
}
