#include "config.h"
#include "tui/screens/doubt.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile.h"
#include "tui/kit/draw.h"

void doubt_tell(struct app *app)
{
	char day[16];

	if (app->doubted || kit_says() || !profile_clock_doubtful(app->profile))
		return;
	app->doubted = true;
	kit_say(KIT_SOON, _("设备时间 %s 不对? 按 y 看怎么办"), clock_format_date(app_day(app), day));
}

int doubt_line(struct app *app, WINDOW *win, int y)
{
	char text[32];

	clock_format_time(app_ms(app), app_offset(app), text);
	text[10] = ' ';
	text[16] = '\0';
	return kit_labelled(win, y, KIT_DANGER, _("设备时间"), text);
}

int doubt_advice(WINDOW *win, int y)
{
	return y + 1 + kit_paragraph(win, y, 1, getmaxy(win) - y, getmaxx(win) - 2, KIT_SOON,
	                             _("设备时间看来不对: 在手机或电脑的系统设置里对好时间。记录照常能存, 先后不会乱; 但期限、该做的和别人看到的时间是照它算的。"));
}
