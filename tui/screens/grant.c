/* A certificate for a new device, given at the desk: the request is read, its twenty digits are compared by voice, then who this
 * is, as what and for which village; the answer is a file for the device. Nothing is signed before the digits were confirmed. A
 * device that is enrolled and lost all it had is given its file once more. */
#include "config.h"
#include "tui/screens/town.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/enrol.h"
#include "sync/ledger/listing.h"
#include "sync/ledger/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VILLAGES_MAX = 256 };

static const uint32_t roles[] = { PACK_GRID, PACK_VADM, PACK_VHEAD, PACK_TOWN, PACK_TLEAD, PACK_DEPT, PACK_VIEW };
enum { ROLES = sizeof roles / sizeof *roles };

struct granting {
	struct kit_view base;
	struct app *app;
	struct buf request; char name[KEYS_NAME_MAX + 1], digits[KEYS_DIGITS];      /* "" until one was read */
	bool compared;
	bool again;                                                                 /* it is enrolled already: a grant once more, no certificate */
	char person[KEYS_PERSON_MAX + 1]; uint32_t role; struct event_scope scope; bool scoped;
	struct event_scope villages[VILLAGES_MAX]; size_t village_count;            /* as the dialog showed them */
	char label[33], file[SETTING_TEXT], code[KEYS_CODE];                        /* of what was given */
};

/* What each role is for, in words. */
static const char *role_words(uint32_t role)
{
	switch (role) {
	case PACK_GRID:  return _("网格员");
	case PACK_VADM:  return _("村应急管理员");
	case PACK_VHEAD: return _("村负责人");
	case PACK_TOWN:  return _("乡镇工作人员");
	case PACK_TLEAD: return _("乡镇领导");
	case PACK_DEPT:  return _("部门");
	default:         return _("只看");
	}
}

/* --- the five steps --- */

static enum kit_next file_given(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;
	const char *path = kit_prompt_answer(self);
	struct keys_request r;
	enum err e;

	if (!path || !*path)
		return KIT_STAY;
	buf_reset(&v->request);
	v->compared = v->scoped = v->again = false;
	v->name[0] = v->digits[0] = v->label[0] = v->person[0] = '\0';
	v->role = 0;
	e = fs_read(path, KEYS_REQUEST_MAX, &v->request);
	if (!e)
		e = keys_request_read(v->request.data, v->request.len, &r);
	if (e) {
		kit_say_error(err_in(e, "%s", path));
		return KIT_STAY;
	}
	v->again = keys_roster_find(v->app->profile->roster, r.id.writer) != NULL;
	snprintf(v->name, sizeof v->name, "%s", r.name);
	snprintf(v->person, sizeof v->person, "%s", r.name);
	keys_request_digits(v->request.data, v->request.len, v->digits);
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
	else if (person && *person)
		snprintf(v->person, sizeof v->person, "%s", person);
	return KIT_STAY;
}

static enum kit_next role_chosen(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;
	int i = kit_choice_answer(self);

	if (i >= 0 && i < ROLES)
		v->role = roles[i];
	return KIT_STAY;
}

static enum kit_next scope_chosen(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;
	int i = kit_choice_answer(self);

	if (i >= 0 && (size_t)i < v->village_count) {
		v->scope = v->villages[i];
		v->scoped = true;
	}
	return KIT_STAY;
}

static enum kit_next out_given(struct kit_view *below, struct kit_view *self)
{
	struct granting *v = (struct granting *)below;
	const char *path = kit_prompt_answer(self);
	struct enrol_terms terms = { .person = v->person, .roles = v->role, .scopes = { v->scope }, .scope_count = 1 };
	struct buf grant = { 0 };
	char label[33];
	enum err e;

	if (!path || !*path)
		return KIT_STAY;
	e = v->again ? enrol_again(v->app->profile, v->request.data, v->request.len, &grant, label)
	             : enrol_grant(v->app->profile, v->request.data, v->request.len, &terms, &grant, label);
	if (!e)
		e = fs_write(path, grant.data, grant.len);
	if (!e)
		e = enrol_code(v->app->profile, v->code);
	if (e) {
		kit_say_error(e);
	} else {
		snprintf(v->label, sizeof v->label, "%s", label);
		snprintf(v->file, sizeof v->file, "%s", path);
		kit_say(KIT_GOOD, v->again ? _("入网文件又写了一份: %s, 标签 %s") : _("已发证: %s, 标签 %s"), v->person, v->label);
	}
	buf_clear(&grant);
	return KIT_STAY;
}

/* --- what the steps ask --- */

static enum kit_next ask_compared(struct granting *v)
{
	char text[200];
	struct kit_option options[] = { { _("一样"), NULL, false }, { _("不一样, 或没核对"), NULL, true } };

