#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum err need_nodes(const struct expr_value *v, const char *function)
{
	return v->kind == EXPR_NODES ? ERR_OK : err_set(ERR_FORMAT, _("%s() 里要是题目, 不能是值"), function);
}

static enum err one_node(struct expr_value *out, struct expr_node node)
{
	value_reset(out);
	out->kind = EXPR_NODES;
	return expr_nodes_add(&out->nodes, node);
}

static enum err run_count(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)r, (void)c, (void)n;
	expr_set_number(out, (double)args[0].nodes.count);
	return need_nodes(&args[0], "count");
}

static enum err run_count_non_empty(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = need_nodes(&args[0], "count-non-empty");
	enum expr_type type;
	double count = 0;

	(void)c, (void)n;
	for (size_t i = 0; !err && i < args[0].nodes.count; i++)
		count += r->host->value && *r->host->value(r->host->user, args[0].nodes.at[i], &type);
	expr_set_number(out, count);
	return err;
}

static enum err run_position(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct expr_node node = c->here;
	enum err err = n ? need_nodes(&args[0], "position") : ERR_OK;

	if (err)
		return err;
	if (n && args[0].nodes.count)
		node = args[0].nodes.at[0];
	if (!n && c->position)
		expr_set_number(out, (double)c->position);
	else if ((n && !args[0].nodes.count) || !r->host->position)
		expr_set_number(out, n ? 0 : 1);
	else
		expr_set_number(out, r->host->position(r->host->user, node));
	return ERR_OK;
}

static enum err run_last(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)r, (void)args, (void)n;
	expr_set_number(out, c->position ? (double)c->size : 1);
	return ERR_OK;
}

static enum err run_current(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)args, (void)n;
	return one_node(out, r->origin);
}

static enum err run_instance(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_string(r->host, &args[0]);
	struct expr_node root;

	(void)c, (void)n;
	if (!err)
		err = r->host->root ? r->host->root(r->host->user, buf_str(&args[0].text), &root) : ERR_NOTFOUND;
	if (err == ERR_NOTFOUND)
		return err_set(ERR_FORMAT, _("没有名为 %s 的选项表或附表"), buf_str(&args[0].text));
	return err ? err : one_node(out, root);
}

static bool lies_in(const struct run *r, struct expr_node node, struct expr_node group)
{
	while (!node_same(node, group))
		if (!r->host->parent || !r->host->parent(r->host->user, node, &node))
			return false;
	return true;
}

static void keep_inside(const struct run *r, struct expr_nodes *set, struct expr_node group)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->count; i++)
		if (lies_in(r, set->at[i], group))
			set->at[kept++] = set->at[i];
	set->count = kept;
}

/* indexed-repeat(node, repeat, index[, repeat, index]...): each index narrows the view to one instance. As in JavaRosa an
 * index below 1 counts as 1. */
static enum err run_indexed_repeat(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	struct frame inner = *c;
	struct expr_value index = { 0 };
	uint32_t repeat = r->x->ops[call->first].next;
	enum err err = call->count % 2 ? ERR_OK : err_set(ERR_FORMAT, _("indexed-repeat() 里重复组和序号要成对"));

	for (; !err && repeat != NO_OP; repeat = r->x->ops[r->x->ops[repeat].next].next) {
		double at;

		err = run_op(r, c, r->x->ops[repeat].next, &index);
		if (err || (err = run_op(r, &inner, repeat, out)) || (err = need_nodes(out, "indexed-repeat")))
			break;
		at = trunc(take_number(r, &index));
		if (!(at >= 1))
			at = 1;
		if (repeat != r->x->ops[call->first].next)
			keep_inside(r, &out->nodes, inner.here);
		if (at > (double)out->nodes.count) {
			value_reset(out);
			out->kind = EXPR_NODES;
			goto done;
		}
		inner.here = inner.scope = out->nodes.at[(size_t)at - 1];
	}
	if (!err)
		err = run_op(r, r->x->ops[call->first].how == START_HERE ? c : &inner, call->first, out);
	if (!err && !(err = need_nodes(out, "indexed-repeat")))
		keep_inside(r, &out->nodes, inner.here);
done:
	expr_value_clear(&index);
	return err;
}

