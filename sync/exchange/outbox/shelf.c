#include "config.h"
#include "sync/exchange/outbox/shelf.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

#define TOLD "told-"                      /* and the writer who told it */

enum { FILES_MAX = 100000 };               /* in a profile's own folder */

/* A piece that a bundle of the shelf holds; `gone`: it went, with a receipt. */
struct cover { struct evidence_piece piece; bool gone; };

struct filling {
	struct profile *profile;
	const struct shelf *shelf;
	struct cover *covers; size_t cover_count, cover_cap;
	struct log_head *heads; size_t head_count, head_cap;
	struct buf plain;
	struct evidence making;
	struct evidence *made; size_t made_count, made_cap;
	uint64_t events;
	bool asked;                                       /* whether to tell what we run: once a fill */
};

/* Room for one more item of an array that doubles. */
static void *grown(void *array, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 16;
	void *p;

	if (count < *cap)
		return array;
	p = realloc(array, more * size);
	if (p)
		*cap = more;
	return p;
}

/* What a waiting bundle holds is covered; also, beside the acknowledged branch of a split, what went with a receipt. */
static enum err note_bundle(void *user, const struct evidence *e)
{
	struct filling *f = user;
	bool gone = e->state == EVIDENCE_PROVEN || e->state == EVIDENCE_DONE;

	if ((e->state != EVIDENCE_WAITING && !(gone && f->shelf->acknowledged)) || strcmp(e->shelf, f->shelf->name))
		return ERR_OK;
	for (uint32_t i = 0; i < e->piece_count; i++) {
		struct cover *more = grown(f->covers, f->cover_count, &f->cover_cap, sizeof *f->covers);

		if (!more)
			return err_set(ERR_NOMEM, _("封包内存不够"));
		f->covers = more;
		f->covers[f->cover_count++] = (struct cover){ e->pieces[i], gone };
	}
	return ERR_OK;
}

static enum err note_head(void *user, const struct log_head *h)
{
	struct filling *f = user;
	struct log_head *more;

	if (!f->shelf->wants(f->shelf->user, &h->id))
		return ERR_OK;
	if (!(more = grown(f->heads, f->head_count, &f->head_cap, sizeof *f->heads)))
		return err_set(ERR_NOMEM, _("封包内存不够"));
	f->heads = more;
	f->heads[f->head_count++] = *h;
	return ERR_OK;
}

static const char *told_path(struct profile *p, struct buf *path)
{
	char name[sizeof TOLD + 2 * KEYS_WRITER];

	strcpy(name, TOLD);
	keys_hex(p->writer, KEYS_WRITER, name + strlen(TOLD));
	return profile_path(p, name, path);
}

static enum err forget_one(void *user, const char *name)
{
	struct buf path = { 0 };

	if (!strncmp(name, TOLD, strlen(TOLD)))
		fs_remove(fs_path(&path, user, name));
	buf_clear(&path);
	return ERR_OK;
}

/* What each writer runs is told to the township once: again when it is something else, the bundles are cut anew, or the township was
 * restored from a backup (the upper half of its tick). */
static void tell_maker(struct profile *p, struct bundle_sealing *how, struct buf *words)
{
	struct buf path = { 0 }, told = { 0 };
	const struct pack *pack = NULL;
	const char *version = profile_pack_current(p, &pack) ? "" : pack->version;

	buf_printf(words, "%s\n%s\n%llu\n", PACKAGE_VERSION, version, (unsigned long long)(p->anchor.tick >> 32));
	if (fs_read(told_path(p, &path), 1024, &told) || strcmp(buf_str(&told), buf_str(words))) {
		how->program = PACKAGE_VERSION;
		how->pack = version;
	}
	buf_clear(&path);
	buf_clear(&told);
}

/* Should this fail, it is told once more than it need be. */
static void note_told(struct profile *p, const struct buf *words)
{
	struct buf path = { 0 };

	fs_write(told_path(p, &path), words->data, words->len);
	buf_clear(&path);
}

