#include "config.h"
#include "forms/pack/check_parts.h"

#include "forms/base/i18n.h"
#include "forms/pack/derive.h"
#include "forms/pack/rowexpr.h"
#include "forms/pack/threshold.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A name whose English the author left out is its Chinese (read_names). */
static void check_name(struct read *r, const struct pack_name *n)
{
	if (n->en == n->zh)
		read_warn(r, "en", _("\"%s\" 没有英文"), n->zh);
}

/* ---- registers and fields ---- */

static bool sorts_by(const struct pack_register *reg, const char *sort)
{
	static const char *const builtins[] = { "created_at()", "serial()" };

	sort += *sort == '-';
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		if (!strcmp(sort, builtins[i]))
			return true;
	return pack_find_field(reg, sort) != PACK_NONE;
}

static bool has_form(const struct pack *p, uint32_t reg)
{
	for (uint32_t f = 0; f < p->form_count; f++)
		for (uint32_t e = 0; e < p->forms[f].entity_count; e++)
			if (p->forms[f].entities[e].reg == reg && p->forms[f].entities[e].creates)
				return true;
	return false;
}

/* Of which of its rows one thing is perhaps told twice: a parameter, for those registers that have one. */
static void check_alike(struct read *r, uint32_t reg)
{
	char key[64];
	const char *says;

	snprintf(key, sizeof key, "alike_%s", r->pack->registers[reg].id);
	if (!(says = pack_param(r->pack, key)) || !*says)
		return;
	check_at(r, "pack.csv", 0);
	if (rowexpr_check(r->pack, reg, says))
		read_fault(r, key, "%s", err_detail());
}

/* Whose record ${last-saved#…} means: a parameter, for forms of which it is not one's own. */
static void check_last_saved(struct read *r)
{
	static const char begin[] = "last_saved_";

	for (uint32_t i = 0; i < r->pack->param_count; i++) {
		const struct pack_param *p = &r->pack->params[i];

		if (strncmp(p->key, begin, sizeof begin - 1))
			continue;
		check_at(r, "pack.csv", 0);
		if (pack_find_form(r->pack, p->key + sizeof begin - 1) == PACK_NONE)
			read_fault(r, p->key, _("没有表单 \"%s\" (forms/)"), p->key + sizeof begin - 1);
		if (strcmp(p->value, "village"))
			read_fault(r, p->key, _("\"%s\" 不懂: 只能写 village"), p->value);
	}
}

static void check_registers(struct read *r)
{
	for (uint32_t i = 0; i < r->pack->register_count; i++) {
		const struct pack_register *reg = &r->pack->registers[i];

		check_at(r, "registers.csv", r->rows[READ_REGISTERS][i]);
		check_name(r, &reg->label);
		if (!reg->field_count)
			read_fault(r, "id", _("登记簿 %s 在 fields.csv 里没有字段"), reg->id);
		if (rowexpr_check(r->pack, i, reg->title))
			read_fault(r, "title", "%s", err_detail());
		if (reg->sort && !sorts_by(reg, reg->sort))
			read_fault(r, "sort", _("登记簿 %s 没有字段 \"%s\""), reg->id, reg->sort);
		if (!has_form(r->pack, i))
			read_warn(r, "id", _("没有表单能往登记簿 %s 里加一行"), reg->id);
		check_alike(r, i);
	}
}

/* A value whose danger nobody has said would be shown as the least dangerous of all. */
static void check_danger(struct read *r, const struct pack_field *f)
{
	const struct pack_codes *codes = f->codes == PACK_NONE ? NULL : &r->pack->codes[f->codes];

	for (uint32_t i = 0; f->merge == PACK_STATE && codes && i < codes->count; i++) {
		const char **v = f->danger_order;

		while (*v && strcmp(*v, codes->at[i].name))
			v++;
		if (!*v)
			read_fault(r, "danger_order", _("没排上 \"%s\" (词表 %s)"), codes->at[i].name, codes->id);
	}
}

