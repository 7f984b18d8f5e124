#include "config.h"
#include "sync/ledger/fold/judge_own.h"

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
static enum row_reason judge_resolve(struct bench *b, uint32_t which, const struct judge_write *w)
{
	const struct judge_entry *e = &b->entries[which];
	bool town = e->roles & PACK_TOWN, own = true, among = false;
	uint32_t link = 0, at = 0, named;

	if (!bench_deps_held(b, e))
		return ROW_UNSEEN;
	while (bench_next_named(b, which, &link, &at, &named)) {
		const struct judge_entry *of = &b->entries[named];
		const struct judge_write *old = entry_write(of, w->n);

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

static void judge_entry(struct bench *b, uint32_t which)
{
	struct judge_entry *e = &b->entries[which];
	enum row_reason steps = ROW_ACCEPTED;

	e->judged = true;
	if ((e->why = judge_whole(e)) == ROW_ACCEPTED && e->kind == EVENT_RESOLVE)
		e->why = judge_resolve(b, which, &e->writes[0]);
	if (e->why == ROW_ACCEPTED && e->step_count)
		steps = bench_judge_steps(b, which);
	/* On a row that was there an entry counts whole or not at all; a new row stays visible even when a step of it fails. */
	if (steps != ROW_ACCEPTED && !e->fresh)
		e->why = steps;
	for (uint32_t j = 0; j < e->write_count; j++) {
		struct judge_write *w = &e->writes[j];

		w->why = e->why != ROW_ACCEPTED ? e->why : e->kind == EVENT_RESOLVE ? ROW_ACCEPTED : judge_write(e, w);
	}
}

/* The next entry that `e` names and that is not judged; *link is where it looks. */
static bool next_unjudged(const struct bench *b, uint32_t e, uint32_t *link, uint32_t *out)
{
	for (; *link < b->first[e + 1]; ++*link) {
		uint32_t of = b->links[*link];

		for (uint32_t i = of; bench_same_event(b, i, of); i++)
			if (!b->entries[*out = b->names[i].entry].judged)
				return true;
	}
	return false;
}

/* An entry waits for those it names, whatever the order says; names are hashes, so they cannot run in a circle. */
static void judge_with_named(struct bench *b, uint32_t e)
{
	uint32_t depth = 0, named;

	b->stack[0] = e;
	b->next[0] = b->first[e];
	for (;;) {
		if (depth + 1 < b->count && next_unjudged(b, b->stack[depth], &b->next[depth], &named)) {
			b->stack[++depth] = named;
			b->next[depth] = b->first[named];
			continue;
		}
		judge_entry(b, b->stack[depth]);
		if (!depth--)
			return;
	}
}

/* What accepted writes close, and which entries those that count name. A photo of a record answers nothing. */
static void settle_all(struct bench *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		uint32_t link = 0, at = 0, named;

		if (b->entries[i].why != ROW_ACCEPTED)
			continue;
		bench_settle(b, i, 0);
		while (b->entries[i].kind != EVENT_ATTACH && bench_next_named(b, i, &link, &at, &named))
			b->entries[named].answered = true;
	}
}

/* An entry may be judged again with others beside it. */
static void forget_verdict(struct judge_entry *e)
{
	uint32_t kept = 0;

	e->judged = e->answered = false;
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
	if ((e = bench_open(&b, entries, count)))
		return e;
	for (uint32_t i = 0; i < count; i++)
		if (!entries[i].judged)
			judge_with_named(&b, i);
	settle_all(&b);
	bench_close(&b);
	return ERR_OK;
}
