/* What an earlier visit found on an item and nobody has finished: it is seen again, not found again. */
#include "config.h"
#include "tui/screens/walk.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STANDING_MAX = 64 };

struct walk_standing { char item[40], number[32], stage[48]; int32_t due; bool has_due; };

static bool add(void *user, const struct row *row)
{
	struct walk *w = user;
	struct app *app = w->f->app;
	struct walk_standing *s = &w->standing[w->standing_count];
	struct buf item = { 0 }, number = { 0 }, due = { 0 }, stage = { 0 };

	if ((row->flags & ROW_RETRACTED) || words_is(app, row, "stage", "closed") || words_is(app, row, "stage", "void"))
		return true;
	words_stored(app, row, "item", &item);
	words_stored(app, row, "due", &due);
	words_stored(app, row, "stage", &stage);
	row_number(app->profile, row, &number);
	if (item.len) {
		snprintf(s->item, sizeof s->item, "%s", buf_str(&item));
		snprintf(s->number, sizeof s->number, "%s", buf_str(&number));
		snprintf(s->stage, sizeof s->stage, "%s", buf_str(&stage));
		s->has_due = clock_parse_date(buf_str(&due), &s->due);
		w->standing_count++;
	}
	buf_clear(&item);
	buf_clear(&number);
	buf_clear(&due);
	buf_clear(&stage);
	return w->standing_count < STANDING_MAX;
}

static const struct walk_standing *find(struct walk *w, fill_node item)
{
	const char *name = fill_question(w->f->fill, item)->name;

	if (!w->standing && (w->standing = calloc(STANDING_MAX, sizeof *w->standing)) && w->f->has_subject)
		row_children(w->f->app->profile, &w->f->subject, "hazards", add, w);
	for (size_t i = 0; i < w->standing_count; i++)
		if (!strcmp(w->standing[i].item, name))
			return &w->standing[i];
	return NULL;
}

static void tell(struct walk *w, const struct walk_standing *s, struct buf *out)
{
	const struct pack *pack = w->f->pack;
	uint32_t reg = pack_find_register(pack, "hazards"), field = reg == PACK_NONE ? PACK_NONE : pack_find_field(&pack->registers[reg], "stage");

	buf_puts(out, s->number);
	if (s->has_due) {
		buf_puts(out, "  ");
		words_days(s->due - app_day(w->f->app), out);
		buf_puts(out, s->due < app_day(w->f->app) ? "" : _("到期"));
	}
	if (field != PACK_NONE)
		buf_printf(out, "  %s", app_code(w->f->app, pack->registers[reg].fields[field].codes, s->stage));
}

bool walk_stands(struct walk *w, fill_node item, struct buf *number, struct buf *words, enum kit_role *role)
{
	const struct walk_standing *s = find(w, item);

	if (s && number)
		buf_puts(number, s->number);
	if (s && words)
		tell(w, s, words);
	if (s && role)
		*role = s->has_due ? words_days_role(s->due - app_day(w->f->app)) : KIT_SOON;
	return s != NULL;
}

static void note_words(const char *number, struct buf *out)
{
	buf_printf(out, _("仍是隐患 %s, 还没整改"), number);
}

enum err walk_see_again(struct walk *w, fill_node item)
{
	struct buf number = { 0 }, words = { 0 };
	enum err e = ERR_OK;

	if (walk_stands(w, item, &number, NULL, NULL) && walk_note_of(w, item) == FILL_NO_NODE) {
		note_words(buf_str(&number), &words);
		e = walk_set_note(w, item, buf_str(&words));
	}
	if (!e)
		kit_say(KIT_PLAIN, _("还是 %s, 没有另立"), buf_str(&number));
	buf_clear(&number);
	buf_clear(&words);
	return e;
}

enum err walk_see_gone(struct walk *w, fill_node item)
{
	fill_node note = walk_note_of(w, item), said = note == FILL_NO_NODE ? note : fill_child(w->f->fill, note, "words");
	struct buf number = { 0 }, ours = { 0 };
	enum err e = ERR_OK;

	if (!walk_stands(w, item, &number, NULL, NULL))
		return ERR_OK;
	note_words(buf_str(&number), &ours);
	if (said != FILL_NO_NODE && !strcmp(fill_value(w->f->fill, said), buf_str(&ours)) && !(e = fill_remove_instance(w->f->fill, note)))
		e = filling_save(w->f, item);
	if (!e)
		kit_say(KIT_SOON, _("%s 还没销号: 整改好了去报"), buf_str(&number));
	buf_clear(&number);
	buf_clear(&ours);
	return e;
}
