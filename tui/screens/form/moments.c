#include "config.h"
#include "tui/screens/form/moments.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "sync/ledger/submit/submit.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 9, MINUTE = 60000, LIST_LEAST = 3, UNKEPT_MAX = 32, MOMENT_NAME = 64 };

struct moments {
	struct kit_view base;
	struct app *app;
	const struct pack_form *form;
	const struct form *asked;                   /* what it asks */
	const struct form_question *quick;
	const struct pack_register *reg;            /* of the moments */
	const char *link, *time;                    /* its fields: whose they are, and when */
	struct row_id row;
	struct listing *listing;
	int64_t first;                              /* the first moment, ms; 0 = none yet */
	const char *time_question;                  /* what of the form says the time */
	int64_t opened;                             /* ms */
	bool has_last;
	struct row_id last;                         /* this writer's newest: can be taken back */
	int64_t last_made;
	struct { char name[MOMENT_NAME]; int64_t at; } unkept[UNKEPT_MAX];       /* what the card did not take, as of when it was */
	size_t unkept_count;
	struct buf title;
	struct kit_list list;
	int across, wide, choice_lines;             /* as the keys were drawn last, for taps */
};

static const struct form_question *quick_of(const struct pack_form *form)
{
	const struct form *asked;

	if (form->walk || pack_form_read(form, &asked))
		return NULL;
	for (uint32_t i = 0; i < asked->question_count; i++) {
		const struct form_question *q = &asked->questions[i];

		if (q->type == FORM_SELECT_ONE && q->appearance && strstr(q->appearance, "xc-quick"))
			return q;
	}
	return NULL;
}

const struct pack_form *moments_form(const struct app *app, const char *reg)
{
	for (uint32_t f = 0; app->pack && f < app->pack->form_count; f++) {
		const struct pack_form *form = &app->pack->forms[f];

		if (form->subject && !strcmp(form->subject, reg) && form->entity_count && words_is_mine(app, form) && quick_of(form))
			return form;
	}
	return NULL;
}

static size_t row_count(void *user)
{
	const struct moments *m = user;

	return m->listing ? listing_count(m->listing) : 0;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	struct row_key key;

	if (listing_key(((struct moments *)user)->listing, (uint32_t)i, &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct moments *m = user;
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };
	char stored[32];
	int64_t at;

	if (listing_row(m->listing, (uint32_t)i, &row))
		return;
	at = clocks_time(m->app, &row, m->time);
	clock_format_time(at, m->app->pack->utc_offset, stored);
	snprintf(cells[0].text, KIT_CELL, "%.5s", at ? stored + 11 : "");
	row_title(m->app->profile, &row, &b);
	snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&b));
	cells[1].role = KIT_STRONG;
	if (at > m->first)
		snprintf(cells[2].text, KIT_CELL, _("+%d分"), (int)((at - m->first) / MINUTE));
	cells[2].role = KIT_DIM;
	buf_clear(&b);
	row_clear(&row);
}

static void find_last(struct moments *m)
{
	m->has_last = false;
	for (uint32_t i = 0; m->listing && i < listing_count(m->listing); i++) {
		struct row row = { .id = { .index = 0 } };
		struct buf person = { 0 }, label = { 0 };

		if (!listing_row(m->listing, i, &row) && row.event_count && !row_author(m->app->profile, &row.events[0], &person, &label) &&
		    !strcmp(buf_str(&label), m->app->label) && (!m->has_last || row.events[0].wall >= m->last_made)) {
			m->has_last = true;
			m->last = row.id;
			m->last_made = row.events[0].wall;
		}
		buf_clear(&person);
		buf_clear(&label);
		row_clear(&row);
	}
}

static enum err load(struct kit_view *base)
{
	struct moments *m = (struct moments *)base;
	struct row row = { .id = { .index = 0 } };
	enum err e = row_read(m->app->profile, &m->row, &row);

