/* Who may do what, and where: every person by name, with roles and villages of the certificates, and the grids that the register
 * gives him. What does not fit together stands first: a grid that nobody works in, a name in a grid that has no certificate. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/i18n.h"
#include "sync/exchange/trust/trust.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/choice.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/screens/screens.h"
#include "tui/screens/terms.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_MAX = 8 };

/* A person, or (no name) a grid without a worker. */
struct member {
	char person[KEYS_PERSON_MAX + 1];
	uint32_t roles;
	struct event_scope scopes[KEYS_SCOPES]; size_t scope_count;
	char labels[LABELS_MAX][33]; size_t label_count;       /* of devices that are believed */
	bool authority;
	struct buf grids, rows;                                 /* the grids that name him in words, and the struct row_id of each; of an empty grid: itself */
	bool works;                                             /* as a worker, not only as its head, who needs no device */
};

struct roster {
	struct kit_view base;
	struct app *app;
	struct member *at;
	size_t count, cap, problems;
	uint64_t version;
	char labels[LABELS_MAX][33]; bool revoking;             /* while it is asked which device */
	struct buf asked;                                       /* struct row_id each, while it is asked which grid */
	struct kit_list list;
};

static void forget(struct roster *v)
{
	for (size_t i = 0; i < v->count; i++) {
		buf_clear(&v->at[i].grids);
		buf_clear(&v->at[i].rows);
	}
	v->count = 0;
}

static size_t grid_count(const struct buf *rows)
{
	return rows->len / sizeof(struct row_id);
}

static struct row_id grid_at(const struct buf *rows, size_t i)
{
	struct row_id id = { .index = 0 };

	if (i < grid_count(rows))
		memcpy(&id, rows->data + i * sizeof id, sizeof id);
	return id;
}

/* One that names a person twice is one grid still; they come one after the other. */
static void add_row(struct buf *rows, const struct row_id *id)
{
	struct row_id last = grid_at(rows, grid_count(rows) - 1);

	if (!grid_count(rows) || memcmp(last.ref, id->ref, EVENT_REF) || last.index != id->index)
		buf_put(rows, id, sizeof *id);
}

static struct member *more(struct roster *v, const char *person)
{
	struct member *m;

	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 64;

		if (!(m = realloc(v->at, cap * sizeof *m)))
			return NULL;
		v->at = m;
		v->cap = cap;
	}
	m = &v->at[v->count++];
	memset(m, 0, sizeof *m);
	snprintf(m->person, sizeof m->person, "%s", person);
	return m;
}

static struct member *member_of(struct roster *v, const char *person)
{
	for (size_t i = 0; i < v->count; i++)
		if (*person && !strcmp(v->at[i].person, person))
			return &v->at[i];
	return more(v, person);
}

static bool add_writer(struct roster *v, const struct keys_writer *w)
{
	struct member *m = member_of(v, w->person);

	if (!m)
		return false;
	m->roles |= w->roles;
	m->authority |= trust_has_authority(v->app->profile, w->writer);
	if (m->label_count < LABELS_MAX)
		snprintf(m->labels[m->label_count++], sizeof *m->labels, "%s", w->label);
	for (size_t i = 0; i < w->scope_count; i++) {
		bool had = false;

		for (size_t k = 0; !had && k < m->scope_count; k++)
			had = event_scope_same(&m->scopes[k], &w->scopes[i]);
		if (!had && m->scope_count < KEYS_SCOPES)
			m->scopes[m->scope_count++] = w->scopes[i];
	}
	return true;
}

static bool name_in(struct roster *v, const struct row *grid, const char *field, bool works, const char *as, const char *title)
{
	struct buf name = { 0 };
	struct member *m = NULL;
	bool named;

	words_stored(v->app, grid, field, &name);
	named = name.len > 0;
	if (named && (m = member_of(v, buf_str(&name)))) {
		buf_printf(&m->grids, "%s%s%s", m->grids.len ? _("、") : "", title, as);
		add_row(&m->rows, &grid->id);
		m->works |= works;
	}
	buf_clear(&name);
	return named;
}

