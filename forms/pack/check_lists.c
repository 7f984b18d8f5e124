#include "config.h"
#include "forms/pack/check_parts.h"

#include "forms/base/i18n.h"
#include "forms/pack/walk.h"

#include <stdio.h>
#include <string.h>

static bool is_item(const struct form_question *q)
{
	return form_is_asked(q->type) && form_is_stored(q->type);
}

/* The list of codes that a place's flags come from; PACK_NONE when the pack has none. */
static uint32_t flag_codes(const struct pack *p)
{
	uint32_t places = pack_find_register(p, "places");
	uint32_t flags = places == PACK_NONE ? PACK_NONE : pack_find_field(&p->registers[places], "flags");

	return flags == PACK_NONE ? PACK_NONE : p->registers[places].fields[flags].codes;
}

static void check_flag(struct read *r, const char *column, const char *flag)
{
	uint32_t codes = flag_codes(r->pack);

	if (!flag)
		return;
	if (codes == PACK_NONE)
		read_fault(r, column, _("登记簿 places 没有字段 flags, 标志 \"%s\" 无处可勾"), flag);
	else if (!pack_code(r->pack, codes, flag))
		read_fault(r, column, _("标志 \"%s\" 不在词表 %s 里"), flag, r->pack->codes[codes].id);
}

/* ---- items ---- */

static bool due_is_known(const char *due)
{
	unsigned n;
	int used = 0;

	if (!strcmp(due, "即") || !strcmp(due, "now") || !strcmp(due, "案") || !strcmp(due, "plan"))
		return true;
	return sscanf(due, "%3u%n", &n, &used) == 1 && used && (!strcmp(due + used, "h") || !strcmp(due + used, "d"));
}

static void check_level(struct read *r, const struct form_question *q)
{
	static const char *const levels[] = { "G", "G+", "M?", "-" };
	const char *level = q->xc[FORM_XC_LEVEL], *due = q->xc[FORM_XC_DUE];
	uint32_t acts = pack_find_codes(r->pack, "act");
	bool known = false, raises = level && strcmp(level, "-");

	for (size_t i = 0; level && i < sizeof levels / sizeof *levels; i++)
		known |= !strcmp(level, levels[i]);
	if (level && !known)
		read_fault(r, "bind::xc:level", _("\"%s\" 不是 G G+ M? - 之一"), level);
	if (due && !due_is_known(due))
		read_fault(r, "bind::xc:due", _("\"%s\" 不是期限; 可写 即 24h 3d 7d 15d 30d 案"), due);
	if (raises && !due)
		read_fault(r, "bind::xc:due", _("%s 不合格会记隐患, 要写期限"), q->name);
	if (raises && !q->xc[FORM_XC_FAIL])
		read_fault(r, "bind::xc:fail", _("%s 有级别, 却没写什么情况算不合格"), q->name);
	if (!raises && q->xc[FORM_XC_FAIL])
		read_fault(r, "bind::xc:level", _("%s 写了不合格的条件, 却没有级别"), q->name);
	if (q->xc[FORM_XC_ACT] && acts != PACK_NONE && !pack_code(r->pack, acts, q->xc[FORM_XC_ACT]))
		read_fault(r, "bind::xc:act", _("词表 act (codes.csv) 里没有 \"%s\""), q->xc[FORM_XC_ACT]);
}

static void check_items(struct read *r, const struct read_form *list)
{
	for (uint32_t i = 0; i < list->form->question_count; i++) {
		const struct form_question *q = &list->form->questions[i];

		check_at(r, list->file, q->row);
		check_flag(r, "bind::xc:flag", q->xc[FORM_XC_FLAG]);
		if (!is_item(q))
			continue;
		check_level(r, q);
		for (const struct read_form *other = r->lists; other < list; other++)
			if (form_find(other->form, q->name, 0) != FORM_NONE)
				read_fault(r, "name", _("项目编号 \"%s\" 已被 %s 用了; 编号不能重用"), q->name, other->file);
	}
}

/* ---- what kinds call ---- */

static bool is_called(const struct pack *p, const char *list)
{
	size_t len = strlen(list);

	for (uint32_t i = 0; i < p->kind_list_count; i++)
		if (!strncmp(p->kind_lists[i].list, list, len) && (!p->kind_lists[i].list[len] || p->kind_lists[i].list[len] == ':'))
			return true;
	return false;
}

static void check_calls(struct read *r)
{
	for (uint32_t i = 0; i < r->kind_list_count; i++) {
		const struct pack_kind_list *line = &r->kind_lists[i].l;
		size_t len = strcspn(line->list, ":");

		check_at(r, "kinds.csv", r->rows[READ_KIND_LISTS][i]);
		check_flag(r, "flag", line->flag);
		if (!walk_find_list(r, line->list))
			read_fault(r, "list", _("lists/ 里没有清单 \"%.*s\""), (int)len, line->list);
		else if (!walk_has_part(r, line->list))
			read_fault(r, "list", _("\"%s\" 要写成 清单:第一项..最后一项, 两项都要在这张清单里"), line->list);
		for (uint32_t k = 0; k < i; k++) {
			const struct read_kind_list *other = &r->kind_lists[k];

			if (other->kind == r->kind_lists[i].kind && strcspn(other->l.list, ":") == len && !memcmp(other->l.list, line->list, len))
				read_fault(r, "list", _("类别 %s 已经叫了清单 \"%.*s\" (第 %u 行)"), r->pack->kinds[other->kind].id, (int)len, line->list,
				           r->rows[READ_KIND_LISTS][k]);
		}
	}
}

void check_lists(struct read *r)
{
	for (uint32_t i = 0; i < r->list_count; i++) {
		check_items(r, &r->lists[i]);
		check_at(r, r->lists[i].file, 0);
		if (!is_called(r->pack, r->lists[i].form->id))
			read_warn(r, NULL, _("没有类别 (kinds.csv) 叫这张清单"));
	}
	check_calls(r);
}
