#include "config.h"
#include "tests/town/year/year.h"

#include "forms/base/clock.h"
#include "forms/pack/answers.h"
#include "sync/keys/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *year_ref_text(const struct year_ref *r, uint8_t index, char out[32])
{
	keys_hex(r->bytes, EVENT_REF, out);
	snprintf(out + 2 * EVENT_REF, 6, ":%u", index);
	return out;
}

static struct year_event *new_event(struct year *y, uint32_t author, int64_t wall, uint32_t form, int village)
{
	struct year_event *e;

	if (y->event_count == y->event_cap) {
		y->event_cap = y->event_cap ? y->event_cap * 2 : 256;
		if (!(y->events = realloc(y->events, y->event_cap * sizeof *e)))
			year_must(ERR_NOMEM, "events");
	}
	e = &y->events[y->event_count++];
	*e = (struct year_event){ .author = author, .wall = wall, .form = form, .hazards = -1, .scope = year_scope(y, village), .number = ++y->people[author].number };
	return e;
}

/* --- rows and steps by the rules of the form --- */

static void take_steps(struct year *y, struct fill *f, fill_node at, const struct pack_entity *entity, struct payload_row *row)
{
	struct buf words = { 0 };
	char word[64];

	if (!entity->step)
		return;
	year_must(fill_evaluate(f, at, entity->step, &words), entity->step);
	for (const char *s = buf_str(&words); *s; s += strspn(s, " ")) {
		size_t len = strcspn(s, " ");
		uint32_t step;

		snprintf(word, sizeof word, "%.*s", (int)len, s);
		s += len;
		step = pack_find_step(y->pack, entity->reg, word);
		if (step != PACK_NONE && row->step_count < PAYLOAD_STEPS_MAX)
			row->steps[row->step_count++] = step;
	}
	buf_clear(&words);
}

static bool wanted(struct fill *f, fill_node at, const char *condition)
{
	bool yes = true;

	if (condition)
		year_must(fill_test(f, at, condition, &yes), condition);
	return yes;
}

static void add_row(struct year *y, struct year_event *e, struct fill *f, uint32_t entity, fill_node at, uint32_t instance, const struct year_subject *on)
{
	const struct pack_entity *pe = &y->pack->forms[e->form].entities[entity];
	struct payload_row row = { .entity = entity, .instance = instance };

	if (e->row_count == 8)
		return;
	if (pe->creates && wanted(f, at, pe->create_if)) {
		row.fresh = true;
	} else if (pe->updates && on && on->row && strstr(pe->entity_id, "__id") && wanted(f, at, pe->update_if)) {
		memcpy(row.row.event.ref, on->row->bytes, EVENT_REF);
		row.row.index = on->index;
		for (uint32_t i = 0; i < on->dep_count; i++)
			memcpy(row.deps[row.dep_count++].ref, on->deps[i].bytes, EVENT_REF);
	} else {
		return;
	}
	take_steps(y, f, at, pe, &row);
	e->rows[e->row_count++] = row;
}

static void add_rows(struct year *y, struct year_event *e, struct fill *f, const struct year_subject *on)
{
	const struct pack_form *form = &y->pack->forms[e->form];

	for (uint32_t i = 0; i < form->entity_count; i++) {
		uint32_t repeat = form->entities[i].repeat;
		fill_node at;

		if (repeat == FORM_NONE) {
			add_row(y, e, f, i, FILL_NO_NODE, PAYLOAD_NO_INSTANCE, on);
			continue;
		}
		at = fill_node_at(f, FILL_NO_NODE, repeat);
		for (uint32_t k = 0; at != FILL_NO_NODE && k < fill_instances(f, at); k++)
			add_row(y, e, f, i, fill_instance(f, at, k), k, on);
	}
}

/* --- records --- */

static void complain(void *user, const char *path, const char *message)
{
	fprintf(stderr, "# %s: %s: %s\n", (const char *)user, path, message);
}

struct year_event *year_record(struct year *y, uint32_t author, int64_t wall, const char *form, const struct year_subject *on, const char *json)
{
	uint32_t at = pack_find_form(y->pack, form);
	struct fill_host host = { .now = wall, .utc_offset = 480, .row_field = on ? on->field : NULL, .user = on ? on->user : NULL };
	struct year_event *e;
	struct jdoc *doc;
	struct fill *f;

	if (at == PACK_NONE)
		year_must(ERR_NOTFOUND, form);
	e = new_event(y, author, wall, at, y->people[author].village);
	year_must(jdoc_parse(json, strlen(json), &doc), json);
	year_must(fill_open(y->pack->forms[at].body->form, &host, &f), form);
	year_must(fill_read_json(f, doc, complain, (void *)(uintptr_t)form), form);
	year_must(fill_finish(f), form);
	add_rows(y, e, f, on);
	year_must(answers_encode(y->pack, at, f, &e->answers, &e->private_part), form);
	fill_close(f);
	jdoc_free(doc);
	return e;
}

