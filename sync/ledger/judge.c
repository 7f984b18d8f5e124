#include "config.h"
#include "sync/ledger/judge.h"

#include "forms/pack/cond.h"

#include <stdlib.h>
#include <string.h>

/* The entries that one entry saw: a bit each. */
struct seen { uint8_t *bits; uint32_t *stack; };

struct bench {
	struct judge_entry *entries;
	uint32_t count;
	struct seen seen;
};

static bool same_ref(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, EVENT_REF);
}

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

static bool text_is(const uint8_t *data, size_t len, const char *s)
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
	while (f->danger_order[i] && !text_is(data, len, f->danger_order[i]))
		i++;
	return i;
}

/* First entry of event `ref`; entries of one event lie together. */
static uint32_t find_event(const struct bench *b, const uint8_t *ref)
{
	uint32_t i = 0;

	while (i < b->count && !same_ref(b->entries[i].ref, ref))
		i++;
	return i;
}

static bool in_event(const struct bench *b, uint32_t i, const uint8_t *ref)
{
	return i < b->count && same_ref(b->entries[i].ref, ref);
}

/* --- what an entry saw --- */

static void see_event(struct bench *b, const uint8_t *ref, uint32_t *depth)
{
	for (uint32_t i = find_event(b, ref); in_event(b, i, ref); i++) {
		if (b->seen.bits[i])
			continue;
		b->seen.bits[i] = 1;
		b->seen.stack[(*depth)++] = i;
	}
}

static void see_deps(struct bench *b, const struct judge_entry *e, uint32_t *depth)
{
	for (uint32_t d = 0; d < e->dep_count; d++)
		see_event(b, e->deps[d], depth);
	if (e->has_target)
		see_event(b, e->target, depth);
}

static void see(struct bench *b, const struct judge_entry *e)
{
	uint32_t depth = 0;

	memset(b->seen.bits, 0, b->count);
	see_deps(b, e, &depth);
	while (depth)
		see_deps(b, &b->entries[b->seen.stack[--depth]], &depth);
}

static bool closes(const struct judge_entry *e, const struct judge_entry *of)
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

/* Was this write still open for somebody who saw exactly the marked entries? */
static bool open_in_seen(const struct bench *b, const struct judge_entry *of, const struct judge_write *w)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct judge_entry *e = &b->entries[i];

		if (!b->seen.bits[i] || !closes(e, of))
			continue;
		for (uint32_t j = 0; j < e->write_count; j++)
			if (e->writes[j].n == w->n && e->writes[j].why == ROW_ACCEPTED)
				return false;
	}
	return true;
}

/* The next open value of field n among what was seen; start with *at 0. */
static const struct judge_write *next_seen(const struct bench *b, uint32_t n, uint64_t *at, uint32_t *entry)
{
	for (; *at >> 8 < b->count; *at = ((*at >> 8) + 1) << 8) {
		uint32_t i = (uint32_t)(*at >> 8);
		const struct judge_entry *e = &b->entries[i];

		for (uint32_t j = *at & 0xff; b->seen.bits[i] && j < e->write_count && j < 0xff; j++) {
			const struct judge_write *w = &e->writes[j];

			if (w->n != n || w->why != ROW_ACCEPTED || w->clears || !open_in_seen(b, e, w))
				continue;
			*at = (uint64_t)i << 8 | (j + 1);
			*entry = i;
			return w;
		}
	}
	return NULL;
}

/* --- steps --- */

static const struct judge_write *own_write(const struct judge_entry *e, uint32_t n)
{
	for (uint32_t j = 0; j < e->write_count; j++)
		if (e->writes[j].n == n)
			return &e->writes[j];
	return NULL;
}

static uint32_t field_number(const struct pack *p, uint32_t reg, const char *id, size_t len, bool *several)
{
	const struct pack_register *r = &p->registers[reg];

	for (uint32_t i = 0; i < r->field_count; i++)
		if (strlen(r->fields[i].id) == len && !memcmp(r->fields[i].id, id, len)) {
			*several = r->fields[i].type == PACK_CODES;
			return r->fields[i].n;
		}
	return 0;
}

