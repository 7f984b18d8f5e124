/* program.h - a parsed expression, and what the files of this room share. Private to forms/expr.
 *
 * A program is an array of ops in two directions: `first` child and `next` sibling, by index. A run of operators of one
 * precedence is one flat chain, so only real nesting costs depth. Strings lie in one pool behind the ops.
 */
#ifndef FORMS_EXPR_PROGRAM_H
#define FORMS_EXPR_PROGRAM_H

#include "forms/expr/expr.h"

enum { NO_OP = 0xffffffff };

enum op_code {
	OP_NUMBER, OP_TEXT,
	OP_CHAIN,                      /* operands; each after the first carries the operator that joins it to those before */
	OP_NEGATE,
	OP_UNION,
	OP_CALL,                       /* children are the arguments */
	OP_PATH,                       /* how: enum start; children: the start expression of START_EXPR, then steps */
	OP_STEP                        /* how: enum axis; children are predicates */
};

enum join { JOIN_NONE, JOIN_OR, JOIN_AND, JOIN_EQ, JOIN_NE, JOIN_LT, JOIN_LE, JOIN_GT, JOIN_GE, JOIN_ADD, JOIN_SUB, JOIN_MUL, JOIN_DIV, JOIN_MOD };

enum start { START_HERE, START_ROOT, START_NAME, START_EXPR };

enum axis { AXIS_SELF, AXIS_PARENT, AXIS_CHILD, AXIS_BELOW /* //: children at any depth */, AXIS_FILTER /* predicates on what there is */, AXIS_NONE /* attributes: always empty */ };

struct op {
	uint8_t code, join, how;
	uint16_t function;             /* index in the table, FUNCTION_UNKNOWN for the host's */
	uint16_t count;                /* children */
	uint32_t first, next;
	uint32_t text;                 /* in the pool: string, name */
	double number;
};

struct expr {
	struct op *ops;
	uint32_t count, root;
	char *pool;                    /* NUL-ended strings */
	uint32_t *names;               /* of ${name}, in the pool */
	uint32_t name_count;
	unsigned uses;
};

/* One evaluation, and the context of one place in it. */
struct run {
	const struct expr *x;
	const struct expr_host *host;
	struct expr_node origin;       /* current() */
	size_t work;                   /* nodes looked at so far */
	enum err err;                  /* first failure of take_number() and take_truth() */
};

struct frame {
	struct expr_node here;         /* "." */
	struct expr_node scope;        /* where ${name} is seen from */
	bool foreign;                  /* here lies in a secondary instance */
	size_t position, size;         /* in a predicate; 0 outside */
};

struct function {
	const char *name;
	uint8_t min, max;              /* arguments */
	uint8_t uses;                  /* EXPR_USES_ */
	/* One of the two: arguments evaluated, or left to the function (if, and others that look at the expression). */
	enum err (*eager)(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out);
	enum err (*lazy)(struct run *r, const struct frame *c, const struct op *call, struct expr_value *out);
};
enum { FUNCTION_UNKNOWN = 0xffff, ARGS_ANY = 255 };

/* Tables of the themes, each ended by a NULL name. */
extern const struct function string_functions[], number_functions[], date_functions[], select_functions[], node_functions[], geo_functions[],
	logic_functions[], list_functions[], repeat_functions[];

const struct function *function_at(uint16_t index);
uint16_t function_find(const char *name);              /* FUNCTION_UNKNOWN */

static inline const char *op_text(const struct expr *x, const struct op *o) { return x->pool + o->text; }
static inline const struct op *op_at(const struct expr *x, uint32_t i) { return i == NO_OP ? NULL : &x->ops[i]; }

enum err run_op(struct run *r, const struct frame *c, uint32_t op, struct expr_value *out);
enum err run_path(struct run *r, const struct frame *c, const struct op *path, struct expr_value *out);
bool op_is_foreign(const struct expr *x, bool here_is, uint32_t op);        /* do its nodes lie in a secondary instance? */
/* A conjunct COLUMN = VALUE of a predicate, VALUE not depending on the node looked at; NO_OP when there is none. */
uint32_t predicate_key(const struct expr *x, uint32_t predicate, const char **column);
bool function_is(const struct expr *x, const struct op *call, const char *name);
/* A value as number, as boolean; it becomes a scalar. A failure is kept in the run, whose result it then is. */
double take_number(struct run *r, struct expr_value *v);
bool take_truth(struct run *r, struct expr_value *v);
enum err run_work(struct run *r, size_t nodes);        /* ERR_LIMIT once too many were looked at */
/* Children `name` of `node` whose child `column` equals `value`, through the host's index or one by one. */
enum err run_matching(struct run *r, struct expr_node node, const char *name, const char *column, const char *value, struct expr_nodes *out);
/* The same with children's children: what "//name" finds. */
enum err run_below(struct run *r, struct expr_node node, const char *name, struct expr_nodes *out);
enum err run_children(struct run *r, struct expr_node node, const char *name, struct expr_nodes *out);
bool node_same(struct expr_node a, struct expr_node b);

/* Values. */
void value_reset(struct expr_value *v);                /* empty, memory kept */
enum err value_set_text(struct expr_value *v, const char *s, size_t len);
void value_set_date(const struct expr_host *h, struct expr_value *v, int64_t instant, bool has_time);
enum err value_of_node(const struct expr_host *h, struct expr_node n, struct expr_value *out);
enum err value_string(const struct expr_host *h, struct expr_value *v);      /* a scalar, then a string */
enum err value_strings(const struct expr_host *h, struct expr_value *v, size_t n);
double value_number(const struct expr_value *scalar);
bool value_boolean(const struct expr_value *scalar);
double number_from_text(const char *s, size_t len);
int number_digits(double n, char digits[32]);          /* fewest digits that read back as |n|; returns the exponent of the first */

/* Dates. */
enum { DAY_MS = 86400000 };
int zone_at(const struct expr_host *h, int64_t utc_ms);                      /* minutes */
int64_t zone_to_utc(const struct expr_host *h, int64_t local_ms);
int64_t local_day(const struct expr_host *h, int64_t utc_ms);
bool date_from_text(const struct expr_host *h, const char *s, int64_t *instant);
bool time_from_text(const struct expr_host *h, const char *s, int64_t *instant);     /* on 1970-01-01 */
enum err date_write(const struct expr_host *h, int64_t instant, bool has_time, struct buf *out);

/* digest.c */
enum { DIGEST_MAX = 64 };
size_t digest_compute(const char *algorithm, const void *data, size_t len, uint8_t out[DIGEST_MAX]);   /* bytes; 0: unknown algorithm */

/* regex.c: does the whole of `s` match? ERR_FORMAT: not a pattern; ERR_LIMIT: too costly. */
enum err regex_matches(const char *pattern, const char *s, size_t len, bool *out);

#endif
