#include "config.h"
#include "sync/ledger/judge_own.h"

#include <stdlib.h>

int judge_order(const struct judge_entry *a, const struct judge_entry *b)
{
	const struct event_log_id *x = &a->log, *y = &b->log;
	int c;

	if (a->lamport != b->lamport)
		return a->lamport < b->lamport ? -1 : 1;
	if ((c = memcmp(x->writer, y->writer, EVENT_WRITER)))
		return c;
	if (x->scope.kind != y->scope.kind)
		return x->scope.kind < y->scope.kind ? -1 : 1;
	if (x->scope.length != y->scope.length)
		return x->scope.length < y->scope.length ? -1 : 1;
	if ((c = memcmp(x->scope.bytes, y->scope.bytes, x->scope.length)))
		return c;
	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	if ((c = memcmp(a->ref, b->ref, EVENT_REF)))
		return c;
	return a->place < b->place ? -1 : a->place > b->place;
}

static int by_order(const void *a, const void *b)
{
	return judge_order(a, b);
}

bool judge_governed(const struct pack *p, uint32_t reg, uint32_t field)
{
	for (uint32_t i = 0; i < p->step_count; i++)
		if (p->steps[i].reg == reg && p->steps[i].field == field)
			return true;
	return false;
}

bool bench_text_is(const uint8_t *data, size_t len, const char *s)
{
	struct cbor c = cbor_init(data, len);
	size_t n = 0;
	const char *text = cbor_peek(&c) == CBOR_TEXT ? cbor_text(&c, 0, &n) : NULL;

	return text && strlen(s) == n && !memcmp(text, s, n);
}

uint32_t judge_danger(const struct pack_field *f, const uint8_t *data, size_t len)
{
	uint32_t i = 0;

	if (!f || !f->danger_order || !data)
		return UINT32_MAX;
	while (f->danger_order[i] && !bench_text_is(data, len, f->danger_order[i]))
		i++;
	return i;
}

uint32_t bench_find(const struct bench *b, const uint8_t *ref)
{
	uint32_t i = 0;

	while (i < b->count && !same_ref(b->entries[i].ref, ref))
		i++;
	return i;
}

bool bench_closes(const struct judge_entry *e, const struct judge_entry *of)
{
	if (same_ref(e->ref, of->ref))
		return false;
	if (e->has_target && e->kind == EVENT_AMEND && same_ref(e->target, of->ref))
		return true;
	for (uint32_t d = 0; d < e->dep_count; d++)
		if (same_ref(e->deps[d], of->ref))
			return true;
	return false;
}

const struct judge_write *entry_write(const struct judge_entry *e, uint32_t n)
{
	for (uint32_t j = 0; j < e->write_count; j++)
		if (e->writes[j].n == n)
			return &e->writes[j];
	return NULL;
}

/* --- entries --- */

static enum row_reason judge_write(const struct judge_entry *e, const struct judge_write *w)
{
	bool town = e->roles & PACK_TOWN;

	if (w->merge == PACK_DERIVE)
		return ROW_NO_STEP;
	if (w->merge == PACK_TOWN_FIELD && !town)
		return ROW_TOWN_ONLY;
	if (e->kind == EVENT_AMEND && (w->governed || w->merge == PACK_STATE) && !town)
		return ROW_TOWN_ONLY;
	if (w->governed && !w->step && e->kind != EVENT_AMEND)
		return ROW_NO_STEP;
	return ROW_ACCEPTED;
}

/* RESOLVE: one write. A state only by TOWN, and only to a value that was open; the rest by TOWN or whoever wrote it all. */
static enum row_reason judge_resolve(struct bench *b, const struct judge_entry *e, const struct judge_write *w)
{
	bool town = e->roles & PACK_TOWN, own = true, among = false;

	if (!bench_deps_held(b, e))
		return ROW_UNSEEN;
	for (uint32_t i = 0; i < b->count; i++) {
		const struct judge_entry *of = &b->entries[i];
		const struct judge_write *old = bench_closes(e, of) ? entry_write(of, w->n) : NULL;

		if (!old || old->why != ROW_ACCEPTED)
			continue;
		own = own && of->person && e->person && !strcmp(of->person, e->person);
		among = among || (w->data && old->data && old->len == w->len && !memcmp(old->data, w->data, w->len));
	}
	if (w->merge == PACK_DERIVE)
		return ROW_NO_STEP;
	if (w->governed || w->merge == PACK_STATE)
		return !town ? ROW_TOWN_ONLY : among ? ROW_ACCEPTED : ROW_WRONG_FROM;
	if (town)
		return ROW_ACCEPTED;
	return w->merge == PACK_TOWN_FIELD ? ROW_TOWN_ONLY : own ? ROW_ACCEPTED : ROW_NOT_AUTHOR;
}

