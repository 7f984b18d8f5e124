#include "config.h"
#include "tui/screens/home/doubt.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <string.h>

void doubt_tell(struct app *app)
{
	char day[16];

	if (app->doubted || kit_says() || !profile_clock_doubtful(app->profile))
		return;
	app->doubted = true;
	kit_say(KIT_SOON, _("设备时间 %s 不对? 按 y 看怎么办"), clock_format_date(app_day(app), day));
}

/* To the minute, as a person says it. */
static const char *put_minute(const struct app *app, int64_t ms, char out[32])
{
	clock_format_time(ms, app_offset(app), out);
	out[10] = ' ';
	out[16] = '\0';
	return out;
}

int doubt_line(struct app *app, WINDOW *win, int y)
{
	enum truetime_word word;
	int64_t now = truetime_now(app->profile, &word);
	struct buf better = { 0 };
	char text[32];

	y = kit_labelled(win, y, KIT_DANGER, _("设备时间"), put_minute(app, app_ms(app), text));
	if (word > TRUETIME_STICK) {
		buf_puts(&better, put_minute(app, now, text));
		if (getmaxx(win) >= KIT_NARROW)
			buf_printf(&better, " (%s)", truetime_word_text(word));
		y = kit_labelled(win, y, KIT_GOOD, _("应是"), buf_str(&better));
	}
	buf_clear(&better);
	return y;
}

int doubt_advice(WINDOW *win, int y)
{
	return y + 1 + kit_paragraph(win, y, 1, getmaxy(win) - y, getmaxx(win) - 2, KIT_SOON,
	                             _("设备时间看来不对: 在手机或电脑的系统设置里对好时间, 或按 t 核对现在几点。记录照常能存, 先后不会乱; 但期限、该做的和别人看到的时间是照它算的。"));
}

enum kit_next doubt_ask(struct app *app, struct kit_view *base, enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	char text[32];

	return kit_open(base, kit_prompt_new(_("核对时间"), _("现在几点? 对着手表、电视或别人的手机看; 设备时间没错就按回车。"), put_minute(app, app_ms(app), text), done));
}

void doubt_answered(struct app *app, const char *answer)
{
	struct truetime_binding b = { TRUETIME_PERSON, clock_wall(), clock_uptime() };
	char text[32];
	int64_t typed, known = truetime_known(app->profile);
	enum err e;

	if (!answer)
		return;
	if (!clock_parse_time(answer, app_offset(app), &typed)) {
		kit_say(KIT_DANGER, _("不是时间: 要像 2026-11-30 08:30"));
		return;
	}
	/* To the minute the device's own second is as good as any. */
	if (typed > b.time || typed <= b.time - 120000)
		b.time = typed;
	if (b.time < truetime_earliest) {
		kit_say(KIT_DANGER, _("不会是 %s: 比本程序还早"), put_minute(app, b.time, text));
		return;
	}
	if ((e = truetime_bind(app->profile, &b)))
		kit_say_error(e);
	else if (b.time < known)
		kit_say(KIT_SOON, _("已记下; 但已知的时间比它晚, 请再看看"));
	else if (profile_clock_doubtful(app->profile))
		kit_say(KIT_SOON, _("已记下; 设备时间还没改对: 请在设置里改"));
	else
		kit_say(KIT_GOOD, _("已记下: 时间是您核对过的"));
}
