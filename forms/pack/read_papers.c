/* papers.csv: printed papers, read and checked. */
#include "config.h"
#include "forms/pack/check_parts.h"

#include "forms/base/i18n.h"
#include "forms/pack/rowexpr.h"

#include <stdio.h>
#include <string.h>

/* "REGISTER", "REGISTER.FIELD", either with "where EXPRESSION" behind. */
struct source { uint32_t reg, field; const char *where; };

static bool read_source(struct read *r, const char *cell, struct source *out)
{
	size_t len = strcspn(cell, " ");
	const char *rest = cell + len + strspn(cell + len, " ");
	char name[128], *dot;

	*out = (struct source){ PACK_NONE, PACK_NONE, NULL };
	snprintf(name, sizeof name, "%.*s", (int)len, cell);
	if ((dot = strchr(name, '.')))
		*dot++ = '\0';
	if ((out->reg = pack_find_register(r->pack, name)) == PACK_NONE) {
		read_fault(r, "value", _("没有登记簿 \"%s\" (registers.csv)"), name);
		return false;
	}
	if (dot && (out->field = pack_find_field(&r->pack->registers[out->reg], dot)) == PACK_NONE)
		read_fault(r, "value", _("登记簿 %s 没有字段 \"%s\" (fields.csv)"), name, dot);
	if (*rest && strncmp(rest, "where ", 6))
		read_fault(r, "value", _("登记簿后面的条件要写成 where 表达式"));
	else if (*rest)
		out->where = read_string(r, rest + 6);
	return true;
}

static bool part_kind(const char *cell, enum pack_part_kind *out)
{
	static const char *const words[] = { "number", "to", "text", "field", "wide", "rows", "column", "sign", "note", "photo" };     /* as enum pack_part_kind */

	for (uint32_t i = 0; i < PACK_PART_KINDS; i++)
		if (!strcmp(cell, words[i])) {
			*out = (enum pack_part_kind)i;
			return true;
		}
	return false;
}

static void head_line(struct read *r, struct pack_table *t, const char *id)
{
	struct pack_paper *paper;
	struct source source;

	if (pack_find_paper(r->pack, id) != PACK_NONE) {
		read_fault(r, "paper", _("打印件 %s 的 head 写了两次"), id);
		return;
	}
	if (!read_source(r, pack_table_get(t, "value"), &source) || !(paper = read_add(r, READ_ROWS, &r->pack->papers, &r->pack->paper_count, sizeof *paper)))
		return;
	*paper = (struct pack_paper){ .id = id, .title = read_string(r, pack_table_get(t, "heading")), .reg = source.reg, .where = source.where };
	paper->roles = read_roles(r, t, "roles");
	if (!paper->title) {
		read_fault(r, "heading", _("打印件 %s 没有标题"), id);
		paper->title = "";
	}
}

/* The register that a photo is of: that of the table straight above it, else the paper's own. */
static uint32_t photo_register(const struct read *r, uint32_t paper)
{
	for (uint32_t i = r->part_count; i-- && r->parts[i].paper == paper;) {
		const struct pack_part *p = &r->parts[i].p;

		if (p->kind == PACK_PART_ROWS)
			return p->reg;
		if (p->kind != PACK_PART_COLUMN && p->kind != PACK_PART_PHOTO)
			break;
	}
	return r->pack->papers[paper].reg;
}

static bool read_file_field(struct read *r, uint32_t reg, const char *cell, struct source *out)
{
	const struct pack_register *of = &r->pack->registers[reg];
	uint32_t field = pack_find_field(of, cell);

	if (field == PACK_NONE || of->fields[field].type != PACK_FILE) {
		read_fault(r, "value", _("登记簿 %s 没有类型为 file 的字段 \"%s\" (fields.csv)"), of->id, cell);
		return false;
	}
	*out = (struct source){ reg, field, NULL };
	return true;
}

