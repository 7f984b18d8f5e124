#include "config.h"
#include "forms/fill/tree.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* In which order things are computed: Tarjan's strongly connected components over (question, what of it), which come out
 * with what is depended on first. A form may make relevances lean on each other; a calculation may read itself; but
 * calculations and repeat counts that need each other have no value, and the form is refused with their names. */
struct graph {
	struct fill *f;
	uint32_t *first, *next, *to;   /* dependencies of a vertex, chained; edges are numbered from 1 */
	uint32_t edges;
	uint32_t *index, *low, *stack, *work, *cursor;
	uint32_t depth, working, counter;
	bool *on_stack;
};

static uint32_t vertex(uint32_t question, int kind)
{
	return question * COMPUTE_KINDS + (uint32_t)kind;
}

static bool exists(const struct fill *f, uint32_t v)
{
	return f->plan[v / COMPUTE_KINDS].program[v % COMPUTE_KINDS] != NULL;
}

static void depend(struct graph *g, uint32_t v, uint32_t on)
{
	if (!exists(g->f, on) || v == on)
		return;
	g->to[++g->edges] = on;
	g->next[g->edges] = g->first[v];
	g->first[v] = g->edges;
}

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
}

static enum err cycle(const struct graph *g, uint32_t from)
{
	struct buf names = { 0 };
	enum err err;

	for (uint32_t i = from; i < g->depth; i++)
		buf_printf(&names, "%s%s", i > from ? ", " : "", g->f->form->questions[g->stack[i] / COMPUTE_KINDS].name);
	err = err_set(ERR_FORMAT, _("计算互相依赖, 得不出结果: %s"), buf_str(&names));
	buf_clear(&names);
	return err;
}

/* The component on top of the stack, down to `v`, is whole: give ranks. */
static enum err take_component(struct graph *g, uint32_t v)
{
	uint32_t from = g->depth;
	bool hard = false;

	do {
		from--;
		hard = hard || g->stack[from] % COMPUTE_KINDS == COMPUTE_VALUE || g->stack[from] % COMPUTE_KINDS == COMPUTE_COUNT;
	} while (g->stack[from] != v);
	if (hard && g->depth - from > 1)
		return cycle(g, from);
	for (uint32_t i = from; i < g->depth; i++) {
		uint32_t one = g->stack[i], rank = g->f->rank_count++;

		g->on_stack[one] = false;
		g->f->plan[one / COMPUTE_KINDS].rank[one % COMPUTE_KINDS] = rank;
		g->f->by_rank[rank].question = one / COMPUTE_KINDS;
		g->f->by_rank[rank].kind = (uint8_t)(one % COMPUTE_KINDS);
	}
	g->depth = from;
	return ERR_OK;
}

static void enter(struct graph *g, uint32_t v)
{
	g->index[v] = g->low[v] = ++g->counter;
	g->cursor[v] = g->first[v];
	g->stack[g->depth++] = v;
	g->on_stack[v] = true;
	g->work[g->working++] = v;
}

static enum err visit(struct graph *g, uint32_t start)
{
	enum err err = ERR_OK;

	enter(g, start);
	while (!err && g->working) {
		uint32_t v = g->work[g->working - 1], e = g->cursor[v], on;

		if (e) {
			g->cursor[v] = g->next[e];
			on = g->to[e];
			if (!g->index[on])
				enter(g, on);
			else if (g->on_stack[on] && g->index[on] < g->low[v])
				g->low[v] = g->index[on];
			continue;
		}
		g->working--;
		if (g->working && g->low[v] < g->low[g->work[g->working - 1]])
			g->low[g->work[g->working - 1]] = g->low[v];
		if (g->low[v] == g->index[v])
			err = take_component(g, v);
	}
	return err;
}

enum err plan_order(struct fill *f, const struct edge *all, uint32_t count, const uint32_t *from)
{
	static const enum compute seen_through[] = { COMPUTE_COUNT, COMPUTE_VALUE, COMPUTE_RELEVANT, COMPUTE_CHOICES };
	uint32_t n = f->form->question_count * COMPUTE_KINDS + 1;
	struct graph g = { .f = f };
	enum err err = ERR_OK;
	uint32_t *room = calloc((size_t)n * 6, sizeof *room);
	uint32_t *chain = calloc((size_t)(count * 4 + 1) * 2, sizeof *chain);

	g.on_stack = calloc(n, sizeof *g.on_stack);
	f->by_rank = calloc(n, sizeof *f->by_rank);
	if (!room || !chain || !g.on_stack || !f->by_rank) {
		err = no_memory();
		goto out;
	}
	g.first = room;
	g.index = room + n;
	g.low = room + n * 2;
	g.stack = room + n * 3;
	g.work = room + n * 4;
	g.cursor = room + n * 5;
	g.next = chain;
	g.to = chain + count * 4 + 1;
	for (uint32_t i = 0; i < count; i++)
		for (size_t k = 0; k < sizeof seen_through / sizeof *seen_through; k++)
			depend(&g, vertex(all[i].target, all[i].kind), vertex(from[i], seen_through[k]));
	for (uint32_t v = 0; !err && v + 1 < n; v++)
		if (exists(f, v) && !g.index[v])
			err = visit(&g, v);
out:
	free(room);
	free(chain);
	free(g.on_stack);
	return err;
}
