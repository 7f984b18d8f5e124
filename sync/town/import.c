#include "config.h"
#include "sync/town/import_own.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/submit.h"
#include "sync/town/export.h"

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

static const char *cell_of(const struct judging *j, uint32_t column)
{
	return book_text_seen(j->m->sheet, j->cells, j->m->columns[column].column);
}

static enum err add_cell(struct judging *j, uint32_t column, const char *from)
{
	struct import_row *r = j->r;

	if (!r->cells && !(r->cells = malloc(j->m->column_count * sizeof *r->cells)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	r->cells[r->cell_count++] = (struct import_cell){ (uint16_t)column, from ? strdup(from) : NULL };
	return ERR_OK;
}

static void drop_cell(struct import_row *r, uint32_t i)
{
	free(r->cells[i].from);
	memmove(&r->cells[i], &r->cells[i + 1], (--r->cell_count - i) * sizeof *r->cells);
}

/* Answers into the form; what the form does not ask of such a row is not written, and said. */
static enum err put_cells(struct judging *j, struct fill *fill, bool judge)
{
	struct import *m = j->m;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < j->r->cell_count; i++) {
		const struct import_column *c = &m->columns[j->r->cells[i].column];
		fill_node n = fill_find(fill, m->asked->questions[c->question].name);
		struct buf value = { 0 };

		if (n != FILL_NO_NODE && ((e = import_read_cell(m, c, cell_of(j, j->r->cells[i].column), &value)) || (e = fill_set(fill, n, buf_str(&value)))) && judge) {
			refuse(j->r, c->column, err_detail());
			e = ERR_OK;
		}
		buf_clear(&value);
	}
	e = e ? e : fill_finish(fill);
	for (uint32_t i = 0; !e && judge && i < j->r->cell_count; ) {
		fill_node n = fill_find(fill, m->asked->questions[m->columns[j->r->cells[i].column].question].name);

		if (n != FILL_NO_NODE && fill_is_relevant(fill, n)) {
			i++;
			continue;
		}
		m->unasked++;
		drop_cell(j->r, i);
	}
	return e;
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
	if (!e)
		e = put_cells(j, what.fill, !ref);
	if (!e && !ref)
		e = fill_check(what.fill, note_fault, j);
	else if (!e)
		e = submit_record(m->p, &what, ref);
	fill_close(what.fill);
	submit_host_close(host);
	return e;
}

/* A name or number as an export masks it says nothing new of the row it came from, and of no other row anything. */
static bool is_masked(const struct pack_field *f, const char *cell)
{
	return f->class >= 2 && strchr(cell, '*');
}

/* One cell that may say something else than the row. */
static enum err compare_cell(struct judging *j, const struct row *row, uint32_t column)
{
	struct import *m = j->m;
	const struct import_column *c = &m->columns[column];
	const struct pack_field *f = &m->reg->fields[c->field];
	const char *cell = cell_of(j, column);
	struct buf is = { 0 }, shall = { 0 }, mask = { 0 };
	struct row_shown shown = { 0 };
	enum err e = row_text(m->p, row, c->field, &is);

	if (is_masked(f, cell))
		export_mask_value(m->pack, row_is_choice(f) ? PACK_NONE : (uint32_t)(m->reg - m->pack->registers), "", buf_str(&is), &mask);
	if (e || (mask.len && !strcmp(buf_str(&mask), cell)))
		;
	else if (is_masked(f, cell))
		refuse(j->r, c->column, _("这一格是遮住的, 不是全文; 用写全的表 (导出时选写全), 或者让这一格空着"));
	else if (import_read_cell(m, c, cell, &shall))
		refuse(j->r, c->column, err_detail());
	else if (!import_same(m->asked->questions[c->question].type, m->pack->utc_offset, buf_str(&is), buf_str(&shall)) &&
	         !(e = row_show(row, m->reg, m->pack, c->field, false, &shown)))
		e = add_cell(j, column, buf_str(&shown.label));
	row_shown_clear(&shown);
	buf_clear(&is);
	buf_clear(&shall);
	buf_clear(&mask);
	return e;
}

/* Which of the cells say something else than the row. */
static enum err compare(struct judging *j)
{
	struct row row;
	enum err e = row_read(j->m->p, &j->r->id, &row);

	if (e)
		return e;
	for (uint32_t i = 0; !e && i < j->m->column_count; i++)
		if (*cell_of(j, i))
			e = compare_cell(j, &row, i);
	row_clear(&row);
	return e;
}

static enum err judge_known(struct judging *j)
{
	struct import *m = j->m;
	struct import_row *r = j->r;
	struct buf differs = { 0 };
	enum err e = compare(j);

	if (!e && r->line.what != IMPORT_REFUSED && r->cell_count && !m->edit)
		refuse(r, BOOK_COLUMNS_MAX, _("清单包里没有修改这种登记的表"));
	if (e || r->line.what == IMPORT_REFUSED)
		return e;
	r->line.what = r->cell_count ? IMPORT_CHANGED : IMPORT_SAME;
	if (r->cell_count)
		e = fill_line(j, NULL);
	if (!r->cell_count && r->line.what == IMPORT_CHANGED)
		r->line.what = IMPORT_SAME;                 /* all that differs is not asked of it */
	for (uint32_t i = 0; i < r->cell_count && !r->words; i++)
		buf_printf(&differs, "%s%s", differs.len ? _("、") : "", pack_name(&m->reg->fields[m->columns[r->cells[i].column].field].label, i18n_language()));
	if (differs.len)
		r->words = strdup(buf_str(&differs));
	buf_clear(&differs);
	return e;
}

static enum err judge_new(struct judging *j)
{
	struct import *m = j->m;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < m->column_count; i++) {
		const char *cell = cell_of(j, i);

