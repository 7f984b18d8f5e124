/* The entries of a row by their events, whom each names, and what it saw. */
#include "config.h"
#include "sync/ledger/fold/judge_own.h"

#include <stdlib.h>

enum { BY_NUMBER = 256 };                             /* fields below are told by a bit */

/* --- opening --- */

static int by_ref(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int c = memcmp(x->ref, y->ref, EVENT_REF);

	return c ? c : x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* The first place of an event; b->count when it has no entry here. */
static uint32_t find(const struct bench *b, const uint8_t *ref)
{
	uint32_t low = 0, high = b->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (memcmp(b->names[middle].ref, ref, EVENT_REF) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < b->count && same_ref(b->names[low].ref, ref) ? low : b->count;
}

bool bench_holds(const struct bench *b, const uint8_t *ref)
{
	return find(b, ref) < b->count;
}

static void add_link(struct bench *b, uint32_t e, uint32_t *end, const uint8_t *ref)
{
	uint32_t at = same_ref(ref, b->entries[e].ref) ? b->count : find(b, ref);

	for (uint32_t i = b->first[e]; i < *end; i++)
		if (b->links[i] == at)
			return;
	if (at < b->count)
		b->links[(*end)++] = at;
}

static void link_all(struct bench *b)
{
	uint32_t end = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		const struct judge_entry *e = &b->entries[i];

		b->first[i] = end;
		for (uint32_t d = 0; d < e->dep_count; d++)
			add_link(b, i, &end, e->deps[d]);
		if (e->has_target)
			add_link(b, i, &end, e->target);
	}
	b->first[b->count] = end;
}

/* One piece of memory for all: the widest kinds first, so that each is aligned. */
static enum err take_memory(struct bench *b, size_t links, size_t writes)
{
	size_t n = b->count;
	size_t bytes = writes * sizeof *b->view.open + n * sizeof *b->names + (5 * n + 1 + links) * sizeof(uint32_t) + n + 1;

	if (!(b->memory = malloc(bytes)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	b->view.open = b->memory;
	b->names = (struct named *)(void *)(b->view.open + writes);
	b->first = (uint32_t *)(void *)(b->names + n);
	b->stack = b->first + n + 1;
	b->next = b->stack + n;
	b->walk = b->next + n;
	b->asked = b->walk + n;
	b->links = b->asked + n;
	b->view.seen = (uint8_t *)(b->links + links);
	memset(b->asked, 0, n * sizeof *b->asked);
	return ERR_OK;
}

enum err bench_open(struct bench *b, struct judge_entry *entries, uint32_t count)
{
	size_t links = 0, writes = 0;
	enum err e;

	*b = (struct bench){ .entries = entries, .count = count };
	for (uint32_t i = 0; i < count; i++) {
		links += entries[i].dep_count + entries[i].has_target;
		writes += entries[i].write_count + entries[i].step_count;
		for (uint32_t j = 0; j < entries[i].write_count; j++)
			entries[i].writes[j].shut = 0;
	}
	if ((e = take_memory(b, links, writes)))
		return e;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(b->names[i].ref, entries[i].ref, EVENT_REF);
		b->names[i].entry = i;
	}
	if (count)
		qsort(b->names, count, sizeof *b->names, by_ref);
	link_all(b);
	return ERR_OK;
}

void bench_close(struct bench *b)
{
	free(b->memory);
}

bool bench_next_named(const struct bench *b, uint32_t e, uint32_t *link, uint32_t *at, uint32_t *entry)
{
	for (; *link < b->first[e + 1] - b->first[e]; ++*link, *at = 0) {
		uint32_t of = b->links[b->first[e] + *link];

		if (!bench_same_event(b, of + *at, of))
			continue;
		*entry = b->names[of + (*at)++].entry;
		return true;
	}
	return false;
}

/* --- what closes what --- */

static bool accepts(const struct judge_entry *e, const struct payload_fields *accepted, uint32_t n)
{
	const struct judge_write *w;

	if (n < BY_NUMBER)
		return payload_fields_has(accepted, n);
	return (w = entry_write(e, n)) && w->why == ROW_ACCEPTED;
}

void bench_settle(struct bench *b, uint32_t e, uint32_t view)
{
	const struct judge_entry *by = &b->entries[e];
	struct payload_fields accepted = { { 0 } };
	uint32_t link = 0, at = 0, named, any = 0;

	for (uint32_t j = 0; j < by->write_count; j++)
		if (by->writes[j].why == ROW_ACCEPTED) {
			payload_fields_add(&accepted, by->writes[j].n);
			any++;
		}
	while (any && bench_next_named(b, e, &link, &at, &named))
		for (uint32_t j = 0; j < b->entries[named].write_count; j++) {
			struct judge_write *w = &b->entries[named].writes[j];

			if (!accepts(by, &accepted, w->n))
				continue;
			if (view)
				w->shut = view;
			else
				w->closed = true;
		}
}

/* --- what an entry saw --- */

static void push_named(struct bench *b, uint32_t e, uint32_t *depth)
{
	uint32_t link = 0, at = 0, named;

	while (bench_next_named(b, e, &link, &at, &named))
		if (!b->view.seen[named]) {
			b->view.seen[named] = 1;
			b->walk[(*depth)++] = named;
		}
}

static void take_in(struct bench *b, uint32_t e)
{
	struct view *v = &b->view;

	for (uint32_t j = 0; j < b->entries[e].write_count; j++) {
		struct judge_write *w = &b->entries[e].writes[j];

		if (w->why == ROW_ACCEPTED && !w->clears)
			v->open[v->open_count++] = (struct judge_value){ e, w };
	}
	bench_settle(b, e, v->number);
}

static void extend(struct bench *b, uint32_t e)
{
	uint32_t depth = 0;

	push_named(b, e, &depth);
	while (depth) {
		uint32_t i = b->walk[--depth];

		take_in(b, i);
		push_named(b, i, &depth);
	}
}

/* Does `e` itself name all that `other` names? */
static bool names_all(const struct bench *b, uint32_t e, uint32_t other)
{
	for (uint32_t i = b->first[other]; i < b->first[other + 1]; i++) {
		uint32_t k = b->first[e];

		while (k < b->first[e + 1] && b->links[k] != b->links[i])
			k++;
		if (k == b->first[e + 1])
			return false;
	}
	return true;
}

static void start_view(struct bench *b)
{
	memset(b->view.seen, 0, b->count);
	b->view.open_count = 0;
	b->view.number++;
}

void bench_see(struct bench *b, uint32_t e)
{
	struct view *v = &b->view;
	bool on = v->any && names_all(b, e, v->of);

	if (!v->any)
		start_view(b);
	extend(b, e);
	/* Who saw the entry of this view saw all of it; else it holds what `e` did not see. */
	if (v->any && !on && !v->seen[v->of]) {
		start_view(b);
		extend(b, e);
	}
	v->any = true;
	v->of = e;
}

const struct judge_write *bench_next_open(struct bench *b, uint32_t n, uint32_t *at, uint32_t *entry)
{
	struct view *v = &b->view;

	while (*at < v->open_count) {
		struct judge_value *value = &v->open[*at];

		if (value->write->shut == v->number) {  /* what is closed in a view stays so */
			*value = v->open[--v->open_count];
			continue;
		}
		++*at;
		if (value->write->n != n)
			continue;
		*entry = value->entry;
		return value->write;
	}
	return NULL;
}