static enum err add_grid(struct roster *v, const struct row *grid)
{
	struct buf title = { 0 };
	struct member *m;
	bool worked;

	row_title(v->app->profile, grid, &title);
	worked = name_in(v, grid, "worker_a", true, "", buf_str(&title));
	worked |= name_in(v, grid, "worker_b", true, _("(B角)"), buf_str(&title));
	name_in(v, grid, "leader", false, _("(网格长)"), buf_str(&title));
	if (!worked && (m = more(v, ""))) {
		buf_puts(&m->grids, buf_str(&title));
		add_row(&m->rows, &grid->id);
	}
	buf_clear(&title);
	return ERR_OK;
}

static bool is_problem(const struct member *m)
{
	return !*m->person || (m->works && !m->label_count);
}

static int by_trouble(const void *x, const void *y)
{
	const struct member *a = x, *b = y;

	if (!*a->person != !*b->person)
		return *a->person ? 1 : -1;
	if (is_problem(a) != is_problem(b))
		return is_problem(a) ? -1 : 1;
	if (!a->label_count != !b->label_count)
		return a->label_count ? -1 : 1;
	return strcmp(a->label_count ? a->labels[0] : buf_str(&a->grids), b->label_count ? b->labels[0] : buf_str(&b->grids));
}

static enum err read_grids(struct roster *v)
{
	struct listing_query q = { .reg = "grids" };
	struct listing *l = NULL;
	enum err e;

	if (!v->app->pack || pack_find_register(v->app->pack, "grids") == PACK_NONE)
		return ERR_OK;
	e = listing_open(v->app->profile, &q, &l);
	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct row row;

		if (!(e = listing_row(l, i, &row))) {
			e = add_grid(v, &row);
			row_clear(&row);
		}
	}
	listing_close(l);
	return e;
}

static enum err load(struct kit_view *base)
{
	struct roster *v = (struct roster *)base;
	const struct keys_roster *roster;
	enum err e;

	forget(v);
	v->version = profile_version(v->app->profile);
	roster = v->app->profile->roster;       /* not before: whoever reads the store may have it made anew */
	for (size_t i = 0; i < keys_roster_count(roster); i++) {
		const struct keys_writer *w = keys_roster_at(roster, i);

		if (w && !w->revoked && !add_writer(v, w))
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	}
	e = read_grids(v);
	if (v->count)
		qsort(v->at, v->count, sizeof *v->at, by_trouble);
	v->problems = 0;
	for (size_t i = 0; i < v->count; i++)
		v->problems += is_problem(&v->at[i]);
	kit_list_sync(&v->list);
	return e;
}

static bool stale(struct kit_view *base)
{
	struct roster *v = (struct roster *)base;

	return v->version != profile_version(v->app->profile);
}

static size_t row_count(void *user)
{
	return ((struct roster *)user)->count;
}

/* A person by the hash-free beginning of the name, a grid by its row. */
static struct kit_id row_id_of(void *user, size_t i)
{
	const struct member *m = &((struct roster *)user)->at[i];

	if (m->label_count)
		return kit_id(m->labels[0], strlen(m->labels[0]));
	return *m->person ? kit_id(m->person, strlen(m->person)) : kit_id(grid_at(&m->rows, 0).ref, EVENT_REF);
}

