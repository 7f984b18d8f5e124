#include "config.h"
#include "forms/fill/choices.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* [-]digits[.digits]: no exponent, no blank; *end is where it stops. */
static bool decimal(const char *s, bool fraction, const char **end)
{
	const char *start;

	s += *s == '-' || *s == '+';
	for (start = s; *s >= '0' && *s <= '9'; s++)
		;
	if (fraction && *s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++)
			;
	*end = s;
	return s > start && (s > start + 1 || *start != '.');
}

static enum err check_number(const struct form_question *q, const char *s, struct buf *out)
{
	bool fraction = q->type != FORM_INTEGER;
	const char *end;

	if (!decimal(s, fraction, &end) || *end || strlen(s) > 40)
		return err_set(ERR_FORMAT, fraction ? _("“%s” 不是数字, 请填如 12.5") : _("“%s” 不是整数, 请填如 12"), s);
	buf_puts(out, s + (*s == '+'));
	return out->err;
}

static double parameter(const struct form_question *q, const char *key, double otherwise)
{
	size_t len;
	const char *s = q->parameters ? form_parameter(q->parameters, key, &len) : NULL;

	return s && len ? strtod(s, NULL) : otherwise;
}

static enum err check_range(const struct form_question *q, const char *s, struct buf *out)
{
	double start = parameter(q, "start", 0), end = parameter(q, "end", 10), step = parameter(q, "step", 1), n, steps;
	enum err err = check_number(q, s, out);

	if (err)
		return err;
	n = strtod(s, NULL);
	steps = step != 0 ? fabs((n - start) / step) : 0;
	if (n < fmin(start, end) || n > fmax(start, end) || fabs(steps - round(steps)) > 1e-9)
		return err_set(ERR_FORMAT, _("%s 不在 %g 到 %g 之间 (每步 %g)"), s, start, end, step);
	return ERR_OK;
}

static enum err check_date(const char *s, struct buf *out)
{
	char day[11];
	int32_t days;

	if (strlen(s) > 10 && s[10] == 'T') {
		memcpy(day, s, 10);
		day[10] = '\0';
		s = day;
	}
	if (!clock_parse_date(s, &days))
		return err_set(ERR_FORMAT, _("“%s” 不是日期, 请填如 2026-07-12"), s);
	buf_puts(out, s);
	return out->err;
}

static enum err check_datetime(const struct fill *f, const char *s, struct buf *out)
{
	char text[32];
	int64_t ms;

	if (!clock_parse_time(s, f->host.utc_offset, &ms))
		return err_set(ERR_FORMAT, _("“%s” 不是时间, 请填如 2026-07-12T08:30"), s);
	if (strlen(s) >= 19 && (s[strlen(s) - 1] == 'Z' || strchr(s + 19, '+') || strchr(s + 19, '-')))
		buf_puts(out, s);
	else
		buf_puts(out, clock_format_time(ms, f->host.utc_offset, text));
	return out->err;
}

/* A time of day is read as one of some day. */
static enum err check_time(const struct fill *f, const char *s, struct buf *out)
{
	char text[32];
	struct buf day = { 0 };
	int64_t ms;
	bool ok;

	buf_printf(&day, "2000-01-01T%s%.40s", s[0] && s[1] == ':' ? "0" : "", s);
	ok = clock_parse_time(buf_str(&day), f->host.utc_offset, &ms);
	buf_clear(&day);
	if (!ok)
		return err_set(ERR_FORMAT, _("“%s” 不是时刻, 请填如 08:30"), s);
	if (strlen(s) >= 12)
		buf_puts(out, s);
	else
		buf_puts(out, clock_format_time(ms, f->host.utc_offset, text) + 11);
	return out->err;
}

static bool point(const char *s, const char **end)
{
	double n[2] = { 0 };
	int count = 0;

	for (; *s && *s != ';' && count < 4; count++) {
		if (!decimal(s, true, end) || (**end && **end != ' ' && **end != ';'))
			return false;
		if (count < 2)
			n[count] = strtod(s, NULL);
		s = *end + strspn(*end, " ");
	}
	*end = s;
	return count >= 2 && fabs(n[0]) <= 90 && fabs(n[1]) <= 180 && (!*s || *s == ';');
}

static enum err check_points(const struct form_question *q, const char *s, struct buf *out)
{
	const char *at = s, *end;
	size_t count = 0;

	for (; *at; at = end + (*end == ';'), at += strspn(at, " "), count++)
		if (!point(at, &end) || (count && q->type == FORM_GEOPOINT))
			return err_set(ERR_FORMAT, _("“%s” 不是坐标, 请填 纬度 经度, 如 30.25 120.17"), s);
	buf_puts(out, s);
	return out->err;
}

/* Each name must be on offer; a name in a select_one may hold blanks, as real lists do. */
static enum err check_choices(struct fill *f, uint32_t node, const char *s, struct buf *out)
{
	const struct form_question *q = &f->form->questions[f->nodes[node].question];
	bool held = true;
	enum err err = ERR_OK;

	for (size_t len; !err && *(s += strspn(s, " ")); s += len) {
		len = q->type == FORM_SELECT_ONE ? strlen(s) : strcspn(s, " ");
		if (choices_known(f, q))
			err = choices_hold(f, node, s, len, &held);
		if (!err && !held)
			err = err_set(ERR_FORMAT, _("没有选项 %.*s"), (int)len, s);
		if (out->len)
			buf_putc(out, ' ');
		buf_put(out, s, len);
	}
	return err ? err : out->err;
}

enum err value_check(struct fill *f, uint32_t node, const char *s, struct buf *out)
{
	const struct form_question *q = &f->form->questions[f->nodes[node].question];

	if (!text_valid(s, strlen(s)))
		return err_set(ERR_FORMAT, _("答案不是有效的 UTF-8 文字"));
	switch (q->type) {
	case FORM_GROUP: case FORM_REPEAT: case FORM_NOTE: case FORM_ATTACHED:
		return err_set(ERR_DENIED, _("%s 不是能回答的题目"), q->name ? q->name : q->type_name);
	case FORM_INTEGER: case FORM_DECIMAL:
		return check_number(q, s, out);
	case FORM_RANGE:
		return check_range(q, s, out);
	case FORM_SELECT_ONE: case FORM_SELECT_MULTIPLE: case FORM_RANK:
		return check_choices(f, node, s, out);
	case FORM_DATE: case FORM_TODAY:
		return check_date(s, out);
	case FORM_DATETIME: case FORM_START: case FORM_END:
		return check_datetime(f, s, out);
	case FORM_TIME:
		return check_time(f, s, out);
	case FORM_GEOPOINT: case FORM_GEOTRACE: case FORM_GEOSHAPE: case FORM_START_GEOPOINT:
		return check_points(q, s, out);
	case FORM_ACKNOWLEDGE:
		if (strcmp(s, "OK"))
			return err_set(ERR_FORMAT, _("%s 只能填 OK"), q->name);
		break;
	default:
		break;
	}
	buf_puts(out, s);
	return out->err;
}
