#include "config.h"
#include "forms/xlsform/csv.h"

#include "forms/base/buf.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

struct csv {
	struct buf text;                     /* the file; fields are unquoted and ended where they lie */
	char *at, *end;
	char separator;
	char **fields, **names;
	uint32_t count, cap, name_count;
	uint32_t row;
	enum err err;
};

static enum err convert(struct buf *text, const char *from)
{
	iconv_t cd = iconv_open("UTF-8", from);
	struct buf out = { .max = CSV_FILE_MAX };
	char *in = text->data, chunk[4096];
	size_t left = text->len, r = (size_t)-1;

	if (cd == (iconv_t)-1)
		return err_set(ERR_UNSUPPORTED, _("这台设备不能转换 %s 编码, 请把文件另存为 UTF-8"), from);
	while (left && !out.err) {
		char *to = chunk;
		size_t room = sizeof chunk;

		r = iconv(cd, &in, &left, &to, &room);
		if (r == (size_t)-1 && to == chunk)
			break;
		buf_put(&out, chunk, (size_t)(to - chunk));
	}
	iconv_close(cd);
	if (left && !out.err) {
		uint32_t line = 1;

		for (const char *p = text->data; p < in; p++)
			line += *p == '\n';
		buf_clear(&out);
		return err_set(ERR_FORMAT, _("第 %u 行: 文字既不是 UTF-8 也不是 GB18030, 请把文件另存为 UTF-8"), line);
	}
	buf_clear(text);
	*text = out;
	return out.err;
}

/* Make the bytes UTF-8 without byte order mark. */
static enum err decode(struct buf *text)
{
	const char *p = buf_str(text);
	enum err e = ERR_OK;

	if (text->len >= 2 && (!memcmp(p, "\xff\xfe", 2) || !memcmp(p, "\xfe\xff", 2)))
		e = convert(text, "UTF-16");
	else if (text->len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		memset(text->data, ' ', 3);
	else if (!memchr(p, '\0', text->len) && !text_valid(p, text->len))
		e = convert(text, "GB18030");
	if (!e && !text_valid(buf_str(text), text->len))
		e = err_set(ERR_FORMAT, _("这不是文本文件"));
	return e;
}

/* Semicolons or tabs part the fields only where the first rows have no comma outside quotes. */
static char guess_separator(const char *p, const char *end)
{
	size_t commas = 0, semicolons = 0, tabs = 0;
	bool quoted = false;

	if (end - p > 16384)
		end = p + 16384;
	for (; p < end; p++) {
		quoted ^= *p == '"';
		commas += !quoted && *p == ',';
		semicolons += !quoted && *p == ';';
		tabs += !quoted && *p == '\t';
	}
	return commas || !(semicolons + tabs) ? ',' : tabs > semicolons ? '\t' : ';';
}

static enum err start(struct csv *c, enum err e, struct csv **out)
{
	if (e || (e = decode(&c->text))) {
		csv_close(c);
		return e;
	}
	c->at = c->text.data;
	c->end = c->at ? c->at + c->text.len : c->at;
	c->separator = guess_separator(c->at, c->end);
	*out = c;
	return ERR_OK;
}

enum err csv_open(const char *path, struct csv **out)
{
	struct csv *c = calloc(1, sizeof *c);
	enum err e;

	*out = NULL;
	if (!c)
		return err_set(ERR_NOMEM, _("内存不够, 打不开 %s"), path);
	if ((e = fs_read(path, CSV_FILE_MAX, &c->text))) {
		csv_close(c);
		return e;
	}
	return (e = start(c, ERR_OK, out)) ? err_in(e, "%s", path) : ERR_OK;
}

enum err csv_open_text(const void *data, size_t len, struct csv **out)
{
	struct csv *c = calloc(1, sizeof *c);

