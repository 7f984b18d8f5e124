#include "config.h"
#include "forms/xlsform/items.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "forms/base/text.h"
#include "forms/xlsform/arena.h"
#include "forms/xlsform/csv.h"
#include "forms/xlsform/xml.h"

#include <stdlib.h>
#include <string.h>

/* A cell as it is met: rows of XML and GeoJSON need not have all columns, nor the same order. */
struct met { uint32_t row, column; const char *text; };

struct items_memory {
	struct arena mem;
	struct csv *csv;
	struct met *met;
	uint32_t met_count, met_cap, column_cap;
};

static bool ends(const char *name, const char *ending)
{
	const char *dot = strrchr(name, '.');

	return dot && text_same(dot, ending);
}

bool items_is_geojson(const char *name)
{
	return ends(name, ".geojson");
}

bool items_is_file(const char *name)
{
	return ends(name, ".csv") || ends(name, ".xml") || items_is_geojson(name);
}

static enum err add_column(struct items *t, const char *name, uint32_t *out)
{
	struct items_memory *m = t->memory;
	const char **more;

	for (*out = 0; *out < t->column_count; ++*out)
		if (!strcmp(t->columns[*out], name))
			return ERR_OK;
	more = arena_grow(&m->mem, t->columns, t->column_count, &m->column_cap, ITEMS_COLUMNS_MAX, sizeof *more, _("列"));
	if (!more)
		return m->mem.err;
	t->columns = more;
	more[t->column_count++] = *name ? arena_string_n(&m->mem, name, strlen(name)) : "";
	return m->mem.err;
}

/* Keep a cell of the row under way, the last one begun. */
static enum err keep_cell(struct items *t, uint32_t column, const char *text)
{
	struct items_memory *m = t->memory;
	struct met *more = arena_grow(&m->mem, m->met, m->met_count, &m->met_cap, ITEMS_CELLS_MAX, sizeof *more, _("格"));

	if (!more)
		return m->mem.err;
	m->met = more;
	more[m->met_count++] = (struct met){ t->row_count - 1, column, text };
	return ERR_OK;
}

static enum err add_cell(struct items *t, const char *name, const char *text)
{
	uint32_t column;
	enum err err = add_column(t, name, &column);

	text = err ? NULL : arena_string_n(&t->memory->mem, text, strlen(text));
	return err ? err : text ? keep_cell(t, column, text) : t->memory->mem.err;
}

/* All rows have been met: lay them out. */
static enum err lay_out(struct items *t)
{
	struct items_memory *m = t->memory;
	uint64_t count = (uint64_t)t->row_count * t->column_count;

	if (count > ITEMS_CELLS_MAX)
		return err_set(ERR_LIMIT, _("附表多于 %d 格"), ITEMS_CELLS_MAX);
	t->cells = malloc((size_t)(count + 1) * sizeof *t->cells);
	if (!t->cells)
		return err_set(ERR_NOMEM, _("内存不够, 读不了附表"));
	for (uint64_t i = 0; i < count; i++)
		t->cells[i] = "";
	for (uint32_t i = 0; i < m->met_count; i++)
		t->cells[(size_t)m->met[i].row * t->column_count + m->met[i].column] = m->met[i].text;
	return ERR_OK;
}

static enum err read_csv(struct items *t, const void *data, size_t len)
{
	struct csv *csv = NULL;
	enum err err = csv_open_text(data, len, &csv);
	uint32_t column;

	t->memory->csv = csv;
	if (!err)
		err = csv_header(csv);
	for (uint32_t i = 0; !err && i < csv_columns(csv); i++)
		err = add_column(t, csv_column_name(csv, i), &column);
	while (!err && csv_next(csv)) {
		t->row_count++;
		for (uint32_t i = 0; !err && i < t->column_count && i < csv_count(csv); i++)
			err = keep_cell(t, i, csv_field(csv, i));
	}
	return err ? err : csv_end(csv);
}

/* ---- XML: <root><item><name>a</name><label>A</label></item>...</root> */
struct reading { struct items *t; int depth; char name[256]; struct buf text; };

static enum err on_start(void *user, const char *name, const char *const *attributes)
{
	struct reading *r = user;

	(void)attributes;
	r->depth++;
	if (r->depth == 2)
		r->t->row_count++;
	if (r->depth == 3) {
		buf_reset(&r->text);
		r->name[0] = '\0';
		if (strlen(name) < sizeof r->name)
			strcpy(r->name, name);
	}
	return ERR_OK;
}