static void scopes_words(struct roster *v, const struct member *m, struct buf *out)
{
	for (size_t i = 0; i < m->scope_count; i++) {
		if (i)
			buf_puts(out, _("、"));
		words_scope(v->app, &m->scopes[i], out);
	}
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct roster *v = user;
	const struct member *m = &v->at[i];
	struct buf b = { 0 };

	snprintf(cells[0].text, KIT_CELL, "%s", m->label_count ? m->labels[0] : "");
	snprintf(cells[1].text, KIT_CELL, "%s", *m->person ? m->person : _("(没有网格员)"));
	if (m->label_count)
		terms_roles_words(m->roles, &b);
	else if (m->works)
		buf_puts(&b, _("没发证"));
	snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
	cells[1].role = cells[2].role = is_problem(m) ? KIT_SOON : KIT_PLAIN;
	buf_reset(&b);
	scopes_words(v, m, &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	cells[3].role = KIT_DIM;
	snprintf(cells[4].text, KIT_CELL, "%s", buf_str(&m->grids));
	buf_clear(&b);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct roster *v = (struct roster *)base;

	buf_puts(left, _("名册: 谁能在哪里做什么"));
	if (v->problems)
		buf_printf(right, _("对不上 %zu"), v->problems);
	else
		buf_printf(right, "%zu/%zu", v->count ? v->list.at + 1 : 0, v->count);
}

static void draw(struct kit_view *base, WINDOW *win)
{
	kit_list_draw(&((struct roster *)base)->list, base, win, 0, getmaxy(win));
}

/* --- one of them --- */

static const struct member *selected(const struct roster *v)
{
	return v->list.at < v->count ? &v->at[v->list.at] : NULL;
}

static enum kit_next show(struct roster *v)
{
	const struct member *m = selected(v);
	struct buf text = { 0 };
	struct kit_view *pager;

	if (!m)
		return KIT_STAY;
	if (!*m->person) {
		struct row_id grid = grid_at(&m->rows, 0);

		return kit_open(&v->base, screen_row_new(v->app, &grid));
	}
	buf_printf(&text, "# %s\n", m->person);
	terms_roles_words(m->roles, &text);
	buf_puts(&text, _("\n范围: "));
	scopes_words(v, m, &text);
	buf_puts(&text, _("\n设备: "));
	for (size_t i = 0; i < m->label_count; i++)
		buf_printf(&text, "%s%s", i ? _("、") : "", m->labels[i]);
	if (!m->label_count)
		buf_puts(&text, _("没发证: 登记簿上写着这个名字, 但没有这样姓名的证书。请本人申请入网, 或改正登记簿上的姓名。"));
	buf_puts(&text, _("\n网格: "));
	buf_puts(&text, m->grids.len ? buf_str(&m->grids) : _("登记簿没有写"));
	if (m->authority)
		buf_puts(&text, _("\n可用授权钥匙: 能发证、吊销、发布、令删除。"));
	pager = kit_pager_new(_("名册里的一位"), buf_str(&text));
	buf_clear(&text);
	return kit_open(&v->base, pager);
}

static enum kit_next go(struct roster *v, const char *label)
{
	return kit_open(&v->base, v->revoking ? screen_revoke_new(v->app, label) : screen_entitle_new(v->app, label));
}

static enum kit_next device_chosen(struct kit_view *below, struct kit_view *self)
{
	struct roster *v = (struct roster *)below;
	int i = kit_choice_answer(self);

	return i >= 0 && i < LABELS_MAX ? go(v, v->labels[i]) : KIT_STAY;
}

/* A person may have several devices, each with a certificate of its own. */
static enum kit_next with_device(struct roster *v, bool revoking)
{
	const struct member *m = selected(v);
	struct kit_option options[LABELS_MAX];

	v->revoking = revoking;
	if (m->label_count == 1)
		return go(v, m->labels[0]);
	memcpy(v->labels, m->labels, sizeof v->labels);
	for (size_t i = 0; i < m->label_count; i++)
		options[i] = (struct kit_option){ v->labels[i], NULL, false };
	return kit_open(&v->base, kit_choice_new(_("哪台设备"), m->person, options, m->label_count, false, device_chosen));
}

static enum kit_next edit(struct roster *v, struct row_id grid)
{
	return screen_begin(&v->base, v->app, "grid_edit", &grid);
}

static enum kit_next grid_chosen(struct kit_view *below, struct kit_view *self)
{
	struct roster *v = (struct roster *)below;
	int i = kit_choice_answer(self);

	return i >= 0 && (size_t)i < grid_count(&v->asked) ? edit(v, grid_at(&v->asked, (size_t)i)) : KIT_STAY;
}

/* A person may work in several grids, or be the head of them. */
static enum kit_next ask_grid(struct roster *v)
{
	const struct member *m = selected(v);
	size_t count = grid_count(&m->rows);
	struct kit_option *options;
	struct buf *titles;
	struct kit_view *choice = NULL;

	if (count == 1)
		return edit(v, grid_at(&m->rows, 0));
	options = calloc(count, sizeof *options);
	titles = calloc(count, sizeof *titles);
	buf_reset(&v->asked);
	buf_put(&v->asked, m->rows.data, m->rows.len);
	if (!options || !titles || v->asked.err) {
		kit_say_error(err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM)));
	} else {
		for (size_t i = 0; i < count; i++) {
			struct row_id id = grid_at(&v->asked, i);

			words_title(v->app, &id, &titles[i]);
			options[i] = (struct kit_option){ buf_str(&titles[i]), NULL, false };
		}
		choice = kit_choice_new(_("改哪个网格的人"), m->person, options, count, false, grid_chosen);
	}
	for (size_t i = 0; titles && i < count; i++)
		buf_clear(&titles[i]);
	free(titles);
	free(options);
	return choice ? kit_open(&v->base, choice) : KIT_STAY;
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct roster *v = (struct roster *)base;

	switch (a) {
	case ACT_OPEN:      return show(v);
	case ACT_ADD:       return with_device(v, false);
	case ACT_REVOKE:    return with_device(v, true);
	case ACT_EDIT:      return ask_grid(v);
	case ACT_REGISTERS: return kit_open(base, screen_rows_new(v->app, "grids", NULL));
	default:            return kit_list_act(&v->list, a);
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct roster *v = (struct roster *)base;
	const struct member *m = selected(v);

	switch (a) {
	case ACT_OPEN:      return m != NULL;
	case ACT_ADD:
	case ACT_REVOKE:    return m && m->label_count;
	case ACT_EDIT:      return m && grid_count(&m->rows) && v->app->pack && pack_find_form(v->app->pack, "grid_edit") != PACK_NONE;
	case ACT_REGISTERS: return v->app->pack && pack_find_register(v->app->pack, "grids") != PACK_NONE;
	default:            return true;
	}
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	return a == ACT_ADD ? _("加角色范围") : a == ACT_EDIT ? _("改网格的人") : a == ACT_REGISTERS ? _("网格") : NULL;
}

static enum kit_next tap(struct kit_view *base, int y, int x)
{
	(void)x;
	return kit_list_tap(&((struct roster *)base)->list, y) ? show((struct roster *)base) : KIT_STAY;
}

static void close_roster(struct kit_view *base)
{
	forget((struct roster *)base);
	buf_clear(&((struct roster *)base)->asked);
	free(((struct roster *)base)->at);
	free(base);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true }, { 'a', ACT_ADD, true }, { 'e', ACT_EDIT, true }, { 'g', ACT_REGISTERS, true }, { 'x', ACT_REVOKE, true },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "roster", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_roster, .offers = offers,
	.label = label, .tap = tap, .stale = stale,
};

static const struct kit_column columns[] = { { 4, 1, false }, { 12, 1, false }, { 24, 1, true }, { 14, 2, false }, { 0, 2, false } };

struct kit_view *screen_roster_new(struct app *app)
{
	struct roster *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->list.rows = (struct kit_rows){ .user = v, .count = row_count, .id = row_id_of, .row = row_draw, .columns = columns, .column_count = 5,
	                                  .empty = _("还没有给谁发过证书, 也没有登记网格。") };
	return &v->base;
}
