#include "config.h"
#include "tui/screens/walk/walk.h"

#include "forms/base/i18n.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"
#include "tui/screens/form/form_scope.h"
#include "tui/screens/form/form_view.h"
#include "tui/screens/form/pick.h"
#include "tui/screens/walk/found.h"

#include <stdio.h>
#include <string.h>

/* Rows: the button, each hazard, each other question. */
static uint32_t hazards(const struct walk *w)
{
	fill_node repeat = fill_find(w->f->fill, WALK_HAZARD);

	return repeat == FILL_NO_NODE ? 0 : fill_instances(w->f->fill, repeat);
}

static fill_node hazard_at(const struct walk *w, uint32_t i)
{
	return fill_instance(w->f->fill, fill_find(w->f->fill, WALK_HAZARD), i);
}

static size_t row_count(void *user)
{
	const struct walk *w = user;

	return 1 + hazards(w) + w->extra_count;
}

static struct kit_id row_id(void *user, size_t i)
{
	(void)user;
	return kit_id_number(i);
}

static const char *child_value(const struct walk *w, fill_node instance, const char *name)
{
	fill_node n = fill_child(w->f->fill, instance, name);

	return n == FILL_NO_NODE ? "" : fill_value(w->f->fill, n);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct walk *w = user;
	struct buf label = { 0 }, value = { 0 };

	if (!i) {
		snprintf(cells[0].text, KIT_CELL, "%s", _("[ 存下这次巡查 ]"));
		cells[0].role = KIT_STRONG;
	} else if (i <= hazards(w)) {
		fill_node h = hazard_at(w, (uint32_t)i - 1);
		fill_node level = fill_child(w->f->fill, h, "level");

		if (level != FILL_NO_NODE)
			filling_value(w->f, level, &value);
		snprintf(cells[0].text, KIT_CELL, _("! 隐患 %s %s"), child_value(w, h, "item"), child_value(w, h, "desc"));
		snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&value));
		cells[0].role = cells[1].role = KIT_DANGER;
	} else {
		fill_node n = w->extra[i - 1 - hazards(w)];

		filling_label(w->f, n, &label);
		filling_value(w->f, n, &value);
		snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&label));
		snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&value));
	}
	buf_clear(&label);
	buf_clear(&value);
}

void walk_summary_open(struct walk *w)
{
	static const struct kit_column columns[] = { { 0, 1, false }, { 24, 2, false } };

	w->summary.rows = (struct kit_rows){ .user = w, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 2 };
	kit_list_select(&w->summary, 0);
	w->warned = false;
}

void walk_summary_draw(struct walk *w, WINDOW *win)
{
	size_t answered = 0, failed = 0;
	int y = 0, cols = getmaxx(win);
	char line[160];

	for (size_t i = 0; i < w->count; i++) {
		answered += walk_is_answered(w, i);
		failed += walk_fails(w, w->items[i].node);
	}
	snprintf(line, sizeof line, _("答了 %zu 项, 不合格 %zu 项, 没答 %zu 项; 隐患 %u 处"), answered, failed, w->count - answered, hazards(w));
	y += kit_paragraph(win, y, 1, 2, cols - 2, failed ? KIT_DANGER : KIT_STRONG, line);
	if (answered < w->count)
		y += kit_text(win, y, 1, cols - 2, KIT_SOON, _("有没答的: g 去下一个没答的")) > 0;
	y++;
	kit_list_draw(&w->summary, &w->base, win, y, getmaxy(win) - y);
}

static enum kit_next text_given(struct kit_view *below, struct kit_view *self)
{
	struct walk *w = (struct walk *)below;
	struct buf value = { 0 };
	fill_node n;
	bool taken;
	enum err e;

	if (!kit_prompt_answer(self) || w->summary.at <= hazards(w))
		return KIT_STAY;
	n = w->extra[w->summary.at - 1 - hazards(w)];
	buf_puts(&value, kit_prompt_answer(self));
	e = filling_take(w->f, n, &value);
	if (!e)
		e = filling_answer(w->f, n, buf_str(&value));
	if (e)
		kit_say_error(e);
	taken = !strcmp(buf_str(&value), fill_value(w->f->fill, n));          /* an answer now, if not on disk yet */
	buf_clear(&value);
	return e && !taken ? kit_prompt_again(below, self) : KIT_STAY;
}

