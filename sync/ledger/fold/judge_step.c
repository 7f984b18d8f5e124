#include "config.h"
#include "sync/ledger/fold/judge_own.h"

#include "forms/pack/cond.h"

/* --- steps --- */

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

/* The next word of a value: of a set each of its words, else the value itself. */
static const char *next_word(struct cbor *c, size_t *left, size_t *len)
{
	const char *s = NULL;

	while (*left && !c->err && !s) {
		--*left;
		if (cbor_peek(c) == CBOR_TEXT)
			s = cbor_text(c, 0, len);
		else
			cbor_skip(c, len);
	}
	return s;
}

static struct cbor words_of(const struct judge_write *w, size_t *count)
{
	struct cbor c = cbor_init(w->data, w->data ? w->len : 0);

	*count = !w->data ? 0 : cbor_peek(&c) == CBOR_ARRAY ? cbor_array(&c, CBOR_ARRAY_MAX) : 1;
	return c;
}

/* How many of a value's words the term lists, and how many there are. */
static void count_words(const struct cond_term *t, const struct judge_write *w, uint32_t *listed, uint32_t *words)
{
	size_t left, len;
	struct cbor c = words_of(w, &left);

	for (const char *s; (s = next_word(&c, &left, &len)); ++*words)
		*listed += cond_has(t, s, len);
}

/* One term over the open values of its field: of the row being made, or of what was seen. Where people disagree `=` needs
 * every value listed, so that the careful reading wins. */
static bool term_holds(struct bench *b, const struct judge_entry *e, const struct cond_term *t)
{
	bool several = false;
	uint32_t n = field_number(e->pack, e->reg, t->field, t->field_len, &several), listed = 0, words = 0, at = 0, entry;
	const struct judge_write *w;

	if (!n)
		return false;
	if (e->fresh) {
		if ((w = entry_write(e, n)))
			count_words(t, w, &listed, &words);
	} else {
		while ((w = bench_next_open(b, n, &at, &entry)))
			count_words(t, w, &listed, &words);
	}
	if (!t->values_len)
		return t->negated ? words != 0 : words == 0;
	if (t->negated)
		return listed == 0;
	return several ? listed != 0 : words && listed == words;
}

static bool when_holds(struct bench *b, const struct judge_entry *e, const char *when)
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
		if (w->data && bench_text_is(w->data, w->len, *v))
			return true;
	return false;
}

static bool word_listed(const char *const *list, const char *word, size_t len)
{
	for (; list && *list; list++)
		if (strlen(*list) == len && !memcmp(*list, word, len))
			return true;
	return false;
}

/* A set may start from any of its words. */
static bool set_allows(const struct pack_step *s, const struct judge_write *w)
{
	size_t left, len;
	struct cbor c = words_of(w, &left);

	for (const char *word; (word = next_word(&c, &left, &len)); )
		if (word_listed(s->from, word, len))
			return true;
	return false;
}

static bool has_word(const struct judge_write *w, const char *word, size_t len)
{
	size_t left, n;
	struct cbor c = words_of(w, &left);

	for (const char *s; (s = next_word(&c, &left, &n)); )
		if (n == len && !memcmp(s, word, n))
			return true;
	return false;
}

/* Is this a word of the set that some step takes away? */
static bool is_taken_away(const struct judge_entry *e, const struct pack_step *s, const char *word, size_t len)
{
	for (uint32_t i = 0; i < e->pack->step_count; i++)
		if (e->pack->steps[i].reg == s->reg && e->pack->steps[i].field == s->field && word_listed(e->pack->steps[i].from, word, len))
			return true;
	return false;
}

/* A step of a set that may start from anything only adds: what it closes and another step would have to take away must
 * stand in its own value. */
static bool only_adds(const struct bench *b, uint32_t which, const struct pack_step *s, const struct judge_write *to)
{
	const struct judge_entry *e = &b->entries[which];
	uint32_t link = 0, at = 0, named;

	while (bench_next_named(b, which, &link, &at, &named)) {
		const struct judge_write *w = entry_write(&b->entries[named], to->n);
		size_t left, len;
		struct cbor c;

		if (!w || w->why != ROW_ACCEPTED)
			continue;
		c = words_of(w, &left);
		for (const char *word; (word = next_word(&c, &left, &len)); )
			if (is_taken_away(e, s, word, len) && !has_word(to, word, len))
				return false;
	}
	return true;
}

