/* plan.h - what the rows of a form's records are made of, looked up once: for each entity its register and, for each
 * saved field, where the answer stands and how the field merges. Belongs to a pack; lives as long as the struct plans. */
#ifndef SYNC_LEDGER_FOLD_PLAN_H
#define SYNC_LEDGER_FOLD_PLAN_H

#include "forms/pack/pack.h"

#include <stdint.h>

struct plan_save {
	uint32_t question;                                /* FORM_NONE: a constant */
	bool repeated;                                    /* it lies in the entity's repeat */
	bool personal;                                    /* P2 or P3: in the private part */
	bool governed;                                    /* moved by steps */
	bool link;                                        /* a row, or rows: refs inside are made absolute */
	uint32_t n;                                       /* field number */
	enum pack_merge merge;
	const char *constant;
};

struct plan_entity { uint32_t reg; uint32_t repeat; struct plan_save *saves; uint32_t save_count; };

struct plan {
	const struct pack *pack;
	uint32_t form;
	struct plan_entity *entities; uint32_t entity_count;
};

struct profile;

/* Packs and plans met so far; zeroed is empty. */
struct plans { struct plan **at; uint32_t count; const struct pack *last; char version[136]; };

/* The pack that a record names ("ID/VERSION"). ERR_NOTFOUND: not here. */
enum err plans_pack(struct plans *s, struct profile *p, const char *version, const struct pack **out);
/* ERR_FORMAT: the pack has no such form. The form of a plan has been read (pack_form_read). */
enum err plans_get(struct plans *s, const struct pack *pack, uint32_t form, const struct plan **out);
void plans_clear(struct plans *s);

#endif
