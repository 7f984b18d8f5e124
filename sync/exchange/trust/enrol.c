#include "config.h"
#include "sync/exchange/trust/enrol.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/wire.h"
#include "forms/pack/pack.h"
#include "sync/bundle/blob.h"
#include "sync/bundle/open.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/outbox/downlink.h"
#include "sync/exchange/outbox/status.h"
#include "sync/exchange/trust/decree.h"
#include "sync/exchange/trust/trust.h"
#include "sync/keys/town.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- founding --- */

/* What the roster will say of a certificate that is being written. */
static struct keys_writer writer_of(const struct keys_cert *c)
{
	struct keys_writer w = { .roles = c->roles, .scope_count = c->scope_count };

	keys_writer_id(c->sign, w.writer);
	memcpy(w.sign, c->sign, KEYS_PK);
	memcpy(w.box, c->box, KEYS_PK);
	memcpy(w.scopes, c->scopes, sizeof w.scopes);
	return w;
}

static enum err found_writer(struct profile *p, const struct keys_identity *staff, const char *name)
{
	const struct keys_public *id = keys_identity_public(staff);
	struct keys_cert cert = { .roles = PACK_TOWN, .scope_count = 1, .label = "01" };
	struct event_scope all = event_scope_all();
	struct keys_writer me;
	struct decrees d = { 0 };
	enum err e;

	memcpy(cert.sign, id->sign, KEYS_PK);
	memcpy(cert.box, id->box, KEYS_PK);
	snprintf(cert.person, sizeof cert.person, "%s", name);
	cert.scopes[0] = all;
	me = writer_of(&cert);
	e = keys_root_payload(p->roots.at[0].bytes, p->roots.at[0].len, &decrees_add(&d, EVENT_ROOT)->payload);
	if (!e)
		e = decrees_add_certificate(&d, &cert, name);
	if (!e)
		e = decrees_admit(p, &d, &me);
	if (!e)
		e = decrees_write(p, &d);
	decrees_clear(&d);
	return e;
}

static bool is_division(const char *s)
{
	return strlen(s) == strspn(s, "0123456789") && (strlen(s) == 9 || strlen(s) == 12);
}

enum err enrol_found(const char *dir, const char *name, const char *division, const char *staff, const char *pin, struct keys_kdf kdf)
{
	struct keys_identity *id = NULL;
	struct keys_roots roots = { 0 };
	struct profile *p = NULL;
	enum err e;

	if (!is_division(division))
		return err_set(ERR_FORMAT, _("区划代码 %s: 要 9 或 12 位数字"), division);
	if ((e = keys_pin_check(pin)) || (e = profile_create(dir, true)))
		return e;
	e = keys_identity_new(NULL, &id);
	if (!e)
		e = keys_slots_add(dir, staff, id, pin, kdf, NULL);
	if (!e)
		e = keys_town_found(dir, name, division, id, &roots);
	keys_roots_clear(&roots);
	if (!e)
		e = profile_open(dir, &p);
	if (e) {
		keys_identity_free(id);
		return e;
	}
	e = profile_adopt(p, id);
	if (!e)
		e = found_writer(p, p->identity, staff);
	profile_close(p);
	return e;
}

enum err enrol_create(const char *dir, const char *name, const char *pin, struct keys_kdf kdf)
{
	struct keys_identity *id = NULL;
	enum err e;

	if ((e = keys_pin_check(pin)) || (e = profile_create(dir, false)))
		return e;
	e = keys_identity_new(NULL, &id);
	if (!e)
		e = keys_slots_add(dir, name, id, pin, kdf, NULL);
	keys_identity_free(id);
	return e;
}

enum err enrol_add(struct profile *p, const char *name, const char *pin, struct keys_kdf kdf)
{
	struct keys_identity *id = NULL;
	enum err e = keys_pin_check(pin);

	if (!e && !p->identity)
		e = err_set(ERR_DENIED, _("先由这台设备上已有的人用 PIN 打开"));
	if (!e)
		e = keys_identity_new(keys_identity_dbk(p->identity), &id);
	if (!e)
		e = keys_slots_add(p->dir, name, id, pin, kdf, NULL);
	keys_identity_free(id);
	return e;
}

