#include "config.h"
#include "tui/screens/device/enrol.h"

#include "forms/base/i18n.h"
#include "sync/exchange/trust/enrol_online.h"
#include "sync/keys/enrol.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One key for both ways: what is granted is fetched, else the request is handed in (again). Step 0 tells before it waits. */
struct asking { struct app *app; char url[SETTING_TEXT]; char *digits; struct buf *grant; int step; bool waits; };

static void keep_url(struct asking *x)
{
	struct buf path = { 0 };

	if (strcmp(x->app->settings.sync_url, x->url)) {
		snprintf(x->app->settings.sync_url, sizeof x->app->settings.sync_url, "%s", x->url);
		if (settings_write(profile_path(x->app->profile, "settings", &path), &x->app->settings))
			kit_say_error(ERR_IO);
	}
	buf_clear(&path);
}

static enum err step(void *user, struct kit_progress *p)
{
	struct asking *x = user;
	struct buf request = { 0 };
	enum err e;

	if (!x->step++) {
		snprintf(p->now, sizeof p->now, _("连接 %s …"), x->url);
		return ERR_OK;
	}
	e = enrol_online_request(x->app->profile, x->app->wanted_label, &request);
	if (!e)
		e = enrol_online_fetch(x->url, &request, x->grant);
	x->waits = e == ERR_HELD;
	if (!e || x->waits) {
		keys_request_digits(request.data, request.len, x->digits);
		keep_url(x);
		e = ERR_OK;
	}
	buf_clear(&request);
	p->finished = true;
	return e;
}

static void report(void *user, bool stopped, enum err e, struct buf *out)
{
	struct asking *x = user;

	if (e)
		buf_printf(out, _("没有办成: %s。申请还在本机, 什么都没丢, 可以再试, 也可以改用文件。"), err_detail());
	else if (x->waits)
		buf_printf(out, _("申请在乡镇的服务那里, 还没有批准。打电话念给乡镇核对:  %s\n批准以后再按一次 3。"), x->digits);
	else if (!stopped)
		buf_puts(out, _("取回来了。下一步打乡镇念给您的 32 位数, 对上才算入网。"));
}

struct kit_view *screen_enrol_online_new(struct app *app, const char *url, char *digits, struct buf *grant)
{
	struct asking *x = calloc(1, sizeof *x);

	if (!x)
		return NULL;
	x->app = app;
	x->digits = digits;
	x->grant = grant;
	snprintf(x->url, sizeof x->url, "%s", url);
	return kit_progress_new(_("用网络入网"), (struct kit_work){ .step = step, .report = report, .close = free, .user = x });
}
