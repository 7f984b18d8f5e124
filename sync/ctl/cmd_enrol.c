#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/pack/pack.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/exchange/trust/enrol_waiting.h"
#include "sync/keys/town.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

static enum err take_kdf(struct ctl *c, struct keys_kdf *out)
{
	const char *kdf = ctl_take(c, "--kdf");

	if (kdf && strcmp(kdf, "min"))
		return err_set(ERR_USAGE, _("--kdf 只能是 min"));
	*out = kdf ? keys_kdf_least() : keys_kdf_calibrated();
	return ERR_OK;
}

enum err cmd_init_township(struct ctl *c)
{
	const char *name, *division, *staff;
	struct keys_kdf kdf;
	char *pin;
	enum err e;

	if ((e = ctl_need(c, "--name", &name)) || (e = ctl_need(c, "--division", &division)) || (e = ctl_need(c, "--staff", &staff)))
		return e;
	if ((e = take_kdf(c, &kdf)) || (e = ctl_rest(c, 0, 0)) || (e = ctl_pin(c, &pin)))
		return e;
	e = enrol_found(c->profile_dir, name, division, staff, pin, kdf);
	ctl_pin_free(pin);
	if (!e)
		ctl_say(c, _("%s (%s) 已建立, 第一位工作人员: %s"), name, division, staff);
	return e;
}

/* The request of a writer who is unlocked, into a file; its twenty digits are said. */
static enum err write_request(struct ctl *c, struct profile *p, const char *name, const char *path)
{
	struct buf request = { 0 };
	char digits[KEYS_DIGITS];
	enum err e = enrol_request(p, name, &request);

	if (!e)
		e = fs_write(path, request.data, request.len);
	if (!e) {
		struct jdoc *j = jdoc_object();

		keys_request_digits(request.data, request.len, digits);
		jdoc_put_text(j, "file", path);
		jdoc_put_text(j, "digits", digits);
		ctl_answer(c, j);
		ctl_say(c, _("入网申请写在 %s"), path);
		ctl_say(c, _("读给乡镇核对: %s"), digits);
	}
	buf_clear(&request);
	return e;
}

/* The name this profile was made for is the label of its slot. */
static enum err own_name(struct ctl *c, char out[KEYS_LABEL_MAX + 1])
{
	struct keys_slots *slots = calloc(1, sizeof *slots);
	enum err e = slots ? keys_slots_read(c->profile_dir, slots) : err_set(ERR_NOMEM, "slots");
	const struct keys_slot *s = e ? NULL : keys_slots_find(slots, c->as);

	if (!e && !s)
		e = err_set(ERR_NOTFOUND, _("这台设备上没有 %s"), c->as ? c->as : _("工作人员"));
	if (s)
		memcpy(out, s->label, KEYS_LABEL_MAX + 1);
	free(slots);
	return e;
}

/* A profile that is there gets one more worker, let in by one who is there already; his PIN is --new-pin-file's. */
static enum err make_writer(struct ctl *c, const char *name, const char *new_pin, struct keys_kdf kdf)
{
	struct profile *p;
	char *pin;
	enum err e;

	if (fs_exists(c->profile_dir) && !profile_open(c->profile_dir, &c->open)) {
		if ((e = ctl_open(c, true, &p)))
			return e;
		c->pin_file = new_pin ? new_pin : c->pin_file;
		if ((e = ctl_pin(c, &pin)))
			return e;
		e = enrol_add(p, name, pin, kdf);
	} else {
		if ((e = ctl_pin(c, &pin)))
			return e;
		e = enrol_create(c->profile_dir, name, pin, kdf);
	}
	ctl_pin_free(pin);
	return e;
}

enum err cmd_init_writer(struct ctl *c)
{
	const char *name, *new_pin = ctl_take(c, "--new-pin-file");
	struct keys_kdf kdf;
	struct profile *p;
	struct buf path = { 0 };
	enum err e;

	if ((e = ctl_need(c, "--name", &name)) || (e = take_kdf(c, &kdf)) || (e = ctl_rest(c, 0, 0)) || (e = make_writer(c, name, new_pin, kdf)))
		return e;
	c->as = name;
	if (!(e = ctl_open(c, true, &p))) {
		buf_printf(&path, "%s/enrol.request", c->profile_dir);
		e = path.err ? path.err : write_request(c, p, name, path.data);
	}
	buf_clear(&path);
	return e;
}

