/* expr.h - the expression language of XLSForm (XPath 1.0 as OpenRosa and JavaRosa speak it): parse once, evaluate often.
 *
 * An expression is parsed to a compact program that owns its memory, may be shared by threads and is evaluated against a
 * host, which shows the form being filled as a tree of nodes. The evaluator allocates only inside a struct expr_value and
 * knows nothing of forms. Where engines differ, see SEMANTICS.md: JavaRosa decides but for the exceptions named there.
 */
#ifndef FORMS_EXPR_EXPR_H
#define FORMS_EXPR_EXPR_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	EXPR_TEXT_MAX = 65536,         /* bytes of an expression */
	EXPR_DEPTH_MAX = 200,          /* of nesting */
	EXPR_NODES_MAX = 1 << 20,      /* nodes of a set, and nodes looked at in one evaluation */
	EXPR_RESULT_MAX = 1 << 20      /* bytes of a string value */
};

struct expr;

/* Parse `text`. ERR_FORMAT says what was expected at which character; ERR_LIMIT for too long or deep. */
enum err expr_parse(const char *text, struct expr **out);
void expr_free(struct expr *x);

/* Names that ${name} mentions (with "last-saved#" in front where written), each once, in order. NULL past the last. */
const char *expr_name(const struct expr *x, size_t i);

/* What the value depends on beside its ${names}. TIME: now(), today(); CHANCE: random(), uuid(), randomize();
 * SELF: "." or once(); PATH: a path written out; STATE: functions of the host. */
enum { EXPR_USES_TIME = 1, EXPR_USES_CHANCE = 2, EXPR_USES_POSITION = 4, EXPR_USES_SELF = 8, EXPR_USES_PATH = 16, EXPR_USES_STATE = 32,
       EXPR_USES_FUNCTION = 64 /* any function */, EXPR_USES_OPERATOR = 128 /* any operator */ };
unsigned expr_uses(const struct expr *x);

/* Is this the name of a function the evaluator knows? */
bool expr_is_function(const char *name);

struct expr_node { uint64_t a, b; };                  /* the host's handle; compared as bytes */

enum expr_kind { EXPR_NUMBER, EXPR_STRING, EXPR_BOOLEAN, EXPR_NODES };

/* What a node's text is; date-like nodes count as days in arithmetic and comparison. */
enum expr_type { EXPR_IS_TEXT, EXPR_IS_NUMBER, EXPR_IS_DATE, EXPR_IS_DATETIME, EXPR_IS_TIME, EXPR_IS_BOOLEAN };

struct expr_nodes { struct expr_node *at; size_t count, cap; };

struct expr_value {
	enum expr_kind kind;
	bool is_date;                                  /* a number that came from date(), today() ...: whole local days since 1970 */
	bool has_time;                                 /* and is written with its time: now(), date-time() */
	double number;
	int64_t instant;                               /* of a date: ms UTC */
	bool boolean;
	struct buf text;
	struct expr_nodes nodes;
};
void expr_value_clear(struct expr_value *v);           /* a zeroed value is empty */
enum err expr_nodes_add(struct expr_nodes *n, struct expr_node node);   /* ERR_LIMIT over EXPR_NODES_MAX */

/* The world an expression is evaluated in. Members may be NULL: what they would give is then absent. */
struct expr_host {
	void *user;
	/* Nodes that ${name} means, seen from `here` (own instance inside a shared repeat, all instances from outside), added in
	 * document order. ERR_NOTFOUND: no such question. */
	enum err (*resolve)(void *user, const char *name, struct expr_node here, struct expr_nodes *out);
	/* Document node of the main instance (instance NULL) or of a secondary one (choice list, "row", attached file): its only
	 * child is the root element. ERR_NOTFOUND: no such instance. */
	enum err (*root)(void *user, const char *instance, struct expr_node *out);
	bool (*parent)(void *user, struct expr_node node, struct expr_node *out);
	/* Children named `name` ("*" for all) added in order. */
	enum err (*children)(void *user, struct expr_node node, const char *name, struct expr_nodes *out);
	/* The same, only those whose child `column` has exactly the text `value`: an index. ERR_UNSUPPORTED: look at them all. */
	enum err (*matching)(void *user, struct expr_node node, const char *name, const char *column, const char *value,
	                     struct expr_nodes *out);
	/* Text of a leaf ("" when empty or not relevant), borrowed until the next call of the host. */
	const char *(*value)(void *user, struct expr_node node, enum expr_type *type);
	/* 1-based place among siblings of the same name (repeat instances). */
	uint32_t (*position)(void *user, struct expr_node node);
	/* Label of choice `value` of the question `name` names, in the active language; appended. jr:choice-name(). */
	enum err (*choice_name)(void *user, const char *value, const char *name, struct expr_node here, struct buf *out);
	/* Functions the evaluator does not know (pack's own, username() ...). ERR_NOTFOUND when the host does not either. */
	enum err (*call)(void *user, const char *function, const struct expr_value *args, size_t count, struct expr_node here, struct expr_value *out);
	const char *language;                           /* "zh": month and day names of format-date(); else English */
	int64_t now;                                    /* ms UTC */
	int utc_offset;                                 /* minutes: what "local" means, unless `zone` says */
	int (*zone)(void *user, int64_t utc_ms);        /* minutes at an instant, where they change with the season */
	enum err (*random)(void *user, void *data, size_t len);
};

/* Evaluate with `here` as context node (what "." and relative paths start from). Errors are ERR_FORMAT with a detail
 * (unknown function, wrong number of arguments, bad date), ERR_LIMIT, ERR_NOMEM. `out` is cleared first. */
enum err expr_eval(const struct expr *x, const struct expr_host *host, struct expr_node here, struct expr_value *out);

/* What evaluating `x` at `here` may read, found without values: the host shows a tree with one node a question. Each node
 * is reported once a path ends on it; `local` is false where it may stand for other instances than here's own. */
enum err expr_reach(const struct expr *x, const struct expr_host *schema, struct expr_node here,
                    enum err (*found)(void *user, struct expr_node node, bool local), void *user);

/* Make a node set the value of its first node, "" when it is empty; other values stay as they are. */
enum err expr_scalar(const struct expr_host *host, struct expr_value *v);

/* Conversions of XPath 1.0 section 4 with OpenRosa's rules; of a scalar they cannot fail. expr_text() appends. */
double expr_number(const struct expr_host *host, const struct expr_value *v);
bool   expr_boolean(const struct expr_host *host, const struct expr_value *v);
enum err expr_text(const struct expr_host *host, const struct expr_value *v, struct buf *out);

/* Make `out` the string `text`, the number, the boolean: for host functions. */
enum err expr_set_text(struct expr_value *out, const char *text);
void expr_set_number(struct expr_value *out, double n);
void expr_set_boolean(struct expr_value *out, bool b);

/* A number as XLSForm stores it: integers without ".0", shortest round trip, never an exponent, "" for NaN. */
void expr_format_number(double n, struct buf *out);

/* Metres between two positions in degrees, as distance() of forms reckons. */
double expr_distance(double lat, double lon, double to_lat, double to_lon);

#endif
