/* import_own.h - private to import*.c: the columns of a table, cells as answers, and what each line would change. */
#ifndef SYNC_TOWN_IMPORT_OWN_H
#define SYNC_TOWN_IMPORT_OWN_H

#include "forms/fill/fill.h"
#include "forms/xlsform/book.h"
#include "sync/town/import.h"

enum { IMPORT_COLUMNS = 256, IMPORT_HEAD_ROWS = 10 /* rows in which headings are looked for */ };

struct import_column { uint32_t column, question, field; };       /* column of the sheet, question of the form, field (index) */

/* Titles of a register that cells may name, to ids. */
struct import_titles { const char *reg; struct import_title { char *title; struct row_id id; } *at; uint32_t count, cap; };

struct import {
	struct profile *p;
	const struct pack *pack;
	const struct pack_register *reg;
	const struct pack_form *create, *edit;            /* edit may be NULL: then what differs is refused */
	const struct form *asked;                         /* what `create` asks */
	struct book *book;
	const struct book_sheet *sheet;
	uint32_t head;                                    /* index of the last row of headings */
	const struct pack_ledger *ledger;                 /* whose title stands above them; NULL */
	char *village;
	struct import_column columns[IMPORT_COLUMNS]; uint32_t column_count;
	uint32_t village_column, key_field;               /* BOOK_COLUMNS_MAX none; index */
	struct buf ignored;
	struct import_row {
		struct import_line line; char *key, *words; char column[8]; char *village; struct row_id id; uint32_t sheet_row /* index */;
		struct import_cell { uint16_t column /* index */; char *from /* NULL: nothing */; } *cells; uint32_t cell_count;      /* what will be written */
		uint8_t ref[EVENT_REF];                       /* of what was */
	} *rows;
	size_t row_count, next;
	uint32_t unasked;                                 /* cells that no form asks of their row */
	struct import_titles titles[16]; uint32_t title_count;
	struct import_known { char *key; struct row_id id; bool named; } *known; uint32_t known_count, known_cap;
};

/* The sheet that a person sees and that has headings, and which column answers which question; ERR_FORMAT when none does. */
enum err import_read_headings(struct import *m);
/* Does a row of the sheet say anything in a column that is known, and is it not the headings once more? */
bool import_is_line(const struct import *m, const struct book_row *row);

/* What a cell says, as the type of its question stores it; ERR_FORMAT when it could mean two things. Appended. */
enum err import_tidy(enum form_type type, const char *cell, struct buf *out);
/* Do two texts of that type say the same? */
bool import_same(enum form_type type, int utc_offset, const char *a, const char *b);

/* --- what a row of this register is known by (import_known.c) --- */
enum err import_choose_key(struct import *m);
enum err import_read_known(struct import *m);
void import_put_key(const struct import *m, const char *value, const char *village, struct buf *out);
/* The row of that key. Where the table says no village, the only one of the name; ERR_FORMAT when there are several. NULL: none. */
enum err import_find_known(struct import *m, const char *value, const char *village, struct import_known **out);

/* A cell as the question stores it, appended; ERR_FORMAT with the reason. */
enum err import_read_cell(struct import *m, const struct import_column *c, const char *cell, struct buf *out);

/* The village a cell names (code or name) as its code. */
enum err import_read_village(struct import *m, const char *cell, struct buf *out);

void import_free_titles(struct import *m);

#endif
