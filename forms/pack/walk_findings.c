/* What every walk has besides its lists: the place, the hazards found, notes, remarks. The hazard's fields stand in
 * hazards under the names of the questions here; what a pack's register lacks is not asked. */
#include "config.h"
#include "forms/pack/walk.h"

#include "forms/base/i18n.h"
#include "forms/xlsform/form_build.h"

#include <stdio.h>
#include <string.h>

#define ITEM "instance('xc_item')/root/item[name = current()/../item]"

static const struct pack_register *find_register(const struct walk *w, const char *id)
{
	uint32_t reg = pack_find_register(w->r->pack, id);

	return reg == PACK_NONE ? NULL : &w->r->pack->registers[reg];
}

static const struct pack_field *find_field(const struct walk *w, const char *reg, const char *id)
{
	const struct pack_register *r = find_register(w, reg);
	uint32_t at = r ? pack_find_field(r, id) : PACK_NONE;

	return at == PACK_NONE ? NULL : &r->fields[at];
}

/* ---- choice lists ---- */

/* 即 and now are no days, 24h is one, 7d seven; 案 and plan, which need a treatment plan first, have none. */
static void days_of(const char *due, char out[8])
{
	unsigned n;

	*out = '\0';
	if (!due)
		return;
	if (!strcmp(due, "即") || !strcmp(due, "now"))
		snprintf(out, 8, "0");
	else if (sscanf(due, "%3uh", &n) == 1 && strchr(due, 'h'))
		snprintf(out, 8, "%u", (n + 23) / 24);
	else if (sscanf(due, "%3ud", &n) == 1 && strchr(due, 'd'))
		snprintf(out, 8, "%u", n);
}

/* Every item of the walk that can fail, with the level and days its hazard starts from. */
static void add_items(struct walk *w)
{
	uint32_t end = w->form->question_count;

	if (!form_add_list(w->form, "xc_item"))
		return;
	for (uint32_t i = 0; i < end; i++) {
		const struct form_question *q = &w->form->questions[i];
		struct form_choice *c;
		char days[8];

		if (!q->xc[FORM_XC_LEVEL] || !form_is_asked(q->type) || !form_is_stored(q->type))
			continue;
		if (!(c = walk_add_choice(w, q->name, NULL, NULL)) || !c->columns)
			return;
		c->label = q->label;       /* texts are never changed: the choice and the item share them */
		if (strcmp(q->xc[FORM_XC_LEVEL], "-"))
			c->columns[w->level] = q->xc[FORM_XC_LEVEL];
		days_of(q->xc[FORM_XC_DUE], days);
		c->columns[w->days] = form_string(w->form, days);
	}
}

static void add_code(struct walk *w, const struct pack_code *code)
{
	walk_add_choice(w, code->name, code->label.zh, code->label.en);
}

/* Levels a walk may give: never one that only the township confirms. */
static void add_levels(struct walk *w, const struct pack_field *level)
{
	static const char *const names[] = { "G", "G+", "M?" };

	form_add_list(w->form, "xc_level");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct pack_code *code = pack_code(w->r->pack, level->codes, names[i]);

		if (code)
			add_code(w, code);
	}
}

static bool can_be_left(const struct walk *w, const struct pack_field *field, const char *value, bool *any)
{
	const struct pack *p = w->r->pack;
	uint32_t reg = pack_find_register(p, "hazards");
	bool found = false;

	for (uint32_t i = 0; i < p->step_count; i++)
		if (p->steps[i].reg == reg && &p->registers[reg].fields[p->steps[i].field] == field)
			for (const char **from = p->steps[i].from; *from; from++)
				if (strcmp(*from, "*") && strcmp(*from, "new") && strcmp(*from, "none")) {
					*any = true;
					found |= !strcmp(*from, value);
				}
	return found;
}

/* Measures that can be taken on the spot: those some step can end. */
static void add_measures(struct walk *w, const struct pack_field *control)
{
	const struct pack_codes *codes = &w->r->pack->codes[control->codes];
	bool any = false;

	for (uint32_t i = 0; i < codes->count; i++)
		can_be_left(w, control, codes->at[i].name, &any);
	form_add_list(w->form, "xc_control");
	for (uint32_t i = 0; i < codes->count; i++)
		if (!any || can_be_left(w, control, codes->at[i].name, &any))
			add_code(w, &codes->at[i]);
}

static void add_yes_no(struct walk *w)
{
	if (form_find_list(w->form, "xc_yes_no") != FORM_NONE || !form_add_list(w->form, "xc_yes_no"))
		return;
	walk_add_choice(w, "yes", "是", "Yes");
	walk_add_choice(w, "no", "否", "No");
}

/* ---- questions ---- */

struct asked {
	enum form_type type;
	const char *name, *zh, *en, *list;
	const char *relevant, *required, *calculation, *initial, *constraint, *message_zh, *message_en;
};

