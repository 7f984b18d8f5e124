#include "config.h"
#include "sync/town/import_own.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "sync/ledger/submit/submit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *import_name(enum import_what what)
{
	static const char *const names[] = { "new", "changed", "same", "refused" };

	return names[what];
}

const char *import_text(enum import_what what)
{
	static const char *const texts[] = { N_("新增"), N_("改"), N_("没变"), N_("不收") };

	return _(texts[what]);
}

/* --- the forms that make and change rows --- */

static void find_forms(struct import *m)
{
	uint32_t reg = (uint32_t)(m->reg - m->pack->registers);

	for (uint32_t i = 0; i < m->pack->form_count; i++) {
		const struct pack_form *f = &m->pack->forms[i];

		if (f->walk || f->entity_count != 1 || f->entities[0].reg != reg || f->entities[0].repeat != FORM_NONE || f->entities[0].step || (f->roles && !(f->roles & PACK_TOWN)))
			continue;
		if (f->entities[0].entity_id && f->entities[0].updates && f->subject && !strcmp(f->subject, m->reg->id)) {
			if (!m->edit || f->save_count > m->edit->save_count)
				m->edit = f;
		} else if (f->entities[0].creates && !f->entities[0].entity_id) {
			if (!m->create || f->save_count > m->create->save_count)
				m->create = f;
		}
	}
}

/* --- what is known already --- */

static void put_key(const struct import *m, const char *value, const char *village, struct buf *out)
{
	buf_puts(out, value);
	if (!m->reg->township && strcmp(m->reg->fields[m->key_field].id, "code"))
		buf_printf(out, "\x1f%s", village ? village : "");
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct import_known *)a)->key, ((const struct import_known *)b)->key);
}

static enum err add_known(struct import *m, const struct row *row)
{
	struct buf value = { 0 }, key = { 0 };
	char village[68] = "";
	enum err e = row_text(m->p, row, m->key_field, &value);

	if (row->scope.kind == 1)
		event_scope_text(&row->scope, village);
	put_key(m, buf_str(&value), village, &key);
	if (!e && m->known_count == m->known_cap) {
		uint32_t cap = m->known_cap ? m->known_cap * 2 : 256;
		struct import_known *more = realloc(m->known, cap * sizeof *more);

		if (!more)
			e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		else
			m->known = more, m->known_cap = cap;
	}
	if (!e && value.len) {
		m->known[m->known_count].id = row->id;
		m->known[m->known_count++].key = strdup(buf_str(&key));
	}
	buf_clear(&value);
	buf_clear(&key);
	return e;
}

static enum err read_known(struct import *m)
{
	struct listing_query q = { .reg = m->reg->id, .sort = "" };
	struct listing *l = NULL;
	enum err e = listing_open(m->p, &q, &l);

	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct row row;

		if (!(e = listing_row(l, i, &row))) {
			e = add_known(m, &row);
			row_clear(&row);
		}
	}
	listing_close(l);
	if (m->known_count)
		qsort(m->known, m->known_count, sizeof *m->known, by_key);
	return e;
}

static enum err choose_key(struct import *m)
{
	static const char *const keys[] = { "code", "name" };

	for (size_t k = 0; k < 2; k++)
		for (uint32_t i = 0; i < m->column_count; i++)
			if (!strcmp(m->reg->fields[m->columns[i].field].id, keys[k])) {
				m->key_field = m->columns[i].field;
				return ERR_OK;
			}
	return err_set(ERR_FORMAT, _("表里没有编号也没有名称这一列, 认不出哪一行是谁"));
}

/* --- one line --- */

struct judging { struct import *m; struct import_row *r; const struct book_row *cells; };

static void refuse(struct import_row *r, uint32_t column, const char *why)
{
	if (r->line.what == IMPORT_REFUSED)
		return;                                   /* the first fault is the one to mend first */
	r->line.what = IMPORT_REFUSED;
	if (column < BOOK_COLUMNS_MAX)
		book_column_name(column, r->column);
	free(r->words);
	r->words = strdup(why);
}

static bool note_fault(void *user, fill_node n, enum fill_fault what, const char *message)
{
	struct judging *j = user;

	(void)n;
	refuse(j->r, BOOK_COLUMNS_MAX, what == FILL_MISSING && (!message || !*message) ? _("有必填的没有填") : message);
	return false;
}

/* Fill the form that makes or changes this row; with `ref` also submit it. */
static enum err fill_line(struct judging *j, uint8_t *ref)
{
	struct import *m = j->m;
	bool change = j->r->line.what == IMPORT_CHANGED;
	const struct pack_form *form = change ? m->edit : m->create;
	const struct form *asked;
	struct submit what = { .form = form->id, .subject = change ? &j->r->id : NULL, .started = clock_wall(),
	                       .village = change || m->reg->township ? NULL : j->r->village };
	struct submit_host *host = NULL;
	enum err e = submit_host_open(m->p, what.form, what.subject, &host);

