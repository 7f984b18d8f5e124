#include "config.h"
#include "tui/screens/form/filling.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/exchange/attach/along.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"
#include "sync/ledger/submit/submit.h"
#include "tui/screens/device/whereabouts.h"
#include "tui/screens/form/pick.h"
#include "tui/screens/form/subset.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err find_form(struct filling *f, const char *form)
{
	uint32_t i = f->pack ? pack_find_form(f->pack, form) : PACK_NONE;

	if (i == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("清单包里没有表单 %s; 先同步"), form);
	f->form = &f->pack->forms[i];
	if (!words_is_mine(f->app, f->form))
		return err_set(ERR_DENIED, _("您的身份不能填 %s"), pack_name(&f->form->title, i18n_language()));
	return ERR_OK;
}

static enum err open_fill(struct filling *f)
{
	enum err e = pack_form_read(f->form, &f->asked);

	if (!e)
		e = submit_host_open(f->app->profile, f->form->id, f->has_subject ? &f->subject : NULL, &f->host);
	return e ? e : fill_open(f->asked, submit_host_fill(f->host), &f->fill);
}

/* The file `open` of the profile names the draft that is on the screen. */
static void mark(struct app *app, uint64_t id)
{
	struct buf path = { 0 };
	char text[24];

	profile_path(app->profile, "open", &path);
	snprintf(text, sizeof text, "%016llx\n", (unsigned long long)id);
	if (id ? fs_write(buf_str(&path), text, strlen(text)) : fs_remove(buf_str(&path)))
		kit_say_error(ERR_IO);
	buf_clear(&path);
}

uint64_t filling_interrupted(struct app *app)
{
	struct buf path = { 0 }, text = { 0 };
	uint64_t id = 0;

	if (!fs_read(profile_path(app->profile, "open", &path), 64, &text))
		id = strtoull(buf_str(&text), NULL, 16);
	buf_clear(&path);
	buf_clear(&text);
	return id;
}

bool filling_leave(struct filling *f)
{
	if (!f->fresh) {
		mark(f->app, 0);
		return false;
	}
	if (filling_discard(f))
		kit_say_error(ERR_IO);
	return true;
}

static void text_of_row(const struct filling *f, char out[DRAFT_TEXT_MAX])
{
	char id[ROW_ID_TEXT];

	if (f->amends) {
		filling_amend_row(f->target, out);
		return;
	}
	snprintf(out, DRAFT_TEXT_MAX, "%s%s%s", f->form->subject ? f->form->subject : "", f->has_subject ? ":" : "",
	         f->has_subject ? row_id_text(&f->subject, id) : "");
}

/* Number and id; from here on every answer is kept. */
static enum err new_draft(struct filling *f)
{
	struct draft_about about = { .started = app_ms(f->app) };
	enum err e;

	snprintf(about.form, sizeof about.form, "%s", f->form->id);
	snprintf(about.version, sizeof about.version, "%s", f->pack->version);
	text_of_row(f, about.row);
	e = draft_new(f->app->profile, &about, &f->draft);
	if (!e)
		e = filling_save(f, FILL_NO_NODE);
	if (!e)
		mark(f->app, draft_about(f->draft)->id);
	f->fresh = true;
	return e;
}

/* --- a record that is there --- */

void filling_amend_row(const uint8_t record[EVENT_REF], char row[])
{
	struct row_id id = { .index = 0 };
	char text[ROW_ID_TEXT];

	memcpy(id.ref, record, EVENT_REF);
	snprintf(row, DRAFT_TEXT_MAX, DRAFT_AMEND "%s", row_id_text(&id, text));
}

/* Pack, form and subject are those of the record, not those of today. */
static enum err take_version(struct filling *f, const uint8_t record[EVENT_REF], bool to_amend)
{
	struct submit_version v;
	enum err e = submit_version(f->app->profile, record, &v);

	if (e)
		return e;
	f->amends = true;
	memcpy(f->target, record, EVENT_REF);
	f->pack = v.pack;
	f->form = &v.pack->forms[v.form];
	f->subject = v.subject;
	f->has_subject = v.has_subject;
	if (to_amend && v.why != ROW_ACCEPTED)
		e = err_set(ERR_DENIED, "%s", row_reason_text(v.why));
	else if (to_amend && v.unread)
		e = err_set(ERR_DENIED, _("这条记录里有您打不开的保密内容, 请村应急管理员或乡镇更正"));
	submit_version_clear(&v);
	return e;
}

