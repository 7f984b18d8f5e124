/* lex.h - the words of an expression. Private to forms/expr.
 *
 * Whether "*", "and", "div" are operators depends on what stood before (XPath 1.0 section 3.7); as in JavaRosa they need no
 * blank after them and no case ("1div 1", "a AND b").
 */
#ifndef FORMS_EXPR_LEX_H
#define FORMS_EXPR_LEX_H

#include "forms/expr/program.h"

enum token {
	TOKEN_END, TOKEN_BAD, TOKEN_NUMBER, TOKEN_STRING, TOKEN_DATE /* 2026-07-12 */, TOKEN_NAME /* a or a:b */, TOKEN_STAR, TOKEN_REFERENCE /* ${x} */,
	TOKEN_OPERATOR /* join says which */, TOKEN_MINUS, TOKEN_UNION,
	TOKEN_SLASH, TOKEN_SLASHES, TOKEN_DOT, TOKEN_DOTS, TOKEN_AT, TOKEN_COMMA, TOKEN_AXIS /* :: */,
	TOKEN_OPEN, TOKEN_CLOSE, TOKEN_OPEN_SQUARE, TOKEN_CLOSE_SQUARE
};

struct lex {
	const char *start, *at;        /* text, and what follows the token */
	bool after_value;              /* an operator may stand here */
	enum token token;
	enum join join;
	const char *text;              /* of the token: without quotes, braces */
	size_t len;
	size_t where;                  /* byte at which the token begins */
	double number;
};

void lex_open(struct lex *l, const char *text);
void lex_next(struct lex *l);

/* The first character of what follows the token, blanks passed over. */
char lex_peek(const struct lex *l);

#endif