/* pulldata(file, column, key column, key): the first row's column; "" when there is none. */
static enum err run_pulldata(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct expr_nodes rows = { 0 }, top = { 0 };
	struct expr_node root;
	struct buf file = { 0 };
	enum err err = ERR_OK;

	(void)c;
	for (size_t i = 0; !err && i < n; i++)
		err = value_string(r->host, &args[i]);
	/* a file first: a choice list of the same name is another thing */
	buf_printf(&file, "%s.csv", buf_str(&args[0].text));
	if (!err)
		err = r->host->root && !file.err ? r->host->root(r->host->user, buf_str(&file), &root) : ERR_NOTFOUND;
	if (err == ERR_NOTFOUND && r->host->root)
		err = r->host->root(r->host->user, buf_str(&args[0].text), &root);
	buf_clear(&file);
	if (err == ERR_NOTFOUND)
		err = err_set(ERR_FORMAT, _("pulldata(): 没有附表 %s, 请把 %s.csv 放在表单旁边"), buf_str(&args[0].text), buf_str(&args[0].text));
	if (!err)
		err = run_children(r, root, "root", &top);
	if (!err && top.count)
		err = run_matching(r, top.at[0], "item", buf_str(&args[2].text), buf_str(&args[3].text), &rows);
	value_reset(out);
	out->kind = EXPR_NODES;
	if (!err && rows.count)
		err = run_children(r, rows.at[0], buf_str(&args[1].text), &out->nodes);
	free(rows.at);
	free(top.at);
	return err ? err : expr_scalar(r->host, out);
}

/* The generator ODK XForms names, Park-Miller's minimal standard, and below the inside-out shuffle of Fisher and Yates: so
 * a seed gives the order that other engines give. */
static uint32_t next_random(uint32_t *state)
{
	*state = (uint32_t)((uint64_t)*state * 16807 % 2147483647);
	return *state - 1;
}

static enum err seed_of(struct run *r, struct expr_value *args, size_t n, uint32_t *state)
{
	double seed = n > 1 ? fmod(trunc(take_number(r, &args[1])), 2147483647) : 0;

	if (n < 2) {
		if (!r->host->random)
			return err_set(ERR_UNSUPPORTED, _("这里没有随机数可用"));
		if (r->host->random(r->host->user, state, sizeof *state))
			return ERR_IO;
		*state = *state % 2147483646 + 1;
		return ERR_OK;
	}
	if (isnan(seed))
		seed = 0;
	*state = (uint32_t)(seed <= 0 ? seed + 2147483646 : seed);
	return ERR_OK;
}

static enum err run_randomize(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct expr_nodes *set = &args[0].nodes;
	uint32_t state = 1;
	enum err err = need_nodes(&args[0], "randomize");

	(void)c;
	if (!err)
		err = seed_of(r, args, n, &state);
	if (err)
		return err;
	for (size_t i = 0; i < set->count; i++) {
		size_t j = (size_t)((double)next_random(&state) / 2147483646.0 * (double)(i + 1));
		struct expr_node one = set->at[i];

		set->at[i] = set->at[j];
		set->at[j] = one;
	}
	value_reset(out);
	out->kind = EXPR_NODES;
	free(out->nodes.at);
	out->nodes = *set;
	*set = (struct expr_nodes){ 0 };
	return ERR_OK;
}

const struct function node_functions[] = {
	{ .name = "count", .min = 1, .max = 1, .eager = run_count },
	{ .name = "count-non-empty", .min = 1, .max = 1, .eager = run_count_non_empty },
	{ .name = "position", .min = 0, .max = 1, .uses = EXPR_USES_POSITION, .eager = run_position },
	{ .name = "last", .min = 0, .max = 0, .uses = EXPR_USES_POSITION, .eager = run_last },
	{ .name = "current", .min = 0, .max = 0, .eager = run_current },
	{ .name = "instance", .min = 1, .max = 1, .eager = run_instance },
	{ .name = "indexed-repeat", .min = 3, .max = 11, .lazy = run_indexed_repeat },
	{ .name = "pulldata", .min = 4, .max = 4, .eager = run_pulldata },
	{ .name = "randomize", .min = 1, .max = 2, .uses = EXPR_USES_CHANCE, .eager = run_randomize },
	{ .name = NULL }
};
