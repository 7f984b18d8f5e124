/* A certificate for a new device, given at the desk: the request is read, its twenty digits are compared by voice, then who this
 * is, as what, for which village, and which lost device it takes the place of; the answer is a file for the device, or is laid out
 * for it to fetch when the request came through the server. Nothing is signed before the digits were confirmed. A
 * device that is enrolled and lost all it had is given its file once more. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/exchange/trust/enrol_waiting.h"
#include "sync/keys/roster.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"
#include "tui/screens/terms.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLD_MAX = 16 };

struct granting {
	struct kit_view base;
	struct app *app;
	struct buf request; char name[KEYS_NAME_MAX + 1], digits[KEYS_DIGITS];      /* "" until one was read */
	bool compared, online;                                                      /* online: it came through the server, and the grant goes back that way */
	bool again;                                                                 /* it is enrolled already: a grant once more, no certificate */
	bool unwritten;                                                             /* it was certified here just now, but its grant has not been put out */
	char person[KEYS_PERSON_MAX + 1]; uint32_t role; struct event_scope scope; bool scoped;
	struct terms_places places;                                                 /* as the dialog showed them */
	char old[OLD_MAX][33], succeeds[33]; size_t old_count;                      /* devices of the same person; the one it replaces, "" none */
	char label[33], file[SETTING_TEXT], code[KEYS_CODE];                        /* of what was given */
};

/* --- the steps --- */

static void forget(struct granting *v)
{
	buf_reset(&v->request);
	v->compared = v->scoped = v->online = v->again = v->unwritten = false;
	v->name[0] = v->digits[0] = v->label[0] = v->person[0] = v->succeeds[0] = v->file[0] = v->code[0] = '\0';
	v->role = 0;
}

/* v->request holds it. */
static enum err request_read(struct granting *v)
{
	struct keys_request r;
	enum err e = keys_request_read(v->request.data, v->request.len, &r);

	if (e)
		return e;
	snprintf(v->name, sizeof v->name, "%s", r.name);
	snprintf(v->person, sizeof v->person, "%s", r.name);
	keys_request_digits(v->request.data, v->request.len, v->digits);
	v->again = keys_roster_find(v->app->profile->roster, r.id.writer) != NULL;
	v->online = enrol_waiting_has(v->app->profile, &v->request);
	return ERR_OK;
}

static enum kit_next file_given(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;
	const char *path = kit_prompt_answer(self);
	enum err e;

	if (!path || !*path)
		return KIT_STAY;
	forget(v);
	e = fs_read(path, KEYS_REQUEST_MAX, &v->request);
	if (!e)
		e = request_read(v);
	if (e)
		kit_say_error(err_in(e, "%s", path));
	return KIT_STAY;
}

static enum kit_next compared(struct kit_view *below, struct kit_view *self)
{
	((struct granting *)below)->compared = kit_choice_answer(self) == 0;
	return KIT_STAY;
}

static enum kit_next person_given(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;
	const char *person = kit_prompt_answer(self);

	if (person && strlen(person) > KEYS_PERSON_MAX)
		kit_say(KIT_SOON, _("姓名太长"));
	else if (person && *person && strcmp(person, v->person)) {
		snprintf(v->person, sizeof v->person, "%s", person);
		v->succeeds[0] = '\0';                        /* another person's device is no predecessor */
	}
	return KIT_STAY;
}

static enum kit_next role_chosen(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;
	int i = kit_choice_answer(self);

	if (i >= 0 && i < TERMS_ROLES)
		v->role = terms_roles[i];
	return KIT_STAY;
}

static enum kit_next scope_chosen(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;

	v->scoped |= terms_scope_chosen(&v->places, self, &v->scope);
	return KIT_STAY;
}

static enum kit_next old_chosen(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;
	int i = kit_choice_answer(self);

	if (i == 0)
		v->succeeds[0] = '\0';
	else if (i > 0 && (size_t)i <= v->old_count)
		snprintf(v->succeeds, sizeof v->succeeds, "%s", v->old[i - 1]);
	return KIT_STAY;
}

/* After a failure: a certificate that was made stands, and its grant can then be made again without one. ERR_EXISTS: somebody else made it. */
static void look_again(struct granting *v, enum err e)
{
	struct keys_request r;
	bool in = !keys_request_read(v->request.data, v->request.len, &r) && keys_roster_find(v->app->profile->roster, r.id.writer);

	v->unwritten |= in && !v->again && e != ERR_EXISTS;
	v->again = in;
}

