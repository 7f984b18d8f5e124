#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/i18n.h"
#include "sync/exchange/erase/erase.h"
#include "sync/exchange/http/online.h"
#include "sync/exchange/outbox/status.h"
#include "sync/exchange/trust/trust.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/pager.h"
#include "tui/kit/progress.h"
#include "tui/kit/prompt.h"
#include "tui/screens/home/doubt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What has not arrived, since when no word, and the ways to send. */
struct sync_view {
	struct kit_view base;
	struct app *app;
	struct status status;
	struct buf missing;                     /* of what the township says belongs together */
	struct buf left;                        /* what keeps an erasure from being carried out */
	bool known, doubtful;                   /* doubtful: the clock */
	uint64_t version;
};

static enum err load(struct kit_view *base)
{
	struct sync_view *v = (struct sync_view *)base;

	v->version = profile_version(v->app->profile);
	v->known = !status_read_whole(v->app->profile, &v->status);
	v->doubtful = profile_clock_doubtful(v->app->profile);
	buf_reset(&v->missing);
	trust_missing_words(v->app->profile, &v->missing);
	buf_reset(&v->left);
	erase_left_words(v->app->profile, &v->left);
	return ERR_OK;
}

static bool stale(struct kit_view *base)
{
	const struct sync_view *v = (const struct sync_view *)base;

	return v->version != profile_version(v->app->profile);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("同步"));
}

/* What may take more than a line. */
static int labelled_words(WINDOW *win, int y, enum kit_role role, const char *label, const char *words)
{
	int x = kit_label_columns(win) + 2, lines = getmaxy(win) - y;

	kit_text(win, y, 1, kit_label_columns(win), KIT_DIM, label);
	return y + (lines > 0 ? kit_paragraph(win, y, x, lines < 3 ? lines : 3, getmaxx(win) - x - 1, role, words) : 0);
}

/* What to mind, as far as there is room. */
static void advice(struct sync_view *v, WINDOW *win, int y)
{
	if (v->left.len && getmaxy(win) > y)
		y += kit_paragraph(win, y, 1, getmaxy(win) - y, getmaxx(win) - 2, KIT_DANGER, buf_str(&v->left)) + 1;
	if (v->doubtful)
		y = doubt_advice(win, y);
	kit_paragraph(win, y, 1, getmaxy(win) - y, getmaxx(win) - 2, KIT_DIM,
	              _("送出去要等乡镇的回执回来才算 「已送到」。U盘、共享文件夹、聊天里收的文件都行, 同一个包收几次都没关系。"));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct sync_view *v = (struct sync_view *)base;
	const struct status *s = &v->status;
	struct buf b = { 0 };
	int64_t when = courier_heard(v->app, s->heard);
	enum kit_role role;
	int y = 0;

	base->cursor_y = base->cursor_x = 0;
	if (!v->known) {
		kit_text(win, 0, 1, getmaxx(win) - 2, KIT_SOON, _("现在读不到同步情况"));
		return;
	}
	if (v->doubtful)
		y = doubt_line(v->app, win, y);
	y = kit_labelled_count(win, y, KIT_PLAIN, _("本机记录"), s->own);
	y = kit_labelled_count(win, y, KIT_GOOD, _("乡镇已收到"), s->acknowledged);
	y = kit_labelled_count(win, y, KIT_SOON, _("没送到"), s->unsealed + s->waiting);
	y = kit_labelled_count(win, y, s->photos ? KIT_SOON : KIT_GOOD, _("没送到的照片"), s->photos);
	if (when)
		app_since(v->app, when, &b);
	y = kit_labelled(win, y, KIT_PLAIN, _("上次联系乡镇"), when ? buf_str(&b) : _("还没有"));
	y = kit_labelled_count(win, y, KIT_PLAIN, _("替别人捎带"), s->carried);
	y = kit_labelled_count(win, y, KIT_SOON, _("等缺的部分"), s->held);
	if (v->missing.len)
		y = labelled_words(win, y, KIT_DANGER, _("乡镇已发, 没到"), buf_str(&v->missing));
	y = kit_labelled_count(win, y, KIT_DANGER, _("隔离的坏包"), s->refused);
	y = kit_labelled_count(win, y, KIT_DANGER, _("有缺段的设备"), s->gaps);
	y = kit_labelled_count(win, y, KIT_DANGER, _("有两份的设备"), s->splits);
	y = kit_labelled(win, y, KIT_PLAIN, _("文件夹 (U盘)"), *v->app->settings.sync_dir ? v->app->settings.sync_dir : _("未设: 按 f 设"));
	y = kit_labelled(win, y, KIT_PLAIN, _("乡镇网址"), *v->app->settings.sync_url ? v->app->settings.sync_url : _("未设: 按 u 设"));
	buf_reset(&b);
	role = courier_words(v->app, &b);
	y = labelled_words(win, y, role, _("自动同步"), buf_str(&b));
	advice(v, win, y + 1);
	buf_clear(&b);
}

