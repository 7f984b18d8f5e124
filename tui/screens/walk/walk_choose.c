#include "config.h"
#include "tui/screens/walk/walk.h"

#include "tui/screens/form/form_view.h"
#include "tui/screens/form/pick.h"

static fill_node node_at(const struct walk *w)
{
	return w->items[w->at].node;
}

uint32_t walk_choices(const struct walk *w)
{
	const struct form_question *q = walk_question(w);
	uint32_t count = 0;

	return q && form_is_select(q->type) && !fill_choices(w->f->fill, node_at(w), &count) ? count : 0;
}

void walk_choose_begin(struct walk *w)
{
	uint32_t count = walk_choices(w);
	const char *value = count ? fill_value(w->f->fill, node_at(w)) : "", *name, *label;

	w->first = 0;
	for (uint32_t i = 0; *value && i < count; i++)
		if (!fill_choice(w->f->fill, node_at(w), i, &name, &label) && pick_has(value, name)) {
			w->first = i / WALK_CHOICES * WALK_CHOICES;
			return;
		}
}

enum kit_next walk_choose_more(struct walk *w)
{
	w->first = w->first + WALK_CHOICES < walk_choices(w) ? w->first + WALK_CHOICES : 0;
	return KIT_STAY;
}

enum kit_next walk_choose(struct walk *w, uint32_t choice)
{
	const struct form_question *q = walk_question(w);
	const char *name, *label;
	struct buf value = { 0 };
	enum kit_next next;

	if (!q || fill_choice(w->f->fill, node_at(w), choice, &name, &label))
		return KIT_STAY;
	if (q->type == FORM_SELECT_ONE)
		buf_puts(&value, name);
	else
		filling_toggle(w->f, node_at(w), name, &value);
	next = walk_answer(w, buf_str(&value), q->type == FORM_SELECT_ONE);
	buf_clear(&value);
	return next;
}

static enum kit_next from_list(struct kit_view *below, struct kit_view *self)
{
	struct walk *w = (struct walk *)below;
	struct buf value = { 0 };
	enum kit_next next = KIT_STAY;

	if (pick_value(self, w->f, node_at(w), walk_question(w)->type != FORM_SELECT_ONE, &value))
		next = walk_answer(w, buf_str(&value), true);
	buf_clear(&value);
	return next;
}

enum kit_next walk_choose_list(struct walk *w)
{
	return kit_open(&w->base, pick_new(w->f, node_at(w), walk_question(w)->type != FORM_SELECT_ONE, from_list));
}
