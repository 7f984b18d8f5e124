#include "config.h"
#include "tui/screens/device/whereabouts.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/expr/expr.h"
#include "sync/ledger/log/truetime.h"
#include "tui/screens/device/outside.h"

#include <stdio.h>
#include <string.h>

static struct { struct outside job; char found[96]; int64_t at /* uptime */, heard /* the time, not offered yet */; double lat, lon; } here;

static bool fresh(void)
{
	return *here.found && clock_uptime() - here.at < WHEREABOUTS_MINUTES * 60000;
}

/* Take what the receiver said, when it is done. A failure is silent: the next asking tries again. */
static void collect(int ms)
{
	struct buf position = { 0 };
	enum err e;

	if (!here.job.pid)
		return;
	/* All that stands in the pipe: what is printed comes in pieces. */
	for (int i = 0; i < 8; i++)
		if (outside_over(&here.job, i ? 0 : ms, &e)) {
			if (!e && !outside_position(buf_str(&here.job.out), &position, &here.heard) && position.len < sizeof here.found &&
			    sscanf(buf_str(&position), "%lf %lf", &here.lat, &here.lon) == 2) {
				snprintf(here.found, sizeof here.found, "%s", buf_str(&position));
				here.at = clock_uptime();
			}
			outside_stop(&here.job);
			break;
		}
	buf_clear(&position);
}

void whereabouts_heard(struct app *app, int64_t time, int64_t uptime)
{
	if (time)
		truetime_offer(app->profile, &(struct truetime_binding){ TRUETIME_GPS, time, uptime });
}

static void take(struct app *app)
{
	collect(0);
	whereabouts_heard(app, here.heard, here.at);
	here.heard = 0;
}

void whereabouts_ask(struct app *app)
{
	take(app);
	if (!here.job.pid && *app->settings.position && (!fresh() || clock_uptime() - here.at > 60000) &&
	    outside_start(&here.job, app->settings.position, NULL))
		outside_stop(&here.job);
}

const char *whereabouts_now(struct app *app)
{
	take(app);
	return fresh() ? here.found : NULL;
}

bool whereabouts_runs(int ms)
{
	collect(ms);
	return here.job.pid != 0;
}

double whereabouts_metres(struct app *app, const char *position)
{
	char crs[16] = "WGS84";
	double lat, lon;

	/* A receiver speaks WGS84; CGCS2000 differs from it by centimetres, the others by hundreds of metres. */
	if (!whereabouts_now(app) || sscanf(position, "%lf %lf %*s %*s %15s", &lat, &lon, crs) < 2 ||
	    (strcmp(crs, "WGS84") && strcmp(crs, "CGCS2000")))
		return -1;
	return expr_distance(here.lat, here.lon, lat, lon);
}

void whereabouts_words(double metres, struct buf *out)
{
	if (metres < 0)
		return;
	if (metres < 995)
		buf_printf(out, _("约 %d 米"), (int)(metres / 10 + 0.5) * 10);
	else
		buf_printf(out, _("约 %.1f 公里"), metres / 1000);
}

void whereabouts_stop(void)
{
	outside_stop(&here.job);
	*here.found = '\0';
	here.heard = 0;
}
