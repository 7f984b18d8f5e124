#include "config.h"
#include "forms/pack/answers_scalar.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { REF = 12, DAY_MS = 86400000, EXPONENT_MAX = 30 };

static const char *const crs_names[] = { "WGS84", "CGCS2000", "GCJ02", "BD09" };      /* their order is part of the format */
enum { CRS_COUNT = sizeof crs_names / sizeof *crs_names };

/* ---- numbers ---- */

/* Digits at *s into *n with `scale` more of them; false when there are none or they do not fit. */
static bool digits(const char **s, uint64_t *n, int *count)
{
	for (*count = 0; **s >= '0' && **s <= '9'; ++*s, ++*count) {
		if (*n > (INT64_MAX - 9) / 10)
			return false;
		*n = *n * 10 + (uint64_t)(**s - '0');
	}
	return true;
}

static bool read_integer(const char *s, int64_t *out)
{
	bool minus = *s == '-';
	uint64_t n = 0;
	int count;

	s += minus;
	if ((*s == '0' && (s[1] || minus)) || !digits(&s, &n, &count) || !count || *s)
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool read_decimal(const char *s, int64_t *mantissa, int *exponent)
{
	bool minus = *s == '-';
	uint64_t n = 0;
	int whole, fraction = 0;

	s += minus;
	if (!digits(&s, &n, &whole) || (*s == '.' && (s++, !digits(&s, &n, &fraction))) || *s || !(whole + fraction) || fraction > EXPONENT_MAX)
		return false;
	*exponent = -fraction;
	for (; n && !(n % 10) && *exponent < EXPONENT_MAX; n /= 10)
		++*exponent;
	if (!n)
		*exponent = 0;
	*mantissa = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

void scalar_put_integer(const char *text, struct buf *out)
{
	int64_t n;

	if (read_integer(text, &n))
		cbor_put_integer(out, n);
	else
		cbor_put_text(out, text);
}

static void put_pair(struct buf *out, int64_t a, int64_t b)
{
	cbor_put_array(out, 2);
	cbor_put_integer(out, a);
	cbor_put_integer(out, b);
}

void scalar_put_decimal(const char *text, struct buf *out)
{
	int64_t mantissa;
	int exponent;

	if (read_decimal(text, &mantissa, &exponent))
		put_pair(out, mantissa, exponent);
	else
		cbor_put_text(out, text);
}

static enum err malformed(void)
{
	return err_set(ERR_FORMAT, _("记录里的值不完整"));
}

/* A pair of integers, the second within [-limit, limit]. */
static bool read_pair(struct cbor *c, int64_t *a, int64_t *b, int64_t limit)
{
	if (cbor_array(c, 2) != 2)
		return false;
	*a = cbor_integer(c);
	*b = cbor_integer(c);
	return !c->err && *b >= -limit && *b <= limit;
}

static bool take_decimal(struct cbor *c, int64_t *mantissa, int64_t *exponent)
{
	return read_pair(c, mantissa, exponent, EXPONENT_MAX) && *mantissa != INT64_MIN;
}

enum err scalar_decimal_text(struct cbor *c, struct buf *out)
{
	char text[24];
	int64_t mantissa, exponent;
	int len, point;

	if (!take_decimal(c, &mantissa, &exponent))
		return malformed();
	len = snprintf(text, sizeof text, "%" PRId64, mantissa < 0 ? -mantissa : mantissa);
	if (mantissa < 0)
		buf_putc(out, '-');
	point = len + (int)exponent;           /* digits before the point */
	if (point <= 0)
		buf_puts(out, "0.");
	for (int i = point; i < 0; i++)
		buf_putc(out, '0');
	for (int i = 0; i < len; i++) {
		if (i == point && i)
			buf_putc(out, '.');
		buf_putc(out, text[i]);
	}
	for (int i = len; i < point; i++)
		buf_putc(out, '0');
	return out->err;
}

/* ---- days and times ---- */

/* HH:MM[:SS[.fff]] at the front; the rest is left in *s. */
static bool read_clock(const char **s, int64_t *ms)
{
	int h, m, sec = 0, n = 0;
	int64_t thousandths = 0;
	const char *t = *s;

	if (sscanf(t, "%2d:%2d%n", &h, &m, &n) != 2 || n != 5 || t[0] < '0' || t[0] > '9' || t[3] < '0' || t[3] > '9' || h > 23 || m > 59)
		return false;
	t += 5;
	if (t[0] == ':' && t[1] >= '0' && t[1] <= '5' && t[2] >= '0' && t[2] <= '9') {
		sec = (t[1] - '0') * 10 + (t[2] - '0');
		t += 3;
		if (t[0] == '.') {
			int64_t unit = 100;

			for (t++; *t >= '0' && *t <= '9' && unit; t++, unit /= 10)
				thousandths += unit * (*t - '0');
		}
	}
	*ms = ((h * 60 + m) * 60 + sec) * INT64_C(1000) + thousandths;
	*s = t;
	return true;
}

/* "Z" or "+HH:MM" and nothing more. */
static bool read_zone(const char *s, int *offset)
{
	int h, m, n = 0;

	if (!strcmp(s, "Z")) {
		*offset = 0;
		return true;
	}
	if ((*s != '+' && *s != '-') || strlen(s) != 6 || sscanf(s + 1, "%2d:%2d%n", &h, &m, &n) != 2 || n != 5 || h > 23 || m > 59)
		return false;
	*offset = (h * 60 + m) * (*s == '-' ? -1 : 1);
	return true;
}

/* A time in the zone of the pack is only the time: that is what a clock on the wall shows. */
void scalar_put_time(const char *text, int utc_offset, struct buf *out)
{
	const char *s = text;
	int64_t ms;
	int offset;

	if (!read_clock(&s, &ms))
		cbor_put_text(out, text);
	else if (!*s || (read_zone(s, &offset) && offset == utc_offset))
		cbor_put_unsigned(out, (uint64_t)ms);
	else if (read_zone(s, &offset))
		put_pair(out, ms, offset);
	else
		cbor_put_text(out, text);
}

static void put_clock(struct buf *out, int64_t ms)
{
	buf_printf(out, "%02d:%02d", (int)(ms / 3600000), (int)(ms / 60000 % 60));
	if (ms % 60000)
		buf_printf(out, ":%02d", (int)(ms / 1000 % 60));
	if (ms % 1000)
		buf_printf(out, ".%03d", (int)(ms % 1000));
}

static bool take_time(struct cbor *c, int64_t *ms, bool *zone, int64_t *offset)
{
	if (!(*zone = cbor_peek(c) == CBOR_ARRAY))
		*ms = cbor_integer(c);
	else if (!read_pair(c, ms, offset, 24 * 60 - 1))
		return false;
	return !c->err && *ms >= 0 && *ms < DAY_MS;
}

enum err scalar_time_text(struct cbor *c, struct buf *out)
{
	int64_t ms, offset = 0;
	bool zone;

	if (!take_time(c, &ms, &zone, &offset))
		return malformed();
	put_clock(out, ms);
	if (zone)
		buf_printf(out, "%c%02d:%02d", offset < 0 ? '-' : '+', (int)((offset < 0 ? -offset : offset) / 60), (int)((offset < 0 ? -offset : offset) % 60));
	return out->err;
}

/* The offset that a dateTime ends in; false when it has none. */
static bool zone_of(const char *text, int *offset)
{
	size_t len = strlen(text);

	if (len > 1 && text[len - 1] == 'Z')
		return read_zone("Z", offset);
	return len > 6 && read_zone(text + len - 6, offset) && strchr("+-", text[len - 6]);
}

void scalar_put_datetime(const char *text, int utc_offset, struct buf *out)
{
	int64_t ms;
	int offset;

	if (!zone_of(text, &offset))
		offset = utc_offset;
	if (clock_parse_time(text, offset, &ms))
		put_pair(out, ms, offset);
	else
		cbor_put_text(out, text);
}

/* The days of years 1 to 9999, which a date can be written with. */
static bool day_can_be_written(int64_t days)
{
	return days >= -719162 && days <= 2932896;
}

static bool take_datetime(struct cbor *c, int64_t *ms, int64_t *offset)
{
	return read_pair(c, ms, offset, 24 * 60 - 1) && day_can_be_written(*ms / DAY_MS - 1) && day_can_be_written(*ms / DAY_MS + 1);
}

enum err scalar_datetime_text(struct cbor *c, struct buf *out)
{
	char text[32];
	int64_t ms, offset;

	if (!take_datetime(c, &ms, &offset))
		return malformed();
	buf_puts(out, clock_format_time(ms, (int)offset, text));
	return out->err;
}

void scalar_put_date(const char *text, struct buf *out)
{
	int32_t days;

	if (clock_parse_date(text, &days))
		cbor_put_integer(out, days);
	else
		cbor_put_text(out, text);
}

static bool take_date(struct cbor *c, int64_t *days)
{
	*days = cbor_integer(c);
	return !c->err && day_can_be_written(*days);
}

enum err scalar_date_text(struct cbor *c, struct buf *out)
{
	char text[16];
	int64_t days;

	if (!take_date(c, &days))
		return malformed();
	buf_puts(out, clock_format_date((int32_t)days, text));
	return out->err;
}

/* ---- positions and rows ---- */

/* A decimal at the front of *s as a whole number of 10^-places, rounded, within [-limit, limit]; one blank after it is passed. */
static bool read_fixed(const char **s, int places, int64_t limit, int64_t *out)
{
	bool minus = **s == '-', any = false;
	int64_t n = 0;
	const char *t = *s + minus;

	for (; *t >= '0' && *t <= '9' && n <= limit; t++, any = true)
		n = n * 10 + (*t - '0');
	if (*t == '.')
		t++;
	for (; places > 0 && n <= limit; places--) {
		bool digit = *t >= '0' && *t <= '9';

		n = n * 10 + (digit ? *t - '0' : 0);
		any |= digit;
		t += digit;
	}
	if (*t >= '5' && *t <= '9')
		n++;
	while (*t >= '0' && *t <= '9')
		t++;
	if (!any || n > limit || (*t && *t != ' '))
		return false;
	*out = minus ? -n : n;
	*s = t + (*t == ' ');
	return true;
}

/* [latitude, longitude, accuracy dm or null, CRS] and, when it is not 0, the altitude in cm. A geopoint is in WGS84 (ODK
 * XForms specification) unless a fifth word names another CRS. */
void scalar_put_position(const char *text, struct buf *out)
{
	const char *s = text, *crs = crs_names[0];
	int64_t lat, lon, altitude = 0, accuracy = 0;
	unsigned which = 0;

	if (!read_fixed(&s, 7, 900000000, &lat) || !read_fixed(&s, 7, 1800000000, &lon) || (*s && !read_fixed(&s, 2, 10000000, &altitude)) ||
	    (*s && !read_fixed(&s, 1, 100000000, &accuracy))) {
		cbor_put_text(out, text);
		return;
	}
	if (*s)
		crs = s;
	while (which < CRS_COUNT && strcmp(crs, crs_names[which]))
		which++;
	if (which == CRS_COUNT) {
		cbor_put_text(out, text);
		return;
	}
	cbor_put_array(out, altitude ? 5 : 4);
	cbor_put_integer(out, lat);
	cbor_put_integer(out, lon);
	if (accuracy > 0)
		cbor_put_integer(out, accuracy);
	else
		cbor_put_null(out);
	cbor_put_unsigned(out, which);
	if (altitude)
		cbor_put_integer(out, altitude);
}

/* n / 10^places, without trailing zeros. */
static void put_fixed(struct buf *out, int64_t n, int places)
{
	char text[32];
	int64_t unit = 1;
	int len;

	for (int i = 0; i < places; i++)
		unit *= 10;
	len = snprintf(text, sizeof text, "%s%" PRId64 ".%0*" PRId64, n < 0 ? "-" : "", (n < 0 ? -n : n) / unit, places, (n < 0 ? -n : n) % unit);
	while (text[len - 1] == '0')
		len--;
	len -= text[len - 1] == '.';
	buf_put(out, text, (size_t)len);
}

struct position { int64_t lat, lon, accuracy, altitude; uint64_t crs; };

static bool within(int64_t n, int64_t least, int64_t most)
{
	return n >= least && n <= most;
}

static bool take_position(struct cbor *c, struct position *p)
{
	size_t n = cbor_array(c, 5);

	p->lat = cbor_integer(c);
	p->lon = cbor_integer(c);
	p->accuracy = cbor_null(c) ? 0 : cbor_integer(c);
	p->crs = cbor_unsigned(c);
	p->altitude = n == 5 ? cbor_integer(c) : 0;
	return !c->err && n >= 4 && p->crs < CRS_COUNT && within(p->lat, -900000000, 900000000) && within(p->lon, -1800000000, 1800000000) &&
	       within(p->accuracy, 0, 100000000) && within(p->altitude, -10000000, 10000000);
}

enum err scalar_position_text(struct cbor *c, struct buf *out)
{
	struct position p;

	if (!take_position(c, &p))
		return malformed();
	put_fixed(out, p.lat, 7);
	buf_putc(out, ' ');
	put_fixed(out, p.lon, 7);
	buf_putc(out, ' ');
	put_fixed(out, p.altitude, 2);
	buf_putc(out, ' ');
	put_fixed(out, p.accuracy, 1);
	if (p.crs)
		buf_printf(out, " %s", crs_names[p.crs]);
	return out->err;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "24 hex:N" of length len. */
static bool read_row(const char *s, size_t len, uint8_t ref[REF], unsigned *index)
{
	if (len < 2 * REF + 2 || len > 2 * REF + 4 || s[2 * REF] != ':')
		return false;
	for (int i = 0; i < REF; i++) {
		int high = hex(s[2 * i]), low = hex(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ref[i] = (uint8_t)(high << 4 | low);
	}
	*index = 0;
	for (size_t i = 2 * REF + 1; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' || (s[i] == '0' && i == 2 * REF + 1 && len > 2 * REF + 2))
			return false;
		*index = *index * 10 + (unsigned)(s[i] - '0');
	}
	return *index <= 255;
}

static bool put_one_row(const char *s, size_t len, struct buf *out)
{
	uint8_t ref[REF];
	unsigned index;

	if (!read_row(s, len, ref, &index))
		return false;
	cbor_put_array(out, 2);
	cbor_put_bytes(out, ref, REF);
	cbor_put_unsigned(out, index);
	return true;
}

void scalar_put_row(const char *text, struct buf *out)
{
	if (!put_one_row(text, strlen(text), out))
		cbor_put_text(out, text);
}

void scalar_put_rows(const char *text, struct buf *out)
{
	size_t start = out->len, n = 1;

	for (const char *s = text; *s; s++)
		n += *s == ' ';
	cbor_put_array(out, n);
	for (const char *s = text; ; s++) {
		size_t len = strcspn(s, " ");

		if (!put_one_row(s, len, out)) {
			buf_cut(out, start);
			cbor_put_text(out, text);
			return;
		}
		if (!*(s += len))
			return;
	}
}

static bool take_row(struct cbor *c, const uint8_t **ref, uint64_t *index)
{
	return cbor_array(c, 2) == 2 && (*ref = cbor_bytes_n(c, REF)) && (*index = cbor_unsigned(c)) <= 255 && !c->err;
}

enum err scalar_row_text(struct cbor *c, struct buf *out)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *ref;
	uint64_t index;

	if (!take_row(c, &ref, &index))
		return malformed();
	for (int i = 0; i < REF; i++) {
		buf_putc(out, digit[ref[i] >> 4]);
		buf_putc(out, digit[ref[i] & 15]);
	}
	buf_printf(out, ":%u", (unsigned)index);
	return out->err;
}

/* ---- only looked at ---- */

static bool rows_sound(struct cbor *c)
{
	size_t n = cbor_array(c, CBOR_ARRAY_MAX);
	const uint8_t *ref;
	uint64_t index;
	bool sound = !c->err;

	for (size_t i = 0; i < n && sound; i++)
		sound = take_row(c, &ref, &index);
	return sound;
}

bool scalar_sound(enum form_type type, struct cbor *c)
{
	struct position p;
	const uint8_t *ref;
	uint64_t index;
	int64_t a, b;
	bool zone;

	switch (type) {
	case FORM_INTEGER: cbor_integer(c); return !c->err;
	case FORM_DECIMAL: case FORM_RANGE: return take_decimal(c, &a, &b);
	case FORM_DATE: case FORM_TODAY: return take_date(c, &a);
	case FORM_TIME: return take_time(c, &a, &zone, &b);
	case FORM_DATETIME: case FORM_START: case FORM_END: return take_datetime(c, &a, &b);
	case FORM_GEOPOINT: case FORM_START_GEOPOINT: return take_position(c, &p);
	case FORM_ROW: return take_row(c, &ref, &index);
	case FORM_ROWS: return rows_sound(c);
	default: return false;
	}
}
