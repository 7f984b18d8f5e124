#include "config.h"
#include "forms/fill/source.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/xlsform/items.h"

#include <stdlib.h>
#include <string.h>

/* What instance() and pulldata() read: choice lists and attached CSV files, both as a table of items, and the subject's row.
 * Nodes of source i: a = SOURCE_FIRST + i; b = 0 the document, 1 the root, then for every item its own and one a column. */

/* Rows with the same text in one column, chained: first[hash] and next[row] hold row + 1, ascending. */
struct column_index { uint32_t *first, *next, mask; };

struct source {
	char *name;                    /* of the instance */
	uint32_t list;                 /* choice list, or FORM_NONE for a file */
	bool absent;                   /* a file that is not there: looked for once */
	struct items *items;           /* of a file */
	uint32_t column_count, row_count;
	struct column_index *index;    /* one a column, made when first asked */
};

static enum err no_memory(const char *name)
{
	return err_set(ERR_NOMEM, _("内存不够, 读不了附表 %s"), name);
}

static char *copy(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = malloc(n);

	return p ? memcpy(p, s, n) : NULL;
}

const char *source_stem(const char *file, char out[256])
{
	const char *dot = items_is_file(file) ? strrchr(file, '.') : NULL;
	size_t n = dot ? (size_t)(dot - file) : strlen(file);

	if (n > 255)
		n = 255;
	memcpy(out, file, n);
	out[n] = '\0';
	return out;
}

/* The file an instance name stands for: as csv-external or a select from a file said, else the name itself. */
static void file_of(const struct fill *f, const char *instance, struct buf *out)
{
	const char *file = instance;
	char stem[256];

	for (uint32_t i = 0; i < f->form->question_count; i++) {
		const struct form_question *q = &f->form->questions[i];

		if (q->source && items_is_file(q->source) && !strcmp(q->type == FORM_ATTACHED ? q->name : source_stem(q->source, stem), instance))
			file = q->source;
	}
	buf_puts(out, file);
	if (!items_is_file(buf_str(out)))
		buf_puts(out, ".csv");
}

static enum err open_file(struct fill *f, struct source *s)
{
	struct buf name = { 0 }, path = { 0 };
	enum err err = ERR_NOTFOUND;

	file_of(f, s->name, &name);
	if (f->host.directory && !strchr(buf_str(&name), '/') && *buf_str(&name) != '.')
		err = items_open(fs_path(&path, f->host.directory, buf_str(&name)), &s->items);
	s->absent = err != ERR_OK;
	s->row_count = err ? 0 : s->items->row_count;
	s->column_count = err ? 0 : s->items->column_count;
	buf_clear(&name);
	buf_clear(&path);
	return err == ERR_NOMEM ? err : ERR_OK;
}

static void open_list(struct fill *f, struct source *s)
{
	s->column_count = 2 + f->form->column_count;
	s->row_count = f->form->lists[s->list].count;
}

/* "name" is a choice list or, when there is none of that name, a file; "name.csv" is the file whatever the lists are called. */
static enum err find_source(struct fill *f, const char *instance, struct source **out)
{
	bool file = items_is_file(instance);
	char name[256];
	struct source *s;
	enum err err = ERR_OK;

	*out = NULL;
	source_stem(instance, name);
	for (uint32_t i = 0; i < f->source_count; i++)
		if (!strcmp(f->sources[i].name, name) && !(file && f->sources[i].list != FORM_NONE)) {
			*out = &f->sources[i];
			return ERR_OK;
		}
	s = realloc(f->sources, (f->source_count + 1) * sizeof *s);
	if (!s)
		return no_memory(name);
	f->sources = s;
	s += f->source_count;
	*s = (struct source){ .name = copy(name), .list = file ? FORM_NONE : form_find_list(f->form, name) };
	if (!s->name)
		return no_memory(name);
	f->source_count++;
	if (s->list != FORM_NONE)
		open_list(f, s);
	else
		err = open_file(f, s);
	if (!err && !(s->index = calloc(s->column_count + 1, sizeof *s->index)))
		err = no_memory(name);
	*out = s;
	return err;
}