	if (!e && !(e = pack_form_read(form, &asked)))
		e = fill_open(asked, submit_host_fill(host), &what.fill);
	for (uint32_t i = 0; !e && i < m->column_count; i++) {
		const char *cell = book_text(m->sheet, j->cells, m->columns[i].column);
		fill_node n = *cell ? fill_find(what.fill, m->asked->questions[m->columns[i].question].name) : FILL_NO_NODE;
		struct buf value = { 0 };

		if (n != FILL_NO_NODE && ((e = import_read_cell(m, &m->columns[i], cell, &value)) || (e = fill_set(what.fill, n, buf_str(&value)))) && !ref) {
			refuse(j->r, m->columns[i].column, err_detail());
			e = ERR_OK;
		}
		buf_clear(&value);
	}
	if (!e)
		e = fill_finish(what.fill);
	if (!e && !ref)
		e = fill_check(what.fill, note_fault, j);
	else if (!e)
		e = submit_record(m->p, &what, ref);
	fill_close(what.fill);
	submit_host_close(host);
	return e;
}

/* Which of the cells say something else than the row; their names, to be shown. */
static enum err compare(struct judging *j, struct buf *differs)
{
	struct import *m = j->m;
	struct row row;
	enum err e = row_read(m->p, &j->r->id, &row);

	if (e)
		return e;
	for (uint32_t i = 0; !e && i < m->column_count; i++) {
		const char *cell = book_text(m->sheet, j->cells, m->columns[i].column);
		struct buf is = { 0 }, shall = { 0 };

		if (*cell && import_read_cell(m, &m->columns[i], cell, &shall))
			refuse(j->r, m->columns[i].column, err_detail());
		else if (*cell && !(e = row_text(m->p, &row, m->columns[i].field, &is)) && strcmp(buf_str(&is), buf_str(&shall)))
			buf_printf(differs, "%s%s", differs->len ? _("、") : "", pack_name(&m->reg->fields[m->columns[i].field].label, i18n_language()));
		buf_clear(&is);
		buf_clear(&shall);
	}
	row_clear(&row);
	return e;
}

static enum err judge_known(struct judging *j)
{
	struct buf differs = { 0 };
	enum err e = compare(j, &differs);

	if (!e && j->r->line.what != IMPORT_REFUSED) {
		j->r->line.what = differs.len ? IMPORT_CHANGED : IMPORT_SAME;
		j->r->words = strdup(buf_str(&differs));
		if (differs.len && !j->m->edit)
			refuse(j->r, BOOK_COLUMNS_MAX, _("清单包里没有修改这种登记的表"));
	}
	buf_clear(&differs);
	return e;
}

static const char *key_cell(const struct import *m, const struct book_row *cells, uint32_t *column)
{
	for (uint32_t i = 0; i < m->column_count; i++)
		if (m->columns[i].field == m->key_field)
			return book_text(m->sheet, cells, *column = m->columns[i].column);
	return "";
}

static enum err judge_line(struct import *m, struct import_row *r, const struct book_row *cells)
{
	struct judging j = { m, r, cells };
	struct buf key = { 0 }, village = { 0 };
	const struct import_known *old;
	uint32_t column = BOOK_COLUMNS_MAX;
	const char *cell = key_cell(m, cells, &column), *named = m->village_column < BOOK_COLUMNS_MAX ? book_text(m->sheet, cells, m->village_column) : "";
	enum err e = ERR_OK;

	r->line.row = cells->number;
	r->line.what = IMPORT_NEW;
	if (!*cell)
		refuse(r, column, _("编号或名称空着"));
	if (*named && import_read_village(m, named, &village))
		refuse(r, m->village_column, err_detail());
	r->village = village.len ? strdup(buf_str(&village)) : m->village ? strdup(m->village) : NULL;
	put_key(m, cell, r->village, &key);
	r->key = strdup(buf_str(&key));
	old = m->known_count ? bsearch(&(struct import_known){ .key = r->key }, m->known, m->known_count, sizeof *m->known, by_key) : NULL;
	if (r->line.what != IMPORT_REFUSED && old) {
		r->id = old->id;
		e = judge_known(&j);
	}
	if (!e && (r->line.what == IMPORT_NEW || r->line.what == IMPORT_CHANGED))
		e = fill_line(&j, NULL);
	buf_clear(&key);
	buf_clear(&village);
	return e;
}

static int by_row_key(const void *a, const void *b)
{
	const struct import_row *x = *(struct import_row *const *)a, *y = *(struct import_row *const *)b;
	int c = strcmp(x->key, y->key);

	return c ? c : (x->line.row > y->line.row) - (x->line.row < y->line.row);
}

