#include "config.h"
#include "tui/screens/form/tally.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/form/typed.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_SHOWN = 3, COUNTED_MAX = 2000 };

struct counted { struct row_id id; char said[TYPED_TEXT]; };

struct tally {
	struct kit_view base;
	struct app *app;
	const struct pack_form *form;
	const struct form *asked;                   /* what it asks */
	const struct pack_register *reg;
	char about[ROW_ID_TEXT], about_reg[64];     /* a row, and its register; "" */
	struct listing *listing;
	struct typed_rows typed;
	char said[TYPED_TEXT];                      /* what the numbers of the row at hand are now */
	struct counted *counted;                    /* in this sitting */
	size_t counted_count, counted_cap;
	uint32_t fields[FIELDS_SHOWN];              /* what is booked, as the register derives it */
	size_t field_count;
	struct kit_list list;
	struct kit_column columns[3 + FIELDS_SHOWN];
	uint64_t version;                           /* of the store that was read */
};

static bool is_tally(const struct form_question *q)
{
	return (q->type == FORM_INTEGER || q->type == FORM_DECIMAL) && q->appearance && strstr(q->appearance, "xc-tally");
}

static bool counts(const struct app *app, const struct pack_form *form)
{
	const struct form *asked;

	if (!form->subject || form->walk || !words_is_mine(app, form) || pack_form_read(form, &asked))
		return false;
	for (uint32_t i = 0; i < asked->question_count; i++)
		if (is_tally(&asked->questions[i]))
			return true;
	return false;
}

const struct pack_form *tally_form(const struct app *app, const char *reg)
{
	for (uint32_t f = 0; app->pack && f < app->pack->form_count; f++)
		if (app->pack->forms[f].subject && !strcmp(app->pack->forms[f].subject, reg) && counts(app, &app->pack->forms[f]))
			return &app->pack->forms[f];
	return NULL;
}

const struct pack_form *tally_of(const struct app *app, const char *form)
{
	uint32_t f = pack_find_form(app->pack, form);

	return f != PACK_NONE && counts(app, &app->pack->forms[f]) ? &app->pack->forms[f] : NULL;
}

