#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

static enum err filter(struct run *r, const struct frame *c, uint32_t first, bool foreign, struct expr_nodes *set, size_t from);

bool function_is(const struct expr *x, const struct op *call, const char *name)
{
	return call->code == OP_CALL && !strcmp(op_text(x, call), name);
}

bool op_is_foreign(const struct expr *x, bool here_is, uint32_t op)
{
	const struct op *o = op_at(x, op);

	if (!o)
		return false;
	if (o->code == OP_PATH)
		return o->how == START_EXPR ? op_is_foreign(x, here_is, o->first) : o->how == START_HERE && here_is;
	if (o->code == OP_CALL)
		return function_is(x, o, "instance") || (!function_is(x, o, "current") && op_is_foreign(x, here_is, o->first));
	return o->code == OP_UNION && op_is_foreign(x, here_is, o->first);
}

/* Does the value of this op change with the node a predicate looks at? */
static bool depends_on_node(const struct expr *x, uint32_t op)
{
	const struct op *o = &x->ops[op];
	const struct function *f;

	if (o->code == OP_PATH && o->how == START_HERE)
		return true;
	if (o->code == OP_CALL) {
		f = function_at(o->function);
		if (!f || f->uses & (EXPR_USES_POSITION | EXPR_USES_CHANCE | EXPR_USES_SELF) || (!o->count && f->min != f->max))
			return true;
	}
	for (uint32_t i = o->first; i != NO_OP; i = x->ops[i].next)
		if (x->ops[i].code != OP_STEP && depends_on_node(x, i))
			return true;
	return false;
}

static const char *plain_child(const struct expr *x, uint32_t op)
{
	const struct op *o = &x->ops[op], *step = op_at(x, o->first);

	if (o->code != OP_PATH || o->how != START_HERE || o->count != 1 || step->how != AXIS_CHILD || step->count || !strcmp(op_text(x, step), "*"))
		return NULL;
	return op_text(x, step);
}

static uint32_t equality(const struct expr *x, uint32_t op, const char **column)
{
	const struct op *o = &x->ops[op];
	uint32_t a = o->first, b;

	if (o->code != OP_CHAIN || o->count != 2)
		return NO_OP;
	b = x->ops[a].next;
	if (x->ops[b].join != JOIN_EQ)
		return NO_OP;
	if ((*column = plain_child(x, a)) && !depends_on_node(x, b))
		return b;
	if ((*column = plain_child(x, b)) && !depends_on_node(x, a))
		return a;
	return NO_OP;
}

static bool uses_position(const struct expr *x, uint32_t op)
{
	const struct op *o = &x->ops[op];
	const struct function *f = o->code == OP_CALL ? function_at(o->function) : NULL;

	if (f && f->uses & EXPR_USES_POSITION)
		return true;
	for (uint32_t i = o->first; i != NO_OP; i = x->ops[i].next)
		if (uses_position(x, i))
			return true;
	return false;
}

uint32_t predicate_key(const struct expr *x, uint32_t predicate, const char **column)
{
	const struct op *o = &x->ops[predicate];
	uint32_t key, i;

	if (uses_position(x, predicate))
		return NO_OP;
	if ((key = equality(x, predicate, column)) != NO_OP)
		return key;
	if (o->code != OP_CHAIN || x->ops[x->ops[o->first].next].join != JOIN_AND)
		return NO_OP;
	for (i = o->first; i != NO_OP; i = x->ops[i].next)
		if ((key = equality(x, i, column)) != NO_OP)
			return key;
	return NO_OP;
}

enum err run_children(struct run *r, struct expr_node node, const char *name, struct expr_nodes *out)
{
	size_t before = out->count;
	enum err err = r->host->children ? r->host->children(r->host->user, node, name, out) : ERR_OK;

	return err ? err : run_work(r, out->count - before + 1);
}

