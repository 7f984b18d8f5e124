#include "config.h"
#include "tui/kit/field.h"

bool kit_field_key(struct kit_field *f, int key)
{
	if (key == (KIT_FN | KEY_F(2))) {
		kit_compose_toggle(&f->compose);
		return true;
	}
	return kit_compose_key(&f->compose, &f->line, key) || kit_line_key(&f->line, key);
}

void kit_field_draw(struct kit_field *f, struct kit_view *v, WINDOW *win, int y, int x, int cols, const char *placeholder)
{
	kit_line_draw(&f->line, v, win, y, x, cols, placeholder);
	if (f->compose.on)
		kit_compose_draw(&f->compose, win, y + 1, 0, getmaxx(win));
}

void kit_field_clear(struct kit_field *f)
{
	kit_line_clear(&f->line);
	f->compose = (struct kit_compose){ .on = false };
}