static bool same_value(const struct judge_write *a, const struct judge_write *b)
{
	return a && a->data && b->data && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* Did the same person write this value by a step that the rule names? A settled value counts as its authors', through all settlings that
 * count; each is asked once. */
static bool same_person_wrote(struct bench *b, const struct judge_entry *e, const struct pack_step *s, uint32_t entry, const struct judge_write *w)
{
	uint32_t *queue = b->walk, head = 0, tail = 0, number = ++b->asked_number;

	queue[tail++] = entry;
	b->asked[entry] = number;
	for (; head < tail; head++) {
		const struct judge_entry *by = &b->entries[queue[head]];
		const struct judge_write *said = entry_write(by, w->n);
		uint32_t link = 0, at = 0, named;

		if (said->step && listed(s->not_same_person_as, said->step->id) && by->person && e->person && !strcmp(by->person, e->person))
			return true;
		while (by->kind == EVENT_RESOLVE && bench_next_named(b, queue[head], &link, &at, &named))
			if (b->asked[named] != number && b->entries[named].why == ROW_ACCEPTED && same_value(entry_write(&b->entries[named], w->n), w)) {
				b->asked[named] = number;
				queue[tail++] = named;
			}
	}
	return false;
}

/* From where, and by whom it was brought there. `before`: what an earlier step of the same entry made of the field. */
static enum row_reason judge_from(struct bench *b, const struct judge_entry *e, const struct pack_step *s, uint32_t n,
                                  const struct judge_write *before)
{
	bool any = listed(s->from, "*"), same_person = false;
	const struct judge_write *w;
	uint32_t values = 0, allowed = 0, at = 0, entry;

	if (before) {
		if (!any && !from_allows(s, before))
			return ROW_WRONG_FROM;
		return before->step && listed(s->not_same_person_as, before->step->id) ? ROW_SAME_PERSON : ROW_ACCEPTED;
	}
	if (e->fresh)
		return any || listed(s->from, "new") || listed(s->from, "none") ? ROW_ACCEPTED : ROW_WRONG_FROM;
	while ((w = bench_next_open(b, n, &at, &entry))) {
		values++;
		allowed += from_allows(s, w) || (w->merge == PACK_SET && set_allows(s, w));
		if (!any && w->merge != PACK_SET && !from_allows(s, w))
			return ROW_WRONG_FROM;
		same_person = same_person || (s->not_same_person_as && same_person_wrote(b, e, s, entry, w));
	}
	if (!allowed && !any && (values || !listed(s->from, "none")))
		return ROW_WRONG_FROM;
	return same_person ? ROW_SAME_PERSON : ROW_ACCEPTED;
}

static enum row_reason judge_line(struct bench *b, const struct judge_entry *e, const struct pack_step *s, uint32_t n,
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
static enum row_reason judge_step(struct bench *b, uint32_t which, const struct pack_step *first)
{
	struct judge_entry *e = &b->entries[which];
	const struct pack_field *f = &e->pack->registers[e->reg].fields[first->field];
	const struct judge_write *before = entry_write(e, f->n);
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
		if (!strcmp(s->to, "=") && (!entry_write(e, f->n) || (f->merge == PACK_SET && listed(s->from, "*") && !e->fresh && !only_adds(b, which, s, entry_write(e, f->n)))))
			return ROW_WRONG_FROM;
		w = add_write(e, f->n, f);
		if (strcmp(s->to, "="))
			put_word(w, s->to);
		w->step = s;
		return ROW_ACCEPTED;
	}
	return best;
}

bool bench_deps_held(const struct bench *b, const struct judge_entry *e)
{
	for (uint32_t d = 0; d < e->dep_count; d++)
		if (!bench_holds(b, e->deps[d]))
			return false;
	return e->dep_count != 0;
}

enum row_reason bench_judge_steps(struct bench *b, uint32_t which)
{
	struct judge_entry *e = &b->entries[which];
	enum row_reason worst = ROW_ACCEPTED;

	if (!e->fresh && e->step_count && !bench_deps_held(b, e)) {
		for (uint32_t i = 0; i < e->step_count; i++)
			e->step_why[i] = ROW_UNSEEN;
		return ROW_UNSEEN;
	}
	if (e->step_count)
		bench_see(b, which);
	for (uint32_t i = 0; i < e->step_count; i++) {
		if (e->kind == EVENT_AMEND && !(e->roles & PACK_TOWN))
			e->step_why[i] = ROW_TOWN_ONLY;
		else
			e->step_why[i] = judge_step(b, which, e->steps[i]);
		if (e->step_why[i] > worst)
			worst = e->step_why[i];
	}
	return worst;
}