static enum row_reason judge_whole(const struct judge_entry *e)
{
	if (!e->trusted)
		return ROW_NOT_TRUSTED;
	if (!e->in_scope)
		return ROW_OUT_OF_SCOPE;
	if (e->kind == EVENT_SUBMIT && !e->may_submit)
		return ROW_NO_ROLE;
	if ((e->kind == EVENT_AMEND || e->kind == EVENT_RETRACT) && !e->author && !(e->roles & PACK_TOWN))
		return ROW_NOT_AUTHOR;
	return ROW_ACCEPTED;
}

static void judge_entry(struct bench *b, struct judge_entry *e)
{
	enum row_reason steps = ROW_ACCEPTED;

	e->judged = true;
	if ((e->why = judge_whole(e)) == ROW_ACCEPTED && e->kind == EVENT_RESOLVE)
		e->why = judge_resolve(b, e, &e->writes[0]);
	if (e->why == ROW_ACCEPTED && e->step_count)
		steps = bench_judge_steps(b, e);
	/* On a row that was there an entry counts whole or not at all; a new row stays visible even when a step of it fails. */
	if (steps != ROW_ACCEPTED && !e->fresh)
		e->why = steps;
	for (uint32_t j = 0; j < e->write_count; j++) {
		struct judge_write *w = &e->writes[j];

		w->why = e->why != ROW_ACCEPTED ? e->why : e->kind == EVENT_RESOLVE ? ROW_ACCEPTED : judge_write(e, w);
	}
}

static bool deps_judged(const struct bench *b, const struct judge_entry *e)
{
	for (uint32_t d = 0; d < e->dep_count + e->has_target; d++) {
		const uint8_t *ref = d < e->dep_count ? e->deps[d] : e->target;

		for (uint32_t i = bench_find(b, ref); bench_in_event(b, i, ref); i++)
			if (!b->entries[i].judged && !same_ref(ref, e->ref))
				return false;
	}
	return true;
}

/* An entry waits for those it names, whatever the order says; names are hashes, so they cannot run in a circle. */
static void judge_all(struct bench *b)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (uint32_t i = 0; i < b->count; i++) {
			if (b->entries[i].judged || !deps_judged(b, &b->entries[i]))
				continue;
			judge_entry(b, &b->entries[i]);
			moved = true;
		}
	}
}

static void close_values(struct bench *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		struct judge_entry *of = &b->entries[i];

		for (uint32_t k = 0; k < b->count; k++) {
			const struct judge_entry *e = &b->entries[k];

			if (!bench_closes(e, of))
				continue;
			for (uint32_t j = 0; j < of->write_count; j++) {
				const struct judge_write *w = entry_write(e, of->writes[j].n);

				if (w && w->why == ROW_ACCEPTED)
					of->writes[j].closed = true;
			}
		}
	}
}

static enum err open_bench(struct bench *b, struct judge_entry *entries, uint32_t count)
{
	b->entries = entries;
	b->count = count;
	b->seen.bits = calloc(count ? count : 1, 1);
	b->seen.stack = calloc(count ? count : 1, sizeof *b->seen.stack);
	return b->seen.bits && b->seen.stack ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static void close_bench(struct bench *b)
{
	free(b->seen.bits);
	free(b->seen.stack);
}

/* An entry may be judged again with others beside it. */
static void forget_verdict(struct judge_entry *e)
{
	uint32_t kept = 0;

	e->judged = false;
	for (uint32_t j = 0; j < e->write_count; j++) {
		if (e->writes[j].added)
			continue;
		e->writes[kept] = e->writes[j];
		e->writes[kept].closed = false;
		e->writes[kept++].step = NULL;
	}
	e->write_count = kept;
}

enum err judge_row(struct judge_entry *entries, uint32_t count)
{
	struct bench b;
	enum err e;

	qsort(entries, count, sizeof *entries, by_order);
	for (uint32_t i = 0; i < count; i++)
		forget_verdict(&entries[i]);
	if (!(e = open_bench(&b, entries, count))) {
		judge_all(&b);
		close_values(&b);
	}
	close_bench(&b);
	return e;
}

enum err judge_one(struct judge_entry *entries, uint32_t count, uint32_t which)
{
	struct bench b;
	enum err e;

	if (!(e = open_bench(&b, entries, count)))
		judge_entry(&b, &entries[which]);
	close_bench(&b);
	return e;
}