enum err cmd_enrol_request(struct ctl *c)
{
	char name[KEYS_LABEL_MAX + 1];
	const char *out = ctl_take(c, "--out"), *url = ctl_take(c, "--url");
	struct profile *p;
	enum err e = !out == !url ? err_set(ERR_USAGE, _("要 --out 或 --url 其中一个")) : ctl_rest(c, 0, 0);

	if (e || (e = own_name(c, name)) || (e = ctl_open(c, true, &p)))
		return e;
	return out ? write_request(c, p, name, out) : ctl_enrol_ask(c, p, name, url);
}

enum err cmd_enrol_show(struct ctl *c)
{
	struct keys_request r;
	struct buf file = { 0 };
	char digits[KEYS_DIGITS];
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = fs_read(c->argv[0], KEYS_REQUEST_MAX, &file)))
		return e;
	e = keys_request_read(file.data, file.len, &r);
	if (!e) {
		struct jdoc *j = jdoc_object();

		keys_request_digits(file.data, file.len, digits);
		jdoc_put_text(j, "name", r.name);
		jdoc_put_text(j, "digits", digits);
		ctl_answer(c, j);
		ctl_say(c, _("%s 申请入网, 请本人读出: %s"), r.name, digits);
	} else {
		e = err_in(e, "%s", c->argv[0]);
	}
	buf_clear(&file);
	return e;
}

/* "GRID,VADM" as bits. */
static enum err parse_roles(const char *text, uint32_t *out)
{
	*out = 0;
	while (*text) {
		char name[16] = "";
		size_t n = strcspn(text, ",");
		uint32_t bit;

		if (n < sizeof name)
			memcpy(name, text, n);
		bit = pack_role(name);
		if (!bit)
			return err_set(ERR_FORMAT, _("没有 %.*s 这种角色; 有 GRID VADM VHEAD TOWN TLEAD DEPT COUNTY OWNER EXPERT VIEW"), (int)n, text);
		*out |= bit;
		text += n + (text[n] == ',');
	}
	return *out ? ERR_OK : err_set(ERR_USAGE, _("--role 是空的"));
}

static enum err parse_scopes(const char *text, struct enrol_terms *t)
{
	enum err e = ERR_OK;

	while (!e && *text) {
		char one[80] = "";
		size_t n = strcspn(text, ",");

		if (n >= sizeof one || t->scope_count == ENROL_SCOPES)
			return err_set(ERR_LIMIT, _("--scope 太长或太多"));
		memcpy(one, text, n);
		e = event_scope_parse(one, &t->scopes[t->scope_count++]);
		text += n + (text[n] == ',');
	}
	return e;
}

/* Where the grant goes: into a file, and for who asked through the server to where he fetches it. A path that cannot be written is
 * found before the certificate is made, which is for good. */
static enum err check_way(struct profile *p, const struct buf *request, const char *out)
{
	if (!out)
		return enrol_waiting_has(p, request) ? ERR_OK : err_set(ERR_USAGE, _("申请是用文件送来的: 用 --out 写明入网文件写到哪里"));
	return fs_try_write(out);
}

static enum err grant_one(struct ctl *c, struct profile *p, const struct enrol_terms *terms, const char *out)
{
	struct buf request = { 0 }, grant = { 0 };
	bool online = false;
	char label[33];
	enum err e = ctl_enrol_chosen(c, p, &request);

	if (!e)
		e = check_way(p, &request, out);
	if (!e)
		e = enrol_grant(p, request.data, request.len, terms, &grant, label);
	if (!e && (online = enrol_waiting_has(p, &request)))
		e = enrol_waiting_answer(p, &request, &grant);
	if (!e && out)
		e = fs_write(out, grant.data, grant.len);
	if (!e) {
		struct jdoc *j = jdoc_object();

		jdoc_put_text(j, "label", label);
		jdoc_put_text(j, "file", out ? out : "");
		jdoc_put_bool(j, "online", online);
		ctl_answer(c, j);
		ctl_say(c, _("%s 已批准, 标签 %s, 入网文件 %s"), terms->person, label, out ? out : _("等本人经网络来取"));
	}
	buf_clear(&request);
	buf_clear(&grant);
	return e;
}