enum err source_open(struct fill *f, const char *instance, struct expr_node *out)
{
	struct source *s = NULL;
	enum err err;

	if (!strcmp(instance, "row")) {
		*out = (struct expr_node){ SOURCE_ROW, 0 };
		return ERR_OK;
	}
	err = find_source(f, instance, &s);
	if (err)
		return err;
	*out = (struct expr_node){ SOURCE_FIRST + (uint64_t)(s - f->sources), 0 };
	return s->absent ? ERR_NOTFOUND : ERR_OK;
}

void source_close(struct fill *f)
{
	for (uint32_t i = 0; i < f->source_count; i++) {
		struct source *s = &f->sources[i];

		for (uint32_t c = 0; s->index && c < s->column_count; c++) {
			free(s->index[c].first);
			free(s->index[c].next);
		}
		free(s->index);
		items_close(s->items);
		free(s->name);
	}
	free(f->sources);
	for (uint32_t i = 0; i < f->name_count; i++)
		free(f->names[i]);
	free(f->names);
}

static uint32_t column_of(const struct fill *f, const struct source *s, const char *name)
{
	uint32_t c;

	if (s->list != FORM_NONE) {
		if (!strcmp(name, "name") || !strcmp(name, "value"))
			return 0;
		if (!strcmp(name, "label"))
			return 1;
		c = form_find_column(f->form, name);
		return c == FORM_NONE ? FORM_NONE : c + 2;
	}
	for (c = 0; c < s->column_count; c++)
		if (!strcmp(s->items->columns[c], name))
			return c;
	return FORM_NONE;
}

static const char *cell(const struct fill *f, const struct source *s, uint32_t row, uint32_t column)
{
	const struct form_choice *c;
	const char *text;

	if (s->list == FORM_NONE)
		return s->items->cells[(size_t)row * s->column_count + column];
	c = &f->form->choices[f->form->lists[s->list].first + row];
	if (column < 2)
		return column ? form_text(f->form, &c->label, f->language) : c->name ? c->name : "";
	text = c->columns ? c->columns[column - 2] : NULL;
	return text ? text : "";
}

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

static enum err make_index(const struct fill *f, struct source *s, uint32_t column)
{
	struct column_index *x = &s->index[column];
	uint32_t size = 16;

	while (size < s->row_count * 2u)
		size *= 2;
	x->first = calloc(size, sizeof *x->first);
	x->next = calloc(s->row_count + 1, sizeof *x->next);
	if (!x->first || !x->next)
		return no_memory(s->name);
	x->mask = size - 1;
	for (uint32_t row = s->row_count; row-- > 0; ) {
		uint32_t h = hash(cell(f, s, row, column)) & x->mask;

		x->next[row] = x->first[h];
		x->first[h] = row + 1;
	}
	return ERR_OK;
}

static uint64_t item_at(const struct source *s, uint32_t row)
{
	return 2 + (uint64_t)row * (s->column_count + 1);
}

/* A node of a table taken apart: row and column of a cell, column FORM_NONE for the item itself. False above the items. */
static bool taken_apart(const struct source *s, uint64_t b, uint32_t *row, uint32_t *column)
{
	if (b < 2)
		return false;
	*row = (uint32_t)((b - 2) / (s->column_count + 1));
	*column = (uint32_t)((b - 2) % (s->column_count + 1));
	*column = *column ? *column - 1 : FORM_NONE;
	return true;
}

static struct source *source_of(const struct fill *f, struct expr_node n)
{
	return n.a >= SOURCE_FIRST && n.a - SOURCE_FIRST < f->source_count ? &f->sources[n.a - SOURCE_FIRST] : NULL;
}

bool source_parent(struct fill *f, struct expr_node n, struct expr_node *out)
{
	const struct source *s = source_of(f, n);
	uint32_t row, column;

	*out = (struct expr_node){ n.a, 0 };
	if (!n.b || n.a == SOURCE_SAVED)
		return false;
	if (s && taken_apart(s, n.b, &row, &column))
		out->b = column == FORM_NONE ? 1 : item_at(s, row);
	else
		out->b = n.b > 1;
	return true;
}

/* The number of a name met in an expression: of a row's field, of a question saved last time. */
static enum err name_number(struct fill *f, const char *name, uint64_t *out)
{
	char **more;

