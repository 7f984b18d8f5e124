/* walk.h - building the walk form of a kind: its sections (walk.c) and what every walk has besides (walk_findings.c).
 * Inside forms/pack. */
#ifndef FORMS_PACK_WALK_H
#define FORMS_PACK_WALK_H

#include "forms/pack/read.h"

enum { WALK_ZH, WALK_EN };                                /* languages of a walk, as i18n_language() */

struct walk {
	struct read *r;
	const struct pack_kind *kind;
	struct form *form;
	uint32_t level, days;                             /* columns of its list xc_item */
	struct buf touched;                               /* condition: an item that is saved to the place was answered */
	bool touches;
};

/* The list that kinds.csv names ("UG", "UG:UG-02..UG-06"), NULL when there is none; and does it have that part? */
const struct read_form *walk_find_list(const struct read *r, const char *spec);
bool walk_has_part(const struct read *r, const char *spec);

/* Append a question, label given in both languages; NULL when memory is out. The pointer moves with the next one. */
struct form_question *walk_add(struct walk *w, enum form_type type, const char *name, const char *zh, const char *en);

/* Append a choice to the last list. */
struct form_choice *walk_add_choice(struct walk *w, const char *name, const char *zh, const char *en);

/* Append what every walk has: the place in front; the repeats and remarks at the end, with the entities. */
void walk_open(struct walk *w);
void walk_close(struct walk *w);

/* Fields a walk fills with a fixed value, once its saves are made: kind, source. */
void walk_add_constants(struct walk *w, struct pack_form *f);

#endif
