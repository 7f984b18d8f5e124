/* pack_register.h - the registers of a pack: their fields, the codes these take, and the steps of the workflow that move them.
 *
 * Lines of the pack's tables, as pack.h holds them; strings are the pack's. Numbers of fields and the order of roles are part of
 * the format of records.
 */
#ifndef FORMS_PACK_PACK_REGISTER_H
#define FORMS_PACK_PACK_REGISTER_H

#include <stdbool.h>
#include <stdint.h>

enum { PACK_NONE = 0xffffffff, PACK_BYTES_MAX = 16 << 20, PACK_FIELD_NUMBER_MAX = 255 /* what a record can say of a row's fields */ };

/* Bits of roles; the order is part of the format. */
enum pack_role {
	PACK_GRID = 1, PACK_VADM = 2, PACK_VHEAD = 4, PACK_TOWN = 8, PACK_TLEAD = 16, PACK_DEPT = 32, PACK_COUNTY = 64,
	PACK_OWNER = 128, PACK_EXPERT = 256, PACK_VIEW = 512
};

enum pack_field_type {
	PACK_TEXT, PACK_INTEGER, PACK_DECIMAL, PACK_DATE, PACK_TIME, PACK_DATETIME, PACK_CODE /* one of codes */, PACK_CODES /* several */,
	PACK_POSITION, PACK_FILE, PACK_ROW /* id of a row of register `target` */, PACK_ROWS
};
enum pack_merge { PACK_FACT, PACK_FIELD, PACK_STATE, PACK_SET, PACK_TOWN_FIELD, PACK_DERIVE };

struct pack_name { const char *zh, *en; };            /* en falls back to zh; both never NULL */
const char *pack_name(const struct pack_name *n, int language);   /* i18n_language() */

struct pack_code { const char *name; struct pack_name label; const char *parent; };
struct pack_codes { const char *id; struct pack_code *at; uint32_t count; };

struct pack_field {
	uint32_t n;                                       /* number in the digest and in pack.cbor; never reused */
	const char *id;
	struct pack_name label;
	enum pack_field_type type;
	uint32_t codes;                                   /* index into pack.codes or PACK_NONE */
	uint32_t target;                                  /* register of PACK_ROW / PACK_ROWS or PACK_NONE */
	enum pack_merge merge;
	const char **danger_order;                        /* most dangerous first, NULL-ended; NULL unless merge is state (or given) */
	int class;                                        /* 0-3: P0 public, P1 internal, P2 personal, P3 sensitive */
	bool list, search;                                /* shown in lists; found by search (text and pinyin initials) */
	const char *derive;                               /* how it is computed when shown (derive.h); NULL = stored */
};

struct pack_register {
	const char *id;
	struct pack_name label;
	const char *title;                                /* expression over the row's fields */
	const char *sort;                                 /* field, created_at() or serial(), - in front for descending; NULL */
	bool township;                                    /* scope of its rows: township ("all") or the village of the writer */
	enum pack_merge merge;                            /* default of its fields */
	uint32_t retain_days;                             /* 0 = kept */
	struct pack_field *fields; uint32_t field_count;
};

/* A line of workflow.csv. Lines of one register with the same id are alternatives: they lie together, have the same field
 * and `to`, and the step is allowed when any of them allows it. */
struct pack_step {
	uint32_t reg, field;                              /* register and its field that the step moves (stage or a mark) */
	const char *id;
	struct pack_name label;
	const char *form;                                 /* form that takes the step, NULL when only taken inside another submit */
	const char **from;                                /* values it may start from, NULL-ended; "new" = the row is being made; "*" any */
	const char *to;                                   /* value it writes; "=": the value that save_to gives the field in this submit */
	const char *when;                                 /* plain condition (cond.h), judged by device and fold; NULL = always */
	uint32_t roles, on_behalf;                        /* bits of enum pack_role */
	const char **not_same_person_as;                  /* step ids of the same row whose person may not be this one; NULL-ended or NULL */
	const char *needs;                                /* expression over the form, device only; NULL */
	const char *due;                                  /* days, or words, shown; NULL */
	const char *source;
};

/* Index by id, by number; PACK_NONE when there is none. */
uint32_t pack_find_field(const struct pack_register *r, const char *id);
uint32_t pack_find_field_number(const struct pack_register *r, uint32_t n);

uint32_t pack_role(const char *name);                                       /* bit, 0 when unknown */
const char *pack_role_name(uint32_t role);                                  /* of one bit; "?" when unknown */

#endif
