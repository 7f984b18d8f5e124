/* read.h - a pack while it is read and compiled. Inside forms/pack.
 *
 * Each table is read by a function of its own that appends to the pack and remembers which row of the file every element
 * came from, for the messages of the checks that follow (check.c). All memory that is no form's is the pack's arena.
 */
#ifndef FORMS_PACK_READ_H
#define FORMS_PACK_READ_H

#include "forms/pack/pack.h"
#include "forms/pack/table.h"

struct book;

enum { READ_FILES_MAX = 512 /* of lists/, forms/ or cards/ */, READ_CARD_MAX = 16384, READ_WORDS_MAX = 64 };

/* Elements whose rows are remembered. */
enum read_rows {
	READ_KINDS, READ_KIND_LISTS, READ_THRESHOLDS, READ_REGISTERS, READ_FIELDS, READ_CODES, READ_STEPS, READ_DUTIES, READ_SEASONS, READ_COLUMNS, READ_PARTS,
	READ_ROWS
};

/* Lines of fields.csv, codes.csv, exports.csv, papers.csv and of kinds.csv's lists, before they are put under their owners. */
struct read_field { uint32_t reg; struct pack_field f; };
struct read_code { uint32_t list; struct pack_code c; int32_t order; };
struct read_column { const char *ledger; int32_t order; struct pack_column c; };
struct read_part { uint32_t paper; struct pack_part p; };
struct read_kind_list { uint32_t kind; struct pack_kind_list l; };

/* A checklist or a form as read, with its file for messages. */
struct read_form { struct form *form; const char *file; };

struct read {
	struct pack *pack;
	const char *dir;
	void (*report)(void *user, const struct pack_fault *fault);
	void *user;
	uint32_t errors;
	char first[512];                                  /* the first error, for the detail of the result */
	enum err failed;                                  /* the machine failed: memory, reading */
	const char *file; uint32_t row;                   /* where we are */
	uint32_t *rows[READ_ROWS];
	struct read_field *fields; uint32_t field_count;
	struct read_code *codes; uint32_t code_count;
	struct read_column *columns; uint32_t column_count;
	struct read_part *parts; uint32_t part_count;
	struct read_kind_list *kind_lists; uint32_t kind_list_count;
	struct read_form *lists; uint32_t list_count;
	struct read_form *forms; uint32_t form_count;     /* same order as pack.forms, without the walks */
};

/* Report a mistake of the author's in column `column` (NULL: the row) of r->file, r->row. */
void read_fault(struct read *r, const char *column, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void read_warn(struct read *r, const char *column, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void read_orphans(struct read *r, const char *column, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Report the detail that a failed call left (ERR_FORMAT, ERR_LIMIT ...); what the machine did wrong is kept in r->failed. */
void read_fault_of(struct read *r, const char *column, enum err e);

/* Room for one more element at the end of an array of the pack's arena, zeroed; its row is remembered under `rows`
 * (READ_ROWS: not). NULL when memory is out, which r->failed keeps. `array` is the address of the pointer. */
void *read_add(struct read *r, enum read_rows rows, void *array, uint32_t *count, size_t size);
void *read_alloc(struct read *r, size_t n);
/* One more form, owned by the pack from here on: freed when there is no room. */
struct pack_form *read_add_form(struct read *r, struct form *form);
const char *read_string(struct read *r, const char *s);              /* NULL for "" */

/* The rows of an optional or wanted table, one call each. */
void read_table(struct read *r, const char *name, bool wanted, void (*line)(struct read *r, struct pack_table *t));

/* The words of a cell ("a|b c"), NULL-ended; NULL when there are none. */
const char **read_words(struct read *r, const char *cell);

/* Cells of a kind: an id (reported when empty or with forbidden letters), names, yes, a number, a class. */
const char *read_id(struct read *r, struct pack_table *t, const char *column);
const char *read_word(struct read *r, struct pack_table *t, const char *column);      /* a code's name: any script */
struct pack_name read_names(struct read *r, struct pack_table *t);
bool read_yes(const char *cell);
bool read_number(const char *cell, uint32_t most, uint32_t *out);
int read_class(struct read *r, struct pack_table *t);
uint32_t read_roles(struct read *r, struct pack_table *t, const char *column);
uint32_t read_role_words(struct read *r, const char *column, const char *cell);
uint32_t read_register(struct read *r, struct pack_table *t, const char *column);     /* reported; PACK_NONE */

/* The parts, in this order. */
void read_registers(struct read *r);                 /* read_registers.c: registers, fields, codes */
void read_kinds(struct read *r);                     /* read_tables.c: kinds, thresholds, seasons */
void read_lists(struct read *r);                     /* read_forms.c: lists/, and the built-in code lists */
void read_codes(struct read *r);
void read_fields(struct read *r);
void read_rules(struct read *r);                     /* read_rules.c: workflow, duties */
void read_ledgers(struct read *r);                   /* read_tables.c */
void read_papers(struct read *r);                    /* read_papers.c */
void read_cards(struct read *r);
void read_forms(struct read *r);                     /* read_forms.c: forms/, compiled */

/* Make entities and saves of form `form`, whose register names are known (compile.c). */
void compile_form(struct read *r, uint32_t form);
void compile_sort(struct pack_form *f);              /* its saves, after some were added */

/* Build the walk of every kind (walk.c). */
void compile_walks(struct read *r);

/* Start; read and compile, reporting as it goes; end. read_close() frees what only reading needed, and gives the pack to
 * *out or frees it: when there were errors, or `out` is NULL. */
enum err read_open(struct read *r, const char *dir, void (*report)(void *user, const struct pack_fault *fault), void *user);
void read_folder(struct read *r);
enum err read_close(struct read *r, struct pack **out);

#endif
