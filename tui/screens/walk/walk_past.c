#include "config.h"
#include "tui/screens/walk/walk.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/submit.h"

#include <string.h>

enum { VISITS_SHOWN = 12 };

/* A visit of the past, opened as a fill to be read. */
struct visit { struct submit_host *host; struct fill *fill; };

static void visit_close(struct visit *v)
{
	fill_close(v->fill);
	submit_host_close(v->host);
	*v = (struct visit){ NULL, NULL };
}

static enum err visit_open(struct walk *w, const struct row *r, struct visit *v)
{
	enum err e = submit_host_open(w->f->app->profile, w->f->form->id, &w->f->subject, &v->host);

	if (!e)
		e = fill_open(w->f->asked, submit_host_fill(v->host), &v->fill);
	if (!e)
		e = submit_load(w->f->app->profile, r->id.ref, v->fill);
	if (e)
		visit_close(v);
	return e;
}

static bool same_form(const struct walk *w, const struct row *r)
{
	return r->event_count && !strcmp(r->form, w->f->form->id);
}

static bool newest(void *user, const struct row *r)
{
	struct walk *w = user;
	struct visit v = { NULL, NULL };

	if (!same_form(w, r))
		return true;
	w->old_day = clock_day_of(r->events[0].wall, w->f->pack->utc_offset);
	if (!visit_open(w, r, &v)) {
		w->old = v.fill;
		w->old_host = v.host;
	}
	return false;
}

void walk_forget_old(struct walk *w)
{
	struct visit v = { w->old_host, w->old };

	visit_close(&v);
	w->old = NULL;
	w->old_host = NULL;
}

static void answer_in(struct walk *w, struct fill *past, fill_node node, struct buf *out)
{
	struct filling old = *w->f;
	fill_node n = fill_find(past, fill_question(w->f->fill, node)->name);

	if (n == FILL_NO_NODE || !*fill_value(past, n))
		return;
	old.fill = past;
	filling_value(&old, n, out);
}

void walk_old_answer(struct walk *w, fill_node node, struct buf *out)
{
	struct buf words = { 0 };

	if (!w->old_tried) {
		w->old_tried = true;
		if (w->f->has_subject)
			row_children(w->f->app->profile, &w->f->subject, "inspections", newest, w);
	}
	if (w->old)
		answer_in(w, w->old, node, &words);
	if (words.len) {
		app_short_date(w->f->app, w->old_day, out);
		buf_printf(out, ": %s", buf_str(&words));
	}
	buf_clear(&words);
}

struct telling { struct walk *w; fill_node node; struct buf *out; unsigned visits; };

/* The words and pictures of the item's notes and hazard at that visit. */
static void extras_in(struct telling *t, struct fill *past)
{
	static const struct { const char *repeat, *question; } kept[] = { { WALK_HAZARD, "desc" }, { WALK_NOTE, "words" } };
	const char *item = fill_question(t->w->f->fill, t->node)->name;

	for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
		fill_node repeat = fill_find(past, kept[k].repeat);

		for (uint32_t i = 0; repeat != FILL_NO_NODE && i < fill_instances(past, repeat); i++) {
			fill_node instance = fill_instance(past, repeat, i), named = fill_child(past, instance, "item");
			fill_node words = fill_child(past, instance, kept[k].question);

			if (named != FILL_NO_NODE && !strcmp(fill_value(past, named), item) && words != FILL_NO_NODE && *fill_value(past, words))
				buf_printf(t->out, "  %s\n", fill_value(past, words));
		}
	}
}

static bool tell(void *user, const struct row *r)
{
	struct telling *t = user;
	struct buf words = { 0 }, person = { 0 }, label = { 0 };
	struct visit v = { NULL, NULL };

	if (!same_form(t->w, r) || visit_open(t->w, r, &v))
		return true;
	answer_in(t->w, v.fill, t->node, &words);
	row_author(t->w->f->app->profile, &r->events[0], &person, &label);
	app_short_date(t->w->f->app, clock_day_of(r->events[0].wall, t->w->f->pack->utc_offset), t->out);
	buf_printf(t->out, "  %s  %s\n", words.len ? buf_str(&words) : _("(没答)"), buf_str(&person));
	extras_in(t, v.fill);
	visit_close(&v);
	buf_clear(&words);
	buf_clear(&person);
	buf_clear(&label);
	return ++t->visits < VISITS_SHOWN;
}

enum err walk_history(struct walk *w, fill_node node, struct buf *out)
{
	struct telling t = { w, node, out, 0 };
	enum err e;

	buf_printf(out, "# %s ", fill_question(w->f->fill, node)->name);
	filling_label(w->f, node, out);
	buf_puts(out, "\n\n");
	e = w->f->has_subject ? row_children(w->f->app->profile, &w->f->subject, "inspections", tell, &t) : ERR_OK;
	if (!e && !t.visits)
		buf_puts(out, _("这里以前没有按这份清单查过。"));
	return e;
}
