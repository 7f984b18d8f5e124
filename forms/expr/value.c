#include "config.h"
#include "forms/expr/program.h"

#include "forms/base/i18n.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void expr_value_clear(struct expr_value *v)
{
	buf_clear(&v->text);
	free(v->nodes.at);
	*v = (struct expr_value){ 0 };
}

void value_reset(struct expr_value *v)
{
	v->kind = EXPR_STRING;
	v->is_date = v->has_time = v->boolean = false;
	v->number = 0;
	v->instant = 0;
	v->nodes.count = 0;
	v->text.max = EXPR_RESULT_MAX;
	buf_reset(&v->text);
}

enum err expr_nodes_add(struct expr_nodes *n, struct expr_node node)
{
	if (n->count == n->cap) {
		size_t cap = n->cap ? n->cap * 2 : 4;
		struct expr_node *more;

		if (n->count >= EXPR_NODES_MAX)
			return err_set(ERR_LIMIT, _("表达式涉及的项目超过 %d 个"), (int)EXPR_NODES_MAX);
		more = realloc(n->at, cap * sizeof *more);
		if (!more)
			return err_set(ERR_NOMEM, _("内存不够, 算不了表达式"));
		n->at = more;
		n->cap = cap;
	}
	n->at[n->count++] = node;
	return ERR_OK;
}

enum err value_set_text(struct expr_value *v, const char *s, size_t len)
{
	value_reset(v);
	buf_put(&v->text, s, len);
	return v->text.err;
}

enum err expr_set_text(struct expr_value *out, const char *text)
{
	return value_set_text(out, text, strlen(text));
}

void expr_set_number(struct expr_value *out, double n)
{
	value_reset(out);
	out->kind = EXPR_NUMBER;
	out->number = n;
}

void expr_set_boolean(struct expr_value *out, bool b)
{
	value_reset(out);
	out->kind = EXPR_BOOLEAN;
	out->boolean = b;
}

void value_set_date(const struct expr_host *h, struct expr_value *v, int64_t instant, bool has_time)
{
	expr_set_number(v, (double)local_day(h, instant));
	v->is_date = true;
	v->has_time = has_time;
	v->instant = instant;
}

/* As JavaRosa: a comma is a decimal point; no exponent, no Infinity; everything else is not a number. */
double number_from_text(const char *s, size_t len)
{
	char copy[512], *end;
	size_t n = 0;
	double d;

	while (len && (unsigned char)s[len - 1] <= ' ')
		len--;
	while (len && (unsigned char)*s <= ' ') {
		s++;
		len--;
	}
	if (!len || len >= sizeof copy)
		return NAN;
	for (; n < len; n++) {
		copy[n] = s[n] == ',' ? '.' : s[n];
		if (copy[n] != '-' && copy[n] != '.' && (copy[n] < '0' || copy[n] > '9'))
			return NAN;
	}
	copy[n] = '\0';
	d = strtod(copy, &end);
	return *end ? NAN : d;
}

