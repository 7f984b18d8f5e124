#include "config.h"
#include "tests/faults/sim/sim.h"

#include "forms/base/fs.h"
#include "sync/exchange/attach/attach.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/rows/conflict.h"
#include "sync/ledger/rows/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 2 };

/* --- O5 --- */

void sim_watch(struct sim *s, uint32_t machine)
{
	struct sim_machine *m = &s->at[machine];

	if (!m->profile)
		return;
	if (m->profile->roots.count == m->roots && m->profile->anchor.tick < m->tick)     /* new keys count anew */
		sim_fail("O5: %s: tick %llu after %llu", m->dir, (unsigned long long)m->profile->anchor.tick, (unsigned long long)m->tick);
	if (m->profile->roots.count < m->roots)
		sim_fail("O5: %s: %zu roots after %zu", m->dir, m->profile->roots.count, m->roots);
	m->tick = m->profile->anchor.tick;
	m->roots = m->profile->roots.count;
}

/* --- O3 on one machine --- */

static void digest_of(struct sim *s, uint32_t machine, uint8_t out[DIGEST_BYTES])
{
	sim_ok(digest_state(sim_stand(s, machine), out), "digest");
}

static void note_fault(void *user, const char *what)
{
	snprintf(user, 256, "%s", what);
}

void sim_refold(struct sim *s, uint32_t machine)
{
	uint8_t before[DIGEST_BYTES], after[DIGEST_BYTES];
	char why[256] = "";

	digest_of(s, machine, before);
	if (profile_check(s->at[machine].profile, note_fault, why))
		sim_fail("O2: %s: check: %s: %s", s->at[machine].dir, why, err_detail());
	sim_ok(profile_rebuild(s->at[machine].profile), "rebuild");
	digest_of(s, machine, after);
	if (memcmp(before, after, sizeof before))
		sim_fail("O3: %s: folded anew, the digest is another", s->at[machine].dir);
}

/* --- O1 --- */

/* Where a record lies on a machine, and what the township has of its log. */
static void tell_place(struct sim *s, uint32_t machine, const uint8_t ref[EVENT_REF], struct buf *out)
{
	struct log_event e = { 0 };
	struct log_head h;
	struct store_txn t;
	char scope[68];
	enum err found;

	profile_begin(sim_stand(s, machine), &t);
	found = log_event_get(&t, ref, &e);
	store_abort(&t);
	if (found) {
		buf_printf(out, "%s does not hold it either", s->at[machine].dir);
		return;
	}
	event_scope_text(&e.log.scope, scope);
	buf_printf(out, "kind %u, scope %s, epoch %llx, seq %llu", e.event.kind, scope, (unsigned long long)e.log.epoch, (unsigned long long)e.place.seq);
	for (int here = 0; here < 2; here++) {
		profile_begin(sim_stand(s, here ? machine : s->at[machine].town), &t);
		if (!log_head_get(&t, &e.log, &h)) {
			buf_printf(out, "; %s: acked %llu, split at %llu,", here ? "machine" : "township", (unsigned long long)h.acked, (unsigned long long)h.split_at);
			for (uint32_t i = 0; i < h.range_count; i++)
				buf_printf(out, " %llu-%llu", (unsigned long long)h.ranges[i].first, (unsigned long long)h.ranges[i].last);
		}
		store_abort(&t);
	}
	log_event_clear(&e);
}

static void nothing_acknowledged_is_lost(struct sim *s)
{
	for (size_t i = 0; i < s->save_count; i++) {
		const struct sim_save *x = &s->saves[i];
		struct buf where = { 0 };
		char hex[2 * EVENT_REF + 1];

		keys_hex(x->ref, EVENT_REF, hex);
		if (!x->lost && !s->at[x->machine].revoked && !sim_holds(s, s->at[x->machine].town, x->ref))
			tell_place(s, x->machine, x->ref, &where), sim_fail("O1: record %s of %s did not arrive: %s", hex, s->at[x->machine].dir, buf_str(&where));
		if (!x->lost && !sim_holds(s, s->at[x->machine].town, x->ref) && !sim_holds(s, x->machine, x->ref))
			sim_fail("O1: record %s of %s is nowhere", hex, s->at[x->machine].dir);
	}
}

