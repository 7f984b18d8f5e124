#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "sync/exchange/erase/erase.h"
#include "sync/exchange/outbox/status.h"
#include "sync/exchange/trust/trust.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/profile/profile_copy.h"

#include <inttypes.h>

/* What is to be done about it, in words; empty when nothing is. */
struct to_do { struct buf missing, left, overdue; struct profile_copied copied; };

static void to_do_clear(struct to_do *d)
{
	buf_clear(&d->missing);
	buf_clear(&d->left);
	buf_clear(&d->overdue);
}

static enum err to_do_read(struct profile *p, struct to_do *d)
{
	enum err e;

	d->copied = profile_backed_up(p);
	profile_overdue_words(&d->copied, 480, &d->overdue);
	if ((e = trust_missing_words(p, &d->missing)))
		return e;
	return erase_left_words(p, &d->left);
}

static void answer(struct ctl *c, const struct status *s, struct to_do *d)
{
	struct jdoc *j = jdoc_object();

	jdoc_put_integer(j, "own", (int64_t)s->own);
	jdoc_put_integer(j, "unsealed", (int64_t)s->unsealed);
	jdoc_put_integer(j, "waiting", (int64_t)s->waiting);
	jdoc_put_integer(j, "acknowledged", (int64_t)s->acknowledged);
	jdoc_put_integer(j, "bundles", s->bundles);
	jdoc_put_integer(j, "held", s->held);
	jdoc_put_integer(j, "strangers", s->strangers);
	jdoc_put_integer(j, "carried", s->carried);
	jdoc_put_integer(j, "refused", s->refused);
	jdoc_put_integer(j, "gaps", s->gaps);
	jdoc_put_integer(j, "splits", s->splits);
	jdoc_put_integer(j, "heard", s->heard);
	jdoc_put_integer(j, "tick", (int64_t)s->tick);
	jdoc_put_text(j, "missing", buf_str(&d->missing));
	jdoc_put_text(j, "not_erased", buf_str(&d->left));
	jdoc_put_integer(j, "backed_up", d->copied.at);
	jdoc_put_text(j, "backup_overdue", buf_str(&d->overdue));
	ctl_answer(c, j);
}

static void say(struct ctl *c, const struct status *s, struct to_do *d, bool office)
{
	/* What an office writes is where it belongs: nothing of it waits for anybody's receipt. */
	if (office)
		ctl_say(c, _("乡镇自己的 %" PRIu64 " 条; 留着 %u, 替带 %u, 拒收 %u; 缺段 %u, 分叉 %u"), s->own, s->held, s->carried, s->refused, s->gaps, s->splits);
	else
		ctl_say(c, _("本机 %" PRIu64 " 条: 已送到 %" PRIu64 ", 等回执 %" PRIu64 ", 没封包 %" PRIu64 "; 留着 %u, 替带 %u, 拒收 %u; 缺段 %u, 分叉 %u"),
		        s->own, s->acknowledged, s->waiting, s->unsealed, s->held, s->carried, s->refused, s->gaps, s->splits);
	if (s->held)
		ctl_say(c, _("留着的 %u 包是给这里的, 等封包人或里面的人入网, 名册到了自动收下"), s->held);
	if (s->strangers)
		ctl_say(c, _("另有 %u 包不是给这里的, 封包的人也不认得: 多半是别的乡镇的"), s->strangers);
	if (d->missing.len)
		ctl_say(c, _("乡镇公布了, 这里还没有: %s。请再与乡镇同步"), buf_str(&d->missing));
	if (d->left.len)
		ctl_say(c, "%s", buf_str(&d->left));
	if (d->overdue.len)
		ctl_say(c, "%s", buf_str(&d->overdue));
}

enum err cmd_status(struct ctl *c)
{
	struct to_do d = { 0 };
	struct profile *p;
	struct status s;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)) || (e = status_read_whole(p, &s)))
		return e;
	if (!(e = to_do_read(p, &d))) {
		answer(c, &s, &d);
		say(c, &s, &d, p->office);
	}
	to_do_clear(&d);
	return e;
}
