#include "config.h"
#include "sync/ledger/fold/fold_own.h"

#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* INDEX 'r': a rebuild is under way. */
static struct store_key mark_key(void)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'r');
	return k;
}

bool fold_unfinished(struct store_txn *t)
{
	struct store_key k = mark_key();

	return store_has(t, STORE_INDEX, &k);
}

/* --- what the judgement rests on --- */

struct ids { struct event_log_id *at; uint32_t count, cap; const uint8_t *writer; };

static enum err add_id(void *user, const struct log_head *h)
{
	struct ids *ids = user;

	if (ids->writer && memcmp(h->id.writer, ids->writer, EVENT_WRITER))
		return ERR_OK;
	if (ids->count == ids->cap) {
		uint32_t cap = ids->cap ? ids->cap * 2 : 64;
		struct event_log_id *more = realloc(ids->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		ids->at = more;
		ids->cap = cap;
	}
	ids->at[ids->count++] = h->id;
	return ERR_OK;
}

struct feed { struct fold *fold; struct store_txn *txn; uint64_t last; };

static enum err feed_event(void *user, const struct log_event *e)
{
	struct feed *f = user;

	f->last = e->place.seq;
	return e->opaque ? ERR_OK : fold_event(f->fold, f->txn, &e->place, &e->log, e->hash, &e->event, false);
}

enum err fold_roster_changed(struct fold *f, struct store_txn *t, const uint8_t writer[EVENT_WRITER])
{
	struct ids ids = { .writer = writer };
	struct feed feed = { .fold = f, .txn = t };
	enum err e = log_heads(t, add_id, &ids);

	f->again = true;
	for (uint32_t i = 0; !e && i < ids.count; i++)
		e = log_each(t, &ids.at[i], 1, UINT64_MAX, feed_event, &feed);
	f->again = false;
	free(ids.at);
	return e;
}

static enum err feed_place(struct fold *f, struct store_txn *t, const struct log_place *at)
{
	struct log_event event = { 0 };
	struct feed feed = { .fold = f, .txn = t };
	enum err e = log_event_at(t, at, &event);

	e = e == ERR_NOTFOUND ? ERR_OK : e ? e : feed_event(&feed, &event);
	log_event_clear(&event);
	return e;
}

enum err fold_pack_arrived(struct fold *f, struct store_txn *t, const char *id, const char *version)
{
	char name[PAYLOAD_VERSION_MAX + 1];
	struct log_place *woken;
	uint32_t count;
	enum err e;

	f->current = NULL;
	snprintf(name, sizeof name, "%s/%s", id, version);
	if ((e = pend_pack_came(f, t, name)))
		return e;
	/* fold_event() uses the same list for what each of these wakes in turn. */
	woken = f->wake;
	count = f->wake_count;
	f->wake = NULL;
	f->wake_count = f->wake_cap = 0;
	for (uint32_t i = 0; !e && i < count; i++)
		e = feed_place(f, t, &woken[i]);
	free(woken);
	return e;
}

/* --- everything again --- */

struct rebuild { struct ids ids; uint32_t log; uint64_t seq; uint32_t slice; bool first; struct fold *fold; uint32_t next_log; uint64_t next_seq; };

static enum err begin(struct rebuild *r, struct store_txn *t)
{
	struct store_key mark = mark_key();

	words_read(&r->fold->words, t);
	for (int table = 0; table < STORE_TABLE_COUNT; table++)
		if (store_table_is_cache((enum store_table)table))
			store_clear(t, (enum store_table)table);
	words_write(&r->fold->words, t);
	store_put(t, STORE_INDEX, &mark, "", 0);
	r->ids.count = 0;
	return log_heads(t, add_id, &r->ids);
}

/* One slice; runs again from r->log and r->seq when the map had to grow. */
static enum err slice(struct log_batch *b, void *user)
{
	struct rebuild *r = user;
	struct store_txn *t = log_txn(b);
	struct feed feed = { .fold = r->fold, .txn = t };
	uint64_t last = r->seq + r->slice - 1;
	enum err e = r->first ? begin(r, t) : ERR_OK;

	r->next_log = r->log;
	r->next_seq = last + 1;
	if (e)
		return e;
	if (r->log < r->ids.count) {
		struct log_head *head = calloc(1, sizeof *head);

		if (!head)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		if (!(e = log_head_get(t, &r->ids.at[r->log], head)) && !(e = log_each(t, &r->ids.at[r->log], r->seq, last, feed_event, &feed)) &&
		    head->highest <= last) {
			r->next_log++;
			r->next_seq = 1;
		}
		free(head);
	}
	if (!e && r->next_log >= r->ids.count) {
		struct store_key mark = mark_key();

		store_delete(t, STORE_INDEX, &mark);
	}
	return e;
}

enum err fold_rebuild(struct fold *f, uint32_t events)
{
	struct rebuild r = { .slice = events ? events : 256, .first = true, .seq = 1, .fold = f };
	enum err e;

	do {
		if ((e = log_write(f->p, slice, &r)))
			break;
		r.first = false;
		r.log = r.next_log;
		r.seq = r.next_seq;
	} while (r.log < r.ids.count);
	free(r.ids.at);
	return e;
}
