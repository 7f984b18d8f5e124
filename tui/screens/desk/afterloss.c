/* What revoked devices wrote beyond where they are believed. Nobody knows whose hand it was: staff ask the person, look at the
 * place, and adopt what they found true, one record at a time. What is not adopted stays here and counts for nothing. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/trust/trust.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/submit.h"
#include "tui/kit/choice.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/screens/rows/story.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct late {
	uint8_t ref[EVENT_REF]; uint16_t kind; int64_t wall; struct event_scope scope; char label[33], person[KEYS_PERSON_MAX + 1]; bool adopted;
	bool read; char form[KIT_CELL], place[KIT_CELL];        /* its words, once it was on the screen */
};

struct afterloss {
	struct kit_view base;
	struct app *app;
	struct late *at;
	size_t count, cap, open;
	uint64_t version;
	uint8_t asked[EVENT_REF];               /* while it is asked whether it is true */
	struct kit_list list;
};

static enum err note(void *user, const struct keys_writer *w, const struct log_event *e, bool adopted)
{
	struct afterloss *v = user;
	struct late *l;

	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 64;
		struct late *grown = realloc(v->at, cap * sizeof *grown);

		if (!grown)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		v->at = grown;
		v->cap = cap;
	}
	l = &v->at[v->count++];
	*l = (struct late){ .kind = e->event.kind, .wall = e->event.wall, .scope = e->log.scope, .adopted = adopted };
	memcpy(l->ref, e->hash, EVENT_REF);
	snprintf(l->label, sizeof l->label, "%s", w->label);
	snprintf(l->person, sizeof l->person, "%s", w->person);
	v->open += !adopted;
	return ERR_OK;
}

/* Those that wait first, as they were written. */
static int by_waiting(const void *x, const void *y)
{
	const struct late *a = x, *b = y;

	if (a->adopted != b->adopted)
		return a->adopted ? 1 : -1;
	return a->wall != b->wall ? (a->wall > b->wall) - (a->wall < b->wall) : memcmp(a->ref, b->ref, EVENT_REF);
}

static enum err load(struct kit_view *base)
{
	struct afterloss *v = (struct afterloss *)base;
	enum err e;

	v->count = v->open = 0;
	v->version = profile_version(v->app->profile);
	e = trust_after_loss(v->app->profile, note, v);
	if (v->count)
		qsort(v->at, v->count, sizeof *v->at, by_waiting);
	kit_list_sync(&v->list);
	return e;
}

static bool stale(struct kit_view *base)
{
	struct afterloss *v = (struct afterloss *)base;

	return v->version != profile_version(v->app->profile);
}

static size_t row_count(void *user)
{
	return ((struct afterloss *)user)->count;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	return kit_id(((struct afterloss *)user)->at[i].ref, EVENT_REF);
}

/* The form that it is, by name; what corrects, withdraws or settles has none of its own. */
static void form_words(struct afterloss *v, const struct late *l, struct buf *out)
{
	struct log_event e = { .opaque = false };
	struct submit_shown shown = { .form = NULL };
	struct store_txn t;
	uint32_t form = PACK_NONE;

	switch (l->kind) {
	case EVENT_RETRACT: buf_puts(out, _("撤回")); return;
	case EVENT_RESOLVE: buf_puts(out, _("定了说法")); return;
	case EVENT_ATTACH:  buf_puts(out, _("附件")); return;
	default:            break;
	}
	profile_begin(v->app->profile, &t);
	if (!log_event_get(&t, l->ref, &e)) {
		store_abort(&t);
		if (!submit_show(v->app->profile, &e, &shown)) {
			form = v->app->pack && shown.form ? pack_find_form(v->app->pack, shown.form) : PACK_NONE;
			buf_puts(out, l->kind == EVENT_AMEND ? _("更正 ") : "");
			buf_printf(out, "%s %s", form != PACK_NONE ? pack_name(&v->app->pack->forms[form].title, i18n_language()) : shown.form ? shown.form : "", shown.number);
			submit_shown_clear(&shown);
		}
	} else {
		store_abort(&t);
	}
	log_event_clear(&e);
}

