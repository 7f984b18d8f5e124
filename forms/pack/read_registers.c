#include "config.h"
#include "forms/pack/read.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* ---- registers.csv ---- */

static const char *const merges[] = { "fact", "field", "state", "set", "town", "derive" };      /* as enum pack_merge */

static bool read_merge(struct read *r, const char *cell, enum pack_merge *out)
{
	for (uint32_t i = 0; i < sizeof merges / sizeof *merges; i++)
		if (!strcmp(cell, merges[i])) {
			*out = (enum pack_merge)i;
			return true;
		}
	read_fault(r, "merge", _("\"%s\" 不是 fact field state set town derive 之一"), cell);
	return false;
}

static void register_line(struct read *r, struct pack_table *t)
{
	const char *id = read_id(r, t, "id"), *scope = pack_table_get(t, "scope"), *merge = pack_table_get(t, pack_table_has(t, "merge") ? "merge" : "merge default");
	struct pack_register *reg;

	if (!id)
		return;
	if (pack_find_register(r->pack, id) != PACK_NONE) {
		read_fault(r, "id", _("登记簿 \"%s\" 写了两次"), id);
		return;
	}
	if (!(reg = read_add(r, READ_REGISTERS, &r->pack->registers, &r->pack->register_count, sizeof *reg)))
		return;
	reg->id = id;
	reg->label = read_names(r, t);
	reg->title = read_string(r, pack_table_get(t, "title"));
	reg->sort = read_string(r, pack_table_get(t, "sort"));
	reg->township = !strcmp(scope, "township");
	if (!reg->township && strcmp(scope, "village"))
		read_fault(r, "scope", _("\"%s\" 不是 village 或 township"), scope);
	reg->merge = PACK_FIELD;
	if (*merge)
		read_merge(r, merge, &reg->merge);
	if (*pack_table_get(t, "retain_days") && !read_number(pack_table_get(t, "retain_days"), 36600, &reg->retain_days))
		read_fault(r, "retain_days", _("\"%s\" 不是天数"), pack_table_get(t, "retain_days"));
	if (!reg->title)
		read_fault(r, "title", _("登记簿 %s 没有 title (列表里一行显示什么)"), id);
}

void read_registers(struct read *r)
{
	read_table(r, "registers", true, register_line);
}

/* ---- codes.csv ---- */

static struct read_code *add_code(struct read *r, const char *list, const char *name)
{
	uint32_t at = pack_find_codes(r->pack, list);
	struct read_code *code;

	if (at == PACK_NONE) {
		struct pack_codes *codes = read_add(r, READ_ROWS, &r->pack->codes, &r->pack->codes_count, sizeof *codes);

		if (!codes)
			return NULL;
		codes->id = list;
		at = r->pack->codes_count - 1;
	}
	if ((code = read_add(r, READ_CODES, &r->codes, &r->code_count, sizeof *code))) {
		code->list = at;
		code->c.name = name;
		code->order = INT32_MAX;
	}
	return code;
}

static void code_line(struct read *r, struct pack_table *t)
{
	const char *list = read_id(r, t, "list"), *name = read_word(r, t, "name"), *order = pack_table_get(t, "order");
	struct read_code *code;
	uint32_t n;

	if (!list || !name)
		return;
	if (!strcmp(list, "kinds") || !strcmp(list, "items")) {
		read_fault(r, "list", _("词表 \"%s\" 由程序从 kinds.csv 和 lists/ 生成, 换个名字"), list);
		return;
	}
	if (!(code = add_code(r, list, name)))
		return;
	code->c.label = read_names(r, t);
	code->c.parent = read_string(r, pack_table_get(t, "parent"));
	if (*order && !read_number(order, INT32_MAX - 1, &n))
		read_fault(r, "order", _("\"%s\" 不是整数"), order);
	else if (*order)
		code->order = (int32_t)n;
}

static int by_list_and_order(const void *a, const void *b)
{
	const struct read_code *x = *(const struct read_code *const *)a, *y = *(const struct read_code *const *)b;

	if (x->list != y->list)
		return x->list < y->list ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Put the codes under their lists, in order. */
static void gather_codes(struct read *r)
{
	const struct read_code **sorted = read_alloc(r, r->code_count * sizeof *sorted);
	struct pack_code *at = read_alloc(r, r->code_count * sizeof *at);

	if (!sorted || !at)
		return;
	for (uint32_t i = 0; i < r->code_count; i++)
		sorted[i] = &r->codes[i];
	qsort(sorted, r->code_count, sizeof *sorted, by_list_and_order);
	for (uint32_t i = 0; i < r->code_count; i++) {
		struct pack_codes *list = &r->pack->codes[sorted[i]->list];

		if (!list->at)
			list->at = &at[i];
		at[i] = sorted[i]->c;
		list->count++;
	}
}

/* Kinds, and the items of all lists, are code lists too: a record names them so. */
static void add_built_in_codes(struct read *r)
{
	struct read_code *code;

	r->row = 0;
	for (uint32_t i = 0; i < r->pack->kind_count; i++)
		if ((code = add_code(r, "kinds", r->pack->kinds[i].id)))
			code->c.label = r->pack->kinds[i].label;
	for (uint32_t i = 0; i < r->list_count; i++) {
		const struct form *f = r->lists[i].form;

		for (uint32_t q = 0; q < f->question_count; q++) {
			const struct form_question *item = &f->questions[q];

			if (!form_is_asked(item->type) || !form_is_stored(item->type) || !(code = add_code(r, "items", read_string(r, item->name))))
				continue;
			code->c.label.zh = read_string(r, form_text(f, &item->label, form_language(f, "zh")));
			code->c.label.en = read_string(r, form_text(f, &item->label, form_language(f, "en")));
			code->c.label.zh = code->c.label.zh ? code->c.label.zh : code->c.name;
			code->c.label.en = code->c.label.en ? code->c.label.en : code->c.label.zh;
			code->c.parent = read_string(r, f->id);
		}
	}
}

void read_codes(struct read *r)
{
	read_table(r, "codes", true, code_line);
	add_built_in_codes(r);
	gather_codes(r);
}

/* ---- fields.csv ---- */

static const char *const types[] = {      /* as enum pack_field_type */
	"text", "integer", "decimal", "date", "time", "datetime", "code", "codes", "position", "file", "row", "rows"
};

/* "code", "row places": the type, and for rows the register they are of. */
static bool read_type(struct read *r, const char *cell, struct pack_field *f)
{
	size_t len = strcspn(cell, " ");
	const char *target = cell + len + strspn(cell + len, " ");

	f->target = PACK_NONE;
	for (uint32_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strlen(types[i]) != len || memcmp(cell, types[i], len))
			continue;
		f->type = (enum pack_field_type)i;
		if (f->type != PACK_ROW && f->type != PACK_ROWS) {
			if (*target)
				read_fault(r, "type", _("类型 \"%s\" 后面不写别的"), types[i]);
			return true;
		}
		if ((f->target = pack_find_register(r->pack, target)) == PACK_NONE)
			read_fault(r, "type", _("\"%s\" 要写明指向哪本登记簿, 如 row places"), cell);
		return true;
	}
	read_fault(r, "type", _("不认识类型 \"%s\"; 可写 text integer decimal date time datetime code codes position file row rows"), cell);
	return false;
}

