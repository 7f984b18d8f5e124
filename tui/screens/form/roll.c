#include "config.h"
#include "tui/screens/form/roll.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/draw.h"
#include "tui/kit/list.h"
#include "tui/screens/form/pick.h"
#include "tui/screens/form/subset.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct roll {
	struct kit_view base;
	struct filling *f;
	fill_node answers[ROLL_ANSWERS_MAX];        /* the questions, in order: digit n is answers[n - 1] */
	size_t answer_count;
	char labels[ROLL_ANSWERS_MAX][48];
	bool open_only;
	char put[ROW_ID_TEXT]; size_t put_into;     /* who was ticked last */
	struct listing *listing;
	uint32_t *shown;                            /* indexes of the listing that are shown */
	size_t shown_count;
	struct kit_list list;
	char empty[KIT_CELL];
};

bool roll_is(const struct form_question *q)
{
	return q->type == FORM_GROUP && q->appearance && strstr(q->appearance, "xc-roll");
}

static size_t questions_of(const struct fill *f, fill_node group, fill_node out[ROLL_ANSWERS_MAX])
{
	const struct form *form = fill_form(f);
	uint32_t at = fill_question_index(f, group);
	size_t n = 0;

	for (uint32_t i = at + 1; i < form->questions[at].end && n < ROLL_ANSWERS_MAX; i++)
		if (form->questions[i].type == FORM_ROWS && (out[n] = fill_child(f, group, form->questions[i].name)) != FILL_NO_NODE)
			n++;
	return n;
}

static unsigned count_ids(const char *ids)
{
	unsigned n = 0;

	for (; *ids; ids += strcspn(ids, " "), ids += *ids == ' ')
		n++;
	return n;
}

void roll_words(struct filling *f, fill_node group, struct buf *out)
{
	fill_node answers[ROLL_ANSWERS_MAX];
	size_t n = questions_of(f->fill, group, answers), before = out->len;

	for (size_t i = 0; i < n; i++) {
		unsigned people = count_ids(fill_value(f->fill, answers[i]));

		if (!people)
			continue;
		buf_puts(out, out->len > before ? "  " : "");
		filling_label(f, answers[i], out);
		buf_printf(out, " %u", people);
	}
}

static size_t row_count(void *user)
{
	return ((struct roll *)user)->shown_count;
}

static enum err read_shown(struct roll *r, size_t i, struct row *row)
{
	return i < r->shown_count ? listing_row(r->listing, r->shown[i], row) : ERR_NOTFOUND;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	struct roll *r = user;
	struct row_key key;

	if (i >= r->shown_count || listing_key(r->listing, r->shown[i], &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

/* Which answer holds this row; answer_count when none does. */
static size_t answer_of(const struct roll *r, const char *id)
{
	size_t i = 0;

	while (i < r->answer_count && !pick_has(fill_value(r->f->fill, r->answers[i]), id))
		i++;
	return i;
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct roll *r = user;
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };
	char id[ROW_ID_TEXT];
	size_t a;

	if (read_shown(r, i, &row)) {
		row_clear(&row);
		return;
	}
	a = answer_of(r, row_id_text(&row.id, id));
	row_title(r->f->app->profile, &row, &b);
	snprintf(cells[0].text, KIT_CELL, "%s", a < r->answer_count ? "[x]" : "[ ]");
	snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&b));
	snprintf(cells[2].text, KIT_CELL, "%s", a < r->answer_count ? r->labels[a] : "");
	cells[2].role = a == 0 ? KIT_GOOD : KIT_SOON;
	buf_clear(&b);
	row_clear(&row);
}

static enum err choose_shown(struct roll *r)
{
	uint32_t n = listing_count(r->listing), *grown = realloc(r->shown, (n + 1) * sizeof *grown);

