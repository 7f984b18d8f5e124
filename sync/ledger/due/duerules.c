#include "config.h"
#include "sync/ledger/due/duerules.h"

#include "forms/base/clock.h"
#include "sync/keys/roster.h"
#include "sync/ledger/rows/rowcode.h"

#include <stdlib.h>
#include <string.h>

enum { SIGNATURE_MAX = 4096 };

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

/* --- rows --- */

struct keys { struct row_key *at; uint32_t count, cap; uint16_t word; bool failed; };

static bool add_key(void *user, const struct block_item *item)
{
	struct keys *k = user;

	if (item->flags & (ROW_EMPTY | ROW_RETRACTED))
		return true;
	if (k->count == k->cap) {
		uint32_t cap = k->cap ? k->cap * 2 : 256;
		struct row_key *more = realloc(k->at, cap * sizeof *more);

		if (!more)
			return !(k->failed = true);
		k->at = more;
		k->cap = cap;
	}
	k->at[k->count++] = block_row_key(k->word, item);
	return true;
}

enum err duerules_keys(struct duerules *r, uint32_t reg, struct row_key **out, uint32_t *count)
{
	struct keys keys = { .word = words_find(r->c.words, &r->t, r->pack->registers[reg].id) };
	enum err e = keys.word ? block_each(&r->t, keys.word, add_key, &keys) : ERR_OK;

	if (keys.failed)
		e = no_memory();
	if (e) {
		free(keys.at);
		keys = (struct keys){ .word = 0 };
	}
	*out = keys.at;
	*count = keys.count;
	return e;
}

enum err duerules_row(struct duerules *r, const struct row_key *key, enum err (*each)(void *user, const struct row *row), void *user)
{
	struct row row;
	enum err e = reader_row(&r->c, key, &row);

	if (!e && (r->town || row.scope.kind != 0))
		e = each(user, &row);
	row_clear(&row);
	return e;
}

/* One walk along the store, not a search for each: a device has thousands of places, and all are looked at whenever the day is shown. */
enum err duerules_each_row(struct duerules *r, uint32_t reg, enum err (*each)(void *user, const struct row *row), void *user)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	struct buf data = { 0 };
	uint16_t word = words_find(r->c.words, &r->t, r->pack->registers[reg].id);
	enum err e = ERR_OK;

	if (!word)
		return r->t.err;
	store_key_u16(&prefix, word);
	store_seek(&r->t, STORE_ROW, &prefix, &at);
	while (!e && store_next(&at, &key, &data)) {
		struct row_key rk = rowcode_from_store(&key);
		struct row row;

		if ((e = rowcode_get(r->c.words, &r->t, &rk, data.data, data.len, &row)))
			break;
		if (!(row.flags & (ROW_EMPTY | ROW_RETRACTED)) && (r->town || row.scope.kind != 0))
			e = each(user, &row);
		row_clear(&row);
	}
	store_seek_end(&at);
	buf_clear(&data);
	return e ? e : r->t.err;
}

/* --- events that duties wait for --- */

struct gathering { struct duerules *rules; struct due_ready *ready; uint32_t cap; };

static enum err add_event(void *user, const struct row *row)
{
	struct gathering *g = user;
	const struct due_rule *rule = &g->ready->rule;
	const struct pack_register *pr = &g->rules->pack->registers[rule->event_reg];
	struct buf value = { 0 };
	enum err e = ERR_OK;

	if (rule->event_value) {
		e = row_text(g->rules->p, row, rule->event_field, &value);
		if (e || value.len != rule->event_value_len || memcmp(value.data, rule->event_value, value.len)) {
			buf_clear(&value);
			return e;
		}
	}
	buf_clear(&value);
	if (g->ready->event_count == g->cap) {
		uint32_t cap = g->cap ? g->cap * 2 : 16;
		struct due_event *more = realloc(g->ready->events, cap * sizeof *more);

		if (!more)
			return no_memory();
		g->ready->events = more;
		g->cap = cap;
	}
	g->ready->events[g->ready->event_count++] = (struct due_event){ .day = rowindex_day(row, g->rules->pack, pr), .scope = row->scope };
	return ERR_OK;
}

