#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"

#ifdef WITH_TOWN

#include "sync/keys/hash.h"
#include "sync/town/import.h"

static struct jdoc *describe_changes(const struct import *m, size_t i)
{
	struct jdoc *all = jdoc_array();
	struct import_change c = { 0 };

	for (uint32_t k = 0; import_change(m, i, k, &c); k++) {
		struct jdoc *j = jdoc_object();

		jdoc_put_text(j, "field", c.field);
		jdoc_put_text(j, "from", c.from);
		jdoc_put_text(j, "to", buf_str(&c.to));
		jdoc_push(all, j);
	}
	buf_clear(&c.to);
	return all;
}

static struct jdoc *describe(const struct import *m)
{
	struct jdoc *all = jdoc_object(), *rows = jdoc_array();

	jdoc_put_text(all, "sheet", import_sheet(m));
	jdoc_put_text(all, "ignored", import_ignored(m));
	jdoc_put_integer(all, "unasked", import_unasked(m));
	jdoc_put_integer(all, "homeless", (int64_t)import_homeless(m));
	jdoc_put_integer(all, "absent", (int64_t)import_absent(m));
	for (int w = 0; w < IMPORT_KINDS; w++)
		jdoc_put_integer(all, import_name((enum import_what)w), (int64_t)import_total(m, (enum import_what)w));
	for (size_t i = 0; i < import_count(m); i++) {
		const struct import_line *l = import_at(m, i);
		struct jdoc *j = jdoc_object();
		char ref[2 * EVENT_REF + 1];

		jdoc_put_integer(j, "row", l->row);
		jdoc_put_text(j, "what", import_name(l->what));
		jdoc_put_text(j, "key", l->key);
		jdoc_put_text(j, "column", l->column);
		jdoc_put_text(j, "words", l->words);
		if (l->ref) {
			keys_hex(l->ref, EVENT_REF, ref);
			jdoc_put_text(j, "ref", ref);
		}
		jdoc_put(j, "changes", describe_changes(m, i));
		jdoc_push(rows, j);
	}
	jdoc_put(all, "rows", rows);
	return all;
}

/* What was there and what will be; of a new row its name is enough. */
static void tell_changes(struct ctl *c, const struct import *m, size_t i, const struct import_line *l)
{
	struct import_change change = { 0 };

	ctl_say(c, "%s  %s  %s", import_text(l->what), l->key, l->words);
	for (uint32_t k = 0; l->what == IMPORT_CHANGED && import_change(m, i, k, &change); k++)
		ctl_say(c, _("    %s: %s 改为 %s"), change.field, *change.from ? change.from : _("(空)"), buf_str(&change.to));
	buf_clear(&change.to);
}

static void tell(struct ctl *c, const struct import *m)
{
	for (size_t i = 0; i < import_count(m); i++) {
		const struct import_line *l = import_at(m, i);

		if (l->what == IMPORT_REFUSED)
			ctl_say(c, _("%s 第 %u 行 %s列 %s: %s"), import_sheet(m), l->row, l->column, l->key, l->words);
		else if (l->what != IMPORT_SAME)
			tell_changes(c, m, i, l);
	}
	if (*import_ignored(m))
		ctl_say(c, _("没用到的列: %s"), import_ignored(m));
	if (import_unasked(m))
		ctl_say(c, _("没用到的格: %u 个, 那一类不问这一项"), import_unasked(m));
	if (import_homeless(m))
		ctl_say(c, _("有 %zu 行没写是哪个村的, 会记在镇里, 村里改不了; 加一列「村」, 或者用 --village"), import_homeless(m));
	if (import_absent(m))
		ctl_say(c, _("登记簿里另有 %zu 个, 这张表里没有: 不动它们"), import_absent(m));
	ctl_say(c, _("新增 %zu  改 %zu  没变 %zu  不收 %zu"), import_total(m, IMPORT_NEW), import_total(m, IMPORT_CHANGED), import_total(m, IMPORT_SAME),
	        import_total(m, IMPORT_REFUSED));
}

enum err cmd_register_import(struct ctl *c)
{
	const char *village = ctl_take(c, "--village");
	bool dry = ctl_flag(c, "--dry-run"), done = false;
	struct import *m = NULL;
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 2, 2)) || (e = ctl_open(c, !dry || c->pin_file, &p)) || (e = import_open(p, c->argv[0], c->argv[1], village, &m)))
		return e;
	tell(c, m);
	if (import_total(m, IMPORT_REFUSED))
		e = import_step(m, &done);
	while (!e && !dry && !done)
		e = import_step(m, &done);
	ctl_answer(c, describe(m));
	if (done && import_total(m, IMPORT_NEW) + import_total(m, IMPORT_CHANGED))
		ctl_say(c, _("导入错了: 改错的, 把表改对再导入一次; 不该有的, xunchactl record retract 记录号 --reason 理由 (--json 给出每一行的记录号)"));
	import_close(m);
	return e;
}

#else

enum err cmd_register_import(struct ctl *c)
{
	(void)c;
	return err_set(ERR_UNSUPPORTED, _("这个程序没有编入乡镇部分 (--without-town), 请在乡镇的电脑上导入"));
}

#endif
