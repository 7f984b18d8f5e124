#include "config.h"
#include "tui/screens/walk/walk.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"
#include "tui/screens/form/form_view.h"
#include "tui/screens/form/pick.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *words_of(const struct walk *w, const char *list, const char *code)
{
	return app_code(w->f->app, pack_find_codes(w->f->pack, list), code);
}

static void section_name(struct walk *w, size_t s, struct buf *out)
{
	filling_label(w->f, w->sections[s].node, out);
}

/* Bar and counts of the sections; on a phone only of this one. */
static void progress(struct walk *w, WINDOW *win, int y)
{
	size_t here = w->items[w->at].section, answered = 0;
	int cols = getmaxx(win), x;
	struct buf b = { 0 };

	if (cols < KIT_NARROW) {
		section_name(w, here, &b);
		x = 1 + kit_text(win, y, 1, cols - 18, KIT_PLAIN, buf_str(&b)) + 1;
		kit_bar(win, y, x, cols - x - 7, w->sections[here].answered, w->sections[here].count);
		kit_printf(win, y, cols - 6, 6, KIT_PLAIN, "%zu/%zu", w->sections[here].answered, w->sections[here].count);
		buf_clear(&b);
		return;
	}
	for (size_t s = 0; s < w->section_count; s++)
		answered += w->sections[s].answered;
	kit_bar(win, y, 1, 24, answered, w->count);
	/* This section and what follows; those done fall off the left. */
	x = 27;
	for (size_t s = here; s < w->section_count && x < cols; s++) {
		buf_reset(&b);
		section_name(w, s, &b);
		buf_printf(&b, " %zu/%zu", w->sections[s].answered, w->sections[s].count);
		if (s > here)
			x += kit_text(win, y, x, cols - x, KIT_DIM, " | ");
		x += kit_text(win, y, x, cols - x - 1, s == here ? KIT_STRONG : KIT_DIM, buf_str(&b));
	}
	buf_clear(&b);
}

/* What a finding at this item would be, in words; NULL when it raises nothing. */
static const char *level(const struct walk *w)
{
	const char *code = walk_question(w)->xc[FORM_XC_LEVEL];

	return code && strcmp(code, "-") ? words_of(w, "level", code) : NULL;
}

static void spot(struct walk *w, int y, int x, int cols, int choice)
{
	if (w->spot_count == WALK_SPOTS)
		return;
	w->spots[w->spot_count].y = y;
	w->spots[w->spot_count].x = x;
	w->spots[w->spot_count].cols = cols;
	w->spots[w->spot_count++].choice = choice;
}

/* Choices as they are laid: one below the other, or side by side from `left` on. */
struct laying { struct walk *w; WINDOW *win; int y, x, end, left; bool below; };

static void lay(struct laying *l, int choice, enum kit_role role, const char *words)
{
	int cols = getmaxx(l->win);

	if (!l->below && l->x > l->left && l->x + text_width(words) > cols - 2) {
		l->y++;
		l->x = l->left;
	}
	if (l->y >= l->end)
		return;
	kit_text(l->win, l->y, l->x, cols - l->x - 1, role, words);
	spot(l->w, l->y, l->below ? 0 : l->x, l->below ? cols : text_width(words), choice);
	if (l->below)
		l->y++;
	else
		l->x += text_width(words) + (l->left > 2 ? 4 : 2);
}

static void lay_choice(struct laying *l, uint32_t i, bool narrow)
{
	fill_node n = l->w->items[l->w->at].node;
	const char *name, *label;
	char one[160];
	bool on;

	if (filling_choice(l->w->f, n, i, &name, &label))
		return;
	on = pick_has(fill_value(l->w->f->fill, n), name);
	snprintf(one, sizeof one, narrow ? "%s%u %s" : "%s[%u] %s", on ? "*" : " ", i % WALK_CHOICES + 1, label);
	if (narrow && !strcmp(name, "fail") && level(l->w))
		snprintf(one, sizeof one, "%s%u %s  -> %s", on ? "*" : " ", i % WALK_CHOICES + 1, label, level(l->w));
	lay(l, (int)i, on ? KIT_STRONG : KIT_PLAIN, one);
}

