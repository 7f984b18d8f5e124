#include "config.h"
#include "forms/pack/read.h"

#include "forms/base/i18n.h"
#include "forms/pack/season.h"
#include "forms/pack/threshold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- kinds.csv ---- */

static void kind_line(struct read *r, struct pack_table *t)
{
	const char *id = read_id(r, t, "id"), *list = pack_table_get(t, "list");
	struct pack_kind *kind;
	struct read_kind_list *line;
	uint32_t at;
	char walk[96];

	if (!id)
		return;
	if ((at = pack_find_kind(r->pack, id)) == PACK_NONE) {
		at = r->pack->kind_count;
		if (!(kind = read_add(r, READ_KINDS, &r->pack->kinds, &r->pack->kind_count, sizeof *kind)))
			return;
		snprintf(walk, sizeof walk, "walk_%s", id);
		*kind = (struct pack_kind){
			.id = id, .label = read_names(r, t), .group = read_string(r, pack_table_get(t, "group")),
			.department = read_string(r, pack_table_get(t, "department")), .scheme = read_string(r, pack_table_get(t, "scheme")), .walk = read_string(r, walk)
		};
	}
	if (!*list) {
		read_fault(r, "list", _("类别 %s 的这一行没写清单"), id);
		return;
	}
	if ((line = read_add(r, READ_KIND_LISTS, &r->kind_lists, &r->kind_list_count, sizeof *line)))
		*line = (struct read_kind_list){ at, { read_string(r, list), read_string(r, pack_table_get(t, "flag")) } };
}

/* Put the lists under their kinds, in the order of the file. */
static void gather_kind_lists(struct read *r)
{
	struct pack *p = r->pack;

	if (!(p->kind_lists = read_alloc(r, r->kind_list_count * sizeof *p->kind_lists)))
		return;
	for (uint32_t k = 0; k < p->kind_count; k++) {
		p->kinds[k].first_list = p->kind_list_count;
		for (uint32_t i = 0; i < r->kind_list_count; i++)
			if (r->kind_lists[i].kind == k)
				p->kind_lists[p->kind_list_count++] = r->kind_lists[i].l;
		p->kinds[k].list_count = p->kind_list_count - p->kinds[k].first_list;
	}
}

/* ---- thresholds.csv ---- */

static void threshold_line(struct read *r, struct pack_table *t)
{
	const char *op = pack_table_get(t, "op"), *value = pack_table_get(t, "value"), *kind = pack_table_get(t, "kind");
	struct pack_threshold *line;
	char *end;

	if (!*pack_table_get(t, "scheme") || !*pack_table_get(t, "metric"))
		read_fault(r, *pack_table_get(t, "scheme") ? "metric" : "scheme", _("是空的"));
	if (pack_find_kind(r->pack, kind) == PACK_NONE)
		read_fault(r, "kind", _("没有类别 \"%s\" (kinds.csv)"), kind);
	if (strcmp(op, "<") && strcmp(op, "<=") && strcmp(op, ">") && strcmp(op, ">="))
		read_fault(r, "op", _("\"%s\" 不是 < <= > >= 之一"), op);
	strtod(value, &end);
	if (!strcmp(pack_table_get(t, "scheme"), THRESHOLD_READING)) {
		if (value[0] != '@' || !value[1])
			read_fault(r, "value", _("\"%s\" 要写成 @ 加场所的字段名, 如 @warn_level"), value);
	} else if (!*value || *end) {
		read_fault(r, "value", _("\"%s\" 不是数"), value);
	}
	if ((line = read_add(r, READ_THRESHOLDS, &r->pack->thresholds, &r->pack->threshold_count, sizeof *line)))
		*line = (struct pack_threshold){
			read_string(r, pack_table_get(t, "scheme")), read_string(r, kind), read_string(r, pack_table_get(t, "metric")), read_string(r, op), read_string(r, value)
		};
}

/* ---- seasons.csv ---- */

static const char *season_cell(struct read *r, struct pack_table *t, const char *column)
{
	const char *cell = pack_table_get(t, column);
	char text[16];
	int month, day;

	if (!season_read_day(cell, &month, &day)) {
		read_fault(r, column, _("\"%s\" 不是日子; 写成 11-01"), cell);
		return NULL;
	}
	snprintf(text, sizeof text, "%02d-%02d", month, day);
	return read_string(r, text);
}

static void season_line(struct read *r, struct pack_table *t)
{
	const char *id = read_id(r, t, "id"), *province = pack_table_get(t, "province"), *from = season_cell(r, t, "from"), *to = season_cell(r, t, "to");
	struct pack_season *line;

	if (id && from && to && (line = read_add(r, READ_SEASONS, &r->pack->seasons, &r->pack->season_count, sizeof *line)))
		*line = (struct pack_season){ id, strcmp(province, "*") ? read_string(r, province) : NULL, from, to, read_string(r, pack_table_get(t, "source")) };
}

