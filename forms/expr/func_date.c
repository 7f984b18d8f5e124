#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"

#include <math.h>
#include <string.h>

/* Days a date may lie from 1970: about nine thousand years each way, so that a year has four digits. */
enum { DAYS_MIN = -719528, DAYS_MAX = 2932896 };

static enum err out_of_range(double n)
{
	return err_set(ERR_FORMAT, _("%g 太大或太小, 不能当作日期"), n);
}

static int64_t midnight(const struct expr_host *h, int64_t day)
{
	return zone_to_utc(h, day * DAY_MS);
}

enum meaning { NO_DATE /* empty or not a number: stays as it is */, IS_DATE };

/* The instant an argument means. Numbers are days since 1970: of UTC with their fraction when `exact`, whole local ones
 * otherwise. */
static enum err instant_of(struct run *r, struct expr_value *v, bool exact, enum meaning *what, int64_t *instant)
{
	enum err err = expr_scalar(r->host, v);

	*what = NO_DATE;
	if (err || (v->kind == EXPR_STRING && !v->text.len) || (v->kind == EXPR_NUMBER && isnan(v->number)))
		return err;
	*what = IS_DATE;
	if (v->kind == EXPR_NUMBER && v->is_date) {
		*instant = v->instant;
	} else if (v->kind == EXPR_NUMBER) {
		if (v->number < DAYS_MIN || v->number > DAYS_MAX)
			return out_of_range(v->number);
		*instant = exact ? llround(v->number * DAY_MS) : midnight(r->host, (int64_t)trunc(v->number));
	} else if (v->kind != EXPR_STRING || (!date_from_text(r->host, buf_str(&v->text), instant) && !time_from_text(r->host, buf_str(&v->text), instant))) {
		return err_set(ERR_FORMAT, _("“%s” 不是日期 (应如 2026-07-12)"), v->kind == EXPR_STRING ? buf_str(&v->text) : "true/false");
	}
	return ERR_OK;
}

/* What is no date is handed on: "" or NaN. */
static enum err pass_on(const struct expr_value *v, struct expr_value *out)
{
	if (v->kind == EXPR_NUMBER)
		expr_set_number(out, v->number);
	else
		return value_set_text(out, "", 0);
	return ERR_OK;
}

static enum err run_date(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum meaning what;
	int64_t instant = 0;
	enum err err = instant_of(r, &args[0], false, &what, &instant);

	(void)c, (void)n;
	if (err || what == NO_DATE)
		return err ? err : pass_on(&args[0], out);
	if (args[0].kind == EXPR_NUMBER && args[0].is_date)
		instant = midnight(r->host, local_day(r->host, instant));
	value_set_date(r->host, out, instant, false);
	return ERR_OK;
}

static enum err run_date_time(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum meaning what;
	int64_t instant = 0;
	enum err err = instant_of(r, &args[0], true, &what, &instant);

	(void)c, (void)n;
	if (err || what == NO_DATE)
		return err ? err : pass_on(&args[0], out);
	value_set_date(r->host, out, instant, instant != midnight(r->host, local_day(r->host, instant)));
	return ERR_OK;
}

static enum err run_decimal_date_time(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum meaning what;
	int64_t instant = 0;
	enum err err = instant_of(r, &args[0], true, &what, &instant);

	(void)c, (void)n;
	if (err || what == NO_DATE)
		return err ? err : pass_on(&args[0], out);
	expr_set_number(out, args[0].kind == EXPR_NUMBER && !args[0].is_date ? args[0].number : (double)instant / DAY_MS);
	return ERR_OK;
}

static enum err run_decimal_time(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum meaning what;
	int64_t instant = 0, local;
	enum err err = instant_of(r, &args[0], true, &what, &instant);

	(void)c, (void)n;
	if (err || what == NO_DATE)
		return err ? err : pass_on(&args[0], out);
	if (args[0].kind == EXPR_NUMBER && !args[0].is_date) {
		expr_set_number(out, args[0].number - floor(args[0].number));
		return ERR_OK;
	}
	local = instant + (int64_t)zone_at(r->host, instant) * 60000;
	expr_set_number(out, (double)(local - local_day(r->host, instant) * DAY_MS) / DAY_MS);
	return ERR_OK;
}

