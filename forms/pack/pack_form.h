/* pack_form.h - the forms of a pack: what is asked, where a record keeps the answers, and which fields of which rows they become.
 *
 * Strings are the pack's. A form is decoded when it is first wanted, by pack_form_read(); until then its body has no form and no places.
 */
#ifndef FORMS_PACK_PACK_FORM_H
#define FORMS_PACK_PACK_FORM_H

#include "forms/pack/pack_register.h"
#include "forms/xlsform/form.h"

/* How a form's answers become fields: made at compile time from save_to and the entities sheet, applied by the fold. A
 * save copies the answer of `question` (of the entity's repeat instance, or of no repeat at all; of a repeat: its number of
 * instances), or, where question is FORM_NONE, writes the fixed text or code `constant`. An empty answer writes nothing;
 * of several saves into one field the first with an answer counts. create_if, update_if NULL: always, of what it may do. */
struct pack_save { uint32_t question; uint32_t entity; uint32_t field; const char *constant; };
struct pack_entity {
	uint32_t reg;
	uint32_t repeat;                                  /* question index; FORM_NONE: one row a submit */
	bool creates, updates;
	const char *entity_id, *create_if, *update_if;    /* expressions over the form, judged by the device */
	const char *step;                                 /* expression giving step ids, blank separated; NULL */
};
struct pack_place { uint32_t repeat, at; };               /* where a record keeps an answer: in which repeat (question, FORM_NONE at
                                                           * the top), at which place; at is PACK_NONE for what is not stored */
/* What a form asks. A pack has many and a day's work needs few, so they are decoded one by one: pack_form_read(). */
struct pack_body {
	struct form *form;                                /* NULL until then; class of every question in xc[FORM_XC_CLASS]: NULL is P1 */
	struct pack_place *places;                        /* by question */
	const uint8_t *bytes; size_t len;                 /* what it is decoded from; NULL when it was there from the beginning */
};
struct pack_form {
	const char *id;
	struct pack_name title;
	struct pack_body *body;
	struct pack_entity *entities; uint32_t entity_count;
	struct pack_save *saves; uint32_t save_count;     /* by entity, then field, then question */
	uint32_t roles;                                   /* who may submit it; 0 = any worker */
	const char *subject;                              /* register of the row it is opened on, NULL for none */
	bool walk;
};

/* The form itself, decoded when first wanted and then kept; borrowed from the pack. From here on f->body->form and places are there.
 * ERR_NOMEM, or what pack_decode() would have said of these bytes. */
enum err pack_form_read(const struct pack_form *f, const struct form **out);

/* Reckon the places of a form's answers (FORMAT.md), in memory of the form. */
enum err pack_place_answers(struct pack_body *b);

/* 0-3 for P0-P3; P1 when the form does not say. From P2 on an answer stands in the private part, at P3 sealed there. */
int pack_class(const struct form_question *q);

#endif
