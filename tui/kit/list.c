#include "config.h"
#include "tui/kit/list.h"

#include "forms/base/buf.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"

#include <stdlib.h>
#include <string.h>

/* Rows, below which a heading would take the place of what matters; columns kept at the left and the right of a narrow line. */
enum { HEADED_LEAST = 4, NARROW_LEFT = 24, NARROW_RIGHT = 6 };

struct kit_id kit_id(const void *data, size_t len)
{
	struct kit_id id = { { 0 } };

	memcpy(id.byte, data, len < KIT_ID ? len : KIT_ID);
	return id;
}

struct kit_id kit_id_number(uint64_t n)
{
	n++;
	return kit_id(&n, sizeof n);
}

bool kit_id_same(struct kit_id a, struct kit_id b)
{
	return !memcmp(a.byte, b.byte, KIT_ID);
}

static size_t count(const struct kit_list *l)
{
	return l->rows.count(l->rows.user);
}

void kit_list_select(struct kit_list *l, size_t i)
{
	size_t n = count(l);

	if (!n) {
		l->at = 0;
		l->selected = (struct kit_id){ { 0 } };
		return;
	}
	l->at = i < n ? i : n - 1;
	l->selected = l->rows.id(l->rows.user, l->at);
}

void kit_list_sync(struct kit_list *l)
{
	static const struct kit_id none;
	size_t n = count(l);

	if (kit_id_same(l->selected, none)) {
		kit_list_select(l, l->at);
		return;
	}
	if (l->at < n && kit_id_same(l->rows.id(l->rows.user, l->at), l->selected))
		return;
	/* Rows move by little: look near first, then everywhere. */
	for (size_t d = 1; d < n; d++) {
		if (l->at >= d && l->at - d < n && kit_id_same(l->rows.id(l->rows.user, l->at - d), l->selected)) {
			l->at -= d;
			return;
		}
		if (l->at + d < n && kit_id_same(l->rows.id(l->rows.user, l->at + d), l->selected)) {
			l->at += d;
			return;
		}
	}
	kit_list_select(l, l->at);
}

enum kit_next kit_list_act(struct kit_list *l, enum kit_action a)
{
	size_t n = count(l), page = l->shown > 1 ? (size_t)l->shown - 1 : 1;

	switch (a) {
	case ACT_UP:
		kit_list_select(l, l->at ? l->at - 1 : 0);
		return KIT_STAY;
	case ACT_DOWN:
		kit_list_select(l, l->at + 1);
		return KIT_STAY;
	case ACT_PAGE_UP:
		kit_list_select(l, l->at > page ? l->at - page : 0);
		return KIT_STAY;
	case ACT_PAGE_DOWN:
		kit_list_select(l, l->at + page);
		return KIT_STAY;
	case ACT_FIRST:
		kit_list_select(l, 0);
		return KIT_STAY;
	case ACT_LAST:
		kit_list_select(l, n ? n - 1 : 0);
		return KIT_STAY;
	default:
		return KIT_PASS;
	}
}

enum { GAP = 2, FLEXIBLE_LEAST = 24 };

static int sum_of(const int *wide, size_t n)
{
	int sum = 0;

	for (size_t c = 0; c < n; c++)
		sum += wide[c] ? wide[c] + GAP : 0;
	return sum - GAP;
}

static void give_back(int *wide, int natural, int *spare)
{
	int more = natural - *wide < *spare ? natural - *wide : *spare;

	if (*wide && more > 0) {
		*wide += more;
		*spare -= more;
	}
}

/* How wide each column is in `room`. */
static void lay_out(const struct kit_list *l, int room, int wide[KIT_CELLS])
{
	size_t n = l->rows.column_count, kept = n;
	int spare;

	memcpy(wide, l->widest, sizeof l->widest);
	if (sum_of(wide, n) <= room)
		return;
	for (size_t c = 0; c < n; c++) {
		int least = l->rows.columns[c].cols ? l->rows.columns[c].cols : FLEXIBLE_LEAST;

		if (wide[c] > least)
			wide[c] = least;
	}
	while (kept > 1 && sum_of(wide, kept) > room)
		wide[--kept] = 0;
	spare = room - sum_of(wide, kept);
	for (size_t c = 0; c < kept && spare > 0; c++)
		give_back(&wide[c], l->widest[c], &spare);
	if (spare < 0)
		wide[0] = room > 1 ? room : 1;
}

static void widen(struct kit_list *l, const struct kit_cell *cells)
{
	for (size_t c = 0; c < l->rows.column_count; c++) {
		int cell = text_width(cells[c].text), head = cell && l->rows.heads ? text_width(l->rows.heads[c]) : 0;

		cell = head > cell ? head : cell;
		if (cell > l->widest[c])
			l->widest[c] = cell;
	}
}