	buf_reset(&m->title);
	if (!e)
		e = row_title(m->app->profile, &row, &m->title);
	row_clear(&row);
	listing_close(m->listing);
	m->listing = NULL;
	if (!e)
		e = listing_open(m->app->profile, &(struct listing_query){ .reg = m->reg->id, .parent = &m->row, .parent_field = m->link, .sort = m->time }, &m->listing);
	memset(&row, 0, sizeof row);
	m->first = !e && row_count(m) && !listing_row(m->listing, 0, &row) ? clocks_time(m->app, &row, m->time) : 0;
	row_clear(&row);
	find_last(m);
	kit_list_sync(&m->list);
	return e;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct moments *m = (struct moments *)base;
	int64_t passed = (app_ms(m->app) - m->first) / 1000;

	buf_puts(left, buf_str(&m->title));
	if (clocks_run(m->app, m->first))
		buf_printf(right, _("用时 %d:%02d:%02d"), (int)(passed / 3600), (int)(passed / 60 % 60), (int)(passed % 60));
}

static const struct form_choice *choice(const struct moments *m, uint32_t i)
{
	const struct form *form = m->asked;

	if (m->quick->list == FORM_NONE || i >= form->lists[m->quick->list].count || i >= DIGITS)
		return NULL;
	return &form->choices[form->lists[m->quick->list].first + i];
}

static const char *words_of(const struct moments *m, const struct form_choice *c)
{
	return form_text(m->asked, &c->label, form_language(m->asked, i18n_language() ? "en" : "zh"));
}

/* Was this moment kept already? Then it is dim, but may be kept again. */
static bool kept(struct moments *m, const char *name)
{
	struct buf b = { 0 };
	bool found = false;

	for (uint32_t i = 0; m->listing && i < listing_count(m->listing) && !found; i++) {
		struct row row = { .id = { .index = 0 } };

		buf_reset(&b);
		if (!listing_row(m->listing, i, &row))
			words_stored(m->app, &row, m->quick->save_to ? m->quick->save_to : m->quick->name, &b);
		found = !strcmp(buf_str(&b), name);
		row_clear(&row);
	}
	buf_clear(&b);
	return found;
}

static size_t unkept(const struct moments *m, const char *name)
{
	size_t i = 0;

	while (i < m->unkept_count && strcmp(m->unkept[i].name, name))
		i++;
	return i;
}

/* What a key keeps, and whether that was done. */
static void key_words(struct moments *m, uint32_t i, struct buf *out)
{
	const struct form_choice *c = choice(m, i);
	size_t w = unkept(m, c->name);
	char time[32];

	buf_reset(out);
	buf_printf(out, "%u %s", (unsigned)i + 1, words_of(m, c));
	if (w < m->unkept_count)
		buf_printf(out, _(" %.5s 没存"), clock_format_time(m->unkept[w].at, m->app->pack->utc_offset, time) + 11);
	else if (kept(m, c->name))
		buf_puts(out, _(" 已记"));
}

static enum kit_role key_role(struct moments *m, uint32_t i)
{
	const char *name = choice(m, i)->name;

	return unkept(m, name) < m->unkept_count ? KIT_DANGER : kept(m, name) ? KIT_DIM : KIT_KEY;
}

/* The keys, in as many columns as fit; one below the other where a word would be cut and there is room. Returns the lines used. */
static int draw_choices(struct moments *m, WINDOW *win)
{
	int cols = getmaxx(win), across = cols < KIT_NARROW ? 2 : 3, n = 0;
	struct buf b = { 0 };
	bool fit = true;

	for (; choice(m, (uint32_t)n); n++) {
		key_words(m, (uint32_t)n, &b);
		fit = fit && text_width(buf_str(&b)) < (cols - 2) / across;
	}
	if (!fit && cols < KIT_NARROW && n + LIST_LEAST <= getmaxy(win))
		across = 1;
	m->across = across;
	m->wide = (cols - 2) / across;
	for (int i = 0; i < n; i++) {
		key_words(m, (uint32_t)i, &b);
		kit_text(win, i / across, 1 + i % across * m->wide, m->wide - (across > 1), key_role(m, (uint32_t)i), buf_str(&b));
	}
	buf_clear(&b);
	return (n + across - 1) / across;
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct moments *m = (struct moments *)base;
	int y = getmaxy(win) > 6 ? draw_choices(m, win) : 0;

	m->choice_lines = y;
	if (y)
		kit_rule(win, y++);
	kit_list_draw(&m->list, base, win, y, getmaxy(win) - y);
}