struct exchange { struct app *app; bool online, asked; struct kit_progress *p; struct folder_report report; };

static bool moving(void *user, const char *what, uint32_t done, uint32_t total)
{
	return kit_progress_tell(((struct exchange *)user)->p, what, done, total);
}

static enum err step_folder(struct exchange *x, struct kit_progress *p)
{
	x->p = p;
	x->report = (struct folder_report){ .progress = moving, .user = x };
	p->finished = true;
	courier_note(x->app);
	return folder_sync(x->app->profile, x->app->settings.sync_dir, &x->report);
}

/* Only hears what the courier says: no key waits for the network. */
static enum err step_online(struct exchange *x, struct kit_progress *p)
{
	const struct courier *c = &x->app->courier;
	const struct errand_word *w = &c->errand.word;

	if (!x->asked) {
		enum err e = courier_ask(x->app);

		x->asked = true;
		return e;
	}
	if (courier_runs(x->app, 50)) {
		p->done = w->done;
		p->total = w->total;
		snprintf(p->now, sizeof p->now, "%s", *w->what ? w->what : _("正在交换"));
		return ERR_OK;
	}
	p->finished = true;
	x->report = c->last.report;
	return c->last.err ? err_set(c->last.err, "%s", c->last.why) : ERR_OK;
}

static enum err step(void *user, struct kit_progress *p)
{
	struct exchange *x = user;

	return x->online ? step_online(x, p) : step_folder(x, p);
}

static void report(void *user, bool stopped, enum err e, struct buf *out)
{
	struct exchange *x = user;
	const struct folder_report *r = &x->report;

	if (x->online && stopped)
		courier_break(x->app);
	if (e)
		buf_puts(out, _("没有做完: "));
	else if (stopped || r->stopped)
		buf_puts(out, _("停下了; 已做完的不丢。"));
	buf_printf(out, _("新打包 %u 个 (%llu 条), 拷出 %u 个, 已有 %u 个。收进 %u 条新的; 已送到的又多 %u 个。"), r->sealed,
	           (unsigned long long)r->sealed_events, r->copied, r->there, r->added, r->settled);
	if (r->attachments_sent || r->attachments_got)
		buf_printf(out, _(" 照片等附件送到 %u 个, 收到 %u 个。"), r->attachments_sent, r->attachments_got);
	if (r->files[INBOX_REFUSED])
		buf_printf(out, _(" 不可信的 %u 个已隔离。"), r->files[INBOX_REFUSED]);
	if (r->files[INBOX_HELD])
		buf_printf(out, _(" %u 个等缺的部分。"), r->files[INBOX_HELD]);
	if (r->behind)
		buf_printf(out, " %s。", folder_behind_words());
	if (r->older)
		buf_puts(out, _(" 那里乡镇的消息比本机已有的旧, 照样收下: 请换一个新的, 或与乡镇联系。"));
	if (r->refused_there && !e)
		buf_printf(out, _(" 乡镇没有收 %u 个: %s。"), r->refused_there, r->why);
	if (r->left_out)
		buf_printf(out, _(" 文件太多, 有 %zu 个没看: 请把别的文件移走再来一次。"), r->left_out);
}