static enum err on_text(void *user, const char *s, size_t len)
{
	struct reading *r = user;

	if (r->depth >= 3)
		buf_put(&r->text, s, len);
	return r->text.err;
}

static enum err on_end(void *user, const char *name)
{
	struct reading *r = user;

	(void)name;
	if (r->depth-- != 3 || !r->text.len)
		return ERR_OK;
	return add_cell(r->t, r->name, text_trim(r->text.data));
}

static enum err read_xml(struct items *t, const void *data, size_t len)
{
	struct reading r = { .t = t, .text.max = CSV_FIELD_MAX };
	const struct xml_handler handler = { on_start, on_end, on_text, &r };
	struct xml *x;
	enum err err = xml_new(&handler, &x);

	if (err)
		return err;
	err = xml_feed(x, data, len, true);
	xml_free(x);
	buf_clear(&r.text);
	return err;
}

/* ---- GeoJSON (RFC 7946): longitude stands first there, latitude here. */
static void put_points(const struct jdoc *v, struct buf *out)
{
	size_t n = jdoc_count(v);

	if (n >= 2 && jdoc_type(jdoc_item(v, 0)) != JDOC_ARRAY) {
		buf_puts(out, out->len ? "; " : "");
		jdoc_scalar_text(jdoc_item(v, 1), out);
		buf_putc(out, ' ');
		jdoc_scalar_text(jdoc_item(v, 0), out);
		buf_puts(out, " 0 0");
	}
	for (size_t i = 0; i < n && jdoc_type(jdoc_item(v, i)) == JDOC_ARRAY; i++)
		put_points(jdoc_item(v, i), out);
}

static enum err add_feature(struct items *t, const struct jdoc *feature)
{
	const struct jdoc *properties = jdoc_get(feature, "properties"), *id = jdoc_get(feature, "id"), *v;
	struct buf text = { .max = CSV_FIELD_MAX };
	const char *name;
	enum err err;

	t->row_count++;
	put_points(jdoc_get(jdoc_get(feature, "geometry"), "coordinates"), &text);
	err = text.err ? text.err : add_cell(t, "geometry", buf_str(&text));
	for (size_t i = 0; !err && jdoc_member(properties, i, &name, &v); i++) {
		buf_reset(&text);
		if (jdoc_scalar_text(v, &text))
			err = add_cell(t, name, buf_str(&text));
	}
	buf_reset(&text);
	if (!err && id && jdoc_scalar_text(id, &text))
		err = add_cell(t, "id", buf_str(&text));
	buf_clear(&text);
	return err;
}

static enum err read_geojson(struct items *t, const void *data, size_t len)
{
	const struct jdoc *features;
	struct jdoc *doc = NULL;
	enum err err = jdoc_parse(data, len, &doc);

	features = err ? NULL : jdoc_get(doc, "features");
	if (!err && jdoc_type(features) != JDOC_ARRAY)
		err = err_set(ERR_FORMAT, _("不是 GeoJSON: 没有 features"));
	for (size_t i = 0; !err && i < jdoc_count(features); i++)
		err = add_feature(t, jdoc_item(features, i));
	jdoc_free(doc);
	return err;
}

enum err items_read(const char *name, const void *data, size_t len, struct items **out)
{
	struct items *t = calloc(1, sizeof *t);
	struct items_memory *m = calloc(1, sizeof *m);
	enum err err = ERR_OK;

	*out = NULL;
	if (!t || !m) {
		free(t);
		free(m);
		return err_set(ERR_NOMEM, _("内存不够, 读不了附表"));
	}
	t->memory = m;
	m->mem.max = 4u * CSV_FILE_MAX;
	err = ends(name, ".xml") ? read_xml(t, data, len) : items_is_geojson(name) ? read_geojson(t, data, len) : read_csv(t, data, len);
	if (!err)
		err = lay_out(t);
	free(m->met);
	m->met = NULL;
	if (err)
		items_close(t);
	else
		*out = t;
	return err ? err_in(err, "%s", name) : ERR_OK;
}

enum err items_open(const char *path, struct items **out)
{
	struct buf file = { 0 };
	enum err err = fs_read(path, CSV_FILE_MAX, &file);

	*out = NULL;
	if (!err)
		err = items_read(path, buf_str(&file), file.len, out);
	buf_clear(&file);
	return err;
}

void items_close(struct items *t)
{
	if (!t)
		return;
	arena_clear(&t->memory->mem);
	csv_close(t->memory->csv);
	free(t->memory);
	free(t->columns);
	free(t->cells);
	free(t);
}
