#include "config.h"
#include "tui/screens/alarm/warning_view.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "tui/screens/alarm/moves.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What each digit writes into the form callout_answer. */
static const struct quick { enum kit_action key; const char *label, *channel, *state; bool answered, moves; } quicks[] = {
	{ ACT_ANSWER_1, N_("电话"), "phone", "calling", false, false },  { ACT_ANSWER_2, N_("敲门"), "door", "answered", true, false },
	{ ACT_ANSWER_3, N_("广播"), "broadcast", NULL, false, false },   { ACT_ANSWER_4, N_("鸣锣"), "gong", NULL, false, false },
	{ ACT_ANSWER_5, N_("已应答"), NULL, "answered", true, false },   { ACT_ANSWER_6, N_("转移中"), NULL, "moving", true, true },
	{ ACT_ANSWER_7, N_("已到安置点"), NULL, "arrived", true, true }, { ACT_ANSWER_8, N_("换B角"), NULL, NULL, false, false },
	{ ACT_ANSWER_9, N_("不愿转移"), NULL, "refused", true, true },
};

static const struct quick *quick_of(enum kit_action a)
{
	for (size_t i = 0; i < sizeof quicks / sizeof *quicks; i++)
		if (quicks[i].key == a)
			return &quicks[i];
	return NULL;
}

const char *answering_digit(enum kit_action a)
{
	const struct quick *q = quick_of(a);

	return q ? _(q->label) : NULL;
}

static enum err add_word(struct filling *f, const char *name, const char *word)
{
	fill_node n = fill_find(f->fill, name);
	struct buf b = { 0 };
	enum err e;

	if (n == FILL_NO_NODE)
		return ERR_OK;
	buf_puts(&b, fill_value(f->fill, n));
	if (!strstr(buf_str(&b), word))
		buf_printf(&b, "%s%s", b.len ? " " : "", word);
	e = fill_set(f->fill, n, buf_str(&b));
	buf_clear(&b);
	return e;
}

static enum err one_more(struct filling *f)
{
	fill_node n = fill_find(f->fill, "tries");
	char text[16];

	if (n == FILL_NO_NODE)
		return ERR_OK;
	snprintf(text, sizeof text, "%d", atoi(fill_value(f->fill, n)) + 1);
	return fill_set(f->fill, n, text);
}

static enum err fill_quick(struct filling *f, const struct quick *q)
{
	fill_node at = fill_find(f->fill, "answered_at");
	enum err e = ERR_OK;
	char now[32];

	clock_format_time(app_ms(f->app), f->app->pack->utc_offset, now);
	if (q->channel && !(e = add_word(f, "channels", q->channel)))
		e = one_more(f);
	if (!e)
		e = filling_put(f, "state", q->state);
	if (!e && q->answered && at != FILL_NO_NODE && !*fill_value(f->fill, at))
		e = fill_set(f->fill, at, now);
	if (!e && q->key == ACT_ANSWER_8 && !(e = filling_put(f, "role", "B")))
		e = add_word(f, "escalated", "b_role");
	return e;
}

static const char *const restored[ANSWERING_FIELDS] = { "channels", "tries", "first_call", "answered_at", "role", "escalated" };

static void remember_field(struct warning_view *v, const struct row *row, const char *field, char *out, size_t size)
{
	struct buf b = { 0 };

	words_stored(v->app, row, field, &b);
	snprintf(out, size, "%s", buf_str(&b));
	buf_clear(&b);
}

static void remember(struct warning_view *v, const struct row *row, bool moves)
{
	v->was = (struct answering_was){ .id = row->id, .moved = moves };
	remember_field(v, row, "state", v->was.state, sizeof v->was.state);
	if (!*v->was.state)
		snprintf(v->was.state, sizeof v->was.state, "waiting");
	for (size_t i = 0; i < ANSWERING_FIELDS; i++)
		remember_field(v, row, restored[i], v->was.fields[i], ANSWERING_TEXT);
	moves_plan(v->app, row, true, &v->was.at);
}

static enum err record_answer(struct warning_view *v, const struct quick *q, const struct row_id *call)
{
	struct filling *f = NULL;
	enum err e = filling_begin(v->app, "callout_answer", call, &f);

	return e ? e : filling_keep(f, fill_quick(f, q), &v->was.made);
}

/* A household that moves is ticked off as on the list of those to be moved, to where the list says. */
static bool is_move(struct warning_view *v, const struct quick *q, const struct row *row)
{
	return q->moves && moves_possible(v->app) && !words_is(v->app, row, "household", "");
}

