#include "config.h"
#include "sync/town/import_own.h"

#include "forms/base/i18n.h"
#include "forms/pack/table.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- headings --- */

static bool is_label(const struct form_text *t, const char *text)
{
	for (uint32_t i = 0; i < t->count; i++)
		if (t->in[i] && !strcasecmp(t->in[i], text))
			return true;
	return false;
}

/* Offices shorten "经营者/产权人/负责人" to one of the three. */
static bool is_part(const char *label, const char *text)
{
	size_t n = strlen(text);

	for (const char *at = label; *at; at += strcspn(at, "/"), at += *at == '/')
		if (strcspn(at, "/") == n && !memcmp(at, text, n))
			return true;
	return false;
}

static bool is_heading(const struct import *m, const struct pack_save *s, const char *text)
{
	const struct form_question *q = &m->asked->questions[s->question];
	const struct pack_field *f = &m->reg->fields[s->field];

	return !strcasecmp(q->name, text) || !strcasecmp(f->id, text) || is_part(f->label.zh, text) || !strcasecmp(f->label.zh, text) || !strcasecmp(f->label.en, text) || is_label(&q->label, text);
}

static const struct pack_save *save_of(const struct import *m, const char *heading)
{
	for (uint32_t i = 0; i < m->create->save_count; i++) {
		const struct pack_save *s = &m->create->saves[i];

		if (s->question != FORM_NONE && !s->constant && is_heading(m, s, heading))
			return s;
	}
	return NULL;
}

static bool names_village(const char *text)
{
	static const char *const names[] = { "村", "村（社区）", "所在村", "所属村", "village", "__village" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcasecmp(names[i], text))
			return true;
	return false;
}

enum err import_read_headings(struct import *m)
{
	const struct book_row *head = m->sheet->row_count ? &m->sheet->rows[0] : NULL;

	m->village_column = BOOK_COLUMNS_MAX;
	for (uint32_t i = 0; head && i < head->count; i++) {
		const struct book_cell *cell = &m->sheet->cells[head->first + i];
		const struct pack_save *s = save_of(m, cell->text);

		if (!m->reg->township && names_village(cell->text)) {
			m->village_column = cell->column;
			if (!s)
				continue;
		}
		if (s && m->column_count < IMPORT_COLUMNS)
			m->columns[m->column_count++] = (struct import_column){ cell->column, s->question, s->field };
		else
			buf_printf(&m->ignored, "%s%s", m->ignored.len ? _("、") : "", cell->text);
	}
	if (!m->column_count)
		return err_set(ERR_FORMAT, _("第一行没有一个列名是「%s」的栏目; 列名照登记簿的栏目名写"), pack_name(&m->reg->label, i18n_language()));
	return ERR_OK;
}

/* --- rows of other registers --- */

static enum err add_title(struct import_titles *t, const char *title, const struct row_id *id)
{
	if (t->count == t->cap) {
		uint32_t cap = t->cap ? t->cap * 2 : 64;
		struct import_title *more = realloc(t->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		t->at = more;
		t->cap = cap;
	}
	t->at[t->count].id = *id;
	t->at[t->count].title = strdup(title);
	return t->at[t->count++].title ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static int by_title(const void *a, const void *b)
{
	return strcmp(((const struct import_title *)a)->title, ((const struct import_title *)b)->title);
}

static enum err read_titles(struct import *m, const char *reg, struct import_titles **out)
{
	struct listing_query q = { .reg = reg, .sort = "" };
	struct import_titles *t;
	struct listing *l = NULL;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < m->title_count; i++)
		if (!strcmp(m->titles[i].reg, reg)) {
			*out = &m->titles[i];
			return ERR_OK;
		}
	if (m->title_count == sizeof m->titles / sizeof *m->titles)
		return err_set(ERR_LIMIT, _("一张表里最多引用 %zu 种登记簿"), sizeof m->titles / sizeof *m->titles);
	t = *out = &m->titles[m->title_count++];
	t->reg = reg;
	e = listing_open(m->p, &q, &l);
	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct buf title = { 0 };
		struct row row;

		if (!(e = listing_row(l, i, &row))) {
			if (!(e = row_title(m->p, &row, &title)))
				e = add_title(t, buf_str(&title), &row.id);
			row_clear(&row);
		}
		buf_clear(&title);
	}
	listing_close(l);
	if (t->count)
		qsort(t->at, t->count, sizeof *t->at, by_title);
	return e;
}

static enum err read_row(struct import *m, const char *reg, const char *cell, struct buf *out)
{
	struct import_titles *t = NULL;
	struct import_title key = { .title = (char *)(uintptr_t)cell }, *at;
	char text[ROW_ID_TEXT];
	struct row_id id;
	enum err e = read_titles(m, reg, &t);

