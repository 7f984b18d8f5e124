#include "config.h"
#include "forms/pack/read.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/form_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- mistakes ---- */

/* A message that did not fit ends on a whole character. */
static void end_on_character(char *s)
{
	size_t len = strlen(s);

	while (len && !text_valid(s, len))
		s[--len] = '\0';
}

static void fault(struct read *r, const char *column, bool warning, bool orphans, const char *fmt, va_list args)
{
	char message[1024];

	vsnprintf(message, sizeof message, fmt, args);
	end_on_character(message);
	if (!warning && !r->errors++) {
		if (r->row)
			snprintf(r->first, sizeof r->first, _("%s 第 %u 行%s%s: %s"), r->file, r->row, column ? " " : "", column ? column : "", message);
		else
			snprintf(r->first, sizeof r->first, "%s: %s", r->file, message);
		end_on_character(r->first);
	}
	if (r->report)
		r->report(r->user, &(struct pack_fault){ r->file, r->row, column, warning, message, orphans });
}

void read_fault(struct read *r, const char *column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fault(r, column, false, false, fmt, args);
	va_end(args);
}

void read_warn(struct read *r, const char *column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fault(r, column, true, false, fmt, args);
	va_end(args);
}

void read_orphans(struct read *r, const char *column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fault(r, column, true, true, fmt, args);
	va_end(args);
}

void read_fault_of(struct read *r, const char *column, enum err e)
{
	if (err_is_machine(e))
		r->failed = r->failed ? r->failed : e;
	read_fault(r, column, "%s", *err_detail() ? err_detail() : err_text(e));
}

/* ---- memory ---- */

void *read_alloc(struct read *r, size_t n)
{
	void *p = form_alloc(r->pack->arena, n ? n : 1);

	if (!p)
		r->failed = r->failed ? r->failed : ERR_NOMEM;
	return p;
}

const char *read_string(struct read *r, const char *s)
{
	const char *copy = form_string(r->pack->arena, s);

	if (!copy && s && *s)
		r->failed = r->failed ? r->failed : ERR_NOMEM;
	return copy;
}

/* Arrays double in the arena: what is left behind is at most as much as what is kept, and goes when the pack does. */
static void *grow(struct read *r, void *array, uint32_t count, size_t size)
{
	void *old, *bigger;

	memcpy(&old, array, sizeof old);
	if (count & (count - 1) || count == 1)
		return old;
	if (!(bigger = read_alloc(r, (count ? 2 * (size_t)count : 2) * size)))
		return NULL;
	if (count)
		memcpy(bigger, old, count * size);
	memcpy(array, &bigger, sizeof bigger);
	return bigger;
}

void *read_add(struct read *r, enum read_rows rows, void *array, uint32_t *count, size_t size)
{
	char *at = grow(r, array, *count, size);

	if (at && rows != READ_ROWS) {
		if (!grow(r, &r->rows[rows], *count, sizeof *r->rows[rows]))
			return NULL;
		r->rows[rows][*count] = r->row;
	}
	return at ? at + size * (*count)++ : NULL;
}

struct pack_form *read_add_form(struct read *r, struct form *form)
{
	struct pack_body *body = read_alloc(r, sizeof *body);
	struct pack_form *f = body ? read_add(r, READ_ROWS, &r->pack->forms, &r->pack->form_count, sizeof *f) : NULL;

	if (!f) {
		form_free(form);
		return NULL;
	}
	body->form = form;
	*f = (struct pack_form){ .id = form->id, .body = body };
	return f;
}

/* ---- cells ---- */

const char **read_words(struct read *r, const char *cell)
{
	const char **words;
	uint32_t n = 0;

	for (const char *at = cell + strspn(cell, " |"); *at; at += strspn(at, " |"), n++)
		at += strcspn(at, " |");
	if (!n || !(words = read_alloc(r, (n + 1) * sizeof *words)))
		return NULL;
	n = 0;
	for (const char *at = cell + strspn(cell, " |"); *at; at += strspn(at, " |")) {
		size_t len = strcspn(at, " |");

		words[n++] = form_string_n(r->pack->arena, at, len);
		at += len;
	}
	return words;
}

static bool id_is_sound(const char *s)
{
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("_-+?.", *s)))
			return false;
	return true;
}

