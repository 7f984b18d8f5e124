#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string.h>

/* Patterns come from strangers: what one match may cost is bounded. */
enum { PATTERN_MAX = 8192, MATCH_LIMIT = 1000000, DEPTH_LIMIT = 2000, HEAP_KIB = 8192 };

/* The last pattern of this thread stays compiled: a constraint is asked again and again. */
static _Thread_local struct { char text[256]; pcre2_code *code; } last;

/* Java writes \p{IsHan} where PCRE2 writes \p{Han}. */
static void from_java(const char *pattern, struct buf *out)
{
	for (const char *s = pattern; *s; s++) {
		buf_putc(out, *s);
		if (*s == '\\' && s[1]) {
			buf_putc(out, *++s);
			if ((*s == 'p' || *s == 'P') && !strncmp(s + 1, "{Is", 3)) {
				buf_putc(out, '{');
				s += 3;
			}
		}
	}
}

static enum err compile(const char *pattern, pcre2_code **out)
{
	struct buf text = { 0 };
	int code = 0;
	PCRE2_SIZE at = 0;
	PCRE2_UCHAR why[128];

	if (last.code && strlen(pattern) < sizeof last.text && !strcmp(pattern, last.text)) {
		*out = last.code;
		return ERR_OK;
	}
	if (strlen(pattern) > PATTERN_MAX)
		return err_set(ERR_LIMIT, _("正则表达式超过 %d 字节"), (int)PATTERN_MAX);
	from_java(pattern, &text);
	if (text.err)
		return text.err;
	*out = pcre2_compile((PCRE2_SPTR)buf_str(&text), PCRE2_ZERO_TERMINATED,
	                     PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	buf_clear(&text);
	if (!*out) {
		pcre2_get_error_message(code, why, sizeof why);
		return err_set(ERR_FORMAT, _("正则表达式 %s 第 %zu 个字节处有错: %s"), pattern, (size_t)at, (const char *)why);
	}
	if (strlen(pattern) < sizeof last.text) {
		pcre2_code_free(last.code);
		strcpy(last.text, pattern);
		last.code = *out;
	}
	return ERR_OK;
}

enum err regex_matches(const char *pattern, const char *s, size_t len, bool *out)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	pcre2_code *code = NULL;
	enum err err = limits && data ? compile(pattern, &code) : err_set(ERR_NOMEM, _("内存不够, 算不了正则表达式"));
	int found = 0;

	if (!err) {
		pcre2_set_match_limit(limits, MATCH_LIMIT);
		pcre2_set_depth_limit(limits, DEPTH_LIMIT);
		pcre2_set_heap_limit(limits, HEAP_KIB);
		found = pcre2_match(code, (PCRE2_SPTR)s, len, 0, 0, data, limits);
		if (found < 0 && found != PCRE2_ERROR_NOMATCH)
			err = err_set(found == PCRE2_ERROR_NOMEMORY ? ERR_NOMEM : ERR_LIMIT, _("正则表达式 %s 太费时间, 请写简单些"), pattern);
	}
	*out = !err && found >= 0;
	if (code != last.code)
		pcre2_code_free(code);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	return err;
}