/* As deep as the tree is: groups in a form nest a few dozen times at most. */
enum err run_below(struct run *r, struct expr_node node, const char *name, struct expr_nodes *out)
{
	struct expr_nodes children = { 0 };
	struct expr_node up;
	bool document = r->host->parent && !r->host->parent(r->host->user, node, &up);     /* whose child answers to any name */
	enum err err = document ? ERR_OK : run_children(r, node, name, out);

	if (!err)
		err = run_children(r, node, "*", &children);
	for (size_t i = 0; !err && i < children.count; i++)
		err = run_below(r, children.at[i], name, out);
	free(children.at);
	return err;
}

static enum err scan_matching(struct run *r, struct expr_node node, const char *name, const char *column, const char *value, struct expr_nodes *out)
{
	struct expr_nodes all = { 0 }, cell = { 0 };
	enum err err = run_children(r, node, name, &all);
	enum expr_type type;

	for (size_t i = 0; !err && i < all.count; i++) {
		cell.count = 0;
		err = run_children(r, all.at[i], column, &cell);
		if (!err && cell.count && r->host->value && !strcmp(r->host->value(r->host->user, cell.at[0], &type), value))
			err = expr_nodes_add(out, all.at[i]);
	}
	free(all.at);
	free(cell.at);
	return err;
}

enum err run_matching(struct run *r, struct expr_node node, const char *name, const char *column, const char *value, struct expr_nodes *out)
{
	size_t before = out->count;
	enum err err = r->host->matching ? r->host->matching(r->host->user, node, name, column, value, out) : ERR_UNSUPPORTED;

	if (err == ERR_UNSUPPORTED)
		return scan_matching(r, node, name, column, value, out);
	return err ? err : run_work(r, out->count - before + 1);
}

/* Children that pass the step's predicates. Where the first predicate asks for a column's exact text, only those nodes
 * are looked at that an index finds; they still pass through every predicate. */
static enum err child_step(struct run *r, const struct frame *c, const struct op *step, bool foreign, struct expr_node parent, struct expr_nodes *out)
{
	const char *column = NULL, *name = op_text(r->x, step);
	uint32_t key = foreign && step->first != NO_OP ? predicate_key(r->x, step->first, &column) : NO_OP;
	struct expr_value value = { 0 };
	size_t from = out->count;
	bool found = false;
	enum err err = ERR_OK;

	if (key != NO_OP) {
		err = run_op(r, c, key, &value);
		if (!err)
			err = expr_scalar(r->host, &value);
		if (!err && value.kind == EXPR_STRING) {
			err = run_matching(r, parent, name, column, buf_str(&value.text), out);
			found = true;
		}
		expr_value_clear(&value);
	}
	if (!err && !found)
		err = run_children(r, parent, name, out);
	return err ? err : filter(r, c, step->first, foreign, out, from);
}

/* Keep of set[from..] what passes predicates `first` and those after it. */
static enum err filter(struct run *r, const struct frame *c, uint32_t first, bool foreign, struct expr_nodes *set, size_t from)
{
	struct expr_value value = { 0 };
	enum err err = ERR_OK;

	for (uint32_t p = first; !err && p != NO_OP; p = r->x->ops[p].next) {
		size_t kept = from, size = set->count - from;

		err = run_work(r, size);
		for (size_t i = 0; !err && i < size; i++) {
			struct frame inner = { .here = set->at[from + i], .scope = c->scope, .foreign = foreign, .position = i + 1, .size = size };

			err = run_op(r, &inner, p, &value);
			if (!err && (value.kind == EXPR_NUMBER && !value.is_date ? value.number == (double)(i + 1) : take_truth(r, &value)))
				set->at[kept++] = inner.here;
		}
		set->count = kept;
	}
	expr_value_clear(&value);
	return err;
}

/* A path from the root written inside a repeat means the instance it stands in (JavaRosa contextualizes it): of several
 * instances on the way, only the ancestor of `base` is followed. */
