#include "config.h"
#include "forms/xlsform/book.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/csv.h"

#include <string.h>
#include <strings.h>

enum { FOLDER_ENTRIES_MAX = 4096 };

/* Sheets of a form; a name that ends with another comes first. */
static const char *const known[] = { "external_choices", "survey", "choices", "settings", "entities" };

/* The fields of the current row from column `from` on. */
static enum err put_row(struct book *b, const struct csv *c, uint32_t from)
{
	enum err e = ERR_OK;

	for (uint32_t i = from; i < csv_count(c) && !e; i++) {
		const char *s = csv_field(c, i);

		e = book_put(b, csv_row(c), i, s, strlen(s));
	}
	return e;
}

/* Is this the first row of a workbook in one table: a sheet's name in column 1? Anything else is a plain table. */
static bool opens_workbook(const struct csv *c)
{
	bool alone = true;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (text_same(csv_field(c, 0), known[i]))
			return true;
	for (uint32_t i = 1; i < csv_count(c); i++)
		alone = alone && !*csv_field(c, i);
	return alone;
}

/* A row of a workbook in one table: column 1 names the sheet on its first row, or on each. */
static enum err read_workbook_row(struct book *b, const struct csv *c)
{
	const char *name = csv_field(c, 0);
	enum err e = ERR_OK;

	if (*name && (!b->sheet_count || !text_same(b->sheets[b->sheet_count - 1].name, name)))
		e = book_add_sheet(b, name, NULL);
	return e ? e : put_row(b, c, 1);
}

static enum err read_table(struct book *b, struct csv *c)
{
	enum err e = ERR_OK;
	bool workbook = false;

	for (bool first = true; !e && csv_next(c); first = false) {
		if (first && !(workbook = opens_workbook(c)))
			e = book_add_sheet(b, "survey", NULL);
		if (!e)
			e = workbook ? read_workbook_row(b, c) : put_row(b, c, 0);
	}
	return e ? e : csv_end(c);
}

enum err book_read_csv(struct book *b, const void *data, size_t len)
{
	struct csv *c;
	enum err e = csv_open_text(data, len, &c);

	if (e)
		return e;
	e = read_table(b, c);
	csv_close(c);
	return e;
}

struct folder { struct book *book; const char *path; struct buf name; };

/* "survey.csv", "Household form - survey.csv": the sheet's name. */
static void sheet_of(const char *file, struct buf *out)
{
	size_t len = strlen(file) - 4;

	buf_reset(out);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t n = strlen(known[i]);

		if (len > n && !strncasecmp(file + len - n, known[i], n) && strchr(" -_.", file[len - n - 1])) {
			buf_puts(out, known[i]);
			return;
		}
	}
	buf_put(out, file, len);
}

static enum err read_sheet(struct folder *f, const char *file)
{
	struct csv *c;
	enum err e = csv_open(fs_path(&f->name, f->path, file), &c);

	if (e)
		return e;
	sheet_of(file, &f->name);
	e = book_add_sheet(f->book, buf_str(&f->name), file);
	while (!e && csv_next(c))
		e = put_row(f->book, c, 0);
	e = e ? e : csv_end(c);
	csv_close(c);
	return e ? err_in(e, "%s", file) : ERR_OK;
}

static enum err each_file(void *user, const char *name)
{
	size_t n = strlen(name);

	if (n < 5 || *name == '.' || !text_same(name + n - 4, ".csv"))
		return ERR_OK;
	return read_sheet(user, name);
}

enum err book_read_folder(struct book *b, const char *path)
{
	struct folder f = { .book = b, .path = path };
	enum err e = fs_list(path, FOLDER_ENTRIES_MAX, each_file, &f);

	buf_clear(&f.name);
	return e;
}
