/* Publishing makes of every kind one form: the lists it can call as sections. No list is looked up in the field. */
#include "config.h"
#include "forms/pack/walk.h"

#include "forms/base/i18n.h"
#include "forms/xlsform/form_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGGED "selected(instance('row')/root/flags, '%s')"

struct form_question *walk_add(struct walk *w, enum form_type type, const char *name, const char *zh, const char *en)
{
	struct form_question *q = form_add_question(w->form);

	if (!q)
		return NULL;
	q->type = type;
	q->name = form_string(w->form, name);
	form_set_text(w->form, &q->label, WALK_ZH, zh);
	form_set_text(w->form, &q->label, WALK_EN, en);
	return q;
}

struct form_choice *walk_add_choice(struct walk *w, const char *name, const char *zh, const char *en)
{
	struct form_choice *c = form_add_choice(w->form);

	if (!c)
		return NULL;
	c->name = form_string(w->form, name);
	form_set_text(w->form, &c->label, WALK_ZH, zh);
	form_set_text(w->form, &c->label, WALK_EN, en);
	c->columns = form_alloc(w->form, w->form->column_count * sizeof *c->columns);
	return c;
}

/* ---- copying out of a list ---- */

/* The author's text in one language; NULL when there is none. */
static const char *text_in(const struct form *f, const struct form_text *t, const char *code)
{
	uint32_t language = form_language(f, code);

	if (!strcmp(code, "en") && language == form_language(f, "zh"))
		return NULL;
	return language < t->count ? t->in[language] : NULL;
}

static void copy_text(struct walk *w, const struct form *from, const struct form_text *t, struct form_text *out)
{
	*out = (struct form_text){ 0 };
	form_set_text(w->form, out, WALK_ZH, text_in(from, t, "zh"));
	form_set_text(w->form, out, WALK_EN, text_in(from, t, "en"));
}

static bool same_choices(const struct walk *w, uint32_t mine, const struct form *from, uint32_t theirs)
{
	const struct form_list *a = &w->form->lists[mine], *b = &from->lists[theirs];

	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (strcmp(w->form->choices[a->first + i].name, from->choices[b->first + i].name))
			return false;
	return true;
}

/* The walk's own copy of a choice list; lists of one name and the same choices are one. */
static uint32_t copy_list(struct walk *w, const struct form *from, uint32_t list)
{
	const struct form_list *l = &from->lists[list];
	uint32_t have = form_find_list(w->form, l->name);
	char name[160];

	if (have != FORM_NONE && same_choices(w, have, from, list))
		return have;
	snprintf(name, sizeof name, "%s%s%s", have == FORM_NONE ? "" : from->id, have == FORM_NONE ? "" : "_", l->name);
	if ((have = form_find_list(w->form, name)) != FORM_NONE)
		return have;
	if (!form_add_list(w->form, name))
		return FORM_NONE;
	for (uint32_t i = 0; i < l->count; i++) {
		const struct form_choice *theirs = &from->choices[l->first + i];
		struct form_choice *c = walk_add_choice(w, theirs->name, NULL, NULL);

		if (!c)
			return FORM_NONE;
		copy_text(w, from, &theirs->label, &c->label);
		for (uint32_t k = 0; k < from->column_count && theirs->columns && c->columns; k++) {
			uint32_t column = form_find_column(w->form, from->columns[k]);

			if (column != FORM_NONE)
				c->columns[column] = form_string(w->form, theirs->columns[k]);
		}
	}
	return w->form->list_count - 1;
}

/* "(a) and (b)", or the one there is. */
static const char *both(struct walk *w, const char *a, const char *b)
{
	struct buf text = { 0 };
	const char *s;

	if (!a || !b)
		return form_string(w->form, a ? a : b);
	buf_printf(&text, "(%s) and (%s)", a, b);
	s = form_string(w->form, buf_str(&text));
	buf_clear(&text);
	return s;
}

static const char *flagged(const char *flag, char out[160])
{
	if (!flag)
		return NULL;
	snprintf(out, 160, FLAGGED, flag);
	return out;
}

