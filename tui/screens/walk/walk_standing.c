/* What an earlier visit found on an item and nobody has finished: it is seen again, not found again. */
#include "config.h"
#include "tui/screens/walk/walk.h"

#include "forms/base/i18n.h"
#include "tui/screens/words.h"

#include <string.h>

static const struct standing *find(struct walk *w, fill_node item)
{
	if (!w->standing.at && w->f->has_subject && standing_read(w->f->app->profile, &w->f->subject, &w->standing))
		w->standing.count = 0;
	return standing_find(&w->standing, fill_question(w->f->fill, item)->name);
}

static void tell(struct walk *w, const struct standing *s, struct buf *out)
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
	const struct standing *s = find(w, item);

	if (s && number)
		buf_puts(number, s->number);
	if (s && words)
		tell(w, s, words);
	if (s && role)
		*role = s->has_due ? words_days_role(s->due - app_day(w->f->app)) : KIT_SOON;
	return s != NULL;
}

enum err walk_see_again(struct walk *w, fill_node item)
{
	const struct standing *s = find(w, item);
	struct buf words = { 0 };
	enum err e = ERR_OK;

	if (s && walk_note_of(w, item) == FILL_NO_NODE) {
		standing_words(s, &words);
		e = walk_set_note(w, item, buf_str(&words));
	}
	if (!e)
		kit_say(KIT_PLAIN, _("还是 %s, 没有另立"), s ? s->number : "");
	buf_clear(&words);
	return e;
}

enum err walk_see_gone(struct walk *w, fill_node item)
{
	fill_node note = walk_note_of(w, item), said = note == FILL_NO_NODE ? note : fill_child(w->f->fill, note, "words");
	const struct standing *s = find(w, item);
	struct buf ours = { 0 };
	enum err e = ERR_OK;

	if (!s)
		return ERR_OK;
	standing_words(s, &ours);
	if (said != FILL_NO_NODE && !strcmp(fill_value(w->f->fill, said), buf_str(&ours)) && !(e = fill_remove_instance(w->f->fill, note)))
		e = filling_save(w->f, item);
	if (!e)
		kit_say(KIT_SOON, _("%s 还没销号: 整改好了去报"), s->number);
	buf_clear(&ours);
	return e;
}
