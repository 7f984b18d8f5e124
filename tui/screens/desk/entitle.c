/* More to do for somebody who is in: a role or a village added to his certificate, or the township's key put in his hands. Nothing is
 * taken away here: that is a revocation, and a new certificate after it. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/exchange/trust/trust.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/screens/terms.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entitling {
	struct kit_view base;
	struct app *app;
	char label[33];
	uint32_t roles;                         /* to be added */
	struct event_scope scope; bool scoped;
	struct terms_places places;
};

/* A copy: whoever reads the store, for the name of a village too, may have the roster made anew. */
static bool find(const struct entitling *v, struct keys_writer *out)
{
	const struct keys_writer *w = keys_roster_find_label(v->app->profile->roster, v->label);

	if (w)
		*out = *w;
	return w != NULL;
}

static enum kit_next roles_ticked(struct kit_view *below, struct kit_view *self)
{
	struct entitling *v = (struct entitling *)below;

	if (!kit_choice_confirmed(self))
		return KIT_STAY;
	v->roles = 0;
	for (size_t i = 0; i < TERMS_ROLES; i++)
		v->roles |= kit_choice_on(self, i) ? terms_roles[i] : 0;
	return KIT_STAY;
}

static enum kit_next scope_chosen(struct kit_view *below, struct kit_view *self)
{
	struct entitling *v = (struct entitling *)below;

	v->scoped |= terms_scope_chosen(&v->places, self, &v->scope);
	return KIT_STAY;
}

static enum kit_next confirmed(struct kit_view *below, struct kit_view *self)
{
	struct entitling *v = (struct entitling *)below;
	enum err e;

	if (kit_choice_answer(self) != 0)
		return KIT_STAY;
	kit_say_now(_("正在发证…"));
	e = enrol_extend(v->app->profile, v->label, v->roles, &v->scope, v->scoped);
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	v->roles = 0;
	v->scoped = false;
	kit_say(KIT_GOOD, _("标签 %s 已加上; 设备下次同步后就能用"), v->label);
	return KIT_STAY;
}

static enum kit_next authority_confirmed(struct kit_view *below, struct kit_view *self)
{
	struct entitling *v = (struct entitling *)below;
	enum err e;

	if (kit_choice_answer(self) != 1)
		return KIT_STAY;
	kit_say_now(_("正在发证…"));
	e = trust_admit(v->app->profile, v->label);
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("标签 %s 现在也能用授权钥匙"), v->label);
	return KIT_STAY;
}

static void words_of(const struct entitling *v, const struct keys_writer *w, struct buf *out)
{
	buf_printf(out, "%s %s: ", w->label, w->person);
	terms_roles_words(w->roles, out);
	for (size_t i = 0; i < w->scope_count; i++) {
		buf_puts(out, i ? _("、") : "  ");
		words_scope(v->app, &w->scopes[i], out);
	}
	if (trust_has_authority(v->app->profile, w->writer))
		buf_puts(out, _("  可用授权钥匙"));
}

static enum kit_next ask_confirm(struct entitling *v)
{
	struct kit_option options[] = { { _("加上"), NULL, false }, { _("先不加"), NULL, true } };
	struct keys_writer w;
	struct buf text = { 0 };
	struct kit_view *choice;

	if (!find(v, &w))
		return KIT_STAY;
	words_of(v, &w, &text);
	buf_puts(&text, _("\n加: "));
	terms_roles_words(v->roles, &text);
	if (v->scoped) {
		buf_puts(&text, "  ");
		words_scope(v->app, &v->scope, &text);
	}
	buf_puts(&text, _("\n角色在他的每个范围里都有效。加上后只能吊销再重新入网才能减。"));
	choice = kit_choice_new(_("加角色、加范围"), buf_str(&text), options, 2, false, confirmed);
	buf_clear(&text);
	return kit_open(&v->base, choice);
}

static enum kit_next ask_authority(struct entitling *v)
{
	struct kit_option options[] = { { _("不给"), NULL, true }, { _("也给他用"), NULL, false } };

	return kit_open(&v->base, kit_choice_new(_("授权钥匙"), _("能用授权钥匙的人可以发证、吊销、发布清单包、令删除。收回要吊销并换根。"), options, 2, false, authority_confirmed));
}

/* --- the view --- */

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct keys_writer w;
	bool there = find((struct entitling *)base, &w);

	(void)right;
	buf_printf(left, _("名册: %s %s"), there ? w.label : "", there ? w.person : "");
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct entitling *v = (struct entitling *)base;
	struct keys_writer w;
	struct buf now = { 0 }, roles = { 0 }, scope = { 0 };
	int y = 0;

	base->cursor_y = base->cursor_x = 0;
	if (!find(v, &w))
		return;
	words_of(v, &w, &now);
	terms_roles_words(v->roles, &roles);
	if (v->scoped)
		words_scope(v->app, &v->scope, &scope);
	y += kit_paragraph(win, y, 1, 4, getmaxx(win) - 2, KIT_STRONG, buf_str(&now));
	kit_rule(win, y++);
	y = kit_step(win, y, v->roles, _("1 加什么角色"), buf_str(&roles));
	y = kit_step(win, y, v->scoped, _("2 加哪个村"), buf_str(&scope));
	y = kit_step(win, y, false, _("3 加上"), "");
	if (w.roles & PACK_TOWN)
		kit_step(win, y, trust_has_authority(v->app->profile, w.writer), _("4 也给他用授权钥匙"), "");
	buf_clear(&now);
	buf_clear(&roles);
	buf_clear(&scope);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct entitling *v = (struct entitling *)base;

	switch (a) {
	case ACT_ANSWER_1: return terms_ask_role(base, v->roles, true, roles_ticked);
	case ACT_ANSWER_2: return terms_ask_scope(base, v->app, &v->places, v->scoped ? &v->scope : NULL, scope_chosen);
	case ACT_ANSWER_3: return ask_confirm(v);
	case ACT_ANSWER_4: return ask_authority(v);
	default:           return KIT_PASS;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct entitling *v = (struct entitling *)base;
	struct keys_writer w;
	bool there = find(v, &w);

	switch (a) {
	case ACT_ANSWER_1: case ACT_ANSWER_2: return there && !w.revoked;
	case ACT_ANSWER_3: return there && (v->roles || v->scoped);
	case ACT_ANSWER_4: return there && w.roles & PACK_TOWN && !trust_has_authority(v->app->profile, w.writer);
	default:           return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	switch (a) {
	case ACT_ANSWER_1: return _("角色");
	case ACT_ANSWER_2: return _("管哪里");
	case ACT_ANSWER_3: return _("加上");
	case ACT_ANSWER_4: return _("授权钥匙");
	default:           return NULL;
	}
}

static void close_entitling(struct kit_view *base)
{
	free(base);
}

static const struct kit_key keys[] = {
	{ '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { '4', ACT_ANSWER_4, true }, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "entitle", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_entitling, .offers = offers, .label = label,
};

struct kit_view *screen_entitle_new(struct app *app, const char *label_of)
{
	struct entitling *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	snprintf(v->label, sizeof v->label, "%s", label_of);
	return &v->base;
}
