#include "config.h"
#include "forms/pack/check_parts.h"

#include "forms/base/i18n.h"
#include "forms/pack/literal.h"

#include <stdio.h>
#include <string.h>

/* ---- translations ---- */

static bool has_text(const struct form *f, const struct form_text *t, const char *code)
{
	uint32_t language = form_language(f, code);

	if (!strcmp(code, "en") && language == form_language(f, "zh"))
		return false;
	return language < t->count && t->in[language];
}

/* Both languages, or none: a question may go without a label, but not without half of it. */
static void check_text(struct read *r, const struct form *f, const struct form_text *t, const char *column, const char *name)
{
	bool zh = has_text(f, t, "zh"), en = has_text(f, t, "en");

	if (zh && !en)
		read_warn(r, column, _("%s 没有英文"), name);
	else if (en && !zh)
		read_warn(r, column, _("%s 没有中文"), name);
}

static void check_translations(struct read *r, const struct read_form *file)
{
	const struct form *f = file->form;

	for (uint32_t i = 0; i < f->question_count; i++) {
		const struct form_question *q = &f->questions[i];

		check_at(r, file->file, q->row);
		check_text(r, f, &q->label, "survey label", q->name);
		check_text(r, f, &q->hint, "survey hint", q->name);
		check_text(r, f, &q->constraint_message, "survey constraint_message", q->name);
	}
	for (uint32_t i = 0; i < f->choice_count; i++) {
		check_at(r, file->file, f->choices[i].row);
		check_text(r, f, &f->choices[i].label, "choices label", f->choices[i].name);
	}
}

/* ---- instance('row')/root/FIELD ---- */

static const char *const row_columns[] = { "__id", "__number" };      /* a row's own, beside its fields */

/* Every field of the subject row that an expression reads must be one of its register. */
static void check_row_paths(struct read *r, const char *text, const char *column, const struct pack_register *subject)
{
	static const char path[] = "instance('row')/root/";

	for (const char *at = text; at && (at = strstr(at, path)); ) {
		char name[128];
		size_t len;
		bool own = false;

		at += sizeof path - 1;
		len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
		snprintf(name, sizeof name, "%.*s", (int)len, at);
		for (size_t i = 0; i < sizeof row_columns / sizeof *row_columns; i++)
			own |= !strcmp(name, row_columns[i]);
		if (own)
			continue;
		if (!subject)
			read_fault(r, column, _("这张表单不从某一行打开, 读不到 instance('row')/root/%s"), name);
		else if (pack_find_field(subject, name) == PACK_NONE)
			read_fault(r, column, _("登记簿 %s 没有字段 \"%s\""), subject->id, name);
	}
}

static void check_paths(struct read *r, const char *file, const struct form *f, const struct pack_register *subject)
{
	for (uint32_t i = 0; i < f->question_count; i++) {
		const struct form_question *q = &f->questions[i];

		check_at(r, file, q->row);
		check_row_paths(r, q->relevant, "survey relevant", subject);
		check_row_paths(r, q->constraint, "survey constraint", subject);
		check_row_paths(r, q->required, "survey required", subject);
		check_row_paths(r, q->readonly, "survey readonly", subject);
		check_row_paths(r, q->calculation, "survey calculation", subject);
		check_row_paths(r, q->initial, "survey default", subject);
		check_row_paths(r, q->choice_filter, "survey choice_filter", subject);
		check_row_paths(r, q->xc[FORM_XC_FAIL], "bind::xc:fail", subject);
		check_row_paths(r, q->xc[FORM_XC_WARN], "bind::xc:warn", subject);
	}
}

/* ---- rows and steps ---- */

/* Does a step of the register move this field? Then only a step may write it. */
static bool is_governed(const struct pack *p, uint32_t reg, uint32_t field)
{
	for (uint32_t i = 0; i < p->step_count; i++)
		if (p->steps[i].reg == reg && p->steps[i].field == field)
			return true;
	return false;
}

/* Does an xc:step expression name a step of the register that moves this field (PACK_NONE: any)? */
static bool takes_step(const struct pack *p, uint32_t reg, uint32_t field, const char *step)
{
	char word[LITERAL_MAX];

	for (struct literal l = { .at = step }; literal_next(&l, word); ) {
		uint32_t at = pack_find_step(p, reg, word);

		if (at != PACK_NONE && (field == PACK_NONE || p->steps[at].field == field))
			return true;
	}
	return false;
}

static void check_entities(struct read *r, const struct pack_form *f, const char *file)
{
	const struct pack *p = r->pack;

	for (uint32_t i = 0; i < f->entity_count; i++) {
		const struct pack_entity *e = &f->entities[i];

		check_at(r, file, f->body->form->entities[i].row);
		if (e->step && !takes_step(p, e->reg, PACK_NONE, e->step))
			read_fault(r, "entities xc:step", _("\"%s\" 里没有登记簿 %s 的步骤 (workflow.csv)"), e->step, p->registers[e->reg].id);
		for (uint32_t k = 0; k < f->save_count; k++)
			if (f->saves[k].entity == i && is_governed(p, e->reg, f->saves[k].field) && !takes_step(p, e->reg, f->saves[k].field, e->step))
				read_fault(r, "entities xc:step", _("%s.%s 只能由流程的步骤改; xc:step 里要有动它的步骤"), p->registers[e->reg].id,
				           p->registers[e->reg].fields[f->saves[k].field].id);
	}
}

static void check_rows_asked(struct read *r, const struct read_form *file)
{
	for (uint32_t i = 0; i < file->form->question_count; i++) {
		const struct form_question *q = &file->form->questions[i];

		check_at(r, file->file, q->row);
		if ((q->type == FORM_ROW || q->type == FORM_ROWS) && pack_find_register(r->pack, q->source ? q->source : "") == PACK_NONE)
			read_fault(r, "survey type", _("没有登记簿 \"%s\" (registers.csv)"), q->source ? q->source : "");
	}
}

static const struct pack_register *subject_of(const struct pack *p, const char *id)
{
	uint32_t reg = id ? pack_find_register(p, id) : PACK_NONE;

	return reg == PACK_NONE ? NULL : &p->registers[reg];
}

void check_forms(struct read *r)
{
	const struct pack *p = r->pack;

	for (uint32_t i = 0; i < r->form_count; i++) {
		const struct read_form *file = &r->forms[i];
		const struct pack_form *f = &p->forms[i];

		check_translations(r, file);
		check_paths(r, file->file, f->body->form, subject_of(p, f->subject));
		check_rows_asked(r, file);
		check_entities(r, f, file->file);
		check_at(r, file->file, 0);
		if (f->title.en == f->title.zh)
			read_warn(r, "settings form_title", _("表单 %s 没有英文标题"), f->id);
	}
	for (uint32_t i = 0; i < r->list_count; i++) {
		check_translations(r, &r->lists[i]);
		check_paths(r, r->lists[i].file, r->lists[i].form, subject_of(p, "places"));
	}
}
