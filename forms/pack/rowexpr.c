#include "config.h"
#include "forms/pack/rowexpr_run.h"

#include "forms/base/i18n.h"
#include "forms/pack/cond.h"
#include "forms/pack/derive.h"
#include "forms/pack/threshold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One evaluation: an expression over a row. Links and derived fields nest, up to a depth. */
struct run {
	const struct rowexpr *root;                       /* whose titles and derived fields are used */
	const struct rowexpr_host *host;
	const void *row;
	uint32_t reg;
	int depth;
	struct buf value;                                 /* what value() lends */
	enum err err;                                     /* of a nested evaluation inside value(), which cannot fail itself */
};

enum { NODE_ROW = 1, NODE_FIELD = 2 };

static enum err evaluate(struct run *run, const struct expr *x, bool *test, struct buf *text);

/* ---- fields ---- */

static const struct pack_register *reg_of(const struct run *run)
{
	return &run->root->pack->registers[run->reg];
}

static enum err too_deep(void)
{
	return err_set(ERR_LIMIT, _("登记簿之间指来指去太深 (最多 %d 层)"), ROWEXPR_LINKS_MAX);
}

/* The expression of a derived field, read when first wanted; NULL in *out for one that is counted or summed. */
static enum err derived(struct run *run, uint32_t field, struct rowexpr **out)
{
	const struct rowexpr *root = run->root;
	struct rowexpr_cache *cache = root->cache;
	struct derive d;
	enum err e;

	*out = NULL;
	if (!cache->derived && !(cache->derived = calloc(root->pack->register_count, sizeof *cache->derived)))
		return ERR_NOMEM;
	if (!cache->derived[run->reg] && !(cache->derived[run->reg] = calloc(reg_of(run)->field_count, sizeof **cache->derived)))
		return ERR_NOMEM;
	if ((*out = cache->derived[run->reg][field]))
		return ERR_OK;
	if (derive_read(root->pack, run->reg, reg_of(run)->fields[field].derive, &d) || d.how != DERIVE_EXPRESSION)
		return ERR_OK;             /* counted or summed by the host; what cannot be understood, the checker has told */
	e = rowexpr_parse(root->pack, run->reg, d.rest, &cache->derived[run->reg][field]);
	*out = cache->derived[run->reg][field];
	return e;
}

/* Append the stored text of a field of the row we are on. */
static enum err field_text(struct run *run, uint32_t field, struct buf *out)
{
	struct rowexpr *x = NULL;
	struct run inner = *run;
	enum err e;

	if (reg_of(run)->fields[field].derive && (e = derived(run, field, &x)))
		return e;
	if (!x)
		return run->host->value ? run->host->value(run->host->user, run->row, field, out) : ERR_OK;
	if (++inner.depth > ROWEXPR_LINKS_MAX)
		return too_deep();
	inner.value = (struct buf){ 0 };
	e = evaluate(&inner, x->expr, NULL, out);
	buf_clear(&inner.value);
	return e;
}

/* ---- labels and links ---- */

static enum err builtin(struct run *run, enum rowexpr_builtin what, const char *step, struct buf *out)
{
	return run->host->builtin ? run->host->builtin(run->host->user, run->row, what, step, out) : ERR_OK;
}

static enum err title(struct run *run, struct buf *out)
{
	const struct rowexpr *root = run->root;
	struct rowexpr_cache *cache = root->cache;
	struct run inner = *run;
	enum err e;

	if (++inner.depth > ROWEXPR_LINKS_MAX)
		return too_deep();
	if (!cache->titles && !(cache->titles = calloc(root->pack->register_count, sizeof *cache->titles)))
		return ERR_NOMEM;
	if (!cache->titles[run->reg] && (e = rowexpr_parse(root->pack, run->reg, reg_of(run)->title, &cache->titles[run->reg])))
		return e;
	inner.value = (struct buf){ 0 };
	e = evaluate(&inner, cache->titles[run->reg]->expr, NULL, out);
	buf_clear(&inner.value);
	return e;
}

/* Step over to the row `id` of register `reg`; false when it is not here. */
static bool follow(struct run *run, uint32_t reg, const char *id)
{
	const void *row = run->host->link && *id ? run->host->link(run->host->user, reg, id) : NULL;

	if (!row)
		return false;
	run->row = row;
	run->reg = reg;
	return true;
}

