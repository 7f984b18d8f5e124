#include "config.h"
#include "tui/screens/device/enrol.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/keys/roster.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"
#include "tui/screens/device/pin.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool enrol_is_certified(const struct app *app)
{
	return app->profile->roster && keys_roster_find(app->profile->roster, app->profile->writer) != NULL;
}

/* --- request and grant --- */
struct enrol_view {
	struct kit_view base;
	struct app *app;
	char digits[KEYS_DIGITS];
	char request[SETTING_TEXT];             /* where the request lies */
	bool online;                            /* that is the township's server */
	struct buf grant;                       /* read, waiting for the code */
};

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("入网"));
}

static int step(WINDOW *win, int y, bool done, const char *words)
{
	int cols = getmaxx(win);

	kit_text(win, y, 1, 4, done ? KIT_GOOD : KIT_KEY, done ? "[x]" : "[ ]");
	return y + kit_paragraph(win, y, 5, 4, cols - 6, done ? KIT_DIM : KIT_PLAIN, words);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct enrol_view *v = (struct enrol_view *)base;
	bool done = enrol_is_certified(v->app);
	int y = 0;
	char line[600];

	base->cursor_y = base->cursor_x = 0;
	y = step(win, y, *v->digits, _("1 写申请: 写成一个文件, 送到乡镇 (U盘、聊天都行)。有网络就按 3 交给乡镇的服务"));
	if (*v->digits && !done) {
		snprintf(line, sizeof line, v->online ? _("已交到 %s") : _("已写 %s"), v->request);
		y += kit_paragraph(win, y, 5, 2, getmaxx(win) - 6, KIT_DIM, line);
		snprintf(line, sizeof line, _("打电话念给乡镇核对:  %s"), v->digits);
		y += kit_paragraph(win, y, 5, 2, getmaxx(win) - 6, KIT_STRONG, line);
	}
	y = step(win, y, done, _("2 收入网文件: 乡镇发回的文件 (用网络申请的再按 3 去取), 再打乡镇念给您的 32 位数"));
	if (done)
		kit_text(win, y + 1, 1, getmaxx(win) - 2, KIT_GOOD, _("入网好了。Esc 回去就可以用。"));
}

static enum kit_next request_given(struct kit_view *below, struct kit_view *self)
{
	struct enrol_view *v = (struct enrol_view *)below;
	const char *path = kit_prompt_answer(self);
	struct buf request = { 0 };
	enum err e;

	if (!path || !*path)
		return KIT_STAY;
	e = enrol_request(v->app->profile, v->app->wanted_label, &request);
	if (!e)
		e = fs_write(path, request.data, request.len);
	if (e) {
		kit_say_error(e);
	} else {
		keys_request_digits(request.data, request.len, v->digits);
		snprintf(v->request, sizeof v->request, "%s", path);
		v->online = false;
	}
	buf_clear(&request);
	return e ? kit_prompt_again(below, self) : KIT_STAY;
}

static enum kit_next code_given(struct kit_view *below, struct kit_view *self)
{
	struct enrol_view *v = (struct enrol_view *)below;
	enum err e;

	if (!kit_prompt_answer(self))
		return KIT_STAY;
	e = enrol_accept(v->app->profile, v->grant.data, v->grant.len, kit_prompt_answer(self));
	if (!e)
		e = app_enter(v->app);
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("入网好了"));
	return e ? kit_prompt_again(below, self) : KIT_STAY;
}

static enum kit_next ask_code(struct enrol_view *v)
{
	return kit_open(&v->base, kit_prompt_new(_("乡镇的代码"), _("乡镇念给您的 32 位数 (空格不要紧)。不对就不信这个文件。"), "", code_given));
}

static enum kit_next grant_given(struct kit_view *below, struct kit_view *self)
{
	struct enrol_view *v = (struct enrol_view *)below;
	const char *path = kit_prompt_answer(self);
	enum err e;

	if (!path || !*path)
		return KIT_STAY;
	e = fs_read(path, ENROL_FILE_MAX, &v->grant);
	if (e) {
		kit_say_error(e);
		return kit_prompt_again(below, self);
	}
	return ask_code(v);
}

/* --- by network --- */

static enum kit_next asked(struct kit_view *below, struct kit_view *self)
{
	struct enrol_view *v = (struct enrol_view *)below;

	(void)self;
	return v->grant.len ? ask_code(v) : KIT_STAY;
}

static enum kit_next url_given(struct kit_view *below, struct kit_view *self)
{
	struct enrol_view *v = (struct enrol_view *)below;
	const char *url = kit_prompt_answer(self);
	struct kit_view *way;