/* An item that changes the place: remember that it was answered. */
static const char *save_to_place(struct walk *w, const struct form_question *item)
{
	char text[160];

	if (!item->save_to)
		return NULL;
	buf_printf(&w->touched, "%s${%s} != ''", w->touches ? " or " : "", item->name);
	w->touches = true;
	snprintf(text, sizeof text, "places.%s", item->save_to);
	return form_string(w->form, text);
}

static void copy_question(struct walk *w, const struct read_form *list, uint32_t index, uint32_t parent)
{
	const struct form *from = list->form;
	const struct form_question *src = &from->questions[index];
	uint32_t choices = src->list == FORM_NONE ? FORM_NONE : copy_list(w, from, src->list);
	struct form_question *q = form_add_question(w->form);
	char flag[160];

	if (!q)
		return;
	*q = *src;
	q->parent = parent;
	q->end = w->form->question_count;
	q->list = choices;
	q->row = src->row;
	copy_text(w, from, &src->label, &q->label);
	copy_text(w, from, &src->hint, &q->hint);
	copy_text(w, from, &src->guidance, &q->guidance);
	copy_text(w, from, &src->constraint_message, &q->constraint_message);
	copy_text(w, from, &src->required_message, &q->required_message);
	q->image = q->audio = q->video = (struct form_text){ 0 };
	const char **strings[] = {
		&q->type_name, &q->name, &q->source, &q->relevant, &q->constraint, &q->required, &q->readonly, &q->calculation, &q->initial,
		&q->choice_filter, &q->repeat_count, &q->trigger, &q->appearance, &q->parameters
	};
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		*strings[i] = form_string(w->form, *strings[i]);
	q->save_to = save_to_place(w, src);
	for (int i = 0; i < FORM_XC_COUNT; i++)
		q->xc[i] = form_string(w->form, src->xc[i]);
	q->relevant = both(w, flagged(src->xc[FORM_XC_FLAG], flag), q->relevant);
}

/* ---- sections ---- */

const struct read_form *walk_find_list(const struct read *r, const char *spec)
{
	size_t len = strcspn(spec, ":");

	for (uint32_t i = 0; i < r->list_count; i++)
		if (strlen(r->lists[i].form->id) == len && !memcmp(r->lists[i].form->id, spec, len))
			return &r->lists[i];
	return NULL;
}

/* The questions that "LIST" or "LIST:FROM..TO" asks: [first, end) inside its one group, whose index is *group. */
static bool find_part(const struct form *f, const char *spec, uint32_t *group, uint32_t *first, uint32_t *end)
{
	const char *colon = strchr(spec, ':'), *dots = colon ? strstr(colon, "..") : NULL;
	char from[80];

	*group = f->question_count && f->questions[0].type == FORM_GROUP && f->questions[0].end == f->question_count ? 0 : FORM_NONE;
	*first = *group == 0;
	*end = f->question_count;
	if (!colon)
		return true;
	if (!dots || dots - colon > (int)sizeof from)
		return false;
	snprintf(from, sizeof from, "%.*s", (int)(dots - colon - 1), colon + 1);
	*first = form_find(f, from, 0);
	*end = form_find(f, dots + 2, 0);
	if (*first == FORM_NONE || *end == FORM_NONE || *end < *first || f->questions[*first].parent != f->questions[*end].parent)
		return false;
	*end = f->questions[*end].end;
	return true;
}

bool walk_has_part(const struct read *r, const char *spec)
{
	const struct read_form *list = walk_find_list(r, spec);
	uint32_t group, first, end;

	return list && find_part(list->form, spec, &group, &first, &end);
}

