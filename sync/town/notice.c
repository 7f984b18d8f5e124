#include "config.h"
#include "sync/town/notice.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/listing.h"
#include "sync/ledger/looked.h"
#include "sync/ledger/profile.h"
#include "sync/town/export.h"
#include "sync/town/html.h"
#include "sync/town/lines.h"
#include "sync/town/notice_style.h"

#include <stdlib.h>
#include <string.h>

enum { SAME_RECORD_MAX = 256, LOOKED_MAX = 1024 };

struct notice {
	struct profile *profile;
	const struct pack *pack;
	const struct pack_paper *paper;
	const struct row *row;
	bool full;
	uint32_t half;                                    /* field cells on the line being written: 0 none, 1 one */
	struct buf *out;
	struct looked seen[LOOKED_MAX]; uint32_t seen_count;       /* rows whose personal cells stand on the paper */
};

/* --- which paper --- */

/* Nobody unlocked on an office's machine is the office itself. */
static bool may_print(const struct profile *p, const struct pack_paper *paper)
{
	if (!paper->roles)
		return true;
	return p->identity ? keys_roster_has_role(p->roster, p->writer, paper->roles) : p->office && (paper->roles & PACK_TOWN);
}

static enum err fits(struct profile *p, const struct pack *pk, const struct row *r, const struct pack_paper *paper, bool *out)
{
	*out = !strcmp(pk->registers[paper->reg].id, r->reg);
	return *out && paper->where ? row_test(p, r, paper->where, out) : ERR_OK;
}

static enum err choose(struct profile *p, const struct pack *pk, const struct row *r, const char *id, const struct pack_paper **out)
{
	uint32_t at = id ? pack_find_paper(pk, id) : PACK_NONE;
	bool denied = false, fit;
	enum err e;

	if (id && at == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("没有打印件 %s; 有哪些见清单包的 papers.csv"), id);
	for (uint32_t i = 0; i < pk->paper_count; i++) {
		const struct pack_paper *paper = &pk->papers[i];

		if (id && i != at)
			continue;
		if ((e = fits(p, pk, r, paper, &fit)))
			return e;
		if (fit && may_print(p, paper)) {
			*out = paper;
			return ERR_OK;
		}
		denied = denied || fit;
	}
	if (denied)
		return err_set(ERR_DENIED, _("这份文书要由乡镇打印; 网格员留给当事人的是告知单"));
	return id ? err_set(ERR_NOTFOUND, _("%s 不适用于这一行"), pk->papers[at].title) : err_set(ERR_NOTFOUND, _("登记簿 %s 的这一行没有可打印的文书"), r->reg);
}

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
			export_mask(buf_str(&plain), out);
		}
	} else if (!e) {
		buf_puts(out, buf_str(&plain));
	}
	buf_clear(&plain);
	return e ? e : out->err;
}

/* --- tables of other rows --- */

struct table { struct notice *n; const struct pack_part *parts; uint32_t count /* columns after parts[0] */, rows; };

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
	buf_puts(t->n->out, "<tr>");
	for (uint32_t i = 1; !e && i <= t->count; i++) {
		buf_reset(&cell);
		e = value_of(t->n, r, &t->parts[i], t->rows, &cell);
		buf_puts(t->n->out, is_short(buf_str(&cell)) ? "<td class=\"short\">" : "<td>");
		html_lines(t->n->out, buf_str(&cell));
		buf_puts(t->n->out, "</td>");
	}
	buf_puts(t->n->out, "</tr>\n");
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
	*used = t.count;
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
	buf_puts(n->out, "</tr></thead><tbody>\n");
	e = parts->field == PACK_NONE ? rows_of_record(&t) : rows_of_children(&t);
	if (!e && !t.rows)
		buf_printf(n->out, "<tr><td class=\"empty\" colspan=\"%u\">%s</td></tr>\n", t.count ? t.count : 1, "没有");
	buf_puts(n->out, "</tbody></table>\n");
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

static void put_sign(struct notice *n, const struct pack_part *part, bool first, bool last)
{
	buf_puts(n->out, first ? "<div class=\"signs\">\n<div class=\"sign\"><b>" : "<div class=\"sign\"><b>");
	html_text(n->out, part->heading);
	buf_puts(n->out, "</b><i></i><u>　　　　年　　月　　日</u></div>\n");
	if (last)
		buf_puts(n->out, "</div>\n");
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
	} else if (part->kind == PACK_PART_SIGN) {
		put_sign(n, part, !before || before->kind != part->kind, !after || after->kind != part->kind);
	} else {
		put_paragraph(n, part, buf_str(&text));
	}
	buf_clear(&text);
	return e;
}

