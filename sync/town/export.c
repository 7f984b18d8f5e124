#include "config.h"
#include "sync/town/export.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/keys/root.h"
#include "sync/ledger/log/looked.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "sync/town/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void export_mask(const char *text, struct buf *out)
{
	size_t digits = strspn(text, "0123456789-+ "), count = text_count(text), i = 0;
	bool all = count == 1 || !text[digits];          /* of one character, or of a few digits, the first would tell all or half */
	uint32_t cp;

	if (!text[digits] && digits >= 7) {
		buf_put(out, text, 3);
		buf_puts(out, "****");
		buf_puts(out, text + digits - 4);
		return;
	}
	for (const char *s = text; *s; i++) {
		size_t n = text_next(s, strnlen(s, 4), &cp);

		if (!all && (i == 0 || (i + 1 == count && count > 2)))
			buf_put(out, s, n);
		else if (i <= 8)
			buf_putc(out, '*');
		s += n;
	}
}

static bool is_choice(const struct pack_register *r, const char *name)
{
	uint32_t field = pack_find_field(r, name);

	return field != PACK_NONE && row_is_choice(&r->fields[field]);
}

/* Does it name a choice: ${field}, label('field'), jr:choice-name(..., '${field}'), linked('row', 'field')? */
static bool reads_choice(const struct pack *p, uint32_t reg, const char *expression)
{
	bool far = strstr(expression, "linked(") != NULL, found = false;
	char name[128];

	for (const char *s = expression; !found && (s = strpbrk(s, "{'\"")); ) {
		size_t n = strcspn(++s, "}'\"");

		snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : 0), s);
		found = is_choice(&p->registers[reg], name);
		for (uint32_t i = 0; far && !found && i < p->register_count; i++)
			found = is_choice(&p->registers[i], name);
	}
	return found;
}

void export_mask_value(const struct pack *p, uint32_t reg, const char *expression, const char *text, struct buf *out)
{
	if (!*text)
		return;
	if (reg == PACK_NONE || reads_choice(p, reg, expression))
		buf_puts(out, "**");
	else
		export_mask(text, out);
}

/* --- ledgers --- */

struct ledger_export {
	struct profile *profile;
	const struct pack *pack;
	const struct pack_ledger *ledger;
	struct listing *rows;
	struct sheet *sheet;
	struct buf *cells;
	const char **texts;
	bool full;
};

static enum sheet_type type_of(enum pack_column_type t)
{
	switch (t) {
	case PACK_COLUMN_INTEGER:
	case PACK_COLUMN_DECIMAL:  return SHEET_NUMBER;
	case PACK_COLUMN_DATE:     return SHEET_DATE;
	case PACK_COLUMN_DATETIME: return SHEET_TIME;
	case PACK_COLUMN_TEXT:
	case PACK_COLUMN_FILE:     break;
	}
	return SHEET_TEXT;
}

/* A dateTime loses its zone on paper: local time to the minute. What is marked as unsure stays so. */
static void shorten(const struct pack_column *c, struct buf *text)
{
	size_t blank = text->len ? strcspn(buf_str(text), " ") : 0, at = blank && blank < text->len && blank < 10 ? blank + 1 : 0;

	if (c->type == PACK_COLUMN_DATE && text->len > at + 10 && text->data[at + 10] == 'T')
		buf_cut(text, at + 10);
	if (c->type == PACK_COLUMN_DATETIME && text->len >= at + 16 && text->data[at + 10] == 'T') {
		buf_cut(text, at + 16);
		text->data[at + 10] = ' ';
	}
}

static enum err export_row(struct ledger_export *x, uint32_t number, const struct row *r)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < x->ledger->column_count; i++) {
		const struct pack_column *c = &x->ledger->columns[i];
		struct buf *cell = &x->cells[i];

