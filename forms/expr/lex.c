#include "config.h"
#include "forms/expr/lex.h"

#include <string.h>
#include <strings.h>

static size_t blank(const char *s)
{
	if (*s > ' ')
		return 0;
	if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r' || *s == '\f')
		return 1;
	if (!strncmp(s, "\xc2\xa0", 2))
		return 2;
	return strncmp(s, "\xe3\x80\x80", 3) ? 0 : 3;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *s)
{
	size_t n = 0;

	if (!letter(*s))
		return 0;
	while (letter(s[n]) || digit(s[n]) || s[n] == '.' || s[n] == '-') {
		if (blank(s + n))
			break;
		n++;
	}
	return n;
}

static void take(struct lex *l, enum token token, size_t len)
{
	l->token = token;
	l->text = l->at;
	l->len = len;
	l->at += len;
}

static bool symbol(struct lex *l)
{
	static const struct { const char *text; enum token token; enum join join; } list[] = {
		{ "!=", TOKEN_OPERATOR, JOIN_NE }, { "<=", TOKEN_OPERATOR, JOIN_LE }, { ">=", TOKEN_OPERATOR, JOIN_GE },
		{ "=", TOKEN_OPERATOR, JOIN_EQ }, { "<", TOKEN_OPERATOR, JOIN_LT }, { ">", TOKEN_OPERATOR, JOIN_GT },
		{ "+", TOKEN_OPERATOR, JOIN_ADD }, { "-", TOKEN_MINUS, JOIN_SUB }, { "|", TOKEN_UNION, JOIN_NONE },
		{ "//", TOKEN_SLASHES, JOIN_NONE }, { "/", TOKEN_SLASH, JOIN_NONE }, { "::", TOKEN_AXIS, JOIN_NONE },
		{ "..", TOKEN_DOTS, JOIN_NONE }, { ".", TOKEN_DOT, JOIN_NONE }, { "@", TOKEN_AT, JOIN_NONE }, { ",", TOKEN_COMMA, JOIN_NONE },
		{ "(", TOKEN_OPEN, JOIN_NONE }, { ")", TOKEN_CLOSE, JOIN_NONE }, { "[", TOKEN_OPEN_SQUARE, JOIN_NONE }, { "]", TOKEN_CLOSE_SQUARE, JOIN_NONE },
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (*l->at == list[i].text[0] && (!list[i].text[1] || l->at[1] == list[i].text[1])) {
			l->join = list[i].join;
			take(l, list[i].token, list[i].text[1] ? 2 : 1);
			return true;
		}
	return false;
}

static bool word_operator(struct lex *l)
{
	static const struct { const char *text; enum join join; } list[] = {
		{ "and", JOIN_AND }, { "or", JOIN_OR }, { "div", JOIN_DIV }, { "mod", JOIN_MOD }
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (!strncasecmp(l->at, list[i].text, strlen(list[i].text))) {
			l->join = list[i].join;
			take(l, TOKEN_OPERATOR, strlen(list[i].text));
			return true;
		}
	return false;
}

/* A day written without quotes, as authors do; JavaRosa would subtract. */
static bool day(const char *s)
{
	static const char shape[] = "dddd-dd-dd";

	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? !digit(s[i]) : s[i] != shape[i])
			return false;
	return !digit(s[10]) && s[10] != '.' && s[10] != '-';
}

static void number(struct lex *l)
{
	size_t n = 0;
	bool point = false;

	if (day(l->at)) {
		take(l, TOKEN_DATE, 10);
		return;
	}
	while (digit(l->at[n]) || (l->at[n] == '.' && !point))
		if (l->at[n++] == '.')
			point = true;
	take(l, TOKEN_NUMBER, n);
	l->number = number_from_text(l->text, n);
}

static void quoted(struct lex *l, size_t skip, const char *end)
{
	if (!end) {
		l->token = TOKEN_BAD;
		return;
	}
	l->at += skip;
	take(l, skip == 1 ? TOKEN_STRING : TOKEN_REFERENCE, (size_t)(end - l->at));
	l->at = end + 1;
	while (skip == 2 && l->len && blank(l->text)) {
		size_t n = blank(l->text);

		l->text += n;
		l->len -= n;
	}
	while (skip == 2 && l->len && l->text[l->len - 1] == ' ')
		l->len--;
	if (skip == 2 && !l->len)
		l->token = TOKEN_BAD;
}

static void name(struct lex *l)
{
	size_t n = name_length(l->at), more = l->at[n] == ':' ? name_length(l->at + n + 1) : 0;

	if (!n)
		l->token = TOKEN_BAD;
	else
		take(l, TOKEN_NAME, more ? n + 1 + more : n);
}

void lex_open(struct lex *l, const char *text)
{
	*l = (struct lex){ .start = text, .at = text, .text = text };
	lex_next(l);
}

void lex_next(struct lex *l)
{
	size_t n;

	while ((n = blank(l->at)))
		l->at += n;
	l->where = (size_t)(l->at - l->start);
	l->join = JOIN_NONE;
	if (!*l->at) {
		take(l, TOKEN_END, 0);
	} else if (digit(*l->at) || (*l->at == '.' && digit(l->at[1]))) {
		number(l);
	} else if (*l->at == '*') {
		l->join = JOIN_MUL;
		take(l, l->after_value ? TOKEN_OPERATOR : TOKEN_STAR, 1);
	} else if (*l->at == '\'' || *l->at == '"') {
		quoted(l, 1, strchr(l->at + 1, *l->at));
	} else if (l->at[0] == '$' && l->at[1] == '{') {
		quoted(l, 2, strchr(l->at + 2, '}'));
	} else if (!symbol(l) && !(l->after_value && word_operator(l))) {
		name(l);
	}
	l->after_value = l->token == TOKEN_STAR || l->token == TOKEN_NAME || l->token == TOKEN_REFERENCE || l->token == TOKEN_NUMBER ||
		l->token == TOKEN_STRING || l->token == TOKEN_DATE || l->token == TOKEN_CLOSE || l->token == TOKEN_CLOSE_SQUARE || l->token == TOKEN_DOT || l->token == TOKEN_DOTS;
}

char lex_peek(const struct lex *l)
{
	const char *p = l->at;
	size_t n;

	while ((n = blank(p)))
		p += n;
	return *p;
}