static enum err gather_events(struct duerules *r, struct due_ready *ready)
{
	struct gathering g = { .rules = r, .ready = ready };
	bool town = r->town;
	enum err e;

	if (ready->rule.period != DUE_EVENT || ready->rule.event_reg == PACK_NONE)
		return ERR_OK;
	r->town = true;                                   /* a warning to the whole township concerns every village */
	e = duerules_each_row(r, ready->rule.event_reg, add_event, &g);
	r->town = town;
	return e;
}

/* --- rules --- */

static uint32_t link_field(const struct pack *pack, uint32_t counts, uint32_t subject)
{
	const struct pack_register *pr = &pack->registers[counts];

	for (uint32_t i = 0; i < pr->field_count && counts != subject; i++)
		if (pr->fields[i].type == PACK_ROW && pr->fields[i].target == subject)
			return pr->fields[i].n;
	return 0;
}

static enum err add_rule(struct duerules *r, const struct pack_duty *d)
{
	struct due_ready *ready = &r->at[r->count];
	enum err e;

	memset(ready, 0, sizeof *ready);
	if ((e = due_rule(r->pack, d, &ready->rule)))
		return e;
	ready->subject = pack_find_register(r->pack, d->subject_register);
	ready->counts = pack_find_register(r->pack, d->counts_register);
	if (ready->rule.off || ready->subject == PACK_NONE || ready->counts == PACK_NONE)
		return ERR_OK;
	ready->link = link_field(r->pack, ready->counts, ready->subject);
	ready->counts_word = words_find(r->c.words, &r->t, d->counts_register);
	r->count++;
	return gather_events(r, ready);
}

static bool names_field(const char *expression, const char *field)
{
	size_t len = strlen(field);

	for (const char *at = expression; at && (at = strstr(at, "${")); at += 2)
		if (!strncmp(at + 2, field, len) && at[2 + len] == '}')
			return true;
	return false;
}

static bool asks_for(const struct duerules *r, uint32_t reg, const char *field)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (r->at[i].subject == reg && (names_field(r->at[i].rule.duty->subject_filter, field) || (r->at[i].rule.duty->risk && !strcmp(field, "risk"))))
			return true;
	return false;
}

static enum err note_asked(struct duerules *r)
{
	if (!(r->asked = calloc(r->pack->register_count + 1, sizeof *r->asked)))
		return no_memory();
	for (uint32_t reg = 0; reg < r->pack->register_count; reg++) {
		const struct pack_register *pr = &r->pack->registers[reg];
		struct due_asked *a = &r->asked[reg];

		if (!(a->fields = calloc(pr->field_count + 1, sizeof *a->fields)))
			return no_memory();
		for (uint32_t f = 0; f < pr->field_count; f++)
			if (asks_for(r, reg, pr->fields[f].id))
				a->fields[a->count++] = f;
	}
	return ERR_OK;
}

enum err duerules_open(struct profile *p, struct duerules *r)
{
	const struct keys_writer *w;
	enum err e;

	*r = (struct duerules){ .p = p };
	reader_begin(p, &r->t, &r->c);
	r->roles = p->identity ? 0 : UINT32_MAX;
	if (p->identity && (w = keys_roster_find(p->roster, p->writer)))
		r->roles = w->roles;
	r->town = r->roles & PACK_TOWN;
	if ((e = reader_pack(p, &r->pack)))
		return e;
	if (!(r->at = calloc(r->pack->duty_count + 1, sizeof *r->at)))
		return no_memory();
	for (uint32_t i = 0; !e && i < r->pack->duty_count; i++)
		e = add_rule(r, &r->pack->duties[i]);
	return e ? e : note_asked(r);
}

void duerules_rest(struct duerules *r)
{
	store_abort(&r->t);
}

void duerules_resume(struct duerules *r)
{
	reader_begin(r->p, &r->t, &r->c);
}

void duerules_close(struct duerules *r)
{
	store_abort(&r->t);
	for (uint32_t i = 0; r->asked && i < r->pack->register_count; i++)
		free(r->asked[i].fields);
	free(r->asked);
	for (uint32_t i = 0; r->at && i < r->count; i++)
		free(r->at[i].events);
	free(r->at);
	for (uint32_t i = 0; i < r->likeness_count; i++) {
		buf_clear(&r->likeness[i].signature);
		free(r->likeness[i].applies);
	}
	free(r->likeness);
	buf_clear(&r->signature);
	*r = (struct duerules){ 0 };
}

