#include "config.h"
#include "tui/screens/app.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/attach/along.h"
#include "sync/exchange/folder/folder.h"
#include "sync/keys/roster.h"
#include "sync/keys/town.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"
#include "tui/screens/device/whereabouts.h"
#include "tui/screens/home/cards.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

enum { CHINA = 480 /* minutes: the time zone before a pack says another */ };

int app_offset(const struct app *app)
{
	return app->pack ? app->pack->utc_offset : CHINA;
}

int64_t app_ms(const struct app *app)
{
	(void)app;
	return clock_wall();
}

int app_day(const struct app *app)
{
	return clock_day_of(clock_wall(), app_offset(app));
}

void app_short_date(const struct app *app, int32_t day, struct buf *out)
{
	struct clock_date d = clock_date(day), now = clock_date(app_day(app));

	if (d.year == now.year)
		buf_printf(out, "%02d-%02d", d.month, d.day);
	else
		buf_printf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
}

void app_since(const struct app *app, int64_t ms, struct buf *out)
{
	int32_t day = clock_day_of(ms, app_offset(app)), ago = app_day(app) - day;
	int64_t minute = (ms + (int64_t)app_offset(app) * 60000) / 60000 % 1440;

	if (ago == 0)
		buf_printf(out, _("今天 %02d:%02d"), (int)(minute / 60), (int)(minute % 60));
	else if (ago == 1)
		buf_printf(out, _("昨天 %02d:%02d"), (int)(minute / 60), (int)(minute % 60));
	else if (ago > 1 && ago < 100)
		buf_printf(out, _("%d天前"), (int)ago);
	else
		app_short_date(app, day, out);
}

const char *app_code(const struct app *app, uint32_t codes, const char *code)
{
	const struct pack_code *c = app->pack && codes != PACK_NONE ? pack_code(app->pack, codes, code) : NULL;

	return c ? pack_name(&c->label, i18n_language()) : code;
}

enum err app_keep_settings(struct app *app)
{
	struct buf path = { 0 };
	enum err e = settings_write(profile_path(app->profile, "settings", &path), &app->settings);

	buf_clear(&path);
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("已存"));
	return e;
}

void app_set(struct app *app, char setting[SETTING_TEXT], const char *text)
{
	if (!text)
		return;
	snprintf(setting, SETTING_TEXT, "%s", text);
	app_keep_settings(app);
}

bool app_is_staff(const struct app *app)
{
	return app->roles & (PACK_TOWN | PACK_TLEAD);
}

