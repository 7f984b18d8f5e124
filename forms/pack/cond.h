/* cond.h - the plain condition of workflow.csv (`when`) and of derived fields: field=value|value field!=value ...
 *
 * Judged alike by every device and every fold, so it is no expression: a row of terms, all of which must hold. A term
 * lists values; `field=` asks for an empty field, `field!=` for a filled one. Reading allocates nothing:
 *
 *     struct cond_term t;
 *     for (const char *at = when; cond_next(&at, &t); )
 *             ...cond_has(&t, value)...
 */
#ifndef FORMS_PACK_COND_H
#define FORMS_PACK_COND_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct cond_term {
	const char *field; size_t field_len;
	bool negated;                                     /* != */
	const char *values; size_t values_len;            /* "a|b"; length 0: the empty field */
};

/* The next term; false at the end. `*at` NULL is the empty condition. */
bool cond_next(const char **at, struct cond_term *out);

bool cond_field_is(const struct cond_term *t, const char *field);

/* Is `value` (length len) one of the term's values? `negated` is the caller's to apply. */
bool cond_has(const struct cond_term *t, const char *value, size_t len);

/* Does the whole condition hold, given the shown value of each field as text ("" empty; several blank separated)? A term
 * holds when any of the values is listed. */
bool cond_holds(const char *when, const char *(*value)(void *user, const char *field, size_t len), void *user);

/* ERR_FORMAT, with the place, for anything cond_next() would misread. */
enum err cond_check(const char *when);

#endif