static enum err run_today(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)args, (void)n;
	value_set_date(r->host, out, midnight(r->host, local_day(r->host, r->host->now)), false);
	return ERR_OK;
}

static enum err run_now(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)args, (void)n;
	value_set_date(r->host, out, r->host->now, true);
	return ERR_OK;
}

/* ISO 8601 week of the year. */
static int week_of(int32_t day)
{
	int32_t thursday = day - (clock_weekday(day) + 6) % 7 + 3;
	int its_year = clock_date(thursday).year;

	return (int)((thursday - clock_days((struct clock_date){ its_year, 1, 1 })) / 7 + 1);
}

static void month_name(const struct expr_host *h, int month, struct buf *out)
{
	static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	if (h->language && !strcmp(h->language, "zh"))
		buf_printf(out, "%d月", month);
	else
		buf_puts(out, names[month - 1]);
}

static void day_name(const struct expr_host *h, int weekday, struct buf *out)
{
	static const char *const names[][7] = {
		{ "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }, { "周日", "周一", "周二", "周三", "周四", "周五", "周六" }
	};

	buf_puts(out, names[h->language && !strcmp(h->language, "zh")][weekday]);
}

static bool format_token(const struct expr_host *h, char token, int32_t day, int64_t ms, struct buf *out)
{
	struct clock_date d = clock_date(day);

	switch (token) {
	case '%': buf_putc(out, '%'); break;
	case 'Y': buf_printf(out, "%04d", d.year); break;
	case 'y': buf_printf(out, "%02d", d.year % 100); break;
	case 'm': buf_printf(out, "%02d", d.month); break;
	case 'n': buf_printf(out, "%d", d.month); break;
	case 'b': month_name(h, d.month, out); break;
	case 'd': buf_printf(out, "%02d", d.day); break;
	case 'e': buf_printf(out, "%d", d.day); break;
	case 'a': day_name(h, clock_weekday(day), out); break;
	case 'W': buf_printf(out, "%d", week_of(day)); break;
	case 'H': buf_printf(out, "%02d", (int)(ms / 3600000)); break;
	case 'h': buf_printf(out, "%d", (int)(ms / 3600000)); break;
	case 'M': buf_printf(out, "%02d", (int)(ms / 60000 % 60)); break;
	case 'S': buf_printf(out, "%02d", (int)(ms / 1000 % 60)); break;
	case '3': buf_printf(out, "%03d", (int)(ms % 1000)); break;
	default: return false;
	}
	return true;
}

static enum err run_format(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum meaning what;
	int64_t instant = 0, day, ms;
	enum err err = instant_of(r, &args[0], args[0].kind == EXPR_NUMBER && args[0].number != trunc(args[0].number), &what, &instant);

	(void)c, (void)n;
	if (!err)
		err = value_string(r->host, &args[1]);
	if (err || what == NO_DATE)
		return err ? err : value_set_text(out, "", 0);
	day = local_day(r->host, instant);
	ms = instant + (int64_t)zone_at(r->host, instant) * 60000 - day * DAY_MS;
	value_reset(out);
	for (const char *f = buf_str(&args[1].text); *f; f++) {
		if (*f != '%')
			buf_putc(&out->text, *f);
		else if (!format_token(r->host, *++f, (int32_t)day, ms, &out->text))
			return err_set(ERR_FORMAT, _("format-date(): 不认识 %%%c"), *f ? *f : ' ');
	}
	return out->text.err;
}

/* The local days of two arguments; *empty when one of them is none. */
static enum err two_days(struct run *r, struct expr_value *args, int32_t day[2], bool *empty)
{
	enum meaning what = IS_DATE;
	int64_t instant = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; !err && what == IS_DATE && i < 2; i++) {
		err = instant_of(r, &args[i], false, &what, &instant);
		day[i] = (int32_t)local_day(r->host, instant);
	}
	*empty = what == NO_DATE;
	return err;
}

