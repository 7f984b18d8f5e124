#include "config.h"
#include "sync/ledger/due/duelist.h"

#include "forms/base/clock.h"
#include "forms/pack/cond.h"
#include "sync/ledger/due/duerules.h"

#include <stdlib.h>
#include <string.h>

struct duelist { struct duerules rules; int32_t day; struct due *at; uint32_t count, cap; };

static enum err add(struct duelist *d, const struct due *one)
{
	if (d->count == d->cap) {
		uint32_t cap = d->cap ? d->cap * 2 : 64;
		struct due *more = realloc(d->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		d->at = more;
		d->cap = cap;
	}
	d->at[d->count] = *one;
	d->at[d->count++].days = one->due - d->day;
	return ERR_OK;
}

/* --- duties --- */

static enum err add_duties(struct duelist *d, uint32_t reg, const struct row *row)
{
	const uint8_t *applies;
	enum err e = duerules_for(&d->rules, reg, row, &applies);

	for (uint32_t i = 0; !e && i < d->rules.count; i++) {
		struct duefacts f;
		struct due_state s;

		if (!applies[i])
			continue;
		duefacts_make(&d->rules, &d->rules.at[i], row, &f);
		due_on(&d->rules.at[i].rule, &f.facts, d->day, &s);
		if (!(e = d->rules.err) && s.owed && s.done < s.wanted)
			e = add(d, &(struct due){ .kind = DUE_DUTY, .subject = row->key, .duty = d->rules.at[i].rule.duty, .last = s.latest, .due = s.due, .done = s.done, .wanted = s.wanted });
	}
	return e;
}

/* --- steps with a deadline --- */

struct standing { struct duelist *d; const struct row *row; uint32_t reg; struct buf value; };

static const char *field_text(void *user, const char *field, size_t len)
{
	struct standing *s = user;
	const struct pack_register *pr = &s->d->rules.pack->registers[s->reg];

	buf_reset(&s->value);
	for (uint32_t i = 0; i < pr->field_count; i++)
		if (strlen(pr->fields[i].id) == len && !memcmp(pr->fields[i].id, field, len))
			row_text(s->d->rules.p, s->row, i, &s->value);
	return buf_str(&s->value);
}

static bool starts_from(const struct pack_step *step, const char *value)
{
	for (const char **v = step->from; v && *v; v++)
		if (!strcmp(*v, value))
			return true;
	return false;
}

/* Days from the change of the field, or the day that field `due` of the row names. */
static int32_t deadline(struct standing *s, const struct pack_step *step, int64_t changed)
{
	const char *text = step->due;
	int32_t day = DUE_NEVER;
	char *end;

	if (text && *text) {
		long n = strtol(text, &end, 10);

		if (!*end && n >= 0 && n < 100000)
			return clock_day_of(changed, s->d->rules.pack->utc_offset) + (int32_t)n;
		return DUE_NEVER;
	}
	if (step->field != pack_find_field(&s->d->rules.pack->registers[s->reg], "stage"))
		return DUE_NEVER;
	return clock_parse_date(field_text(s, "due", 3), &day) ? day : DUE_NEVER;
}

/* The soonest deadline of a step that leads on from where a field stands. */
static enum err add_field_steps(struct standing *s, uint32_t field)
{
	const struct pack *pack = s->d->rules.pack;
	struct row_shown shown = { 0 };
	struct due one = { .kind = DUE_STEP, .subject = s->row->key, .last = DUE_NEVER, .wanted = 1, .due = INT32_MAX };
	enum err e = row_show(s->row, &pack->registers[s->reg], pack, field, true, &shown);

	for (uint32_t i = 0; !e && shown.text.len && i < pack->step_count; i++) {
		const struct pack_step *step = &pack->steps[i];
		int32_t due;

		if (step->reg != s->reg || step->field != field || !step->form || (step->roles && !(s->d->rules.roles & step->roles)) || !starts_from(step, buf_str(&shown.text)) || !strcmp(step->to, buf_str(&shown.text)))
			continue;
		if (step->when && !cond_holds(step->when, field_text, s))
			continue;
		due = deadline(s, step, s->row->events[shown.event].wall);
		if (due != DUE_NEVER && due < one.due) {
			one.due = due;
			one.step = step->id;
		}
	}
	row_shown_clear(&shown);
	return e || !one.step ? e : add(s->d, &one);
}

static enum err add_steps(struct duelist *d, uint32_t reg, const struct row *row)
{
	struct standing s = { .d = d, .row = row, .reg = reg };
	enum err e = ERR_OK;

	for (uint32_t f = 0; !e && f < d->rules.pack->registers[reg].field_count; f++)
		if (judge_governed(d->rules.pack, reg, f))
			e = add_field_steps(&s, f);
	buf_clear(&s.value);
	return e;
}

/* --- the list --- */

static bool has_step(const struct pack *pack, uint32_t reg)
{
	for (uint32_t i = 0; i < pack->step_count; i++)
		if (pack->steps[i].reg == reg)
			return true;
	return false;
}

struct visiting { struct duelist *d; uint32_t reg; bool duties, steps; };

static enum err visit(void *user, const struct row *row)
{
	struct visiting *v = user;
	enum err e = v->duties ? add_duties(v->d, v->reg, row) : ERR_OK;

	return e || !v->steps ? e : add_steps(v->d, v->reg, row);
}

static int by_day(const void *a, const void *b)
{
	const struct due *x = a, *y = b;

	if (x->due != y->due)
		return x->due < y->due ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind == DUE_STEP ? -1 : 1;
	if (x->duty != y->duty)
		return x->duty < y->duty ? -1 : 1;
	return memcmp(x->subject.bytes, y->subject.bytes, ROW_KEY_MAX);
}

enum err duelist_open(struct profile *p, int32_t day, struct duelist **out)
{
	struct duelist *d = calloc(1, sizeof *d);
	enum err e = d ? duerules_open(p, &d->rules) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	*out = NULL;
	if (d)
		d->day = day;
	for (uint32_t reg = 0; !e && reg < d->rules.pack->register_count; reg++) {
		struct visiting v = { .d = d, .reg = reg, .duties = duerules_has(&d->rules, reg), .steps = has_step(d->rules.pack, reg) };

		if (v.duties || v.steps)
			e = duerules_each_row(&d->rules, reg, visit, &v);
	}
	if (e) {
		duelist_close(d);
		return e;
	}
	duerules_rest(&d->rules);                       /* a screen keeps the list for hours */
	if (d->count)
		qsort(d->at, d->count, sizeof *d->at, by_day);
	*out = d;
	return ERR_OK;
}

void duelist_close(struct duelist *d)
{
	if (!d)
		return;
	duerules_close(&d->rules);
	free(d->at);
	free(d);
}

uint32_t duelist_count(const struct duelist *d)
{
	return d->count;
}

const struct due *duelist_at(const struct duelist *d, uint32_t i)
{
	return i < d->count ? &d->at[i] : NULL;
}
