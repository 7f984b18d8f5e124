#include "config.h"
#include "tui/screens/form/amend.h"

#include "forms/base/i18n.h"
#include "sync/ledger/log/looked.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"
#include "sync/ledger/submit/submit.h"
#include "tui/kit/choice.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 256, OFFERED = 32 };

/* --- which records --- */

struct touched { uint8_t ref[EVENT_REF]; enum event_kind kind; int64_t wall; bool own; char form[DRAFT_TEXT_MAX]; };
struct gathering { const char *person; struct touched *at; uint32_t count; };

/* A record that may be corrected, by its last version; `own`: whoever corrects it wrote all of it. */
struct record { uint8_t record[EVENT_REF], newest[EVENT_REF]; int64_t wall; bool own; char form[DRAFT_TEXT_MAX]; };
struct records { struct app *app; struct row_id row; struct record at[OFFERED]; uint32_t count; };

/* What the question on the screen offers. */
static struct records offered;

static bool gather(void *user, const struct row_history *h)
{
	struct gathering *g = user;
	struct touched *t = &g->at[g->count];

	if (h->why != ROW_ACCEPTED || (h->kind != EVENT_SUBMIT && h->kind != EVENT_AMEND))
		return true;
	memcpy(t->ref, h->event.ref, EVENT_REF);
	t->kind = h->kind;
	t->wall = h->event.wall;
	t->own = h->person && !strcmp(h->person, g->person);
	snprintf(t->form, sizeof t->form, "%s", h->form ? h->form : "");
	return ++g->count < EVENTS_MAX;
}

static void offer(struct records *r, const struct touched *t, const struct submit_version *v)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (!memcmp(r->at[i].record, v->record, EVENT_REF)) {
			memcpy(r->at[i].newest, t->ref, EVENT_REF);
			r->at[i].own &= t->own;
			return;
		}
	if (t->kind != EVENT_SUBMIT || v->why != ROW_ACCEPTED || r->count == OFFERED)
		return;
	struct record *fresh = &r->at[r->count++];

	memcpy(fresh->record, v->record, EVENT_REF);
	memcpy(fresh->newest, t->ref, EVENT_REF);
	fresh->wall = t->wall;
	fresh->own = t->own;
	snprintf(fresh->form, sizeof fresh->form, "%s", pack_name(&v->pack->forms[v->form].title, i18n_language()));
}

static enum err find_records(struct app *app, const struct row_id *row, struct records *r)
{
	struct gathering g = { app->person, calloc(EVENTS_MAX, sizeof *g.at), 0 };
	struct submit_version v;
	enum err e = g.at ? row_history(app->profile, row, gather, &g) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	r->app = app;
	r->row = *row;
	r->count = 0;
	for (uint32_t i = 0; !e && i < g.count; i++) {
		if (submit_version(app->profile, g.at[i].ref, &v))
			continue;                         /* its pack or its first version is not here: nothing to open */
		offer(r, &g.at[i], &v);
		submit_version_clear(&v);
	}
	free(g.at);
	return e;
}

bool amend_possible(struct app *app, const struct row_id *row)
{
	struct records r;

	return !find_records(app, row, &r) && r.count > 0;
}

/* --- opening one --- */

struct begun { char row[DRAFT_TEXT_MAX]; uint64_t id; bool found; };

static enum err is_begun(void *user, const struct draft_about *about)
{
	struct begun *b = user;

	if (!b->found && !strcmp(about->row, b->row)) {
		b->found = true;
		b->id = about->id;
	}
	return ERR_OK;
}

/* The gravest class of what the form shows of persons; below 2 nothing is masked elsewhere. */
static int class_shown(const struct filling *f)
{
	int class = 0;

	for (fill_node n = fill_first(f->fill); n != FILL_NO_NODE; n = fill_next(f->fill, n))
		if (fill_is_relevant(f->fill, n) && *fill_value(f->fill, n) && pack_class(fill_question(f->fill, n)) > class)
			class = pack_class(fill_question(f->fill, n));
	return class;
}

/* A form shows in full what lists and pages mask: that somebody else's was looked at is a record, made first. */
static enum err amend(struct app *app, const struct record *r, struct filling **f)
{
	struct row row = { .id = { .index = 0 } };
	int class;
	enum err e = filling_amend(app, r->newest, f);

	if (e || r->own || (class = class_shown(*f)) < 2)
		return e;
	if (!(e = row_read(app->profile, &offered.row, &row)))
		e = looked_record(app->profile, &(struct looked){ .row = offered.row, .scope = row.scope }, 1, (uint32_t)class);
	row_clear(&row);
	if (e)
		return filling_fail(*f, e);
	kit_say(KIT_PLAIN, _("已记下您看过"));
	return ERR_OK;
}

