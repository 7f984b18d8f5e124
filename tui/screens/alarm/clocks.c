#include "config.h"
#include "tui/screens/alarm/clocks.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>

enum { MINUTE = 60000, HOUR = 3600, SOON = 120 /* seconds */ };

int64_t clocks_time(struct app *app, const struct row *row, const char *field)
{
	struct buf text = { 0 };
	int64_t ms = 0;

	words_stored(app, row, field, &text);
	if (!text.len || !clock_parse_time(buf_str(&text), app->pack->utc_offset, &ms))
		ms = 0;
	buf_clear(&text);
	return ms;
}

int clocks_minutes(const struct app *app, const char *param, int otherwise)
{
	const char *value = pack_param(app->pack, param);
	int n = value ? atoi(value) : 0;

	return n > 0 && n <= 24 * 60 ? n : otherwise;
}

enum kit_role clocks_words(const struct app *app, int64_t since, int within, char *out, size_t size)
{
	int64_t left = (since + (int64_t)within * MINUTE - app_ms(app)) / 1000;

	if (left < -(int64_t)CLOCKS_HOURS * HOUR)
		snprintf(out, size, "%s", _("早已超时"));
	else
		snprintf(out, size, left >= 0 ? _("剩 %02d:%02d") : _("超 %02d:%02d"), (int)(llabs(left) / 60), (int)(llabs(left) % 60));
	return left < 0 ? KIT_DANGER : left < SOON ? KIT_SOON : KIT_PLAIN;
}

bool clocks_run(const struct app *app, int64_t since)
{
	int64_t passed = app_ms(app) - since;

	return since && passed >= 0 && passed < (int64_t)CLOCKS_HOURS * HOUR * 1000;
}
