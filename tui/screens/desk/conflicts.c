#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/conflict.h"
#include "tui/kit/list.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What people disagree about, and what was asked of the township: most dangerous first, in the order of conflict_each(). */
struct conflicts {
	struct kit_view base;
	struct app *app;
	struct conflict *at;
	size_t count, cap;
	uint64_t version;
	enum err err;
	struct kit_list list;
};

static bool add(void *user, const struct conflict *c)
{
	struct conflicts *v = user;

	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 32;
		struct conflict *grown = realloc(v->at, cap * sizeof *grown);

		if (!grown)
			return !(v->err = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM)));
		v->at = grown;
		v->cap = cap;
	}
	v->at[v->count++] = *c;
	return true;
}

static enum err load(struct kit_view *base)
{
	struct conflicts *v = (struct conflicts *)base;
	enum err e;

	v->count = 0;
	v->err = ERR_OK;
	v->version = profile_version(v->app->profile);
	e = conflict_each(v->app->profile, add, v);
	kit_list_sync(&v->list);
	return e ? e : v->err;
}

static bool stale(struct kit_view *base)
{
	struct conflicts *v = (struct conflicts *)base;

	return v->version != profile_version(v->app->profile);
}

static size_t row_count(void *user)
{
	return ((struct conflicts *)user)->count;
}

static struct kit_id row_id(void *user, size_t i)
{
	const struct conflict *c = &((struct conflicts *)user)->at[i];
	struct kit_id id = kit_id(c->key.bytes, c->key.len);

	id.byte[KIT_ID - 1] = (uint8_t)c->field;
	return id;
}

static const struct pack_register *register_of(const struct conflicts *v, const struct row *row)
{
	uint32_t r = pack_find_register(v->app->pack, row->reg);

	return r == PACK_NONE ? NULL : &v->app->pack->registers[r];
}

/* What was asked, by whom, and why it does not count by itself. */
static void draw_proposal(struct conflicts *v, const struct row *row, const struct pack_register *reg, struct kit_cell cells[KIT_CELLS])
{
	const struct row_proposal *p = row->proposal_count ? &row->proposals[0] : NULL;
	struct buf person = { 0 }, label = { 0 };
	uint32_t s;

	snprintf(cells[0].text, KIT_CELL, "%s", _("提请"));
	if (!p)
		return;
	s = reg && p->step ? pack_find_step(v->app->pack, (uint32_t)(reg - v->app->pack->registers), p->step) : PACK_NONE;
	if (s != PACK_NONE)
		snprintf(cells[2].text, KIT_CELL, "%s", pack_name(&v->app->pack->steps[s].label, i18n_language()));
	row_author(v->app->profile, &row->events[p->event], &person, &label);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&person));
	snprintf(cells[4].text, KIT_CELL, "%s", row_reason_text(p->why));
	buf_clear(&person);
	buf_clear(&label);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct conflicts *v = user;
	const struct conflict *c = &v->at[i];
	const struct pack_register *reg;
	struct row row;
	struct buf b = { 0 };
	uint32_t f;

	if (row_read_key(v->app->profile, &c->key, &row)) {
		snprintf(cells[1].text, KIT_CELL, "%s", _("(读不出)"));
		return;
	}
	reg = register_of(v, &row);
	f = reg ? pack_find_field_number(reg, c->field) : PACK_NONE;
	row_title(v->app->profile, &row, &b);
	snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&b));
	if (c->proposal) {
		draw_proposal(v, &row, reg, cells);
	} else if (f != PACK_NONE) {
		struct row_shown s = { .kinds = 0 };

		snprintf(cells[0].text, KIT_CELL, "%s", _("冲突"));
		cells[0].role = KIT_DANGER;
		snprintf(cells[2].text, KIT_CELL, "%s", pack_name(&reg->fields[f].label, i18n_language()));
		if (!row_show(&row, reg, v->app->pack, f, false, &s)) {
			snprintf(cells[3].text, KIT_CELL, _("%u种说法"), (unsigned)s.kinds);
			snprintf(cells[4].text, KIT_CELL, _("现显示 %s"), buf_str(&s.label));
		}
		row_shown_clear(&s);
	}
	buf_clear(&b);
	row_clear(&row);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct conflicts *v = (struct conflicts *)base;

	buf_puts(left, _("说法不一的, 和等乡镇定的"));
	buf_printf(right, "%zu/%zu", v->count ? v->list.at + 1 : 0, v->count);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct conflicts *)base)->list, base, win, 0, getmaxy(win));
}

static enum kit_next open_selected(struct conflicts *v)
{
	const struct conflict *c = v->list.at < v->count ? &v->at[v->list.at] : NULL;
	const struct pack_register *reg;
	enum kit_next next = KIT_STAY;
	struct row row;
	uint32_t f;

	if (!c || row_read_key(v->app->profile, &c->key, &row))
		return KIT_STAY;
	reg = register_of(v, &row);
	f = reg && !c->proposal ? pack_find_field_number(reg, c->field) : PACK_NONE;
	next = kit_open(&v->base, f != PACK_NONE ? screen_sides_new(v->app, &row.id, f) : screen_row_new(v->app, &row.id));
	row_clear(&row);
	return next;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct conflicts *v = (struct conflicts *)base;

	return a == ACT_OPEN ? open_selected(v) : kit_list_act(&v->list, a);
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	return a != ACT_OPEN || ((struct conflicts *)base)->count > 0;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct conflicts *)base)->list, y) ? open_selected((struct conflicts *)base) : KIT_STAY;
}

static void close_conflicts(struct kit_view *base)
{
	free(((struct conflicts *)base)->at);
	free(base);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, KIT_LIST_KEYS, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "conflicts", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_conflicts, .offers = offers,
	.tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 5, 1, false }, { 0, 1, false }, { 12, 2, false }, { 10, 2, false }, { 22, 2, true } };

struct kit_view *screen_conflicts_new(struct app *app)
{
	struct conflicts *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 5,
	                                  .empty = _("没有说法不一的记录。几个人没看到对方写的就写了同一栏, 会列在这里, 一条不丢。") };
	return &v->base;
}
