#include "config.h"
#include "sync/ledger/fold/plan.h"

#include "sync/ledger/fold/judge.h"
#include "sync/ledger/profile/profile.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum err plans_pack(struct plans *s, struct profile *p, const char *version, const struct pack **out)
{
	const char *slash = strchr(version, '/');
	char id[66];
	enum err e;

	if (s->last && !strcmp(s->version, version)) {
		*out = s->last;
		return ERR_OK;
	}
	if (!slash || slash - version >= (ptrdiff_t)sizeof id || strlen(version) >= sizeof s->version)
		return err_set(ERR_NOTFOUND, _("记录用的业务包名称不对: %.80s"), version);
	memcpy(id, version, (size_t)(slash - version));
	id[slash - version] = '\0';
	if ((e = profile_pack(p, id, slash + 1, out)))
		return e;
	s->last = *out;
	memcpy(s->version, version, strlen(version) + 1);
	return ERR_OK;
}

static bool is_personal(const struct form_question *q)
{
	const char *c = q ? q->xc[FORM_XC_CLASS] : NULL;

	return c && (!strcmp(c, "P2") || !strcmp(c, "P3"));
}

static void fill_save(const struct plan *pl, const struct form *form, const struct plan_entity *en, const struct pack_save *from, struct plan_save *to)
{
	const struct pack_field *f = &pl->pack->registers[en->reg].fields[from->field];
	const struct form_question *q = from->question < form->question_count ? &form->questions[from->question] : NULL;

	to->question = q ? from->question : FORM_NONE;
	to->repeated = q && en->repeat != FORM_NONE && from->question > en->repeat && from->question < form->questions[en->repeat].end;
	to->personal = is_personal(q);
	to->governed = judge_governed(pl->pack, en->reg, from->field);
	to->link = f->type == PACK_ROW || f->type == PACK_ROWS;
	to->n = f->n;
	to->merge = f->merge;
	to->constant = from->constant;
}

static bool fill_plan(struct plan *pl, const struct pack_form *pf, const struct form *form)
{
	for (uint32_t i = 0; i < pf->entity_count; i++) {
		struct plan_entity *en = &pl->entities[i];

		en->reg = pf->entities[i].reg;
		en->repeat = pf->entities[i].repeat;
		if (!(en->saves = calloc(pf->save_count + 1, sizeof *en->saves)))
			return false;
		for (uint32_t k = 0; k < pf->save_count; k++)
			if (pf->saves[k].entity == i)
				fill_save(pl, form, en, &pf->saves[k], &en->saves[en->save_count++]);
	}
	return true;
}

static void free_plan(struct plan *pl)
{
	for (uint32_t i = 0; pl && pl->entities && i < pl->entity_count; i++)
		free(pl->entities[i].saves);
	free(pl ? pl->entities : NULL);
	free(pl);
}

static struct plan *make_plan(const struct pack *pack, uint32_t number, const struct form *form)
{
	const struct pack_form *pf = &pack->forms[number];
	struct plan *pl = calloc(1, sizeof *pl);

	if (!pl)
		return NULL;
	pl->pack = pack;
	pl->form = number;
	pl->entity_count = pf->entity_count;
	pl->entities = calloc(pf->entity_count + 1, sizeof *pl->entities);
	if (!pl->entities || !fill_plan(pl, pf, form)) {
		free_plan(pl);
		return NULL;
	}
	return pl;
}

enum err plans_get(struct plans *s, const struct pack *pack, uint32_t form, const struct plan **out)
{
	const struct form *asked;
	struct plan **at, *pl;
	enum err e;

	for (uint32_t i = 0; i < s->count; i++)
		if (s->at[i]->pack == pack && s->at[i]->form == form) {
			*out = s->at[i];
			return ERR_OK;
		}
	if (form >= pack->form_count)
		return err_set(ERR_FORMAT, _("业务包 %s 没有第 %u 张表单"), pack->version, form);
	if ((e = pack_form_read(&pack->forms[form], &asked)))
		return e;
	if (!(at = realloc(s->at, (s->count + 1) * sizeof *at)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	s->at = at;
	if (!(pl = make_plan(pack, form, asked)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	*out = s->at[s->count++] = pl;
	return ERR_OK;
}

void plans_clear(struct plans *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		free_plan(s->at[i]);
	free(s->at);
	*s = (struct plans){ 0 };
}
