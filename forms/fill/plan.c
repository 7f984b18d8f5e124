#include "config.h"
#include "forms/fill/choices.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <stdlib.h>
#include <string.h>

/* Edges while they are found: who is read, and what is then to be computed. */
struct draft {
	struct fill *f;
	struct edge *at;
	uint32_t *from;
	uint32_t count, cap;
	uint32_t question;             /* whose program is walked, and which */
	enum compute kind;
};

bool plan_inside(const struct form *form, uint32_t question, uint32_t group)
{
	return group == FORM_NONE || (question > group && question < form->questions[group].end);
}

uint32_t plan_common(const struct fill *f, uint32_t a, uint32_t b)
{
	uint32_t r = f->plan[a].repeat;

	while (!plan_inside(f->form, b, r))
		r = f->plan[r].repeat;
	return r;
}

/* Names may come again in other groups: the one that shares the deepest group with `here` is meant. */
uint32_t plan_resolve(const struct form *form, const char *name, uint32_t here)
{
	uint32_t best = form_find(form, name, 0), next = best == FORM_NONE ? FORM_NONE : form_find(form, name, best + 1), group;

	if (next == FORM_NONE || here == FORM_NONE)
		return best;
	for (group = here; group != FORM_NONE; group = form->questions[group].parent)
		for (uint32_t q = best; q != FORM_NONE; q = form_find(form, name, q + 1))
			if (plan_inside(form, q, group))
				return q;
	return best;
}

static void lay_out(struct fill *f)
{
	f->root_size = 1;
	for (uint32_t i = 0; i < f->form->question_count; i++) {
		uint32_t parent = f->form->questions[i].parent;
		struct plan *p = &f->plan[i];

		p->repeat = parent == FORM_NONE || f->form->questions[parent].type == FORM_REPEAT ? parent : f->plan[parent].repeat;
		p->slot = p->repeat == FORM_NONE ? f->root_size++ : f->plan[p->repeat].size++;
		p->size = 1;
	}
}

static enum err parse(const struct form_question *q, const char *column, const char *text, struct expr **out)
{
	enum err err;

	*out = NULL;
	if (!text)
		return ERR_OK;
	err = expr_parse(text, out);
	return err ? err_in(err, _("题目 %s 的 %s"), q->name ? q->name : "?", column) : ERR_OK;
}

static bool plain_yes(const char *s)
{
	return text_same(s, "yes") || text_same(s, "true") || text_same(s, "true()") || text_same(s, "y") || !strcmp(s, "1");
}

static bool plain_no(const char *s)
{
	return text_same(s, "no") || text_same(s, "false") || text_same(s, "false()") || text_same(s, "n") || !strcmp(s, "0");
}

/* A yes or no said plainly needs no program. */
static enum err parse_flag(const struct form_question *q, const char *column, const char *text, bool *plain, struct expr **out)
{
	*plain = text && plain_yes(text);
	return text && !*plain && !plain_no(text) ? parse(q, column, text, out) : ERR_OK;
}

static enum err parse_choices(struct fill *f, uint32_t i)
{
	const struct form_question *q = &f->form->questions[i];
	struct plan *p = &f->plan[i];
	struct buf text = { .max = 2 * EXPR_TEXT_MAX };
	enum err err = choices_program(f, i, &text);

	if (!err && text.len)
		err = parse(q, "choice_filter", buf_str(&text), &p->choices);
	if (!err && (q->choice_filter || (q->source && !strncmp(q->source, "${", 2))))
		p->program[COMPUTE_CHOICES] = p->choices;
	buf_clear(&text);
	return err;
}

static enum err parse_question(struct fill *f, uint32_t i)
{
	const struct form_question *q = &f->form->questions[i];
	struct plan *p = &f->plan[i];
	bool relevant;
	enum err err = parse_flag(q, "required", q->required, &p->required, &p->program[COMPUTE_REQUIRED]);

