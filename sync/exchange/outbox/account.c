#include "config.h"
#include "sync/exchange/outbox/account.h"

#include "forms/base/i18n.h"
#include "forms/xlsform/form.h"
#include "sync/exchange/inbox/evidence.h"
#include "sync/keys/roster.h"
#include "sync/keys/slot.h"
#include "sync/keys/town.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name, *text; } states[ACCOUNT_STATES] = {
	[ACCOUNT_ACKNOWLEDGED] = { "acknowledged", N_("乡镇已收到") }, [ACCOUNT_SENT] = { "sent", N_("封好了, 等回执") },
	[ACCOUNT_UNSENT] = { "unsent", N_("还没封包") }, [ACCOUNT_MERGED] = { "merged", N_("收下") },
	[ACCOUNT_WAITS] = { "waits", N_("收下了, 还用不上") },
};

const char *account_state_name(enum account_state s) { return states[s].name; }
const char *account_state_text(enum account_state s) { return gettext(states[s].text); }

/* A log as it stood before; its ranges lie one after another in account.held. */
struct before { struct event_log_id id; uint64_t acked; uint32_t at, count; };
struct span { uint64_t first, last; };

struct account { struct profile *profile; struct keys_slots *slots; struct buf logs, held; };

static enum err note_head(void *user, const struct log_head *h)
{
	struct account *a = user;
	struct before b = { h->id, h->acked, (uint32_t)(a->held.len / sizeof(struct span)), h->range_count };

	buf_put(&a->logs, &b, sizeof b);
	for (uint32_t i = 0; i < h->range_count; i++)
		buf_put(&a->held, &(struct span){ h->ranges[i].first, h->ranges[i].last }, sizeof(struct span));
	return a->logs.err ? a->logs.err : a->held.err;
}

enum err account_open(struct profile *p, struct account **out)
{
	struct account *a;
	struct store_txn t;
	enum err e;

	*out = NULL;
	if (!p->store)
		return err_set(ERR_DENIED, _("先用 PIN 打开"));
	a = calloc(1, sizeof *a);
	if (!a || !(a->slots = calloc(1, sizeof *a->slots))) {
		account_close(a);
		return err_set(ERR_NOMEM, _("读收发情况时内存不够"));
	}
	a->profile = p;
	profile_begin(p, &t);
	e = t.err ? t.err : log_heads(&t, note_head, a);
	store_abort(&t);
	if (!e)
		*out = a;
	else
		account_close(a);
	return e;
}

void account_close(struct account *a)
{
	if (!a)
		return;
	buf_clear(&a->logs);
	buf_clear(&a->held);
	free(a->slots);
	free(a);
}

/* --- afterwards --- */

struct telling {
	struct account *a;
	struct store_txn *t;
	void (*each)(void *user, const struct account_record *r);
	void *user;
	struct account_sums *sums;
	uint64_t room;
	enum account_state state;
	struct buf sealed;                                /* struct evidence_piece: what waits in bundles of ours */
	bool town;                                        /* what its staff wrote is there */
	size_t at;                                        /* the log before that is looked at next: both lists have one order */
};