enum err enrol_request(struct profile *p, const char *name, struct buf *out)
{
	if (!p->identity)
		return err_set(ERR_DENIED, _("先用 PIN 打开"));
	return keys_request_make(p->identity, name, "", out);
}

enum err enrol_code(struct profile *p, char out[KEYS_CODE])
{
	if (!keys_roots_newest(&p->roots))
		return err_set(ERR_NOTFOUND, _("这里还没有乡镇, 也没有入网"));
	keys_roots_code(&p->roots, out);
	return ERR_OK;
}

/* --- granting --- */

/* The lowest two-digit number nobody has; three digits after 99. */
static void next_label(struct profile *p, char out[33])
{
	for (unsigned n = 1; n < 10000; n++) {
		snprintf(out, 33, "%02u", n);
		if (!keys_roster_find_label(p->roster, out) && !keys_roster_given(p->roster, out, NULL, 0))
			return;
	}
}

static enum err certify(struct profile *p, const struct keys_request *r, const struct enrol_terms *terms, char label[33])
{
	struct keys_cert cert = { .roles = terms->roles };
	struct keys_writer fresh;
	struct decrees d = { 0 };
	enum err e;

	memcpy(cert.sign, r->id.sign, KEYS_PK);
	memcpy(cert.box, r->id.box, KEYS_PK);
	snprintf(cert.person, sizeof cert.person, "%s", terms->person);
	next_label(p, label);
	snprintf(cert.label, sizeof cert.label, "%s", label);
	memcpy(cert.scopes, terms->scopes, terms->scope_count * sizeof *terms->scopes);
	cert.scope_count = terms->scope_count;
	if (terms->succeeds) {
		const struct keys_writer *old;

		if ((e = trust_find(p, terms->succeeds, &old)))
			return e;
		if (strcmp(old->person, terms->person))
			return err_set(ERR_DENIED, _("标签 %s 是另一个人 (%s) 的: 只有本人的新设备能接续"), terms->succeeds, old->person);
		cert.has_succeeds = true;
		memcpy(cert.succeeds, old->writer, KEYS_WRITER);
	}
	fresh = writer_of(&cert);
	e = decrees_add_certificate(&d, &cert, r->name);
	if (!e)
		e = decrees_admit(p, &d, &fresh);
	if (!e)
		e = decrees_write(p, &d);
	decrees_clear(&d);
	return e;
}

enum err enrol_extend(struct profile *p, const char *label, uint32_t roles, const struct event_scope *scopes, size_t count)
{
	const struct keys_writer *w;
	struct keys_cert cert = { .roles = roles };
	struct keys_writer fresh;
	struct decrees d = { 0 };
	bool more;
	enum err e;

	if ((e = trust_find(p, label, &w)))
		return e;
	if (w->revoked)
		return err_set(ERR_DENIED, _("标签 %s 已吊销: 要重新入网"), label);
	memcpy(cert.sign, w->sign, KEYS_PK);
	memcpy(cert.box, w->box, KEYS_PK);
	snprintf(cert.person, sizeof cert.person, "%s", w->person);
	snprintf(cert.label, sizeof cert.label, "%s", w->given);
	memcpy(cert.scopes, w->scopes, sizeof cert.scopes);
	cert.scope_count = w->scope_count;
	cert.roles |= w->roles;
	cert.has_succeeds = w->has_succeeds;
	memcpy(cert.succeeds, w->succeeds, KEYS_WRITER);
	more = cert.roles != w->roles;
	for (size_t i = 0; i < count; i++) {
		bool had = false;

		for (size_t k = 0; !had && k < cert.scope_count; k++)
			had = event_scope_same(&cert.scopes[k], &scopes[i]);
		if (had)
			continue;
		if (cert.scope_count == KEYS_SCOPES)
			return err_set(ERR_LIMIT, _("一份证书至多 %d 个范围"), KEYS_SCOPES);
		cert.scopes[cert.scope_count++] = scopes[i];
		more = true;
	}
	if (!more)
		return err_set(ERR_EXISTS, _("标签 %s 已经有这些角色和范围"), label);
	fresh = writer_of(&cert);
	e = decrees_add_certificate(&d, &cert, "");
	if (!e)
		e = decrees_admit(p, &d, &fresh);
	if (!e)
		e = decrees_write(p, &d);
	decrees_clear(&d);
	return e;
}

