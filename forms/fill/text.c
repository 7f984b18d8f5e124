#include "config.h"
#include "forms/fill/settle.h"
#include "forms/fill/source.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* The value that ${name} stands for in a text, seen from `node`. */
static enum err put_value(struct fill *f, uint32_t node, const char *name, size_t len, struct buf *out)
{
	struct expr_nodes set = { 0 };
	enum expr_type type;
	char plain[256];
	enum err err;

	while (len && *name == ' ') {
		name++;
		len--;
	}
	while (len && name[len - 1] == ' ')
		len--;
	if (!len || len >= sizeof plain)
		return ERR_OK;
	memcpy(plain, name, len);
	plain[len] = '\0';
	err = f->eval.resolve(f, plain, host_node(node), &set);
	if (!err && set.count)
		buf_puts(out, f->eval.value(f, set.at[0], &type));
	free(set.at);
	return err == ERR_NOTFOUND ? ERR_OK : err ? err : out->err;
}

enum err text_fill(struct fill *f, uint32_t node, const char *text, struct buf *out)
{
	enum err err = ERR_OK;

	while (!err) {
		const char *at = strstr(text, "${"), *end = at ? strchr(at, '}') : NULL;

		if (!end) {
			buf_puts(out, text);
			return out->err;
		}
		buf_put(out, text, (size_t)(at - text));
		err = put_value(f, node, at + 2, (size_t)(end - at - 2), out);
		text = end + 1;
	}
	return err;
}

enum err fill_text(struct fill *f, fill_node n, enum fill_text what, struct buf *out)
{
	const struct form_question *q = fill_question(f, n);
	const struct form_text *t;

	if (!q)
		return ERR_OK;
	switch (what) {
	case FILL_LABEL:              t = &q->label; break;
	case FILL_HINT:               t = &q->hint; break;
	case FILL_GUIDANCE:           t = &q->guidance; break;
	case FILL_CONSTRAINT_MESSAGE: t = &q->constraint_message; break;
	default:                      t = &q->required_message; break;
	}
	return text_fill(f, n, form_text(f->form, t, f->language), out);
}

static enum err evaluate(struct fill *f, fill_node n, const char *expression)
{
	struct expr *x;
	enum err err = expr_parse(expression, &x);

	if (err)
		return err;
	err = settle_eval(f, n == FILL_NO_NODE ? ROOT_NODE : n, x);
	expr_free(x);
	return err;
}

enum err fill_evaluate(struct fill *f, fill_node n, const char *expression, struct buf *out)
{
	enum err err = evaluate(f, n, expression);

	if (err)
		return err;
	if (f->value.kind == EXPR_NUMBER && !f->value.is_date) {
		expr_format_number(f->value.number, out);
		return out->err;
	}
	return expr_text(&f->eval, &f->value, out);
}

enum err fill_test(struct fill *f, fill_node n, const char *expression, bool *out)
{
	enum err err = evaluate(f, n, expression);

	*out = !err && expr_boolean(&f->eval, &f->value);
	return err;
}