int number_digits(double n, char digits[32])
{
	char text[64];
	size_t at = 0;
	int precision = 14;

	do
		snprintf(text, sizeof text, "%.*e", precision, n);
	while (strtod(text, NULL) != n && ++precision < 17);
	for (char *p = text; *p && *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			digits[at++] = *p;
	while (at > 1 && digits[at - 1] == '0')
		at--;
	digits[at] = '\0';
	return atoi(strchr(text, 'e') + 1);
}

void expr_format_number(double n, struct buf *out)
{
	char digits[32];
	int exponent, len;

	if (isnan(n))
		return;
	if (isinf(n)) {
		buf_puts(out, n < 0 ? "-Infinity" : "Infinity");
		return;
	}
	if (fabs(n) < 1e15 && fabs(n - trunc(n)) < 1e-12 && fabs(n) >= 1)
		n = trunc(n);
	if (fabs(n) < 1e-12) {
		buf_putc(out, '0');
		return;
	}
	if (fabs(n) < 1e15 && n == trunc(n)) {
		buf_printf(out, "%lld", (long long)n);
		return;
	}
	exponent = number_digits(n, digits);
	len = (int)strlen(digits);
	if (n < 0)
		buf_putc(out, '-');
	if (exponent < 0)
		buf_puts(out, "0.");
	for (int i = exponent; i < -1; i++)
		buf_putc(out, '0');
	for (int i = 0; i < len || i <= exponent; i++) {
		if (i == exponent + 1 && exponent >= 0)
			buf_putc(out, '.');
		buf_putc(out, i < len ? digits[i] : '0');
	}
}

enum err value_of_node(const struct expr_host *h, struct expr_node n, struct expr_value *out)
{
	enum expr_type type = EXPR_IS_TEXT;
	const char *s = h->value ? h->value(h->user, n, &type) : "";
	int64_t instant;
	double d;

	if (*s && type == EXPR_IS_NUMBER && !isnan(d = number_from_text(s, strlen(s))))
		expr_set_number(out, d);
	else if (*s && type == EXPR_IS_BOOLEAN && (!strcmp(s, "true") || !strcmp(s, "false")))
		expr_set_boolean(out, *s == 't');
	else if (*s && (type == EXPR_IS_DATE || type == EXPR_IS_DATETIME) && date_from_text(h, s, &instant))
		value_set_date(h, out, instant, type == EXPR_IS_DATETIME);
	else
		return value_set_text(out, s, strlen(s));
	return ERR_OK;
}

enum err expr_scalar(const struct expr_host *h, struct expr_value *v)
{
	if (v->kind != EXPR_NODES)
		return ERR_OK;
	return v->nodes.count ? value_of_node(h, v->nodes.at[0], v) : value_set_text(v, "", 0);
}

enum err value_string(const struct expr_host *h, struct expr_value *v)
{
	struct buf text = { .max = EXPR_RESULT_MAX };
	enum err err = expr_scalar(h, v);

	if (err || v->kind == EXPR_STRING)
		return err;
	err = expr_text(h, v, &text);
	value_reset(v);
	buf_clear(&v->text);
	v->text = text;
	return err;
}

enum err value_strings(const struct expr_host *h, struct expr_value *v, size_t n)
{
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < n; i++)
		err = value_string(h, &v[i]);
	return err;
}

double value_number(const struct expr_value *v)
{
	switch (v->kind) {
	case EXPR_NUMBER:
		return v->number;
	case EXPR_BOOLEAN:
		return v->boolean;
	default:
		return number_from_text(buf_str(&v->text), v->text.len);
	}
}

bool value_boolean(const struct expr_value *v)
{
	switch (v->kind) {
	case EXPR_NUMBER:
		return v->is_date || fabs(v->number) > 1e-12;
	case EXPR_BOOLEAN:
		return v->boolean;
	default:
		return v->text.len > 0;
	}
}

/* The caller's value stays as it is: a node set's first node is looked at aside. */
static const struct expr_value *first_of(const struct expr_host *h, const struct expr_value *v, struct expr_value *room)
{
	if (v->kind != EXPR_NODES)
		return v;
	if (v->nodes.count)
		value_of_node(h, v->nodes.at[0], room);
	else
		value_reset(room);
	return room;
}

double expr_number(const struct expr_host *h, const struct expr_value *v)
{
	struct expr_value room = { 0 };
	double d = value_number(first_of(h, v, &room));

	expr_value_clear(&room);
	return d;
}

bool expr_boolean(const struct expr_host *h, const struct expr_value *v)
{
	struct expr_value room = { 0 };
	bool b = value_boolean(first_of(h, v, &room));

	expr_value_clear(&room);
	return b;
}

enum err expr_text(const struct expr_host *h, const struct expr_value *v, struct buf *out)
{
	struct expr_value room = { 0 };
	const struct expr_value *s = first_of(h, v, &room);

	if (s->kind == EXPR_STRING)
		buf_put(out, buf_str(&s->text), s->text.len);
	else if (s->kind == EXPR_BOOLEAN)
		buf_puts(out, s->boolean ? "true" : "false");
	else if (s->is_date)
		date_write(h, s->instant, s->has_time, out);
	else if (isnan(s->number))
		buf_puts(out, "NaN");
	else
		expr_format_number(s->number, out);
	expr_value_clear(&room);
	return out->err;
}

bool node_same(struct expr_node a, struct expr_node b)
{
	return a.a == b.a && a.b == b.b;
}
