/* pack_office.h - what a pack says of the work around the forms: kinds of places and their lists, duties and seasons, thresholds,
 * ledgers, papers, response cards, parameters. Lines of the pack's tables, as pack.h holds them; strings are the pack's.
 */
#ifndef FORMS_PACK_PACK_OFFICE_H
#define FORMS_PACK_PACK_OFFICE_H

#include "forms/pack/pack_register.h"

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

#endif
