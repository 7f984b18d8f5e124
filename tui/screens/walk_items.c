#include "config.h"
#include "tui/screens/walk.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile.h"
#include "sync/ledger/submit.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more element; the array moves. */
static bool grow(void *array, size_t *cap, size_t count, size_t size)
{
	void **at = array;
	void *grown;

	if (count < *cap)
		return true;
	grown = realloc(*at, (*cap ? *cap * 2 : 64) * size);
	if (!grown)
		return false;
	*at = grown;
	*cap = *cap ? *cap * 2 : 64;
	return true;
}

/* The top-level group that holds n; FILL_NO_NODE when a repeat does, or none. */
static fill_node section_of(const struct fill *f, fill_node n)
{
	fill_node section = FILL_NO_NODE;

	for (n = fill_parent(f, n); n != FILL_NO_NODE; n = fill_parent(f, n)) {
		if (fill_question(f, n)->type == FORM_REPEAT)
			return FILL_NO_NODE;
		if (fill_question(f, n)->type == FORM_GROUP)
			section = n;
	}
	return section;
}

static bool at_top(const struct fill *f, fill_node n)
{
	for (n = fill_parent(f, n); n != FILL_NO_NODE; n = fill_parent(f, n))
		if (fill_question(f, n)->type == FORM_REPEAT || fill_question(f, n)->type == FORM_GROUP)
			return false;
	return true;
}

static bool add_item(struct walk *w, fill_node node, fill_node section)
{
	if (!w->section_count || w->sections[w->section_count - 1].node != section) {
		if (!grow(&w->sections, &w->section_cap, w->section_count, sizeof *w->sections))
			return false;
		w->sections[w->section_count++] = (struct walk_section){ section, w->count, 0, 0 };
	}
	if (!grow(&w->items, &w->item_cap, w->count, sizeof *w->items))
		return false;
	w->items[w->count++] = (struct walk_item){ node, w->section_count - 1 };
	w->sections[w->section_count - 1].count++;
	w->sections[w->section_count - 1].answered += *fill_value(w->f->fill, node) != '\0';
	return true;
}

enum err walk_gather(struct walk *w)
{
	const struct fill *f = w->f->fill;
	bool in_summary = w->count && w->at >= w->count, ok = true;
	fill_node was = w->at < w->count ? w->items[w->at].node : FILL_NO_NODE;

	w->count = w->section_count = w->extra_count = 0;
	for (fill_node n = fill_first(f); n != FILL_NO_NODE && ok; n = fill_next(f, n)) {
		const struct form_question *q = fill_question(f, n);
		fill_node section = section_of(f, n);

		if (!form_is_asked(q->type) || q->type == FORM_GROUP || q->type == FORM_REPEAT || q->type == FORM_NOTE)
			continue;
		if (section != FILL_NO_NODE) {
			ok = add_item(w, n, section);
		} else if (at_top(f, n) && q->type != FORM_ROW) {
			ok = grow(&w->extra, &w->extra_cap, w->extra_count, sizeof *w->extra);
			if (ok)
				w->extra[w->extra_count++] = n;
		}
	}
	if (!ok)
		return err_set(ERR_NOMEM, "%s", w->f->form->form->id);
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].node == was)
			w->at = i;
	if (in_summary || w->at > w->count)
		w->at = w->count;
	return ERR_OK;
}

const struct form_question *walk_question(const struct walk *w)
{
	return w->at < w->count ? fill_question(w->f->fill, w->items[w->at].node) : NULL;
}

bool walk_is_answered(const struct walk *w, size_t item)
{
	return *fill_value(w->f->fill, w->items[item].node) != '\0';
}

bool walk_fails(struct walk *w, fill_node node)
{
	const struct form_question *q = fill_question(w->f->fill, node);
	const char *level = q->xc[FORM_XC_LEVEL];
	bool fails = false;

	if (!level || !strcmp(level, "-") || !*fill_value(w->f->fill, node))
		return false;
	if (!q->xc[FORM_XC_FAIL])
		return q->type == FORM_TEXT || !strcmp(fill_value(w->f->fill, node), "fail");
	return !fill_test(w->f->fill, node, q->xc[FORM_XC_FAIL], &fails) && fails;
}

size_t walk_unanswered(const struct walk *w, size_t from)
{
	for (size_t i = 0; i < w->count; i++)
		if (!walk_is_answered(w, (from + i) % w->count))
			return (from + i) % w->count;
	return w->count;
}

/* The newest inspection of this place by the same form. */
static bool newest(void *user, const struct row *r)
{
	struct walk *w = user;

	if (!r->event_count || strcmp(r->form, w->f->form->form->id))
		return true;
	w->old_day = clock_day_of(r->events[0].wall, w->f->pack->utc_offset);
	if (submit_host_open(w->f->app->profile, w->f->form->form->id, &w->f->subject, &w->old_host) ||
	    fill_open(w->f->form->form, submit_host_fill(w->old_host), &w->old) ||
	    submit_load(w->f->app->profile, r->id.ref, w->old))
		walk_forget_old(w);
	return false;
}

void walk_forget_old(struct walk *w)
{
	fill_close(w->old);
	submit_host_close(w->old_host);
	w->old = NULL;
	w->old_host = NULL;
}

void walk_old_answer(struct walk *w, fill_node node, struct buf *out)
{
	struct filling old = *w->f;
	fill_node n;

	if (!w->old_tried) {
		w->old_tried = true;
		if (w->f->has_subject)
			row_children(w->f->app->profile, &w->f->subject, "inspections", newest, w);
	}
	if (!w->old)
		return;
	n = fill_find(w->old, fill_question(w->f->fill, node)->name);
	if (n == FILL_NO_NODE || !*fill_value(w->old, n))
		return;
	old.fill = w->old;
	app_short_date(w->f->app, w->old_day, out);
	buf_puts(out, ": ");
	filling_value(&old, n, out);
}
