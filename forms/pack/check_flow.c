/* The workflow as a graph: for every field that steps move, can each of its values be reached, can it be left, and by
 * somebody else than the one who brought it there. */
#include "config.h"
#include "forms/pack/check_parts.h"

#include "forms/base/i18n.h"
#include "forms/pack/cond.h"
#include "forms/pack/literal.h"
#include "forms/expr/expr.h"

#include <stdio.h>
#include <string.h>

enum { STATES_MAX = 64 };

/* The values of one field that steps move. */
struct flow {
	struct read *r;
	uint32_t reg, field;
	const struct pack_field *f;
	const struct pack_codes *codes;
};

static const struct pack_field *field_of(const struct pack *p, const struct pack_step *s)
{
	return &p->registers[s->reg].fields[s->field];
}

static bool is_word(const char *s, const char *a, const char *b, const char *c)
{
	return !strcmp(s, a) || !strcmp(s, b) || !strcmp(s, c);
}

/* ---- one line ---- */

static void check_when(struct read *r, const struct pack_step *s)
{
	const struct pack_register *reg = &r->pack->registers[s->reg];
	struct cond_term t;
	char name[128], value[128];

	for (const char *at = s->when; cond_next(&at, &t); ) {
		snprintf(name, sizeof name, "%.*s", (int)t.field_len, t.field);
		uint32_t field = pack_find_field(reg, name);

		if (field == PACK_NONE) {
			read_fault(r, "when", _("登记簿 %s 没有字段 \"%s\""), reg->id, name);
			continue;
		}
		for (size_t i = 0; i < t.values_len && reg->fields[field].codes != PACK_NONE; ) {
			size_t len = strcspn(t.values + i, "| ");

			len = len > t.values_len - i ? t.values_len - i : len;
			snprintf(value, sizeof value, "%.*s", (int)len, t.values + i);
			if (len && !pack_code(r->pack, reg->fields[field].codes, value))
				read_fault(r, "when", _("%s 没有值 \"%s\""), name, value);
			i += len + 1;
		}
	}
}

static void check_values(struct read *r, const struct pack_step *s)
{
	const struct pack_field *f = field_of(r->pack, s);

	if (f->codes == PACK_NONE) {
		read_fault(r, "field", _("%s 不是 code 或 codes 字段, 不能当状态"), f->id);
		return;
	}
	for (const char **from = s->from; *from; from++)
		if (!is_word(*from, "new", "none", "*") && !pack_code(r->pack, f->codes, *from))
			read_fault(r, "from", _("%s 没有值 \"%s\""), f->id, *from);
	if (strcmp(s->to, "=") && !pack_code(r->pack, f->codes, s->to))
		read_fault(r, "to", _("%s 没有值 \"%s\""), f->id, s->to);
}

/* The expression of `needs` over the form's own questions. */
static void check_needs(struct read *r, const struct pack_step *s, const struct form *form)
{
	struct expr *x;
	const char *name;

	if (!s->needs)
		return;
	if (expr_parse(s->needs, &x)) {
		read_fault(r, "needs", "%s", err_detail());
		return;
	}
	for (size_t i = 0; form && (name = expr_name(x, i)); i++)
		if (form_find(form, name, 0) == FORM_NONE)
			read_fault(r, "needs", _("表单 %s 没有问题 \"%s\""), form->id, name);
	expr_free(x);
}

static void check_step_form(struct read *r, const struct pack_step *s)
{
	uint32_t at = s->form ? pack_find_form(r->pack, s->form) : PACK_NONE;
	const struct pack_form *f = at == PACK_NONE ? NULL : &r->pack->forms[at];
	bool taken = false;

	if (s->form && !f)
		read_fault(r, "form", _("没有表单 \"%s\" (forms/)"), s->form);
	for (uint32_t i = 0; f && i < f->entity_count; i++)
		taken |= f->entities[i].reg == s->reg && f->entities[i].step && literal_has(f->entities[i].step, s->id);
	if (f && !taken)
		read_fault(r, "form", _("表单 %s 的 entities 表里没有走步骤 \"%s\" (xc:step)"), s->form, s->id);
	if (!s->form || taken)
		check_needs(r, s, f ? f->body->form : NULL);
}

static void check_line(struct read *r, uint32_t i)
{
	const struct pack_step *s = &r->pack->steps[i];

	check_at(r, "workflow.csv", r->rows[READ_STEPS][i]);
	if (s->label.en == s->label.zh)
		read_warn(r, "en", _("\"%s\" 没有英文"), s->label.zh);
	check_values(r, s);
	check_when(r, s);
	check_step_form(r, s);
	for (const char **other = s->not_same_person_as; other && *other; other++)
		if (pack_find_step(r->pack, s->reg, *other) == PACK_NONE)
			read_fault(r, "not_same_person_as", _("登记簿 %s 没有步骤 \"%s\""), r->pack->registers[s->reg].id, *other);
}

/* ---- the whole field ---- */

