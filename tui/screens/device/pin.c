#include "config.h"
#include "tui/screens/device/pin.h"

#include "forms/base/i18n.h"
#include "sync/keys/slot.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLD, NEW, AGAIN, FIELDS };

struct pin {
	struct kit_view base;
	struct app *app;
	struct kit_secret secret[FIELDS];
	int at, first;                          /* first: OLD, or NEW when there is no old one */
	bool trying;
	char name[128];
	enum err (*use)(struct app *app, const char *name, const char *pin);
};

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)right;
	struct pin *p = (struct pin *)base;

	buf_printf(left, p->use ? _("设 PIN: %s") : _("改 PIN: %s"), p->name);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	static const char *const labels[FIELDS] = { N_("现在的 PIN"), N_("新 PIN"), N_("再打一遍") };
	struct pin *p = (struct pin *)base;
	int cols = getmaxx(win), y = 0, cursor_y = 0, cursor_x = 0;

	y += kit_paragraph(win, y, 1, 2, cols - 2, KIT_DIM, _("六位以上的数字, 或八个字符以上的口令。忘了没人能找回, 只能重新登记。"));
	for (int i = p->first; i < FIELDS; i++) {
		kit_text(win, y + i, 1, 14, i == p->at ? KIT_STRONG : KIT_PLAIN, _(labels[i]));
		kit_secret_draw(&p->secret[i], base, win, y + i, 16, cols - 18 < 24 ? cols - 18 : 24);
		if (i == p->at) {
			cursor_y = base->cursor_y;
			cursor_x = base->cursor_x;
		}
	}
	base->cursor_y = cursor_y;
	base->cursor_x = cursor_x;
	if (p->trying)
		kit_text(win, y + FIELDS + 1, 1, cols - 2, KIT_DIM, _("正在核对……"));
}

/* Which of the two has the slip cannot be seen. */
static void differs(struct pin *p)
{
	kit_secret_wipe(&p->secret[AGAIN]);
	kit_say(KIT_DANGER, _("两遍不一样: 第二遍重打; 要改第一遍按上键"));
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct pin *p = (struct pin *)base;

	switch (a) {
	case ACT_UP: case ACT_PREVIOUS: p->at -= p->at > p->first; return KIT_STAY;
	case ACT_DOWN: case ACT_NEXT:   p->at += p->at + 1 < FIELDS; return KIT_STAY;
	case ACT_OPEN:
		if (p->at + 1 < FIELDS)
			p->at++;
		else if (strcmp(p->secret[NEW].at, p->secret[AGAIN].at))
			differs(p);
		else if (keys_pin_check(p->secret[NEW].at))
			kit_say_error(ERR_PIN);
		else
			p->trying = true;
		return KIT_STAY;
	default:
		return KIT_PASS;
	}
}

static bool working(struct kit_view *base)
{
	return ((struct pin *)base)->trying;
}

static enum kit_next work(struct kit_view *base)
{
	struct pin *p = (struct pin *)base;
	enum err e = p->use ? p->use(p->app, p->name, p->secret[NEW].at)
	                    : keys_slots_change(p->app->profile->dir, p->name, p->secret[OLD].at, p->secret[NEW].at, keys_kdf_calibrated(), NULL);

	p->trying = false;
	if (e == ERR_FULL) {                    /* what was typed is right: Enter tries it again */
		kit_say(KIT_DANGER, "%s", p->use ? _("PIN 没设成: 存储满了, 腾出空间再按 Enter") : _("PIN 没改, 还是原来的: 存储满了, 腾出空间再按 Enter"));
		return KIT_STAY;
	}
	for (int i = 0; i < FIELDS; i++)
		kit_secret_wipe(&p->secret[i]);
	p->at = p->first;
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	kit_say(KIT_GOOD, _("PIN 设好了"));
	return KIT_CLOSE;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	return a != ACT_OPEN ? NULL : ((struct pin *)base)->at + 1 < FIELDS ? _("下一栏") : _("设好");
}

static enum kit_typing typing(struct kit_view *base)
{
	(void)base;
	return KIT_TYPING_TEXT;
}

static enum kit_next key(struct kit_view *base, int k)
{
	struct pin *p = (struct pin *)base;

	return kit_secret_key(&p->secret[p->at], k) ? KIT_STAY : KIT_PASS;
}

static void close_pin(struct kit_view *base)
{
	struct pin *p = (struct pin *)base;

	for (int i = 0; i < FIELDS; i++)
		keys_secret_free(p->secret[i].at);
	free(p);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { KIT_FN | KEY_UP, ACT_UP, false }, { KIT_FN | KEY_DOWN, ACT_DOWN, false }, { KIT_TAB, ACT_NEXT, false },
	{ KIT_FN | KEY_BTAB, ACT_PREVIOUS, false }, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "pin", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_pin, .typing = typing, .key = key,
	.label = label, .work = work, .working = working,
};

static struct kit_view *make(struct app *app, const char *name, enum err (*use)(struct app *app, const char *name, const char *pin))
{
	struct pin *p = calloc(1, sizeof *p);
	bool ok = p != NULL;

	for (int i = 0; ok && i < FIELDS; i++) {
		p->secret[i].at = keys_secret_new(KIT_SECRET_MAX);
		ok = p->secret[i].at != NULL;
	}
	if (!ok) {
		if (p)
			close_pin(&p->base);
		return NULL;
	}
	p->base.ops = &ops;
	p->app = app;
	p->use = use;
	p->first = p->at = use ? NEW : OLD;
	snprintf(p->name, sizeof p->name, "%s", name);
	return &p->base;
}

struct kit_view *screen_pin_new(struct app *app)
{
	return make(app, app->wanted_label, NULL);
}

struct kit_view *screen_pin_first_new(struct app *app, const char *name, enum err (*use)(struct app *app, const char *name, const char *pin))
{
	return make(app, name, use);
}
