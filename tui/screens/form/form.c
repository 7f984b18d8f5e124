#include "config.h"
#include "tui/screens/form/form_view.h"

#include "forms/base/i18n.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/screens/form/form_scope.h"
#include "tui/screens/form/pick.h"
#include "tui/screens/form/roll.h"
#include "tui/screens/form/subset.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct entry *selected(struct form_view *v)
{
	return &v->entries[v->at];
}

static const struct form_question *question(struct form_view *v)
{
	return selected(v)->type == ENTRY_QUESTION ? fill_question(v->f->fill, selected(v)->node) : NULL;
}

static bool editable(struct form_view *v)
{
	const struct form_question *q = question(v);

	return q && !fill_is_readonly(v->f->fill, selected(v)->node);
}

/* A warning of the author's speaks, but keeps nobody from going on. */
static void warn(struct form_view *v, fill_node n)
{
	const char *expression = fill_question(v->f->fill, n)->xc[FORM_XC_WARN];
	bool beyond = false;

	if (expression && *fill_value(v->f->fill, n) && !fill_test(v->f->fill, n, expression, &beyond) && beyond)
		kit_say(KIT_SOON, _("超出平常范围, 请再看一眼: %s"), fill_value(v->f->fill, n));
}

/* Who was ticked on the list of one team was not there with another. */
static void settle(struct form_view *v, fill_node n)
{
	uint32_t gone;
	enum err e = subset_settle(v->f, n, &gone);
	struct buf label = { 0 };

	filling_label(v->f, n, &label);
	if (e)
		kit_say_error(e);
	else if (gone)
		kit_say(KIT_SOON, _("%s改了: 原先勾的 %u 个不在新的名单上, 去掉了; 回到这一栏按 u 找回"), buf_str(&label), gone);
	buf_clear(&label);
}

static bool answer(struct form_view *v, fill_node n, const char *value)
{
	enum err e = v->why = filling_answer(v->f, n, value);

	if (e) {
		kit_say_error(e);
		return false;
	}
	warn(v, n);
	settle(v, n);
	form_gather(v);
	return true;
}

/* Where a file is asked for, a path is typed: the file is taken along and its name is the answer. */
static bool take_file(struct form_view *v, fill_node n, struct buf *value)
{
	enum err e = v->why = filling_take(v->f, n, value);

	if (e)
		kit_say_error(e);
	return !e;
}

/* As people write it: a time without its zone and milliseconds; a position as numbers. */
static void as_typed(struct form_view *v, fill_node n, struct buf *out)
{
	if (fill_question(v->f->fill, n)->type == FORM_GEOPOINT)
		buf_puts(out, fill_value(v->f->fill, n));
	else
		filling_value(v->f, n, out);
}

/* Put what is typed into the form. False: it was refused, and the person stays. */
bool form_commit(struct form_view *v)
{
	struct buf whole = { 0 }, before = { 0 };
	bool ok = true, same;
	fill_node n = v->editing;

	if (n == FILL_NO_NODE)
		return true;
	as_typed(v, n, &before);
	same = !strcmp(buf_str(&before), kit_line_text(&v->field.line));
	buf_clear(&before);
	if (same) {
		v->editing = FILL_NO_NODE;
		return true;
	}
	form_complete(v->f->app, fill_question(v->f->fill, n)->type, kit_line_text(&v->field.line), &whole);
	if (strcmp(buf_str(&whole), fill_value(v->f->fill, n)))
		ok = take_file(v, n, &whole) && answer(v, n, buf_str(&whole));
	if (ok)
		v->editing = FILL_NO_NODE;
	buf_clear(&whole);
	return ok;
}

/* Who leaves is told once of what can never be an answer, and the next Esc drops it; what only the machine could not keep stays. */
static bool commit_or_drop(struct form_view *v)
{
	const char *typed = kit_line_text(&v->field.line);
	bool told = v->refused.len && !strcmp(buf_str(&v->refused), typed);

	if (form_commit(v))
		return true;
	buf_reset(&v->refused);
	if (err_is_machine(v->why))
		return false;
	if (told) {
		v->editing = FILL_NO_NODE;
		return true;
	}
	buf_puts(&v->refused, typed);
	kit_say(KIT_DANGER, _("%s: 改好, 或再按一次 Esc 不要它"), err_detail());
	return false;
}