static enum kit_next open_record(struct kit_view *v, struct app *app, const struct record *r)
{
	struct begun begun = { .found = false };
	struct filling *f = NULL;
	enum err e;

	filling_amend_row(r->newest, begun.row);
	e = draft_list(app->profile, is_begun, &begun);
	if (!e)
		e = begun.found ? filling_resume(app, begun.id, &f) : amend(app, r, &f);
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	if (begun.found)
		kit_say(KIT_PLAIN, _("接着上次没填完的"));
	return kit_open(v, screen_filling_new(f));
}

static enum kit_next chosen(struct kit_view *below, struct kit_view *self)
{
	int i = kit_choice_answer(self);

	return i < 0 || (uint32_t)i >= offered.count ? KIT_STAY : open_record(below, offered.app, &offered.at[i]);
}

enum kit_next amend_begin(struct kit_view *v, struct app *app, const struct row_id *row)
{
	struct kit_option options[OFFERED];
	struct buf words[OFFERED] = { { 0 } };
	struct kit_view *choice;
	enum err e = find_records(app, row, &offered);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	if (!offered.count) {
		kit_say(KIT_SOON, "%s", row_reason_text(ROW_NOT_AUTHOR));
		return KIT_STAY;
	}
	if (offered.count == 1)
		return open_record(v, app, &offered.at[0]);
	for (uint32_t i = 0; i < offered.count; i++) {
		buf_printf(&words[i], "%s  ", offered.at[i].form);
		app_since(app, offered.at[i].wall, &words[i]);
		options[i] = (struct kit_option){ buf_str(&words[i]), NULL, false };
	}
	choice = kit_choice_new(_("更正哪一条"), NULL, options, offered.count, false, chosen);
	for (uint32_t i = 0; i < offered.count; i++)
		buf_clear(&words[i]);
	return kit_open(v, choice);
}

/* --- before and after --- */

static fill_node twin(struct filling *of, struct filling *in, fill_node n)
{
	struct buf path = { 0 };
	fill_node found = fill_path(of->fill, n, &path) ? FILL_NO_NODE : fill_find(in->fill, buf_str(&path));

	buf_clear(&path);
	return found;
}

static const char *stored(struct filling *f, fill_node n)
{
	return n != FILL_NO_NODE && fill_is_relevant(f->fill, n) ? fill_value(f->fill, n) : "";
}

static void tell_change(struct filling *old, fill_node before, struct filling *now, fill_node after, struct buf *out)
{
	if (!strcmp(stored(old, before), stored(now, after)))
		return;
	if (after != FILL_NO_NODE)
		filling_label(now, after, out);
	else
		filling_label(old, before, out);
	buf_puts(out, _(": 原来 "));
	filling_shown(old, before, out);
	buf_puts(out, _(", 改为 "));
	filling_shown(now, after, out);
	buf_putc(out, '\n');
}

static void compare(struct filling *old, struct filling *now, struct buf *out)
{
	for (fill_node n = fill_first(now->fill); n != FILL_NO_NODE; n = fill_next(now->fill, n))
		tell_change(old, twin(now, old, n), now, n, out);
	/* What is asked no more stands only in the version before. */
	for (fill_node n = fill_first(old->fill); n != FILL_NO_NODE; n = fill_next(old->fill, n)) {
		fill_node after = twin(old, now, n);

		if (after == FILL_NO_NODE || !fill_is_relevant(now->fill, after))
			tell_change(old, n, now, after, out);
	}
}

enum err amend_changes(struct filling *f, bool *out)
{
	struct filling *old = NULL;
	struct buf told = { 0 };
	enum err e = filling_open_record(f->app, f->target, &old);

	if (!e)
		compare(old, f, &told);
	*out = told.len > 0;
	filling_close(old);
	buf_clear(&told);
	return e;
}

enum err amend_tell(struct app *app, const uint8_t ref[EVENT_REF], struct buf *out)
{
	struct filling *old = NULL, *now = NULL;
	struct submit_version v;
	enum err e = submit_version(app->profile, ref, &v);

	if (e)
		return e;
	if (v.reason)
		buf_printf(out, _("\n理由: %s"), v.reason);
	buf_puts(out, "\n");
	e = filling_open_record(app, v.before, &old);
	if (!e)
		e = filling_open_record(app, ref, &now);
	if (!e)
		compare(old, now, out);
	filling_close(old);
	filling_close(now);
	submit_version_clear(&v);
	return e;
}