static enum kit_next exchanged(struct kit_view *below, struct kit_view *self)
{
	struct sync_view *v = (struct sync_view *)below;

	(void)self;
	app_learn(v->app);                        /* a new pack may have come with it; after a loss, one's own certificate */
	return KIT_STAY;
}

static enum kit_next start(struct sync_view *v, bool online)
{
	struct exchange *x;
	struct kit_view *progress;

	if (!*(online ? v->app->settings.sync_url : v->app->settings.sync_dir)) {
		kit_say(KIT_SOON, online ? _("先按 u 设乡镇的网址") : _("先按 f 设文件夹"));
		return KIT_STAY;
	}
	x = calloc(1, sizeof *x);
	if (!x)
		return kit_open(&v->base, NULL);
	x->app = v->app;
	x->online = online;
	progress = kit_progress_new(_("同步"), (struct kit_work){ .step = step, .report = report, .close = free, .user = x });
	if (progress)
		progress->done = exchanged;
	return kit_open(&v->base, progress);
}

static enum kit_next time_given(struct kit_view *below, struct kit_view *self)
{
	doubt_answered(((struct sync_view *)below)->app, kit_prompt_answer(self));
	return KIT_STAY;
}

static enum kit_next folder_given(struct kit_view *below, struct kit_view *self)
{
	struct sync_view *v = (struct sync_view *)below;

	app_set(v->app, v->app->settings.sync_dir, kit_prompt_answer(self));
	return KIT_STAY;
}

static enum kit_next url_given(struct kit_view *below, struct kit_view *self)
{
	struct sync_view *v = (struct sync_view *)below;

	app_set(v->app, v->app->settings.sync_url, kit_prompt_answer(self));
	return KIT_STAY;
}

static enum kit_next show_account(struct sync_view *v)
{
	struct kit_view *pager;
	struct buf text = { 0 };

	buf_puts(&text, _("# 上次同步, 逐条\n"));
	courier_account(v->app, &text);
	pager = kit_pager_new(_("逐条"), buf_str(&text));
	buf_clear(&text);
	return kit_open(&v->base, pager);
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	const struct sync_view *v = (const struct sync_view *)base;

	return a == ACT_DETAILS ? v->app->courier.account != NULL : a != ACT_CLOCK || v->doubtful;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct sync_view *v = (struct sync_view *)base;

	switch (a) {
	case ACT_DETAILS:
		return show_account(v);
	/* The network first where there is one: nothing to plug in. */
	case ACT_OPEN: case ACT_SEND:
		return start(v, *v->app->settings.sync_url && (a == ACT_OPEN || !*v->app->settings.sync_dir));
	case ACT_STEP:
		return kit_open(base, kit_prompt_new(_("乡镇网址"), _("如 http://10.0.0.5:8080; 空着就不用网络"), v->app->settings.sync_url, url_given));
	case ACT_EDIT:
		return kit_open(base, kit_prompt_new(_("文件夹"), _("U盘、存储卡或共享文件夹的路径, 如 /media/usb"), v->app->settings.sync_dir, folder_given));
	case ACT_CLOCK:
		return doubt_ask(v->app, base, time_given);
	default:
		return KIT_PASS;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	switch (a) {
	case ACT_EDIT: return _("设文件夹");
	case ACT_STEP: return _("设网址");
	case ACT_DETAILS: return _("逐条");
	case ACT_OPEN: return _("开始同步");
	case ACT_SEND: return _("用文件夹同步");
	default:       return NULL;
	}
}

static void close_sync(struct kit_view *base)
{
	struct sync_view *v = (struct sync_view *)base;

	buf_clear(&v->missing);
	buf_clear(&v->left);
	free(v);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 'y', ACT_SEND, false }, { 'f', ACT_EDIT, true }, { 'u', ACT_STEP, true }, { 'd', ACT_DETAILS, true }, { 't', ACT_CLOCK, true }, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "sync", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_sync, .label = label, .offers = offers, .stale = stale,
};

struct kit_view *screen_sync_new(struct app *app)
{
	struct sync_view *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	return &v->base;
}
