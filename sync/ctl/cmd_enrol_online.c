#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/trust/enrol_online.h"
#include "sync/exchange/trust/enrol_waiting.h"
#include "sync/ledger/profile/profile.h"

/* --- the device --- */

enum err ctl_enrol_ask(struct ctl *c, struct profile *p, const char *name, const char *url)
{
	struct buf request = { 0 };
	char digits[KEYS_DIGITS];
	enum err e = enrol_online_request(p, name, &request);

	if (!e)
		e = enrol_online_ask(url, &request);
	if (!e) {
		struct jdoc *j = jdoc_object();

		keys_request_digits(request.data, request.len, digits);
		jdoc_put_text(j, "url", url);
		jdoc_put_text(j, "digits", digits);
		ctl_answer(c, j);
		ctl_say(c, _("入网申请已交到 %s"), url);
		ctl_say(c, _("打电话读给乡镇核对: %s"), digits);
	}
	buf_clear(&request);
	return e;
}

enum err ctl_enrol_fetch(struct profile *p, const char *name, const char *url, struct buf *grant)
{
	struct buf request = { 0 };
	enum err e = enrol_online_request(p, name, &request);

	if (!e)
		e = enrol_online_fetch(url, &request, grant);
	buf_clear(&request);
	return e;
}

/* --- the staff --- */

/* Digits may be written as they are read: in four groups. */
static enum err join(struct ctl *c, struct buf *out)
{
	for (int i = 0; i < c->argc; i++)
		buf_printf(out, "%s%s", i ? " " : "", c->argv[i]);
	return out->err;
}

enum err ctl_enrol_chosen(struct ctl *c, struct profile *p, struct buf *request)
{
	struct buf words = { 0 };
	enum err e = join(c, &words);

	if (!e && enrol_waiting_is_digits(words.data))
		e = enrol_waiting_find(p, words.data, request);
	else if (!e)
		e = c->argc == 1 ? fs_read(c->argv[0], KEYS_REQUEST_MAX, request) : err_set(ERR_USAGE, _("%s: 要一份申请文件, 或本人念的二十位数字"), words.data);
	buf_clear(&words);
	return e;
}

struct told { struct ctl *c; struct jdoc *all; uint32_t count; };

static enum err tell(void *user, const struct enrol_waiting *w)
{
	struct told *t = user;
	struct jdoc *j = jdoc_object();
	int64_t minutes = (clock_wall() - w->when) / 60000;

	jdoc_put_text(j, "name", w->request.name);
	jdoc_put_text(j, "digits", w->digits);
	jdoc_put_integer(j, "when", w->when);
	jdoc_push(t->all, j);
	t->count++;
	ctl_say(t->c, _("%s  %s  %lld 分钟前"), w->digits, w->request.name, (long long)(minutes > 0 ? minutes : 0));
	return ERR_OK;
}

enum err cmd_enrol_waiting(struct ctl *c)
{
	const char *drop = ctl_take(c, "--drop");
	struct buf request = { 0 };
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, false, &p)))
		return e;
	if (drop) {
		if (!(e = enrol_waiting_find(p, drop, &request)) && !(e = enrol_waiting_answer(p, &request, NULL)))
			ctl_say(c, _("申请 %s 已删去"), drop);
		buf_clear(&request);
		return e;
	}
	struct told t = { .c = c, .all = jdoc_array() };

	if (!(e = enrol_waiting_each(p, tell, &t)) && !t.count)
		ctl_say(c, _("没有等着核对的申请"));
	ctl_answer(c, t.all);
	return e;
}
