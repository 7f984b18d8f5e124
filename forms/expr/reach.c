#include "config.h"
#include "forms/expr/program.h"

#include <stdlib.h>
#include <string.h>

/* Walking an expression over the form's plan. In the plan position() of a node is not 0 where it is a repeat. */
struct walk {
	const struct expr *x;
	const struct expr_host *host;
	struct expr_node origin;
	enum err (*found)(void *user, struct expr_node node, bool local);
	void *user;
};

struct place { struct expr_node here; bool foreign, local; };

static enum err walk_op(struct walk *w, struct place at, uint32_t op, struct expr_nodes *out);

static bool is_repeat(const struct walk *w, struct expr_node n)
{
	return w->host->position && w->host->position(w->host->user, n);
}

static enum err walk_list(struct walk *w, struct place at, uint32_t first)
{
	enum err err = ERR_OK;

	for (uint32_t i = first; !err && i != NO_OP; i = w->x->ops[i].next)
		err = walk_op(w, at, i, NULL);
	return err;
}

static enum err walk_predicates(struct walk *w, struct place at, const struct op *step, bool foreign, const struct expr_nodes *set)
{
	enum err err = ERR_OK;

	if (step->first == NO_OP)
		return ERR_OK;
	if (foreign)
		return walk_list(w, (struct place){ at.here, true, at.local }, step->first);
	for (size_t i = 0; !err && i < set->count; i++)
		err = walk_list(w, (struct place){ set->at[i], false, false }, step->first);
	return err;
}

/* One step over the plan; *local falls once the way leads down into a repeat. */
static enum err walk_step(struct walk *w, const struct op *step, struct expr_nodes *set, bool *local)
{
	struct run r = { .x = w->x, .host = w->host };
	struct expr_nodes next = { 0 };
	struct expr_node up;
	enum err err = ERR_OK;

	if (step->how == AXIS_SELF || step->how == AXIS_FILTER)
		return ERR_OK;
	for (size_t i = 0; !err && i < set->count && step->how != AXIS_NONE; i++) {
		if (step->how == AXIS_CHILD)
			err = w->host->children(w->host->user, set->at[i], op_text(w->x, step), &next);
		else if (step->how == AXIS_BELOW)
			err = run_below(&r, set->at[i], op_text(w->x, step), &next);
		else if (w->host->parent(w->host->user, set->at[i], &up))
			err = expr_nodes_add(&next, up);
	}
	*local = *local && step->how != AXIS_BELOW;
	for (size_t i = 0; !err && step->how != AXIS_PARENT && i < next.count; i++)
		if (is_repeat(w, next.at[i])) {
			*local = false;
			err = w->found(w->user, next.at[i], false);
		}
	free(set->at);
	*set = next;
	return err;
}

static enum err walk_start(struct walk *w, struct place at, const struct op *path, struct expr_nodes *set, bool *local)
{
	struct expr_node root;
	enum err err = ERR_OK;

	switch ((enum start)path->how) {
	case START_EXPR:
		return walk_op(w, at, path->first, set);
	case START_HERE:
		return at.foreign ? ERR_OK : expr_nodes_add(set, at.here);
	case START_ROOT:
		err = w->host->root(w->host->user, NULL, &root);
		return err ? err : expr_nodes_add(set, root);
	case START_NAME:
		err = w->host->resolve(w->host->user, op_text(w->x, path), w->origin, set);
		for (size_t i = 0; !err && i < set->count; i++)
			*local = *local && !is_repeat(w, set->at[i]);
		break;
	}
	return err == ERR_NOTFOUND ? ERR_OK : err;
}

static enum err walk_path(struct walk *w, struct place at, const struct op *path, struct expr_nodes *out)
{
	bool foreign = path->how == START_EXPR ? op_is_foreign(w->x, at.foreign, path->first) : path->how == START_HERE && at.foreign;
	bool local = at.local;
	struct expr_nodes set = { 0 };
	enum err err = walk_start(w, at, path, &set, &local);
	uint32_t i = path->how == START_EXPR ? w->x->ops[path->first].next : path->first;

	for (; !err && i != NO_OP; i = w->x->ops[i].next) {
		err = walk_step(w, &w->x->ops[i], &set, &local);
		if (!err)
			err = walk_predicates(w, at, &w->x->ops[i], foreign, &set);
	}
	for (size_t n = 0; !err && !foreign && n < set.count; n++) {
		err = w->found(w->user, set.at[n], local);
		if (!err && out)
			err = expr_nodes_add(out, set.at[n]);
	}
	free(set.at);
	return err;
}

static enum err walk_op(struct walk *w, struct place at, uint32_t op, struct expr_nodes *out)
{
	const struct op *o = &w->x->ops[op];

	if (o->code == OP_PATH)
		return walk_path(w, at, o, out);
	if (function_is(w->x, o, "current"))
		return out ? expr_nodes_add(out, w->origin) : ERR_OK;
	if (function_is(w->x, o, "indexed-repeat"))
		at.local = false;
	if (o->code == OP_CALL && o->first != NO_OP && out) {
		enum err err = walk_op(w, at, o->first, out);

		return err ? err : walk_list(w, at, w->x->ops[o->first].next);
	}
	return walk_list(w, at, o->first);
}

enum err expr_reach(const struct expr *x, const struct expr_host *schema, struct expr_node here,
                    enum err (*found)(void *user, struct expr_node node, bool local), void *user)
{
	struct walk w = { .x = x, .host = schema, .origin = here, .found = found, .user = user };

	return walk_op(&w, (struct place){ here, false, true }, x->root, NULL);
}