/* `cells` NULL: the headings. */
static void draw_wide(const struct kit_list *l, WINDOW *win, int y, const int *wide, const struct kit_cell *cells)
{
	int x = 1;

	for (size_t c = 0; c < l->rows.column_count; c++) {
		if (!wide[c])
			continue;
		kit_text(win, y, x, wide[c], cells ? cells[c].role : KIT_DIM, cells ? cells[c].text : l->rows.heads[c]);
		x += wide[c] + GAP;
	}
}

/* Columns that the cells of a line take, a blank after each; of those at its left alone, or of all. */
static int taken(const struct kit_list *l, const struct kit_column *at, int line, bool right_too, const struct kit_cell *cells)
{
	int wide = 0;

	for (size_t c = 0; c < l->rows.column_count; c++)
		if (at[c].line == line && (right_too || !at[c].right) && *cells[c].text)
			wide += text_width(cells[c].text) + 1;
	return wide;
}

/* What a line has no room for at its right goes below, where the line below has: neither a name nor its state is cut. */
static void move_down(const struct kit_list *l, int cols, struct kit_column *at, const struct kit_cell *cells)
{
	for (size_t c = 0; c < l->rows.column_count; c++)
		if (at[c].line == 1 && at[c].right && *cells[c].text && taken(l, at, 1, true, cells) > cols - 1 &&
		    taken(l, at, 2, true, cells) + text_width(cells[c].text) <= cols - 3)
			at[c].line = 2;
}

static void draw_narrow_line(const struct kit_list *l, const struct kit_column *at, WINDOW *win, int y, int line, const struct kit_cell *cells)
{
	int cols = getmaxx(win), x = line == 1 ? 1 : 3, right = cols, least = taken(l, at, line, false, cells);

	if (least > NARROW_LEFT)                        /* what stands at the left keeps some room beside a long text at the right */
		least = NARROW_LEFT;
	for (size_t c = 0; c < l->rows.column_count; c++)
		if (at[c].line == line && at[c].right && *cells[c].text) {
			int wide = text_width(cells[c].text), room = right - x - least;

			if (wide > room)
				wide = room;
			if (wide < NARROW_RIGHT && wide < text_width(cells[c].text))
				continue;
			right -= wide + 1;
			kit_text(win, y, right + 1, wide, cells[c].role, cells[c].text);
		}
	for (size_t c = 0; c < l->rows.column_count && x < right; c++)
		if (at[c].line == line && !at[c].right && *cells[c].text)
			x += kit_text(win, y, x, right - x, cells[c].role, cells[c].text) + 1;
}

/* Has everything of a line its room? */
static bool fits(const struct kit_list *l, const struct kit_column *at, int line, int cols, const struct kit_cell *cells)
{
	for (size_t c = 0; c < l->rows.column_count; c++)
		if (at[c].line == line && strlen(cells[c].text) == KIT_CELL - 1)
			return false;
	return (line == 1 ? 1 : 3) + taken(l, at, line, true, cells) <= cols + 1;
}

static void join(const struct kit_list *l, const struct kit_column *at, int line, const struct kit_cell *cells, struct buf *out)
{
	for (int right = 0; right < 2; right++)
		for (size_t c = 0; c < l->rows.column_count; c++)
			if (at[c].line == line && at[c].right == right && *cells[c].text)
				buf_printf(out, "%s%s%s", out->len ? " " : "", cells[c].text, strlen(cells[c].text) == KIT_CELL - 1 ? "…" : "");
}

/* A line of the selected row, wrapped where it does not fit, in at most `most` rows; how many it takes. Nothing is drawn without `win`. */
static int draw_whole_line(const struct kit_list *l, const struct kit_column *at, WINDOW *win, int y, int cols, int line, int most,
                           const struct kit_cell *cells)
{
	int rows = 0, x = line == 1 ? 1 : 3;
	struct buf b = { 0 }, part = { 0 };
	size_t n, skip;

	if (most < 1 || fits(l, at, line, cols, cells)) {
		if (win)
			draw_narrow_line(l, at, win, y, line, cells);
		return 1;
	}
	join(l, at, line, cells, &b);
	for (const char *s = buf_str(&b); *s && rows < most && cols > x; s += n + skip, x = 3) {
		n = text_wrap(s, cols - x, &skip);
		if (!n && !skip)
			break;
		buf_reset(&part);
		buf_put(&part, s, rows + 1 < most || !s[n + skip] ? n : strlen(s));
		if (win)
			kit_text(win, y + rows, x, cols - x, KIT_PLAIN, buf_str(&part));
		rows++;
	}
	buf_clear(&b);
	buf_clear(&part);
	return rows ? rows : 1;
}

/* The selected row on a phone: all of it, in at most `most` rows. */
static int draw_whole(const struct kit_list *l, WINDOW *win, int y, int cols, int most, const struct kit_cell *cells)
{
	struct kit_column at[KIT_CELLS];
	int rows;

	memcpy(at, l->rows.columns, l->rows.column_count * sizeof *at);
	if (l->row_height == 2)
		move_down(l, cols, at, cells);
	rows = draw_whole_line(l, at, win, y, cols, 1, most - (l->row_height - 1), cells);
	if (l->row_height == 2)
		rows += draw_whole_line(l, at, win, y + rows, cols, 2, most - rows, cells);
	return rows;
}

