#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile.h"

#ifdef WITH_TOWN

#include "sync/ledger/row.h"
#include "sync/town/notice.h"

#include <string.h>

static enum err print_cards(struct ctl *c, struct profile *p, const char *path)
{
	struct jdoc *j;
	uint32_t count = 0;
	enum err e = notice_cards(p, path, &count);

	if (e)
		return e;
	j = jdoc_object();
	jdoc_put_text(j, "file", path);
	jdoc_put_integer(j, "cards", count);
	ctl_answer(c, j);
	ctl_say(c, _("%s: %u 张处置卡"), path, count);
	return ERR_OK;
}

enum err cmd_notice(struct ctl *c)
{
	const char *path, *paper = ctl_take(c, "--paper"), *title = NULL;
	bool full = ctl_flag(c, "--full");
	struct profile *p;
	struct row_id row;
	struct jdoc *j;
	char reg[64];
	enum err e;

	if ((e = ctl_need(c, "--out", &path)) || (e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, full || c->pin_file, &p)))
		return e;
	if (!strcmp(c->argv[0], "cards"))
		return print_cards(c, p, path);
	if ((e = ctl_row(c, c->argv[0], reg, &row)) || (e = notice_row(p, &row, paper, full, path, &title)))
		return e;
	j = jdoc_object();
	jdoc_put_text(j, "file", path);
	jdoc_put_text(j, "title", title);
	ctl_answer(c, j);
	ctl_say(c, "%s: %s", path, title);
	return ERR_OK;
}

#else

enum err cmd_notice(struct ctl *c)
{
	(void)c;
	return err_set(ERR_UNSUPPORTED, _("这个程序没有编入乡镇部分 (--without-town), 请在乡镇的电脑上打印"));
}

#endif
