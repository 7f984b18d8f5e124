#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/exchange/trust/trust.h"
#include "sync/ledger/log/looked.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/pager.h"
#include "tui/screens/alarm/gauges.h"
#include "tui/screens/form/amend.h"
#include "tui/screens/form/moments.h"
#include "tui/screens/walk/notice.h"
#ifdef WITH_TOWN
#include "tui/screens/rows/paper.h"
#endif
#include "tui/screens/alarm/readings.h"
#include "tui/screens/desk/town.h"
#include "tui/screens/rows/alike.h"
#include "tui/screens/rows/row_view.h"
#include "tui/screens/rows/story.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_NARROW = 12 };

static size_t row_count(void *user)
{
	return ((struct row_view *)user)->line_count;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	const struct line *l = &((struct row_view *)user)->lines[i];

	return kit_id_number((uint64_t)l->type << 32 | l->index);
}

static const struct pack_register *child_of(const struct row_view *v, const struct line *l)
{
	return &v->app->pack->registers[l->index];
}

/* Who made it, and when by the clock of that device. */
static void author_of(const struct app *app, const struct row *row, struct buf *out)
{
	struct buf label = { 0 };
	char stored[32];

	if (!row->event_count)
		return;
	row_author(app->profile, &row->events[0], out, &label);
	clock_format_time(row->events[0].wall, app->pack->utc_offset, stored);
	buf_printf(out, "%s%.10s %.5s", out->len ? "  " : "", stored, stored + 11);
	buf_clear(&label);
}

/* On a phone the values stand one below the other too, and what a label says in brackets (a unit, the codes) gives way to them. */
static void align(char label[KIT_CELL])
{
	char *bracket = strstr(label, "（");
	int wide;

	if (bracket)
		*bracket = '\0';
	for (wide = text_width(label); wide < LABEL_NARROW; wide++)
		strcat(label, " ");
}

/* Within how many days the pack wants it; it may say none. */
static void step_due(const struct pack_step *step, char out[KIT_CELL])
{
	int32_t days = step->due ? (int32_t)strtol(step->due, NULL, 10) : 0;
	struct buf b = { 0 };

	if (days > 0)
		words_days(days, &b);
	snprintf(out, KIT_CELL, "%s", buf_str(&b));
	buf_clear(&b);
}

/* Passed or not, granted or not: the form asks which, and its name says what it is about. */
static const char *step_name(const struct row_view *v, uint32_t i)
{
	const struct pack_step *step = v->steps[i].step;
	uint32_t form = v->either[i] ? pack_find_form(v->app->pack, step->form) : PACK_NONE;

	return pack_name(form == PACK_NONE ? &step->label : &v->app->pack->forms[form].title, i18n_language());
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct row_view *v = user;
	const struct line *l = &v->lines[i];
	struct buf b = { 0 };

	if (i < DIGITS && (l->type == LINE_WALK || l->type == LINE_STEP))
		snprintf(cells[0].text, KIT_CELL, "%zu", i + 1);
	cells[0].role = KIT_KEY;
	switch (l->type) {
	case LINE_WALK:
		snprintf(cells[1].text, KIT_CELL, "%s", _("开始巡查"));
		snprintf(cells[2].text, KIT_CELL, "%s", pack_name(&v->kind->label, i18n_language()));
		cells[1].role = KIT_STRONG;
		break;
	case LINE_STEP:
		snprintf(cells[1].text, KIT_CELL, "%s", step_name(v, l->index));
		step_due(v->steps[l->index].step, cells[2].text);
		cells[1].role = KIT_STRONG;
		cells[2].role = KIT_DIM;
		break;
	case LINE_FIELD:
		snprintf(cells[1].text, KIT_CELL, "%s", pack_name(&v->reg->fields[l->index].label, i18n_language()));
		cells[1].role = KIT_DIM;
		words_cell(v->app, &v->row, v->reg, l->index, v->revealed, &cells[2]);
		if (v->reg->fields[l->index].type == PACK_FILE)
			row_file_cell(v, l, &cells[2]);
		break;
	case LINE_FILE:
		snprintf(cells[1].text, KIT_CELL, "%s", _("随记录的文件"));
		cells[1].role = KIT_DIM;
		row_file_cell(v, l, &cells[2]);
		break;
	case LINE_AUTHOR:
		snprintf(cells[1].text, KIT_CELL, "%s", _("记录"));
		cells[1].role = KIT_DIM;
		author_of(v->app, &v->row, &b);
		snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
		break;
	case LINE_CHILD:
		snprintf(cells[1].text, KIT_CELL, "%s", pack_name(&child_of(v, l)->label, i18n_language()));
		snprintf(cells[2].text, KIT_CELL, l->open ? _("%u 条, 没办完 %u") : _("%u 条"), (unsigned)l->count, (unsigned)l->open);
		cells[2].role = l->open ? KIT_SOON : KIT_PLAIN;
		cells[1].role = KIT_TITLE;
		break;
	}
	if (v->narrow)
		align(cells[1].text);
	buf_clear(&b);
}

