#include "config.h"
#include "sync/ledger/rows/row.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/pack/answers.h"
#include "forms/pack/cond.h"
#include "forms/pack/derive.h"
#include "forms/pack/rowexpr.h"
#include "sync/ledger/rows/eval.h"
#include "sync/ledger/rows/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_MAX = 512 };

/* --- expressions read once --- */

struct eval_cached { const struct pack *pack; uint32_t reg; char *text; struct rowexpr *x; };

void eval_clear(struct eval_cache *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		free(c->at[i].text);
		rowexpr_free(c->at[i].x);
	}
	free(c->at);
	*c = (struct eval_cache){ 0 };
}

static enum err parsed(struct eval_cache *c, const struct pack *pack, uint32_t reg, const char *text, const struct rowexpr **out)
{
	struct eval_cached *more, *at;
	enum err e;

	for (uint32_t i = 0; i < c->count; i++)
		if (c->at[i].pack == pack && c->at[i].reg == reg && !strcmp(c->at[i].text, text)) {
			*out = c->at[i].x;
			return ERR_OK;
		}
	if (c->count >= CACHE_MAX && c->depth == 1)
		eval_clear(c);                            /* never one that an outer evaluation still uses */
	if (!(more = realloc(c->at, (c->count + 1) * sizeof *more)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	c->at = more;
	at = &more[c->count];
	*at = (struct eval_cached){ .pack = pack, .reg = reg };
	if ((e = rowexpr_parse(pack, reg, text, &at->x)))
		return e;
	if (!(at->text = strdup(text))) {
		rowexpr_free(at->x);
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	}
	c->count++;
	*out = at->x;
	return ERR_OK;
}

/* --- a row as expressions see it --- */

struct linked { struct row row; uint32_t reg; bool used; };

struct seat {
	struct profile *p;
	const struct pack *pack;
	uint32_t number;
	bool told;                                        /* on paper: true times */
	char about[11];                                   /* the day put last of which only that it was not before is known */
	struct linked linked[ROWEXPR_LINKS_MAX * 2];
	uint32_t next;
};

enum { PACK_LOOK_NS = 1000000000 };

enum err reader_ready(struct profile *p)
{
	struct store_txn t;
	enum err e;

	if (p->fold)
		return ERR_OK;
	profile_begin(p, &t);
	e = t.err;
	store_abort(&t);
	return p->fold || e ? e : err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
}

/* Asked for every field shown; another pack may come at any time, so it is looked up again each second. */
enum err reader_pack(struct profile *p, const struct pack **out)
{
	int64_t now = clock_ticks();
	struct fold *f;
	enum err e;

	if ((e = reader_ready(p)))
		return e;
	f = p->fold;
	if (!f->current || now - f->current_at > PACK_LOOK_NS) {
		if ((e = profile_pack_current(p, &f->current)))
			return e;
		f->current_at = now;
	}
	*out = f->current;
	return ERR_OK;
}

enum err reader_register(struct profile *p, const char *id, const struct pack **pack, uint32_t *reg)
{
	enum err e = reader_pack(p, pack);

	if (e)
		return e;
	if ((*reg = pack_find_register(*pack, id)) == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("业务包 %s 没有登记簿 %s"), (*pack)->version, id);
	return ERR_OK;
}

/* --- derived fields --- */

struct adding { struct profile *p; const struct pack *pack; const struct derive *d; struct buf *out; uint64_t count; double sum; struct row *row; struct buf value /* of a field that the condition asks for; one may itself count */; enum err err; };

static const char *cond_value(void *user, const char *field, size_t len)
{
	struct adding *a = user;
	const struct pack_register *reg = &a->pack->registers[a->d->child];

	buf_reset(&a->value);
	for (uint32_t i = 0; i < reg->field_count; i++)
		if (strlen(reg->fields[i].id) == len && !memcmp(reg->fields[i].id, field, len))
			row_text(a->p, a->row, i, &a->value);
	return buf_str(&a->value);
}

static void put_created(const struct pack *pack, const struct row *r, struct buf *out)
{
	char text[32];

	if (r->event_count)
		buf_puts(out, clock_format_time(r->events[0].wall, pack->utc_offset, text));
}

static bool add_child(void *user, const struct row *r)
{
	struct adding *a = user;
	struct buf text = { 0 };

	a->row = (struct row[]){ *r };
	if (a->d->rest && !cond_holds(a->d->rest, cond_value, a))
		return true;
	a->count++;
	if (a->d->how == DERIVE_SUM) {
		a->err = row_text(a->p, r, a->d->field, &text);
		a->sum += strtod(buf_str(&text), NULL);
	} else if (a->d->how == DERIVE_LAST) {
		if (a->d->field == PACK_NONE)
			put_created(a->pack, r, a->out);
		else
			a->err = row_text(a->p, r, a->d->field, a->out);
	}
	buf_clear(&text);
	return !a->err && a->d->how != DERIVE_LAST;
}

static enum err derived_text(struct profile *p, const struct pack *pack, uint32_t reg, const struct row *r, const char *text, struct buf *out)
{
	struct derive d;
	struct adding a = { .p = p, .pack = pack, .d = &d, .out = out };
	enum err e = derive_read(pack, reg, text, &d);

	if (e)
		return e;
	if (d.how == DERIVE_EXPRESSION)
		return row_evaluate(p, r, d.rest, out);
	e = row_children(p, &r->id, pack->registers[d.child].id, add_child, &a);
	buf_clear(&a.value);
	if (e || (e = a.err))
		return e;
	if (d.how == DERIVE_COUNT)
		buf_printf(out, "%llu", (unsigned long long)a.count);
	else if (d.how == DERIVE_SUM)
		expr_format_number(a.sum, out);
	return out->err;
}

enum err row_text(struct profile *p, const struct row *r, uint32_t field, struct buf *out)
{
	const struct pack *pack;
	const struct pack_field *pf;
	uint32_t reg;
	enum err e = reader_register(p, r->reg, &pack, &reg);

	if (e)
		return e;
	if (field >= pack->registers[reg].field_count)
		return ERR_OK;
	pf = &pack->registers[reg].fields[field];
	if (pf->merge == PACK_DERIVE)
		return pf->derive ? derived_text(p, pack, reg, r, pf->derive, out) : ERR_OK;
	return row_stored(r, pf, out);
}

/* --- when --- */

static enum err put_time(struct seat *s, const struct row_event *ev, struct buf *out)
{
	enum truetime_word word = TRUETIME_NONE;
	char text[32];

	clock_format_time(s->told ? row_event_time(s->p, ev, &word) : ev->wall, s->pack->utc_offset, text);
	if (word == TRUETIME_STICK)
		snprintf(s->about, sizeof s->about, "%.10s", text);
	buf_puts(out, text);
	return out->err;
}

static void mark_about(const char *day, struct buf *text)
{
	const char *at = *day && text->len ? strstr(buf_str(text), day) : NULL;
	struct buf marked = { 0 };

	if (!at)
		return;
	buf_put(&marked, text->data, (size_t)(at - text->data));
	buf_puts(&marked, _("约 "));
	buf_puts(&marked, at);
	buf_clear(text);
	*text = marked;
}

static const struct row_event *last_step(const struct row *r, const char *step)
{
	for (uint32_t i = r->step_count; i--; )
		if (!strcmp(r->steps[i].step, step))
			return &r->events[r->steps[i].event];
	return NULL;
}

/* --- the host --- */

static enum err host_value(void *user, const void *row, uint32_t field, struct buf *out)
{
	struct seat *s = user;

	return row_text(s->p, row, field, out);
}

static enum err host_builtin(void *user, const void *of, enum rowexpr_builtin what, const char *step, struct buf *out)
{
	struct seat *s = user;
	const struct row *r = of;
	const struct row_event *ev = r->event_count ? &r->events[0] : NULL;
	char text[ROW_ID_TEXT];

	switch (what) {
	case ROWEXPR_ROW_NUMBER:
		if (s->number)
			buf_printf(out, "%u", (unsigned)s->number);
		return out->err;
	case ROWEXPR_SERIAL:
		return row_serial(s->p, r, out);
	case ROWEXPR_STEP_AT:
	case ROWEXPR_STEP_BY:
		ev = step ? last_step(r, step) : NULL;
		__attribute__((fallthrough));
	case ROWEXPR_CREATED_AT:
	case ROWEXPR_CREATED_BY:
		if (!ev)
			return ERR_OK;
		if (what == ROWEXPR_STEP_BY || what == ROWEXPR_CREATED_BY)
			return row_author(s->p, ev, out, NULL);
		return put_time(s, ev, out);
	case ROWEXPR_VILLAGE:
		return reader_village(s->p, s->pack, &r->scope, out);
	case ROWEXPR_ID:
		buf_puts(out, row_id_text(&r->id, text));
		return out->err;
	}
	return ERR_OK;
}

static const void *host_link(void *user, uint32_t reg, const char *id)
{
	struct seat *s = user;
	struct linked *l = &s->linked[s->next];
	struct row_id want;

	if (!row_id_parse(id, &want))
		return NULL;
	for (uint32_t i = 0; i < sizeof s->linked / sizeof *s->linked; i++)
		if (s->linked[i].used && s->linked[i].reg == reg && !memcmp(&s->linked[i].row.id, &want, sizeof want))
			return &s->linked[i].row;
	if (l->used)
		row_clear(&l->row);
	l->used = !row_read(s->p, &want, &l->row) && !strcmp(l->row.reg, s->pack->registers[reg].id);
	l->reg = reg;
	if (!l->used) {
		row_clear(&l->row);
		return NULL;
	}
	s->next = (s->next + 1) % (sizeof s->linked / sizeof *s->linked);
	return &l->row;
}

const struct pack *reader_made_with(struct profile *p, const struct row *r)
{
	const char *slash = r->version ? strchr(r->version, '/') : NULL;         /* "id/version" */
	const struct pack *now, *pack = NULL;

	if (!slash || reader_pack(p, &now) || !strcmp(slash + 1, now->version) || plans_pack(&p->fold->plans, p, r->version, &pack))
		return NULL;
	return pack;
}

/* A record says what its maker read: an item that a newer pack words otherwise, or has no more, keeps its words. */
static const struct pack *host_made_with(void *user, const void *row)
{
	return reader_made_with(((struct seat *)user)->p, row);
}

static enum err host_tally(void *user, const void *row, uint32_t reg, const char *cond, uint32_t field, struct buf *out)
{
	struct seat *s = user;

	return tally_put(s->p, s->pack, row, reg, cond, field, out);
}

static enum err evaluate(struct profile *p, const struct row *r, const char *expression, uint32_t number, bool told, struct buf *text, bool *holds)
{
	struct seat seat = { .p = p, .number = number, .told = told };
	struct rowexpr_host host = { .user = &seat, .value = host_value, .builtin = host_builtin, .link = host_link, .tally = host_tally, .made_with = host_made_with, .now = clock_wall(), .language = i18n_language() };
	const struct rowexpr *x = NULL;
	uint32_t reg;
	enum err e = reader_register(p, r->reg, &seat.pack, &reg);

	if (e)
		return e;
	p->fold->expressions.depth++;
	if (!(e = parsed(&p->fold->expressions, seat.pack, reg, expression, &x)))
		e = text ? rowexpr_text(x, &host, r, text) : rowexpr_test(x, &host, r, holds);
	p->fold->expressions.depth--;
	for (uint32_t i = 0; i < sizeof seat.linked / sizeof *seat.linked; i++)
		if (seat.linked[i].used)
			row_clear(&seat.linked[i].row);
	if (!e && text)
		mark_about(seat.about, text);
	return e ? e : text ? text->err : ERR_OK;
}

enum err row_evaluate_numbered(struct profile *p, const struct row *r, const char *expression, uint32_t number, struct buf *out)
{
	return evaluate(p, r, expression, number, true, out, NULL);
}

enum err row_evaluate(struct profile *p, const struct row *r, const char *expression, struct buf *out)
{
	return evaluate(p, r, expression, 0, false, out, NULL);
}

enum err row_test(struct profile *p, const struct row *r, const char *expression, bool *out)
{
	return evaluate(p, r, expression, 0, false, NULL, out);
}

enum err row_title(struct profile *p, const struct row *r, struct buf *out)
{
	const struct pack *pack;
	uint32_t reg;
	size_t at, blanks;
	enum err e = reader_register(p, r->reg, &pack, &reg);

	if (e)
		return e;
	if (!pack->registers[reg].title)
		return row_number(p, r, out);
	at = out->len;
	e = row_evaluate(p, r, pack->registers[reg].title, out);
	/* A part of it that is empty leaves no blank in front. */
	for (blanks = 0; at + blanks < out->len && out->data[at + blanks] == ' '; blanks++)
		;
	if (blanks) {
		memmove(out->data + at, out->data + at + blanks, out->len - at - blanks);
		buf_cut(out, out->len - blanks);
	}
	return e;
}