static size_t row_count(void *user)
{
	const struct tally *t = user;

	return t->listing ? listing_count(t->listing) : 0;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	struct row_key key;

	if (listing_key(((struct tally *)user)->listing, (uint32_t)i, &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

static struct counted *counted_of(const struct tally *t, const struct row_id *id)
{
	for (size_t i = 0; i < t->counted_count; i++)
		if (!memcmp(&t->counted[i].id, id, sizeof *id))
			return &t->counted[i];
	return NULL;
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct tally *t = user;
	struct row row = { .id = { .index = 0 } };
	const struct counted *done;
	const char *typed;
	struct buf b = { 0 };

	if (listing_row(t->listing, (uint32_t)i, &row))
		return;
	row_title(t->app->profile, &row, &b);
	done = counted_of(t, &row.id);
	snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&b));
	typed = typed_text(&t->typed, &row.id, "");
	if (*typed) {
		snprintf(cells[1].text, KIT_CELL, i == t->list.at ? "%s_" : _("%s 没记"), typed);
		cells[1].role = KIT_FIELD;
	} else if (done) {
		snprintf(cells[1].text, KIT_CELL, _("已记 %s"), done->said);
		cells[1].role = KIT_GOOD;
	}
	for (size_t f = 0; f < t->field_count; f++) {
		struct buf value = { 0 };

		words_value(t->app, &row, t->reg, t->fields[f], false, &value);
		if (value.len)
			snprintf(cells[2 + f].text, KIT_CELL, "%.*s %s", KIT_CELL / 2, pack_name(&t->reg->fields[t->fields[f]].label, i18n_language()), buf_str(&value));
		cells[2 + f].role = KIT_DIM;
		buf_clear(&value);
	}
	buf_clear(&b);
	row_clear(&row);
}

static enum err load(struct kit_view *base)
{
	struct tally *t = (struct tally *)base;
	enum err e;

	t->version = profile_version(t->app->profile);
	e = t->listing ? listing_refresh(t->listing) : listing_open(t->app->profile, &(struct listing_query){ .reg = t->reg->id }, &t->listing);

	kit_list_sync(&t->list);
	return e;
}

/* Something came meanwhile. */
static bool stale(struct kit_view *base)
{
	const struct tally *t = (const struct tally *)base;

	return t->version != profile_version(t->app->profile);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct tally *t = (struct tally *)base;

	buf_printf(left, "%s > %s", pack_name(&t->form->title, i18n_language()), pack_name(&t->reg->label, i18n_language()));
	buf_printf(right, _("已记 %zu/%zu"), t->counted_count, row_count(t));
}

/* "实存数 完好数 (不同时两个数之间空一格)" */
static void draw(struct kit_view *base, WINDOW *win)
{
	struct tally *t = (struct tally *)base;
	struct buf b = { 0 }, words = { 0 };
	unsigned numbers = 0;
	int y = 0;

	for (uint32_t i = 0; i < t->asked->question_count; i++)
		if (is_tally(&t->asked->questions[i]))
			buf_printf(&b, "%s%s", numbers++ ? _(" 空格 ") : "", form_text(t->asked, &t->asked->questions[i].label, form_language(t->asked, i18n_language() ? "en" : "zh")));
	if (getmaxy(win) > 4) {
		buf_printf(&words, numbers > 1 ? _("打 %s, 一样时打一个; 空着 Enter 照账面") : _("打 %s; 空着 Enter 照账面"), buf_str(&b));
		y = kit_paragraph(win, 0, 1, 2, getmaxx(win) - 2, KIT_DIM, buf_str(&words));
	}
	buf_clear(&words);
	buf_clear(&b);
	kit_list_draw(&t->list, base, win, y, getmaxy(win) - y);
}

/* The typed numbers into the form; t->said gets what stands there afterwards. */
static enum err put_numbers(struct tally *t, struct filling *f, const char *typed)
{
	const char *s = typed;
	char last[TYPED_TEXT] = "";
	size_t len = 0;
	enum err e = ERR_OK;

	t->said[0] = '\0';
	for (uint32_t i = 0; i < t->asked->question_count && !e; i++) {
		const struct form_question *q = &t->asked->questions[i];
		fill_node n = is_tally(q) ? fill_find(f->fill, q->name) : FILL_NO_NODE;
		char number[TYPED_TEXT];

		if (n == FILL_NO_NODE)
			continue;
		s += strspn(s, " ");
		snprintf(number, sizeof number, "%.*s", (int)strcspn(s, " "), s);
		s += strcspn(s, " ");
		/* One number for all of them, unless more were typed. */
		if (*number)
			snprintf(last, sizeof last, "%s", number);
		if (*last)
			e = fill_set(f->fill, n, last);
		len += (size_t)snprintf(t->said + len, TYPED_TEXT - len, "%s%.10s", len ? " " : "", fill_value(f->fill, n));
		if (len >= TYPED_TEXT)
			len = TYPED_TEXT - 1;
	}
	return e;
}

static enum err remember(struct tally *t, const struct row_id *id, const char *said)
{
	struct counted *c = counted_of(t, id);

	if (!c && t->counted_count == t->counted_cap) {
		size_t cap = t->counted_cap ? t->counted_cap * 2 : 64;
		struct counted *grown = cap > COUNTED_MAX ? NULL : realloc(t->counted, cap * sizeof *grown);

		if (!grown)
			return ERR_OK;          /* the record is kept; only its mark on this screen is not */
		t->counted = grown;
		t->counted_cap = cap;
	}
	if (!c)
		c = &t->counted[t->counted_count++];
	c->id = *id;
	snprintf(c->said, sizeof c->said, "%s", said);
	return ERR_OK;
}

static enum err put_about(struct tally *t, struct filling *f)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; *t->about && i < t->asked->question_count && !e; i++) {
		const struct form_question *q = &t->asked->questions[i];
		fill_node n = q->type == FORM_ROW && !strcmp(q->source, t->about_reg) ? fill_find(f->fill, q->name) : FILL_NO_NODE;

		if (n != FILL_NO_NODE && !*fill_value(f->fill, n))
			e = fill_set(f->fill, n, t->about);
	}
	return e;
}

static enum err put_typed(void *user, const struct row_id *subject, const char *what, const char *text, struct filling *f)
{
	struct tally *t = user;
	enum err e = put_numbers(t, f, text);

	(void)subject;
	(void)what;
	return e ? e : put_about(t, f);
}

/* "38 36"; one number where all are the same, as it is typed. */
static void get_typed(void *user, struct filling *f, char what[TYPED_TEXT], char text[TYPED_TEXT])
{
	struct tally *t = user;
	const char *first = NULL;
	struct buf all = { 0 };
	bool same = true;

	what[0] = '\0';
	for (uint32_t i = 0; i < t->asked->question_count; i++) {
		fill_node n = is_tally(&t->asked->questions[i]) ? fill_find(f->fill, t->asked->questions[i].name) : FILL_NO_NODE;
		const char *value = n == FILL_NO_NODE ? "" : fill_value(f->fill, n);

		if (!*value)
			continue;
		first = first ? first : value;
		same = same && !strcmp(first, value);
		buf_printf(&all, "%s%s", all.len ? " " : "", value);
	}
	snprintf(text, TYPED_TEXT, "%s", same ? (first ? first : "") : buf_str(&all));
	buf_clear(&all);
}