static enum err new_filling(struct app *app, struct filling **out)
{
	struct filling *f = calloc(1, sizeof *f);

	if (!f)
		return err_set(ERR_NOMEM, "%s", _("表单"));
	f->app = app;
	f->pack = app->pack;
	f->at = f->toggled = FILL_NO_NODE;
	f->begun = clock_uptime();
	*out = f;
	return ERR_OK;
}

enum err filling_open_record(struct app *app, const uint8_t record[EVENT_REF], struct filling **out)
{
	struct filling *f = NULL;
	enum err e = new_filling(app, &f);

	if (!e)
		e = take_version(f, record, false);
	if (!e)
		e = open_fill(f);
	if (!e)
		e = submit_load(app->profile, record, f->fill);
	if (e)
		filling_close(f);
	else
		*out = f;
	return e;
}

enum err filling_amend(struct app *app, const uint8_t record[EVENT_REF], struct filling **out)
{
	struct filling *f = NULL;
	enum err e = filling_open_record(app, record, &f);

	if (e)
		return e;
	if (!(e = take_version(f, record, true)) && !(e = new_draft(f)))
		*out = f;
	else
		filling_close(f);
	return e;
}

/* As it will be shown first; it has no number yet. */
static enum err prepare(struct app *app, const char *form, const struct row_id *subject, struct filling **out)
{
	struct filling *f = NULL;
	enum err e = new_filling(app, &f);

	if (e)
		return e;
	f->has_subject = subject != NULL;
	if (subject)
		f->subject = *subject;
	if (!(e = find_form(f, form)) && !(e = open_fill(f)))
		e = subset_each(f, &f->each);
	if (e)
		filling_close(f);
	else
		*out = f;
	return e;
}

enum err filling_begin(struct app *app, const char *form, const struct row_id *subject, struct filling **out)
{
	struct filling *f = NULL;
	/* Not after forty items. What was begun before may be read still. */
	enum err e = app->revoked ? err_set(ERR_DENIED, _("乡镇已停用这台设备, 记不下新的; 没送的照样同步交去, 由乡镇核实。还要用就重新入网")) : prepare(app, form, subject, &f);

	if (e)
		return e;
	if ((e = new_draft(f))) {
		filling_close(f);
		return e;
	}
	whereabouts_ask(app);
	*out = f;
	return ERR_OK;
}

enum err filling_would_make(struct app *app, const char *form, const struct row_id *subject, uint32_t *each)
{
	struct filling *f = NULL;
	enum err e = prepare(app, form, subject, &f);

	*each = e ? 0 : f->each;
	filling_close(f);
	return e;
}

static void dropped(void *user, const char *path, const char *value, const char *why)
{
	filling_dropped(user, path, value, why);
}

/* "REGISTER:REF:N": the subject stands after the first colon; of a correction it is the record that is corrected. */
static enum err read_subject(struct filling *f, const char *row)
{
	const char *id = strchr(row, ':');

	if (!id)
		return ERR_OK;
	if (!row_id_parse(id + 1, &f->subject))
		return err_set(ERR_CORRUPT, _("草稿里的对象编号不对: %s"), row);
	if (!strncmp(row, DRAFT_AMEND, strlen(DRAFT_AMEND)))
		return take_version(f, f->subject.ref, true);
	f->has_subject = true;
	return ERR_OK;
}

enum err filling_peek(struct app *app, uint64_t id, struct filling **out)
{
	struct filling *f = NULL;
	struct buf bytes = { 0 };
	enum err e = new_filling(app, &f);

	if (e)
		return e;
	e = draft_open(app->profile, id, &f->draft, &bytes);
	if (!e)
		e = read_subject(f, draft_about(f->draft)->row);
	if (!e && !f->amends)
		e = find_form(f, draft_about(f->draft)->form);
	if (!e)
		e = open_fill(f);
	if (!e)
		e = fill_load(f->fill, bytes.data, bytes.len, &f->at, dropped, f);
	buf_clear(&bytes);
	if (e) {
		filling_close(f);
		return e;
	}
	f->saved = true;
	*out = f;
	return ERR_OK;
}

