#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum err run_true(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)r, (void)c, (void)args, (void)n;
	expr_set_boolean(out, true);
	return ERR_OK;
}

static enum err run_false(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)r, (void)c, (void)args, (void)n;
	expr_set_boolean(out, false);
	return ERR_OK;
}

static enum err run_boolean(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	expr_set_boolean(out, take_truth(r, &args[0]));
	return ERR_OK;
}

static enum err run_not(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	expr_set_boolean(out, !take_truth(r, &args[0]));
	return ERR_OK;
}

static enum err run_boolean_from_string(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_string(r->host, &args[0]);
	const char *s = buf_str(&args[0].text);

	(void)c, (void)n;
	expr_set_boolean(out, !strcasecmp(s, "true") || !strcmp(s, "1"));
	return err;
}

static enum err run_if(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	uint32_t then = r->x->ops[call->first].next;
	enum err err = run_op(r, c, call->first, out);

	if (err)
		return err;
	return run_op(r, c, take_truth(r, out) ? then : r->x->ops[then].next, out);
}

static enum err run_coalesce(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	enum err err = ERR_OK;

	for (uint32_t i = call->first; !err && i != NO_OP; i = r->x->ops[i].next) {
		err = run_op(r, c, i, out);
		if (!err)
			err = expr_scalar(r->host, out);
		if (!err && !(out->kind == EXPR_STRING && !out->text.len) && !(out->kind == EXPR_NUMBER && isnan(out->number)))
			break;
	}
	return err;
}

static enum err run_once(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	enum err err = value_of_node(r->host, c->here, out);

	if (err || out->kind != EXPR_STRING || out->text.len)
		return err;
	return run_op(r, c, call->first, out);
}

static enum err run_depend(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	return run_op(r, c, call->first, out);
}

/* Values of args[from..], `step` apart, node sets spread out: how many are true, or the sum of their weights. */
static enum err count_true(struct run *r, const struct expr_value *factor, double *sum)
{
	struct expr_value one = { 0 };
	enum err err = ERR_OK;

	if (factor->kind != EXPR_NODES) {
		*sum += value_boolean(factor);
		return ERR_OK;
	}
	for (size_t i = 0; !err && i < factor->nodes.count; i++) {
		err = value_of_node(r->host, factor->nodes.at[i], &one);
		*sum += value_boolean(&one);
	}
	expr_value_clear(&one);
	return err;
}

static enum err run_checklist(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double min = trunc(take_number(r, &args[0])), max = trunc(take_number(r, &args[1])), sum = 0;
	enum err err = ERR_OK;

	(void)c;
	for (size_t i = 2; !err && i < n; i++)
		err = count_true(r, &args[i], &sum);
	expr_set_boolean(out, !(min >= 0 && sum < min) && !(max >= 0 && sum > max));
	return err;
}

static enum err weigh_nodes(struct run *r, const struct expr_nodes *factors, const struct expr_nodes *weights, double *sum)
{
	struct expr_value factor = { 0 }, weight = { 0 };
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < factors->count && i < weights->count; i++) {
		err = value_of_node(r->host, factors->at[i], &factor);
		if (!err)
			err = value_of_node(r->host, weights->at[i], &weight);
		if (!err && value_boolean(&factor))
			*sum += value_number(&weight);
	}
	expr_value_clear(&factor);
	expr_value_clear(&weight);
	return err;
}

static enum err run_weighted_checklist(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double min = take_number(r, &args[0]), max = take_number(r, &args[1]), sum = 0;
	enum err err = ERR_OK;

	(void)c;
	if (n % 2)
		return err_set(ERR_FORMAT, _("weighted-checklist() 里条件和权重要成对"));
	for (size_t i = 2; !err && i < n; i += 2) {
		if (args[i].kind == EXPR_NODES && args[i + 1].kind == EXPR_NODES)
			err = weigh_nodes(r, &args[i].nodes, &args[i + 1].nodes, &sum);
		else if (take_truth(r, &args[i]))
			sum += take_number(r, &args[i + 1]);
	}
	expr_set_boolean(out, sum >= min && sum <= max);
	return err;
}

const struct function logic_functions[] = {
	{ .name = "true", .min = 0, .max = 0, .eager = run_true },
	{ .name = "false", .min = 0, .max = 0, .eager = run_false },
	{ .name = "boolean", .min = 1, .max = 1, .eager = run_boolean },
	{ .name = "not", .min = 1, .max = 1, .eager = run_not },
	{ .name = "boolean-from-string", .min = 1, .max = 1, .eager = run_boolean_from_string },
	{ .name = "if", .min = 3, .max = 3, .lazy = run_if },
	{ .name = "coalesce", .min = 2, .max = ARGS_ANY, .lazy = run_coalesce },
	{ .name = "once", .min = 1, .max = 1, .uses = EXPR_USES_SELF, .lazy = run_once },
	{ .name = "depend", .min = 1, .max = ARGS_ANY, .lazy = run_depend },
	{ .name = "checklist", .min = 2, .max = ARGS_ANY, .eager = run_checklist },
	{ .name = "weighted-checklist", .min = 2, .max = ARGS_ANY, .eager = run_weighted_checklist },
	{ .name = NULL }
};