/* How many of a value's words the term lists, and how many there are. A set is an array of words. */
static void count_words(const struct cond_term *t, const struct judge_write *w, uint32_t *listed, uint32_t *words)
{
	struct cbor c = cbor_init(w->data, w->len);
	bool set = w->data && cbor_peek(&c) == CBOR_ARRAY;
	size_t n = set ? cbor_array(&c, CBOR_ARRAY_MAX) : 1;

	if (!w->data)
		return;
	for (size_t i = 0; i < n && !c.err; i++) {
		size_t len = 0;
		const char *s = cbor_peek(&c) == CBOR_TEXT ? cbor_text(&c, 0, &len) : NULL;

		if (!s)
			cbor_skip(&c, &len);
		++*words;
		*listed += s && cond_has(t, s, len);
	}
}

/* One term over the open values of its field: of the row being made, or of what was seen. Where people disagree `=` needs
 * every value listed, so that the careful reading wins. */
static bool term_holds(const struct bench *b, const struct judge_entry *e, const struct cond_term *t)
{
	bool several = false;
	uint32_t n = field_number(e->pack, e->reg, t->field, t->field_len, &several), listed = 0, words = 0, entry;
	const struct judge_write *w;
	uint64_t at = 0;

	if (!n)
		return false;
	if (e->fresh) {
		if ((w = own_write(e, n)))
			count_words(t, w, &listed, &words);
	} else {
		while ((w = next_seen(b, n, &at, &entry)))
			count_words(t, w, &listed, &words);
	}
	if (!t->values_len)
		return t->negated ? words != 0 : words == 0;
	if (t->negated)
		return listed == 0;
	return several ? listed != 0 : words && listed == words;
}

static bool when_holds(const struct bench *b, const struct judge_entry *e, const char *when)
{
	struct cond_term t;

	for (const char *at = when; cond_next(&at, &t); )
		if (!term_holds(b, e, &t))
			return false;
	return true;
}