static void every_photo_arrived(struct sim *s)
{
	for (uint32_t i = 0; i < s->photo_count; i++) {
		const struct sim_photo *x = &s->photos[i];
		const struct sim_machine *m = &s->at[x->machine];
		struct buf want = { 0 }, found = { 0 };
		struct attachment about;
		enum err e;

		if (m->went_back || m->revoked || m->copy)
			continue;
		e = attach_read(sim_stand(s, m->town), x->ref, &found, &about);
		sim_photo_bytes(x, &want);
		if (e && e != ERR_DENIED)                       /* erased is as it should be */
			sim_broken(e, "O1: a photo of %u bytes from %s, step %u", x->size, m->dir, x->step);
		if (!e && (found.len != want.len || memcmp(found.data, want.data, want.len)))
			sim_fail("O1: a photo from %s, step %u, is another", m->dir, x->step);
		buf_clear(&want);
		buf_clear(&found);
	}
}

/* --- O2 --- */

static enum err author_known(void *user, const struct log_head *h)
{
	struct profile *p = user;
	char hex[2 * EVENT_WRITER + 1];

	keys_hex(h->id.writer, EVENT_WRITER, hex);
	if (!keys_roster_author(p->roster, h->id.writer) || !keys_roster_writes(p->roster, h->id.writer, &h->id.scope))
		sim_fail("O2: %s holds a log of %s, who is not certified for it", p->dir, hex);
	return ERR_OK;
}

static void nobody_unknown_counts(struct sim *s, uint32_t machine)
{
	struct profile *p = sim_stand(s, machine);
	struct store_txn t;

	profile_begin(p, &t);
	sim_ok(log_heads(&t, author_known, p), "heads");
	store_abort(&t);
}

/* --- O4: the values of one field that nobody who wrote it later had seen --- */

struct writes { uint8_t ref[64][EVENT_REF]; bool closed[64]; uint32_t count; };

static void close_ref(struct writes *w, const uint8_t ref[EVENT_REF])
{
	for (uint32_t i = 0; i < w->count; i++)
		if (!memcmp(w->ref[i], ref, EVENT_REF))
			w->closed[i] = true;
}

static void close_link(struct store_txn *t, struct writes *w, const struct log_event *e, const struct payload_link *l)
{
	struct log_place place;
	uint8_t ref[EVENT_REF];

	if (!l->distance)
		close_ref(w, l->ref);
	else if (!log_before(t, &e->place, l->distance, &place, ref))
		close_ref(w, ref);
}

static void close_deps(struct store_txn *t, struct writes *w, const uint8_t ref[EVENT_REF])
{
	struct log_event e = { 0 };
	struct payload pl;
	struct payload_row row;

	sim_ok(log_event_get(t, ref, &e), "O4: event");
	sim_ok(payload_open(e.event.kind, e.event.public_part.data, e.event.public_part.len, &pl), "O4: payload");
	for (uint32_t i = 0; e.event.kind == EVENT_RESOLVE && i < pl.dep_count; i++)
		close_link(t, w, &e, &pl.deps[i]);
	if (e.event.kind == EVENT_AMEND)
		close_link(t, w, &e, &pl.target);
	while ((e.event.kind == EVENT_SUBMIT || e.event.kind == EVENT_AMEND) && payload_next(&pl, &row))
		for (uint32_t i = 0; i < row.dep_count; i++)
			close_link(t, w, &e, &row.deps[i]);
	log_event_clear(&e);
}

static bool is_open(const struct row *r, const struct row_field *f, const uint8_t ref[EVENT_REF])
{
	for (uint32_t i = 0; f && i < f->count; i++)
		if (!memcmp(r->events[f->open[i].event].ref, ref, EVENT_REF))
			return true;
	return false;
}