/* Seal what has been gathered into one file on the shelf. */
static enum err finish_bundle(struct filling *f)
{
	const struct shelf *s = f->shelf;
	struct bundle_sealing how = { .sealer = s->sealer, .to = s->to, .to_count = s->to_count, .tick = s->tick, .wall = clock_wall() };
	struct buf file = { 0 }, path = { 0 }, maker = { 0 };
	struct evidence *more;
	char hex[2 * KEYS_HASH + 1];
	enum err e;

	if (!f->making.piece_count)
		return ERR_OK;
	if (!(more = grown(f->made, f->made_count, &f->made_cap, sizeof *f->made)))
		return err_set(ERR_NOMEM, _("封包内存不够"));
	f->made = more;
	if ((e = profile_next_counter(f->profile, &how.counter)))
		return e;
	if (s->acknowledged && !f->asked) {                   /* only in what the township opens, and asked once */
		f->asked = true;
		tell_maker(f->profile, &how, &maker);
	}
	e = bundle_seal(&how, f->plain.data, f->plain.len, &file, f->making.id);
	if (!e) {
		keys_hex(f->making.id, KEYS_HASH, hex);
		buf_printf(&path, "%s/%s.xcb", s->directory, hex);
		e = path.err ? path.err : fs_write(path.data, file.data, file.len);
	}
	if (!e) {
		f->making.state = EVIDENCE_WAITING;
		memcpy(f->making.sealer, keys_identity_public(s->sealer)->writer, KEYS_WRITER);
		f->making.counter = how.counter;
		f->making.tick = how.tick;
		f->making.sealed = f->making.seen = how.wall;
		f->making.size = file.len;
		strncpy(f->making.shelf, s->name, sizeof f->making.shelf - 1);
		f->made[f->made_count++] = f->making;
		if (how.program)
			note_told(f->profile, &maker);
	}
	buf_clear(&maker);
	buf_clear(&file);
	buf_clear(&path);
	buf_reset(&f->plain);
	memset(&f->making, 0, sizeof f->making);
	return e;
}

/* Add events of one log from `from` to the bundle being made, closing bundles as they fill up. */
static enum err cut_log(struct filling *f, const struct event_log_id *log, const struct log_range *branch, uint64_t from, uint64_t last)
{
	const uint8_t *sealer = keys_identity_public(f->shelf->sealer)->writer;
	struct buf bytes = { 0 };
	enum err e = ERR_OK;

	while (!e && from <= last) {
		struct evidence_piece *piece;
		struct log_segment seg;
		struct store_txn t;
		size_t room = f->plain.len < BUNDLE_PLAIN_TARGET ? BUNDLE_PLAIN_TARGET - f->plain.len : 0;
		uint64_t left = last - from + 1;

		if (f->making.piece_count == LIMIT_SEGMENTS || room < 512) {
			e = finish_bundle(f);
			continue;
		}
		buf_reset(&bytes);
		profile_begin(f->profile, &t);
		e = t.err ? t.err : log_export(&t, log, from, branch, left < LIMIT_EVENTS / 2 ? (uint32_t)left : LIMIT_EVENTS / 2, room, &bytes, &seg);
		store_abort(&t);
		if (e == ERR_NOTFOUND && f->making.piece_count) {
			e = finish_bundle(f);            /* the next event alone is larger than the room left */
			continue;
		}
		if (e == ERR_NOTFOUND) {
			e = ERR_OK;                      /* a gap, or no signature yet: later */
			break;
		}
		if (e)
			break;
		segment_put(&seg, sealer, &f->plain);
		e = f->plain.err;
		piece = &f->making.pieces[f->making.piece_count++];
		*piece = (struct evidence_piece){ .log = *log, .first = seg.first, .last = seg.first + seg.count - 1 };
		memcpy(piece->end, seg.hash, sizeof piece->end);
		f->making.events += seg.count;
		f->events += seg.count;
		from = seg.first + seg.count;
	}
	buf_clear(&bytes);
	return e;
}

