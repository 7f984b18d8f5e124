#include "config.h"
#include "tui/screens/form/typed.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"
#include "tui/screens/form/filling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct typed *find(struct typed_rows *t, const struct row_id *subject, const char *what)
{
	for (size_t i = 0; i < t->count; i++)
		if (!memcmp(&t->at[i].subject, subject, sizeof *subject) && !strcmp(t->at[i].what, what))
			return &t->at[i];
	return NULL;
}

static struct typed *add(struct typed_rows *t, const struct row_id *subject, const char *what)
{
	struct typed *one;

	if (t->count == TYPED_MAX)
		return NULL;
	one = &t->at[t->count++];
	*one = (struct typed){ .subject = *subject };
	snprintf(one->what, sizeof one->what, "%s", what);
	return one;
}

const char *typed_text(struct typed_rows *t, const struct row_id *subject, const char *what)
{
	const struct typed *one = find(t, subject, what);

	return one ? one->text : "";
}

static void drop(struct typed_rows *t, struct typed *one)
{
	*one = t->at[--t->count];
}

/* What it was when it became a draft is not what is typed now. */
static void forget_draft(struct typed_rows *t, struct typed *one)
{
	if (one->draft && draft_remove(t->app->profile, one->draft))
		kit_say_error(ERR_IO);
	one->draft = 0;
}

bool typed_key(struct typed_rows *t, const struct row_id *subject, const char *what, int key)
{
	struct typed *one = find(t, subject, what);
	size_t len = one ? strlen(one->text) : 0;
	bool back = key == (KIT_FN | KEY_BACKSPACE), clear = key == ('U' & 0x1f), mark = key > 0 && key < 128 && strchr(t->marks, key);

	if (mark && (key == '-') == (len > 0))
		return false;
	if ((back || clear) ? !len : !mark && key != '.' && (key < '0' || key > '9'))
		return false;
	if (!one && !(one = add(t, subject, what))) {
		kit_say(KIT_SOON, _("打了没记的太多了: 先逐行按 Enter 记下"));
		return true;
	}
	forget_draft(t, one);
	t->refused = false;
	if (clear || (back && len == 1)) {
		drop(t, one);
	} else if (back) {
		one->text[len - 1] = '\0';
	} else if (len + 1 < sizeof one->text) {
		one->text[len] = (char)key;
		one->text[len + 1] = '\0';
	}
	return true;
}

enum err typed_record(struct typed_rows *t, const struct row_id *subject, const char *what, struct row_id *made)
{
	struct typed *one = find(t, subject, what);
	struct filling *f = NULL;
	enum err e = one && one->draft ? filling_resume(t->app, one->draft, &f) : filling_begin(t->app, t->form, subject, &f);

	if (e)
		return e;
	e = filling_keep(f, t->put(t->user, subject, what, one ? one->text : "", f), made);
	if (!one)
		return e;
	one->draft = 0;                         /* a record now, or thrown away: what is typed stands here */
	if (!e)
		drop(t, one);
	return e;
}

static enum err take_one(void *user, const struct draft_about *about)
{
	struct typed_rows *t = user;
	const char *id = strchr(about->row, ':');
	struct filling *f = NULL;
	struct typed one = { .draft = about->id }, *there;

	if (strcmp(about->form, t->form) || !id || !row_id_parse(id + 1, &one.subject) || draft_is_open(t->app->profile, about->id) || filling_peek(t->app, about->id, &f))
		return ERR_OK;
	if (f->at == FILL_NO_NODE)              /* else a person was at it in the form itself, which holds more */
		t->get(t->user, f, one.what, one.text);
	filling_close(f);
	if (*one.text && !find(t, &one.subject, one.what) && (there = add(t, &one.subject, one.what)))
		*there = one;
	return ERR_OK;
}

enum err typed_take_up(struct typed_rows *t)
{
	return draft_list(t->app->profile, take_one, t);
}

static enum err to_draft(struct typed_rows *t, struct typed *one)
{
	struct filling *f = NULL;
	enum err e = filling_begin(t->app, t->form, &one->subject, &f);

	if (e)
		return e;
	e = t->put(t->user, &one->subject, one->what, one->text, f);
	if (!e)
		e = filling_save(f, FILL_NO_NODE);
	if (e)
		return filling_fail(f, e);
	one->draft = draft_about(f->draft)->id;
	f->fresh = false;
	filling_leave(f);
	filling_close(f);
	return ERR_OK;
}

/* Those that are none yet. What the card did not take goes before what cannot be an answer. */
static enum err to_drafts(struct typed_rows *t, unsigned *kept)
{
	enum err first = ERR_OK, e;

	*kept = 0;
	for (size_t i = 0; i < t->count; i++) {
		if (t->at[i].draft)
			continue;
		e = to_draft(t, &t->at[i]);
		*kept += !e;
		if (e && (!first || err_is_machine(e)))
			first = e;
	}
	return first;
}

bool typed_leave(struct typed_rows *t)
{
	unsigned kept;
	enum err e = to_drafts(t, &kept);
	bool stays = e && (err_is_machine(e) || !t->refused);

	t->refused = e && !err_is_machine(e);
	if (stays)
		kit_say(KIT_DANGER, err_is_machine(e) ? _("%s。打的数都还在这里, 没有离开") : _("%s: 改好, 或再按一次 Esc 不要它"), err_detail());
	else if (kept)
		kit_say(KIT_SOON, _("打了没记的 %u 个数留作草稿: 回到这里按 Enter 记下"), kept);
	return !stays;
}

void typed_close(struct typed_rows *t)
{
	unsigned kept;

	to_drafts(t, &kept);
}