	if (!err)
		err = parse_flag(q, "readonly", q->readonly, &p->readonly, &p->program[COMPUTE_READONLY]);
	if (!err && q->relevant)
		err = plain_no(q->relevant) ? parse(q, "relevant", "false()", &p->program[COMPUTE_RELEVANT])
		    : parse_flag(q, "relevant", q->relevant, &relevant, &p->program[COMPUTE_RELEVANT]);
	if (!err)
		err = parse(q, "constraint", q->constraint, &p->constraint);
	if (!err && q->type == FORM_REPEAT)
		return parse(q, "repeat_count", q->repeat_count, &p->program[COMPUTE_COUNT]);
	if (!err)
		err = parse(q, "calculation", q->calculation, &p->program[COMPUTE_VALUE]);
	if (!err && q->initial && form_is_dynamic(q->initial) && (err = parse(q, "default", q->initial, &p->initial)) == ERR_FORMAT)
		err = ERR_OK;              /* a text that only looks like an expression */
	p->shows_row = p->initial && fill_row_field(q);
	p->triggered = q->trigger && *q->trigger && q->calculation;
	return !err && form_is_select(q->type) ? parse_choices(f, i) : err;
}

/* The plan as a tree for expr_reach(): a = 0 the document, 1 a question, its index in b, FORM_NONE the root. */
static struct expr_node plan_node(uint32_t q)
{
	return (struct expr_node){ 1, q };
}

static enum err reach_resolve(void *user, const char *name, struct expr_node here, struct expr_nodes *out)
{
	const struct draft *d = user;
	uint32_t q = strncmp(name, "last-saved#", 11) ? plan_resolve(d->f->form, name, (uint32_t)here.b) : FORM_NONE;

	if (q == FORM_NONE && !strncmp(name, "last-saved#", 11))
		return ERR_OK;
	if (q == FORM_NONE)
		return err_set(ERR_FORMAT, _("没有名为 %s 的题目"), name);
	return expr_nodes_add(out, plan_node(q));
}

static enum err reach_root(void *user, const char *instance, struct expr_node *out)
{
	(void)user, (void)instance;
	*out = (struct expr_node){ 0, 0 };
	return ERR_OK;
}

static bool reach_parent(void *user, struct expr_node node, struct expr_node *out)
{
	const struct draft *d = user;

	*out = node.b == FORM_NONE || !node.a ? (struct expr_node){ 0, 0 } : plan_node(d->f->form->questions[node.b].parent);
	return node.a != 0;
}

static enum err reach_children(void *user, struct expr_node node, const char *name, struct expr_nodes *out)
{
	const struct form *form = ((const struct draft *)user)->f->form;
	uint32_t group = (uint32_t)node.b, end = group == FORM_NONE ? form->question_count : node.a ? form->questions[group].end : 0;
	enum err err = ERR_OK;

	if (!node.a)
		return expr_nodes_add(out, plan_node(FORM_NONE));
	if (!strcmp(name, "*")) {
		for (uint32_t q = group == FORM_NONE ? 0 : group + 1; !err && q < end; q = form->questions[q].end)
			err = expr_nodes_add(out, plan_node(q));
		return err;
	}
	for (uint32_t q = form_find(form, name, 0); !err && q != FORM_NONE; q = form_find(form, name, q + 1))
		if (form->questions[q].parent == group)
			err = expr_nodes_add(out, plan_node(q));
	return err;
}

static uint32_t reach_position(void *user, struct expr_node node)
{
	const struct form *form = ((const struct draft *)user)->f->form;

	return node.a && node.b != FORM_NONE && form->questions[node.b].type == FORM_REPEAT;
}

static enum err add_edge(struct draft *d, uint32_t from, uint32_t common)
{
	if (d->count && d->from[d->count - 1] == from && d->at[d->count - 1].target == d->question && d->at[d->count - 1].kind == d->kind &&
	    d->at[d->count - 1].common == common)
		return ERR_OK;
	if (d->count == d->cap) {
		uint32_t cap = d->cap ? d->cap * 2 : 256;
		struct edge *at = realloc(d->at, cap * sizeof *at);
		uint32_t *list;

		if (at)
			d->at = at;
		list = at ? realloc(d->from, cap * sizeof *list) : NULL;
		if (!list)
			return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
		d->from = list;
		d->cap = cap;
	}
	d->from[d->count] = from;
	d->at[d->count++] = (struct edge){ .target = d->question, .common = common, .kind = (uint8_t)d->kind };
	return ERR_OK;
}

/* Beside the question read, the repeats between it and the reader count: with an instance more there is more to read. */
static enum err reached(void *user, struct expr_node node, bool local)
{
	struct draft *d = user;
	uint32_t q = (uint32_t)node.b, common;
	enum err err = ERR_OK;

