#include "config.h"
#include "tui/screens/walk/walk.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/pager.h"
#include "tui/kit/prompt.h"
#include "tui/screens/form/form_scope.h"
#include "tui/screens/form/form_view.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fill_node node_at(const struct walk *w)
{
	return w->items[w->at].node;
}

static bool is_number(const struct form_question *q)
{
	return q->type == FORM_INTEGER || q->type == FORM_DECIMAL || q->type == FORM_RANGE;
}

/* A number is typed at once; a text only after Enter, so that letters still act. */
static void arrive(struct walk *w)
{
	const struct form_question *q = walk_question(w);

	w->editing = q && is_number(q);
	w->field.compose.on = false;
	walk_choose_begin(w);
	if (q && form_is_typed(w->f->fill, node_at(w)))
		kit_line_set(&w->field.line, fill_value(w->f->fill, node_at(w)));
	if (w->at >= w->count)
		walk_summary_open(w);
}

static void go(struct walk *w, size_t to)
{
	w->at = to < w->count ? to : w->count;
	arrive(w);
	/* Where the person is, is part of the draft: the same item comes up after a dead battery. */
	if (w->f->saved && w->at < w->count && filling_save(w->f, node_at(w)))
		kit_say_error(ERR_IO);
}

static enum kit_next hazard_done(struct kit_view *below, struct kit_view *self)
{
	struct walk *w = (struct walk *)below;

	(void)self;
	if (w->at < w->count)
		go(w, w->at + 1);
	return KIT_STAY;
}

static enum kit_next open_panel(struct walk *w)
{
	struct kit_view *panel;
	fill_node instance;
	enum err e = walk_raise(w, node_at(w), &instance);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	panel = screen_form_scope_new(w->f, instance);
	if (panel)
		panel->done = hazard_done;
	return kit_open(&w->base, panel);
}

static enum kit_next see_again(struct walk *w)
{
	enum err e = walk_see_again(w, node_at(w));

	if (e)
		kit_say_error(e);
	else
		go(w, w->at + 1);
	return KIT_STAY;
}

static enum kit_next same_chosen(struct kit_view *below, struct kit_view *self)
{
	int i = kit_choice_answer(self);

	return i < 0 ? KIT_STAY : i == 0 ? see_again((struct walk *)below) : open_panel((struct walk *)below);
}

/* A hazard of an earlier visit that nobody has finished is not raised once more by every visit that sees it. */
static enum kit_next open_hazard(struct walk *w)
{
	const struct kit_option options[] = { { _("还是它: 不另立"), NULL, false }, { _("另一处: 再立一个"), NULL, false } };
	struct buf words = { 0 };
	struct kit_view *choice;

	if (walk_hazard_of(w, node_at(w)) != FILL_NO_NODE || !walk_stands(w, node_at(w), NULL, &words, NULL))
		return open_panel(w);
	choice = kit_choice_new(_("这一项有没销号的隐患"), buf_str(&words), options, sizeof options / sizeof *options, false, same_chosen);
	buf_clear(&words);
	return kit_open(&w->base, choice);
}

static void warn(struct walk *w, fill_node n)
{
	const char *expression = fill_question(w->f->fill, n)->xc[FORM_XC_WARN];
	bool beyond = false;

	if (expression && *fill_value(w->f->fill, n) && !fill_test(w->f->fill, n, expression, &beyond) && beyond)
		kit_say(KIT_SOON, _("超出平常范围, 请再看一眼: %s"), fill_value(w->f->fill, n));
}

enum kit_next walk_answer(struct walk *w, const char *value, bool on)
{
	fill_node n = node_at(w);
	enum err e = filling_answer(w->f, n, value);

	if (!e)
		e = walk_gather(w);
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	warn(w, n);
	if (walk_fails(w, n))
		return open_hazard(w);
	if ((e = walk_see_gone(w, n)))
		kit_say_error(e);
	if (walk_hazard_of(w, n) != FILL_NO_NODE && !walk_hazard_has_words(w, n)) {
		if ((e = walk_withdraw(w, n)))
			kit_say_error(e);
	} else if (walk_hazard_of(w, n) != FILL_NO_NODE) {
		kit_say(KIT_SOON, _("这一项改了答案, 原先填的隐患还在: 完成前在小结里看"));
	}
	if (on)
		go(w, w->at + 1);
	return KIT_STAY;
}

static enum kit_next typed(struct walk *w)
{
	struct buf whole = { 0 };
	enum kit_next next;

