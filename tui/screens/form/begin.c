#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"
#include "tui/kit/choice.h"
#include "tui/screens/alarm/gauges.h"
#include "tui/screens/alarm/incident.h"
#include "tui/screens/alarm/readings.h"
#include "tui/screens/alarm/warning.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/form/tally.h"
#include "tui/screens/home/progress.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

enum { FORMS_OFFERED = 32 };

struct kit_view *screen_filling_new(struct filling *f)
{
	return f->form->walk && !f->amends ? screen_walk_new(f) : screen_form_new(f);
}

struct kit_view *screen_page_new(struct app *app, const char *reg, const struct row_id *id)
{
	if (!strcmp(reg, "warnings"))
		return screen_warning_new(app, id);
	return !strcmp(reg, "incidents") ? screen_incident_new(app, id) : screen_row_new(app, id);
}

struct kit_view *screen_register_new(struct app *app, const char *reg)
{
	if (!strcmp(reg, "readings") && gauges_possible(app, NULL))
		return screen_readings_new(app, NULL);
	if (!strcmp(reg, "plan_year") || !strcmp(reg, "milestones"))
		return screen_progress_new(app, *reg == 'p' ? PROGRESS_PLAN : PROGRESS_MILESTONES);
	return screen_rows_new(app, reg, NULL);
}

/* An unfinished draft of the same form on the same row, with the same answers where they tell one from another. */
struct same {
	struct app *app;
	const char *form;
	char row[ROW_ID_TEXT];
	const struct begin_answer *answers;
	size_t count;
	uint64_t id;
	bool found;
};

static bool says_same(const struct same *s, uint64_t draft)
{
	struct filling *f = NULL;
	bool same = true;

	for (size_t i = 0; i < s->count && same; i++) {
		fill_node n;

		if (s->answers[i].when != BEGIN_SAME)
			continue;
		if (!f && filling_peek(s->app, draft, &f))
			return false;
		n = fill_find(f->fill, s->answers[i].name);
		same = n != FILL_NO_NODE && !strcmp(fill_value(f->fill, n), s->answers[i].value);
	}
	filling_close(f);
	return same;
}

static enum err is_same(void *user, const struct draft_about *about)
{
	struct same *s = user;
	const char *id = strchr(about->row, ':');

	/* What a colleague is filling in now about nothing that is there yet is another matter; about a row it is the same one, and said. */
	if (!*s->row && draft_is_open(s->app->profile, about->id))
		return ERR_OK;
	if (!s->found && !strcmp(about->form, s->form) && !strcmp(id ? id + 1 : "", s->row) && says_same(s, about->id)) {
		s->found = true;
		s->id = about->id;
	}
	return ERR_OK;
}

/* What the draft had for it and has no more: "转移人数 12 改为 6". */
static void note_changed(struct filling *f, const struct begin_answer *a, struct buf *changed)
{
	fill_node n = fill_find(f->fill, a->name);
	struct buf label = { 0 };

	if (n == FILL_NO_NODE || !a->value || !*fill_value(f->fill, n) || !strcmp(fill_value(f->fill, n), a->value))
		return;
	filling_label(f, n, &label);
	buf_printf(changed, _(": %s %s 改为 %s"), buf_str(&label), fill_value(f->fill, n), a->value);
	buf_clear(&label);
}

static enum err put_answers(struct filling *f, const struct same *s, struct buf *changed)
{
	enum err e = ERR_OK;
	bool put = false;

	for (size_t i = 0; i < s->count && !e; i++)
		if (!s->found || s->answers[i].when == BEGIN_NOW) {
			note_changed(f, &s->answers[i], changed);
			e = filling_put(f, s->answers[i].name, s->answers[i].value);
			put = true;
		}
	return e || !put ? e : filling_save(f, s->found ? f->at : FILL_NO_NODE);
}