static void tell_writes(struct profile *p, const struct row *r, const struct row_field *f, const struct writes *w, struct buf *out)
{
	struct store_txn t;

	for (uint32_t i = 0; i < w->count; i++) {
		struct log_event e = { 0 };
		char hex[9];

		profile_begin(p, &t);
		log_event_get(&t, w->ref[i], &e);
		store_abort(&t);
		keys_hex(w->ref[i], 4, hex);
		buf_printf(out, "[%u] %s kind %u epoch %llx seq %llu%s%s;  ", i, hex, e.event.kind, (unsigned long long)e.log.epoch, (unsigned long long)e.place.seq,
		           w->closed[i] ? ", closed by deps" : "", is_open(r, f, w->ref[i]) ? ", open in the row" : "");
		log_event_clear(&e);
	}
	buf_printf(out, "row flags %x", r->flags);
	for (uint32_t i = 0; i < r->proposal_count; i++)
		buf_printf(out, ", proposal: %s", row_reason_text(r->proposals[i].why));
}

static void compare_row(struct sim *s, struct profile *p, const struct row_id *id, struct writes *w)
{
	struct store_txn t;
	struct row r;
	const struct row_field *f;
	struct buf all = { 0 };
	uint32_t open = 0;
	char text[ROW_ID_TEXT];

	profile_begin(p, &t);
	for (uint32_t i = 0; i < w->count; i++)
		close_deps(&t, w, w->ref[i]);
	store_abort(&t);
	row_id_text(id, text);
	sim_ok(row_read(p, id, &r), "O4: row %s", text);
	f = row_field(&r, WORDS);
	for (uint32_t i = 0; i < w->count; i++) {
		open += !w->closed[i];
		if (w->closed[i] == is_open(&r, f, w->ref[i]))
			tell_writes(p, &r, f, w, &all), sim_fail("O4: row %s: write %u should be %s: %s", text, i, w->closed[i] ? "closed" : "open", buf_str(&all));
	}
	if (open != (f ? f->count : 0))
		sim_fail("O4: row %s: %u values open, should be %u", text, f ? f->count : 0, open);
	(void)s;
	row_clear(&r);
}

static void no_value_is_lost(struct sim *s, uint32_t town)
{
	struct profile *p = sim_stand(s, town);

	for (size_t i = 0; i < s->row_count; i++) {
		struct writes w = { .count = 0 };

		if (s->row_town[i] != town || s->row_hazard[i] || s->row_doubtful[i])
			continue;
		for (size_t k = 0; k < s->save_count && w.count < 64; k++)
			if (s->saves[k].field == WORDS && !memcmp(&s->saves[k].row, &s->rows[i], sizeof s->rows[i]) && (!s->saves[k].lost || sim_holds(s, town, s->saves[k].ref)))
				memcpy(w.ref[w.count++], s->saves[k].ref, EVENT_REF);
		if (w.count && w.count < 64)
			compare_row(s, p, &s->rows[i], &w);
	}
}

/* --- O7 --- */

struct heads { struct log_head *at; size_t count, cap; };

static enum err add_head(void *user, const struct log_head *h)
{
	struct heads *x = user;

	if (x->count == x->cap && !(x->at = realloc(x->at, (x->cap = x->cap ? x->cap * 2 : 64) * sizeof *x->at)))
		sim_fail("memory");
	x->at[x->count++] = *h;
	return ERR_OK;
}

static void heads_of(struct sim *s, uint32_t machine, struct heads *out)
{
	struct store_txn t;

	*out = (struct heads){ 0 };
	profile_begin(sim_stand(s, machine), &t);
	sim_ok(log_heads(&t, add_head, out), "heads");
	store_abort(&t);
}

/* Events held of a log, whole pieces counted; a split's branches each. */
static uint64_t events_of(const struct log_head *h)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < h->range_count; i++)
		n += h->ranges[i].last - h->ranges[i].first + 1;
	return n;
}

