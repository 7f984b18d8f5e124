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

static const struct pack_save *saved_to(const struct import *m, const char *field, size_t len)
{
	for (uint32_t i = 0; i < m->create->save_count; i++) {
		const struct pack_save *s = &m->create->saves[i];
		const char *id = m->reg->fields[s->field].id;

		if (s->question != FORM_NONE && !s->constant && strlen(id) == len && !memcmp(id, field, len))
			return s;
	}
	return NULL;
}

/* The field that a column of a ledger shows and nothing besides: ${field}, label('field'), if(${field} = 'yes', '是', …); NULL. */
static const struct pack_save *shown_alone(const struct import *m, const char *value)
{
	static const struct { const char *before, *after; bool whole; } ways[] = { { "${", "}", true }, { "label('", "')", true }, { "if(${", "} = 'yes', '是', ", false } };

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		size_t n = strlen(ways[i].before), len;

		if (strncmp(value, ways[i].before, n))
			continue;
		len = strcspn(value + n, "}'");
		if (!strncmp(value + n + len, ways[i].after, strlen(ways[i].after)) && (!ways[i].whole || !value[n + len + strlen(ways[i].after)]))
			return saved_to(m, value + n, len);
	}
	return NULL;
}

/* Has the ledger this heading? *out is the field behind it, or NULL. */
static bool in_ledger(const struct import *m, const struct pack_ledger *l, const char *heading, const struct pack_save **out)
{
	uint32_t i = 0;

	while (i < l->column_count && strcmp(l->columns[i].heading, heading))
		i++;
	*out = i < l->column_count ? shown_alone(m, l->columns[i].value) : NULL;
	return i < l->column_count;
}

/* By the ledger whose title the table has, by the form, by any ledger of the register. */
static const struct pack_save *save_of(const struct import *m, const char *heading)
{
	const struct pack_save *found = NULL;

	if (m->ledger && in_ledger(m, m->ledger, heading, &found))
		return found;
	for (uint32_t i = 0; !found && i < m->create->save_count; i++) {
		const struct pack_save *s = &m->create->saves[i];

		if (s->question != FORM_NONE && !s->constant && is_heading(m, s, heading))
			found = s;
	}
	for (uint32_t i = 0; !found && i < m->pack->ledger_count; i++)
		if (&m->pack->registers[m->pack->ledgers[i].reg] == m->reg)
			in_ledger(m, &m->pack->ledgers[i], heading, &found);
	return found;
}

static bool names_village(const char *text)
{
	static const char *const names[] = { "村", "村（社区）", "所在村", "所属村", "village", "__village" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcasecmp(names[i], text))
			return true;
	return false;
}

static uint32_t known_headings(const struct import *m, const struct book_sheet *sheet, uint32_t row)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < sheet->rows[row].count; i++)
		n += save_of(m, sheet->cells[sheet->rows[row].first + i].text) != NULL;
	return n;
}

/* The row that knows most of them; a title, a date and an instruction may stand above. */
static bool find_head(struct import *m, const struct book_sheet *sheet)
{
	uint32_t most = 0, n;

	m->ledger = NULL;
	for (uint32_t r = 0; r < sheet->row_count && r < IMPORT_HEAD_ROWS; r++) {
		for (uint32_t i = 0; !m->ledger && sheet->rows[r].count == 1 && i < m->pack->ledger_count; i++)
			if (!strcmp(sheet->cells[sheet->rows[r].first].text, m->pack->ledgers[i].title) && &m->pack->registers[m->pack->ledgers[i].reg] == m->reg)
				m->ledger = &m->pack->ledgers[i];
		if ((n = known_headings(m, sheet, r)) > most) {
			most = n;
			m->head = r;
		}
	}
	return most > 0;
}

static bool is_taken(const struct import *m, uint32_t field)
{
	for (uint32_t i = 0; i < m->column_count; i++)
		if (m->columns[i].field == field)
			return true;
	return false;
}

