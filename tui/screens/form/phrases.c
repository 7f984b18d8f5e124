#include "config.h"
#include "tui/screens/form/phrases.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/find.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/choice.h"
#include "tui/screens/words.h"

#include <stdlib.h>
#include <string.h>

enum { PHRASES_MAX = 60, ROWS_LOOKED_AT = 400, PERSONAL = 2 };

struct phrases { char *words[PHRASES_MAX]; size_t count; };

static void add(struct phrases *p, const char *words)
{
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->words[i], words))
			return;
	if (*words && p->count < PHRASES_MAX && (p->words[p->count] = strdup(words)))
		p->count++;
}

/* Where the answer is kept; NULL when in no register. */
static const struct pack_save *save_of(const struct filling *f, fill_node n)
{
	uint32_t question = fill_question_index(f->fill, n);

	for (uint32_t i = 0; i < f->form->save_count; i++)
		if (f->form->saves[i].question == question)
			return &f->form->saves[i];
	return NULL;
}

/* What stood there before; with `item` only in rows about that item. */
static void add_past(struct filling *f, const struct pack_register *reg, const struct pack_field *field, const char *item, struct phrases *p)
{
	struct listing_query q = { .reg = reg->id };
	struct listing *l = NULL;
	struct row row;

	if (listing_open(f->app->profile, &q, &l))
		return;
	for (uint32_t i = 0; i < listing_count(l) && i < ROWS_LOOKED_AT && p->count < PHRASES_MAX; i++) {
		struct buf words = { 0 }, about = { 0 };

		if (listing_row(l, i, &row))
			continue;
		if (item)
			words_stored(f->app, &row, "item", &about);
		if (!item || !strcmp(buf_str(&about), item))
			words_stored(f->app, &row, field->id, &words);
		add(p, buf_str(&words));
		buf_clear(&words);
		buf_clear(&about);
		row_clear(&row);
	}
	listing_close(l);
}

static void add_of_pack(const struct pack *pack, const char *where, struct phrases *p)
{
	uint32_t list = pack_find_codes(pack, "phrases");

	for (uint32_t i = 0; list != PACK_NONE && i < pack->codes[list].count; i++) {
		const struct pack_code *code = &pack->codes[list].at[i];

		if (code->parent && !strcmp(code->parent, where))
			add(p, pack_name(&code->label, i18n_language()));
	}
}

static void gather(struct filling *f, fill_node n, struct phrases *p)
{
	const struct pack_save *save = save_of(f, n);
	const struct pack_register *reg = save ? &f->pack->registers[f->form->entities[save->entity].reg] : NULL;
	const struct pack_field *field = reg ? &reg->fields[save->field] : NULL;
	fill_node parent = fill_parent(f->fill, n), item = parent == FILL_NO_NODE ? FILL_NO_NODE : fill_child(f->fill, parent, "item");
	char where[160];

	if (!field || pack_class(fill_question(f->fill, n)) >= PERSONAL || field->class >= PERSONAL)
		return;
	snprintf(where, sizeof where, "%s.%s", reg->id, field->id);
	if (item != FILL_NO_NODE)
		add_past(f, reg, field, fill_value(f->fill, item), p);
	add_of_pack(f->pack, where, p);
	add_past(f, reg, field, NULL, p);
}

enum err phrases_new(struct filling *f, fill_node n, enum kit_next (*done)(struct kit_view *below, struct kit_view *self), struct kit_view **out)
{
	struct phrases p = { .count = 0 };
	struct kit_option options[PHRASES_MAX];
	struct buf initials[PHRASES_MAX];

	gather(f, n, &p);
	memset(initials, 0, sizeof initials);
	for (size_t i = 0; i < p.count; i++) {
		find_initials(p.words[i], &initials[i]);
		options[i] = (struct kit_option){ p.words[i], buf_str(&initials[i]), false };
	}
	if (p.count)
		*out = kit_choice_new(_("常用语"), NULL, options, p.count, false, done);
	for (size_t i = 0; i < p.count; i++) {
		buf_clear(&initials[i]);
		free(p.words[i]);
	}
	if (!p.count)
		return err_set(ERR_NOTFOUND, _("这一栏还没有常用语: 填过的以后会在这里"));
	return *out ? ERR_OK : err_set(ERR_NOMEM, "%s", _("常用语"));
}
