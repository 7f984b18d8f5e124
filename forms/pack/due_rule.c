#include "config.h"
#include "forms/pack/due.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/pack/season.h"

#include <stdio.h>
#include <string.h>

enum { DAYS_MAX = 3660, TIMES_MAX = 1000, WORD_MAX = 128 };

/* A whole number at the front of *s; false when there is none or it is over `most`. */
static bool number(const char **s, uint32_t most, uint32_t *out)
{
	const char *start = *s;

	for (*out = 0; **s >= '0' && **s <= '9' && *out <= most; ++*s)
		*out = *out * 10 + (uint32_t)(**s - '0');
	return *s > start && *out <= most;
}

static enum err find_field(const struct pack_register *reg, const char *id, uint32_t *out)
{
	if ((*out = pack_find_field(reg, id)) == PACK_NONE)
		return err_set(ERR_FORMAT, _("登记簿 %s 没有字段 \"%s\""), reg->id, id);
	return ERR_OK;
}

/* REGISTER or REGISTER.FIELD=VALUE. */
static enum err read_event_register(struct due_rule *r, char *name)
{
	char *field = strchr(name, '.'), *value;

	if (field)
		*field++ = '\0';
	if ((r->event_reg = pack_find_register(r->pack, name)) == PACK_NONE)
		return err_set(ERR_FORMAT, _("event:%s 既不是对象的日期字段, 也不是登记簿"), name);
	if (!field)
		return ERR_OK;
	if (!(value = strchr(field, '=')))
		return err_set(ERR_FORMAT, _("event 要写成 event:登记簿.字段=值"));
	*value++ = '\0';
	return find_field(&r->pack->registers[r->event_reg], field, &r->event_field);
}

static bool says_a_day(const struct pack_field *f)
{
	return f->type == PACK_DATE || f->type == PACK_DATETIME;
}

/* event:X+N: X is a date field of the subject, "created", or rows of a register. */
static enum err read_event(struct due_rule *r, const char *text, const struct pack_register *subject)
{
	char name[WORD_MAX];
	const char *plus = strrchr(text, '+'), *end = text + strlen(text), *value;
	uint32_t field;

	r->days = 1;
	if (plus) {
		end = plus++;
		if (!number(&plus, DAYS_MAX, &r->days) || *plus)
			return err_set(ERR_FORMAT, _("\"event:%s\": 加号后面要是天数"), text);
	}
	if (end == text || end - text >= WORD_MAX)
		return err_set(ERR_FORMAT, _("\"event:%s\": 没写是什么事"), text);
	snprintf(name, sizeof name, "%.*s", (int)(end - text), text);
	if (!strcmp(name, "created"))
		return ERR_OK;
	if ((field = pack_find_field(subject, name)) != PACK_NONE) {
		if (!says_a_day(&subject->fields[field]))
			return err_set(ERR_FORMAT, _("%s.%s 不是日期"), subject->id, name);
		r->event_field = field;
		return ERR_OK;
	}
	if ((value = memchr(text, '=', (size_t)(end - text)))) {
		r->event_value = value + 1;
		r->event_value_len = (size_t)(end - value - 1);
	}
	return read_event_register(r, name);
}

static enum err read_period(struct due_rule *r, const char *text, const struct pack_register *subject)
{
	static const char *const words[] = { "day", "week", "month", "quarter", "half", "year", "term" };      /* as enum due_period */

	for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(text, words[i])) {
			r->period = (enum due_period)i;
			return ERR_OK;
		}
	if (!strncmp(text, "every:", 6)) {
		const char *s = text + 6;

		r->period = DUE_EVERY;
		if (!number(&s, DAYS_MAX, &r->days) || *s || !r->days)
			return err_set(ERR_FORMAT, _("\"%s\": every: 后面要是天数 (1-%d)"), text, DAYS_MAX);
		return r->n == 1 ? ERR_OK : err_set(ERR_FORMAT, _("每隔几天一次的, n 要是 1"));
	}
	if (!strncmp(text, "event:", 6)) {
		r->period = DUE_EVENT;
		return read_event(r, text + 6, subject);
	}
	return err_set(ERR_FORMAT, _("不认识周期 \"%s\"; 可写 day week month quarter half year term every:天数 event:事情"), text);
}

/* A county parameter N/PERIOD stands in for both columns; 0 switches the duty off; none leaves them as they are. */
static enum err read_param(struct due_rule *r, const char **period)
{
	const char *text = r->duty->param ? pack_param(r->pack, r->duty->param) : NULL;

	if (!text)
		return ERR_OK;
	const char *s = text;
	if (!number(&s, TIMES_MAX, &r->n))
		return err_set(ERR_FORMAT, _("参数 %s = \"%s\" 要写成 次数/周期, 或 0 (不用)"), r->duty->param, text);
	r->off = !r->n;
	if (r->off && !*s)
		return ERR_OK;
	if (*s++ != '/' || !*s || r->off)
		return err_set(ERR_FORMAT, _("参数 %s = \"%s\" 要写成 次数/周期, 或 0 (不用)"), r->duty->param, text);
	*period = s;
	return ERR_OK;
}

/* Days and field names, blank separated: in force from that day, existing since that field says. */
static enum err read_from(struct due_rule *r, const struct pack_register *subject)
{
	char word[WORD_MAX];
	enum err e;

	for (const char *at = r->duty->from; at && *(at += strspn(at, " |")); ) {
		size_t len = strcspn(at, " |");

		snprintf(word, sizeof word, "%.*s", (int)len, at);
		at += len;
		if (clock_parse_date(word, &r->in_force))
			continue;
		if ((e = find_field(subject, word, &r->since_field)))
			return e;
		if (!says_a_day(&subject->fields[r->since_field]))
			return err_set(ERR_FORMAT, _("%s.%s 不是日期"), subject->id, word);
	}
	return ERR_OK;
}

enum err due_rule(const struct pack *p, const struct pack_duty *d, struct due_rule *out)
{
	const char *period = d->period;
	uint32_t subject = pack_find_register(p, d->subject_register);
	enum err e;

	*out = (struct due_rule){
		.pack = p, .duty = d, .n = d->n, .in_force = DUE_NEVER, .since_field = PACK_NONE, .event_reg = PACK_NONE, .event_field = PACK_NONE
	};
	if (subject == PACK_NONE)
		return err_set(ERR_FORMAT, _("没有登记簿 \"%s\""), d->subject_register ? d->subject_register : "");
	if ((e = read_param(out, &period)))
		return e;
	if (!out->off && !out->n)
		return err_set(ERR_FORMAT, _("n 要是 1 以上的整数"));
	if ((e = out->off ? ERR_OK : read_period(out, period ? period : "", &p->registers[subject])))
		return e;
	if (d->season) {
		out->outside = *d->season == '!';
		out->season = d->season + out->outside;
		if (!season_known(p, out->season))
			return err_set(ERR_FORMAT, _("没有季节 \"%s\" (seasons.csv)"), out->season);
	}
	return read_from(out, &p->registers[subject]);
}
