#include "config.h"
#include "forms/fill/choices.h"
#include "forms/fill/settle.h"
#include "forms/fill/source.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS_MAX = 700000 };            /* from 1970, each way: years of four digits */

/* What is to be computed waits in a heap ordered by rank: a calculation runs after those it depends on, once. */

static void swap(uint64_t *a, uint64_t *b)
{
	uint64_t t = *a;

	*a = *b;
	*b = t;
}

static enum err push(struct fill *f, uint64_t key)
{
	uint32_t i = f->heap_count;

	if (f->heap_count == f->heap_cap) {
		uint32_t cap = f->heap_cap ? f->heap_cap * 2 : 256;
		uint64_t *more = realloc(f->heap, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, _("内存不够, 算不了表单"));
		f->heap = more;
		f->heap_cap = cap;
	}
	f->heap[f->heap_count++] = key;
	for (; i && f->heap[(i - 1) / 2] > f->heap[i]; i = (i - 1) / 2)
		swap(&f->heap[i], &f->heap[(i - 1) / 2]);
	return ERR_OK;
}

static uint64_t pop(struct fill *f)
{
	uint64_t least = f->heap[0];
	uint32_t i = 0, child;

	f->heap[0] = f->heap[--f->heap_count];
	while ((child = i * 2 + 1) < f->heap_count) {
		if (child + 1 < f->heap_count && f->heap[child + 1] < f->heap[child])
			child++;
		if (f->heap[i] <= f->heap[child])
			break;
		swap(&f->heap[i], &f->heap[child]);
		i = child;
	}
	return least;
}

enum err settle_mark(struct fill *f, uint32_t node, enum compute kind)
{
	struct node *n = &f->nodes[node];
	const struct plan *p = &f->plan[n->question];

	if (n->dirty & 1u << kind || !p->program[kind])
		return ERR_OK;
	n->dirty |= (uint8_t)(1u << kind);
	return push(f, (uint64_t)p->rank[kind] << 32 | node);
}

static enum err mark_one(struct fill *f, uint32_t node, void *user)
{
	return settle_mark(f, node, *(const enum compute *)user);
}

enum err settle_touch(struct fill *f, uint32_t node)
{
	const struct node *n = &f->nodes[node];
	const struct plan *p;
	enum err err = ERR_OK;

	if (n->question == FORM_NONE || f->loading)
		return ERR_OK;
	p = &f->plan[n->question];
	for (uint32_t i = p->edge_first; !err && i < p->edge_first + p->edge_count; i++) {
		const struct edge *e = &f->edges[i];
		enum compute kind = (enum compute)e->kind;
		uint32_t frame = f->nodes[node].frame;

		while (f->frames[frame].repeat != e->common)
			frame = f->nodes[f->frames[frame].container].frame;
		err = tree_each(f, frame, e->target, true, mark_one, &kind);
	}
	return err;
}

enum err settle_store(struct fill *f, uint32_t node, const char *value)
{
	struct node *n = &f->nodes[node];
	const char *old = n->value ? n->value : "";
	size_t len = strlen(value);
	char *copy = NULL;

	if (!strcmp(old, value))
		return ERR_OK;
	if (len > FILL_VALUE_MAX)
		return err_set(ERR_LIMIT, _("答案超过 %d 字节"), (int)FILL_VALUE_MAX);
	if (len) {
		copy = malloc(len + 1);
		if (!copy)
			return err_set(ERR_NOMEM, _("内存不够, 答案没有存下"));
		memcpy(copy, value, len + 1);
	}
	free(n->value);
	n->value = copy;
	return settle_touch(f, node);
}

enum err settle_nodes(struct fill *f, uint32_t node, const struct expr *x)
{
	f->eval.now = f->host.now;
	return expr_eval(x, &f->eval, host_node(node), &f->value);
}

enum err settle_eval(struct fill *f, uint32_t node, const struct expr *x)
{
	enum err err = settle_nodes(f, node, x);

	return err ? err : expr_scalar(&f->eval, &f->value);
}

/* "lat lon[ altitude[ accuracy]]" as engines keep a computed point: four numbers, each with a fraction. */
static void put_point(const char *s, struct buf *out)
{
	for (int i = 0; i < 4; i++) {
		size_t len = strcspn(s += strspn(s, " "), " ");

		buf_printf(out, "%s%.*s%s", i ? " " : "", (int)len, s, !len ? "0.0" : memchr(s, '.', len) ? "" : ".0");
		s += len;
	}
}

/* A computed value as a question of its type stores it: no NaN, whole numbers where the type is whole, a day or a time
 * where it is one. */
enum err settle_text(struct fill *f, uint32_t node, struct buf *out)
{
	const struct expr_value *v = &f->value;
	enum form_type type = f->form->questions[f->nodes[node].question].type;
	size_t before = out->len;
	char day[16];

