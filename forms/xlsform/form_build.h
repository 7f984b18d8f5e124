/* form_build.h - making a form: for the reader, the pack's walk compiler and the decoders.
 *
 * All memory is the form's. The first failure (ERR_NOMEM, ERR_LIMIT with detail) sticks: later calls give NULL, so a builder looks
 * once, at the end, with form_error(). Pointers that form_add_* gave move when the next of their kind is added.
 */
#ifndef FORMS_XLSFORM_FORM_BUILD_H
#define FORMS_XLSFORM_FORM_BUILD_H

#include "forms/xlsform/form.h"

enum err form_new(struct form **out);
enum err form_error(const struct form *f);
void *form_alloc(struct form *f, size_t n);                      /* zeroed, aligned */
const char *form_string(struct form *f, const char *s);          /* a copy; NULL for NULL or "" */
const char *form_string_n(struct form *f, const char *s, size_t len);
void form_set_text(struct form *f, struct form_text *t, uint32_t language, const char *s);
uint32_t form_add_language(struct form *f, const char *name);    /* its index, the old one when it is there already; FORM_NONE */
struct form_question *form_add_question(struct form *f);         /* a leaf at the top: end is its index + 1, parent and list FORM_NONE */
struct form_list *form_add_list(struct form *f, const char *name);       /* its choices follow with form_add_choice() */
struct form_choice *form_add_choice(struct form *f);             /* at the end of the last list */
struct form_entity *form_add_entity(struct form *f);
uint32_t form_add_column(struct form *f, const char *name);      /* its index */
void form_set_column(struct form *f, struct form_choice *c, uint32_t column, const char *s);   /* when all columns are there */

/* Make form_find() and form_find_list() quick and give back spare room; call when all is added and has its name. Pointers to
 * questions, lists, choices and entities move. */
void form_index(struct form *f);

#endif
