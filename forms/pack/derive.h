/* derive.h - fields that are computed when shown: what the words of fields.csv `derive` mean.
 *
 *     count CHILD.LINK [where COND]                how many rows of CHILD name this row in LINK
 *     sum   CHILD.LINK of FIELD [where COND]       their FIELD added up
 *     last  CHILD.LINK of FIELD [where COND]       FIELD (or created_at) of the newest of them
 *     = EXPRESSION                                 a row expression over the row itself
 */
#ifndef FORMS_PACK_DERIVE_H
#define FORMS_PACK_DERIVE_H

#include "forms/pack/pack.h"

enum derive_how { DERIVE_COUNT, DERIVE_SUM, DERIVE_LAST, DERIVE_EXPRESSION };

struct derive {
	enum derive_how how;
	uint32_t child;                                   /* register */
	uint32_t link;                                    /* its field that names the parent */
	uint32_t field;                                   /* its field that is summed or shown; PACK_NONE for created_at and count */
	const char *rest;                                 /* the condition, NULL = all; the expression of DERIVE_EXPRESSION */
};

/* Understand `text` for a field of register `reg`. ERR_FORMAT names what is wrong. Borrows `text`. */
enum err derive_read(const struct pack *p, uint32_t reg, const char *text, struct derive *out);

/* Does reckoning this field lead to others so deep that it may never end: a count of rows by what they count themselves? Two rows that name
 * each other would have no value. ERR_FORMAT. */
enum { DERIVE_DEPTH = 4 };
enum err derive_ends(const struct pack *p, uint32_t reg, const struct pack_field *f);

#endif