/* The words for one stored value: of a code its label, of a row its title. */
static enum err word_text(struct run *run, const struct pack_field *f, const char *word, struct buf *out)
{
	const struct pack *own = run->host->made_with && f->codes != PACK_NONE ? run->host->made_with(run->host->user, run->row) : NULL;
	const struct pack_code *code = own ? pack_code(own, pack_find_codes(own, run->root->pack->codes[f->codes].id), word) : NULL;
	struct run other = *run;

	if (!code)
		code = pack_code(run->root->pack, f->codes, word);
	if (code)
		buf_puts(out, pack_name(&code->label, run->host->language));
	else if (f->target == PACK_NONE)
		buf_puts(out, word);
	else if (follow(&other, f->target, word))
		return title(&other, out);
	return out->err;
}

static enum err label(struct run *run, uint32_t field, struct buf *out)
{
	const struct pack_field *f = &reg_of(run)->fields[field];
	struct buf text = { 0 };
	enum err e = field_text(run, field, &text);

	if (!e && f->codes == PACK_NONE && f->target == PACK_NONE) {
		buf_puts(out, buf_str(&text));
	} else if (!e && text.len) {
		bool first = true;

		for (char *s = text.data, *end; s && !e; s = end) {
			if ((end = strchr(s, ' ')))
				*end++ = '\0';
			if (!first)
				buf_puts(out, run->host->language == 1 ? ", " : "、");
			first = false;
			e = word_text(run, f, s, out);
		}
	}
	buf_clear(&text);
	return e ? e : out->err;
}

static const struct { const char *name; enum rowexpr_builtin what; bool step; } builtins[] = {
	{ "row_number", ROWEXPR_ROW_NUMBER, false }, { "serial", ROWEXPR_SERIAL, false }, { "created_at", ROWEXPR_CREATED_AT, false },
	{ "created_by", ROWEXPR_CREATED_BY, false }, { "village", ROWEXPR_VILLAGE, false }, { "row_id", ROWEXPR_ID, false },
	{ "step_at", ROWEXPR_STEP_AT, true }, { "step_by", ROWEXPR_STEP_BY, true }
};
enum { BUILTINS = sizeof builtins / sizeof *builtins };

/* "village()" as the last of linked()'s names; BUILTINS when it is a field. */
static size_t find_call(const char *name)
{
	size_t len = strlen(name), i = 0;

	if (len < 3 || strcmp(name + len - 2, "()"))
		return BUILTINS;
	while (i < BUILTINS && (builtins[i].step || strlen(builtins[i].name) != len - 2 || memcmp(builtins[i].name, name, len - 2)))
		i++;
	return i;
}

bool rowexpr_is_value(const char *name)
{
	return find_call(name) < BUILTINS || !strcmp(name, "title()");
}

bool rowexpr_takes_step(const char *function)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (builtins[i].step && !strcmp(builtins[i].name, function))
			return true;
	return false;
}

/* ---- functions ---- */

struct arguments { struct run *run; const struct expr_host *host; const struct expr_value *at; size_t count; };

static enum err argument(const struct arguments *a, size_t i, struct buf *out)
{
	buf_reset(out);
	return expr_text(a->host, &a->at[i], out);
}

static enum err find_field(const struct run *run, const char *name, uint32_t *out)
{
	if ((*out = pack_find_field(reg_of(run), name)) == PACK_NONE)
		return err_set(ERR_FORMAT, _("登记簿 %s 没有字段 \"%s\""), reg_of(run)->id, name);
	return ERR_OK;
}

static enum err call_label(const struct arguments *a, struct buf *name, struct buf *out)
{
	uint32_t field;
	enum err e = argument(a, 0, name);

	if (!e && !(e = find_field(a->run, buf_str(name), &field)))
		e = label(a->run, field, out);
	return e;
}

/* linked('place', 'grid', 'name'): from row to row, then the words of a field or a built-in of the last. */
static enum err call_linked(const struct arguments *a, struct buf *name, struct buf *out)
{
	struct run run = *a->run;
	struct buf id = { 0 };
	uint32_t field;
	enum err e = ERR_OK;

	if (a->count - 1 > ROWEXPR_LINKS_MAX)
		return too_deep();
	for (size_t i = 0; i + 1 < a->count && !e; i++) {
		if ((e = argument(a, i, name)) || (e = find_field(&run, buf_str(name), &field)))
			break;
		if (reg_of(&run)->fields[field].target == PACK_NONE) {
			e = err_set(ERR_FORMAT, _("%s.%s 不指向别的登记簿"), reg_of(&run)->id, buf_str(name));
			break;
		}
		buf_reset(&id);
		if ((e = field_text(&run, field, &id)) || !follow(&run, reg_of(&run)->fields[field].target, buf_str(&id))) {
			buf_clear(&id);
			return e;
		}
	}
	buf_clear(&id);
	if (e || (e = argument(a, a->count - 1, name)))
		return e;
	if (find_call(buf_str(name)) < BUILTINS)
		return builtin(&run, builtins[find_call(buf_str(name))].what, NULL, out);
	if (!strcmp(buf_str(name), "title()"))
		return title(&run, out);
	return (e = find_field(&run, buf_str(name), &field)) ? e : label(&run, field, out);
}

