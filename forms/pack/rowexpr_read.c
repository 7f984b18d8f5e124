#include "config.h"
#include "forms/pack/rowexpr_run.h"

#include "forms/base/i18n.h"
#include "forms/pack/cond.h"

#include <stdlib.h>
#include <string.h>

enum { LITERALS_MAX = ROWEXPR_LINKS_MAX + 1, NAME_BYTES = 128 };

/* A call with literal arguments: label('stage'). */
struct called { char name[NAME_BYTES]; char literal[LITERALS_MAX][NAME_BYTES]; size_t count; };

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static const char *blanks(const char *s)
{
	return s + strspn(s, " \t\n");
}

/* A quoted literal at the front; the place after it, NULL when there is none or it is too long. */
static const char *take_literal(const char *s, char out[NAME_BYTES])
{
	const char *end;

	if ((*s != '\'' && *s != '"') || !(end = strchr(s + 1, *s)) || end - s > NAME_BYTES - 1)
		return NULL;
	memcpy(out, s + 1, (size_t)(end - s - 1));
	out[end - s - 1] = '\0';
	return end + 1;
}

/* The next function call in the text from *at, with the literals it begins with. */
static bool next_call(const char **at, struct called *out)
{
	const char *s = *at;

	for (; *s; s++) {
		if (*s == '\'' || *s == '"') {
			if (!(s = strchr(s + 1, *s)))
				return false;
			continue;
		}
		size_t len = 0;

		while (is_letter(s[len]))
			len++;
		if (!len)
			continue;
		if (*blanks(s + len) != '(' || len >= NAME_BYTES) {
			s += len - 1;
			continue;
		}
		memcpy(out->name, s, len);
		out->name[len] = '\0';
		s = blanks(s + len) + 1;
		*at = s;
		for (out->count = 0; out->count < LITERALS_MAX && (s = take_literal(blanks(s), out->literal[out->count])); out->count++) {
			*at = s;
			if (*(s = blanks(s)) != ',')
				return ++out->count;
			s++;
		}
		return true;
	}
	return false;
}

static enum err no_field(const struct pack_register *reg, const char *id)
{
	return err_set(ERR_FORMAT, _("登记簿 %s 没有字段 \"%s\""), reg->id, id);
}

static enum err check_linked(const struct pack *p, uint32_t reg, const struct called *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct pack_register *r = &p->registers[reg];
		uint32_t field = pack_find_field(r, c->literal[i]);

		if (i && i + 1 == c->count && rowexpr_is_value(c->literal[i]))
			return ERR_OK;
		if (field == PACK_NONE)
			return no_field(r, c->literal[i]);
		if (i + 1 == c->count)
			return ERR_OK;
		if ((reg = r->fields[field].target) == PACK_NONE)
			return err_set(ERR_FORMAT, _("%s.%s 不指向别的登记簿"), r->id, c->literal[i]);
	}
	return ERR_OK;
}

static enum err check_tally(const struct pack *p, const struct called *c)
{
	uint32_t reg = pack_find_register(p, c->literal[0]);
	struct cond_term t;
	char name[NAME_BYTES];
	enum err e;

	if (reg == PACK_NONE)
		return err_set(ERR_FORMAT, _("没有登记簿 \"%s\""), c->literal[0]);
	if (c->count > 1 && (e = cond_check(c->literal[1])))
		return e;
	for (const char *at = c->count > 1 ? c->literal[1] : NULL; cond_next(&at, &t); ) {
		memcpy(name, t.field, t.field_len);
		name[t.field_len] = '\0';
		if (pack_find_field(&p->registers[reg], name) == PACK_NONE)
			return no_field(&p->registers[reg], name);
	}
	if (c->count > 2 && pack_find_field(&p->registers[reg], c->literal[2]) == PACK_NONE)
		return no_field(&p->registers[reg], c->literal[2]);
	return ERR_OK;
}

/* Names that a call is given as literals: found wrong now, not when somebody opens the list. */
static enum err check_call(const struct pack *p, uint32_t reg, const struct called *c)
{
	if (!c->count)
		return ERR_OK;
	if (!strcmp(c->name, "label") && pack_find_field(&p->registers[reg], c->literal[0]) == PACK_NONE)
		return no_field(&p->registers[reg], c->literal[0]);
	if (!strcmp(c->name, "linked"))
		return check_linked(p, reg, c);
	if (!strcmp(c->name, "tally"))
		return check_tally(p, c);
	if (!strcmp(c->name, "param") && !pack_param(p, c->literal[0]))
		return err_set(ERR_FORMAT, _("pack.csv 里没有参数 \"%s\""), c->literal[0]);
	if (rowexpr_takes_step(c->name) && pack_find_step(p, reg, c->literal[0]) == PACK_NONE)
		return err_set(ERR_FORMAT, _("登记簿 %s 没有步骤 \"%s\""), p->registers[reg].id, c->literal[0]);
	return ERR_OK;
}

static enum err check_names(const struct rowexpr *x, const char *text)
{
	const struct pack_register *reg = &x->pack->registers[x->reg];
	struct called c;
	const char *name;
	enum err e = ERR_OK;

	for (size_t i = 0; !e && (name = expr_name(x->expr, i)); i++)
		if (pack_find_field(reg, name) == PACK_NONE)
			e = no_field(reg, name);
	while (!e && next_call(&text, &c))
		e = check_call(x->pack, x->reg, &c);
	return e;
}

/* Evaluated once over a row that is empty, an expression shows functions that there are not, and wrong numbers of arguments. */
static enum err try_it(struct rowexpr *x)
{
	struct rowexpr_host empty = { 0 };
	struct buf text = { 0 };
	enum err e = rowexpr_text(x, &empty, NULL, &text);

	buf_clear(&text);
	return e;
}

enum err rowexpr_parse(const struct pack *p, uint32_t reg, const char *text, struct rowexpr **out)
{
	struct rowexpr *x = calloc(1, sizeof *x);
	enum err e;

	*out = NULL;
	if (!x)
		return ERR_NOMEM;
	x->pack = p;
	x->reg = reg;
	x->cache = calloc(1, sizeof *x->cache);
	e = x->cache ? expr_parse(text, &x->expr) : ERR_NOMEM;
	if (!e)
		e = check_names(x, text);
	if (e) {
		rowexpr_free(x);
		return e;
	}
	*out = x;
	return ERR_OK;
}

enum err rowexpr_check(const struct pack *p, uint32_t reg, const char *text)
{
	struct rowexpr *x;
	enum err e = rowexpr_parse(p, reg, text, &x);

	if (!e)
		e = try_it(x);
	rowexpr_free(x);
	return e;
}

static void free_cache(const struct pack *p, struct rowexpr_cache *c)
{
	for (uint32_t r = 0; c && r < p->register_count; r++) {
		if (c->titles)
			rowexpr_free(c->titles[r]);
		for (uint32_t f = 0; c->derived && c->derived[r] && f < p->registers[r].field_count; f++)
			rowexpr_free(c->derived[r][f]);
		if (c->derived)
			free(c->derived[r]);
	}
	if (c) {
		free(c->titles);
		free(c->derived);
	}
	free(c);
}

void rowexpr_free(struct rowexpr *x)
{
	if (!x)
		return;
	free_cache(x->pack, x->cache);
	expr_free(x->expr);
	free(x);
}
