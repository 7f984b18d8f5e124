#include "config.h"
#include "tui/screens/alarm/moving.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/find.h"
#include "tui/kit/draw.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/alarm/incident.h"
#include "tui/screens/alarm/moving_view.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t row_count(void *user)
{
	return ((const struct moving *)user)->shown_count;
}

static const struct move *move_at(const struct moving *m, size_t i)
{
	return i < m->shown_count ? &m->moves.order[m->shown[i]] : NULL;
}

enum err moving_row(struct moving *m, size_t i, struct row *row)
{
	return move_at(m, i) ? listing_row(m->moves.listing, move_at(m, i)->at, row) : ERR_NOTFOUND;
}

static struct kit_id row_id_of(void *user, size_t i)
{
	struct moving *m = user;
	struct row_key key;

	if (!move_at(m, i) || listing_key(m->moves.listing, move_at(m, i)->at, &key))
		return (struct kit_id){ { 0 } };
	return kit_id(key.bytes, key.len);
}

void moving_words(struct moving *m, const struct row *row, const char *field, struct buf *out)
{
	uint32_t f = pack_find_field(m->reg, field);

	if (f != PACK_NONE)
		words_value(m->app, row, m->reg, f, true, out);
}

/* Where they are, or are to go. */
static void where_to(struct moving *m, const struct row *row, enum move_state state, struct buf *out)
{
	uint32_t settle = pack_find_field(m->reg, "settle");
	struct move_plan plan;

	moves_plan(m->app, row, state == MOVE_ARRIVED, &plan);
	if (plan.has_shelter && strcmp(plan.settle, "relatives"))
		words_title(m->app, &plan.shelter, out);
	else if (settle != PACK_NONE && *plan.settle)
		buf_puts(out, app_code(m->app, m->reg->fields[settle].codes, plan.settle));
}

