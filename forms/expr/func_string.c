#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/base64.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *str(const struct expr_value *v)
{
	return buf_str(&v->text);
}

static enum err run_string(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = n ? value_string(r->host, &args[0]) : value_of_node(r->host, c->here, out);

	if (!n)
		return err ? err : value_string(r->host, out);
	return err ? err : value_set_text(out, str(&args[0]), args[0].text.len);
}

/* Append each value of `v`, a node set's one by one, with `glue` between; *first says that none came before. */
static enum err append_all(struct run *r, const struct expr_value *v, const char *glue, bool *first, struct buf *out)
{
	struct expr_value one = { 0 };
	enum err err = ERR_OK;
	size_t n = v->kind == EXPR_NODES ? v->nodes.count : 1;

	for (size_t i = 0; !err && i < n; i++) {
		if (!*first)
			buf_puts(out, glue);
		*first = false;
		if (v->kind == EXPR_NODES)
			err = value_of_node(r->host, v->nodes.at[i], &one);
		if (!err)
			err = expr_text(r->host, v->kind == EXPR_NODES ? &one : v, out);
	}
	expr_value_clear(&one);
	return err ? err : out->err;
}

static enum err run_concat(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	bool first = true;
	enum err err = ERR_OK;

	(void)c;
	value_reset(out);
	for (size_t i = 0; !err && i < n; i++)
		err = append_all(r, &args[i], "", &first, &out->text);
	return err;
}

static enum err run_join(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	bool first = true;
	enum err err = value_string(r->host, &args[0]);

	(void)c;
	value_reset(out);
	for (size_t i = 1; !err && i < n; i++)
		err = append_all(r, &args[i], str(&args[0]), &first, &out->text);
	return err;
}

static enum err run_contains(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);

	(void)c;
	expr_set_boolean(out, !err && strstr(str(&args[0]), str(&args[1])));
	return err;
}

static enum err run_starts_with(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);

	(void)c;
	expr_set_boolean(out, !err && !strncmp(str(&args[0]), str(&args[1]), args[1].text.len));
	return err;
}

static enum err run_ends_with(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);
	size_t a = args[0].text.len, b = args[1].text.len;

	(void)c;
	expr_set_boolean(out, !err && a >= b && !strcmp(str(&args[0]) + a - b, str(&args[1])));
	return err;
}

/* Bytes before character number `n`. */
static size_t offset_of(const char *s, size_t len, double n)
{
	uint32_t cp;
	size_t at = 0;

	for (double i = 0; i < n && at < len; i++)
		at += text_next(s + at, len - at, &cp);
	return at;
}

static enum err slice(const struct expr_value *v, double start, double end, struct expr_value *out)
{
	size_t from = offset_of(str(v), v->text.len, start), to = offset_of(str(v), v->text.len, end);

	return value_set_text(out, str(v) + from, to > from ? to - from : 0);
}

/* From `start` up to, not including, `end`, from 0; what is negative counts from the end. */
static enum err run_substr(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double start = trunc(take_number(r, &args[1])), end, count;
	enum err err = value_string(r->host, &args[0]);

	(void)c;
	if (err)
		return err;
	count = (double)text_count(str(&args[0]));
	end = n > 2 ? trunc(take_number(r, &args[2])) : count;
	if (isnan(start))
		start = 0;
	if (isnan(end))
		end = 0;
	return slice(&args[0], start < 0 ? start + count : start, end < 0 ? end + count : end, out);
}

/* XPath 1.0: `start` from 1, then a length, both rounded. */
static enum err run_substring(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double start = floor(take_number(r, &args[1]) + 0.5), end = INFINITY;
	enum err err = value_string(r->host, &args[0]);

	(void)c;
	if (err)
		return err;
	if (n > 2)
		end = start + floor(take_number(r, &args[2]) + 0.5);
	if (isnan(start) || isnan(end))
		return value_set_text(out, "", 0);
	return slice(&args[0], start - 1, end - 1, out);
}

static enum err run_substring_before(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);
	const char *at = err ? NULL : strstr(str(&args[0]), str(&args[1]));

	(void)c;
	return err ? err : value_set_text(out, str(&args[0]), at ? (size_t)(at - str(&args[0])) : 0);
}

static enum err run_substring_after(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);
	const char *at = err ? NULL : strstr(str(&args[0]), str(&args[1]));

	(void)c;
	return err ? err : expr_set_text(out, at ? at + args[1].text.len : "");
}

static enum err run_translate(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);
	const char *s = str(&args[0]), *from = str(&args[1]), *to = str(&args[2]), *hit;
	uint32_t cp;

	(void)c;
	value_reset(out);
	for (size_t at = 0, len; !err && at < args[0].text.len; at += len) {
		char one[8] = "";
		size_t place;

		len = text_next(s + at, args[0].text.len - at, &cp);
		memcpy(one, s + at, len);
		hit = strstr(from, one);
		if (!hit) {
			buf_put(&out->text, one, len);
			continue;
		}
		place = offset_of(to, args[2].text.len, (double)(text_count(from) - text_count(hit)));
		if (place < args[2].text.len)
			buf_put(&out->text, to + place, text_next(to + place, args[2].text.len - place, &cp));
	}
	return err ? err : out->text.err;
}