/* How many lines more than its own the selected row takes of `height`. */
static int measure(const struct kit_list *l, int cols, int height)
{
	struct kit_cell *cells = calloc(KIT_CELLS, sizeof *cells);
	int rows = l->row_height;

	if (cells && l->at < count(l)) {
		l->rows.row(l->rows.user, l->at, cells);
		rows = draw_whole(l, NULL, 0, cols, height, cells);
	}
	free(cells);
	return rows > l->row_height ? rows - l->row_height : 0;
}

static void scroll_to_selection(struct kit_list *l, size_t n)
{
	size_t shown = (size_t)l->shown;

	if (l->at < l->top)
		l->top = l->at;
	if (l->at >= l->top + shown)
		l->top = l->at - shown + 1;
	if (l->top + shown > n)
		l->top = n > shown ? n - shown : 0;
}

static bool has_second_line(const struct kit_list *l)
{
	for (size_t c = 0; c < l->rows.column_count; c++)
		if (l->rows.columns[c].line == 2)
			return true;
	return false;
}

static void draw_row(const struct kit_list *l, WINDOW *win, int y, const int *wide, const struct kit_cell *cells)
{
	struct kit_column at[KIT_CELLS];

	if (wide) {
		draw_wide(l, win, y, wide, cells);
		return;
	}
	memcpy(at, l->rows.columns, l->rows.column_count * sizeof *at);
	if (l->row_height == 2)
		move_down(l, getmaxx(win), at, cells);
	draw_narrow_line(l, at, win, y, 1, cells);
	if (l->row_height == 2)
		draw_narrow_line(l, at, win, y + 1, 2, cells);
}

static void draw_rows(struct kit_list *l, struct kit_view *v, WINDOW *win, size_t n, bool headed)
{
	size_t shown = n - l->top < (size_t)l->shown ? n - l->top : (size_t)l->shown;
	struct kit_cell (*cells)[KIT_CELLS] = calloc(shown, sizeof *cells);
	int wide[KIT_CELLS], cols = getmaxx(win);
	bool narrow = cols < KIT_NARROW;

	if (!cells)
		return;
	if (l->widest_in != cols)
		memset(l->widest, 0, sizeof l->widest);
	l->widest_in = cols;
	for (size_t i = 0; i < shown; i++) {
		l->rows.row(l->rows.user, l->top + i, cells[i]);
		widen(l, cells[i]);
	}
	lay_out(l, cols - 2, wide);
	if (headed)
		draw_wide(l, win, l->first_y - 1, wide, NULL);
	for (size_t i = 0; i < shown; i++) {
		int y = l->first_y + (int)i * l->row_height + (l->top + i > l->at ? l->more : 0);

		if (l->top + i != l->at) {
			draw_row(l, win, y, narrow ? NULL : wide, cells[i]);
			continue;
		}
		if (narrow)
			draw_whole(l, win, y, cols, l->row_height + l->more, cells[i]);
		else
			draw_row(l, win, y, wide, cells[i]);
		kit_text(win, y, 0, 1, KIT_PLAIN, ">");
		for (int k = 0; k < l->row_height + l->more; k++)
			kit_row_role(win, y + k, KIT_SELECTED);
		v->cursor_y = y;
	}
	free(cells);
}

void kit_list_draw(struct kit_list *l, struct kit_view *v, WINDOW *win, int y, int height)
{
	size_t n = count(l);
	bool narrow = getmaxx(win) < KIT_NARROW, headed = l->rows.heads && !narrow && n && height > HEADED_LEAST;

	l->row_height = narrow && height >= 2 && has_second_line(l) ? 2 : 1;
	l->more = narrow && height > 0 ? measure(l, getmaxx(win), height) : 0;
	l->shown = (height - headed - l->more) / l->row_height;
	l->first_y = y + headed;
	v->cursor_y = y;
	v->cursor_x = 0;
	v->cursor_shown = false;
	if (l->shown < 1)
		return;
	if (!n) {
		kit_paragraph(win, y, 2, height, getmaxx(win) - 4, KIT_DIM, l->rows.empty ? l->rows.empty : "");
		return;
	}
	scroll_to_selection(l, n);
	draw_rows(l, v, win, n, headed);
}

bool kit_list_tap(struct kit_list *l, int y)
{
	size_t i, n = count(l);
	int selected = (int)(l->at - l->top) * l->row_height;

	if (y < l->first_y || !l->row_height)
		return false;
	y -= l->first_y;
	if (y >= selected + l->row_height)
		y = y < selected + l->row_height + l->more ? selected : y - l->more;
	i = l->top + (size_t)(y / l->row_height);
	if (i >= n || i >= l->top + (size_t)l->shown)
		return false;
	if (i == l->at)
		return true;
	kit_list_select(l, i);
	return false;
}