const char *read_id(struct read *r, struct pack_table *t, const char *column)
{
	const char *id = pack_table_get(t, column);

	if (!*id) {
		read_fault(r, column, _("编号是空的"));
		return NULL;
	}
	if (!id_is_sound(id)) {
		read_fault(r, column, _("编号 \"%s\" 只能用字母、数字和 _ - + ? ."), id);
		return NULL;
	}
	return read_string(r, id);
}

/* Words may be written in any script; only what lists and conditions are parted by is forbidden. */
const char *read_word(struct read *r, struct pack_table *t, const char *column)
{
	const char *word = pack_table_get(t, column);

	if (!*word)
		read_fault(r, column, _("是空的"));
	else if (strpbrk(word, " |='\"\t\n"))
		read_fault(r, column, _("\"%s\" 里不能有空格、竖线、等号、引号"), word);
	else
		return read_string(r, word);
	return NULL;
}

struct pack_name read_names(struct read *r, struct pack_table *t)
{
	struct pack_name n = { read_string(r, pack_table_get(t, "zh")), read_string(r, pack_table_get(t, "en")) };

	if (!n.zh) {
		read_fault(r, "zh", _("没有中文名称"));
		n.zh = "";
	}
	if (!n.en)
		n.en = n.zh;
	return n;
}

bool read_yes(const char *cell)
{
	return text_same(cell, "yes") || text_same(cell, "y") || text_same(cell, "true") || !strcmp(cell, "1") || !strcmp(cell, "是");
}

bool read_number(const char *cell, uint32_t most, uint32_t *out)
{
	uint64_t n = 0;

	if (!*cell || strlen(cell) > 10 || cell[strspn(cell, "0123456789")])
		return false;
	for (; *cell; cell++)
		n = n * 10 + (uint64_t)(*cell - '0');
	*out = (uint32_t)n;
	return n <= most;
}

int read_class(struct read *r, struct pack_table *t)
{
	const char *cell = pack_table_get(t, "class");

	if (!*cell)
		return 1;
	if (cell[0] == 'P' && cell[1] >= '0' && cell[1] <= '3' && !cell[2])
		return cell[1] - '0';
	read_fault(r, "class", _("\"%s\" 不是 P0 P1 P2 P3 之一"), cell);
	return 1;
}

uint32_t read_role_words(struct read *r, const char *column, const char *cell)
{
	const char **words = read_words(r, cell);
	uint32_t roles = 0;

	for (; words && *words; words++) {
		if (!pack_role(*words))
			read_fault(r, column, _("没有角色 \"%s\"; 可写 GRID VADM VHEAD TOWN TLEAD DEPT COUNTY OWNER EXPERT VIEW"), *words);
		roles |= pack_role(*words);
	}
	return roles;
}

uint32_t read_roles(struct read *r, struct pack_table *t, const char *column)
{
	return read_role_words(r, column, pack_table_get(t, column));
}

uint32_t read_register(struct read *r, struct pack_table *t, const char *column)
{
	const char *id = pack_table_get(t, column);
	uint32_t reg = pack_find_register(r->pack, id);

	if (reg == PACK_NONE)
		read_fault(r, column, _("没有登记簿 \"%s\" (registers.csv)"), id);
	return reg;
}

/* ---- tables ---- */

void read_table(struct read *r, const char *name, bool wanted, void (*line)(struct read *r, struct pack_table *t))
{
	struct pack_table *t;
	char file[64];
	const char *mangled;
	enum err e = pack_table_open(r->dir, name, &t);

	snprintf(file, sizeof file, "%s.csv", name);
	r->file = file;
	r->row = 0;
	if (e == ERR_NOTFOUND && !wanted)
		return;
	if (e) {
		read_fault_of(r, NULL, e);
		return;
	}
	r->file = pack_table_file(t);
	while (pack_table_next(t) && !r->failed) {
		r->row = pack_table_row(t);
		if ((mangled = pack_table_mangled(t)))
			read_fault(r, mangled, _("\"%s\" 是表格软件改坏的长编号; 把这一列设成文本再重新填"), pack_table_get(t, mangled));
		else
			line(r, t);
	}
	if ((e = pack_table_end(t))) {
		r->row = 0;
		read_fault_of(r, NULL, e);
	}
	r->file = "";
	r->row = 0;
	pack_table_close(t);
}

/* ---- pack.csv ---- */

