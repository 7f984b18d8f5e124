#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/inbox/newer.h"
#include "sync/keys/town.h"
#include "sync/ledger/log/losses.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile_copy.h"

#include <stdio.h>
#include <string.h>

static void say_fault(void *user, const char *what)
{
	(void)user;
	ctl_note("%s", what);
}

struct told { struct ctl *c; struct profile *profile; struct jdoc *newer, *missing; struct buf lines; };

static enum err say_newer(void *user, const struct newer *n)
{
	struct told *t = user;
	struct buf words = { 0 };
	enum err e;

	newer_words(n, &words);
	if (!(e = words.err)) {
		jdoc_push_text(t->newer, words.data);
		ctl_say(t->c, "%s", words.data);
	}
	buf_clear(&words);
	return e;
}

/* Under a read transaction: kept, to be said after it. */
static enum err note_missing(void *user, const struct profile_loss *l)
{
	struct told *t = user;
	struct buf words = { 0 };
	struct jdoc *j = jdoc_object();
	char writer[2 * EVENT_WRITER + 1], scope[68];
	enum err e;

	keys_hex(l->log.writer, EVENT_WRITER, writer);
	event_scope_text(&l->log.scope, scope);
	jdoc_put_text(j, "writer", writer);
	jdoc_put_text(j, "scope", scope);
	jdoc_put_integer(j, "epoch", (int64_t)l->log.epoch);
	jdoc_put_integer(j, "first", (int64_t)l->first);
	jdoc_put_integer(j, "last", (int64_t)l->last);
	jdoc_push(t->missing, j);
	losses_words(t->profile, l, &words);
	if (!(e = words.err)) {
		buf_printf(&t->lines, _("没有 %s"), buf_str(&words));
		buf_putc(&t->lines, '\0');
		e = t->lines.err;
	}
	buf_clear(&words);
	return e;
}

/* What is kept for a newer program or pack, and what is not here (yet), are no faults of the store. */
static enum err tell_newer(struct ctl *c, struct profile *p)
{
	struct told t = { c, p, jdoc_array(), jdoc_array(), { 0 } };
	struct jdoc *j = jdoc_object();
	struct store_txn read;
	enum err e;

	profile_begin(p, &read);
	e = read.err ? read.err : losses_gaps(&read, note_missing, &t);
	store_abort(&read);
	for (size_t i = 0; i < t.lines.len; i += strlen(t.lines.data + i) + 1)
		ctl_say(c, "%s", t.lines.data + i);
	buf_clear(&t.lines);
	if (!e)
		e = newer_each(p, true, say_newer, &t);
	jdoc_put(j, "newer", t.newer);
	jdoc_put(j, "missing", t.missing);
	ctl_answer(c, j);
	return e;
}

enum err cmd_check(struct ctl *c)
{
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	if (!(e = profile_check(p, say_fault, NULL)))
		ctl_say(c, _("存储完好: 日志链、签名、两份副本都对得上"));
	return e ? e : tell_newer(c, p);
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
	if (!keys_town_here(c->profile_dir))
		return ERR_OK;
	ctl_say(c, "%s", _("备份以后收过的, 各设备下次同步会再送来; 还差谁, 看桌面的首页和设备"));
	ctl_say(c, "%s", _("备份以后换过钥匙的, 先等一台设备来同步: 现在再换, 设备不认"));
	if (profile_restored_early(c->profile_dir))
		ctl_say(c, "%s", _("这台电脑的钟比做备份的时候还早: 先对好时间, 马上再恢复一次, 不然设备可能看不出恢复过"));
	return ERR_OK;
}

/* The person says what time it is: by his word the records of this boot count, unless a weightier one is there. */
static enum err confirm_clock(struct profile *p, const char *is)
{
	struct truetime_binding b = { TRUETIME_PERSON, clock_wall(), clock_uptime() };

	if (strcmp(is, "now") && !clock_parse_time(is, 480, &b.time))
		return err_set(ERR_USAGE, _("--is %s: 不是时间; 要像 2026-11-30T08:30, 或写 now: 就是设备上的时间"), is);
	if (b.time < truetime_earliest)
		return err_set(ERR_DENIED, _("--is %s: 比这个程序还早, 不会是现在"), is);
	return truetime_bind(p, &b);
}

enum err cmd_clock(struct ctl *c)
{
	const char *is = ctl_take(c, "--is");
	enum truetime_word word;
	struct profile *p;
	struct jdoc *j;
	char wall[32], now[32], known[32];
	bool doubtful;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, true, &p)) || (is && (e = confirm_clock(p, is))))
		return e;
	clock_format_time(truetime_now(p, &word), 480, now);
	clock_format_time(clock_wall(), 480, wall);
	clock_format_time(truetime_known(p), 480, known);
	doubtful = profile_clock_doubtful(p);
	j = jdoc_object();
	jdoc_put_text(j, "device", wall);
	jdoc_put_text(j, "now", now);
	jdoc_put_text(j, "by", truetime_word_name(word));
	jdoc_put_text(j, "not_before", known);
	jdoc_put_bool(j, "doubtful", doubtful);
	ctl_answer(c, j);
	ctl_say(c, _("设备时间 %s%s"), wall, doubtful ? _(", 看来不对") : "");
	ctl_say(c, _("听%s: %s"), truetime_word_text(word), now);
	ctl_say(c, _("不会早于 %s"), known);
	return ERR_OK;
}
