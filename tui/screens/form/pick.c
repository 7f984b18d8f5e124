#include "config.h"
#include "tui/screens/form/pick.h"

#include "sync/ledger/rows/find.h"

#include <stdlib.h>
#include <string.h>

static bool word_is(const char *at, size_t len, const char *name)
{
	return strlen(name) == len && !strncmp(at, name, len);
}

bool pick_has(const char *list, const char *name)
{
	for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ')
		if (word_is(at, strcspn(at, " "), name))
			return true;
	return false;
}

void pick_toggle(const char *list, const char *name, struct buf *out)
{
	size_t start = out->len;

	for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ')
		if (!word_is(at, strcspn(at, " "), name)) {
			buf_puts(out, out->len > start ? " " : "");
			buf_put(out, at, strcspn(at, " "));
		}
	if (!pick_has(list, name))
		buf_printf(out, "%s%s", out->len > start ? " " : "", name);
}

struct option { char *label, *initials; };

static void copy_choices(struct filling *f, fill_node n, uint32_t count, struct option *texts, struct kit_option *options)
{
	for (uint32_t i = 0; i < count; i++) {
		const char *name, *label;
		struct buf initials = { 0 };

		if (filling_choice(f, n, i, &name, &label))
			name = label = "";
		texts[i].label = strdup(label);
		find_initials(label, &initials);
		texts[i].initials = buf_take(&initials);
		options[i] = (struct kit_option){ texts[i].label ? texts[i].label : "", texts[i].initials, pick_has(fill_value(f->fill, n), name) };
	}
}

struct kit_view *pick_new(struct filling *f, fill_node n, bool several, enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	uint32_t count = 0;
	struct buf heading = { 0 };
	struct option *texts;
	struct kit_option *options;
	struct kit_view *dialog = NULL;

	if (fill_choices(f->fill, n, &count))
		return NULL;
	texts = calloc(count + 1, sizeof *texts);
	options = calloc(count + 1, sizeof *options);
	if (texts && options) {
		copy_choices(f, n, count, texts, options);
		filling_label(f, n, &heading);
		dialog = kit_choice_new(buf_str(&heading), NULL, options, count, several, done);
	}
	for (uint32_t i = 0; texts && i < count; i++) {
		free(texts[i].label);
		free(texts[i].initials);
	}
	free(texts);
	free(options);
	buf_clear(&heading);
	return dialog;
}

bool pick_value(const struct kit_view *dialog, struct filling *f, fill_node n, bool several, struct buf *out)
{
	const char *name, *label;
	uint32_t count = 0;
	size_t start = out->len;

	if (!kit_choice_confirmed(dialog) || fill_choices(f->fill, n, &count))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if ((several ? kit_choice_on(dialog, i) : kit_choice_answer(dialog) == (int)i) && !fill_choice(f->fill, n, i, &name, &label))
			buf_printf(out, "%s%s", out->len > start ? " " : "", name);
	return true;
}
