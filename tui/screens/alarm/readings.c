#include "config.h"
#include "tui/screens/alarm/readings.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/alarm/gauges.h"
#include "tui/screens/alarm/incident.h"
#include "tui/screens/alarm/warning.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/form/typed.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEXT_MAX = 8 };

/* What is offered after a reading beyond its limit. */
enum next_step { NEXT_INCIDENT, NEXT_WARNING, NEXT_HAZARD, NEXT_CARDS, NEXT_NOTHING };

struct readings {
	struct kit_view base;
	struct app *app;
	bool one_place;
	struct row_id place;
	struct gauges gauges;
	struct typed_rows typed;
	enum next_step steps[NEXT_MAX];
	size_t step_count;
	struct row_id alarmed;                      /* where the reading was */
	struct row_id incident, warning; bool has_incident, has_warning;
	struct kit_list list;
	uint64_t version;                           /* of the store that was read */
};

static size_t row_count(void *user)
{
	return ((const struct readings *)user)->gauges.count;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	const struct gauge *g = &((struct readings *)user)->gauges.at[i];
	struct buf b = { 0 };
	char id[ROW_ID_TEXT];
	struct kit_id out;
	uint64_t h = 1469598103934665603u;

	buf_printf(&b, "%s %s", row_id_text(&g->place, id), g->metric);
	for (size_t k = 0; k < b.len; k++)
		h = (h ^ (uint8_t)b.data[k]) * 1099511628211u;
	out = kit_id_number(h >> 1);
	buf_clear(&b);
	return out;
}

static void limit_cell(struct readings *v, const struct gauge *g, struct kit_cell *cell)
{
	const struct gauge_limit *beyond = *g->last ? gauge_beyond(g, g->last_value) : NULL;
	struct buf b = { 0 };

	if (beyond)
		buf_puts(&b, *beyond->line->op == '<' ? _("低于 ") : _("超过 "));
	if (beyond || g->limit_count)
		gauge_limit_words(v->app, beyond ? beyond : &g->limits[0], &b);
	else
		buf_puts(&b, g->wants_limit ? _("场所里没有阈值") : _("没有阈值"));
	snprintf(cell->text, KIT_CELL, "%s", buf_str(&b));
	cell->role = beyond ? KIT_DANGER : KIT_DIM;
	buf_clear(&b);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct readings *v = user;
	const struct gauge *g = &v->gauges.at[i];
	bool beyond = *g->last && gauge_beyond(g, g->last_value);
	const char *typed = typed_text(&v->typed, &g->place, g->metric);
	struct buf b = { 0 };

	snprintf(cells[0].text, KIT_CELL, "%s", g->title);
	snprintf(cells[1].text, KIT_CELL, "%s", gauge_metric(v->app, g));
	if (*g->last) {
		snprintf(cells[2].text, KIT_CELL, "%s%s %s", beyond ? "! " : "", g->last, g->unit);
		app_since(v->app, g->last_at, &b);
	} else {
		snprintf(cells[2].text, KIT_CELL, "%s", _("没读过"));
	}
	if (*typed)
		snprintf(cells[2].text, KIT_CELL, i == v->list.at ? "%s_" : _("%s 没记"), typed);
	cells[2].role = *typed ? KIT_FIELD : beyond ? KIT_DANGER : *g->last ? KIT_PLAIN : KIT_DIM;
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	cells[3].role = KIT_DIM;
	limit_cell(v, g, &cells[4]);
	buf_clear(&b);
}

static enum err load(struct kit_view *base)
{
	struct readings *v = (struct readings *)base;
	struct gauges fresh;
	enum err e;

	v->version = profile_version(v->app->profile);
	e = gauges_open(v->app, v->one_place ? &v->place : NULL, &v->gauges, &fresh);
	gauges_close(&v->gauges);
	v->gauges = fresh;
	kit_list_sync(&v->list);
	return e;
}

