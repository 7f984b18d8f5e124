#include "config.h"
#include "tui/screens/walk/walk.h"

#include "tui/screens/device/whereabouts.h"

#include <string.h>

static const char *item_name(const struct walk *w, fill_node item)
{
	return fill_question(w->f->fill, item)->name;
}

/* The instance of `repeat` whose question `item` names this item. */
static fill_node instance_of(const struct walk *w, const char *repeat_name, fill_node item)
{
	const struct fill *f = w->f->fill;
	fill_node repeat = fill_find(f, repeat_name);

	for (uint32_t i = 0; repeat != FILL_NO_NODE && i < fill_instances(f, repeat); i++) {
		fill_node instance = fill_instance(f, repeat, i), named = fill_child(f, instance, "item");

		if (named != FILL_NO_NODE && !strcmp(fill_value(f, named), item_name(w, item)))
			return instance;
	}
	return FILL_NO_NODE;
}

fill_node walk_hazard_of(const struct walk *w, fill_node item)
{
	return instance_of(w, WALK_HAZARD, item);
}

fill_node walk_note_of(const struct walk *w, fill_node item)
{
	return instance_of(w, WALK_NOTE, item);
}

/* A new instance that names the item. An instance that is there but names none (repeats may begin with one) serves. */
static enum err new_instance(struct walk *w, const char *repeat_name, fill_node item, fill_node *out)
{
	struct fill *f = w->f->fill;
	fill_node repeat = fill_find(f, repeat_name), named;
	enum err e = ERR_OK;

	*out = FILL_NO_NODE;
	if (repeat == FILL_NO_NODE)
		return err_set(ERR_NOTFOUND, "%s", repeat_name);
	for (uint32_t i = 0; i < fill_instances(f, repeat) && *out == FILL_NO_NODE; i++) {
		named = fill_child(f, fill_instance(f, repeat, i), "item");
		if (named != FILL_NO_NODE && !*fill_value(f, named))
			*out = fill_instance(f, repeat, i);
	}
	if (*out == FILL_NO_NODE)
		e = fill_add_instance(f, repeat, out);
	if (e)
		return e;
	named = fill_child(f, *out, "item");
	return named == FILL_NO_NODE ? err_set(ERR_NOTFOUND, "%s/item", repeat_name) : fill_set(f, named, item_name(w, item));
}

/* What the form's own defaults and calculations left empty is taken from the item. */
static void fill_in(struct walk *w, fill_node instance, const char *name, const char *value)
{
	fill_node n = fill_child(w->f->fill, instance, name);

	if (value && n != FILL_NO_NODE && !*fill_value(w->f->fill, n) && !fill_is_readonly(w->f->fill, n))
		fill_set(w->f->fill, n, value);
}

enum err walk_raise(struct walk *w, fill_node item, fill_node *instance)
{
	const struct form_question *q = fill_question(w->f->fill, item);
	enum err e;

	*instance = walk_hazard_of(w, item);
	if (*instance != FILL_NO_NODE)
		return ERR_OK;
	e = new_instance(w, WALK_HAZARD, item, instance);
	if (e)
		return e;
	fill_in(w, *instance, "level", q->xc[FORM_XC_LEVEL]);
	fill_in(w, *instance, "pos", whereabouts_now(w->f->app));
	return filling_save(w->f, item);
}

bool walk_hazard_has_words(const struct walk *w, fill_node item)
{
	static const char *const typed[] = { "desc", "photo_before", "photo_after" };
	fill_node instance = walk_hazard_of(w, item);

	for (size_t i = 0; instance != FILL_NO_NODE && i < sizeof typed / sizeof *typed; i++) {
		fill_node n = fill_child(w->f->fill, instance, typed[i]);

		if (n != FILL_NO_NODE && *fill_value(w->f->fill, n))
			return true;
	}
	return false;
}

enum err walk_withdraw(struct walk *w, fill_node item)
{
	fill_node instance = walk_hazard_of(w, item);
	enum err e = instance == FILL_NO_NODE ? ERR_OK : fill_remove_instance(w->f->fill, instance);

	return e ? e : filling_save(w->f, item);
}

/* The note of this item that has no picture yet: every picture keeps its own note. */
static fill_node note_without_photo(const struct walk *w, fill_node item)
{
	const struct fill *f = w->f->fill;
	fill_node repeat = fill_find(f, WALK_NOTE);

	for (uint32_t i = 0; repeat != FILL_NO_NODE && i < fill_instances(f, repeat); i++) {
		fill_node instance = fill_instance(f, repeat, i), named = fill_child(f, instance, "item"), photo = fill_child(f, instance, "photo");

		if (named != FILL_NO_NODE && !strcmp(fill_value(f, named), item_name(w, item)) && photo != FILL_NO_NODE && !*fill_value(f, photo))
			return instance;
	}
	return FILL_NO_NODE;
}

unsigned walk_photos(const struct walk *w, fill_node item)
{
	const struct fill *f = w->f->fill;
	fill_node repeat = fill_find(f, WALK_NOTE);
	unsigned n = 0;

	for (uint32_t i = 0; repeat != FILL_NO_NODE && i < fill_instances(f, repeat); i++) {
		fill_node instance = fill_instance(f, repeat, i), named = fill_child(f, instance, "item"), photo = fill_child(f, instance, "photo");

		n += named != FILL_NO_NODE && !strcmp(fill_value(f, named), item_name(w, item)) && photo != FILL_NO_NODE && *fill_value(f, photo);
	}
	return n;
}

enum err walk_add_photo(struct walk *w, fill_node item, const char *name)
{
	fill_node instance = note_without_photo(w, item), n;
	enum err e = instance == FILL_NO_NODE ? new_instance(w, WALK_NOTE, item, &instance) : ERR_OK;

	if (e)
		return e;
	w->f->fresh = false;
	n = fill_child(w->f->fill, instance, "photo");
	e = n == FILL_NO_NODE ? err_set(ERR_NOTFOUND, "%s/photo", WALK_NOTE) : fill_set(w->f->fill, n, name);
	return e ? e : filling_save(w->f, item);
}

enum err walk_set_note(struct walk *w, fill_node item, const char *words)
{
	fill_node instance = walk_note_of(w, item), n;
	enum err e = instance == FILL_NO_NODE ? new_instance(w, WALK_NOTE, item, &instance) : ERR_OK;

	if (e)
		return e;
	w->f->fresh = false;
	n = fill_child(w->f->fill, instance, "words");
	e = n == FILL_NO_NODE ? err_set(ERR_NOTFOUND, "%s/words", WALK_NOTE) : fill_set(w->f->fill, n, words);
	return e ? e : filling_save(w->f, item);
}
