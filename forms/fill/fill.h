/* fill.h - one form being filled: values, relevance, constraints, calculations, repeats.
 *
 * A fill borrows its form and host and owns its values. Nodes are questions in their repeat instances. Setting a value
 * recomputes only what depends on it (calculation, relevance, required, readonly, repeat counts), in order. Values are
 * the text XLSForm stores: choice names, blanks between several, ISO dates, "lat lon alt acc". A node that is not
 * relevant keeps its value in memory, counts as empty in expressions and is left out of the record.
 */
#ifndef FORMS_FILL_FILL_H
#define FORMS_FILL_FILL_H

#include "forms/base/jdoc.h"
#include "forms/expr/expr.h"
#include "forms/xlsform/form.h"

enum { FILL_NODES_MAX = 1 << 20, FILL_INSTANCES_MAX = 1000, FILL_VALUE_MAX = 8192 };

/* The world around a form. All pointers may be NULL (the feature is then absent). */
struct fill_host {
	int64_t now;                     /* ms UTC at opening */
	int utc_offset;                  /* minutes */
	const char *username, *deviceid, *phonenumber, *email;
	const char *language;            /* "zh" or "en": language of labels and jr:choice-name */
	const char *directory;           /* where attached CSV files of the form lie */
	void *user;
	/* Field of the subject row, for instance('row')/root/FIELD; NULL when there is none. Borrowed until the next call. */
	const char *(*row_field)(void *user, const char *field);
	/* Value of ${last-saved#name}; "" when there is none. */
	const char *(*last_saved)(void *user, const char *name);
	enum err (*random)(void *user, void *data, size_t len);
};

struct fill;
typedef uint32_t fill_node;              /* valid until its instance is removed; FILL_NO_NODE is none */
#define FILL_NO_NODE ((fill_node)0xffffffff)

/* Start an empty record: defaults and first calculations are done. ERR_FORMAT names question and column of a bad
 * expression, and the members of a cycle of calculations. */
enum err fill_open(const struct form *form, const struct fill_host *host, struct fill **out);
void fill_close(struct fill *f);

/* Can expressions of a form call this function? */
bool fill_is_function(const char *name);
const struct form *fill_form(const struct fill *f);

/* Walking: nodes that have a place on screen (asked questions, notes, groups with field-list or label, repeats as their
 * "add another?" place), relevant, in order. FILL_NO_NODE at the ends. */
fill_node fill_first(const struct fill *f);
fill_node fill_next(const struct fill *f, fill_node at);
fill_node fill_previous(const struct fill *f, fill_node at);

const struct form_question *fill_question(const struct fill *f, fill_node n);
uint32_t fill_question_index(const struct fill *f, fill_node n);
fill_node fill_parent(const struct fill *f, fill_node n);
const char *fill_value(const struct fill *f, fill_node n);          /* "" when unanswered; borrowed until the next set */
bool fill_is_relevant(const struct fill *f, fill_node n);
bool fill_is_required(const struct fill *f, fill_node n);
bool fill_is_readonly(const struct fill *f, fill_node n);

/* The field of the subject row that a question opens with, where its default is instance('row')/root/FIELD and no more; else NULL. */
const char *fill_row_field(const struct form_question *q);
/* What such a question was opened with ("" where the row had nothing), also when a draft came between; after fill_mark_opened() what every
 * question held then. NULL for others, and where it is not known. Borrowed from the fill. */
const char *fill_opened(const struct fill *f, fill_node n);
enum err fill_mark_opened(struct fill *f);
/* What it would open with if the row's field were `text`; appended. */
enum err fill_opens_with(struct fill *f, fill_node n, const char *text, struct buf *out);

/* Store an answer. ERR_FORMAT: not a value of the type; ERR_DENIED: readonly, or breaks its constraint (detail = the
 * author's message); then nothing changes. "" clears. */
enum err fill_set(struct fill *f, fill_node n, const char *value);

/* Put a value that was checked before (a stored record, a photo's name), whatever the node; what depends on it follows. */
enum err fill_put(struct fill *f, fill_node n, const char *value);

/* Texts with ${name} filled in, in the active language, markup left as written. */
enum fill_text { FILL_LABEL, FILL_HINT, FILL_GUIDANCE, FILL_CONSTRAINT_MESSAGE, FILL_REQUIRED_MESSAGE };
enum err fill_text(struct fill *f, fill_node n, enum fill_text what, struct buf *out);