/* Sign it; `path` NULL lays it out where the device fetches it. */
static enum kit_next give(struct granting *v, const char *path)
{
	struct enrol_terms terms = { .person = v->person, .roles = v->role, .scopes = { v->scope }, .scope_count = 1, .succeeds = *v->succeeds ? v->succeeds : NULL };
	struct buf grant = { 0 };
	char label[33];
	enum err e = enrol_code(v->app->profile, v->code);

	/* A path that cannot be written is found before the certificate is made, which is for good. */
	if (!e && path)
		e = fs_try_write(path);
	if (!e)
		e = v->again ? enrol_again(v->app->profile, v->request.data, v->request.len, &grant, label)
		             : enrol_grant(v->app->profile, v->request.data, v->request.len, &terms, &grant, label);
	if (!e)
		e = path ? fs_write(path, grant.data, grant.len) : enrol_waiting_answer(v->app->profile, &v->request, &grant);
	if (e) {
		kit_say_error(e);
		look_again(v, e);
	} else {
		snprintf(v->label, sizeof v->label, "%s", label);
		snprintf(v->file, sizeof v->file, "%s", path ? path : _("那台设备自己来取: 入网页按 3"));
		v->again &= !v->unwritten;
		v->unwritten = false;
		kit_say(KIT_GOOD, v->again ? _("入网文件又写了一份: %s, 标签 %s") : _("已发证: %s, 标签 %s"), v->person, v->label);
	}
	buf_clear(&grant);
	return KIT_STAY;
}

static enum kit_next out_given(struct kit_view *below, struct kit_view *self)
{
	const char *path = kit_prompt_answer(self);

	return path && *path ? give((struct granting *)below, path) : KIT_STAY;
}

static enum kit_next give_confirmed(struct kit_view *below, struct kit_view *self)
{
	return kit_choice_answer(self) == 0 ? give((struct granting *)below, NULL) : KIT_STAY;
}

/* --- what the steps ask --- */

static enum kit_next ask_compared(struct granting *v)
{
	char text[200];
	struct kit_option options[] = { { _("一样"), NULL, false }, { _("不一样, 或没核对"), NULL, true } };

	snprintf(text, sizeof text, _("%s 的申请。请本人在电话里念二十位数, 和这里一样才发证:\n%s"), v->name, v->digits);
	return kit_open(&v->base, kit_choice_new(_("核对"), text, options, 2, false, compared));
}

/* Devices that this person has: a lost key's records then go on under the new one. */
static enum kit_next ask_old(struct granting *v)
{
	const struct keys_roster *roster = v->app->profile->roster;
	struct kit_option options[OLD_MAX + 1] = { { _("不接替: 头一台, 或旧的还在用"), NULL, !*v->succeeds } };
	char words[OLD_MAX][120];

	v->old_count = 0;
	for (size_t i = 0; i < keys_roster_count(roster) && v->old_count < OLD_MAX; i++) {
		const struct keys_writer *w = keys_roster_at(roster, i);

		if (!w || strcmp(w->person, v->person))
			continue;
		snprintf(v->old[v->old_count], sizeof *v->old, "%s", w->label);
		snprintf(words[v->old_count], sizeof *words, "%s %s%s", w->label, w->person, w->revoked ? _("  已吊销") : "");
		options[v->old_count + 1] = (struct kit_option){ words[v->old_count], NULL, !strcmp(v->succeeds, w->label) };
		v->old_count++;
	}
	if (!v->old_count) {
		kit_say(KIT_PLAIN, _("%s 没有别的设备, 不用接替"), v->person);
		return KIT_STAY;
	}
	return kit_open(&v->base, kit_choice_new(_("接替哪台"), _("同一个人的旧设备丢了、坏了: 新设备接着它的记录。丢的还要另外吊销。"), options, v->old_count + 1, false, old_chosen));
}

static enum kit_next ask_out(struct granting *v)
{
	struct kit_option options[] = { { _("发证"), NULL, false }, { _("先不发"), NULL, true } };

	if (!v->online)
		return kit_open(&v->base, kit_prompt_new(_("入网文件"), _("写到哪里, 如 /media/usb/入网.xcg"), v->app->settings.sync_dir, out_given));
	return kit_open(&v->base, kit_choice_new(_("发证"), _("申请是经网络来的: 发证后那台设备自己来取入网文件, 不用带U盘。"), options, 2, false, give_confirmed));
}

/* --- the view --- */

static bool can_give(const struct granting *v)
{
	return (v->again || (v->compared && *v->person && v->role && v->scoped)) && !*v->label;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	(void)base;
	(void)right;
	buf_puts(left, _("发证: 让一台新设备入网"));
}

