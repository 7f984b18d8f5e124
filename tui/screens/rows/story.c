#include "config.h"
#include "tui/screens/rows/story.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/pack/answers.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/submit.h"
#include "tui/screens/form/amend.h"
#include "tui/screens/form/filling.h"

#include <string.h>

enum { SAID_MAX = 64 };

/* What a record said, and what a correction changed, is read when the history has been: each reads the store itself. */
struct said { uint8_t ref[EVENT_REF]; size_t at; bool amends; };
struct telling { struct app *app; const struct pack_register *reg; struct buf *out; struct said said[SAID_MAX]; size_t said_count; bool begun; };

static void form_name(struct telling *t, const char *form)
{
	uint32_t f = form ? pack_find_form(t->app->pack, form) : PACK_NONE;

	buf_puts(t->out, f != PACK_NONE ? pack_name(&t->app->pack->forms[f].title, i18n_language()) : form ? form : "");
}

/* A step that its form names already is not said twice. */
static void steps(struct telling *t, const struct row_history *h)
{
	uint32_t reg = (uint32_t)(t->reg - t->app->pack->registers), f = h->form ? pack_find_form(t->app->pack, h->form) : PACK_NONE;
	const char *title = f != PACK_NONE ? pack_name(&t->app->pack->forms[f].title, i18n_language()) : "";

	for (uint32_t i = 0; i < h->step_count; i++) {
		uint32_t s = pack_find_step(t->app->pack, reg, h->steps[i]);
		const char *name = s != PACK_NONE ? pack_name(&t->app->pack->steps[s].label, i18n_language()) : h->steps[i];

		if (h->step_count > 1 || strcmp(name, title))
			buf_printf(t->out, "%s%s", i ? _("、") : ": ", name);
	}
}

static const char *kind_name(enum event_kind kind)
{
	switch (kind) {
	case EVENT_AMEND:   return _("更正");
	case EVENT_RETRACT: return _("撤回");
	case EVENT_RESOLVE: return _("定了说法");
	case EVENT_ATTACH:  return _("附件");
	case EVENT_LOOKED:  return _("看过个人信息");
	default:            return "";
	}
}

/* The record that made the row has its page; one of a walk says more than belongs here. */
static bool says_of_row(const struct telling *t, const struct row_history *h)
{
	uint32_t f = h->kind == EVENT_SUBMIT && h->form && t->begun ? pack_find_form(t->app->pack, h->form) : PACK_NONE;

	return h->kind == EVENT_AMEND || (f != PACK_NONE && !t->app->pack->forms[f].walk);
}

static bool tell(void *user, const struct row_history *h)
{
	struct telling *t = user;
	char stored[32];

	clock_format_time(h->event.wall, t->app->pack->utc_offset, stored);
	buf_printf(t->out, "# %.10s %.5s  %s\n", stored, stored + 11, h->person ? h->person : "");
	if (*kind_name(h->kind))
		buf_printf(t->out, "%s ", kind_name(h->kind));
	form_name(t, h->form);
	steps(t, h);
	if (h->why != ROW_ACCEPTED)
		buf_printf(t->out, _("\n没有算数: %s"), row_reason_text(h->why));
	if (says_of_row(t, h) && t->said_count == SAID_MAX) {
		buf_puts(t->out, _("\n写了什么, 按 d 看原记录"));
	} else if (says_of_row(t, h)) {
		struct said *s = &t->said[t->said_count++];

		memcpy(s->ref, h->event.ref, EVENT_REF);
		s->at = t->out->len;
		s->amends = h->kind == EVENT_AMEND;
	}
	t->begun = true;
	buf_puts(t->out, "\n\n");
	return true;
}

/* Is the field that the question shows among these? */
static bool is_among(const struct submit_version *v, const struct payload_fields *fields, const struct form_question *q)
{
	const char *field = fill_row_field(q), *subject = v->pack->forms[v->form].subject;
	uint32_t reg = field && subject ? pack_find_register(v->pack, subject) : PACK_NONE;
	uint32_t at = reg != PACK_NONE ? pack_find_field(&v->pack->registers[reg], field) : PACK_NONE;

	return at != PACK_NONE && payload_fields_has(fields, v->pack->registers[reg].fields[at].n);
}