	w->editing = false;
	form_complete(w->f->app, walk_question(w)->type, kit_line_text(&w->field.line), &whole);
	next = whole.len || walk_is_answered(w, w->at) ? walk_answer(w, buf_str(&whole), true) : KIT_STAY;
	if (!whole.len && next == KIT_STAY)
		go(w, w->at + 1);
	buf_clear(&whole);
	return next;
}

static enum kit_next open_item(struct walk *w)
{
	const struct form_question *q = walk_question(w);

	if (w->editing)
		return typed(w);
	if (form_is_select(q->type)) {
		if (walk_choices(w) > WALK_CHOICES)
			return walk_choose_list(w);
		if (walk_fails(w, node_at(w)))
			return open_hazard(w);
		go(w, w->at + 1);
		return KIT_STAY;
	}
	w->editing = true;
	return KIT_STAY;
}

static enum kit_next show_history(struct walk *w)
{
	struct buf words = { 0 };
	struct kit_view *pager = NULL;
	enum err e = walk_history(w, node_at(w), &words);

	if (e)
		kit_say_error(e);
	else
		pager = kit_pager_new(_("历次"), buf_str(&words));
	buf_clear(&words);
	return e ? KIT_STAY : kit_open(&w->base, pager);
}

static enum kit_next section_chosen(struct kit_view *below, struct kit_view *self)
{
	struct walk *w = (struct walk *)below;
	int i = kit_choice_answer(self);

	if (i >= 0)
		go(w, (size_t)i < w->section_count ? w->sections[i].first : w->count);
	return KIT_STAY;
}

static enum kit_next choose_section(struct walk *w)
{
	struct kit_option *options = calloc(w->section_count + 1, sizeof *options);
	struct kit_view *dialog = NULL;

	for (size_t s = 0; options && s < w->section_count; s++) {
		struct buf b = { 0 };

		filling_label(w->f, w->sections[s].node, &b);
		buf_printf(&b, "  %zu/%zu", w->sections[s].answered, w->sections[s].count);
		options[s].label = buf_take(&b);
		options[s].on = w->at < w->count && w->items[w->at].section == s;
	}
	if (options) {
		options[w->section_count].label = _("小结, 存下");
		dialog = kit_choice_new(_("跳到哪一节"), NULL, options, w->section_count + 1, false, section_chosen);
	}
	for (size_t s = 0; options && s < w->section_count; s++)
		free((void *)(uintptr_t)options[s].label);
	free(options);
	return kit_open(&w->base, dialog);
}

static enum kit_next undo(struct walk *w)
{
	struct buf label = { 0 };
	fill_node n;
	size_t at;
	enum err e = filling_undo(w->f, &n);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	if (!walk_fails(w, n) && !walk_hazard_has_words(w, n) && (e = walk_withdraw(w, n)))
		kit_say_error(e);
	walk_gather(w);
	at = walk_item_of(w, n);
	if (at < w->count)
		go(w, at);
	/* What does not stand on this screen is told, or the key seems to have done nothing. */
	if (at < w->count && node_at(w) != n) {
		filling_label(w->f, n, &label);
		kit_say(KIT_SOON, _("撤销了这一项隐患里填的: %s"), buf_str(&label));
		buf_clear(&label);
	}
	return KIT_STAY;
}

static enum kit_next discarded(struct kit_view *below, struct kit_view *self)
{
	struct walk *w = (struct walk *)below;
	enum err e;

	if (kit_choice_answer(self) != 1)
		return KIT_STAY;
	walk_forget_old(w);
	e = filling_discard(w->f);
	w->f = NULL;
	if (e)
		kit_say_error(e);
	return KIT_CLOSE;
}

static enum kit_next ask_discard(struct walk *w)
{
	struct kit_option words[2] = { { _("留着"), NULL, false }, { _("作废"), NULL, false } };

	return kit_open(&w->base, kit_choice_new(_("作废草稿"), _("这次巡查还没有存入台账。作废后找不回来。"), words, 2, false, discarded));
}

/* What stands in the field and was not confirmed becomes the answer, when it can be one: leaving, or locked out, a person loses nothing. */
static void keep_typed(struct walk *w)
{
	struct buf whole = { 0 };
	fill_node n, hazard;

	if (!w->f || !w->editing || w->at >= w->count)
		return;
	n = node_at(w);
	w->editing = false;
	form_complete(w->f->app, walk_question(w)->type, kit_line_text(&w->field.line), &whole);
	if (whole.len && strcmp(buf_str(&whole), fill_value(w->f->fill, n)) && !filling_answer(w->f, n, buf_str(&whole)) && !walk_gather(w) &&
	    walk_fails(w, n) && !walk_stands(w, n, NULL, NULL, NULL) && !walk_raise(w, n, &hazard) && filling_save(w->f, n))
		kit_say_error(ERR_IO);
	buf_clear(&whole);
}