	if (v->kind == EXPR_NUMBER && !v->is_date && type == FORM_DATE && v->number > -DAYS_MAX && v->number < DAYS_MAX) {
		buf_puts(out, clock_format_date((int32_t)trunc(v->number), day));
		return out->err;
	}
	if (v->kind == EXPR_NUMBER && !v->is_date) {
		expr_format_number(type == FORM_INTEGER && isfinite(v->number) ? trunc(v->number) : v->number, out);
		return out->err;
	}
	if (v->kind == EXPR_NUMBER && (type == FORM_DATE || type == FORM_DATETIME || type == FORM_TIME)) {
		struct expr_value when = { .kind = EXPR_NUMBER, .is_date = true, .has_time = type != FORM_DATE, .instant = v->instant };
		enum err err = expr_text(&f->eval, &when, out);

		if (!err && type == FORM_TIME && out->len - before > 11) {
			memmove(out->data + before, out->data + before + 11, out->len - before - 11);
			buf_cut(out, out->len - 11);
		}
		return err;
	}
	if (type == FORM_GEOPOINT && v->kind == EXPR_STRING && strchr(buf_str(&v->text), ' ')) {
		put_point(buf_str(&v->text), out);
		return out->err;
	}
	return expr_text(&f->eval, v, out);
}

/* What fails for lack of memory stops; an expression that cannot be evaluated (a bad date, say) gives nothing. */
static enum err forgive(enum err err)
{
	return err == ERR_FORMAT || err == ERR_LIMIT || err == ERR_UNSUPPORTED ? ERR_OK : err;
}

static enum err compute_value(struct fill *f, uint32_t node)
{
	struct buf text = { .max = FILL_VALUE_MAX };
	enum err err = settle_eval(f, node, f->plan[f->nodes[node].question].program[COMPUTE_VALUE]);

	if (!err)
		err = settle_text(f, node, &text);
	if (err)
		buf_reset(&text);
	err = forgive(err);
	if (!err)
		err = settle_store(f, node, buf_str(&text));
	buf_clear(&text);
	return err;
}

static enum err relevance_changed(struct fill *f, uint32_t node);

static enum err relevance_inside(struct fill *f, uint32_t node)
{
	const struct form *form = f->form;
	const struct node *n = &f->nodes[node];
	uint32_t q, frame = n->frame;
	enum err err = ERR_OK;

	if (n->flags & NODE_REPEAT) {
		for (uint32_t i = 0; !err && i < f->nodes[node].list->count; i++)
			err = relevance_changed(f, f->frames[f->nodes[node].list->at[i]].base);
		return err;
	}
	q = n->question;
	for (uint32_t at = q + 1; !err && at < form->questions[q].end; at = form->questions[at].end)
		err = relevance_changed(f, tree_node(f, frame, at));
	return err;
}

/* The relevance around a node or its own has changed: does that change what it and those in it are? */
static enum err relevance_changed(struct fill *f, uint32_t node)
{
	struct node *n = &f->nodes[node];
	bool was = n->flags & NODE_RELEVANT, is = n->flags & NODE_OWN_RELEVANT;
	enum err err;

	is = is && f->nodes[n->flags & NODE_INSTANCE ? f->frames[n->frame].container : tree_parent(f, node)].flags & NODE_RELEVANT;
	if (is == was)
		return ERR_OK;
	n->flags ^= NODE_RELEVANT;
	err = settle_touch(f, node);
	return err || n->question == FORM_NONE ? err : relevance_inside(f, node);
}

static enum err compute_flag(struct fill *f, uint32_t node, enum compute kind)
{
	static const uint8_t flag[] = { [COMPUTE_RELEVANT] = NODE_OWN_RELEVANT, [COMPUTE_REQUIRED] = NODE_REQUIRED, [COMPUTE_READONLY] = NODE_READONLY };
	enum err err = settle_eval(f, node, f->plan[f->nodes[node].question].program[kind]);
	bool on = err ? kind == COMPUTE_RELEVANT : expr_boolean(&f->eval, &f->value);
	struct node *n = &f->nodes[node];

	if (forgive(err))
		return err;
	n->flags = (uint8_t)(on ? n->flags | flag[kind] : n->flags & ~flag[kind]);
	return kind == COMPUTE_RELEVANT ? relevance_changed(f, node) : ERR_OK;
}

/* More are made, as many as there is room for; fewer are never taken away, for what was answered in them would be lost
 * (as JavaRosa). */
static enum err compute_count(struct fill *f, uint32_t node)
{
	enum err err = forgive(settle_eval(f, node, f->plan[f->nodes[node].question].program[COMPUTE_COUNT]));
	double want = err ? 0 : expr_number(&f->eval, &f->value);
	uint32_t frame;

	while (!err && (double)f->nodes[node].list->count + 1 <= want && f->nodes[node].list->count < FILL_INSTANCES_MAX) {
		err = tree_add(f, node, &frame);
		if (!err)
			err = settle_fresh(f, frame);
		if (!err)
			err = settle_touch(f, node);
	}
	return err == ERR_LIMIT ? ERR_OK : err;
}