static enum err call_param(const struct arguments *a, struct buf *name, struct buf *out)
{
	enum err e = argument(a, 0, name);
	const char *value = e ? NULL : pack_param(a->run->root->pack, buf_str(name));

	if (!e && !value)
		return err_set(ERR_FORMAT, _("pack.csv 里没有参数 \"%s\""), buf_str(name));
	if (!e)
		buf_puts(out, value);
	return e ? e : out->err;
}

/* tally('REGISTER', 'COND'[, 'FIELD']) */
static enum err call_tally(const struct arguments *a, struct buf *name, struct buf *out)
{
	const struct pack *p = a->run->root->pack;
	const struct rowexpr_host *h = a->run->host;
	struct buf cond = { 0 };
	uint32_t reg = PACK_NONE, field = PACK_NONE;
	enum err e = argument(a, 0, name);

	if (!e && (reg = pack_find_register(p, buf_str(name))) == PACK_NONE)
		e = err_set(ERR_FORMAT, _("没有登记簿 \"%s\""), buf_str(name));
	if (!e && a->count > 2 && !(e = argument(a, 2, name)) && (field = pack_find_field(&p->registers[reg], buf_str(name))) == PACK_NONE)
		e = err_set(ERR_FORMAT, _("登记簿 %s 没有字段 \"%s\""), p->registers[reg].id, buf_str(name));
	if (!e && a->count > 1)
		e = argument(a, 1, &cond);
	if (!e && !(e = cond_check(buf_str(&cond)))) {
		if (h->tally)
			e = h->tally(h->user, a->run->row, reg, buf_str(&cond), field, out);
		else
			buf_puts(out, "0");
	}
	buf_clear(&cond);
	return e ? e : out->err;
}

static enum err metric(void *user, const char *field, struct buf *out)
{
	uint32_t at = pack_find_field(reg_of(user), field);

	return at == PACK_NONE ? ERR_OK : field_text(user, at, out);
}

/* size_class(): small, above, or nothing, by the thresholds of the row's field kind. */
static enum err call_size_class(const struct arguments *a, struct buf *kind, struct buf *out)
{
	static const char *const words[] = { [PACK_SIZE_UNKNOWN] = "", [PACK_SIZE_SMALL] = "small", [PACK_SIZE_ABOVE] = "above" };
	enum pack_size size;
	enum err e;

	buf_reset(kind);
	if (!(e = metric(a->run, "kind", kind)) && !(e = threshold_size(a->run->root->pack, buf_str(kind), metric, a->run, &size)))
		buf_puts(out, words[size]);
	return e ? e : out->err;
}

static enum err call_title(const struct arguments *a, struct buf *name, struct buf *out)
{
	(void)name;
	return title(a->run, out);
}

static const struct { const char *name; size_t least, most; enum err (*call)(const struct arguments *a, struct buf *name, struct buf *out); } functions[] = {
	{ "label", 1, 1, call_label }, { "linked", 2, ROWEXPR_LINKS_MAX + 1, call_linked }, { "param", 1, 1, call_param },
	{ "size_class", 0, 0, call_size_class }, { "tally", 1, 3, call_tally }, { "title", 0, 0, call_title }
};

static enum err call(void *user, const char *function, const struct expr_value *args, size_t count, struct expr_node here, struct expr_value *out);

/* ---- the row as the expression sees it: one element whose children are the fields ---- */

static enum err resolve(void *user, const char *name, struct expr_node here, struct expr_nodes *out)
{
	uint32_t field = pack_find_field(reg_of(user), name);

	(void)here;
	return field == PACK_NONE ? ERR_NOTFOUND : expr_nodes_add(out, (struct expr_node){ NODE_FIELD, field });
}

static enum err root(void *user, const char *instance, struct expr_node *out)
{
	(void)user;
	*out = (struct expr_node){ NODE_ROW, 0 };
	return instance ? ERR_NOTFOUND : ERR_OK;
}