struct blobs { struct profile *profile; const char *dir; struct buf *out; };

/* What the packs need; attachments are not for everybody who enrols. */
static enum err add_blob(void *user, const uint8_t id[KEYS_HASH])
{
	struct blobs *x = user;
	struct buf path = { 0 }, data = { 0 };
	char name[2 * KEYS_HASH + 1];
	enum err e = ERR_OK;

	keys_hex(id, KEYS_HASH, name);
	if (keep_has_blob(x->profile, id))
		e = fs_read(fs_path(&path, x->dir, name), LIMIT_BLOB, &data);
	if (!e && data.len > 4 && x->out->len + data.len < ENROL_FILE_MAX) {
		buf_be32(x->out, (uint32_t)data.len);
		buf_put(x->out, data.data, data.len);
		e = x->out->err;
	}
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

/* Roots, all logs of the scopes sealed to this box key, and the packs. */
static enum err put_grant(struct profile *p, const uint8_t box[KEYS_PK], const struct event_scope *scopes, size_t count, struct buf *grant)
{
	struct event_scope with_all[KEYS_SCOPES + 1] = { event_scope_all() };
	struct buf bundle = { 0 }, dir = { 0 };
	bool more;
	enum err e;

	memcpy(with_all + 1, scopes, count * sizeof *scopes);
	e = downlink_for(p, p->receipt, box, with_all, count + 1, NULL, SIZE_MAX, &bundle, &more);
	if (!e)
		e = keys_grant_make(&p->roots, bundle.data, bundle.len, grant);
	if (!e) {
		struct blobs x = { p, profile_path(p, "blobs", &dir), grant };

		e = dir.err ? dir.err : keep_pack_blobs(p, add_blob, &x);
	}
	buf_clear(&bundle);
	buf_clear(&dir);
	return e;
}

enum err enrol_grant(struct profile *p, const void *request, size_t len, const struct enrol_terms *terms, struct buf *grant, char label[33])
{
	struct keys_request r;
	enum err e;

	if ((e = keys_request_read(request, len, &r)))
		return e;
	if (keys_roster_find(p->roster, r.id.writer))
		return err_set(ERR_EXISTS, _("这台设备已经入网; 它丢了数据, 就再给它一份入网文件 (enrol again)"));
	if (!terms->roles || !terms->scope_count || !*terms->person)
		return err_set(ERR_USAGE, _("要写明人员、角色和范围"));
	e = certify(p, &r, terms, label);
	return e ? e : put_grant(p, r.id.box, terms->scopes, terms->scope_count, grant);
}

enum err enrol_again(struct profile *p, const void *request, size_t len, struct buf *grant, char label[33])
{
	const struct keys_writer *found;
	struct keys_writer w;
	struct keys_request r;
	enum err e;

	if ((e = keys_request_read(request, len, &r)))
		return e;
	if (!(found = keys_roster_find(p->roster, r.id.writer)))
		return err_set(ERR_NOTFOUND, _("%s 的这台设备还没有入网: 先发证 (enrol grant)"), r.name);
	w = *found;                             /* a copy: reading the logs may have the roster made anew */
	if (w.revoked)
		return err_set(ERR_DENIED, _("标签 %s (%s) 已经吊销: 让本人用新的设备申请"), w.label, w.person);
	if (!p->receipt)
		return err_set(ERR_DENIED, _("只有乡镇能给入网文件"));
	snprintf(label, 33, "%s", w.label);
	/* To the key that is certified: a request is no proof of anything else. */
	return put_grant(p, w.box, w.scopes, w.scope_count, grant);
}

/* --- accepting --- */

static enum err take_bundle(struct profile *p, const uint8_t *data, size_t len)
{
	struct inbox_file f = { .name = _("入网文件"), .data = data, .len = len };
	enum err e = inbox_take(p, &f, 1);