/* Something came meanwhile. */
static bool stale(struct kit_view *base)
{
	const struct readings *v = (const struct readings *)base;

	return v->version != profile_version(v->app->profile);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct readings *v = (struct readings *)base;
	unsigned beyond = 0;

	for (size_t i = 0; i < v->gauges.count; i++)
		beyond += *v->gauges.at[i].last && gauge_beyond(&v->gauges.at[i], v->gauges.at[i].last_value);
	buf_puts(left, _("监测读数"));
	if (v->one_place && v->gauges.count)
		buf_printf(left, " > %s", v->gauges.at[0].title);
	if (beyond)
		buf_printf(right, _("超过阈值 %u 处"), beyond);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct readings *v = (struct readings *)base;
	int y = 0;

	if (getmaxy(win) > 4)
		y = kit_paragraph(win, 0, 1, 2, getmaxx(win) - 2, KIT_DIM, _("选一行, 打数, Enter 存下; 超过阈值马上说"));
	kit_list_draw(&v->list, base, win, y, getmaxy(win) - y);
}

/* --- beyond the limit: what next --- */

static void offer(struct readings *v, struct kit_option *options, enum next_step step, const char *label)
{
	options[v->step_count] = (struct kit_option){ label, NULL, false };
	v->steps[v->step_count++] = step;
}

static void look_around(struct readings *v)
{
	struct warning_open warnings[WARNING_OPEN_MAX];
	struct incident_open incidents[INCIDENT_OPEN_MAX];
	size_t n;

	warning_gather(v->app, warnings, &n);
	v->has_warning = n > 0;
	if (n)
		v->warning = warnings[0].id;
	incident_gather(v->app, incidents, &n);
	v->has_incident = n > 0;
	if (n)
		v->incident = incidents[0].id;
}

static enum kit_next next_chosen(struct kit_view *below, struct kit_view *self);

static enum kit_next ask_next(struct readings *v, const char *words)
{
	struct kit_option options[NEXT_MAX];

	look_around(v);
	v->step_count = 0;
	if (v->has_incident || words_may_fill(v->app, "incident_new"))
		offer(v, options, NEXT_INCIDENT, v->has_incident ? _("报告: 到正在处置的突发事件") : _("报告: 记一件突发事件"));
	if (v->has_warning || words_may_fill(v->app, "warning_new"))
		offer(v, options, NEXT_WARNING, v->has_warning ? _("叫应和转移: 到正在跑的预警") : _("叫应: 登记收到的预警"));
	if (words_may_fill(v->app, "hazard_new"))
		offer(v, options, NEXT_HAZARD, _("记一处隐患"));
	offer(v, options, NEXT_CARDS, _("看处置卡"));
	offer(v, options, NEXT_NOTHING, _("先不, 接着读数"));
	return kit_open(&v->base, kit_choice_new(_("已存, 超过阈值"), words, options, v->step_count, false, next_chosen));
}

static enum kit_next next_chosen(struct kit_view *below, struct kit_view *self)
{
	struct readings *v = (struct readings *)below;
	int i = kit_choice_answer(self);

	switch (i < 0 || (size_t)i >= v->step_count ? NEXT_NOTHING : v->steps[i]) {
	case NEXT_INCIDENT: return v->has_incident ? kit_open(below, screen_incident_new(v->app, &v->incident)) : screen_begin(below, v->app, "incident_new", NULL);
	case NEXT_WARNING:  return v->has_warning ? kit_open(below, screen_warning_new(v->app, &v->warning)) : screen_begin(below, v->app, "warning_new", NULL);
	case NEXT_HAZARD:   return screen_begin(below, v->app, "hazard_new", &v->alarmed);
	case NEXT_CARDS:    return kit_open(below, screen_cards_new(v->app));
	case NEXT_NOTHING:  break;
	}
	return KIT_STAY;
}

/* --- one reading --- */

static enum err put_typed(void *user, const struct row_id *place, const char *metric, const char *text, struct filling *f)
{
	const struct readings *v = user;

	for (size_t i = 0; i < v->gauges.count; i++)
		if (!memcmp(&v->gauges.at[i].place, place, sizeof *place) && !strcmp(v->gauges.at[i].metric, metric))
			return gauge_put(&v->gauges.at[i], text, f);
	return err_set(ERR_NOTFOUND, _("%s: 这个点位不在了"), text);
}

static void get_typed(void *user, struct filling *f, char metric[TYPED_TEXT], char text[TYPED_TEXT])
{
	fill_node m = fill_find(f->fill, "metric"), value = fill_find(f->fill, "value");

	(void)user;
	snprintf(metric, TYPED_TEXT, "%s", m == FILL_NO_NODE ? "" : fill_value(f->fill, m));
	snprintf(text, TYPED_TEXT, "%s", value == FILL_NO_NODE ? "" : fill_value(f->fill, value));
}

