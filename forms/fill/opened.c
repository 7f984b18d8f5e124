/* What questions opened with, so that what a person left as it was is not taken for an answer of his. */
#include "config.h"
#include "forms/fill/settle.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

const char *fill_row_field(const struct form_question *q)
{
	static const char *const ways[] = { "instance('row')/root/", "instance(\"row\")/root/" };
	const char *field = NULL;

	for (size_t i = 0; q->initial && i < sizeof ways / sizeof *ways; i++)
		if (!strncmp(q->initial, ways[i], strlen(ways[i])))
			field = q->initial + strlen(ways[i]);
	return field && *field && field[strspn(field, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0' ? field : NULL;
}

enum err opened_set(struct fill *f, uint32_t node, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return err_set(ERR_NOMEM, _("内存不够"));
	free(f->nodes[node].opened);
	f->nodes[node].opened = copy;
	return ERR_OK;
}

const char *fill_opened(const struct fill *f, fill_node n)
{
	return fill_question(f, n) ? f->nodes[n].opened : NULL;
}

enum err fill_mark_opened(struct fill *f)
{
	enum err err = ERR_OK;

	for (uint32_t node = 0; !err && node < f->node_count; node++) {
		const struct form_question *q = fill_question(f, node);

		if (q && form_is_stored(q->type))
			err = opened_set(f, node, fill_value(f, node));
	}
	return err;
}

enum err fill_opens_with(struct fill *f, fill_node n, const char *text, struct buf *out)
{
	expr_value_clear(&f->value);
	f->value = (struct expr_value){ .kind = EXPR_STRING };
	buf_puts(&f->value.text, text);
	return f->value.text.err ? f->value.text.err : settle_text(f, n, out);
}