enum err filling_resume(struct app *app, uint64_t id, struct filling **out)
{
	enum err e = filling_peek(app, id, out);

	if (e)
		return e;
	mark(app, id);
	if (!(*out)->amends)
		whereabouts_ask(app);
	return ERR_OK;
}

void filling_close(struct filling *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->undo_count; i++) {
		free(f->undo[i].path);
		free(f->undo[i].value);
	}
	free(f->reason);
	buf_clear(&f->dropped);
	buf_clear(&f->lost);
	markup_clear(&f->choice);
	draft_close(f->draft);
	fill_close(f->fill);
	submit_host_close(f->host);
	free(f);
}

enum err filling_discard(struct filling *f)
{
	uint64_t id = draft_about(f->draft)->id;
	struct profile *p = f->app->profile;
	enum err e;

	mark(f->app, 0);
	e = draft_remove(p, id);
	filling_close(f);
	return e ? e : along_drop(p, id);
}

enum err filling_save(struct filling *f, fill_node at)
{
	struct buf bytes = { 0 };
	enum err e = fill_save(f->fill, at, &bytes);

	f->saved = false;
	if (!e)
		e = draft_save(f->draft, bytes.data, bytes.len);
	f->saved = !e;
	buf_clear(&bytes);
	return e;
}

bool filling_settled(struct filling *f)
{
	enum err e = f->saved ? ERR_OK : filling_save(f, f->at);

	if (e)
		kit_say(KIT_DANGER, _("%s。填的都还在这里, 没有离开"), err_detail());
	return !e;
}

static void remember(struct filling *f, fill_node n, const char *old, bool along)
{
	struct buf path = { 0 };
	struct filling_undo *u;

	if (f->undo_count == FILLING_UNDO) {
		free(f->undo[0].path);
		free(f->undo[0].value);
		memmove(f->undo, f->undo + 1, --f->undo_count * sizeof *f->undo);
	}
	u = &f->undo[f->undo_count];
	fill_path(f->fill, n, &path);
	u->path = buf_take(&path);
	u->value = strdup(old);
	u->along = along && f->undo_count;
	if (u->path && u->value) {
		f->undo_count++;
	} else {
		free(u->path);
		free(u->value);
	}
}

static enum err put_answer(struct filling *f, fill_node n, const char *value, bool along)
{
	char *old = strdup(fill_value(f->fill, n));
	enum err e = old ? fill_set(f->fill, n, value) : err_set(ERR_NOMEM, "%s", _("答案"));

	f->fresh = false;
	if (!e && strcmp(old, fill_value(f->fill, n)))
		remember(f, n, old, along);
	if (!e)
		e = filling_save(f, n);
	free(old);
	return e;
}

enum err filling_answer(struct filling *f, fill_node n, const char *value)
{
	return put_answer(f, n, value, false);
}

enum err filling_answer_along(struct filling *f, fill_node n, const char *value)
{
	return put_answer(f, n, value, true);
}

void filling_toggle(struct filling *f, fill_node n, const char *choice, struct buf *value)
{
	if (!f->saved && f->toggled == n && !strcmp(f->toggled_choice, choice))
		buf_puts(value, fill_value(f->fill, n));
	else
		pick_toggle(fill_value(f->fill, n), choice, value);
	f->toggled = n;
	snprintf(f->toggled_choice, sizeof f->toggled_choice, "%s", choice);
}

enum err filling_put(struct filling *f, const char *name, const char *value)
{
	fill_node n = value ? fill_find(f->fill, name) : FILL_NO_NODE;

	return n == FILL_NO_NODE ? ERR_OK : fill_set(f->fill, n, value);
}

enum err filling_undo(struct filling *f, fill_node *at)
{
	struct filling_undo u = { .along = true };
	enum err e = ERR_OK;

	if (!f->undo_count)
		return err_set(ERR_NOTFOUND, _("没有可撤销的"));
	while (!e && u.along && f->undo_count) {
		u = f->undo[--f->undo_count];
		*at = fill_find(f->fill, u.path);
		e = *at == FILL_NO_NODE ? err_set(ERR_NOTFOUND, _("那一项已不在了")) : fill_set(f->fill, *at, u.value);
		free(u.path);
		free(u.value);
	}
	return e ? e : filling_save(f, *at);
}