static enum err record(struct tally *t, const struct row_id *id)
{
	struct row_id made;
	enum err e = typed_record(&t->typed, id, "", &made);

	if (e)
		return e;
	kit_say(KIT_GOOD, _("已存: %s"), t->said);
	return remember(t, id, t->said);
}

static enum kit_next count(struct tally *t)
{
	struct row row = { .id = { .index = 0 } };
	enum err e = listing_row(t->listing, (uint32_t)t->list.at, &row);

	if (!e)
		e = record(t, &row.id);
	row_clear(&row);
	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	load(&t->base);
	if (t->counted_count == row_count(t))
		kit_say(KIT_GOOD, _("都记了: %zu 样"), t->counted_count);
	kit_list_act(&t->list, ACT_DOWN);
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct tally *t = (struct tally *)base;
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;

	switch (a) {
	case ACT_OPEN:
		return row_count(t) ? count(t) : KIT_STAY;
	case ACT_DETAILS:
		if (!listing_row(t->listing, (uint32_t)t->list.at, &row))
			next = kit_open(base, screen_row_new(t->app, &row.id));
		row_clear(&row);
		return next;
	case ACT_BACK:
		return typed_leave(&t->typed) ? KIT_CLOSE : KIT_STAY;
	default:
		return kit_list_act(&t->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a == ACT_OPEN || a == ACT_DETAILS ? row_count(base) > 0 : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_OPEN ? _("记下, 下一样") : NULL;
}

static enum kit_typing typing(struct kit_view *base)
{
	(void)base;
	return KIT_TYPING_NUMBER;
}

static enum kit_next key(struct kit_view *base, int k)
{
	struct tally *t = (struct tally *)base;
	struct row row = { .id = { .index = 0 } };
	bool mine = row_count(t) && !listing_row(t->listing, (uint32_t)t->list.at, &row) && typed_key(&t->typed, &row.id, "", k);

	row_clear(&row);
	return mine ? KIT_STAY : KIT_PASS;
}

static void close_tally(struct kit_view *base)
{
	struct tally *t = (struct tally *)base;

	typed_close(&t->typed);                 /* locked out while typing */
	listing_close(t->listing);
	free(t->counted);
	free(t);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'd', ACT_DETAILS, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

/* Another row only: a second tap does not record what nobody typed. */
static enum kit_next tap(struct kit_view *base, int y, int x)
{
	struct tally *t = (struct tally *)base;

	(void)x;
	kit_list_tap(&t->list, y);
	return KIT_STAY;
}

static const struct kit_view_ops ops = {
	.name = "tally", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_tally, .offers = offers,
	.label = label, .typing = typing, .key = key, .tap = tap, .stale = stale,
};

/* Beside the title: what the register reckons of such records, as far as lists show it. */
static void choose_columns(struct tally *t)
{
	t->columns[0] = (struct kit_column){ 0, 1, false };
	t->columns[1] = (struct kit_column){ 14, 1, true };
	for (uint32_t f = 0; f < t->reg->field_count && t->field_count < FIELDS_SHOWN; f++)
		if (t->reg->fields[f].list && t->reg->fields[f].derive) {
			t->columns[2 + t->field_count] = (struct kit_column){ t->field_count ? 13 : 20, 2, false };
			t->fields[t->field_count++] = f;
		}
}

struct kit_view *screen_tally_new(struct app *app, const struct pack_form *form, const struct row_id *about)
{
	uint32_t reg = pack_find_register(app->pack, form->subject);
	struct tally *t = reg == PACK_NONE ? NULL : calloc(1, sizeof *t);
	struct row row = { .id = { .index = 0 } };

	if (!t)
		return NULL;
	t->base.ops = &ops;
	t->app = app;
	t->form = form;
	t->asked = form->body->form;
	t->reg = &app->pack->registers[reg];
	if (about && !row_read(app->profile, about, &row)) {
		snprintf(t->about_reg, sizeof t->about_reg, "%s", row.reg);
		row_id_text(about, t->about);
	}
	row_clear(&row);
	choose_columns(t);
	t->typed = (struct typed_rows){ .app = app, .form = form->id, .marks = " ", .put = put_typed, .get = get_typed, .user = t };
	if (typed_take_up(&t->typed))
		kit_say_error(ERR_IO);
	t->list.rows = (struct kit_rows){ .user = t, .count = row_count, .id = row_id_of, .row = row_draw, .columns = t->columns,
	                                  .column_count = 2 + t->field_count, .empty = _("这本台账还是空的, 没有可点数的。") };
	return &t->base;
}