static void paper_line(struct read *r, struct pack_table *t)
{
	const char *id = read_id(r, t, "paper"), *part = pack_table_get(t, "part");
	uint32_t at = id ? pack_find_paper(r->pack, id) : PACK_NONE;
	struct read_part *line;
	struct source source = { PACK_NONE, PACK_NONE, NULL };
	enum pack_part_kind kind;
	const char *value;
	bool names_file;

	if (!id)
		return;
	if (!strcmp(part, "head")) {
		head_line(r, t, id);
		return;
	}
	if (at == PACK_NONE) {
		read_fault(r, "part", _("打印件 %s 要从 head 开始"), id);
		return;
	}
	if (!part_kind(part, &kind)) {
		read_fault(r, "part", _("\"%s\" 不是 head number to text field wide rows column sign note photo 之一"), part);
		return;
	}
	value = pack_table_get(t, "value");
	if (kind == PACK_PART_ROWS && !read_source(r, value, &source))
		return;
	names_file = kind == PACK_PART_PHOTO || (kind == PACK_PART_SIGN && *value);
	if (names_file && !read_file_field(r, kind == PACK_PART_SIGN ? r->pack->papers[at].reg : photo_register(r, at), value, &source))
		return;
	if (!(line = read_add(r, READ_PARTS, &r->parts, &r->part_count, sizeof *line)))
		return;
	*line = (struct read_part){ at, { .kind = kind, .heading = read_string(r, pack_table_get(t, "heading")), .reg = source.reg, .field = source.field } };
	line->p.value = kind == PACK_PART_ROWS || names_file ? source.where : read_string(r, value);
	line->p.class = read_class(r, t);
}

void read_papers(struct read *r)
{
	struct pack *p = r->pack;

	read_table(r, "papers", false, paper_line);
	for (uint32_t i = 0; i < p->paper_count; i++) {
		struct pack_paper *paper = &p->papers[i];

		for (uint32_t k = 0; k < r->part_count; k++)
			paper->part_count += r->parts[k].paper == i;
		if (!(paper->parts = read_alloc(r, paper->part_count * sizeof *paper->parts)))
			return;
		paper->part_count = 0;
		for (uint32_t k = 0; k < r->part_count; k++)
			if (r->parts[k].paper == i)
				paper->parts[paper->part_count++] = r->parts[k].p;
	}
}

/* --- checking --- */

/* Columns speak of the rows of the table above them, everything else of the paper's own row. */
static void check_part(struct read *r, const struct pack_paper *paper, const struct pack_part *p, const struct pack_part **table)
{
	const struct pack_field *f;
	uint32_t reg = paper->reg;

	if (p->kind == PACK_PART_ROWS)
		*table = p;
	else if (p->kind != PACK_PART_COLUMN && p->kind != PACK_PART_PHOTO)
		*table = NULL;
	else if (p->kind == PACK_PART_COLUMN && !*table)
		read_fault(r, "part", _("column 上面要有一行 rows"));
	if (*table)
		reg = (*table)->reg;
	if (p->kind == PACK_PART_ROWS && p->field != PACK_NONE) {
		f = &r->pack->registers[reg].fields[p->field];
		if (f->target != paper->reg)
			read_fault(r, "value", _("字段 %s 指向的不是 %s"), f->id, r->pack->registers[paper->reg].id);
	}
	if (p->value && rowexpr_check(r->pack, reg, p->value))
		read_fault(r, "value", "%s", err_detail());
	if (!p->value && (p->kind == PACK_PART_COLUMN || p->kind == PACK_PART_NUMBER))
		read_fault(r, "value", _("是空的"));
	if (!p->heading && p->kind != PACK_PART_TEXT && p->kind != PACK_PART_NUMBER && p->kind != PACK_PART_NOTE && p->kind != PACK_PART_ROWS)
		read_fault(r, "heading", _("是空的"));
}

void check_papers(struct read *r)
{
	const struct pack_part *table = NULL;

	for (uint32_t i = 0; i < r->pack->paper_count; i++) {
		const struct pack_paper *paper = &r->pack->papers[i];

		check_at(r, "papers.csv", 0);
		if (paper->where && rowexpr_check(r->pack, paper->reg, paper->where))
			read_fault(r, "value", _("打印件 %s: %s"), paper->id, err_detail());
		if (!paper->part_count)
			read_fault(r, "paper", _("打印件 %s 是空的"), paper->id);
	}
	for (uint32_t i = 0; i < r->part_count; i++) {
		check_at(r, "papers.csv", r->rows[READ_PARTS][i]);
		if (!i || r->parts[i].paper != r->parts[i - 1].paper)
			table = NULL;
		check_part(r, &r->pack->papers[r->parts[i].paper], &r->parts[i].p, &table);
	}
}
