/* What the counting files share: lines of groups, days, fields of rows as text. */
#include "config.h"
#include "sync/town/report/facts.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/rows/reader.h"

#include <stdlib.h>
#include <string.h>

/* --- groups --- */

struct facts_line *facts_line(struct facts_group *g, const char *id, const char *label)
{
	struct facts_line *l;

	for (uint32_t i = 0; i < g->count; i++)
		if (!strcmp(g->at[i].id, id))
			return &g->at[i];
	if (g->count == g->cap) {
		uint32_t cap = g->cap ? g->cap * 2 : 32;

		if (!(l = realloc(g->at, cap * sizeof *l)))
			return NULL;
		g->at = l;
		g->cap = cap;
	}
	l = &g->at[g->count];
	*l = (struct facts_line){ .id = strdup(id), .label = strdup(label && *label ? label : id) };
	if (l->id && l->label) {
		g->count++;
		return l;
	}
	free(l->id);
	free(l->label);
	return NULL;
}

void facts_group_clear(struct facts_group *g)
{
	for (uint32_t i = 0; i < g->count; i++) {
		free(g->at[i].id);
		free(g->at[i].label);
	}
	free(g->at);
}

struct facts_line *facts_village(struct facts *f, const struct row *r)
{
	char scope[68];

	event_scope_text(&r->scope, scope);
	return facts_line(&f->villages, scope, r->scope.kind ? scope : "镇直");
}

/* NULL: it has no such code. */
static const char *words_of(const struct pack *p, const char *reg, const char *field, const char *code)
{
	uint32_t at = p ? pack_find_register(p, reg) : PACK_NONE, n = at == PACK_NONE ? PACK_NONE : pack_find_field(&p->registers[at], field);
	const struct pack_code *c = n == PACK_NONE ? NULL : pack_code(p, p->registers[at].fields[n].codes, code);

	return c ? c->label.zh : NULL;
}

const char *facts_label(const struct facts *f, const struct row *r, const char *field, const char *code)
{
	const char *words = words_of(f->pack, r->reg, field, code);

	words = words ? words : words_of(reader_made_with(f->profile, r), r->reg, field, code);
	return words ? words : code;
}

struct facts_line *facts_line_of_the_day(struct facts_group *g, const struct facts *f, const struct row *r, const char *field, const char *code)
{
	const char *words = words_of(reader_made_with(f->profile, r), r->reg, field, code);
	struct facts_line *l;
	char *label;

	words = words ? words : facts_label(f, r, field, code);
	l = facts_line(g, code, words);
	if (!l || r->events[0].wall <= l->read || facts_made(f, r) > f->last)
		return l;
	if (strcmp(l->label, words)) {
		if (!(label = strdup(words)))
			return NULL;
		free(l->label);
		l->label = label;
	}
	l->read = r->events[0].wall;
	return l;
}

/* --- days --- */

struct facts_bucket *facts_bucket(struct facts *f, int32_t day)
{
	for (uint32_t i = 0; day >= f->first && day <= f->last && i < f->bucket_count; i++)
		if (day <= f->buckets[i].last)
			return &f->buckets[i];
	return NULL;
}

int32_t facts_made(const struct facts *f, const struct row *r)
{
	return clock_day_of(r->events[0].wall, f->pack->utc_offset);
}

/* --- fields --- */

enum err facts_fields(const struct facts *f, const char *reg, const char *const *names, struct facts_fields *out)
{
	uint32_t at = pack_find_register(f->pack, reg);

	memset(out, 0, sizeof *out);
	out->f = f;
	if (at == PACK_NONE)
		return err_set(ERR_FORMAT, _("清单包里没有登记簿 %s, 做不了报告"), reg);
	out->reg = &f->pack->registers[at];
	for (uint32_t i = 0; i < 8; i++)
		out->index[i] = PACK_NONE;
	for (uint32_t i = 0; i < 8 && names[i]; i++)
		out->index[i] = pack_find_field(out->reg, names[i]);
	return ERR_OK;
}

enum err facts_read(struct facts_fields *x, const struct row *r)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < 8; i++) {
		struct row_shown s = { 0 };

		buf_reset(&x->text[i]);
		buf_puts(&x->text[i], "");
		if (x->index[i] == PACK_NONE || !row_field(r, x->reg->fields[x->index[i]].n))
			continue;
		e = row_show(r, x->reg, x->f->pack, x->index[i], true, &s);
		buf_put(&x->text[i], s.text.data, s.text.len);
		row_shown_clear(&s);
	}
	return e;
}

void facts_fields_clear(struct facts_fields *x)
{
	for (uint32_t i = 0; i < 8; i++)
		buf_clear(&x->text[i]);
}