static const char *kind_name(uint16_t kind)
{
	static const struct { uint16_t kind; const char *name; } names[] = {
		{ EVENT_EPOCH_START, "epoch" }, { EVENT_ANCHOR, "anchor" }, { EVENT_SUBMIT, "submit" }, { EVENT_AMEND, "amend" },
		{ EVENT_RETRACT, "retract" }, { EVENT_RESOLVE, "resolve" }, { EVENT_ATTACH, "attach" }, { EVENT_LOOKED, "looked" },
		{ EVENT_ERASED, "erased" }, { EVENT_ADOPT, "adopt" }, { EVENT_CERT, "certificate" }, { EVENT_REVOKE, "revocation" },
		{ EVENT_PACK, "pack" }, { EVENT_ERASE, "erasure" }, { EVENT_ROOT, "root" }, { EVENT_MANIFEST, "manifest" }, { EVENT_SCOPEKEY, "key" },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "newer";
}

/* Which form, which number; without its pack a record is kept and waits. */
static void name_submit(const struct telling *x, const struct log_event *e, const struct keys_writer *w, struct account_record *r)
{
	const struct pack *pack = NULL;
	struct payload pl;
	char id[sizeof pl.version], *slash;

	if (payload_open(EVENT_SUBMIT, e->event.public_part.data, e->event.public_part.len, &pl)) {
		snprintf(r->why, sizeof r->why, "%s", err_detail());
		return;
	}
	if (pl.number && w)
		snprintf(r->number, sizeof r->number, "%s-%04u", w->label, pl.number);
	memcpy(id, pl.version, sizeof id);
	if (!(slash = strchr(id, '/')))
		return;
	*slash = '\0';
	if (profile_pack(x->a->profile, id, slash + 1, &pack))
		snprintf(r->why, sizeof r->why, "%s", err_detail());
	else if (pl.form < pack->form_count)
		snprintf(r->form, sizeof r->form, "%s", pack->forms[pl.form].id);
}

static enum err tell_event(void *user, const struct log_event *e)
{
	struct telling *x = user;
	const struct keys_writer *w = keys_roster_find(x->a->profile->roster, e->log.writer);
	struct account_record r = { .state = x->state, .kind = kind_name(e->event.kind), .writer = w ? w->person : "" };

	if (!x->room)
		return ERR_LIMIT;
	memcpy(r.ref, e->hash, EVENT_REF);
	if (e->opaque)
		snprintf(r.why, sizeof r.why, "%s", _("这里还看不懂: 是更新的程序写的, 或写坏了"));
	else if (e->event.kind == EVENT_SUBMIT)
		name_submit(x, e, w, &r);
	if (x->state == ACCOUNT_MERGED && *r.why)
		r.state = ACCOUNT_WAITS;
	if (r.state == ACCOUNT_WAITS) {
		x->sums->of[ACCOUNT_MERGED]--;
		x->sums->of[ACCOUNT_WAITS]++;
	}
	x->room--;
	x->each(x->user, &r);
	return ERR_OK;
}

static enum err tell(struct telling *x, const struct event_log_id *id, uint64_t first, uint64_t last, enum account_state state)
{
	uint64_t room = x->room, told;
	enum err e = ERR_OK;

	if (first > last)
		return ERR_OK;
	x->state = state;
	x->sums->of[state] += last - first + 1;
	if (room)
		e = log_each(x->t, id, first, last, tell_event, x);
	told = room - x->room;
	if (last - first + 1 > told)
		x->sums->left_out += last - first + 1 - told;
	return e == ERR_LIMIT ? ERR_OK : e;
}

static const struct before *find_before(struct telling *x, const struct event_log_id *id)
{
	const struct before *all = (const struct before *)x->a->logs.data;
	size_t n = x->a->logs.len / sizeof *all;

	for (size_t i = 0; i < n; i++) {
		size_t at = (x->at + i) % n;

		if (all[at].id.epoch == id->epoch && event_log_same(&all[at].id, id)) {
			x->at = at + 1;
			return &all[at];
		}
	}
	return NULL;
}

/* The end of what one of these spans covers from `from` on, or 0; *until: the last number before the next of them. */
static uint64_t covered(const struct span *spans, size_t n, uint64_t from, uint64_t *until)
{
	uint64_t end = 0;

	for (size_t i = 0; i < n; i++)
		if (spans[i].first <= from && spans[i].last >= from && spans[i].last > end)
			end = spans[i].last;
		else if (spans[i].first > from && spans[i].first - 1 < *until)
			*until = spans[i].first - 1;
	return end;
}

/* Numbers from `from` to `last`: those in the spans get the one state, the others the other; `in` ACCOUNT_STATES: are not told. */
static enum err divide(struct telling *x, const struct event_log_id *id, uint64_t from, uint64_t last, const struct span *spans, size_t n,
                       enum account_state in, enum account_state out)
{
	enum err e = ERR_OK;

	while (!e && from <= last) {
		uint64_t until = last, end = covered(spans, n, from, &until);

		if (end > last)
			end = last;
		if (!end)
			e = tell(x, id, from, until, out);
		else if (in != ACCOUNT_STATES)
			e = tell(x, id, from, end, in);
		from = (end ? end : until) + 1;
	}
	return e;
}

static bool is_own(const struct account *a, const uint8_t writer[EVENT_WRITER])
{
	for (size_t i = 0; i < a->slots->count; i++)
		if (!memcmp(a->slots->at[i].id.writer, writer, EVENT_WRITER))
			return true;
	return false;
}

static enum err tell_own(struct telling *x, const struct log_head *h, const struct before *b)
{
	uint64_t acked = h->acked < h->highest ? h->acked : h->highest;
	const struct evidence_piece *p = (const struct evidence_piece *)x->sealed.data;
	struct buf spans = { 0 };
	enum err e = tell(x, &h->id, (b ? b->acked : 0) + 1, acked, ACCOUNT_ACKNOWLEDGED);

	for (size_t i = 0; i < x->sealed.len / sizeof *p; i++)
		if (event_log_same(&p[i].log, &h->id))
			buf_put(&spans, &(struct span){ p[i].first, p[i].last }, sizeof(struct span));
	if (!e && !(e = spans.err))
		e = divide(x, &h->id, acked + 1, h->highest, (const struct span *)spans.data, spans.len / sizeof(struct span), ACCOUNT_SENT, ACCOUNT_UNSENT);
	buf_clear(&spans);
	return e;
}

static enum err tell_head(void *user, const struct log_head *h)
{
	struct telling *x = user;
	const struct before *b = find_before(x, &h->id);
	const struct span *held = b ? (const struct span *)x->a->held.data + b->at : NULL;
	enum err e = ERR_OK;

	if (is_own(x->a, h->id.writer))
		return x->town ? ERR_OK : tell_own(x, h, b);
	for (uint32_t i = 0; !e && i < h->range_count; i++)
		e = divide(x, &h->id, h->ranges[i].first, h->ranges[i].last, held, b ? b->count : 0, ACCOUNT_STATES, ACCOUNT_MERGED);
	return e;
}

static enum err note_sealed(void *user, const struct evidence *e)
{
	struct telling *x = user;

	if (e->state == EVIDENCE_WAITING && !strcmp(e->shelf, "out"))
		buf_put(&x->sealed, e->pieces, e->piece_count * sizeof *e->pieces);
	return x->sealed.err;
}

enum err account_each(struct account *a, uint32_t max, void (*each)(void *user, const struct account_record *r), void *user, struct account_sums *sums)
{
	struct store_txn t;
	struct telling x = { .a = a, .t = &t, .each = each, .user = user, .sums = sums, .room = max, .town = keys_town_here(a->profile->dir) };
	enum err e = keys_slots_read(a->profile->dir, a->slots);

	*sums = (struct account_sums){ .left_out = 0 };
	if (e)
		return e;
	profile_begin(a->profile, &t);
	e = t.err ? t.err : evidence_each(&t, note_sealed, &x);
	if (!e)
		e = log_heads(&t, tell_head, &x);
	store_abort(&t);
	buf_clear(&x.sealed);
	return e;
}
