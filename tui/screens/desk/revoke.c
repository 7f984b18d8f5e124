/* A device is lost, or its owner gone: why, since when, and what will happen, said in numbers before it is done. What it wrote and
 * delivered before stays; what comes after waits for staff (afterloss.c). There is no way back but a new certificate. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/trust/trust.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/prompt.h"
#include "tui/screens/terms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct revoking {
	struct kit_view base;
	struct app *app;
	struct keys_writer who;
	bool authority, itself;
	char reason[KEYS_REASON_MAX + 1], lost[32];
	int64_t since;                          /* ms; INT64_MAX: not said */
	uint32_t logs;
	uint64_t believed, doubted;             /* records here before and after the loss */
	bool done, rotated;
	uint32_t fresh_keys;
	char code[KEYS_CODE];                   /* of the new root */
};

/* --- what would happen --- */

struct weighing { struct revoking *v; struct store_txn *txn; uint64_t whole; bool over; };

static enum err weigh_event(void *user, const struct log_event *e)
{
	struct weighing *w = user;
	bool sure;

	w->over = w->over || e->place.seq > w->whole || truetime_of(w->txn, e, &sure) >= w->v->since;
	*(w->over ? &w->v->doubted : &w->v->believed) += 1;
	return ERR_OK;
}

static enum err weigh_log(void *user, const struct log_head *h)
{
	struct weighing *w = user;

	if (memcmp(h->id.writer, w->v->who.writer, KEYS_WRITER))
		return ERR_OK;
	w->v->logs++;
	w->over = false;
	w->whole = h->seq;
	if (w->v->since != INT64_MAX)
		return log_each(w->txn, &h->id, 1, h->highest, weigh_event, w);
	w->v->believed += h->seq;
	w->v->doubted += h->highest - h->seq;
	return ERR_OK;
}

static enum err weigh(struct revoking *v)
{
	struct store_txn t;
	struct weighing w = { .v = v, .txn = &t };
	enum err e;

	v->logs = 0;
	v->believed = v->doubted = 0;
	profile_begin(v->app->profile, &t);
	e = t.err ? t.err : log_heads(&t, weigh_log, &w);
	store_abort(&t);
	return e;
}

static void consequences(const struct revoking *v, struct buf *out)
{
	buf_printf(out, _("标签 %s %s: 已送到的 %llu 条照旧算数"), v->who.label, v->who.person, (unsigned long long)v->believed);
	if (v->doubted)
		buf_printf(out, _(", %llu 条不再算数 (丢失之后写的, 或前面有缺)"), (unsigned long long)v->doubted);
	buf_puts(out, _("。\n以后送到的先扣下, 由乡镇逐条看、查实的采纳。\n它用得到的钥匙全换新: 它看不到以后的数据。别人的设备下次同步自动跟上。\n吊销收不回来; 要再用得重新入网。"));
	if (v->authority)
		buf_puts(out, _("\n这个人能用授权钥匙: 吊销后请马上换根 (4)。"));
}

/* --- the steps --- */

static enum kit_next reason_given(struct kit_view *below, struct kit_view *self)
{
	terms_reason_given(self, ((struct revoking *)below)->reason);
	return KIT_STAY;
}

static enum kit_next lost_given(struct kit_view *below, struct kit_view *self)
{
	struct revoking *v = (struct revoking *)below;
	const char *lost = kit_prompt_answer(self);
	int64_t since = INT64_MAX;
	char iso[32];
	enum err e;

	if (!lost)
		return KIT_STAY;
	snprintf(iso, sizeof iso, "%s", lost);
	for (char *c = iso; *c; c++)
		if (*c == ' ')
			*c = 'T';
	if (*iso && !clock_parse_time(iso, v->app->pack ? v->app->pack->utc_offset : 480, &since)) {
		kit_say(KIT_SOON, _("%s: 要写成 2026-07-12 08:31"), lost);
		return KIT_STAY;
	}
	v->since = since;
	snprintf(v->lost, sizeof v->lost, "%s", lost);
	if ((e = weigh(v)))
		kit_say_error(e);
	return KIT_STAY;
}

static enum kit_next confirmed(struct kit_view *below, struct kit_view *self)
{
	struct revoking *v = (struct revoking *)below;
	struct trust_limits limits = { .lost = v->since, .reason = v->reason };
	struct trust_revoked r = { .fresh_keys = 0 };
	enum err e;

	if (kit_choice_answer(self) != 1)
		return KIT_STAY;
	kit_say_now(_("正在吊销, 换钥匙…"));
	e = trust_revoke(v->app->profile, v->who.label, &limits, &r);
	if (e) {
		kit_say_error(e);
	} else {
		v->done = true;
		v->fresh_keys = r.fresh_keys;
		kit_say(KIT_GOOD, _("标签 %s 已吊销, 换了 %u 把钥匙"), v->who.label, r.fresh_keys);
	}
	trust_revoked_clear(&r);
	return KIT_STAY;
}

static enum kit_next rotate_confirmed(struct kit_view *below, struct kit_view *self)
{
	struct revoking *v = (struct revoking *)below;
	enum err e;

