/* choices.h - the choices of a question as its filter leaves them now. Private to forms/fill.
 */
#ifndef FORMS_FILL_CHOICES_H
#define FORMS_FILL_CHOICES_H

#include "forms/fill/tree.h"

enum err choices_program(struct fill *f, uint32_t question, struct buf *out);   /* the expression that gives them; "" = the whole list */
enum err choices_clear(struct fill *f, uint32_t node);             /* drop selections that the filter no longer lets through */
bool choices_known(struct fill *f, const struct form_question *q);   /* are they all at hand, so that an answer can be checked? */
enum err choices_hold(struct fill *f, uint32_t node, const char *name, size_t len, bool *out);
enum err choices_label(struct fill *f, uint32_t question, uint32_t near, const char *value, struct buf *out);

#endif