static void check_fields(struct read *r)
{
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct pack_field *f = &r->fields[i].f;
		uint32_t reg = r->fields[i].reg;
		struct derive d;

		check_at(r, "fields.csv", r->rows[READ_FIELDS][i]);
		check_name(r, &f->label);
		check_danger(r, f);
		if (!f->derive)
			continue;
		if (derive_read(r->pack, reg, f->derive, &d))
			read_fault(r, "derive", "%s", err_detail());
		else if (d.how == DERIVE_EXPRESSION && rowexpr_check(r->pack, reg, d.rest))
			read_fault(r, "derive", "%s", err_detail());
		else if (derive_ends(r->pack, reg, f))
			read_fault(r, "derive", "%s", err_detail());
	}
}

/* ---- codes ---- */

/* "REGISTER.FIELD": where a phrase is offered. */
static bool names_field(const struct pack *p, const char *text)
{
	const char *dot = strchr(text, '.');
	char name[128];
	uint32_t reg;

	if (!dot || dot - text >= (ptrdiff_t)sizeof name)
		return false;
	memcpy(name, text, (size_t)(dot - text));
	name[dot - text] = '\0';
	reg = pack_find_register(p, name);
	return reg != PACK_NONE && pack_find_field(&p->registers[reg], dot + 1) != PACK_NONE;
}

static void check_codes(struct read *r)
{
	for (uint32_t i = 0; i < r->code_count; i++) {
		const struct read_code *c = &r->codes[i];
		const char *list = r->pack->codes[c->list].id;

		if (!r->rows[READ_CODES][i])
			continue;              /* kinds and items: told of where they are written */
		check_at(r, "codes.csv", r->rows[READ_CODES][i]);
		check_name(r, &c->c.label);
		if (c->c.parent && !pack_code(r->pack, c->list, c->c.parent) && !names_field(r->pack, c->c.parent))
			read_warn(r, "parent", _("词表 %s 里没有 \"%s\""), list, c->c.parent);
		for (uint32_t k = 0; k < i; k++)
			if (r->codes[k].list == c->list && !strcmp(r->codes[k].c.name, c->c.name))
				read_fault(r, "name", _("词表 %s 里 \"%s\" 写了两次 (第 %u 行)"), list, c->c.name, r->rows[READ_CODES][k]);
	}
}

/* ---- kinds and thresholds ---- */

/* Words of a cell that are to be codes of a list, where the pack has that list. */
static void check_words(struct read *r, const char *column, const char *cell, const char *list)
{
	uint32_t codes = pack_find_codes(r->pack, list);

	for (const char **word = cell && codes != PACK_NONE ? read_words(r, cell) : NULL; word && *word; word++)
		if (!pack_code(r->pack, codes, *word))
			read_fault(r, column, _("词表 %s (codes.csv) 里没有 \"%s\""), list, *word);
}

static void check_kinds(struct read *r)
{
	for (uint32_t i = 0; i < r->pack->kind_count; i++) {
		const struct pack_kind *k = &r->pack->kinds[i];

		check_at(r, "kinds.csv", r->rows[READ_KINDS][i]);
		check_name(r, &k->label);
		check_words(r, "group", k->group, "kind_group");
		check_words(r, "department", k->department, "department");
	}
}

static void check_place_field(struct read *r, const char *column, const char *field)
{
	uint32_t places = pack_find_register(r->pack, "places");

	if (places == PACK_NONE || pack_find_field(&r->pack->registers[places], field) == PACK_NONE)
		read_fault(r, column, _("登记簿 places 没有字段 \"%s\""), field);
}

static void check_thresholds(struct read *r)
{
	for (uint32_t i = 0; i < r->pack->threshold_count; i++) {
		const struct pack_threshold *t = &r->pack->thresholds[i];
		bool reading = !strcmp(t->scheme, THRESHOLD_READING);

		check_at(r, "thresholds.csv", r->rows[READ_THRESHOLDS][i]);
		if (reading)
			check_words(r, "metric", t->metric, "metric");
		if (!reading)
			check_place_field(r, "metric", t->metric);
		else if (t->value && *t->value == '@')
			check_place_field(r, "value", threshold_field(t));
	}
}

void check_tables(struct read *r)
{
	check_registers(r);
	check_last_saved(r);
	check_fields(r);
	check_codes(r);
	check_kinds(r);
	check_thresholds(r);
}