/* An event is opened for its name: once for every row, not with every frame. */
static void read_words(struct afterloss *v, struct late *l)
{
	struct buf b = { 0 };

	if (l->read)
		return;
	form_words(v, l, &b);
	snprintf(l->form, sizeof l->form, "%s", buf_str(&b));
	buf_reset(&b);
	words_scope(v->app, &l->scope, &b);
	snprintf(l->place, sizeof l->place, "%s", buf_str(&b));
	buf_clear(&b);
	l->read = true;
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct afterloss *v = user;
	struct late *l = &v->at[i];
	struct buf b = { 0 };

	read_words(v, l);
	snprintf(cells[0].text, KIT_CELL, "%s", l->adopted ? _("已采纳") : _("扣下"));
	cells[0].role = l->adopted ? KIT_DIM : KIT_SOON;
	snprintf(cells[1].text, KIT_CELL, "%s", l->form);
	snprintf(cells[2].text, KIT_CELL, "%s %s", l->label, l->person);
	snprintf(cells[3].text, KIT_CELL, "%s", l->place);
	cells[3].role = KIT_DIM;
	app_since(v->app, l->wall, &b);
	snprintf(cells[4].text, KIT_CELL, "%s", buf_str(&b));
	buf_clear(&b);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct afterloss *v = (struct afterloss *)base;

	buf_puts(left, _("吊销之后送到的"));
	buf_printf(right, _("还没定 %zu"), v->open);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct afterloss *)base)->list, base, win, 0, getmaxy(win));
}

/* --- one of them --- */

static enum kit_next show(struct afterloss *v)
{
	const struct late *l = v->list.at < v->count ? &v->at[v->list.at] : NULL;
	struct buf text = { 0 };
	struct kit_view *pager;

	if (!l)
		return KIT_STAY;
	buf_puts(&text, "# ");
	form_words(v, l, &text);
	buf_printf(&text, "\n%s %s  ", l->label, l->person);
	words_scope(v->app, &l->scope, &text);
	buf_puts(&text, _("\n设备的钟写着: "));
	app_since(v->app, l->wall, &text);
	buf_puts(&text, l->adopted ? _("\n已采纳, 算数。\n\n") : _("\n扣下: 没有算数。问本人、看现场, 查实了按 a 采纳; 不采纳就一直留在这里。\n\n"));
	if ((l->kind == EVENT_SUBMIT || l->kind == EVENT_AMEND) && story_of_record(v->app, l->ref, &text))
		buf_printf(&text, _("写了什么这里读不出: %s"), err_detail());
	pager = kit_pager_new(_("扣下的一条"), buf_str(&text));
	buf_clear(&text);
	return kit_open(&v->base, pager);
}

static enum kit_next adopted(struct kit_view *below, struct kit_view *self)
{
	struct afterloss *v = (struct afterloss *)below;
	uint8_t ref[EVENT_REF];
	enum err e;

	if (kit_choice_answer(self) != 1)
		return KIT_STAY;
	e = submit_adopt(v->app->profile, (const uint8_t (*)[EVENT_REF])&v->asked, 1, ref);
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("已采纳, 从现在起算数"));
	return KIT_STAY;
}

static enum kit_next ask_adopt(struct afterloss *v)
{
	const struct late *l = &v->at[v->list.at];
	struct kit_option options[] = { { _("先不采纳"), NULL, true }, { _("查实了, 采纳"), NULL, false } };
	struct buf text = { 0 };
	struct kit_view *choice;

	memcpy(v->asked, l->ref, EVENT_REF);
	form_words(v, l, &text);
	buf_printf(&text, _("  %s %s\n采纳后它和别的记录一样算数, 记下是您采纳的; 收不回来, 只能再更正。"), l->label, l->person);
	choice = kit_choice_new(_("采纳这一条"), buf_str(&text), options, 2, false, adopted);
	buf_clear(&text);
	return kit_open(&v->base, choice);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct afterloss *v = (struct afterloss *)base;

	switch (a) {
	case ACT_OPEN:  return show(v);
	case ACT_ADOPT: return ask_adopt(v);
	default:        return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct afterloss *v = (struct afterloss *)base;

	switch (a) {
	case ACT_OPEN:  return v->count > 0;
	case ACT_ADOPT: return v->list.at < v->count && !v->at[v->list.at].adopted;
	default:        return true;
	}
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct afterloss *)base)->list, y) ? show((struct afterloss *)base) : KIT_STAY;
}

static void close_afterloss(struct kit_view *base)
{
	free(((struct afterloss *)base)->at);
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 'a', ACT_ADOPT, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "after-loss", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_afterloss, .offers = offers,
	.tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 7, 1, false }, { 0, 1, false }, { 14, 2, false }, { 12, 2, false }, { 12, 2, true } };

struct kit_view *screen_afterloss_new(struct app *app)
{
	struct afterloss *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 5,
	                                  .empty = _("没有扣下的记录。设备吊销之后还送到的会列在这里, 查实了才算数。") };
	return &v->base;
}
