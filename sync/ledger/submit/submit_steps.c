#include "config.h"
#include "sync/ledger/submit/submit_own.h"

#include "forms/base/i18n.h"
#include "forms/pack/cond.h"
#include "sync/keys/roster.h"

#include <string.h>

/* One step tried on the row as it stands, by this person. */
static enum err try_step(const struct context *c, struct history *h, const struct row *r, const struct pack *pack, uint32_t step, enum row_reason *why)
{
	const struct pack_step *s = &pack->steps[step];
	const struct keys_writer *w = keys_roster_find(c->p->roster, c->p->writer);
	const struct pack_field *f = &pack->registers[s->reg].fields[s->field];
	uint32_t fields[64], count = 0;
	struct payload_link deps[LIMIT_DEPS];
	struct judge_entry *e;
	struct cond_term term;
	enum err err;

	if ((err = history_load(h, c, &r->key)) || (err = history_new(h, &e)))
		return err;
	fields[count++] = f->n;
	for (uint32_t i = 0; i < pack->step_count; i++)
		for (const char *at = pack->steps[i].reg == s->reg && !strcmp(pack->steps[i].id, s->id) ? pack->steps[i].when : NULL; cond_next(&at, &term); )
			for (uint32_t k = 0; k < pack->registers[s->reg].field_count && count < 64; k++)
				if (cond_field_is(&term, pack->registers[s->reg].fields[k].id))
					fields[count++] = pack->registers[s->reg].fields[k].n;
	if ((err = submit_row_deps(r, fields, count, false, deps, &e->dep_count)))
		return err;
	for (uint32_t i = 0; i < e->dep_count; i++)
		memcpy(e->deps[i], deps[i].ref, EVENT_REF);
	memset(e->ref, 0xff, sizeof e->ref);
	memcpy(e->log.writer, c->p->writer, EVENT_WRITER);
	e->lamport = UINT64_MAX;
	e->kind = EVENT_SUBMIT;
	e->trusted = e->may_submit = w && !w->revoked;
	e->in_scope = keys_roster_writes(c->p->roster, c->p->writer, &r->scope);
	e->roles = w ? w->roles : 0;
	e->person = w ? w->person : NULL;
	e->pack = pack;
	e->reg = s->reg;
	e->steps[e->step_count++] = s;
	if (!(e->writes = scratch_take(&h->mem, 2 * sizeof *e->writes)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	if (!strcmp(s->to, "=")) {
		/* What the form will say is not known yet; nothing is taken away by asking. */
		e->writes[0] = (struct judge_write){ .n = f->n, .merge = f->merge == PACK_SET ? PACK_FIELD : f->merge, .governed = true };
		e->write_count = 1;
	}
	if ((err = judge_row(h->entries, h->count)))
		return err;
	*why = h->entries[h->count - 1].why;
	return ERR_OK;
}

enum err submit_steps(struct profile *p, const struct row *r, struct submit_choice *out, uint32_t max, uint32_t *count)
{
	struct history h = { 0 };
	const struct pack *pack;
	struct store_txn t;
	struct context c;
	uint32_t reg;
	enum err e = reader_register(p, r->reg, &pack, &reg);

	*count = 0;
	if (e)
		return e;
	reader_begin(p, &t, &c);
	for (uint32_t i = 0; !e && i < pack->step_count && *count < max; i++) {
		const struct pack_step *s = &pack->steps[i];

		if (s->reg != reg || !s->form || (*count && !strcmp(out[*count - 1].step->id, s->id)))
			continue;
		out[*count].step = s;
		e = try_step(&c, &h, r, pack, i, &out[*count].why);
		++*count;
	}
	store_abort(&t);
	history_free(&h);
	return e;
}

static bool holds(const struct cond_term *t, const char *words)
{
	bool any = !*words && cond_has(t, words, 0);

	for (size_t n; *words; words += n, words += strspn(words, " ")) {
		n = strcspn(words, " ");
		any |= cond_has(t, words, n);
	}
	return any != t->negated;
}

/* How many terms of a line's condition the row does not meet; said in `out` unless that is NULL. */
static uint32_t unmet(const struct row *r, const struct pack *pack, const struct pack_step *line, struct buf *out)
{
	const struct pack_register *reg = &pack->registers[line->reg];
	struct cond_term term;
	uint32_t n = 0;

	for (const char *at = line->when; cond_next(&at, &term); )
		for (uint32_t f = 0; f < reg->field_count; f++) {
			struct row_shown s = { .kinds = 0 };

			if (!cond_field_is(&term, reg->fields[f].id) || row_show(r, reg, pack, f, false, &s) || holds(&term, buf_str(&s.text))) {
				row_shown_clear(&s);
				continue;
			}
			n++;
			if (out)
				buf_printf(out, "%s%s [%s]", n > 1 ? _("、") : "", pack_name(&reg->fields[f].label, i18n_language()), s.label.len ? buf_str(&s.label) : _("(空)"));
			row_shown_clear(&s);
		}
	return n;
}

void submit_hindrance(const struct row *r, const struct pack *pack, const struct pack_step *step, uint32_t roles, struct buf *out)
{
	const struct pack_step *nearest = NULL;
	uint32_t least = UINT32_MAX;

	for (uint32_t i = 0; i < pack->step_count; i++) {
		const struct pack_step *line = &pack->steps[i];
		uint32_t n;

		if (line->reg != step->reg || strcmp(line->id, step->id) || (line->roles && !(line->roles & roles)))
			continue;
		if ((n = unmet(r, pack, line, NULL)) < least) {
			least = n;
			nearest = line;
		}
	}
	if (nearest)
		unmet(r, pack, nearest, out);
}
