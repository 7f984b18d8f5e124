#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/clock.h"

#include <stdlib.h>
#include <string.h>

int zone_at(const struct expr_host *h, int64_t utc_ms)
{
	return h->zone ? h->zone(h->user, utc_ms) : h->utc_offset;
}

int64_t zone_to_utc(const struct expr_host *h, int64_t local_ms)
{
	int64_t utc = local_ms - (int64_t)zone_at(h, local_ms) * 60000;

	return local_ms - (int64_t)zone_at(h, utc) * 60000;
}

int64_t local_day(const struct expr_host *h, int64_t utc_ms)
{
	return clock_day_of(utc_ms, zone_at(h, utc_ms));
}

/* Up to `most` digits; -1 when there is none. */
static int digits(const char **s, int most)
{
	int v = 0, n = 0;

	for (; n < most && (*s)[n] >= '0' && (*s)[n] <= '9'; n++)
		v = v * 10 + (*s)[n] - '0';
	*s += n;
	return n ? v : -1;
}

/* "Z", "+8", "+08", "+08:00", "+0800", or nothing: *zoned tells. */
static bool zone_text(const char **s, bool *zoned, int *minutes)
{
	int sign, hours, rest = 0;

	*zoned = **s != '\0';
	*minutes = 0;
	if (**s == 'Z') {
		++*s;
		return true;
	}
	if (**s != '+' && **s != '-')
		return !*zoned;
	sign = *(*s)++ == '-' ? -1 : 1;
	hours = digits(s, 2);
	if (**s == ':')
		++*s;
	if (**s)
		rest = digits(s, 2);
	if (hours < 0 || hours > 14 || rest < 0 || rest > 59)
		return false;
	*minutes = sign * (hours * 60 + rest);
	return true;
}

/* HH:MM[:SS[.fff]] as ms of a day, then a zone. */
static bool clock_text(const char *s, int64_t *ms, bool *zoned, int *minutes)
{
	int h = digits(&s, 2), m, sec = 0, weight = 100;

	if (h < 0 || h > 23 || *s++ != ':' || (m = digits(&s, 2)) < 0 || m > 59)
		return false;
	if (*s == ':' && (s++, (sec = digits(&s, 2)) < 0 || sec > 59))
		return false;
	*ms = ((int64_t)(h * 60 + m) * 60 + sec) * 1000;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++, weight /= 10)
			*ms += (*s - '0') * weight;
	return zone_text(&s, zoned, minutes) && !*s;
}

bool date_from_text(const struct expr_host *h, const char *s, int64_t *instant)
{
	struct clock_date d;
	int64_t ms = 0;
	bool zoned = false;
	int minutes = 0;

	if ((d.year = digits(&s, 4)) < 0 || *s++ != '-' || (d.month = digits(&s, 2)) < 1 || d.month > 12 || *s++ != '-')
		return false;
	if ((d.day = digits(&s, 2)) < 1 || d.day > clock_month_days(d.year, d.month))
		return false;
	if (*s && (*s++ != 'T' || !clock_text(s, &ms, &zoned, &minutes)))
		return false;
	ms += (int64_t)clock_days(d) * DAY_MS;
	*instant = zoned ? ms - (int64_t)minutes * 60000 : zone_to_utc(h, ms);
	return true;
}

bool time_from_text(const struct expr_host *h, const char *s, int64_t *instant)
{
	int64_t ms;
	bool zoned;
	int minutes;

	if (!clock_text(s, &ms, &zoned, &minutes))
		return false;
	*instant = zoned ? ms - (int64_t)minutes * 60000 : zone_to_utc(h, ms);
	return true;
}

enum err date_write(const struct expr_host *h, int64_t instant, bool has_time, struct buf *out)
{
	char text[32];

	if (has_time)
		buf_puts(out, clock_format_time(instant, zone_at(h, instant), text));
	else
		buf_puts(out, clock_format_date((int32_t)local_day(h, instant), text));
	return out->err;
}
