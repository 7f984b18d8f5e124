#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"
#include "forms/pack/check.h"
#include "forms/pack/pack.h"
#include "sync/exchange/enrol.h"
#include "sync/ledger/profile.h"

#include <stdio.h>

struct faults { struct ctl *c; struct jdoc *all; uint32_t errors, warnings; };

static void note(void *user, const struct pack_fault *f)
{
	struct faults *x = user;
	struct jdoc *j = jdoc_object();

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
	if (x->c->json)
		return;
	fprintf(stderr, "%s", f->file ? f->file : "");
	if (f->row)
		fprintf(stderr, _(" 第 %u 行"), f->row);
	if (f->column)
		fprintf(stderr, _(" %s 列"), f->column);
	fprintf(stderr, ": %s%s\n", f->warning ? _("提醒: ") : "", f->message);
}

static enum err check(struct ctl *c, const char *dir, const struct pack *older, struct pack **out)
{
	struct faults x = { .c = c, .all = jdoc_array() };
	struct pack *read = NULL;
	enum err e = pack_read(dir, note, &x, &read);

	(void)older;
	if (out)
		*out = read;
	else
		pack_free(read);

	ctl_answer(c, x.all);
	if (!e)
		ctl_say(c, _("%s: 没有错误, %u 条提醒"), dir, x.warnings);
	return e;
}

enum err cmd_pack_check(struct ctl *c)
{
	enum err e = ctl_rest(c, 1, 1);

	return e ? e : check(c, c->argv[0], NULL, NULL);
}

enum err cmd_pack_publish(struct ctl *c)
{
	const struct pack *older = NULL;
	struct pack *pack = NULL;
	struct buf bytes = { 0 };
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, true, &p)))
		return e;
	if (profile_pack_current(p, &older))
		older = NULL;                     /* the first one */
	if ((e = check(c, c->argv[0], older, &pack)))
		return e;
	e = pack_encode(pack, &bytes);
	if (!e)
		e = enrol_publish(p, pack->id, pack->version, bytes.data, bytes.len);
	if (!e)
		ctl_say(c, _("已发布: %s %s (%zu 字节), 设备下次同步后使用"), pack->id, pack->version, bytes.len);
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
		jdoc_push_text(forms, pk->forms[i].form->id);
		ctl_say(c, _("表      %-24s %s"), pk->forms[i].form->id, pack_name(&pk->forms[i].title, i18n_language()));
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
