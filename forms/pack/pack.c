#include "config.h"
#include "forms/pack/pack.h"

#include "forms/base/i18n.h"
#include "forms/xlsform/form_build.h"

#include <stdlib.h>
#include <string.h>

enum { FORM_PLACE_DEPTH = 6 };

const char *pack_name(const struct pack_name *n, int language)
{
	return language == 1 ? n->en : n->zh;
}

/* Tables are short (the longest, code lists, some hundred lines) and looked up by name only when a screen opens or an
 * expression is read, so a walk along them is quick enough and needs no index. */
#define FIND(at, count, key, want) do { \
	for (uint32_t i_ = 0; (want) && i_ < (count); i_++) \
		if (!strcmp((at)[i_].key, (want))) \
			return i_; \
	return PACK_NONE; \
} while (0)

uint32_t pack_find_register(const struct pack *p, const char *id) { FIND(p->registers, p->register_count, id, id); }
uint32_t pack_find_field(const struct pack_register *r, const char *id) { FIND(r->fields, r->field_count, id, id); }
uint32_t pack_find_codes(const struct pack *p, const char *id) { FIND(p->codes, p->codes_count, id, id); }
uint32_t pack_find_form(const struct pack *p, const char *id) { FIND(p->forms, p->form_count, id, id); }
uint32_t pack_find_kind(const struct pack *p, const char *id) { FIND(p->kinds, p->kind_count, id, id); }
uint32_t pack_find_paper(const struct pack *p, const char *id) { FIND(p->papers, p->paper_count, id, id); }
uint32_t pack_find_ledger(const struct pack *p, const char *id) { FIND(p->ledgers, p->ledger_count, id, id); }

uint32_t pack_find_field_number(const struct pack_register *r, uint32_t n)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].n == n)
			return i;
	return PACK_NONE;
}

uint32_t pack_find_step(const struct pack *p, uint32_t reg, const char *id)
{
	for (uint32_t i = 0; id && i < p->step_count; i++)
		if (p->steps[i].reg == reg && !strcmp(p->steps[i].id, id))
			return i;
	return PACK_NONE;
}

const char *pack_param(const struct pack *p, const char *key)
{
	for (uint32_t i = 0; i < p->param_count; i++)
		if (!strcmp(p->params[i].key, key))
			return p->params[i].value;
	return NULL;
}

const struct pack_code *pack_code(const struct pack *p, uint32_t codes, const char *name)
{
	if (codes >= p->codes_count || !name)
		return NULL;
	for (uint32_t i = 0; i < p->codes[codes].count; i++)
		if (!strcmp(p->codes[codes].at[i].name, name))
			return &p->codes[codes].at[i];
	return NULL;
}

static const char *const role_names[] = { "GRID", "VADM", "VHEAD", "TOWN", "TLEAD", "DEPT", "COUNTY", "OWNER", "EXPERT", "VIEW" };

uint32_t pack_role(const char *name)
{
	for (uint32_t i = 0; i < sizeof role_names / sizeof *role_names; i++)
		if (!strcmp(role_names[i], name))
			return 1u << i;
	return 0;
}

const char *pack_role_name(uint32_t role)
{
	for (uint32_t i = 0; i < sizeof role_names / sizeof *role_names; i++)
		if (role == 1u << i)
			return role_names[i];
	return "?";
}

int pack_class(const struct form_question *q)
{
	const char *class = q->xc[FORM_XC_CLASS];

	return class && class[0] == 'P' && class[1] >= '0' && class[1] <= '3' && !class[2] ? class[1] - '0' : 1;
}

enum err pack_place_answers(struct pack_body *b)
{
	struct form *form = b->form;
	uint32_t at[FORM_PLACE_DEPTH] = { 0 }, repeat[FORM_PLACE_DEPTH] = { FORM_NONE }, end[FORM_PLACE_DEPTH] = { form->question_count }, depth = 0;

	if (!(b->places = form_alloc(form, form->question_count * sizeof *b->places)))
		return form->question_count ? ERR_NOMEM : ERR_OK;
	for (uint32_t q = 0; q < form->question_count; q++) {
		enum form_type type = form->questions[q].type;

		while (q >= end[depth])
			depth--;
		b->places[q] = (struct pack_place){ repeat[depth], PACK_NONE };
		if (type == FORM_REPEAT || form_is_stored(type))
			b->places[q].at = at[depth]++;
		if (type != FORM_REPEAT)
			continue;
		if (++depth == FORM_PLACE_DEPTH)
			return err_set(ERR_LIMIT, _("表单 %s: 重复组套得太深 (最多 %d 层)"), form->id, FORM_PLACE_DEPTH - 1);
		at[depth] = 0;
		repeat[depth] = q;
		end[depth] = form->questions[q].end;
	}
	return ERR_OK;
}

void pack_free(struct pack *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->form_count; i++)
		form_free(p->forms[i].body ? p->forms[i].body->form : NULL);
	form_free(p->arena);
	buf_clear(&p->bytes);
	free(p);
}

static uint32_t danger_of(const struct pack_field *f, const char *value)
{
	uint32_t n = 0;

	while (f->danger_order && f->danger_order[n] && strcmp(f->danger_order[n], value))
		n++;
	return n;
}

static bool leaves(const struct pack_step *s, const char *value)
{
	for (const char **v = s->from; v && *v; v++)
		if (!strcmp(*v, value) || !strcmp(*v, "*"))
			return true;
	return false;
}

bool pack_is_end(const struct pack *p, uint32_t reg, uint32_t field, const char *value)
{
	const struct pack_field *f = &p->registers[reg].fields[field];
	bool governed = false;

	for (uint32_t i = 0; i < p->step_count; i++) {
		const struct pack_step *s = &p->steps[i];

		if (s->reg != reg || s->field != field)
			continue;
		governed = true;
		if (leaves(s, value) && danger_of(f, s->to) > danger_of(f, value))
			return false;
	}
	return governed;
}
