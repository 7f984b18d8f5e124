#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/folder/folder.h"
#include "sync/exchange/outbox/status.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/progress.h"
#include "tui/kit/prompt.h"
#include "tui/screens/home/doubt.h"

#include <stdio.h>
#include <stdlib.h>

/* The township's end of a stick: what it brings is taken in, what the villages wait for is left on it. */
struct gather { struct kit_view base; struct app *app; struct status status; bool known, doubtful /* the clock */; uint64_t version; };

static enum err load(struct kit_view *base)
{
	struct gather *v = (struct gather *)base;

	v->version = profile_version(v->app->profile);
	v->known = !status_read_whole(v->app->profile, &v->status);
	v->doubtful = profile_clock_doubtful(v->app->profile);
	return ERR_OK;
}

static bool stale(struct kit_view *base)
{
	const struct gather *v = (const struct gather *)base;

	return v->version != profile_version(v->app->profile);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("收包"));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct gather *v = (struct gather *)base;
	const struct status *s = &v->status;
	const char *folder = v->app->settings.sync_dir;
	int y = kit_labelled(win, 0, *folder ? KIT_PLAIN : KIT_SOON, _("文件夹 (U盘)"), *folder ? folder : _("未设: 按 f 设"));

	base->cursor_y = base->cursor_x = 0;
	if (v->known) {
		y = kit_labelled_count(win, y, KIT_SOON, _("等证书清单包"), s->held);
		y = kit_labelled_count(win, y, KIT_DANGER, _("隔离的坏包"), s->refused);
		y = kit_labelled_count(win, y, KIT_DANGER, _("有缺段的设备"), s->gaps);
		y = kit_labelled_count(win, y, KIT_DANGER, _("有两份的设备"), s->splits);
	}
	if (v->doubtful) {
		y = doubt_line(v->app, win, y);
		y = doubt_advice(win, y + 1) - 1;
	}
	kit_paragraph(win, y + 1, 1, getmaxy(win) - y - 1, getmaxx(win) - 2, KIT_DIM,
	              _("按回车: 收下 U盘里的包, 放上回执、清单和各村要的登记簿。带回村里再同步一次, 设备上才显示 「已送到」。同一个 U盘收几次都没关系。"));
}

/* --- merging --- */

struct merging { struct app *app; struct kit_progress *p; struct folder_report report; };

static bool moving(void *user, const char *what, uint32_t done, uint32_t total)
{
	return kit_progress_tell(((struct merging *)user)->p, what, done, total);
}

static enum err step(void *user, struct kit_progress *p)
{
	struct merging *x = user;

	x->p = p;
	x->report = (struct folder_report){ .progress = moving, .user = x };
	p->finished = true;
	return folder_merge(x->app->profile, x->app->settings.sync_dir, &x->report);
}

static void report(void *user, bool stopped, enum err e, struct buf *out)
{
	const struct folder_report *r = &((struct merging *)user)->report;

	if (e)
		buf_puts(out, _("没有做完: "));
	else if (stopped || r->stopped)
		buf_puts(out, _("停下了; 已做完的不丢, 再收一次接着做。"));
	buf_printf(out, _("收下 %u 包 (%u 条新的), 以前收过 %u 包。给了 %u 份回执, 放上 %u 个给各村的包。"), r->files[INBOX_MERGED], r->added, r->files[INBOX_DUPLICATE],
	           r->receipts, r->copied);
	if (r->files[INBOX_HELD])
		buf_printf(out, _(" %u 包等证书或清单包: 发证以后自动收下。"), r->files[INBOX_HELD]);
	if (r->files[INBOX_CARRIED])
		buf_printf(out, _(" %u 个先留着: 别处的包, 或还没有记录提到的附件。"), r->files[INBOX_CARRIED]);
	if (r->files[INBOX_REFUSED])
		buf_printf(out, _(" %u 包不可信, 没有收: 回车后按 d 看原因。"), r->files[INBOX_REFUSED]);
	if (r->left_out)
		buf_printf(out, _(" 文件太多, 有 %zu 个没看: 请把别的文件移走再来一次。"), r->left_out);
}

static enum kit_next merged(struct kit_view *below, struct kit_view *self)
{
	(void)self;
	app_learn(((struct gather *)below)->app);
	return KIT_STAY;
}

static enum kit_next start(struct gather *v)
{
	struct kit_view *progress;
	struct merging *x = calloc(1, sizeof *x);

	if (!x)
		return kit_open(&v->base, NULL);
	x->app = v->app;
	progress = kit_progress_new(_("收包"), (struct kit_work){ .step = step, .report = report, .close = free, .user = x });
	if (progress)
		progress->done = merged;
	return kit_open(&v->base, progress);
}

/* --- keys --- */

static enum kit_next time_given(struct kit_view *below, struct kit_view *self)
{
	doubt_answered(((struct gather *)below)->app, kit_prompt_answer(self));
	return KIT_STAY;
}

static enum kit_next folder_given(struct kit_view *below, struct kit_view *self)
{
	struct gather *v = (struct gather *)below;

	app_set(v->app, v->app->settings.sync_dir, kit_prompt_answer(self));
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct gather *v = (struct gather *)base;

	switch (a) {
	case ACT_OPEN: case ACT_EDIT:
		if (a == ACT_OPEN && *v->app->settings.sync_dir)
			return start(v);
		return kit_open(base, kit_prompt_new(_("文件夹"), _("U盘、存储卡或共享文件夹的路径, 如 /media/usb"), v->app->settings.sync_dir, folder_given));
	case ACT_DETAILS:
		return kit_open(base, screen_arrivals_new(v->app));
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
	case ACT_OPEN:    return _("收包");
	case ACT_EDIT:    return _("设文件夹");
	case ACT_DETAILS: return _("收到的包");
	default:          return NULL;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a != ACT_CLOCK || ((struct gather *)base)->doubtful;
}

static void close_gather(struct kit_view *base)
{
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 'f', ACT_EDIT, true }, { 'd', ACT_DETAILS, true }, { 't', ACT_CLOCK, true }, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "gather", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_gather, .label = label, .offers = offers, .stale = stale,
};

struct kit_view *screen_gather_new(struct app *app)
{
	struct gather *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	return &v->base;
}