static void show_for_editing(struct form_view *v)
{
	struct buf shown = { 0 };

	as_typed(v, v->editing, &shown);
	kit_line_set(&v->field.line, buf_str(&shown));
	buf_clear(&shown);
}

/* The selected question, when it is a text, is open for typing at once. */
static void begin_editing(struct form_view *v)
{
	const struct form_question *q = question(v);

	v->editing = FILL_NO_NODE;
	v->field.compose.on = false;
	if (q && form_is_typed(v->f->fill, selected(v)->node) && editable(v)) {
		v->editing = selected(v)->node;
		show_for_editing(v);
	}
}

void form_go(struct form_view *v, int by)
{
	size_t to = v->at;

	if (!form_commit(v))
		return;
	do {
		if ((by < 0 && !to) || (by > 0 && to + 1 >= v->count))
			break;
		to += by < 0 ? (size_t)-1 : 1;
	} while (!form_selectable(&v->entries[to]));
	if (form_selectable(&v->entries[to]))
		v->at = to;
	if (!v->f->saved)
		filling_settled(v->f);          /* there may be room again */
	begin_editing(v);
}

void form_go_to(struct form_view *v, fill_node n)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->entries[i].node == n && v->entries[i].type == ENTRY_QUESTION)
			v->at = i;
	begin_editing(v);
}

static enum kit_next choose(struct form_view *v, uint32_t i)
{
	fill_node n = selected(v)->node;
	const struct form_question *q = question(v);
	const char *name, *label;
	struct buf value = { 0 };

	if (!editable(v) || (q->type != FORM_ACKNOWLEDGE && fill_choice(v->f->fill, n, i, &name, &label)))
		return KIT_STAY;
	if (q->type == FORM_SELECT_ONE)
		buf_puts(&value, name);
	else
		filling_toggle(v->f, n, q->type == FORM_ACKNOWLEDGE ? "OK" : name, &value);
	if (answer(v, n, buf_str(&value)) && q->type == FORM_SELECT_ONE)
		form_go(v, 1);
	buf_clear(&value);
	return KIT_STAY;
}

static enum kit_next list_done(struct kit_view *below, struct kit_view *self)
{
	struct form_view *v = (struct form_view *)below;
	struct buf value = { 0 };

	if (pick_value(self, v->f, selected(v)->node, question(v)->type != FORM_SELECT_ONE, &value) && answer(v, selected(v)->node, buf_str(&value)))
		form_go(v, 1);
	buf_clear(&value);
	return KIT_STAY;
}

static enum kit_next row_chosen(struct kit_view *below, struct kit_view *self)
{
	struct form_view *v = (struct form_view *)below;
	const struct row_id *id = screen_rows_chosen(self);
	char text[ROW_ID_TEXT];
	enum err e;

	if (!id || !answer(v, selected(v)->node, row_id_text(id, text)))
		return KIT_STAY;
	if ((e = subset_copy(v->f, selected(v)->node)))
		kit_say_error(e);
	form_gather(v);
	form_go(v, 1);
	return KIT_STAY;
}

static enum kit_next rows_ticked(struct kit_view *below, struct kit_view *self)
{
	struct form_view *v = (struct form_view *)below;

	if (screen_rows_ticked(self) && answer(v, selected(v)->node, screen_rows_ticked(self)))
		form_go(v, 1);
	return KIT_STAY;
}

static enum kit_next add_instance(struct form_view *v)
{
	fill_node added, repeat = selected(v)->node;
	enum err e = fill_add_instance(v->f->fill, repeat, &added);

	v->f->fresh = false;
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	if ((e = filling_save(v->f, repeat)))
		kit_say_error(e);               /* it is there, and shown: else the same key makes another */
	form_gather(v);
	for (size_t i = 0; i < v->count; i++)
		if (v->entries[i].type == ENTRY_INSTANCE && v->entries[i].node == added)
			v->at = i;
	form_go(v, 1);
	return KIT_STAY;
}

static enum kit_next remove_instance(struct form_view *v)
{
	enum err e = fill_remove_instance(v->f->fill, selected(v)->node);

