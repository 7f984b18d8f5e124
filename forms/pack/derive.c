#include "config.h"
#include "forms/pack/derive.h"

#include "forms/base/i18n.h"
#include "forms/pack/cond.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LEN = 128 };

/* The next blank separated word into `out` (cut words are no known name); false at the end. */
static bool next_word(const char **at, char out[NAME_MAX_LEN])
{
	size_t len;

	*at += strspn(*at, " ");
	if (!(len = strcspn(*at, " ")))
		return false;
	snprintf(out, NAME_MAX_LEN, "%.*s", (int)len, *at);
	*at += len;
	return true;
}

static enum err read_child(const struct pack *p, uint32_t reg, char *word, struct derive *out)
{
	char *dot = strchr(word, '.');

	if (!dot)
		return err_set(ERR_FORMAT, _("\"%s\" 要写成 下级登记簿.字段"), word);
	*dot++ = '\0';
	if ((out->child = pack_find_register(p, word)) == PACK_NONE)
		return err_set(ERR_FORMAT, _("没有登记簿 \"%s\""), word);
	const struct pack_register *child = &p->registers[out->child];
	if ((out->link = pack_find_field(child, dot)) == PACK_NONE)
		return err_set(ERR_FORMAT, _("登记簿 %s 没有字段 \"%s\""), word, dot);
	enum pack_field_type type = child->fields[out->link].type;
	if ((type != PACK_ROW && type != PACK_ROWS) || child->fields[out->link].target != reg)
		return err_set(ERR_FORMAT, _("%s.%s 不指向 %s; 它的类型要是 row %s"), word, dot, p->registers[reg].id, p->registers[reg].id);
	return ERR_OK;
}

/* " of FIELD" of sum and last. */
static enum err read_field(const struct pack *p, const char **at, struct derive *out)
{
	const struct pack_register *child = &p->registers[out->child];
	char word[NAME_MAX_LEN];

	if (!next_word(at, word) || strcmp(word, "of") || !next_word(at, word))
		return err_set(ERR_FORMAT, _("sum 和 last 要写明 of 哪个字段"));
	if (out->how == DERIVE_LAST && !strcmp(word, "created_at"))
		return ERR_OK;
	if ((out->field = pack_find_field(child, word)) == PACK_NONE)
		return err_set(ERR_FORMAT, _("登记簿 %s 没有字段 \"%s\""), child->id, word);
	enum pack_field_type type = child->fields[out->field].type;
	if (out->how == DERIVE_SUM && type != PACK_INTEGER && type != PACK_DECIMAL)
		return err_set(ERR_FORMAT, _("%s.%s 不是数, 不能合计"), child->id, word);
	return ERR_OK;
}

static enum err read_where(const struct pack *p, const char *at, struct derive *out)
{
	const struct pack_register *child = &p->registers[out->child];
	char word[NAME_MAX_LEN];
	struct cond_term t;
	enum err e;

	if (!next_word(&at, word))
		return ERR_OK;
	if (strcmp(word, "where"))
		return err_set(ERR_FORMAT, _("\"%s\" 多余; 条件写在 where 后面"), word);
	at += strspn(at, " ");
	out->rest = at;
	if ((e = cond_check(at)))
		return e;
	while (cond_next(&at, &t)) {
		snprintf(word, sizeof word, "%.*s", (int)t.field_len, t.field);
		if (pack_find_field(child, word) == PACK_NONE)
			return err_set(ERR_FORMAT, _("登记簿 %s 没有字段 \"%s\""), child->id, word);
	}
	return ERR_OK;
}

static enum err read_how(const char *word, enum derive_how *how)
{
	static const char *const words[] = { [DERIVE_COUNT] = "count", [DERIVE_SUM] = "sum", [DERIVE_LAST] = "last" };

	for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(word, words[i])) {
			*how = (enum derive_how)i;
			return ERR_OK;
		}
	return err_set(ERR_FORMAT, _("derive 不认识 \"%s\"; 可写 count, sum, last 或 = 表达式"), word);
}

enum err derive_read(const struct pack *p, uint32_t reg, const char *text, struct derive *out)
{
	char word[NAME_MAX_LEN];
	enum err e;

	*out = (struct derive){ .child = PACK_NONE, .link = PACK_NONE, .field = PACK_NONE };
	text += strspn(text, " ");
	if (*text == '=') {
		out->how = DERIVE_EXPRESSION;
		out->rest = text + 1;
		return ERR_OK;
	}
	if (!next_word(&text, word))
		return err_set(ERR_FORMAT, _("derive 是空的"));
	if ((e = read_how(word, &out->how)))
		return e;
	if (!next_word(&text, word))
		return err_set(ERR_FORMAT, _("derive 后面要写 下级登记簿.字段"));
	if ((e = read_child(p, reg, word, out)) || (out->how != DERIVE_COUNT && (e = read_field(p, &text, out))))
		return e;
	return read_where(p, text, out);
}

/* --- that it ends --- */

static bool ends(const struct pack *p, uint32_t reg, uint32_t field, int depth);

static bool named_ends(const struct pack *p, uint32_t reg, const char *name, size_t len, int depth)
{
	char word[NAME_MAX_LEN];

	snprintf(word, sizeof word, "%.*s", (int)len, name);
	return ends(p, reg, pack_find_field(&p->registers[reg], word), depth);
}

static bool field_ends(const struct pack *p, uint32_t reg, const struct pack_field *f, int depth)
{
	struct cond_term t;
	struct derive d;
	bool yes = depth < DERIVE_DEPTH;

	if (!f->derive || derive_read(p, reg, f->derive, &d))
		return true;
	if (d.how == DERIVE_EXPRESSION) {
		for (const char *at = d.rest; yes && (at = strstr(at, "${")); at += strcspn(at, "}"))
			yes = named_ends(p, reg, at + 2, strcspn(at + 2, "}"), depth + 1);
		return yes;
	}
	for (const char *at = d.rest; yes && cond_next(&at, &t); )
		yes = named_ends(p, d.child, t.field, t.field_len, depth + 1);
	return yes && ends(p, d.child, d.field, depth + 1);
}

static bool ends(const struct pack *p, uint32_t reg, uint32_t field, int depth)
{
	return field == PACK_NONE || field_ends(p, reg, &p->registers[reg].fields[field], depth);
}

enum err derive_ends(const struct pack *p, uint32_t reg, const struct pack_field *f)
{
	return field_ends(p, reg, f, 0) ? ERR_OK : err_set(ERR_FORMAT, _("算它要先算别的, 深过 %d 层, 会没有尽头: 改成只数填写的栏"), DERIVE_DEPTH);
}
