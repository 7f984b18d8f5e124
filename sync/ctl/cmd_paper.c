#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"

#ifdef WITH_TOWN

#include "sync/ledger/rows/row.h"
#include "forms/base/clock.h"
#include "sync/town/notice.h"
#include "sync/town/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err print_cards(struct ctl *c, struct profile *p, const char *path)
{
	struct jdoc *j;
	uint32_t count = 0;
	enum err e = notice_cards(p, path, &count);

	if (e)
		return e;
	j = jdoc_object();
	jdoc_put_text(j, "file", path);
	jdoc_put_integer(j, "cards", count);
	ctl_answer(c, j);
	ctl_say(c, _("%s: %u 张处置卡"), path, count);
	return ERR_OK;
}

enum err cmd_notice(struct ctl *c)
{
	const char *path, *paper = ctl_take(c, "--paper"), *scale = ctl_take(c, "--scale"), *title = NULL;
	struct notice_how how = { .full = ctl_flag(c, "--full"), .scale = scale ? scale : getenv("XUNCHA_SCALE") };
	struct profile *p;
	struct row_id row;
	struct jdoc *j;
	char reg[64];
	enum err e;

	if ((e = ctl_need(c, "--out", &path)) || (e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, how.full || c->pin_file, &p)))
		return e;
	if (!strcmp(c->argv[0], "cards"))
		return print_cards(c, p, path);
	if ((e = ctl_row(c, c->argv[0], reg, &row)) || (e = notice_row(p, &row, paper, &how, path, &title)))
		return e;
	j = jdoc_object();
	jdoc_put_text(j, "file", path);
	jdoc_put_text(j, "title", title);
	ctl_answer(c, j);
	ctl_say(c, "%s: %s", path, title);
	return ERR_OK;
}

/* "2026" or "2026-07"; neither: the month before this one, which is over. */
static enum err take_period(const struct pack *pk, const char *month, const char *year, int *y, int *m)
{
	struct clock_date today = clock_date(clock_day_of(clock_wall(), pk->utc_offset));
	char day[16];
	int32_t first;

	snprintf(day, sizeof day, month ? "%.8s-01" : "%.5s-01-01", month ? month : year ? year : "2000");
	if ((month && year) || (month && strlen(month) != 7) || (year && strlen(year) != 4) || !clock_parse_date(day, &first))
		return err_set(ERR_USAGE, _("报告的时间要写成 --month 2026-07 或 --year 2026"));
	if (month || year) {
		*y = clock_date(first).year;
		*m = month ? clock_date(first).month : 0;
	} else {
		*y = today.month > 1 ? today.year : today.year - 1;
		*m = today.month > 1 ? today.month - 1 : 12;
	}
	return ERR_OK;
}

enum err cmd_report(struct ctl *c)
{
	const char *path, *month = ctl_take(c, "--month"), *year = ctl_take(c, "--year"), *outlines = ctl_take(c, "--outlines");
	const struct pack *pk;
	struct profile *p;
	struct jdoc *j;
	int y = 0, m = 0;
	enum err e;

	if ((e = ctl_need(c, "--html", &path)) || (e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)) || (e = ctl_pack(c, &pk)))
		return e;
	if ((e = take_period(pk, month, year, &y, &m)) || (e = report_html(p, y, m, outlines, path)))
		return e;
	j = jdoc_object();
	jdoc_put_text(j, "file", path);
	jdoc_put_integer(j, "year", y);
	jdoc_put_integer(j, "month", m);
	ctl_answer(c, j);
	ctl_say(c, "%s", path);
	return ERR_OK;
}

#else

static enum err not_here(void)
{
	return err_set(ERR_UNSUPPORTED, _("这个程序没有编入乡镇部分 (--without-town), 请在乡镇的电脑上打印"));
}

enum err cmd_report(struct ctl *c)
{
	(void)c;
	return not_here();
}

enum err cmd_notice(struct ctl *c)
{
	(void)c;
	return not_here();
}

#endif