static const struct pack_kind *kind_of(struct row_view *v)
{
	struct buf kind = { 0 };
	uint32_t k;

	if (strcmp(v->reg->id, "places"))
		return NULL;
	words_stored(v->app, &v->row, "kind", &kind);
	k = pack_find_kind(v->app->pack, buf_str(&kind));
	buf_clear(&kind);
	return k != PACK_NONE && v->app->pack->kinds[k].walk ? &v->app->pack->kinds[k] : NULL;
}

/* Its number, and who made it when. */
static void find_twin(struct row_view *v)
{
	struct row other = { .id = { .index = 0 } };
	const struct row_id *id = NULL;
	struct alike *all = NULL;
	struct buf b = { 0 };

	v->twin[0] = '\0';
	if (!alike_read(v->app, v->reg->id, &all))
		id = alike_other(all, &v->id);
	if (id && !row_read(v->app->profile, id, &other)) {
		row_number(v->app->profile, &other, &b);
		buf_puts(&b, "  ");
		author_of(v->app, &other, &b);
		snprintf(v->twin, sizeof v->twin, "%s", buf_str(&b));
	}
	row_clear(&other);
	buf_clear(&b);
	alike_free(all);
}

/* The line of the step, or of the form that takes it among others. */
static void select_wanted(struct row_view *v)
{
	const char *form = NULL;

	for (uint32_t i = 0; i < v->app->pack->step_count && !form; i++)
		if (v->wanted && &v->app->pack->registers[v->app->pack->steps[i].reg] == v->reg && !strcmp(v->app->pack->steps[i].id, v->wanted))
			form = v->app->pack->steps[i].form;
	for (size_t i = 0; form && i < v->line_count; i++) {
		const struct pack_step *step = v->lines[i].type == LINE_STEP ? v->steps[v->lines[i].index].step : NULL;

		if (step && (!strcmp(step->id, v->wanted) || (v->either[v->lines[i].index] && step->form && !strcmp(step->form, form))))
			kit_list_select(&v->list, i);
	}
	v->wanted = NULL;
}

static enum err load(struct kit_view *base)
{
	struct row_view *v = (struct row_view *)base;
	enum err e;
	uint32_t reg;

	v->line_count = 0;
	row_clear(&v->row);
	memset(&v->row, 0, sizeof v->row);
	e = row_read(v->app->profile, &v->id, &v->row);
	if (e)
		return e;
	reg = pack_find_register(v->app->pack, v->row.reg);
	if (reg == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("清单包里没有台账 %s"), v->row.reg);
	v->reg = &v->app->pack->registers[reg];
	v->kind = kind_of(v);
	v->amendable = amend_possible(v->app, &v->id);
#ifdef WITH_TOWN
	v->printable = paper_offered(v->app, &v->row);
#endif
	find_twin(v);
	row_gather(v);
	row_files_gather(v);
	kit_list_sync(&v->list);
	select_wanted(v);
	return ERR_OK;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct row_view *v = (struct row_view *)base;

