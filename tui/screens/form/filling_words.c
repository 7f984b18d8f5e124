/* What stands in a form, as people read it. */
#include "config.h"
#include "tui/screens/form/filling.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/fill/markup.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void filling_text(struct filling *f, fill_node n, enum fill_text what, struct markup *out)
{
	struct buf raw = { 0 };

	if (fill_text(f->fill, n, what, &raw) || (!raw.len && what == FILL_LABEL)) {
		buf_reset(&raw);
		buf_puts(&raw, what == FILL_LABEL ? fill_question(f->fill, n)->name : "");
	}
	if (markup_read(out, buf_str(&raw)))
		markup_clear(out);
	buf_clear(&raw);
}

void filling_label(struct filling *f, fill_node n, struct buf *out)
{
	struct markup m = { .text = { 0 } };

	filling_text(f, n, FILL_LABEL, &m);
	buf_puts(out, buf_str(&m.text));
	markup_clear(&m);
}

enum err filling_choice(struct filling *f, fill_node n, uint32_t i, const char **name, const char **label)
{
	enum err e = fill_choice(f->fill, n, i, name, label);

	if (!e && !(e = markup_read(&f->choice, *label)))
		*label = buf_str(&f->choice.text);
	return e;
}

/* Labels in the order of the answer, which of a ranking is the answer. */
static void chosen_labels(struct filling *f, fill_node n, const char *value, struct buf *out)
{
	bool one = fill_question(f->fill, n)->type == FORM_SELECT_ONE;
	uint32_t count = 0, i;
	const char *name, *label;

	if (fill_choices(f->fill, n, &count))
		count = 0;
	for (size_t len; *value; value += len, value += *value == ' ') {
		len = one ? strlen(value) : strcspn(value, " ");
		for (i = 0; i < count; i++)
			if (!filling_choice(f, n, i, &name, &label) && strlen(name) == len && !memcmp(name, value, len))
				break;
		buf_put(out, i < count ? label : value, i < count ? strlen(label) : len);
		buf_puts(out, value[len] ? " " : "");
	}
}

static void row_words(struct filling *f, const char *value, struct buf *out)
{
	struct row row = { .id = { .index = 0 } };
	struct row_id id;

	if (row_id_parse(value, &id) && !row_read(f->app->profile, &id, &row)) {
		if (row_title(f->app->profile, &row, out))
			buf_puts(out, value);
		row_clear(&row);
	} else {
		buf_puts(out, value);
	}
}

/* The first of several by name, the rest by number. */
static void rows_words(struct filling *f, char *value, struct buf *out)
{
	enum { NAMED = 3 };
	unsigned n = 0;

	for (char *at = strtok(value, " "); at; at = strtok(NULL, " "), n++) {
		if (n >= NAMED)
			continue;
		buf_puts(out, n ? " " : "");
		row_words(f, at, out);
	}
	if (n > NAMED)
		buf_printf(out, _(" 等 %u"), n);
}

static void time_words(const struct filling *f, const char *value, struct buf *out)
{
	int64_t ms;
	char stored[32];

	if (!clock_parse_time(value, f->pack->utc_offset, &ms)) {
		buf_puts(out, value);
		return;
	}
	clock_format_time(ms, f->pack->utc_offset, stored);
	buf_printf(out, "%.10s %.5s", stored, stored + 11);
}

/* "08:30:00.000+08:00" as people say it. */
static void hour_words(const char *value, struct buf *out)
{
	bool whole = strlen(value) >= 8 && value[2] == ':' && !strncmp(value + 5, ":00", 3);

	buf_put(out, value, whole ? 5 : strcspn(value, ".+Z"));
}

void filling_value(struct filling *f, fill_node n, struct buf *out)
{
	const struct form_question *q = fill_question(f->fill, n);
	char *value = strdup(fill_value(f->fill, n));

	if (value && *value) {
		if (form_is_select(q->type))
			chosen_labels(f, n, value, out);
		else if (q->type == FORM_ROW)
			row_words(f, value, out);
		else if (q->type == FORM_ROWS)
			rows_words(f, value, out);
		else if (q->type == FORM_DATETIME)
			time_words(f, value, out);
		else if (q->type == FORM_TIME)
			hour_words(value, out);
		else if (q->type == FORM_ACKNOWLEDGE)
			buf_puts(out, _("已确认"));
		else if (q->type == FORM_GEOPOINT)
			words_position(value, out);
		else
			buf_puts(out, value);
	}
	free(value);
}

void filling_shown(struct filling *f, fill_node n, struct buf *out)
{
	struct buf value = { 0 };

	if (n != FILL_NO_NODE && fill_is_relevant(f->fill, n))
		filling_value(f, n, &value);
	if (value.len && pack_class(fill_question(f->fill, n)) >= 2)
		row_mask(&value, form_is_select(fill_question(f->fill, n)->type));
	buf_puts(out, value.len ? buf_str(&value) : _("(空)"));
	buf_clear(&value);
}

/* The form as the draft was begun with; NULL where that pack is not held any more. */
static const struct form *begun_with(const struct filling *f)
{
	const struct draft_about *about = draft_about(f->draft);
	const struct form *asked = NULL;
	const struct pack *pack;
	uint32_t i;

	if (profile_pack(f->app->profile, f->pack->id, about->version, &pack) || (i = pack_find_form(pack, about->form)) == PACK_NONE)
		return NULL;
	return pack_form_read(&pack->forms[i], &asked) ? NULL : asked;
}

static const char *in_language(const struct form *form, const struct form_text *text)
{
	return form_text(form, text, form_language(form, i18n_language() ? "en" : "zh"));
}

void filling_dropped(struct filling *f, const char *path, const char *value, const char *why)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct buf because = { 0 };
	const struct form *old;
	uint32_t q, c = FORM_NONE;
	const char *label;

	buf_puts(&because, why);                  /* it may be the last error's words, and looking for the old pack may fail */
	old = begun_with(f);
	q = old ? form_find(old, name, 0) : FORM_NONE;
	label = q == FORM_NONE ? NULL : in_language(old, &old->questions[q].label);
	if (q != FORM_NONE && old->questions[q].type == FORM_SELECT_ONE && old->questions[q].list != FORM_NONE)
		c = form_find_choice(old, old->questions[q].list, value);
	buf_printf(&f->dropped, "# %s", name);
	if (label && *label && strcmp(label, name))
		buf_printf(&f->dropped, "  %s", label);
	buf_putc(&f->dropped, '\n');
	if (*value)
		buf_printf(&f->dropped, _("答的是: %s\n"), c == FORM_NONE ? value : in_language(old, &old->choices[c].label));
	buf_printf(&f->dropped, "%s\n\n", buf_str(&because));
	buf_clear(&because);
}
