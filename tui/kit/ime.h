/* ime.h - typing Han where the terminal has no input method: pinyin in, candidates out.
 *
 * The engine is optional (configure --with-googlepinyin); without it kit_ime_open() says so. The composer is the part a
 * person sees: F2 starts it, letters spell, 1-7 or the space bar choose, Esc leaves without touching the text.
 */
#ifndef TUI_KIT_IME_H
#define TUI_KIT_IME_H

#include "tui/kit/line.h"

enum { KIT_IME_SPELL = 32, KIT_IME_PAGE = 7, KIT_IME_TEXT = 64 };

/* The engine: one in a process. ERR_UNSUPPORTED without it, ERR_NOTFOUND without its dictionary. */
enum err kit_ime_open(void);
void kit_ime_close(void);
size_t kit_ime_search(const char *spelling);                          /* candidates */
bool kit_ime_candidate(size_t i, char out[KIT_IME_TEXT]);             /* UTF-8 */
size_t kit_ime_letters(size_t syllables);                             /* letters of the spelling that the first syllables take */

/* The composer. */
struct kit_compose {
	bool on;
	char spelling[KIT_IME_SPELL];
	size_t count, page;
};

void kit_compose_toggle(struct kit_compose *c);                       /* says why when there is no engine */
bool kit_compose_key(struct kit_compose *c, struct kit_line *l, int key);    /* false: not taken */
void kit_compose_draw(const struct kit_compose *c, WINDOW *win, int y, int x, int cols);

#endif