static enum err compute(struct fill *f, uint32_t node, enum compute kind)
{
	switch (kind) {
	case COMPUTE_COUNT:   return compute_count(f, node);
	case COMPUTE_VALUE:   return compute_value(f, node);
	case COMPUTE_CHOICES: return f->reading ? ERR_OK : choices_clear(f, node);
	default:              return compute_flag(f, node, kind);
	}
}

static enum err add_fresh(struct fill *f, uint32_t node)
{
	if (f->fresh_count == f->fresh_cap) {
		uint32_t cap = f->fresh_cap ? f->fresh_cap * 2 : 16;
		uint32_t *more = realloc(f->fresh, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, _("内存不够, 算不了表单"));
		f->fresh = more;
		f->fresh_cap = cap;
	}
	f->fresh[f->fresh_count++] = node;
	return ERR_OK;
}

/* Instances a repeat opens with, when no count decides. */
static enum err first_instances(struct fill *f, uint32_t node, uint32_t question)
{
	const char *initial = f->form->questions[question].initial;
	long want = initial ? strtol(initial, NULL, 10) : 1;
	uint32_t frame;
	enum err err = ERR_OK;

	for (long i = 0; !err && !f->plan[question].program[COMPUTE_COUNT] && i < want; i++) {
		err = tree_add(f, node, &frame);
		if (!err)
			err = settle_fresh(f, frame);
	}
	return err;
}

/* A lot once drawn (random(), uuid()) stays. */
enum err settle_known(struct fill *f, uint32_t node)
{
	const struct plan *p = &f->plan[f->nodes[node].question];
	enum err err = ERR_OK;

	for (int k = 0; !err && k < COMPUTE_KINDS; k++) {
		bool drawn = k == COMPUTE_VALUE && p->program[k] && expr_uses(p->program[k]) & EXPR_USES_CHANCE && f->nodes[node].value;

		if (p->program[k] && !drawn && !(k == COMPUTE_VALUE && p->triggered))
			err = settle_mark(f, node, (enum compute)k);
	}
	return err;
}

enum err settle_new(struct fill *f, uint32_t node, uint32_t question)
{
	const struct form_question *q = &f->form->questions[question];
	enum err err = ERR_OK;

	if (f->nodes[node].flags & NODE_REPEAT)
		err = first_instances(f, node, question);
	else if (f->plan[question].initial)
		err = add_fresh(f, node);
	else if (q->initial && form_is_stored(q->type))
		err = settle_store(f, node, q->initial);
	return err ? err : settle_known(f, node);
}

enum err settle_fresh(struct fill *f, uint32_t frame)
{
	const struct form *form = f->form;
	uint32_t repeat = f->frames[frame].repeat, q = repeat == FORM_NONE ? 0 : repeat + 1;
	uint32_t end = repeat == FORM_NONE ? form->question_count : form->questions[repeat].end;
	enum err err = ERR_OK;

	while (!err && q < end && !f->loading) {
		err = settle_new(f, tree_node(f, frame, q), q);
		q = form->questions[q].type == FORM_REPEAT ? form->questions[q].end : q + 1;
	}
	return err;
}

/* A default that is computed is set once, into what is still empty. */
static enum err set_default(struct fill *f, uint32_t node)
{
	struct buf text = { .max = FILL_VALUE_MAX };
	enum err err;

	if (f->nodes[node].value || !f->frames[f->nodes[node].frame].used)
		return ERR_OK;
	err = settle_eval(f, node, f->plan[f->nodes[node].question].initial);
	if (!err)
		err = settle_text(f, node, &text);
	if (err)
		buf_reset(&text);
	err = forgive(err);
	if (!err)
		err = settle_store(f, node, buf_str(&text));
	if (!err && f->plan[f->nodes[node].question].shows_row)
		err = opened_set(f, node, fill_value(f, node));
	buf_clear(&text);
	return err;
}

static enum err run_heap(struct fill *f)
{
	uint64_t budget = 10000 + (uint64_t)f->node_count * 64;
	enum err err = ERR_OK;

	while (!err && f->heap_count) {
		uint64_t key = pop(f);
		uint32_t node = (uint32_t)key;
		enum compute kind = (enum compute)f->by_rank[key >> 32].kind;

		f->nodes[node].dirty &= (uint8_t)~(1u << kind);
		if (!f->frames[f->nodes[node].frame].used)
			continue;
		if (!budget--)
			return err_set(ERR_FORMAT, _("题目 %s 的计算总在变, 停不下来"), f->form->questions[f->nodes[node].question].name);
		err = compute(f, node, kind);
	}
	return err;
}

enum err settle(struct fill *f)
{
	enum err err = run_heap(f);

	for (uint32_t i = 0; !err && i < f->fresh_count; i++) {
		err = set_default(f, f->fresh[i]);
		if (!err)
			err = run_heap(f);
	}
	f->fresh_count = 0;
	while (f->heap_count)
		f->nodes[(uint32_t)pop(f)].dirty = 0;
	return err;
}
