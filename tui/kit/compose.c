#include "config.h"
#include "tui/kit/ime.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"

#include <string.h>

void kit_compose_toggle(struct kit_compose *c)
{
	enum err e;

	if (c->on) {
		*c = (struct kit_compose){ .on = false };
		return;
	}
	e = kit_ime_open();
	if (e)
		kit_say_error(e);
	else
		c->on = true;
}

static void search(struct kit_compose *c)
{
	c->page = 0;
	c->count = *c->spelling ? kit_ime_search(c->spelling) : 0;
}

static void choose(struct kit_compose *c, struct kit_line *l, size_t i)
{
	char text[KIT_IME_TEXT];
	size_t letters, n = strlen(c->spelling);

	if (i >= c->count || !kit_ime_candidate(i, text))
		return;
	kit_line_insert(l, text);
	/* A candidate may stand for the first syllables only; the rest goes on being spelled. */
	letters = kit_ime_letters(text_count(text));
	if (!letters || letters > n)
		letters = n;
	memmove(c->spelling, c->spelling + letters, n - letters + 1);
	search(c);
}

static void spell(struct kit_compose *c, char letter)
{
	size_t n = strlen(c->spelling);

	if (n + 1 < sizeof c->spelling) {
		c->spelling[n] = letter;
		c->spelling[n + 1] = '\0';
		search(c);
	}
}

bool kit_compose_key(struct kit_compose *c, struct kit_line *l, int key)
{
	if (!c->on)
		return false;
	if (key >= 'a' && key <= 'z') {
		spell(c, (char)key);
		return true;
	}
	if (key == KIT_ESC) {
		*c = (struct kit_compose){ .on = *c->spelling != '\0' };
		return true;
	}
	if (!*c->spelling)
		return false;
	if (key == (KIT_FN | KEY_BACKSPACE)) {
		c->spelling[strlen(c->spelling) - 1] = '\0';
		search(c);
	} else if (key >= '1' && key < '1' + KIT_IME_PAGE) {
		choose(c, l, c->page + (size_t)(key - '1'));
	} else if (key == ' ' || key == KIT_ENTER) {
		choose(c, l, c->page);
	} else if ((key == '=' || key == (KIT_FN | KEY_NPAGE)) && c->page + KIT_IME_PAGE < c->count) {
		c->page += KIT_IME_PAGE;
	} else if ((key == '-' || key == (KIT_FN | KEY_PPAGE)) && c->page) {
		c->page -= KIT_IME_PAGE;
	}
	return true;
}

void kit_compose_draw(const struct kit_compose *c, WINDOW *win, int y, int x, int cols)
{
	struct buf b = { 0 };
	char text[KIT_IME_TEXT];

	if (!c->on)
		return;
	if (!*c->spelling) {
		buf_puts(&b, _("拼音: 打字母, 数字选字, F2 关"));
	} else {
		buf_printf(&b, "%s ", c->spelling);
		for (size_t i = c->page; i < c->count && i < c->page + KIT_IME_PAGE && kit_ime_candidate(i, text); i++)
			buf_printf(&b, " %zu%s", i - c->page + 1, text);
		if (!c->count)
			buf_puts(&b, _(" 没有候选字"));
	}
	wmove(win, y, x);
	wclrtoeol(win);
	kit_text(win, y, x, cols, KIT_KEY, buf_str(&b));
	buf_clear(&b);
}