/* Every item of the walk in order, answered once for each kind; only the place changes from visit to visit. */
static struct fill *walk_in_order(struct year *y, uint32_t kind, int64_t wall)
{
	static struct fill **fills;
	uint32_t at = pack_find_form(y->pack, y->pack->kinds[kind].walk);
	const struct form *form = y->pack->forms[at].body->form;
	struct fill_host host = { .now = wall, .utc_offset = 480 };

	if (!fills && !(fills = calloc(y->pack->kind_count, sizeof *fills)))
		year_must(ERR_NOMEM, "fills");
	if (fills[kind])
		return fills[kind];
	year_must(fill_open(form, &host, &fills[kind]), form->id);
	for (uint32_t i = 0; i < form->question_count; i++) {
		fill_node n = fill_node_at(fills[kind], FILL_NO_NODE, i);

		if (n != FILL_NO_NODE && form->questions[i].type == FORM_SELECT_ONE && form->questions[i].xc[FORM_XC_LEVEL] && fill_is_relevant(fills[kind], n))
			year_must(fill_put(fills[kind], n, "pass"), form->questions[i].name);
	}
	return fills[kind];
}

struct year_event *year_visit(struct year *y, uint32_t author, int64_t wall, struct year_place *place)
{
	struct fill *f = walk_in_order(y, place->kind, wall);
	struct year_event *e = new_event(y, author, wall, pack_find_form(y->pack, y->pack->kinds[place->kind].walk), place->village);
	char id[32];

	year_must(fill_put(f, fill_find(f, "xc_place"), year_ref_text(&place->ref, 0, id)), "xc_place");
	add_rows(y, e, f, NULL);
	year_must(answers_encode(y->pack, e->form, f, &e->answers, &e->private_part), "walk");
	return e;
}

struct year_hazard *year_hazard(struct year *y)
{
	if (y->hazard_count == y->hazard_cap) {
		y->hazard_cap = y->hazard_cap ? y->hazard_cap * 2 : 1024;
		if (!(y->hazards = realloc(y->hazards, y->hazard_cap * sizeof *y->hazards)))
			year_must(ERR_NOMEM, "hazards");
	}
	y->hazards[y->hazard_count] = (struct year_hazard){ .state = YEAR_NOTIFIED };
	return &y->hazards[y->hazard_count++];
}

/* --- into the logs --- */

/* May run again after the map has grown: it changes nothing but the refs, which come out anew. */
static enum err append_all(struct log_batch *b, void *user)
{
	struct year *y = user;
	struct buf public_part = { 0 };
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < y->event_count; i++) {
		struct year_event *ye = &y->events[i];
		struct payload head = { .form = ye->form, .number = ye->number, .seconds = 120, .started = -150 };
		struct event ev = { .kind = EVENT_SUBMIT, .flags = EVENT_HAS_ANSWERS };
		struct year_ref ref;

		clock_set(ye->wall);
		snprintf(head.version, sizeof head.version, "%s/%s", y->pack->id, y->pack->version);
		buf_reset(&public_part);
		payload_put_submit(&public_part, &head, ye->rows, ye->row_count);
		ev.public_part = (struct event_part){ (const uint8_t *)public_part.data, public_part.len };
		ev.answers = (struct event_part){ (const uint8_t *)ye->answers.data, ye->answers.len };
		if (ye->private_part.len) {
			ev.flags |= EVENT_HAS_PRIVATE;
			ev.private_part = (struct event_part){ (const uint8_t *)ye->private_part.data, ye->private_part.len };
		}
		e = public_part.err ? public_part.err : log_append_as(b, y->people[ye->author].id, &ye->scope, &ev, ref.bytes);
		if (ye->made)
			*ye->made = ref;
		for (uint32_t k = 0; k < ye->hazard_count; k++) {
			struct year_hazard *h = &y->hazards[ye->hazards + k];

			h->refs[h->ref_count - 1] = ref;
		}
	}
	buf_clear(&public_part);
	return e;
}

static int by_wall(const void *a, const void *b)
{
	const struct year_event *x = a, *y = b;

	return x->wall != y->wall ? (x->wall < y->wall ? -1 : 1) : x->author != y->author ? (x->author < y->author ? -1 : 1) : (x->number > y->number) - (x->number < y->number);
}

void year_flush(struct year *y)
{
	if (y->event_count) {
		qsort(y->events, y->event_count, sizeof *y->events, by_wall);
		year_must(log_write(y->logs, append_all, y), "append");
	}
	for (uint32_t i = 0; i < y->event_count; i++) {
		buf_clear(&y->events[i].answers);
		buf_clear(&y->events[i].private_part);
	}
	y->event_count = 0;
}