	v->editing = FILL_NO_NODE;
	if (!e)
		e = filling_save(v->f, FILL_NO_NODE);
	if (e)
		kit_say_error(e);
	form_gather(v);
	begin_editing(v);
	return KIT_STAY;
}

static enum kit_next discarded(struct kit_view *below, struct kit_view *self)
{
	struct form_view *v = (struct form_view *)below;
	enum err e;

	if (kit_choice_answer(self) != 1)
		return KIT_STAY;
	e = filling_discard(v->f);
	v->f = NULL;
	if (e)
		kit_say_error(e);
	return KIT_CLOSE;
}

static enum kit_next ask_discard(struct form_view *v)
{
	static const struct kit_option options[] = { { N_("留着"), NULL, false }, { N_("作废"), NULL, false } };
	struct kit_option words[2] = { { _(options[0].label), NULL, false }, { _(options[1].label), NULL, false } };

	return kit_open(&v->base, kit_choice_new(_("作废草稿"), _("这份草稿还没有存入台账。作废后找不回来。"), words, 2, false, discarded));
}

/* Choose one row, or several, among those the form lets in. */
static enum kit_next open_rows(struct form_view *v)
{
	const struct form_question *q = question(v);
	struct buf where = { 0 };
	struct kit_view *rows;

	subset_where(v->f, selected(v)->node, &where);
	rows = q->type == FORM_ROWS ? screen_rows_tick_new(v->f->app, q->source, buf_str(&where), fill_value(v->f->fill, selected(v)->node), rows_ticked)
	                            : screen_rows_choose_new(v->f->app, q->source, buf_str(&where), row_chosen);
	buf_clear(&where);
	return kit_open(&v->base, rows);
}

/* Does Enter open a list to choose from? */
static bool opens_list(struct form_view *v)
{
	const struct form_question *q = question(v);
	uint32_t count = 0;

	return q->type == FORM_ROW || q->type == FORM_ROWS ||
	       (form_is_select(q->type) && !fill_choices(v->f->fill, selected(v)->node, &count) && count > FORM_DIGITS);
}

/* There a digit, which would choose among fewer, shows what there is. */
static bool may_open_list(struct form_view *v)
{
	return question(v) && editable(v) && opens_list(v);
}

static enum kit_next open_selected(struct form_view *v)
{
	const struct form_question *q = question(v);

	switch (selected(v)->type) {
	case ENTRY_DONE:     return form_finish(v);
	case ENTRY_REPEAT:   return add_instance(v);
	case ENTRY_ROLL:     return kit_open(&v->base, screen_roll_new(v->f, selected(v)->node));
	case ENTRY_QUESTION: break;
	default:             form_go(v, 1); return KIT_STAY;
	}
	if (!editable(v) || !opens_list(v))
		form_go(v, 1);
	else if (q->type == FORM_ROWS || q->type == FORM_ROW)
		return open_rows(v);
	else
		return kit_open(&v->base, pick_new(v->f, selected(v)->node, q->type != FORM_SELECT_ONE, list_done));
	return KIT_STAY;
}