static const char *last_step(const struct granting *v)
{
	if (v->again)
		return v->online ? _("7 入网文件等那台设备来取") : _("7 写入网文件, 送回那台设备");
	return v->online ? _("7 发证: 入网文件等那台设备来取") : _("7 发证: 写入网文件, 送回那台设备");
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct granting *v = (struct granting *)base;
	struct buf scope = { 0 }, line = { 0 };
	int y = 0;

	base->cursor_y = base->cursor_x = 0;
	if (*v->name)
		buf_printf(&line, "%s  %s%s", v->digits, v->name, v->online ? _("  经网络") : "");
	if (v->scoped)
		words_scope(v->app, &v->scope, &scope);
	y = kit_step(win, y, *v->name, _("1 申请文件"), buf_str(&line));
	if (v->again) {
		y += kit_paragraph(win, y, 5, 3, getmaxx(win) - 6, KIT_STRONG, v->unwritten ? _("证书已发, 只差入网文件。") : _("这台设备已经入网, 不再发证。它丢了全部数据就按 7: 再写一份入网文件。"));
	} else {
		y = kit_step(win, y, v->compared, _("2 请本人念二十位数, 核对"), "");
		y = kit_step(win, y, *v->person && v->compared, _("3 姓名: 证书上的人"), v->person);
		y = kit_step(win, y, v->role, _("4 角色"), v->role ? terms_role(v->role) : "");
		y = kit_step(win, y, v->scoped, _("5 管哪里"), buf_str(&scope));
		y = kit_step(win, y, *v->succeeds, _("6 接替的旧设备 (没有就跳过)"), v->succeeds);
	}
	y = kit_step(win, y, *v->label, last_step(v), v->file);
	if (*v->label) {
		buf_reset(&line);
		buf_printf(&line, _("标签 %s。把乡镇的代码念给本人: %s"), v->label, v->code);
		kit_paragraph(win, y, 1, getmaxy(win) - y, getmaxx(win) - 2, KIT_GOOD, buf_str(&line));
	}
	buf_clear(&line);
	buf_clear(&scope);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct granting *v = (struct granting *)base;

	switch (a) {
	case ACT_ANSWER_1: return kit_open(base, kit_prompt_new(_("申请文件"), _("新设备写的申请文件在哪里"), v->app->settings.sync_dir, file_given));
	case ACT_ANSWER_2: return ask_compared(v);
	case ACT_ANSWER_3: return kit_open(base, kit_prompt_new(_("姓名"), _("证书上的人: 同一个人的几台设备写一样的姓名"), v->person, person_given));
	case ACT_ANSWER_4: return terms_ask_role(base, v->role, false, role_chosen);
	case ACT_ANSWER_5: return terms_ask_scope(base, v->app, &v->places, v->scoped ? &v->scope : NULL, scope_chosen);
	case ACT_ANSWER_6: return ask_old(v);
	case ACT_ANSWER_7: return ask_out(v);
	default:           return KIT_PASS;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct granting *v = (struct granting *)base;

	switch (a) {
	case ACT_ANSWER_2: return *v->name && !v->again;
	case ACT_ANSWER_3: case ACT_ANSWER_4: case ACT_ANSWER_5: return v->compared && !v->again && !*v->label;
	case ACT_ANSWER_6: return v->compared && *v->person && !v->again && !*v->label;
	case ACT_ANSWER_7: return can_give(v);
	default:           return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	switch (a) {
	case ACT_ANSWER_1: return _("申请文件");
	case ACT_ANSWER_2: return _("核对");
	case ACT_ANSWER_3: return _("姓名");
	case ACT_ANSWER_4: return _("角色");
	case ACT_ANSWER_5: return _("管哪里");
	case ACT_ANSWER_6: return _("接替");
	case ACT_ANSWER_7: return _("发证");
	default:           return NULL;
	}
}

static void close_granting(struct kit_view *base)
{
	buf_clear(&((struct granting *)base)->request);
	free(base);
}

static const struct kit_key keys[] = {
	{ '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { '4', ACT_ANSWER_4, true }, { '5', ACT_ANSWER_5, true },
	{ '6', ACT_ANSWER_6, true }, { '7', ACT_ANSWER_7, true }, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "grant", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_granting, .offers = offers, .label = label,
};

struct kit_view *screen_grant_new(struct app *app)
{
	struct granting *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	return &v->base;
}

struct kit_view *screen_grant_asked_new(struct app *app, const char *digits)
{
	struct kit_view *base = screen_grant_new(app);
	struct granting *v = (struct granting *)base;
	enum err e;

	if (!v)
		return NULL;
	e = enrol_waiting_find(app->profile, digits, &v->request);
	if (!e)
		e = request_read(v);
	if (e) {
		forget(v);
		kit_say_error(e);
	}
	return base;
}
