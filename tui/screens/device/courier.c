#include "config.h"
#include "tui/screens/device/courier.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/xlsform/form.h"
#include "sync/exchange/outbox/account.h"
#include "sync/ledger/profile/profile.h"
#include "tui/screens/app.h"

#include <stdio.h>
#include <string.h>

enum { HEAR_MS = 250 /* while one runs: how soon its word is seen */, LINES_MAX = 500 /* of an account */ };

bool courier_works(const struct app *app)
{
	return app->profile && app->profile->identity && *app->settings.sync_url && !app->settings.sync_by_hand && app->profile->roots.count;
}

void courier_begin(struct app *app)
{
	courier_stop(app);
	app->courier = (struct courier){ .errand = { .pid = 0 } };
	schedule_ask(&app->courier.when, clock_uptime());
}

/* The wall clock's word for when the next one is due. */
static void foretell(struct courier *c)
{
	if (c->next == c->when.next)
		return;
	c->next = c->when.next;
	c->again = clock_wall() + c->when.next - clock_uptime();
}

static void end(struct app *app)
{
	struct courier *c = &app->courier;

	c->last = c->errand.word;
	c->ended = clock_wall();
	if (c->last.err) {
		schedule_failed(&c->when, clock_uptime());
		foretell(c);
		return;
	}
	c->through = c->ended;
	schedule_through(&c->when, clock_uptime());
}

static enum err start(struct app *app)
{
	struct courier *c = &app->courier;
	enum err e;

	c->written = app->profile->anchor.written;
	courier_note(app);
	if (!(e = errand_start(&c->errand, app->profile, app->settings.sync_url)))
		return ERR_OK;
	c->errand.word = (struct errand_word){ .over = true, .err = e };
	snprintf(c->errand.word.why, sizeof c->errand.word.why, "%s", err_detail());
	end(app);
	return e;
}

bool courier_runs(struct app *app, int ms)
{
	struct courier *c = &app->courier;

	if (errand_runs(&c->errand) && errand_over(&c->errand, ms))
		end(app);
	return errand_runs(&c->errand);
}

int courier_beat(struct app *app)
{
	struct courier *c = &app->courier;
	int64_t now = clock_uptime(), wait;

	if (courier_runs(app, 0))
		return HEAR_MS;
	if (!courier_works(app))
		return -1;
	if (app->profile->anchor.written > c->written)
		schedule_kept(&c->when, now);
	foretell(c);
	if (schedule_due(&c->when, now))
		return start(app) ? -1 : HEAR_MS;
	wait = schedule_wait(&c->when, now);
	return wait > SCHEDULE_POLL_MS ? SCHEDULE_POLL_MS : (int)wait;
}

enum err courier_ask(struct app *app)
{
	struct courier *c = &app->courier;

	schedule_ask(&c->when, clock_uptime());
	return errand_runs(&c->errand) ? ERR_OK : start(app);
}

void courier_break(struct app *app)
{
	errand_stop(&app->courier.errand);
	schedule_through(&app->courier.when, clock_uptime());
}

void courier_stop(struct app *app)
{
	errand_stop(&app->courier.errand);
	account_close(app->courier.account);
	app->courier.account = NULL;
}

/* --- what became of each record --- */

void courier_note(struct app *app)
{
	account_close(app->courier.account);
	if (account_open(app->profile, &app->courier.account))
		app->courier.account = NULL;
}

static const char *form_title(const struct app *app, const char *id)
{
	for (uint32_t i = 0; app->pack && i < app->pack->form_count; i++)
		if (!strcmp(app->pack->forms[i].id, id))
			return pack_name(&app->pack->forms[i].title, i18n_language());
	return id;
}

struct lines { const struct app *app; struct buf *out; uint64_t quiet; };

/* "02-0043  巡查 小餐饮  王秀英  乡镇已收到"; what nobody filled in is only counted. */
static void put_line(void *user, const struct account_record *r)
{
	struct lines *l = user;

	if (!*r->form && !*r->why) {
		l->quiet++;
		return;
	}
	buf_printf(l->out, "%s  %s  %s  %s", *r->number ? r->number : "-", *r->form ? form_title(l->app, r->form) : r->kind, r->writer, account_state_text(r->state));
	if (*r->why)
		buf_printf(l->out, ": %s", r->why);
	buf_putc(l->out, '\n');
}

void courier_account(const struct app *app, struct buf *out)
{
	struct lines l = { app, out, 0 };
	struct account_sums sums;

	if (!app->courier.account)
		return;
	if (account_each(app->courier.account, LINES_MAX, put_line, &l, &sums)) {
		buf_printf(out, "%s\n", err_detail());
		return;
	}
	if (l.quiet)
		buf_printf(out, _("另有附件、更正、证书等 %llu 条\n"), (unsigned long long)l.quiet);
	if (sums.left_out)
		buf_printf(out, _("还有 %llu 条没有列出\n"), (unsigned long long)sums.left_out);
	buf_puts(out, _("\n# 合计\n"));
	for (int s = 0; s < ACCOUNT_STATES; s++)
		if (sums.of[s])
			buf_printf(out, "%s: %llu\n", account_state_text((enum account_state)s), (unsigned long long)sums.of[s]);
}

int64_t courier_heard(const struct app *app, int64_t heard)
{
	return app->courier.through > heard ? app->courier.through : heard;
}

static void put_clock(const struct app *app, int64_t ms, struct buf *out)
{
	int64_t minute = (ms + (int64_t)app_offset(app) * 60000) / 60000 % 1440;

	buf_printf(out, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
}

void courier_trouble(const struct app *app, struct buf *out)
{
	const struct courier *c = &app->courier;

	if (app->revoked) {
		buf_puts(out, _("乡镇已停用这台设备: 找乡镇重新入网"));
		return;
	}
	if (!courier_works(app) || !c->last.over || !c->last.err)
		return;
	put_clock(app, c->again, out);
	buf_printf(out, _(" 再试同步: %s"), c->last.why);
}

enum kit_role courier_words(const struct app *app, struct buf *out)
{
	const struct courier *c = &app->courier;
	const struct errand_word *w = errand_runs(&c->errand) ? &c->errand.word : &c->last;

	if (app->revoked) {
		courier_trouble(app, out);
		return KIT_DANGER;
	}
	if (errand_runs(&c->errand)) {
		buf_puts(out, _("正在交换"));
		if (*w->what)
			buf_printf(out, _(": %s %u/%u"), w->what, w->done, w->total);
	} else if (!courier_works(app)) {
		buf_puts(out, *app->settings.sync_url ? _("关着: 按 Enter 才同步") : _("没有网址"));
	} else if (!w->over) {
		buf_puts(out, _("马上开始"));
	} else if (w->err) {
		courier_trouble(app, out);
		return KIT_SOON;
	} else {
		put_clock(app, c->ended, out);
		buf_printf(out, _(" 对过: 送到 %u 包, 收进 %u 条"), w->report.settled, w->report.added);
	}
	return KIT_PLAIN;
}