	if (kit_choice_answer(self) != 1)
		return KIT_STAY;
	kit_say_now(_("正在换根…"));
	e = trust_rotate(v->app->profile, NULL);
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	v->rotated = true;
	keys_roots_code(&v->app->profile->roots, v->code);
	kit_say(KIT_GOOD, _("根已换到第 %u 版"), keys_roots_newest(&v->app->profile->roots)->version);
	return KIT_STAY;
}

static enum kit_next ask_revoke(struct revoking *v)
{
	struct kit_option options[] = { { _("不吊销"), NULL, true }, { _("吊销"), NULL, false } };
	struct buf text = { 0 };
	struct kit_view *choice;

	consequences(v, &text);
	choice = kit_choice_new(_("吊销这台设备"), buf_str(&text), options, 2, false, confirmed);
	buf_clear(&text);
	return kit_open(&v->base, choice);
}

static enum kit_next ask_rotate(struct revoking *v)
{
	struct kit_option options[] = { { _("先不换"), NULL, true }, { _("换根"), NULL, false } };
	struct buf text = { 0 };
	struct kit_view *choice;

	trust_rotate_early(v->app->profile, &text);
	buf_printf(&text, "%s%s", text.len ? "\n" : "", _("授权、收件、回执钥匙和根一起换新。已入网的设备下次同步自动跟上; 新入网的人要输新的代码。收件服务要重新启动。"));
	choice = kit_choice_new(_("换根"), buf_str(&text), options, 2, false, rotate_confirmed);
	buf_clear(&text);
	return kit_open(&v->base, choice);
}

/* --- the view --- */

static enum err load(struct kit_view *base)
{
	struct revoking *v = (struct revoking *)base;

	return v->done ? ERR_OK : weigh(v);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct revoking *v = (struct revoking *)base;

	(void)right;
	buf_printf(left, _("吊销: %s %s"), v->who.label, v->who.person);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct revoking *v = (struct revoking *)base;
	struct buf words = { 0 };
	int y = 0;

	base->cursor_y = base->cursor_x = 0;
	y = kit_step(win, y, *v->reason, _("1 为什么 (都看得到, 不要写个人信息)"), v->reason);
	y = kit_step(win, y, *v->lost, _("2 什么时候丢的 (不知道就跳过)"), v->lost);
	y = kit_step(win, y, v->done, _("3 吊销"), "");
	if (v->authority)
		y = kit_step(win, y, v->rotated, _("4 换根: 这个人能用授权钥匙"), "");
	if (y + 1 < getmaxy(win))
		kit_rule(win, y++);
	if (v->itself)
		buf_puts(&words, _("这是您自己的证书: 请另一位工作人员来办。"));
	else if (!v->done)
		consequences(v, &words);
	else
		buf_printf(&words, _("已吊销, 换了 %u 把钥匙。以后送到的在设备页按 a 看。"), v->fresh_keys);
	if (v->rotated)
		buf_printf(&words, _("\n新的乡镇代码: %s"), v->code);
	kit_paragraph(win, y, 1, getmaxy(win) - y, getmaxx(win) - 2, v->done ? KIT_GOOD : KIT_SOON, buf_str(&words));
	buf_clear(&words);
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct revoking *v = (struct revoking *)base;

	switch (a) {
	case ACT_ANSWER_1: return kit_open(base, kit_prompt_new(_("为什么吊销"), _("都看得到, 不要写个人信息。例如: 手机丢了"), v->reason, reason_given));
	case ACT_ANSWER_2: return kit_open(base, kit_prompt_new(_("什么时候丢的"), _("如 2026-07-12 08:31: 从这时起写的不算数。不知道就空着: 已送到的都算数。"), v->lost, lost_given));
	case ACT_ANSWER_3: return ask_revoke(v);
	case ACT_ANSWER_4: return ask_rotate(v);
	default:           return KIT_PASS;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct revoking *v = (struct revoking *)base;

	switch (a) {
	case ACT_ANSWER_1: case ACT_ANSWER_2: return !v->done && !v->itself;
	case ACT_ANSWER_3: return !v->done && !v->itself && *v->reason;
	case ACT_ANSWER_4: return v->done && v->authority && !v->rotated;
	default:           return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	switch (a) {
	case ACT_ANSWER_1: return _("为什么");
	case ACT_ANSWER_2: return _("何时丢的");
	case ACT_ANSWER_3: return _("吊销");
	case ACT_ANSWER_4: return _("换根");
	default:           return NULL;
	}
}

static void close_revoking(struct kit_view *base)
{
	free(base);
}

static const struct kit_key keys[] = {
	{ '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { '4', ACT_ANSWER_4, true }, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "revoke", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_revoking, .offers = offers, .label = label,
};

struct kit_view *screen_revoke_new(struct app *app, const char *label_of)
{
	const struct keys_writer *w = keys_roster_find_label(app->profile->roster, label_of);
	struct revoking *v = w ? calloc(1, sizeof *v) : NULL;

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->who = *w;
	v->since = INT64_MAX;
	v->authority = trust_has_authority(app->profile, w->writer);
	v->itself = !memcmp(w->writer, app->profile->writer, KEYS_WRITER);
	return &v->base;
}