/* Whole months from one day to another, as the community health toolkit counts them. */
static double months_between(const int32_t day[2])
{
	struct clock_date a = clock_date(day[0]), b = clock_date(day[1]);

	return (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day);
}

/* In units of so many months or days. */
static enum err difference(struct run *r, struct expr_value *args, bool months, double unit, struct expr_value *out)
{
	int32_t day[2];
	bool empty;
	enum err err = two_days(r, args, day, &empty);

	if (err || empty)
		return err ? err : value_set_text(out, "", 0);
	expr_set_number(out, floor((months ? months_between(day) : day[1] - day[0]) / unit));
	return ERR_OK;
}

static enum err run_difference_in_days(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	return difference(r, args, false, 1, out);
}

static enum err run_difference_in_weeks(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	return difference(r, args, false, 7, out);
}

static enum err run_difference_in_months(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	return difference(r, args, true, 1, out);
}

static enum err run_difference_in_years(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	return difference(r, args, true, 12, out);
}

/* add-date(date, years, months, days, hours, minutes): a day past the end of its month runs on into the next. */
static enum err run_add_date(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double more[6] = { 0 };
	struct clock_date d;
	enum meaning what;
	int64_t instant = 0, ms, months;
	enum err err = instant_of(r, &args[0], false, &what, &instant);

	(void)c;
	if (err || what == NO_DATE)
		return err ? err : value_set_text(out, "", 0);
	for (size_t i = 1; i < n; i++) {
		more[i] = trunc(take_number(r, &args[i]));
		if (isnan(more[i]))
			more[i] = 0;
		if (fabs(more[i]) > 1e7)
			return out_of_range(more[i]);
	}
	d = clock_date((int32_t)local_day(r->host, instant));
	ms = instant + (int64_t)zone_at(r->host, instant) * 60000 - (int64_t)clock_days(d) * DAY_MS;
	months = (int64_t)(d.year + more[1]) * 12 + d.month - 1 + (int64_t)more[2];
	d.year = (int)(months >= 0 ? months / 12 : -((11 - months) / 12));
	if (d.year < 0 || d.year > 9999)
		return out_of_range(d.year);
	ms += ((int64_t)clock_days((struct clock_date){ d.year, (int)(months - (int64_t)d.year * 12) + 1, 1 }) + d.day - 1 + (int64_t)more[3]) * DAY_MS;
	ms += ((int64_t)more[4] * 60 + (int64_t)more[5]) * 60000;
	value_set_date(r->host, out, zone_to_utc(r->host, ms), more[4] != 0 || more[5] != 0);
	return ERR_OK;
}

const struct function date_functions[] = {
	{ .name = "date", .min = 1, .max = 1, .eager = run_date },
	{ .name = "date-time", .min = 1, .max = 1, .eager = run_date_time },
	{ .name = "decimal-date-time", .min = 1, .max = 1, .eager = run_decimal_date_time },
	{ .name = "decimal-time", .min = 1, .max = 1, .eager = run_decimal_time },
	{ .name = "today", .min = 0, .max = 0, .uses = EXPR_USES_TIME, .eager = run_today },
	{ .name = "now", .min = 0, .max = 0, .uses = EXPR_USES_TIME, .eager = run_now },
	{ .name = "format-date", .min = 2, .max = 2, .eager = run_format },
	{ .name = "format-date-time", .min = 2, .max = 2, .eager = run_format },
	{ .name = "difference-in-months", .min = 2, .max = 2, .eager = run_difference_in_months },
	{ .name = "cht:difference-in-days", .min = 2, .max = 2, .eager = run_difference_in_days },
	{ .name = "cht:difference-in-weeks", .min = 2, .max = 2, .eager = run_difference_in_weeks },
	{ .name = "cht:difference-in-months", .min = 2, .max = 2, .eager = run_difference_in_months },
	{ .name = "cht:difference-in-years", .min = 2, .max = 2, .eager = run_difference_in_years },
	{ .name = "add-date", .min = 2, .max = 6, .eager = run_add_date },
	{ .name = "cht:add-date", .min = 2, .max = 6, .eager = run_add_date },
	{ .name = NULL }
};
