#include "config.h"
#include "tui/screens/alarm/moving_view.h"

#include "forms/base/i18n.h"
#include "sync/ledger/rows/row.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

static const struct digit { enum kit_action key; const char *label, *state, *settle; bool as_listed; } digits[] = {
	{ ACT_ANSWER_1, N_("到位"), "arrived", NULL, true }, { ACT_ANSWER_2, N_("投亲到了"), "arrived", "relatives", false },
	{ ACT_ANSWER_3, N_("路上"), "moving", NULL, false }, { ACT_ANSWER_4, N_("不愿转移"), "refused", NULL, false },
};

static const struct digit *digit_of(enum kit_action a)
{
	for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
		if (digits[i].key == a)
			return &digits[i];
	return NULL;
}

const char *moving_digit(enum kit_action a)
{
	const struct digit *d = digit_of(a);

	return d ? _(d->label) : NULL;
}

static void say_ticked(struct moving *m, const struct row *row, const struct digit *d)
{
	struct buf name = { 0 };

	moving_words(m, row, "name", &name);
	kit_say(KIT_GOOD, _("已存: %s %s"), buf_str(&name), _(d->label));
	buf_clear(&name);
}

/* Kept, and the cursor goes on to the next. */
static enum kit_next record(struct moving *m, const struct row *row, const struct digit *d, const struct move_plan *plan)
{
	struct move_tick t = { .state = d->state, .settle = d->settle, .by = m->by_me ? m->app->person : NULL };
	struct move_plan was_at;
	struct buf was = { 0 };
	struct row_id made;
	enum err e;

	if (d->as_listed && m->has_shelter) {
		t.settle = "shelter";
		t.shelter = &m->shelter;
	} else if (d->as_listed) {
		moves_tick_as_planned(&t, plan);
	}
	words_stored(m->app, row, "state", &was);
	moves_plan(m->app, row, true, &was_at);
	if ((e = moves_tick(m->app, &row->id, &t, &made))) {
		kit_say(KIT_DANGER, _("没存: %s: %s"), _(d->label), err_detail());
	} else {
		m->last_was = LAST_TICK;
		m->last = row->id;
		m->was_at = was_at;
		snprintf(m->was, sizeof m->was, "%s", buf_str(&was));
		say_ticked(m, row, d);
	}
	buf_clear(&was);
	if (moving_read(m))
		kit_say_error(ERR_IO);
	if (!e)
		moving_go_on(m, m->list.at);
	if (!e && m->moves.count && m->moves.homes[MOVE_ARRIVED] == m->moves.count)
		kit_say(KIT_GOOD, _("已存。%zu 户都到位了"), m->moves.count);
	return KIT_STAY;
}

/* The list below may have been read anew meanwhile: the tick is for the household that was asked about. */
static enum kit_next shelter_chosen(struct kit_view *below, struct kit_view *self)
{
	struct moving *m = (struct moving *)below;
	const struct row_id *chosen = screen_rows_chosen(self);
	const struct digit *d = digit_of(m->waiting);
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;
	enum err e;

	if (!chosen) {
		if (d)
			kit_say(KIT_SOON, "%s", _("没存: 没选安置点。1 再选, 2 投亲"));
		return KIT_STAY;
	}
	m->shelter = *chosen;
	m->has_shelter = true;
	if (!d)
		return KIT_STAY;
	moving_select(m, &m->waits);
	if ((e = row_read(m->app->profile, &m->waits, &row)))
		kit_say_error(e);
	else
		next = record(m, &row, d, &(struct move_plan){ .has_shelter = false });
	row_clear(&row);
	return next;
}

enum kit_next moving_ask_shelter(struct moving *m)
{
	m->waiting = ACT_NONE;
	return kit_open(&m->base, screen_rows_choose_new(m->app, "shelters", "", shelter_chosen));
}

enum kit_next moving_tick(struct moving *m, enum kit_action a)
{
	const struct digit *d = digit_of(a);
	struct row row = { .id = { .index = 0 } };
	struct move_plan plan;
	enum kit_next next;
	enum err e = moving_row(m, m->list.at, &row);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	moves_plan(m->app, &row, false, &plan);
	if (d->as_listed && !m->has_shelter && !moves_knows_where(&plan) && moves_has_shelters(m->app)) {
		next = moving_ask_shelter(m);
		m->waiting = a;
		m->waits = row.id;
	} else {
		next = record(m, &row, d, &plan);
	}
	row_clear(&row);
	return next;
}

/* A slip of the finger: the state before it, by a record of its own. Where the tick said they went stays in that record; what the list
 * wants is asked of their register (moves_plan()). */
enum kit_next moving_take_back(struct moving *m)
{
	struct move_tick t = { .state = *m->was ? m->was : "waiting" };
	struct row_id made;
	enum err e;

	if (m->last_was == LAST_HOME)
		return moving_home_take_back(m);
	if (!strcmp(t.state, "arrived"))
		moves_tick_as_planned(&t, &m->was_at);
	if ((e = moves_tick(m->app, &m->last, &t, &made))) {
		kit_say_error(e);
		return KIT_STAY;
	}
	m->last_was = LAST_NONE;
	kit_say(KIT_GOOD, "%s", _("撤回了刚才那一户"));
	if (moving_read(m))
		kit_say_error(ERR_IO);
	moving_select(m, &m->last);
	return KIT_STAY;
}
