#include "config.h"
#include "tui/screens/villages.h"

#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

enum { CODE = 12 /* digits of a village; a grid's number goes on behind them */ };

/* May this person write for any village, and does the form begin a row that belongs to one? */
static bool is_open(const struct filling *f)
{
	const struct keys_writer *w = keys_roster_find(f->app->profile->roster, f->app->profile->writer);
	bool all = false, village = false;

	if (f->amends || f->has_subject)
		return false;
	for (size_t i = 0; w && i < w->scope_count; i++)
		all |= w->scopes[i].kind == 0;
	for (uint32_t i = 0; i < f->form->entity_count; i++)
		village |= f->form->entities[i].creates && !f->pack->registers[f->form->entities[i].reg].township;
	return all && village;
}

static bool makes(const struct filling *f, const char *reg)
{
	for (uint32_t i = 0; i < f->form->entity_count; i++)
		if (f->form->entities[i].creates && !strcmp(f->pack->registers[f->form->entities[i].reg].id, reg))
			return true;
	return false;
}

/* The village of a row of villages or grids. */
static bool code_of(struct app *app, const char *id, char out[33])
{
	struct row row = { .id = { .index = 0 } };
	struct buf code = { 0 };
	struct event_scope scope;
	struct row_id of;
	bool has;

	if (!row_id_parse(id, &of) || row_read(app->profile, &of, &row))
		return false;
	words_stored(app, &row, "code", &code);
	if (!strcmp(row.reg, "grids") && code.len > CODE)
		buf_cut(&code, CODE);
	has = code.len && code.len < 33 && !event_scope_parse(buf_str(&code), &scope) && scope.kind == 1;
	if (has)
		snprintf(out, 33, "%s", buf_str(&code));
	buf_clear(&code);
	row_clear(&row);
	return has;
}

void villages_answered(struct filling *f)
{
	if (!is_open(f))
		return;
	for (fill_node n = fill_first(f->fill); n != FILL_NO_NODE && !*f->village; n = fill_next(f->fill, n)) {
		const struct form_question *q = fill_question(f->fill, n);

		if (q->type == FORM_ROW && q->source && (!strcmp(q->source, "villages") || !strcmp(q->source, "grids")) && fill_is_relevant(f->fill, n))
			code_of(f->app, fill_value(f->fill, n), f->village);
	}
}

bool villages_asked(const struct filling *f)
{
	return is_open(f) && makes(f, "warnings") && pack_find_register(f->pack, "villages") != PACK_NONE;
}

enum kit_next villages_ask(struct kit_view *v, struct filling *f, enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	struct listing_query q = { .reg = "villages" };
	struct listing *l = NULL;
	struct buf ticked = { 0 };
	struct kit_view *rows = NULL;
	enum err e = listing_open(f->app->profile, &q, &l);

	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct row row;
		char id[ROW_ID_TEXT];

		if (!(e = listing_row(l, i, &row))) {
			buf_printf(&ticked, "%s%s", ticked.len ? " " : "", row_id_text(&row.id, id));
			row_clear(&row);
		}
	}
	if (!e && !listing_count(l))
		e = err_set(ERR_NOTFOUND, _("村的登记簿还是空的: 先登记各村, 才知道发给谁"));
	listing_close(l);
	if (e)
		kit_say_error(e);
	else
		rows = screen_rows_tick_new(f->app, "villages", "", buf_str(&ticked), done);
	buf_clear(&ticked);
	if (e)
		return KIT_STAY;
	kit_say(KIT_PLAIN, _("发给哪些村: 空格勾选, Enter 发出"));
	return kit_open(v, rows);
}

/* The same answers, for one village more. */
static enum err submit_again(struct app *app, const char *form, const char *village, const struct buf *answers)
{
	struct filling *f = NULL;
	struct row_id record;
	fill_node at;
	enum err e = filling_begin(app, form, NULL, &f);

	if (e)
		return e;
	snprintf(f->village, sizeof f->village, "%s", village);
	return filling_keep(f, fill_load(f->fill, answers->data, answers->len, &at, NULL, NULL), &record);
}

/* The next of ids that stand apart by blanks; false after the last. */
static bool next_id(const char **ids, char id[ROW_ID_TEXT])
{
	size_t n = strcspn(*ids, " ");

	snprintf(id, ROW_ID_TEXT, "%.*s", (int)n, *ids);
	*ids += n;
	*ids += strspn(*ids, " ");
	return n > 0;
}

static void put_title(struct app *app, const char *id, struct buf *out)
{
	struct row_id of;

	if (row_id_parse(id, &of))
		words_title(app, &of, out);
	else
		buf_puts(out, id);
}

static enum err village_of(struct app *app, const char *id, char village[33])
{
	struct buf title = { 0 };
	enum err e = ERR_OK;

	if (!code_of(app, id, village)) {
		put_title(app, id, &title);
		e = err_set(ERR_FORMAT, _("%s 没有区划代码, 或代码不对: 一个村都没发, 先在登记簿上改正"), buf_str(&title));
	}
	buf_clear(&title);
	return e;
}

/* Codes (apart by blanks) and names (a line each) of those it goes to, read before the first of them is written: a village that cannot
 * have it is found while all of it can still be put right, and what stops it half-way may keep the registers from being read. */
static enum err look_up(struct app *app, const char *ids, struct buf *codes, struct buf *names)
{
	char id[ROW_ID_TEXT], village[33];
	enum err e = ERR_OK;

	if (!*ids)
		return err_set(ERR_USAGE, _("一个村都没勾: 没有发"));
	while (!e && next_id(&ids, id) && !(e = village_of(app, id, village))) {
		buf_printf(codes, "%s ", village);
		put_title(app, id, names);
		buf_putc(names, '\n');
	}
	return e;
}

/* Some have it, the others do not: which, why, and what to do, for a page of its own. */
static void say_unsent(const char *names, unsigned sent, struct buf *words)
{
	for (unsigned i = 0; i < sent && strchr(names, '\n'); i++)
		names = strchr(names, '\n') + 1;
	buf_printf(words, _("# 没发完\n已发给 %u 个村。后面的没发: %s\n\n"), sent, err_detail());
	buf_puts(words, _("先把上面说的办好, 再登记一次, 只勾下面这些村:\n"));
	buf_puts(words, names);
}

static void say_sending(unsigned sent, unsigned all)
{
	char words[128];

	snprintf(words, sizeof words, _("正在发给各村… %u/%u"), sent, all);
	kit_say_now(words);
}

enum err villages_submit(struct filling *f, const char *ids, struct buf *words)
{
	const char *form = f->form->id, *next;
	struct app *app = f->app;
	struct buf answers = { 0 }, codes = { 0 }, names = { 0 };
	struct row_id record;
	char village[ROW_ID_TEXT];
	unsigned sent = 0;
	enum err e = look_up(app, ids, &codes, &names);

	if (!e)
		e = fill_save(f->fill, FILL_NO_NODE, &answers);
	next = buf_str(&codes);
	while (!e && next_id(&next, village)) {
		say_sending(sent, (unsigned)(codes.len / (CODE + 1)));
		if (sent) {
			e = submit_again(app, form, village, &answers);
		} else {
			snprintf(f->village, sizeof f->village, "%s", village);
			e = filling_submit(f, &record);
		}
		sent += !e;
	}
	if (!e)
		buf_printf(words, _("已发给 %u 个村, 同步后各村收到"), sent);
	else if (sent)
		say_unsent(buf_str(&names), sent, words);
	buf_clear(&names);
	buf_clear(&codes);
	buf_clear(&answers);
	return e;
}
