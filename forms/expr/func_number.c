#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err run_number(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = n ? ERR_OK : value_of_node(r->host, c->here, out);
	double d = err ? 0 : take_number(r, n ? &args[0] : out);

	expr_set_number(out, d);
	return err;
}

#define UNARY(name, expression) \
	static enum err run_##name(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out) \
	{ \
		double a = take_number(r, &args[0]); \
\
		(void)c, (void)n; \
		expr_set_number(out, (expression)); \
		return ERR_OK; \
	}

UNARY(int, trunc(a))
UNARY(floor, floor(a))
UNARY(ceiling, ceil(a))
UNARY(abs, fabs(a))
UNARY(sqrt, sqrt(a))
UNARY(sin, sin(a))
UNARY(cos, cos(a))
UNARY(tan, tan(a))
UNARY(asin, asin(a))
UNARY(acos, acos(a))
UNARY(atan, atan(a))
UNARY(log, log(a))
UNARY(log10, log10(a))
UNARY(exp, exp(a))
UNARY(exp10, pow(10, a))

static enum err run_pow(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double a = take_number(r, &args[0]), b = take_number(r, &args[1]);

	(void)c, (void)n;
	/* C99 and Java part here: pow(±1, ±Infinity) and pow(1, NaN) are NaN in the engines. */
	expr_set_number(out, isnan(b) || (fabs(a) == 1 && isinf(b)) ? NAN : pow(a, b));
	return ERR_OK;
}

static enum err run_atan2(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)c, (void)n;
	expr_set_number(out, atan2(take_number(r, &args[0]), take_number(r, &args[1])));
	return ERR_OK;
}

static enum err run_pi(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)r, (void)c, (void)args, (void)n;
	expr_set_number(out, acos(-1));
	return ERR_OK;
}

/* Round the decimal number people see, not its binary neighbour: round(1.005, 2) is 1.01. A half goes towards positive
 * infinity (XPath 1.0 section 4.4). */
static double round_decimal(double n, int places)
{
	char digits[32], text[64];
	int exponent = number_digits(n, digits), keep = exponent + 1 + places, len = (int)strlen(digits);
	bool up;

	if (keep >= len)
		return n;
	if (keep < 0)
		return 0;
	up = digits[keep] > '5' || (digits[keep] == '5' && (n > 0 || keep + 1 < len));
	/* "0DDD" plus one at its end, times the place of that end */
	digits[keep] = '\0';
	text[0] = '0';
	strcpy(text + 1, digits);
	for (int i = keep; up; i--) {
		up = text[i] == '9';
		text[i] = up ? '0' : (char)(text[i] + 1);
	}
	snprintf(text + keep + 1, sizeof text - (size_t)keep - 1, "e%d", -places);
	return copysign(strtod(text, NULL), n);
}

static enum err run_round(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double a = take_number(r, &args[0]), places = n > 1 ? trunc(take_number(r, &args[1])) : 0;

	(void)c;
	if (isnan(places))
		places = 0;
	if (isnan(a) || isinf(a) || a == 0)
		expr_set_number(out, a);
	else
		expr_set_number(out, fabs(places) > 30 ? NAN : round_decimal(a, (int)places));
	return ERR_OK;
}

/* Call `each` with the number of every value, node sets spread out; `empty` tells an unanswered one. */
static enum err each_number(struct run *r, const struct expr_value *args, size_t n, void (*each)(double *sum, double d, bool empty), double *sum)
{
	struct expr_value one = { 0 };
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < n; i++) {
		if (args[i].kind != EXPR_NODES)
			each(sum, value_number(&args[i]), false);
		for (size_t k = 0; !err && args[i].kind == EXPR_NODES && k < args[i].nodes.count; k++) {
			err = value_of_node(r->host, args[i].nodes.at[k], &one);
			if (!err)
				each(sum, value_number(&one), one.kind == EXPR_STRING && !one.text.len);
		}
	}
	expr_value_clear(&one);
	return err;
}

static void add_one(double *sum, double d, bool empty)
{
	if (!empty)
		*sum += d;
}

static void least(double *sum, double d, bool empty)
{
	(void)empty;
	if (!isnan(d) && (isnan(*sum) || d < *sum))
		*sum = d;
}

static void greatest(double *sum, double d, bool empty)
{
	(void)empty;
	if (!isnan(d) && (isnan(*sum) || d > *sum))
		*sum = d;
}

