/* The package of an .xlsx (ECMA-376 parts 1 and 2): which parts hold the sheets, their shared strings and which cell styles
 * are dates. The cells themselves: xlsx_sheet.c. */
#include "config.h"
#include "forms/xlsform/xlsx.h"

#include "forms/base/i18n.h"
#include "forms/xlsform/serial.h"

#include <stdlib.h>
#include <string.h>

enum { RELATIONS_MAX = 1000, STYLES_MAX = 65536 };

struct relation { const char *id, *type, *target; };

struct package {
	struct xlsx x;
	struct arena mem;                      /* names and relations of this reading */
	struct relation *relations;            /* of the workbook part */
	uint32_t relation_count, relation_cap;
	struct relation *sheets;               /* id, type = name, target = state */
	uint32_t sheet_count, sheet_cap;
	bool *date_formats;                    /* number format id -> shows a date */
	bool in_cell_formats;
	uint32_t style_cap;
	const char *workbook;                  /* name of the workbook part */
};

static enum err feed(void *user, const void *data, size_t len, bool last)
{
	return xml_feed(user, data, len, last);
}

enum err xlsx_read_part(struct archive *zip, const char *name, const struct xml_handler *handler)
{
	struct xml *x;
	enum err e = xml_new(handler, &x);

	if (e)
		return e;
	e = archive_read(zip, name, feed, x);
	xml_free(x);
	return e ? err_in(e, "%s", name) : ERR_OK;
}

static const char *keep(struct package *p, const char *s)
{
	return s ? arena_string_n(&p->mem, s, strlen(s)) : NULL;
}

/* Relationship types end alike in the transitional and the strict flavour. */
static bool ends_with(const char *s, const char *end)
{
	size_t n = s ? strlen(s) : 0, k = strlen(end);

	return n >= k && !strcmp(s + n - k, end);
}

static enum err on_relation(void *user, const char *name, const char *const *attributes)
{
	struct package *p = user;
	struct relation *r;

	if (strcmp(name, "Relationship"))
		return ERR_OK;
	r = arena_grow(&p->mem, p->relations, p->relation_count, &p->relation_cap, RELATIONS_MAX, sizeof *r, "Relationship");
	if (!r)
		return p->mem.err;
	p->relations = r;
	r[p->relation_count++] = (struct relation){
		keep(p, xml_attribute(attributes, "Id")), keep(p, xml_attribute(attributes, "Type")), keep(p, xml_attribute(attributes, "Target"))
	};
	return p->mem.err;
}

/* Name of the part a relation of the workbook leads to: absolute, or beside the workbook. */
static const char *part_name(struct package *p, const char *target)
{
	const char *slash = strrchr(p->workbook, '/');
	struct buf b = { .max = 1024 };
	const char *name;

	if (*target == '/')
		return target + 1;
	if (slash)
		buf_put(&b, p->workbook, (size_t)(slash + 1 - p->workbook));
	buf_puts(&b, target);
	name = keep(p, buf_str(&b));
	buf_clear(&b);
	return name ? name : "";
}

static const char *related(struct package *p, const char *id, const char *type)
{
	for (uint32_t i = 0; i < p->relation_count; i++) {
		const struct relation *r = &p->relations[i];

		if (r->target && ends_with(r->type, type) && (!id || (r->id && !strcmp(r->id, id))))
			return part_name(p, r->target);
	}
	return NULL;
}

static enum err on_workbook(void *user, const char *name, const char *const *attributes)
{
	struct package *p = user;
	const char *v = xml_attribute(attributes, "date1904");
	struct relation *s;

	if (!strcmp(name, "workbookPr"))
		p->x.date1904 = v && (!strcmp(v, "1") || !strcmp(v, "true"));
	if (strcmp(name, "sheet"))
		return ERR_OK;
	s = arena_grow(&p->mem, p->sheets, p->sheet_count, &p->sheet_cap, BOOK_SHEETS_MAX, sizeof *s, _("工作表"));
	if (!s)
		return p->mem.err;
	p->sheets = s;
	s[p->sheet_count++] = (struct relation){ .id = keep(p, xml_attribute(attributes, "id")), .type = keep(p, xml_attribute(attributes, "name")), .target = keep(p, xml_attribute(attributes, "state")) };
	return p->mem.err;
}

static unsigned long number_attribute(const char *const *attributes, const char *name)
{
	const char *v = xml_attribute(attributes, name);

	return v ? strtoul(v, NULL, 10) : 0;
}

