#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum err run_work(struct run *r, size_t nodes)
{
	r->work += nodes;
	if (r->work > EXPR_NODES_MAX)
		return err_set(ERR_LIMIT, _("表达式要看的项目超过 %d 个"), (int)EXPR_NODES_MAX);
	return ERR_OK;
}

double take_number(struct run *r, struct expr_value *v)
{
	enum err err = expr_scalar(r->host, v);

	if (err && !r->err)
		r->err = err;
	return err ? NAN : value_number(v);
}

bool take_truth(struct run *r, struct expr_value *v)
{
	enum err err = expr_scalar(r->host, v);

	if (err && !r->err)
		r->err = err;
	return !err && value_boolean(v);
}

static bool numbers_compare(enum join j, double a, double b)
{
	bool same = a == b || fabs(a - b) < 1e-12;

	switch (j) {
	case JOIN_EQ: return same;
	case JOIN_NE: return !same;
	case JOIN_LT: return a < b;
	case JOIN_LE: return a <= b;
	case JOIN_GT: return a > b;
	default:      return a >= b;
	}
}

/* XPath 1.0 section 3.4: booleans first, then numbers, then strings; order is always numeric. Dates among themselves
 * compare as written, which for JavaRosa is their local day. */
static bool scalars_compare(enum join j, const struct expr_value *a, const struct expr_value *b, const struct expr_host *h)
{
	struct buf text[2] = { { 0 } };
	bool same;

	if (j != JOIN_EQ && j != JOIN_NE)
		return numbers_compare(j, value_number(a), value_number(b));
	if (a->kind == EXPR_BOOLEAN || b->kind == EXPR_BOOLEAN)
		return (value_boolean(a) == value_boolean(b)) == (j == JOIN_EQ);
	if ((a->kind == EXPR_NUMBER && !a->is_date) || (b->kind == EXPR_NUMBER && !b->is_date))
		return numbers_compare(j, value_number(a), value_number(b));
	if (a->kind == EXPR_STRING && b->kind == EXPR_STRING)
		return (a->text.len == b->text.len && !memcmp(buf_str(&a->text), buf_str(&b->text), a->text.len)) == (j == JOIN_EQ);
	if (a->is_date && b->is_date)
		return numbers_compare(j, a->number, b->number);
	expr_text(h, a, &text[0]);
	expr_text(h, b, &text[1]);
	same = !strcmp(buf_str(&text[0]), buf_str(&text[1]));
	buf_clear(&text[0]);
	buf_clear(&text[1]);
	return same == (j == JOIN_EQ);
}

/* A node set compares as true when any of its nodes does; an empty one counts as the empty string. */
static enum err compare_nodes(struct run *r, enum join j, struct expr_value *nodes, const struct expr_value *other, bool left, bool *out)
{
	struct expr_value one = { 0 };
	enum err err = run_work(r, nodes->nodes.count);

	*out = false;
	if (!nodes->nodes.count) {
		value_reset(&one);
		*out = left ? scalars_compare(j, &one, other, r->host) : scalars_compare(j, other, &one, r->host);
	}
	for (size_t i = 0; !err && !*out && i < nodes->nodes.count; i++) {
		err = value_of_node(r->host, nodes->nodes.at[i], &one);
		*out = left ? scalars_compare(j, &one, other, r->host) : scalars_compare(j, other, &one, r->host);
	}
	expr_value_clear(&one);
	return err;
}

static enum err compare(struct run *r, enum join j, struct expr_value *a, struct expr_value *b, struct expr_value *out)
{
	bool result = false;
	enum err err = ERR_OK;

	if (a->kind == EXPR_NODES && a->nodes.count < 2)
		err = expr_scalar(r->host, a);
	if (!err && b->kind == EXPR_NODES && b->nodes.count < 2)
		err = expr_scalar(r->host, b);
	if (err)
		return err;
	if (a->kind == EXPR_NODES && b->kind == EXPR_NODES) {
		struct expr_value one = { 0 };

		for (size_t i = 0; !err && !result && i < a->nodes.count; i++) {
			err = value_of_node(r->host, a->nodes.at[i], &one);
			if (!err)
				err = compare_nodes(r, j, b, &one, false, &result);
		}
		expr_value_clear(&one);
	} else if (a->kind == EXPR_NODES) {
		err = compare_nodes(r, j, a, b, true, &result);
	} else if (b->kind == EXPR_NODES) {
		err = compare_nodes(r, j, b, a, false, &result);
	} else {
		result = scalars_compare(j, a, b, r->host);
	}
	expr_set_boolean(out, result);
	return err;
}

static double arithmetic(enum join j, double a, double b)
{
	switch (j) {
	case JOIN_ADD: return a + b;
	case JOIN_SUB: return a - b;
	case JOIN_MUL: return a * b;
	case JOIN_DIV: return a / b;
	default:       return fmod(a, b);
	}
}

/* `out` holds the left side and becomes the result. */
static enum err join_values(struct run *r, const struct frame *c, enum join j, uint32_t right, struct expr_value *out)
{
	struct expr_value b = { 0 };
	enum err err;

