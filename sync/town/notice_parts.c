/* What stands on a paper, part by part as papers.csv has it. */
#include "config.h"
#include "sync/town/notice_own.h"

#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "sync/town/export.h"
#include "sync/town/html.h"

#include <string.h>

enum { SAME_RECORD_MAX = 256 };

/* --- values --- */

static void note_seen(struct notice *n, const struct row *r)
{
	for (uint32_t i = 0; i < n->seen_count; i++)
		if (!memcmp(&n->seen[i].row, &r->id, sizeof r->id))
			return;
	if (n->seen_count < LOOKED_MAX)
		n->seen[n->seen_count++] = (struct looked){ r->id, r->scope };
}

/* The text of a part over `r`, masked where it must be. */
static enum err value_of(struct notice *n, const struct row *r, const struct pack_part *part, uint32_t number, struct buf *out)
{
	struct buf plain = { 0 };
	enum err e = part->value ? row_evaluate_numbered(n->profile, r, part->value, number, &plain) : ERR_OK;

	if (!e && part->class >= 2 && plain.len) {
		if (n->full) {
			note_seen(n, r);
			buf_puts(out, buf_str(&plain));
		} else {
			export_mask_value(n->pack, pack_find_register(n->pack, r->reg), part->value, buf_str(&plain), out);
		}
	} else if (!e) {
		buf_puts(out, buf_str(&plain));
	}
	buf_clear(&plain);
	return e ? e : out->err;
}

/* --- pictures --- */

static bool is_photo(const struct pack_part *part)
{
	return part->kind == PACK_PART_PHOTO;
}

/* One picture of a row; *named as photo_put(). A personal one is not shown masked: there is nothing between all and none. */
static enum err put_picture(struct notice *n, const struct row *r, const struct pack_part *part, struct buf *out, bool *named)
{
	const struct pack_field *f = &n->pack->registers[part->reg].fields[part->field];
	bool personal = part->class >= 2 || f->class >= 2;
	enum err e = photo_put(&n->photos, r, part->field, part->heading, personal && !n->full, out, named);

	if (!e && *named && personal && n->full)
		note_seen(n, r);
	return e;
}

static void put_wrapped(struct buf *out, const char *open, const struct buf *pictures, const char *close)
{
	buf_puts(out, open);
	buf_puts(out, "<div class=\"photos\">");
	buf_put(out, pictures->data, pictures->len);
	buf_puts(out, "</div>");
	buf_puts(out, close);
}

/* Those of `count` parts that the row names, side by side between `open` and `close`; nothing when it names none. */
static enum err put_pictures(struct notice *n, const struct row *r, const struct pack_part *parts, uint32_t count, const char *open, const char *close)
{
	struct buf all = { 0 };
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < count; i++) {
		size_t before = all.len;
		bool named;

		buf_puts(&all, "<figure>");
		e = put_picture(n, r, &parts[i], &all, &named);
		buf_puts(&all, "<figcaption>");
		html_text(&all, parts[i].heading);
		buf_puts(&all, "</figcaption></figure>");
		if (!named)
			buf_cut(&all, before);
	}
	if (!e && all.len)
		put_wrapped(n->out, open, &all, close);
	e = e ? e : all.err;
	buf_clear(&all);
	return e;
}

/* --- tables of other rows --- */

struct table { struct notice *n; const struct pack_part *parts; uint32_t count /* columns after parts[0] */, photos /* after those */, rows; };

/* A date or a number does not break over lines. */
static bool is_short(const char *s)
{
	size_t n = strspn(s, "0123456789-+.:* ");

	return n && n <= 16 && !s[n];
}

static enum err table_row(struct table *t, const struct row *r)
{
	struct buf cell = { 0 };
	enum err e = ERR_OK;

	t->rows++;
	buf_puts(t->n->out, "<tbody><tr>");
	for (uint32_t i = 1; !e && i <= t->count; i++) {
		buf_reset(&cell);
		e = value_of(t->n, r, &t->parts[i], t->rows, &cell);
		buf_puts(t->n->out, is_short(buf_str(&cell)) ? "<td class=\"short\">" : "<td>");
		html_lines(t->n->out, buf_str(&cell));
		buf_puts(t->n->out, "</td>");
	}
	buf_puts(t->n->out, "</tr>");
	if (!e && t->photos) {
		buf_reset(&cell);
		buf_printf(&cell, "<tr><td class=\"pictures\" colspan=\"%u\">", t->count ? t->count : 1);
		e = put_pictures(t->n, r, &t->parts[1 + t->count], t->photos, buf_str(&cell), "</td></tr>");
	}
	buf_puts(t->n->out, "</tbody>\n");
	buf_clear(&cell);
	return e;
}

/* Rows that the record of this row made as well: the hazards of a visit. */
static enum err rows_of_record(struct table *t)
{
	const struct pack_part *part = t->parts;
	struct row_id id = t->n->row->id;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < SAME_RECORD_MAX; i++) {
		struct row r;
		bool fit = true;

		id.index = (uint8_t)i;
		if (row_read(t->n->profile, &id, &r))
			continue;
		if (strcmp(r.reg, t->n->pack->registers[part->reg].id) || (r.flags & (ROW_EMPTY | ROW_RETRACTED)))
			fit = false;
		else if (part->value)
			e = row_test(t->n->profile, &r, part->value, &fit);
		if (!e && fit)
			e = table_row(t, &r);
		row_clear(&r);
	}
	return e;
}

static enum err rows_of_children(struct table *t)
{
	const struct pack_part *part = t->parts;
	const struct pack_register *reg = &t->n->pack->registers[part->reg];
	struct listing_query q = { .reg = reg->id, .where = NULL, .sort = "", .parent = &t->n->row->id, .parent_field = reg->fields[part->field].id };
	struct listing *l = NULL;
	enum err e;

