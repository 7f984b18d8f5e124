/* plain.h - an expression without a form: values set by name, and one for ".".
 *
 * For `xunchactl expr`, tests and tools. ${name} and a bare path of one name mean a value set here; names not set are
 * empty. Dates follow the zone of the environment (TZ), summer time included; chance is the system's.
 */
#ifndef FORMS_EXPR_PLAIN_H
#define FORMS_EXPR_PLAIN_H

#include "forms/expr/expr.h"

struct expr_plain;

/* `now` in ms UTC. NULL when memory is out. */
struct expr_plain *expr_plain_new(int64_t now);
void expr_plain_free(struct expr_plain *p);

/* `name` NULL sets ".". A later value for a name replaces the earlier. */
enum err expr_plain_set(struct expr_plain *p, const char *name, const char *value);

/* Parse `text`, evaluate, append the value as text. Errors as expr_parse() and expr_eval(). */
enum err expr_plain_eval(struct expr_plain *p, const char *text, struct buf *out);

#endif
