#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/i18n.h"
#include "sync/keys/slot.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/kit/prompt.h"
#include "tui/screens/device/enrol.h"
#include "tui/screens/device/pin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum setting { SET_LANGUAGE, SET_THEME, SET_IDLE, SET_MOUSE, SET_SYNC_DIR, SET_SYNC_URL, SET_SYNC_ALONE, SET_POSITION, SET_PHOTO, SET_SCALE, SET_PIN, SET_WORKER, SET_ABOUT, SET_COUNT };

struct preferences { struct kit_view base; struct app *app; struct kit_list list; };

static const char *const names[SET_COUNT] = {
	[SET_LANGUAGE] = N_("语言"), [SET_THEME] = N_("配色"), [SET_IDLE] = N_("几分钟不动就锁屏"), [SET_MOUSE] = N_("触摸和鼠标"),
	[SET_SYNC_DIR] = N_("同步文件夹"), [SET_SYNC_URL] = N_("乡镇网址"), [SET_SYNC_ALONE] = N_("自动同步"), [SET_POSITION] = N_("取位置的命令"), [SET_PHOTO] = N_("拍照的命令"), [SET_SCALE] = N_("缩小照片的命令"),
	[SET_PIN] = N_("改 PIN"), [SET_WORKER] = N_("添一位工作人员"), [SET_ABOUT] = N_("关于"),
};

static const char *theme_words(enum kit_theme t)
{
	return t == KIT_THEME_MONO ? _("单色") : t == KIT_THEME_LIGHT ? _("亮底") : _("暗底");
}

static size_t row_count(void *user)
{
	(void)user;
	return SET_COUNT;
}

static struct kit_id row_id(void *user, size_t i)
{
	(void)user;
	return kit_id_number(i);
}

/* The text settings by number; NULL for the others. */
static char *text_of(struct settings *s, size_t i)
{
	switch (i) {
	case SET_SYNC_DIR: return s->sync_dir;
	case SET_SYNC_URL: return s->sync_url;
	case SET_POSITION: return s->position;
	case SET_PHOTO:    return s->photo;
	case SET_SCALE:    return s->scale;
	default:           return NULL;
	}
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct settings *s = &((struct preferences *)user)->app->settings;
	const char *text = text_of(s, i);

	snprintf(cells[0].text, KIT_CELL, "%s", _(names[i]));
	switch (i) {
	case SET_LANGUAGE: snprintf(cells[1].text, KIT_CELL, "%s", !strcmp(s->language, "en") ? "English" : !strcmp(s->language, "zh") ? "中文" : _("照系统")); break;
	case SET_THEME:    snprintf(cells[1].text, KIT_CELL, "%s", theme_words(s->theme)); break;
	case SET_IDLE:
		if (s->idle_minutes)
			snprintf(cells[1].text, KIT_CELL, "%d", s->idle_minutes);
		else
			snprintf(cells[1].text, KIT_CELL, "%s", _("从不"));
		break;
	case SET_MOUSE:    snprintf(cells[1].text, KIT_CELL, "%s", s->mouse ? _("开") : _("关")); break;
	case SET_SYNC_ALONE: snprintf(cells[1].text, KIT_CELL, "%s", s->sync_by_hand ? _("关: 只在您按同步时") : _("开: 有网址时约每分钟一次")); break;
	case SET_ABOUT:    snprintf(cells[1].text, KIT_CELL, "%s %s", PACKAGE_NAME, PACKAGE_VERSION); break;
	default:
		if (text)
			snprintf(cells[1].text, KIT_CELL, "%.*s", KIT_CELL - 1, *text ? text : _("(没设)"));
		break;
	}
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("设置"));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct preferences *)base)->list, base, win, 0, getmaxy(win));
}

static enum kit_next text_given(struct kit_view *below, struct kit_view *self)
{
	struct preferences *v = (struct preferences *)below;
	char *text = text_of(&v->app->settings, v->list.at);

	if (!kit_prompt_answer(self))
		return KIT_STAY;
	if (text)
		snprintf(text, SETTING_TEXT, "%s", kit_prompt_answer(self));
	else
		v->app->settings.idle_minutes = v->app->kit.idle_minutes = atoi(kit_prompt_answer(self)) > 0 && atoi(kit_prompt_answer(self)) <= 1440 ? atoi(kit_prompt_answer(self)) : 0;
	app_keep_settings(v->app);
	return KIT_STAY;
}

static enum kit_next language_chosen(struct kit_view *below, struct kit_view *self)
{
	struct preferences *v = (struct preferences *)below;
	static const char *const codes[] = { "zh", "en", "" };
	int i = kit_choice_answer(self);