/* "[1] 符合   [2] 不符合"; on a phone one below the other, big enough for a thumb, where there is room. Returns the rows used. */
static int choices(struct walk *w, WINDOW *win, int y, int rows)
{
	bool narrow = getmaxx(win) < KIT_NARROW;
	uint32_t count = walk_choices(w), end = w->first + WALK_CHOICES < count ? w->first + WALK_CHOICES : count;
	struct laying l = { .w = w, .win = win, .y = y, .end = y + rows, .left = narrow ? 2 : 8 };
	char more[64];

	if (!count)
		return 0;
	l.x = l.left;
	l.below = narrow && (int)(end - w->first) + (count > WALK_CHOICES) <= rows;
	for (uint32_t i = w->first; i < end; i++)
		lay_choice(&l, i, narrow);
	if (count > WALK_CHOICES) {
		snprintf(more, sizeof more, narrow ? _(" 0 后面的 (共 %u 个)") : _(" [0] 后面的 (共 %u 个)"), count);
		lay(&l, WALK_MORE, KIT_PLAIN, more);
	}
	return l.below ? l.y - y : (l.y < l.end ? l.y : l.end - 1) - y + 1;
}

static int answer_area(struct walk *w, WINDOW *win, int y, int rows)
{
	const struct form_question *q = walk_question(w);
	int cols = getmaxx(win), x = cols < KIT_NARROW ? 3 : 8;
	struct buf b = { 0 };

	if (form_is_select(q->type))
		return choices(w, win, y, rows);
	if (w->editing) {
		kit_field_draw(&w->field, &w->base, win, y, x, cols - x - 12, q->type == FORM_TEXT ? _("打字后 Enter") : _("打数字后 Enter"));
		kit_text(win, y, cols - 11, 10, KIT_DIM, q->xc[FORM_XC_UNIT] ? words_of(w, "unit", q->xc[FORM_XC_UNIT]) : "");
		return 1 + w->field.compose.on;
	}
	filling_value(w->f, w->items[w->at].node, &b);
	kit_printf(win, y, x, cols - x - 1, b.len ? KIT_STRONG : KIT_DIM, "%s %s", b.len ? buf_str(&b) : _("(Enter 填写)"),
	           q->xc[FORM_XC_UNIT] ? words_of(w, "unit", q->xc[FORM_XC_UNIT]) : "");
	buf_clear(&b);
	return 1;
}

/* What to do about a finding; on a phone the level stands beside its answer already. */
static void measures(struct walk *w, bool narrow, struct buf *out)
{
	const struct form_question *q = walk_question(w);

	if (narrow)
		buf_puts(out, _("不符合: "));
	else
		buf_printf(out, _("不符合即 %s | "), level(w));
	if (q->xc[FORM_XC_DUE])
		buf_printf(out, _("期限 %s | "), words_of(w, "due", q->xc[FORM_XC_DUE]));
	if (q->xc[FORM_XC_ACT])
		buf_puts(out, words_of(w, "act", q->xc[FORM_XC_ACT]));
	else
		buf_cut(out, out->len - 3);
}

static int noted(struct walk *w, WINDOW *win, int y, int x, int rows)
{
	fill_node n = w->items[w->at].node, note = walk_note_of(w, n), words = note == FILL_NO_NODE ? note : fill_child(w->f->fill, note, "words");
	unsigned photos = walk_photos(w, n);
	struct buf b = { 0 };
	int used;

	if (note == FILL_NO_NODE)
		return 0;
	buf_printf(&b, _("备注  %s"), words != FILL_NO_NODE ? fill_value(w->f->fill, words) : "");
	if (photos)
		buf_printf(&b, _(" (照片 %u 张)"), photos);
	used = kit_paragraph(win, y, x, rows > 3 ? 2 : 1, getmaxx(win) - x - 1, KIT_PLAIN, buf_str(&b));
	buf_clear(&b);
	return used;
}

/* On two rows where there is room. */
__attribute__((format(printf, 6, 7)))
static int told(WINDOW *win, int y, int x, int rows, enum kit_role role, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	return kit_paragraph(win, y, x, rows > 2 ? 2 : 1, getmaxx(win) - x - 1, role, line);
}

