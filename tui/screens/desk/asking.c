/* Who asks through the server to be let in. The twenty digits stand first: they are what the owner reads aloud, and the only
 * thing by which a request that was slipped in is told from the real one. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/trust/enrol_waiting.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 1000 };

struct asked { char digits[KEYS_DIGITS], name[KEYS_NAME_MAX + 1]; int64_t when; };

struct asking {
	struct kit_view base;
	struct app *app;
	struct asked *at;
	size_t count;
	uint64_t more;                          /* beyond SHOWN_MAX */
	int64_t stamp;
	char refused[KEYS_DIGITS];              /* while it is asked whether to */
	struct kit_list list;
};

static enum err note(void *user, const struct enrol_waiting *w)
{
	struct asking *v = user;
	struct asked *a;

	if (v->count == SHOWN_MAX) {
		v->more++;
		return ERR_OK;
	}
	a = &v->at[v->count++];
	snprintf(a->digits, sizeof a->digits, "%s", w->digits);
	snprintf(a->name, sizeof a->name, "%s", w->request.name);
	a->when = w->when;
	return ERR_OK;
}

/* Whoever waits longest first. */
static int by_waiting(const void *x, const void *y)
{
	const struct asked *a = x, *b = y;

	return a->when != b->when ? (a->when > b->when) - (a->when < b->when) : strcmp(a->digits, b->digits);
}

static enum err load(struct kit_view *base)
{
	struct asking *v = (struct asking *)base;
	enum err e;

	v->count = 0;
	v->more = 0;
	v->stamp = enrol_waiting_stamp(v->app->profile);
	e = enrol_waiting_each(v->app->profile, note, v);
	qsort(v->at, v->count, sizeof *v->at, by_waiting);
	kit_list_sync(&v->list);
	return e;
}

static bool stale(struct kit_view *base)
{
	struct asking *v = (struct asking *)base;

	return v->stamp != enrol_waiting_stamp(v->app->profile);
}

static size_t row_count(void *user)
{
	return ((struct asking *)user)->count;
}

static struct kit_id row_id(void *user, size_t i)
{
	const char *digits = ((struct asking *)user)->at[i].digits;

	return kit_id(digits, strlen(digits));
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct asking *v = user;
	struct buf since = { 0 };

	snprintf(cells[0].text, KIT_CELL, "%s", v->at[i].digits);
	cells[0].role = KIT_STRONG;
	snprintf(cells[1].text, KIT_CELL, "%s", v->at[i].name);
	app_since(v->app, v->at[i].when, &since);
	snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&since));
	cells[2].role = KIT_DIM;
	buf_clear(&since);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct asking *v = (struct asking *)base;

	buf_puts(left, _("入网申请: 请本人念二十位数"));
	if (v->more)
		buf_printf(right, _("还有 %llu 份没列出"), (unsigned long long)v->more);
	else
		buf_printf(right, "%zu/%zu", v->count ? v->list.at + 1 : 0, v->count);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct asking *)base)->list, base, win, 0, getmaxy(win));
}

static enum kit_next open_selected(struct asking *v)
{
	return v->count ? kit_open(&v->base, screen_grant_asked_new(v->app, v->at[v->list.at].digits)) : KIT_STAY;
}

/* --- refusing --- */

static enum kit_next refused(struct kit_view *below, struct kit_view *self)
{
	struct asking *v = (struct asking *)below;
	struct buf request = { 0 };
	enum err e;

	if (kit_choice_answer(self) != 1)
		return KIT_STAY;
	e = enrol_waiting_find(v->app->profile, v->refused, &request);
	if (!e)
		e = enrol_waiting_answer(v->app->profile, &request, NULL);
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("申请 %s 已从名单上去掉"), v->refused);
	buf_clear(&request);
	return KIT_STAY;
}

static enum kit_next ask_refuse(struct asking *v)
{
	struct kit_option options[] = { { _("留着"), NULL, true }, { _("不同意, 去掉"), NULL, false } };
	char text[400];

	snprintf(v->refused, sizeof v->refused, "%s", v->at[v->list.at].digits);
	snprintf(text, sizeof text, _("%s  %s\n去掉后这台设备进不来; 本人可以重新申请。已发的证不受影响。"), v->refused, v->at[v->list.at].name);
	return kit_open(&v->base, kit_choice_new(_("不同意这份申请"), text, options, 2, false, refused));
}

/* --- the view --- */

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct asking *v = (struct asking *)base;

	switch (a) {
	case ACT_OPEN:   return open_selected(v);
	case ACT_REFUSE: return ask_refuse(v);
	case ACT_GRANT:  return kit_open(base, screen_grant_new(v->app));
	default:         return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a == ACT_OPEN || a == ACT_REFUSE ? ((struct asking *)base)->count > 0 : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_OPEN ? _("核对发证") : a == ACT_GRANT ? _("读申请文件") : NULL;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct asking *)base)->list, y) ? open_selected((struct asking *)base) : KIT_STAY;
}

static void close_asking(struct kit_view *base)
{
	free(((struct asking *)base)->at);
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 'x', ACT_REFUSE, true }, { 'n', ACT_GRANT, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "asking", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_asking, .offers = offers,
	.label = label, .tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 25, 1, false }, { 0, 2, false }, { 12, 2, true } };

struct kit_view *screen_asking_new(struct app *app)
{
	struct asking *v = calloc(1, sizeof *v);

	if (!v || !(v->at = calloc(SHOWN_MAX, sizeof *v->at))) {
		free(v);
		return NULL;
	}
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 3,
	                                  .empty = _("没有等着核对的申请。新设备用网络入网后列在这里; 用文件的按 n 读申请文件。") };
	return &v->base;
}