/* As of `at`: what the card did not take is no later for that. */
static enum err record(struct moments *m, const char *name, int64_t at)
{
	struct filling *f = NULL;
	struct row_id made;
	char time[32];
	enum err e = filling_begin(m->app, m->form->id, &m->row, &f);

	if (e)
		return e;
	e = fill_set(f->fill, fill_find(f->fill, m->quick->name), name);
	if (!e)
		e = filling_put(f, m->time_question, clock_format_time(at, m->app->pack->utc_offset, time));
	return filling_keep(f, e, &made);
}

/* The first that fails ends it: they stay in order. */
static enum err keep_unkept(struct moments *m)
{
	enum err e = ERR_OK;

	while (m->unkept_count && !(e = record(m, m->unkept[0].name, m->unkept[0].at)))
		memmove(m->unkept, m->unkept + 1, --m->unkept_count * sizeof *m->unkept);
	return e;
}

static void wait_for_room(struct moments *m, const char *name, int64_t at)
{
	if (unkept(m, name) < m->unkept_count || m->unkept_count == UNKEPT_MAX)
		return;
	m->unkept[m->unkept_count].at = at;
	snprintf(m->unkept[m->unkept_count++].name, MOMENT_NAME, "%s", name);
}

static enum kit_next keep(struct moments *m, const struct form_choice *c)
{
	int64_t now = app_ms(m->app);
	bool waited;
	enum err e;

	if (!c)
		return KIT_STAY;
	waited = unkept(m, c->name) < m->unkept_count;
	e = keep_unkept(m);
	if (!e && !waited)
		e = record(m, c->name, now);
	if (err_is_machine(e)) {
		wait_for_room(m, c->name, now);
		kit_say(KIT_DANGER, _("%s。这一刻还在这里: 有空间后再按它的数字, 仍记当时的时间"), err_detail());
	} else if (e) {
		kit_say_error(e);
	} else {
		kit_say(KIT_GOOD, _("已存: %s"), words_of(m, c));
	}
	if (load(&m->base))
		kit_say_error(ERR_IO);
	kit_list_select(&m->list, row_count(m) ? row_count(m) - 1 : 0);
	return KIT_STAY;
}

static enum kit_next leave(struct moments *m)
{
	enum err e = keep_unkept(m);

	if (e)
		kit_say(KIT_DANGER, _("%s。没存的还在这里, 没有离开"), err_detail());
	return e ? KIT_STAY : KIT_CLOSE;
}

/* A slip of the finger is taken back by a record of its own. */
static enum kit_next take_back(struct moments *m)
{
	uint8_t ref[EVENT_REF];
	enum err e = submit_retract(m->app->profile, m->last.ref, _("按错了"), ref);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	if (load(&m->base))
		kit_say_error(ERR_IO);
	else
		kit_say(KIT_GOOD, _("撤回了最后记的那一刻"));
	return KIT_STAY;
}

static enum kit_next sure(struct kit_view *below, struct kit_view *self)
{
	return kit_choice_answer(self) == 0 ? take_back((struct moments *)below) : KIT_STAY;
}

/* What was kept since the page was opened goes at once; what stood there before is named first. */
static enum kit_next undo(struct moments *m)
{
	const struct kit_option options[] = { { _("撤回"), NULL, false }, { _("留着"), NULL, false } };
	struct row row = { .id = { .index = 0 } };
	struct buf words = { 0 };
	enum kit_next next = KIT_STAY;
	char time[32];
	enum err e;