		if (is_masked(&m->reg->fields[m->columns[i].field], cell))
			refuse(j->r, m->columns[i].column, _("这一格是遮住的, 不是全文; 用写全的表 (导出时选写全), 或者让这一格空着"));
		else if (*cell)
			e = add_cell(j, i, NULL);
	}
	return e || j->r->line.what == IMPORT_REFUSED ? e : fill_line(j, NULL);
}

static const char *key_cell(const struct judging *j, uint32_t *column, struct buf *out)
{
	const struct import *m = j->m;

	for (uint32_t i = 0; i < m->column_count; i++)
		if (m->columns[i].field == m->key_field) {
			*column = m->columns[i].column;
			if (import_tidy(m->asked->questions[m->columns[i].question].type, cell_of(j, i), out))
				buf_reset(out);
		}
	return buf_str(out);
}

static enum err judge_line(struct import *m, struct import_row *r, const struct book_row *cells)
{
	struct judging j = { m, r, cells };
	struct buf key = { 0 }, told = { 0 }, village = { 0 };
	struct import_known *old = NULL;
	uint32_t column = BOOK_COLUMNS_MAX;
	const char *cell = key_cell(&j, &column, &told), *named = m->village_column < BOOK_COLUMNS_MAX ? book_text_seen(m->sheet, cells, m->village_column) : "";
	enum err e = ERR_OK;

	r->line.row = cells->number;
	r->line.what = IMPORT_NEW;
	if (!*cell)
		refuse(r, column, _("编号或名称空着"));
	if (*named && import_read_village(m, named, &village))
		refuse(r, m->village_column, err_detail());
	r->village = village.len ? strdup(buf_str(&village)) : m->village ? strdup(m->village) : NULL;
	if (*cell && import_find_known(m, cell, r->village, &old))
		refuse(r, column, err_detail());
	if (!old)
		import_put_key(m, cell, r->village, &key);
	r->key = strdup(old ? old->key : buf_str(&key));
	if (r->line.what != IMPORT_REFUSED && old) {
		r->id = old->id;
		e = judge_known(&j);
	} else if (r->line.what == IMPORT_NEW) {
		e = judge_new(&j);
	}
	if (old)
		old->named = true;
	buf_clear(&key);
	buf_clear(&told);
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
	for (uint32_t i = m->head + 1; !e && i < m->sheet->row_count; i++)
		if (import_is_line(m, &m->sheet->rows[i])) {
			m->rows[m->row_count].sheet_row = i;
			e = judge_line(m, &m->rows[m->row_count++], &m->sheet->rows[i]);
		}
	return e ? e : refuse_twins(m);
}

/* --- from outside --- */

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
	if (!e && !(e = pack_form_read(m->create, &m->asked)) && !(e = book_open(path, &m->book)) && !(e = import_read_headings(m)) && !(e = import_choose_key(m)) && !(e = import_read_known(m)))
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
		for (uint32_t k = 0; k < m->rows[i].cell_count; k++)
			free(m->rows[i].cells[k].from);
		free(m->rows[i].cells);
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

uint32_t import_unasked(const struct import *m)
{
	return m->unasked;
}

size_t import_homeless(const struct import *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->row_count && !m->reg->township; i++)
		n += m->rows[i].line.what == IMPORT_NEW && !m->rows[i].village;
	return n;
}

size_t import_absent(const struct import *m)
{
	size_t n = 0;

	for (uint32_t i = 0; i < m->known_count; i++)
		n += !m->known[i].named;
	return n;
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
	r->line.ref = i < m->next && r->line.what != IMPORT_SAME ? r->ref : NULL;
	return &r->line;
}

bool import_change(const struct import *m, size_t i, uint32_t k, struct import_change *out)
{
	const struct import_row *r = &m->rows[i];
	const struct import_column *c;
	const struct pack_field *f;

	if (r->line.what == IMPORT_REFUSED || k >= r->cell_count)
		return false;
	c = &m->columns[r->cells[k].column];
	f = &m->reg->fields[c->field];
	out->field = pack_name(&f->label, i18n_language());
	out->from = r->cells[k].from ? r->cells[k].from : "";
	buf_reset(&out->to);
	if (import_tidy(m->asked->questions[c->question].type, book_text_seen(m->sheet, &m->sheet->rows[r->sheet_row], c->column), &out->to))
		return false;
	if (f->class >= 2)
		row_mask(&out->to, row_is_choice(f));
	return true;
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
	e = fill_line(&(struct judging){ m, &m->rows[m->next], &m->sheet->rows[m->rows[m->next].sheet_row] }, ref);
	if (e)
		return err_in(e, _("第 %u 行 (前面的已存, 改好再导入一次, 已存的不会重复)"), m->rows[m->next].line.row);
	memcpy(m->rows[m->next].ref, ref, sizeof ref);
	m->next++;
	return ERR_OK;
}
