#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/expr/plain.h"
#include "forms/fill/fill.h"
#include "forms/xlsform/form_check.h"
#include "forms/xlsform/form_describe.h"
#include "forms/xlsform/form_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct faults { struct ctl *c; struct jdoc *all; uint32_t errors, warnings; };

static void note(void *user, const struct form_fault *f)
{
	struct faults *x = user;
	struct jdoc *j = jdoc_object();
	struct buf line = { 0 };

	jdoc_put_text(j, "sheet", f->sheet);
	jdoc_put_integer(j, "row", f->row);
	jdoc_put_text(j, "column", f->column);
	jdoc_put_text(j, "header", f->header);
	jdoc_put_text(j, "severity", f->warning ? "warning" : "error");
	jdoc_put_text(j, "message", f->message);
	jdoc_put_text(j, "hint", f->hint);
	jdoc_push(x->all, j);
	if (f->warning)
		x->warnings++;
	else
		x->errors++;
	form_fault_text(f, &line);
	if (!x->c->json)
		fprintf(stderr, "%s%s\n", f->warning ? _("提醒: ") : "", buf_str(&line));
	buf_clear(&line);
}

enum err cmd_form_check(struct ctl *c)
{
	struct faults x = { .c = c };
	enum err e = ctl_rest(c, 1, 1);

	if (e)
		return e;
	x.all = jdoc_array();
	e = form_check_run(c->argv[0], note, &x);
	ctl_answer(c, x.all);
	if (!e)
		ctl_say(c, _("%s: 可以使用, %u 条提醒"), c->argv[0], x.warnings);
	return e;
}

enum err cmd_form_describe(struct ctl *c)
{
	struct form *f;
	struct jdoc *j = NULL;
	struct buf out = { 0 };
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = form_read(c->argv[0], NULL, NULL, &f)))
		return e;
	e = form_describe(f, &j);
	if (!e && !c->json && !(e = jdoc_text(j, 2, &out)))
		puts(buf_str(&out));
	ctl_answer(c, j);
	buf_clear(&out);
	form_free(f);
	return e;
}

/* Minutes that the environment's zone is ahead of UTC at `now`. */
static int zone_offset(int64_t now)
{
	time_t t = (time_t)(now / 1000);
	struct tm tm;

	return localtime_r(&t, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

static enum err chance(void *user, void *data, size_t len)
{
	(void)user;
	return fs_random(data, len);
}

struct check { struct fill *fill; struct jdoc *missing, *violations; };

static bool note_check(void *user, fill_node n, enum fill_fault what, const char *message)
{
	struct check *x = user;
	struct jdoc *j = jdoc_object();
	struct buf path = { 0 };

	fill_path(x->fill, n, &path);
	jdoc_put_text(j, "path", buf_str(&path));
	jdoc_put_text(j, "message", message);
	jdoc_push(what == FILL_MISSING ? x->missing : x->violations, j);
	buf_clear(&path);
	return true;
}

static void note_violation(void *user, const char *path, const char *message)
{
	struct check *x = user;
	struct jdoc *j = jdoc_object();

	jdoc_put_text(j, "path", path);
	jdoc_put_text(j, "message", message);
	jdoc_push(x->violations, j);
}

/* Every question of an instance, FILL_NO_NODE for the top, that has no place in the record because it is not relevant, by
 * path. */
static void list_hidden(struct fill *f, fill_node instance, uint32_t first, uint32_t end, struct jdoc *out)
{
	const struct form *form = fill_form(f);

	for (uint32_t q = first; q < end; q++) {
		fill_node n = fill_node_at(f, instance, q);
		struct buf path = { 0 };

		for (uint32_t i = 0; form->questions[q].type == FORM_REPEAT && i < fill_instances(f, n); i++)
			list_hidden(f, fill_instance(f, n, i), q + 1, form->questions[q].end, out);
		if (form->questions[q].type == FORM_REPEAT)
			q = form->questions[q].end - 1;
		else if (form_is_stored(form->questions[q].type) && !fill_is_relevant(f, n)) {
			fill_path(f, n, &path);
			jdoc_push_text(out, buf_str(&path));
			buf_clear(&path);
		}
	}
}

static void directory_of(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');

	if (slash)
		buf_put(out, path, (size_t)(slash - path));
	else
		buf_puts(out, ".");
}

enum err cmd_form_fill(struct ctl *c)
{
	struct fill_host host = { .now = clock_wall(), .random = chance, .language = i18n_language() ? "en" : "zh", .username = "xuncha", .deviceid = "xuncha" };
	struct check x = { 0 };
	struct buf dir = { 0 }, text = { 0 };
	struct jdoc *answers = NULL, *record = NULL, *j, *hidden;
	const char *file;
	struct form *form = NULL;
	enum err e;

	if ((e = ctl_need(c, "--answers", &file)) || (e = ctl_rest(c, 1, 1)))
		return e;
	directory_of(c->argv[0], &dir);
	host.directory = buf_str(&dir);
	host.utc_offset = zone_offset(host.now);
	j = jdoc_object();
	hidden = jdoc_array();
	x.missing = jdoc_array();
	x.violations = jdoc_array();
	e = form_read(c->argv[0], NULL, NULL, &form);
	if (!e)
		e = jdoc_read(file, &answers);
	if (!e)
		e = fill_open(form, &host, &x.fill);
	if (!e)
		e = fill_read_json(x.fill, answers, note_violation, &x);
	if (!e)
		e = fill_finish(x.fill);
	if (!e)
		e = fill_check(x.fill, note_check, &x);
	if (!e)
		e = fill_write_json(x.fill, false, &record);
	if (!e)
		list_hidden(x.fill, FILL_NO_NODE, 0, form->question_count, hidden);
	jdoc_put(j, "record", record ? record : jdoc_object());
	jdoc_put(j, "not_relevant", hidden);
	jdoc_put(j, "missing", x.missing);
	jdoc_put(j, "violations", x.violations);
	if (!e && !c->json && !(e = jdoc_text(j, 2, &text)))
		puts(buf_str(&text));
	ctl_answer(c, j);
	fill_close(x.fill);
	jdoc_free(answers);
	form_free(form);
	buf_clear(&dir);
	buf_clear(&text);
	return e;
}

enum err cmd_expr(struct ctl *c)
{
	struct expr_plain *p = expr_plain_new(clock_wall());
	struct buf out = { 0 };
	const char *set;
	enum err e = p ? ERR_OK : err_set(ERR_NOMEM, "expr");

	if (!e && (set = ctl_take(c, "--dot")))
		e = expr_plain_set(p, NULL, set);
	while (!e && (set = ctl_take(c, "--set"))) {
		const char *equals = strchr(set, '=');
		char name[128] = "";

		if (!equals || equals == set || equals - set >= (ptrdiff_t)sizeof name) {
			e = err_set(ERR_USAGE, _("--set 要写成 名字=值"));
			break;
		}
		memcpy(name, set, (size_t)(equals - set));
		e = expr_plain_set(p, name, equals + 1);
	}
	if (!e)
		e = ctl_rest_raw(c, 1);
	if (!e)
		e = expr_plain_eval(p, c->argv[0], &out);
	if (!e) {
		struct jdoc *j = jdoc_object();

		jdoc_put_text(j, "value", buf_str(&out));
		ctl_answer(c, j);
		if (!c->json)
			ctl_print(stdout, buf_str(&out));
	}
	expr_plain_free(p);
	buf_clear(&out);
	return e;
}
