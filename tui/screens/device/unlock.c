#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/i18n.h"
#include "sync/keys/slot.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unlock {
	struct kit_view base;
	struct app *app;
	struct keys_slots slots;
	struct kit_list list;
	struct kit_secret pin;
	bool trying;
};

static size_t row_count(void *user)
{
	return ((struct unlock *)user)->slots.count;
}

static struct kit_id row_id(void *user, size_t i)
{
	return kit_id(((struct unlock *)user)->slots.at[i].id.writer, KEYS_WRITER);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct unlock *u = user;
	uint32_t wait = keys_slots_wait(u->app->profile->dir, u->slots.at[i].label);

	snprintf(cells[0].text, KIT_CELL, "%s", u->slots.at[i].label);
	if (wait) {
		snprintf(cells[1].text, KIT_CELL, _("再等 %u 分 %02u 秒"), wait / 60, wait % 60);
		cells[1].role = KIT_SOON;
	}
}

static const struct keys_slot *chosen(const struct unlock *u)
{
	return u->list.at < u->slots.count ? &u->slots.at[u->list.at] : NULL;
}

static void title(struct kit_view *v, struct buf *left, struct buf *right)
{
	(void)v;
	(void)right;
	buf_puts(left, _("巡查"));
}

static void draw(struct kit_view *v, WINDOW *win)
{
	struct unlock *u = (struct unlock *)v;
	int h, w, rows, y;

	getmaxyx(win, h, w);
	y = h > 12;
	rows = (int)u->slots.count * (w < KIT_NARROW ? 2 : 1);
	if (rows > h - y - 3)
		rows = h - y - 3;
	kit_text(win, y++, 1, w - 2, KIT_STRONG, u->slots.count > 1 ? _("谁在用? (上下选)") : _("谁在用"));
	kit_list_draw(&u->list, v, win, y, rows < 1 ? 1 : rows);
	y += rows < 1 ? 1 : rows;
	y += h > 12;
	if (!u->slots.count)
		return;
	kit_text(win, y, 1, 4, KIT_STRONG, "PIN");
	kit_secret_draw(&u->pin, v, win, y, 5, w - 6 < 24 ? w - 6 : 24);
	if (u->trying)
		kit_text(win, y + 1, 1, w - 2, KIT_DIM, _("正在核对……"));
	else if (y + 2 < h)
		kit_paragraph(win, y + 2, 1, h - y - 2, w - 2, KIT_DIM, _("打 PIN 后按 Enter。处置卡不用 PIN: 按 Tab。"));
}

static enum err load(struct kit_view *v)
{
	struct unlock *u = (struct unlock *)v;
	enum err e;

	/* Whenever this screen is on top, nobody is unlocked. */
	app_leave(u->app);
	kit_secret_wipe(&u->pin);
	e = keys_slots_read(u->app->profile->dir, &u->slots);
	kit_list_sync(&u->list);
	for (size_t i = 0; i < u->slots.count && *u->app->wanted_label; i++)
		if (!strcmp(u->slots.at[i].label, u->app->wanted_label))
			kit_list_select(&u->list, i);
	return e;
}

static enum kit_next act(struct kit_view *v, enum kit_action a)
{
	struct unlock *u = (struct unlock *)v;

	switch (a) {
	case ACT_OPEN:
		if (!u->pin.len)
			kit_say(KIT_SOON, _("先打 PIN"));
		else
			u->trying = true;
		return KIT_STAY;
	case ACT_QUIT:
		return KIT_QUIT;
	default:
		return kit_list_act(&u->list, a);
	}
}

static bool working(struct kit_view *v)
{
	return ((struct unlock *)v)->trying;
}

static enum kit_next work(struct kit_view *v)
{
	struct unlock *u = (struct unlock *)v;
	const struct keys_slot *slot = chosen(u);
	struct buf report = { 0 };
	enum err e;

	u->trying = false;
	e = profile_unlock(u->app->profile, slot->label, u->pin.at, NULL);
	kit_secret_wipe(&u->pin);
	if (!e)
		e = app_enter(u->app);
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	snprintf(u->app->wanted_label, sizeof u->app->wanted_label, "%s", slot->label);
	if (!*u->app->label)
		snprintf(u->app->label, sizeof u->app->label, "%s", slot->label);
	if (!profile_report(u->app->profile, &report) && report.len)
		kit_say(KIT_DANGER, "%s", buf_str(&report));
	buf_clear(&report);
	return kit_open(v, app_is_staff(u->app) ? screen_desk_new(u->app) : screen_today_new(u->app));
}

static enum kit_typing typing(struct kit_view *v)
{
	return ((struct unlock *)v)->slots.count > 0;
}

static enum kit_next key(struct kit_view *v, int k)
{
	struct unlock *u = (struct unlock *)v;

	if (k == KIT_ESC && u->pin.len) {
		kit_secret_wipe(&u->pin);
		return KIT_STAY;
	}
	return kit_secret_key(&u->pin, k) ? KIT_STAY : KIT_PASS;
}

static enum kit_next paste(struct kit_view *v, const char *text)
{
	for (; *text; text++)
		kit_secret_key(&((struct unlock *)v)->pin, *text);
	return KIT_STAY;
}

static enum kit_next tap(struct kit_view *v, int y, int x)
{
	(void)x;
	kit_list_tap(&((struct unlock *)v)->list, y);
	return KIT_STAY;
}

static bool offers(struct kit_view *v, enum kit_action a)
{
	return a == ACT_OPEN ? ((struct unlock *)v)->slots.count > 0 : a != ACT_BACK;         /* there is nothing behind */
}

static const char *label(struct kit_view *v, enum kit_action a)
{
	(void)v;
	return a == ACT_OPEN ? _("解锁") : NULL;
}

static bool counting(struct kit_view *v)
{
	struct unlock *u = (struct unlock *)v;

	for (size_t i = 0; i < u->slots.count; i++)
		if (keys_slots_wait(u->app->profile->dir, u->slots.at[i].label))
			return true;
	return false;
}

static void close_unlock(struct kit_view *v)
{
	struct unlock *u = (struct unlock *)v;

	kit_secret_wipe(&u->pin);
	keys_secret_free(u->pin.at);
	free(u);
}

static const struct kit_key keys[] = {
	{ KIT_ESC, ACT_QUIT, true }, { KIT_ENTER, ACT_OPEN, true }, { KIT_TAB, ACT_CARDS, true },
	{ KIT_FN | KEY_UP, ACT_UP, false }, { KIT_FN | KEY_DOWN, ACT_DOWN, false },
	{ 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "unlock", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_unlock, .offers = offers,
	.label = label, .typing = typing, .key = key, .paste = paste, .tap = tap, .counting = counting, .work = work, .working = working,
};

static const struct kit_column columns[] = { { 24, 1, false }, { 0, 2, false } };

struct kit_view *screen_unlock_new(struct app *app)
{
	struct unlock *u = calloc(1, sizeof *u);

	if (!u)
		return NULL;
	u->base.ops = &ops;
	u->app = app;
	u->pin.at = keys_secret_new(KIT_SECRET_MAX);
	if (!u->pin.at) {
		free(u);
		return NULL;
	}
	u->list.rows = (struct kit_rows){ .user = u, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 2,
	                                  .empty = _("这台设备还没有人: 先用 xunchactl init writer 登记, 再由乡镇发证。") };
	return &u->base;
}
