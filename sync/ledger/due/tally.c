#include "config.h"
#include "sync/ledger/due/tally.h"

#include "forms/base/clock.h"
#include "forms/expr/expr.h"
#include "forms/pack/cond.h"
#include "sync/ledger/rows/reader.h"

#include <stdlib.h>
#include <string.h>

struct tally_village { struct event_scope scope; uint64_t count; double sum; };
struct tally { const struct pack *pack; uint32_t reg, field; char *cond; struct tally_village *villages; uint32_t village_count; };

void tallies_clear(struct tallies *t)
{
	for (uint32_t i = 0; i < t->count; i++) {
		free(t->at[i].cond);
		free(t->at[i].villages);
	}
	free(t->at);
	t->at = NULL;
	t->count = 0;
}

void row_tally_month(struct profile *p, int year, int month)
{
	struct tallies *t = &p->fold->tallies;

	tallies_clear(t);
	t->first = month ? clock_days((struct clock_date){ year, month, 1 }) : INT32_MIN;
	t->last = month ? t->first + clock_month_days(year, month) - 1 : INT32_MAX;
}

/* --- one pass --- */

struct passing { struct profile *p; struct tally *t; const struct tallies *month; const struct row *row; struct buf value; };

static const char *field_text(void *user, const char *field, size_t len)
{
	struct passing *x = user;
	const struct pack_register *pr = &x->t->pack->registers[x->t->reg];

	buf_reset(&x->value);
	for (uint32_t i = 0; i < pr->field_count; i++)
		if (strlen(pr->fields[i].id) == len && !memcmp(pr->fields[i].id, field, len))
			row_text(x->p, x->row, i, &x->value);
	return buf_str(&x->value);
}

static enum err count_row(void *user, const struct row *row)
{
	struct passing *x = user;
	struct tally *t = x->t;
	int32_t day = row->event_count ? clock_day_of(row->events[0].wall, t->pack->utc_offset) : INT32_MIN;
	struct tally_village *v = NULL;
	enum err e = ERR_OK;

	x->row = row;
	if (day < x->month->first || day > x->month->last || (*t->cond && !cond_holds(t->cond, field_text, x)))
		return ERR_OK;
	for (uint32_t i = 0; i < t->village_count; i++)
		if (event_scope_same(&t->villages[i].scope, &row->scope))
			v = &t->villages[i];
	if (!v) {
		struct tally_village *more = realloc(t->villages, (t->village_count + 1) * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		t->villages = more;
		v = &more[t->village_count++];
		*v = (struct tally_village){ .scope = row->scope };
	}
	v->count++;
	if (t->field != PACK_NONE) {
		buf_reset(&x->value);
		e = row_text(x->p, row, t->field, &x->value);
		v->sum += strtod(buf_str(&x->value), NULL);
	}
	return e;
}

static enum err make(struct profile *p, const struct pack *pack, uint32_t reg, const char *cond, uint32_t field, struct tally **out)
{
	struct tallies *all = &p->fold->tallies;
	struct tally *more, t = { .pack = pack, .reg = reg, .field = field, .cond = strdup(cond) };
	struct passing x = { .p = p, .t = &t, .month = all };
	enum err e;

	if (!t.cond)
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	if (!all->first && !all->last)
		row_tally_month(p, 0, 0);
	e = row_each(p, pack->registers[reg].id, count_row, &x);
	buf_clear(&x.value);
	if (!e && (more = realloc(all->at, (all->count + 1) * sizeof *more))) {
		all->at = more;
		more[all->count] = t;
		*out = &more[all->count++];
		return ERR_OK;
	}
	free(t.cond);
	free(t.villages);
	return e ? e : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

/* A row of register villages is its own village, wherever it was written. */
static enum err village_of(struct profile *p, const struct pack *pack, const struct row *row, struct event_scope *out)
{
	uint32_t reg = pack_find_register(pack, "villages"), code = reg == PACK_NONE ? PACK_NONE : pack_find_field(&pack->registers[reg], "code");
	struct buf text = { 0 };
	enum err e;

	*out = row->scope;
	if (code == PACK_NONE || strcmp(row->reg, "villages"))
		return ERR_OK;
	if (!(e = row_text(p, row, code, &text)) && text.len && text.len <= sizeof out->bytes)
		*out = event_scope_village(buf_str(&text));
	buf_clear(&text);
	return e;
}

enum err tally_put(struct profile *p, const struct pack *pack, const struct row *row, uint32_t reg, const char *cond, uint32_t field, struct buf *out)
{
	struct tallies *all = &p->fold->tallies;
	struct tally *t = NULL;
	struct event_scope village;
	enum err e = village_of(p, pack, row, &village);

	cond = cond ? cond : "";
	for (uint32_t i = 0; i < all->count; i++)
		if (all->at[i].pack == pack && all->at[i].reg == reg && all->at[i].field == field && !strcmp(all->at[i].cond, cond))
			t = &all->at[i];
	if (e || (!t && (e = make(p, pack, reg, cond, field, &t))))
		return e;
	for (uint32_t i = 0; i < t->village_count; i++) {
		if (!event_scope_same(&t->villages[i].scope, &village))
			continue;
		expr_format_number(field == PACK_NONE ? (double)t->villages[i].count : t->villages[i].sum, out);
		return out->err;
	}
	buf_putc(out, '0');
	return out->err;
}
