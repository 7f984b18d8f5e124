#include "config.h"
#include "forms/pack/sound.h"

static bool index_fits(uint32_t at, uint32_t count)
{
	return at == PACK_NONE || at < count;
}

static bool field_is_sound(const struct pack *p, const struct pack_field *f)
{
	bool coded = f->type == PACK_CODE || f->type == PACK_CODES, row = f->type == PACK_ROW || f->type == PACK_ROWS;

	return f->type <= PACK_ROWS && f->merge <= PACK_DERIVE && f->class >= 0 && f->class <= 3 && *f->id && f->n && f->n <= PACK_FIELD_NUMBER_MAX &&
		index_fits(f->codes, p->codes_count) && index_fits(f->target, p->register_count) &&
		(!coded || f->codes != PACK_NONE) && (!row || f->target != PACK_NONE) && (f->merge == PACK_DERIVE) == (f->derive != NULL) &&
		(f->merge != PACK_STATE || f->danger_order);
}

static bool registers_are_sound(const struct pack *p)
{
	for (uint32_t i = 0; i < p->register_count; i++) {
		if (!*p->registers[i].id || p->registers[i].merge > PACK_DERIVE)
			return false;
		for (uint32_t k = 0; k < p->registers[i].field_count; k++)
			if (!field_is_sound(p, &p->registers[i].fields[k]))
				return false;
	}
	return true;
}

static bool step_is_sound(const struct pack *p, const struct pack_step *s)
{
	return s->reg < p->register_count && s->field < p->registers[s->reg].field_count && *s->id && s->from && *s->to;
}

static bool names_file(const struct pack *p, const struct pack_part *part, uint32_t reg)
{
	return part->reg == reg && reg < p->register_count && part->field < p->registers[reg].field_count && p->registers[reg].fields[part->field].type == PACK_FILE;
}

/* Columns follow the table they belong to. */
static bool paper_is_sound(const struct pack *p, const struct pack_paper *paper)
{
	const struct pack_part *table = NULL;

	for (uint32_t i = 0; i < paper->part_count; i++) {
		const struct pack_part *part = &paper->parts[i];

		if (part->kind >= PACK_PART_KINDS || part->class < 0 || part->class > 3 || (part->kind == PACK_PART_COLUMN && !table))
			return false;
		if (part->kind == PACK_PART_ROWS && (part->reg >= p->register_count || (part->field != PACK_NONE && part->field >= p->registers[part->reg].field_count)))
			return false;
		if (part->kind == PACK_PART_PHOTO && !names_file(p, part, table ? table->reg : paper->reg))
			return false;
		if (part->kind == PACK_PART_SIGN && part->reg != PACK_NONE && !names_file(p, part, paper->reg))
			return false;
		if (part->kind == PACK_PART_ROWS)
			table = part;
		else if (part->kind != PACK_PART_COLUMN && part->kind != PACK_PART_PHOTO)
			table = NULL;
	}
	return *paper->id && paper->reg < p->register_count;
}

static bool tables_are_sound(const struct pack *p)
{
	for (uint32_t i = 0; i < p->step_count; i++)
		if (!step_is_sound(p, &p->steps[i]))
			return false;
	for (uint32_t i = 0; i < p->kind_count; i++)
		if (p->kinds[i].first_list > p->kind_list_count || p->kinds[i].list_count > p->kind_list_count - p->kinds[i].first_list)
			return false;
	for (uint32_t i = 0; i < p->ledger_count; i++) {
		if (p->ledgers[i].reg >= p->register_count)
			return false;
		for (uint32_t k = 0; k < p->ledgers[i].column_count; k++) {
			const struct pack_column *c = &p->ledgers[i].columns[k];

			if (c->type > PACK_COLUMN_FILE || c->class < 0 || c->class > 3)
				return false;
		}
	}
	for (uint32_t i = 0; i < p->paper_count; i++)
		if (!paper_is_sound(p, &p->papers[i]))
			return false;
	return true;
}

static bool entity_is_sound(const struct pack_form *f, const struct pack_entity *e)
{
	const struct form *form = f->body->form;

	return e->repeat == FORM_NONE || (e->repeat < form->question_count && form->questions[e->repeat].type == FORM_REPEAT &&
		f->body->places[e->repeat].repeat == FORM_NONE);
}

/* A save reads what the fold can reach: no repeat at all, or the one that its rows are made of. */
static bool save_is_sound(const struct pack_form *f, const struct pack_save *s)
{
	const struct pack_place *places = f->body->places;

	if (s->question == FORM_NONE)
		return s->constant != NULL;
	if (s->question >= f->body->form->question_count || places[s->question].at == PACK_NONE)
		return false;
	return places[s->question].repeat == FORM_NONE || places[s->question].repeat == f->entities[s->entity].repeat;
}

enum err pack_form_is_sound(const struct pack_form *f)
{
	enum err e = pack_place_answers(f->body);

	if (e)
		return e;
	for (uint32_t i = 0; i < f->entity_count; i++)
		if (!entity_is_sound(f, &f->entities[i]))
			return ERR_FORMAT;
	for (uint32_t i = 0; i < f->save_count; i++)
		if (!save_is_sound(f, &f->saves[i]))
			return ERR_FORMAT;
	return ERR_OK;
}

static bool form_head_is_sound(const struct pack *p, const struct pack_form *f)
{
	for (uint32_t i = 0; i < f->entity_count; i++)
		if (f->entities[i].reg >= p->register_count || (f->entities[i].updates && !f->entities[i].entity_id))
			return false;
	for (uint32_t i = 0; i < f->save_count; i++)
		if (f->saves[i].entity >= f->entity_count || f->saves[i].field >= p->registers[f->entities[f->saves[i].entity].reg].field_count)
			return false;
	return f->body != NULL;
}

enum err pack_is_sound(const struct pack *p)
{
	bool sound = *p->id && *p->version && registers_are_sound(p) && tables_are_sound(p);

	for (uint32_t i = 0; i < p->form_count && sound; i++)
		sound = form_head_is_sound(p, &p->forms[i]);
	return sound ? ERR_OK : ERR_FORMAT;
}
