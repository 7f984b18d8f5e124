#include "config.h"
#include "sync/ledger/submit/submit_own.h"

#include "forms/pack/answers.h"
#include "forms/pack/cond.h"
#include "sync/keys/roster.h"

#include "forms/base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err making_open(struct making *m, struct profile *p, const char *form, const char *version, struct fill *fill)
{
	enum err e;

	*m = (struct making){ .p = p, .fill = fill, .kind = EVENT_SUBMIT };
	if (!p->identity)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = reader_ready(p)))
		return e;
	if (version && *version)
		e = strchr(version, '/') ? plans_pack(&p->fold->plans, p, version, &m->pack) : ERR_NOTFOUND;
	else
		e = reader_pack(p, &m->pack);
	if (e == ERR_NOTFOUND && version && *version) {
		/* A draft names the version alone: of the pack in force. */
		const struct pack *now;

		if (!(e = reader_pack(p, &now)))
			e = profile_pack(p, now->id, version, &m->pack);
	}
	if (e)
		return e;
	if ((m->form = pack_find_form(m->pack, form)) == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("业务包 %s 没有表单 %s"), m->pack->version, form);
	if ((e = plans_get(&p->fold->plans, m->pack, m->form, &m->plan)))
		return e;
	snprintf(m->version, sizeof m->version, "%s/%s", m->pack->id, m->pack->version);
	if (!(m->rows = calloc(LIMIT_ROWS, sizeof *m->rows)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	return ERR_OK;
}

void making_close(struct making *m)
{
	free(m->rows);
	buf_clear(&m->answers);
	buf_clear(&m->private_part);
}

/* --- which rows --- */

/* An author's condition in the context of an instance (FILL_NO_NODE: the record); none means `otherwise`. */
static enum err test(struct making *m, fill_node at, const char *expression, bool otherwise, bool *out)
{
	*out = otherwise;
	return expression ? fill_test(m->fill, at, expression, out) : ERR_OK;
}

static enum err put_steps(struct making *m, const struct pack_entity *en, fill_node at, struct payload_row *row)
{
	struct buf steps = { 0 };
	enum err e = en->step ? fill_evaluate(m->fill, at, en->step, &steps) : ERR_OK;

	for (char *next = NULL, *id = e || !steps.data ? NULL : strtok_r(steps.data, " ", &next); id && !e; id = strtok_r(NULL, " ", &next)) {
		uint32_t step = pack_find_step(m->pack, en->reg, id);

		if (step == PACK_NONE)
			e = err_set(ERR_FORMAT, _("登记簿 %s 没有步骤 %s"), m->pack->registers[en->reg].id, id);
		else if (row->step_count == PAYLOAD_STEPS_MAX)
			e = err_set(ERR_LIMIT, _("一次最多走 %d 步"), PAYLOAD_STEPS_MAX);
		else
			row->steps[row->step_count++] = step;
	}
	buf_clear(&steps);
	return e;
}

fill_node making_instance(const struct making *m, uint32_t repeat, uint32_t instance)
{
	return repeat == FORM_NONE ? FILL_NO_NODE : fill_instance(m->fill, fill_node_at(m->fill, FILL_NO_NODE, repeat), instance);
}

/* The row an entity names: *has false when its expression gives nothing. */
static enum err named_row(struct making *m, const struct pack_entity *en, fill_node at, struct row_id *id, bool *has)
{
	struct buf text = { 0 };
	enum err e = en->entity_id ? fill_evaluate(m->fill, at, en->entity_id, &text) : ERR_OK;

	*has = !e && text.len;
	if (*has && !row_id_parse(buf_str(&text), id))
		e = err_set(ERR_FORMAT, _("%s 不是登记簿里的一行"), buf_str(&text));
	buf_clear(&text);
	return e;
}

static enum err add_row(struct making *m, uint32_t entity, fill_node at, uint32_t instance)
{
	const struct pack_entity *en = &m->pack->forms[m->form].entities[entity];
	struct payload_row row = { .entity = entity, .instance = instance };
	struct row_id id;
	bool has, wanted;
	enum err e;

	if ((e = named_row(m, en, at, &id, &has)) || (e = test(m, at, has ? en->update_if : en->create_if, has ? en->updates : en->creates, &wanted)))
		return e;
	if (!wanted || (has && !en->updates) || (!has && !en->creates))
		return ERR_OK;
	if (m->row_count == LIMIT_ROWS)
		return err_set(ERR_LIMIT, _("一次最多登记 %d 行"), LIMIT_ROWS);
	row.fresh = !has;
	if (has) {
		memcpy(row.row.event.ref, id.ref, EVENT_REF);
		row.row.index = id.index;
	}
	if ((e = put_steps(m, en, at, &row)))
		return e;
	m->rows[m->row_count++] = row;
	return ERR_OK;
}

static enum err add_instances(struct making *m, uint32_t entity, uint32_t repeat)
{
	fill_node node = fill_node_at(m->fill, FILL_NO_NODE, repeat);
	enum err e = ERR_OK;

	if (node == FILL_NO_NODE || !fill_is_relevant(m->fill, node))
		return ERR_OK;
	for (uint32_t i = 0; !e && i < fill_instances(m->fill, node); i++)
		e = add_row(m, entity, fill_instance(m->fill, node, i), i);
	return e;
}

enum err making_rows(struct making *m)
{
	const struct pack_form *pf = &m->pack->forms[m->form];
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < pf->entity_count; i++)
		e = pf->entities[i].repeat == FORM_NONE ? add_row(m, i, FILL_NO_NODE, PAYLOAD_NO_INSTANCE) : add_instances(m, i, pf->entities[i].repeat);
	return e;
}

