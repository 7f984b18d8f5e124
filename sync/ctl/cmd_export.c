#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile.h"

#ifdef WITH_TOWN

#include "sync/town/export.h"

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

enum err cmd_export(struct ctl *c)
{
	const char *csv = ctl_take(c, "--csv"), *xlsx = ctl_take(c, "--xlsx");
	bool full = ctl_flag(c, "--full");
	struct profile *p;
	uint32_t rows;
	enum err e;

	if (!csv == !xlsx)
		return err_set(ERR_USAGE, _("要 --csv 或 --xlsx 其中一个"));
	if ((e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, full || c->pin_file, &p)))
		return e;
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
