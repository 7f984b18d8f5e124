#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/erase/erase.h"
#include "sync/keys/hash.h"
#include "sync/ledger/profile/profile.h"

#include <string.h>

static void answer_list(struct ctl *c, const struct erase_list *l, int64_t rows)
{
	struct jdoc *j = jdoc_object(), *refs = jdoc_array();
	char ref[2 * EVENT_REF + 1];

	for (size_t i = 0; i < l->count; i++) {
		keys_hex(l->at[i].ref, EVENT_REF, ref);
		jdoc_push_text(refs, ref);
	}
	if (rows >= 0)
		jdoc_put_integer(j, "rows", rows);
	jdoc_put(j, "erased", refs);
	ctl_answer(c, j);
}

enum err cmd_erase(struct ctl *c)
{
	unsigned level = ctl_flag(c, "--answers") ? 2 : 1;
	struct erase_list list = { 0 };
	uint8_t ref[EVENT_REF];
	const char *reason;
	struct profile *p;
	enum err e;

	if ((e = ctl_need(c, "--reason", &reason)) || (e = ctl_rest(c, 1, CTL_ARGS_MAX)))
		return e;
	for (int i = 0; i < c->argc; i++)
		if (strlen(c->argv[i]) != 2 * EVENT_REF || !keys_unhex(c->argv[i], EVENT_REF, ref))
			return err_set(ERR_FORMAT, _("%s: 记录号要是 24 位十六进制"), c->argv[i]);
	e = ctl_open(c, true, &p);
	for (int i = 0; !e && i < c->argc; i++) {
		keys_unhex(c->argv[i], EVENT_REF, ref);
		if ((e = erase_collect(p, ref, level, &list)))
			e = err_in(e, "%s", c->argv[i]);
	}
	if (!e && !(e = erase_order(p, &list, reason))) {
		answer_list(c, &list, -1);
		ctl_say(c, _("已令删除 %zu 条里的%s; 各设备下次同步照办并回报, 看 erase status"), list.count, level > 1 ? _("全部答案") : _("个人信息"));
	}
	erase_list_clear(&list);
	return e;
}

enum err cmd_erase_expired(struct ctl *c)
{
	bool dry = ctl_flag(c, "--dry-run");
	struct erase_list list = { 0 };
	struct profile *p;
	uint32_t rows;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, !dry || c->pin_file, &p)))
		return e;
	e = erase_expired(p, clock_wall(), &list, &rows);
	if (!e && !dry)
		e = erase_order(p, &list, _("保存期满"));
	if (!e) {
		answer_list(c, &list, rows);
		ctl_say(c, dry ? _("保存期满的有 %u 行, 要删除个人信息的记录 %zu 条 (没有动)") : _("保存期满的有 %u 行, 已令删除 %zu 条记录里的个人信息"), rows, list.count);
	}
	erase_list_clear(&list);
	return e;
}

struct stating { struct ctl *c; struct jdoc *all, *order, *waiting; uint8_t last[EVENT_REF]; uint32_t open; };

static bool state(void *user, const struct erase_state *s)
{
	struct stating *x = user;
	char ref[2 * EVENT_REF + 1], time[32];

	if (!x->order || memcmp(x->last, s->order, EVENT_REF)) {
		memcpy(x->last, s->order, EVENT_REF);
		keys_hex(s->order, EVENT_REF, ref);
		x->order = jdoc_object();
		jdoc_put_text(x->order, "order", ref);
		jdoc_put_text(x->order, "reason", s->reason);
		jdoc_put_text(x->order, "time", clock_format_time(s->when, 480, time));
		jdoc_put_integer(x->order, "records", s->records);
		x->waiting = jdoc_array();
		jdoc_put(x->order, "waiting", x->waiting);
		jdoc_push(x->all, x->order);
		ctl_say(x->c, _("%s  %s  %u 条  %s"), ref, time, s->records, s->reason);
	}
	if (!s->confirmed) {
		jdoc_push_text(x->waiting, s->writer->label);
		ctl_say(x->c, _("    还没回报: %s %s"), s->writer->label, s->writer->person);
		x->open++;
	}
	return true;
}

enum err cmd_erase_status(struct ctl *c)
{
	struct stating x = { .c = c };
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	x.all = jdoc_array();
	e = erase_each(p, state, &x);
	ctl_answer(c, x.all);
	if (!e && !x.open)
		ctl_say(c, _("删除令都已照办"));
	return e;
}