	for (*out = 0; *out < f->name_count; ++*out)
		if (!strcmp(f->names[*out], name))
			return ERR_OK;
	more = realloc(f->names, (f->name_count + 1) * sizeof *more);
	if (!more)
		return no_memory(name);
	f->names = more;
	if (!(more[f->name_count] = copy(name)))
		return no_memory(name);
	f->name_count++;
	return ERR_OK;
}

enum err source_saved(struct fill *f, const char *name, struct expr_nodes *out)
{
	struct expr_node n = { SOURCE_SAVED, 0 };
	enum err err = name_number(f, name, &n.b);

	return err ? err : expr_nodes_add(out, n);
}

static enum err row_children(struct fill *f, struct expr_node n, const char *name, struct expr_nodes *out)
{
	uint64_t number;
	enum err err;

	if (n.b == 0)
		return expr_nodes_add(out, (struct expr_node){ SOURCE_ROW, 1 });
	if (n.b > 1 || !strcmp(name, "*"))
		return ERR_OK;
	err = name_number(f, name, &number);
	return err ? err : expr_nodes_add(out, (struct expr_node){ SOURCE_ROW, 2 + number });
}

enum err source_children(struct fill *f, struct expr_node n, const char *name, struct expr_nodes *out)
{
	const struct source *s = source_of(f, n);
	uint32_t row, column;
	enum err err = ERR_OK;

	if (n.a == SOURCE_ROW)
		return row_children(f, n, name, out);
	if (!s)
		return ERR_OK;
	if (n.b == 0)
		return expr_nodes_add(out, (struct expr_node){ n.a, 1 });
	if (!taken_apart(s, n.b, &row, &column)) {
		for (row = 0; !err && row < s->row_count; row++)
			err = expr_nodes_add(out, (struct expr_node){ n.a, item_at(s, row) });
		return err;
	}
	if (column != FORM_NONE || (column = column_of(f, s, name)) == FORM_NONE)
		return ERR_OK;
	return expr_nodes_add(out, (struct expr_node){ n.a, n.b + 1 + column });
}

enum err source_matching(struct fill *f, struct expr_node n, const char *name, const char *column, const char *value, struct expr_nodes *out)
{
	struct source *s = source_of(f, n);
	uint32_t c = s ? column_of(f, s, column) : FORM_NONE;
	enum err err = ERR_OK;

	(void)name;
	if (!s || n.b != 1)
		return ERR_UNSUPPORTED;
	if (c == FORM_NONE)
		return *value ? ERR_OK : source_children(f, n, "*", out);
	if (!s->index[c].first && (err = make_index(f, s, c)))
		return err;
	for (uint32_t row = s->index[c].first[hash(value) & s->index[c].mask]; !err && row; row = s->index[c].next[row - 1])
		if (!strcmp(cell(f, s, row - 1, c), value))
			err = expr_nodes_add(out, (struct expr_node){ n.a, item_at(s, row - 1) });
	return err;
}

const char *source_value(struct fill *f, struct expr_node n)
{
	const struct source *s = source_of(f, n);
	uint32_t row, column;
	const char *text = NULL;

	if (n.a == SOURCE_ROW && n.b > 1 && f->host.row_field)
		text = f->host.row_field(f->host.user, f->names[n.b - 2]);
	else if (n.a == SOURCE_SAVED && f->host.last_saved)
		text = f->host.last_saved(f->host.user, f->names[n.b]);
	else if (s && taken_apart(s, n.b, &row, &column) && column != FORM_NONE)
		text = cell(f, s, row, column);
	return text ? text : "";
}

bool source_is_list(const struct fill *f, struct expr_node item)
{
	const struct source *s = source_of(f, item);

	return s && s->list != FORM_NONE;
}

const char *source_cell(struct fill *f, struct expr_node item, const char *column)
{
	const struct source *s = source_of(f, item);
	uint32_t row, none, c = s ? column_of(f, s, column) : FORM_NONE;

	return c != FORM_NONE && taken_apart(s, item.b, &row, &none) && row < s->row_count ? cell(f, s, row, c) : NULL;
}