static void read_heading(struct import *m, const struct book_cell *cell)
{
	const struct pack_save *s = save_of(m, cell->text);

	if (!m->reg->township && m->village_column == BOOK_COLUMNS_MAX && names_village(cell->text)) {
		m->village_column = cell->column;
		if (!s)
			return;
	}
	if (s && m->column_count < IMPORT_COLUMNS && !is_taken(m, s->field))
		m->columns[m->column_count++] = (struct import_column){ cell->column, s->question, s->field };
	else if (strcmp(cell->text, "序号"))                /* everybody counts rows */
		buf_printf(&m->ignored, "%s%s", m->ignored.len ? _("、") : "", cell->text);
}

enum err import_read_headings(struct import *m)
{
	m->village_column = BOOK_COLUMNS_MAX;
	for (uint32_t i = 0; i < m->book->sheet_count && !m->sheet; i++)
		if (!m->book->sheets[i].hidden && find_head(m, &m->book->sheets[i]))
			m->sheet = &m->book->sheets[i];
	if (!m->sheet)
		return err_set(ERR_FORMAT, _("前 %d 行里没有一个列名是「%s」的栏目; 列名照登记簿的栏目名写, 或者照台账的表头"), IMPORT_HEAD_ROWS, pack_name(&m->reg->label, i18n_language()));
	for (uint32_t i = 0; i < m->sheet->rows[m->head].count; i++)
		read_heading(m, &m->sheet->cells[m->sheet->rows[m->head].first + i]);
	return ERR_OK;
}

bool import_is_line(const struct import *m, const struct book_row *row)
{
	bool says = false, heading = true;

	for (uint32_t i = 0; i < m->column_count; i++) {
		const char *text = book_text_seen(m->sheet, row, m->columns[i].column);

		says |= *text != '\0';
		heading &= !*text || !strcmp(text, book_text(m->sheet, &m->sheet->rows[m->head], m->columns[i].column));
	}
	return says && !heading;
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

/* The length of what parts one word from the next; 0 when nothing does. */
static size_t gap(const char *at)
{
	static const char *const marks[] = { "、", "，", ",", ";", "；", " ", "|" };

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (!strncmp(at, marks[i], strlen(marks[i])))
			return strlen(marks[i]);
	return 0;
}

/* The longest choice, as stored or as read, that the text begins with, up to a mark or the end: labels hold marks themselves. */
static const char *choice_of(const struct form *f, uint32_t list, const char *text, bool several, size_t *len)
{
	const char *found = NULL;

	*len = 0;
	for (uint32_t i = 0; i < f->lists[list].count; i++) {
		const struct form_choice *c = &f->choices[f->lists[list].first + i];

		for (uint32_t k = 0; k <= c->label.count; k++) {
			const char *s = k ? c->label.in[k - 1] : c->name;
			size_t n = s ? strlen(s) : 0;

			if (n > *len && !strncmp(text, s, n) && (!text[n] || (several && gap(text + n)))) {
				found = c->name;
				*len = n;
			}
		}
	}
	return found;
}

static enum err read_choices(const struct form *f, const struct form_question *q, const char *cell, bool several, struct buf *out)
{
	size_t len;

	for (const char *at = cell; *at; at += len) {
		const char *name;

		if (several && (len = gap(at)))
			continue;
		if (!(name = choice_of(f, q->list, at, several, &len))) {
			for (len = 0; at[len] && !(several && gap(at + len)) && len < 120; len++)
				;
			return err_set(ERR_FORMAT, _("「%.*s」不在可选的里面"), (int)len, at);
		}
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
	return import_tidy(q->type, cell, out);
}

enum err import_read_village(struct import *m, const char *cell, struct buf *out)
{
	struct buf id = { 0 };
	struct row_id row_id;
	struct row row;
	uint32_t reg = pack_find_register(m->pack, "villages"), code;
	enum err e;

	if (!(e = import_tidy(FORM_INTEGER, cell, &id)) && strspn(buf_str(&id), "0123456789") == id.len) {
		buf_puts(out, buf_str(&id));
		buf_clear(&id);
		return ERR_OK;
	}
	buf_reset(&id);
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