static enum kit_next undo(struct form_view *v)
{
	fill_node n;
	enum err e = filling_undo(v->f, &n);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	v->editing = FILL_NO_NODE;
	form_gather(v);
	form_go_to(v, n);
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct form_view *v = (struct form_view *)base;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9 && may_open_list(v))
		return open_selected(v);
	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return question(v) && form_is_chosen(v->f->fill, selected(v)->node) ? choose(v, (uint32_t)(a - ACT_ANSWER_1)) : KIT_STAY;
	switch (a) {
	case ACT_UP: case ACT_PREVIOUS: form_go(v, -1); return KIT_STAY;
	case ACT_DOWN: case ACT_NEXT:   form_go(v, 1); return KIT_STAY;
	case ACT_PAGE_UP:   for (int i = 0; i < 8; i++) form_go(v, -1); return KIT_STAY;
	case ACT_PAGE_DOWN: for (int i = 0; i < 8; i++) form_go(v, 1); return KIT_STAY;
	case ACT_LAST:
		if (form_commit(v))
			v->at = v->count - 1;
		begin_editing(v);
		return KIT_STAY;
	case ACT_OPEN:    return open_selected(v);
	case ACT_SAVE:    return form_finish(v);
	case ACT_REMOVE:  return remove_instance(v);
	case ACT_UNDO:    return undo(v);
	case ACT_PHOTO:   return form_from_outside(v);
	case ACT_PHRASE:  return form_phrase(v);
	case ACT_DISCARD: return ask_discard(v);
	case ACT_BACK:
		if (!commit_or_drop(v) || (v->scope == FILL_NO_NODE && !filling_settled(v->f)))
			return KIT_STAY;
		if (v->scope == FILL_NO_NODE && filling_leave(v->f))
			v->f = NULL;
		else if (v->scope == FILL_NO_NODE && v->f->saved)
			kit_say(KIT_PLAIN, _("草稿已存, 今日里可以接着填"));
		return KIT_CLOSE;
	default:          return KIT_PASS;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct form_view *v = (struct form_view *)base;
	uint32_t count = 0;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9 && may_open_list(v))
		return true;
	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9) {
		if (!question(v) || !form_is_chosen(v->f->fill, selected(v)->node) || !editable(v))
			return false;
		if (question(v)->type == FORM_ACKNOWLEDGE)
			return a == ACT_ANSWER_1;
		return !fill_choices(v->f->fill, selected(v)->node, &count) && count <= FORM_DIGITS && (uint32_t)(a - ACT_ANSWER_1) < count;
	}
	switch (a) {
	case ACT_REMOVE:  return selected(v)->type == ENTRY_INSTANCE;
	case ACT_PHOTO:   return form_outside_node(v) != FILL_NO_NODE;
	case ACT_PHRASE:  return v->editing != FILL_NO_NODE && form_has_phrases(question(v)->type);
	case ACT_DISCARD: return v->scope == FILL_NO_NODE;
	case ACT_COMPOSE: case ACT_LEFT: case ACT_RIGHT: case ACT_CLEAR_UP: return v->editing != FILL_NO_NODE;
	case ACT_UNDO:    return v->f->undo_count > 0;
	default:          return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct form_view *v = (struct form_view *)base;

	if (a == ACT_PHOTO)
		return question(v) && question(v)->type == FORM_GEOPOINT ? _("取位置") : _("拍照");
	if (a == ACT_SAVE && v->scope != FILL_NO_NODE)
		return _("记下");
	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9 && may_open_list(v))
		return _("选");
	if (a != ACT_OPEN)
		return NULL;
	if (may_open_list(v))
		return _("选");
	if (selected(v)->type == ENTRY_ROLL)
		return _("点名");
	return selected(v)->type == ENTRY_DONE ? _("存下") : selected(v)->type == ENTRY_REPEAT ? _("添一个") : _("下一栏");
}

static enum kit_typing typing(struct kit_view *base)
{
	return ((struct form_view *)base)->editing != FILL_NO_NODE;
}

static enum kit_next key(struct kit_view *base, int k)
{
	struct form_view *v = (struct form_view *)base;

	if (k == (KIT_FN | KEY_END) && !kit_line_text(&v->field.line)[v->field.line.at])
		return KIT_PASS;
	return kit_field_key(&v->field, k) ? KIT_STAY : KIT_PASS;
}

static enum kit_next paste(struct kit_view *base, const char *text)
{
	kit_line_insert(&((struct form_view *)base)->field.line, text);
	return KIT_STAY;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct form_view *v = (struct form_view *)base;

	(void)x;
	for (size_t i = 0; i < v->spot_count; i++)
		if (y >= v->spots[i].y && y < v->spots[i].y + v->spots[i].rows && form_selectable(&v->entries[v->spots[i].entry])) {
			if (v->at == v->spots[i].entry)
				return open_selected(v);
			if (form_commit(v))
				v->at = v->spots[i].entry;
			begin_editing(v);
			break;
		}
	return KIT_STAY;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct form_view *v = (struct form_view *)base;
	const char *name;