static void state_cell(struct moving *m, const struct row *row, const struct move *move, struct kit_cell *mark, struct kit_cell *cell)
{
	static const char *const marks[MOVE_STATES] = { "[ ]", "[>]", "[x]", "[!]" };
	static const enum kit_role roles[MOVE_STATES] = { KIT_PLAIN, KIT_SOON, KIT_GOOD, KIT_DANGER };
	const char *const words[MOVE_STATES] = { "", _("路上"), _("到了"), _("不愿转移") };
	char at[32] = "";
	int64_t when = move->home ? move->home : move->away ? move->away : move->state == MOVE_ARRIVED ? clocks_time(m->app, row, "moved_at") : 0;

	if (when)
		clock_format_time(when, m->app->pack->utc_offset, at);
	snprintf(mark->text, KIT_CELL, "%s", move->home ? "[=]" : move->away ? "[~]" : marks[move->state]);
	/* Moved for another warning: of another day, the day. */
	snprintf(cell->text, KIT_CELL, "%s%s%.5s", move->home ? _("回家了") : move->away ? _("已走") : words[move->state], when ? " " : "",
	         !when ? "" : move->away && clock_day_of(when, m->app->pack->utc_offset) != app_day(m->app) ? at + 5 : at + 11);
	cell->role = mark->role = move->away ? KIT_SOON : roles[move->state];
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct moving *m = user;
	const struct move *move = move_at(m, i);
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	if (moving_row(m, i, &row))
		return;
	state_cell(m, &row, move, &cells[0], &cells[2]);
	moving_words(m, &row, "name", &b);
	snprintf(cells[1].text, KIT_CELL, _("%s %u人%s"), buf_str(&b), move->people, move->first ? _(" 先转移") : "");
	cells[1].role = move->state == MOVE_STILL ? KIT_STRONG : KIT_DIM;
	buf_reset(&b);
	where_to(m, &row, move->state, &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	moving_words(m, &row, move->state == MOVE_ARRIVED ? "moved_by" : "name_b", &b);
	snprintf(cells[4].text, KIT_CELL, "%s", buf_str(&b));
	cells[3].role = cells[4].role = move->state == MOVE_ARRIVED ? KIT_PLAIN : KIT_DIM;
	buf_clear(&b);
	row_clear(&row);
}

/* Does a name or an address hold what is looked for, in words or by initials? */
static bool matches(struct moving *m, uint32_t at)
{
	struct buf text = { 0 }, folded = { 0 }, query = { 0 };
	struct row row = { .id = { .index = 0 } };
	bool found = false;

	if (listing_row(m->moves.listing, at, &row))
		return false;
	moving_words(m, &row, "name", &text);
	buf_putc(&text, '\n');
	moving_words(m, &row, "where", &text);
	find_fold(buf_str(&text), &folded);
	buf_putc(&folded, '\n');
	find_initials(buf_str(&text), &folded);
	find_fold(kit_line_text(&m->query.line), &query);
	found = strstr(buf_str(&folded), buf_str(&query)) != NULL;
	buf_clear(&text);
	buf_clear(&folded);
	buf_clear(&query);
	row_clear(&row);
	return found;
}

static enum err choose_shown(struct moving *m)
{
	size_t *grown = realloc(m->shown, (m->moves.count + 1) * sizeof *grown);

	m->shown_count = 0;
	if (!grown)
		return err_set(ERR_NOMEM, "%s", _("转移清单"));
	m->shown = grown;
	for (size_t i = 0; i < m->moves.count; i++) {
		const struct move *move = &m->moves.order[i];

		if (m->still_only && (move->state == MOVE_ARRIVED || move->state == MOVE_REFUSED))
			continue;
		if (!m->finding || !*kit_line_text(&m->query.line) || matches(m, move->at))
			m->shown[m->shown_count++] = i;
	}
	kit_list_sync(&m->list);
	return ERR_OK;
}

/* The next one nobody has moved yet, from place `at` on and from the top again; then one who is on the way. */
void moving_go_on(struct moving *m, size_t at)
{
	for (enum move_state want = MOVE_STILL; want <= MOVE_ON_WAY; want++)
		for (size_t i = 0; i < m->shown_count; i++)
			if (move_at(m, (at + i) % m->shown_count)->state == want) {
				kit_list_select(&m->list, (at + i) % m->shown_count);
				return;
			}
}

void moving_select(struct moving *m, const struct row_id *id)
{
	bool found = false;

	for (size_t i = 0; i < m->shown_count && !found; i++) {
		struct row row = { .id = { .index = 0 } };

		found = !moving_row(m, i, &row) && !memcmp(&row.id, id, sizeof row.id);
		if (found)
			kit_list_select(&m->list, i);
		row_clear(&row);
	}
}

enum err moving_read(struct moving *m)
{
	struct row row = { .id = { .index = 0 } };
	enum err e;

	m->version = profile_version(m->app->profile);
	if ((e = row_read(m->app->profile, &m->warning, &row)))
		return e;
	buf_reset(&m->title);
	row_title(m->app->profile, &row, &m->title);
	m->received = clocks_time(m->app, &row, "received");
	row_clear(&row);
	m->reg = &m->app->pack->registers[pack_find_register(m->app->pack, "callouts")];
	moves_close(&m->moves);
	e = moves_open(m->app, &m->warning, &m->moves);
	if (!e)
		e = choose_shown(m);
	if (!e && !m->begun)
		moving_go_on(m, 0);
	m->begun |= !e && m->shown_count > 0;
	return e;
}

static enum err load(struct kit_view *base)
{
	return moving_read((struct moving *)base);
}

/* Something came meanwhile. */
static bool stale(struct kit_view *base)
{
	const struct moving *m = (const struct moving *)base;

	return m->version != profile_version(m->app->profile);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct moving *m = (struct moving *)base;
	int64_t passed = (app_ms(m->app) - m->received) / 1000;

	buf_printf(left, _("转移 %s"), buf_str(&m->title));
	if (clocks_run(m->app, m->received))
		buf_printf(right, _("用时 %02d:%02d"), (int)(passed / 60), (int)(passed % 60));
}

/* Where to and by whom the next ticks go. */
static void standing(struct moving *m, struct buf *out)
{
	struct row row = { .id = { .index = 0 } };

	buf_puts(out, _("去处: "));
	if (m->has_shelter && !row_read(m->app->profile, &m->shelter, &row))
		row_title(m->app->profile, &row, out);
	else
		buf_puts(out, _("照名单"));
	row_clear(&row);
	buf_printf(out, _("  由: %s"), m->by_me ? m->app->person : _("转移责任人"));
}

/* What helps at this door: where it is, how to get away, what is needed. */
static void detail(struct moving *m, WINDOW *win, int y)
{
	static const char *const needs[] = { "linked('household','route')", "linked('household','vehicle')", "linked('household','livestock')" };
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 }, need = { 0 };
	int cols = getmaxx(win);

	if (moving_row(m, m->list.at, &row))
		return;
	moving_words(m, &row, "where", &b);
	buf_puts(&b, "  ");
	moving_words(m, &row, "phone", &b);
	kit_text(win, y, 1, cols - 2, KIT_STRONG, buf_str(&b));
	buf_reset(&b);
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
		buf_reset(&need);
		if (!row_evaluate(m->app->profile, &row, needs[i], &need) && need.len)
			buf_printf(&b, "%s%s", b.len ? "  " : "", buf_str(&need));
	}
	kit_text(win, y + 1, 1, cols - 2, KIT_DIM, buf_str(&b));
	buf_clear(&b);
	buf_clear(&need);
	row_clear(&row);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct moving *m = (struct moving *)base;
	int h = getmaxy(win), cols = getmaxx(win), y = 0, below = m->shown_count && h > 8 ? 3 : 0;
	struct buf b = { 0 };

	if (m->finding) {
		y = 1 + m->query.compose.on;
	} else if (h > 4) {
		moves_words(&m->moves, &b);
		y += kit_paragraph(win, y, 1, 2, cols - 2, m->moves.first_arrived < m->moves.first ? KIT_SOON : KIT_STRONG, buf_str(&b));
		buf_reset(&b);
		standing(m, &b);
		y += h > 6 ? (kit_text(win, y, 1, cols - 2, KIT_DIM, buf_str(&b)), 1) : 0;
	}
	if (h > 8)
		kit_rule(win, y++);
	kit_list_draw(&m->list, base, win, y, h - y - below);
	if (m->finding)
		kit_field_draw(&m->query, base, win, 0, 1, cols - 2, _("户主、住址或拼音首字母; Enter 到这一户"));
	if (below) {
		kit_rule(win, h - below);
		detail(m, win, h - below + 1);
	}
	buf_clear(&b);
}