	if (!node.a || q == FORM_NONE || (q == d->question && d->kind == COMPUTE_VALUE && local))
		return ERR_OK;
	common = plan_common(d->f, q, d->question);
	for (uint32_t r = d->f->plan[q].repeat; !err && r != common; r = d->f->plan[r].repeat)
		err = add_edge(d, r, common);
	return err ? err : add_edge(d, q, local && d->f->form->questions[q].type != FORM_REPEAT ? common : FORM_NONE);
}

static enum err reach_trigger(struct draft *d, const char *trigger)
{
	struct buf text = { 0 };
	struct expr *x = NULL;
	enum err err;

	for (; *trigger; trigger++)
		buf_putc(&text, *trigger == ',' || *trigger == ';' ? '|' : *trigger);
	err = parse(&d->f->form->questions[d->question], "trigger", buf_str(&text), &x);
	for (size_t i = 0; !err && expr_name(x, i); i++) {
		uint32_t q = plan_resolve(d->f->form, expr_name(x, i), d->question);

		if (q == FORM_NONE)
			err = err_set(ERR_FORMAT, _("题目 %s 的 trigger: 没有名为 %s 的题目"), d->f->form->questions[d->question].name, expr_name(x, i));
		else
			err = add_edge(d, q, plan_common(d->f, q, d->question));
	}
	buf_clear(&text);
	expr_free(x);
	return err;
}

static enum err reach_all(struct draft *d)
{
	static const char *const column[] = { "repeat_count", "calculation", "relevant", "required", "readonly", "choice_filter" };
	const struct expr_host host = {
		.user = d, .resolve = reach_resolve, .root = reach_root, .parent = reach_parent, .children = reach_children, .position = reach_position
	};
	enum err err = ERR_OK;

	for (d->question = 0; d->question < d->f->form->question_count; d->question++)
		for (int k = 0; k < COMPUTE_KINDS; k++) {
			const struct plan *p = &d->f->plan[d->question];
			const struct expr *x = p->program[k];

			d->kind = (enum compute)k;
			if (!x)
				continue;
			if (k == COMPUTE_VALUE && p->triggered)
				err = reach_trigger(d, d->f->form->questions[d->question].trigger);
			else
				err = expr_reach(x, &host, plan_node(d->question), reached, d);
			if (!err && expr_uses(x) & EXPR_USES_POSITION && p->repeat != FORM_NONE)
				err = add_edge(d, p->repeat, FORM_NONE);
			if (err)
				return err_in(err, _("题目 %s 的 %s"), d->f->form->questions[d->question].name, column[k]);
		}
	return ERR_OK;
}

/* Edges sorted by the question they start from. */
static enum err keep_edges(struct draft *d)
{
	struct fill *f = d->f;
	uint32_t *at = calloc(f->form->question_count + 1, sizeof *at);

	f->edges = malloc((d->count + 1) * sizeof *f->edges);
	if (!at || !f->edges) {
		free(at);
		return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
	}
	for (uint32_t i = 0; i < d->count; i++)
		f->plan[d->from[i]].edge_count++;
	for (uint32_t q = 0, sum = 0; q < f->form->question_count; q++) {
		f->plan[q].edge_first = at[q] = sum;
		sum += f->plan[q].edge_count;
	}
	for (uint32_t i = 0; i < d->count; i++)
		f->edges[at[d->from[i]]++] = d->at[i];
	free(at);
	return ERR_OK;
}

enum err plan_make(struct fill *f)
{
	struct draft d = { .f = f };
	enum err err = ERR_OK;

	f->plan = calloc(f->form->question_count + 1, sizeof *f->plan);
	if (!f->plan)
		return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
	lay_out(f);
	for (uint32_t i = 0; !err && i < f->form->question_count; i++)
		err = parse_question(f, i);
	if (!err)
		err = reach_all(&d);
	if (!err)
		err = keep_edges(&d);
	if (!err)
		err = plan_order(f, d.at, d.count, d.from);
	free(d.at);
	free(d.from);
	return err;
}

void plan_free(struct fill *f)
{
	for (uint32_t i = 0; f->plan && i < f->form->question_count; i++) {
		struct plan *p = &f->plan[i];

		for (int k = 0; k < COMPUTE_KINDS; k++)
			if (k != COMPUTE_CHOICES)
				expr_free(p->program[k]);
		expr_free(p->choices);
		expr_free(p->constraint);
		expr_free(p->initial);
	}
	free(f->plan);
	free(f->edges);
	free(f->by_rank);
}