/* An expression of the author's (xc:fail, xc:warn ...) with node n as ".", FILL_NO_NODE for the record as a whole; the value
 * as text, as boolean. */
enum err fill_evaluate(struct fill *f, fill_node n, const char *expression, struct buf *out);
enum err fill_test(struct fill *f, fill_node n, const char *expression, bool *out);

/* Choices of a select that pass its filter, in order (shuffled where the form asks). Count, and one by index: stored name
 * and label, borrowed until the next call. */
enum err fill_choices(struct fill *f, fill_node n, uint32_t *count);
enum err fill_choice(struct fill *f, fill_node n, uint32_t i, const char **name, const char **label);
/* A select whose list is in a file that is not here: there is nothing to choose from, and any text is an answer. */
bool fill_lacks_choices(struct fill *f, fill_node n);

/* Repeats. `repeat` is the node of the repeat itself, an instance is its child. A repeat opens with as many instances as its
 * default column says, with one when that is empty; under a repeat_count with as many as that gives, and when it falls the
 * surplus stays (nothing answered is lost). */
uint32_t fill_instances(const struct fill *f, fill_node repeat);
fill_node fill_instance(const struct fill *f, fill_node repeat, uint32_t i);
enum err fill_add_instance(struct fill *f, fill_node repeat, fill_node *out);      /* ERR_LIMIT; ERR_DENIED under a repeat_count */
enum err fill_remove_instance(struct fill *f, fill_node instance);
fill_node fill_child(const struct fill *f, fill_node instance_or_group, const char *name);     /* looks through groups */
uint32_t fill_position(const struct fill *f, fill_node instance);                   /* from 1 */
bool fill_is_instance(const struct fill *f, fill_node n);
/* The node of question number `question` in this instance (FILL_NO_NODE = the top), groups looked through; a repeat gives
 * its own node. FILL_NO_NODE when the question does not lie directly in it. */
fill_node fill_node_at(const struct fill *f, fill_node instance, uint32_t question);

/* "a/b[2]/c" from the top, and back. FILL_NO_NODE when there is no such node; "c" alone finds the first of that name. */
enum err fill_path(const struct fill *f, fill_node n, struct buf *out);
fill_node fill_find(const struct fill *f, const char *path);

/* What keeps the record from being finished: called for every relevant node that is required and empty, or whose
 * constraint fails. Stops when `each` returns false. */
enum fill_fault { FILL_MISSING, FILL_VIOLATION };
enum err fill_check(struct fill *f, bool (*each)(void *user, fill_node n, enum fill_fault what, const char *message), void *user);

/* Answers that count for nothing now, because their question is not relevant. Stops, and returns false, when `each` does. */
bool fill_irrelevant(const struct fill *f, bool (*each)(void *user, fill_node n), void *user);

/* Finish: set end time, run calculations a last time. */
enum err fill_finish(struct fill *f);

/* Answers from a JSON object {question: value, repeat: [{...}]}; values as XLSForm stores them, groups looked through.
 * A name that several questions of an instance share is for all of them; "group/name" is for one. Unknown names, values of
 * the wrong type and values that break a constraint are errors that name the question, unless `report` takes them (path,
 * message): then they are left out. What is only computed, never asked, is not read; names that begin with "__" are passed
 * over. */
enum err fill_read_json(struct fill *f, const struct jdoc *answers, void (*report)(void *user, const char *path, const char *message), void *user);
/* The record: relevant values only, repeats as arrays of objects, groups looked through; nested = groups as objects. Looked
 * through, a name that several questions share holds the last one's value, and each stands under its path too. */
enum err fill_write_json(struct fill *f, bool nested, struct jdoc **out);

/* A draft: every value, relevant or not, by path, and where the person was. Loading into another version of the form
 * carries over by question name and reports what no longer fits (with the value it had; "" of a repeat); questions that are new open
 * with their default. Format:
 * CBOR, private to this program. fill_load() takes the place of all there was in the fill. */
enum err fill_save(struct fill *f, fill_node at, struct buf *out);
enum err fill_load(struct fill *f, const void *data, size_t len, fill_node *at, void (*report)(void *user, const char *path, const char *value, const char *why),
                   void *user);

#endif
