#include "config.h"
#include "tui/screens/walk/walk.h"

#include "forms/base/i18n.h"

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
		return err_set(ERR_NOMEM, "%s", w->f->form->id);
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].node == was)
			w->at = i;
	if (in_summary || w->at > w->count)
		w->at = w->count;
	return ERR_OK;
}

size_t walk_item_of(const struct walk *w, fill_node n)
{
	const struct fill *f = w->f->fill;

	for (fill_node up = n; up != FILL_NO_NODE; up = fill_parent(f, up)) {
		fill_node named = fill_child(f, up, "item");

		for (size_t i = 0; i < w->count; i++)
			if (w->items[i].node == up || (named != FILL_NO_NODE && !strcmp(fill_question(f, w->items[i].node)->name, fill_value(f, named))))
				return i;
	}
	return w->count;
}

bool walk_stand(struct filling *f, size_t *at, size_t *all)
{
	struct walk w = { .f = f };
	bool has = !walk_gather(&w) && w.count;

	*all = w.count;
	*at = walk_item_of(&w, f->at);
	*at = *at < w.count ? *at + 1 : 1;
	free(w.items);
	free(w.sections);
	free(w.extra);
	return has;
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