	r->shown_count = 0;
	if (!grown)
		return err_set(ERR_NOMEM, "%s", _("点名"));
	r->shown = grown;
	for (uint32_t i = 0; i < n; i++) {
		struct row row = { .id = { .index = 0 } };
		char id[ROW_ID_TEXT];

		if (!r->open_only || (!listing_row(r->listing, i, &row) && answer_of(r, row_id_text(&row.id, id)) == r->answer_count))
			r->shown[r->shown_count++] = i;
		row_clear(&row);
	}
	kit_list_sync(&r->list);
	return ERR_OK;
}

/* Nobody is on the list of a team that nobody named. */
static void say_empty(struct roll *r)
{
	fill_node wanted = subset_waits_for(r->f, r->answers[0]);
	struct buf label = { 0 };

	if (wanted != FILL_NO_NODE) {
		filling_label(r->f, wanted, &label);
		snprintf(r->empty, sizeof r->empty, _("名单照「%s」来: Esc 回去先填它。"), buf_str(&label));
		buf_clear(&label);
	} else {
		snprintf(r->empty, sizeof r->empty, "%s", _("名单上没有人。先在人员档案里登记, 或 Esc 回去直接填人数。"));
	}
	r->list.rows.empty = r->empty;
}

static enum err load(struct kit_view *base)
{
	struct roll *r = (struct roll *)base;
	struct buf where = { 0 };
	struct listing_query q = { .reg = fill_question(r->f->fill, r->answers[0])->source };
	enum err e;

	subset_where(r->f, r->answers[0], &where);
	q.where = where.len ? buf_str(&where) : NULL;
	listing_close(r->listing);
	r->listing = NULL;
	e = listing_open(r->f->app->profile, &q, &r->listing);
	buf_clear(&where);
	say_empty(r);
	return e ? e : choose_shown(r);
}

static unsigned ticked(const struct roll *r)
{
	unsigned n = 0;

	for (size_t i = 0; i < r->answer_count; i++)
		n += count_ids(fill_value(r->f->fill, r->answers[i]));
	return n;
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct roll *r = (struct roll *)base;

	filling_label(r->f, fill_parent(r->f->fill, r->answers[0]), left);
	buf_printf(right, _("%u/%u 点过  %s"), ticked(r), r->listing ? (unsigned)listing_count(r->listing) : 0, r->f->saved ? _("已存") : _("还没存"));
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct roll *r = (struct roll *)base;
	struct buf b = { 0 };
	int y = 0;

	if (getmaxy(win) > 4) {
		roll_words(r->f, fill_parent(r->f->fill, r->answers[0]), &b);
		kit_text(win, y++, 1, getmaxx(win) - 2, b.len ? KIT_STRONG : KIT_DIM, b.len ? buf_str(&b) : _("一人一键, 自动到下一人"));
		buf_clear(&b);
	}
	kit_list_draw(&r->list, base, win, y, getmaxy(win) - y);
}

/* Put a row into answer `a` and out of the others; into none when it stood there already. */
static enum err put(struct roll *r, const char *id, size_t a)
{
	size_t was = answer_of(r, id);
	enum err e = ERR_OK;

	for (size_t i = 0; i < r->answer_count && !e; i++) {
		struct buf value = { 0 };

		if (i == was || (i == a && was != a)) {
			pick_toggle(fill_value(r->f->fill, r->answers[i]), id, &value);
			e = fill_set(r->f->fill, r->answers[i], buf_str(&value));
		}
		buf_clear(&value);
	}
	return e;
}

static bool keep(struct roll *r, enum err e)
{
	r->f->fresh = false;
	if (!e)
		e = filling_save(r->f, r->answers[0]);
	if (e)
		kit_say_error(e);
	return !e;
}

/* What the card did not take stands, under the cursor still: the same key keeps it, and does not turn it back. */
static enum kit_next tick(struct roll *r, size_t a)
{
	struct row row = { .id = { .index = 0 } };
	char id[ROW_ID_TEXT];
	enum err e = read_shown(r, r->list.at, &row);