/* --- which duties --- */

bool duerules_has(const struct duerules *r, uint32_t reg)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (r->at[i].subject == reg)
			return true;
	return false;
}

/* What people say of a field, in bytes of which alike ones are shown alike. */
static void put_said(const struct row_field *f, struct buf *out)
{
	uint32_t count = f ? f->count : 0;

	buf_put(out, &count, sizeof count);
	for (uint32_t i = 0; i < count; i++) {
		const struct row_value *v = &f->open[i];
		uint32_t head[2] = { count > 1 ? v->event : 0, v->data ? (uint32_t)v->len : UINT32_MAX };

		buf_put(out, head, sizeof head);
		buf_put(out, v->data, v->data ? v->len : 0);
	}
}

static enum err make_signature(struct duerules *r, uint32_t reg, const struct row *row)
{
	const struct pack_register *pr = &r->pack->registers[reg];
	enum err e = ERR_OK;

	buf_reset(&r->signature);
	buf_put(&r->signature, &reg, sizeof reg);
	for (uint32_t i = 0; !e && i < r->asked[reg].count; i++) {
		uint32_t field = r->asked[reg].fields[i];

		if (pr->fields[field].merge != PACK_DERIVE) {
			put_said(row_field(row, pr->fields[field].n), &r->signature);
			continue;
		}
		e = row_text(r->p, row, field, &r->signature);
		buf_putc(&r->signature, '\n');
	}
	return e ? e : r->signature.err;
}

static enum err decide(struct duerules *r, uint32_t reg, const struct row *row, uint8_t *applies)
{
	uint32_t risk = pack_find_field(&r->pack->registers[reg], "risk");
	struct buf value = { 0 };
	enum err e = risk == PACK_NONE ? ERR_OK : row_text(r->p, row, risk, &value);

	for (uint32_t i = 0; !e && i < r->count; i++) {
		const struct pack_duty *d = r->at[i].rule.duty;
		bool holds = r->at[i].subject == reg && due_risk(&r->at[i].rule, buf_str(&value));

		if (holds && d->subject_filter && *d->subject_filter)
			e = row_test(r->p, row, d->subject_filter, &holds);
		applies[i] = holds;
	}
	buf_clear(&value);
	return e;
}

static struct due_likeness *more_likeness(struct duerules *r)
{
	uint32_t cap = r->likeness_cap ? r->likeness_cap * 2 : 64;
	struct due_likeness *more;

	if (r->likeness_count == r->likeness_cap) {
		if (!(more = realloc(r->likeness, cap * sizeof *more)))
			return NULL;
		r->likeness = more;
		r->likeness_cap = cap;
	}
	return &r->likeness[r->likeness_count];
}

enum err duerules_for(struct duerules *r, uint32_t reg, const struct row *row, const uint8_t **applies)
{
	struct due_likeness *l;
	enum err e = make_signature(r, reg, row);

	for (uint32_t i = r->likeness_count; !e && i--; )
		if (r->likeness[i].signature.len == r->signature.len && !memcmp(r->likeness[i].signature.data, r->signature.data, r->signature.len)) {
			struct due_likeness found = r->likeness[i];

			r->likeness[i] = r->likeness[r->likeness_count - 1];    /* the next row is most often like this one: looked at first */
			r->likeness[r->likeness_count - 1] = found;
			*applies = found.applies;
			return ERR_OK;
		}
	if (e)
		return e;
	if (!(l = more_likeness(r)))
		return no_memory();
	*l = (struct due_likeness){ .signature = r->signature, .applies = calloc(r->count + 1, 1) };
	r->signature = (struct buf){ 0 };
	r->likeness_count++;
	if (!l->applies)
		return no_memory();
	*applies = l->applies;
	return decide(r, reg, row, l->applies);
}

/* --- facts --- */