static void keep_own(const struct run *r, struct expr_node base, struct expr_nodes *set)
{
	struct expr_node at = base;
	bool more = set->count > 1 && r->host->parent;

	while (more) {
		for (size_t i = 0; i < set->count; i++)
			if (node_same(set->at[i], at)) {
				set->at[0] = at;
				set->count = 1;
				return;
			}
		more = r->host->parent(r->host->user, at, &at);
	}
}

static enum err take_step(struct run *r, const struct frame *c, const struct op *step, bool foreign, const struct expr_nodes *from, struct expr_nodes *out)
{
	enum err err = ERR_OK;
	struct expr_node up;

	out->count = 0;
	if (step->how == AXIS_NONE)
		return ERR_OK;
	for (size_t i = 0; !err && i < from->count; i++) {
		if (step->how == AXIS_CHILD) {
			err = child_step(r, c, step, foreign, from->at[i], out);
		} else if (step->how == AXIS_BELOW) {
			err = run_below(r, from->at[i], op_text(r->x, step), out);
		} else if (step->how != AXIS_PARENT) {
			err = expr_nodes_add(out, from->at[i]);
		} else if (r->host->parent && r->host->parent(r->host->user, from->at[i], &up)) {
			if (!out->count || !node_same(out->at[out->count - 1], up))
				err = expr_nodes_add(out, up);
		}
	}
	return err || step->how == AXIS_CHILD ? err : filter(r, c, step->first, foreign, out, 0);
}

/* Inside a predicate over the form's own nodes, ${x} seen from outside may be many: then the candidate's own is meant. */
static enum err resolve(struct run *r, const struct frame *c, const struct op *path, struct expr_nodes *out)
{
	const char *name = op_text(r->x, path);
	enum err err = r->host->resolve ? r->host->resolve(r->host->user, name, c->scope, out) : ERR_NOTFOUND;

	if (!err && out->count > 1 && c->position && !c->foreign) {
		out->count = 0;
		err = r->host->resolve(r->host->user, name, c->here, out);
	}
	if (err == ERR_NOTFOUND)
		return err_set(ERR_FORMAT, _("没有名为 %s 的题目"), name);
	return err ? err : run_work(r, out->count);
}

static enum err path_start(struct run *r, const struct frame *c, const struct op *path, struct expr_value *out)
{
	struct expr_node root;
	enum err err;

	if (path->how == START_EXPR) {
		err = run_op(r, c, path->first, out);
		return err || out->kind == EXPR_NODES ? err : err_set(ERR_FORMAT, _("/ 和 [ 前面要是题目, 不能是值"));
	}
	value_reset(out);
	out->kind = EXPR_NODES;
	if (path->how == START_NAME)
		return resolve(r, c, path, &out->nodes);
	if (path->how == START_HERE)
		return expr_nodes_add(&out->nodes, c->here);
	err = r->host->root ? r->host->root(r->host->user, NULL, &root) : ERR_NOTFOUND;
	return err == ERR_NOTFOUND ? ERR_OK : err ? err : expr_nodes_add(&out->nodes, root);
}

enum err run_path(struct run *r, const struct frame *c, const struct op *path, struct expr_value *out)
{
	struct expr_nodes next = { 0 }, swap;
	uint32_t i = path->first;
	bool foreign = path->how == START_EXPR ? op_is_foreign(r->x, c->foreign, path->first) : path->how == START_HERE && c->foreign;
	enum err err = path_start(r, c, path, out);

	if (path->how == START_EXPR)
		i = r->x->ops[i].next;
	for (; !err && i != NO_OP; i = r->x->ops[i].next) {
		const struct op *step = &r->x->ops[i];

		err = take_step(r, c, step, foreign, &out->nodes, &next);
		swap = out->nodes;
		out->nodes = next;
		next = swap;
		if (!err && path->how == START_ROOT && step->next != NO_OP && step->first == NO_OP)
			keep_own(r, c->foreign ? c->scope : c->here, &out->nodes);
	}
	free(next.at);
	return err;
}