	if (!v->reg)
		return;
	buf_printf(left, "%s > ", pack_name(&v->reg->label, i18n_language()));
	row_title(v->app->profile, &v->row, left);
	words_standing(v->app, &v->row, left);
	row_number(v->app->profile, &v->row, right);
}

/* By a form that says of this row which other one it repeats. */
static bool can_put_aside(const struct row_view *v)
{
	for (uint32_t f = 0; f < v->app->pack->form_count; f++) {
		const struct pack_form *form = &v->app->pack->forms[f];

		for (uint32_t s = 0; form->subject && !strcmp(form->subject, v->reg->id) && words_is_mine(v->app, form) && s < form->save_count; s++)
			if (form->entities[form->saves[s].entity].reg == (uint32_t)(v->reg - v->app->pack->registers) &&
			    !strcmp(v->reg->fields[form->saves[s].field].id, "doubled"))
				return true;
	}
	return false;
}

static int twin_told(const struct row_view *v, WINDOW *win, int y)
{
	char words[KIT_CELL * 2];

	snprintf(words, sizeof words, can_put_aside(v) ? _("疑似重复: 还有 %s。是同一次的, 按 n 把一条标为重复") : _("疑似重复: 还有 %s"), v->twin);
	return kit_paragraph(win, y, 1, 3, getmaxx(win) - 2, KIT_SOON, words);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct row_view *v = (struct row_view *)base;
	int y = 0;

	v->narrow = getmaxx(win) < KIT_NARROW;
	if (v->row.flags & ROW_CONFLICT)
		y += kit_paragraph(win, y, 1, 2, getmaxx(win) - 2, KIT_SOON, _("有不同说法: 选中那一栏按 Enter 并排看"));
	if (v->row.flags & ROW_PROPOSED)
		y += kit_paragraph(win, y, 1, 2, getmaxx(win) - 2, KIT_SOON, _("有提请等乡镇定 (h 看经过)"));
	if (*v->twin)
		y += twin_told(v, win, y);
	if (v->row.flags & ROW_RETRACTED)
		y += kit_paragraph(win, y, 1, 2, getmaxx(win) - 2, KIT_SOON, _("记录人已撤回"));
	kit_list_draw(&v->list, base, win, y, getmaxy(win) - y);
}

static enum kit_next open_field(struct row_view *v, uint32_t field)
{
	struct buf value = { 0 };
	struct kit_view *pager;
	uint32_t kinds = words_value(v->app, &v->row, v->reg, field, v->revealed, &value);

	if (kinds > 1 && v->reg->fields[field].merge != PACK_SET && v->reg->fields[field].merge != PACK_FACT) {
		buf_clear(&value);
		return kit_open(&v->base, screen_sides_new(v->app, &v->id, field));
	}
	pager = kit_pager_new(pack_name(&v->reg->fields[field].label, i18n_language()), buf_str(&value));
	buf_clear(&value);
	return kit_open(&v->base, pager);
}

/* As its last version says. */
static enum kit_next show_record(struct row_view *v)
{
	struct buf record = { 0 };
	struct kit_view *pager;
	uint8_t newest[EVENT_REF];
	enum err e = submit_newest(v->app->profile, v->row.id.ref, newest);

	if (!e)
		e = story_of_record(v->app, newest, &record);
	if (e) {
		buf_clear(&record);
		kit_say_error(e);
		return KIT_STAY;
	}
	pager = kit_pager_new(_("原记录"), buf_str(&record));
	buf_clear(&record);
	return kit_open(&v->base, pager);
}

static enum kit_next open_line(struct row_view *v, size_t i)
{
	const struct line *l = &v->lines[i];

	if (i >= v->line_count)
		return KIT_STAY;
	kit_list_select(&v->list, i);
	switch (l->type) {
	case LINE_WALK:  return screen_begin(&v->base, v->app, v->kind->walk, &v->id);
	case LINE_STEP:  return screen_begin(&v->base, v->app, v->steps[l->index].step->form, &v->id);
	case LINE_FIELD: return v->reg->fields[l->index].type == PACK_FILE ? row_file_open(v, l) : open_field(v, l->index);
	case LINE_FILE:  return row_file_open(v, l);
	case LINE_AUTHOR: return show_record(v);
	case LINE_CHILD: return kit_open(&v->base, screen_rows_of_new(v->app, child_of(v, l)->id, &v->id, l->field));
	}
	return KIT_STAY;
}