static enum kit_next one_chosen(struct kit_view *below, struct kit_view *self)
{
	struct walk *w = (struct walk *)below;
	struct buf value = { 0 };
	fill_node n;
	enum err e;

	if (w->summary.at <= hazards(w))
		return KIT_STAY;
	n = w->extra[w->summary.at - 1 - hazards(w)];
	e = pick_value(self, w->f, n, false, &value) ? filling_answer(w->f, n, buf_str(&value)) : ERR_OK;
	if (e)
		kit_say_error(e);
	buf_clear(&value);
	return KIT_STAY;
}

static enum kit_next edit_extra(struct walk *w, fill_node n)
{
	struct buf label = { 0 };
	struct kit_view *dialog;

	filling_label(w->f, n, &label);
	dialog = fill_question(w->f->fill, n)->type == FORM_SELECT_ONE ? pick_new(w->f, n, false, one_chosen)
	                                                               : kit_prompt_new(buf_str(&label), fill_question(w->f->fill, n)->type >= FORM_IMAGE && fill_question(w->f->fill, n)->type <= FORM_SIGNATURE ? _("照片文件的路径 (可粘贴)") : NULL,
	                                                                                fill_value(w->f->fill, n), text_given);
	buf_clear(&label);
	return kit_open(&w->base, dialog);
}

static fill_node enclosing_hazard(const struct walk *w, fill_node n)
{
	for (uint32_t i = 0; i < hazards(w); i++)
		for (fill_node up = n; up != FILL_NO_NODE; up = fill_parent(w->f->fill, up))
			if (up == hazard_at(w, i))
				return up;
	return FILL_NO_NODE;
}

/* What is missing or wrong is shown where it is mended. */
static enum kit_next go_to_fault(struct walk *w, fill_node fault)
{
	fill_node hazard = fault == FILL_NO_NODE ? FILL_NO_NODE : enclosing_hazard(w, fault);

	if (hazard != FILL_NO_NODE)
		return kit_open(&w->base, screen_form_scope_new(w->f, hazard));
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].node == fault)
			w->at = i;
	return KIT_STAY;
}

static enum kit_next save(struct walk *w)
{
	struct buf why = { 0 };
	struct row_id record;
	fill_node fault;
	enum err e;

	if (walk_unanswered(w, 0) < w->count && !w->warned) {
		w->warned = true;
		kit_say(KIT_SOON, _("还有没答的项: g 去答, 再按一次 Enter 照样存"));
		return KIT_STAY;
	}
	fault = filling_fault(w->f, &why);
	if (why.len) {
		kit_say(KIT_DANGER, "%s", buf_str(&why));
		buf_clear(&why);
		return go_to_fault(w, fault);
	}
	e = filling_submit(w->f, &record);
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	buf_printf(&why, _("已存: 巡查和 %u 处隐患已签名入账, 等同步送出"), hazards(w));
	filling_say_saved(w->f, buf_str(&why));
	buf_clear(&why);
	w->base.open = hazards(w) ? screen_found_new(w->f->app, &record) : NULL;
	return w->base.open ? KIT_REPLACE : KIT_CLOSE;
}

enum kit_next walk_summary_act(struct walk *w, enum kit_action a)
{
	if (a == ACT_OPEN && w->summary.at == 0)
		return save(w);
	if (a == ACT_OPEN && w->summary.at <= hazards(w))
		return kit_open(&w->base, screen_form_scope_new(w->f, hazard_at(w, (uint32_t)w->summary.at - 1)));
	if (a == ACT_OPEN)
		return edit_extra(w, w->extra[w->summary.at - 1 - hazards(w)]);
	if (a == ACT_SAVE)
		return save(w);
	return kit_list_act(&w->summary, a);
}
