#include "config.h"
#include "forms/fill/settle.h"

#include "forms/base/i18n.h"

#include <string.h>

enum err constraint_holds(struct fill *f, uint32_t node, bool *out)
{
	const struct expr *x = f->plan[f->nodes[node].question].constraint;
	enum err err = ERR_OK;

	*out = true;
	if (!x || !f->nodes[node].value)
		return ERR_OK;
	err = settle_eval(f, node, x);
	if (!err)
		*out = expr_boolean(&f->eval, &f->value);
	if (err == ERR_FORMAT)
		return ERR_OK;             /* the author's mistake (a pattern, a table that is not here) must not lock the question */
	return err ? err_in(err, _("题目 %s 的 constraint"), f->form->questions[f->nodes[node].question].name) : ERR_OK;
}

static enum err tell(struct fill *f, uint32_t node, enum fill_fault what, bool (*each)(void *user, fill_node n, enum fill_fault what, const char *message),
                     void *user, bool *more)
{
	struct buf message = { 0 };
	enum err err = fill_text(f, node, what == FILL_MISSING ? FILL_REQUIRED_MESSAGE : FILL_CONSTRAINT_MESSAGE, &message);

	if (!err && !message.len)
		buf_puts(&message, what == FILL_MISSING ? _("这一项必填") : _("这个答案不合要求, 请检查后重填"));
	if (!err)
		*more = each(user, node, what, buf_str(&message));
	buf_clear(&message);
	return err;
}

enum err fill_check(struct fill *f, bool (*each)(void *user, fill_node n, enum fill_fault what, const char *message), void *user)
{
	bool more = true, holds;
	enum err err = ERR_OK;

	for (uint32_t node = walk_all(f, ROOT_NODE); !err && more && node != FILL_NO_NODE; node = walk_all(f, node)) {
		const struct node *n = &f->nodes[node];
		const struct form_question *q = &f->form->questions[n->question];

		if (!(n->flags & NODE_RELEVANT) || !form_is_stored(q->type))
			continue;
		if (n->flags & NODE_REQUIRED && !n->value && form_is_asked(q->type)) {
			err = tell(f, node, FILL_MISSING, each, user, &more);
			continue;
		}
		err = constraint_holds(f, node, &holds);
		if (!err && !holds)
			err = tell(f, node, FILL_VIOLATION, each, user, &more);
	}
	return err;
}

bool fill_irrelevant(const struct fill *f, bool (*each)(void *user, fill_node n), void *user)
{
	for (uint32_t node = 0; node < f->node_count; node++) {
		const struct form_question *q = fill_question(f, node);

		if (q && f->nodes[node].value && !(f->nodes[node].flags & NODE_RELEVANT) && form_is_asked(q->type) && !each(user, node))
			return false;
	}
	return true;
}
