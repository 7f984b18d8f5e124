#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/bundle/open.h"
#include "sync/exchange/folder/folder.h"
#include "sync/exchange/http/online.h"
#include "sync/exchange/outbox/account.h"
#include "sync/exchange/outbox/shelf.h"
#include "sync/exchange/outbox/status.h"
#include "sync/keys/town.h"
#include "sync/ledger/profile/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every file that was read, for --json and for people. */
struct told { struct ctl *c; struct jdoc *files; uint32_t bad, kept /* of those */, others /* another township's */; struct profile *profile; struct account *account; };

enum { RECORDS_MAX = 10000 };                         /* told one by one; the others are counted */

static void tell(void *user, const struct inbox_file *f)
{
	struct told *t = user;
	struct jdoc *j = jdoc_object();
	char id[2 * KEYS_HASH + 1];

	keys_hex(f->id, KEYS_HASH, id);
	jdoc_put_text(j, "file", f->name);
	jdoc_put_text(j, "result", inbox_verdict_name(f->verdict));
	jdoc_put_text(j, "id", id);
	jdoc_put_text(j, "reason", f->reason);
	jdoc_put_text(j, "kept", f->kept);
	jdoc_put_integer(j, "added", f->added);
	jdoc_put_bool(j, "gap", f->gap);
	jdoc_put_bool(j, "split", f->split);
	jdoc_push(t->files, j);
	t->bad += f->verdict == INBOX_REFUSED;
	t->kept += f->verdict == INBOX_REFUSED && *f->kept;
	t->others += f->verdict == INBOX_FOREIGN && f->len >= 4 && !memcmp(f->data, "XCB1", 4);
	ctl_say(t->c, "%s  %s%s%s%s", f->name, inbox_verdict_text(f->verdict), *f->reason ? ": " : "", f->reason, *f->kept ? _(" (已另存)") : "");
}

static void tell_record(void *user, const struct account_record *r)
{
	struct jdoc *j = jdoc_object();
	char ref[2 * EVENT_REF + 1];

	keys_hex(r->ref, EVENT_REF, ref);
	jdoc_put_text(j, "ref", ref);
	jdoc_put_text(j, "state", account_state_name(r->state));
	jdoc_put_text(j, "kind", r->kind);
	jdoc_put_text(j, "form", r->form);
	jdoc_put_text(j, "number", r->number);
	jdoc_put_text(j, "writer", r->writer);
	jdoc_put_text(j, "why", r->why);
	jdoc_push(user, j);
}

/* What became of each record: where ours are on their way, what came. */
static void answer_records(struct told *t, struct jdoc *answer)
{
	struct account_sums sums = { .left_out = 0 };
	struct jdoc *j = jdoc_object(), *list = jdoc_array();
	enum err e = account_each(t->account, t->c->json ? RECORDS_MAX : 0, tell_record, list, &sums);

	for (int s = 0; s < ACCOUNT_STATES; s++)
		jdoc_put_integer(j, account_state_name((enum account_state)s), (int64_t)sums.of[s]);
	jdoc_put_integer(j, "left_out", (int64_t)sums.left_out);
	jdoc_put(j, "list", list);
	jdoc_put(answer, "records", j);
	if (e)
		ctl_say(t->c, "%s", err_detail());
}

static void say_left_out(struct ctl *c, const struct folder_report *r)
{
	if (r->left_out)
		ctl_say(c, _("文件太多, 有 %zu 个没看 (先看了巡查的): 请把别的文件移走再来一次"), r->left_out);
}

static void answer_report(struct ctl *c, struct told *t, const struct folder_report *r)
{
	struct jdoc *j = jdoc_object();

	jdoc_put(j, "files", t->files);
	jdoc_put_integer(j, "sealed", r->sealed);
	jdoc_put_integer(j, "copied", r->copied);
	jdoc_put_integer(j, "settled", r->settled);
	jdoc_put_integer(j, "added", r->added);
	jdoc_put_bool(j, "older", r->older);
	jdoc_put_bool(j, "behind", r->behind);
	jdoc_put_integer(j, "left_out", (int64_t)r->left_out);
	jdoc_put_integer(j, "attachments_sent", r->attachments_sent);
	jdoc_put_integer(j, "attachments_got", r->attachments_got);
	jdoc_put_integer(j, "attachments_left", r->attachments_left);
	jdoc_put_integer(j, "refused_there", r->refused_there);
	for (int v = 0; v <= INBOX_FOREIGN; v++)
		jdoc_put_integer(j, inbox_verdict_name((enum inbox_verdict)v), r->files[v]);
	if (t->account)
		answer_records(t, j);
	account_close(t->account);
	ctl_answer(c, j);
}

enum err cmd_sync(struct ctl *c)
{
	struct told t = { .c = c, .files = jdoc_array() };
	struct folder_report r = { .each = tell, .user = &t };
	const char *dir = ctl_take(c, "--dir"), *url = ctl_take(c, "--url");
	struct status now;
	enum err e = !dir == !url ? err_set(ERR_USAGE, _("要 --dir 或 --url 其中一个")) : ctl_rest(c, 0, 0);