/* Registers that may get a new row about this one. */
static enum kit_next chosen_to_make(struct kit_view *below, struct kit_view *self);

static size_t makeable(struct row_view *v, struct kit_option *options, const char **forms, size_t max)
{
	size_t n = 0;

	for (uint32_t f = 0; f < v->app->pack->form_count && n < max; f++) {
		const struct pack_form *form = &v->app->pack->forms[f];
		bool step = false;

		if (form->walk || !form->subject || strcmp(form->subject, v->reg->id) || !words_is_mine(v->app, form))
			continue;
		for (uint32_t s = 0; s < v->app->pack->step_count; s++)
			step |= v->app->pack->steps[s].form && !strcmp(v->app->pack->steps[s].form, form->id) &&
			        v->app->pack->steps[s].reg == (uint32_t)(v->reg - v->app->pack->registers);
		if (step)
			continue;
		forms[n] = form->id;
		options[n++] = (struct kit_option){ pack_name(&form->title, i18n_language()), NULL, false };
	}
	return n;
}

static enum kit_next choose_to_make(struct row_view *v)
{
	struct kit_option options[STEPS_MAX];
	const char *forms[STEPS_MAX];
	size_t n = makeable(v, options, forms, STEPS_MAX);

	if (n == 1)
		return screen_begin(&v->base, v->app, forms[0], &v->id);
	return kit_open(&v->base, kit_choice_new(_("填哪一种"), NULL, options, n, false, chosen_to_make));
}

static enum kit_next chosen_to_make(struct kit_view *below, struct kit_view *self)
{
	struct row_view *v = (struct row_view *)below;
	struct kit_option options[STEPS_MAX];
	const char *forms[STEPS_MAX];
	size_t n = makeable(v, options, forms, STEPS_MAX);
	int i = kit_choice_answer(self);

	return i >= 0 && (size_t)i < n ? screen_begin(below, v->app, forms[i], &v->id) : KIT_STAY;
}

static enum kit_next show_story(struct row_view *v)
{
	struct buf story = { 0 };
	struct kit_view *pager;
	enum err e = story_of_row(v->app, &v->id, v->reg, &story);

	if (e)
		kit_say_error(e);
	pager = kit_pager_new(_("经过"), buf_str(&story));
	buf_clear(&story);
	return kit_open(&v->base, pager);
}

/* Personal values in full; that they were looked at is a record of its own, made first. */
static enum kit_next reveal(struct row_view *v)
{
	struct looked seen = { .row = v->id, .scope = v->row.scope };
	enum err e = v->revealed ? ERR_OK : looked_record(v->app->profile, &seen, 1, 2);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	v->revealed = !v->revealed;
	if (v->revealed)
		kit_say(KIT_PLAIN, _("已记下您看过"));
	return KIT_STAY;
}