static bool has_word(const char **words, const char *word)
{
	for (; words && *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

static bool leaves(const struct pack_step *s, const char *state)
{
	return (has_word(s->from, state) || has_word(s->from, "*")) && strcmp(s->to, state);
}

static bool moves(const struct flow *w, const struct pack_step *s)
{
	return s->reg == w->reg && s->field == w->field;
}

/* Can any step end in this value? One whose value the form gives ("=") may end in all that the form offers. */
static bool enters(const struct pack_step *s, const char *state)
{
	return !strcmp(s->to, state) || !strcmp(s->to, "=");
}

static bool is_reachable(const struct flow *w, const char *state)
{
	bool reached[STATES_MAX] = { false }, more = true;
	const struct pack *p = w->r->pack;

	while (more) {
		more = false;
		for (uint32_t i = 0; i < p->step_count; i++) {
			const struct pack_step *s = &p->steps[i];
			bool open = has_word(s->from, "new") || has_word(s->from, "none") || has_word(s->from, "*");

			if (!moves(w, s))
				continue;
			for (uint32_t k = 0; k < w->codes->count; k++)
				open |= reached[k] && has_word(s->from, w->codes->at[k].name);
			for (uint32_t k = 0; open && k < w->codes->count; k++)
				if (!reached[k] && enters(s, w->codes->at[k].name))
					reached[k] = more = true;
		}
	}
	for (uint32_t k = 0; k < w->codes->count; k++)
		if (!strcmp(w->codes->at[k].name, state))
			return reached[k];
	return false;
}

/* The value in which a matter may rest: the least dangerous, last in danger_order or in the list. */
static bool may_rest(const struct flow *w, const char *state)
{
	const char **last = w->f->danger_order;

	while (last && *last && last[1])
		last++;
	return !strcmp(state, last && *last ? *last : w->codes->at[w->codes->count - 1].name);
}

/* The file row of the first step that can end in `state`. */
static uint32_t row_of(const struct flow *w, const char *state)
{
	for (uint32_t i = 0; i < w->r->pack->step_count; i++)
		if (moves(w, &w->r->pack->steps[i]) && enters(&w->r->pack->steps[i], state))
			return w->r->rows[READ_STEPS][i];
	return 0;
}

static bool forbids(const struct pack_step *s, const struct flow *w, const char *state)
{
	for (uint32_t i = 0; i < w->r->pack->step_count; i++) {
		const struct pack_step *in = &w->r->pack->steps[i];

		if (moves(w, in) && !strcmp(in->to, state) && !has_word(s->not_same_person_as, in->id))
			return false;
	}
	return true;
}

/* A state that only one role can leave, that the same role brings about, and whose leaving is forbidden to the one who
 * did: in a village with one such person nobody can. */
static void check_own_fixer(const struct flow *w, const char *state)
{
	uint32_t in = 0, out = 0;
	bool any = false, all_forbid = true;

	for (uint32_t i = 0; i < w->r->pack->step_count; i++) {
		const struct pack_step *s = &w->r->pack->steps[i];

		if (!moves(w, s))
			continue;
		if (!strcmp(s->to, state))
			in |= s->roles;
		if (leaves(s, state)) {
			any = true;
			out |= s->roles;
			all_forbid &= forbids(s, w, state);
		}
	}
	if (any && all_forbid && in && !(out & (out - 1)) && (in & out)) {
		check_at(w->r, "workflow.csv", row_of(w, state));
		read_fault(w->r, "roles", _("状态 \"%s\" 只有把它弄成这样的人能动, 而同一个人又不许动; 给离开它的步骤再加一个角色"), state);
	}
}

static void check_state(const struct flow *w, const char *state)
{
	bool left = false;

	if (!is_reachable(w, state)) {
		check_at(w->r, "workflow.csv", 0);
		read_fault(w->r, "to", _("%s.%s: 没有步骤能到状态 \"%s\""), w->r->pack->registers[w->reg].id, w->f->id, state);
		return;
	}
	for (uint32_t i = 0; i < w->r->pack->step_count; i++)
		left |= moves(w, &w->r->pack->steps[i]) && leaves(&w->r->pack->steps[i], state);
	if (!left && !may_rest(w, state)) {
		check_at(w->r, "workflow.csv", row_of(w, state));
		read_fault(w->r, "from", _("%s.%s: 到了状态 \"%s\" 就出不来了; 加一个从它开始的步骤"), w->r->pack->registers[w->reg].id, w->f->id, state);
	}
	check_own_fixer(w, state);
}

static void check_field(struct read *r, uint32_t reg, uint32_t field)
{
	struct flow w = { r, reg, field, &r->pack->registers[reg].fields[field], NULL };

	if (w.f->codes == PACK_NONE)
		return;
	w.codes = &r->pack->codes[w.f->codes];
	if (w.codes->count > STATES_MAX) {
		check_at(r, "workflow.csv", 0);
		read_fault(r, "field", _("%s 的状态太多 (最多 %d)"), w.f->id, STATES_MAX);
		return;
	}
	for (uint32_t k = 0; k < w.codes->count; k++)
		check_state(&w, w.codes->at[k].name);
}

void check_flow(struct read *r)
{
	const struct pack *p = r->pack;

	for (uint32_t i = 0; i < p->step_count; i++)
		check_line(r, i);
	for (uint32_t i = 0; i < p->step_count; i++) {
		bool first = true;

		for (uint32_t k = 0; k < i; k++)
			first &= p->steps[k].reg != p->steps[i].reg || p->steps[k].field != p->steps[i].field;
		if (first)
			check_field(r, p->steps[i].reg, p->steps[i].field);
	}
}
