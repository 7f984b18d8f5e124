#include "config.h"
#include "sync/town/export.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "forms/base/text.h"
#include "sync/keys/root.h"
#include "sync/ledger/listing.h"
#include "sync/ledger/looked.h"
#include "sync/ledger/profile.h"
#include "sync/town/sheet.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

void export_mask(const char *text, struct buf *out)
{
	size_t digits = strspn(text, "0123456789-+ "), count = text_count(text), i = 0;
	uint32_t cp;

	if (!text[digits] && digits >= 7) {
		buf_put(out, text, 3);
		buf_puts(out, "****");
		buf_puts(out, text + digits - 4);
		return;
	}
	for (const char *s = text; *s; i++) {
		size_t n = text_next(s, strnlen(s, 4), &cp);

		if (i == 0 || (i + 1 == count && count > 2))
			buf_put(out, s, n);
		else if (i <= 8)
			buf_putc(out, '*');
		s += n;
	}
}

/* --- ledgers --- */

struct ledger_export {
	struct profile *profile;
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

/* A dateTime loses its zone on paper: local time to the minute. */
static void shorten(const struct pack_column *c, struct buf *text)
{
	if (c->type == PACK_COLUMN_DATE && text->len > 10 && text->data[10] == 'T')
		buf_cut(text, 10);
	if (c->type == PACK_COLUMN_DATETIME && text->len >= 16 && text->data[10] == 'T') {
		buf_cut(text, 16);
		text->data[10] = ' ';
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

			export_mask(buf_str(cell), &masked);
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

/* Who has seen these rows unmasked is on record before the file is there. */
static enum err record_look(struct profile *p, struct listing *l)
{
	uint32_t count = listing_count(l);
	struct looked *rows = calloc(count + 1, sizeof *rows);
	enum err e = rows ? ERR_OK : err_set(ERR_NOMEM, _("导出内存不够"));

	for (uint32_t i = 0; !e && i < count; i++) {
		struct row r;

		e = listing_row(l, i, &r);
		if (!e) {
			rows[i] = (struct looked){ r.id, r.scope };
			row_clear(&r);
		}
	}
	if (!e)
		e = looked_record(p, rows, count, 3);
	free(rows);
	return e;
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
	x.ledger = &pk->ledgers[index];
	q.reg = pk->registers[x.ledger->reg].id;
	q.where = x.ledger->where;
	x.cells = calloc(x.ledger->column_count + 1, sizeof *x.cells);
	x.texts = calloc(x.ledger->column_count + 1, sizeof *x.texts);
	e = x.cells && x.texts ? listing_open(p, &q, &x.rows) : err_set(ERR_NOMEM, "%s", path);
	if (!e && full)
		e = record_look(p, x.rows);
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

/* --- everything, row by row --- */

/* A text file that appears whole. */
struct lines { char *path, *aside; int fd; uint64_t at; struct buf text; enum err err; };

static enum err lines_open(struct lines *l, const char *path)
{
	struct buf aside = { 0 };

	*l = (struct lines){ .fd = -1 };
	buf_printf(&aside, "%s.new", path);
	l->path = strdup(path);
	l->aside = buf_take(&aside);
	if (!l->path || !l->aside)
		return l->err = err_set(ERR_NOMEM, "%s", path);
	return l->err = fs_open(l->aside, O_WRONLY | O_CREAT | O_TRUNC, &l->fd);
}

static void lines_flush(struct lines *l, size_t above)
{
	if (l->err || l->text.len <= above)
		return;
	l->err = l->text.err ? l->text.err : fs_write_at(l->fd, l->text.data, l->text.len, l->at);
	l->at += l->text.len;
	buf_reset(&l->text);
}

static enum err lines_close(struct lines *l, enum err e)
{
	if (!e) {
		lines_flush(l, 0);
		e = l->err ? l->err : fs_sync(l->fd);
	}
	fs_close(l->fd);
	if (!e)
		e = fs_rename(l->aside, l->path);
	if (e && l->aside)
		fs_remove(l->aside);
	free(l->path);
	free(l->aside);
	buf_clear(&l->text);
	return e;
}

typedef enum err (*each_row)(void *user, const struct pack *pk, const struct pack_register *reg, const struct row *r);

static enum err walk_rows(struct profile *p, each_row each, void *user)
{
	const struct pack *pk;
	enum err e = profile_pack_current(p, &pk);

	for (uint32_t i = 0; !e && i < pk->register_count; i++) {
		struct listing_query q = { .reg = pk->registers[i].id, .sort = "", .retracted = true };
		struct listing *l = NULL;

		e = listing_open(p, &q, &l);
		for (uint32_t k = 0; !e && k < listing_count(l); k++) {
			struct row r;

			e = listing_row(l, k, &r);
			if (!e) {
				e = each(user, pk, &pk->registers[i], &r);
				row_clear(&r);
			}
		}
		listing_close(l);
	}
	return e;
}

struct row_export { struct profile *profile; struct lines lines; bool full; uint32_t count; };

static enum err put_fields(const struct row_export *x, const struct pack *pk, const struct pack_register *reg, const struct row *r, struct jdoc *out)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < reg->field_count; i++) {
		struct row_shown s = { 0 };

		if (reg->fields[i].class >= 2 && !x->full)
			continue;
		e = row_show(r, reg, pk, i, x->full, &s);
		if (!e && s.text.len)
			jdoc_put_text(out, reg->fields[i].id, buf_str(&s.text));
		row_shown_clear(&s);
	}
	return e;
}

static enum err line_of(void *user, const struct pack *pk, const struct pack_register *reg, const struct row *r)
{
	struct row_export *x = user;
	struct jdoc *j = jdoc_object(), *fields = jdoc_object();
	struct buf text = { 0 };
	char id[ROW_ID_TEXT], scope[68], time[32];
	enum err e;

	event_scope_text(&r->scope, scope);
	jdoc_put_text(j, "register", reg->id);
	jdoc_put_text(j, "row", row_id_text(&r->id, id));
	jdoc_put_text(j, "scope", scope);
	jdoc_put_text(j, "form", r->form);
	jdoc_put_text(j, "created", clock_format_time(r->events[0].wall, pk->utc_offset, time));
	if (!(e = row_number(x->profile, r, &text)))
		jdoc_put_text(j, "number", buf_str(&text));
	jdoc_put_bool(j, "conflict", r->flags & ROW_CONFLICT);
	jdoc_put_bool(j, "retracted", r->flags & ROW_RETRACTED);
	if (!e)
		e = put_fields(x, pk, reg, r, fields);
	jdoc_put(j, "fields", fields);
	if (!e)
		e = jdoc_text(j, 0, &x->lines.text);
	buf_putc(&x->lines.text, '\n');
	lines_flush(&x->lines, 65536);
	x->count++;
	jdoc_free(j);
	buf_clear(&text);
	return e ? e : x->lines.err;
}

static enum err look_at_all(struct profile *p)
{
	const struct pack *pk;
	enum err e = profile_pack_current(p, &pk);

	for (uint32_t i = 0; !e && i < pk->register_count; i++) {
		struct listing_query q = { .reg = pk->registers[i].id, .sort = "", .retracted = true };
		struct listing *l = NULL;

		e = listing_open(p, &q, &l);
		if (!e)
			e = record_look(p, l);
		listing_close(l);
	}
	return e;
}

enum err export_jsonl(struct profile *p, const char *path, bool full, uint32_t *rows)
{
	struct row_export x = { .profile = p, .full = full };
	enum err e = full ? look_at_all(p) : ERR_OK;

	if (e)
		return e;
	if (!(e = lines_open(&x.lines, path)))
		e = walk_rows(p, line_of, &x);
	e = lines_close(&x.lines, e);
	if (rows)
		*rows = x.count;
	return e;
}

/* "lat lon alt acc CRS" as a GeoJSON position; false when it is none. */
static bool position(const char *text, double at[2], char crs[16])
{
	char *end;

	at[1] = strtod(text, &end);
	if (end == text)
		return false;
	text = end;
	at[0] = strtod(text, &end);
	if (end == text || at[0] < -180 || at[0] > 180 || at[1] < -90 || at[1] > 90)
		return false;
	for (int skip = 0; skip < 2 && *end == ' '; skip++)
		strtod(end, &end);
	strcpy(crs, "WGS84");
	while (*end == ' ')
		end++;
	if (*end && strlen(end) < 16)
		strcpy(crs, end);
	return true;
}

static enum err feature_of(void *user, const struct pack *pk, const struct pack_register *reg, const struct row *r)
{
	struct row_export *x = user;
	struct buf title = { 0 }, one = { 0 };
	char crs[16], id[ROW_ID_TEXT];
	double at[2] = { 0 };
	bool found = false;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && !found && i < reg->field_count; i++) {
		struct row_shown s = { 0 };

		if (reg->fields[i].type != PACK_POSITION || (reg->fields[i].class >= 2 && !x->full))
			continue;
		e = row_show(r, reg, pk, i, true, &s);
		found = !e && position(buf_str(&s.text), at, crs);
		row_shown_clear(&s);
	}
	if (!e && found && !(e = row_title(x->profile, r, &title))) {
		struct jdoc *properties = jdoc_object();

		jdoc_put_text(properties, "register", reg->id);
		jdoc_put_text(properties, "row", row_id_text(&r->id, id));
		jdoc_put_text(properties, "title", buf_str(&title));
		jdoc_put_text(properties, "crs", crs);
		e = put_fields(x, pk, reg, r, properties);
		if (!e)
			e = jdoc_text(properties, 0, &one);
		buf_printf(&x->lines.text, "%s{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.7f,%.7f]},\"properties\":%s}",
		           x->count++ ? ",\n" : "", at[0], at[1], buf_str(&one));
		jdoc_free(properties);
		lines_flush(&x->lines, 65536);
	}
	buf_clear(&title);
	buf_clear(&one);
	return e ? e : x->lines.err;
}

enum err export_map(struct profile *p, const char *path, uint32_t *features)
{
	struct row_export x = { .profile = p };
	enum err e;

	if ((e = lines_open(&x.lines, path)))
		return lines_close(&x.lines, e);
	buf_puts(&x.lines.text, "{\"type\":\"FeatureCollection\",\"note\":\"coordinates stand as recorded; see the property crs of each feature\",\"features\":[\n");
	e = walk_rows(p, feature_of, &x);
	buf_puts(&x.lines.text, "\n]}\n");
	e = lines_close(&x.lines, e);
	if (features)
		*features = x.count;
	return e;
}
