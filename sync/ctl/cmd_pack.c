#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"
#include "forms/pack/changes.h"
#include "forms/pack/check.h"
#include "forms/pack/pack.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>

struct faults { struct ctl *c; struct jdoc *all; uint32_t errors, warnings, orphans, changes; };

static void note(void *user, const struct pack_fault *f)
{
	struct faults *x = user;
	struct jdoc *j = jdoc_object();
	struct buf where = { 0 };

	jdoc_put_text(j, "file", f->file);
	jdoc_put_integer(j, "row", f->row);
	jdoc_put_text(j, "column", f->column);
	jdoc_put_text(j, "severity", f->warning ? "warning" : "error");
	jdoc_put_text(j, "message", f->message);
	jdoc_push(x->all, j);
	if (f->warning)
		x->warnings++;
	else
		x->errors++;
	x->orphans += f->orphans;
	if (x->c->json)
		return;
	buf_puts(&where, f->file ? f->file : "");
	if (f->row)
		buf_printf(&where, _(" 第 %u 行"), f->row);
	if (f->column)
		buf_printf(&where, _(" %s 列"), f->column);
	ctl_note("%s: %s%s", buf_str(&where), f->warning ? _("提醒: ") : "", f->message);
	buf_clear(&where);
}

enum err cmd_pack_check(struct ctl *c)
{
	struct faults x = { .c = c };
	enum err e = ctl_rest(c, 1, 1);

	if (e)
		return e;
	x.all = jdoc_array();
	e = pack_check(c->argv[0], NULL, note, &x, NULL);
	ctl_answer(c, x.all);
	if (!e)
		ctl_say(c, _("%s: 没有错误, %u 条提醒"), c->argv[0], x.warnings);
	return e;
}

static void change(void *user, const char *line)
{
	struct faults *x = user;
	struct jdoc *j = jdoc_object();

	jdoc_put_text(j, "severity", "change");
	jdoc_put_text(j, "message", line);
	jdoc_push(x->all, j);
	x->changes++;
	ctl_say(x->c, "%s", line);
}

/* Against the pack in force, when there is one. *out is NULL after an error. */
static enum err compare(struct ctl *c, const struct pack *older, struct faults *x, bool anyway, struct pack **out)
{
	enum err e = pack_check(c->argv[0], older, note, x, out);

	if (!e && older)
		e = pack_changes(older, *out, change, x);
	if (!e && older)
		ctl_say(c, _("和现用的 %s %s 比: %u 处改动, %u 条提醒"), older->id, older->version, x->changes, x->warnings);
	if (!e && x->orphans && !anyway)
		e = err_set(ERR_CONFLICT, _("没有发布: 有 %u 处会让旧记录里的内容看不到, 见上。改回去再发布; 想清楚了就加 --anyway"), x->orphans);
	return e;
}

enum err cmd_pack_publish(struct ctl *c)
{
	bool dry = ctl_flag(c, "--dry-run"), anyway = ctl_flag(c, "--anyway");
	const struct pack *older = NULL;
	struct faults x = { .c = c };
	struct pack *pack = NULL;
	struct buf bytes = { 0 };
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, true, &p)))
		return e;
	if (profile_pack_current(p, &older))
		older = NULL;                     /* the first one */
	x.all = jdoc_array();
	e = compare(c, older, &x, anyway, &pack);
	ctl_answer(c, x.all);
	if (!e && !dry && !(e = pack_encode(pack, &bytes)))
		e = enrol_publish(p, pack->id, pack->version, bytes.data, bytes.len);
	if (!e)
		ctl_say(c, dry ? _("可以发布: %s %s; 没有发布") : _("已发布: %s %s, 设备下次同步后使用"), pack->id, pack->version);
	pack_free(pack);
	buf_clear(&bytes);
	return e;
}

enum err cmd_pack_show(struct ctl *c)
{
	const struct pack *pk;
	struct profile *p;
	struct jdoc *j, *forms, *registers, *ledgers;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)) || (e = ctl_pack(c, &pk)))
		return e;
	j = jdoc_object();
	forms = jdoc_array();
	registers = jdoc_array();
	ledgers = jdoc_array();
	jdoc_put_text(j, "id", pk->id);
	jdoc_put_text(j, "version", pk->version);
	jdoc_put_text(j, "title", pack_name(&pk->title, i18n_language()));
	ctl_say(c, "%s  %s %s", pack_name(&pk->title, i18n_language()), pk->id, pk->version);
	for (uint32_t i = 0; i < pk->form_count; i++) {
		jdoc_push_text(forms, pk->forms[i].id);
		ctl_say(c, _("表      %-24s %s"), pk->forms[i].id, pack_name(&pk->forms[i].title, i18n_language()));
	}
	for (uint32_t i = 0; i < pk->register_count; i++) {
		jdoc_push_text(registers, pk->registers[i].id);
		ctl_say(c, _("登记簿  %-24s %s"), pk->registers[i].id, pack_name(&pk->registers[i].label, i18n_language()));
	}
	for (uint32_t i = 0; i < pk->ledger_count; i++) {
		jdoc_push_text(ledgers, pk->ledgers[i].id);
		ctl_say(c, _("台账    %s"), pk->ledgers[i].id);
	}
	jdoc_put(j, "forms", forms);
	jdoc_put(j, "registers", registers);
	jdoc_put(j, "ledgers", ledgers);
	ctl_answer(c, j);
	return ERR_OK;
}