static enum kit_next back(struct walk *w)
{
	bool text = w->editing && walk_question(w) && !is_number(walk_question(w));

	keep_typed(w);
	if (text || !filling_settled(w->f))
		return KIT_STAY;
	walk_forget_old(w);
	if (filling_leave(w->f))
		w->f = NULL;
	else
		kit_say(KIT_PLAIN, _("草稿已存在第 %zu 项, 今日里接着做"), w->at + 1);
	return KIT_CLOSE;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct walk *w = (struct walk *)base;

	switch (a) {
	case ACT_BACK:       return back(w);
	case ACT_SECTION:    return choose_section(w);
	case ACT_UNDO:       return undo(w);
	case ACT_DISCARD:    return ask_discard(w);
	case ACT_UNANSWERED: go(w, walk_unanswered(w, w->at < w->count ? w->at + 1 : 0)); return KIT_STAY;
	default:             break;
	}
	if (w->at >= w->count) {
		if (a == ACT_PAGE_UP || (a == ACT_UP && w->summary.at == 0)) {
			go(w, w->count ? w->count - 1 : 0);
			return KIT_STAY;
		}
		return walk_summary_act(w, a);
	}
	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return walk_choose(w, w->first + (uint32_t)(a - ACT_ANSWER_1));
	switch (a) {
	case ACT_MORE:      return walk_choose_more(w);
	case ACT_OPEN:      return open_item(w);
	case ACT_UP:        go(w, w->at ? w->at - 1 : 0); return KIT_STAY;
	case ACT_DOWN: case ACT_SKIP: go(w, w->at + 1); return KIT_STAY;
	case ACT_PAGE_UP:   go(w, w->at > 10 ? w->at - 10 : 0); return KIT_STAY;
	case ACT_PAGE_DOWN: go(w, w->at + 10 < w->count ? w->at + 10 : w->count - 1); return KIT_STAY;
	case ACT_FIRST:     go(w, 0); return KIT_STAY;
	case ACT_LAST:      go(w, w->count); return KIT_STAY;
	case ACT_NOTE:      return walk_ask_note(w);
	case ACT_PHOTO:     return walk_photograph(w);
	case ACT_FILE:      return walk_ask_file(w);
	case ACT_HISTORY:   return show_history(w);
	default:            return KIT_PASS;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct walk *w = (struct walk *)base;
	const struct form_question *q = walk_question(w);

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return w->first + (uint32_t)(a - ACT_ANSWER_1) < walk_choices(w);
	switch (a) {
	case ACT_MORE:       return walk_choices(w) > WALK_CHOICES;
	case ACT_NOTE: case ACT_PHOTO: case ACT_FILE: case ACT_SKIP: case ACT_HISTORY: return q != NULL;
	case ACT_SAVE:       return !q;
	case ACT_UNDO:       return w->f->undo_count > 0;
	case ACT_UNANSWERED: return walk_unanswered(w, 0) < w->count;
	case ACT_COMPOSE: case ACT_LEFT: case ACT_RIGHT: case ACT_CLEAR_UP: return w->editing;
	default:             return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct walk *w = (struct walk *)base;
	static char words[3][96];
	const char *name, *text;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_3 && walk_question(w) &&
	    !fill_choice(w->f->fill, node_at(w), w->first + (uint32_t)(a - ACT_ANSWER_1), &name, &text)) {
		snprintf(words[a - ACT_ANSWER_1], sizeof *words, "%s", text);
		return words[a - ACT_ANSWER_1];
	}
	if (a == ACT_OPEN && walk_choices(w) > WALK_CHOICES)
		return _("选");
	if (a == ACT_OPEN)
		return w->at >= w->count ? (w->summary.at ? _("打开") : _("存下")) : w->editing ? _("记下") : _("下一项");
	return NULL;
}

static enum kit_typing typing(struct kit_view *base)
{
	struct walk *w = (struct walk *)base;

	return !w->editing ? KIT_TYPING_NOT : w->field.compose.on || !is_number(walk_question(w)) ? KIT_TYPING_TEXT : KIT_TYPING_NUMBER;
}

static enum kit_next key(struct kit_view *base, int k)
{
	struct walk *w = (struct walk *)base;

