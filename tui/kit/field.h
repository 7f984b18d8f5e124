/* field.h - a text field: a line being edited, with the pinyin composer (F2) below it. Part of a view. */
#ifndef TUI_KIT_FIELD_H
#define TUI_KIT_FIELD_H

#include "tui/kit/ime.h"

struct kit_field {
	struct kit_line line;
	struct kit_compose compose;
};

bool kit_field_key(struct kit_field *f, int key);        /* false: not taken */
/* Draw; while composing the candidates take the row below. */
void kit_field_draw(struct kit_field *f, struct kit_view *v, WINDOW *win, int y, int x, int cols, const char *placeholder);
void kit_field_clear(struct kit_field *f);

/* Keys that a field takes itself, to stand in the key table of its view for the help. */
#define KIT_FIELD_KEYS \
	{ KIT_FN | KEY_F(2), ACT_COMPOSE, true }, { KIT_FN | KEY_F(3), ACT_UNDO, false }, \
	{ KIT_FN | KEY_LEFT, ACT_LEFT, false }, { KIT_FN | KEY_RIGHT, ACT_RIGHT, false }, { 'U' & 0x1f, ACT_CLEAR_UP, false }

#endif