static const struct asked hazard_questions[] = {
	{ FORM_SELECT_ONE, "item", "检查项", "Item", .list = "xc_item", .required = "true()" },
	{ FORM_TEXT, "desc", "情况", "What is wrong", .list = NULL },
	{ FORM_SELECT_ONE, "level", "级别", "Level", .list = "xc_level", .required = "true()", .calculation = "once(" ITEM "/level)",
	  .constraint = "not(" ITEM "/level = 'M?') or . = 'M?'",
	  .message_zh = "这一项不合格就是疑似重大, 由乡镇核实定级", .message_en = "This item is a suspected major: the township judges it" },
	{ FORM_SELECT_ONE, "spot", "当场整改", "Put right on the spot", .list = "xc_yes_no", .relevant = "../level != 'M?'" },
	{ FORM_SELECT_MULTIPLE, "control", "现场措施", "Measures on the spot", .list = "xc_control" },
	{ FORM_SELECT_ONE, "informed", "已告知负责人", "Owner informed", .list = "xc_yes_no" },
	{ FORM_TEXT, "owner", "责任人", "Responsible person", .relevant = "../informed = 'yes'", .required = "../spot != 'yes'", .initial = "instance('row')/root/owner" },
	{ FORM_TEXT, "phone", "电话", "Telephone", .relevant = "../informed = 'yes'", .initial = "instance('row')/root/phone" },
	{ FORM_DATE, "due", "期限", "Due", .relevant = "../spot != 'yes'", .required = "../informed = 'yes'",
	  .calculation = "once(if(" ITEM "/days = '', '', date(today() + " ITEM "/days)))" },
	{ FORM_IMAGE, "photo_before", "整改前照片", "Photo before", .list = NULL },
	{ FORM_IMAGE, "photo_after", "整改后照片", "Photo after", .relevant = "../spot = 'yes'" },
	{ FORM_GEOPOINT, "pos", "位置", "Position", .list = NULL }
};

static const struct asked note_questions[] = {
	{ FORM_SELECT_ONE, "item", "检查项", "Item", .list = "xc_item" },
	{ FORM_TEXT, "words", "备注", "Words", .list = NULL },
	{ FORM_IMAGE, "photo", "照片", "Photo", .list = NULL }
};

static struct form_question *ask(struct walk *w, const struct asked *a, uint32_t parent, const char *save_to)
{
	struct form_question *q = walk_add(w, a->type, a->name, a->zh, a->en);
	struct form *f = w->form;

	if (!q)
		return NULL;
	q->parent = parent;
	q->list = a->list ? form_find_list(f, a->list) : FORM_NONE;
	q->relevant = form_string(f, a->relevant);
	q->required = form_string(f, a->required);
	q->calculation = form_string(f, a->calculation);
	q->initial = form_string(f, a->initial);
	q->constraint = form_string(f, a->constraint);
	form_set_text(f, &q->constraint_message, WALK_ZH, a->message_zh);
	form_set_text(f, &q->constraint_message, WALK_EN, a->message_en);
	q->save_to = form_string(f, save_to);
	return q;
}

/* A repeat of these questions; none at the start. Those saved are asked only when `reg` has their field. */
static void add_repeat(struct walk *w, const char *name, const char *zh, const char *en, const struct asked *questions, size_t n, const char *reg)
{
	uint32_t repeat = w->form->question_count;
	struct form_question *q = walk_add(w, FORM_REPEAT, name, zh, en);

	if (!q)
		return;
	q->initial = form_string(w->form, "0");
	for (size_t i = 0; i < n; i++)
		if (!reg || find_field(w, reg, questions[i].name))
			ask(w, &questions[i], repeat, reg ? questions[i].name : NULL);
	w->form->questions[repeat].end = w->form->question_count;
}

/* ---- front and end ---- */

void walk_open(struct walk *w)
{
	struct form_question *q = walk_add(w, FORM_ROW, "xc_place", "场所", "Place");
	char save[80];

	if (!q)
		return;
	q->type_name = form_string(w->form, "row places");
	q->source = form_string(w->form, "places");
	q->initial = form_string(w->form, "instance('row')/root/__id");
	q->required = form_string(w->form, "true()");
	q->readonly = form_string(w->form, "true()");
	snprintf(save, sizeof save, "%s%s", find_field(w, "inspections", "place") ? "inspections.place " : "", find_field(w, "hazards", "place") ? "hazards.place" : "");
	q->save_to = form_string(w->form, save);
}

