/* literal.h - the words in quotes of an expression, for checks that need no evaluating. Inside forms/pack. */
#ifndef FORMS_PACK_LITERAL_H
#define FORMS_PACK_LITERAL_H

#include <stdbool.h>

enum { LITERAL_MAX = 128 };

/* Where the search goes on: { .at = expression } at the start (NULL has none). */
struct literal { const char *at; char quote; };

/* The next blank separated word that stands inside quotes; false at the end. Longer ones are passed over. */
bool literal_next(struct literal *l, char out[LITERAL_MAX]);

/* Does the expression hold this word in quotes? */
bool literal_has(const char *expression, const char *word);

#endif