/* --- which log --- */

static enum err row_scope(struct making *m, const struct row_id *id, struct event_scope *out)
{
	struct row r;
	enum err e = row_read(m->p, id, &r);

	if (!e)
		*out = r.scope;
	row_clear(&r);
	return e;
}

/* A row that is changed decides; else registers of the township go to all, and a village's to the village. */
enum err making_scope(struct making *m, const char *village)
{
	bool township = m->row_count != 0;
	enum err e;

	for (uint32_t i = 0; i < m->row_count; i++) {
		struct row_id id = { .index = m->rows[i].row.index };

		memcpy(id.ref, m->rows[i].row.event.ref, EVENT_REF);
		if (!m->rows[i].fresh)
			return row_scope(m, &id, &m->scope);
		township = township && m->pack->registers[m->plan->entities[m->rows[i].entity].reg].township;
	}
	m->scope = profile_own_scope(m->p);
	if (township)
		m->scope = event_scope_all();
	else if (village && *village)
		m->scope = event_scope_village(village);
	else if (m->has_subject) {
		struct event_scope of;

		if ((e = row_scope(m, &m->subject, &of)))
			return e;
		if (of.kind == 1)
			m->scope = of;
	}
	if (!keys_roster_writes(m->p->roster, m->p->writer, &m->scope)) {
		char text[68];

		event_scope_text(&m->scope, text);
		return err_set(ERR_DENIED, _("没有在 %s 登记的权限"), text);
	}
	return ERR_OK;
}

/* --- what its author saw --- */

static bool add_dep(struct payload_link *deps, uint32_t *count, const uint8_t *ref)
{
	for (uint32_t i = 0; i < *count; i++)
		if (!memcmp(deps[i].ref, ref, EVENT_REF))
			return true;
	if (*count == LIMIT_DEPS)
		return false;
	memset(&deps[*count], 0, sizeof *deps);
	memcpy(deps[(*count)++].ref, ref, EVENT_REF);
	return true;
}

enum err submit_row_deps(const struct row *r, const uint32_t *fields, uint32_t count, bool proposals, struct payload_link *deps, uint32_t *dep_count)
{
	bool room = true;

