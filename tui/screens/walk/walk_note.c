/* Words and pictures of the item at hand. */
#include "config.h"
#include "tui/screens/walk/walk.h"

#include "forms/base/i18n.h"
#include "tui/kit/prompt.h"

#include <string.h>

static const char *said(const struct walk *w, fill_node item)
{
	fill_node note = walk_note_of(w, item), words = note == FILL_NO_NODE ? note : fill_child(w->f->fill, note, "words");

	return words == FILL_NO_NODE ? "" : fill_value(w->f->fill, words);
}

/* Left with Esc, or locked, what was typed is kept; an emptied note goes only when that is confirmed. */
static enum kit_next noted(struct kit_view *below, struct kit_view *self)
{
	struct walk *w = (struct walk *)below;
	const char *words = kit_prompt_typed(self);
	enum err e;

	if (!kit_prompt_answer(self) && (!*words || !strcmp(said(w, w->items[w->at].node), words)))
		return KIT_STAY;
	e = walk_set_note(w, w->items[w->at].node, words);
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("已存"));
	return KIT_STAY;
}

enum kit_next walk_ask_note(struct walk *w)
{
	struct kit_view *prompt = kit_prompt_new(_("备注"), NULL, said(w, w->items[w->at].node), noted);

	if (prompt)
		prompt->keeps = true;
	return kit_open(&w->base, prompt);
}

/* `e` is how getting the picture went; takes its name. */
static void keep_photo(struct walk *w, enum err e, struct buf *name)
{
	if (!e)
		e = walk_add_photo(w, w->items[w->at].node, buf_str(name));
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("已存: 照片 %s"), buf_str(name));
	buf_clear(name);
}

static enum kit_next file_given(struct kit_view *below, struct kit_view *self)
{
	struct walk *w = (struct walk *)below;
	const char *path = kit_prompt_answer(self);
	struct buf name = { 0 };
	enum err e;

	if (!path || !*path)
		return KIT_STAY;
	e = filling_photo(w->f, path, &name);
	keep_photo(w, e, &name);
	return e ? kit_prompt_again(below, self) : KIT_STAY;
}

static enum kit_next ask_file(struct walk *w, const char *path)
{
	return kit_open(&w->base, kit_prompt_new(_("照片"), _("照片文件的路径 (可粘贴)"), path, file_given));
}

enum kit_next walk_ask_file(struct walk *w)
{
	return ask_file(w, "");
}

/* The camera's command where one is set, else a file. */
enum kit_next walk_photograph(struct walk *w)
{
	struct buf name = { 0 };
	enum kit_next next = KIT_STAY;
	enum err e;

	if (!*w->f->app->settings.photo)
		return walk_ask_file(w);
	e = filling_shoot(w->f, &name);
	if (e && name.len)
		next = ask_file(w, buf_str(&name));
	keep_photo(w, e, &name);
	return next;
}
