#include "config.h"
#include "sync/ledger/fold/opened.h"

#include <stdlib.h>
#include <string.h>

/* --- which are kept: in the order of their places, as rows name them --- */

static int compare(const struct opened_event *e, const struct log_place *at, const uint8_t *ref)
{
	const struct log_place *has = &e->copy.place;

	if (has->log != at->log)
		return has->log < at->log ? -1 : 1;
	if (has->seq != at->seq)
		return has->seq < at->seq ? -1 : 1;
	return memcmp(e->copy.hash, ref, EVENT_REF);
}

/* The first that is not before it. */
static uint32_t search(const struct opened *o, const struct log_place *at, const uint8_t *ref)
{
	uint32_t low = 0, high = o->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare(o->at[middle], at, ref) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct opened_event *opened_find(const struct opened *o, const struct log_place *at, const uint8_t ref[EVENT_REF])
{
	uint32_t i = o ? search(o, at, ref) : 0;

	return o && i < o->count && !compare(o->at[i], at, ref) ? o->at[i] : NULL;
}

static bool insert(struct opened *o, struct opened_event *e)
{
	uint32_t i = search(o, &e->copy.place, e->copy.hash);

	if (o->count == o->cap) {
		uint32_t cap = o->cap ? o->cap * 2 : 16;
		struct opened_event **more = realloc(o->at, cap * sizeof *more);

		if (!more)
			return false;
		o->at = more;
		o->cap = cap;
	}
	memmove(&o->at[i + 1], &o->at[i], (o->count - i) * sizeof(*o->at));
	o->at[i] = e;
	o->count++;
	return true;
}

/* --- one event --- */

static void copy_part(struct scratch *mem, struct event_part *p)
{
	if (p->data)
		p->data = scratch_copy(mem, p->data, p->len);
}

static void copy_event(struct scratch *mem, const struct fold_view *v, struct opened_event *e)
{
	struct event *ev = &e->copy.event;

	e->copy.place = *v->at;
	e->copy.log = *v->log;
	memcpy(e->copy.hash, v->hash, EVENT_HASH);
	*ev = *v->event;
	ev->salt = ev->answers_commitment = ev->private_commitment = NULL;      /* no row asks for them */
	copy_part(mem, &ev->public_part);
	copy_part(mem, &ev->answers);
	copy_part(mem, &ev->private_part);
	e->view = history_view(&e->copy);
}

static uint32_t add_distances(struct opened_link *to, uint32_t count, const struct payload_row *row)
{
	if (row->row.event.distance)
		to[count++].distance = row->row.event.distance;
	for (uint32_t i = 0; i < row->dep_count; i++)
		if (row->deps[i].distance)
			to[count++].distance = row->deps[i].distance;
	return count;
}

static int by_distance(const void *a, const void *b)
{
	const struct opened_link *x = a, *y = b;

	return x->distance < y->distance ? -1 : x->distance > y->distance;
}

/* Each distance once. */
static void list_links(struct scratch *mem, struct opened_event *e, struct opened_link *all, uint32_t count)
{
	uint32_t kept = 0;

	qsort(all, count, sizeof *all, by_distance);
	for (uint32_t i = 0; i < count; i++)
		if (!kept || all[kept - 1].distance != all[i].distance)
			all[kept++].distance = all[i].distance;
	e->link_count = kept;
	e->links = scratch_copy(mem, all, kept * sizeof *all);
}

/* Rows behind one that cannot be read are not read. */
static void list_rows(struct opened_event *e, struct opened_link *all, uint32_t *link_count)
{
	struct payload pl = e->payload;
	struct payload_row row;

	for (uint32_t at = 0; payload_next(&pl, &row); at = (uint32_t)(pl.rows.at - e->payload.rows.at)) {
		const struct payload_link *l = &row.row.event;
		struct opened_row *to = &e->rows[e->row_count];

		*link_count = add_distances(all, *link_count, &row);
		if (row.entity >= e->record.plan->entity_count || (!row.fresh && l->distance >= e->copy.place.seq)) {
			e->rest = ERR_FORMAT;
			return;
		}
		*to = (struct opened_row){ .event = l->distance, .at = at, .index = row.row.index, .fresh = row.fresh, .near = l->distance != 0 };
		if (!to->near)
			memcpy(&to->event, l->ref, sizeof to->event);
		e->row_count++;
	}
}

static bool fill(struct opened *o, const struct fold_view *v, const struct payload *pl, struct opened_event *e)
{
	struct opened_link *all = calloc((size_t)pl->row_count * (1 + LIMIT_DEPS), sizeof *all);
	const struct event_part *part = &e->copy.event.public_part;
	uint32_t links = 0;

	copy_event(&o->mem, v, e);
	e->rows = scratch_take(&o->mem, pl->row_count * sizeof *e->rows);
	if (all && !o->mem.failed && !payload_open((enum event_kind)v->event->kind, part->data, part->len, &e->payload)) {
		list_rows(e, all, &links);
		list_links(&o->mem, e, all, links);
	}
	free(all);
	return e->links != NULL;
}

const struct opened_event *opened_keep(const struct context *c, const struct fold_view *v, const struct payload *pl)
{
	struct opened *o = c->opened;
	const struct event *ev = v->event;
	size_t bytes = sizeof(struct opened_event) + pl->row_count * sizeof(struct opened_row) + ev->public_part.len + ev->answers.len + ev->private_part.len;
	struct opened_event *e;
	struct record record;
	struct missing why;

	if (!o || pl->row_count < OPENED_ROWS)
		return NULL;
	o->full = o->full || o->bytes + bytes > OPENED_BYTES;
	if (o->full || history_record_of(c, v, pl, &record, &why))
		return NULL;
	if (!(e = scratch_take(&o->mem, sizeof *e)))
		return NULL;
	e->record = record;
	if (!fill(o, v, pl, e) || !insert(o, e))
		return NULL;
	o->bytes += bytes + e->link_count * sizeof *e->links;
	return e;
}

static struct opened_link *link_of(const struct opened_event *e, uint64_t distance)
{
	struct opened_link wanted = { .distance = distance };

	return bsearch(&wanted, e->links, e->link_count, sizeof wanted, by_distance);
}

bool opened_link(const struct opened_event *e, uint64_t distance, struct log_place *at, uint8_t ref[EVENT_REF])
{
	const struct opened_link *l = link_of(e, distance);

	if (!l || !l->known)
		return false;
	*at = (struct log_place){ .log = e->copy.place.log, .seq = e->copy.place.seq - distance, .strand = l->strand };
	memcpy(ref, l->ref, EVENT_REF);
	return true;
}

void opened_note(const struct opened_event *e, uint64_t distance, const struct log_place *at, const uint8_t ref[EVENT_REF])
{
	struct opened_link *l = link_of(e, distance);

	if (!l)
		return;
	l->known = true;
	l->strand = at->strand;
	memcpy(l->ref, ref, EVENT_REF);
}

bool opened_may_be(const struct opened_event *e, uint32_t place, const struct row_id *id, const struct row_key *key)
{
	const struct opened_row *r = &e->rows[place];
	struct log_place made;
	uint64_t start;

	if (r->fresh)
		return (uint8_t)place == id->index;
	if (r->index != id->index)
		return false;
	if (!r->near) {
		memcpy(&start, id->ref, sizeof start);
		return r->event == start;
	}
	made = rowcode_place(key);
	return !key->len || (made.log == e->copy.place.log && made.seq == e->copy.place.seq - r->event);
}

void opened_read(const struct opened_event *e, uint32_t place, struct payload_row *out)
{
	struct payload pl = { .rows = e->payload.rows };

	pl.rows.at += e->rows[place].at;
	payload_next(&pl, out);
}

void opened_forget(struct opened *o)
{
	free(o->at);
	scratch_free(&o->mem);
	*o = (struct opened){ 0 };
}
