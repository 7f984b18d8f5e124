/* A form's end: what is still missing, why it is corrected, which villages it is for; then it is signed and kept. */
#include "config.h"
#include "tui/screens/form/form_view.h"

#include "forms/base/i18n.h"
#include "tui/kit/pager.h"
#include "tui/kit/prompt.h"
#include "tui/screens/form/amend.h"
#include "tui/screens/screens.h"
#include "tui/screens/villages.h"

#include <stdlib.h>
#include <string.h>

/* What runs against a clock is gone on with at once: a warning to call out, an incident to report. */
static struct kit_view *page_of(const struct form_view *v, const struct row_id *record)
{
	const struct pack_form *form = v->f->form;
	const char *reg = form->entity_count && form->entities[0].creates && form->entities[0].repeat == FORM_NONE
	                  ? v->f->pack->registers[form->entities[0].reg].id : "";

	return !v->f->amends && !v->f->aside && (!strcmp(reg, "warnings") || !strcmp(reg, "incidents")) ? screen_page_new(v->f->app, reg, record) : NULL;
}

static enum kit_next submit(struct form_view *v)
{
	struct row_id record;
	struct buf done = { 0 };
	enum err e = filling_submit(v->f, &record);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	v->submitted = true;
	buf_printf(&done, v->f->amends ? _("已更正: %s") : _("已存: %s"), pack_name(&v->f->form->title, i18n_language()));
	filling_say_saved(v->f, buf_str(&done));
	buf_clear(&done);
	v->base.open = page_of(v, &record);
	return v->base.open ? KIT_REPLACE : KIT_CLOSE;
}

/* To several villages at once: each gets a record of its own. */
static enum kit_next villages_chosen(struct kit_view *below, struct kit_view *self)
{
	struct form_view *v = (struct form_view *)below;
	struct buf done = { 0 };
	enum err e;

	if (!screen_rows_ticked(self))
		return KIT_STAY;
	e = villages_submit(v->f, screen_rows_ticked(self), &done);
	v->submitted = !v->f->draft;
	if (e && done.len)
		v->base.open = kit_pager_new(_("没发完"), buf_str(&done));
	if (e && !v->base.open)
		kit_say_error(e);
	else if (!e)
		kit_say(KIT_GOOD, "%s", buf_str(&done));
	buf_clear(&done);
	return v->base.open ? KIT_REPLACE : v->submitted ? KIT_CLOSE : KIT_STAY;
}

static enum kit_next reason_given(struct kit_view *below, struct kit_view *self)
{
	struct form_view *v = (struct form_view *)below;
	const char *reason = kit_prompt_answer(self);

	if (!reason || !*reason) {
		kit_say(KIT_SOON, _("没有更正: 要写理由"));
		return KIT_STAY;
	}
	free(v->f->reason);
	if (!(v->f->reason = strdup(reason))) {
		kit_say_error(err_set(ERR_NOMEM, "%s", _("更正的理由")));
		return KIT_STAY;
	}
	return submit(v);
}

enum kit_next form_finish(struct form_view *v)
{
	struct buf why = { 0 };
	fill_node fault;
	bool changed;

	if (!form_commit(v))
		return KIT_STAY;
	if (v->scope != FILL_NO_NODE)
		return KIT_CLOSE;
	fault = filling_fault(v->f, &why);
	if (why.len) {
		kit_say(KIT_DANGER, "%s", buf_str(&why));
		if (fault != FILL_NO_NODE)
			form_go_to(v, fault);
		buf_clear(&why);
		return KIT_STAY;
	}
	if (v->f->amends && !amend_changes(v->f, &changed) && !changed) {
		kit_say(KIT_SOON, "%s", _("什么都没改, 没有可更正的。Esc 回去"));
		return KIT_STAY;
	}
	if (v->f->amends)
		return kit_open(&v->base, kit_prompt_new(_("更正的理由"), _("大家都看得到, 不要写个人信息。原来的记录仍保留。"), v->f->reason, reason_given));
	if (villages_asked(v->f))
		return villages_ask(&v->base, v->f, villages_chosen);
	villages_answered(v->f);
	return submit(v);
}
