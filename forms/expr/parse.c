#include "config.h"
#include "forms/expr/lex.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	struct lex lex;
	struct expr *x;
	uint32_t cap, names_cap;
	struct buf pool;
	unsigned depth;
	enum err err;
};

static uint32_t parse_level(struct parser *p, unsigned level);

static uint32_t fail(struct parser *p, const char *expected)
{
	char head[256];
	size_t n = p->lex.where < sizeof head ? p->lex.where : 0;

	if (p->err)
		return NO_OP;
	memcpy(head, p->lex.start, n);
	head[n] = '\0';
	p->err = err_set(ERR_FORMAT, _("表达式第 %zu 个字符处: 这里应当是 %s"), n == p->lex.where ? text_count(head) + 1 : p->lex.where + 1, expected);
	return NO_OP;
}

static uint32_t out_of_memory(struct parser *p)
{
	if (!p->err)
		p->err = err_set(ERR_NOMEM, _("内存不够, 读不了表达式"));
	return NO_OP;
}

/* Indices, not pointers, are kept: the array moves. */
static uint32_t add(struct parser *p, enum op_code code)
{
	struct op *more;

	if (p->err)
		return NO_OP;
	if (p->x->count == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 4;

		more = realloc(p->x->ops, cap * sizeof *more);
		if (!more)
			return out_of_memory(p);
		p->x->ops = more;
		p->cap = cap;
	}
	p->x->ops[p->x->count] = (struct op){ .code = (uint8_t)code, .first = NO_OP, .next = NO_OP };
	return p->x->count++;
}

static uint32_t pool_add(struct parser *p, const char *s, size_t len)
{
	uint32_t at = (uint32_t)p->pool.len;

	buf_put(&p->pool, s, len);
	buf_putc(&p->pool, '\0');
	if (p->pool.err)
		out_of_memory(p);
	return at;
}

/* Append `child` to the children of `parent`; *last is where the previous one is kept. */
static void adopt(struct parser *p, uint32_t parent, uint32_t *last, uint32_t child)
{
	if (p->err || parent == NO_OP || child == NO_OP)
		return;
	if (*last == NO_OP)
		p->x->ops[parent].first = child;
	else
		p->x->ops[*last].next = child;
	*last = child;
	if (p->x->ops[parent].count == UINT16_MAX)
		p->err = err_set(ERR_LIMIT, _("表达式太长: 并列的部分超过 65535 个"));
	else
		p->x->ops[parent].count++;
}

static void name_add(struct parser *p, uint32_t text)
{
	uint32_t *more;

	for (uint32_t i = 0; i < p->x->name_count; i++)
		if (!strcmp(p->pool.data + p->x->names[i], p->pool.data + text))
			return;
	if (p->x->name_count == p->names_cap) {
		p->names_cap = p->names_cap ? p->names_cap * 2 : 4;
		more = realloc(p->x->names, p->names_cap * sizeof *more);
		if (!more) {
			out_of_memory(p);
			return;
		}
		p->x->names = more;
	}
	p->x->names[p->x->name_count++] = text;
}

static bool enter(struct parser *p)
{
	if (++p->depth > EXPR_DEPTH_MAX && !p->err)
		p->err = err_set(ERR_LIMIT, _("表达式嵌套超过 %d 层"), (int)EXPR_DEPTH_MAX);
	return !p->err;
}

static uint32_t parse_expression(struct parser *p)
{
	uint32_t op = enter(p) ? parse_level(p, 0) : NO_OP;

	p->depth--;
	return op;
}

static void expect(struct parser *p, enum token token, const char *name)
{
	if (p->lex.token == token)
		lex_next(&p->lex);
	else
		fail(p, name);
}

static void parse_predicates(struct parser *p, uint32_t step)
{
	uint32_t last = NO_OP;

	while (!p->err && p->lex.token == TOKEN_OPEN_SQUARE) {
		lex_next(&p->lex);
		adopt(p, step, &last, parse_expression(p));
		expect(p, TOKEN_CLOSE_SQUARE, "]");
	}
}

static uint32_t new_step(struct parser *p, enum axis axis, const char *name, size_t len)
{
	uint32_t text = pool_add(p, name, len), step = add(p, OP_STEP);

	if (step != NO_OP) {
		p->x->ops[step].how = (uint8_t)axis;
		p->x->ops[step].text = text;
	}
	return step;
}