static enum err run_sum(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double sum = 0;
	enum err err;

	(void)c;
	if (args[0].kind != EXPR_NODES)
		return err_set(ERR_FORMAT, _("sum() 里要是题目, 不能是值"));
	err = each_number(r, args, n, add_one, &sum);
	expr_set_number(out, sum);
	return err;
}

static enum err run_min(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double sum = NAN;
	enum err err = each_number(r, args, n, least, &sum);

	(void)c;
	expr_set_number(out, sum);
	return err;
}

static enum err run_max(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double sum = NAN;
	enum err err = each_number(r, args, n, greatest, &sum);

	(void)c;
	expr_set_number(out, sum);
	return err;
}

static enum err chance(struct run *r, void *data, size_t len)
{
	return r->host->random ? r->host->random(r->host->user, data, len) : err_set(ERR_UNSUPPORTED, _("这里没有随机数可用"));
}

static enum err run_random(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	uint64_t bits = 0;
	enum err err = chance(r, &bits, sizeof bits);

	(void)c, (void)args, (void)n;
	expr_set_number(out, (double)(bits >> 11) / 9007199254740992.0);
	return err;
}

/* A version 4 UUID (RFC 9562), or a name of as many letters and digits as asked for. */
static enum err run_uuid(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
	double want = n ? trunc(take_number(r, &args[0])) : 16;
	uint8_t bytes[256];
	size_t len = want >= 1 && want <= (double)sizeof bytes ? (size_t)want : 0;
	enum err err = len ? chance(r, bytes, len) : ERR_OK;

	(void)c;
	value_reset(out);
	if (n && !len)
		return err_set(ERR_FORMAT, _("uuid(): 长度要在 1 到 %zu 之间"), sizeof bytes);
	if (!n && !err) {
		bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
		bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	}
	for (size_t i = 0; !err && i < len; i++) {
		if (n)
			buf_putc(&out->text, alphabet[bytes[i] & 31]);
		else
			buf_printf(&out->text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
	}
	return err ? err : out->text.err;
}

const struct function number_functions[] = {
	{ .name = "number", .min = 0, .max = 1, .eager = run_number },
	{ .name = "int", .min = 1, .max = 1, .eager = run_int },
	{ .name = "round", .min = 1, .max = 2, .eager = run_round },
	{ .name = "floor", .min = 1, .max = 1, .eager = run_floor },
	{ .name = "ceiling", .min = 1, .max = 1, .eager = run_ceiling },
	{ .name = "abs", .min = 1, .max = 1, .eager = run_abs },
	{ .name = "pow", .min = 2, .max = 2, .eager = run_pow },
	{ .name = "sqrt", .min = 1, .max = 1, .eager = run_sqrt },
	{ .name = "sin", .min = 1, .max = 1, .eager = run_sin },
	{ .name = "cos", .min = 1, .max = 1, .eager = run_cos },
	{ .name = "tan", .min = 1, .max = 1, .eager = run_tan },
	{ .name = "asin", .min = 1, .max = 1, .eager = run_asin },
	{ .name = "acos", .min = 1, .max = 1, .eager = run_acos },
	{ .name = "atan", .min = 1, .max = 1, .eager = run_atan },
	{ .name = "atan2", .min = 2, .max = 2, .eager = run_atan2 },
	{ .name = "log", .min = 1, .max = 1, .eager = run_log },
	{ .name = "log10", .min = 1, .max = 1, .eager = run_log10 },
	{ .name = "exp", .min = 1, .max = 1, .eager = run_exp },
	{ .name = "exp10", .min = 1, .max = 1, .eager = run_exp10 },
	{ .name = "pi", .min = 0, .max = 0, .eager = run_pi },
	{ .name = "sum", .min = 1, .max = 1, .eager = run_sum },
	{ .name = "min", .min = 0, .max = ARGS_ANY, .eager = run_min },
	{ .name = "max", .min = 0, .max = ARGS_ANY, .eager = run_max },
	{ .name = "random", .min = 0, .max = 0, .uses = EXPR_USES_CHANCE, .eager = run_random },
	{ .name = "uuid", .min = 0, .max = 1, .uses = EXPR_USES_CHANCE, .eager = run_uuid },
	{ .name = NULL }
};