/* What was noted here, what a finding would mean, what was said last time, on what it rests. */
static int consequences(struct walk *w, WINDOW *win, int y, int rows)
{
	const struct form_question *q = walk_question(w);
	int cols = getmaxx(win), x = cols < KIT_NARROW ? 1 : 10, top = y;
	struct buf b = { 0 };
	enum kit_role role;

	if (rows > 0)
		y += noted(w, win, y, x, rows);
	if (level(w) && y - top < rows) {
		measures(w, cols < KIT_NARROW, &b);
		y += kit_paragraph(win, y, x, rows - (y - top), cols - x - 1, !strcmp(q->xc[FORM_XC_LEVEL], "M?") ? KIT_SOON : KIT_PLAIN, buf_str(&b));
	}
	buf_reset(&b);
	if (walk_stands(w, w->items[w->at].node, NULL, &b, &role) && y - top < rows)
		y += told(win, y, x, rows - (y - top), role, _("没销号 %s"), buf_str(&b));
	buf_reset(&b);
	walk_old_answer(w, w->items[w->at].node, &b);
	if (b.len && y - top < rows)
		y += kit_printf(win, y, x, cols - x - 1, KIT_DIM, _("上次  %s"), buf_str(&b)) > 0;
	if (q->xc[FORM_XC_BASIS] && y - top < rows)
		y += told(win, y, x, rows - (y - top), KIT_DIM, _("依据  %s"), q->xc[FORM_XC_BASIS]);
	buf_clear(&b);
	return y - top;
}

/* The items around, with their answers. */
static void neighbours(struct walk *w, WINDOW *win, int y, int rows)
{
	size_t first = w->at > (size_t)rows / 3 ? w->at - (size_t)rows / 3 : 0;
	int cols = getmaxx(win);

	if (first + (size_t)rows > w->count)
		first = w->count > (size_t)rows ? w->count - (size_t)rows : 0;
	for (size_t i = first; i < w->count && i < first + (size_t)rows; i++, y++) {
		struct buf label = { 0 }, value = { 0 };
		fill_node n = w->items[i].node;
		bool fails = walk_fails(w, n);
		int wide;

		filling_label(w->f, n, &label);
		filling_value(w->f, n, &value);
		wide = text_width(buf_str(&value));
		if (wide > 24)
			wide = 24;
		kit_text(win, y, 0, 1, fails ? KIT_DANGER : KIT_PLAIN, fails ? "!" : i == w->at ? ">" : " ");
		kit_printf(win, y, 2, cols - 4 - wide, i == w->at ? KIT_STRONG : KIT_PLAIN, "%-6s %s", fill_question(w->f->fill, n)->name, buf_str(&label));
		kit_text_right(win, y, cols - wide - 1, wide, fails ? KIT_DANGER : KIT_PLAIN, buf_str(&value));
		buf_clear(&label);
		buf_clear(&value);
	}
}

static void before(struct walk *w, WINDOW *win, int y)
{
	struct buf b = { 0 };
	fill_node n;

	if (!w->at)
		return;
	n = w->items[w->at - 1].node;
	buf_printf(&b, _("前 %s "), fill_question(w->f->fill, n)->name);
	filling_value(w->f, n, &b);
	kit_text(win, y, 1, getmaxx(win) - 2, walk_fails(w, n) ? KIT_DANGER : KIT_DIM, buf_str(&b));
	buf_clear(&b);
}

void walk_draw(struct walk *w, WINDOW *win)
{
	int h, cols, x, y = 0, left;
	struct buf label = { 0 };
	bool narrow, roomy;

	getmaxyx(win, h, cols);
	w->spot_count = 0;
	if (w->at >= w->count) {
		walk_summary_draw(w, win);
		return;
	}
	narrow = cols < KIT_NARROW;
	roomy = h >= 14 && !narrow;
	progress(w, win, y++);
	if (h > 6)
		kit_rule(win, y++);
	y += roomy;
	w->base.cursor_y = y;
	w->base.cursor_x = narrow ? 1 : 2;
	w->base.cursor_shown = false;
	filling_label(w->f, w->items[w->at].node, &label);
	x = w->base.cursor_x;
	x += kit_printf(win, y, x, 12, KIT_DIM, "%s", walk_question(w)->name) + 1 + !narrow;
	y += kit_paragraph(win, y, x, h > 8 ? 3 : 1, cols - x - 1, KIT_STRONG, buf_str(&label));
	buf_clear(&label);
	y += h >= 11;
	y += answer_area(w, win, y, h - y);
	y += h >= 13;
	y += consequences(w, win, y, h - y - narrow);
	left = h - y;
	if (narrow && left >= 1)
		before(w, win, h - 1);
	if (!narrow && left >= 4) {
		kit_rule(win, y + roomy);
		neighbours(w, win, y + roomy + 1, left - 1 - roomy);
	}
}