		buf_reset(cell);
		e = row_evaluate_numbered(x->profile, r, c->value, number, cell);
		if (!e && c->class >= 2 && !x->full && cell->len) {
			struct buf masked = { 0 };

			export_mask_value(x->pack, x->ledger->reg, c->value, buf_str(cell), &masked);
			buf_reset(cell);
			buf_puts(cell, buf_str(&masked));
			buf_clear(&masked);
		}
		shorten(c, cell);
		x->texts[i] = buf_str(cell);
	}
	if (!e)
		sheet_row(x->sheet, x->texts);
	return e;
}

static enum err open_sheet(struct ledger_export *x, bool xlsx, const char *path, int utc_offset)
{
	const struct keys_root *root = keys_roots_newest(&x->profile->roots);
	struct sheet_column *columns = calloc(x->ledger->column_count + 1, sizeof *columns);
	struct buf subtitle = { 0 };
	char day[16];
	enum err e;

	if (!columns)
		return err_set(ERR_NOMEM, "%s", path);
	for (uint32_t i = 0; i < x->ledger->column_count; i++) {
		const struct pack_column *c = &x->ledger->columns[i];

		columns[i] = (struct sheet_column){ c->heading, c->width, type_of(c->type) };
	}
	buf_printf(&subtitle, _("单位: %s    日期: %s"), root ? root->name : "", clock_format_date(clock_day_of(clock_wall(), utc_offset), day));
	e = sheet_open(path, xlsx, x->ledger->title, buf_str(&subtitle), columns, x->ledger->column_count, &x->sheet);
	free(columns);
	buf_clear(&subtitle);
	return e;
}

/* Has it a column that is masked otherwise? */
static bool personal(const struct pack_ledger *l)
{
	for (uint32_t i = 0; i < l->column_count; i++)
		if (l->columns[i].class >= 2)
			return true;
	return false;
}

/* By its id, or by the title people know it by. */
static uint32_t find_ledger(const struct pack *pk, const char *name)
{
	uint32_t index = pack_find_ledger(pk, name);

	for (uint32_t i = 0; index == PACK_NONE && i < pk->ledger_count; i++)
		if (!strcmp(pk->ledgers[i].title, name))
			index = i;
	return index;
}

void export_path(const char *dir, const char *title, const char *ending, struct buf *out)
{
	size_t start;

	buf_reset(out);
	buf_printf(out, "%s/", dir);
	start = out->len;
	buf_printf(out, "%s.%s", title, ending);
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] == '/')
			out->data[i] = '-';
}

enum err export_ledger(struct profile *p, const char *id, bool xlsx, bool full, const char *path, uint32_t *rows)
{
	struct ledger_export x = { .profile = p, .full = full };
	struct listing_query q = { 0 };
	const struct pack *pk;
	uint32_t index, count = 0;
	enum err e = profile_pack_current(p, &pk);

	if (e)
		return e;
	if ((index = find_ledger(pk, id)) == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("没有台账 %s, 有哪些见 pack show"), id);
	x.pack = pk;
	x.ledger = &pk->ledgers[index];
	q.reg = pk->registers[x.ledger->reg].id;
	q.where = x.ledger->where;
	x.cells = calloc(x.ledger->column_count + 1, sizeof *x.cells);
	x.texts = calloc(x.ledger->column_count + 1, sizeof *x.texts);
	e = x.cells && x.texts ? listing_open(p, &q, &x.rows) : err_set(ERR_NOMEM, "%s", path);
	if (!e && full && personal(x.ledger))
		e = export_look(p, x.rows);
	if (!e)
		e = open_sheet(&x, xlsx, path, pk->utc_offset);
	for (; !e && count < listing_count(x.rows); count++) {
		struct row r;

		e = listing_row(x.rows, count, &r);
		if (!e) {
			e = export_row(&x, count + 1, &r);
			row_clear(&r);
		}
	}
	if (x.sheet && e)
		sheet_abort(x.sheet);
	else if (x.sheet)
		e = sheet_close(x.sheet);
	if (rows)
		*rows = count;
	for (uint32_t i = 0; x.cells && i < x.ledger->column_count; i++)
		buf_clear(&x.cells[i]);
	free(x.cells);
	free(x.texts);
	listing_close(x.rows);
	return e;
}
