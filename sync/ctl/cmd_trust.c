#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/trust/trust.h"
#include "sync/keys/hash.h"
#include "sync/keys/town.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/submit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_MAX = 64 };

/* --- who is in --- */

static void put_scopes(struct jdoc *j, const struct keys_writer *w, struct buf *text)
{
	struct jdoc *scopes = jdoc_array();
	char one[68];

	for (size_t i = 0; i < w->scope_count; i++) {
		event_scope_text(&w->scopes[i], one);
		jdoc_push_text(scopes, one);
		buf_printf(text, "%s%s", text->len ? "," : "", one);
	}
	jdoc_put(j, "scopes", scopes);
}

static void put_roles(struct jdoc *j, const struct keys_writer *w, struct buf *text)
{
	struct jdoc *roles = jdoc_array();

	for (unsigned bit = 0; bit < 10; bit++)
		if (w->roles & 1u << bit) {
			jdoc_push_text(roles, pack_role_name(1u << bit));
			buf_printf(text, "%s%s", text->len ? "," : "", pack_role_name(1u << bit));
		}
	jdoc_put(j, "roles", roles);
}

static void list_writer(struct ctl *c, struct profile *p, const struct keys_writer *w, struct jdoc *all)
{
	struct jdoc *j = jdoc_object();
	struct buf roles = { 0 }, scopes = { 0 };
	char id[2 * KEYS_WRITER + 1], old[2 * KEYS_WRITER + 1] = "";
	bool authority = trust_has_authority(p, w->writer);

	keys_hex(w->writer, KEYS_WRITER, id);
	if (w->has_succeeds)
		keys_hex(w->succeeds, KEYS_WRITER, old);
	jdoc_put_text(j, "label", w->label);
	jdoc_put_text(j, "person", w->person);
	jdoc_put_text(j, "writer", id);
	put_roles(j, w, &roles);
	put_scopes(j, w, &scopes);
	jdoc_put_bool(j, "revoked", w->revoked);
	jdoc_put_bool(j, "authority", authority);
	jdoc_put_text(j, "succeeds", old);
	jdoc_push(all, j);
	ctl_say(c, "%s  %s  %s  %s%s%s", w->label, w->person, buf_str(&roles), buf_str(&scopes), authority ? _("  可用授权钥匙") : "", w->revoked ? _("  已吊销") : "");
	buf_clear(&roles);
	buf_clear(&scopes);
}

enum err cmd_enrol_list(struct ctl *c)
{
	struct profile *p;
	struct jdoc *all;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	all = jdoc_array();
	for (size_t i = 0; i < keys_roster_count(p->roster); i++)
		if (keys_roster_at(p->roster, i))
			list_writer(c, p, keys_roster_at(p->roster, i), all);
	ctl_answer(c, all);
	return ERR_OK;
}

/* --- revoking --- */

static enum err parse_last(const char *text, uint8_t last[LAST_MAX][EVENT_REF], size_t *count)
{
	while (text && *text) {
		size_t n = strcspn(text, ",");

		if (*count == LAST_MAX)
			return err_set(ERR_LIMIT, _("--last 最多 %d 个"), LAST_MAX);
		if (n != 2 * EVENT_REF || !keys_unhex(text, EVENT_REF, last[*count]))
			return err_set(ERR_FORMAT, _("%.*s: 记录号要是 24 位十六进制"), (int)n, text);
		++*count;
		text += n + (text[n] == ',');
	}
	return ERR_OK;
}

static struct jdoc *bounds_of(const struct keys_revoke *r)
{
	struct jdoc *all = jdoc_array();
	char scope[68], hash[2 * KEYS_HASH + 1], epoch[24];

	for (size_t i = 0; i < r->bound_count; i++) {
		struct jdoc *j = jdoc_object();

		event_scope_text(&r->bounds[i].scope, scope);
		keys_hex(r->bounds[i].hash, KEYS_HASH, hash);
		snprintf(epoch, sizeof epoch, "%" PRIu64, r->bounds[i].epoch);
		jdoc_put_text(j, "scope", scope);
		jdoc_put_text(j, "epoch", epoch);
		jdoc_put_integer(j, "last", (int64_t)r->bounds[i].seq);
		jdoc_put_text(j, "hash", hash);
		jdoc_push(all, j);
	}
	return all;
}

enum err cmd_enrol_revoke(struct ctl *c)
{
	const char *last = ctl_take(c, "--last"), *lost = ctl_take(c, "--lost"), *reason = ctl_take(c, "--reason");
	uint8_t refs[LAST_MAX][EVENT_REF];
	struct trust_limits limits = { .last = (const uint8_t (*)[EVENT_REF])refs, .lost = INT64_MAX, .reason = reason ? reason : "" };
	struct trust_revoked r = { 0 };
	struct profile *p;
	enum err e;