static void add_remarks(struct walk *w)
{
	static const struct { const char *field; struct asked a; } remarks[] = {
		{ "unannounced", { FORM_SELECT_ONE, "xc_unannounced", "四不两直", "Unannounced", .list = "xc_yes_no" } },
		{ "note", { FORM_TEXT, "xc_remark", "备注", "Remarks", .list = NULL } },
		{ "pos", { FORM_START_GEOPOINT, "xc_position", "位置", "Position", .list = NULL } },
		{ "signed", { FORM_TEXT, "xc_signed", "责任人签收 (姓名)", "Signed by (name)", .initial = NULL } },
		{ "signature", { FORM_SIGNATURE, "xc_signature", "签名图片", "Picture of the signature", .initial = NULL } }
	};
	char save[64];

	for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++)
		if (find_field(w, "inspections", remarks[i].field)) {
			snprintf(save, sizeof save, "inspections.%s", remarks[i].field);
			ask(w, &remarks[i].a, FORM_NONE, save);
		}
}

/* Steps of a hazard found: those of its loop that the pack has. */
static const char *steps(struct walk *w)
{
	static const struct { const char *step, *when; } taken[] = {
		{ "notify", "${informed} = 'yes' and ${spot} != 'yes'" }, { "control", "${control} != ''" }, { "verify_ask", "${level} = 'M?'" }
	};
	const struct pack *p = w->r->pack;
	uint32_t reg = pack_find_register(p, "hazards");
	struct buf text = { 0 };
	const char *s;

	if (pack_find_step(p, reg, "register") == PACK_NONE)
		return NULL;
	buf_puts(&text, "concat(");
	if (pack_find_step(p, reg, "spot_fix") != PACK_NONE && find_field(w, "hazards", "spot"))
		buf_puts(&text, "if(${spot} = 'yes', 'spot_fix', 'register')");
	else
		buf_puts(&text, "'register'");
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (pack_find_step(p, reg, taken[i].step) != PACK_NONE)
			buf_printf(&text, ", if(%s, ' %s', '')", taken[i].when, taken[i].step);
	buf_puts(&text, ")");
	s = form_string(w->form, buf_str(&text));
	buf_clear(&text);
	return s;
}

static void add_entity(struct walk *w, const char *reg, const char *repeat, const char *entity_id, const char *update_if, const char *step)
{
	struct form_entity *e = form_add_entity(w->form);

	if (!e)
		return;
	e->dataset = form_string(w->form, reg);
	e->repeat = form_string(w->form, repeat);
	e->entity_id = form_string(w->form, entity_id);
	e->update_if = form_string(w->form, update_if);
	e->step = form_string(w->form, step);
}

void walk_close(struct walk *w)
{
	const struct pack_field *level = find_field(w, "hazards", "level"), *control = find_field(w, "hazards", "control");

	add_items(w);
	add_yes_no(w);
	if (level && level->codes != PACK_NONE)
		add_levels(w, level);
	if (control && control->codes != PACK_NONE)
		add_measures(w, control);
	if (find_register(w, "inspections"))
		add_entity(w, "inspections", NULL, NULL, NULL, NULL);
	if (find_register(w, "hazards")) {
		uint32_t repeat = w->form->question_count;

		add_repeat(w, "xc_hazard", "隐患", "Hazards", hazard_questions, sizeof hazard_questions / sizeof *hazard_questions, "hazards");
		if (find_field(w, "inspections", "failed") && repeat < w->form->question_count)
			w->form->questions[repeat].save_to = form_string(w->form, "inspections.failed");
		add_entity(w, "hazards", "xc_hazard", NULL, NULL, steps(w));
	}
	add_repeat(w, "xc_note", "备注", "Notes", note_questions, sizeof note_questions / sizeof *note_questions, NULL);
	add_remarks(w);
	if (w->touches)
		add_entity(w, "places", NULL, "${xc_place}", buf_str(&w->touched), NULL);
}

/* ---- fixed values ---- */

static void add_constant(struct walk *w, struct pack_form *f, const char *reg, const char *field, const char *value)
{
	const struct pack_register *r = find_register(w, reg);
	uint32_t at = r ? pack_find_field(r, field) : PACK_NONE;
	struct pack_save *save;

	if (at == PACK_NONE || (r->fields[at].codes != PACK_NONE && !pack_code(w->r->pack, r->fields[at].codes, value)))
		return;
	for (uint32_t e = 0; e < f->entity_count; e++)
		if (&w->r->pack->registers[f->entities[e].reg] == r && (save = read_add(w->r, READ_ROWS, &f->saves, &f->save_count, sizeof *save)))
			*save = (struct pack_save){ .question = FORM_NONE, .entity = e, .field = at, .constant = read_string(w->r, value) };
}

void walk_add_constants(struct walk *w, struct pack_form *f)
{
	add_constant(w, f, "inspections", "kind", w->kind->id);
	add_constant(w, f, "inspections", "source", "patrol");
	add_constant(w, f, "hazards", "kind", w->kind->id);
	add_constant(w, f, "hazards", "src", "patrol");
	compile_sort(f);
}