static bool counts(struct duefacts *f, const struct row_key *key)
{
	const char *filter = f->ready->rule.duty->counts_filter;
	struct row row;
	bool holds = false;
	enum err e = reader_row(&f->rules->c, key, &row);

	if (!e && !(row.flags & (ROW_EMPTY | ROW_RETRACTED))) {
		holds = true;
		if (filter && *filter)
			e = row_test(f->rules->p, &row, filter, &holds);
	}
	if (e && !f->rules->err)
		f->rules->err = e;
	row_clear(&row);
	return !e && holds;
}

struct found { int32_t day; struct row_key key; };
struct list { struct found *at; uint32_t count, cap; bool failed; };

static bool add_found(void *user, const struct rowindex_child *c)
{
	struct list *l = user;

	if (l->count == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 16;
		struct found *more = realloc(l->at, cap * sizeof *more);

		if (!more)
			return !(l->failed = true);
		l->at = more;
		l->cap = cap;
	}
	l->at[l->count++] = (struct found){ .day = c->day, .key = c->key };
	return true;
}

/* Candidates of the days first..last, newest first. */
static void candidates(struct duefacts *f, int32_t first, int32_t last, struct list *out)
{
	enum err e;

	if (!f->ready->link) {
		const struct pack_register *pr = &f->rules->pack->registers[f->ready->counts];
		int32_t day = rowindex_day(f->row, f->rules->pack, pr);

		if (f->ready->counts == f->ready->subject && day >= first && day <= last)
			add_found(out, &(struct rowindex_child){ .day = day, .key = f->row->key });
		return;
	}
	if (!f->ready->counts_word)
		return;
	e = rowindex_children(&f->rules->t, &f->row->id, f->ready->counts_word, f->ready->link, first, last, add_found, out);
	if (!f->rules->err)
		f->rules->err = out->failed ? no_memory() : e;
}

static uint32_t fact_count(void *user, int32_t first, int32_t last)
{
	struct duefacts *f = user;
	struct list l = { 0 };
	uint32_t n = 0;

	candidates(f, first, last, &l);
	for (uint32_t i = 0; i < l.count; i++)
		n += counts(f, &l.at[i].key);
	free(l.at);
	return n;
}

static int32_t fact_latest(void *user, int32_t day)
{
	struct duefacts *f = user;
	struct list l = { 0 };
	int32_t latest = DUE_NEVER;

	candidates(f, INT32_MIN, day, &l);
	for (uint32_t i = 0; i < l.count && latest == DUE_NEVER; i++)
		if (counts(f, &l.at[i].key))
			latest = l.at[i].day;
	free(l.at);
	return latest;
}

/* A date of the subject itself; DUE_NEVER when it has none. */
static int32_t own_day(struct duefacts *f, uint32_t field)
{
	struct buf text = { 0 };
	int32_t day = DUE_NEVER;

	if (field == PACK_NONE)
		return f->row->event_count ? clock_day_of(f->row->events[0].wall, f->rules->pack->utc_offset) : DUE_NEVER;
	if (!row_text(f->rules->p, f->row, field, &text) && text.len >= 10) {
		buf_cut(&text, 10);
		if (!clock_parse_date(buf_str(&text), &day))
			day = DUE_NEVER;
	}
	buf_clear(&text);
	return day;
}

static int32_t fact_event(void *user, int32_t day)
{
	struct duefacts *f = user;
	int32_t newest = DUE_NEVER;

	if (f->ready->rule.event_reg == PACK_NONE) {
		newest = own_day(f, f->ready->rule.event_field);
		return newest <= day ? newest : DUE_NEVER;
	}
	for (uint32_t i = 0; i < f->ready->event_count; i++) {
		const struct due_event *ev = &f->ready->events[i];

		if (ev->day <= day && ev->day > newest && (ev->scope.kind == 0 || event_scope_same(&ev->scope, &f->row->scope)))
			newest = ev->day;
	}
	return newest;
}

void duefacts_make(struct duerules *r, const struct due_ready *ready, const struct row *row, struct duefacts *out)
{
	*out = (struct duefacts){ .rules = r, .ready = ready, .row = row };
	out->facts = (struct due_facts){ .user = out, .until = INT32_MAX, .count = fact_count, .latest = fact_latest, .event = fact_event };
	out->facts.since = own_day(out, ready->rule.since_field);
	if (out->facts.since == DUE_NEVER)
		out->facts.since = own_day(out, PACK_NONE);
}