	*out = NULL;
	if (!c)
		return err_set(ERR_NOMEM, _("内存不够, 打不开表格"));
	c->text.max = CSV_FILE_MAX;
	buf_put(&c->text, data, len);
	return start(c, c->text.err, out);
}

void csv_close(struct csv *c)
{
	if (!c)
		return;
	buf_clear(&c->text);
	free(c->fields);
	free(c->names);
	free(c);
}

static bool fail(struct csv *c, enum err e)
{
	c->err = e;
	c->count = 0;
	return false;
}

static bool add_field(struct csv *c, char *field)
{
	char **p = c->fields;
	uint32_t more = c->cap ? c->cap * 2 : 32;

	if (c->count == CSV_FIELDS_MAX)
		return fail(c, err_set(ERR_LIMIT, _("第 %u 行: 多于 %d 列"), c->row, CSV_FIELDS_MAX));
	if (c->count == c->cap) {
		p = realloc(c->fields, more * sizeof *p);
		if (!p)
			return fail(c, err_set(ERR_NOMEM, _("第 %u 行: 内存不够"), c->row));
		c->fields = p;
		c->cap = more;
	}
	p[c->count++] = field;
	return true;
}

/* Unquote the field that starts at its quote, in place. Returns where its separator, line end or the end of the text is;
 * *to is set past its last byte. What follows the closing quote is kept, as office programs do. */
static char *read_quoted(struct csv *c, char *p, char **to)
{
	char *out = p++;

	for (;;) {
		char *quote = memchr(p, '"', (size_t)(c->end - p));
		size_t n;

		if (!quote) {
			fail(c, err_set(ERR_FORMAT, _("第 %u 行: 引号 \" 没有结束"), c->row));
			return NULL;
		}
		n = (size_t)(quote - p);
		memmove(out, p, n);
		out += n;
		p = quote + 1;
		if (p == c->end || *p != '"')
			break;
		*out++ = *p++;
	}
	while (p < c->end && *p != c->separator && *p != '\n' && *p != '\r')
		*out++ = *p++;
	*to = out;
	return p;
}

/* One field into c->fields. *last is set when its row ends with it. */
static bool read_field(struct csv *c, bool *last)
{
	char *p = c->at, *field, *to;
	bool quoted;
	char after;

	while (p < c->end && *p == ' ')
		p++;
	field = p;
	quoted = p < c->end && *p == '"';
	if (quoted) {
		p = read_quoted(c, p, &to);
		if (!p)
			return false;
	} else {
		while (p < c->end && *p != c->separator && *p != '\n' && *p != '\r')
			p++;
		to = p;
	}
	if (to - field > CSV_FIELD_MAX)
		return fail(c, err_set(ERR_LIMIT, _("第 %u 行: 一格的文字超过 %d KiB"), c->row, CSV_FIELD_MAX >> 10));
	after = p < c->end ? *p : '\n';
	*last = after != c->separator;
	if (after == '\r' && p + 1 < c->end && p[1] == '\n')
		p++;
	c->at = p < c->end ? p + 1 : p;
	*to = '\0';                          /* the buffer ends with a NUL of its own, so this is always in it */
	return add_field(c, quoted ? field : text_trim(field));
}

/* One row, blank or not; false at the end and on failure. */
static bool read_row(struct csv *c)
{
	bool last = false;

	c->count = 0;
	if (c->err || c->at == c->end)
		return false;
	if (++c->row > CSV_ROWS_MAX)
		return fail(c, err_set(ERR_LIMIT, _("表格多于 %d 行"), CSV_ROWS_MAX));
	while (!last)
		if (!read_field(c, &last))
			return false;
	return true;
}

bool csv_next(struct csv *c)
{
	while (read_row(c))
		for (uint32_t i = 0; i < c->count; i++)
			if (*c->fields[i])
				return true;
	return false;
}

uint32_t csv_row(const struct csv *c)
{
	return c->row;
}

uint32_t csv_count(const struct csv *c)
{
	return c->count;
}

const char *csv_field(const struct csv *c, uint32_t i)
{
	return i < c->count ? c->fields[i] : "";
}

enum err csv_header(struct csv *c)
{
	if (!csv_next(c))
		return c->err ? c->err : err_set(ERR_FORMAT, _("表格是空的, 第一行应是列名"));
	free(c->names);
	c->names = c->fields;
	c->name_count = c->count;
	c->fields = NULL;
	c->count = c->cap = 0;
	for (uint32_t i = 0; i < c->name_count; i++) {
		text_trim(c->names[i]);
		if (*c->names[i] && csv_column(c, c->names[i]) != i)
			return c->err = err_set(ERR_FORMAT, _("第 %u 行: 列名 %s 出现了两次"), c->row, c->names[i]);
	}
	return ERR_OK;
}

uint32_t csv_columns(const struct csv *c)
{
	return c->name_count;
}

const char *csv_column_name(const struct csv *c, uint32_t i)
{
	return i < c->name_count ? c->names[i] : "";
}

uint32_t csv_column(const struct csv *c, const char *name)
{
	for (uint32_t i = 0; i < c->name_count; i++)
		if (text_same(c->names[i], name))
			return i;
	return CSV_NONE;
}

const char *csv_get(const struct csv *c, const char *name)
{
	uint32_t i = csv_column(c, name);

	return i == CSV_NONE ? "" : csv_field(c, i);
}

enum err csv_end(const struct csv *c)
{
	return c->err;
}
