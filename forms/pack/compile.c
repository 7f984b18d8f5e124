/* From save_to and the entities sheet to plain instructions: which answer becomes which field of which row. The fold
 * follows them without evaluating anything. */
#include "config.h"
#include "forms/pack/read.h"

#include "forms/base/i18n.h"
#include "forms/xlsform/form_build.h"

#include <stdlib.h>
#include <string.h>

#define SUBJECT "instance('row')/root/__id"

struct compiler { struct read *r; struct pack_form *f; struct form *form; };

/* ---- entities ---- */

static void compile_entity(struct compiler *c, const struct form_entity *line)
{
	struct pack *p = c->r->pack;
	struct pack_entity e = { .reg = pack_find_register(p, line->dataset ? line->dataset : ""), .repeat = FORM_NONE }, *at;

	c->r->row = line->row;
	if (e.reg == PACK_NONE) {
		read_fault(c->r, "entities list_name", _("没有登记簿 \"%s\" (registers.csv)"), line->dataset ? line->dataset : "");
		return;
	}
	if (line->repeat) {
		e.repeat = form_find(c->form, line->repeat, 0);
		if (e.repeat == FORM_NONE || c->form->questions[e.repeat].type != FORM_REPEAT) {
			read_fault(c->r, "entities repeat", _("表单里没有重复组 \"%s\""), line->repeat);
			return;
		}
		for (uint32_t up = c->form->questions[e.repeat].parent; up != FORM_NONE; up = c->form->questions[up].parent)
			if (c->form->questions[up].type == FORM_REPEAT)
				read_fault(c->r, "entities repeat", _("重复组 \"%s\" 套在另一个重复组里, 不能各成一行"), line->repeat);
	}
	for (uint32_t i = 0; i < c->f->entity_count; i++)
		if (c->f->entities[i].reg == e.reg && (c->f->entities[i].repeat == FORM_NONE) == (e.repeat == FORM_NONE))
			read_fault(c->r, "entities list_name", _("登记簿 %s 在同一层写了两次"), line->dataset);
	e.entity_id = read_string(c->r, line->entity_id);
	e.create_if = read_string(c->r, line->create_if);
	e.update_if = read_string(c->r, line->update_if);
	e.step = read_string(c->r, line->step);
	e.creates = !e.entity_id || e.create_if;
	e.updates = e.entity_id && (e.update_if || !e.create_if);
	if (e.update_if && !e.entity_id)
		read_fault(c->r, "entities update_if", _("写了 update_if 就要写 entity_id (改哪一行)"));
	if ((at = read_add(c->r, READ_ROWS, &c->f->entities, &c->f->entity_count, sizeof *at)))
		*at = e;
}

/* The entity of the repeat that question `q` lies in (FORM_NONE: of no repeat) for register `reg` (PACK_NONE: the first).
 * A question outside all repeats also reaches an entity of a repeat, when its register is named. */
static uint32_t find_entity(const struct compiler *c, uint32_t q, uint32_t reg)
{
	uint32_t repeat = c->form->questions[q].parent;

	while (repeat != FORM_NONE && c->form->questions[repeat].type != FORM_REPEAT)
		repeat = c->form->questions[repeat].parent;
	for (uint32_t i = 0; i < c->f->entity_count; i++)
		if (c->f->entities[i].repeat == repeat && (reg == PACK_NONE || c->f->entities[i].reg == reg))
			return i;
	for (uint32_t i = 0; i < c->f->entity_count && repeat == FORM_NONE && reg != PACK_NONE; i++)
		if (c->f->entities[i].reg == reg)
			return i;
	return PACK_NONE;
}

/* ---- saves ---- */

static bool is_words(enum form_type t)
{
	return t == FORM_TEXT || t == FORM_BARCODE || t == FORM_CALCULATE || t == FORM_HIDDEN || t == FORM_USERNAME || t == FORM_DEVICEID ||
		t == FORM_PHONENUMBER || t == FORM_EMAIL || t == FORM_ACKNOWLEDGE || t == FORM_OTHER;
}