	if (!url || !*url)
		return KIT_STAY;
	snprintf(v->request, sizeof v->request, "%s", url);
	*v->digits = '\0';
	buf_reset(&v->grant);
	v->online = true;
	way = screen_enrol_online_new(v->app, v->request, v->digits, &v->grant);
	if (way)
		way->done = asked;
	return kit_open(below, way);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct enrol_view *v = (struct enrol_view *)base;

	switch (a) {
	case ACT_ANSWER_1:
		return kit_open(base, kit_prompt_new(_("写申请"), _("申请文件写到哪里, 如 /media/usb/申请.xcq"), "", request_given));
	case ACT_ANSWER_2:
		return kit_open(base, kit_prompt_new(_("收入网文件"), _("乡镇发回的文件在哪里"), "", grant_given));
	case ACT_ANSWER_3:
		return kit_open(base, kit_prompt_new(_("用网络入网"), _("乡镇网址, 如 http://10.0.0.5:8080; 还没批准就交申请, 批准了就取回来"), v->app->settings.sync_url, url_given));
	default:
		return KIT_PASS;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_ANSWER_1 ? _("写申请") : a == ACT_ANSWER_2 ? _("收入网文件") : a == ACT_ANSWER_3 ? _("用网络") : NULL;
}

static void close_enrol(struct kit_view *base)
{
	buf_clear(&((struct enrol_view *)base)->grant);
	free(base);
}

static const struct kit_key keys[] = { { '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "enrol", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_enrol, .label = label,
};

struct kit_view *screen_enrol_new(struct app *app)
{
	struct enrol_view *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	return &v->base;
}

/* --- one more worker --- */
static struct app *for_app;

static enum err add_worker(struct app *app, const char *name, const char *pin)
{
	return enrol_add(app->profile, name, pin, keys_kdf_calibrated());
}

static enum kit_next name_given(struct kit_view *below, struct kit_view *self)
{
	const char *name = kit_prompt_answer(self);

	return name && *name ? kit_open(below, screen_pin_first_new(for_app, name, add_worker)) : KIT_STAY;
}

struct kit_view *screen_worker_new(struct app *app)
{
	for_app = app;
	return kit_prompt_new(_("添一位工作人员"), _("姓名 (锁屏上选人用)"), "", name_given);
}

/* --- the first worker of a new device --- */
struct first { struct kit_view base; struct app *app; char dir[4096]; bool made; };

static void first_title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("巡查: 新设备"));
}

static void first_draw(struct kit_view *base, WINDOW *win)
{
	struct first *f = (struct first *)base;
	char line[4400];

	base->cursor_y = base->cursor_x = 0;
	snprintf(line, sizeof line, _("这里还没有巡查的记录: %s\n\n按 Enter 登记第一位工作人员: 姓名和 PIN。记录在本机加密, PIN 只有自己知道, 忘了没人能找回。"), f->dir);
	kit_paragraph(win, 1, 1, getmaxy(win) - 1, getmaxx(win) - 2, KIT_PLAIN, line);
}

static struct first *the_first;

static enum err make_profile(struct app *app, const char *name, const char *pin)
{
	enum err e = enrol_create(the_first->dir, name, pin, keys_kdf_calibrated());

	if (!e)
		e = app_open(app, the_first->dir, name);
	the_first->made = !e;
	return e;
}

static enum kit_next first_name(struct kit_view *below, struct kit_view *self)
{
	struct first *f = (struct first *)below;
	const char *name = kit_prompt_answer(self);

	the_first = f;
	return name && *name ? kit_open(below, screen_pin_first_new(f->app, name, make_profile)) : KIT_STAY;
}

static enum kit_next first_act(struct kit_view *base, enum kit_action a)
{
	if (a == ACT_OPEN)
		return kit_open(base, kit_prompt_new(_("第一位工作人员"), _("姓名 (锁屏上选人用)"), "", first_name));
	return a == ACT_BACK ? KIT_QUIT : KIT_PASS;
}

static bool first_working(struct kit_view *base)
{
	return ((struct first *)base)->made;
}

static enum kit_next first_work(struct kit_view *base)
{
	struct first *f = (struct first *)base;

	f->made = false;
	f->base.open = screen_unlock_new(f->app);
	return f->base.open ? KIT_REPLACE : KIT_QUIT;
}

static const char *first_label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_OPEN ? _("登记") : a == ACT_BACK ? _("退出") : NULL;
}

static void first_close(struct kit_view *base)
{
	free(base);
}

static const struct kit_key first_keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 0, ACT_NONE, false } };

static const struct kit_view_ops first_ops = {
	.name = "first", .keys = first_keys, .title = first_title, .draw = first_draw, .act = first_act, .close = first_close,
	.label = first_label, .working = first_working, .work = first_work,
};

struct kit_view *screen_first_new(struct app *app, const char *dir)
{
	struct first *f = calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->base.ops = &first_ops;
	f->app = app;
	snprintf(f->dir, sizeof f->dir, "%s", dir);
	return &f->base;
}
