/* rowexpr_run.h - inside rowexpr: reading on one side (rowexpr_read.c), running on the other (rowexpr.c). */
#ifndef FORMS_PACK_ROWEXPR_RUN_H
#define FORMS_PACK_ROWEXPR_RUN_H

#include "forms/pack/rowexpr.h"

/* Read when first wanted: titles of registers, derived fields of them (by register, then field). */
struct rowexpr_cache { struct rowexpr **titles, ***derived; };

struct rowexpr {
	const struct pack *pack;
	uint32_t reg;
	struct expr *expr;
	struct rowexpr_cache *cache;
};

/* Is "village()" a built-in value that linked() may end in? */
bool rowexpr_is_value(const char *name);

/* Steps named in step_at() and step_by(). */
bool rowexpr_takes_step(const char *function);

#endif