static const char *role_name(uint32_t roles)
{
	static const struct { uint32_t bit; const char *name; } names[] = {
		{ PACK_TLEAD, N_("乡镇领导") }, { PACK_TOWN, N_("应急办") }, { PACK_VADM, N_("应急管理员") }, { PACK_VHEAD, N_("村干部") },
		{ PACK_GRID, N_("网格员") }, { PACK_DEPT, N_("部门") }, { PACK_COUNTY, N_("县安委办") }, { PACK_OWNER, N_("责任单位") },
		{ PACK_EXPERT, N_("专家") }, { PACK_VIEW, N_("督查") },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (roles & names[i].bit)
			return _(names[i].name);
	return "";
}

/* Who, where, when; the time alone where there is no room. */
static void status(void *user, int cols, struct buf *out)
{
	static const char *const days[] = { N_("周日"), N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六") };
	struct app *app = user;
	int32_t day = app_day(app);
	struct clock_date d = clock_date(day);
	int64_t minute = (clock_wall() + (int64_t)app_offset(app) * 60000) / 60000 % 1440;

	if (cols < KIT_NARROW) {
		buf_printf(out, "%s  %02d:%02d", app->person, (int)(minute / 60), (int)(minute % 60));
		return;
	}
	if (*app->person)
		buf_printf(out, "%s %s%s%s   ", app->person, role_name(app->roles), *app->place ? " | " : "", app->place);
	buf_printf(out, _("%02d月%02d日 %s %02d:%02d"), d.month, d.day, _(days[clock_weekday(day)]), (int)(minute / 60), (int)(minute % 60));
}

static bool offers(void *user, struct kit_view *top, enum kit_action a)
{
	return a != ACT_CARDS || (((struct app *)user)->profile && strcmp(top->ops->name, "cards"));
}

static enum kit_next act(void *user, struct kit_view *top, enum kit_action a)
{
	struct app *app = user;

	switch (a) {
	case ACT_CARDS:
		/* From a card back to the others, not a second list upon it. */
		return top->below && !strcmp(top->below->ops->name, "cards") ? KIT_CLOSE : kit_open(top, screen_cards_new(app));
	case ACT_LOCK:
		return top->below ? KIT_CLOSE_TO_ROOT : KIT_STAY;
	default:
		return KIT_PASS;
	}
}

static int beat(void *user)
{
	return courier_beat(user);
}

enum err app_fresh(struct app *app)
{
	*app = (struct app){ .kit = { .status = status, .act = act, .offers = offers, .beat = beat }, .settings = { .theme = KIT_THEME_DARK } };
	app->kit.user = app;
	return ERR_OK;
}

enum err app_open(struct app *app, const char *dir, const char *label)
{
	struct buf path = { 0 };
	enum err e;

	app_fresh(app);
	snprintf(app->wanted_label, sizeof app->wanted_label, "%s", label ? label : "");
	e = profile_open(dir, &app->profile);
	if (e)
		return e;
	if (settings_read(profile_path(app->profile, "settings", &path), &app->settings))
		kit_say_error(ERR_FORMAT);
	buf_clear(&path);
	app->kit.mouse = app->settings.mouse;
	app->kit.idle_minutes = app->settings.idle_minutes;
	return ERR_OK;
}

/* So that anybody can carry it off without the PIN (sync.md section 9). What cannot be sealed now is sealed by the next exchange. A township has
 * nothing to send: there it is the time to say when its decisions were. */
static void seal_what_waits(struct app *app)
{
	uint32_t bundles;
	uint64_t events;

	if (!app->profile || !app->profile->identity)
		return;
	if (keys_town_here(app->profile->dir))
		truetime_settle(app->profile);
	else
		folder_seal(app->profile, &bundles, &events);
}

void app_close(struct app *app)
{
	whereabouts_stop();
	courier_stop(app);
	seal_what_waits(app);
	if (app->profile)
		profile_close(app->profile);
	*app = (struct app){ .profile = NULL };
}

/* The code of the village a writer is certified for; "" for none, several or all. */
static void village_of(const struct keys_writer *w, char out[33])
{
	unsigned villages = 0;

	out[0] = '\0';
	for (size_t i = 0; i < w->scope_count; i++)
		if (w->scopes[i].kind == 1 && !villages++)
			snprintf(out, 33, "%.*s", (int)w->scopes[i].length, (const char *)w->scopes[i].bytes);
	if (villages != 1)
		out[0] = '\0';
}

/* Pictures of a record that was kept just before the battery went. */
static void attach_left(struct app *app)
{
	unsigned attached = 0;
	enum err e = along_sweep(app->profile, &attached);

	if (e)
		kit_say(KIT_SOON, _("上次的照片还没附上: %s"), err_detail());
	else if (attached)
		kit_say(KIT_GOOD, _("上次断电前的照片 %u 张已附上"), attached);
}

void app_find_place(struct app *app)
{
	struct event_scope scope = event_scope_village(app->village);
	struct buf b = { 0 };

	if (*app->village && app->pack && !words_grid(app, app->person, &b))
		words_scope(app, &scope, &b);
	snprintf(app->place, sizeof app->place, "%s", buf_str(&b));
	buf_clear(&b);
}

enum err app_learn(struct app *app)
{
	enum err e = profile_pack_current(app->profile, &app->pack);
	/* Not before the pack: whoever reads the store may have the roster made anew. */
	const struct keys_writer *me = app->profile->roster ? keys_roster_find(app->profile->roster, app->profile->writer) : NULL;

	if (e)
		app->pack = NULL;
	if (me) {
		snprintf(app->label, sizeof app->label, "%s", me->label);
		snprintf(app->person, sizeof app->person, "%s", me->person);
		app->roles = me->roles;
		app->revoked = me->revoked;
		village_of(me, app->village);
	}
	if (!e)
		app_find_place(app);
	return e;
}

enum err app_enter(struct app *app)
{
	enum err e = app_learn(app);

	app->resume = true;
	courier_begin(app);
	draft_sweep(app->profile);
	attach_left(app);
	if (!e)
		e = cards_keep(app);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

void app_leave(struct app *app)
{
	whereabouts_stop();
	courier_stop(app);
	seal_what_waits(app);
	profile_lock(app->profile);
	app->pack = NULL;
	app->roles = 0;
	app->revoked = false;
	app->person[0] = app->label[0] = app->place[0] = app->village[0] = '\0';
}
