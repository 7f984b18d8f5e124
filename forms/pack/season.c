#include "config.h"
#include "forms/pack/season.h"

#include "forms/base/clock.h"

#include <string.h>

/* Up to two digits. */
static bool number(const char **s, int *out)
{
	int digits = 0;

	for (*out = 0; **s >= '0' && **s <= '9'; ++*s, digits++)
		if (digits < 2)
			*out = *out * 10 + (**s - '0');
	return digits == 1 || digits == 2;
}

static bool skip(const char **s, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*s, word, len))
		return false;
	*s += len;
	return true;
}

bool season_read_day(const char *s, int *month, int *day)
{
	bool han;

	if (!number(&s, month))
		return false;
	han = skip(&s, "月");
	if ((!han && !skip(&s, "-") && !skip(&s, "/")) || !number(&s, day))
		return false;
	if (han)
		skip(&s, "日");
	if (*s && !strchr(" |", *s))
		return false;
	return *month >= 1 && *month <= 12 && *day >= 1 && *day <= clock_month_days(2024, *month);
}

int32_t season_day(int year, int month, int day)
{
	int days = clock_month_days(year, month);

	return clock_days((struct clock_date){ year, month, day < days ? day : days });
}

static bool holds(const struct pack_season *s, const char *id, const char *province)
{
	return !strcmp(s->id, id) && (province ? s->province && !strcmp(s->province, province) : !s->province);
}

/* The province whose lines of season `id` hold here: our own, or NULL for the lines of none. */
static const char *province_for(const struct pack *p, const char *id)
{
	const char *own = pack_param(p, "province");

	for (uint32_t i = 0; own && i < p->season_count; i++)
		if (holds(&p->seasons[i], id, own))
			return own;
	return NULL;
}

bool season_known(const struct pack *p, const char *id)
{
	for (uint32_t i = 0; i < p->season_count; i++)
		if (!strcmp(p->seasons[i].id, id))
			return true;
	return false;
}

/* The run that begins in `year`. */
static bool run(const struct pack_season *s, int year, int32_t *first, int32_t *last)
{
	int m1, d1, m2, d2;

	if (!season_read_day(s->from, &m1, &d1) || !season_read_day(s->to, &m2, &d2))
		return false;
	*first = season_day(year, m1, d1);
	*last = season_day(year + (m2 < m1 || (m2 == m1 && d2 < d1)), m2, d2);
	return true;
}

void season_at(const struct pack *p, const char *id, int32_t day, struct season_span *out)
{
	const char *province = province_for(p, id);
	int year = clock_date(day).year;
	int32_t first, last;

	*out = (struct season_span){ .first = INT32_MIN, .last = INT32_MAX };
	for (uint32_t i = 0; i < p->season_count; i++) {
		if (!holds(&p->seasons[i], id, province))
			continue;
		for (int y = year - 1; y <= year + 1; y++) {
			if (!run(&p->seasons[i], y, &first, &last))
				break;
			if (first <= day && day <= last) {
				*out = (struct season_span){ .inside = true, .first = first, .last = last };
				return;
			}
			if (last < day && last >= out->first)
				out->first = last + 1;
			if (first > day && first <= out->last)
				out->last = first - 1;
		}
	}
}