/* May an answer of this question stand in this field? Values are copied as they are, so their forms must be the same. */
static bool types_fit(const struct compiler *c, const struct form_question *q, const struct pack_field *field)
{
	const struct pack *p = c->r->pack;
	const char *target = field->target == PACK_NONE ? "" : p->registers[field->target].id;

	switch (field->type) {
	case PACK_TEXT: return is_words(q->type) || q->type == FORM_SELECT_ONE || q->type == FORM_INTEGER || q->type == FORM_GEOTRACE || q->type == FORM_GEOSHAPE;
	case PACK_INTEGER: return q->type == FORM_INTEGER || q->type == FORM_REPEAT || q->type == FORM_CALCULATE;
	case PACK_DECIMAL: return q->type == FORM_INTEGER || q->type == FORM_DECIMAL || q->type == FORM_RANGE || q->type == FORM_CALCULATE;
	case PACK_DATE: return q->type == FORM_DATE || q->type == FORM_TODAY;
	case PACK_TIME: return q->type == FORM_TIME;
	case PACK_DATETIME: return q->type == FORM_DATETIME || q->type == FORM_START || q->type == FORM_END;
	case PACK_CODE: return q->type == FORM_SELECT_ONE || q->type == FORM_CALCULATE || q->type == FORM_HIDDEN;
	case PACK_CODES: return q->type == FORM_SELECT_MULTIPLE;
	case PACK_POSITION: return q->type == FORM_GEOPOINT || q->type == FORM_START_GEOPOINT;
	case PACK_FILE:
		return q->type == FORM_IMAGE || q->type == FORM_AUDIO || q->type == FORM_VIDEO || q->type == FORM_FILE || q->type == FORM_SIGNATURE;
	case PACK_ROW: return q->type == FORM_ROW && q->source && !strcmp(q->source, target);
	case PACK_ROWS: return (q->type == FORM_ROW || q->type == FORM_ROWS) && q->source && !strcmp(q->source, target);
	}
	return false;
}

/* Every choice must be a word of the field's list, so that the digest never holds one that no list explains. */
static void check_choices(struct compiler *c, const struct form_question *q, const struct pack_field *field)
{
	if (q->list == FORM_NONE || field->codes == PACK_NONE)
		return;
	for (uint32_t i = 0; i < c->form->lists[q->list].count; i++) {
		const char *name = c->form->choices[c->form->lists[q->list].first + i].name;

		if (!pack_code(c->r->pack, field->codes, name))
			read_fault(c->r, "survey save_to", _("选项 \"%s\" (%s) 不在字段 %s 的词表 %s 里"), name, q->name, field->id, c->r->pack->codes[field->codes].id);
	}
}

static void add_save(struct compiler *c, uint32_t question, uint32_t entity, const char *id)
{
	const struct pack_register *reg = &c->r->pack->registers[c->f->entities[entity].reg];
	struct form_question *q = &c->form->questions[question];
	uint32_t at = pack_find_field(reg, id);
	struct pack_save *save;

	if (at == PACK_NONE) {
		read_fault(c->r, "survey save_to", _("登记簿 %s 没有字段 \"%s\" (fields.csv)"), reg->id, id);
		return;
	}
	const struct pack_field *field = &reg->fields[at];

	if (field->merge == PACK_DERIVE)
		read_fault(c->r, "survey save_to", _("%s.%s 是算出来的, 不能存"), reg->id, id);
	else if (!types_fit(c, q, field))
		read_fault(c->r, "survey save_to", _("%s 的类型 (%s) 放不进 %s.%s"), q->name, q->type_name ? q->type_name : "", reg->id, id);
	else if (c->f->entities[entity].repeat == FORM_NONE && c->f->body->places[question].repeat != FORM_NONE)
		read_fault(c->r, "survey save_to", _("%s 在重复组里, 不能存进只有一行的 %s"), q->name, reg->id);
	check_choices(c, q, field);
	if (field->class > pack_class(q)) {
		static const char *const classes[] = { "P0", "P1", "P2", "P3" };

		q->xc[FORM_XC_CLASS] = form_string(c->form, classes[field->class]);
	}
	if ((save = read_add(c->r, READ_ROWS, &c->f->saves, &c->f->save_count, sizeof *save)))
		*save = (struct pack_save){ .question = question, .entity = entity, .field = at };
}

