#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/town.h"
#include "sync/ledger/profile.h"

#include <stdio.h>

static void say_fault(void *user, const char *what)
{
	(void)user;
	fprintf(stderr, "%s\n", what);
}

enum err cmd_check(struct ctl *c)
{
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	if (!(e = profile_check(p, say_fault, NULL)))
		ctl_say(c, _("存储完好: 日志链、签名、两份副本都对得上"));
	return e;
}

enum err cmd_rebuild(struct ctl *c)
{
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	if (!(e = profile_rebuild(p)))
		ctl_say(c, _("登记簿已重建"));
	return e;
}

enum err cmd_backup(struct ctl *c)
{
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	if (!(e = profile_backup(p, c->argv[0])))
		ctl_say(c, _("已备份到 %s"), c->argv[0]);
	return e;
}

enum err cmd_restore(struct ctl *c)
{
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = profile_restore(c->profile_dir, c->argv[0])))
		return e;
	ctl_say(c, _("已用备份代替; 原来的数据另存在旁边"));
	return ERR_OK;
}
