#include "config.h"
#include "forms/xlsform/form_check_parts.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/fill/fill.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The column of `field` in the sheet: the first that the row has a cell in, else the first of all. */
static void find_column(const struct book_sheet *s, uint32_t row, struct form_fault *f, char letters[8])
{
	const struct book_row *header = s && s->row_count ? s->rows : NULL, *own = NULL;
	const struct book_cell *found = NULL;

	for (uint32_t i = 1; header && i < s->row_count && !own; i++)
		own = s->rows[i].number == row ? &s->rows[i] : NULL;
	for (uint32_t i = 0; header && i < header->count; i++) {
		const struct book_cell *cell = &s->cells[header->first + i];

		if (!table_header_means(cell->text, f->header))
			continue;
		found = found ? found : cell;
		if (own && *book_text(s, own, cell->column)) {
			found = cell;
			break;
		}
	}
	if (!found)
		return;
	f->column = book_column_name(found->column, letters);
	f->header = found->text;
}

void check_warn(struct check *c, const char *sheet, uint32_t row, const char *header, const char *hint, const char *fmt, ...)
{
	char message[512], letters[8];
	struct form_fault f = { .sheet = sheet, .row = row, .header = header, .warning = true, .message = message, .hint = hint };
	const struct book_sheet *s = book_find(c->book, sheet);
	va_list ap;

	if (!c->report || c->warnings++ >= FORM_FAULTS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	if (s)
		f.sheet = s->name;
	find_column(s, row, &f, letters);
	c->report(c->user, &f);
}

static void check_expressions(struct check *c, const struct form_question *q)
{
	const struct { const char *header, *expression; } all[] = {
		{ "relevant", q->relevant }, { "constraint", q->constraint }, { "required", q->required }, { "readonly", q->readonly },
		{ "calculation", q->calculation }, { "choice_filter", q->choice_filter }, { "repeat_count", q->repeat_count },
		{ "default", q->initial && form_is_dynamic(q->initial) ? q->initial : NULL },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		check_words(c, q, all[i].header, all[i].expression);
	if (q->choice_filter)
		check_filter(c, q);
	if (q->type == FORM_CALCULATE && !q->calculation && !q->initial)
		check_warn(c, "survey", q->row, "calculation", NULL, _("%s 没有 calculation, 总是空的"), q->name);
}

static void check_question(struct check *c, const struct form_question *q)
{
	struct buf path = { 0 };

	if (form_is_asked(q->type) && !q->label.count && !q->hint.count && !q->image.count && !q->audio.count && !q->video.count && !q->calculation)
		check_warn(c, "survey", q->row, "label", NULL, _("%s 没有文字, 屏幕上只有它的 name"), q->name);
	if (q->source && (q->type == FORM_ATTACHED || (form_is_select(q->type) && strncmp(q->source, "${", 2)))
	    && !fs_exists(fs_path(&path, c->directory, q->source)))
		check_warn(c, "survey", q->row, "type", _("把它和表单放在同一个文件夹"), _("找不到附表 %s"), q->source);
	buf_clear(&path);
	check_expressions(c, q);
}

/* Stored names of a select_multiple are parted by blanks: a blank in one makes two. Named once a list. */
static enum err check_multiple(struct check *c)
{
	const struct form *f = c->form;
	const struct form_question **user = calloc(f->list_count + 1, sizeof *user);

	if (!user)
		return err_set(ERR_NOMEM, _("内存不够, 查不了表单"));
	for (uint32_t i = 0; i < f->question_count; i++)
		if (f->questions[i].type == FORM_SELECT_MULTIPLE && f->questions[i].list != FORM_NONE && !user[f->questions[i].list])
			user[f->questions[i].list] = &f->questions[i];
	for (uint32_t l = 0; l < f->list_count; l++)
		for (uint32_t k = 0; user[l] && k < f->lists[l].count; k++) {
			const struct form_choice *choice = &f->choices[f->lists[l].first + k];

			if (!strpbrk(choice->name, " \t\n"))
				continue;
			check_warn(c, "choices", choice->row, "name", _("把空格换成下划线"), _("多选题 %s 的选项 name 里有空格, 存下来分不开: %s"), user[l]->name, choice->name);
			break;
		}
	free(user);
	return ERR_OK;
}

/* What a terminal cannot do, said once at its first place. */
static void check_abilities(struct check *c)
{
	static const char *const apps[] = { "ex:", "custom-", "printer:" };
	const struct form *f = c->form;
	bool media = false;

	for (uint32_t i = 0; i < f->question_count; i++) {
		const struct form_question *q = &f->questions[i];
		const char *header = q->image.count ? "image" : q->audio.count ? "audio" : q->video.count ? "video" : NULL;

		if (header && !media)
			check_warn(c, "survey", q->row, header, _("把要紧的写进 label 或 hint"), _("题目里的图片、录音、录像在这里看不到, 只显示文字"));
		media = media || header;
		for (size_t k = 0; q->appearance && k < sizeof apps / sizeof *apps; k++)
			if (strstr(q->appearance, apps[k]))
				check_warn(c, "survey", q->row, "appearance", _("答案要人来填"), _("%s 要别的应用或插件来填, 这里没有, 按普通题填写"), q->name);
	}
}

/* A setting of the form's that asks for what is done otherwise here. */
static void check_settings(struct check *c)
{
	const struct book_sheet *s = book_find(c->book, "settings");

	for (uint32_t i = 0; s && s->row_count > 1 && i < s->rows[0].count; i++) {
		const struct book_cell *cell = &s->cells[s->rows[0].first + i];

		if (table_header_means(cell->text, "public_key") && *book_text(s, &s->rows[1], cell->column))
			check_warn(c, "settings", s->rows[1].number, "public_key", NULL, _("这里不按 public_key 加密; 记录另有自己的签名和加密"));
	}
}

/* Languages that some labels have and others lack. */
static void check_translations(struct check *c)
{
	const struct form *f = c->form;

	for (uint32_t l = 0; l < f->language_count; l++) {
		uint32_t have = 0, lack = 0, row = 0;

		for (uint32_t i = 0; i < f->question_count; i++) {
			const struct form_text *t = &f->questions[i].label;
			bool there = l < t->count && t->in[l];

			if (i && f->questions[i - 1].or_other && f->questions[i].row == f->questions[i - 1].row)
				continue;              /* that one has no row of its own */
			have += there;
			if (t->count && !there && !lack++)
				row = f->questions[i].row;
		}
		if (have && lack)
			check_warn(c, "survey", row, "label", _("在这种语言的 label 列补上, 这里是第一处"), _("%s: %u 题没有这种语言的文字, 将显示默认语言"), *f->languages[l] ? f->languages[l] : "default", lack);
	}
}

/* Row of the first question that the engine's complaint names ("...: first, second", "题目 first ..."); 0. */
static uint32_t row_named(const struct form *f, const char *detail)
{
	const char *at = strrchr(detail, ':');
	char name[128];
	uint32_t q;

	if (!at)
		return 0;
	at += 1 + strspn(at + 1, " ");
	snprintf(name, sizeof name, "%.*s", (int)strcspn(at, ","), at);
	for (q = form_find(f, name, 0); q != FORM_NONE && !f->questions[q].calculation; q = form_find(f, name, q + 1))
		;
	return q == FORM_NONE ? 0 : f->questions[q].row;
}

/* Can the engine open it? The detail names the question, or the members of a cycle. */
static enum err check_engine(struct check *c)
{
	struct fill_host host = { .now = clock_wall(), .directory = c->directory };
	struct form_fault f = { .sheet = "survey", .header = "calculation" };
	struct fill *fill = NULL;
	char message[512], letters[8];
	enum err e = fill_open(c->form, &host, &fill);

	if (!e)
		e = fill_finish(fill);
	fill_close(fill);
	if (e != ERR_FORMAT && e != ERR_LIMIT)
		return e;
	snprintf(message, sizeof message, "%s", err_detail());
	f.message = message;
	if ((f.row = row_named(c->form, message))) {
		find_column(book_find(c->book, "survey"), f.row, &f, letters);
		f.hint = _("让其中一题不再引用别的题");
	} else {
		f.header = NULL;
	}
	if (c->report)
		c->report(c->user, &f);
	return err_set(ERR_FORMAT, "%s", message);
}

enum err form_check_run(const char *path, void (*report)(void *user, const struct form_fault *fault), void *user)
{
	const char *slash = strrchr(path, '/');
	struct buf directory = { 0 };
	struct check c = { .report = report, .user = user };
	struct book *book;
	struct form *f;
	struct buf name = { 0 };
	enum err e = book_open(path, &book);

	if (e)
		return e;
	form_file_name(path, &name);
	e = form_read_book(book, buf_str(&name), report, user, &f);
	buf_clear(&name);
	if (e) {
		book_free(book);
		return e;
	}
	c.book = book;
	buf_put(&directory, slash ? path : ".", slash ? (size_t)(slash - path) + (slash == path) : 1);
	c.form = f;
	c.directory = buf_str(&directory);
	for (uint32_t i = 0; i < f->question_count; i++)
		check_question(&c, &f->questions[i]);
	check_abilities(&c);
	check_settings(&c);
	check_translations(&c);
	e = directory.err ? directory.err : check_multiple(&c);
	e = e ? e : check_engine(&c);
	buf_clear(&directory);
	form_free(f);
	book_free(book);
	return e;
}
