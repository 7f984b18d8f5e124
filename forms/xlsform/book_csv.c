#include "config.h"
#include "forms/xlsform/book.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/csv.h"

#include <string.h>
#include <strings.h>

enum { FOLDER_ENTRIES_MAX = 4096 };

/* All rows of a table into the last sheet. */
static enum err put_rows(struct book *b, struct csv *c)
{
	enum err e = ERR_OK;

	while (!e && csv_next(c))
		for (uint32_t i = 0; i < csv_count(c) && !e; i++) {
			const char *s = csv_field(c, i);

			e = book_put(b, csv_row(c), i, s, strlen(s));
		}
	return e ? e : csv_end(c);
}

enum err book_read_csv(struct book *b, const void *data, size_t len)
{
	struct csv *c;
	enum err e = csv_open_text(data, len, &c);

	if (e)
		return e;
	e = book_add_sheet(b, "survey", NULL);
	e = e ? e : put_rows(b, c);
	csv_close(c);
	return e;
}

struct folder { struct book *book; const char *path; struct buf name; };

/* "survey.csv", "Household form - survey.csv": the sheet's name. */
static void sheet_of(const char *file, struct buf *out)
{
	size_t len = strlen(file) - 4;

	buf_reset(out);
	for (const char *const *known = book_sheet_names; *known; known++) {
		size_t n = strlen(*known);

		if (len > n && !strncasecmp(file + len - n, *known, n) && strchr(" -_.", file[len - n - 1])) {
			buf_puts(out, *known);
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
	e = e ? e : put_rows(f->book, c);
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
