#include "config.h"
#include "forms/base/clock.h"

#include "forms/base/sys.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t shift, stopped;
static bool stands;

static int64_t now_ns(clockid_t id)
{
	struct timespec ts = { 0 };

	sys->clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t clock_wall(void)   { return stands ? stopped : now_ns(CLOCK_REALTIME) / 1000000 + shift; }
int64_t clock_uptime(void) { return now_ns(CLOCK_BOOTTIME) / 1000000; }
int64_t clock_ticks(void)  { return now_ns(CLOCK_MONOTONIC); }

void clock_sleep(int64_t ms)
{
	struct timespec t = { (time_t)(ms / 1000), (long)(ms % 1000 * 1000000) };

	nanosleep(&t, NULL);
}

bool clock_is_kept(void)
{
	struct timex t = { .modes = 0 };
	int state = shift || stands ? TIME_ERROR : sys->adjtimex(&t);

	return state >= 0 && state != TIME_ERROR && !(t.status & STA_UNSYNC);
}

void clock_set(int64_t wall_ms)
{
	shift = wall_ms - now_ns(CLOCK_REALTIME) / 1000000;
	stands = false;
}

void clock_stop(int64_t wall_ms)
{
	stopped = wall_ms;
	stands = true;
}

/* Days and dates by Howard Hinnant's chrono-compatible algorithms: eras of 400 years from 0000-03-01. */
int32_t clock_days(struct clock_date d)
{
	int64_t y = (int64_t)d.year - (d.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (int32_t)(era * 146097 + doe - 719468);
}

struct clock_date clock_date(int32_t days)
{
	int64_t z = (int64_t)days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	struct clock_date d;

	d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	d.year = (int)(yoe + era * 400 + (d.month <= 2));
	return d;
}

int clock_weekday(int32_t days)
{
	return (int)((((int64_t)days + 4) % 7 + 7) % 7);
}

int clock_month_days(int year, int month)
{
	static const int n[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return n[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0));
}

int32_t clock_day_of(int64_t ms, int offset_minutes)
{
	int64_t local = ms + (int64_t)offset_minutes * 60000;

	return (int32_t)((local >= 0 ? local : local - 86399999) / 86400000);
}

/* Exactly `n` digits at *s, which moves on; -1 otherwise. */
static int digits(const char **s, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if ((*s)[i] < '0' || (*s)[i] > '9')
			return -1;
		v = v * 10 + (*s)[i] - '0';
	}
	*s += n;
	return v;
}

static bool date_at(const char **s, int32_t *days)
{
	struct clock_date d;

	if ((d.year = digits(s, 4)) < 0 || *(*s)++ != '-' || (d.month = digits(s, 2)) < 1 || d.month > 12)
		return false;
	if (*(*s)++ != '-' || (d.day = digits(s, 2)) < 1 || d.day > clock_month_days(d.year, d.month))
		return false;
	*days = clock_days(d);
	return true;
}

bool clock_parse_date(const char *s, int32_t *days)
{
	return date_at(&s, days) && !*s;
}

static bool zone_at(const char **s, int *offset)
{
	int sign, h, m = 0;

	if (**s == 'Z') {
		++*s;
		*offset = 0;
		return true;
	}
	if (**s != '+' && **s != '-')
		return true;
	sign = *(*s)++ == '-' ? -1 : 1;
	if ((h = digits(s, 2)) < 0 || h > 14)
		return false;
	if (**s == ':')
		++*s;
	if (**s && ((m = digits(s, 2)) < 0 || m > 59))
		return false;
	*offset = sign * (h * 60 + m);
	return true;
}

bool clock_parse_time(const char *s, int offset_minutes, int64_t *ms)
{
	int h = 0, m = 0, sec = 0, milli = 0, weight = 100;
	int32_t days;

	if (!date_at(&s, &days))
		return false;
	if (*s == 'T' || *s == ' ') {
		s++;
		if ((h = digits(&s, 2)) < 0 || h > 23 || *s++ != ':' || (m = digits(&s, 2)) < 0 || m > 59)
			return false;
		if (*s == ':' && (s++, (sec = digits(&s, 2)) < 0 || sec > 59))
			return false;
		if (*s == '.')
			for (s++; *s >= '0' && *s <= '9'; s++, weight /= 10)
				milli += (*s - '0') * weight;
		if (!zone_at(&s, &offset_minutes))
			return false;
	}
	*ms = ((((int64_t)days * 24 + h) * 60 + m - offset_minutes) * 60 + sec) * 1000 + milli;
	return !*s;
}

char *clock_format_date(int32_t days, char out[16])
{
	struct clock_date d = clock_date(days);

	snprintf(out, 16, "%04d-%02d-%02d", d.year % 100000, d.month, d.day);
	return out;
}

char *clock_format_time(int64_t ms, int offset_minutes, char out[32])
{
	int64_t local = ms + (int64_t)offset_minutes * 60000;
	int32_t day = clock_day_of(ms, offset_minutes);
	int rest = (int)(local - (int64_t)day * 86400000), away = offset_minutes < 0 ? -offset_minutes : offset_minutes;
	char date[16];

	snprintf(out, 32, "%.10sT%02d:%02d:%02d.%03d%c%02d:%02d", clock_format_date(day, date), rest / 3600000,
	         rest / 60000 % 60, rest / 1000 % 60, rest % 1000, offset_minutes < 0 ? '-' : '+', away / 60 % 100, away % 60);
	return out;
}