static void holds_what_the_town_does(struct sim *s, uint32_t machine, const struct heads *town)
{
	const struct sim_machine *m = &s->at[machine];
	struct event_scope all = event_scope_all();
	struct heads own;

	heads_of(s, machine, &own);
	for (size_t i = 0; i < town->count; i++) {
		const struct log_head *h = &town->at[i], *o = NULL;
		char hex[2 * EVENT_WRITER + 1];

		if (!event_scope_same(&h->id.scope, &m->scope) && !event_scope_same(&h->id.scope, &all))
			continue;
		for (size_t k = 0; k < own.count; k++)
			if (event_log_same(&own.at[k].id, &h->id))
				o = &own.at[k];
		keys_hex(h->id.writer, EVENT_WRITER, hex);
		if (!o || events_of(o) != events_of(h) || o->split_at != h->split_at)
			sim_fail("O7: %s: of log %.8s… of %llu it holds %llu events (split at %llu), the township %llu (%llu)", m->dir, hex, (unsigned long long)h->id.epoch,
			         (unsigned long long)(o ? events_of(o) : 0), (unsigned long long)(o ? o->split_at : 0), (unsigned long long)events_of(h), (unsigned long long)h->split_at);
	}
	free(own.at);
}

/* The first row on which two machines differ, in words. */
static void tell_row(struct profile *p, const struct row_id *id, struct buf *out)
{
	struct row r;

	buf_reset(out);
	if (row_read(p, id, &r)) {
		buf_printf(out, "%s", err_detail());
		return;
	}
	buf_printf(out, "flags %x, %u events, %u proposals;", r.flags, r.event_count, r.proposal_count);
	for (uint32_t i = 0; i < r.field_count; i++) {
		buf_printf(out, " %u:", r.fields[i].n);
		for (uint32_t k = 0; k < r.fields[i].count; k++) {
			char hex[9];

			keys_hex(r.events[r.fields[i].open[k].event].ref, 4, hex);
			buf_printf(out, "%s%s%s", k ? "," : "", hex, r.fields[i].open[k].data ? "" : "(gone)");
		}
	}
	row_clear(&r);
}

static _Noreturn void differ(struct sim *s, const char *oracle, struct profile *a, struct profile *b)
{
	struct buf one = { 0 }, other = { 0 };
	char text[ROW_ID_TEXT];

	for (size_t i = 0; i < s->row_count; i++) {
		tell_row(a, &s->rows[i], &one);
		tell_row(b, &s->rows[i], &other);
		if (strcmp(buf_str(&one), buf_str(&other)))
			sim_fail("%s: %s and %s hold the same and differ in row %s: %s | %s", oracle, a->dir, b->dir, row_id_text(&s->rows[i], text), buf_str(&one), buf_str(&other));
	}
	sim_fail("%s: %s and %s hold the same and differ", oracle, a->dir, b->dir);
}

/* What a machine holds, as one number. */
static void hash_holdings(struct sim *s, uint32_t machine, uint8_t out[KEYS_HASH])
{
	struct heads own;
	struct buf b = { 0 };

	heads_of(s, machine, &own);
	for (size_t i = 0; i < own.count; i++) {
		buf_put(&b, own.at[i].id.writer, EVENT_WRITER);
		event_scope_put(&own.at[i].id.scope, &b);
		buf_be64(&b, own.at[i].id.epoch);
		buf_be64(&b, events_of(&own.at[i]));
		buf_be64(&b, own.at[i].split_at);
	}
	keys_hash(b.data, b.len, out);
	free(own.at);
	buf_clear(&b);
}

static void everybody_agrees(struct sim *s, uint32_t town)
{
	uint8_t digest[SIM_MACHINES][DIGEST_BYTES], holds[SIM_MACHINES][KEYS_HASH];
	struct heads heads;

	heads_of(s, town, &heads);
	for (uint32_t i = 0; i < s->count; i++)
		if (s->at[i].town == town) {
			digest_of(s, i, digest[i]);
			hash_holdings(s, i, holds[i]);
		}
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->at[i].town != town)
			continue;
		if (i >= s->towns && !s->at[i].revoked)
			holds_what_the_town_does(s, i, &heads);
		for (uint32_t k = 0; k < i; k++)
			if (s->at[k].town == town && !memcmp(holds[i], holds[k], KEYS_HASH) && memcmp(digest[i], digest[k], DIGEST_BYTES))
				differ(s, "O7", sim_stand(s, i), sim_stand(s, k));
	}
	free(heads.at);
}

/* --- O3: the same events in a random order into an empty store --- */

struct piece { struct log_segment seg; struct buf bytes; };

