#include "config.h"
#include "tui/screens/alarm/moves.h"

#include "forms/base/i18n.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const states[MOVE_STATES] = { "", "moving", "arrived", "refused" };

static uint32_t number(struct app *app, const struct row *row, const char *field)
{
	struct buf b = { 0 };
	long n;

	words_stored(app, row, field, &b);
	n = strtol(buf_str(&b), NULL, 10);
	buf_clear(&b);
	return n > 0 ? (uint32_t)n : 0;
}

static enum move_state state_of(struct app *app, const struct row *row)
{
	enum move_state s = MOVE_STATES;

	while (--s > MOVE_STILL)
		if (words_is(app, row, "state", states[s]))
			break;
	return s;
}

/* The household of a callout, in its own register. */
static bool household_of(struct app *app, const struct row *callout, struct row_id *out)
{
	struct buf b = { 0 };
	bool known;

	words_stored(app, callout, "household", &b);
	known = row_id_parse(buf_str(&b), out);
	buf_clear(&b);
	return known;
}

/* What their own row in the register says: when they came home, 0 when they have not, or were moved once more since; and of those whom this
 * list has not seen go, when they were moved all the same. */
static void ask_register(struct app *app, const struct row *callout, struct move *move)
{
	struct row row = { .id = { .index = 0 } };
	int64_t back = 0, gone = 0;
	struct row_id id;

	if (household_of(app, callout, &id) && !row_read(app->profile, &id, &row)) {
		back = clocks_time(app, &row, "returned_at");
		gone = clocks_time(app, &row, "moved_at");
	}
	row_clear(&row);
	if (move->state == MOVE_ARRIVED)
		move->home = back > clocks_time(app, callout, "moved_at") ? back : 0;
	else if (move->state == MOVE_STILL)
		move->away = gone > back ? gone : 0;
}

static enum err add(struct app *app, struct moves *m, uint32_t at)
{
	struct move move = { .at = at };
	struct row row = { .id = { .index = 0 } };
	uint32_t arrived;
	enum err e = listing_row(m->listing, at, &row);

	if (e)
		return e;
	move.people = number(app, &row, "people");
	move.first = words_is(app, &row, "help", "yes");
	move.state = state_of(app, &row);
	ask_register(app, &row, &move);
	arrived = number(app, &row, "moved_n");
	row_clear(&row);
	m->homes[move.state]++;
	m->people[move.state] += move.state == MOVE_ARRIVED && arrived ? arrived : move.people;
	m->all_people += move.people;
	m->home += move.home != 0;
	m->away += move.away != 0;
	m->first += move.first;
	m->first_arrived += move.first && move.state == MOVE_ARRIVED;
	m->order[m->count++] = move;
	return ERR_OK;
}

