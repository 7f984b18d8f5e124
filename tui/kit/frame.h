/* frame.h - what stands around a view: the first line, the message line, the hint line. Used by the loop only. */
#ifndef TUI_KIT_FRAME_H
#define TUI_KIT_FRAME_H

#include "tui/kit/view.h"

struct kit_frame {
	int rows, cols;                 /* of the screen */
	int body_y, body_rows;
	int message_y;                  /* the rule above the hints, where messages are shown */
	int hint_y, hint_rows;
	bool too_small;
};

struct kit_frame kit_frame(int rows, int cols);

/* All but the body, to stdscr. */
void kit_frame_draw(const struct kit_frame *f, struct kit_view *v, const struct kit_app *app);

/* What is said, on the line for it and over as many lines of hints as it needs, until the next key. */
void kit_frame_message(const struct kit_frame *f, enum kit_role role, const char *words);

/* Key whose hint was drawn at y, x; 0 for none. */
int kit_frame_hint_at(int y, int x);

/* The hints of `v` in up to `rows` lines of `cols` columns, joined by '\n': way out and help first, dropped from the right. */
void kit_frame_hints(struct kit_view *v, const struct kit_app *app, int rows, int cols, struct buf *out);

#endif