void read_kinds(struct read *r)
{
	uint32_t before = r->errors;

	read_table(r, "kinds", true, kind_line);
	gather_kind_lists(r);
	if (r->errors == before)
		read_table(r, "thresholds", false, threshold_line);
	read_table(r, "seasons", false, season_line);
}

/* ---- exports.csv ---- */

static bool column_type(const char *cell, enum pack_column_type *out)
{
	static const char *const words[] = { "text", "integer", "decimal", "date", "datetime", "file" };      /* as enum pack_column_type */

	for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(cell, words[i])) {
			*out = (enum pack_column_type)i;
			return true;
		}
	return !*cell;
}

/* "REGISTER" or "REGISTER where EXPRESSION". */
static void ledger_head(struct read *r, struct pack_table *t, struct pack_ledger *ledger)
{
	const char *value = pack_table_get(t, "value");
	size_t len = strcspn(value, " ");
	const char *rest = value + len + strspn(value + len, " ");
	char name[64];

	snprintf(name, sizeof name, "%.*s", (int)len, value);
	if (ledger->title) {
		read_fault(r, "order", _("台账 %s 的第 0 行写了两次"), ledger->id);
		return;
	}
	ledger->title = read_string(r, pack_table_get(t, "heading"));
	if (!ledger->title)
		read_fault(r, "heading", _("台账 %s 没有标题"), ledger->id);
	if ((ledger->reg = pack_find_register(r->pack, name)) == PACK_NONE)
		read_fault(r, "value", _("没有登记簿 \"%s\" (registers.csv)"), name);
	if (*rest && strncmp(rest, "where ", 6))
		read_fault(r, "value", _("登记簿后面的条件要写成 where 表达式"));
	else if (*rest)
		ledger->where = read_string(r, rest + 6);
}

static void ledger_line(struct read *r, struct pack_table *t)
{
	const char *id = read_id(r, t, "ledger");
	uint32_t order, at = id ? pack_find_ledger(r->pack, id) : PACK_NONE;
	struct pack_ledger *ledger;
	struct read_column *line;

	if (!id)
		return;
	if (!read_number(pack_table_get(t, "order"), 1000, &order)) {
		read_fault(r, "order", _("\"%s\" 不是顺序号 (0 是标题行)"), pack_table_get(t, "order"));
		return;
	}
	if (at == PACK_NONE) {
		if (!(ledger = read_add(r, READ_ROWS, &r->pack->ledgers, &r->pack->ledger_count, sizeof *ledger)))
			return;
		*ledger = (struct pack_ledger){ .id = id, .reg = PACK_NONE };
		at = r->pack->ledger_count - 1;
	}
	ledger = &r->pack->ledgers[at];
	if (!order) {
		ledger_head(r, t, ledger);
		return;
	}
	if (!(line = read_add(r, READ_COLUMNS, &r->columns, &r->column_count, sizeof *line)))
		return;
	*line = (struct read_column){ .ledger = ledger->id, .order = (int32_t)order };
	line->c.heading = read_string(r, pack_table_get(t, "heading"));
	line->c.value = read_string(r, pack_table_get(t, "value"));
	line->c.class = read_class(r, t);
	if (!line->c.heading)
		read_fault(r, "heading", _("没有列名"));
	if (!column_type(pack_table_get(t, "type"), &line->c.type))
		read_fault(r, "type", _("\"%s\" 不是 text integer decimal date datetime file 之一"), pack_table_get(t, "type"));
	if (*pack_table_get(t, "width") && !read_number(pack_table_get(t, "width"), 255, &line->c.width))
		read_fault(r, "width", _("\"%s\" 不是宽度"), pack_table_get(t, "width"));
}

/* Put the columns under their ledgers, by order. */
static void gather_columns(struct read *r)
{
	for (uint32_t l = 0; l < r->pack->ledger_count; l++) {
		struct pack_ledger *ledger = &r->pack->ledgers[l];

		for (uint32_t i = 0; i < r->column_count; i++)
			ledger->column_count += !strcmp(r->columns[i].ledger, ledger->id);
		if (!(ledger->columns = read_alloc(r, ledger->column_count * sizeof *ledger->columns)))
			return;
		ledger->column_count = 0;
		for (int32_t last = -1, next; ; last = next) {
			next = INT32_MAX;
			for (uint32_t i = 0; i < r->column_count; i++)
				if (!strcmp(r->columns[i].ledger, ledger->id) && r->columns[i].order > last && r->columns[i].order < next)
					next = r->columns[i].order;
			if (next == INT32_MAX)
				break;
			for (uint32_t i = 0; i < r->column_count; i++)
				if (!strcmp(r->columns[i].ledger, ledger->id) && r->columns[i].order == next)
					ledger->columns[ledger->column_count++] = r->columns[i].c;
		}
		if (!ledger->title) {
			r->row = 0;
			read_fault(r, "order", _("台账 %s 没有第 0 行 (标题和登记簿)"), ledger->id);
		}
	}
}

void read_ledgers(struct read *r)
{
	read_table(r, "exports", false, ledger_line);
	r->file = "exports.csv";
	gather_columns(r);
}
