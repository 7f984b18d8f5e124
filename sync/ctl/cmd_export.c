#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"

#ifdef WITH_TOWN

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "sync/ledger/rows/row.h"
#include "sync/town/export.h"

#include <stdio.h>
#include <string.h>

static enum err answer_count(struct ctl *c, enum err e, const char *path, uint32_t rows)
{
	struct jdoc *j;

	if (e)
		return e;
	j = jdoc_object();
	jdoc_put_text(j, "file", path);
	jdoc_put_integer(j, "rows", rows);
	ctl_answer(c, j);
	ctl_say(c, _("%s: %u 行"), path, rows);
	return ERR_OK;
}

/* "YYYY-MM" for ledgers that count by the month (tally() of the pack). */
static enum err take_month(struct profile *p, const char *month)
{
	char day[16];
	int32_t first;

	if (!month)
		return ERR_OK;
	snprintf(day, sizeof day, "%.8s-01", month);
	if (strlen(month) != 7 || !clock_parse_date(day, &first))
		return err_set(ERR_USAGE, _("--month %s: 要写成 2026-07"), month);
	row_tally_month(p, clock_date(first).year, clock_date(first).month);
	return ERR_OK;
}

static enum err export_all(struct ctl *c, struct profile *p, bool xlsx, bool full, const char *dir)
{
	struct jdoc *all = jdoc_array();
	const struct pack *pk;
	struct buf path = { 0 };
	enum err e = ctl_pack(c, &pk);

	if (!e)
		e = fs_make_dir(dir);
	for (uint32_t i = 0; !e && i < pk->ledger_count; i++) {
		struct jdoc *j = jdoc_object();
		uint32_t rows = 0;

		export_path(dir, pk->ledgers[i].title, xlsx ? "xlsx" : "csv", &path);
		e = export_ledger(p, pk->ledgers[i].id, xlsx, full, buf_str(&path), &rows);
		jdoc_put_text(j, "ledger", pk->ledgers[i].id);
		jdoc_put_text(j, "file", buf_str(&path));
		jdoc_put_integer(j, "rows", rows);
		jdoc_push(all, j);
		if (!e)
			ctl_say(c, _("%s: %u 行"), buf_str(&path), rows);
	}
	buf_clear(&path);
	ctl_answer(c, all);
	return e;
}

enum err cmd_export(struct ctl *c)
{
	const char *month = ctl_take(c, "--month");
	const char *csv = ctl_take(c, "--csv"), *xlsx = ctl_take(c, "--xlsx");
	bool full = ctl_flag(c, "--full");
	struct profile *p;
	uint32_t rows;
	enum err e;

	if (!csv == !xlsx)
		return err_set(ERR_USAGE, _("要 --csv 或 --xlsx 其中一个"));
	if ((e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, full || c->pin_file, &p)))
		return e;
	if ((e = take_month(p, month)))
		return e;
	if (!strcmp(c->argv[0], "all"))
		return export_all(c, p, xlsx != NULL, full, xlsx ? xlsx : csv);
	e = export_ledger(p, c->argv[0], xlsx != NULL, full, xlsx ? xlsx : csv, &rows);
	return answer_count(c, e, xlsx ? xlsx : csv, rows);
}

enum err cmd_export_map(struct ctl *c)
{
	const char *path;
	struct profile *p;
	uint32_t rows;
	enum err e;

	if ((e = ctl_need(c, "--geojson", &path)) || (e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	e = export_map(p, path, &rows);
	return answer_count(c, e, path, rows);
}

enum err cmd_export_jsonl(struct ctl *c)
{
	bool full = ctl_flag(c, "--full");
	struct profile *p;
	uint32_t rows;
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, full || c->pin_file, &p)))
		return e;
	e = export_jsonl(p, c->argv[0], full, &rows);
	return answer_count(c, e, c->argv[0], rows);
}

#else

static enum err not_here(void)
{
	return err_set(ERR_UNSUPPORTED, _("这个程序没有编入乡镇部分 (--without-town), 请在乡镇的电脑上导出"));
}

enum err cmd_export(struct ctl *c)       { (void)c; return not_here(); }
enum err cmd_export_map(struct ctl *c)   { (void)c; return not_here(); }
enum err cmd_export_jsonl(struct ctl *c) { (void)c; return not_here(); }

#endif