enum kit_next screen_begin_with(struct kit_view *v, struct app *app, const char *form, const struct row_id *subject,
                                const struct begin_answer *answers, size_t count)
{
	struct same same = { .app = app, .form = form, .row = "", .answers = answers, .count = count };
	struct filling *f = NULL;
	struct buf changed = { 0 };
	enum err e;

	if (subject)
		row_id_text(subject, same.row);
	e = draft_list(app->profile, is_same, &same);
	if (!e)
		e = same.found ? filling_resume(app, same.id, &f) : filling_begin(app, form, subject, &f);
	if (!e && (e = put_answers(f, &same, &changed))) {
		if (!same.found)
			filling_discard(f);
		else if (!filling_leave(f))
			filling_close(f);
	}
	if (e)
		kit_say_error(e);
	else if (same.found)
		kit_say(changed.len ? KIT_SOON : KIT_PLAIN, _("接着上次没填完的%s"), buf_str(&changed));
	buf_clear(&changed);
	if (e)
		return KIT_STAY;
	f->aside = count > 0;
	return kit_open(v, screen_filling_new(f));
}

enum kit_next screen_begin(struct kit_view *v, struct app *app, const char *form, const struct row_id *subject)
{
	return screen_begin_with(v, app, form, subject, NULL, 0);
}

/* The forms that make a row of a register; kept between the question and its answer. */
struct making {
	struct app *app;
	const char *forms[FORMS_OFFERED];
	struct row_id subject;
	bool has_subject;            /* the form is opened on it */
	bool about_row;              /* there is one at all */
};
static struct making making;

/* A form that counts row after row needs no row to begin with: it goes through all of them. */
static enum kit_next begin_made(struct kit_view *v, const char *form)
{
	const struct pack_form *counting = tally_of(making.app, form);

	if (counting && !making.has_subject)
		return kit_open(v, screen_tally_new(making.app, counting, making.about_row ? &making.subject : NULL));
	return screen_begin(v, making.app, form, making.has_subject ? &making.subject : NULL);
}

static enum kit_next form_chosen(struct kit_view *below, struct kit_view *self)
{
	int i = kit_choice_answer(self);

	return i < 0 ? KIT_STAY : begin_made(below, making.forms[i]);
}

static bool makes(const struct app *app, const struct pack_form *form, uint32_t reg, const char *subject)
{
	if (form->walk || !words_is_mine(app, form))
		return false;
	if (subject ? !form->subject || strcmp(form->subject, subject) : words_needs_subject(form))
		return false;
	for (uint32_t i = 0; i < form->entity_count; i++)
		if (form->entities[i].reg == reg && form->entities[i].creates && (subject || form->entities[i].repeat == FORM_NONE))
			return true;
	return false;
}

enum kit_next screen_make(struct kit_view *v, struct app *app, const char *reg, const struct row_id *subject)
{
	struct kit_option options[FORMS_OFFERED];
	struct row row = { .id = { .index = 0 } };
	uint32_t r = pack_find_register(app->pack, reg);
	char about[64] = "";
	size_t n = 0;

	if (subject && !row_read(app->profile, subject, &row)) {
		snprintf(about, sizeof about, "%s", row.reg);
		row_clear(&row);
	}
	/* A form opened on this row first; one that needs no row otherwise. */
	for (int pass = subject ? 0 : 1; pass < 2 && !n; pass++)
		for (uint32_t f = 0; f < app->pack->form_count && n < FORMS_OFFERED; f++)
			if (makes(app, &app->pack->forms[f], r, pass ? NULL : about)) {
				making.forms[n] = app->pack->forms[f].id;
				making.has_subject = !pass;
				options[n++] = (struct kit_option){ pack_name(&app->pack->forms[f].title, i18n_language()), NULL, false };
			}
	if (!n) {
		kit_say(KIT_SOON, _("您的身份没有可填的表"));
		return KIT_STAY;
	}
	making.app = app;
	making.about_row = subject != NULL;
	if (subject)
		making.subject = *subject;
	if (n == 1)
		return begin_made(v, making.forms[0]);
	return kit_open(v, kit_choice_new(_("填哪一种"), NULL, options, n, false, form_chosen));
}