static void cut_pieces(struct sim *s, uint32_t machine, struct piece **out, size_t *count)
{
	struct heads heads;
	size_t cap = 0;

	*out = NULL;
	*count = 0;
	heads_of(s, machine, &heads);
	for (size_t i = 0; i < heads.count; i++)
		for (uint32_t r = 0; r < heads.at[i].range_count; r++) {
			const struct log_range *range = &heads.at[i].ranges[r];
			uint64_t first = range->first;
			while (first <= range->last) {
				struct piece *x;
				struct store_txn t;
				enum err e;

				if (*count == cap && !(*out = realloc(*out, (cap = cap ? cap * 2 : 256) * sizeof **out)))
					sim_fail("memory");
				x = &(*out)[*count];
				*x = (struct piece){ .bytes = { 0 } };
				profile_begin(s->at[machine].profile, &t);
				e = log_export(&t, &heads.at[i].id, first, range, 1 + chance_below(40), 1 << 20, &x->bytes, &x->seg);
				if (e == ERR_NOTFOUND)                  /* no signature so soon */
					e = log_export(&t, &heads.at[i].id, first, range, 16384, 1 << 20, &x->bytes, &x->seg);
				store_abort(&t);
				sim_ok(e, "O3: what is held of a log from %llu to %llu cannot be given on", (unsigned long long)first, (unsigned long long)range->last);
				first += x->seg.count;
				++*count;
			}
		}
	free(heads.at);
}

struct taking { const struct log_segment *seg; struct log_step *steps; };

static enum err take_piece(struct log_batch *b, void *user)
{
	struct taking *x = user;
	struct log_result result;

	return log_import(b, x->seg, x->steps, &result);
}

static void any_order_gives_one_digest(struct sim *s, uint32_t machine)
{
	struct profile *from = sim_stand(s, machine), *p;
	uint8_t ours[DIGEST_BYTES], theirs[DIGEST_BYTES];
	struct piece *pieces;
	struct buf dir = { 0 }, a = { 0 }, b = { 0 }, roots = { 0 };
	size_t count;

	cut_pieces(s, machine, &pieces, &count);
	buf_printf(&dir, "%s/again%u", s->root, machine);
	sim_ok(profile_create(buf_str(&dir), true), "again");
	sim_copy(fs_path(&a, from->dir, "packs"), fs_path(&b, buf_str(&dir), "packs"));
	sim_ok(profile_open(buf_str(&dir), &p), "again");
	keys_roots_put(&from->roots, 0, &roots);
	sim_ok(profile_roots_add(p, roots.data, roots.len), "again");
	for (size_t i = count; i--; ) {
		size_t k = chance_below((uint32_t)i + 1);
		struct piece x = pieces[k];
		struct taking t = { &x.seg, calloc(x.seg.count, sizeof *t.steps) };

		pieces[k] = pieces[i];
		x.seg.events = (const uint8_t *)x.bytes.data;
		sim_ok(log_segment_read(&x.seg, t.steps), "again");
		sim_ok(log_write(p, take_piece, &t), "again");
		free(t.steps);
		buf_clear(&x.bytes);
	}
	sim_ok(digest_state(from, ours), "digest");
	sim_ok(digest_state(p, theirs), "digest");
	if (memcmp(ours, theirs, DIGEST_BYTES))
		differ(s, "O3", from, p);
	profile_close(p);
	sim_ok(fs_remove_tree(buf_str(&dir)), "again");
	free(pieces);
	buf_clear(&dir);
	buf_clear(&a);
	buf_clear(&b);
	buf_clear(&roots);
}

void sim_judge(struct sim *s)
{
	sim_meet(s);
	nothing_acknowledged_is_lost(s);
	every_photo_arrived(s);
	for (uint32_t i = 0; i < s->count; i++)
		nobody_unknown_counts(s, i);
	for (uint32_t t = 0; t < s->towns; t++) {
		no_value_is_lost(s, t);
		everybody_agrees(s, t);
		any_order_gives_one_digest(s, t);
		sim_refold(s, t);
	}
	for (uint32_t i = s->towns; i < s->count; i += 5)
		sim_refold(s, i);
}