static enum err put_parts(struct notice *n)
{
	const struct pack_paper *paper = n->paper;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < paper->part_count; i++) {
		const struct pack_part *part = &paper->parts[i];
		uint32_t columns;

		if (part->kind == PACK_PART_ROWS) {
			e = put_table(n, part, paper->part_count - i, &columns);
			i += columns;
		} else {
			e = put_part(n, part, i ? part - 1 : NULL, i + 1 < paper->part_count ? part + 1 : NULL);
		}
	}
	return e;
}

/* Who printed it, when, and whether what it says of persons is whole. */
static void put_made(struct notice *n)
{
	const struct keys_writer *me = n->profile->identity ? keys_roster_find(n->profile->roster, n->profile->writer) : NULL;
	char now[32];

	clock_format_time(clock_wall(), n->pack->utc_offset, now);
	now[10] = ' ';
	now[16] = '\0';
	buf_puts(n->out, "<p class=\"made\">");
	buf_printf(n->out, "打印：%s", now);
	if (me) {
		buf_puts(n->out, "  ");
		html_text(n->out, me->label);
	}
	buf_puts(n->out, "　");
	html_text(n->out, n->full ? "含个人信息，谁打印已有记录；用后按规定保管、销毁。" : "个人信息已遮盖。");
	buf_puts(n->out, "</p>\n");
}

static enum err save(const char *path, const struct buf *page)
{
	struct lines file;
	enum err e = lines_open(&file, path);

	if (!e)
		buf_put(&file.text, page->data, page->len);
	return lines_close(&file, e ? e : page->err);
}

static void put_org(const struct profile *p, struct buf *out)
{
	const struct keys_root *root = keys_roots_newest(&p->roots);

	if (!root)
		return;
	buf_puts(out, "<p class=\"org\">");
	html_text(out, root->name);
	buf_puts(out, "</p>\n");
}

static enum err print(struct notice *n, const char *path)
{
	enum err e;

	html_begin(n->out, n->paper->title, notice_style);
	buf_puts(n->out, "<main>\n");
	put_org(n->profile, n->out);
	buf_puts(n->out, "<h1>");
	html_text(n->out, n->paper->title);
	buf_puts(n->out, "</h1>\n");
	if ((e = put_parts(n)))
		return e;
	put_made(n);
	buf_puts(n->out, "</main>\n");
	html_end(n->out);
	/* Who has seen it is on record before the file is there. */
	if (n->full && (e = looked_record(n->profile, n->seen, n->seen_count, 3)))
		return e;
	return save(path, n->out);
}

enum err notice_row(struct profile *p, const struct row_id *row, const char *id, bool full, const char *path, const char **title)
{
	struct notice *n = calloc(1, sizeof *n);
	struct buf out = { 0 };
	struct row r = { 0 };
	enum err e;

	if (!n)
		return err_set(ERR_NOMEM, "%s", path);
	*n = (struct notice){ .profile = p, .row = &r, .full = full, .out = &out };
	if (full && !p->identity)
		e = looked_record(p, NULL, 0, 3);
	else if (!(e = profile_pack_current(p, &n->pack)) && !(e = row_read(p, row, &r)) && !(e = choose(p, n->pack, &r, id, &n->paper)))
		e = print(n, path);
	if (!e && title)
		*title = n->paper->title;
	row_clear(&r);
	buf_clear(&out);
	free(n);
	return e;
}

enum err notice_cards(struct profile *p, const char *path, uint32_t *count)
{
	const struct pack *pk;
	struct buf out = { 0 };
	enum err e = profile_pack_current(p, &pk);

	if (e)
		return e;
	html_begin(&out, "应急处置卡", notice_style);
	buf_puts(&out, "<main class=\"cards\">\n");
	for (uint32_t i = 0; i < pk->card_count; i++) {
		buf_puts(&out, "<section class=\"card\"><h2>");
		html_text(&out, pk->cards[i].title.zh);
		buf_puts(&out, "</h2><pre>");
		html_lines(&out, pk->cards[i].text);
		buf_puts(&out, "</pre></section>\n");
	}
	buf_puts(&out, "</main>\n");
	html_end(&out);
	e = save(path, &out);
	*count = pk->card_count;
	buf_clear(&out);
	return e;
}
