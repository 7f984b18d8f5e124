#include "config.h"
#include "forms/pack/check_parts.h"

#include "forms/base/i18n.h"
#include "forms/pack/due.h"
#include "forms/pack/rowexpr.h"

#include <string.h>

/* ---- duties ---- */

static bool names_subject(const struct pack *p, uint32_t counts, uint32_t subject)
{
	for (uint32_t i = 0; i < p->registers[counts].field_count; i++)
		if (p->registers[counts].fields[i].target == subject)
			return true;
	return counts == subject;
}

/* Can anybody make, or at least change, a row that would count? */
static bool can_be_paid(const struct pack *p, uint32_t reg)
{
	for (uint32_t f = 0; f < p->form_count; f++)
		for (uint32_t e = 0; e < p->forms[f].entity_count; e++)
			if (p->forms[f].entities[e].reg == reg)
				return true;
	return false;
}

static void check_risk(struct read *r, const struct pack_duty *d, uint32_t subject)
{
	uint32_t risk = pack_find_field(&r->pack->registers[subject], "risk");

	if (!d->risk)
		return;
	if (risk == PACK_NONE) {
		read_fault(r, "risk", _("登记簿 %s 没有字段 risk"), d->subject_register);
		return;
	}
	uint32_t codes = r->pack->registers[subject].fields[risk].codes;

	for (const char **word = codes == PACK_NONE ? NULL : read_words(r, d->risk); word && *word; word++)
		if (!pack_code(r->pack, codes, *word))
			read_fault(r, "risk", _("词表 %s 里没有 \"%s\""), r->pack->codes[codes].id, *word);
}

static void check_duty(struct read *r, const struct pack_duty *d)
{
	uint32_t subject = pack_find_register(r->pack, d->subject_register), counts = pack_find_register(r->pack, d->counts_register);

	if (d->label.en == d->label.zh)
		read_warn(r, "en", _("\"%s\" 没有英文"), d->label.zh);
	if (d->subject_filter && rowexpr_check(r->pack, subject, d->subject_filter))
		read_fault(r, "subject_filter", "%s", err_detail());
	if (d->counts_filter && rowexpr_check(r->pack, counts, d->counts_filter))
		read_fault(r, "counts_filter", "%s", err_detail());
	if (!names_subject(r->pack, counts, subject))
		read_fault(r, "counts_register", _("%s 里没有指向 %s 的字段 (类型 row %s), 算不到谁头上"), d->counts_register, d->subject_register, d->subject_register);
	if (!can_be_paid(r->pack, counts))
		read_fault(r, "counts_register", _("没有表单能记进 %s, 这份职责没法完成"), d->counts_register);
	check_risk(r, d, subject);
	if (d->param && !pack_param(r->pack, d->param))
		read_warn(r, "param", _("pack.csv 里没有参数 \"%s\"; 按这一行的 n 和 period"), d->param);
	if (!d->source)
		read_warn(r, "source", _("职责 %s 没写出处"), d->id);
}

void check_duties(struct read *r)
{
	for (uint32_t i = 0; i < r->pack->duty_count; i++) {
		check_at(r, "duties.csv", r->rows[READ_DUTIES][i]);
		check_duty(r, &r->pack->duties[i]);
	}
}

/* ---- exports ---- */

void check_ledgers(struct read *r)
{
	for (uint32_t i = 0; i < r->column_count; i++) {
		const struct read_column *c = &r->columns[i];
		uint32_t at = pack_find_ledger(r->pack, c->ledger);
		uint32_t reg = r->pack->ledgers[at].reg;

		check_at(r, "exports.csv", r->rows[READ_COLUMNS][i]);
		if (c->c.value && rowexpr_check(r->pack, reg, c->c.value))
			read_fault(r, "value", "%s", err_detail());
		for (uint32_t k = 0; k < i; k++)
			if (!strcmp(r->columns[k].ledger, c->ledger) && r->columns[k].order == c->order)
				read_fault(r, "order", _("台账 %s 的第 %d 列写了两次 (第 %u 行)"), c->ledger, (int)c->order, r->rows[READ_COLUMNS][k]);
	}
	for (uint32_t i = 0; i < r->pack->ledger_count; i++) {
		const struct pack_ledger *l = &r->pack->ledgers[i];

		check_at(r, "exports.csv", 0);
		if (l->where && rowexpr_check(r->pack, l->reg, l->where))
			read_fault(r, "value", _("台账 %s: %s"), l->id, err_detail());
		if (!l->column_count)
			read_fault(r, "ledger", _("台账 %s 没有列"), l->id);
	}
}