static void read_field_codes(struct read *r, struct pack_table *t, struct pack_field *f)
{
	const char *codes = pack_table_get(t, "codes");

	f->codes = PACK_NONE;
	if (f->type != PACK_CODE && f->type != PACK_CODES)
		return;
	if ((f->codes = pack_find_codes(r->pack, codes)) == PACK_NONE)
		read_fault(r, "codes", *codes ? _("没有词表 \"%s\" (codes.csv)") : _("类型是 code 的字段要写明用哪个词表%s"), codes);
}

static void read_danger_order(struct read *r, struct pack_table *t, struct pack_field *f)
{
	f->danger_order = read_words(r, pack_table_get(t, "danger_order"));
	if (f->merge == PACK_STATE && !f->danger_order)
		read_fault(r, "danger_order", _("merge 是 state 的字段要按危险程度排出各个值, 最危险的在前"));
	for (const char **v = f->danger_order; v && *v && f->codes != PACK_NONE; v++)
		if (!pack_code(r->pack, f->codes, *v))
			read_fault(r, "danger_order", _("词表 %s 里没有 \"%s\""), r->pack->codes[f->codes].id, *v);
}

static void field_line(struct read *r, struct pack_table *t)
{
	uint32_t reg = read_register(r, t, "register");
	const char *id = read_id(r, t, "field"), *merge = pack_table_get(t, "merge");
	struct read_field *line;
	struct pack_field f = { .id = id };

	if (reg == PACK_NONE || !id)
		return;
	if (!read_number(pack_table_get(t, "n"), PACK_FIELD_NUMBER_MAX, &f.n) || !f.n)
		read_fault(r, "n", _("\"%s\" 不是字段号 (1 到 %d 的整数)"), pack_table_get(t, "n"), PACK_FIELD_NUMBER_MAX);
	if (!read_type(r, pack_table_get(t, "type"), &f))
		return;
	f.label = read_names(r, t);
	f.merge = r->pack->registers[reg].merge;
	f.derive = read_string(r, pack_table_get(t, "derive"));
	if (f.derive)
		f.merge = PACK_DERIVE;
	if (*merge)
		read_merge(r, merge, &f.merge);
	if ((f.merge == PACK_DERIVE) != (f.derive != NULL))
		read_fault(r, "derive", _("merge=derive 和 derive 一栏要么都写, 要么都不写"));
	read_field_codes(r, t, &f);
	read_danger_order(r, t, &f);
	f.class = read_class(r, t);
	f.list = read_yes(pack_table_get(t, "list"));
	f.search = read_yes(pack_table_get(t, "search"));
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct read_field *other = &r->fields[i];

		if (other->reg == reg && !strcmp(other->f.id, id))
			read_fault(r, "field", _("登记簿 %s 的字段 \"%s\" 写了两次 (第 %u 行)"), r->pack->registers[reg].id, id, r->rows[READ_FIELDS][i]);
		else if (other->reg == reg && other->f.n == f.n)
			read_fault(r, "n", _("登记簿 %s 的字段号 %u 用了两次 (第 %u 行); 号不能重用"), r->pack->registers[reg].id, f.n, r->rows[READ_FIELDS][i]);
	}
	if ((line = read_add(r, READ_FIELDS, &r->fields, &r->field_count, sizeof *line)))
		*line = (struct read_field){ .reg = reg, .f = f };
}

/* Put the fields under their registers, in the order of the file. */
void read_fields(struct read *r)
{
	read_table(r, "fields", true, field_line);
	for (uint32_t i = 0; i < r->field_count; i++)
		r->pack->registers[r->fields[i].reg].field_count++;
	for (uint32_t i = 0; i < r->pack->register_count; i++) {
		struct pack_register *reg = &r->pack->registers[i];

		if (!(reg->fields = read_alloc(r, reg->field_count * sizeof *reg->fields)))
			return;
		reg->field_count = 0;
	}
	for (uint32_t i = 0; i < r->field_count; i++) {
		struct pack_register *reg = &r->pack->registers[r->fields[i].reg];

		reg->fields[reg->field_count++] = r->fields[i].f;
	}
}
