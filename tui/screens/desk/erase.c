/* The people named in one row are erased, here at once and on every device that holds it: why, how much, and what stays, said before
 * it is done. All records that touched the row are meant, with their corrections and pictures. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/erase/erase.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"
#include "tui/screens/terms.h"

#include <stdio.h>
#include <stdlib.h>

struct erasing {
	struct kit_view base;
	struct app *app;
	struct row_id id;
	char name[160], reason[KEYS_REASON_MAX + 1];
	unsigned level;                         /* 0 not chosen; 1 what is personal, 2 every answer */
	size_t records;                         /* that level would touch */
	bool done;
};

static enum kit_next reason_given(struct kit_view *below, struct kit_view *self)
{
	terms_reason_given(self, ((struct erasing *)below)->reason);
	return KIT_STAY;
}

static enum kit_next level_chosen(struct kit_view *below, struct kit_view *self)
{
	struct erasing *v = (struct erasing *)below;
	struct erase_list list = { 0 };
	int i = kit_choice_answer(self);
	enum err e;

	if (i < 0)
		return KIT_STAY;
	e = erase_collect_row(v->app->profile, &v->id, (unsigned)i + 1, &list);
	if (e) {
		kit_say_error(e);
	} else {
		v->level = (unsigned)i + 1;
		v->records = list.count;
	}
	erase_list_clear(&list);
	return KIT_STAY;
}

static enum kit_next confirmed(struct kit_view *below, struct kit_view *self)
{
	struct erasing *v = (struct erasing *)below;
	struct erase_list list = { 0 };
	enum err e;

	if (kit_choice_answer(self) != 1)
		return KIT_STAY;
	e = erase_collect_row(v->app->profile, &v->id, v->level, &list);
	if (!e)
		e = erase_order(v->app->profile, &list, v->reason);
	if (e) {
		kit_say_error(e);
	} else {
		v->done = true;
		v->records = list.count;
		kit_say(KIT_GOOD, _("已令删除 %zu 条; 谁还没照办, 在删除令里看"), v->records);
	}
	erase_list_clear(&list);
	return KIT_STAY;
}

static enum kit_next ask_level(struct erasing *v)
{
	struct kit_option options[] = { { _("只删个人信息: 姓名、电话、证件"), NULL, v->level == 1 }, { _("答案全删: 只留何时、谁、哪一步"), NULL, v->level == 2 } };

	return kit_open(&v->base, kit_choice_new(_("删多少"), NULL, options, 2, false, level_chosen));
}

static void consequences(const struct erasing *v, struct buf *out)
{
	buf_printf(out, _("%s: %zu 条记录里的%s, 这里当场删去, 各设备下次同步照办并回报。\n删了找不回来。"), v->name, v->records, v->level > 1 ? _("全部答案") : _("个人信息"));
	buf_puts(out, v->level > 1 ? _("何时、谁、办了哪一步还在, 验得出没被改过。") : _("隐患、检查结果、时间、步骤都留着, 验得出没被改过。"));
}

static enum kit_next ask_erase(struct erasing *v)
{
	struct kit_option options[] = { { _("先不删"), NULL, true }, { _("删去"), NULL, false } };
	struct buf text = { 0 };
	struct kit_view *choice;

	consequences(v, &text);
	choice = kit_choice_new(_("删个人信息"), buf_str(&text), options, 2, false, confirmed);
	buf_clear(&text);
	return kit_open(&v->base, choice);
}

/* --- the view --- */

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)right;
	buf_printf(left, _("删个人信息: %s"), ((struct erasing *)base)->name);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct erasing *v = (struct erasing *)base;
	struct buf words = { 0 };
	int y = 0;

	base->cursor_y = base->cursor_x = 0;
	y = kit_step(win, y, *v->reason, _("1 为什么 (都看得到, 不要写个人信息)"), v->reason);
	y = kit_step(win, y, v->level, _("2 删多少"), v->level == 1 ? _("个人信息") : v->level ? _("全部答案") : "");
	y = kit_step(win, y, v->done, _("3 删去"), "");
	if (y + 1 < getmaxy(win))
		kit_rule(win, y++);
	if (v->done)
		buf_printf(&words, _("这里已删去 %zu 条。哪台设备还没照办: 设备页按 e 看删除令。"), v->records);
	else if (v->level)
		consequences(v, &words);
	kit_paragraph(win, y, 1, getmaxy(win) - y, getmaxx(win) - 2, v->done ? KIT_GOOD : KIT_SOON, buf_str(&words));
	buf_clear(&words);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct erasing *v = (struct erasing *)base;

	switch (a) {
	case ACT_ANSWER_1: return kit_open(base, kit_prompt_new(_("为什么删"), _("都看得到, 不要写个人信息。例如: 本人要求"), v->reason, reason_given));
	case ACT_ANSWER_2: return ask_level(v);
	case ACT_ANSWER_3: return ask_erase(v);
	default:           return KIT_PASS;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct erasing *v = (struct erasing *)base;

	switch (a) {
	case ACT_ANSWER_1: case ACT_ANSWER_2: return !v->done;
	case ACT_ANSWER_3: return !v->done && *v->reason && v->level;
	default:           return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	switch (a) {
	case ACT_ANSWER_1: return _("为什么");
	case ACT_ANSWER_2: return _("删多少");
	case ACT_ANSWER_3: return _("删去");
	default:           return NULL;
	}
}

static void close_erasing(struct kit_view *base)
{
	free(base);
}

static const struct kit_key keys[] = { { '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "erase", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_erasing, .offers = offers, .label = label,
};

struct kit_view *screen_erase_new(struct app *app, const struct row_id *id)
{
	struct erasing *v = calloc(1, sizeof *v);
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->id = *id;
	if (!row_read(app->profile, id, &row)) {
		row_number(app->profile, &row, &b);
		buf_putc(&b, ' ');
		row_title(app->profile, &row, &b);
		row_clear(&row);
	}
	snprintf(v->name, sizeof v->name, "%s", buf_str(&b));
	buf_clear(&b);
	return &v->base;
}