/* Does the event with this number in this branch have a hash that begins so? Without a split there is no doubt. */
static bool is_in(struct store_txn *t, const struct log_head *h, const struct log_range *branch, uint64_t seq, const uint8_t *hash, size_t len)
{
	uint8_t held[EVENT_HASH];

	if (seq < branch->first || seq > branch->last)
		return false;
	return !h->split_at || (!log_hash_in(t, &h->id, branch, seq, held) && !memcmp(held, hash, len));
}

/* The first number at or after `from` that is not covered in this branch; *until: the last before the next cover. */
static uint64_t uncovered(struct filling *f, const struct log_head *h, const struct log_range *branch, uint64_t from, uint64_t *until)
{
	bool acked, again = true;
	struct store_txn t;

	profile_begin(f->profile, &t);
	acked = f->shelf->acknowledged && h->acked && is_in(&t, h, branch, h->acked, h->acked_hash, EVENT_HASH);
	if (acked && h->acked >= from)
		from = h->acked + 1;
	while (again) {
		again = false;
		*until = branch->last;
		for (size_t i = 0; !again && i < f->cover_count; i++) {
			const struct evidence_piece *c = &f->covers[i].piece;

			if (c->last < from || c->log.epoch != h->id.epoch || !event_log_same(&c->log, &h->id) || (f->covers[i].gone && (acked || !h->split_at)) ||
			    !is_in(&t, h, branch, c->last, c->end, sizeof c->end))
				continue;
			if (c->first <= from) {
				from = c->last + 1;
				again = true;
			} else if (c->first - 1 < *until) {
				*until = c->first - 1;
			}
		}
	}
	store_abort(&t);
	return from;
}

static enum err cut_range(struct filling *f, const struct log_head *h, const struct log_range *branch)
{
	const struct shelf *s = f->shelf;
	uint64_t from = branch->first, last = s->until ? s->until(s->user, &h->id) : branch->last, until;
	enum err e = ERR_OK;

	last = last < branch->last ? last : branch->last;
	while (!e && (from = uncovered(f, h, branch, from, &until)) <= last) {
		e = cut_log(f, &h->id, branch, from, until < last ? until : last);
		from = until + 1;
	}
	return e;
}

static enum err keep_evidence(struct log_batch *b, void *user)
{
	struct filling *f = user;
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < f->made_count; i++)
		e = evidence_put(b, &f->made[i]);
	return e;
}

static void filling_clear(struct filling *f)
{
	free(f->covers);
	free(f->heads);
	free(f->made);
	buf_clear(&f->plain);
}

enum err shelf_fill(struct profile *p, const struct shelf *s, uint32_t *bundles, uint64_t *events)
{
	struct filling f = { .profile = p, .shelf = s };
	struct store_txn t;
	enum err e = fs_make_dir(s->directory);

	if (e)
		return e;
	profile_begin(p, &t);
	e = t.err ? t.err : evidence_each(&t, note_bundle, &f);
	if (!e)
		e = log_heads(&t, note_head, &f);
	store_abort(&t);
	for (size_t i = 0; !e && i < f.head_count; i++)
		for (uint32_t r = 0; !e && r < f.heads[i].range_count; r++)
			e = cut_range(&f, &f.heads[i], &f.heads[i].ranges[r]);
	if (!e)
		e = finish_bundle(&f);
	/* Files that were written stand; what is not recorded as covered is sealed again, which harms nothing. */
	if (f.made_count) {
		enum err kept = log_write(p, keep_evidence, &f);

		if (!e)
			e = kept;
	}
	if (bundles)
		*bundles = (uint32_t)f.made_count;
	if (events)
		*events = f.events;
	filling_clear(&f);
	return e;
}

