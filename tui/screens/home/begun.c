#include "config.h"
#include "tui/screens/home/begun.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/pager.h"
#include "tui/screens/screens.h"
#include "tui/screens/walk/walk.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_COLUMNS = BEGUN_WORDS / 4 };

struct gathering { struct app *app; const struct begun *old; size_t old_count; struct begun *out; size_t count; };

static enum err add(void *user, const struct draft_about *about)
{
	struct gathering *g = user;
	struct begun *b;

	if (g->count == BEGUN_MAX)
		return ERR_OK;
	b = &g->out[g->count++];
	*b = (struct begun){ .about = *about, .form = pack_find_form(g->app->pack, about->form) };
	for (size_t i = 0; i < g->old_count; i++)
		if (g->old[i].read && g->old[i].about.id == about->id && g->old[i].about.sequence == about->sequence) {
			b->read = true;
			b->at = g->old[i].at;
			b->all = g->old[i].all;
			memcpy(b->words, g->old[i].words, sizeof b->words);
		}
	return ERR_OK;
}

static bool subject_of(struct app *app, const struct begun *b, struct row *row)
{
	const char *id = strchr(b->about.row, ':');
	struct row_id rid;

	return id && row_id_parse(id + 1, &rid) && !row_read(app->profile, &rid, row);
}

/* What tells one from another of the same form, about nothing that is there yet: the first words written in it. */
static void first_words(struct filling *f, char *out, size_t size)
{
	for (fill_node n = fill_first(f->fill); n != FILL_NO_NODE && !*out; n = fill_next(f->fill, n)) {
		const struct form_question *q = fill_question(f->fill, n);
		int used;

		if (q->type == FORM_TEXT && fill_is_relevant(f->fill, n) && pack_class(q) < 2)
			snprintf(out, size, "%.*s", (int)text_fit(fill_value(f->fill, n), WORDS_COLUMNS, &used), fill_value(f->fill, n));
	}
}

static void look(struct app *app, struct begun *b)
{
	struct row row = { .id = { .index = 0 } };
	struct filling *f = NULL;
	bool walk = b->form != PACK_NONE && app->pack->forms[b->form].walk;

	if (subject_of(app, b, &row)) {
		b->subject = row.key;
		row_clear(&row);
	}
	if (b->read || b->form == PACK_NONE || (!walk && strchr(b->about.row, ':')))
		return;
	b->read = true;              /* what cannot be read is said when it is opened */
	if (!filling_peek(app, b->about.id, &f)) {
		if (!walk)
			first_words(f, b->words, sizeof b->words);
		else if (!walk_stand(f, &b->at, &b->all))
			b->at = b->all = 0;
	}
	filling_close(f);
}

enum err begun_gather(struct app *app, struct begun begun[BEGUN_MAX], size_t *count)
{
	struct begun old[BEGUN_MAX];
	struct gathering g = { app, old, *count, begun, 0 };
	enum err e;

	memcpy(old, begun, sizeof old);
	e = draft_list(app->profile, add, &g);
	for (size_t i = 0; i < g.count; i++)
		look(app, &begun[i]);
	*count = g.count;
	return e;
}

void begun_cells(struct app *app, const struct begun *b, struct kit_cell cells[KIT_CELLS])
{
	struct row row = { .id = { .index = 0 } };
	struct buf text = { 0 };

	snprintf(cells[0].text, KIT_CELL, "%s", draft_is_open(app->profile, b->about.id) ? _("别处在填") : _("接着做"));
	cells[0].role = KIT_STRONG;
	if (b->all)
		snprintf(cells[1].text, KIT_CELL, _("做到第 %zu/%zu 项"), b->at, b->all);
	else
		snprintf(cells[1].text, KIT_CELL, "%s", b->form != PACK_NONE ? pack_name(&app->pack->forms[b->form].title, i18n_language()) : b->about.form);
	if (subject_of(app, b, &row)) {
		row_title(app->profile, &row, &text);
		words_standing(app, &row, &text);
		snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&text));
		row_clear(&row);
	} else {
		snprintf(cells[2].text, KIT_CELL, "%s", b->words);
	}
	buf_reset(&text);
	app_since(app, b->about.started, &text);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&text));
	cells[3].role = KIT_DIM;
	buf_clear(&text);
}

bool begun_is_walk_of(const struct app *app, const struct begun *b, const struct row_key *subject)
{
	return b->form != PACK_NONE && app->pack->forms[b->form].walk && b->subject.len && b->subject.len == subject->len &&
	       !memcmp(b->subject.bytes, subject->bytes, subject->len);
}

const struct begun *begun_interrupted(struct app *app, const struct begun *begun, size_t count)
{
	uint64_t id = filling_interrupted(app);

	for (size_t i = 0; id && i < count; i++)
		if (begun[i].about.id == id)
			return draft_is_open(app->profile, id) ? NULL : &begun[i];
	return NULL;
}

/* What has been read of what a new version left out; then the form. */
static struct { struct app *app; uint64_t id; } told;

static enum kit_next read_it(struct kit_view *below, struct kit_view *self)
{
	(void)self;
	return begun_resume(below, told.app, told.id);
}

/* A page of its own: it may be many, and nobody else knows what was answered. */
static enum kit_next tell_dropped(struct kit_view *v, struct app *app, struct filling *f)
{
	struct kit_view *pager;
	struct buf text = { 0 };

	told.app = app;
	told.id = draft_about(f->draft)->id;
	buf_printf(&text, _("清单换了新版 (%s), 这些答案没能带过来。看过按 Esc 接着填, 要的再补上。\n\n"), f->pack->version);
	buf_puts(&text, buf_str(&f->dropped));
	pager = text.err ? NULL : kit_pager_new(_("没能带过来的答案"), buf_str(&text));
	buf_clear(&text);
	filling_close(f);
	if (pager)
		pager->done = read_it;
	return kit_open(v, pager);
}

enum kit_next begun_resume(struct kit_view *v, struct app *app, uint64_t id)
{
	struct filling *f = NULL;
	enum err e = filling_resume(app, id, &f);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	if (f->dropped.len && (told.app != app || told.id != id))
		return tell_dropped(v, app, f);
	told.id = 0;
	return kit_open(v, screen_filling_new(f));
}