	/* In a number only what numbers are made of is text: letters go on acting. */
	if (kit_key_is_text(k) && !kit_view_takes(base, k))
		return KIT_PASS;
	if (k == (KIT_FN | KEY_END) && !kit_line_text(&w->field.line)[w->field.line.at])
		return KIT_PASS;
	return kit_field_key(&w->field, k) ? KIT_STAY : KIT_PASS;
}

static enum kit_next paste(struct kit_view *base, const char *text)
{
	kit_line_insert(&((struct walk *)base)->field.line, text);
	return KIT_STAY;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct walk *w = (struct walk *)base;

	if (w->at >= w->count)
		return kit_list_tap(&w->summary, y) ? walk_summary_act(w, ACT_OPEN) : KIT_STAY;
	for (size_t i = 0; i < w->spot_count; i++)
		if (y == w->spots[i].y && x >= w->spots[i].x && x < w->spots[i].x + w->spots[i].cols)
			return w->spots[i].choice == WALK_MORE ? walk_choose_more(w) : walk_choose(w, (uint32_t)w->spots[i].choice);
	return KIT_STAY;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct walk *w = (struct walk *)base;
	struct row row = { .id = { .index = 0 } };

	if (!w->f)
		return;
	buf_puts(left, _("巡查 > "));
	if (w->f->has_subject && !row_read(w->f->app->profile, &w->f->subject, &row)) {
		row_title(w->f->app->profile, &row, left);
		words_standing(w->f->app, &row, left);
		row_clear(&row);
	}
	buf_printf(left, " (%s)", pack_name(&w->f->form->title, i18n_language()));
	if (w->at < w->count)
		buf_printf(right, _("第 %zu/%zu 项  %s"), w->at + 1, w->count, w->f->saved ? _("已存") : _("没存"));
	else
		buf_printf(right, _("小结  %s"), w->f->saved ? _("草稿已存") : _("没存"));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	if (((struct walk *)base)->f)
		walk_draw((struct walk *)base, win);
}

static enum err load(struct kit_view *base)
{
	struct walk *w = (struct walk *)base;

	return w->f ? walk_gather(w) : ERR_OK;
}

static void close_walk(struct kit_view *base)
{
	struct walk *w = (struct walk *)base;

	keep_typed(w);
	walk_forget_old(w);
	filling_close(w->f);
	kit_field_clear(&w->field);
	free(w->items);
	free(w->sections);
	free(w->extra);
	free(w->standing.at);
	free(w);
}

static const struct kit_key keys[] = {
	{ '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { '4', ACT_ANSWER_4, false },
	{ '5', ACT_ANSWER_5, false }, { '6', ACT_ANSWER_6, false }, { '7', ACT_ANSWER_7, false }, { '8', ACT_ANSWER_8, false },
	{ '9', ACT_ANSWER_9, false }, { '0', ACT_MORE, true },
	{ KIT_ENTER, ACT_OPEN, true }, { 'n', ACT_NOTE, true }, { 'f', ACT_PHOTO, true }, { 's', ACT_SECTION, true }, { 'u', ACT_UNDO, true },
	{ 'g', ACT_UNANSWERED, true }, { 'h', ACT_HISTORY, true }, { 'F', ACT_FILE, false }, { ' ', ACT_SKIP, false }, { KIT_FN | KEY_F(5), ACT_SAVE, false }, { 'x', ACT_DISCARD, false },
	KIT_LIST_KEYS,
	{ KIT_FN | KEY_F(2), ACT_COMPOSE, true }, { KIT_FN | KEY_LEFT, ACT_LEFT, false }, { KIT_FN | KEY_RIGHT, ACT_RIGHT, false },
	{ 'U' & 0x1f, ACT_CLEAR_UP, false },
	{ 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "walk", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_walk, .offers = offers,
	.label = label, .typing = typing, .key = key, .paste = paste, .tap = tap,
};

struct kit_view *screen_walk_new(struct filling *f)
{
	struct walk *w = calloc(1, sizeof *w);

	if (!w) {
		filling_close(f);
		return NULL;
	}
	w->base.ops = &ops;
	w->f = f;
	if (walk_gather(w))
		kit_say_error(ERR_NOMEM);
	w->at = walk_item_of(w, f->at);
	if (w->at == w->count)
		w->at = 0;
	arrive(w);
	return &w->base;
}