/* `v` not NULL: what it only sent back is not told, what it emptied is. */
static void tell_answer(struct filling *f, fill_node n, const struct submit_version *v, struct buf *out)
{
	const struct form_question *q = fill_question(f->fill, n);
	struct buf label = { 0 }, value = { 0 };

	if (v && is_among(v, &v->kept, q))
		return;
	filling_label(f, n, &label);
	if (q->type == FORM_GROUP && label.len)
		buf_printf(out, "%s# %s\n", out->len ? "\n" : "", buf_str(&label));
	if (q->type != FORM_GROUP && q->type != FORM_REPEAT && q->type != FORM_NOTE && *fill_value(f->fill, n))
		filling_shown(f, n, &value);
	if (v && !value.len && is_among(v, &v->emptied, q))
		buf_printf(out, _("%s: (清空)\n"), buf_str(&label));
	if (value.len)
		buf_printf(out, "%s: %s%s%s\n", buf_str(&label), buf_str(&value), q->xc[FORM_XC_UNIT] ? " " : "", q->xc[FORM_XC_UNIT] ? q->xc[FORM_XC_UNIT] : "");
	buf_clear(&label);
	buf_clear(&value);
}

/* What a step says, in one paragraph; nothing when it says no more than that it was taken. */
static enum err story_of_step(struct app *app, const uint8_t ref[EVENT_REF], struct buf *out)
{
	struct filling *f = NULL;
	struct submit_version v;
	struct buf all = { 0 };
	enum err e = submit_version(app->profile, ref, &v);

	if (e || (e = filling_open_record(app, ref, &f))) {
		submit_version_clear(&v);
		return e;
	}
	for (fill_node n = fill_first(f->fill); n != FILL_NO_NODE; n = fill_next(f->fill, n))
		if (fill_is_relevant(f->fill, n) && fill_question(f->fill, n)->type != FORM_GROUP)
			tell_answer(f, n, &v, &all);
	filling_close(f);
	submit_version_clear(&v);
	for (size_t i = 0; i < all.len; i++) {
		if (!i)
			buf_putc(out, '\n');
		if (all.data[i] != '\n')
			buf_putc(out, all.data[i]);
		else if (i + 1 < all.len)
			buf_puts(out, "; ");
	}
	buf_clear(&all);
	return ERR_OK;
}

enum err story_of_record(struct app *app, const uint8_t ref[EVENT_REF], struct buf *out)
{
	struct filling *f = NULL;
	enum err e = filling_open_record(app, ref, &f);

	if (e)
		return e;
	for (fill_node n = fill_first(f->fill); n != FILL_NO_NODE; n = fill_next(f->fill, n))
		if (fill_is_relevant(f->fill, n))
			tell_answer(f, n, NULL, out);
	filling_close(f);
	return ERR_OK;
}

enum err story_of_row(struct app *app, const struct row_id *id, const struct pack_register *reg, struct buf *out)
{
	struct buf told = { 0 };
	struct telling t = { .app = app, .reg = reg, .out = &told };
	enum err e = row_history(app->profile, id, tell, &t);
	size_t from = 0;

	for (size_t i = 0; !e && i < t.said_count; i++) {
		buf_put(out, told.data + from, t.said[i].at - from);
		from = t.said[i].at;
		if (t.said[i].amends ? amend_tell(app, t.said[i].ref, out) : story_of_step(app, t.said[i].ref, out))
			buf_printf(out, t.said[i].amends ? _("\n改了什么这里读不出: %s") : _("\n写了什么这里读不出: %s"), err_detail());
	}
	if (told.len > from)
		buf_put(out, told.data + from, told.len - from);
	buf_clear(&told);
	return e;
}

enum err story_value(struct app *app, const struct pack_field *field, const struct row_value *value, struct buf *out)
{
	struct buf text = { 0 };
	enum err e;

	if (!value->data) {
		buf_puts(out, _("(已删除)"));
		return ERR_OK;
	}
	e = answers_value_text(field, value->data, value->len, &text);
	if (!e)
		buf_puts(out, app_code(app, field->codes, buf_str(&text)));
	buf_clear(&text);
	return e;
}
