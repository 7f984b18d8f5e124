#include "config.h"
#include "tui/screens/form/form_view.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"
#include "tui/screens/form/roll.h"

#include <stdlib.h>
#include <string.h>

/* Everything is laid out twice: once to count lines, so that the selection can be scrolled to, once to draw. */
struct pen {
	struct form_view *v;
	WINDOW *win;                 /* NULL while counting */
	int cols, line, label_cols;
	bool narrow;
};

static int window_y(const struct pen *p)
{
	return p->line - p->v->first_line;
}

static bool visible(const struct pen *p)
{
	return p->win && window_y(p) >= 0 && window_y(p) < getmaxy(p->win);
}

static void put(struct pen *p, int x, int cols, enum kit_role role, const char *s)
{
	if (visible(p))
		kit_text(p->win, window_y(p), x, cols, role, s);
}

/* Columns of the first `n` bytes of `s`. */
static int columns(const char *s, size_t n)
{
	struct buf part = { 0 };
	int wide;

	buf_put(&part, s, n);
	wide = text_width(buf_str(&part));
	buf_clear(&part);
	return wide;
}

/* What the author marked in the line of `m` that lies at [from, from + n): bold is bold, or underlined where all is bold. */
static void emphasis(struct pen *p, int x, enum kit_role role, const struct markup *m, size_t from, size_t n)
{
	const char *line = buf_str(&m->text) + from;

	for (uint32_t i = 0; visible(p) && i < m->count; i++) {
		size_t start = m->spans[i].start > from ? m->spans[i].start - from : 0, end = m->spans[i].start + m->spans[i].len;
		bool strong = m->spans[i].style & (MARKUP_BOLD | MARKUP_HEADING);

		end = end > from ? end - from : 0;
		end = end < n ? end : n;
		if (start < end)
			kit_more(p->win, window_y(p), x + columns(line, start), columns(line + start, end - start), role,
			         strong && !(kit_attr(role) & A_BOLD) ? A_BOLD : A_UNDERLINE);
	}
}

static void paragraph(struct pen *p, int x, enum kit_role role, const struct markup *m)
{
	const char *s = buf_str(&m->text);
	size_t n, skip;

	for (size_t at = 0; s[at]; at += n + skip, p->line++) {
		char line[1024];

		n = text_wrap(s + at, p->cols - x - 1, &skip);
		if (!n && !skip)
			break;
		snprintf(line, sizeof line, "%.*s", (int)n, s + at);
		put(p, x, p->cols - x, role, line);
		emphasis(p, x, role, m, at, n);
	}
}

/* Plain words, over as many lines as they need. */
static void plain(struct pen *p, int x, enum kit_role role, const char *s)
{
	struct markup m = { .text = { 0 } };

	buf_puts(&m.text, s);
	paragraph(p, x, role, &m);
	markup_clear(&m);
}

/* As wide as the longest label that is not too long to stand beside its value. */
static int label_columns(const struct pen *p)
{
	int most = p->cols / 3 < 28 ? p->cols / 3 : 28, longest = 8;
	struct buf label = { 0 };

	for (size_t i = 0; i < p->v->count; i++) {
		int wide;

		if (p->v->entries[i].type != ENTRY_QUESTION)
			continue;
		buf_reset(&label);
		filling_label(p->v->f, p->v->entries[i].node, &label);
		wide = text_width(buf_str(&label));
		if (wide <= most && wide > longest)
			longest = wide;
	}
	buf_clear(&label);
	return longest + 2;
}

/* The choices of the selected question, flowing over lines: "1 符合  2 不符合". */
static void choices(struct pen *p, const struct entry *e, int x)
{
	struct filling *f = p->v->f;
	uint32_t count = 0;
	const char *name, *label;
	int at = x;

	if (fill_question(f->fill, e->node)->type == FORM_ACKNOWLEDGE) {
		put(p, x, p->cols - x, KIT_KEY, _("1 确认"));
		p->line++;
		return;
	}
	if (fill_choices(f->fill, e->node, &count) || !count)
		return;
	if (count > FORM_DIGITS) {
		put(p, x, p->cols - x, KIT_DIM, _("Enter 从列表里选"));
		p->line++;
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		char one[256];

		if (filling_choice(f, e->node, i, &name, &label))
			continue;
		snprintf(one, sizeof one, "%u %s", i + 1, label);
		if (p->narrow) {
			plain(p, x, KIT_KEY, one);
			continue;
		}
		if (at > x && at + text_width(one) >= p->cols) {
			p->line++;
			at = x;
		}
		put(p, at, p->cols - at, KIT_KEY, one);
		at += text_width(one) + 3;
	}
	p->line += !p->narrow;
}