	snprintf(text, sizeof text, _("%s 的申请。请本人在电话里念二十位数, 和这里一样才发证:\n%s"), v->name, v->digits);
	return kit_open(&v->base, kit_choice_new(_("核对"), text, options, 2, false, compared));
}

static enum kit_next ask_role(struct granting *v)
{
	struct kit_option options[ROLES];

	for (size_t i = 0; i < ROLES; i++)
		options[i] = (struct kit_option){ role_words(roles[i]), pack_role_name(roles[i]), roles[i] == v->role };
	return kit_open(&v->base, kit_choice_new(_("角色"), NULL, options, ROLES, false, role_chosen));
}

/* The whole township first, then every village that has a code. */
static enum kit_next ask_scope(struct granting *v)
{
	struct listing_query q = { .reg = "villages" };
	struct kit_option *options = calloc(VILLAGES_MAX, sizeof *options);
	struct buf names[VILLAGES_MAX] = { { 0 } };
	struct listing *l = NULL;
	enum kit_next next = KIT_STAY;
	enum err e = options ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	v->villages[0] = event_scope_all();
	v->village_count = 1;
	if (!e)
		e = listing_open(v->app->profile, &q, &l);
	for (uint32_t i = 0; !e && i < listing_count(l) && v->village_count < VILLAGES_MAX; i++) {
		struct event_scope *scope = &v->villages[v->village_count];
		struct buf code = { 0 };
		struct row row;

		if ((e = listing_row(l, i, &row)))
			break;
		words_stored(v->app, &row, "code", &code);
		if (code.len && !event_scope_parse(buf_str(&code), scope))
			words_scope(v->app, scope, &names[v->village_count++]);
		buf_clear(&code);
		row_clear(&row);
	}
	listing_close(l);
	for (size_t i = 0; !e && i < v->village_count; i++)
		options[i] = (struct kit_option){ i ? buf_str(&names[i]) : _("全镇"), NULL, v->scoped && event_scope_same(&v->scope, &v->villages[i]) };
	if (e)
		kit_say_error(e);
	else
		next = kit_open(&v->base, kit_choice_new(_("管哪里"), NULL, options, v->village_count, false, scope_chosen));
	for (size_t i = 0; i < VILLAGES_MAX; i++)
		buf_clear(&names[i]);
	free(options);
	return next;
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

static int step(WINDOW *win, int y, bool done, const char *words, const char *value)
{
	kit_text(win, y, 1, 4, done ? KIT_GOOD : KIT_KEY, done ? "[x]" : "[ ]");
	kit_text(win, y, 5, getmaxx(win) - 6, done ? KIT_DIM : KIT_PLAIN, words);
	if (*value)
		kit_text(win, ++y, 7, getmaxx(win) - 8, KIT_STRONG, value);
	return y + 1;
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct granting *v = (struct granting *)base;
	struct buf scope = { 0 }, line = { 0 };
	int y = 0;

	base->cursor_y = base->cursor_x = 0;
	if (*v->name)
		buf_printf(&line, "%s  %s", v->name, v->digits);
	if (v->scoped)
		words_scope(v->app, &v->scope, &scope);
	y = step(win, y, *v->name, _("1 申请文件"), buf_str(&line));
	if (v->again) {
		y += kit_paragraph(win, y, 5, 3, getmaxx(win) - 6, KIT_STRONG, _("这台设备已经入网, 不再发证。它丢了全部数据就按 6: 再写一份入网文件。"));
	} else {
		y = step(win, y, v->compared, _("2 请本人念二十位数, 核对"), "");
		y = step(win, y, *v->person && v->compared, _("3 姓名: 证书上的人"), v->person);
		y = step(win, y, v->role, _("4 角色"), v->role ? role_words(v->role) : "");
		y = step(win, y, v->scoped, _("5 管哪里"), buf_str(&scope));
	}
	y = step(win, y, *v->label, v->again ? _("6 写入网文件, 送回那台设备") : _("6 发证: 写入网文件, 送回那台设备"), v->file);
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
	case ACT_ANSWER_4: return ask_role(v);
	case ACT_ANSWER_5: return ask_scope(v);
	case ACT_ANSWER_6: return kit_open(base, kit_prompt_new(_("入网文件"), _("写到哪里, 如 /media/usb/入网.xcg"), v->app->settings.sync_dir, out_given));
	default:           return KIT_PASS;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct granting *v = (struct granting *)base;

	switch (a) {
	case ACT_ANSWER_2: return *v->name && !v->again;
	case ACT_ANSWER_3: case ACT_ANSWER_4: case ACT_ANSWER_5: return v->compared;
	case ACT_ANSWER_6: return can_give(v);
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
	case ACT_ANSWER_6: return _("发证");
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
	{ '6', ACT_ANSWER_6, true }, { 0, ACT_NONE, false },
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
