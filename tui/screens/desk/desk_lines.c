#include "config.h"
#include "tui/screens/desk/desk_view.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3)))
static void say(struct desk_line *l, const char *fmt, ...)
{
	size_t n = strlen(l->words);
	va_list ap;

	if (n)
		n += (size_t)snprintf(l->words + n, DESK_WORDS - n, "  ");
	va_start(ap, fmt);
	if (n < DESK_WORDS)
		vsnprintf(l->words + n, DESK_WORDS - n, fmt, ap);
	va_end(ap);
}

static void line_came(const struct board *b, struct desk_line *l)
{
	l->what = _("到了");
	say(l, _("今天 %u 包 %u 条"), b->came, b->came_events);
	if (b->status.gaps)
		say(l, _("缺段 %u 台"), b->status.gaps);
	if (b->status.splits)
		say(l, _("分叉 %u 台"), b->status.splits);
	if (b->status.refused)
		say(l, _("隔离 %u 包"), b->status.refused);
	if (b->status.held)
		say(l, _("等证书 %u 包"), b->status.held);
	if (b->asked)
		say(l, _("申请 %u"), b->asked);
	if (b->conflicts)
		say(l, _("冲突 %u"), b->conflicts);
	if (b->proposals)
		say(l, _("提请 %u"), b->proposals);
	l->role = b->status.splits || b->status.refused ? KIT_DANGER : b->status.gaps || b->conflicts || b->asked ? KIT_SOON : KIT_PLAIN;
}

/* "2天4时", "5时", "40分". */
static void age(int64_t ms, char *out, size_t size)
{
	int64_t minutes = ms > 0 ? ms / 60000 : 0;

	if (minutes >= 1440)
		snprintf(out, size, _("%d天%d时"), (int)(minutes / 1440), (int)(minutes % 1440 / 60));
	else if (minutes >= 60)
		snprintf(out, size, _("%d时"), (int)(minutes / 60));
	else
		snprintf(out, size, _("%d分"), (int)minutes);
}

static void line_verify(const struct desk *d, struct desk_line *l)
{
	const struct board *b = &d->board;
	char old[32];

	l->what = _("要核实");
	say(l, _("疑似重大 %u"), b->verify);
	if (b->verify) {
		age(app_ms(d->app) - b->verify_since, old, sizeof old);
		say(l, _("最久 %s"), old);
	}
	l->role = b->verify ? KIT_DANGER : KIT_PLAIN;
}

static void line_whistle(const struct board *b, struct desk_line *l)
{
	l->what = _("吹哨");
	say(l, _("等部门 %u"), b->whistled);
	if (b->whistle_late && *b->whistle_who)
		say(l, _("超时 %u (%s %d天)"), b->whistle_late, b->whistle_who, (int)b->whistle_days);
	else if (b->whistle_late)
		say(l, _("超时 %u"), b->whistle_late);
	l->role = b->whistle_late ? KIT_SOON : KIT_PLAIN;
}

static void line_listed(const struct board *b, struct desk_line *l)
{
	l->what = _("挂牌");
	say(l, _("在办 %u"), b->listed);
	if (b->listed_soon)
		say(l, _("7日内到期 %u"), b->listed_soon);
	if (b->asked_longer)
		say(l, _("要延期 %u"), b->asked_longer);
	l->role = b->listed_soon || b->asked_longer ? KIT_SOON : KIT_PLAIN;
}

static void line_late(const struct board *b, struct desk_line *l)
{
	l->what = _("逾期");
	say(l, _("整改 %u"), b->fix_late);
	say(l, _("复查 %u"), b->recheck_late);
	if (b->recheck)
		say(l, _("等复查 %u"), b->recheck);
	l->role = b->fix_late || b->recheck_late ? KIT_DANGER : KIT_PLAIN;
}

static int by_owing(const void *x, const void *y)
{
	const struct board_owed *a = x, *b = y;

	return (a->owing < b->owing) - (a->owing > b->owing);
}

static void line_owed(struct desk *d, struct desk_line *l)
{
	struct board *b = &d->board;
	uint32_t all = 0;

	l->what = _("欠账");
	if (!b->owed_known) {
		say(l, "%s", _("正在算"));
		return;
	}
	qsort(b->owed, b->owed_count, sizeof *b->owed, by_owing);
	for (uint32_t i = 0; i < b->owed_count; i++)
		all += b->owed[i].owing;
	say(l, _("%d月 欠 %u"), clock_date(b->day).month, all);
	for (uint32_t i = 0; i < b->owed_count && i < 3 && b->owed[i].owing; i++)
		say(l, _("%s %u/%u"), pack_name(&b->owed[i].duty->label, i18n_language()), b->owed[i].owing, b->owed[i].subjects);
}

static void line_warnings(const struct board *b, struct desk_line *l)
{
	l->what = _("预警");
	if (!b->warning_count)
		say(l, "%s", _("没有在叫应的"));
	for (uint32_t i = 0; i < b->warning_count; i++) {
		const struct board_warning *w = &b->warnings[i];

		say(l, _("%u/%u 村已完成叫应"), w->done, w->villages);
		if (w->minutes >= 0 && *w->slowest)
			say(l, _("最慢 %s %lld 分"), w->slowest, (long long)w->minutes);
		say(l, "%s", w->words);
		if (w->done < w->villages)
			l->role = KIT_DANGER;
	}
}

void desk_fill_lines(struct desk *d)
{
	memset(d->lines, 0, sizeof d->lines);
	line_came(&d->board, &d->lines[0]);
	line_verify(d, &d->lines[1]);
	line_whistle(&d->board, &d->lines[2]);
	line_listed(&d->board, &d->lines[3]);
	line_late(&d->board, &d->lines[4]);
	line_owed(d, &d->lines[5]);
	line_warnings(&d->board, &d->lines[6]);
}
