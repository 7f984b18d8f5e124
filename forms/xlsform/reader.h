/* reader.h - what the parts of the form reader share: where we are, how to complain, which column means what. */
#ifndef FORMS_XLSFORM_READER_H
#define FORMS_XLSFORM_READER_H

#include "forms/xlsform/form_read.h"

enum field_kind {
	FIELD_PLAIN,                   /* kept as written */
	FIELD_TEXT,                    /* shown to people, one column a language */
	FIELD_EXPRESSION,
	FIELD_CONDITION,               /* yes, no or an expression */
	FIELD_DEFAULT,                 /* a literal or an expression */
	FIELD_TRIGGER,                 /* ${name}, perhaps several */
	FIELD_TYPE, FIELD_LIST, FIELD_DISABLED,
	FIELD_EXTRA                    /* further column of the choices sheet; `language` is its index */
};

/* A column that a sheet may have; `offset` is where its value goes in the struct that a row becomes. */
struct field { const char *name; enum field_kind kind; size_t offset; };
struct field_alias { const char *alias, *name; };
struct field_set { const struct field *fields; size_t count; bool keep_extra; };

struct column {
	const struct field *field;     /* NULL: passed over */
	uint32_t language;
	const char *header;
	bool alias;                    /* it goes by another name than the field's own */
};

/* A sheet with its header row understood. */
struct table {
	const struct book_sheet *sheet;
	struct column *columns;        /* by column number */
	uint32_t column_count;
};

struct each;

struct reader {
	const struct book *book;
	struct form *form;
	void (*report)(void *user, const struct form_fault *fault);
	void *user;
	uint32_t errors, reported;
	enum err failed;               /* memory ran out while checking */
	struct buf first;              /* the first error as one line */
	struct buf text;               /* room for one value */
	struct arena limits;           /* that arrays of the reading grow under */
	struct table survey, choices, external, settings, entities;
	uint32_t external_list;        /* first list that came from external_choices */
	uint64_t each_rows;            /* read so far of blocks that are asked once for each choice */
	struct each *each_first, *each_last;       /* these blocks as their first choice has them, by row */
	const char **others;           /* names of lists that a question offers with or_other; in the form's memory */
	uint32_t other_count, other_cap;
};

/* ---- form_read.c */
#define WHOLE_ROW UINT32_MAX
void reader_error(struct reader *r, const struct table *t, uint32_t row, uint32_t column, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
void reader_warn(struct reader *r, const struct table *t, uint32_t row, uint32_t column, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* ---- read_table.c */
/* Understand the header row of `sheet` (NULL: an empty table). Languages and extra columns go to the form. */
enum err table_open(struct reader *r, const struct book_sheet *sheet, const struct field_set *set, struct table *out);
void table_close(struct table *t);
uint32_t table_rows(const struct table *t);                          /* rows below the header */
const struct book_row *table_row(const struct table *t, uint32_t i);
bool table_has(const struct table *t, const char *field);
/* First cell of the row under a column that means `field`; "" when there is none. */
const char *table_get(const struct table *t, const struct book_row *row, const char *field);
/* Column of that cell for a message, WHOLE_ROW when there is none. */
uint32_t table_column(const struct table *t, const struct book_row *row, const char *field);
/* Store the row's cells in the struct at `into` by their fields' offsets. */
void table_store(struct reader *r, const struct table *t, const struct book_row *row, void *into);
/* Does a column under this header hold `field` ("relevant"), in whatever language and under whatever other name? */
bool table_header_means(const char *header, const char *field);
bool table_is_expression(enum field_kind kind, const char *text);

/* An expression with no-break blanks and smart quotes made plain; replaces `out`. */
void expression_clean(const char *s, struct buf *out);

/* ---- read_type.c */
enum row_kind { ROW_QUESTION, ROW_BEGIN, ROW_END, ROW_UNKNOWN };
struct row_type {
	enum row_kind kind;
	enum form_type type;
	const char *argument;          /* list, file, register, ${repeat}: points into the cell; NULL */
	size_t argument_len;
	bool or_other, external, from_file;
	bool of_group;                 /* its list is named by the group it lies in */
	bool matrix, loop;             /* asked once for each choice of a list: read_each.c */
	bool as_text;                  /* this program cannot do it and asks for text */
	bool skipped;                  /* this program cannot do it and stores nothing */
	const char *constraint;        /* that the type brings along */
};
void read_type(const char *cell, struct row_type *out);          /* its argument lasts as long as `cell` */
const char *nearest_type(const char *cell);                          /* a type word like this one; NULL */

/* ---- read_each.c: rows that are asked once for each choice of a list.
 *
 * Of "begin_kobomatrix" M over a list, as KoboToolbox lays it out: for each choice C a group M_C with the questions M_C_NAME,
 * whose ${NAME} mean the columns beside them. Of "begin loop over LIST", as pyxform does: for each choice C a group C, and in all
 * texts of its questions %(name)s and %(label)s are the choice's. Both lie in one group that has the name of the block. */
struct each {
	struct form_choice choice;
	const char *base;              /* M_C; NULL in a loop */
	uint32_t first, end;           /* its rows of the survey sheet, after the header */
	const char **names;            /* that these rows give their questions, in strcmp()'s order */
	uint32_t name_count;
	struct each *next;
};
enum { EACH_ROWS_MAX = 1 << 18 };                                    /* rows read in all blocks of a form, once for each choice */
uint32_t each_end(const struct reader *r, uint32_t begin);           /* row that ends the block opened at `begin`; table_rows() when none does */
enum err each_names(struct reader *r, struct each *each);            /* find its names; in the form's memory */
enum err each_note(struct reader *r, const struct each *each);       /* keep a copy for the checks, unless its rows are noted already */
const char *each_text(struct reader *r, const struct each *each, uint32_t language, const char *s);      /* one text adapted */
void each_group(struct reader *r, const struct each *each, struct form_question *q);     /* make `q` the group of one choice */
void each_adapt(struct reader *r, const struct each *each, struct form_question *q);     /* what was read from a row becomes the choice's */

/* ---- read_choices.c, read_survey.c, read_check.c */
extern const struct field_set survey_fields;
enum err read_choices(struct reader *r);             /* after the header of the survey sheet, whose languages come first */
enum err read_survey(struct reader *r);
enum err check_references(struct reader *r);         /* names in texts and expressions, and that expressions parse */

/* Looking for what an author may have meant costs time: only for the first mistakes. */
bool may_suggest(const struct reader *r);

/* Is `a` a misspelt `b`: one slip apart, or two in words of more than five letters? */
bool nearly_same(const char *a, const char *b);

/* Words for what or_other adds: the choice, or the text question. */
void put_other_label(struct form *f, struct form_text *t, bool question);

bool is_yes(const char *s);

#endif
