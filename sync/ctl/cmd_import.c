#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"

#ifdef WITH_TOWN

#include "sync/town/import.h"

static struct jdoc *describe(const struct import *m)
{
	struct jdoc *all = jdoc_object(), *rows = jdoc_array();

	jdoc_put_text(all, "sheet", import_sheet(m));
	jdoc_put_text(all, "ignored", import_ignored(m));
	for (int w = 0; w < IMPORT_KINDS; w++)
		jdoc_put_integer(all, import_name((enum import_what)w), (int64_t)import_total(m, (enum import_what)w));
	for (size_t i = 0; i < import_count(m); i++) {
		const struct import_line *l = import_at(m, i);
		struct jdoc *j = jdoc_object();

		jdoc_put_integer(j, "row", l->row);
		jdoc_put_text(j, "what", import_name(l->what));
		jdoc_put_text(j, "key", l->key);
		jdoc_put_text(j, "column", l->column);
		jdoc_put_text(j, "words", l->words);
		jdoc_push(rows, j);
	}
	jdoc_put(all, "rows", rows);
	return all;
}

static void tell(struct ctl *c, const struct import *m)
{
	for (size_t i = 0; i < import_count(m); i++) {
		const struct import_line *l = import_at(m, i);

		if (l->what == IMPORT_REFUSED)
			ctl_say(c, _("%s 第 %u 行 %s列 %s: %s"), import_sheet(m), l->row, l->column, l->key, l->words);
		else if (l->what != IMPORT_SAME)
			ctl_say(c, "%s  %s  %s", import_text(l->what), l->key, l->words);
	}
	if (*import_ignored(m))
		ctl_say(c, _("没用到的列: %s"), import_ignored(m));
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
	ctl_answer(c, describe(m));
	if (import_total(m, IMPORT_REFUSED))
		e = import_step(m, &done);
	while (!e && !dry && !done)
		e = import_step(m, &done);
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