/* Waiting bundles of a shelf, gathered under a read transaction, to be ended under a write one. */
struct ending {
	struct profile *profile;
	const char *name, *directory;
	bool all;                                     /* or only what is acknowledged */
	uint64_t counter;                             /* with `all`: sealed with this one or later */
	int64_t horizon;                              /* with `all`: what was replaced on this shelf before it is forgotten; ms, 0 = nothing */
	struct store_txn *txn;
	struct evidence *done; size_t count, cap;
};

static bool is_acknowledged(struct store_txn *t, const struct evidence *e)
{
	for (uint32_t i = 0; i < e->piece_count; i++) {
		const struct evidence_piece *p = &e->pieces[i];
		struct log_head h;
		bool covered = false;

		if (log_head_get(t, &p->log, &h) || h.acked < p->last)
			return false;
		for (uint32_t r = 0; !covered && r < h.range_count; r++)
			covered = is_in(t, &h, &h.ranges[r], p->last, p->end, sizeof p->end) && is_in(t, &h, &h.ranges[r], h.acked, h.acked_hash, EVENT_HASH);
		if (!covered)
			return false;
	}
	return true;
}

static bool ends(struct ending *x, const struct evidence *e)
{
	if (e->state == EVIDENCE_REPLACED)
		return e->seen < x->horizon;
	if (e->state != EVIDENCE_WAITING && e->state != EVIDENCE_PROVEN)
		return false;
	return x->all ? e->counter >= x->counter : e->state == EVIDENCE_PROVEN || is_acknowledged(x->txn, e);
}

static enum err gather(void *user, const struct evidence *e)
{
	struct ending *x = user;
	struct evidence *more;

	if (strcmp(e->shelf, x->name) || !ends(x, e))
		return ERR_OK;
	if (!(more = grown(x->done, x->count, &x->cap, sizeof *x->done)))
		return err_set(ERR_NOMEM, _("封包内存不够"));
	x->done = more;
	x->done[x->count++] = *e;
	return ERR_OK;
}

static enum err end_all(struct log_batch *b, void *user)
{
	struct ending *x = user;
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < x->count; i++) {
		struct evidence done = x->done[i];

		if (done.state == EVIDENCE_REPLACED) {
			e = evidence_drop(b, done.id);
			continue;
		}
		done.state = x->all ? EVIDENCE_REPLACED : EVIDENCE_DONE;
		if (x->all)
			done.seen = clock_wall();
		e = evidence_put(b, &done);
	}
	return e;
}

/* What went down and was replaced so long ago is forgotten: a stick that has not been here since keeps its old copy. Not of "out":
 * a device must know its own bundle again, whenever it meets it. */
static int64_t horizon_of(struct profile *p, const char *name, bool all)
{
	return all && strcmp(name, "out") && !profile_clock_doubtful(p) ? clock_wall() - (int64_t)SHELF_REPLACED_DAYS * 86400000 : 0;
}

static enum err end_bundles(struct profile *p, const char *name, const char *directory, bool all, uint64_t counter, uint32_t *count)
{
	struct ending x = { .profile = p, .name = name, .directory = directory, .all = all, .counter = counter, .horizon = horizon_of(p, name, all) };
	struct buf path = { 0 };
	struct store_txn t;
	char hex[2 * KEYS_HASH + 1];
	enum err e;

	profile_begin(p, &t);
	x.txn = &t;
	e = t.err ? t.err : evidence_each(&t, gather, &x);
	store_abort(&t);
	if (!e && x.count)
		e = log_write(p, end_all, &x);
	if (!e && x.count && all && !strcmp(name, "out"))
		e = fs_list(p->dir, FILES_MAX, forget_one, p->dir);     /* the one that told may be among them */
	for (size_t i = 0; !e && i < x.count; i++) {
		keys_hex(x.done[i].id, KEYS_HASH, hex);
		buf_reset(&path);
		buf_printf(&path, "%s/%s.xcb", directory, hex);
		e = path.err ? path.err : fs_remove(path.data);
	}
	if (count)
		*count = (uint32_t)x.count;
	buf_clear(&path);
	free(x.done);
	return e;
}

