/* form.h - an XLSForm, read: questions in document order, choice lists, languages.
 *
 * A form is immutable once read and owns all its strings. Questions lie in one array in document order; a group or
 * repeat spans [its index, end). Text that the author left out is NULL, never "". Expressions are kept as written
 * (normalised: non-breaking blanks and smart quotes made plain); forms/expr parses them. What the language is: guide
 * of pyxform's aliases, XLSForm reference. Names are as in the workbook; two questions may share a name in different groups.
 */
#ifndef FORMS_XLSFORM_FORM_H
#define FORMS_XLSFORM_FORM_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	FORM_LANGUAGES_MAX = 16, FORM_QUESTIONS_MAX = 16384, FORM_CHOICES_MAX = 262144, FORM_LISTS_MAX = 4096, FORM_COLUMNS_MAX = 256,
	FORM_ENTITIES_MAX = 256, FORM_DEPTH_MAX = 32 /* groups within groups */, FORM_BYTES_MAX = 128 << 20
};
#define FORM_NONE UINT32_MAX

enum form_type {                       /* the order is part of the encoded form */
	FORM_GROUP, FORM_REPEAT,
	FORM_NOTE,                     /* shown, stores nothing */
	FORM_TEXT, FORM_INTEGER, FORM_DECIMAL, FORM_RANGE,
	FORM_SELECT_ONE, FORM_SELECT_MULTIPLE, FORM_RANK,
	FORM_DATE, FORM_TIME, FORM_DATETIME,
	FORM_GEOPOINT, FORM_GEOTRACE, FORM_GEOSHAPE,
	FORM_BARCODE, FORM_ACKNOWLEDGE,
	FORM_IMAGE, FORM_AUDIO, FORM_VIDEO, FORM_FILE, FORM_SIGNATURE,   /* a file name; the file is attached apart */
	FORM_CALCULATE, FORM_HIDDEN,
	FORM_START, FORM_END, FORM_TODAY, FORM_USERNAME, FORM_DEVICEID, FORM_PHONENUMBER, FORM_EMAIL, FORM_AUDIT, FORM_START_GEOPOINT,
	FORM_ATTACHED,                 /* csv-external: names a file that expressions look things up in (source); stores nothing */
	FORM_ROW,                      /* ours (type "row REGISTER"): the id of a row of a register, chosen from a list */
	FORM_ROWS,                     /* ours (type "rows REGISTER"): several of them, blanks between */
	FORM_OTHER,                    /* opens, and is shown and stored as text; type_name says what it was */
	FORM_TYPE_COUNT
};

/* One text in the languages of the form: in[language] for language < count, NULL where the author wrote none; a zeroed
 * struct is no text. Read with form_text(), which falls back; written with form_set_text(). May hold ${name} and light
 * Markdown or HTML. */
struct form_text { const char **in; uint32_t count; };

/* Columns of our own, bind::xc:NAME. */
enum form_xc {
	FORM_XC_UNIT, FORM_XC_WARN, FORM_XC_FAIL, FORM_XC_LEVEL, FORM_XC_DUE, FORM_XC_ACT, FORM_XC_BASIS, FORM_XC_STD, FORM_XC_FLAG,
	FORM_XC_CLASS,                 /* P0-P3; P2 and P3 travel in the private part */
	FORM_XC_COUNT
};

struct form_question {
	enum form_type type;
	const char *type_name;         /* as written */
	const char *name;
	uint32_t parent;               /* group or repeat it lies in, FORM_NONE at the top */
	uint32_t end;                  /* one past its last descendant; own index + 1 for a leaf */
	uint32_t list;                 /* choice list of a select, FORM_NONE otherwise */
	const char *source;            /* file of select_one_from_file or FORM_ATTACHED, register of FORM_ROW and FORM_ROWS, ${repeat} of
	                                * a select from a repeat; NULL */
	bool or_other;                 /* select with "or_other" (the reader has added the choice and the text question) */
	struct form_text label, hint, guidance, constraint_message, required_message;
	struct form_text image, audio, video;
	const char *relevant, *constraint, *required, *readonly, *calculation, *initial /* default */, *choice_filter, *repeat_count, *trigger;
	const char *appearance, *parameters, *save_to;
	const char *xc[FORM_XC_COUNT];
	uint32_t row;                  /* of the survey sheet, from 1, for messages */
};

struct form_choice {
	const char *name;
	struct form_text label, image;
	const char **columns;          /* further columns, by index in form.columns; NULL entries are empty; may be NULL itself */
	uint32_t row;
};

struct form_list {
	const char *name;
	uint32_t first, count;         /* in form.choices: the choices of a list lie together */
};

struct form_entity {                   /* a line of the entities sheet: which row of which register a submit makes or changes */
	const char *dataset;           /* list_name = register id */
	const char *repeat;            /* name of the repeat that makes one row an instance, NULL for one row a submit */
	const char *entity_id, *create_if, *update_if, *label;
	const char *step;              /* ours (column xc:step): expression giving the workflow steps taken, blank separated */
	uint32_t row;
};

struct form {
	const char *id, *version, *title, *default_language, *instance_name, *style;
	const char *roles;                                /* ours (settings column xc:roles): who may submit it, "A|B"; NULL */
	struct form_text titles;                          /* the title by language; `title` in the default one */
	const char *languages[FORM_LANGUAGES_MAX];        /* "" = columns without ::language */
	uint32_t language_count, language;                /* language = index of the default one */
	struct form_question *questions;
	uint32_t question_count;
	struct form_list *lists;
	uint32_t list_count;
	struct form_choice *choices;
	uint32_t choice_count;
	const char **columns;                             /* names of the further choice columns (shared by all lists) */
	uint32_t column_count;
	struct form_entity *entities;
	uint32_t entity_count;
	struct form_arena *arena;                         /* owns the memory */
};

/* Index of a language whose tag starts with or names `code` ("zh", "en"); the default language when there is none. */
uint32_t form_language(const struct form *f, const char *code);

/* `t` in this language, else in the default one, else in any; "" when the author wrote none. Borrowed from the form. */
const char *form_text(const struct form *f, const struct form_text *t, uint32_t language);

/* First question of this name at or after index `from`, FORM_NONE when there is none. Quick after form_index(). */
uint32_t form_find(const struct form *f, const char *name, uint32_t from);

/* Index of a choice list, or of a further choice column, by name; FORM_NONE when there is none. */
uint32_t form_find_list(const struct form *f, const char *name);
uint32_t form_find_column(const struct form *f, const char *name);

/* Choice `name` of list `list`: the first of that name, index in form.choices; FORM_NONE. */
uint32_t form_find_choice(const struct form *f, uint32_t list, const char *name);

bool form_is_select(enum form_type t);       /* one, multiple, rank */
bool form_is_stored(enum form_type t);       /* has a value in the record: not group, repeat, note or attached file */
bool form_is_asked(enum form_type t);        /* has a screen: not calculate, hidden, metadata, attached file */

/* Is a default an expression (a call, ${name}, a path, arithmetic) rather than the value itself? "2026-07-12" is none. */
bool form_is_dynamic(const char *initial);

/* Value of `key` in a parameters column ("start=1 end=10; seed=${x}"): its length in *len, NULL when there is none. */
const char *form_parameter(const char *parameters, const char *key, size_t *len);

void form_free(struct form *f);              /* NULL is fine */

#endif