static enum err on_style(void *user, const char *name, const char *const *attributes)
{
	struct package *p = user;
	unsigned long id = number_attribute(attributes, "numFmtId");
	const char *code = xml_attribute(attributes, "formatCode");
	bool *dates;

	if (!strcmp(name, "numFmt") && id < STYLES_MAX && code)
		p->date_formats[id] = serial_format_is_date(code);
	if (!strcmp(name, "cellXfs"))
		p->in_cell_formats = true;
	if (strcmp(name, "xf") || !p->in_cell_formats)
		return ERR_OK;
	dates = arena_grow(&p->mem, p->x.date_styles, p->x.style_count, &p->style_cap, STYLES_MAX, sizeof *dates, _("样式"));
	if (!dates)
		return p->mem.err;
	p->x.date_styles = dates;
	dates[p->x.style_count++] = serial_id_is_date(id) || (id < STYLES_MAX && p->date_formats[id]);
	return ERR_OK;
}

static enum err on_style_end(void *user, const char *name)
{
	struct package *p = user;

	if (!strcmp(name, "cellXfs"))
		p->in_cell_formats = false;
	return ERR_OK;
}

/* Find the workbook part and learn where its sheets, strings and styles lie. */
static enum err read_directory(struct package *p)
{
	struct xml_handler relations = { .start = on_relation, .user = p }, workbook = { .start = on_workbook, .user = p };
	struct buf name = { 0 };
	const char *slash;
	enum err e = ERR_OK;

	p->workbook = "";
	if (archive_has(p->x.zip, "_rels/.rels"))
		e = xlsx_read_part(p->x.zip, "_rels/.rels", &relations);
	p->workbook = e ? NULL : related(p, NULL, "/officeDocument");
	if (!p->workbook)
		p->workbook = "xl/workbook.xml";
	p->relation_count = 0;
	slash = strrchr(p->workbook, '/');
	buf_put(&name, p->workbook, slash ? (size_t)(slash + 1 - p->workbook) : 0);
	buf_printf(&name, "_rels/%s.rels", slash ? slash + 1 : p->workbook);
	e = e ? e : name.err;
	e = e ? e : xlsx_read_part(p->x.zip, buf_str(&name), &relations);
	e = e ? e : xlsx_read_part(p->x.zip, p->workbook, &workbook);
	buf_clear(&name);
	return e == ERR_NOTFOUND ? err_in(ERR_FORMAT, _("这不是 .xlsx 工作簿")) : e;
}

static enum err read_styles(struct package *p)
{
	struct xml_handler styles = { .start = on_style, .end = on_style_end, .user = p };
	const char *part = related(p, NULL, "/styles");

	p->date_formats = arena_alloc(&p->mem, STYLES_MAX * sizeof *p->date_formats);
	if (!p->date_formats)
		return p->mem.err;
	return part && archive_has(p->x.zip, part) ? xlsx_read_part(p->x.zip, part, &styles) : ERR_OK;
}

static enum err read_sheets(struct package *p)
{
	const char *strings = related(p, NULL, "/sharedStrings");
	enum err e = ERR_OK;

	if (strings && archive_has(p->x.zip, strings))
		e = xlsx_read_strings(&p->x, strings);
	for (uint32_t i = 0; i < p->sheet_count && !e; i++) {
		const char *part = p->sheets[i].id ? related(p, p->sheets[i].id, "/worksheet") : NULL;

		if (part)                      /* chart sheets have no cells */
			e = xlsx_read_sheet(&p->x, p->sheets[i].type ? p->sheets[i].type : "", part);
		if (part && !e)                /* hidden, veryHidden */
			p->x.book->sheets[p->x.book->sheet_count - 1].hidden = p->sheets[i].target && strcmp(p->sheets[i].target, "visible");
	}
	return e;
}

enum err book_read_xlsx(struct book *b, const void *data, size_t len)
{
	struct package p = { .x = { .book = b, .strings_mem = { .max = BOOK_TEXT_MAX } }, .mem = { .max = BOOK_TEXT_MAX } };
	enum err e = archive_open(data, len, BOOK_XML_MAX, &p.x.zip);

	if (e)
		return e;
	e = read_directory(&p);
	e = e ? e : read_styles(&p);
	e = e ? e : read_sheets(&p);
	archive_close(p.x.zip);
	arena_clear(&p.mem);
	arena_clear(&p.x.strings_mem);
	free(p.relations);
	free(p.sheets);
	free(p.x.date_styles);
	free(p.x.strings);
	return e;
}