enum err shelf_settle(struct profile *p, const char *name, const char *directory, uint32_t *settled)
{
	return end_bundles(p, name, directory, false, 0, settled);
}

enum err shelf_empty(struct profile *p, const char *name, const char *directory)
{
	return end_bundles(p, name, directory, true, 0, NULL);
}

struct seeking { const char *name; const struct event_log_id *log; uint64_t seq, counter; };

static enum err seek_event(void *user, const struct evidence *e)
{
	struct seeking *x = user;

	if (e->state != EVIDENCE_WAITING || strcmp(e->shelf, x->name))
		return ERR_OK;
	for (uint32_t i = 0; i < e->piece_count; i++)
		if (event_log_same(&e->pieces[i].log, x->log) && e->pieces[i].last >= x->seq && e->counter < x->counter)
			x->counter = e->counter;
	return ERR_OK;
}

static enum err forget_on(struct profile *p, const char *name, const char *below, const struct event_log_id *log, uint64_t seq)
{
	struct seeking x = { name, log, seq, UINT64_MAX };
	struct buf directory = { 0 };
	struct store_txn t;
	enum err e;

	profile_begin(p, &t);
	e = t.err ? t.err : evidence_each(&t, seek_event, &x);
	store_abort(&t);
	buf_printf(&directory, "%s/%s%s", p->dir, below, name);
	if (!e && x.counter != UINT64_MAX)
		e = directory.err ? directory.err : end_bundles(p, name, directory.data, true, x.counter, NULL);
	buf_clear(&directory);
	return e;
}

enum err shelf_forget(struct profile *p, const struct event_log_id *log, uint64_t seq)
{
	char scope[68];
	enum err e;

	event_scope_text(&log->scope, scope);
	if (!(e = forget_on(p, "out", "", log, seq)) && !(e = forget_on(p, scope, "down/", log, seq)))
		e = forget_on(p, "decrees", "down/", log, seq);
	return e;
}

/* Segments from `first` on, as many as one bundle holds. */
static enum err cut_segments(struct profile *p, const uint8_t sealer[KEYS_WRITER], const struct event_log_id *log, uint64_t first, uint64_t count,
                             struct buf *plain, uint64_t *given)
{
	struct buf bytes = { 0 };
	enum err e = ERR_OK;

	*given = 0;
	for (unsigned n = 0; !e && n < LIMIT_SEGMENTS && *given < count && *given < LIMIT_EVENTS && plain->len < LIMIT_PLAIN / 2; n++) {
		uint64_t left = count - *given < LIMIT_EVENTS - *given ? count - *given : LIMIT_EVENTS - *given;
		struct log_segment seg;
		struct store_txn t;

		buf_reset(&bytes);
		profile_begin(p, &t);
		e = t.err ? t.err : log_export(&t, log, first + *given, NULL, (uint32_t)left, LIMIT_PLAIN / 2 - plain->len, &bytes, &seg);
		store_abort(&t);
		if (!e) {
			segment_put(&seg, sealer, plain);
			e = plain->err;
			*given += seg.count;
		}
	}
	buf_clear(&bytes);
	return e == ERR_NOTFOUND && *given ? ERR_OK : e;
}

enum err shelf_cut_one(struct profile *p, const struct shelf *s, const struct event_log_id *log, uint64_t first, uint64_t count, struct buf *out, uint8_t id[KEYS_HASH], uint64_t *given)
{
	struct bundle_sealing how = { .sealer = s->sealer, .to = s->to, .to_count = s->to_count, .tick = s->tick, .wall = clock_wall() };
	struct buf plain = { 0 };
	enum err e = cut_segments(p, keys_identity_public(s->sealer)->writer, log, first, count, &plain, given);

	if (!e && !(e = profile_next_counter(p, &how.counter)))
		e = bundle_seal(&how, plain.data, plain.len, out, id);
	buf_clear(&plain);
	return e;
}