	if (!e)
		e = ctl_open(c, true, &t.profile);
	if (!e && dir && keys_town_here(t.profile->dir)) {
		char *folder[] = { (char *)(uintptr_t)dir };

		jdoc_free(t.files);
		c->argv = folder;
		c->argc = 1;
		return cmd_merge(c);              /* a township takes in and gives back */
	}
	if (!e)
		e = account_open(t.profile, &t.account);
	if (!e)
		e = dir ? folder_sync(t.profile, dir, &r) : online_sync(t.profile, url, &r);
	answer_report(c, &t, &r);
	if (e)
		return e;
	ctl_say(c, _("新封 %u 包 (%" PRIu64 " 条), 拷出 %u 包, 原有 %u 包, 收进 %u 条, 回执确认 %u 包"),
	        r.sealed, r.sealed_events, r.copied, r.there, r.added, r.settled);
	if (r.attachments_sent || r.attachments_got || r.attachments_left)
		ctl_say(c, _("附件: 送到 %u 个, 收到 %u 个, 乡镇暂时不收 %u 个"), r.attachments_sent, r.attachments_got, r.attachments_left);
	if (r.refused_there)
		ctl_say(c, _("乡镇没有收 %u 个: %s"), r.refused_there, r.why);
	say_left_out(c, &r);
	if (r.behind)
		ctl_say(c, "%s", folder_behind_words());
	if (r.older)
		ctl_say(c, _("这里乡镇的消息比本机已有的旧 (照样收下): 请换一个新的, 或与乡镇联系"));
	if (!(e = status_read(t.profile, &now)))
		ctl_say(c, _("本机 %" PRIu64 " 条: 已送到 %" PRIu64 ", 等回执 %" PRIu64 ", 没封包 %" PRIu64), now.own, now.acknowledged, now.waiting, now.unsealed);
	return e;
}

enum err cmd_merge(struct ctl *c)
{
	struct told t = { .c = c, .files = jdoc_array() };
	struct folder_report r = { .each = tell, .user = &t };
	bool town;
	enum err e;

	if ((e = ctl_rest(c, 1, CTL_ARGS_MAX)) || (e = ctl_open(c, c->pin_file && !c->open, &t.profile))) {
		jdoc_free(t.files);
		return e;
	}
	town = keys_town_here(t.profile->dir);
	e = account_open(t.profile, &t.account);
	for (int i = 0; !e && i < c->argc; i++)
		e = town ? folder_merge(t.profile, c->argv[i], &r) : folder_take(t.profile, c->argv[i], &r);
	answer_report(c, &t, &r);
	if (!e)
		ctl_say(c, _("收下 %u 包 (%u 条新的), 以前收过 %u 包, 先留着 %u 包, 拒收 %u 包; 下行 %u 包"),
		        r.files[INBOX_MERGED], r.added, r.files[INBOX_DUPLICATE], r.files[INBOX_HELD] + r.files[INBOX_CARRIED], r.files[INBOX_REFUSED], r.copied);
	if (!e && r.files[INBOX_HELD])
		ctl_say(c, _("留着的 %u 包要等封包人或里面的人入网: 名册到了自动收下"), r.files[INBOX_HELD]);
	if (!e && t.others)
		ctl_say(c, _("别的乡镇的 %u 包没有动"), t.others);
	say_left_out(c, &r);
	if (!e && t.bad)
		e = t.kept == t.bad ? err_set(ERR_HELD, _("有 %u 个包拒收, 原因见上; 文件都另存着"), t.bad)
		                    : err_set(ERR_HELD, _("有 %u 个包拒收, 原因见上; %u 个文件另存着, 别的没有留"), t.bad, t.kept);
	return e;
}

/* "WRITER:SCOPE:EPOCH", hex, text of a scope, decimal. */
static enum err parse_log(const char *text, struct event_log_id *out)
{
	char scope[80] = "", *end;
	const char *a = strchr(text, ':'), *b = a ? strchr(a + 1, ':') : NULL;

	if (!b || a - text != 2 * EVENT_WRITER || !keys_unhex(text, EVENT_WRITER, out->writer) || b - a - 1 >= (ptrdiff_t)sizeof scope)
		return err_set(ERR_FORMAT, _("%s: 日志要写成 写者:范围:纪元, 见 heads"), text);
	memcpy(scope, a + 1, (size_t)(b - a - 1));
	out->epoch = strtoull(b + 1, &end, 10);
	return *end ? err_set(ERR_FORMAT, _("%s: 纪元要是数字"), text) : event_scope_parse(scope, &out->scope);
}