static enum kit_next kept(struct warning_view *v, const struct quick *q, enum err e)
{
	if (e)
		kit_say(KIT_DANGER, _("没存: %s: %s"), _(q->label), err_detail());
	else
		kit_say(KIT_GOOD, v->lifted ? _("已存: %s (预警已解除)。按错了 u 撤回") : _("已存: %s。按错了 u 撤回"), _(q->label));
	if (!e) {
		v->last = v->was;
		v->has_last = true;
	}
	if (warning_read(v))
		kit_say_error(ERR_IO);
	/* A call in vain stays under the cursor: the next key is for the same door. */
	if (!e && q->answered && v->calls.count)
		kit_list_select(&v->list, calls_next(&v->calls, v->waiting_only && v->list.at ? v->list.at - 1 : v->list.at));
	return KIT_STAY;
}

/* The list below may have been read anew meanwhile: the answer is of the household that was asked about. */
static enum kit_next shelter_chosen(struct kit_view *below, struct kit_view *self)
{
	struct warning_view *v = (struct warning_view *)below;
	const struct row_id *chosen = screen_rows_chosen(self);
	const struct quick *q = quick_of(v->waiting);

	if (chosen)
		return kept(v, q, moves_tick(v->app, &v->waits, &(struct move_tick){ .state = q->state, .settle = "shelter", .shelter = chosen }, &v->was.made));
	kit_say(KIT_SOON, "%s", _("没存: 没选安置点。7 再选, 投亲 t 里按 2"));
	return KIT_STAY;
}

static enum kit_next record_move(struct warning_view *v, const struct quick *q, const struct row *row)
{
	struct move_tick t = { .state = q->state };
	struct move_plan plan;

	moves_plan(v->app, row, false, &plan);
	if (q->key == ACT_ANSWER_7) {
		if (!moves_knows_where(&plan) && moves_has_shelters(v->app)) {
			v->waiting = q->key;
			v->waits = row->id;
			return kit_open(&v->base, screen_rows_choose_new(v->app, "shelters", "", shelter_chosen));
		}
		moves_tick_as_planned(&t, &plan);
	}
	return kept(v, q, moves_tick(v->app, &row->id, &t, &v->was.made));
}

enum kit_next answering_record(struct warning_view *v, enum kit_action a)
{
	const struct quick *q = quick_of(a);
	struct row row = { .id = { .index = 0 } };
	enum kit_next next;

	if (warning_row(v, v->list.at, &row))
		return KIT_STAY;
	if (a == ACT_ANSWER_8 && words_is(v->app, &row, "name_b", "") && words_is(v->app, &row, "phone_b", "")) {
		row_clear(&row);
		kit_say(KIT_SOON, "%s", _("名单上没有B角: 2 敲门, 或派人去"));
		return KIT_STAY;
	}
	remember(v, &row, is_move(v, q, &row));
	next = is_move(v, q, &row) ? record_move(v, q, &row) : kept(v, q, record_answer(v, q, &row.id));
	row_clear(&row);
	return next;
}

static enum err put_before(const struct answering_was *was, struct filling *f)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < ANSWERING_FIELDS && !e; i++)
		e = filling_put(f, restored[i], was->fields[i]);
	return e;
}

static enum err state_before(struct warning_view *v, const struct answering_was *was)
{
	struct move_tick t = { .state = was->state };
	struct filling *f = NULL;
	struct row_id made;
	enum err e;

	if (was->moved && !strcmp(t.state, "arrived"))
		moves_tick_as_planned(&t, &was->at);
	if (was->moved)
		return moves_tick(v->app, &was->id, &t, &made);
	if ((e = filling_begin(v->app, "callout_answer", &was->id, &f)))
		return e;
	e = filling_put(f, "state", was->state);
	return filling_keep(f, e ? e : put_before(was, f), &made);
}

/* A state goes on only by records; what else the digit said is corrected where it was said, or an hour of answering would stand. */
static enum err unsay(struct warning_view *v, const struct answering_was *was)
{
	struct filling *f = NULL;
	struct row_id made;
	enum err e = filling_amend(v->app, was->made.ref, &f);

	if (e)
		return e;
	e = put_before(was, f);
	if (!e && !(f->reason = strdup(_("按错了"))))
		e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	return filling_keep(f, e, &made);
}

enum kit_next answering_take_back(struct warning_view *v)
{
	enum err e = state_before(v, &v->last);

	if (e) {
		kit_say(KIT_DANGER, _("没存: %s: %s"), _("撤回"), err_detail());
		return KIT_STAY;
	}
	v->has_last = false;
	e = v->last.moved ? ERR_OK : unsay(v, &v->last);
	if (warning_read(v))
		kit_say_error(ERR_IO);
	for (size_t i = 0; i < v->calls.count; i++) {
		struct row row = { .id = { .index = 0 } };

		if (!warning_row(v, i, &row) && !memcmp(&row.id, &v->last.id, sizeof row.id))
			kit_list_select(&v->list, i);
		row_clear(&row);
	}
	if (e)
		kit_say(KIT_SOON, _("撤回了刚才那一次; 时间和渠道还没改回: %s"), err_detail());
	else
		kit_say(KIT_GOOD, "%s", _("撤回了刚才那一次"));
	return KIT_STAY;
}
