#include "config.h"
#include "sync/ledger/log/losses.h"

#include "forms/base/i18n.h"
#include "sync/keys/roster.h"

#include <string.h>

struct gaps { enum err (*each)(void *user, const struct profile_loss *l); void *user; };

static enum err gaps_of(void *user, const struct log_head *h)
{
	const struct gaps *g = user;
	struct profile_loss l = { .log = h->id, .first = 1 };
	enum err e = ERR_OK;

	for (; !e && log_gap(h, &l.first, &l.last); l.first = l.last + 1)
		e = g->each(g->user, &l);
	return e;
}

enum err losses_gaps(struct store_txn *t, enum err (*each)(void *user, const struct profile_loss *l), void *user)
{
	struct gaps g = { each, user };

	return log_heads(t, gaps_of, &g);
}

static enum err note(void *user, const struct profile_loss *l)
{
	struct profile_health *h = user;

	if (h->lost_count < PROFILE_LOSSES)
		h->lost[h->lost_count] = *l;
	h->lost_count++;
	return ERR_OK;
}

/* What the anchor saw written and is held no more. */
static void note_ends(struct profile *p, struct store_txn *t)
{
	struct anchor_ends held = { 0 };

	for (uint32_t i = p->anchor.ends.count; i-- > 0; ) {
		struct profile_loss l = { .log = p->anchor.ends.at[i].log, .last = p->anchor.ends.at[i].seq };
		struct log_head h;
		uint64_t highest = log_head_get(t, &l.log, &h) ? 0 : h.highest;

		l.first = highest + 1;
		if (l.first <= l.last)
			note(&p->health, &l);
		if (highest)
			anchor_note_end(&held, &l.log, highest);
	}
	p->anchor.ends = held;
}

enum err losses_note(struct profile *p, bool ends)
{
	struct store_txn t;
	enum err e;

	p->health.lost_count = 0;
	store_begin_read(p->store, &t);
	e = t.err ? t.err : losses_gaps(&t, note, &p->health);
	if (!e && ends)
		note_ends(p, &t);
	e = e ? e : t.err;
	store_abort(&t);
	return e;
}

void losses_words(const struct profile *p, const struct profile_loss *l, struct buf *out)
{
	const struct keys_writer *w = keys_roster_find(p->roster, l->log.writer);
	char hex[2 * EVENT_WRITER + 1], scope[68];

	keys_hex(l->log.writer, EVENT_WRITER, hex);
	event_scope_text(&l->log.scope, scope);
	buf_printf(out, l->first == l->last ? _("%s (%s, 日志 %016llx): 第 %llu 条") : _("%s (%s, 日志 %016llx): 第 %llu-%llu 条"),
	           w ? w->label : hex, scope, (unsigned long long)l->log.epoch, (unsigned long long)l->first, (unsigned long long)l->last);
}
