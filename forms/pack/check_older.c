/* What may not change from one publication to the next: old records are folded by it. */
#include "config.h"
#include "forms/pack/check_parts.h"

#include "forms/base/i18n.h"

#include <string.h>

static bool same_words(const char **a, const char **b)
{
	if (!a || !b)
		return a == b;
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b))
			return false;
	return !*a && !*b;
}

/* The old order with new values put in anywhere is still the old order. */
static bool keeps_order(const char **old, const char **new)
{
	if (!old || !new)
		return same_words(old, new);
	for (; *old; old++, new++) {
		while (*new && strcmp(*new, *old))
			new++;
		if (!*new)
			return false;
	}
	return true;
}

static uint32_t row_of_field(const struct read *r, uint32_t reg, const char *id)
{
	for (uint32_t i = 0; i < r->field_count; i++)
		if (r->fields[i].reg == reg && !strcmp(r->fields[i].f.id, id))
			return r->rows[READ_FIELDS][i];
	return 0;
}

static void check_field(struct read *r, const struct pack *older, uint32_t reg, const struct pack_register *was, const struct pack_field *f)
{
	uint32_t by_number = pack_find_field_number(was, f->n), by_name = pack_find_field(was, f->id);
	const struct pack_field *old = by_number == PACK_NONE ? NULL : &was->fields[by_number];

	check_at(r, "fields.csv", row_of_field(r, reg, f->id));
	if (old && strcmp(old->id, f->id))
		read_fault(r, "n", _("字段号 %u 在版本 %s 里是 %s, 不能给 %s 用; 换一个没用过的号"), f->n, older->version, old->id, f->id);
	else if (!old && by_name != PACK_NONE)
		read_fault(r, "n", _("字段 %s 在版本 %s 里的号是 %u, 不能改成 %u"), f->id, older->version, was->fields[by_name].n, f->n);
	if (!old || strcmp(old->id, f->id))
		return;
	if (old->merge != f->merge)
		read_fault(r, "merge", _("字段 %s 的 merge 不能改 (旧记录按它合并); 另加一个字段"), f->id);
	if (!keeps_order(old->danger_order, f->danger_order))
		read_fault(r, "danger_order", _("字段 %s 的 danger_order 不能改, 只能添新值"), f->id);
	if (old->type != f->type)
		read_fault(r, "type", _("字段 %s 的类型不能改; 另加一个字段"), f->id);
	if (old->class > f->class && old->class >= 2)
		read_warn(r, "class", _("字段 %s 从 P%d 改成了 P%d, 以后不再当个人信息保护"), f->id, old->class, f->class);
}

/* Its values stay in the records, but nothing shows them. */
static void check_gone(struct read *r, const struct pack *older, const struct pack_register *was, const struct pack_register *now)
{
	for (uint32_t k = 0; k < was->field_count; k++)
		if (pack_find_field(now, was->fields[k].id) == PACK_NONE && pack_find_field_number(now, was->fields[k].n) == PACK_NONE)
			read_orphans(r, "field", _("字段 %s (%s) 在版本 %s 里有, 现在没有了; 旧记录里的还在, 但看不到"), was->fields[k].id, was->fields[k].label.zh, older->version);
}

static void check_registers(struct read *r, const struct pack *older)
{
	for (uint32_t i = 0; i < older->register_count; i++) {
		const struct pack_register *was = &older->registers[i];
		uint32_t at = pack_find_register(r->pack, was->id);

		if (at == PACK_NONE) {
			check_at(r, "registers.csv", 0);
			read_orphans(r, "id", _("版本 %s 里有登记簿 %s, 现在没有了; 它的旧记录还在, 但看不到"), older->version, was->id);
			continue;
		}
		check_at(r, "registers.csv", r->rows[READ_REGISTERS][at]);
		if (r->pack->registers[at].township != was->township)
			read_fault(r, "scope", _("登记簿 %s 的 scope 不能改 (旧记录在原处)"), was->id);
		for (uint32_t k = 0; k < r->pack->registers[at].field_count; k++)
			check_field(r, older, at, was, &r->pack->registers[at].fields[k]);
		check_at(r, "fields.csv", 0);
		check_gone(r, older, was, &r->pack->registers[at]);
	}
}

/* A word that records use must go on meaning something. */
static void check_codes(struct read *r, const struct pack *older)
{
	for (uint32_t i = 0; i < older->codes_count; i++) {
		const struct pack_codes *was = &older->codes[i];
		uint32_t now = pack_find_codes(r->pack, was->id);

		check_at(r, !strcmp(was->id, "items") ? "lists" : !strcmp(was->id, "kinds") ? "kinds.csv" : "codes.csv", 0);
		for (uint32_t k = 0; now != PACK_NONE && k < was->count; k++)
			if (!pack_code(r->pack, now, was->at[k].name))
				read_orphans(r, "name", _("词表 %s 里的 \"%s\" (%s) 没有了; 旧记录会只显示编号"), was->id, was->at[k].name, was->at[k].label.zh);
	}
}

void check_against(struct read *r, const struct pack *older)
{
	check_at(r, "pack.csv", 0);
	if (!strcmp(r->pack->id, older->id) && !strcmp(r->pack->version, older->version))
		read_fault(r, "version", _("版本 %s 已经发布过; 换一个版本号"), older->version);
	check_registers(r, older);
	check_codes(r, older);
}