	if (m->last_made >= m->opened)
		return take_back(m);
	if (!(e = row_read(m->app->profile, &m->last, &row))) {
		buf_printf(&words, "%.5s  ", clock_format_time(clocks_time(m->app, &row, m->time), m->app->pack->utc_offset, time) + 11);
		e = row_title(m->app->profile, &row, &words);
	}
	row_clear(&row);
	if (e)
		kit_say_error(e);
	else
		next = kit_open(&m->base, kit_choice_new(_("撤回最后记的这一刻?"), buf_str(&words), options, 2, false, sure));
	buf_clear(&words);
	return next;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct moments *m = (struct moments *)base;
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return keep(m, choice(m, (uint32_t)(a - ACT_ANSWER_1)));
	switch (a) {
	case ACT_NEW:     return screen_make(base, m->app, m->reg->id, &m->row);
	case ACT_UNDO:    return undo(m);
	case ACT_BACK:    return leave(m);
	case ACT_DETAILS: return kit_open(base, screen_row_new(m->app, &m->row));
	case ACT_OPEN:
		if (row_count(m) && !listing_row(m->listing, (uint32_t)m->list.at, &row))
			next = kit_open(base, screen_row_new(m->app, &row.id));
		row_clear(&row);
		return next;
	default:          return kit_list_act(&m->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct moments *m = (struct moments *)base;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return choice(m, (uint32_t)(a - ACT_ANSWER_1)) != NULL;
	return a == ACT_UNDO ? m->has_last : a == ACT_OPEN ? row_count(m) > 0 : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct moments *m = (struct moments *)base;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9 && choice(m, (uint32_t)(a - ACT_ANSWER_1)))
		return words_of(m, choice(m, (uint32_t)(a - ACT_ANSWER_1)));
	return a == ACT_NEW ? _("另记") : a == ACT_UNDO ? _("撤回") : NULL;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct moments *m = (struct moments *)base;

	if (y >= m->choice_lines)
		return kit_list_tap(&m->list, y) ? act(base, ACT_OPEN) : KIT_STAY;
	if (x < 1 || (x - 1) / m->wide >= m->across)
		return KIT_STAY;
	return keep(m, choice(m, (uint32_t)(y * m->across + (x - 1) / m->wide)));
}

static bool counting(struct kit_view *base)
{
	struct moments *m = (struct moments *)base;

	return clocks_run(m->app, m->first);
}

static void close_moments(struct kit_view *base)
{
	struct moments *m = (struct moments *)base;

	keep_unkept(m);                         /* locked out: what there is room for by now */
	listing_close(m->listing);
	buf_clear(&m->title);
	free(m);
}

static const struct kit_key keys[] = {
	{ '1', ACT_ANSWER_1, false }, { '2', ACT_ANSWER_2, false }, { '3', ACT_ANSWER_3, false }, { '4', ACT_ANSWER_4, false },
	{ '5', ACT_ANSWER_5, false }, { '6', ACT_ANSWER_6, false }, { '7', ACT_ANSWER_7, false }, { '8', ACT_ANSWER_8, false },
	{ '9', ACT_ANSWER_9, false },
	{ 'n', ACT_NEW, true }, { 'u', ACT_UNDO, true }, { 'd', ACT_DETAILS, true }, { KIT_ENTER, ACT_OPEN, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "moments", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_moments, .offers = offers,
	.label = label, .counting = counting, .tap = tap,
};

static const struct kit_column columns[] = { { 6, 1, false }, { 0, 1, false }, { 8, 1, true } };

struct kit_view *screen_moments_new(struct app *app, const struct pack_form *form, const struct row_id *row)
{
	uint32_t about = pack_find_register(app->pack, form->subject);
	struct moments *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->base.ops = &ops;
	m->app = app;
	m->form = form;
	m->quick = quick_of(form);
	m->asked = form->body->form;
	m->reg = &app->pack->registers[form->entities[0].reg];
	m->row = *row;
	for (uint32_t f = 0; f < m->reg->field_count; f++) {
		if (!m->link && m->reg->fields[f].type == PACK_ROW && m->reg->fields[f].target == about)
			m->link = m->reg->fields[f].id;
		if (!m->time && m->reg->fields[f].type == PACK_DATETIME)
			m->time = m->reg->fields[f].id;
	}
	for (uint32_t i = 0; m->time && i < m->asked->question_count; i++)
		if (m->asked->questions[i].type == FORM_DATETIME && m->asked->questions[i].save_to && !strcmp(m->asked->questions[i].save_to, m->time))
			m->time_question = m->asked->questions[i].name;
	m->opened = app_ms(app);
	if (!m->link || !m->time || !m->time_question) {
		free(m);
		err_set(ERR_FORMAT, _("%s: 时间线要有所属和时刻两栏"), form->id);
		return NULL;
	}
	m->list.rows = (struct kit_rows){ .user = m, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 3,
	                                  .empty = _("还没有记。事情一发生就按它的数字, 时间自己记下。") };
	return &m->base;
}
