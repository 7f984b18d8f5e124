#include "config.h"
#include "tui/kit/line.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"

#include <stdlib.h>
#include <string.h>

enum { RUN_NONE, RUN_TYPING, RUN_DELETING };

static void forget_undo(struct kit_line *l)
{
	for (size_t i = 0; i < l->undo_count; i++)
		free(l->undo[i].text);
	l->undo_count = 0;
	l->run = RUN_NONE;
}

void kit_line_clear(struct kit_line *l)
{
	forget_undo(l);
	buf_clear(&l->text);
	*l = (struct kit_line){ .at = 0 };
}

void kit_line_set(struct kit_line *l, const char *text)
{
	forget_undo(l);
	buf_reset(&l->text);
	buf_puts(&l->text, text);
	l->at = l->text.len;
	l->first_col = 0;
}

const char *kit_line_text(const struct kit_line *l)
{
	return buf_str(&l->text);
}

/* Remember the text before a step; the oldest step is forgotten when there are too many. */
static void remember(struct kit_line *l, int run)
{
	bool same = run != RUN_NONE && run == l->run;

	l->run = run;
	if (same)
		return;
	if (l->undo_count == KIT_LINE_UNDO) {
		free(l->undo[0].text);
		memmove(l->undo, l->undo + 1, --l->undo_count * sizeof *l->undo);
	}
	l->undo[l->undo_count].text = strdup(kit_line_text(l));
	l->undo[l->undo_count].at = l->at;
	if (l->undo[l->undo_count].text)
		l->undo_count++;
}

bool kit_line_undo(struct kit_line *l)
{
	struct kit_line_state *s;

	if (!l->undo_count)
		return false;
	s = &l->undo[--l->undo_count];
	buf_reset(&l->text);
	buf_puts(&l->text, s->text);
	l->at = s->at;
	l->run = RUN_NONE;
	free(s->text);
	return true;
}

/* Put `len` bytes in place of [from, to). */
static void splice(struct kit_line *l, size_t from, size_t to, const char *s, size_t len)
{
	struct buf whole = { 0 };

	buf_put(&whole, kit_line_text(l), from);
	buf_put(&whole, s, len);
	buf_puts(&whole, kit_line_text(l) + to);
	if (!whole.err && whole.len <= KIT_LINE_MAX) {
		buf_clear(&l->text);
		l->text = whole;
		l->at = from + len;
	} else {
		buf_clear(&whole);
	}
}

/* As much of `clean` as the line still holds, whole characters; the person is told what was left out. */
static void cut_to_fit(const struct kit_line *l, struct buf *clean)
{
	size_t room = KIT_LINE_MAX - l->text.len, len;

	if (clean->len <= room)
		return;
	for (len = room; len && (clean->data[len] & 0xc0) == 0x80; len--)
		;
	buf_cut(clean, len);
	kit_say(KIT_SOON, _("一行最多 %d 字节: 后面的没放进去"), KIT_LINE_MAX);
}

static void insert(struct kit_line *l, const char *s, int run)
{
	struct buf clean = { 0 };
	uint32_t cp;

	for (size_t n; *s; s += n) {
		n = text_next(s, strnlen(s, 4), &cp);
		if (cp == '\n' || cp == '\t')
			buf_putc(&clean, ' ');
		else if (cp >= 32 && cp != 127 && !(cp >= 0x80 && cp < 0xa0))
			text_put(&clean, cp);
	}
	cut_to_fit(l, &clean);
	if (clean.len) {
		remember(l, run);
		splice(l, l->at, l->at, clean.data, clean.len);
	}
	buf_clear(&clean);
}

void kit_line_insert(struct kit_line *l, const char *text)
{
	insert(l, text, RUN_NONE);
}

static size_t before(const struct kit_line *l, size_t at)
{
	const char *s = kit_line_text(l);

	while (at && (s[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t after(const struct kit_line *l, size_t at)
{
	const char *s = kit_line_text(l) + at;
	uint32_t cp;

	return *s ? at + text_next(s, strnlen(s, 4), &cp) : at;
}

static size_t word_before(const struct kit_line *l)
{
	const char *s = kit_line_text(l);
	size_t at = l->at;

	while (at && s[before(l, at)] == ' ')
		at = before(l, at);
	while (at && s[before(l, at)] != ' ')
		at = before(l, at);
	return at;
}

static void cut(struct kit_line *l, size_t from, size_t to, int run)
{
	if (from == to)
		return;
	remember(l, run);
	splice(l, from, to, "", 0);
}

static void go(struct kit_line *l, size_t at)
{
	l->at = at;
	l->run = RUN_NONE;
}

bool kit_line_key(struct kit_line *l, int key)
{
	char utf8[8];
	struct buf one = { 0 };

	switch (key) {
	case KIT_FN | KEY_LEFT:       go(l, before(l, l->at)); return true;
	case KIT_FN | KEY_RIGHT:      go(l, after(l, l->at)); return true;
	case KIT_FN | KEY_HOME: case 'A' & 0x1f: go(l, 0); return true;
	case KIT_FN | KEY_END: case 'E' & 0x1f:  go(l, l->text.len); return true;
	case KIT_FN | KEY_BACKSPACE:  cut(l, before(l, l->at), l->at, RUN_DELETING); return true;
	case KIT_FN | KEY_DC:         cut(l, l->at, after(l, l->at), RUN_DELETING); return true;
	case 'W' & 0x1f:              cut(l, word_before(l), l->at, RUN_NONE); return true;
	case 'U' & 0x1f:              cut(l, 0, l->text.len, RUN_NONE); return true;
	case KIT_FN | KEY_F(3):       kit_line_undo(l); return true;
	default:
		break;
	}
	if (!kit_key_is_text(key))
		return false;
	text_put(&one, (uint32_t)key);
	snprintf(utf8, sizeof utf8, "%s", buf_str(&one));
	buf_clear(&one);
	insert(l, utf8, RUN_TYPING);
	return true;
}

static int columns_to(const struct kit_line *l, size_t at)
{
	struct buf head = { 0 };
	int width;

	buf_put(&head, kit_line_text(l), at);
	width = text_width(buf_str(&head));
	buf_clear(&head);
	return width;
}

void kit_line_draw(struct kit_line *l, struct kit_view *v, WINDOW *win, int y, int x, int cols, const char *placeholder)
{
	int cursor = columns_to(l, l->at), used = 0, room = getmaxx(win) - x;
	const char *s = kit_line_text(l);

	if (cols > room)
		cols = room;
	if (cols < 1)
		return;
	if (cursor < l->first_col)
		l->first_col = cursor > cols / 2 ? cursor - cols / 2 : 0;
	if (cursor - l->first_col >= cols)
		l->first_col = cursor - cols + 1 + cols / 4;
	s += text_fit(s, l->first_col, &used);
	/* A wide character that the left edge parts is left out, and what follows keeps its column. */
	if (used < l->first_col && *s) {
		s += after(l, (size_t)(s - kit_line_text(l))) - (size_t)(s - kit_line_text(l));
		used += 2;
	}
	wattrset(win, (int)kit_attr(KIT_FIELD));
	mvwhline(win, y, x, ' ', cols);
	wattrset(win, A_NORMAL);
	if (!l->text.len && placeholder)
		kit_text(win, y, x, cols, KIT_DIM, placeholder);
	else
		kit_text(win, y, x + used - l->first_col, cols - (used - l->first_col), KIT_FIELD, s);
	v->cursor_y = y;
	v->cursor_x = x + cursor - l->first_col;
	v->cursor_shown = true;
}