static int before(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	if (x->first != y->first)
		return x->first ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

enum err moves_open(struct app *app, const struct row_id *warning, struct moves *out)
{
	struct listing_query q = { .reg = "callouts", .where = "${household} != '' and ${state} != 'double'", .parent = warning, .parent_field = "warning", .sort = "" };
	enum err e;

	*out = (struct moves){ .count = 0 };
	if ((e = listing_open(app->profile, &q, &out->listing)))
		return e;
	out->order = calloc(listing_count(out->listing) + 1u, sizeof *out->order);
	if (!out->order)
		e = err_set(ERR_NOMEM, "%s", _("转移清单"));
	for (uint32_t i = 0; !e && i < listing_count(out->listing); i++)
		e = add(app, out, i);
	if (!e)
		qsort(out->order, out->count, sizeof *out->order, before);
	return e;
}

void moves_close(struct moves *m)
{
	listing_close(m->listing);
	free(m->order);
	*m = (struct moves){ .count = 0 };
}

void moves_words(const struct moves *m, struct buf *out)
{
	if (!m->count)
		return;
	buf_printf(out, _("到位 %u/%zu 户 %u/%u 人"), m->homes[MOVE_ARRIVED], m->count, m->people[MOVE_ARRIVED], m->all_people);
	if (m->first)
		buf_printf(out, _("  先转移 %u/%u 户"), m->first_arrived, m->first);
	if (m->away)
		buf_printf(out, _("  已走 %u"), m->away);
	if (m->homes[MOVE_ON_WAY])
		buf_printf(out, _("  路上 %u"), m->homes[MOVE_ON_WAY]);
	if (m->homes[MOVE_REFUSED])
		buf_printf(out, _("  不愿 %u"), m->homes[MOVE_REFUSED]);
	if (m->home)
		buf_printf(out, _("  回家 %u"), m->home);
}

bool moves_possible(const struct app *app)
{
	return words_may_fill(app, "callout_move");
}

static void read_plan(struct app *app, const struct row *row, struct move_plan *out)
{
	struct buf settle = { 0 }, shelter = { 0 };

	words_stored(app, row, "settle", &settle);
	words_stored(app, row, "shelter", &shelter);
	snprintf(out->settle, sizeof out->settle, "%s", buf_str(&settle));
	out->has_shelter = row_id_parse(buf_str(&shelter), &out->shelter);
	buf_clear(&settle);
	buf_clear(&shelter);
}

void moves_plan(struct app *app, const struct row *callout, bool went, struct move_plan *out)
{
	struct row row = { .id = { .index = 0 } };
	struct row_id id;

	*out = (struct move_plan){ .has_shelter = false };
	if (went || words_is(app, callout, "moved_at", "")) {
		read_plan(app, callout, out);
		return;
	}
	if (household_of(app, callout, &id) && !row_read(app->profile, &id, &row))
		read_plan(app, &row, out);
	row_clear(&row);
}

bool moves_knows_where(const struct move_plan *plan)
{
	return plan->has_shelter || *plan->settle;
}

bool moves_has_shelters(const struct app *app)
{
	struct listing *l = NULL;
	bool any = !listing_open(app->profile, &(struct listing_query){ .reg = "shelters" }, &l) && listing_count(l);

	listing_close(l);
	return any;
}

void moves_tick_as_planned(struct move_tick *tick, const struct move_plan *plan)
{
	if (*plan->settle)
		tick->settle = plan->settle;
	else if (plan->has_shelter)
		tick->settle = "shelter";
	if (plan->has_shelter && strcmp(tick->settle, "relatives"))
		tick->shelter = &plan->shelter;
}

static enum err put_tick(struct app *app, struct filling *f, const struct move_tick *tick)
{
	fill_node by;
	char shelter[ROW_ID_TEXT];
	enum err e = filling_put(f, "state", tick->state);

	if (!e)
		e = filling_put(f, "settle", tick->settle);
	if (!e && tick->shelter)
		e = filling_put(f, "shelter", row_id_text(tick->shelter, shelter));
	if (!e)
		e = filling_put(f, "moved_by", tick->by);
	by = fill_find(f->fill, "moved_by");
	if (!e && by != FILL_NO_NODE && !*fill_value(f->fill, by))      /* nobody was named for them: who ticks them off brought them */
		e = fill_set(f->fill, by, app->person);
	return e;
}

enum err moves_tick(struct app *app, const struct row_id *callout, const struct move_tick *tick, struct row_id *record)
{
	struct filling *f = NULL;
	enum err e = filling_begin(app, "callout_move", callout, &f);

	return e ? e : filling_keep(f, put_tick(app, f, tick), record);
}

bool moves_home_possible(const struct app *app)
{
	return words_may_fill(app, "household_returned");
}

enum err moves_home_may(struct app *app, const struct row *callout)
{
	struct row_id id;

	return household_of(app, callout, &id) ? ERR_OK : err_set(ERR_NOTFOUND, "%s", _("这户不在住户台账, 记不了返回: 先登记这户, 或按 e 写在备注里"));
}

enum err moves_home(struct app *app, const struct row *callout, const char *allowed_by, struct row_id *record)
{
	struct filling *f = NULL;
	struct row_id id;
	enum err e = moves_home_may(app, callout);

	if (e)
		return e;
	household_of(app, callout, &id);
	e = filling_begin(app, "household_returned", &id, &f);
	return e ? e : filling_keep(f, filling_put(f, "return_by", allowed_by), record);
}

enum err moves_not_home(struct app *app, const struct row_id *record, const char *reason)
{
	struct filling *f = NULL;
	struct row_id made;
	enum err e = filling_amend(app, record->ref, &f);

	if (e)
		return e;
	if (fill_find(f->fill, "mistaken") == FILL_NO_NODE)
		e = err_set(ERR_DENIED, "%s", _("这份清单的登记返回表里没有 记错了 一项: 请乡镇发新清单, 或在住户那里更正"));
	else if (!(f->reason = strdup(reason)))
		e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	return filling_keep(f, e ? e : filling_put(f, "mistaken", "yes"), &made);
}