	/* After discarding there is nothing left to name. */
	if (!v->f)
		return;
	name = pack_name(&v->f->form->title, i18n_language());
	if (v->scope != FILL_NO_NODE) {
		filling_label(v->f, v->scope, left);
		buf_printf(left, " < %s", name);
	} else {
		buf_printf(left, v->f->amends ? _("更正: %s") : "%s", name);
		if (*v->about)
			buf_printf(left, " > %s", v->about);
	}
	buf_puts(right, v->f->saved ? _("草稿已存") : _("还没存"));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct form_view *v = (struct form_view *)base;

	if (v->f)
		form_draw(v, win);
}

static enum err load(struct kit_view *base)
{
	struct form_view *v = (struct form_view *)base;

	return v->f ? form_gather(v) : ERR_OK;
}

static void close_form(struct kit_view *base)
{
	struct form_view *v = (struct form_view *)base;

	if (v->f)
		form_commit(v);                 /* locked out while typing: what can be an answer is one */
	if (v->scope == FILL_NO_NODE)
		filling_close(v->f);
	kit_field_clear(&v->field);
	buf_clear(&v->refused);
	free(v->entries);
	free(v->spots);
	free(v);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true },
	{ '1', ACT_ANSWER_1, false }, { '2', ACT_ANSWER_2, false }, { '3', ACT_ANSWER_3, false }, { '4', ACT_ANSWER_4, false },
	{ '5', ACT_ANSWER_5, false }, { '6', ACT_ANSWER_6, false }, { '7', ACT_ANSWER_7, false }, { '8', ACT_ANSWER_8, false },
	{ '9', ACT_ANSWER_9, false },
	{ KIT_FN | KEY_UP, ACT_UP, false }, { 'k', ACT_UP, false }, { KIT_FN | KEY_DOWN, ACT_DOWN, false }, { 'j', ACT_DOWN, false },
	{ KIT_FN | KEY_PPAGE, ACT_PAGE_UP, false }, { KIT_FN | KEY_NPAGE, ACT_PAGE_DOWN, false }, { KIT_FN | KEY_END, ACT_LAST, false },
	{ KIT_FN | KEY_BTAB, ACT_PREVIOUS, false },
	{ KIT_FN | KEY_F(5), ACT_SAVE, true }, { 'd', ACT_REMOVE, true }, { 'u', ACT_UNDO, true }, { 'x', ACT_DISCARD, false },
	{ KIT_FN | KEY_F(8), ACT_DISCARD, false }, { KIT_FN | KEY_F(6), ACT_PHOTO, true },
	{ KIT_TAB, ACT_PHRASE, true }, { KIT_FN | KEY_F(2), ACT_COMPOSE, true }, { KIT_FN | KEY_LEFT, ACT_LEFT, false }, { KIT_FN | KEY_RIGHT, ACT_RIGHT, false },
	{ 'U' & 0x1f, ACT_CLEAR_UP, false },
	{ 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "form", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_form, .offers = offers,
	.label = label, .typing = typing, .key = key, .paste = paste, .tap = tap,
};

struct kit_view *screen_form_scope_new(struct filling *f, fill_node scope)
{
	struct form_view *v = calloc(1, sizeof *v);
	size_t at = 0;

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->f = f;
	v->scope = scope;
	v->editing = FILL_NO_NODE;
	form_gather(v);
	/* What stands there already is confirmed by passing over it: the first empty field is where a person begins. */
	while (at + 1 < v->count && (!form_selectable(&v->entries[at]) ||
	       ((scope != FILL_NO_NODE || (f->fresh && !f->amends)) && v->entries[at].type == ENTRY_QUESTION && *fill_value(f->fill, v->entries[at].node))))
		at++;
	v->at = at;
	if (scope == FILL_NO_NODE && f->at != FILL_NO_NODE)
		form_go_to(v, f->at);
	else
		begin_editing(v);
	return &v->base;
}

struct kit_view *screen_form_new(struct filling *f)
{
	struct kit_view *v = screen_form_scope_new(f, FILL_NO_NODE);
	struct buf about = { 0 };

	if (!v) {
		filling_close(f);
		return NULL;
	}
	if (f->has_subject)
		words_title(f->app, &f->subject, &about);
	snprintf(((struct form_view *)v)->about, sizeof ((struct form_view *)v)->about, "%s", buf_str(&about));
	buf_clear(&about);
	return v;
}