	q.where = part->value;
	e = listing_open(t->n->profile, &q, &l);
	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct row r;

		if (!(e = listing_row(l, i, &r)))
			e = table_row(t, &r);
		row_clear(&r);
	}
	listing_close(l);
	return e;
}

static enum err put_table(struct notice *n, const struct pack_part *parts, uint32_t left, uint32_t *used)
{
	struct table t = { .n = n, .parts = parts };
	enum err e;

	while (t.count + 1 < left && parts[t.count + 1].kind == PACK_PART_COLUMN)
		t.count++;
	while (1 + t.count + t.photos < left && is_photo(&parts[1 + t.count + t.photos]))
		t.photos++;
	*used = t.count + t.photos;
	if (parts->heading) {
		buf_puts(n->out, "<h2>");
		html_text(n->out, parts->heading);
		buf_puts(n->out, "</h2>\n");
	}
	buf_puts(n->out, "<table class=\"rows\"><thead><tr>");
	for (uint32_t i = 1; i <= t.count; i++) {
		buf_puts(n->out, "<th scope=\"col\">");
		html_text(n->out, parts[i].heading);
		buf_puts(n->out, "</th>");
	}
	buf_puts(n->out, "</tr></thead>\n");
	e = parts->field == PACK_NONE ? rows_of_record(&t) : rows_of_children(&t);
	if (!e && !t.rows)
		buf_printf(n->out, "<tbody><tr><td class=\"empty\" colspan=\"%u\">%s</td></tr></tbody>\n", t.count ? t.count : 1, "没有");
	buf_puts(n->out, "</table>\n");
	return e;
}

/* --- parts --- */

static bool is_cell(const struct pack_part *part)
{
	return part->kind == PACK_PART_FIELD || part->kind == PACK_PART_WIDE;
}

static void end_line(struct notice *n)
{
	if (n->half)
		buf_puts(n->out, "<th></th><td></td></tr>\n");
	n->half = 0;
}

static void put_cell(struct notice *n, const struct pack_part *part, const char *text)
{
	bool wide = part->kind == PACK_PART_WIDE;

	if (wide)
		end_line(n);
	if (!n->half)
		buf_puts(n->out, "<tr>");
	buf_puts(n->out, "<th scope=\"row\">");
	html_text(n->out, part->heading);
	buf_puts(n->out, wide ? "</th><td colspan=\"3\">" : "</th><td>");
	html_lines(n->out, text);
	buf_puts(n->out, "</td>");
	n->half = wide ? 2 : n->half + 1;
	if (n->half == 2) {
		buf_puts(n->out, "</tr>\n");
		n->half = 0;
	}
}

static void put_paragraph(struct notice *n, const struct pack_part *part, const char *text)
{
	const char *words = part->heading ? part->heading : "";

	switch (part->kind) {
	case PACK_PART_NUMBER:
		buf_puts(n->out, "<p class=\"number\">");
		html_text(n->out, "编号：");
		html_text(n->out, text);
		buf_puts(n->out, "</p>\n");
		return;
	case PACK_PART_TO:
		buf_puts(n->out, "<p class=\"to\">");
		html_text(n->out, words);
		buf_puts(n->out, "　");
		html_text(n->out, text);
		buf_puts(n->out, "：</p>\n");
		return;
	default:
		buf_puts(n->out, part->kind == PACK_PART_NOTE ? "<p class=\"note\">" : "<p class=\"text\">");
		html_lines(n->out, part->value ? text : words);
		buf_puts(n->out, "</p>\n");
	}
}

static enum err put_sign(struct notice *n, const struct pack_part *part, bool first, bool last)
{
	bool named;
	enum err e = ERR_OK;

	buf_puts(n->out, first ? "<div class=\"signs\">\n<div class=\"sign\"><b>" : "<div class=\"sign\"><b>");
	html_text(n->out, part->heading);
	buf_puts(n->out, "</b><i>");
	if (part->reg != PACK_NONE)
		e = put_picture(n, n->row, part, n->out, &named);
	buf_puts(n->out, "</i><u>　　　　年　　月　　日</u></div>\n");
	if (last)
		buf_puts(n->out, "</div>\n");
	return e;
}

static enum err put_part(struct notice *n, const struct pack_part *part, const struct pack_part *before, const struct pack_part *after)
{
	struct buf text = { 0 };
	enum err e = value_of(n, n->row, part, 1, &text);

	if (is_cell(part)) {
		if (!before || !is_cell(before))
			buf_puts(n->out, "<table class=\"fields\"><tbody>\n");
		put_cell(n, part, buf_str(&text));
		if (!after || !is_cell(after)) {
			end_line(n);
			buf_puts(n->out, "</tbody></table>\n");
		}
	} else if (!e && part->kind == PACK_PART_SIGN) {
		e = put_sign(n, part, !before || before->kind != part->kind, !after || after->kind != part->kind);
	} else {
		put_paragraph(n, part, buf_str(&text));
	}
	buf_clear(&text);
	return e;
}

enum err notice_parts(struct notice *n)
{
	const struct pack_paper *paper = n->paper;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < paper->part_count; i++) {
		const struct pack_part *part = &paper->parts[i];
		uint32_t used = 0;

		if (part->kind == PACK_PART_ROWS) {
			e = put_table(n, part, paper->part_count - i, &used);
			i += used;
		} else if (is_photo(part)) {
			while (i + used + 1 < paper->part_count && is_photo(part + used + 1))
				used++;
			e = put_pictures(n, n->row, part, used + 1, "", "\n");
			i += used;
		} else {
			e = put_part(n, part, i ? part - 1 : NULL, i + 1 < paper->part_count ? part + 1 : NULL);
		}
	}
	return e;
}