static enum err own_or_argument(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *room, struct expr_value **out)
{
	*out = n ? &args[0] : room;
	return n ? value_string(r->host, *out) : run_string(r, c, NULL, 0, room);
}

static enum err run_string_length(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct expr_value room = { 0 }, *s;
	enum err err = own_or_argument(r, c, args, n, &room, &s);

	expr_set_number(out, err ? 0 : (double)text_count(str(s)));
	expr_value_clear(&room);
	return err;
}

static enum err run_normalize_space(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	struct expr_value room = { 0 }, *v;
	enum err err = own_or_argument(r, c, args, n, &room, &v);
	bool gap = false;

	value_reset(out);
	for (const char *s = str(v); !err && *s; s++) {
		if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r' || *s == '\f' || *s == '\v') {
			gap = out->text.len > 0;
			continue;
		}
		if (gap)
			buf_putc(&out->text, ' ');
		gap = false;
		buf_putc(&out->text, *s);
	}
	expr_value_clear(&room);
	return err ? err : out->text.err;
}

static enum err run_regex(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);
	bool yes = false;

	(void)c;
	if (!err)
		err = regex_matches(str(&args[1]), str(&args[0]), args[0].text.len, &yes);
	expr_set_boolean(out, yes);
	return err;
}

static enum err letters(struct run *r, struct expr_value *arg, char first, char last, struct expr_value *out)
{
	enum err err = value_string(r->host, arg);

	value_reset(out);
	for (const char *s = str(arg); !err && *s; s++)
		buf_putc(&out->text, *s >= first && *s <= last ? *s ^ 0x20 : *s);
	return err ? err : out->text.err;
}

static enum err run_upper_case(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	return letters(r, &args[0], 'a', 'z', out);
}

static enum err run_lower_case(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	return letters(r, &args[0], 'A', 'Z', out);
}

static enum err run_digest(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);
	const char *encoding = n > 2 ? str(&args[2]) : "base64";
	uint8_t sum[DIGEST_MAX];
	size_t len;

	(void)c;
	if (err)
		return err;
	len = digest_compute(str(&args[1]), str(&args[0]), args[0].text.len, sum);
	if (!len)
		return err_set(ERR_FORMAT, _("digest(): 不认识算法 %s"), str(&args[1]));
	value_reset(out);
	if (text_same(encoding, "base64"))
		base64_encode(sum, len, &out->text);
	else if (text_same(encoding, "hex"))
		for (size_t i = 0; i < len; i++)
			buf_printf(&out->text, "%02x", sum[i]);
	else
		return err_set(ERR_FORMAT, _("digest(): 不认识编码 %s, 只有 hex 和 base64"), encoding);
	return out->text.err;
}

static enum err run_base64_decode(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);

	(void)c;
	value_reset(out);
	if (!err && (!base64_decode(str(&args[0]), args[0].text.len, &out->text) || !text_valid(buf_str(&out->text), out->text.len)))
		buf_reset(&out->text);
	return err ? err : out->text.err;
}

const struct function string_functions[] = {
	{ .name = "string", .min = 0, .max = 1, .eager = run_string },
	{ .name = "concat", .min = 0, .max = ARGS_ANY, .eager = run_concat },
	{ .name = "join", .min = 1, .max = ARGS_ANY, .eager = run_join },
	{ .name = "contains", .min = 2, .max = 2, .eager = run_contains },
	{ .name = "starts-with", .min = 2, .max = 2, .eager = run_starts_with },
	{ .name = "ends-with", .min = 2, .max = 2, .eager = run_ends_with },
	{ .name = "substr", .min = 2, .max = 3, .eager = run_substr },
	{ .name = "substring", .min = 2, .max = 3, .eager = run_substring },
	{ .name = "substring-before", .min = 2, .max = 2, .eager = run_substring_before },
	{ .name = "substring-after", .min = 2, .max = 2, .eager = run_substring_after },
	{ .name = "translate", .min = 3, .max = 3, .eager = run_translate },
	{ .name = "string-length", .min = 0, .max = 1, .eager = run_string_length },
	{ .name = "normalize-space", .min = 0, .max = 1, .eager = run_normalize_space },
	{ .name = "regex", .min = 2, .max = 2, .eager = run_regex },
	{ .name = "upper-case", .min = 1, .max = 1, .eager = run_upper_case },
	{ .name = "lower-case", .min = 1, .max = 1, .eager = run_lower_case },
	{ .name = "digest", .min = 2, .max = 3, .eager = run_digest },
	{ .name = "base64-decode", .min = 1, .max = 1, .eager = run_base64_decode },
	{ .name = NULL }
};