static bool is_edited(const struct pen *p, const struct entry *e)
{
	return p->v->editing == e->node && form_is_typed(p->v->f->fill, e->node);
}

/* How an answer of this type is typed, shown where it will stand. */
static const char *placeholder(const struct form_question *q)
{
	switch (q->type) {
	case FORM_DATE:     return _("712 即 7月12日");
	case FORM_TIME:     return _("830 即 8:30");
	case FORM_DATETIME: return _("712 830, 今天只写 830");
	case FORM_GEOPOINT: return _("纬度 经度");
	case FORM_GEOTRACE: case FORM_GEOSHAPE: return _("纬度 经度; 纬度 经度; …");
	case FORM_IMAGE: case FORM_AUDIO: case FORM_VIDEO: case FORM_FILE: case FORM_SIGNATURE: return _("文件的路径");
	default:            return NULL;
	}
}

static void value(struct pen *p, const struct entry *e, bool selected, int x)
{
	const struct form_question *q = fill_question(p->v->f->fill, e->node);
	const char *unit = q->xc[FORM_XC_UNIT] ? q->xc[FORM_XC_UNIT] : "";
	int room = p->cols - x - 1 - (*unit ? text_width(unit) + 1 : 0);
	struct buf b = { 0 };
	int at;

	if (selected && is_edited(p, e)) {
		if (visible(p))
			kit_field_draw(&p->v->field, &p->v->base, p->win, window_y(p), x, room, placeholder(q));
		p->line += p->v->field.compose.on;
	} else {
		filling_value(p->v->f, e->node, &b);
		if (b.len && selected && text_width(buf_str(&b)) > room) {      /* going there shows all of it */
			if (*unit)
				buf_printf(&b, " %s", unit);
			plain(p, x, KIT_STRONG, buf_str(&b));
			buf_clear(&b);
			return;
		}
		if (b.len)
			put(p, x, room, KIT_STRONG, buf_str(&b));
		else if (fill_is_required(p->v->f->fill, e->node))
			put(p, x, room, KIT_SOON, _("(必填)"));
	}
	/* Beside the number; at the end of the line only while that is typed. */
	at = b.len && text_width(buf_str(&b)) < room ? x + text_width(buf_str(&b)) + 1 : p->cols - text_width(unit) - 1;
	put(p, at, text_width(unit), KIT_DIM, unit);
	p->line++;
	buf_clear(&b);
}

/* What helps to answer: the hint, then the longer one that is elsewhere folded away. */
static void hints(struct pen *p, const struct entry *e, int x)
{
	struct markup m = { .text = { 0 } };

	filling_text(p->v->f, e->node, FILL_HINT, &m);
	paragraph(p, x, KIT_DIM, &m);
	filling_text(p->v->f, e->node, FILL_GUIDANCE, &m);
	paragraph(p, x, KIT_DIM, &m);
	markup_clear(&m);
}

static void question(struct pen *p, const struct entry *e, bool selected)
{
	enum kit_role role = selected ? KIT_STRONG : KIT_PLAIN;
	struct markup label = { .text = { 0 } };
	int x = 2 + 2 * e->depth, below = x + 2;

	filling_text(p->v->f, e->node, FILL_LABEL, &label);
	if (p->narrow || text_width(buf_str(&label.text)) > p->label_cols || strchr(buf_str(&label.text), '\n')) {
		paragraph(p, x, role, &label);
		value(p, e, selected, x + 2);
	} else {
		put(p, x, p->label_cols, role, buf_str(&label.text));
		emphasis(p, x, role, &label, 0, label.text.len);
		value(p, e, selected, x + p->label_cols + 1);
	}
	if (!p->narrow)
		below = x + p->label_cols + 1;
	if (selected && form_is_chosen(p->v->f->fill, e->node))
		choices(p, e, below);
	if (selected)
		hints(p, e, below);
	markup_clear(&label);
}

static void heading(struct pen *p, const struct entry *e)
{
	struct buf b = { 0 };

	filling_label(p->v->f, e->node, &b);
	if (e->type == ENTRY_INSTANCE)
		buf_printf(&b, " %u", fill_position(p->v->f->fill, e->node));
	plain(p, 1, KIT_TITLE, buf_str(&b));
	buf_clear(&b);
}