	if (!e && f.verdict != INBOX_MERGED && f.verdict != INBOX_DUPLICATE)
		e = err_set(ERR_FORMAT, _("入网文件打不开: %s"), f.reason);
	return e;
}

/* Whoever moves to another township keeps what he wrote here for the one it was written for: its sealed bundles, drafts and logs are none of
 * the other's business, and a chain of keys is never replaced. */
static enum err refuse_another(struct profile *p, const struct keys_roots *theirs)
{
	uint8_t ours[KEYS_TOWNSHIP], other[KEYS_TOWNSHIP];
	const char *here, *there = keys_roots_newest(theirs)->name;
	struct status s = { 0 };

	keys_roots_township(&p->roots, ours);
	keys_roots_township(theirs, other);
	if (!p->roots.count || !memcmp(ours, other, sizeof ours))
		return ERR_OK;
	here = keys_roots_newest(&p->roots)->name;
	if (!status_read(p, &s) && s.own > s.acknowledged)
		return err_set(ERR_DENIED, _("这里的记录都是%s的, 还有 %llu 条没送到: 照常送去。到%s另开一份: xuncha --profile 新目录"),
		               here, (unsigned long long)(s.own - s.acknowledged), there);
	return err_set(ERR_DENIED, _("这里的记录都是%s的。到%s另开一份: xuncha --profile 新目录"), here, there);
}

enum err enrol_accept(struct profile *p, const void *grant, size_t len, const char *code)
{
	struct keys_roots roots = { 0 };
	const uint8_t *bundle;
	size_t left, whole = 0;
	struct buf chain = { 0 };
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("先用 PIN 打开"));
	if ((e = keys_grant_read(grant, len, &roots, &bundle, &left)))
		goto out;
	if ((e = keys_roots_confirm(&roots, code)) || (e = refuse_another(p, &roots)))
		goto out;
	keys_roots_put(&roots, 0, &chain);
	e = chain.err ? chain.err : profile_roots_add(p, chain.data, chain.len);
	if (!e)
		e = bundle_length(bundle, left, &whole);
	if (!e && (!whole || whole > left))
		e = err_set(ERR_FORMAT, _("入网文件不完整, 请重新拷贝"));
	if (!e)
		e = take_bundle(p, bundle, whole);
	if (!e) {
		struct wire w = wire_init(bundle + whole, left - whole);

		while (!e && wire_left(&w)) {
			uint32_t n = wire_u32(&w);
			const uint8_t *blob = n <= LIMIT_BLOB ? wire_bytes(&w, n) : NULL;

			e = blob ? inbox_blob(p, blob, n) : err_set(ERR_FORMAT, _("入网文件不完整, 请重新拷贝"));
		}
	}
	if (!e)
		e = inbox_settle(p, NULL);
	if (!e && !keys_roster_find(p->roster, p->writer))
		e = err_set(ERR_DENIED, _("这份入网文件是给另一台设备的"));
out:
	keys_roots_clear(&roots);
	buf_clear(&chain);
	return e;
}

/* --- packs --- */

static enum err put_blob(void *user, const struct keys_blob *b, const void *carried, size_t len)
{
	(void)b;
	return inbox_blob(user, carried, len);
}

enum err enrol_publish(struct profile *p, const char *id, const char *version, const void *pack, size_t len)
{
	const struct pack *have;
	struct keys_pack name = { 0 };
	struct decrees d = { 0 };
	enum err e;

	if (!profile_pack(p, id, version, &have))
		return err_set(ERR_EXISTS, _("清单包 %s 版本 %s 已经发布过; 改了内容要换一个版本号 (pack.csv 的 version)"), id, version);
	if (!p->identity)
		return err_set(ERR_DENIED, _("先用应急办的 PIN 打开"));
	snprintf(name.id, sizeof name.id, "%s", id);
	snprintf(name.version, sizeof name.version, "%s", version);
	e = blob_pack_seal(pack, len, &name, put_blob, p);
	if (!e)
		e = keys_pack_encode(&name, &decrees_add(&d, EVENT_PACK)->payload);
	if (!e)
		e = decrees_add_manifest(&d, &p->roots, id, version, pack, len);
	if (!e)
		e = decrees_write(p, &d);
	if (!e)
		e = profile_pack_keep(p, id, version, pack, len);
	decrees_clear(&d);
	return e;
}
