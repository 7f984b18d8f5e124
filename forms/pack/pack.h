/* pack.h - a pack: all that the program knows of the work, as data.
 *
 * A pack is read from a folder of CSV or .xlsx files (pack_read: the township, the checker), compiled (walks, codes,
 * who may do what) and carried as pack.cbor (pack_decode: every device). Immutable once made, but for the forms that are
 * decoded when they are first wanted; owns all its memory. The C code knows no kind of place and no hazard by name: what it
 * must find by itself are the few field and step names of PACK_WELL_KNOWN below.
 */
#ifndef FORMS_PACK_PACK_H
#define FORMS_PACK_PACK_H

#include "forms/xlsform/form.h"

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

struct pack_kind {
	const char *id; struct pack_name label; const char *group;
	uint32_t first_list, list_count;                  /* in pack.kind_lists */
	const char *department, *scheme;
	const char *walk;                                 /* id of its compiled walk form */
};
struct pack_kind_list { const char *list, *flag; };       /* flag NULL = always */
struct pack_threshold { const char *scheme, *kind, *metric, *op, *value; };
struct pack_duty {
	const char *id; struct pack_name label;
	const char *subject_register, *subject_filter, *counts_register, *counts_filter;
	uint32_t n; const char *period, *season, *risk, *from, *source, *param;
};
struct pack_season { const char *id, *province, *from, *to, *source; };   /* MM-DD; may wrap over New Year */
enum pack_column_type { PACK_COLUMN_TEXT, PACK_COLUMN_INTEGER, PACK_COLUMN_DECIMAL, PACK_COLUMN_DATE, PACK_COLUMN_DATETIME, PACK_COLUMN_FILE };
struct pack_column { const char *heading, *value; uint32_t width; enum pack_column_type type; int class; };      /* value: row expression */
struct pack_ledger {
	const char *id, *title;
	uint32_t reg; const char *where;                  /* its rows: a register and a row expression or NULL */
	struct pack_column *columns; uint32_t column_count;
};
/* A printed paper about one row: what stands on it, from the top. */
enum pack_part_kind {
	PACK_PART_NUMBER /* of the document, at the top right */, PACK_PART_TO /* whom it is handed to */, PACK_PART_TEXT, PACK_PART_FIELD /* half a line */,
	PACK_PART_WIDE /* a whole line */, PACK_PART_ROWS /* a table of other rows */, PACK_PART_COLUMN /* of that table */, PACK_PART_SIGN, PACK_PART_NOTE,
	PACK_PART_PHOTO /* of its row; under a table, of each of its rows */,
	PACK_PART_KINDS
};
struct pack_part {
	enum pack_part_kind kind;
	const char *heading, *value;                      /* value: row expression; of ROWS the filter; NULL */
	uint32_t reg, field;                              /* ROWS: register, and its field that names this row; field PACK_NONE: rows of the same record. PHOTO, perhaps SIGN: a field that names a file */
	int class;
};
struct pack_paper { const char *id, *title; uint32_t reg; const char *where; uint32_t roles; struct pack_part *parts; uint32_t part_count; };
struct pack_card { const char *id; struct pack_name title; const char *text; };        /* text zh; at most 14 lines of 40 columns */
struct pack_param { const char *key, *value; };

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

struct pack {
	const char *id, *version; struct pack_name title;
	int utc_offset;                                   /* minutes */
	struct pack_register *registers; uint32_t register_count;
	struct pack_codes *codes; uint32_t codes_count;
	struct pack_step *steps; uint32_t step_count;
	struct pack_kind *kinds; uint32_t kind_count;
	struct pack_kind_list *kind_lists; uint32_t kind_list_count;
	struct pack_threshold *thresholds; uint32_t threshold_count;
	struct pack_duty *duties; uint32_t duty_count;
	struct pack_season *seasons; uint32_t season_count;
	struct pack_ledger *ledgers; uint32_t ledger_count;
	struct pack_card *cards; uint32_t card_count;
	struct pack_param *params; uint32_t param_count;
	struct pack_form *forms; uint32_t form_count;
	struct pack_paper *papers; uint32_t paper_count;
	struct form *arena;                               /* owns the memory that is no form's */
	struct buf bytes;                                 /* where those of the forms lie that are not read yet */
};

/* Names the code relies on. Registers: places, hazards, inspections, villages, grids, orgs. Fields: hazards.stage,
 * hazards.verify, hazards.control, hazards.level, hazards.due, hazards.place, hazards.item, places.kind, places.flags,
 * inspections.place. Built-in code lists: kinds (kinds.csv) and items (all items of all lists). Steps a walk takes:
 * register, spot_fix, notify, control, verify_ask. A row's built-in values in expressions: rowexpr.h. */

/* The form itself, decoded when first wanted and then kept; borrowed from the pack. From here on f->body->form and places are there.
 * ERR_NOMEM, or what pack_decode() would have said of these bytes. */
enum err pack_form_read(const struct pack_form *f, const struct form **out);

/* Reckon the places of a form's answers (FORMAT.md), in memory of the form. */
enum err pack_place_answers(struct pack_body *b);

/* 0-3 for P0-P3; P1 when the form does not say. From P2 on an answer stands in the private part, at P3 sealed there. */
int pack_class(const struct form_question *q);

/* Index by id; PACK_NONE when there is none. */
uint32_t pack_find_register(const struct pack *p, const char *id);
uint32_t pack_find_field(const struct pack_register *r, const char *id);
uint32_t pack_find_field_number(const struct pack_register *r, uint32_t n);
uint32_t pack_find_codes(const struct pack *p, const char *id);
uint32_t pack_find_form(const struct pack *p, const char *id);
uint32_t pack_find_kind(const struct pack *p, const char *id);
uint32_t pack_find_step(const struct pack *p, uint32_t reg, const char *id);   /* the first of its alternatives */
/* Is `value` an end of the workflow of field `field`: no step leads from it to a less dangerous value? False without steps. */
bool pack_is_end(const struct pack *p, uint32_t reg, uint32_t field, const char *value);
uint32_t pack_find_ledger(const struct pack *p, const char *id);
uint32_t pack_find_paper(const struct pack *p, const char *id);
const char *pack_param(const struct pack *p, const char *key);              /* NULL when there is none */
const struct pack_code *pack_code(const struct pack *p, uint32_t codes, const char *name);   /* NULL when there is none */
uint32_t pack_role(const char *name);                                       /* bit, 0 when unknown */
const char *pack_role_name(uint32_t role);                                  /* of one bit; "?" when unknown */

/* Read and compile a folder. Every mistake is reported (file, row, column, what to do; row 0 and column NULL where there
 * is none); the result is NULL and ERR_FORMAT when any of them is an error. `report` may be NULL. What can be wrong
 * beyond one table, and against an older pack, is check.h's. */
struct pack_fault { const char *file; uint32_t row; const char *column; bool warning; const char *message; bool orphans /* a warning: what old records say would no longer be shown */; };
enum err pack_read(const char *dir, void (*report)(void *user, const struct pack_fault *fault), void *user, struct pack **out);

/* pack.cbor: deterministic, the same bytes for the same folder. */
enum err pack_encode(const struct pack *p, struct buf *out);
enum err pack_decode(const void *data, size_t len, struct pack **out);
/* The same of bytes that pack_decode() took before, but for its forms: they wait for pack_form_read(). The bytes are the pack's
 * from then on, and freed on failure too; `data` is left empty. */
enum err pack_decode_tables(struct buf *data, struct pack **out);
void pack_free(struct pack *p);                      /* NULL is fine */

#endif