/* The same key twice in one table: which of them is meant cannot be told. */
static enum err refuse_twins(struct import *m)
{
	struct import_row **order = malloc((m->row_count + 1) * sizeof *order);
	char why[96];

	if (!order)
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (size_t i = 0; i < m->row_count; i++)
		order[i] = &m->rows[i];
	if (m->row_count)
		qsort(order, m->row_count, sizeof *order, by_row_key);
	for (size_t i = 1; i < m->row_count; i++)
		if (*order[i]->key && !strcmp(order[i]->key, order[i - 1]->key)) {
			snprintf(why, sizeof why, _("和第 %u 行是同一个"), order[i - 1]->line.row);
			refuse(order[i], BOOK_COLUMNS_MAX, why);
		}
	free(order);
	return ERR_OK;
}

static enum err judge_all(struct import *m)
{
	enum err e = ERR_OK;

	m->rows = calloc(m->sheet->row_count + 1u, sizeof *m->rows);
	if (!m->rows)
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (uint32_t i = 1; !e && i < m->sheet->row_count; i++)
		e = judge_line(m, &m->rows[m->row_count++], &m->sheet->rows[i]);
	return e ? e : refuse_twins(m);
}

/* --- from outside --- */

static enum err open_sheet(struct import *m, const char *path)
{
	enum err e = book_open(path, &m->book);

	for (uint32_t i = 0; !e && i < m->book->sheet_count && !m->sheet; i++)
		if (m->book->sheets[i].row_count)
			m->sheet = &m->book->sheets[i];
	return e || m->sheet ? e : err_set(ERR_FORMAT, _("%s: 表是空的"), path);
}

enum err import_open(struct profile *p, const char *reg, const char *path, const char *village, struct import **out)
{
	struct import *m = calloc(1, sizeof *m);
	uint32_t r = PACK_NONE;
	enum err e = m ? profile_pack_current(p, &m->pack) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	*out = NULL;
	if (!e && (r = pack_find_register(m->pack, reg)) == PACK_NONE)
		e = err_set(ERR_NOTFOUND, _("清单包里没有台账 %s"), reg);
	if (!e) {
		m->p = p;
		m->reg = &m->pack->registers[r];
		m->village = village ? strdup(village) : NULL;
		find_forms(m);
		if (!m->create)
			e = err_set(ERR_UNSUPPORTED, _("清单包里没有乡镇可填的「%s」新增表"), pack_name(&m->reg->label, i18n_language()));
	}
	if (!e && !(e = pack_form_read(m->create, &m->asked)) && !(e = open_sheet(m, path)) && !(e = import_read_headings(m)) && !(e = choose_key(m)) && !(e = read_known(m)))
		e = judge_all(m);
	if (e)
		import_close(m);
	else
		*out = m;
	return e;
}

void import_close(struct import *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->row_count; i++) {
		free(m->rows[i].key);
		free(m->rows[i].words);
		free(m->rows[i].village);
	}
	for (uint32_t i = 0; i < m->known_count; i++)
		free(m->known[i].key);
	import_free_titles(m);
	free(m->known);
	free(m->rows);
	free(m->village);
	buf_clear(&m->ignored);
	book_free(m->book);
	free(m);
}

const char *import_sheet(const struct import *m)
{
	return m->sheet->name ? m->sheet->name : "";
}

const char *import_ignored(const struct import *m)
{
	return buf_str(&m->ignored);
}

size_t import_count(const struct import *m)
{
	return m->row_count;
}

const struct import_line *import_at(const struct import *m, size_t i)
{
	struct import_row *r = &m->rows[i];

	r->line.key = r->key ? r->key : "";
	r->key[strcspn(r->key, "\x1f")] = '\0';           /* the village is not for reading */
	r->line.column = r->column;
	r->line.words = r->words ? r->words : "";
	return &r->line;
}

size_t import_total(const struct import *m, enum import_what what)
{
	size_t n = 0;

	for (size_t i = 0; i < m->row_count; i++)
		n += m->rows[i].line.what == what;
	return n;
}

enum err import_step(struct import *m, bool *done)
{
	uint8_t ref[EVENT_REF];
	enum err e;

	*done = false;
	if (import_total(m, IMPORT_REFUSED))
		return err_set(ERR_DENIED, _("有 %zu 行不能收, 一行都没有导入; 改好表再来"), import_total(m, IMPORT_REFUSED));
	while (m->next < m->row_count && m->rows[m->next].line.what == IMPORT_SAME)
		m->next++;
	if (m->next == m->row_count) {
		*done = true;
		return ERR_OK;
	}
	e = fill_line(&(struct judging){ m, &m->rows[m->next], &m->sheet->rows[m->next + 1] }, ref);
	if (e)
		return err_in(e, _("第 %u 行 (前面的已存, 改好再导入一次, 已存的不会重复)"), m->rows[m->next].line.row);
	m->next++;
	return ERR_OK;
}