static bool listed(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static bool from_allows(const struct pack_step *s, const struct judge_write *w)
{
	for (const char **v = s->from; v && *v; v++)
		if (w->data && text_is(w->data, w->len, *v))
			return true;
	return false;
}

/* Did the same person write this value by a step that the rule names? A settled value counts as its authors'. */
static bool same_person_wrote(const struct bench *b, const struct judge_entry *e, const struct pack_step *s, uint32_t entry,
                              const struct judge_write *w, int depth)
{
	const struct judge_entry *by = &b->entries[entry];

	if (w->step && listed(s->not_same_person_as, w->step->id) && by->person && e->person && !strcmp(by->person, e->person))
		return true;
	if (by->kind != EVENT_RESOLVE || depth > 8)
		return false;
	for (uint32_t i = 0; i < b->count; i++) {
		const struct judge_entry *of = &b->entries[i];

		for (uint32_t j = 0; j < of->write_count && closes(by, of); j++)
			if (of->writes[j].n == w->n && of->writes[j].len == w->len && w->data && of->writes[j].data &&
			    !memcmp(of->writes[j].data, w->data, w->len) &&
			    same_person_wrote(b, e, s, i, &of->writes[j], depth + 1))
				return true;
	}
	return false;
}

/* From where, and by whom it was brought there. `before`: what an earlier step of the same entry made of the field. */
static enum row_reason judge_from(const struct bench *b, const struct judge_entry *e, const struct pack_step *s, uint32_t n,
                                  const struct judge_write *before)
{
	bool any = listed(s->from, "*");
	const struct judge_write *w;
	uint32_t values = 0, entry;
	uint64_t at = 0;

	if (before) {
		if (!any && !from_allows(s, before))
			return ROW_WRONG_FROM;
		return before->step && listed(s->not_same_person_as, before->step->id) ? ROW_SAME_PERSON : ROW_ACCEPTED;
	}
	if (e->fresh)
		return any || listed(s->from, "new") || listed(s->from, "none") ? ROW_ACCEPTED : ROW_WRONG_FROM;
	while ((w = next_seen(b, n, &at, &entry))) {
		values++;
		if (!any && !from_allows(s, w))
			return ROW_WRONG_FROM;
		if (s->not_same_person_as && same_person_wrote(b, e, s, entry, w, 0))
			return ROW_SAME_PERSON;
	}
	return values || any || listed(s->from, "none") ? ROW_ACCEPTED : ROW_WRONG_FROM;
}

static enum row_reason judge_line(const struct bench *b, const struct judge_entry *e, const struct pack_step *s, uint32_t n,
                                  const struct judge_write *before)
{
	enum row_reason why;

	if (s->roles && !(e->roles & s->roles))
		return ROW_NO_ROLE;
	if ((why = judge_from(b, e, s, n, before)) == ROW_WRONG_FROM)
		return why;
	if (!when_holds(b, e, s->when))
		return ROW_WHEN;
	return why;
}

/* A word as the CBOR text it is in the digest. */
static void put_word(struct judge_write *w, const char *word)
{
	size_t len = strlen(word), head = len < 24 ? 1 : 2;

	if (len > sizeof w->word - 2)
		len = sizeof w->word - 2;
	w->word[0] = (uint8_t)(head == 1 ? 0x60 | len : 0x78);
	w->word[1] = (uint8_t)len;
	memcpy(w->word + head, word, len);
	w->data = w->word;
	w->len = head + len;
}

static struct judge_write *add_write(struct judge_entry *e, uint32_t n, const struct pack_field *f)
{
	struct judge_write *w;

	for (uint32_t j = 0; j < e->write_count; j++)
		if (e->writes[j].n == n)
			return &e->writes[j];
	w = &e->writes[e->write_count++];
	memset(w, 0, sizeof *w);
	w->n = n;
	w->merge = f->merge;
	w->governed = w->added = true;
	w->why = ROW_NO_STEP;
	return w;
}

/* The lines of one step id are alternatives: the first that allows it decides; else the nearest miss is the reason. */
static enum row_reason judge_step(struct bench *b, struct judge_entry *e, const struct pack_step *first)
{
	const struct pack_field *f = &e->pack->registers[e->reg].fields[first->field];
	const struct judge_write *before = own_write(e, f->n);
	enum row_reason best = ROW_NO_ROLE, why;
	struct judge_write *w;

	if (before && !before->step)
		before = NULL;
	for (uint32_t i = 0; i < e->pack->step_count; i++) {
		const struct pack_step *s = &e->pack->steps[i];

		if (s->reg != e->reg || strcmp(s->id, first->id))
			continue;
		if ((why = judge_line(b, e, s, f->n, before)) > best)
			best = why;
		if (why != ROW_ACCEPTED)
			continue;
		if (!strcmp(s->to, "=") && !own_write(e, f->n))
			return ROW_WRONG_FROM;
		w = add_write(e, f->n, f);
		if (strcmp(s->to, "="))
			put_word(w, s->to);
		w->step = s;
		return ROW_ACCEPTED;
	}
	return best;
}

/* --- entries --- */

static bool deps_held(const struct bench *b, const struct judge_entry *e)
{
	for (uint32_t d = 0; d < e->dep_count; d++)
		if (find_event(b, e->deps[d]) == b->count)
			return false;
	return e->dep_count != 0;
}

static enum row_reason judge_steps(struct bench *b, struct judge_entry *e)
{
	enum row_reason worst = ROW_ACCEPTED;

	if (!e->fresh && e->step_count && !deps_held(b, e)) {
		for (uint32_t i = 0; i < e->step_count; i++)
			e->step_why[i] = ROW_UNSEEN;
		return ROW_UNSEEN;
	}
	if (e->step_count)
		see(b, e);
	for (uint32_t i = 0; i < e->step_count; i++) {
		if (e->kind == EVENT_AMEND && !(e->roles & PACK_TOWN))
			e->step_why[i] = ROW_TOWN_ONLY;
		else
			e->step_why[i] = judge_step(b, e, e->steps[i]);
		if (e->step_why[i] > worst)
			worst = e->step_why[i];
	}
	return worst;
}

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

	if (!deps_held(b, e))
		return ROW_UNSEEN;
	for (uint32_t i = 0; i < b->count; i++) {
		const struct judge_entry *of = &b->entries[i];
		const struct judge_write *old = closes(e, of) ? own_write(of, w->n) : NULL;

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
		steps = judge_steps(b, e);
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

		for (uint32_t i = find_event(b, ref); in_event(b, i, ref); i++)
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

			if (!closes(e, of))
				continue;
			for (uint32_t j = 0; j < of->write_count; j++) {
				const struct judge_write *w = own_write(e, of->writes[j].n);

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
