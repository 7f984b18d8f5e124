/* Lists written in one text with a separator of the author's, as SurveyCTO's forms have them, and two small words of theirs
 * and of the community health toolkit's: https://docs.surveycto.com/02-designing-forms/01-core-concepts/09.expressions.html */
#include "config.h"
#include "forms/expr/program.h"

#include <math.h>
#include <string.h>

/* The next item of a list: its length in *len; NULL at the end. An empty text has no items. */
static const char *next_item(const char **list, const char *separator, size_t *len)
{
	const char *start = *list, *end = start && *separator ? strstr(start, separator) : NULL;

	if (!start)
		return NULL;
	*len = end ? (size_t)(end - start) : strlen(start);
	*list = end ? end + strlen(separator) : NULL;
	return start;
}

static const char *str(const struct expr_value *v)
{
	return buf_str(&v->text);
}

static const char *items(const struct expr_value *v)
{
	return v->text.len ? str(v) : NULL;
}

static enum err run_count_items(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);
	const char *list = items(&args[1]);
	double count = 0;
	size_t len;

	(void)c;
	while (!err && next_item(&list, str(&args[0]), &len))
		count++;
	expr_set_number(out, count);
	return err;
}

/* item-at(separator, list, number from 0) */
static enum err run_item_at(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double at = trunc(take_number(r, &args[2]));
	enum err err = value_strings(r->host, args, 2);
	const char *list = items(&args[1]), *item = NULL;
	size_t len = 0;

	(void)c, (void)n;
	if (err)
		return err;
	for (double i = 0; at >= 0 && i <= at; i++)
		if (!(item = next_item(&list, str(&args[0]), &len)))
			break;
	return value_set_text(out, item ? item : "", item ? len : 0);
}

/* Number of the item, from 0; -1 when the list does not have it. */
static double index_of(const struct expr_value *args)
{
	const char *list = items(&args[1]), *item;
	double i = 0;
	size_t len;

	for (; (item = next_item(&list, str(&args[0]), &len)); i++)
		if (len == args[2].text.len && !memcmp(item, str(&args[2]), len))
			return i;
	return -1;
}

static enum err run_item_index(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);

	(void)c;
	expr_set_number(out, err ? -1 : index_of(args));
	return err;
}

static enum err run_item_present(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);

	(void)c;
	expr_set_number(out, !err && index_of(args) >= 0);
	return err;
}

static enum err run_de_duplicate(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);
	const char *list = items(&args[1]), *item, *kept, *again;
	size_t len, other, count = 0;

	(void)c;
	value_reset(out);
	while (!err && (item = next_item(&list, str(&args[0]), &len))) {
		for (kept = out->text.len ? str(out) : NULL; (again = next_item(&kept, str(&args[0]), &other)); )
			if (other == len && !memcmp(again, item, len))
				break;
		err = run_work(r, count + 1);
		if (err || again)
			continue;
		count++;
		if (out->text.len)
			buf_puts(&out->text, str(&args[0]));
		buf_put(&out->text, item, len);
	}
	return err ? err : out->text.err;
}

static enum err run_linebreak(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	(void)r, (void)c, (void)args, (void)n;
	return value_set_text(out, "\n", 1);
}

static enum err run_empty(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);

	(void)c;
	expr_set_boolean(out, !err && !args[0].text.len);
	return err;
}

static enum err run_strip_whitespace(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_strings(r->host, args, n);

	(void)c;
	value_reset(out);
	for (const char *s = str(&args[0]); !err && *s; s++)
		if (!strchr(" \t\r\n\f\v", *s))
			buf_putc(&out->text, *s);
	return err ? err : out->text.err;
}

const struct function list_functions[] = {
	{ .name = "count-items", .min = 2, .max = 2, .eager = run_count_items },
	{ .name = "item-at", .min = 3, .max = 3, .eager = run_item_at },
	{ .name = "item-index", .min = 3, .max = 3, .eager = run_item_index },
	{ .name = "item-present", .min = 3, .max = 3, .eager = run_item_present },
	{ .name = "de-duplicate", .min = 2, .max = 2, .eager = run_de_duplicate },
	{ .name = "linebreak", .min = 0, .max = 0, .eager = run_linebreak },
	{ .name = "empty", .min = 1, .max = 1, .eager = run_empty },
	{ .name = "cht:strip-whitespace", .min = 1, .max = 1, .eager = run_strip_whitespace },
	{ .name = NULL }
};