	if (!e) {
		row_id_text(&row.id, id);
		if (r->f->saved || strcmp(r->put, id) || r->put_into != a)
			e = put(r, id, a);
		snprintf(r->put, sizeof r->put, "%s", id);
		r->put_into = a;
	}
	row_clear(&row);
	if (!keep(r, e))
		return KIT_STAY;
	if (r->open_only)
		choose_shown(r);
	else
		kit_list_act(&r->list, ACT_DOWN);
	return KIT_STAY;
}

/* Everybody who was not ticked yet is there. */
static enum kit_next tick_rest(struct roll *r)
{
	unsigned n = 0;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < listing_count(r->listing) && !e; i++) {
		struct row row = { .id = { .index = 0 } };
		char id[ROW_ID_TEXT];

		e = listing_row(r->listing, i, &row);
		if (!e && answer_of(r, row_id_text(&row.id, id)) == r->answer_count) {
			e = put(r, id, 0);
			n++;
		}
		row_clear(&row);
	}
	kit_say(KIT_PLAIN, _("其余 %u 人: %s"), n, r->labels[0]);
	if (keep(r, e) && r->open_only)
		choose_shown(r);
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct roll *r = (struct roll *)base;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return tick(r, (size_t)(a - ACT_ANSWER_1));
	switch (a) {
	case ACT_TOGGLE:  return tick(r, 0);
	case ACT_ADD:     return tick_rest(r);
	case ACT_FILTER:
		r->open_only = !r->open_only;
		choose_shown(r);
		return KIT_STAY;
	case ACT_OPEN: case ACT_SAVE: return KIT_CLOSE;
	default:          return kit_list_act(&r->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct roll *r = (struct roll *)base;

	if (a >= ACT_ANSWER_1 && a <= ACT_ANSWER_9)
		return (size_t)(a - ACT_ANSWER_1) < r->answer_count && r->shown_count;
	return a == ACT_TOGGLE || a == ACT_ADD ? r->shown_count > 0 : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct roll *r = (struct roll *)base;

	if (a >= ACT_ANSWER_1 && (size_t)(a - ACT_ANSWER_1) < r->answer_count)
		return r->labels[a - ACT_ANSWER_1];
	switch (a) {
	case ACT_ADD:    return _("其余都到");
	case ACT_FILTER: return r->open_only ? _("看全部") : _("只看没点的");
	case ACT_OPEN: case ACT_SAVE: return _("点好了");
	default:         return NULL;
	}
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct roll *)base)->list, y) ? tick((struct roll *)base, 0) : KIT_STAY;
}

static void close_roll(struct kit_view *base)
{
	struct roll *r = (struct roll *)base;

	listing_close(r->listing);
	free(r->shown);
	free(r);
}

static const struct kit_key keys[] = {
	{ '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { '4', ACT_ANSWER_4, true },
	{ '5', ACT_ANSWER_5, true }, { '6', ACT_ANSWER_6, true }, { '7', ACT_ANSWER_7, true }, { '8', ACT_ANSWER_8, true },
	{ 'a', ACT_ADD, true }, { 'p', ACT_FILTER, true }, { KIT_ENTER, ACT_OPEN, true }, { KIT_FN | KEY_F(5), ACT_SAVE, false }, { ' ', ACT_TOGGLE, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "roll", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_roll, .offers = offers,
	.label = label, .tap = tap,
};

static const struct kit_column columns[] = { { 3, 1, false }, { 0, 1, false }, { 12, 1, true } };

struct kit_view *screen_roll_new(struct filling *f, fill_node group)
{
	struct roll *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->base.ops = &ops;
	r->f = f;
	r->answer_count = questions_of(f->fill, group, r->answers);
	if (!r->answer_count) {
		free(r);
		err_set(ERR_FORMAT, _("点名的组里没有 rows 题"));
		return NULL;
	}
	for (size_t i = 0; i < r->answer_count; i++) {
		struct buf b = { 0 };

		filling_label(f, r->answers[i], &b);
		snprintf(r->labels[i], sizeof r->labels[i], "%s", buf_str(&b));
		buf_clear(&b);
	}
	r->list.rows = (struct kit_rows){ .user = r, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 3 };
	return &r->base;
}