static void add_section(struct walk *w, const struct pack_kind_list *line)
{
	const struct read_form *list = walk_find_list(w->r, line->list);
	uint32_t group, first, end, section = w->form->question_count;
	struct form_question *q;
	char flag[160];

	if (!list || !find_part(list->form, line->list, &group, &first, &end))
		return;                        /* check.c has said so */
	const struct form *from = list->form;

	if (!(q = walk_add(w, FORM_GROUP, from->id, NULL, NULL)))
		return;
	if (group != FORM_NONE)
		copy_text(w, from, &from->questions[group].label, &q->label);
	q->relevant = both(w, flagged(line->flag, flag), group == FORM_NONE ? NULL : from->questions[group].relevant);
	uint32_t shift = section + 1 - first, top = first ? from->questions[first].parent : FORM_NONE;

	for (uint32_t i = first; i < end; i++) {
		uint32_t parent = from->questions[i].parent;

		copy_question(w, list, i, parent == top || parent == FORM_NONE ? section : parent + shift);
		if (form_error(w->form))
			return;
		w->form->questions[i + shift].end = from->questions[i].end + shift;
	}
	w->form->questions[section].end = w->form->question_count;
}

/* All further columns of the choices of all lists called: they must be named before the first choice is added. */
static void add_columns(struct walk *w)
{
	w->level = form_add_column(w->form, "level");
	w->days = form_add_column(w->form, "days");
	for (uint32_t i = 0; i < w->kind->list_count; i++) {
		const char *spec = w->r->pack->kind_lists[w->kind->first_list + i].list;
		const struct read_form *list = walk_find_list(w->r, spec);

		for (uint32_t k = 0; list && k < list->form->column_count; k++)
			if (form_find_column(w->form, list->form->columns[k]) == FORM_NONE)
				form_add_column(w->form, list->form->columns[k]);
	}
}

/* ---- the form ---- */

static enum err build(struct walk *w)
{
	const struct pack *p = w->r->pack;
	struct form *f = w->form;

	f->id = form_string(f, w->kind->walk);
	f->version = form_string(f, p->version);
	f->title = form_string(f, w->kind->label.zh);
	form_add_language(f, "中文 (zh)");
	form_add_language(f, "English (en)");
	f->default_language = form_string(f, "中文 (zh)");
	f->language = WALK_ZH;
	add_columns(w);
	walk_open(w);
	for (uint32_t i = 0; i < w->kind->list_count; i++)
		add_section(w, &p->kind_lists[w->kind->first_list + i]);
	walk_close(w);
	form_index(f);
	return form_error(f) ? form_error(f) : w->touched.err;
}

static void compile_walk(struct read *r, const struct pack_kind *kind)
{
	struct walk w = { .r = r, .kind = kind };
	struct pack_form *f;
	enum err e = form_new(&w.form);

	if (!e)
		e = build(&w);
	buf_clear(&w.touched);
	r->file = kind->walk;
	r->row = 0;
	if (e) {
		form_free(w.form);
		read_fault_of(r, NULL, e);
		return;
	}
	if (!(f = read_add_form(r, w.form)))
		return;
	f->title = kind->label;
	f->walk = true;
	compile_form(r, r->pack->form_count - 1);
	walk_add_constants(&w, &r->pack->forms[r->pack->form_count - 1]);
}

/* An item may change a field of the place it is answered at. */
static void check_saves(struct read *r, const struct read_form *list)
{
	uint32_t places = pack_find_register(r->pack, "places");

	r->file = list->file;
	for (uint32_t i = 0; i < list->form->question_count; i++) {
		const char *field = list->form->questions[i].save_to;

		r->row = list->form->questions[i].row;
		if (field && (places == PACK_NONE || pack_find_field(&r->pack->registers[places], field) == PACK_NONE))
			read_fault(r, "survey save_to", _("登记簿 places 没有字段 \"%s\""), field);
	}
	r->row = 0;
}

void compile_walks(struct read *r)
{
	for (uint32_t i = 0; i < r->list_count; i++)
		check_saves(r, &r->lists[i]);
	if (r->errors)
		return;
	for (uint32_t i = 0; i < r->pack->kind_count && !r->failed; i++)
		compile_walk(r, &r->pack->kinds[i]);
	r->file = "";
}