static bool parent(void *user, struct expr_node node, struct expr_node *out)
{
	(void)user;
	*out = (struct expr_node){ NODE_ROW, 0 };
	return node.a == NODE_FIELD;
}

static enum err children(void *user, struct expr_node node, const char *name, struct expr_nodes *out)
{
	enum err e = node.a == NODE_ROW ? resolve(user, name, node, out) : ERR_OK;

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static const char *value(void *user, struct expr_node node, enum expr_type *type)
{
	struct run *run = user;
	enum err e;

	*type = EXPR_IS_TEXT;
	buf_reset(&run->value);
	if (node.a != NODE_FIELD)
		return "";
	switch (reg_of(run)->fields[node.b].type) {
	case PACK_INTEGER: case PACK_DECIMAL: *type = EXPR_IS_NUMBER; break;
	case PACK_DATE: *type = EXPR_IS_DATE; break;
	case PACK_DATETIME: *type = EXPR_IS_DATETIME; break;
	case PACK_TIME: *type = EXPR_IS_TIME; break;
	default: break;
	}
	if ((e = field_text(run, (uint32_t)node.b, &run->value))) {
		run->err = run->err ? run->err : e;
		return "";
	}
	return buf_str(&run->value);
}

static uint32_t position(void *user, struct expr_node node)
{
	(void)user;
	(void)node;
	return 1;
}

/* jr:choice-name(value, '${field}') works as in forms. */
static enum err choice_name(void *user, const char *choice, const char *name, struct expr_node here, struct buf *out)
{
	struct run *run = user;
	char id[128];
	uint32_t field;

	(void)here;
	if (!strncmp(name, "${", 2))
		name += 2;
	snprintf(id, sizeof id, "%.*s", (int)strcspn(name, "}"), name);
	field = pack_find_field(reg_of(run), id);
	return field == PACK_NONE ? ERR_NOTFOUND : word_text(run, &reg_of(run)->fields[field], choice, out);
}

static struct expr_host expr_host_of(struct run *run)
{
	return (struct expr_host){
		.user = run, .resolve = resolve, .root = root, .parent = parent, .children = children, .value = value, .position = position,
		.choice_name = choice_name, .call = call, .now = run->host->now, .utc_offset = run->root->pack->utc_offset
	};
}

static enum err call(void *user, const char *function, const struct expr_value *args, size_t count, struct expr_node here, struct expr_value *out)
{
	struct run *run = user;
	struct expr_host host = expr_host_of(run);
	struct arguments a = { run, &host, args, count };
	struct buf name = { 0 };
	enum err e = ERR_NOTFOUND;

	(void)here;
	out->kind = EXPR_STRING;
	for (size_t i = 0; i < BUILTINS; i++)
		if (!strcmp(function, builtins[i].name)) {
			if (count != builtins[i].step)
				return err_set(ERR_FORMAT, builtins[i].step ? _("%s() 里要写步骤") : _("%s() 里不写东西"), function);
			e = count ? argument(&a, 0, &name) : ERR_OK;
			e = e ? e : builtin(run, builtins[i].what, count ? buf_str(&name) : NULL, &out->text);
		}
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (!strcmp(function, functions[i].name)) {
			if (count < functions[i].least || count > functions[i].most)
				return err_set(ERR_FORMAT, _("%s() 里的个数不对"), function);
			e = functions[i].call(&a, &name, &out->text);
		}
	buf_clear(&name);
	return e ? e : out->text.err;
}

static enum err evaluate(struct run *run, const struct expr *x, bool *test, struct buf *text)
{
	struct expr_host host = expr_host_of(run);
	struct expr_value v = { 0 };
	enum err e = expr_eval(x, &host, (struct expr_node){ NODE_ROW, 0 }, &v);

	if (!e && test)
		*test = expr_boolean(&host, &v);
	if (!e && text)
		e = expr_text(&host, &v, text);
	expr_value_clear(&v);
	return e ? e : run->err;
}

static enum err run(const struct rowexpr *x, const struct rowexpr_host *host, const void *row, bool *test, struct buf *text)
{
	struct run r = { .root = x, .host = host, .row = row, .reg = x->reg };
	enum err e = evaluate(&r, x->expr, test, text);

	buf_clear(&r.value);
	return e;
}

enum err rowexpr_text(const struct rowexpr *x, const struct rowexpr_host *host, const void *row, struct buf *out)
{
	return run(x, host, row, NULL, out);
}

enum err rowexpr_test(const struct rowexpr *x, const struct rowexpr_host *host, const void *row, bool *out)
{
	*out = false;
	return run(x, host, row, out, NULL);
}