static enum kit_next open_row(struct moving *m, const char *form)
{
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;

	if (!moving_row(m, m->list.at, &row))
		next = form ? screen_begin(&m->base, m->app, form, &row.id) : kit_open(&m->base, screen_row_new(m->app, &row.id));
	row_clear(&row);
	return next;
}

/* The list is whole again, the cursor on what was found. */
static enum kit_next stop_finding(struct moving *m)
{
	m->finding = false;
	if (choose_shown(m))
		kit_say_error(ERR_NOMEM);
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct moving *m = (struct moving *)base;

	if (moving_digit(a))
		return moving_tick(m, a);
	switch (a) {
	case ACT_ANSWER_5:
		return moving_home(m);
	case ACT_OPEN:
		if (!m->finding)
			return open_row(m, NULL);
		return stop_finding(m);
	case ACT_BACK:
		return m->finding ? stop_finding(m) : KIT_CLOSE;
	case ACT_FIND:
		kit_line_set(&m->query.line, "");
		m->finding = true;
		return KIT_STAY;
	case ACT_EDIT:   return open_row(m, "callout_move");
	case ACT_UNDO:   return moving_take_back(m);
	case ACT_REPORTS: return incident_moved(&m->base, m->app, m->moves.people[MOVE_ARRIVED]);
	case ACT_WHERE:
		if (!m->has_shelter)
			return moving_ask_shelter(m);
		m->has_shelter = false;
		return KIT_STAY;
	case ACT_WHO:
		m->by_me = !m->by_me;
		return KIT_STAY;
	case ACT_FILTER:
		m->still_only = !m->still_only;
		choose_shown(m);
		return KIT_STAY;
	default:         return kit_list_act(&m->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct moving *m = (struct moving *)base;

	if (moving_digit(a) || a == ACT_OPEN || a == ACT_EDIT)
		return m->shown_count > 0;
	if (a == ACT_ANSWER_5)
		return moving_home_offered(m);
	if (a == ACT_REPORTS)
		return incident_may_tell_moved(m->app);
	return a == ACT_UNDO ? m->last_was != LAST_NONE : a == ACT_WHERE ? pack_find_register(m->app->pack, "shelters") != PACK_NONE : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	struct moving *m = (struct moving *)base;

	if (moving_digit(a))
		return moving_digit(a);
	switch (a) {
	case ACT_WHERE:  return m->has_shelter ? _("去处照名单") : _("换去处");
	case ACT_WHO:    return m->by_me ? _("由责任人") : _("由我");
	case ACT_FILTER: return m->still_only ? _("看全部") : _("只看没到的");
	case ACT_UNDO:   return _("撤回");
	case ACT_ANSWER_5: return _("回家了");
	case ACT_REPORTS: return _("报转移人数");
	case ACT_OPEN:   return m->finding ? _("到这一户") : NULL;
	default:         return NULL;
	}
}

static enum kit_typing typing(struct kit_view *base)
{
	return ((struct moving *)base)->finding ? KIT_TYPING_TEXT : KIT_TYPING_NOT;
}

static void look(struct moving *m)
{
	if (choose_shown(m))
		kit_say_error(ERR_NOMEM);
	kit_list_select(&m->list, 0);
}

static enum kit_next key(struct kit_view *base, int k)
{
	struct moving *m = (struct moving *)base;

	if (k == (KIT_FN | KEY_HOME) || k == (KIT_FN | KEY_END) || !kit_field_key(&m->query, k))
		return KIT_PASS;
	look(m);
	return KIT_STAY;
}

static enum kit_next paste(struct kit_view *base, const char *text)
{
	kit_line_insert(&((struct moving *)base)->query.line, text);
	look((struct moving *)base);
	return KIT_STAY;
}

static bool counting(struct kit_view *base)
{
	struct moving *m = (struct moving *)base;

	return clocks_run(m->app, m->received);
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct moving *)base)->list, y) ? open_row((struct moving *)base, NULL) : KIT_STAY;
}