	if (lost && !clock_parse_time(lost, 480, &limits.lost))
		return err_set(ERR_USAGE, _("--lost %s: 要写成 2026-07-12T08:31"), lost);
	if ((e = parse_last(last, refs, &limits.last_count)) || (e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, true, &p)))
		return e;
	e = trust_revoke(p, c->argv[0], &limits, &r);
	if (!e) {
		struct jdoc *j = jdoc_object();

		jdoc_put_text(j, "label", c->argv[0]);
		jdoc_put(j, "bounds", bounds_of(&r.order));
		jdoc_put_integer(j, "fresh_keys", r.fresh_keys);
		jdoc_put_bool(j, "had_authority", r.had_authority);
		ctl_answer(c, j);
		ctl_say(c, _("标签 %s 已吊销: %zu 份日志各认到最后可信的一条, 换了 %u 把范围钥匙; 以后收到的要逐条采纳才算"), c->argv[0], r.order.bound_count, r.fresh_keys);
		if (r.had_authority)
			ctl_say(c, _("这个人能用授权钥匙: 请马上 root rotate"));
	}
	trust_revoked_clear(&r);
	return e;
}

enum err cmd_root_admit(struct ctl *c)
{
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, true, &p)) || (e = trust_admit(p, c->argv[0])))
		return e;
	ctl_say(c, _("标签 %s 现在也能用授权钥匙"), c->argv[0]);
	return ERR_OK;
}

/* With the recovery key there is nobody to wait for: no device believes a word. */
static enum err not_too_early(struct profile *p)
{
	struct buf why = { 0 };
	enum err e = trust_rotate_early(p, &why);

	if (!e && why.len && !keys_town_behind(p->dir))
		e = err_set(ERR_DENIED, _("%s。等它们来; 一定要现在换: --anyway"), buf_str(&why));
	buf_clear(&why);
	return e;
}

enum err cmd_root_rotate(struct ctl *c)
{
	const char *recovery = ctl_take(c, "--recovery");
	bool anyway = ctl_flag(c, "--anyway");
	char code[KEYS_CODE];
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, true, &p)) || (!recovery && !anyway && (e = not_too_early(p))) || (e = trust_rotate(p, recovery)))
		return e;
	keys_roots_code(&p->roots, code);
	struct jdoc *j = jdoc_object();

	jdoc_put_integer(j, "version", keys_roots_newest(&p->roots)->version);
	jdoc_put_text(j, "code", code);
	ctl_answer(c, j);
	ctl_say(c, _("根已换到第 %u 版, 授权、收件、回执钥匙都换了; 设备下次同步自动跟上。新入网的人要输的乡镇核对码: %s"), keys_roots_newest(&p->roots)->version, code);
	if (recovery)
		ctl_say(c, _("恢复钥匙也换了: 把 recovery.%u 移到保险柜, 从这台电脑删去"), keys_roots_newest(&p->roots)->version);
	return ERR_OK;
}

/* --- after the loss --- */

struct losses { struct ctl *c; struct jdoc *all; uint32_t open; };

static enum err list_loss(void *user, const struct keys_writer *w, const struct log_event *e, bool adopted)
{
	struct losses *x = user;
	struct jdoc *j = jdoc_object();
	char ref[2 * EVENT_REF + 1], scope[68], time[32];

	keys_hex(e->hash, EVENT_REF, ref);
	event_scope_text(&e->log.scope, scope);
	jdoc_put_text(j, "ref", ref);
	jdoc_put_text(j, "label", w->label);
	jdoc_put_text(j, "person", w->person);
	jdoc_put_text(j, "scope", scope);
	jdoc_put_integer(j, "seq", (int64_t)e->place.seq);
	jdoc_put_integer(j, "kind", e->event.kind);
	jdoc_put_text(j, "wall", clock_format_time(e->event.wall, 480, time));
	jdoc_put_bool(j, "adopted", adopted);
	jdoc_push(x->all, j);
	x->open += !adopted;
	ctl_say(x->c, "%s  %s %s  %s  %s%s", ref, w->label, w->person, scope, time, adopted ? _("  已采纳") : "");
	return ERR_OK;
}

enum err cmd_record_afterloss(struct ctl *c)
{
	struct losses x = { .c = c };
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	x.all = jdoc_array();
	e = trust_after_loss(p, list_loss, &x);
	ctl_answer(c, x.all);
	if (!e)
		ctl_say(c, _("吊销之后的记录, 未采纳 %u 条"), x.open);
	return e;
}

enum err cmd_record_adopt(struct ctl *c)
{
	uint8_t refs[PAYLOAD_ADOPT_MAX][EVENT_REF], ref[EVENT_REF];
	struct profile *p;
	struct jdoc *j;
	char text[2 * EVENT_REF + 1];
	enum err e;

	if ((e = ctl_rest(c, 1, PAYLOAD_ADOPT_MAX)))
		return e;
	for (int i = 0; i < c->argc; i++)
		if (strlen(c->argv[i]) != 2 * EVENT_REF || !keys_unhex(c->argv[i], EVENT_REF, refs[i]))
			return err_set(ERR_FORMAT, _("%s: 记录号要是 24 位十六进制"), c->argv[i]);
	if ((e = ctl_open(c, true, &p)) || (e = submit_adopt(p, (const uint8_t (*)[EVENT_REF])refs, (uint32_t)c->argc, ref)))
		return e;
	j = jdoc_object();
	keys_hex(ref, EVENT_REF, text);
	jdoc_put_text(j, "ref", text);
	jdoc_put_integer(j, "adopted", c->argc);
	ctl_answer(c, j);
	ctl_say(c, _("已采纳 %d 条: %s"), c->argc, text);
	return ERR_OK;
}