static void param_line(struct read *r, struct pack_table *t)
{
	const char *key = read_id(r, t, "key");
	struct pack_param *param;

	if (!key)
		return;
	if (pack_param(r->pack, key)) {
		read_fault(r, "key", _("\"%s\" 写了两次"), key);
		return;
	}
	if ((param = read_add(r, READ_ROWS, &r->pack->params, &r->pack->param_count, sizeof *param))) {
		param->key = key;
		param->value = read_string(r, pack_table_get(t, "value"));
		param->value = param->value ? param->value : "";
	}
}

/* "+08:00", "-03:30" or minutes. */
static bool read_offset(const char *s, int *minutes)
{
	int h, m, n = 0;
	char sign;

	if (sscanf(s, "%c%2d:%2d%n", &sign, &h, &m, &n) == 3 && (size_t)n == strlen(s) && (sign == '+' || sign == '-') && h >= 0 && h < 24 && m >= 0 && m < 60) {
		*minutes = (sign == '-' ? -1 : 1) * (h * 60 + m);
		return true;
	}
	return false;
}

static void read_head(struct read *r)
{
	struct pack *p = r->pack;
	const char *zh, *en, *offset, *crs;

	read_table(r, "pack", true, param_line);
	r->file = "pack.csv";
	p->id = pack_param(p, "id");
	p->version = pack_param(p, "version");
	zh = pack_param(p, "title");
	en = pack_param(p, "title_en");
	offset = pack_param(p, "utc_offset");
	crs = pack_param(p, "crs");
	if (!p->id || !*p->id || strchr(p->id, '/') || strchr(p->id, ' '))
		read_fault(r, "id", _("缺 id (字母和数字)"));
	if (!p->version || !*p->version || strchr(p->version, '/') || strchr(p->version, ' '))
		read_fault(r, "version", _("缺 version; 每次发布换一个"));
	if (!zh || !*zh)
		read_fault(r, "title", _("缺 title"));
	if (!offset || !read_offset(offset, &p->utc_offset))
		read_fault(r, "utc_offset", _("utc_offset 要写成 +08:00"));
	if (!crs || (strcmp(crs, "WGS84") && strcmp(crs, "CGCS2000") && strcmp(crs, "GCJ02") && strcmp(crs, "BD09")))
		read_fault(r, "crs", _("crs 要是 WGS84 CGCS2000 GCJ02 BD09 之一"));
	p->title.zh = zh ? zh : "";
	p->title.en = en && *en ? en : p->title.zh;
}

/* What stands on a table with a mistake would only be missed as well, so reading goes on in steps: first what others name,
 * then fields, then all that speaks of them. */
void read_folder(struct read *r)
{
	read_head(r);
	read_registers(r);
	read_kinds(r);
	read_lists(r);
	read_codes(r);
	read_cards(r);
	if (!r->errors && !r->failed)
		read_fields(r);
	if (!r->errors && !r->failed) {
		read_rules(r);
		read_ledgers(r);
		read_papers(r);
		read_forms(r);
	}
	if (!r->errors && !r->failed)
		compile_walks(r);
	if (!r->failed && form_error(r->pack->arena))
		r->failed = form_error(r->pack->arena);
}

enum err read_open(struct read *r, const char *dir, void (*report)(void *user, const struct pack_fault *fault), void *user)
{
	*r = (struct read){ .dir = dir, .report = report, .user = user, .file = "" };
	if (!(r->pack = calloc(1, sizeof *r->pack)))
		return ERR_NOMEM;
	return form_new(&r->pack->arena);
}

enum err read_close(struct read *r, struct pack **out)
{
	enum err e = r->failed ? r->failed : r->errors ? ERR_FORMAT : ERR_OK;

	for (uint32_t i = 0; i < r->list_count; i++)
		form_free(r->lists[i].form);
	if (e == ERR_FORMAT)
		err_set(e, r->errors > 1 ? _("%s (共 %u 处错)") : "%s", r->first, r->errors);
	if (e || !out)
		pack_free(r->pack);
	else
		*out = r->pack;
	return e;
}

enum err pack_read(const char *dir, void (*report)(void *user, const struct pack_fault *fault), void *user, struct pack **out)
{
	struct read r;
	enum err e = read_open(&r, dir, report, user);

	*out = NULL;
	if (e) {
		pack_free(r.pack);
		return e;
	}
	read_folder(&r);
	return read_close(&r, out);
}