static bool is_masked(const struct row_view *v)
{
	for (size_t i = 0; i < v->line_count; i++)
		if (v->lines[i].type == LINE_FIELD && v->reg->fields[v->lines[i].index].class >= 2)
			return true;
	return false;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct row_view *v = (struct row_view *)base;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return open_line(v, (size_t)(a - ACT_ANSWER_1));
	switch (a) {
	case ACT_OPEN:    return open_line(v, v->list.at);
	case ACT_WALK:    return screen_begin(base, v->app, v->kind->walk, &v->id);
	case ACT_EDIT:    return amend_begin(base, v->app, &v->id);
	case ACT_HISTORY: return show_story(v);
	case ACT_DETAILS: return show_record(v);
	case ACT_REVEAL:  return reveal(v);
	case ACT_READINGS: return kit_open(base, screen_readings_new(v->app, &v->id));
	case ACT_NOTICE:  return kit_open(base, screen_notice_new(v->app, &v->id, 1));
#ifdef WITH_TOWN
	case ACT_PRINT:   return paper_print(base, v->app, &v->id);
#endif
	case ACT_ADD:     return kit_open(base, screen_moments_new(v->app, moments_form(v->app, v->reg->id), &v->id));
	case ACT_NEW:     return choose_to_make(v);
	case ACT_ERASE:   return kit_open(base, screen_erase_new(v->app, &v->id));
	default:          return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct row_view *v = (struct row_view *)base;
	struct kit_option options[STEPS_MAX];
	const char *forms[STEPS_MAX];

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return (size_t)(a - ACT_ANSWER_1) < v->line_count && v->lines[a - ACT_ANSWER_1].type <= LINE_STEP;
	if (a == ACT_NEW)
		return v->reg && makeable(v, options, forms, STEPS_MAX) > 0;
	if (a == ACT_ADD)
		return v->reg && moments_form(v->app, v->reg->id);
	if (a == ACT_EDIT)
		return v->amendable;
	if (a == ACT_PRINT)
		return v->printable;
	if (a == ACT_REVEAL)
		return is_masked(v);
	if (a == ACT_READINGS)
		return v->kind && gauges_possible(v->app, v->kind->id);
	if (a == ACT_ERASE)
		return is_masked(v) && app_is_staff(v->app) && trust_has_authority(v->app->profile, v->app->profile->writer);
	if (a == ACT_NOTICE)
		return v->reg && !strcmp(v->reg->id, "hazards");
	return a == ACT_WALK ? v->kind != NULL : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct row_view *v = (struct row_view *)base;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9 && (size_t)(a - ACT_ANSWER_1) < v->line_count) {
		const struct line *l = &v->lines[a - ACT_ANSWER_1];

		return l->type == LINE_WALK ? _("开始巡查") : l->type == LINE_STEP ? step_name(v, l->index) : NULL;
	}
	if (a == ACT_REVEAL && v->revealed)
		return _("遮住");
	return a == ACT_EDIT ? _("更正") : a == ACT_ADD ? _("记时刻") : a == ACT_HISTORY ? _("经过") : a == ACT_DETAILS ? _("原记录") : a == ACT_NEW ? _("登记") : NULL;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct row_view *v = (struct row_view *)base;

	(void)x;
	return kit_list_tap(&v->list, y) ? open_line(v, v->list.at) : KIT_STAY;
}

static void close_row(struct kit_view *base)
{
	row_clear(&((struct row_view *)base)->row);
	row_files_clear((struct row_view *)base);
	free(base);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'w', ACT_WALK, true }, { 'm', ACT_ADD, true }, { 'n', ACT_NEW, true }, { 'r', ACT_READINGS, true }, { 'h', ACT_HISTORY, true }, { 'd', ACT_DETAILS, true }, { 'e', ACT_EDIT, true }, { 't', ACT_NOTICE, true }, { 'p', ACT_PRINT, true }, { 'v', ACT_REVEAL, true },
	{ 'X', ACT_ERASE, false },
	{ '1', ACT_ANSWER_1, false }, { '2', ACT_ANSWER_2, false }, { '3', ACT_ANSWER_3, false }, { '4', ACT_ANSWER_4, false },
	{ '5', ACT_ANSWER_5, false }, { '6', ACT_ANSWER_6, false }, { '7', ACT_ANSWER_7, false }, { '8', ACT_ANSWER_8, false },
	{ '9', ACT_ANSWER_9, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "row", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_row, .offers = offers,
	.label = label, .tap = tap,
};

static const struct kit_column columns[] = { { 2, 1, false }, { 30, 1, false }, { 0, 1, false } };

struct kit_view *screen_row_new(struct app *app, const struct row_id *id)
{
	struct row_view *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->id = *id;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 3 };
	return &v->base;
}

struct kit_view *screen_row_step_new(struct app *app, const struct row_id *id, const char *step)
{
	struct kit_view *v = screen_row_new(app, id);

	if (v)
		((struct row_view *)v)->wanted = step;
	return v;
}