enum err cmd_enrol_grant(struct ctl *c)
{
	struct enrol_terms terms = { 0 };
	const char *role, *scope, *out = ctl_take(c, "--out");
	struct profile *p;
	enum err e;

	if ((e = ctl_need(c, "--role", &role)) || (e = ctl_need(c, "--scope", &scope)) || (e = ctl_need(c, "--person", &terms.person)))
		return e;
	terms.succeeds = ctl_take(c, "--succeeds");
	if ((e = ctl_rest(c, 1, 4)) || (e = parse_roles(role, &terms.roles)) || (e = parse_scopes(scope, &terms)) || (e = ctl_open(c, true, &p)))
		return e;
	return grant_one(c, p, &terms, out);
}

enum err cmd_enrol_again(struct ctl *c)
{
	struct buf request = { 0 }, grant = { 0 };
	const char *out = ctl_take(c, "--out");
	struct profile *p;
	char label[33];
	enum err e;

	if ((e = ctl_rest(c, 1, 4)) || (e = ctl_open(c, false, &p)))
		return e;
	if (!(e = ctl_enrol_chosen(c, p, &request)) && !(e = check_way(p, &request, out)) && (e = enrol_again(p, request.data, request.len, &grant, label)))
		err_in(e, "%s", c->argv[0]);
	if (!e && enrol_waiting_has(p, &request))
		e = enrol_waiting_answer(p, &request, &grant);
	if (!e && out)
		e = fs_write(out, grant.data, grant.len);
	if (!e)
		ctl_say(c, _("标签 %s 的入网文件再写了一份: %s"), label, out ? out : _("等本人经网络来取"));
	buf_clear(&request);
	buf_clear(&grant);
	return e;
}

enum err cmd_enrol_extend(struct ctl *c)
{
	struct enrol_terms terms = { 0 };
	const char *role = ctl_take(c, "--role"), *scope = ctl_take(c, "--scope");
	struct profile *p;
	enum err e;

	if (!role && !scope)
		return err_set(ERR_USAGE, _("要写明加什么: --role 或 --scope"));
	if ((role && (e = parse_roles(role, &terms.roles))) || (scope && (e = parse_scopes(scope, &terms))) || (e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, true, &p))
	    || (e = enrol_extend(p, c->argv[0], terms.roles, terms.scopes, terms.scope_count)))
		return e;
	ctl_say(c, _("标签 %s 已加上; 设备下次同步后就能用"), c->argv[0]);
	return ERR_OK;
}

enum err cmd_enrol_accept(struct ctl *c)
{
	char name[KEYS_LABEL_MAX + 1];
	const char *code, *url = ctl_take(c, "--url");
	struct profile *p;
	struct buf grant = { 0 };
	enum err e;

	if ((e = ctl_need(c, "--root", &code)) || (e = ctl_rest(c, !url, !url)))
		return e;
	e = url ? own_name(c, name) : fs_read(c->argv[0], ENROL_FILE_MAX, &grant);
	if (!e)
		e = ctl_open(c, true, &p);
	if (!e && url)
		e = ctl_enrol_fetch(p, name, url, &grant);
	if (!e)
		e = enrol_accept(p, grant.data, grant.len, code);
	if (!e)
		ctl_say(c, _("已入网: %s"), keys_roots_newest(&p->roots)->name);
	buf_clear(&grant);
	return e;
}

enum err cmd_root_show(struct ctl *c)
{
	const struct keys_root *root;
	struct profile *p;
	char code[KEYS_CODE];
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, false, &p)) || (e = enrol_code(p, code)))
		return e;
	root = keys_roots_newest(&p->roots);
	struct jdoc *j = jdoc_object();

	jdoc_put_text(j, "township", root->name);
	jdoc_put_text(j, "division", root->division);
	jdoc_put_integer(j, "version", root->version);
	jdoc_put_text(j, "code", code);
	ctl_answer(c, j);
	ctl_say(c, "%s", code);
	return ERR_OK;
}