static void roll(struct pen *p, const struct entry *e, bool selected)
{
	struct buf label = { 0 }, words = { 0 };
	int x = 2 + p->label_cols + 1;

	filling_label(p->v->f, e->node, &label);
	roll_words(p->v->f, e->node, &words);
	if (p->narrow) {
		plain(p, 2, selected ? KIT_STRONG : KIT_PLAIN, buf_str(&label));
		x = 4;
	} else {
		put(p, 2, p->label_cols, selected ? KIT_STRONG : KIT_PLAIN, buf_str(&label));
	}
	plain(p, x, words.len ? KIT_STRONG : KIT_KEY, words.len ? buf_str(&words) : _("Enter 照名单一人一键"));
	buf_clear(&label);
	buf_clear(&words);
}

static void repeat(struct pen *p, const struct entry *e)
{
	struct buf b = { 0 }, label = { 0 };

	filling_label(p->v->f, e->node, &label);
	buf_printf(&b, _("[添一个] %s (已有 %u)"), buf_str(&label), fill_instances(p->v->f->fill, e->node));
	plain(p, 2, KIT_KEY, buf_str(&b));
	buf_clear(&b);
	buf_clear(&label);
}

static void entry(struct pen *p, const struct entry *e, bool selected)
{
	struct markup m = { .text = { 0 } };

	switch (e->type) {
	case ENTRY_QUESTION:
		question(p, e, selected);
		break;
	case ENTRY_NOTE:
		filling_text(p->v->f, e->node, FILL_LABEL, &m);
		paragraph(p, 2, KIT_DIM, &m);
		break;
	case ENTRY_GROUP: case ENTRY_INSTANCE:
		heading(p, e);
		break;
	case ENTRY_REPEAT:
		repeat(p, e);
		break;
	case ENTRY_ROLL:
		roll(p, e, selected);
		break;
	case ENTRY_DONE:
		p->line += !p->narrow;
		put(p, 2, p->cols - 2, KIT_STRONG, p->v->scope == FILL_NO_NODE ? _("[ 填好了, 存下 ]") : _("[ 记下, 接着来 ]"));
		p->line++;
		break;
	}
	markup_clear(&m);
}

static void lay_out(struct pen *p, int *from, int *to)
{
	p->line = 0;
	p->v->spot_count = 0;
	for (size_t i = 0; i < p->v->count; i++) {
		int start = p->line;
		bool selected = i == p->v->at;

		entry(p, &p->v->entries[i], selected);
		if (selected) {
			*from = start;
			*to = p->line;
		}
		if (p->win && p->v->spots) {
			p->v->spots[p->v->spot_count].y = start - p->v->first_line;
			p->v->spots[p->v->spot_count].rows = p->line - start;
			p->v->spots[p->v->spot_count++].entry = i;
		}
	}
}

void form_draw(struct form_view *v, WINDOW *win)
{
	struct pen p = { .v = v, .cols = getmaxx(win), .narrow = getmaxx(win) < KIT_NARROW };
	int height = getmaxy(win), from = 0, to = 1;
	void *spots = realloc(v->spots, (v->count + 1) * sizeof *v->spots);

	if (spots)
		v->spots = spots;
	p.label_cols = label_columns(&p);
	lay_out(&p, &from, &to);
	/* A little of what comes next stays in sight. */
	if (to + 2 > v->first_line + height)
		v->first_line = to + 2 - height;
	if (from < v->first_line)
		v->first_line = from > 0 ? from - 1 : 0;
	if (v->first_line > p.line - height)
		v->first_line = p.line > height ? p.line - height : 0;
	v->base.cursor_y = from - v->first_line;
	v->base.cursor_x = 0;
	v->base.cursor_shown = false;
	p.win = win;
	lay_out(&p, &from, &to);
	if (from >= v->first_line && from - v->first_line < height)
		kit_text(win, from - v->first_line + (v->entries[v->at].type == ENTRY_DONE && !p.narrow), 0, 1, KIT_PLAIN, ">");
	if (v->entries[v->at].type == ENTRY_DONE || v->entries[v->at].type == ENTRY_REPEAT || v->entries[v->at].type == ENTRY_INSTANCE)
		for (int y = v->entries[v->at].type == ENTRY_DONE ? to - 1 : from; y < to; y++)
			kit_row_role(win, y - v->first_line, KIT_SELECTED);
}