	for (uint32_t i = 0; i < count; i++) {
		const struct row_field *f = row_field(r, fields[i]);

		for (uint32_t k = 0; f && k < f->count; k++)
			room = room && add_dep(deps, dep_count, r->events[f->open[k].event].ref);
	}
	for (uint32_t i = 0; proposals && i < r->proposal_count && *dep_count < LIMIT_DEPS; i++)
		add_dep(deps, dep_count, r->events[r->proposals[i].event].ref);
	if (!*dep_count)
		room = add_dep(deps, dep_count, r->id.ref);
	return room ? ERR_OK : err_set(ERR_LIMIT, _("这一行有太多并存的说法, 请先在“冲突”里逐项了结"));
}

enum { FIELDS_MAX = 512 };

static void add_field(uint32_t *fields, uint32_t *count, uint32_t n)
{
	for (uint32_t i = 0; i < *count; i++)
		if (fields[i] == n)
			return;
	if (*count < FIELDS_MAX)
		fields[(*count)++] = n;
}

/* Fields that the steps of the entry move, and those their conditions look at. */
static void step_fields(const struct making *m, const struct payload_row *row, uint32_t *fields, uint32_t *count)
{
	uint32_t reg = m->plan->entities[row->entity].reg;
	const struct pack_register *pr = &m->pack->registers[reg];

	for (uint32_t i = 0; i < row->step_count; i++)
		for (uint32_t k = 0; k < m->pack->step_count; k++) {
			const struct pack_step *s = &m->pack->steps[k];
			struct cond_term term;

			if (s->reg != reg || strcmp(s->id, m->pack->steps[row->steps[i]].id))
				continue;
			add_field(fields, count, pr->fields[s->field].n);
			for (const char *at = s->when; cond_next(&at, &term); )
				for (uint32_t f = 0; f < pr->field_count; f++)
					if (cond_field_is(&term, pr->fields[f].id))
						add_field(fields, count, pr->fields[f].n);
		}
}

/* Only what the entry writes is named, or nothing unseen would stay open: answered and emptied saves, and the fields of steps. */
static enum err entry_deps(struct making *m, struct payload_row *row)
{
	const struct plan_entity *en = &m->plan->entities[row->entity];
	const struct keys_writer *w = keys_roster_find(m->p->roster, m->p->writer);
	struct row_id id = { .index = row->row.index };
	uint32_t fields[FIELDS_MAX], count = 0;
	struct row r;
	enum err e;

	memcpy(id.ref, row->row.event.ref, EVENT_REF);
	if ((e = row_read(m->p, &id, &r)))
		return e;
	if (strcmp(r.reg, m->pack->registers[en->reg].id))
		e = err_set(ERR_FORMAT, _("表单要改的是登记簿 %s 的一行, 不是 %s"), m->pack->registers[en->reg].id, r.reg);
	for (uint32_t i = 0; !e && i < en->save_count; i++) {
		struct buf value = { 0 };
		bool unseen = false;

		if (payload_fields_has(&row->kept, en->saves[i].n))
			continue;
		if (en->saves[i].question != FORM_NONE)
			e = answers_value(m->pack, m->form, en->saves[i].question, en->saves[i].repeated ? row->instance : 0, m->answers.data, m->answers.len,
			                  m->private_part.data, m->private_part.len, &value);
		if (!e)
			e = making_unseen(m, &r, row, &en->saves[i], &unseen);
		if (!unseen && (value.len || en->saves[i].question == FORM_NONE || payload_fields_has(&row->emptied, en->saves[i].n)))
			add_field(fields, &count, en->saves[i].n);
		buf_clear(&value);
	}
	step_fields(m, row, fields, &count);
	if (!e)
		e = submit_row_deps(&r, fields, count, w && w->roles & PACK_TOWN, row->deps, &row->dep_count);
	row_clear(&r);
	return e;
}

enum err making_deps(struct making *m)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < m->row_count; i++)
		if (!m->rows[i].fresh)
			e = entry_deps(m, &m->rows[i]);
	return e;
}
