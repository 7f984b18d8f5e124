/* import_own.h - private to import*.c: the columns of a table, and cells as answers. */
#ifndef SYNC_TOWN_IMPORT_OWN_H
#define SYNC_TOWN_IMPORT_OWN_H

#include "forms/fill/fill.h"
#include "forms/xlsform/book.h"
#include "sync/town/import.h"

enum { IMPORT_COLUMNS = 256 };

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
	char *village;
	struct import_column columns[IMPORT_COLUMNS]; uint32_t column_count;
	uint32_t village_column, key_field;               /* BOOK_COLUMNS_MAX none; index */
	struct buf ignored;
	struct import_row { struct import_line line; char *key, *words; char column[8]; char *village; struct row_id id; } *rows;
	size_t row_count, next;
	struct import_titles titles[16]; uint32_t title_count;
	struct import_known { char *key; struct row_id id; } *known; uint32_t known_count, known_cap;
};

/* Which column answers which question; ERR_FORMAT when none does. */
enum err import_read_headings(struct import *m);

/* A cell as the question stores it, appended; ERR_FORMAT with the reason. */
enum err import_read_cell(struct import *m, const struct import_column *c, const char *cell, struct buf *out);

/* The village a cell names (code or name) as its code. */
enum err import_read_village(struct import *m, const char *cell, struct buf *out);

void import_free_titles(struct import *m);

#endif
