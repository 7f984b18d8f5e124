#include "config.h"
#include "sync/ledger/submit_own.h"

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
