#include "config.h"
#include "forms/expr/program.h"

#include <math.h>
#include <string.h>

/* Next name of a blank separated list; NULL at its end. */
static const char *next_name(const char **list, size_t *len)
{
	const char *start = *list + strspn(*list, " \t\r\n");

	*len = strcspn(start, " \t\r\n");
	*list = start + *len;
	return *len ? start : NULL;
}

static enum err run_selected(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_string(r->host, &args[0]);
	const char *list, *want, *name;
	size_t len, wanted;
	bool found = false;

	(void)c, (void)n;
	if (!err)
		err = value_string(r->host, &args[1]);
	if (err)
		return err;
	list = buf_str(&args[0].text);
	want = buf_str(&args[1].text) + strspn(buf_str(&args[1].text), " \t\r\n");
	for (wanted = strlen(want); wanted && strchr(" \t\r\n", want[wanted - 1]); wanted--)
		;
	if (!wanted)
		found = !*list || strstr(list, "  ") || *list == ' ' || list[strlen(list) - 1] == ' ';
	while (!found && wanted && (name = next_name(&list, &len)))
		found = len == wanted && !memcmp(name, want, len);
	expr_set_boolean(out, found);
	return ERR_OK;
}

static enum err run_count_selected(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_string(r->host, &args[0]);
	const char *list = buf_str(&args[0].text);
	double count = 0;
	size_t len;

	(void)c, (void)n;
	while (!err && next_name(&list, &len))
		count++;
	expr_set_number(out, count);
	return err;
}

static enum err run_selected_at(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	double at = trunc(take_number(r, &args[1]));
	enum err err = value_string(r->host, &args[0]);
	const char *list = buf_str(&args[0].text), *name = NULL;
	size_t len = 0;

	(void)c, (void)n;
	if (err)
		return err;
	for (double i = 0; at >= 0 && i <= at; i++)
		if (!(name = next_name(&list, &len)))
			break;
	return value_set_text(out, name ? name : "", name ? len : 0);
}

static enum err run_choice_name(struct run *r, const struct frame *c, struct expr_value *args, size_t n, struct expr_value *out)
{
	enum err err = value_string(r->host, &args[0]);

	(void)n;
	if (!err)
		err = value_string(r->host, &args[1]);
	value_reset(out);
	if (!err && r->host->choice_name)
		err = r->host->choice_name(r->host->user, buf_str(&args[0].text), buf_str(&args[1].text), c->scope, &out->text);
	return err ? err : out->text.err;
}

const struct function select_functions[] = {
	{ .name = "selected", .min = 2, .max = 2, .eager = run_selected },
	{ .name = "is-selected", .min = 2, .max = 2, .eager = run_selected },
	{ .name = "count-selected", .min = 1, .max = 1, .eager = run_count_selected },
	{ .name = "selected-at", .min = 2, .max = 2, .eager = run_selected_at },
	{ .name = "jr:choice-name", .min = 2, .max = 2, .eager = run_choice_name },
	{ .name = NULL }
};