static enum err export_piece(struct ctl *c, struct profile *p, const char *dir, const char *log)
{
	const struct keys_root *root = keys_roots_newest(&p->roots);
	const char *first = ctl_take(c, "--first"), *count = ctl_take(c, "--count");
	uint8_t to[1][KEYS_PK], id[KEYS_HASH];
	char name[2 * KEYS_HASH + 8], hex[2 * KEYS_HASH + 1];
	uint64_t from = first ? strtoull(first, NULL, 10) : 1, most = count ? strtoull(count, NULL, 10) : UINT64_MAX, given;
	struct event_log_id which;
	struct buf out = { 0 };
	bool there;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = parse_log(log, &which)))
		return e;
	if (!root)
		return err_set(ERR_DENIED, _("还没有入网, 不知道封给谁"));
	memcpy(to[0], root->box, KEYS_PK);
	struct shelf s = { .name = "", .sealer = p->identity, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1 };

	e = shelf_cut_one(p, &s, &which, from, most, &out, id, &given);
	if (!e) {
		keys_hex(id, KEYS_HASH, hex);
		snprintf(name, sizeof name, "%s.xcb", hex);
		e = folder_put(dir, name, out.data, out.len, &there);
	}
	if (!e)
		ctl_say(c, "%s/%s", dir, name);
	if (!e && given < most)
		ctl_say(c, _("里面有 %" PRIu64 " 条; 后面如果还有, 从 --first %" PRIu64 " 再来一次"), given, from + given);
	buf_clear(&out);
	return e;
}

enum err cmd_bundle_export(struct ctl *c)
{
	struct folder_report r = { 0 };
	const char *dir, *log = ctl_take(c, "--log");
	bool sealed = ctl_flag(c, "--sealed");          /* what lock and exit have sealed: whoever carries it needs no PIN */
	struct profile *p;
	enum err e;

	if ((e = ctl_need(c, "--to", &dir)))
		return e;
	if (log) {
		e = ctl_open(c, true, &p);
		return e ? e : export_piece(c, p, dir, log);
	}
	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, !sealed, &p)) || (!sealed && (e = folder_seal(p, &r.sealed, &r.sealed_events))) ||
	    (e = folder_deliver(p->dir, dir, &r)))
		return e;
	ctl_say(c, _("新封 %u 包 (%" PRIu64 " 条), 拷出 %u 包, 原有 %u 包"), r.sealed, r.sealed_events, r.copied, r.there);
	return ERR_OK;
}

static void say_envelope(struct ctl *c, const struct bundle_envelope *e, struct jdoc *j)
{
	char id[2 * KEYS_HASH + 1], sealer[2 * KEYS_WRITER + 1];

	keys_hex(e->id, KEYS_HASH, id);
	keys_hex(e->sealer, KEYS_WRITER, sealer);
	jdoc_put_text(j, "id", id);
	jdoc_put_text(j, "sealer", sealer);
	jdoc_put_integer(j, "counter", (int64_t)e->counter);
	jdoc_put_integer(j, "wall", e->wall);
	jdoc_put_integer(j, "size", (int64_t)e->file_len);
	jdoc_put_integer(j, "plain", e->plain_len);
	jdoc_put_integer(j, "recipients", (int64_t)e->to_count);
	jdoc_put_integer(j, "tick", (int64_t)e->tick);
	ctl_say(c, _("包 %.16s…  封包者 %.8s…  第 %" PRIu64 " 个  %zu 字节, 展开 %u, 给 %zu 方"), id, sealer, e->counter, e->file_len, e->plain_len, e->to_count);
}

static enum err show_one(struct ctl *c, const char *path, bool verify, struct jdoc **out)
{
	struct bundle_envelope envelope;
	struct buf file = { 0 };
	enum err e = fs_read(path, LIMIT_BUNDLE_FILE, &file);

	*out = jdoc_object();
	jdoc_put_text(*out, "file", path);
	if (!e)
		e = bundle_envelope_read(file.data, file.len, &envelope);
	if (!e)
		say_envelope(c, &envelope, *out);
	if (!e && verify)
		e = bundle_envelope_verify(&envelope, c->open->roster);
	jdoc_put_text(*out, "result", e ? err_name(e) : "good");
	if (e) {
		jdoc_put_text(*out, "reason", err_detail());
		e = err_in(e, "%s", path);
	}
	buf_clear(&file);
	return e;
}

enum err cmd_bundle_show(struct ctl *c)
{
	struct jdoc *j;
	enum err e = ctl_rest(c, 1, 1);

	if (e)
		return e;
	e = show_one(c, c->argv[0], false, &j);
	ctl_answer(c, j);
	return e;
}

enum err cmd_bundle_verify(struct ctl *c)
{
	struct jdoc *all;
	struct profile *p;
	enum err e, worst = ERR_OK;

	if ((e = ctl_rest(c, 1, CTL_ARGS_MAX)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	all = jdoc_array();
	for (int i = 0; i < c->argc; i++) {
		struct jdoc *j;

		e = show_one(c, c->argv[i], true, &j);
		jdoc_push(all, j);
		ctl_say(c, "%s  %s", c->argv[i], e ? err_detail() : _("签名有效"));
		if (e)
			worst = e;
	}
	ctl_answer(c, all);
	return worst;
}