static enum kit_next keep(struct readings *v)
{
	struct gauge g = v->gauges.at[v->list.at];
	const struct gauge_limit *beyond;
	enum kit_next next = KIT_STAY;
	struct buf words = { 0 };
	char value[TYPED_TEXT];
	struct row_id made;
	enum err e;

	snprintf(value, sizeof value, "%s", typed_text(&v->typed, &g.place, g.metric));
	if (!*value) {
		kit_say(KIT_PLAIN, "%s", _("先打读到的数, 再 Enter"));
		return KIT_STAY;
	}
	if ((e = typed_record(&v->typed, &g.place, g.metric, &made))) {
		kit_say_error(e);
		return KIT_STAY;
	}
	v->alarmed = g.place;
	beyond = gauge_beyond(&g, strtod(value, NULL));
	if (load(&v->base))
		kit_say_error(ERR_IO);
	buf_printf(&words, "%s %s ", g.title, gauge_metric(v->app, &g));
	if (beyond) {
		gauge_beyond_words(v->app, beyond, value, &words);
		kit_say(KIT_DANGER, "%s", buf_str(&words));
		next = ask_next(v, buf_str(&words));
	} else {
		kit_say(KIT_GOOD, _("已存: %s%s %s"), buf_str(&words), value, g.unit);
	}
	kit_list_act(&v->list, ACT_DOWN);
	buf_clear(&words);
	return next;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct readings *v = (struct readings *)base;
	const struct gauge *g = v->gauges.count ? &v->gauges.at[v->list.at] : NULL;

	switch (a) {
	case ACT_OPEN:
		return g ? keep(v) : KIT_STAY;
	case ACT_HISTORY:   return g ? kit_open(base, screen_curve_new(v->app, g)) : KIT_STAY;
	case ACT_DETAILS:   return g ? kit_open(base, screen_row_new(v->app, &g->place)) : KIT_STAY;
	case ACT_REGISTERS: return kit_open(base, screen_rows_new(v->app, "readings", NULL));
	case ACT_BACK:      return typed_leave(&v->typed) ? KIT_CLOSE : KIT_STAY;
	default:            return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a == ACT_OPEN || a == ACT_DETAILS || a == ACT_HISTORY ? row_count(base) > 0 : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	switch (a) {
	case ACT_OPEN:      return _("存下");
	case ACT_HISTORY:   return _("曲线");
	case ACT_DETAILS:   return _("点位");
	case ACT_REGISTERS: return _("全部读数");
	default:            return NULL;
	}
}

static enum kit_typing typing(struct kit_view *base)
{
	(void)base;
	return KIT_TYPING_NUMBER;
}

static enum kit_next key(struct kit_view *base, int k)
{
	struct readings *v = (struct readings *)base;
	const struct gauge *g = v->gauges.count ? &v->gauges.at[v->list.at] : NULL;

	return g && typed_key(&v->typed, &g->place, g->metric, k) ? KIT_STAY : KIT_PASS;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct readings *v = (struct readings *)base;

	(void)x;
	kit_list_tap(&v->list, y);
	return KIT_STAY;
}

static void close_readings(struct kit_view *base)
{
	struct readings *v = (struct readings *)base;

	typed_close(&v->typed);                 /* locked out while typing */
	gauges_close(&v->gauges);
	free(v);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'h', ACT_HISTORY, true }, { 'd', ACT_DETAILS, true }, { 'g', ACT_REGISTERS, true },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "readings", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_readings, .offers = offers,
	.label = label, .typing = typing, .key = key, .tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 0, 1, false }, { 8, 2, false }, { 13, 1, true }, { 11, 0, false }, { 26, 2, true } };

struct kit_view *screen_readings_new(struct app *app, const struct row_id *place)
{
	struct readings *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->one_place = place != NULL;
	if (place)
		v->place = *place;
	v->typed = (struct typed_rows){ .app = app, .form = "reading_new", .marks = "-", .put = put_typed, .get = get_typed, .user = v };
	if (typed_take_up(&v->typed))
		kit_say_error(ERR_IO);
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 5,
	                                  .empty = _("没有要读数的点位。要读水位、雨量、裂缝的地方, 请乡镇登记到场所与点位里, 同步以后就在这里。") };
	return &v->base;
}