struct fault { fill_node node; struct filling *f; struct buf *why; };

static bool first_fault(void *user, fill_node n, enum fill_fault what, const char *message)
{
	struct fault *found = user;
	struct buf label = { 0 };

	filling_label(found->f, n, &label);
	if (message && *message)
		buf_printf(found->why, "%s: %s", buf_str(&label), message);
	else
		buf_printf(found->why, what == FILL_MISSING ? _("还没填: %s") : _("不合要求: %s"), buf_str(&label));
	buf_clear(&label);
	found->node = n;
	return false;
}

fill_node filling_fault(struct filling *f, struct buf *why)
{
	struct fault found = { FILL_NO_NODE, f, why };
	enum err e = fill_check(f->fill, first_fault, &found);

	if (e)
		buf_puts(why, err_detail());
	return found.node;
}

/* What a form wants to know of where it was filled, when that is known by now. */
static void put_position(struct filling *f)
{
	const char *here = whereabouts_now(f->app);

	for (uint32_t q = 0; here && q < f->asked->question_count; q++) {
		fill_node n = f->asked->questions[q].type == FORM_START_GEOPOINT ? fill_node_at(f->fill, FILL_NO_NODE, q) : FILL_NO_NODE;

		if (n != FILL_NO_NODE && !*fill_value(f->fill, n))
			fill_put(f->fill, n, here);
	}
}

/* The record stands, whatever becomes of its pictures. */
static void attach(struct filling *f, uint64_t draft)
{
	f->not_attached = along_attach(f->app->profile, draft, &f->attached, &f->lost);
	for (size_t i = 0; i < f->lost.len; i++)
		if (f->lost.data[i] == '\n')
			f->lost.data[i] = ' ';
}

enum err filling_submit(struct filling *f, struct row_id *record)
{
	const struct draft_about *about = draft_about(f->draft);
	struct submit s = {
		.form = f->form->id, .version = f->pack->version /* the draft may have been begun with another */, .fill = f->fill, .subject = f->has_subject ? &f->subject : NULL,
		.number = (uint32_t)about->number, .started = about->started, .seconds = (uint32_t)((clock_uptime() - f->begun) / 1000),
		.draft = about->id, .village = *f->village ? f->village : NULL,
	};
	uint64_t id = about->id;
	enum err e;

	if (!f->amends)
		put_position(f);
	e = fill_finish(f->fill);
	*record = (struct row_id){ .index = 0 };
	if (!e && f->amends)
		e = submit_amend(f->app->profile, &(struct submit_amend){ f->target, f->fill, f->reason, about->id }, record->ref);
	else if (!e)
		e = submit_record(f->app->profile, &s, record->ref);
	if (e)
		return e;
	mark(f->app, 0);
	/* The record names its draft: should this fail, the next start takes it away. */
	draft_remove(f->app->profile, id);
	draft_close(f->draft);
	f->draft = NULL;
	attach(f, id);
	return ERR_OK;
}

enum err filling_fail(struct filling *f, enum err e)
{
	char detail[256];

	snprintf(detail, sizeof detail, "%s", err_detail());
	filling_discard(f);
	return err_set(e, "%s", detail);
}

enum err filling_keep(struct filling *f, enum err so_far, struct row_id *record)
{
	struct buf why = { 0 };
	enum err e = so_far;

	if (!e)
		filling_fault(f, &why);
	if (!e)
		e = why.len ? err_set(ERR_DENIED, "%s", buf_str(&why)) : filling_submit(f, record);
	buf_clear(&why);
	if (!e) {
		filling_close(f);
		return ERR_OK;
	}
	return filling_fail(f, e);
}

void filling_say_saved(const struct filling *f, const char *words)
{
	if (f->not_attached)
		kit_say(KIT_DANGER, _("%s; 但照片还没附上 (%s), 下次打开时再试"), words, err_text(f->not_attached));
	else if (f->lost.len)
		kit_say(KIT_DANGER, _("%s; 但找不到照片 %s: 在这条记录里补附"), words, buf_str(&f->lost));
	else if (f->attached)
		kit_say(KIT_GOOD, _("%s, 照片 %u 张"), words, f->attached);
	else
		kit_say(KIT_GOOD, "%s", words);
}