static void close_moving(struct kit_view *base)
{
	struct moving *m = (struct moving *)base;

	moves_close(&m->moves);
	kit_field_clear(&m->query);
	buf_clear(&m->title);
	free(m->shown);
	free(m);
}

static const struct kit_key keys[] = {
	{ '1', ACT_ANSWER_1, true }, { '2', ACT_ANSWER_2, true }, { '3', ACT_ANSWER_3, true }, { '4', ACT_ANSWER_4, true }, { '5', ACT_ANSWER_5, true },
	{ 'u', ACT_UNDO, true }, { 'p', ACT_FILTER, true }, { '/', ACT_FIND, true }, { 's', ACT_WHERE, true }, { 'b', ACT_WHO, true }, { 'r', ACT_REPORTS, true },
	{ 'e', ACT_EDIT, true }, { KIT_ENTER, ACT_OPEN, false },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "moving", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_moving, .offers = offers,
	.label = label, .typing = typing, .key = key, .paste = paste, .tap = tap, .counting = counting, .stale = stale,
};

static const struct kit_column columns[] = { { 3, 1, false }, { 0, 1, false }, { 14, 1, true }, { 18, 2, false }, { 8, 2, true } };

struct kit_view *screen_moving_new(struct app *app, const struct row_id *warning)
{
	struct moving *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->base.ops = &ops;
	m->app = app;
	m->warning = *warning;
	m->list.rows = (struct kit_rows){ .user = m, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 5,
	                                  .empty = _("名单上还没有住户。Esc 回叫应, 按 g 照台账列出各户。") };
	return &m->base;
}