/* "FIELD REGISTER.FIELD ..." */
static void compile_save(struct compiler *c, uint32_t question)
{
	struct form_question *q = &c->form->questions[question];

	c->r->row = q->row;
	for (const char **word = q->save_to ? read_words(c->r, q->save_to) : NULL; word && *word; word++) {
		const char *dot = strchr(*word, '.'), *field = dot ? dot + 1 : *word;
		const char *id = dot ? form_string_n(c->r->pack->arena, *word, (size_t)(dot - *word)) : NULL;
		uint32_t reg = dot ? pack_find_register(c->r->pack, id ? id : "") : PACK_NONE, entity;

		if (dot && reg == PACK_NONE)
			read_fault(c->r, "survey save_to", _("没有登记簿 \"%s\" (registers.csv)"), id ? id : "");
		else if ((entity = find_entity(c, question, reg)) == PACK_NONE)
			read_fault(c->r, "survey save_to", _("\"%s\": entities 表里没有这一层的登记簿"), *word);
		else
			add_save(c, question, entity, field);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct pack_save *x = a, *y = b;

	if (x->entity != y->entity)
		return x->entity < y->entity ? -1 : 1;
	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return x->question < y->question ? -1 : x->question > y->question;
}

void compile_sort(struct pack_form *f)
{
	if (f->save_count)
		qsort(f->saves, f->save_count, sizeof *f->saves, by_place);
}

/* ---- who opens it, on what ---- */

static const char *find_subject(const struct compiler *c)
{
	for (uint32_t i = 0; i < c->f->entity_count; i++)
		if (c->f->entities[i].entity_id && !strcmp(c->f->entities[i].entity_id, SUBJECT))
			return c->r->pack->registers[c->f->entities[i].reg].id;
	for (uint32_t q = 0; q < c->form->question_count; q++) {
		const struct form_question *question = &c->form->questions[q];

		if (question->type == FORM_ROW && question->initial && !strcmp(question->initial, SUBJECT))
			return read_string(c->r, question->source);
	}
	return NULL;
}

/* Who may submit it, when its settings do not say: everybody whom one of the steps it takes lets; the township alone for
 * rows that everybody has; else any worker. */
static uint32_t find_roles(const struct compiler *c)
{
	uint32_t roles = 0;

	for (uint32_t i = 0; i < c->r->pack->step_count; i++)
		if (c->r->pack->steps[i].form && !strcmp(c->r->pack->steps[i].form, c->form->id))
			roles |= c->r->pack->steps[i].roles;
	for (uint32_t i = 0; i < c->f->entity_count && !roles; i++)
		if (c->r->pack->registers[c->f->entities[i].reg].township)
			roles = PACK_TOWN;
	return roles;
}

void compile_form(struct read *r, uint32_t form)
{
	struct compiler c = { r, &r->pack->forms[form], r->pack->forms[form].body->form };
	enum err e = pack_place_answers(c.f->body);

	if (e) {
		read_fault_of(r, NULL, e);
		return;
	}
	for (uint32_t i = 0; i < c.form->entity_count; i++)
		compile_entity(&c, &c.form->entities[i]);
	for (uint32_t q = 0; q < c.form->question_count && c.f->entity_count == c.form->entity_count; q++)
		compile_save(&c, q);
	r->row = 0;
	compile_sort(c.f);
	c.f->subject = find_subject(&c);
	if (!c.f->roles)
		c.f->roles = find_roles(&c);
}