	if (j == JOIN_OR || j == JOIN_AND) {
		bool a = take_truth(r, out);

		if (a == (j == JOIN_OR)) {
			expr_set_boolean(out, a);
			return ERR_OK;
		}
	}
	err = run_op(r, c, right, &b);
	if (err) {
		/* what failed below is the caller's to report */
	} else if (j == JOIN_OR || j == JOIN_AND) {
		expr_set_boolean(out, take_truth(r, &b));
	} else if (j >= JOIN_ADD) {
		expr_set_number(out, arithmetic(j, take_number(r, out), take_number(r, &b)));
	} else {
		struct expr_value a = *out;

		*out = (struct expr_value){ 0 };
		err = compare(r, j, &a, &b, out);
		expr_value_clear(&a);
	}
	expr_value_clear(&b);
	return err;
}

static enum err run_chain(struct run *r, const struct frame *c, const struct op *chain, struct expr_value *out)
{
	const struct op *next = op_at(r->x, chain->first);
	enum err err = run_op(r, c, chain->first, out);

	for (uint32_t i = next->next; !err && i != NO_OP; i = r->x->ops[i].next)
		err = join_values(r, c, (enum join)r->x->ops[i].join, i, out);
	return err;
}

static enum err run_union(struct run *r, const struct frame *c, const struct op *all, struct expr_value *out)
{
	struct expr_value part = { 0 };
	enum err err = ERR_OK;

	value_reset(out);
	out->kind = EXPR_NODES;
	for (uint32_t i = all->first; !err && i != NO_OP; i = r->x->ops[i].next) {
		err = run_op(r, c, i, &part);
		if (!err && part.kind != EXPR_NODES)
			err = err_set(ERR_FORMAT, _("| 的两边都要是题目, 不能是值"));
		for (size_t n = 0; !err && n < part.nodes.count; n++)
			err = expr_nodes_add(&out->nodes, part.nodes.at[n]);
	}
	expr_value_clear(&part);
	return err;
}

static enum err run_arguments(struct run *r, const struct frame *c, const struct op *call, struct expr_value *args)
{
	enum err err = ERR_OK;
	size_t n = 0;

	for (uint32_t i = call->first; !err && i != NO_OP; i = r->x->ops[i].next)
		err = run_op(r, c, i, &args[n++]);
	return err;
}

static enum err check_arguments(const struct run *r, const struct op *call, const struct function *f)
{
	if (call->count >= f->min && (f->max == ARGS_ANY || call->count <= f->max))
		return ERR_OK;
	return err_set(ERR_FORMAT, _("函数 %s() 的参数个数不对: 给了 %u 个"), op_text(r->x, call), call->count);
}

static enum err run_call(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	const struct function *f = function_at(call->function);
	struct expr_value few[4] = { { 0 } }, *args = few;
	enum err err = f ? check_arguments(r, call, f) : ERR_OK;

	if (err)
		return err;
	if (f && f->lazy)
		return f->lazy(r, c, call, out);
	if (call->count > 4 && !(args = calloc(call->count, sizeof *args)))
		return err_set(ERR_NOMEM, _("内存不够, 算不了 %s()"), op_text(r->x, call));
	err = run_arguments(r, c, call, args);
	if (!err && f)
		err = f->eager(r, c, args, call->count, out);
	else if (!err)
		err = r->host->call ? r->host->call(r->host->user, op_text(r->x, call), args, call->count, c->here, out) : ERR_NOTFOUND;
	if (!f && err == ERR_NOTFOUND)
		err = err_set(ERR_FORMAT, _("没有函数 %s(): 请检查拼写"), op_text(r->x, call));
	for (size_t i = 0; i < call->count; i++)
		expr_value_clear(&args[i]);
	if (args != few)
		free(args);
	return err;
}

enum err run_op(struct run *r, const struct frame *c, uint32_t op, struct expr_value *out)
{
	const struct op *o = &r->x->ops[op];
	enum err err;

	switch ((enum op_code)o->code) {
	case OP_NUMBER:
		expr_set_number(out, o->number);
		return ERR_OK;
	case OP_TEXT:
		return expr_set_text(out, op_text(r->x, o));
	case OP_CHAIN:
		return run_chain(r, c, o, out);
	case OP_NEGATE:
		err = run_op(r, c, o->first, out);
		if (!err)
			expr_set_number(out, o->how ? -take_number(r, out) : take_number(r, out));
		return err;
	case OP_UNION:
		return run_union(r, c, o, out);
	case OP_CALL:
		return run_call(r, c, o, out);
	case OP_PATH:
		return run_path(r, c, o, out);
	case OP_STEP:
		break;
	}
	return err_set(ERR_FORMAT, _("表达式损坏"));
}

enum err expr_eval(const struct expr *x, const struct expr_host *host, struct expr_node here, struct expr_value *out)
{
	struct run r = { .x = x, .host = host, .origin = here };
	struct frame c = { .here = here, .scope = here };
	enum err err;

	value_reset(out);
	err = run_op(&r, &c, x->root, out);
	return err ? err : r.err;
}
