/* What SurveyCTO's forms ask of a repeat: totals over those of its instances for which an expression holds, and the place of one
 * among them: https://docs.surveycto.com/02-designing-forms/01-core-concepts/09.expressions.html */
#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#include <math.h>

enum { RANK_NONE = 999 };

/* The nodes of an argument, of which each that the condition holds for is given to `each` with its value. */
struct walk {
	struct run *run;
	const struct frame *frame;
	uint32_t set, condition;       /* ops; NO_OP: every node */
	enum err (*each)(struct walk *w, size_t i, struct expr_value *value);
	double sum;
	size_t at;                     /* of rank: which one, from 1 */
	double own;                    /* its value; NAN: it is not among them */
	bool first, counting;
	struct buf *text;
	const char *glue;
};

static enum err holds(const struct walk *w, struct expr_node node, bool *out)
{
	struct frame inner = { .here = node, .scope = node };
	struct expr_value v = { 0 };
	enum err err = ERR_OK;

	*out = true;
	if (w->condition != NO_OP && !(err = run_op(w->run, &inner, w->condition, &v)))
		*out = take_truth(w->run, &v);
	expr_value_clear(&v);
	return err;
}

static enum err walk(struct walk *w, const char *function)
{
	struct expr_value set = { 0 }, value = { 0 };
	enum err err = run_op(w->run, w->frame, w->set, &set);
	bool holding;

	if (!err && set.kind != EXPR_NODES)
		err = err_set(ERR_FORMAT, _("%s() 里要写重复组或其中的题目, 不能是值"), function);
	if (!err)
		err = run_work(w->run, set.nodes.count);
	for (size_t i = 0; !err && i < set.nodes.count; i++) {
		if ((err = holds(w, set.nodes.at[i], &holding)) || !holding)
			continue;
		if (!(err = value_of_node(w->run->host, set.nodes.at[i], &value)))
			err = w->each(w, i, &value);
	}
	expr_value_clear(&set);
	expr_value_clear(&value);
	return err;
}

static uint32_t argument(const struct run *r, const struct op *call, uint32_t n)
{
	uint32_t i = call->first;

	while (n-- && i != NO_OP)
		i = r->x->ops[i].next;
	return i;
}

/* --- totals --- */

static enum err one_more(struct walk *w, size_t i, struct expr_value *value)
{
	(void)i, (void)value;
	w->sum++;
	return ERR_OK;
}

static enum err add(struct walk *w, size_t i, struct expr_value *value)
{
	(void)i;
	if (value->kind != EXPR_STRING || value->text.len)
		w->sum += value_number(value);
	return ERR_OK;
}

static enum err least(struct walk *w, size_t i, struct expr_value *value)
{
	double d = value_number(value);

	(void)i;
	if (!isnan(d) && (isnan(w->sum) || d < w->sum))
		w->sum = d;
	return ERR_OK;
}

static enum err greatest(struct walk *w, size_t i, struct expr_value *value)
{
	double d = value_number(value);

	(void)i;
	if (!isnan(d) && (isnan(w->sum) || d > w->sum))
		w->sum = d;
	return ERR_OK;
}

static enum err total(struct run *r, const struct frame *c, const struct op *call, const char *function, struct walk w, struct expr_value *out)
{
	enum err err;

	w.run = r;
	w.frame = c;
	w.set = call->first;
	w.condition = argument(r, call, 1);
	err = walk(&w, function);
	expr_set_number(out, w.sum);
	return err;
}

static enum err run_count_if(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	return total(r, c, call, "count-if", (struct walk){ .each = one_more }, out);
}

static enum err run_sum_if(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	return total(r, c, call, "sum-if", (struct walk){ .each = add }, out);
}

static enum err run_min_if(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	return total(r, c, call, "min-if", (struct walk){ .each = least, .sum = NAN }, out);
}

static enum err run_max_if(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	return total(r, c, call, "max-if", (struct walk){ .each = greatest, .sum = NAN }, out);
}

/* --- join-if(glue, question, condition) --- */

static enum err append(struct walk *w, size_t i, struct expr_value *value)
{
	(void)i;
	if (!w->first)
		buf_puts(w->text, w->glue);
	w->first = false;
	return expr_text(w->run->host, value, w->text);
}

static enum err run_join_if(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	struct expr_value glue = { 0 };
	struct buf text = { 0 };
	struct walk w = { .run = r, .frame = c, .set = argument(r, call, 1), .condition = argument(r, call, 2), .each = append, .first = true, .text = &text };
	enum err err = run_op(r, c, call->first, &glue);

	if (!err && !(err = value_string(r->host, &glue))) {
		w.glue = buf_str(&glue.text);
		err = walk(&w, "join-if");
	}
	if (!err && !(err = text.err))
		err = value_set_text(out, buf_str(&text), text.len);
	expr_value_clear(&glue);
	buf_clear(&text);
	return err;
}

/* --- rank-index(index, question), rank-index-if(index, question, condition): 1 is the highest --- */

static enum err rank(struct walk *w, size_t i, struct expr_value *value)
{
	double d = value_number(value);

	if (w->counting)
		w->sum += d > w->own;
	else if (i + 1 == w->at)
		w->own = d;
	return ERR_OK;
}

static enum err run_rank(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out)
{
	struct walk w = { .run = r, .frame = c, .set = argument(r, call, 1), .condition = argument(r, call, 2), .each = rank, .own = NAN };
	struct expr_value index = { 0 };
	enum err err = run_op(r, c, call->first, &index);
	double at = err ? 0 : take_number(r, &index);

	w.at = at >= 1 && at < 1e9 ? (size_t)at : 0;
	expr_value_clear(&index);
	if (!err)
		err = walk(&w, "rank-index");
	w.counting = true;
	if (!err && !isnan(w.own))
		err = walk(&w, "rank-index");
	expr_set_number(out, isnan(w.own) ? RANK_NONE : w.sum + 1);
	return err;
}

const struct function repeat_functions[] = {
	{ .name = "count-if", .min = 2, .max = 2, .lazy = run_count_if },
	{ .name = "sum-if", .min = 2, .max = 2, .lazy = run_sum_if },
	{ .name = "min-if", .min = 2, .max = 2, .lazy = run_min_if },
	{ .name = "max-if", .min = 2, .max = 2, .lazy = run_max_if },
	{ .name = "join-if", .min = 3, .max = 3, .lazy = run_join_if },
	{ .name = "rank-index", .min = 2, .max = 2, .lazy = run_rank },
	{ .name = "rank-index-if", .min = 3, .max = 3, .lazy = run_rank },
	{ .name = NULL }
};