	if (e)
		return e;
	if (row_id_parse(cell, &id)) {
		buf_puts(out, row_id_text(&id, text));
		return ERR_OK;
	}
	at = t->count ? bsearch(&key, t->at, t->count, sizeof *t->at, by_title) : NULL;
	if (!at)
		return err_set(ERR_FORMAT, _("「%s」还没有登记, 先导入它"), cell);
	if ((at > t->at && !strcmp(at[-1].title, cell)) || (at + 1 < t->at + t->count && !strcmp(at[1].title, cell)))
		return err_set(ERR_FORMAT, _("有几个都叫「%s」, 分不清是哪个; 写记录号"), cell);
	buf_puts(out, row_id_text(&at->id, text));
	return ERR_OK;
}

void import_free_titles(struct import *m)
{
	for (uint32_t i = 0; i < m->title_count; i++) {
		for (uint32_t k = 0; k < m->titles[i].count; k++)
			free(m->titles[i].at[k].title);
		free(m->titles[i].at);
	}
}

/* --- cells --- */

static const char *choice_of(const struct form *f, uint32_t list, const char *text, size_t len)
{
	for (uint32_t i = 0; i < f->lists[list].count; i++) {
		const struct form_choice *c = &f->choices[f->lists[list].first + i];

		if (strlen(c->name) == len && !memcmp(c->name, text, len))
			return c->name;
		for (uint32_t k = 0; k < c->label.count; k++)
			if (c->label.in[k] && strlen(c->label.in[k]) == len && !memcmp(c->label.in[k], text, len))
				return c->name;
	}
	return NULL;
}

/* The length of the next of several words, and of what parts it from the one after. */
static size_t word(const char *at, size_t *gap)
{
	static const char *const marks[] = { "、", "，", ",", ";", "；", " ", "|" };
	size_t n = 0;

	for (*gap = 0; at[n]; n++)
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
			if (!strncmp(at + n, marks[i], strlen(marks[i]))) {
				*gap = strlen(marks[i]);
				return n;
			}
	return n;
}

static enum err read_choices(const struct form *f, const struct form_question *q, const char *cell, bool several, struct buf *out)
{
	size_t len, gap;

	for (const char *at = cell; *at; at += len + gap) {
		const char *name;

		if (several)
			len = word(at, &gap);
		else
			len = strlen(at), gap = 0;
		if (!len)
			continue;
		if (!(name = choice_of(f, q->list, at, len)))
			return err_set(ERR_FORMAT, _("「%.*s」不在可选的里面"), (int)(len > 120 ? 120 : len), at);
		buf_printf(out, "%s%s", out->len ? " " : "", name);
	}
	return out->err;
}

enum err import_read_cell(struct import *m, const struct import_column *c, const char *cell, struct buf *out)
{
	const struct form *f = m->asked;
	const struct form_question *q = &f->questions[c->question];

	if (pack_table_is_mangled(cell))
		return err_set(ERR_FORMAT, _("\"%s\" 是表格软件改坏的长编号; 把这一列设成文本再重新填"), cell);
	if (q->type == FORM_ROW)
		return read_row(m, q->source, cell, out);
	if ((q->type == FORM_SELECT_ONE || q->type == FORM_SELECT_MULTIPLE) && q->list != FORM_NONE)
		return read_choices(f, q, cell, q->type == FORM_SELECT_MULTIPLE, out);
	buf_puts(out, cell);
	return out->err;
}

enum err import_read_village(struct import *m, const char *cell, struct buf *out)
{
	struct buf id = { 0 };
	struct row_id row_id;
	struct row row;
	uint32_t reg = pack_find_register(m->pack, "villages"), code;
	enum err e;

	if (strspn(cell, "0123456789") == strlen(cell)) {
		buf_puts(out, cell);
		return ERR_OK;
	}
	if (pack_table_is_mangled(cell))
		return err_set(ERR_FORMAT, _("\"%s\" 是表格软件改坏的长编号; 把这一列设成文本再重新填"), cell);
	if (reg == PACK_NONE || (code = pack_find_field(&m->pack->registers[reg], "code")) == PACK_NONE)
		return err_set(ERR_FORMAT, _("村要写区划代码"));
	e = read_row(m, "villages", cell, &id);
	if (!e && row_id_parse(buf_str(&id), &row_id) && !(e = row_read(m->p, &row_id, &row))) {
		e = row_text(m->p, &row, code, out);
		row_clear(&row);
	}
	buf_clear(&id);
	return e;
}
