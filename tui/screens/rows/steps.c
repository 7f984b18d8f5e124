#include "config.h"
#include "tui/screens/rows/steps.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/submit.h"
#include "tui/kit/choice.h"
#include "tui/kit/progress.h"
#include "tui/kit/prompt.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 64 };

/* What was offered, between the question and its answer. */
static struct { struct app *app; struct row_id id; const char *forms[STEPS_MAX]; size_t count; } offered;

static enum kit_next chosen(struct kit_view *below, struct kit_view *self)
{
	int i = kit_choice_answer(self);

	return i < 0 || (size_t)i >= offered.count ? KIT_STAY : screen_begin(below, offered.app, offered.forms[i], &offered.id);
}

static bool is_meant(const struct app *app, const struct row *row, const struct pack_step *s, const char *field, const char *form)
{
	uint32_t reg = pack_find_register(app->pack, row->reg);

	return s->form && reg == s->reg && !strcmp(app->pack->registers[reg].fields[s->field].id, field) && (!form || !strcmp(s->form, form));
}

static bool is_offered(const char *form)
{
	for (size_t i = 0; i < offered.count; i++)
		if (!strcmp(offered.forms[i], form))
			return true;
	return false;
}

/* Of the reasons why not, the one nearest to working: the state is right and the person is not. */
static void say_why(struct app *app, const struct row *row, const struct pack_step *step, enum row_reason why)
{
	struct buf what = { 0 };

	if (step && why == ROW_WHEN)
		submit_hindrance(row, app->pack, step, app->roles, &what);
	else if (step && why == ROW_WRONG_FROM)
		words_value(app, row, &app->pack->registers[step->reg], step->field, false, &what);
	if (what.len)
		kit_say(KIT_SOON, why == ROW_WHEN ? _("%s: 条件还不满足: 现在 %s") : _("%s: 现在是 %s, 不能走这一步"), pack_name(&step->label, i18n_language()), buf_str(&what));
	else if (step)
		kit_say(KIT_SOON, _("%s: %s"), pack_name(&step->label, i18n_language()), row_reason_text(why));
	else
		kit_say(KIT_SOON, _("这一条没有这一步"));
	buf_clear(&what);
}

enum kit_next steps_take(struct kit_view *v, struct app *app, const struct row_id *id, const char *field, const char *form)
{
	struct kit_option options[STEPS_MAX];
	struct submit_choice all[STEPS_MAX];
	const struct pack_step *refused = NULL;
	enum row_reason why = ROW_ACCEPTED;
	struct row row;
	uint32_t n = 0;
	enum err e = row_read(app->profile, id, &row);

	if (!e && (e = submit_steps(app->profile, &row, all, STEPS_MAX, &n)))
		row_clear(&row);
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	offered.app = app;
	offered.id = *id;
	offered.count = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!is_meant(app, &row, all[i].step, field, form) || is_offered(all[i].step->form))
			continue;
		if (all[i].why == ROW_ACCEPTED) {
			options[offered.count] = (struct kit_option){ pack_name(&all[i].step->label, i18n_language()), NULL, false };
			offered.forms[offered.count++] = all[i].step->form;
		} else if (!refused || why == ROW_WRONG_FROM) {
			refused = all[i].step;
			why = all[i].why;
		}
	}
	if (!offered.count)
		say_why(app, &row, refused, why);
	row_clear(&row);
	if (!offered.count)
		return KIT_STAY;
	if (offered.count == 1)
		return screen_begin(v, app, offered.forms[0], id);
	return kit_open(v, kit_choice_new(_("办哪一步"), NULL, options, offered.count, false, chosen));
}

/* --- many at once --- */

/* One reason, many records: each hazard keeps its own, signed like one that was judged alone. */
struct lowering {
	struct app *app;
	char *ids, *at, *reason;
	uint32_t total, done, failed;
	char first_fault[256];
};

static struct { struct app *app; char *ids; } ticked;

static void lowering_close(void *user)
{
	struct lowering *l = user;

	free(l->ids);
	free(l->reason);
	free(l);
}

static enum err answer(struct filling *f, const char *name, const char *value)
{
	fill_node n = fill_find(f->fill, name);

	return n == FILL_NO_NODE ? err_set(ERR_NOTFOUND, _("表里没有 %s"), name) : filling_answer(f, n, value);
}

static enum err lower(struct lowering *l, const struct row_id *id)
{
	struct filling *f = NULL;
	struct buf why = { 0 };
	struct row_id record;
	enum err e = filling_begin(l->app, "hazard_verify", id, &f);

	if (e)
		return e;
	if (!(e = answer(f, "verify", "general")) && !(e = answer(f, "level", "G+")) && !(e = answer(f, "level_basis", l->reason))) {
		if (filling_fault(f, &why) != FILL_NO_NODE)
			e = err_set(ERR_FORMAT, "%s", buf_str(&why));
		else
			e = filling_submit(f, &record);
	}
	buf_clear(&why);
	if (e)
		filling_discard(f);
	else
		filling_close(f);
	return e;
}

static enum err lower_next(void *user, struct kit_progress *p)
{
	struct lowering *l = user;
	char text[ROW_ID_TEXT];
	struct row_id id;
	size_t n;

	l->at += strspn(l->at, " ");
	n = strcspn(l->at, " ");
	p->total = l->total;
	if (!n) {
		p->finished = true;
		return ERR_OK;
	}
	snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), l->at);
	l->at += n;
	if (!row_id_parse(text, &id) || lower(l, &id)) {
		if (!l->failed++)
			snprintf(l->first_fault, sizeof l->first_fault, "%s", err_detail());
	} else {
		l->done++;
	}
	p->done = l->done + l->failed;
	return ERR_OK;
}

static void lower_report(void *user, bool stopped, enum err e, struct buf *out)
{
	const struct lowering *l = user;

	buf_printf(out, _("已定为一般隐患 %u 处, 每处各有记录。\n"), l->done);
	if (l->failed)
		buf_printf(out, _("没定成 %u 处: %s\n"), l->failed, l->first_fault);
	if (stopped)
		buf_printf(out, _("停下了, 还有 %u 处没动。\n"), l->total - l->done - l->failed);
	if (e)
		buf_puts(out, err_detail());
}

static enum kit_next reason_given(struct kit_view *below, struct kit_view *self)
{
	const char *reason = kit_prompt_answer(self);
	struct lowering *l;

	if (!reason || !*reason || !(l = calloc(1, sizeof *l)))
		return KIT_STAY;
	l->app = ticked.app;
	l->reason = strdup(reason);
	l->at = l->ids = ticked.ids;
	ticked.ids = NULL;
	for (const char *s = l->ids; s && *s; s += strcspn(s, " "), s += *s == ' ')
		l->total++;
	return kit_open(below, kit_progress_new(_("成批定为一般隐患"), (struct kit_work){ lower_next, lower_report, lowering_close, l }));
}

static enum kit_next rows_ticked(struct kit_view *below, struct kit_view *self)
{
	const char *ids = screen_rows_ticked(self);

	if (!ids || !*ids)
		return KIT_STAY;
	free(ticked.ids);
	ticked.ids = strdup(ids);
	return kit_open(below, kit_prompt_new(_("降级的理由"), _("写进每一处的判级依据, 例如: 现场复看, 通道净宽够, 不构成重大。空着就不定。"), NULL, reason_given));
}

enum kit_next steps_downgrade(struct kit_view *v, struct app *app)
{
	ticked.app = app;
	return kit_open(v, screen_rows_narrow(screen_rows_tick_new(app, "hazards", "", "", rows_ticked), "${verify} = 'needed'"));
}