/* After "axis::"; only the axes a form's tree needs. */
static enum axis axis_named(struct parser *p, const char *name, size_t len)
{
	static const struct { const char *name; enum axis axis; } list[] = {
		{ "child", AXIS_CHILD }, { "parent", AXIS_PARENT }, { "self", AXIS_SELF }, { "attribute", AXIS_NONE }
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (strlen(list[i].name) == len && !memcmp(list[i].name, name, len))
			return list[i].axis;
	fail(p, "child::, parent::, self::");
	return AXIS_NONE;
}

/* A node test: name, prefix:name, *, node(), text(). Names lose their prefix: a form has one namespace. */
static uint32_t parse_test(struct parser *p, enum axis axis)
{
	const char *name = p->lex.text, *colon;
	size_t len = p->lex.len;
	uint32_t step;

	if (p->lex.token != TOKEN_NAME && p->lex.token != TOKEN_STAR)
		return fail(p, _("一个名称"));
	lex_next(&p->lex);
	if (p->lex.token == TOKEN_OPEN) {
		if (len == 4 && !memcmp(name, "text", 4) && axis == AXIS_CHILD)
			axis = AXIS_SELF;
		else if (len != 4 || memcmp(name, "node", 4))
			return fail(p, "node()");
		name = "*";
		len = 1;
		lex_next(&p->lex);
		expect(p, TOKEN_CLOSE, ")");
	}
	colon = memchr(name, ':', len);
	step = new_step(p, axis, colon ? colon + 1 : name, colon ? len - (size_t)(colon + 1 - name) : len);
	parse_predicates(p, step);
	return step;
}

static uint32_t parse_step(struct parser *p)
{
	enum token token = p->lex.token;
	uint32_t step;

	if (token == TOKEN_DOT || token == TOKEN_DOTS) {
		lex_next(&p->lex);
		step = new_step(p, token == TOKEN_DOT ? AXIS_SELF : AXIS_PARENT, "*", 1);
		parse_predicates(p, step);
		return step;
	}
	if (token == TOKEN_AT) {
		lex_next(&p->lex);
		return parse_test(p, AXIS_NONE);
	}
	if (token == TOKEN_NAME && !strncmp(p->lex.at, "::", 2)) {
		enum axis axis = axis_named(p, p->lex.text, p->lex.len);

		lex_next(&p->lex);
		lex_next(&p->lex);
		return parse_test(p, axis);
	}
	return parse_test(p, AXIS_CHILD);
}

static bool at_step(const struct lex *l)
{
	return l->token == TOKEN_NAME || l->token == TOKEN_STAR || l->token == TOKEN_DOT || l->token == TOKEN_DOTS || l->token == TOKEN_AT;
}

/* The steps that follow; `last` is the path's last child so far. */
static void parse_steps(struct parser *p, uint32_t path, uint32_t last)
{
	while (!p->err && (p->lex.token == TOKEN_SLASH || p->lex.token == TOKEN_SLASHES)) {
		bool below = p->lex.token == TOKEN_SLASHES;
		uint32_t step;

		lex_next(&p->lex);
		step = below && p->lex.token != TOKEN_NAME && p->lex.token != TOKEN_STAR ? fail(p, _("一个名称")) : parse_step(p);
		if (below && !p->err)
			p->x->ops[step].how = AXIS_BELOW;
		adopt(p, path, &last, step);
	}
}

static uint32_t new_path(struct parser *p, enum start how)
{
	uint32_t path = add(p, OP_PATH);

	if (path != NO_OP)
		p->x->ops[path].how = (uint8_t)how;
	return path;
}

static uint32_t parse_location(struct parser *p)
{
	bool absolute = p->lex.token == TOKEN_SLASH;
	bool below = p->lex.token == TOKEN_SLASHES;
	uint32_t path = new_path(p, absolute || below ? START_ROOT : START_HERE), last = NO_OP;

	if (!absolute && p->lex.token == TOKEN_DOT && lex_peek(&p->lex) != '/')
		p->x->uses |= EXPR_USES_SELF;
	else
		p->x->uses |= EXPR_USES_PATH;
	if (absolute)
		lex_next(&p->lex);
	if (!below && (!absolute || at_step(&p->lex)))
		adopt(p, path, &last, parse_step(p));
	parse_steps(p, path, last);
	return path;
}

static uint32_t parse_reference(struct parser *p)
{
	uint32_t text = pool_add(p, p->lex.text, p->lex.len), path = new_path(p, START_NAME);

	if (p->err)
		return NO_OP;
	p->x->ops[path].text = text;
	name_add(p, text);
	lex_next(&p->lex);
	return path;
}

static uint32_t parse_call(struct parser *p)
{
	uint32_t text = pool_add(p, p->lex.text, p->lex.len), call = add(p, OP_CALL), last = NO_OP;
	const struct function *f;
	uint16_t index;

	if (p->err)
		return NO_OP;
	index = function_find(p->pool.data + text);
	p->x->ops[call].text = text;
	p->x->ops[call].function = index;
	f = function_at(index);
	p->x->uses |= EXPR_USES_FUNCTION | (f ? f->uses : (unsigned)EXPR_USES_STATE);
	lex_next(&p->lex);
	lex_next(&p->lex);
	if (p->lex.token == TOKEN_CLOSE) {
		lex_next(&p->lex);
		return call;
	}
	for (;;) {
		adopt(p, call, &last, parse_expression(p));
		if (p->err || p->lex.token != TOKEN_COMMA)
			break;
		lex_next(&p->lex);
	}
	expect(p, TOKEN_CLOSE, _("逗号或 )"));
	return call;
}

static uint32_t parse_literal(struct parser *p)
{
	bool number = p->lex.token == TOKEN_NUMBER;
	uint32_t text = number ? 0 : pool_add(p, p->lex.text, p->lex.len), op = add(p, number ? OP_NUMBER : OP_TEXT);

	if (p->err)
		return NO_OP;
	p->x->ops[op].number = p->lex.number;
	p->x->ops[op].text = text;
	lex_next(&p->lex);
	return op;
}

/* Reads as date('2026-07-12'). */
static uint32_t parse_date(struct parser *p)
{
	uint32_t name = pool_add(p, "date", 4), call = add(p, OP_CALL), last = NO_OP;

	if (p->err)
		return NO_OP;
	p->x->ops[call].text = name;
	p->x->ops[call].function = function_find("date");
	adopt(p, call, &last, parse_literal(p));
	return call;
}

static bool at_call(const struct lex *l)
{
	return l->token == TOKEN_NAME && lex_peek(l) == '(' &&
		!(l->len == 4 && (!memcmp(l->text, "node", 4) || !memcmp(l->text, "text", 4)));
}

static uint32_t parse_primary(struct parser *p)
{
	uint32_t op;

	switch (p->lex.token) {
	case TOKEN_NUMBER: case TOKEN_STRING:
		return parse_literal(p);
	case TOKEN_DATE:
		return parse_date(p);
	case TOKEN_REFERENCE:
		return parse_reference(p);
	case TOKEN_OPEN:
		lex_next(&p->lex);
		op = parse_expression(p);
		expect(p, TOKEN_CLOSE, ")");
		return op;
	case TOKEN_NAME:
		return parse_call(p);
	default:
		return fail(p, _("一个值、名称或 ("));
	}
}

/* A primary expression with predicates or steps after it becomes a path that starts from it. */
static uint32_t parse_path(struct parser *p)
{
	uint32_t start, path, step, last;

	if (p->lex.token == TOKEN_SLASH || p->lex.token == TOKEN_SLASHES || (at_step(&p->lex) && !at_call(&p->lex)))
		return parse_location(p);
	start = parse_primary(p);
	if (p->err || (p->lex.token != TOKEN_OPEN_SQUARE && p->lex.token != TOKEN_SLASH && p->lex.token != TOKEN_SLASHES))
		return start;
	p->x->uses |= EXPR_USES_PATH;
	path = start;
	last = NO_OP;
	if (p->x->ops[start].code != OP_PATH || p->x->ops[start].how != START_NAME || p->x->ops[start].first != NO_OP) {
		path = new_path(p, START_EXPR);
		adopt(p, path, &last, start);
	}
	if (p->lex.token == TOKEN_OPEN_SQUARE) {
		step = new_step(p, AXIS_FILTER, "*", 1);
		parse_predicates(p, step);
		adopt(p, path, &last, step);
	}
	parse_steps(p, path, last);
	return path;
}

static uint32_t parse_union(struct parser *p)
{
	uint32_t first = parse_path(p), op, last = NO_OP;

	if (p->err || p->lex.token != TOKEN_UNION)
		return first;
	op = add(p, OP_UNION);
	adopt(p, op, &last, first);
	while (!p->err && p->lex.token == TOKEN_UNION) {
		lex_next(&p->lex);
		adopt(p, op, &last, parse_path(p));
	}
	return op;
}

/* Any number of signs is at most one op: pairs of them only make a number of the value. */
static uint32_t parse_unary(struct parser *p)
{
	unsigned signs = 0;
	uint32_t value, op = NO_OP, last = NO_OP;

	while (p->lex.token == TOKEN_MINUS) {
		signs++;
		lex_next(&p->lex);
	}
	value = parse_union(p);
	if (!signs)
		return value;
	p->x->uses |= EXPR_USES_OPERATOR;
	op = add(p, OP_NEGATE);
	if (op != NO_OP)
		p->x->ops[op].how = signs % 2;
	adopt(p, op, &last, value);
	return op;
}

static unsigned join_level(enum join j)
{
	static const uint8_t level[] = {
		[JOIN_OR] = 1, [JOIN_AND] = 2, [JOIN_EQ] = 3, [JOIN_NE] = 3, [JOIN_LT] = 4, [JOIN_LE] = 4, [JOIN_GT] = 4, [JOIN_GE] = 4,
		[JOIN_ADD] = 5, [JOIN_SUB] = 5, [JOIN_MUL] = 6, [JOIN_DIV] = 6, [JOIN_MOD] = 6
	};

	return level[j];
}

static bool at_level(const struct lex *l, unsigned level)
{
	return (l->token == TOKEN_OPERATOR || l->token == TOKEN_MINUS) && join_level(l->join) == level + 1;
}

/* ">= 18 and <= 60" as people write it in a constraint: what is compared is the answer itself. */
static bool answer_is_meant(const struct lex *l, unsigned level)
{
	return level == 2 && l->token == TOKEN_OPERATOR && l->join >= JOIN_EQ && l->join <= JOIN_GE;
}

static uint32_t parse_answer(struct parser *p)
{
	uint32_t path = new_path(p, START_HERE);

	p->x->uses |= EXPR_USES_SELF;
	return path;
}

/* One precedence: operands of the next one, joined. Levels 2 and 3 are = and <, which may stand first. */
static uint32_t parse_level(struct parser *p, unsigned level)
{
	uint32_t first, op, last = NO_OP, next;

	if (answer_is_meant(&p->lex, level) && at_level(&p->lex, 3)) {
		first = parse_answer(p);
		level = 3;
	} else if (answer_is_meant(&p->lex, level)) {
		first = parse_answer(p);
	} else {
		first = level == 6 ? parse_unary(p) : parse_level(p, level + 1);
	}
	if (level == 6 || p->err || !at_level(&p->lex, level))
		return first;
	p->x->uses |= EXPR_USES_OPERATOR;
	op = add(p, OP_CHAIN);
	adopt(p, op, &last, first);
	while (!p->err && at_level(&p->lex, level)) {
		enum join join = p->lex.join;

		lex_next(&p->lex);
		next = parse_level(p, level + 1);
		if (p->err)
			break;
		p->x->ops[next].join = (uint8_t)join;
		adopt(p, op, &last, next);
	}
	return op;
}

enum err expr_parse(const char *text, struct expr **out)
{
	struct parser p = { 0 };

	*out = NULL;
	if (strnlen(text, EXPR_TEXT_MAX + 1) > EXPR_TEXT_MAX)
		return err_set(ERR_LIMIT, _("表达式超过 %d 字节"), (int)EXPR_TEXT_MAX);
	p.x = calloc(1, sizeof *p.x);
	if (!p.x)
		return err_set(ERR_NOMEM, _("内存不够, 读不了表达式"));
	lex_open(&p.lex, text);
	p.x->root = parse_expression(&p);
	if (!p.err && p.lex.token != TOKEN_END)
		fail(&p, _("运算符或结尾"));
	p.x->pool = buf_take(&p.pool);
	if (p.err) {
		expr_free(p.x);
		return p.err;
	}
	*out = p.x;
	return ERR_OK;
}

void expr_free(struct expr *x)
{
	if (!x)
		return;
	free(x->ops);
	free(x->pool);
	free(x->names);
	free(x);
}

const char *expr_name(const struct expr *x, size_t i)
{
	return i < x->name_count ? x->pool + x->names[i] : NULL;
}

unsigned expr_uses(const struct expr *x)
{
	return x->uses;
}