	if (i < 0)
		return KIT_STAY;
	snprintf(v->app->settings.language, sizeof v->app->settings.language, "%s", codes[i]);
	i18n_open(*codes[i] ? codes[i] : NULL);
	app_keep_settings(v->app);
	return KIT_STAY;
}

static enum kit_next choose_language(struct preferences *v)
{
	const char *now = v->app->settings.language;
	struct kit_option options[] = { { "中文", NULL, !strcmp(now, "zh") }, { "English", NULL, !strcmp(now, "en") }, { _("照系统"), NULL, !*now } };

	return kit_open(&v->base, kit_choice_new(_("语言"), NULL, options, 3, false, language_chosen));
}

/* What one types there; NULL when the name says it. */
static const char *explained(size_t i)
{
	switch (i) {
	case SET_POSITION: return _("印出位置的命令: Termux 用 termux-location, gpsd 用 gpspipe -w -n 12。空着就不取。");
	case SET_PHOTO:    return _("把照片写进 \"$1\" 的命令: Termux 用 termux-camera-photo -c 0 \"$1\"。空着就打文件路径。");
	case SET_SCALE:    return _("从 \"$1\" 写出小的 \"$2\": 如 convert \"$1\" -resize 1600x1600 -quality 70 \"jpg:$2\"。空着就原样附上, 最多 2 MiB。");
	case SET_SYNC_DIR: return _("U盘、存储卡或共享文件夹的路径, 如 /media/usb");
	case SET_SYNC_URL: return _("如 http://10.0.0.5:8080; 空着就不用网络");
	default:           return NULL;
	}
}

/* What a person at the other end of a telephone asks first. */
static enum kit_next show_about(struct preferences *v)
{
	const struct app *app = v->app;
	struct kit_view *pager;
	struct buf b = { 0 };

	buf_puts(&b, _("# 巡查 Xuncha\n村级安全巡查、训练演练、预警叫应的离线终端程序。\n记录在本机签名、加密; 乡镇收到才算送到。\n\nApache-2.0 许可。"));
	buf_printf(&b, _("\n\n版本: %s\n清单包: %s %s\n工作人员: %s %s\n记录在: %s\n"), PACKAGE_VERSION, app->pack ? app->pack->id : "-",
	           app->pack ? app->pack->version : "", app->label, app->person, app->profile ? app->profile->dir : "-");
	pager = kit_pager_new(_("关于"), buf_str(&b));
	buf_clear(&b);
	return kit_open(&v->base, pager);
}

static enum kit_next open_setting(struct preferences *v, size_t i)
{
	char minutes[16];

	switch (i) {
	case SET_LANGUAGE:
		return choose_language(v);
	case SET_THEME:
		v->app->settings.theme = (enum kit_theme)((v->app->settings.theme + 1) % KIT_THEME_COUNT);
		kit_theme_use(v->app->settings.theme);
		app_keep_settings(v->app);
		return KIT_STAY;
	case SET_MOUSE:
		v->app->settings.mouse = !v->app->settings.mouse;
		app_keep_settings(v->app);
		kit_say(KIT_PLAIN, _("下次打开程序时生效"));
		return KIT_STAY;
	case SET_SYNC_ALONE:
		v->app->settings.sync_by_hand = !v->app->settings.sync_by_hand;
		app_keep_settings(v->app);
		return KIT_STAY;
	case SET_IDLE:
		snprintf(minutes, sizeof minutes, "%d", v->app->settings.idle_minutes);
		return kit_open(&v->base, kit_prompt_new(_(names[i]), _("1 到 1440 分钟; 0 从不"), minutes, text_given));
	case SET_PIN:
		return kit_open(&v->base, screen_pin_new(v->app));
	case SET_WORKER:
		return kit_open(&v->base, screen_worker_new(v->app));
	case SET_ABOUT:
		return show_about(v);
	default:
		return kit_open(&v->base, kit_prompt_new(_(names[i]), explained(i), text_of(&v->app->settings, i), text_given));
	}
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct preferences *v = (struct preferences *)base;

	return a == ACT_OPEN ? open_setting(v, v->list.at) : kit_list_act(&v->list, a);
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct preferences *v = (struct preferences *)base;

	(void)x;
	return kit_list_tap(&v->list, y) ? open_setting(v, v->list.at) : KIT_STAY;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_OPEN ? _("改") : NULL;
}

static void close_preferences(struct kit_view *base)
{
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 'l', ACT_LOCK, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "settings", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_preferences, .label = label, .tap = tap,
};

static const struct kit_column columns[] = { { 22, 1, false }, { 0, 2, false } };

struct kit_view *screen_settings_new(struct app *app)
{
	struct preferences *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 2 };
	kit_list_select(&v->list, 0);
	return &v->base;
}
