/* rows_view.h - private to rows*.c: a register as a list.
 *
 * Two sources of rows: the listing, in its order or by distance, and while something is looked for the hits of the search.
 */
#ifndef TUI_SCREENS_ROWS_ROWS_VIEW_H
#define TUI_SCREENS_ROWS_ROWS_VIEW_H

#include "sync/ledger/rows/find.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/field.h"
#include "tui/kit/list.h"
#include "tui/screens/app.h"

/* So many fields as columns, the first ones on a phone too; ROWS_RECORDED: when the row was recorded, which is no field. */
enum { ROWS_FIELDS = 5, ROWS_FIELDS_NARROW = 3 };
#define ROWS_RECORDED UINT32_MAX

struct rows_near { float metres; uint32_t at; };        /* at: index in the listing */

struct rows {
	struct kit_view base;
	struct app *app;
	const struct pack_register *reg;
	struct listing *listing, *coming;           /* the one that is shown; and one that takes its place when it is read; NULL */
	uint64_t version;                           /* of the store, when it was read */
	struct find *find;
	struct alike *alike;                        /* rows that perhaps tell one thing twice; NULL */
	uint32_t hit_count;
	struct kit_field query;
	bool finding, all, choosing, several, has_choice, open_only;
	bool came_to_find;                          /* it was opened to find something in it */
	struct row_id choice;
	struct buf ticked;                          /* "REF:N REF:N" while several are chosen */
	struct row_id parent; const char *parent_field;     /* only rows that name this row; NULL */
	char *where;                                /* given by the opener */
	char filter[256], filter_label[96];         /* chosen here; "" */
	char sort[80], sort_label[96];              /* for the listing; "" its own */
	uint32_t position;                          /* the field that says where a row is; PACK_NONE */
	bool nearest, measured;                     /* nearest first is wanted; and `near` is whole */
	struct rows_near *near; uint32_t near_count;        /* so many rows of the listing are measured */
	struct kit_list list;
	struct kit_column columns[2 + ROWS_FIELDS];
	const char *heads[2 + ROWS_FIELDS]; char head_text[ROWS_FIELDS][64];
	char empty[192];
	bool narrow;                                /* as drawn last */
	uint32_t fields[ROWS_FIELDS];               /* indexes of the fields shown as columns */
	size_t field_count;
};

/* rows_columns.c: what stands in the columns, once for a list; and in field column f of a row. */
enum { ROWS_NUMBER_COLUMNS = 9, ROWS_DISTANCE_COLUMNS = 12 };
void rows_choose_columns(struct rows *r);
void rows_cell(const struct rows *r, const struct row *row, size_t f, struct kit_cell *cell);

/* rows.c: read the listing anew by where, filter and order. */
enum err rows_reopen(struct rows *r);

/* rows_order.c: ask for a filter, for an order; measure a few hundred rows more (true while some are left). */
enum kit_next rows_choose_filter(struct rows *r);
enum kit_next rows_choose_order(struct rows *r);
bool rows_measure(struct rows *r);
/* How far a row is, in words; nothing when that is not known. */
void rows_distance(struct rows *r, const struct row *row, struct buf *out);

#endif
