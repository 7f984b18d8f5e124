#include "config.h"
#include "forms/pack/cond.h"

#include "forms/base/i18n.h"

#include <string.h>

/* The next value of a list "a|b", or of blank separated words: its length, 0 at the end. */
static size_t next_word(const char **at, const char *end, char separator, const char **word)
{
	while (*at < end && **at == separator)
		++*at;
	*word = *at;
	while (*at < end && **at != separator)
		++*at;
	return (size_t)(*at - *word);
}

bool cond_next(const char **at, struct cond_term *out)
{
	const char *s = *at, *sign;
	size_t len;

	if (!s)
		return false;
	s += strspn(s, " ");
	if (!(len = strcspn(s, " "))) {
		*at = s;
		return false;
	}
	*at = s + len;
	if (!(sign = memchr(s, '=', len))) {
		*out = (struct cond_term){ .field = s, .field_len = len, .values = "=", .values_len = 1 };      /* no value is "=": never holds */
		return true;
	}
	out->field = s;
	out->negated = sign > s && sign[-1] == '!';
	out->field_len = (size_t)(sign - s) - out->negated;
	out->values = sign + 1;
	out->values_len = (size_t)(s + len - out->values);
	return true;
}

bool cond_field_is(const struct cond_term *t, const char *field)
{
	return strlen(field) == t->field_len && !memcmp(field, t->field, t->field_len);
}

bool cond_has(const struct cond_term *t, const char *value, size_t len)
{
	const char *at = t->values, *end = t->values + t->values_len, *word;

	for (size_t n; (n = next_word(&at, end, '|', &word)); )
		if (n == len && !memcmp(word, value, n))
			return true;
	return false;
}

/* Is any of the blank separated values listed? An empty field has only the empty list. */
static bool term_matches(const struct cond_term *t, const char *value)
{
	const char *at = value, *end = value + strlen(value), *word;

	if (!*value)
		return !t->values_len;
	for (size_t n; (n = next_word(&at, end, ' ', &word)); )
		if (cond_has(t, word, n))
			return true;
	return false;
}

bool cond_holds(const char *when, const char *(*value)(void *user, const char *field, size_t len), void *user)
{
	struct cond_term t;

	for (const char *at = when; cond_next(&at, &t); ) {
		const char *text = value(user, t.field, t.field_len);

		if (term_matches(&t, text ? text : "") == t.negated)
			return false;
	}
	return true;
}

enum err cond_check(const char *when)
{
	struct cond_term t;

	for (const char *at = when; cond_next(&at, &t); ) {
		int len = (int)(at - t.field);

		if (!memchr(t.field, '=', (size_t)len))
			return err_set(ERR_FORMAT, _("\"%.*s\" 里没有等号; 写成 字段=值|值 或 字段!=值"), len, t.field);
		if (!t.field_len)
			return err_set(ERR_FORMAT, _("\"%.*s\" 的等号前没有字段名"), len, t.field);
		if (memchr(t.values, '=', t.values_len))
			return err_set(ERR_FORMAT, _("\"%.*s\" 里等号多了; 几个条件之间要有空格"), len, t.field);
		if (strpbrk(t.field, "<>\"'") && strcspn(t.field, "<>\"'") < (size_t)len)
			return err_set(ERR_FORMAT, _("\"%.*s\" 不是简单条件; 只能写 字段=值|值 或 字段!=值"), len, t.field);
	}
	return ERR_OK;
}
